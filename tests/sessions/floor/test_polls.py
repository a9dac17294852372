"""Polls: drafted, opened, voted in once each, counted, closed, and shown to whom they are to be shown."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.errors import BadPoll, BadTitle, BadVote, NotAllowed, NotFound, TooMany, VotedAlready, WrongState
from sessions.floor import polls
from sessions.floor.events import PollRecord
from sessions.floor.polls import PollKind, Voted, plain, vote
from sessions.floor.queries import WORDS_SHOWN, tallies_of
from sessions.floor.tables import Poll, PollTally, PollVote
from sessions.programme import AudienceKind, cancel, change
from tests.factories import Fair, make_fair, refused
from tests.sessions.floor.people import part, seat, state, told, viewer
from tests.sessions.programme import talk

QUESTION = {"ko": "어디에서 오셨나요?", "en": "Where are you from?", "original": "ko"}
YES, NO, MAYBE = ({"en": word, "original": "en"} for word in ("Yes", "No", "Maybe"))


def poll(fair: Fair, session_id: UUID, kind: PollKind = PollKind.SINGLE, *, opened: bool = True, **more: Any) -> UUID:
    """A poll, with three options if it has any."""
    if kind in (PollKind.SINGLE, PollKind.MULTIPLE):
        more = {"options": [YES, NO, MAYBE], **more}
    made = fair.perform(SYSTEM, polls.make, session_id, kind=kind, question=QUESTION, **more)
    if opened:
        fair.perform(SYSTEM, polls.open_poll, session_id, made.id)
    return made.id


def rows(fair: Fair, poll_id: UUID) -> tuple[int, dict[str, int], dict[str, int]]:
    """The poll's voters, its tally as it is kept, and as its votes add up."""
    with reading(fair.engine) as db:
        votes = db.exec(select(PollVote).where(PollVote.poll_id == poll_id)).all()
        kept = db.exec(select(PollTally).where(PollTally.poll_id == poll_id)).all()
        voters = db.get_one(Poll, poll_id).voters
        assert len(votes) == voters
    counted = Counter(choice for one in votes for choice in one.choice)
    return voters, {one.choice: one.votes for one in kept}, dict(counted)


def tallies(fair: Fair, session_id: UUID, *, behind: bool = False) -> dict[UUID, dict[str, int]]:
    with reading(fair.engine) as db:
        return tallies_of(db, session_id, behind=behind)


def record(poll_id: UUID, session_id: UUID, fair: Fair, **changed: Any) -> PollRecord:
    usual: dict[str, Any] = {
        **{"id": poll_id, "session": session_id, "kind": "single", "options": 3, "most": 1, "state": "draft"},
        **{"shown": True, "results": None, "voters": None, "at": fair.clock.now(), "version": 1},
    }
    return PollRecord(**{**usual, **changed})


def test_poll_is_drafted_opened_voted_in_and_closed(fair: Fair) -> None:
    session_id = talk(fair).id
    session, backstage = f"session:{session_id}", f"backstage:{session_id}"
    poll_id = poll(fair, session_id, opened=False)
    assert state(fair, session, "poll") == {"poll": {}}
    draft = record(poll_id, session_id, fair).model_dump(mode="json")
    assert state(fair, backstage, "poll") == {"poll": {str(poll_id): draft}}

    opened = fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
    assert opened == record(poll_id, session_id, fair, state="open", version=2)
    for choice in ("0", "2", "0"):
        assert fair.perform(viewer(), vote, session_id, poll_id, [choice]) == Voted(poll=poll_id)
    assert tallies(fair, session_id) == {poll_id: {"0": 2, "1": 0, "2": 1}}
    assert rows(fair, poll_id) == (3, {"0": 2, "2": 1}, {"0": 2, "2": 1})

    closed = fair.perform(SYSTEM, polls.close, session_id, poll_id)
    results = {"0": 2, "1": 0, "2": 1}
    assert closed == record(poll_id, session_id, fair, state="closed", results=results, voters=3, version=3)
    assert tallies(fair, session_id) == {}
    final = closed.model_dump(mode="json")
    assert state(fair, session, "poll") == state(fair, backstage, "poll") == {"poll": {str(poll_id): final}}
    first = opened.model_dump(mode="json")
    assert told(fair, session) == [("poll.opened", {"poll": first}), ("poll.closed", {"poll": final})]
    assert told(fair, backstage) == [("poll.made", {"poll": draft}), *told(fair, session)]


def test_second_vote_is_refused_and_changes_nothing(fair: Fair) -> None:
    session_id = talk(fair).id
    poll_id, voter = poll(fair, session_id), viewer()
    fair.perform(voter, vote, session_id, poll_id, ["0"])
    before = rows(fair, poll_id)
    with refused(VotedAlready):
        fair.perform(voter, vote, session_id, poll_id, ["1"])
    assert rows(fair, poll_id) == before == (1, {"0": 1}, {"0": 1})


@pytest.mark.parametrize(
    ("kind", "more", "votes", "results"),
    [
        (PollKind.MULTIPLE, {"most": 2}, [["2", "0"], ["0"]], {"0": 2, "1": 0, "2": 1}),
        (PollKind.SCALE, {"most": 3}, [["3"], ["3"], ["1"]], {"1": 1, "2": 0, "3": 2}),
        (PollKind.SCALE, {}, [["5"]], {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1}),
        (PollKind.WORD, {}, [["Ｓｅｏｕｌ"], ["seoul "], ["서울"]], {"seoul": 2, "서울": 1}),
    ],
)
def test_kinds_are_counted(
    fair: Fair, kind: PollKind, more: dict[str, Any], votes: list[list[str]], results: dict[str, int]
) -> None:
    session_id = talk(fair).id
    poll_id = poll(fair, session_id, kind, **more)
    for choice in votes:
        fair.perform(viewer(), vote, session_id, poll_id, choice)
    assert tallies(fair, session_id) == {poll_id: results}
    voters, kept, counted = rows(fair, poll_id)
    assert (voters, kept) == (len(votes), counted)
    closed = fair.perform(SYSTEM, polls.close, session_id, poll_id)
    assert closed.results == (None if kind == PollKind.WORD else results)
    assert closed.voters == len(votes)


def test_what_people_write_stands_in_no_event(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    poll_id = poll(sqlite_fair, session_id, PollKind.WORD)
    sqlite_fair.perform(viewer(), vote, session_id, poll_id, ["unmistakable"])
    sqlite_fair.perform(SYSTEM, polls.close, session_id, poll_id)
    facts = "".join(event.data for event in sqlite_fair.events())
    assert [text for text in ("unmistakable", "어디", "Where") if text in facts] == []


def test_of_many_words_the_most_frequent_are_shown(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    poll_id = poll(sqlite_fair, session_id, PollKind.WORD)
    for number in range(WORDS_SHOWN + 5):
        sqlite_fair.perform(viewer(), vote, session_id, poll_id, [f"word{number:03}"])
    sqlite_fair.perform(viewer(), vote, session_id, poll_id, ["word054"])
    shown = tallies(sqlite_fair, session_id)[poll_id]
    assert list(shown.items())[:2] == [("word054", 2), ("word000", 1)]
    assert len(shown) == WORDS_SHOWN


@pytest.mark.parametrize(
    ("kind", "choice"),
    [
        (PollKind.SINGLE, []),
        (PollKind.SINGLE, ["0", "1"]),
        (PollKind.SINGLE, ["3"]),
        (PollKind.SINGLE, ["Yes"]),
        (PollKind.SINGLE, ["00"]),
        (PollKind.MULTIPLE, ["0", "1", "2"]),
        (PollKind.MULTIPLE, ["0", "0"]),
        (PollKind.MULTIPLE, []),
        (PollKind.SCALE, ["0"]),
        (PollKind.SCALE, ["6"]),
        (PollKind.WORD, []),
        (PollKind.WORD, [" "]),
        (PollKind.WORD, ["two words"]),
        (PollKind.WORD, ["a", "b"]),
        (PollKind.WORD, ["x" * 41]),
        (PollKind.WORD, ["ﷺ" * 3]),  # three characters that are 54 once they are spelt out
        (PollKind.WORD, ["a\u202eb"]),
        (PollKind.WORD, ["ＤＡＲＮ"]),
    ],
)
def test_vote_for_what_is_not_asked_is_refused(sqlite_fair: Fair, kind: PollKind, choice: list[str]) -> None:
    session_id = talk(sqlite_fair, floor={"words": ["darn"]}).id
    poll_id = poll(sqlite_fair, session_id, kind, most=2 if kind == PollKind.MULTIPLE else None)
    with pytest.raises(BadVote):
        sqlite_fair.perform(viewer(), vote, session_id, poll_id, choice)
    assert rows(sqlite_fair, poll_id) == (0, {}, {})


def test_words_are_one_however_they_are_typed() -> None:
    assert {plain(word) for word in ("Straße", "STRASSE", " strasse", "ｓｔｒａｓｓｅ")} == {"strasse"}
    assert plain("가") == plain("\u1100\u1161")


def test_hidden_results_are_the_moderators_alone(fair: Fair) -> None:
    session_id = talk(fair).id
    session, backstage = f"session:{session_id}", f"backstage:{session_id}"
    poll_id = poll(fair, session_id, shown=False)
    fair.perform(viewer(), vote, session_id, poll_id, ["1"])
    assert tallies(fair, session_id) == {}
    assert tallies(fair, session_id, behind=True) == {poll_id: {"0": 0, "1": 1, "2": 0}}
    closed = fair.perform(SYSTEM, polls.close, session_id, poll_id)
    results = {"results": {"0": 0, "1": 1, "2": 0}, "voters": 1}
    assert closed == record(poll_id, session_id, fair, state="closed", shown=False, **results, version=3)
    hidden = record(poll_id, session_id, fair, state="closed", shown=False, version=3).model_dump(mode="json")
    assert told(fair, session)[-1] == ("poll.closed", {"poll": hidden})
    assert told(fair, backstage)[-1] == ("poll.closed", {"poll": closed.model_dump(mode="json")})
    assert state(fair, session, "poll") == {"poll": {str(poll_id): hidden}}

    shown = fair.perform(SYSTEM, polls.show, session_id, poll_id)
    assert shown == record(poll_id, session_id, fair, state="closed", **results, version=4)
    assert told(fair, session)[-1] == ("poll.shown", {"poll": shown.model_dump(mode="json")})
    fair.perform(SYSTEM, polls.show, session_id, poll_id, shown=False)
    assert told(fair, session)[-1] == ("poll.hidden", {"poll": {**hidden, "version": 5}})
    with refused(WrongState, subject="poll", state="closed", shown=False):
        fair.perform(SYSTEM, polls.show, session_id, poll_id, shown=False)


def test_draft_can_be_changed_and_thrown_away_and_what_was_opened_cannot(fair: Fair) -> None:
    session_id = talk(fair).id
    poll_id = poll(fair, session_id, opened=False)
    several = {"kind": PollKind.MULTIPLE, "options": [YES, NO], "shown": False}
    changed = fair.perform(SYSTEM, polls.change, session_id, poll_id, **several)
    more = {"kind": "multiple", "options": 2, "most": 2, "shown": False}
    assert changed == record(poll_id, session_id, fair, **more, version=2)
    assert fair.perform(SYSTEM, polls.change, session_id, poll_id, most=1).most == 1
    other = {"en": "Another?", "original": "en"}
    assert fair.perform(SYSTEM, polls.change, session_id, poll_id, question=other).most == 1
    with reading(fair.engine) as db:
        assert db.get_one(Poll, poll_id).question == other
    fair.perform(SYSTEM, polls.remove, session_id, poll_id)
    assert state(fair, f"backstage:{session_id}", "poll") == {"poll": {}}
    assert told(fair, f"backstage:{session_id}")[-1] == ("poll.removed", {"poll": {"id": str(poll_id), "gone": True}})

    opened = poll(fair, session_id)
    with refused(WrongState, subject="poll", state="open", needed="draft"):
        fair.perform(SYSTEM, polls.change, session_id, opened, shown=False)
    with refused(WrongState, subject="poll", state="open", needed="draft"):
        fair.perform(SYSTEM, polls.remove, session_id, opened)


def test_closed_poll_stays_closed_but_can_be_copied(fair: Fair) -> None:
    session_id = talk(fair).id
    poll_id, late = poll(fair, session_id, PollKind.SCALE, most=7), viewer()
    fair.perform(late, vote, session_id, poll_id, ["7"])
    fair.perform(SYSTEM, polls.close, session_id, poll_id)
    with refused(WrongState, subject="poll", state="closed", wanted="open"):
        fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
    with refused(WrongState, subject="poll", state="closed", needed="open"):
        fair.perform(viewer(), vote, session_id, poll_id, ["1"])
    copied = fair.perform(SYSTEM, polls.copy, session_id, poll_id)
    assert copied == record(copied.id, session_id, fair, kind="scale", options=0, most=7)
    fair.perform(SYSTEM, polls.open_poll, session_id, copied.id)
    fair.perform(late, vote, session_id, copied.id, ["1"])
    assert rows(fair, copied.id) == (1, {"1": 1}, {"1": 1})


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": PollKind.SINGLE, "options": [YES]},
        {"kind": PollKind.SINGLE, "options": [YES] * 21},
        {"kind": PollKind.SINGLE, "options": [YES, NO], "most": 2},
        {"kind": PollKind.MULTIPLE, "options": [YES, NO], "most": 3},
        {"kind": PollKind.MULTIPLE, "options": [YES, NO], "most": 0},
        {"kind": PollKind.SCALE, "most": 1},
        {"kind": PollKind.SCALE, "most": 11},
        {"kind": PollKind.SCALE, "options": [YES, NO]},
        {"kind": PollKind.WORD, "options": [YES, NO]},
        {"kind": PollKind.WORD, "most": 2},
    ],
)
def test_parts_that_make_no_poll_are_refused(sqlite_fair: Fair, bad: dict[str, Any]) -> None:
    session_id = talk(sqlite_fair).id
    with pytest.raises(BadPoll):
        sqlite_fair.perform(SYSTEM, polls.make, session_id, question=QUESTION, **bad)
    with pytest.raises(BadTitle):
        sqlite_fair.perform(SYSTEM, polls.make, session_id, question={"en": "?"}, kind=PollKind.WORD)
    assert told(sqlite_fair, f"backstage:{session_id}") == []


def test_session_has_so_many_polls_and_no_more(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    one, *_ = (poll(sqlite_fair, session_id, PollKind.WORD, opened=False) for _ in range(polls.POLLS))
    with refused(TooMany, most=polls.POLLS):
        poll(sqlite_fair, session_id)
    sqlite_fair.perform(SYSTEM, polls.remove, session_id, one)
    poll(sqlite_fair, session_id)


MODERATING: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (polls.change, {"shown": False}),
    (polls.remove, {}),
    (polls.copy, {}),
    (polls.open_poll, {}),
    (polls.close, {}),
    (polls.show, {}),
]


@pytest.mark.parametrize(("command", "more"), MODERATING, ids=lambda one: getattr(one, "__name__", ""))
def test_only_those_who_moderate_a_session_have_its_polls_in_hand(
    sqlite_fair: Fair, command: Callable[..., Any], more: dict[str, Any]
) -> None:
    session_id, other = talk(sqlite_fair).id, talk(sqlite_fair).id
    poll_id = poll(sqlite_fair, session_id, opened=False)
    for somebody in (viewer(), part(sqlite_fair, session_id, "speaker"), part(sqlite_fair, other, "chair")):
        with pytest.raises(NotAllowed):
            sqlite_fair.perform(somebody, command, session_id, poll_id, **more)
    with pytest.raises(NotFound):
        sqlite_fair.perform(SYSTEM, command, other, poll_id, **more)
    with pytest.raises(NotFound):
        sqlite_fair.perform(SYSTEM, command, new_id(), session_id, **more)


def test_chair_asks_and_counts(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    moderator = part(sqlite_fair, session_id, "chair")
    made = sqlite_fair.perform(moderator, polls.make, session_id, kind=PollKind.WORD, question=QUESTION)
    sqlite_fair.perform(moderator, polls.open_poll, session_id, made.id)
    sqlite_fair.perform(moderator, vote, session_id, made.id, ["mine"])
    assert sqlite_fair.perform(moderator, polls.close, session_id, made.id).voters == 1


def test_who_may_not_watch_does_not_vote(sqlite_fair: Fair, clock: SteppedClock) -> None:
    workshop = talk(sqlite_fair, registers=True).id
    poll_id, somebody, nobody = poll(sqlite_fair, workshop), viewer(), Actor(None, roles=frozenset({"viewer"}))
    with refused(NotAllowed):
        sqlite_fair.perform(somebody, vote, workshop, poll_id, ["0"])
    assert somebody.person_id is not None
    seat(sqlite_fair, workshop, somebody.person_id)
    sqlite_fair.perform(somebody, vote, workshop, poll_id, ["0"])
    sqlite_fair.perform(SYSTEM, change, workshop, audience=AudienceKind.INVITED)
    with refused(NotFound):
        sqlite_fair.perform(viewer(), vote, workshop, poll_id, ["0"])
    public = talk(sqlite_fair).id
    with refused(NotAllowed):
        sqlite_fair.perform(nobody, vote, public, poll(sqlite_fair, public), ["0"])
    with refused(NotFound):
        sqlite_fair.perform(viewer(), vote, public, poll(sqlite_fair, public, opened=False), ["0"])
    elsewhere = make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    with refused(NotFound):
        elsewhere.perform(viewer(), vote, workshop, poll_id, ["0"])
    assert rows(sqlite_fair, poll_id)[0] == 1


def test_poll_of_a_session_that_is_called_off_is_not_opened(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    poll_id = poll(sqlite_fair, session_id, opened=False)
    sqlite_fair.perform(SYSTEM, cancel, session_id)
    with refused(WrongState, subject="session", state="cancelled"):
        sqlite_fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
