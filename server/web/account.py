"""The page of one's own account: ways in, logins, tokens, consents, data."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session, select
from starlette.responses import HTMLResponse

from server.accounts.consents import WORDINGS, Said, newest
from server.accounts.permissions import RoleName, Scope
from server.accounts.tables import Credential, HostRole, Person
from server.api import accounts, logins
from server.api.door import PartsDep, SelfDep
from server.conventions.tables import Convention
from server.scope import OwnScope, reading_as
from server.web.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/invitation")
def invitation(request: Request) -> HTMLResponse:
    """Takes the code behind `#` of an invitation's link; what it is to, the page asks by itself."""
    return render(request, "invitation.html", purposes=purposes({}))


@router.get("/account")
def account(request: Request, visitor: SelfDep, parts: PartsDep) -> HTMLResponse:
    """What the signed-in person can see and change of themself."""
    me = accounts.me(visitor, parts)
    with reading_as(parts.engine, OwnScope(visitor.host_id, visitor.person_id)) as db:
        credential = db.get(Credential, visitor.person_id)
        return render(
            request,
            "account.html",
            visitor=visitor,
            owner=owns(db),
            me=me,
            person=db.get_one(Person, visitor.person_id),
            has_password=credential is not None and credential.password is not None,
            has_codes=credential is not None and credential.totp_step is not None,
            logins=logins.my_logins(visitor, parts).logins,
            tokens=logins.my_tokens(visitor, parts).tokens,
            scopes=list(Scope),
            consents=consents(db, me),
        )


def owns(db: Session) -> bool:
    """Whether whoever reads here owns their host."""
    return db.exec(select(HostRole).where(HostRole.role == RoleName.OWNER)).first() is not None


def consents(db: Session, me: accounts.Me) -> list[tuple[accounts.Place, list[dict[str, Any]]]]:
    """Convention by convention, what is asked and what the reader said last."""
    ids = dict(db.exec(select(Convention.slug, Convention.id)).all())
    asked = []
    for place in me.places:
        said = newest(db, ids[place.slug], [me.id]).get(me.id, {})
        asked.append((place, purposes(said)))
    return asked


def purposes(said: Mapping[str, Said]) -> list[dict[str, Any]]:
    """What is asked, in today's words, with what was said last."""
    return [
        {"key": purpose, "title": words.title, "text": words.text, "said": said.get(purpose)}
        for purpose, words in WORDINGS.items()
    ]
