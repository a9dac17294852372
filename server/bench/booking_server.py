"""The server that `bench booking` measures: the whole application, and beside it what it is compared with.

`python -m server.bench.booking_server URL PORT`
"""

import asyncio
import sys
from typing import Any
from uuid import UUID

from fastapi import Header, Request
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matchmaking.slots import cells
from matchmaking.tables import (
    Attendee,
    Meeting,
    MeetingRequest,
    Occupancy,
    Participation,
    Proposal,
    Representative,
    Slot,
)
from server.accounts.tables import Login
from server.accounts.tokens import digest
from server.api import requests
from server.app import create_app
from server.clock import SystemClock
from server.database import make_engine
from server.eventlog.tables import EventRow, EventStream
from server.idempotency import IdempotencyKey
from server.ids import new_id
from server.scheduler.tables import Timer
from server.serving import make_server
from server.settings import Settings

CLOCK = SystemClock()


class Ask(BaseModel):
    """The body of a booking."""

    to: UUID
    slot: UUID


def add_peers(engine: Engine) -> None:
    """A bare endpoint, an echo with pydantic, and booking as it is usually written: a session, objects, a commit.

    They stand beside the endpoint of bookings, so that it costs as much to find them.
    """

    @requests.router.get("/peers/bare")
    async def bare() -> dict[str, Any]:
        return {}

    @requests.router.post("/peers/echo")
    async def echo(body: Ask) -> Ask:
        return body

    @requests.router.post("/peers/orm")
    def orm(body: Ask, request: Request, idempotency_key: str = Header()) -> dict[str, str]:
        with engine.connect().execution_options(write=True) as connection, Session(connection) as db:
            token = request.headers["authorization"].removeprefix("Bearer ")
            answer = book(db, token, body, idempotency_key)
            db.commit()
            connection.commit()
            return answer


def book(db: Session, token: str, body: Ask, key: str) -> dict[str, str]:
    """The rows of one booking, as objects of the ORM."""
    now = CLOCK.now()
    login = db.exec(select(Login).where(Login.token_digest == digest(token), col(Login.ended_at).is_(None))).one()
    if db.get(IdempotencyKey, (login.person_id, key)) is not None:
        return {}
    seat = db.exec(select(Representative).where(Representative.person_id == login.person_id)).one()
    mine = db.get_one(Participation, seat.participation_id)
    theirs = db.get_one(Participation, body.to)
    guest = db.exec(select(Representative).where(Representative.participation_id == theirs.id)).first()
    slot = db.get_one(Slot, body.slot)
    assert guest is not None
    people = [(mine.id, seat.person_id), (theirs.id, guest.person_id)]
    span = cells(slot.starts_at, slot.ends_at, 5)
    taken = select(Occupancy).where(
        col(Occupancy.resource_id).in_([person for _, person in people]), col(Occupancy.cell).in_(list(span))
    )
    if db.exec(taken).first() is not None:
        return {"code": "slot_taken"}
    stream = db.exec(select(EventStream).where(EventStream.convention_id == slot.convention_id).with_for_update()).one()
    meeting_id = new_id()
    request = MeetingRequest(
        id=meeting_id,
        convention_id=slot.convention_id,
        requester_id=mine.id,
        addressee_id=theirs.id,
        state="accepted",
        slot_id=slot.id,
        requester_person_id=seat.person_id,
        addressee_person_id=guest.person_id,
        expires_at=slot.starts_at,
        created_at=now,
        closed_at=now,
        meeting_id=meeting_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    db.add(request)
    db.flush()
    db.add(Proposal(request_id=meeting_id, number=1, by_id=mine.id, slot_id=slot.id, at=now))
    meeting = Meeting(
        id=meeting_id,
        convention_id=slot.convention_id,
        request_id=meeting_id,
        state="scheduled",
        matched_at=now,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
    )
    db.add(meeting)
    db.flush()
    for party, person in people:
        db.add(Attendee(meeting_id=meeting_id, person_id=person, participation_id=party, role="lead", required=True))
        db.add_all(Occupancy(resource_id=person, cell=cell, holder_id=meeting_id) for cell in span)
    _tell(db, request, stream, login.person_id, key)
    return {"id": str(meeting_id)}


def _tell(db: Session, request: MeetingRequest, stream: EventStream, person_id: UUID, key: str) -> None:
    """The timer, the event and the idempotency key of a booking."""
    now = CLOCK.now()
    db.add(
        Timer(
            kind="meeting.start", subject_id=request.id, convention_id=request.convention_id, due_at=request.starts_at
        )
    )
    stream.last_seq += 1
    event = EventRow(
        convention_id=request.convention_id,
        seq=stream.last_seq,
        type="request.accepted",
        version=1,
        at=now,
        actor_id=person_id,
        topics=["organiser", f"party:{request.requester_id}", f"party:{request.addressee_id}"],
        data=request.model_dump_json(),
    )
    db.add_all([stream, event])
    answer = request.model_dump_json()
    kept = IdempotencyKey(person_id=person_id, key=key, body_digest=digest(answer), answer=answer, created_at=now)
    db.add(kept)


def main(url: str, port: int) -> None:
    """Serve until terminated."""
    settings = Settings(database_url=url, account_requests_per_minute=0, address_requests_per_minute=0)
    add_peers(make_engine(settings))
    asyncio.run(make_server(create_app(settings), "127.0.0.1", port).serve())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
