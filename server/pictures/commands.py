"""A party's pictures: one logo, and a few of what it shows. Its admins see to them, and the organiser."""

import hashlib
from typing import Literal
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from matchmaking.parties import changed
from server.conventions.representatives import managed
from server.errors import NotFound, TooManyPictures
from server.pictures.recoding import MEDIA_TYPE, Recoded
from server.pictures.tables import Picture
from server.work import Work

MOST_PRODUCTS = 8
Kind = Literal["logo", "product"]
LOGO: Kind = "logo"
PRODUCT: Kind = "product"


class PictureRecord(BaseModel):
    """A picture, without its bytes. Another picture has another id: what one address shows never changes."""

    id: UUID
    party: UUID
    kind: Kind
    width: int
    height: int


def put_logo(work: Work, party_id: UUID, picture: Recoded) -> PictureRecord:
    """Set a party's logo; the one before is gone.

    Raises:
        NotFound, NotAllowed.
    """
    party = managed(work, party_id)
    for old in pictures_of(work.db, party_id, LOGO):
        work.db.delete(old)
    changed(work, party)
    return _add(work, party_id, LOGO, picture)


def delete_logo(work: Work, party_id: UUID) -> PictureRecord:
    """Take a party's logo away.

    Raises:
        NotFound, NotAllowed.
    """
    party = managed(work, party_id)
    logo = next(iter(pictures_of(work.db, party_id, LOGO)), None)
    if logo is None:
        raise NotFound
    work.db.delete(logo)
    changed(work, party)
    return record(logo)


def add_product(work: Work, party_id: UUID, picture: Recoded) -> PictureRecord:
    """Show one more picture.

    Raises:
        NotFound, NotAllowed, TooManyPictures.
    """
    party = managed(work, party_id)
    if len(pictures_of(work.db, party_id, PRODUCT)) >= MOST_PRODUCTS:
        raise TooManyPictures(most=MOST_PRODUCTS)
    changed(work, party)
    return _add(work, party_id, PRODUCT, picture)


def delete_product(work: Work, party_id: UUID, picture_id: UUID) -> PictureRecord:
    """Take one of a party's product pictures away.

    Raises:
        NotFound, NotAllowed.
    """
    party = managed(work, party_id)
    found = next((one for one in pictures_of(work.db, party_id, PRODUCT) if one.id == picture_id), None)
    if found is None:
        raise NotFound
    work.db.delete(found)
    changed(work, party)
    return record(found)


def pictures_of(db: Session, party_id: UUID, *kinds: Kind) -> list[Picture]:
    """A party's pictures in the order in which they came, without their bytes."""
    query = select(Picture).where(Picture.participation_id == party_id).order_by(col(Picture.kind), col(Picture.id))
    if kinds:
        query = query.where(col(Picture.kind).in_(kinds))
    return list(db.exec(query.options(defer(Picture.content, raiseload=True))))  # type: ignore[arg-type]


def record(picture: Picture) -> PictureRecord:
    """A row as it is told."""
    return PictureRecord(
        party=picture.participation_id, **picture.model_dump(include={"id", "kind", "width", "height"})
    )


def _add(work: Work, party_id: UUID, kind: Kind, picture: Recoded) -> PictureRecord:
    row = Picture(
        id=work.new_id(),
        convention_id=work.convention_id,
        participation_id=party_id,
        kind=kind,
        media_type=MEDIA_TYPE,
        width=picture.width,
        height=picture.height,
        content=picture.content,
        digest=hashlib.sha256(picture.content).hexdigest(),
        created_at=work.now,
    )
    work.db.add(row)
    work.db.flush()
    return record(row)
