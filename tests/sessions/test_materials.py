from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.ids import new_id
from sessions.entries import MaterialEntry
from sessions.errors import BadOffer, BadTitle, NotAllowed, NotFound
from sessions.events import Gone
from sessions.materials import (
    MaterialKind,
    MaterialOrderRecord,
    MaterialRecord,
    add_material,
    change_material,
    feature,
    order_materials,
    remove_material,
)
from tests.factories import Fair, make_fair, refused
from tests.sessions.programme import TITLE, read, record, talk

VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
SLIDES, OFFER = MaterialKind.SLIDES, MaterialKind.OFFER
URL = "https://files.example/slides.pdf"


def material(fair: Fair, session_id: UUID, **changed: Any) -> MaterialRecord:
    return fair.perform(SYSTEM, add_material, session_id, **{"kind": SLIDES, "title": TITLE, "url": URL, **changed})


def shown(added: MaterialRecord, **changed: Any) -> MaterialEntry:
    said = added.model_dump(exclude={"session", "version"})
    return MaterialEntry(**{**said, "title": TITLE, "url": URL, **changed})


def test_materials_are_added_changed_ordered_and_removed(fair: Fair) -> None:
    session_id = talk(fair).id
    slides = material(fair, session_id, language="ko")
    assert slides == MaterialRecord(
        id=slides.id, session=session_id, kind="slides", language="ko", price=None, currency=None, version=2
    )
    replay = material(fair, session_id, kind=MaterialKind.REPLAY)
    title = {"en": "Handout", "original": "en"}
    fair.perform(SYSTEM, change_material, session_id, slides.id, kind=MaterialKind.DOCUMENT, title=title)
    ordered = fair.perform(SYSTEM, order_materials, session_id, [replay.id])
    assert ordered == MaterialOrderRecord(session=session_id, version=5, materials=(replay.id, slides.id))
    assert read(fair, session_id).materials == [shown(replay), shown(slides, kind="document", title=title)]
    assert fair.perform(SYSTEM, remove_material, session_id, replay.id) == Gone(id=replay.id)
    assert read(fair, session_id).materials == [shown(slides, kind="document", title=title)]
    assert fair.told() == ["session.planned", *5 * ["session.changed"]]
    assert not any(text in event.data for event in fair.events() for text in (URL, TITLE["en"], title["en"]))


def test_an_offer_is_sold_on_air(fair: Fair) -> None:
    session_id = talk(fair).id
    offer = material(fair, session_id, kind=OFFER, price=Decimal("39000"), currency="KRW")
    cream = material(fair, session_id, kind=OFFER, price=Decimal("12.50"), currency="USD")
    first = fair.perform(SYSTEM, feature, session_id, offer.id)
    assert first == record(session_id, featured=offer.id, version=4)
    assert fair.perform(SYSTEM, feature, session_id, cream.id) == record(session_id, featured=cream.id, version=5)
    assert fair.perform(SYSTEM, feature, session_id, None) == record(session_id, version=6)
    fair.perform(SYSTEM, feature, session_id, cream.id)
    fair.perform(SYSTEM, remove_material, session_id, cream.id)
    found = read(fair, session_id)
    assert (found.featured, found.materials) == (None, [shown(offer)])


@pytest.mark.parametrize(
    "details",
    [
        {"kind": OFFER},
        {"kind": OFFER, "price": Decimal(1)},
        {"kind": OFFER, "currency": "KRW"},
        {"kind": SLIDES, "price": Decimal(1), "currency": "KRW"},
    ],
)
def test_an_offer_has_a_price_and_nothing_else_has(sqlite_fair: Fair, details: dict[str, Any]) -> None:
    session_id = talk(sqlite_fair).id
    with refused(BadOffer, material=details["kind"].value):
        material(sqlite_fair, session_id, **details)
    slides = material(sqlite_fair, session_id)
    with refused(BadOffer, material=details["kind"].value):
        sqlite_fair.perform(SYSTEM, change_material, session_id, slides.id, **details)
    assert read(sqlite_fair, session_id).materials == [shown(slides)]


def test_what_is_not_there_or_theirs_is_refused(sqlite_fair: Fair, clock: SteppedClock) -> None:
    fair, other = sqlite_fair, make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    session_id, second = talk(fair).id, talk(fair).id
    theirs = talk(other).id
    foreign, beside, mine = material(other, theirs), material(fair, second), material(fair, session_id)
    before = fair.told()
    for absent in (foreign.id, beside.id, new_id()):
        for command in (change_material, remove_material, feature):
            with refused(NotFound):
                fair.perform(SYSTEM, command, session_id, absent)
        with refused(NotFound):
            fair.perform(SYSTEM, order_materials, session_id, [absent])
    for command in (change_material, remove_material, feature):
        with refused(NotAllowed):
            fair.perform(VIEWER, command, session_id, mine.id)
        with refused(NotFound):
            fair.perform(SYSTEM, command, theirs, foreign.id)
    with refused(BadTitle):
        material(fair, session_id, title={})
    assert fair.told() == before
