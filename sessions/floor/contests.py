"""Contests: by what criteria, who competes, what the jurors say, and the places, revealed from the last one up.

Jurors are the session's line-up in that role, as far as they have an account. Each sees their own points alone and
may change them until judging is closed; moderators see all. How places follow from points is in ranking.py.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.errors import BadContest, BadScore, NotAllowed, NotFound, ScoresMissing, TooMany, WrongState
from sessions.events import Fact, Gone, topics_of_backstage, topics_of_person
from sessions.floor.events import (
    ContestantChanged,
    ContestantEntered,
    ContestantRecord,
    ContestantRemoved,
    ContestConcealed,
    ContestJudged,
    ContestPrepared,
    ContestRecord,
    ContestReopened,
    ContestRevealed,
    ScoreGiven,
    ScoreRecord,
    ScoreRemoved,
)
from sessions.floor.queries import contestants_of
from sessions.floor.ranking import Criterion, places
from sessions.floor.readers import moderated, tell, watched
from sessions.floor.records import contest_record, contestant_record, score_record
from sessions.floor.states import ContestState, move, require
from sessions.floor.tables import Contest, Contestant, Score
from sessions.ports import Work
from sessions.programme import checked_text
from sessions.tables import Appearance, Speaker

CONTESTANTS = 200  # of one session
CRITERIA = 20
POINTS = 1000  # of one criterion


class Judged(NamedTuple):
    """One criterion as it is set: a text by language, the most points there are, and its weight against others."""

    name: Mapping[str, str]
    most: int
    weight: Decimal


class Missing(NamedTuple):
    """A juror has not judged a contestant."""

    juror: UUID
    contestant: UUID


def prepare(work: Work, session_id: UUID, criteria: Sequence[Judged]) -> ContestRecord:
    """Make a session a contest, or say anew how it is judged.

    Raises:
        NotFound, NotAllowed, BadTitle, BadContest, WrongState (it is judged; or there are scores that would not fit).
    """
    moderated(work, session_id)
    fit = all(1 <= one.most <= POINTS and one.weight.is_finite() and one.weight > 0 for one in criteria)
    if not (1 <= len(criteria) <= CRITERIA and fit):
        raise BadContest
    told = [{"name": checked_text(one.name), "most": one.most, "weight": str(one.weight)} for one in criteria]
    contest = work.db.get(Contest, session_id)
    if contest is None:
        made = ContestState.JUDGING.value
        contest = Contest(session_id=session_id, convention_id=work.convention_id, criteria=told, state=made, version=0)
    require(contest.state, ContestState.JUDGING)
    maxima = [[one["most"] for one in each] for each in (contest.criteria, told)]
    if maxima[0] != maxima[1] and scores_of(work.db, session_id):
        raise WrongState(subject="contest", state="scored")
    contest.criteria = told
    return _tell(work, contest, ContestPrepared)


def enter(
    work: Work, session_id: UUID, *, name: Mapping[str, str], party: UUID | None = None, position: int | None = None
) -> ContestantRecord:
    """Somebody competes: their turn is the last unless said otherwise.

    Args:
        party: their participation, which the caller has made sure of.

    Raises:
        NotFound, NotAllowed, WrongState, BadTitle, TooMany.
    """
    require(_load(work, session_id).state, ContestState.JUDGING)
    others = contestants_of(work.db, session_id)
    if len(others) >= CONTESTANTS:
        raise TooMany(most=CONTESTANTS)
    row = Contestant(
        id=work.new_id(),
        session_id=session_id,
        convention_id=work.convention_id,
        name=checked_text(name),
        participation_id=party,
        position=max((one.position + 1 for one in others), default=0) if position is None else position,
    )
    return _tell_of(work, row, ContestantEntered)


def change_contestant(work: Work, /, session_id: UUID, contestant_id: UUID, **changed: Any) -> ContestantRecord:
    """Set what is given and keep the rest.

    Args:
        changed: name, party (None: of no party), position.

    Raises:
        NotFound, NotAllowed, BadTitle.
    """
    _load(work, session_id)
    row = _contestant(work, session_id, contestant_id)
    row.name = checked_text(changed.get("name", row.name))
    row.participation_id = changed.get("party", row.participation_id)
    row.position = changed.get("position", row.position)
    row.version += 1
    return _tell_of(work, row, ContestantChanged)


def remove_contestant(work: Work, session_id: UUID, contestant_id: UUID) -> ContestantRecord:
    """They do not compete any more; points given to them go, too.

    Raises:
        NotFound, NotAllowed, WrongState (the contest is judged).
    """
    require(_load(work, session_id).state, ContestState.JUDGING)
    row = _contestant(work, session_id, contestant_id)
    for given in work.db.exec(select(Score).where(Score.contestant_id == row.id)).all():
        work.db.delete(given)
        topics = [*topics_of_backstage(session_id), topics_of_person(given.person_id)]
        work.record(ScoreRemoved(score=Gone(id=given.id)), topics)
    work.db.flush()
    work.db.delete(row)
    gone = ContestantRemoved(contestant=Gone(id=row.id))
    tell(work, session_id, gone, gone)
    return contestant_record(row)


def score(work: Work, session_id: UUID, contestant_id: UUID, points: Sequence[int]) -> ScoreRecord:
    """A juror's points for one contestant, by criterion; given again, they take the place of the earlier ones.

    Raises:
        NotFound, NotAllowed (no juror of this session), WrongState (it is judged), BadScore.
    """
    watched(work, session_id)
    juror, contest = work.actor.person_id, work.db.get(Contest, session_id)
    if contest is None:
        raise NotFound
    row = _contestant(work, session_id, contestant_id)
    if juror is None or juror not in jurors_of(work.db, session_id):
        raise NotAllowed
    require(contest.state, ContestState.JUDGING)
    maxima = [one["most"] for one in contest.criteria]
    if len(points) != len(maxima) or not all(0 <= given <= most for given, most in zip(points, maxima, strict=True)):
        raise BadScore(most=maxima)
    query = select(Score).where(Score.contestant_id == row.id, Score.person_id == juror)
    given = work.db.exec(query).first() or Score(
        id=work.new_id(),
        contestant_id=row.id,
        convention_id=work.convention_id,
        person_id=juror,
        points=[],
        version=0,
    )
    given.points, given.version = list(points), given.version + 1
    work.db.add(given)
    record = score_record(given, session_id)
    work.record(ScoreGiven(score=record), [*topics_of_backstage(session_id), topics_of_person(juror)])
    return record


def close_judging(work: Work, session_id: UUID, *, anyway: bool = False) -> ContestRecord:
    """End the judging and give the places; nobody but the moderators knows them yet.

    What counts are the scores of those who are jurors now.

    Raises:
        NotFound, NotAllowed, WrongState, ScoresMissing (unless it is to be closed `anyway`).
    """
    contest = _load(work, session_id)
    contest.state = move(contest.state, ContestState.JUDGED)
    lacking = missing(work.db, session_id)
    if lacking and not anyway:
        raise ScoresMissing(missing=[one._asdict() for one in lacking])
    jurors = jurors_of(work.db, session_id)
    points: defaultdict[UUID, list[list[int]]] = defaultdict(list)
    for given in scores_of(work.db, session_id):
        if given.person_id in jurors:
            points[given.contestant_id].append(given.points)
    criteria = [Criterion(one["most"], Decimal(one["weight"])) for one in contest.criteria]
    found = places(criteria, points)
    for row in contestants_of(work.db, session_id):
        place = found.get(row.id)
        row.rank, row.points = (place.rank, str(place.points)) if place else (None, None)
        work.db.add(row)
    return _tell(work, contest, ContestJudged)


def reopen(work: Work, session_id: UUID) -> ContestRecord:
    """Judge again: the places are taken back.

    Raises:
        NotFound, NotAllowed, WrongState (also: a place is revealed; conceal it first).
    """
    contest = _load(work, session_id)
    if contest.revealed:
        raise WrongState(subject="contest", state=contest.state, revealed=contest.revealed)
    contest.state = move(contest.state, ContestState.JUDGING)
    for row in contestants_of(work.db, session_id):
        row.rank = row.points = None
        work.db.add(row)
    return _tell(work, contest, ContestReopened)


def reveal(work: Work, session_id: UUID, *, everything: bool = False) -> ContestRecord:
    """Tell everybody the last place that is still unknown, with all who share it; or all places.

    Raises:
        NotFound, NotAllowed, WrongState (it is not judged, or all is revealed).
    """
    contest = _load(work, session_id)
    require(contest.state, ContestState.JUDGED)
    all_places = len({row.rank for row in contestants_of(work.db, session_id) if row.rank is not None})
    if contest.revealed >= all_places:
        raise WrongState(subject="contest", state=contest.state, revealed=contest.revealed)
    contest.revealed = all_places if everything else contest.revealed + 1
    return _tell(work, contest, ContestRevealed)


def conceal(work: Work, session_id: UUID, *, everything: bool = False) -> ContestRecord:
    """Take back the place revealed last, or all of them: it was a mistake.

    Raises:
        NotFound, NotAllowed, WrongState (nothing is revealed).
    """
    contest = _load(work, session_id)
    if not contest.revealed:
        raise WrongState(subject="contest", state=contest.state, revealed=0)
    contest.revealed = 0 if everything else contest.revealed - 1
    return _tell(work, contest, ContestConcealed)


def jurors_of(db: Session, session_id: UUID) -> list[UUID]:
    """Who judges: the jurors of a session that have an account."""
    query = (
        select(Speaker.person_id)
        .join(Appearance, col(Appearance.speaker_id) == Speaker.id)
        .where(Appearance.session_id == session_id, Appearance.role == "juror", col(Speaker.person_id).is_not(None))
    )
    return sorted(person for person in db.exec(query) if person is not None)


def scores_of(db: Session, session_id: UUID) -> list[Score]:
    """All points given, as far as the reader may see them."""
    query = select(Score).join(Contestant, col(Contestant.id) == Score.contestant_id)
    return list(db.exec(query.where(Contestant.session_id == session_id).order_by(col(Score.id))))


def missing(db: Session, session_id: UUID) -> list[Missing]:
    """Whom which juror has not judged yet."""
    given = {(row.person_id, row.contestant_id) for row in scores_of(db, session_id)}
    competing = contestants_of(db, session_id)
    return [
        Missing(juror, row.id)
        for juror in jurors_of(db, session_id)
        for row in competing
        if (juror, row.id) not in given
    ]


def _load(work: Work, session_id: UUID) -> Contest:
    """The contest, for those who moderate its session."""
    moderated(work, session_id)
    contest = work.db.get(Contest, session_id)
    if contest is None:
        raise NotFound
    return contest


def _contestant(work: Work, session_id: UUID, contestant_id: UUID) -> Contestant:
    row = work.db.get(Contestant, contestant_id)
    if row is None or row.session_id != session_id:
        raise NotFound
    return row


def _tell_of(work: Work, row: Contestant, fact: type[ContestantEntered] | type[ContestantChanged]) -> ContestantRecord:
    work.db.add(row)
    record = contestant_record(row)
    told = fact(contestant=record)
    tell(work, row.session_id, told, told)
    return record


def _tell(work: Work, contest: Contest, fact: type[Any]) -> ContestRecord:
    """Tell everybody what became of the contest; its moderators know all places."""
    contest.version += 1
    work.db.add(contest)
    competing = contestants_of(work.db, contest.session_id)
    record = contest_record(contest, competing, behind=True)
    public: Fact = fact(contest=contest_record(contest, competing))
    tell(work, contest.session_id, public, fact(contest=record))
    return record
