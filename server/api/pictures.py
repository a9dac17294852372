"""Logos and pictures of products: put up by those who manage a party, seen by who belongs to the convention.

What is kept and served is never what was sent, but a small picture made from its pixels.
"""

import hashlib
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from matchmaking.tables import Participation
from server.accounts.permissions import May
from server.api.door import Desk, DeskDep, Input, Needs, convention_router, required_key
from server.errors import NotAllowed, NotAPicture, NotFound, PictureTooLarge
from server.killable import Turns, Unfinished, run_killable
from server.pictures import commands
from server.pictures.commands import PictureRecord
from server.pictures.recoding import MEDIA_TYPE, Recoded, recode
from server.pictures.tables import Picture

router = convention_router("pictures")

Managing = Annotated[Desk, Depends(Needs(May.MANAGE_PARTY))]

_TURNS = Turns(at_once=2, waiting=32)
_SECONDS, _MEGABYTES, _TOLD_MEGABYTES = 15, 768, 8
_KINDS = ("image/png", "image/jpeg", "image/webp")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS},
    }
}
_SERVED: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "It is the one that If-None-Match names."},
}


class Sent(Input):
    """What the idempotency key stands for: the picture by its digest."""

    picture: str


class PictureOut(BaseModel):
    """A picture and where it is."""

    id: UUID
    kind: commands.Kind
    width: int
    height: int
    url: str


@router.put("/parties/{party_id}/logo", response_model=PictureRecord, openapi_extra=_BODY)
async def put_logo(party_id: UUID, request: Request, desk: Managing) -> Response:
    """Set a party's logo: PNG, JPEG or WebP, as the body itself."""
    picture, sent = await _received(request, desk, party_id)
    return await desk.run(partial(commands.put_logo, party_id=party_id, picture=picture), sent)


@router.delete("/parties/{party_id}/logo", response_model=PictureRecord)
async def delete_logo(party_id: UUID, desk: Managing) -> Response:
    """Take a party's logo away."""
    return await desk.run(partial(commands.delete_logo, party_id=party_id))


@router.get("/parties/{party_id}/pictures")
def list_pictures(party_id: UUID, desk: DeskDep) -> list[PictureOut]:
    """A party's pictures, the logo first."""
    with desk.reading() as db:
        if db.exec(select(Participation).where(Participation.id == party_id)).first() is None:
            raise NotFound
        found = commands.pictures_of(db, party_id)
        return [
            PictureOut(
                **one.model_dump(include={"id", "kind", "width", "height"}),
                url=f"/api/v1/conventions/{desk.request.path_params['slug']}/pictures/{one.id}",
            )
            for one in found
        ]


@router.post("/parties/{party_id}/pictures", status_code=201, response_model=PictureRecord, openapi_extra=_BODY)
async def add_picture(party_id: UUID, request: Request, desk: Managing) -> Response:
    """Show one more picture of a party's products, as the body itself."""
    picture, sent = await _received(request, desk, party_id)
    return await desk.run(partial(commands.add_product, party_id=party_id, picture=picture), sent, 201)


@router.delete("/parties/{party_id}/pictures/{picture_id}", response_model=PictureRecord)
async def delete_picture(party_id: UUID, picture_id: UUID, desk: Managing) -> Response:
    """Take one of them away."""
    return await desk.run(partial(commands.delete_product, party_id=party_id, picture_id=picture_id))


@router.get("/pictures/{picture_id}", response_class=Response, responses=_SERVED)
def get_picture(picture_id: UUID, desk: DeskDep) -> Response:
    """The picture itself. It never changes, so browsers may keep it."""
    with desk.reading() as db:
        picture = db.exec(select(Picture).where(col(Picture.id) == picture_id)).first()
        if picture is None:
            raise NotFound
        tag = f'"{picture.digest}"'
        headers = {
            "etag": tag,
            "cache-control": "private, max-age=86400, immutable",
            "content-disposition": f'inline; filename="{picture.kind}-{picture.id}.webp"',
            "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
            "x-content-type-options": "nosniff",
        }
        if tag in desk.request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(picture.content, media_type=picture.media_type, headers=headers)


async def _received(request: Request, desk: Desk, party_id: UUID) -> tuple[Recoded, Sent]:
    """The picture made from what was sent, and what was sent.

    Raises:
        KeyMissing, NotFound, NotAllowed: before anything is read; PictureTooLarge, NotAPicture.
    """
    required_key(desk.request)
    await run_in_threadpool(_check_managed, desk, party_id)
    most = desk.parts.settings.picture_bytes
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most:
            raise PictureTooLarge(f"The picture has more than {most / 1024 / 1024:.3g} MB.")
    sent = bytes(data)
    return await _TURNS.run(recode_apart, sent), Sent(picture=hashlib.sha256(sent).hexdigest())


def recode_apart(data: bytes) -> Recoded:
    """The picture made anew, in a process that can be killed.

    Raises:
        NotAPicture.
    """
    try:
        return run_killable(
            recode,
            data,
            answer=Recoded,
            refusals=(NotAPicture,),
            seconds=_SECONDS,
            megabytes=_MEGABYTES,
            answer_megabytes=_TOLD_MEGABYTES,
        )
    except Unfinished:
        raise NotAPicture("The picture is damaged, or too much to decode.") from None


def _check_managed(desk: Desk, party_id: UUID) -> None:
    """The command asks again; this spares the work for those who may not."""
    with desk.reading() as db:
        if db.exec(select(Participation).where(Participation.id == party_id)).first() is None:
            raise NotFound
    if party_id not in desk.actor.managed and not desk.actor.may(May.MANAGE_PARTIES):
        raise NotAllowed
