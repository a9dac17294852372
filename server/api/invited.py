"""What somebody does who was invited: look at the invitation, and accept it. The link is all they have."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.accounts import invitations as commands
from server.accounts.consents import WORDINGS, Purpose
from server.accounts.invitations import LookRecord
from server.accounts.tokens import digest
from server.api.door import Input, PartsDep, check_origin, origin_of
from server.api.sign_in import Code, SignedIn, Token, come_in
from server.batch import Order
from server.work import HOUSE

router = APIRouter(prefix="/api/v1/invitations", tags=["accounts"])


class Look(Input):
    """An invitation's token."""

    token: Token


class Acceptance(Input):
    """An invitation's token, what its person consents to (silence is no), and the one-time code if one is asked for."""

    token: Token
    consents: Annotated[dict[Purpose, bool], Field(default_factory=dict, max_length=len(Purpose))]
    code: Code | None = None


class Question(BaseModel):
    """A purpose, and the words in which consent is asked."""

    purpose: Purpose
    version: str
    title: dict[str, str]
    text: dict[str, str]


class Invitation(LookRecord):
    """What somebody is invited to, and the questions of consent to be asked."""

    consents: list[Question]


@router.post("/look")
async def look(body: Look, request: Request, parts: PartsDep) -> Invitation:
    """Open an invitation without using it up, as mail scanners do too."""
    check_origin(request, parts)
    command = partial(commands.look, token_digest=digest(body.token), real_now=parts.clock.real_now())
    answer = await parts.writer.run(Order(HOUSE, command, origin=origin_of(request)))
    questions = [
        Question(purpose=purpose, version=one.version, title=dict(one.title), text=dict(one.text))
        for purpose, one in WORDINGS.items()
    ]
    return Invitation(**LookRecord.model_validate_json(answer).model_dump(), consents=questions)


@router.post("/accept")
async def accept(body: Acceptance, request: Request, response: Response, parts: PartsDep) -> SignedIn:
    """Accept an invitation, once; the browser gets its cookie.

    401 `code_needed`: send the same again with the one-time code; the invitation has not been used up.
    """
    token, consents = digest(body.token), {str(purpose): given for purpose, given in body.consents.items()}
    return await come_in(
        request,
        response,
        parts,
        partial(commands.accept, token_digest=token, consents=consents),
        code=body.code,
        whose=partial(commands.person_of, token_digest=token, real_now=parts.clock.real_now()),
    )
