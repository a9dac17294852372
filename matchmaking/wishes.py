"""Wishes before the schedule: what parties wish of each other, how many meetings they want, the organiser's own pairs.

A wish is told to its sayer and the organiser, never to the party it is about. What contradicts itself is taken as it
is: of a "must meet" and the other's "no thanks" the "no thanks" counts, and neither is told why.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from matchmaking.calendar import rules
from matchmaking.errors import BadLimits, NotAllowed, NotFound, TooManyWishes
from matchmaking.events import (
    LimitsRecord,
    PairFreed,
    PairGone,
    PairRuled,
    PairRuleRecord,
    PartyLimited,
    PreferenceGone,
    PreferenceRecord,
    PreferenceSet,
    PreferenceWithdrawn,
    WishesRecord,
    topics_for,
)
from matchmaking.ports import Work
from matchmaking.records import limits_record, pair_record, preference_record
from matchmaking.tables import PairRule, Participation, PartyLimits, Preference

WishName = Literal["must_meet", "meet", "no_thanks"]
RuleName = Literal["must", "ban"]

_OPEN = ("preferences", "requests")


class Wished(NamedTuple):
    """What a party wishes of another. `note` is free text; None leaves what was noted as it is."""

    about: UUID
    wish: WishName
    note: str | None = None


def prefer(work: Work, *, by: UUID, about: UUID, wish: WishName, note: str | None = None) -> PreferenceRecord:
    """Say what a party wishes of another; "no thanks" shows the other a full calendar.

    Raises:
        NotFound: one of them is not in this convention, or not the actor's.
        PhaseClosed: neither preferences nor requests are open.
        TooManyWishes
    """
    _check_own(work, by)
    _check_there(work, by, {about})
    row = work.db.get(Preference, (work.convention_id, by, about))
    known = {about: row} if row is not None else {}
    if row is None:
        _check_number(work, 1 + _count(work, by))
    return _say(work, by, known, Wished(about, wish, note))


def prefer_many(work: Work, *, by: UUID, wishes: Sequence[Wished]) -> WishesRecord:
    """Say many wishes of one party, all or none. Of two about the same party the last counts; only what is not as it
    was is told.

    Raises:
        As `prefer`.
    """
    _check_own(work, by)
    latest = {one.about: one for one in wishes}
    _check_there(work, by, latest.keys())
    known = {row.about_id: row for row in work.db.exec(_said_by(work, by))}
    _check_number(work, len(known.keys() | latest.keys()))
    new = [one for one in latest.values() if not _is_known(known.get(one.about), one)]
    for one in new:
        _say(work, by, known, one)
    return WishesRecord(by=by, changed=len(new), unchanged=len(latest) - len(new))


def unprefer(work: Work, *, by: UUID, about: UUID) -> PreferenceGone:
    """Take a wish back: nothing is said of that party any more.

    Raises:
        NotFound: there is no such wish, or it is not the actor's.
        PhaseClosed
    """
    _check_own(work, by)
    row = work.db.get(Preference, (work.convention_id, by, about))
    if row is None:
        raise NotFound
    gone = PreferenceGone(id=preference_record(row).id)
    work.db.delete(row)
    work.db.flush()
    work.record(PreferenceWithdrawn(preference=gone), topics_for((by,)))
    return gone


def limit(
    work: Work, party_id: UUID, *, least: int = 0, most: int | None = None, most_a_day: int | None = None
) -> LimitsRecord:
    """Say how many meetings a party wants: `least` is a wish, `most` and `most_a_day` (None: any number) are rules.

    Raises:
        NotFound: no such party, or not the actor's.
        PhaseClosed
        BadLimits: they contradict each other.
    """
    _check_own(work, party_id)
    _check_there(work, party_id, ())
    if most is not None and (least > most or (most_a_day or 0) > most):
        raise BadLimits(least=least, most=most, most_a_day=most_a_day)
    row = work.db.get(PartyLimits, (work.convention_id, party_id))
    if row is None:
        row = PartyLimits(convention_id=work.convention_id, participation_id=party_id, version=0)
    row.least, row.most, row.most_a_day, row.version = least, most, most_a_day, row.version + 1
    work.db.add(row)
    work.db.flush()
    record = limits_record(row)
    work.record(PartyLimited(limits=record), topics_for((party_id,)))
    return record


def rule(work: Work, *, one: UUID, other: UUID, rule: RuleName) -> PairRuleRecord:
    """The organiser's word on two parties, whatever they wish: they meet before all else, or not at all.

    Raises:
        NotAllowed, NotFound.
    """
    if not work.actor.staff:
        raise NotAllowed
    _check_there(work, one, {other})
    first, second = sorted((one, other))
    row = work.db.get(PairRule, (work.convention_id, first, second))
    if row is None:
        row = PairRule(convention_id=work.convention_id, one_id=first, other_id=second, rule=rule, at=work.now)
    row.rule, row.by_id, row.at = rule, work.actor.person_id, work.now
    work.db.add(row)
    work.db.flush()
    record = pair_record(row)
    work.record(PairRuled(pair_rule=record), ["organiser"])
    return record


def free(work: Work, *, one: UUID, other: UUID) -> PairGone:
    """Take that word back: only what the two wish counts again.

    Raises:
        NotAllowed; NotFound: nothing was said of the two.
    """
    if not work.actor.staff:
        raise NotAllowed
    row = work.db.get(PairRule, (work.convention_id, *sorted((one, other))))
    if row is None:
        raise NotFound
    gone = PairGone(id=pair_record(row).id)
    work.db.delete(row)
    work.db.flush()
    work.record(PairFreed(pair_rule=gone), ["organiser"])
    return gone


def _check_own(work: Work, party_id: UUID) -> None:
    work.require_phase(*_OPEN)
    if party_id not in work.actor.parties and not work.actor.staff:
        raise NotFound


def _check_there(work: Work, party_id: UUID, others: Collection[UUID]) -> None:
    """They are parties of this convention, and not the same."""
    wanted = {party_id, *others}
    query = select(Participation.id).where(
        Participation.convention_id == work.convention_id, col(Participation.id).in_(wanted)
    )
    if party_id in others or set(work.db.exec(query)) != wanted:
        raise NotFound


def _said_by(work: Work, by: UUID) -> SelectOfScalar[Preference]:
    return select(Preference).where(Preference.convention_id == work.convention_id, Preference.by_id == by)


def _count(work: Work, by: UUID) -> int:
    mine = (Preference.convention_id == work.convention_id, Preference.by_id == by)
    return work.db.exec(select(func.count()).select_from(Preference).where(*mine)).one()


def _check_number(work: Work, wishes: int) -> None:
    most = rules(work).policies.wishes_per_party
    if wishes > most:
        raise TooManyWishes(most=most, wishes=wishes)


def _is_known(row: Preference | None, wished: Wished) -> bool:
    return row is not None and row.wish == wished.wish and wished.note in (None, row.note)


def _say(work: Work, by: UUID, known: Mapping[UUID, Preference], wished: Wished) -> PreferenceRecord:
    row = known.get(wished.about)
    if row is None:
        row = Preference(convention_id=work.convention_id, by_id=by, about_id=wished.about, wish="", at=work.now)
    row.wish, row.at = wished.wish, work.now
    row.note = row.note if wished.note is None else wished.note
    work.db.add(row)
    record = preference_record(row)
    work.record(PreferenceSet(preference=record), topics_for((by,)))
    return record
