"""The audit trail: what changes is entered by itself, with who, from where, and the value before and after."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col, select

from matchmaking.calendar import change_policies
from matchmaking.policies import Policies
from server.accounts.actors import SYSTEM, Actor
from server.accounts.logins import add_login, sign_out
from server.accounts.tables import Credential, Person
from server.audit.tables import AuditEntry
from server.batch import Order, perform
from server.conventions.commands import Member, add_members, set_window
from server.conventions.tables import PhaseWindow
from server.database import reading, writing
from server.errors import NotAllowed
from server.ids import new_id
from server.imports.importing import SheetFile, prepare
from server.imports.taking import take
from server.work import HOUSE, Origin, Work
from tests.factories import Fair, at

FROM = Origin("203.0.113.7", "r-17")


def entries(fair: Fair) -> list[AuditEntry]:
    with reading(fair.engine) as db:
        return list(db.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all())


def since(fair: Fair, before: int) -> list[AuditEntry]:
    return entries(fair)[before:]


def organiser(fair: Fair) -> Actor:
    """Somebody with a login, as the door would know them."""
    return Actor(new_id(), fair.host_id, new_id(), frozenset({"organiser"}))


def give(fair: Fair, actor: Actor, command: Any) -> None:
    perform(fair.engine, fair.clock, Order(fair.id, command, actor, FROM))


def test_whence_it_came_is_cut_to_its_place(fair: Fair) -> None:
    endless = Origin("fe80::1%" + "e" * 1000, "r" * 1000)
    perform(fair.engine, fair.clock, Order(fair.id, lambda work: work.note("x", "y", "z"), organiser(fair), endless))
    newest = entries(fair)[-1]
    assert (newest.address, newest.request_id) == (f"fe80::1%{'e' * 56}", "r" * 64)


def test_a_change_is_entered_with_the_value_before_and_after(fair: Fair) -> None:
    by, before = organiser(fair), len(entries(fair))
    opens, closes = at("2020-11-03 09:00"), at("2020-11-05 09:00")

    def extend(work: Work) -> None:
        set_window(work, "answers", opens, closes)

    with reading(fair.engine) as db:
        old = db.get_one(PhaseWindow, (fair.id, "answers"))
    give(fair, by, extend)
    [entry] = since(fair, before)
    assert abs(entry.at - fair.clock.real_now()) < timedelta(minutes=1)
    assert entry.model_dump(exclude={"id", "at"}) == {
        "host_id": fair.host_id,
        "convention_id": fair.id,
        "actor_id": by.person_id,
        "login_id": by.login_id,
        "address": "203.0.113.7",
        "request_id": "r-17",
        "action": "phase_window.changed",
        "subject": "phase_window",
        "subject_id": f"{fair.id}/answers",
        "about_id": None,
        "old": {"opens_at": old.opens_at.isoformat(), "closes_at": old.closes_at.isoformat()},
        "new": {"opens_at": opens.isoformat(), "closes_at": closes.isoformat()},
    }


def test_who_came_in_is_entered_as_about_them(fair: Fair) -> None:
    before = len(entries(fair))
    person: list[UUID] = []

    def join(work: Work) -> None:
        kim = Member("kim@people.example", "staff", {"en": "Kim"}, "KR", "Asia/Seoul")
        person.extend(add_members(work, fair.host_id, [kim]).people)

    give(fair, organiser(fair), join)
    found = {entry.action: entry for entry in since(fair, before)}
    assert set(found) == {"person.added", "role.added"}
    assert {entry.about_id for entry in found.values()} == {person[0]}
    added = found["person.added"].new or {}
    assert (added["email"], added["name"], added["country"]) == ("kim@people.example", {"en": "Kim"}, "KR")
    assert found["person.added"].old is None


def test_a_refused_command_leaves_no_entry(fair: Fair) -> None:
    before = len(entries(fair))

    def half(work: Work) -> None:
        change_policies(work, policies=Policies(open_requests=3))
        raise NotAllowed

    with pytest.raises(NotAllowed):
        give(fair, organiser(fair), half)
    assert since(fair, before) == []


def test_the_system_s_own_changes_have_a_host_and_nobody(fair: Fair) -> None:
    party = fair.buyer()
    before = len(entries(fair))
    now = fair.clock.real_now()
    login = new_id()

    def sign_in(work: Work) -> None:
        nonlocal login
        login = add_login(work, party.people[0], "0" * 64, "cookie", "", now, now + timedelta(days=1)).id

    perform(fair.engine, fair.clock, Order(HOUSE, sign_in))
    perform(fair.engine, fair.clock, Order(HOUSE, lambda work: sign_out(work, login, now)))
    fair.perform(SYSTEM, change_policies, Policies(open_requests=3))
    told = [(e.action, e.host_id, e.convention_id, e.actor_id, e.about_id) for e in since(fair, before)]
    assert told == [
        ("login.added", fair.host_id, None, None, party.people[0]),
        ("login.changed", fair.host_id, None, None, party.people[0]),
        ("calendar.changed", fair.host_id, fair.id, None, None),
    ]


def test_secrets_are_never_entered(fair: Fair) -> None:
    party = fair.buyer()
    before = len(entries(fair))

    def set_secrets(work: Work) -> None:
        work.db.add(Credential(person_id=party.people[0]))
        work.db.flush()
        row = work.db.get_one(Credential, party.people[0])
        row.password, row.totp_secret = "argon2-of-a-secret", "ciphertext-of-a-secret"
        work.db.add(row)
        work.db.flush()
        row.totp_secret, row.totp_step = None, 7
        work.db.add(row)

    perform(fair.engine, fair.clock, Order(HOUSE, set_secrets))
    told = since(fair, before)
    assert [(entry.action, entry.new) for entry in told] == [
        ("credential.added", {"person_id": str(party.people[0])}),
        ("credential.changed", {"password": "set", "totp_secret": "set"}),
        ("credential.changed", {"totp_secret": "removed"}),
    ]
    assert not [entry for entry in told if "secret" in str((entry.old, entry.new)).replace("totp_secret", "")]


def test_what_the_session_does_not_see_can_be_noted(fair: Fair) -> None:
    before = len(entries(fair))
    give(fair, organiser(fair), lambda work: work.note("sheet.imported", "sheet", "buyers", new={"rows": 85}))
    assert [(e.action, e.subject_id, e.new) for e in since(fair, before)] == [
        ("sheet.imported", "buyers", {"rows": 85})
    ]


REPLACE = (
    "INSERT OR REPLACE INTO audit_entry (id, at, action, subject, subject_id)"
    " SELECT id, at, 'forged', subject, subject_id FROM audit_entry"
)


def test_the_database_itself_keeps_the_trail(fair: Fair) -> None:
    give(fair, organiser(fair), lambda work: work.note("x", "y", "z", about=new_id(), old={"a": 1}, new={"a": 2}))
    kept = len(entries(fair))
    for statement in (
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'nothing'",
        "UPDATE audit_entry SET actor_id = NULL",
        "UPDATE audit_entry SET at = CURRENT_TIMESTAMP",
        "UPDATE audit_entry SET new = '{\"a\": 3}'",
        "TRUNCATE audit_entry" if fair.engine.dialect.name == "postgresql" else REPLACE,
    ):
        with pytest.raises(DatabaseError, match="can only grow"), writing(fair.engine) as connection:
            connection.execute(text(statement))
    with writing(fair.engine) as connection:
        connection.execute(text("UPDATE audit_entry SET old = NULL, new = NULL"))
    assert len(entries(fair)) == kept
    assert {(entry.old, entry.new) for entry in entries(fair)} == {(None, None)}


def test_a_person_can_be_emptied_and_the_old_value_is_entered(fair: Fair) -> None:
    party = fair.buyer()
    with writing(fair.engine) as connection, Session(connection) as db:
        person = db.get_one(Person, party.people[0])
        person.phone = "+82 31 123 4567"
        db.add(person)
        db.flush()
    before = len(entries(fair))

    def forget(work: Work) -> None:
        row = work.db.get_one(Person, party.people[0])
        row.phone = None
        work.db.add(row)

    perform(fair.engine, fair.clock, Order(HOUSE, forget))
    [entry] = since(fair, before)
    assert (entry.action, entry.about_id, entry.old, entry.new) == (
        "person.changed",
        party.people[0],
        {"phone": "+82 31 123 4567"},
        {"phone": None},
    )


def test_a_sheet_is_entered_with_each_value_it_changed(fair: Fair) -> None:
    def take_sheet(phone: str) -> None:
        text = f"회사명,담당자,이메일,연락처,국가\n가온메디,김민수,kim@gaon.example,{phone},Korea\n"
        sheet = SheetFile("exhibitors", "list.csv", text.encode())
        plan = prepare(fair.engine, fair.id, sheet, fair.clock.now()).plan
        give(fair, organiser(fair), partial(take, plan=plan))

    take_sheet("+82 31 729 1234")
    came, who = entries(fair)[-2:]
    assert (came.action, who.action, came.new) == (
        "sheet.imported",
        "representative.added",
        {"rows": 1, "created": 1, "updated": 0},
    )
    assert who.about_id is not None
    seat = who.new or {}
    assert (seat["email"], seat["phone"], seat["admin"]) == ("kim@gaon.example", "+82317291234", True)
    before = len(entries(fair))
    take_sheet("+82 31 729 9999")
    told = [(e.action, e.subject_id if e.subject == "sheet" else "", e.old, e.new) for e in since(fair, before)]
    assert told == [
        ("sheet.imported", "exhibitors", None, {"rows": 1, "created": 0, "updated": 1}),
        ("person.changed", "", {"phone": "+82317291234"}, {"phone": "+82317299999"}),
    ]
