"""Contests: prepared, judged by the jurors, and revealed from the last place up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import delete

from server.accounts.actors import SYSTEM, Actor
from server.database import reading
from server.ids import new_id
from server.work import Work
from sessions.errors import BadContest, BadScore, BadTitle, NotAllowed, NotFound, ScoresMissing, TooMany, WrongState
from sessions.floor import contests
from sessions.floor.contests import (
    Judged,
    Missing,
    change_contestant,
    close_judging,
    conceal,
    enter,
    missing,
    prepare,
    remove_contestant,
    reopen,
    reveal,
    score,
    scores_of,
)
from sessions.floor.events import ContestantRecord, ContestRecord, CriterionRecord, PlaceRecord, ScoreRecord
from sessions.programme import Kind
from sessions.tables import Appearance
from tests.factories import Fair, refused
from tests.sessions.floor.people import part, state, told, viewer
from tests.sessions.programme import talk

IDEA = Judged({"en": "Idea", "original": "en"}, 10, Decimal(2))
MARKET = Judged({"en": "Market", "original": "en"}, 40, Decimal("0.5"))


def name(text: str) -> dict[str, str]:
    return {"en": text, "original": "en"}


@dataclass
class Pitch:
    """A contest of three, judged by two."""

    fair: Fair
    id: UUID
    jurors: list[Actor] = field(default_factory=list)
    contestants: list[UUID] = field(default_factory=list)

    def score(self, juror: int, contestant: int, *points: int) -> ScoreRecord:
        return self.fair.perform(self.jurors[juror], score, self.id, self.contestants[contestant], points)

    def run(self, command: Callable[..., Any], *details: Any, **named: Any) -> Any:
        """As a moderator."""
        return self.fair.perform(SYSTEM, command, self.id, *details, **named)

    def public(self) -> list[tuple[UUID, int]]:
        """(contestant, rank) as everybody knows them."""
        (contest,) = state(self.fair, f"session:{self.id}", "contest")["contest"].values()
        return [(UUID(place["contestant"]), place["rank"]) for place in contest["ranking"]]

    def record(self, **changed: Any) -> ContestRecord:
        criteria = [CriterionRecord(most=10, weight=Decimal(2)), CriterionRecord(most=40, weight=Decimal("0.5"))]
        usual: dict[str, Any] = {"criteria": criteria, "state": "judging", "revealed": 0, "ranking": [], "version": 1}
        return ContestRecord(id=self.id, **{**usual, **changed})


def pitch(fair: Fair, *, judged: bool = False) -> Pitch:
    """A contest; `judged`: the second is first, the two others share the second place."""
    session_id = talk(fair, kind=Kind.PITCH).id
    made = Pitch(
        fair,
        session_id,
        sorted((part(fair, session_id, "juror") for _ in range(2)), key=lambda one: str(one.person_id)),
    )
    fair.perform(SYSTEM, prepare, session_id, [IDEA, MARKET])
    made.contestants = [fair.perform(SYSTEM, enter, session_id, name=name(text)).id for text in ("A", "B", "C")]
    if judged:
        for juror in (0, 1):
            for contestant, points in enumerate(((5, 20), (10, 40), (5, 20))):
                made.score(juror, contestant, *points)
        fair.perform(SYSTEM, close_judging, session_id)
    return made


def test_contest_is_prepared_judged_and_revealed_from_the_last_place_up(fair: Fair) -> None:
    made = pitch(fair)
    session, backstage = f"session:{made.id}", f"backstage:{made.id}"
    a, b, c = made.contestants
    for juror, given in enumerate((((5, 40), (10, 40), (9, 0)), ((7, 0), (10, 0), (9, 0)))):
        for contestant, points in enumerate(given):
            made.score(juror, contestant, *points)
    ranking = [
        PlaceRecord(contestant=b, rank=1, points=Decimal("90.00")),
        PlaceRecord(contestant=c, rank=2, points=Decimal("72.00")),
        PlaceRecord(contestant=a, rank=3, points=Decimal("58.00")),
    ]
    judged = made.run(close_judging)
    assert judged == made.record(state="judged", ranking=ranking, version=2)
    assert told(fair, backstage)[-1] == ("contest.judged", {"contest": judged.model_dump(mode="json")})
    hidden = made.record(state="judged", version=2).model_dump(mode="json")
    assert told(fair, session)[-1] == ("contest.judged", {"contest": hidden})
    assert state(fair, session, "contest") == {"contest": {str(made.id): hidden}}
    assert state(fair, backstage, "contest") == {"contest": {str(made.id): judged.model_dump(mode="json")}}
    for count, known in enumerate(([(a, 3)], [(c, 2), (a, 3)], [(b, 1), (c, 2), (a, 3)]), 1):
        assert made.run(reveal) == made.record(state="judged", ranking=ranking, revealed=count, version=2 + count)
        assert made.public() == known
    with refused(WrongState, subject="contest", state="judged", revealed=3):
        made.run(reveal)


def test_those_who_share_a_place_are_revealed_together_and_a_reveal_can_be_taken_back(fair: Fair) -> None:
    made = pitch(fair, judged=True)
    first, second, third = made.contestants
    made.run(reveal)
    assert made.public() == [(first, 2), (third, 2)]
    made.run(conceal)
    assert made.public() == []
    made.run(reveal, everything=True)
    assert made.public() == [(second, 1), (first, 2), (third, 2)]
    made.run(conceal)
    assert made.public() == [(first, 2), (third, 2)]
    made.run(reveal)
    made.run(conceal, everything=True)
    assert made.public() == []
    with refused(WrongState, subject="contest", state="judged", revealed=0):
        made.run(conceal)
    kinds = [kind for kind, _ in told(fair, f"session:{made.id}") if kind.startswith("contest.")]
    assert kinds[2:] == [
        f"contest.{what}ed" for what in ("reveal", "conceal", "reveal", "conceal", "reveal", "conceal")
    ]


def test_jurors_see_their_own_points_and_may_change_them_until_judging_is_closed(fair: Fair) -> None:
    made = pitch(fair)
    one, other = made.jurors
    given = made.score(0, 0, 5, 40)
    again = made.score(0, 0, 6, 40)
    theirs = made.score(1, 0, 1, 1)
    row = {"session": made.id, "contestant": made.contestants[0]}
    assert again == ScoreRecord(id=given.id, **row, person=one.person_id, points=[6, 40], version=2)
    mine, others = ({str(each.id): each.model_dump(mode="json")} for each in (again, theirs))
    assert state(fair, f"person:{one.person_id}", "score") == {"score": mine}
    assert state(fair, f"person:{other.person_id}", "score") == {"score": others}
    assert state(fair, f"backstage:{made.id}", "score") == {"score": mine | others}
    assert [kind for kind, _ in told(fair, f"session:{made.id}") if kind.startswith("score")] == []
    for juror, contestant in ((0, 1), (0, 2), (1, 1), (1, 2)):
        made.score(juror, contestant, 1, 1)
    made.run(close_judging)
    with refused(WrongState, subject="contest", state="judged", needed="judging"):
        made.score(0, 0, 7, 40)
    made.run(reopen)
    assert made.score(0, 0, 7, 40).version == 3


def test_missing_scores_hold_up_the_end_unless_it_is_to_be_ended_anyway(fair: Fair) -> None:
    made = pitch(fair)
    one, other = (juror.person_id for juror in made.jurors)
    a, b, c = made.contestants
    made.score(0, 0, 10, 40)
    made.score(1, 0, 0, 0)
    made.score(0, 1, 10, 40)
    assert one is not None
    assert other is not None
    lacking = [Missing(one, c), Missing(other, b), Missing(other, c)]
    with reading(fair.engine) as db:
        assert missing(db, made.id) == lacking
    with refused(ScoresMissing, missing=[{"juror": juror, "contestant": who} for juror, who in lacking]):
        made.run(close_judging)
    judged = made.run(close_judging, anyway=True)
    assert [(place.contestant, place.rank) for place in judged.ranking] == [(b, 1), (a, 2)]
    made.run(reveal, everything=True)
    assert made.public() == [(b, 1), (a, 2)]


def test_what_counts_are_the_scores_of_those_who_are_jurors_now(fair: Fair) -> None:
    made = pitch(fair)
    for contestant, (mine, theirs) in enumerate(((10, 0), (5, 10), (0, 5))):
        made.score(0, contestant, mine, 0)
        made.score(1, contestant, theirs, 0)

    def dismiss(work: Work) -> None:
        work.db.exec(delete(Appearance))

    fair.perform(SYSTEM, dismiss)
    with refused(NotAllowed):
        made.score(0, 0, 1, 1)
    assert made.run(close_judging).ranking == []
    with refused(WrongState, subject="contest", state="judged", revealed=0):
        made.run(reveal)


def test_judging_is_taken_up_again_unless_something_is_revealed(fair: Fair) -> None:
    made = pitch(fair, judged=True)
    made.run(reveal)
    with refused(WrongState, subject="contest", state="judged", revealed=1):
        made.run(reopen)
    made.run(conceal)
    assert made.run(reopen) == made.record(version=5)
    assert told(fair, f"session:{made.id}")[-1][0] == "contest.reopened"
    with refused(WrongState, subject="contest", state="judging", wanted="judging"):
        made.run(reopen)
    with refused(WrongState, subject="contest", state="judging", needed="judged"):
        made.run(reveal)


def test_contestants_are_entered_changed_and_removed_with_their_scores(fair: Fair) -> None:
    made, party = pitch(fair), new_id()
    a, b, _ = made.contestants
    topics = [f"session:{made.id}", f"backstage:{made.id}"]
    changed = made.run(change_contestant, a, party=party, position=7)
    assert changed == ContestantRecord(id=a, session=made.id, party=party, position=7, version=2)
    renamed = made.run(change_contestant, a, name=name("Another"))
    assert renamed == ContestantRecord(id=a, session=made.id, party=party, position=7, version=3)
    assert made.run(change_contestant, a, party=None).party is None
    last = fair.perform(SYSTEM, enter, made.id, name=name("D"))
    assert last.position == 8
    given = made.score(0, 1, 1, 1)
    made.run(remove_contestant, b)
    gone = ("contestant.removed", {"contestant": {"id": str(b), "gone": True}})
    assert [told(fair, topic)[-1] for topic in topics] == [gone, gone]
    withdrawn = ("score.removed", {"score": {"id": str(given.id), "gone": True}})
    assert told(fair, f"person:{made.jurors[0].person_id}")[-1] == told(fair, topics[1])[-2] == withdrawn
    with reading(fair.engine) as db:
        assert scores_of(db, made.id) == []
    assert "Another" not in "".join(event.data for event in fair.events())


def test_points_that_the_criteria_do_not_have_are_refused(sqlite_fair: Fair) -> None:
    made = pitch(sqlite_fair)
    for points in ((), (1,), (1, 1, 1), (11, 0), (0, 41), (-1, 0)):
        with refused(BadScore, most=[10, 40]):
            made.score(0, 0, *points)


@pytest.mark.parametrize(
    "criteria",
    [
        [],
        [IDEA] * 21,
        [IDEA._replace(most=0)],
        [IDEA._replace(most=1001)],
        [IDEA._replace(weight=Decimal(0))],
        [IDEA._replace(weight=Decimal("NaN"))],
        [IDEA._replace(weight=Decimal("Infinity"))],
    ],
)
def test_criteria_by_which_nobody_can_judge_are_refused(sqlite_fair: Fair, criteria: list[Judged]) -> None:
    session_id = talk(sqlite_fair).id
    with refused(BadContest):
        sqlite_fair.perform(SYSTEM, prepare, session_id, criteria)
    with refused(BadTitle):
        sqlite_fair.perform(SYSTEM, prepare, session_id, [IDEA._replace(name={"en": "Idea"})])


def test_criteria_keep_their_maxima_once_there_are_scores(sqlite_fair: Fair) -> None:
    made = pitch(sqlite_fair)
    sqlite_fair.perform(SYSTEM, prepare, made.id, [MARKET, IDEA])
    made.score(0, 0, 40, 10)
    lighter = sqlite_fair.perform(SYSTEM, prepare, made.id, [MARKET, IDEA._replace(weight=Decimal(1))])
    assert lighter.criteria[1] == CriterionRecord(most=10, weight=Decimal(1))
    with refused(WrongState, subject="contest", state="scored"):
        sqlite_fair.perform(SYSTEM, prepare, made.id, [IDEA, MARKET])
    made.run(close_judging, anyway=True)
    with refused(WrongState, subject="contest", state="judged", needed="judging"):
        sqlite_fair.perform(SYSTEM, prepare, made.id, [MARKET, IDEA])
    with refused(WrongState, subject="contest", state="judged", needed="judging"):
        sqlite_fair.perform(SYSTEM, enter, made.id, name=name("Late"))
    with refused(WrongState, subject="contest", state="judged", needed="judging"):
        made.run(remove_contestant, made.contestants[0])


def test_so_many_compete_and_no_more(sqlite_fair: Fair) -> None:
    session_id = talk(sqlite_fair).id
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, enter, session_id, name=name("Too early"))
    sqlite_fair.perform(SYSTEM, prepare, session_id, [IDEA])
    for number in range(contests.CONTESTANTS):
        sqlite_fair.perform(SYSTEM, enter, session_id, name=name(f"Number {number}"))
    with refused(TooMany, most=contests.CONTESTANTS):
        sqlite_fair.perform(SYSTEM, enter, session_id, name=name("One more"))


@pytest.mark.parametrize("command", [close_judging, reopen, reveal, conceal])
def test_only_moderators_run_a_contest(sqlite_fair: Fair, command: Callable[..., ContestRecord]) -> None:
    made = pitch(sqlite_fair)
    for somebody in (viewer(), made.jurors[0]):
        with refused(NotAllowed):
            sqlite_fair.perform(somebody, command, made.id)
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, command, talk(sqlite_fair).id)
    with refused(NotFound):
        sqlite_fair.perform(SYSTEM, command, new_id())


def test_only_jurors_judge(sqlite_fair: Fair) -> None:
    made = pitch(sqlite_fair)
    a, *_ = made.contestants
    other = pitch(sqlite_fair)
    for somebody in (viewer(), SYSTEM, part(sqlite_fair, made.id, "chair"), other.jurors[0]):
        with refused(NotAllowed):
            sqlite_fair.perform(somebody, score, made.id, a, (1, 1))
    with refused(NotFound):
        sqlite_fair.perform(other.jurors[0], score, other.id, a, (1, 1))
    with refused(NotAllowed):
        sqlite_fair.perform(viewer(), change_contestant, made.id, a, position=1)
    with refused(NotFound):
        made.run(change_contestant, other.contestants[0], position=1)
    with refused(NotAllowed):
        sqlite_fair.perform(made.jurors[0], prepare, made.id, [IDEA])
