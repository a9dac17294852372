"""Taking a sheet: what it makes, what a second one changes, and what it never touches. On both databases."""

import json

import pytest

from matchmaking.errors import NeedsLook
from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.errors import ImportOutdated, ImportStopped, NotAllowed
from server.imports.changes import ImportRecord, Updated
from server.imports.taking import take
from tests.factories import ALWAYS, Fair, make_fair, refused
from tests.imports.sheets import told
from tests.imports.taking import (
    BUYERS,
    EXHIBITORS,
    MIR,
    NOWHERE,
    ULAANBAATAR,
    bring,
    cells_of,
    column,
    confirm,
    demo,
    differences,
    everything,
    nothing_changes,
    party_of,
    people_of,
    prepared,
    slots,
)

LOOKED_AT = [11, 28, 29, 40, 57, 58, 69, 86]


@pytest.fixture
def taken(fair: Fair) -> Fair:
    """A convention with both of the organiser's sheets taken."""
    bring(fair, "exhibitors", demo("exhibitors"))
    bring(fair, "buyers", demo("buyers"))
    return fair


# the organiser's own sheets


def test_the_organisers_sheets_are_taken_whole(fair: Fair) -> None:
    assert bring(fair, "exhibitors", demo("exhibitors")) == ImportRecord(
        kind="exhibitors", rows=64, created=first_rows()
    )
    assert bring(fair, "buyers", demo("buyers")) == ImportRecord(
        kind="buyers", rows=85, created=list(range(2, 87)), needs_look=LOOKED_AT
    )
    rows = {name: len(rows) for name, rows in everything(fair).items()}
    seats = 81 + 85
    assert {name: rows[name] for name in ("organisation", "participation", "person", "representative")} == {
        "organisation": 149,
        "participation": 149,
        "person": seats,
        "representative": seats,
    }
    # Six local dates touch the four days; nobody has hours whose zone is not known.
    assert rows["availability"] == (seats - len(LOOKED_AT)) * 6
    assert rows["import_finding"] == 11
    directories = [json.loads(event.data)["directory"] for event in fair.events()]
    assert fair.told() == ["parties.imported", "parties.imported"]
    assert [(one["exhibitors"], one["buyers"], one["needs_look"]) for one in directories] == [(64, 0, 0), (64, 85, 8)]
    assert fair.state()["directory"] == {str(fair.id): directories[-1]}


def first_rows() -> list[int]:
    """The rows of the exhibitors' sheet that begin a company: those with a number and a name."""
    return [row for row, cells in enumerate(cells_of("exhibitors"), 1) if row > 4 and cells[0] and cells[2]]


def test_what_a_row_says_stands_in_the_tables(taken: Fair) -> None:
    rows = everything(taken)
    party = party_of(taken, "누리메디칼")
    lead = rows["representative"][taken.id, people_of(taken, "누리메디칼")[0]]
    person = rows["person"][(lead["person_id"],)]
    kept = ("name", "offers", "seeks", "zone", "category", "products", "target_countries", "channels", "needs_look")
    assert {name: rows["participation"][(party,)][name] for name in kept} == {
        "name": {"ko": "누리메디칼", "en": "Company 4 Co., Ltd.", "original": "ko"},
        "offers": True,
        "seeks": False,
        "zone": "Asia/Seoul",
        "category": "의료관광(병원)",
        "products": ["척추 수술"],
        "target_countries": ["VN", "MN", "PH"],
        "channels": None,
        "needs_look": [],
    }
    assert (lead["position"], lead["languages"], lead["interpreter"]) == (0, ["en", "mn"], "needed")
    assert (person["name"], person["email"]) == ({"ko": "최수아", "original": "ko"}, "biz4@exhibitor4.example")
    hours = {
        row["local_date"].day: (row["mode"], row["hours"])
        for row in rows["availability"].values()
        if row["person_id"] == lead["person_id"]
    }
    afternoon = ("online", hours[9][1])
    absent: tuple[str, list[int]] = ("absent", [])
    assert hours == {8: absent, 9: afternoon, 10: afternoon, 11: absent, 12: absent, 13: absent}
    assert column(taken, "participation", "channels", seeks=True).count(None) == 8


def test_the_same_sheets_again_change_nothing(taken: Fair) -> None:
    with nothing_changes(taken):
        again = [bring(taken, "exhibitors", demo("exhibitors")), bring(taken, "buyers", demo("buyers"))]
    assert again == [
        ImportRecord(kind="exhibitors", rows=64, unchanged=64),
        ImportRecord(kind="buyers", rows=85, unchanged=85, needs_look=LOOKED_AT),
    ]


def test_an_edited_sheet_changes_what_was_edited_and_says_so(taken: Fair) -> None:
    cells = cells_of("exhibitors")
    cells[4][9] = "멸균 장갑, 봉합사"  # row 5 has a product less
    cells[5][11] = "10:00~17:00"  # row 6, and its two people, other hours
    cells[6][6] = "chung@exhibitor3.example"  # row 7 another address
    ids = {row: party_of(taken, cells[row - 1][2]) for row in (5, 6, 7)}
    before = everything(taken)
    record = bring(taken, "exhibitors", cells)
    assert (record.updated, record.unchanged, record.created, record.gone) == (
        [
            Updated(row=5, party=ids[5], fields=["products"]),
            Updated(row=6, party=ids[6], fields=["hours"]),
            Updated(row=7, party=ids[7], fields=["email"]),
        ],
        61,
        [],
        [],
    )
    changed = differences(before, everything(taken))
    products = (["멸균 장갑", "봉합사", "KF94 마스크"], ["멸균 장갑", "봉합사"])
    assert sorted(changed.pop("participation"), key=len) == [
        {"version": (1, 2)},
        {"version": (1, 2)},
        {"products": products, "version": (1, 2)},
    ]
    assert changed.pop("person") == [{"email": ("biz3@exhibitor3.example", "chung@exhibitor3.example")}]
    assert changed.pop("availability") == [{"hours": ([[540, 1080]], [[600, 1020]])}] * 12
    told = {name: len(rows) for name, rows in changed.items()}
    assert told == {"imported_party": 3, "event": 1, "event_stream": 1, "audit_entry": 3}


def test_an_edited_sheet_of_buyers_changes_what_was_edited(taken: Fair) -> None:
    cells = cells_of("buyers")
    cells[1][7] = "원격진료"
    cells[2][10] = "anytime"
    cells[3][5] = "aung@buyer3.example"
    before = everything(taken)
    record = bring(taken, "buyers", cells)
    assert [(one.row, one.fields) for one in record.updated] == [(2, ["interests"]), (3, ["hours"]), (4, ["email"])]
    assert (record.unchanged, record.created, record.gone, record.needs_look) == (82, [], [], LOOKED_AT)
    changed = differences(before, everything(taken))
    assert changed["person"] == [{"email": ("buyer3@buyer3.example", "aung@buyer3.example")}]
    assert changed["availability"] == [{"hours": ([[840, 1320]], [[420, 1380]]), "source": ("stated", "all_day")}] * 6
    assert "organisation" not in changed
    assert "representative" not in changed


# what needs a look


def test_a_party_that_needs_a_look_has_slots_once_confirmed(taken: Fair) -> None:
    exhibitor = taken.exhibitor(hours=ALWAYS).id
    for name in ("Buyer 10 LLC", "Buyer 27 LLC"):
        buyer = party_of(taken, name)
        assert slots(taken, buyer, exhibitor) == 0
        confirm(taken, name, proposed=True)
        assert slots(taken, buyer, exhibitor) > 0
    rows = everything(taken)["participation"]
    confirmed = [rows[(party_of(taken, name),)] for name in ("Buyer 10 LLC", "Buyer 27 LLC")]
    assert [(row["country"], row["zone"], row["needs_look"]) for row in confirmed] == [
        ("CN", "Asia/Urumqi", []),
        ("US", "America/New_York", []),
    ]
    assert taken.told()[-2:] == ["party.confirmed", "party.confirmed"]


def test_confirming_needs_a_zone_and_gives_the_hours_that_were_said(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, NOWHERE])
    with refused(NeedsLook, fields=["zone"]), nothing_changes(fair):
        confirm(fair, "Acme")
    confirm(fair, "Acme", "America/Denver")
    assert column(fair, "availability", "zone") == ["America/Denver"] * 6
    assert column(fair, "availability", "hours") == [[[540, 1080]]] * 6
    assert column(fair, "person", "zone") == ["America/Denver"]
    assert column(fair, "representative", "zone") == ["America/Denver"]


def test_what_is_confirmed_stays_so_while_its_cell_says_the_same(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, NOWHERE])
    confirm(fair, "Acme", "America/Denver")
    with nothing_changes(fair):
        assert bring(fair, "buyers", [BUYERS, NOWHERE]).unchanged == 1
    other_hours = [*NOWHERE[:5], "10:00-12:00", ""]
    record = bring(fair, "buyers", [BUYERS, other_hours])
    assert ([one.fields for one in record.updated], record.needs_look) == ([["hours"]], [])
    assert column(fair, "participation", "zone") == ["America/Denver"]
    assert column(fair, "availability", "zone") == ["America/Denver"] * 6
    assert column(fair, "availability", "hours") == [[[600, 720]]] * 6


def test_a_cell_that_becomes_unclear_is_asked_about_again_and_mended_is_not(fair: Fair) -> None:
    clear = ["미국", "Los Angeles", *NOWHERE[2:]]
    bring(fair, "buyers", [BUYERS, NOWHERE])
    confirm(fair, "Acme", "America/Denver")
    mended = bring(fair, "buyers", [BUYERS, clear])
    assert [one.fields for one in mended.updated] == [["city", "zone"]]
    assert column(fair, "participation", "zone") == ["America/Los_Angeles"]
    assert column(fair, "availability", "zone") == ["America/Los_Angeles"] * 6
    assert everything(fair)["import_finding"] == {}
    unclear = bring(fair, "buyers", [BUYERS, ["미국", "Springfeeld", *NOWHERE[2:]]])
    assert unclear.needs_look == [2]
    assert column(fair, "participation", "needs_look") == [["city"]]
    assert column(fair, "participation", "zone") == [None]
    assert everything(fair)["availability"] == {}


def test_another_country_asks_again_though_the_city_is_as_blank_as_before(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, NOWHERE])
    confirm(fair, "Acme", "America/Denver")
    record = bring(fair, "buyers", [BUYERS, ["러시아", *NOWHERE[1:]]])
    assert (record.needs_look, [one.fields for one in record.updated]) == ([2], [["country", "zone", "city"]])
    assert column(fair, "participation", "zone") == [None]


def test_unreadable_hours_are_assumed_until_the_proposal_is_confirmed(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:5], "10-7", ""]])
    (finding,) = everything(fair)["import_finding"].values()
    assert (finding["field"], finding["code"]) == ("hours", "hours_ambiguous")
    assert column(fair, "availability", "source") == ["assumed"] * 6
    assert slots(fair, party_of(fair, "Mir Labs"), fair.buyer(hours=ALWAYS).id) == 0
    lead = people_of(fair, "Mir Labs")[0]
    confirm(fair, "Mir Labs", proposed=True)
    assert column(fair, "availability", "source", person_id=lead) == ["stated"] * 6
    assert column(fair, "availability", "hours", person_id=lead) == [[[600, 1140]]] * 6


def test_findings_follow_their_rows(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, NOWHERE])
    record = bring(fair, "buyers", [BUYERS, ULAANBAATAR, NOWHERE])
    assert (record.created, record.unchanged, record.needs_look) == ([2], 1, [3])
    assert column(fair, "import_finding", "row") == [3]


# whole or not at all


def test_a_sheet_that_stops_leaves_nothing_behind(fair: Fair) -> None:
    plan = prepared(fair, "exhibitors", [EXHIBITORS, MIR, ["", "", "", "", "봉합사", "종일", ""]]).plan
    assert told(plan.stops) == [(3, "organisation", "stop", "identity_missing", None)]
    with nothing_changes(fair), refused(ImportStopped):
        fair.perform(SYSTEM, take, plan)


def test_an_address_of_another_party_stops_the_sheet(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR])
    with nothing_changes(fair):
        plan = prepared(fair, "buyers", [BUYERS, [*ULAANBAATAR[:4], MIR[3], *ULAANBAATAR[5:]]]).plan
        assert told(plan.stops) == [(2, "email", "stop", "mail_of_two_organisations", None)]
        with refused(ImportStopped):
            fair.perform(SYSTEM, take, plan)


def test_names_of_two_known_organisations_stop_the_sheet(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, ["새롬", "Saerom", "Choi", "choi@saerom.example", "", "", ""]])
    plan = prepared(fair, "exhibitors", [EXHIBITORS, ["미르랩스", "Saerom", "Kim", "kim@mir.example", "", "", ""]]).plan
    assert told(plan.stops) == [(2, "organisation.ko", "stop", "identity_contradicting", None)]


def test_only_staff_takes_sheets(fair: Fair) -> None:
    plan = prepared(fair, "exhibitors", [EXHIBITORS, MIR]).plan
    with nothing_changes(fair), refused(NotAllowed):
        fair.perform(Actor(person_id=fair.id), take, plan)


def test_a_plan_is_refused_when_the_parties_have_changed(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, NOWHERE])
    plan = prepared(fair, "buyers", [BUYERS, [*NOWHERE[:5], "anytime", ""]]).plan
    confirm(fair, "Acme", "America/Denver")
    with nothing_changes(fair), refused(ImportOutdated):
        fair.perform(SYSTEM, take, plan)


def test_a_plan_is_refused_when_the_rules_have_changed(fair: Fair) -> None:
    plan = prepared(fair, "exhibitors", [EXHIBITORS, MIR]).plan
    fair.set_policies(usual_opens=600)
    with nothing_changes(fair), refused(ImportOutdated):
        fair.perform(SYSTEM, take, plan)


def test_a_namesake_made_at_the_same_moment_is_noticed(fair: Fair, clock: SteppedClock) -> None:
    """Two conventions of one host: neither sees the other's stream, but both would make the same organisation."""
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    plan = prepared(fair, "exhibitors", [EXHIBITORS, MIR]).plan
    bring(other, "exhibitors", [EXHIBITORS, MIR])
    with nothing_changes(fair), refused(ImportOutdated):
        fair.perform(SYSTEM, take, plan)
