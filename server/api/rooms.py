"""Tracks and rooms of the programme. Sessions name them by code; `GET /programme` lists them."""

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import Field, StringConstraints

import sessions.rooms as commands
from server.api.door import Input, convention_router
from server.api.programme import Planning, Title
from sessions.entries import RoomEntry, TrackEntry
from sessions.rooms import OrderRecord, Place

router = convention_router("programme", "/programme")

# Codes stand in addresses.
NewCode = Annotated[str, StringConstraints(pattern=r"^[^\s/?#%\\]+$", max_length=80)]
OfPath = Annotated[str, Path(max_length=80)]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9A-Fa-f]{3}([0-9A-Fa-f]{3})?)?$", max_length=7)]
Seats = Annotated[int, Field(ge=1, le=1_000_000)]


class NewTrack(Input):
    """A track to be. `name` is text by language; `colour` #rgb or #rrggbb."""

    code: NewCode
    name: Title
    colour: Colour = ""


class TrackChange(Input):
    """What is to change; what is left out stays."""

    name: Title | None = None
    colour: Colour | None = None


class NewRoom(Input):
    """A room to be. `capacity` is the seats on site."""

    code: NewCode
    name: Title
    place: Place
    capacity: Seats | None = None


class RoomChange(Input):
    """What is to change; what is left out stays, `capacity: null` takes it away."""

    name: Title | None = None
    place: Place | None = None
    capacity: Seats | None = None


class Order(Input):
    """What comes first, in order; whatever is not named follows as it is."""

    codes: Annotated[list[Annotated[str, StringConstraints(max_length=80)]], Field(max_length=500)]


def given(body: TrackChange | RoomChange) -> dict[str, Any]:
    """The fields that were sent; null says something of the capacity alone."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in fields.items() if value is not None or name == "capacity"}


@router.post("/tracks", status_code=201, response_model=TrackEntry)
async def add_track(body: NewTrack, desk: Planning) -> Response:
    """Add a track."""
    return await desk.run(partial(commands.add_track, **body.model_dump()), body, 201)


@router.put("/tracks", response_model=OrderRecord)
async def order_tracks(body: Order, desk: Planning) -> Response:
    """Put the tracks in order; all codes in order are answered."""
    return await desk.run(partial(commands.order_tracks, codes=body.codes), body)


@router.patch("/tracks/{code}", response_model=TrackEntry)
async def change_track(code: OfPath, body: TrackChange, desk: Planning) -> Response:
    """Change what is given."""
    return await desk.run(partial(commands.change_track, code=code, **given(body)), body)


@router.delete("/tracks/{code}", response_model=TrackEntry)
async def remove_track(code: OfPath, desk: Planning) -> Response:
    """Remove a track that no session names."""
    return await desk.run(partial(commands.remove_track, code=code))


@router.post("/rooms", status_code=201, response_model=RoomEntry)
async def add_room(body: NewRoom, desk: Planning) -> Response:
    """Add a room."""
    return await desk.run(partial(commands.add_room, **body.model_dump()), body, 201)


@router.put("/rooms", response_model=OrderRecord)
async def order_rooms(body: Order, desk: Planning) -> Response:
    """Put the rooms in order; all codes in order are answered."""
    return await desk.run(partial(commands.order_rooms, codes=body.codes), body)


@router.patch("/rooms/{code}", response_model=RoomEntry)
async def change_room(code: OfPath, body: RoomChange, desk: Planning) -> Response:
    """Change what is given."""
    return await desk.run(partial(commands.change_room, code=code, **given(body)), body)


@router.delete("/rooms/{code}", response_model=RoomEntry)
async def remove_room(code: OfPath, desk: Planning) -> Response:
    """Remove a room that no session names."""
    return await desk.run(partial(commands.remove_room, code=code))
