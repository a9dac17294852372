"""Questions from a session's floor: ask, want answered, moderate, answer. The commands know who may do what."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import StringConstraints

import sessions.floor.questions as commands
from server.api import floor
from server.api.door import DeskDep, Input, convention_router
from server.api.floor import QuestionEntry
from sessions.floor.questions import VotesRecord
from sessions.floor.word_events import QuestionRecord

router = convention_router("floor", "/programme/{session_id}/questions")

Asking = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Answering = Annotated[str, StringConstraints(max_length=2000)]


class NewQuestion(Input):
    """A question. `anonymous` keeps your name from everybody, the moderators too, if the session allows it; left out,
    it is as the session asks for, by name if it leaves that open."""

    text: Asking
    anonymous: bool | None = None


class OtherWords(Input):
    """The question in other words."""

    text: Asking


class Answer(Input):
    """A text, or none if it was answered live."""

    text: Answering = ""


@router.get("")
def get_questions(session_id: UUID, desk: DeskDep) -> list[QuestionEntry]:
    """The questions that stand, and your own; for moderators all. The pinned one is first, then the most wanted."""
    with desk.reading() as db:
        session = floor.watchable(db, desk, session_id)
        return floor.questions(db, session.id, desk.actor.person_id)


@router.post("", status_code=201, response_model=QuestionRecord)
async def ask(session_id: UUID, body: NewQuestion, desk: DeskDep) -> Response:
    """Ask."""
    command = partial(commands.ask, session_id=session_id, text=body.text, anonymous=body.anonymous)
    return await desk.run(command, body, 201)


@router.patch("/{question_id}", response_model=QuestionRecord)
async def reword(session_id: UUID, question_id: UUID, body: OtherWords, desk: DeskDep) -> Response:
    """Put your question in other words, until a moderator has looked at it."""
    command = partial(commands.reword, session_id=session_id, question_id=question_id, text=body.text)
    return await desk.run(command, body)


@router.post("/{question_id}/withdraw", response_model=QuestionRecord)
async def withdraw(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Take your question back, until a moderator has looked at it."""
    return await desk.run(partial(commands.withdraw, session_id=session_id, question_id=question_id))


@router.post("/{question_id}/vote", response_model=VotesRecord)
async def vote(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Want it answered, too."""
    return await desk.run(partial(commands.vote, session_id=session_id, question_id=question_id))


@router.delete("/{question_id}/vote", response_model=VotesRecord)
async def take_vote_back(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """No longer want it answered."""
    return await desk.run(partial(commands.vote, session_id=session_id, question_id=question_id, wanted=False))


@router.post("/{question_id}/approve", response_model=QuestionRecord)
async def approve(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Let it stand, also if it was hidden."""
    return await desk.run(partial(commands.approve, session_id=session_id, question_id=question_id))


@router.post("/{question_id}/hide", response_model=QuestionRecord)
async def hide(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Put it away."""
    return await desk.run(partial(commands.hide, session_id=session_id, question_id=question_id))


@router.post("/{question_id}/answer", response_model=QuestionRecord)
async def answer(session_id: UUID, question_id: UUID, body: Answer, desk: DeskDep) -> Response:
    """Say that it was answered live, or answer it by a text; again to correct that."""
    command = partial(commands.answer, session_id=session_id, question_id=question_id, text=body.text)
    return await desk.run(command, body)


@router.post("/{question_id}/reopen", response_model=QuestionRecord)
async def reopen(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """It was not answered after all."""
    return await desk.run(partial(commands.reopen, session_id=session_id, question_id=question_id))


@router.post("/{question_id}/pin", response_model=QuestionRecord)
async def pin(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Put it above all others."""
    return await desk.run(partial(commands.pin, session_id=session_id, question_id=question_id))


@router.post("/{question_id}/unpin", response_model=QuestionRecord)
async def unpin(session_id: UUID, question_id: UUID, desk: DeskDep) -> Response:
    """Put it back among them."""
    return await desk.run(partial(commands.pin, session_id=session_id, question_id=question_id, pinned=False))
