"""All that is held about a person is given to them, and nothing of others."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from matchmaking.channels import instruct
from matchmaking.meetings import cancel
from matchmaking.requests import counter, request_meeting
from matchmaking.tables import Preference, Representative
from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import RoleName
from server.accounts.personal import NOT_EXPORTED, SECTIONS, Held, held_about, models_held
from server.accounts.tables import Person
from server.batch import Order, perform
from server.database import metadata
from server.ids import new_id
from server.scope import OwnScope, reading_as
from server.work import HOUSE, Origin, Work
from tests.accounts.test_erasure import ADDRESS, CANARY, EMAIL, plant_account, plant_convention
from tests.factories import BEFORE, Fair

# Columns of ids that are never a person's; every other one is.
THINGS = {
    *("id", "host_id", "convention_id", "participation_id", "organisation_id", "series_id", "venue_id", "session_id"),
    *("meeting_id", "request_id", "slot_id", "login_id", "holder_id", "subject_id"),
    *("requester_id", "addressee_id", "awaiting_id", "owner_id"),  # parties
    *("question_id", "message_id", "cause_id", "poll_id", "contestant_id", "channel_id", "speaker_id"),
}
# Where an id of that name is a party's, or of the thing that the row is about.
PARTIES = {("proposal", "by_id"), ("preference", "by_id"), ("preference", "about_id"), ("amount", "by_id")}


def held(fair: Fair, person: UUID) -> dict[str, Held]:
    with reading_as(fair.engine, OwnScope(fair.host_id, person)) as db:
        return held_about(db, person)


def names_people(table: Table) -> bool:
    ids = [column.name for column in table.c if column.type.python_type is UUID]
    return any(name not in THINGS and (table.name, name) not in PARTIES for name in ids)


def test_every_table_that_names_people_is_given_out_or_says_why_not() -> None:
    naming = {table.name for table in metadata().sorted_tables if names_people(table)}
    given_out = {model.__table__.name for model in models_held()}  # type: ignore[attr-defined]
    assert naming - given_out - set(NOT_EXPORTED) == set()
    assert given_out.isdisjoint(NOT_EXPORTED)
    assert {"person", *given_out, *NOT_EXPORTED} <= {table.name for table in metadata().sorted_tables}


def test_a_person_gets_everything_that_was_planted_but_secrets(fair: Fair) -> None:
    party, other = fair.buyer(), fair.exhibitor()
    plant_account(fair, party.people[0])
    plant_convention(fair, party, other)
    found = held(fair, party.people[0])

    assert found["person"].rows == [
        {
            "id": party.people[0],
            "name": {"en": f"Canaria {CANARY}name", "ko": "카나리아새", "original": "ko"},
            "position": f"{CANARY} of sales",
            "email": EMAIL,
            "phone": "+82 10-8765-4321",
            "country": "KR",
            "zone": "Asia/Seoul",
            "created_at": BEFORE,
        }
    ]
    assert found["credential"].rows == [{"has_password": True, "has_one_time_codes": False}]
    assert [row["agent"] for row in found["logins"].rows] == [f"{CANARY} agent"]
    assert found["identities"].rows == [
        {"issuer": "https://id.example", "subject": f"{CANARY}7", "linked_at": BEFORE},
    ]
    assert [row["note"] for row in found["notes"].rows] == [f"{CANARY} note", ""]
    assert [row["reason"] for row in found["reasons"].rows] == [f"{CANARY} has a cold"]
    assert {row["place"] for row in found["hours"].rows} == {None, f"{CANARY} home"}
    assert [(row["purpose"], row["given"]) for row in found["consents"].rows] == [("share_contact", True)]
    assert [row["said"] for row in found["sheets"].rows] == [CANARY]
    assert [row["value"] for row in found["unclear_cells"].rows] == [EMAIL]
    assert [row["value"] for row in found["ways_to_join"].rows] == [CANARY]
    assert [row["biography"] for row in found["speaker"].rows] == [{"en": f"{CANARY} was born."}]
    assert [row["text"] for row in found["questions"].rows] == [f"{CANARY} asks"]
    assert [row["text"] for row in found["chat"].rows] == [f"{CANARY} writes"]
    assert [row["source"] for row in found["reported_figures"].rows] == [f"Canaria {CANARY}name counted"]
    assert {row["type"] for row in found["deeds"].rows} == {"request.sent", "meeting.cancelled"}
    assert ADDRESS in {row["address"] for row in found["audit"].rows}
    assert [row["note"] for row in found["wishes"].rows] == [f"{CANARY} hopes"]
    empty = {"host_roles", "attendance", "pictures", "watched", "stays"}
    empty |= {"parts", "places", "calendar_feeds"}
    empty |= {"interpreting_hours", "limits", "looks", "standby"}
    empty |= {"answers", "wanted_answers", "reports", "mutes", "poll_votes", "hands", "scores"}
    assert {name for name, section in found.items() if not section.rows} == empty
    secrets = {f"{CANARY}{number}" for number in (1, 2, 3, 4, 5, 6)}
    assert {text for text in texts_in([section.rows for section in found.values()]) if text in secrets} == set()


def test_nothing_of_others_is_given_out(fair: Fair) -> None:
    mine, theirs = fair.buyer(), fair.exhibitor()
    plant_account(fair, theirs.people[0])
    sent = fair.perform(
        mine, request_meeting, by=mine.id, to=theirs.id, slot_id=fair.slot("2020-11-09 09:00"), note="my note"
    )
    slot = fair.slot("2020-11-10 09:00")
    fair.perform(theirs, counter, sent.id, slot_id=slot, note=f"{CANARY} answers")
    meeting = fair.meet(fair.buyer(), theirs, "2020-11-11 09:00")
    fair.perform(theirs, cancel, meeting, code="other", reason=f"{CANARY} is ill")

    def organise(work: Work) -> None:
        work.db.get_one(Person, theirs.people[0]).phone = "02-1234-5678"
        work.db.get_one(Person, mine.people[0]).phone = "031-1234-5678"

    organiser = Actor(mine.people[0], fair.host_id, new_id(), frozenset({RoleName.ORGANISER}))
    perform(fair.engine, fair.clock, Order(HOUSE, organise, organiser, Origin("198.51.100.1")))
    other_one = Actor(theirs.people[0], fair.host_id, new_id(), frozenset({RoleName.ORGANISER}))
    perform(fair.engine, fair.clock, Order(HOUSE, organise_back(mine.people[0]), other_one, Origin(ADDRESS)))

    found = held(fair, mine.people[0])
    told = texts_in([section.rows for section in found.values()])
    assert [text for text in told if CANARY in text or "02-1234" in text or text == ADDRESS] == []
    assert "my note" in told
    audit = [(row["action"], row["by_you"], row["address"], row.get("new")) for row in found["audit"].rows]
    changes = [
        ("person.changed", True, "198.51.100.1", None),
        ("person.changed", True, "198.51.100.1", {"phone": "031-1234-5678"}),
        ("person.changed", False, None, {"position": "director"}),
    ]
    assert sorted(map(str, (row for row in audit if row[0] == "person.changed"))) == sorted(map(str, changes))


def test_who_has_left_a_party_learns_no_more_of_it(fair: Fair) -> None:
    party, other = fair.buyer(people=2), fair.exhibitor()
    left = party.people[1]

    def leave(work: Work) -> None:
        work.db.get_one(Representative, (fair.id, left)).active = False
        work.db.add(Preference(convention_id=fair.id, by_id=party.id, about_id=other.id, wish="must", at=BEFORE))

    fair.perform(SYSTEM, leave)
    asked = fair.perform(
        party, request_meeting, by=party.id, to=other.id, slot_id=fair.slot("2020-11-09 09:00"), note="of the party"
    )
    fair.perform(party, instruct, party.id, "wechat", "account", "of_the_party")
    found, stays = held(fair, left), held(fair, party.people[0])
    of_party = ("parties", "requests", "notes", "wishes", "ways_to_join")
    assert [found[name].rows for name in of_party] == [[], [], [], [], []]
    assert [row["note"] for row in stays["notes"].rows] == ["of the party"]
    assert [len(stays[name].rows) for name in ("wishes", "ways_to_join")] == [1, 1]
    assert [row["participation_id"] for row in found["seats"].rows] == [party.id], "that they sat there is theirs"
    assert str(asked.id) not in texts_in([section.rows for section in found.values()])


def organise_back(person: UUID) -> Any:
    def command(work: Work) -> None:
        work.db.get_one(Person, person).position = "director"

    return command


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return texts_in(list(value.values()))
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts_in(one)]
    return [str(value)] if isinstance(value, str | UUID | datetime | timedelta) else []


def test_each_section_says_in_a_sentence_what_it_is() -> None:
    assert [name for name, section in SECTIONS.items() if not section.what.endswith(".")] == []
