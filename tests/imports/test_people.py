"""Who the people of a sheet are: found again, added, renamed, gone; and the organisations they sit for."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlmodel import Session

from matchmaking.errors import SlotTaken
from matchmaking.meetings import cancel
from server.accounts import invitations
from server.accounts.actors import SYSTEM
from server.accounts.logins import issue_link
from server.accounts.tables import Credential
from server.clock import SteppedClock
from server.database import writing
from server.errors import ImportOutdated
from server.imports.taking import take
from server.mail import outbox
from tests.factories import Fair, Party, make_fair, make_host, refused
from tests.imports.sheets import told
from tests.imports.taking import (
    BUYERS,
    EXHIBITORS,
    MIR,
    ULAANBAATAR,
    bring,
    column,
    confirm,
    everything,
    nothing_changes,
    party_of,
    people_of,
    prepared,
)

SECOND = ["", "", "김둘", "second@mir.example", "", "", ""]
NAMELESS = "2명 참석"
WALL = "2020-11-09 09:00"


def party(fair: Fair, name: str) -> Party:
    return Party(party_of(fair, name), tuple(people_of(fair, name)))


def seats(fair: Fair, name: str) -> list[tuple[str | None, int, bool]]:
    """Address, position and whether active, of everybody who has or had a seat for the party."""
    rows = everything(fair)
    found = [rows["representative"][fair.id, person] for person in people_of(fair, name)]
    return [(rows["person"][(one["person_id"],)]["email"], one["position"], one["active"]) for one in found]


# several people


def test_a_second_row_is_a_second_representative(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    assert seats(fair, "Mir Labs") == [("yun@mir.example", 0, True), ("second@mir.example", 1, True)]
    assert column(fair, "availability", "hours") == [[[540, 1080]]] * 12


def test_an_unnamed_second_attendee_gives_a_second_parallel_meeting(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:6], NAMELESS]])
    assert column(fair, "person", "name") == [None, {"ko": "윤주원", "original": "ko"}]
    exhibitor = party(fair, "Mir Labs")
    for _ in range(2):
        fair.meet(fair.buyer(), exhibitor, WALL)
    with refused(SlotTaken):
        fair.meet(fair.buyer(), exhibitor, WALL)


def test_who_was_unnamed_and_gets_a_name_stays_the_same_person(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:6], NAMELESS]])
    before = people_of(fair, "Mir Labs")
    record = bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:6], NAMELESS], SECOND])
    assert people_of(fair, "Mir Labs") == before
    assert [one.fields for one in record.updated] == [["person", "email"]]


def test_a_mended_name_replaces_the_damaged_one(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, [*ULAANBAATAR[:3], "李?", *ULAANBAATAR[4:]]])
    bring(fair, "buyers", [BUYERS, [*ULAANBAATAR[:3], "Li Wei", *ULAANBAATAR[4:]]])
    assert column(fair, "person", "name") == [{"en": "Li Wei", "original": "en"}]


def test_people_in_another_order_have_another_lead(fair: Fair) -> None:
    first, second = MIR, ["미르랩스", "Mir Labs", *SECOND[2:]]
    bring(fair, "exhibitors", [EXHIBITORS, first, second])
    lead, other = people_of(fair, "Mir Labs")
    turned = [[*second[:4], *first[4:]], [*first[:4], *second[4:]]]
    record = bring(fair, "exhibitors", [EXHIBITORS, *turned])
    assert [one.fields for one in record.updated] == [["person"]]
    assert people_of(fair, "Mir Labs") == [other, lead]


# who leaves


def test_who_is_no_longer_listed_loses_the_seat_and_gets_it_back(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    record = bring(fair, "exhibitors", [EXHIBITORS, MIR])
    assert ([one.fields for one in record.updated], record.kept) == ([["attendees"]], [])
    assert seats(fair, "Mir Labs") == [("yun@mir.example", 0, True), ("second@mir.example", 1, False)]
    record = bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    assert [one.fields for one in record.updated] == [["attendees"]]
    assert seats(fair, "Mir Labs") == [("yun@mir.example", 0, True), ("second@mir.example", 1, True)]
    assert len(everything(fair)["person"]) == 2


def test_who_is_booked_keeps_the_seat_until_the_meeting_is_cancelled(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    exhibitor = party(fair, "Mir Labs")
    fair.meet(fair.buyer(), exhibitor, WALL)
    meeting = fair.meet(fair.buyer(), exhibitor, WALL)
    first = bring(fair, "exhibitors", [EXHIBITORS, MIR])
    assert (first.kept, [one.fields for one in first.updated]) == ([exhibitor.people[1]], [["attendees"]])
    with nothing_changes(fair):
        again = bring(fair, "exhibitors", [EXHIBITORS, MIR])
    assert (again.kept, again.unchanged) == ([exhibitor.people[1]], 1)
    assert [active for _, _, active in seats(fair, "Mir Labs")] == [True, True]
    fair.perform(SYSTEM, cancel, meeting, code="other")
    last = bring(fair, "exhibitors", [EXHIBITORS, MIR])
    assert (last.kept, [one.fields for one in last.updated]) == ([], [["attendees"]])
    assert [active for _, _, active in seats(fair, "Mir Labs")] == [True, False]


def test_a_plan_is_outdated_when_somebody_leaving_is_booked(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    exhibitor = party(fair, "Mir Labs")
    fair.meet(fair.buyer(), exhibitor, WALL)
    plan = prepared(fair, "exhibitors", [EXHIBITORS, MIR]).plan
    fair.ask(fair.buyer(), exhibitor, WALL)  # only the second is free
    again = prepared(fair, "exhibitors", [EXHIBITORS, MIR]).plan
    assert (plan.record.kept, again.record.kept) == ([], [exhibitor.people[1]])
    with nothing_changes(fair), refused(ImportOutdated):
        fair.perform(SYSTEM, take, plan)


def test_rows_that_are_missing_are_listed_and_stay(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR, ["새롬", "Saerom", "Choi", "choi@saerom.example", "", "", ""]])
    with nothing_changes(fair):
        record = bring(fair, "exhibitors", [EXHIBITORS, MIR])
    assert (record.unchanged, record.gone) == (1, [party_of(fair, "Saerom")])


# who is who


def test_another_address_is_not_another_person(fair: Fair) -> None:
    bring(fair, "buyers", [BUYERS, ULAANBAATAR])
    before = people_of(fair, "Gobi Clinic")
    record = bring(fair, "buyers", [BUYERS, [*ULAANBAATAR[:4], "bat@new.example", *ULAANBAATAR[5:]]])
    assert [one.fields for one in record.updated] == [["email"]]
    assert people_of(fair, "Gobi Clinic") == before


def test_a_company_renamed_is_found_by_its_people(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR])
    before = party_of(fair, "Mir Labs")
    record = bring(fair, "exhibitors", [EXHIBITORS, ["새이름", "New Name", *MIR[2:]]])
    assert ([one.fields for one in record.updated], record.gone) == ([["organisation"]], [])
    assert party_of(fair, "New Name") == before
    assert bring(fair, "exhibitors", [EXHIBITORS, ["", "New Name", *MIR[2:]]]).created == []


def test_somebody_moves_to_another_company_of_the_sheet(fair: Fair) -> None:
    saerom = ["새롬", "Saerom", "Choi", "choi@saerom.example", "", "", ""]
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND, saerom])
    record = bring(fair, "exhibitors", [EXHIBITORS, MIR, saerom, SECOND])
    assert [(one.row, one.fields) for one in record.updated] == [(2, ["attendees"]), (3, ["attendees"])]
    assert seats(fair, "Mir Labs") == [("yun@mir.example", 0, True)]
    assert seats(fair, "Saerom") == [("choi@saerom.example", 0, True), ("second@mir.example", 1, True)]


def test_somebody_moves_to_another_company_and_back(fair: Fair) -> None:
    saerom = ["새롬", "Saerom", "Choi", "choi@saerom.example", "", "", ""]
    yun = ["", "", *MIR[2:4], "", "10:00~11:00", ""]
    bring(fair, "exhibitors", [EXHIBITORS, MIR, saerom])
    away = bring(fair, "exhibitors", [EXHIBITORS, saerom, yun])
    assert ([one.fields for one in away.updated], away.gone) == ([["attendees"]], [party_of(fair, "Mir Labs")])
    assert seats(fair, "Saerom") == [("choi@saerom.example", 0, True), ("yun@mir.example", 1, True)]
    back = bring(fair, "exhibitors", [EXHIBITORS, MIR, saerom])
    assert [(one.row, one.fields) for one in back.updated] == [(2, ["attendees"]), (3, ["attendees"])]
    assert seats(fair, "Mir Labs") == [("yun@mir.example", 0, True)]
    assert seats(fair, "Saerom") == [("choi@saerom.example", 0, True)]
    (lead,) = people_of(fair, "Mir Labs")
    assert column(fair, "availability", "hours", person_id=lead) == [[[540, 1080]]] * 6
    with nothing_changes(fair):
        assert bring(fair, "exhibitors", [EXHIBITORS, MIR, saerom]).unchanged == 2


def test_who_has_meetings_for_a_company_cannot_move(fair: Fair) -> None:
    saerom = ["새롬", "Saerom", "Choi", "choi@saerom.example", "", "", ""]
    bring(fair, "exhibitors", [EXHIBITORS, MIR, saerom])
    fair.meet(fair.buyer(), party(fair, "Mir Labs"), WALL)
    moved = [EXHIBITORS, [*MIR[:2], "Kim", "kim@mir.example", *MIR[4:]], saerom, ["", "", *MIR[2:4], "", "", ""]]
    stops = prepared(fair, "exhibitors", moved).plan.stops
    assert told(stops) == [(3, "email", "stop", "mail_of_two_organisations", None)]


def test_an_exhibitor_that_buys_is_one_party(fair: Fair) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR])
    buying = ["대한민국", "서울", "Mir Labs", "윤주원", "yun@mir.example", "", "Zoom"]
    assert bring(fair, "buyers", [BUYERS, buying]).created == [2]
    (row,) = everything(fair)["participation"].values()
    assert (row["offers"], row["seeks"], row["name"]) == (
        True,
        True,
        {"ko": "미르랩스", "en": "Mir Labs", "original": "ko"},
    )
    assert (row["products"], row["channels"]) == (["봉합사"], ["zoom"])
    assert len(everything(fair)["person"]) == 1
    assert column(fair, "availability", "source") == ["stated"] * 6  # the other sheet is silent about hours
    with nothing_changes(fair):
        assert bring(fair, "exhibitors", [EXHIBITORS, MIR]).unchanged == 1
        assert bring(fair, "buyers", [BUYERS, buying]).unchanged == 1


def test_people_of_one_buying_company_are_one_party(fair: Fair) -> None:
    second = [*ULAANBAATAR[:3], "Tuya", "tuya@gobi.example", "anytime", "위챗"]
    record = bring(fair, "buyers", [BUYERS, ULAANBAATAR, second])
    assert (record.rows, record.created) == (2, [2])
    assert seats(fair, "Gobi Clinic") == [("bat@gobi.example", 0, True), ("tuya@gobi.example", 1, True)]
    assert column(fair, "participation", "channels") == [["zoom", "wechat"]]


def test_namesakes_in_two_countries_are_two(fair: Fair) -> None:
    abroad = ["네팔", "카트만두", "Gobi Clinic", "Ram", "ram@gobi.example", "", ""]
    here = [EXHIBITORS, ["", "Gobi Clinic", "Lee", "lee@gobi.example", "", "", ""]]
    bring(fair, "exhibitors", here)
    assert bring(fair, "buyers", [BUYERS, ULAANBAATAR, abroad]).created == [2, 3]
    assert column(fair, "participation", "country") == ["MN", "NP"]
    assert column(fair, "organisation", "match_key") == ["gobiclinic", "gobiclinic@NP1"]
    with nothing_changes(fair):
        assert bring(fair, "buyers", [BUYERS, abroad, ULAANBAATAR]).unchanged == 2
        assert bring(fair, "exhibitors", here).unchanged == 1


def test_a_buyer_without_a_company_is_one_alone(fair: Fair) -> None:
    alone = [*ULAANBAATAR[:2], "", *ULAANBAATAR[3:]]
    unnamed = [*ULAANBAATAR[:2], "", "", "info@steppe.example", "", ""]
    bring(fair, "buyers", [BUYERS, alone, unnamed])
    assert column(fair, "participation", "name") == [
        {"en": "Bat", "original": "en"},
        {"en": "steppe.example", "original": "en"},
    ]
    assert not any("@" in key for key in column(fair, "organisation", "match_key"))
    with nothing_changes(fair):
        assert bring(fair, "buyers", [BUYERS, alone, unnamed]).unchanged == 2


# beyond one convention


def test_the_next_edition_knows_organisations_and_people(fair: Fair, clock: SteppedClock) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:6], ""]])
    following = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    before = everything(fair)
    english = ["", "Mir Labs", "Yun Ju-won", "yun@mir.example", "", "", ""]
    assert bring(following, "exhibitors", [EXHIBITORS, english]).created == [2]
    after = everything(fair)
    assert after["organisation"] == before["organisation"]
    assert column(fair, "person", "name") == [{"ko": "윤주원", "en": "Yun Ju-won", "original": "ko"}]
    assert column(fair, "participation", "name", convention_id=fair.id) == column(fair, "organisation", "name")
    assert column(fair, "participation", "name", convention_id=following.id) == [{"en": "Mir Labs", "original": "en"}]


def test_hosts_share_nothing(fair: Fair, clock: SteppedClock) -> None:
    elsewhere = make_fair(fair.engine, clock, host_id=make_host(fair.engine, clock), slug="other")
    bring(fair, "exhibitors", [EXHIBITORS, MIR])
    bring(elsewhere, "exhibitors", [EXHIBITORS, MIR])
    assert len(set(column(fair, "organisation", "host_id"))) == 2
    assert len(set(column(fair, "person", "host_id"))) == 2


# people with an account

PHONED = [*EXHIBITORS, "연락처"]
YUN = [*MIR, "+82 2 1111 1111"]
OTHERS = {
    "email": [*MIR[:3], "intruder@evil.example", *MIR[4:], "+82 2 1111 1111"],
    "person": [*MIR[:2], "홍길동", *MIR[3:], "+82 2 1111 1111"],
    "phone": [*MIR, "+82 2 2222 2222"],
}


def is_what_it_was(fair: Fair) -> None:
    assert column(fair, "person", "email") == ["yun@mir.example"]
    assert column(fair, "person", "name") == [{"ko": "윤주원", "original": "ko"}]
    assert column(fair, "person", "phone") == ["+82211111111"]


def gets_an_account(fair: Fair, one: UUID) -> None:
    with writing(fair.engine) as connection, Session(connection) as db:
        db.add(Credential(person_id=one, password="x"))
        db.flush()


@pytest.mark.parametrize("field", OTHERS)
def test_a_sheet_changes_nobody_who_has_an_account(fair: Fair, field: str) -> None:
    bring(fair, "exhibitors", [PHONED, YUN])
    gets_an_account(fair, people_of(fair, "Mir Labs")[0])
    for _ in range(2):  # it is told again when the sheet comes again
        plan = prepared(fair, "exhibitors", [PHONED, OTHERS[field]]).plan
        assert told(plan.findings) == [(2, field, "note", "kept", None)]
        fair.perform(SYSTEM, take, plan)
        is_what_it_was(fair)
    assert column(fair, "participation", "needs_look") == [[]]


def test_a_sheet_of_another_convention_changes_nobody_who_is_known(fair: Fair, clock: SteppedClock) -> None:
    bring(fair, "exhibitors", [PHONED, YUN])
    following = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    other = ["", "Nowhere", "홍길동", "yun@mir.example", "", "", "", "+82 2 2222 2222"]
    plan = prepared(following, "exhibitors", [PHONED, other]).plan
    assert [(row, field) for row, field, _, code, _ in told(plan.findings) if code == "kept"] == [
        (2, "person"),
        (2, "phone"),
    ]
    following.perform(SYSTEM, take, plan)
    is_what_it_was(fair)
    renamed = [*other[:3], "intruder@evil.example", *other[4:]]  # found by the name of the host's own
    bring(following, "exhibitors", [PHONED, [*renamed[:2], "윤주원", *renamed[3:]]])
    is_what_it_was(fair)


def test_a_sheet_empties_nothing_of_who_has_an_account(fair: Fair) -> None:
    bring(fair, "exhibitors", [PHONED, YUN])
    gets_an_account(fair, people_of(fair, "Mir Labs")[0])
    bring(fair, "exhibitors", [PHONED, [*MIR, ""]])
    is_what_it_was(fair)


def test_who_signs_in_while_a_sheet_is_read_is_not_changed(fair: Fair) -> None:
    bring(fair, "exhibitors", [PHONED, YUN])
    plan = prepared(fair, "exhibitors", [PHONED, OTHERS["email"]]).plan
    gets_an_account(fair, people_of(fair, "Mir Labs")[0])
    with nothing_changes(fair), refused(ImportOutdated):
        fair.perform(SYSTEM, take, plan)


@pytest.mark.parametrize("has_account", [True, False])
def test_a_mended_address_is_confirmed_only_for_who_has_no_account(fair: Fair, has_account: bool) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, MIR])
    if has_account:
        gets_an_account(fair, people_of(fair, "Mir Labs")[0])
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:3], "yun@new,example", *MIR[4:]]])
    confirm(fair, "Mir Labs", proposed=True)
    assert column(fair, "person", "email") == ["yun@mir.example" if has_account else "yun@new.example"]


def test_with_the_address_go_the_links_that_were_sent_to_it(fair: Fair) -> None:
    later = datetime(2099, 1, 1, tzinfo=UTC)
    bring(fair, "exhibitors", [EXHIBITORS, MIR, SECOND])
    one, other = people_of(fair, "Mir Labs")
    fair.perform(SYSTEM, invitations.invite, fair.clock.real_now(), mailed=True)
    for person, token in ((one, "a"), (other, "b")):
        fair.perform(SYSTEM, issue_link, person, f"link {token}", later)
        (invited,) = column(fair, "invitation", "id", person_id=person)
        fair.perform(SYSTEM, invitations.token_for_mail, invited, f"invitation {token}", later, later)
    fair.perform(SYSTEM, outbox.ask_for_link, "yun@mir.example", later)
    moved = [*MIR[:3], "yun@new.example", *MIR[4:]]
    bring(fair, "exhibitors", [EXHIBITORS, moved, SECOND])
    assert column(fair, "person", "email") == ["second@mir.example", "yun@new.example"]
    assert column(fair, "invitation", "token_digest") == [None, "invitation b"]
    assert column(fair, "sign_in_link", "token_digest") == ["link b"]
    assert column(fair, "mail", "state", kind="sign_in") == ["dropped"]
    assert column(fair, "mail", "state", kind="invitation") == ["waiting"] * 2, "they go where the person is"


# what does not fit


def test_texts_longer_than_their_column_are_cut_and_told(fair: Fair) -> None:
    head = [*EXHIBITORS, "직위", "연락처", "구분"]
    long = prepared(fair, "exhibitors", [head, [*MIR, "P" * 121, "1" * 50, "K" * 300]]).plan
    cut = [one for one in told(long.findings) if one[3] == "value_too_long"]
    assert [(row, field, len(str(proposal))) for row, field, _, _, proposal in cut] == [
        (2, "position", 120),
        (2, "phone", 40),
        (2, "category", 120),
    ]
    fair.perform(SYSTEM, take, long)
    assert column(fair, "person", "position") == ["P" * 120]


@pytest.mark.parametrize("text", ["a\tb", "back\\slash", "\\N", 'quote"', "newline\\n", "%s {x} :y"])
def test_no_text_is_special_to_the_database(fair: Fair, text: str) -> None:
    bring(fair, "exhibitors", [EXHIBITORS, [*MIR[:6], text]])
    assert column(fair, "imported_party", "notes") == [" ".join(text.split())]
