"""The texts of polls and contests, for whom they are."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from server.accounts.actors import SYSTEM
from server.database import reading
from sessions.floor import polls
from sessions.floor.contests import Judged, enter, prepare
from sessions.floor.polls import PollKind, close, open_poll, show, vote
from sessions.floor.wording import texts_of
from tests.factories import Fair
from tests.sessions.floor.people import viewer
from tests.sessions.programme import talk

ASKED, YES, NO = ({"en": text, "original": "en"} for text in ("Asked", "Yes", "No"))


def texts(fair: Fair, topic: str, ids: dict[str, list[UUID]] | None = None) -> dict[str, Any]:
    with reading(fair.engine) as db:
        return texts_of(db, topic, ids)


def test_polls_and_contests_have_texts_for_those_who_follow_them(fair: Fair) -> None:
    session_id = talk(fair).id
    session, backstage = f"session:{session_id}", f"backstage:{session_id}"
    poll = fair.perform(SYSTEM, polls.make, session_id, kind=PollKind.SINGLE, question=ASKED, options=[YES, NO])
    fair.perform(SYSTEM, prepare, session_id, [Judged(YES, 10, Decimal(1))])
    one, other = (fair.perform(SYSTEM, enter, session_id, name=name).id for name in (YES, NO))
    asked = {str(poll.id): {"question": ASKED, "options": [YES, NO], "words": None, "version": 1}}
    competing = {str(one): {"name": YES, "version": 1}, str(other): {"name": NO, "version": 1}}
    contest = {str(session_id): {"criteria": [YES], "version": 1}}
    assert texts(fair, session) == {"poll": {}, "contest": contest, "contestant": competing}
    assert texts(fair, backstage) == {"poll": asked, "contest": contest, "contestant": competing}
    assert texts(fair, session, {"poll": [poll.id]}) == {"poll": {}}
    fair.perform(SYSTEM, open_poll, session_id, poll.id)
    opened = {str(poll.id): {**asked[str(poll.id)], "version": 2}}
    wanted = {"poll": [poll.id, one], "contestant": [other], "question": [one]}
    assert texts(fair, session, wanted) == {"poll": opened, "contestant": {str(other): competing[str(other)]}}
    assert texts(fair, session, {"contest": [session_id]}) == {"contest": contest}
    assert texts(fair, f"person:{session_id}") == texts(fair, "organiser") == {}


def test_words_are_texts_once_they_are_final_for_those_who_may_see_them(fair: Fair) -> None:
    session_id = talk(fair).id
    session, backstage = f"session:{session_id}", f"backstage:{session_id}"
    poll_id = fair.perform(SYSTEM, polls.make, session_id, kind=PollKind.WORD, question=ASKED, shown=False).id

    def words() -> list[Any]:
        return [texts(fair, topic)["poll"][str(poll_id)]["words"] for topic in (session, backstage)]

    fair.perform(SYSTEM, open_poll, session_id, poll_id)
    for word in ("care", "cure", "care"):
        fair.perform(viewer(), vote, session_id, poll_id, [word])
    assert words() == [None, None]
    fair.perform(SYSTEM, close, session_id, poll_id)
    assert words() == [None, {"care": 2, "cure": 1}]
    fair.perform(SYSTEM, show, session_id, poll_id)
    assert words() == [{"care": 2, "cure": 1}] * 2
