"""What somebody did on the floor: given to them as a whole, and erased so that no result changes."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.accounts.erasure import UNSAID, forget
from server.accounts.leaving import leave
from server.accounts.personal import Held, held_about
from server.accounts.tables import Person
from server.database import reading
from server.scope import OwnScope, reading_as
from server.work import Work
from sessions.floor import polls
from sessions.floor.contests import Judged, close_judging, enter, prepare, score
from sessions.floor.hands import raise_hand
from sessions.floor.polls import PollKind, close, open_poll, vote
from sessions.floor.queries import state_of_backstage
from sessions.floor.tables import Hand, PollTally, PollVote, Score
from sessions.queries import State
from sessions.running import go_live
from sessions.tables import Appearance, Speaker
from tests.factories import BEFORE, Fair
from tests.sessions.floor.people import viewer
from tests.sessions.programme import talk

ASKED, YES, NO = ({"en": text, "original": "en"} for text in ("Asked", "Yes", "No"))


def named(fair: Fair, name: str) -> Actor:
    """Somebody with an account and a name."""
    actor = Actor(fair.buyer().people[0], roles=frozenset({"viewer"}))

    def call(work: Work) -> None:
        work.db.get_one(Person, actor.person_id).name = {"en": name, "original": "en"}

    fair.perform(SYSTEM, call)
    return actor


def asked(fair: Fair, session_id: UUID, kind: PollKind) -> UUID:
    options = [YES, NO] if kind == PollKind.SINGLE else []
    poll_id = fair.perform(SYSTEM, polls.make, session_id, kind=kind, question=ASKED, options=options).id
    fair.perform(SYSTEM, open_poll, session_id, poll_id)
    return poll_id


def held(fair: Fair, person_id: UUID) -> dict[str, Held]:
    with reading_as(fair.engine, OwnScope(fair.host_id, person_id)) as db:
        return held_about(db, person_id)


def tally(fair: Fair, poll_id: UUID) -> dict[str, int]:
    with reading(fair.engine) as db:
        return {row.choice: row.votes for row in db.exec(select(PollTally).where(PollTally.poll_id == poll_id))}


def erase(fair: Fair, person_id: UUID) -> None:
    fair.perform(SYSTEM, leave, person_id)
    fair.perform(SYSTEM, forget, person_id, BEFORE)


def test_what_somebody_did_on_the_floor_is_given_to_them_and_erased_without_changing_results(fair: Fair) -> None:
    session_id, somebody, other = talk(fair).id, named(fair, "Gerda Grün"), viewer()
    me = somebody.person_id
    assert me is not None
    option, word = (asked(fair, session_id, kind) for kind in (PollKind.SINGLE, PollKind.WORD))
    for voter, chosen, said in ((somebody, "0", "care"), (other, "1", "cure")):
        fair.perform(voter, vote, session_id, option, [chosen])
        fair.perform(voter, vote, session_id, word, [said])
    fair.perform(SYSTEM, go_live, session_id)
    fair.perform(somebody, raise_hand, session_id)
    judge(fair, session_id, me)
    fair.perform(somebody, score, session_id, competitor(fair, session_id), [7])
    fair.perform(SYSTEM, close_judging, session_id)
    for poll_id in (option, word):
        fair.perform(SYSTEM, close, session_id, poll_id)

    found = held(fair, me)
    assert found["poll_votes"].rows == [{"question": ASKED, "choice": [YES]}, {"question": ASKED, "choice": ["care"]}]
    hand = {"session_id": session_id, "state": "raised", "at": fair.clock.now()}
    assert (found["hands"].rows, found["scores"].rows) == ([hand], [{"contestant": YES, "points": [7]}])
    assert other.person_id is not None
    assert [row["choice"] for row in held(fair, other.person_id)["poll_votes"].rows] == [[NO], ["cure"]]
    assert (held(fair, other.person_id)["hands"].rows, held(fair, other.person_id)["scores"].rows) == ([], [])

    before = results(fair, session_id)
    erase(fair, me)
    assert results(fair, session_id) == before
    assert (tally(fair, option), tally(fair, word)) == ({"0": 1, "1": 1}, {"care": 1, "cure": 1})
    with reading(fair.engine) as db:
        assert {row.person_id for row in db.exec(select(PollVote))} == {other.person_id}
        assert [len(db.exec(select(model)).all()) for model in (Hand, Score)] == [1, 1]


def test_word_that_names_who_said_it_is_not_read_any_more(fair: Fair) -> None:
    session_id = talk(fair).id
    poll_id = asked(fair, session_id, PollKind.WORD)
    people = [named(fair, name) for name in ("Gerda Grün", "Jin Kanarie", "Anna Grünling")]
    for voter, said in zip(people, ("Gerda", "KANARIE", "grün"), strict=True):
        fair.perform(voter, vote, session_id, poll_id, [said])
    for somebody in people:
        assert somebody.person_id is not None
        erase(fair, somebody.person_id)
    assert tally(fair, poll_id) == {UNSAID: 2, "grün": 1}


def judge(fair: Fair, session_id: UUID, person_id: UUID) -> None:
    def appear(work: Work) -> None:
        speaker = Speaker(id=work.new_id(), convention_id=fair.id, person_id=person_id, name=YES)
        work.db.add(speaker)
        work.db.flush()
        work.db.add(Appearance(session_id=session_id, speaker_id=speaker.id, role="juror", convention_id=fair.id))

    fair.perform(SYSTEM, appear)


def competitor(fair: Fair, session_id: UUID) -> UUID:
    fair.perform(SYSTEM, prepare, session_id, [Judged(ASKED, 10, Decimal(1))])
    return fair.perform(SYSTEM, enter, session_id, name=YES).id


def results(fair: Fair, session_id: UUID) -> State:
    """Everything that moderators see of it."""
    with reading(fair.engine) as db:
        return state_of_backstage(db, fair.id, session_id)
