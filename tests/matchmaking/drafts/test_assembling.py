"""A convention's rows as a problem: who could meet whom, when they are free, what stands already."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, update

from matchmaking import wishes
from matchmaking.drafts.presence import Site
from matchmaking.meetings import assign
from matchmaking.parties import Day, set_days
from matchmaking.schedule.problem import Candidate, Mask
from matchmaking.tables import Availability
from server.accounts.actors import SYSTEM
from server.database import writing
from server.ids import new_id
from tests.factories import Fair, at, make_fair
from tests.matchmaking.drafts.making import assembled, placed_at_once, wish

DAY = (date(2020, 11, 9),)
MORNING = ((9 * 60, 10 * 60 + 40),)


def walls(fair: Fair, mask: Mask) -> list[str]:
    """The slots of a mask by their beginning in Seoul."""
    starts = sorted(start for start in fair.slots if start > fair.clock.now())
    return [f"{start + timedelta(hours=9):%d %H:%M}" for s, start in enumerate(starts) if mask >> s & 1]


def test_slots_are_those_to_come_by_local_days(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    fair.move_to("2020-11-12 21:00")
    problem = assembled(fair).problem
    assert [(slot.starts_at, slot.day, slot.clash) for slot in problem.slots[:2]] == [
        (at("2020-11-12 21:35"), 3, 0),
        (at("2020-11-12 22:10"), 3, 0),
    ]


def test_people_are_free_when_they_are_there_and_nothing_is_agreed(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(hours=MORNING, dates=DAY), fair.exhibitor()
    rival = fair.buyer()
    wish(fair, buyer, exhibitor)
    fair.meet(rival, exhibitor, "2020-11-09 09:35")
    problem = assembled(fair).problem
    [seat] = next(party for party in problem.parties if party.id == buyer.id).seats
    assert walls(fair, seat.free) == ["09 09:00", "09 09:35", "09 10:10"]
    busy = next(party for party in problem.parties if party.id == exhibitor.id)
    assert "09 09:35" not in walls(fair, busy.seats[0].free)
    assert (busy.booked, busy.seats[0].booked) == ((1, 0, 0, 0), (1, 0, 0, 0))


def test_another_convention_of_the_host_takes_time_here(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(hours=MORNING, dates=DAY), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    other = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="other")
    twin = other.buyer(hours=MORNING, dates=DAY)
    host = other.exhibitor()
    moved = other.meet(twin, host, "2020-11-09 09:00")
    with writing(fair.engine) as connection, Session(connection) as db:
        db.connection().exec_driver_sql(
            "UPDATE occupancy SET resource_id = ? WHERE resource_id = ? AND holder_id = ?",
            (buyer.people[0].hex, twin.people[0].hex, moved.hex),
        )
    [seat] = next(party for party in assembled(fair).problem.parties if party.id == buyer.id).seats
    assert walls(fair, seat.free) == ["09 09:35", "09 10:10"]


def test_pairs_are_those_that_wish_it_and_may(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyers, exhibitors = [fair.buyer() for _ in range(3)], [fair.exhibitor() for _ in range(3)]
    wish(fair, buyers[0], exhibitors[0], exhibitors[1], buyers[1])  # two buyers may not ask each other
    wish(fair, exhibitors[0], buyers[0], kind="must_meet")
    wish(fair, exhibitors[1], buyers[0], kind="no_thanks")
    wish(fair, buyers[1], exhibitors[1], exhibitors[2])
    wish(fair, buyers[2], exhibitors[2])
    fair.perform(SYSTEM, wishes.rule, one=buyers[1].id, other=exhibitors[1].id, rule="ban")
    fair.perform(SYSTEM, wishes.rule, one=buyers[2].id, other=exhibitors[0].id, rule="must")
    fair.meet(buyers[2], exhibitors[2])
    problem = assembled(fair).problem
    ids = [party.id for party in problem.parties]
    assert ids == sorted(ids)
    index = {party.id: p for p, party in enumerate(problem.parties)}

    def candidate(one: UUID, other: UUID, weight: int, *, must: bool = False) -> Candidate:
        pair = index[min(one, other)], index[max(one, other)]
        return Candidate(pair, weight, (1 << len(problem.slots)) - 1, None, must)

    expected = {
        candidate(buyers[0].id, exhibitors[0].id, 11),
        candidate(buyers[1].id, exhibitors[2].id, 2),
        candidate(buyers[2].id, exhibitors[0].id, 14, must=True),
    }
    assert set(problem.candidates) == expected
    assert len(problem.candidates) == 3


def test_who_needs_a_look_is_not_scheduled(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    doubtful, exhibitor = fair.buyer(needs_look=["zone"]), fair.exhibitor()
    wish(fair, exhibitor, doubtful)
    problem = assembled(fair).problem
    assert ([party.id for party in problem.parties], problem.candidates) == ([exhibitor.id], ())


def test_limits_are_the_partys_own_or_the_policys(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    fair.perform(SYSTEM, wishes.limit, buyer.id, least=2, most=5, most_a_day=3)
    found = assembled(fair, least=1, most=9).problem.parties
    assert {party.id: (party.least, party.most, party.most_a_day) for party in found} == {
        buyer.id: (2, 5, 3),
        exhibitor.id: (1, 9, None),
    }


def test_whose_hours_are_assumed_is_not_asked_at_night(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    stated, assumed = fair.buyer(zone="America/Sao_Paulo"), fair.buyer(zone="America/Sao_Paulo")
    with writing(fair.engine) as connection, Session(connection) as db:
        theirs = update(Availability).where(col(Availability.person_id) == assumed.people[0])
        db.exec(theirs.values(source="assumed"))
    parties = {party.id: party for party in assembled(fair).problem.parties}
    night = at("2020-11-09 14:50")  # 02:50 in Sao Paulo
    s = sorted(fair.slots).index(night)
    assert [parties[one.id].seats[0].free >> s & 1 for one in (stated, assumed)] == [1, 0]
    assert parties[stated.id].discomfort[s] == 100


def test_on_site_people_meet_at_a_free_table(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    parties = [fair.buyer(), fair.buyer(), fair.exhibitor(), fair.exhibitor()]
    for party in parties:
        days = [Day(DAY[0], "on_site", ((9 * 60, 9 * 60 + 40),))]
        fair.perform(SYSTEM, set_days, party.people[0], "Asia/Seoul", days)
    site = Site(new_id(), frozenset({"city hall"}), (new_id(), new_id()))
    wish(fair, parties[0], parties[2])
    wish(fair, parties[1], parties[3])
    found = assembled(fair, sites=(site,))
    board = placed_at_once(found)
    assert [placement.hall for placement in board.placed.values()] == [0, 0]
    assert found.problem.halls[0].tables[0] == 2


def test_a_pin_fixes_a_pair_unless_its_slot_has_begun(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor, other = fair.buyer(), fair.exhibitor(), fair.exhibitor()
    wish(fair, buyer, exhibitor)
    fair.move_to("2020-11-09 09:10")
    pairs = [tuple(sorted((buyer.id, one.id))) for one in (exhibitor, other)]
    late, past = fair.slot("2020-11-09 10:10"), fair.slot("2020-11-09 09:00")
    problem = assembled(fair, pins={pairs[0]: past, pairs[1]: late}).problem  # type: ignore[dict-item]
    fixed = {tuple(problem.parties[p].id for p in one.parties): one.fixed for one in problem.candidates}
    assert fixed == {pairs[0]: None, pairs[1]: next(s for s, slot in enumerate(problem.slots) if slot.id == late)}


def test_who_meets_already_is_no_candidate(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    buyer, exhibitor = fair.buyer(), fair.exhibitor()
    wish(fair, buyer, exhibitor, kind="must_meet")
    fair.perform(SYSTEM, assign, one=buyer.id, other=exhibitor.id, slot_id=fair.slot("2020-11-09 09:00"))
    assert assembled(fair).problem.candidates == ()
