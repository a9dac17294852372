"""What belongs to a session: slides, documents, replays, links, and offers that are sold on air."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import col, func, select

from sessions.errors import BadOffer, NotFound
from sessions.events import Gone, Record, SessionRecord
from sessions.ports import Work
from sessions.programme import checked_text, touch
from sessions.readers import load
from sessions.tables import Material, ProgrammeSession


class MaterialKind(StrEnum):
    """What a material is. An offer has a price."""

    SLIDES = "slides"
    DOCUMENT = "document"
    REPLAY = "replay"
    LINK = "link"
    OFFER = "offer"


class MaterialRecord(Record):
    """A material without its texts and address. `version` is the session's."""

    id: UUID
    session: UUID
    kind: str
    language: str
    price: Decimal | None
    currency: str | None
    version: int


class MaterialOrderRecord(Record):
    """All materials of a session, in their order. `version` is the session's."""

    session: UUID
    version: int
    materials: tuple[UUID, ...]


def add_material(
    work: Work, /, session_id: UUID, *, kind: MaterialKind, title: Mapping[str, str], url: str, **details: Any
) -> MaterialRecord:
    """Add a material behind the session's others.

    Args:
        title: text by language.
        url: a safe https address, as the caller has checked.
        details: language; of an offer also price and currency (ISO 4217).

    Raises:
        NotFound, NotAllowed, BadTitle, BadOffer.
    """
    session = load(work, session_id)
    last = work.db.exec(select(func.max(Material.position)).where(Material.session_id == session_id)).one()
    material = Material(
        id=work.new_id(),
        session_id=session_id,
        convention_id=work.convention_id,
        kind=kind.value,
        title=checked_text(title),
        url=url,
        position=0 if last is None else last + 1,
    )
    return _keep(work, session, material, details)


def change_material(work: Work, /, session_id: UUID, material_id: UUID, **changed: Any) -> MaterialRecord:
    """Set what is given of kind, title, url, language, price and currency, and keep the rest.

    Raises:
        NotFound, NotAllowed, BadTitle, BadOffer.
    """
    session = load(work, session_id)
    return _keep(work, session, _load(work, session_id, material_id), changed)


def remove_material(work: Work, session_id: UUID, material_id: UUID) -> Gone:
    """Remove a material; it is no longer shown either.

    Raises:
        NotFound, NotAllowed.
    """
    session = load(work, session_id)
    work.db.delete(_load(work, session_id, material_id))
    if session.featured == material_id:
        session.featured = None
    touch(work, session)
    return Gone(id=material_id)


def order_materials(work: Work, session_id: UUID, material_ids: Sequence[UUID]) -> MaterialOrderRecord:
    """Let these come first, in this order, and the others after them as they are; all of the session's in order.

    Raises:
        NotFound, NotAllowed.
    """
    session = load(work, session_id)
    first = {material_id: _load(work, session_id, material_id) for material_id in material_ids}
    query = select(Material).where(Material.session_id == session_id)
    rows = work.db.exec(query.order_by(col(Material.position), col(Material.id))).all()
    ordered = [*first.values(), *(row for row in rows if row.id not in first)]
    for position, row in enumerate(ordered):
        row.position = position
        work.db.add(row)
    version = touch(work, session).version
    return MaterialOrderRecord(session=session_id, version=version, materials=tuple(row.id for row in ordered))


def feature(work: Work, session_id: UUID, material_id: UUID | None) -> SessionRecord:
    """Show this material to everybody right now, in place of the one before; None: no longer any.

    Raises:
        NotFound, NotAllowed.
    """
    session = load(work, session_id)
    if material_id is not None:
        _load(work, session_id, material_id)
    session.featured = material_id
    return touch(work, session)


_PLAIN = frozenset({"url", "language", "price", "currency"})


def _load(work: Work, session_id: UUID, material_id: UUID) -> Material:
    material = work.db.get(Material, material_id)
    if material is None or material.session_id != session_id:
        raise NotFound
    return material


def _keep(work: Work, session: ProgrammeSession, material: Material, changed: Mapping[str, Any]) -> MaterialRecord:
    for name, value in changed.items():
        if name == "title":
            material.title = checked_text(value)
        elif name == "kind":
            material.kind = value.value
        elif name in _PLAIN:
            setattr(material, name, value)
        else:
            raise TypeError(f"a material has no {name}")
    priced = [material.price is not None, material.currency is not None]
    if priced != [material.kind == MaterialKind.OFFER] * 2:
        raise BadOffer(material=material.kind)
    work.db.add(material)
    version = touch(work, session).version
    return MaterialRecord(
        id=material.id,
        session=session.id,
        kind=material.kind,
        language=material.language,
        price=material.price,
        currency=material.currency,
        version=version,
    )
