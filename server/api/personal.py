"""One's own data: to take away, and to be erased."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints
from starlette.concurrency import run_in_threadpool

from server.accounts.actors import Actor
from server.accounts.doorkeeper import Visitor
from server.accounts.erasure import check_may_go, forget, scrub
from server.accounts.leaving import leave, places_of
from server.accounts.permissions import RoleName
from server.accounts.personal import Held, held_about
from server.accounts.tables import Person
from server.api.cookies import drop_login_cookie
from server.api.door import Input, PartsDep, SelfDep
from server.batch import Order
from server.errors import Unreadable
from server.parts import Parts
from server.scope import OwnScope, reading_as
from server.work import HOUSE

router = APIRouter(prefix="/api/v1/me", tags=["accounts"])

WORD = "erase"


class Export(BaseModel):
    """All that is held about the visitor. Ids stand for what is not theirs."""

    made_at: datetime
    person: UUID
    held: dict[str, Held]


class Erase(Input):
    """The visitor's own address, or the word "erase": nobody is erased by a slip."""

    confirm: Annotated[str, StringConstraints(min_length=1, max_length=254)]


@router.get("/export")
def export(visitor: SelfDep, parts: PartsDep, response: Response) -> Export:
    """Everything that is held about me, to keep or to take elsewhere."""
    response.headers["Content-Disposition"] = 'attachment; filename="madang-my-data.json"'
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        held = held_about(db, visitor.person_id)
    return Export(made_at=parts.clock.real_now(), person=visitor.person_id, held=held)


@router.post("/erase", status_code=204)
async def erase(body: Erase, visitor: SelfDep, parts: PartsDep, response: Response) -> None:
    """Erase me: meetings to come go to a colleague who is free or are called off, and nothing is left that says who I
    was. It cannot be undone. Who alone owns a host names another owner first."""
    conventions = await run_in_threadpool(_confirmed, parts, visitor, body.confirm)
    # With the house's rights, so that no phase keeps anybody; without an origin, which would stay in the trail.
    by = Actor(visitor.person_id, visitor.host_id, visitor.login_id, frozenset({RoleName.ORGANISER}))
    me = visitor.person_id
    await parts.writer.run(Order(HOUSE, partial(check_may_go, person_id=me), by))
    for convention_id in conventions:
        await parts.writer.run(Order(convention_id, partial(leave, person_id=me), by))
    command = partial(forget, person_id=me, real_now=parts.clock.real_now())
    await parts.writer.run(Order(HOUSE, command, by))
    parts.doorkeeper.forget()
    parts.hub.revoke(lambda actor: actor.person_id == me)
    drop_login_cookie(response, parts.settings)
    await run_in_threadpool(scrub, parts.engine)


def _confirmed(parts: Parts, visitor: Visitor, confirm: str) -> list[UUID]:
    """The conventions to leave.

    Raises:
        Unreadable: the visitor did not confirm.
    """
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        email = db.get_one(Person, visitor.person_id).email
        if confirm.lower() not in {WORD, (email or WORD).lower()}:
            raise Unreadable(f'Confirm with your own mail address, or with the word "{WORD}".', field="confirm")
        return places_of(db, visitor.person_id)
