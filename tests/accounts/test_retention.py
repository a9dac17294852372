"""Personal data goes when a convention's time for keeping it is over, not before, and not of those who are kept."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from matchmaking.requests import request_meeting
from matchmaking.tables import Interpreter, Proposal, Representative
from server.accounts.actors import SYSTEM
from server.accounts.consents import record_consents
from server.accounts.retention import AT_ONCE, RETENTION, REUSE_DAYS, ends_at, schedule
from server.accounts.tables import HostRole, Person
from server.conventions.commands import add_role, create_convention, remove_role, set_retention
from server.conventions.tables import Convention
from server.database import reading, writing
from server.work import Work
from sessions.tables import ProgrammeSession, Viewer
from tests.api.conftest import add_person, own
from tests.factories import BEFORE, Fair, at, make_fair, make_host

# The last day is 12 November 2020, in Seoul; it is over with the 13th.
OVER = at("2021-11-13 00:00")


def erased(fair: Fair, people: Iterable[UUID]) -> list[bool]:
    with reading(fair.engine) as db:
        return [db.get_one(Person, one).erased_at is not None for one in people]


def let_it_end(fair: Fair, when: datetime = OVER) -> list[str]:
    fair.clock.move_to(when)
    return [kind for kind in fair.fire_due() if kind == RETENTION]


def edition(fair: Fair, year: int, *, keeps: int = 365) -> Fair:
    """Another convention of the host, a year or more away, with its timer."""
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug=f"smc-{year}")
    days: dict[str, Any] = {"first_day": date(year, 11, 9), "last_day": date(year, 11, 12), "retention_days": keeps}
    days["created_at"] = BEFORE - timedelta(days=600)
    with writing(fair.engine) as connection, Session(connection) as db:
        db.connection().execute(update(Convention).where(Convention.id == other.id).values(**days))  # type: ignore[arg-type]
    other.perform(SYSTEM, schedule)
    return other


def agree(fair: Fair, person: UUID, *, reuse: bool, at: datetime = BEFORE) -> None:
    fair.perform(SYSTEM, record_consents, person, fair.id, {"reuse": reuse}, "page", at)


@pytest.fixture
def kept(fair: Fair) -> Fair:
    """The convention, with its timer."""
    fair.perform(SYSTEM, schedule)
    return fair


def test_it_ends_so_many_days_after_the_last_as_the_convention_counts_days() -> None:
    about: dict[str, Any] = {"first_day": date(2020, 11, 9), "last_day": date(2020, 11, 12), "created_at": BEFORE}
    cases = {
        ("Asia/Seoul", 365): datetime(2021, 11, 12, 15, tzinfo=UTC),
        ("Asia/Seoul", 1): datetime(2020, 11, 13, 15, tzinfo=UTC),
        ("America/New_York", 180): datetime(2021, 5, 12, 4, tzinfo=UTC),  # summer time by then
        ("Pacific/Kiritimati", 0): datetime(2020, 11, 12, 10, tzinfo=UTC),
    }
    for (zone, days), instant in cases.items():
        assert ends_at(Convention(zone=zone, retention_days=days, **about)) == instant
    late = about | {"created_at": datetime(2026, 5, 1, 12, tzinfo=UTC)}
    assert ends_at(Convention(zone="UTC", retention_days=10, **late)) == datetime(2026, 5, 11, 12, tzinfo=UTC)


def test_everybody_who_took_part_is_erased_then_and_not_before(kept: Fair) -> None:
    fair = kept
    buyer, clinic = fair.buyer(), fair.exhibitor(people=2)
    meeting = fair.meet(buyer, clinic)
    viewer, interpreter, watcher, outsider = (add_person(fair, fair.host_id) for _ in range(4))
    fair.perform(SYSTEM, add_role, viewer, "viewer")

    def more(work: Work) -> None:
        times: dict[str, Any] = {"starts_at": BEFORE, "ends_at": BEFORE}
        talk = ProgrammeSession(id=work.new_id(), convention_id=fair.id, title={}, kind="talk", state="ended", **times)
        work.db.add_all([talk, Interpreter(convention_id=fair.id, person_id=interpreter, zone="UTC")])
        work.db.flush()
        work.db.add(Viewer(session_id=talk.id, person_id=watcher, newcomer=True, first_seen_at=BEFORE))

    fair.perform(SYSTEM, more)
    part = [*buyer.people, *clinic.people, viewer, interpreter, watcher]
    assert let_it_end(fair, OVER - timedelta(seconds=1)) == []
    assert erased(fair, [*part, outsider]) == [False] * 7
    young = add_person(fair, fair.host_id)
    before = fair.state()["meeting"][str(meeting)]
    assert let_it_end(fair) == [RETENTION] * ((len(part) + 1) // AT_ONCE + 1)
    assert erased(fair, [*part, outsider]) == [True] * 7
    assert fair.state()["meeting"][str(meeting)] == before
    # Who has no part in anything is kept as long, from when they became known.
    assert erased(fair, [young]) == [False]
    assert let_it_end(fair, OVER + timedelta(days=364)) == []
    assert let_it_end(fair, OVER + timedelta(days=365)) == [RETENTION]
    assert erased(fair, [young]) == [True]
    assert fair.timers() == []


def test_people_without_any_part_are_those_of_this_host_alone(kept: Fair) -> None:
    fair, later = kept, edition(kept, 2021)
    elsewhere = add_person(fair, make_host(fair.engine, fair.clock))
    owner, was_owner, was_speaker, returns = (add_person(fair, fair.host_id) for _ in range(4))
    own(fair, owner)
    later.perform(SYSTEM, add_role, returns, "speaker")
    fair.perform(SYSTEM, add_role, was_speaker, "speaker")
    fair.perform(SYSTEM, remove_role, was_speaker, "speaker")
    let_it_end(fair)
    people = [elsewhere, owner, was_owner, was_speaker, returns]
    assert erased(fair, people) == [False, False, True, True, False]


def test_who_runs_the_host_s_conventions_stays(kept: Fair) -> None:
    fair = kept
    owner, organiser, other_organiser, staff = (add_person(fair, fair.host_id) for _ in range(4))
    fair.perform(SYSTEM, add_role, organiser, "organiser")
    fair.perform(SYSTEM, add_role, owner, "staff")
    fair.perform(SYSTEM, add_role, staff, "staff")
    fair.perform(SYSTEM, add_role, other_organiser, "viewer")
    edition(fair, 2019).perform(SYSTEM, add_role, other_organiser, "organiser")

    def own(work: Work) -> None:
        work.db.add(HostRole(host_id=fair.host_id, person_id=owner, role="owner"))

    fair.perform(SYSTEM, own)
    let_it_end(fair)
    assert erased(fair, [owner, organiser, other_organiser, staff]) == [False, False, False, True]


def test_who_takes_part_in_a_later_edition_is_kept_as_long_as_that_keeps_them(kept: Fair) -> None:
    fair, later = kept, edition(kept, 2021)
    gone, back = fair.buyer().people[0], fair.buyer().people[0]
    later.perform(SYSTEM, add_role, back, "viewer")
    let_it_end(fair)
    assert erased(fair, [gone, back]) == [True, False]
    let_it_end(fair, at("2022-11-13 00:00"))
    assert erased(fair, [back]) == [True]
    assert fair.timers() == []


def test_an_earlier_edition_with_a_longer_policy_keeps_its_people_too(kept: Fair) -> None:
    fair, earlier = kept, edition(kept, 2019, keeps=3000)
    both = fair.buyer().people[0]
    earlier.perform(SYSTEM, add_role, both, "viewer")
    let_it_end(fair)
    assert erased(fair, [both]) == [False]
    let_it_end(fair, at("2019-11-13 00:00") + timedelta(days=3000))
    assert erased(fair, [both]) == [True]


def test_who_agreed_to_be_kept_for_the_next_edition_is_kept_three_years_more(kept: Fair) -> None:
    fair = kept
    willing, unwilling, changed = (fair.buyer().people[0] for _ in range(3))
    agree(fair, willing, reuse=True)
    agree(fair, unwilling, reuse=False)
    agree(fair, changed, reuse=True)
    agree(fair, changed, reuse=False, at=BEFORE + timedelta(days=1))
    let_it_end(fair)
    assert erased(fair, [willing, unwilling, changed]) == [False, True, True]
    end = OVER + timedelta(days=REUSE_DAYS)
    assert fair.timers() == [(end, RETENTION, fair.id)]
    let_it_end(fair, end)
    assert erased(fair, [willing]) == [True]
    assert fair.timers() == []


def test_who_is_erased_is_erased_in_all_conventions(kept: Fair) -> None:
    fair, earlier = kept, edition(kept, 2019, keeps=30)
    party, other = earlier.buyer(), earlier.exhibitor()
    earlier.perform(
        party, request_meeting, by=party.id, to=other.id, slot_id=min_slot(earlier), note="ask for our director"
    )
    one = party.people[0]
    fair.perform(SYSTEM, add_role, one, "viewer")
    let_it_end(fair)
    assert erased(fair, [one]) == [True]
    with reading(fair.engine) as db:
        assert [proposal.note for proposal in db.exec(select(Proposal))] == [""]
        assert [seat.active for seat in db.exec(select(Representative).where(Representative.person_id == one))] == [
            False
        ]


def min_slot(fair: Fair) -> UUID:
    return fair.slots[min(fair.slots)]


def test_many_are_erased_a_few_at_a_time(kept: Fair) -> None:
    fair = kept
    people = [add_person(fair, fair.host_id) for _ in range(2 * AT_ONCE + 1)]
    for one in people:
        fair.perform(SYSTEM, add_role, one, "viewer")
    assert let_it_end(fair) == [RETENTION] * 3
    assert erased(fair, people) == [True] * len(people)


def test_the_policy_moves_the_timer(kept: Fair) -> None:
    fair = kept
    one = fair.buyer().people[0]
    fair.perform(SYSTEM, set_retention, 30)
    assert fair.timers() == [(at("2020-12-13 00:00"), RETENTION, fair.id)]
    fair.perform(SYSTEM, set_retention, 3650)
    let_it_end(fair)
    assert erased(fair, [one]) == [False]
    fair.perform(SYSTEM, set_retention, 1)
    assert fair.timers() == [(OVER, RETENTION, fair.id)]
    assert let_it_end(fair) == [RETENTION]
    assert erased(fair, [one]) == [True]


def test_a_timer_that_comes_too_early_sets_itself_again(kept: Fair) -> None:
    fair = kept
    one = fair.buyer().people[0]
    with writing(fair.engine) as connection, Session(connection) as db:
        db.connection().execute(update(Convention).values(retention_days=400))
    assert let_it_end(fair) == [RETENTION]
    assert erased(fair, [one]) == [False]
    assert fair.timers() == [(OVER + timedelta(days=35), RETENTION, fair.id)]


def test_a_convention_is_made_with_its_timer(sqlite_fair: Fair) -> None:
    fair = sqlite_fair

    def make(work: Work) -> UUID:
        return create_convention(
            work,
            slug="smc-2022",
            name={"en": "SMC 2022"},
            zone="Asia/Seoul",
            first_day=date(2022, 11, 9),
            last_day=date(2022, 11, 12),
            host_id=fair.host_id,
            organiser_email="organiser@example.org",
        ).id

    made = fair.perform(SYSTEM, make)
    assert (at("2023-11-13 00:00"), RETENTION, made) in fair.timers()
