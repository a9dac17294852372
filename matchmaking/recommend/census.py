"""What is known of all parties of a convention, read at once to be reckoned with: nothing of it is shown as it is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.calendar import rules_of
from matchmaking.channels import effective_channels
from matchmaking.people import FIND_PEOPLE, There, around, there
from matchmaking.recommend import profile as profiles
from matchmaking.recommend.crowd import Crowd, House
from matchmaking.recommend.profile import MatchProfile, profile_of
from matchmaking.recommend.scoring import Facts
from matchmaking.recommend.taxonomy import Taxonomy, taxonomy_of
from matchmaking.recommend.texts import Words
from matchmaking.slots import Interval
from matchmaking.tables import Attendee, JoinInstruction, Meeting, Participation, PartyLimits, Slot

_AT_ONCE = 2000
_HELD = ("held", "handled_offline")


@dataclass(frozen=True, slots=True)
class Census:
    """The parties as a crowd; `capacity` is how many meetings each has time for, and wants, by row. `earlier` are the
    organisations that each organisation has met at other conventions."""

    crowd: Crowd
    capacity: Sequence[float]
    earlier: Mapping[UUID, Collection[UUID]]


def take_census(db: Session, convention_id: UUID, watched: Mapping[UUID, frozenset[UUID]]) -> Census:
    """Read all parties.

    Args:
        watched: the sessions of the programme that people have watched.

    Raises:
        NotFound: the convention has no meeting calendar.
    """
    rules = rules_of(db, convention_id)
    taxonomy = taxonomy_of(db, convention_id)
    query = select(Participation).where(Participation.convention_id == convention_id)
    parties = db.exec(query.order_by(col(Participation.id))).all()
    said = [profile_of(party) for party in parties]
    slots = db.exec(select(Slot).where(Slot.convention_id == convention_id).order_by(col(Slot.starts_at))).all()
    calendar = [(slot.starts_at, slot.ends_at) for slot in slots]
    people = _people(db, [party.id for party in parties], calendar)
    used = select(JoinInstruction.channel).where(
        JoinInstruction.convention_id == convention_id, JoinInstruction.owner_id == convention_id
    )
    known = _Known(taxonomy, people, calendar, watched, tuple(db.exec(used)))
    facts = [known.facts(party, profile) for party, profile in zip(parties, said, strict=True)]
    words = Words(
        [profiles.about_text(party, profile) for party, profile in zip(parties, said, strict=True)],
        [profiles.wanted_text(party, profile) for party, profile in zip(parties, said, strict=True)],
    )
    policies = rules.policies
    house = House(taxonomy, policies.match_weights, policies.who_may_ask, len(slots), rules.slot_minutes)
    return Census(Crowd(facts, words, house), _capacity(db, convention_id, facts), _earlier(db, convention_id, parties))


class _Known:
    """What the facts of single parties are made of."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        people: Mapping[UUID, Sequence[There]],
        calendar: Sequence[Interval],
        watched: Mapping[UUID, frozenset[UUID]],
        house_channels: Sequence[str],
    ) -> None:
        self._taxonomy, self._people, self._calendar = taxonomy, people, calendar
        self._watched, self._house_channels = watched, house_channels
        self._masks: dict[tuple[Interval, ...], int] = {}

    def facts(self, party: Participation, profile: MatchProfile) -> Facts:
        people = self._people.get(party.id, ())
        channels = effective_channels(party.channels, self._house_channels if party.offers else [])
        return Facts(
            id=party.id,
            organisation=party.organisation_id,
            exhibits=party.offers,
            buys=party.seeks,
            country=party.country,
            offers=profiles.offered(party, profile, self._taxonomy),
            needs=profiles.needed(party, profile, self._taxonomy),
            markets=frozenset(party.target_countries),
            languages=frozenset(chain.from_iterable(person.languages for person in people)),
            certifications=_certificates(profile.certifications),
            certifications_wanted=_certificates(profile.certifications_wanted),
            size=profile.size,
            sizes_wanted=frozenset(profile.sizes_wanted),
            volumes=frozenset(profile.volumes),
            channels=None if channels is None else frozenset(channels),
            awake=self._awake(people),
            sessions=frozenset(chain.from_iterable(self._watched.get(person.person, ()) for person in people)),
        )

    def _awake(self, people: Iterable[There]) -> int | None:
        """The slots in which one of them is there; None if none of them has hours."""
        masks = [self._mask(person.stretches) for person in people if person.row.days is not None]
        awake = 0
        for mask in masks:
            awake |= mask
        return awake if masks else None

    def _mask(self, stretches: tuple[Interval, ...]) -> int:
        known = self._masks.get(stretches)
        if known is None:
            known = sum(
                1 << number
                for number, (start, end) in enumerate(self._calendar)
                if any(opens <= start and end <= closes for opens, closes in stretches)
            )
            self._masks[stretches] = known
        return known


def _certificates(names: Iterable[str]) -> frozenset[str]:
    """ "ISO 13485" and "iso13485" are one."""
    return frozenset("".join(name.upper().split()) for name in names)


def _people(db: Session, parties: Sequence[UUID], calendar: Sequence[Interval]) -> Mapping[UUID, Sequence[There]]:
    """Who sits for each party."""
    found: defaultdict[UUID, list[There]] = defaultdict(list)
    span: tuple[datetime, datetime] = (calendar[0][0], calendar[-1][1])
    for start in range(0, len(parties), _AT_ONCE):
        asked: list[dict[str, Any]] = around(parties[start : start + _AT_ONCE], *span, 0)
        for person in there(chain.from_iterable(FIND_PEOPLE.rows(db, asked))):
            found[person.party].append(person)
    return found


def _capacity(db: Session, convention_id: UUID, facts: Sequence[Facts]) -> list[float]:
    limits = select(col(PartyLimits.participation_id), col(PartyLimits.most)).where(
        PartyLimits.convention_id == convention_id, col(PartyLimits.most).is_not(None)
    )
    most = dict(db.exec(limits).all())
    times = [(party.awake or 0).bit_count() for party in facts]
    usual = sum(times) / max(1, sum(map(bool, times)))
    return [
        float(min(time or usual, most.get(party.id) or time or usual) or 1)
        for party, time in zip(facts, times, strict=True)
    ]


def _earlier(db: Session, convention_id: UUID, parties: Sequence[Participation]) -> Mapping[UUID, Collection[UUID]]:
    """Whom each organisation has met at another of the host's conventions: rows of meetings that were held."""
    here = select(Participation.organisation_id).where(Participation.convention_id == convention_id)
    seats = (
        select(col(Attendee.meeting_id), col(Participation.organisation_id))
        .join(Meeting, col(Meeting.id) == col(Attendee.meeting_id))
        .join(Participation, col(Participation.id) == col(Attendee.participation_id))
        .where(
            Meeting.convention_id != convention_id,
            col(Meeting.outcome).in_(_HELD),
            col(Participation.organisation_id).in_(here),
        )
    )
    sat: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for meeting, organisation in db.exec(seats):
        sat[meeting].add(organisation)
    known: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for organisations in sat.values():
        for one in organisations:
            known[one] |= organisations - {one}
    return dict(known)
