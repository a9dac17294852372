"""Erasing a person: nothing of them is left anywhere, and what others need of the past stays."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlmodel
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, String, cast, create_engine, select

from matchmaking.channels import instruct
from matchmaking.meetings import cancel
from matchmaking.requests import request_meeting
from matchmaking.tables import Availability, LanguagePair, Participation, Preference, Proposal, Representative
from matchmaking.tables import Interpreter as InterpreterRow
from server.accounts.actors import SYSTEM, Actor
from server.accounts.consents import record_consents
from server.accounts.erasure import check_may_go, forget, pattern_of, scrub, scrub_lately_erased
from server.accounts.leaving import leave
from server.accounts.permissions import RoleName
from server.accounts.tables import (
    Credential,
    HostRole,
    Invitation,
    LiveTicket,
    Login,
    OidcIdentity,
    Person,
    Role,
    SignInLink,
)
from server.audit.tables import AuditEntry
from server.batch import Order, perform
from server.database import metadata, reading, writing
from server.errors import LastOne
from server.idempotency import IdempotencyKey
from server.ids import new_id
from server.imports.tables import ImportedParty, ImportFinding
from server.mail.tables import Mail
from server.work import HOUSE, Origin, Work
from sessions.floor.tables import Message, Question
from sessions.tables import ReportedFigure, Speaker
from tests.factories import BEFORE, Fair, Party, refused
from tests.sessions.programme import talk

CANARY = "kanari7q"
NAME = {"en": f"Canaria {CANARY}name", "ko": "카나리아새", "original": "ko"}
EMAIL, PHONE, ADDRESS = f"{CANARY}@example.org", "+82 10-8765-4321", "203.0.113.77"
# What must be nowhere afterwards. (JSON texts hold Korean letters as escapes.)
TRACES = (CANARY, "카나리아새", "\\uce74\\ub098", "8765-4321", ADDRESS, "Canaria")
LATER = BEFORE + timedelta(days=300)


def everything(engine: Engine) -> Iterator[tuple[str, str]]:
    """(table, row as text) of every row there is."""
    with engine.connect() as db:
        for table in metadata().sorted_tables:
            for row in db.execute(select(*(cast(column, String) for column in table.c))):
                yield table.name, " | ".join(str(value) for value in row)


def found_in_rows(engine: Engine) -> list[tuple[str, str]]:
    return [(table, row) for table, row in everything(engine) for trace in TRACES if trace in row]


def found_in_files(folder: Path) -> list[tuple[str, str]]:
    texts = {trace: trace.encode() for trace in TRACES}
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return [(name, trace) for name, content in files.items() for trace, text in texts.items() if text in content]


def plant_account(fair: Fair, one: UUID) -> None:
    """What somebody's account can hold, all of it telling who they are."""

    def plant(work: Work) -> None:
        person = work.db.get_one(Person, one)
        person.name, person.position, person.country = dict(NAME), f"{CANARY} of sales", "KR"
        person.email, person.phone = EMAIL, PHONE
        login = Login(
            token_digest=f"{CANARY}3", person_id=one, kind="cookie", label=f"{CANARY} label", agent=f"{CANARY} agent",
            created_at=BEFORE, expires_at=LATER,
        )  # fmt: skip
        invitation = Invitation(
            convention_id=fair.id, person_id=one, token_digest=f"{CANARY}4", created_at=BEFORE, expires_at=LATER
        )
        work.db.add_all([login, invitation])
        work.db.flush()
        work.db.add_all(
            [
                Credential(person_id=one, password=f"{CANARY}1", totp_secret=f"{CANARY}2"),
                Role(convention_id=fair.id, person_id=one, role="viewer"),
                SignInLink(token_digest=f"{CANARY}5", person_id=one, expires_at=LATER),
                LiveTicket(token_digest=f"{CANARY}6", login_id=login.id, expires_at=LATER),
                OidcIdentity(issuer="https://id.example", subject=f"{CANARY}7", person_id=one, linked_at=BEFORE),
                IdempotencyKey(person_id=one, key=f"{CANARY}8", body_digest="0", answer="{}", created_at=BEFORE),
                mail(f"{CANARY}9", address=EMAIL.upper(), state="dead", trouble=f"no such mailbox {EMAIL}"),
                mail(f"{CANARY}10", person_id=one, state="waiting"),
                mail("sign_in/1", state="dead", trouble=f"550 <{EMAIL}> is full"),
                mail(f"{CANARY}11", subject_id=invitation.id, state="sent"),
            ]
        )
        record_consents(work, one, fair.id, {"share_contact": True}, "page", BEFORE)

    by = Actor(one, fair.host_id, new_id())
    perform(fair.engine, fair.clock, Order(HOUSE, plant, by, Origin(ADDRESS, "r-1")))


def mail(key: str, **about: Any) -> Mail:
    return Mail(unique_key=key, kind="invitation", due_at=BEFORE, created_at=BEFORE, **about)


def plant_convention(fair: Fair, party: Party, other: Party) -> tuple[UUID, UUID]:
    """What somebody's part in a convention can hold; a request of theirs and a meeting that was cancelled."""
    me = party.people[0]
    asked = fair.perform(
        party, request_meeting, by=party.id, to=other.id, slot_id=fair.slot("2020-11-09 09:00"), note=f"{CANARY} note"
    )
    meeting = fair.meet(party, fair.exhibitor(), "2020-11-10 09:00")
    fair.perform(party, cancel, meeting, code="other", reason=f"{CANARY} has a cold")
    session_id = talk(fair).id

    def plant(work: Work) -> None:
        seat = work.db.get_one(Representative, (fair.id, me))
        seat.interpreter = CANARY
        instruct(work, party.id, "wechat", "account", CANARY)
        entry = {"person": str(me), "fields": {"name": f"{CANARY}d"}, "said": CANARY, "proposed": {"email": EMAIL}}
        said = {"offers": ["clinic"], "about": {"en": f"{CANARY} speaks of themself.", "original": "en"}}
        work.db.get_one(Participation, party.id).matching = said
        work.db.add_all(
            [
                Preference(
                    convention_id=fair.id, by_id=party.id, about_id=other.id, wish="meet", note=f"{CANARY} hopes",
                    at=BEFORE,
                ),
                Availability(
                    convention_id=fair.id, person_id=me, local_date=date(2020, 11, 20), mode="online", zone="UTC",
                    place=f"{CANARY} home", hours=[], source="stated",
                ),
                InterpreterRow(convention_id=fair.id, person_id=me, zone=CANARY),
                LanguagePair(convention_id=fair.id, person_id=me, source="ko", target=CANARY),
                ImportedParty(
                    convention_id=fair.id, kind="buyers", participation_id=party.id, fields={"email": f"{CANARY}d"},
                    people=[entry], notes=f"{CANARY} cells",
                ),
                Speaker(
                    id=new_id(), convention_id=fair.id, person_id=me, name=NAME, external_id=f"{CANARY}-1",
                    affiliation={"en": f"{CANARY} Inc."}, biography={"en": f"{CANARY} was born."},
                ),
                Question(
                    id=new_id(), session_id=session_id, convention_id=fair.id, person_id=me, anonymous=False,
                    text=f"{CANARY} asks", state="open", at=BEFORE,
                ),
                Message(
                    id=new_id(), session_id=session_id, convention_id=fair.id, person_id=me, text=f"{CANARY} writes",
                    state="shown", at=BEFORE,
                ),
                ReportedFigure(
                    id=new_id(), convention_id=fair.id, name="views", value=7, source=f"{NAME['en']} counted",
                    as_of=BEFORE, entered_by=me, entered_at=BEFORE,
                ),
                ImportFinding(
                    convention_id=fair.id, participation_id=party.id, kind="buyers", row=2, column="Mail",
                    field="email", value=EMAIL, severity="look", code="odd", reason=f"{EMAIL} is odd",
                    proposal={"email": EMAIL}, choices=[EMAIL], found_at=BEFORE,
                ),
            ]
        )  # fmt: skip
        values = {"email": EMAIL, "name": NAME}
        work.note("person.changed", "person", me, about=me, old=values, new=values)

    fair.perform(Actor(me, fair.host_id, new_id(), frozenset({RoleName.ORGANISER})), plant)
    return asked.id, meeting


def erase(fair: Fair, person: UUID, *conventions: Fair) -> None:
    """All the commands that erase somebody."""
    for each in conventions or (fair,):
        each.perform(SYSTEM, leave, person)
    fair.perform(SYSTEM, forget, person, BEFORE)


@pytest.fixture
def folder(fair: Fair) -> Path | None:
    """Where the database's files are, on SQLite."""
    database = fair.engine.url.database
    return Path(database).parent if fair.engine.dialect.name == "sqlite" and database else None


def test_of_an_erased_person_nothing_is_left_in_any_row_or_file(fair: Fair, folder: Path | None) -> None:
    for _ in range(30):
        fair.buyer()
    party, other = fair.buyer(), fair.exhibitor()
    plant_account(fair, party.people[0])
    request, meeting = plant_convention(fair, party, other)
    for _ in range(30):
        fair.buyer()
    planted = {table for table, _ in found_in_rows(fair.engine)}
    assert planted == {
        *("person", "credential", "login", "live_ticket", "sign_in_link", "oidc_identity", "invitation", "mail"),
        *("idempotency_key", "availability", "interpreter", "language_pair", "representative", "join_instruction"),
        *("proposal", "meeting_change", "imported_party", "import_finding", "audit_entry", "reported_figure"),
        *("question", "message", "speaker", "preference", "participation"),
    }
    if folder:
        assert found_in_files(folder)

    erase(fair, party.people[0])
    assert scrub(fair.engine)

    assert found_in_rows(fair.engine) == []
    if folder:
        assert found_in_files(folder) == []
    with reading(fair.engine) as db:
        person = db.get_one(Person, party.people[0])
        assert (person.name, person.email, person.phone, person.position, person.country) == (None,) * 5
        assert (person.zone, person.erased_at, person.rights_changed_at) == ("UTC", BEFORE, BEFORE)
        assert db.get_one(Proposal, (request, 1)).note == ""
    state = fair.state()
    assert state["request"][str(request)]["state"] == "withdrawn"
    assert state["meeting"][str(meeting)]["state"] == "cancelled"


def test_whoever_is_not_erased_loses_nothing(fair: Fair) -> None:
    party, other = fair.buyer(), fair.exhibitor()
    plant_account(fair, party.people[0])
    plant_convention(fair, party, other)
    neighbour = fair.buyer()
    ids = [form for one in (party.id, party.people[0]) for form in (str(one), one.hex)]
    mine = {row for row in everything(fair.engine) if any(one in row[1] for one in ids)}
    assert len({table for table, _ in mine}) > 20
    erase(fair, neighbour.people[0])
    assert mine <= set(everything(fair.engine))


def test_the_trail_still_says_who_did_what_and_that_somebody_was_erased(fair: Fair) -> None:
    one, colleague = fair.buyer().people[0], fair.buyer().people[0]

    def rename(work: Work) -> None:
        work.db.get_one(Person, one).position = "director"
        work.db.get_one(Person, colleague).position = "assistant"

    by = Actor(one, fair.host_id, new_id())
    perform(fair.engine, fair.clock, Order(HOUSE, rename, by, Origin(ADDRESS, "r-1")))
    erase(fair, one)
    with reading(fair.engine) as db:
        entries = db.exec(sqlmodel.select(AuditEntry)).all()
    told = [(e.action, e.actor_id, e.about_id, e.address, e.new) for e in entries if e.subject == "person"]
    changed = [entry for entry in told if entry[0] != "person.added"]
    assert sorted(changed, key=str) == sorted(
        [
            ("person.changed", one, one, None, None),
            ("person.changed", one, colleague, None, {"position": "assistant"}),
            ("person.erased", None, one, None, None),
        ],
        key=str,
    )


def test_erasing_twice_is_erasing_once(fair: Fair) -> None:
    party = fair.buyer()
    erase(fair, party.people[0])
    before = sorted(everything(fair.engine))
    erase(fair, party.people[0])
    assert sorted(everything(fair.engine)) == before


def test_of_a_party_with_others_only_what_names_them_goes(fair: Fair) -> None:
    party, other = fair.buyer(people=2), fair.exhibitor()
    plant_account(fair, party.people[0])
    notes = {
        "2020-11-09 09:00": f"Please ask for Canaria {CANARY}name.",
        "2020-11-10 09:00": "We sell gloves.",
    }
    asked = []
    for wall, note in notes.items():
        clinic = fair.exhibitor()
        asked.append(
            fair.perform(party, request_meeting, by=party.id, to=clinic.id, slot_id=fair.slot(wall), note=note).id
        )
    told = fair.perform(
        other, request_meeting, by=other.id, to=party.id, slot_id=fair.slot("2020-11-11 09:00"), note="카나리아새님께"
    )

    def plant(work: Work) -> None:
        instruct(work, party.id, "wechat", "account", "gloves-shop")
        instruct(work, party.id, "line", "account", f"{CANARY}@example.org")

    fair.perform(SYSTEM, plant)
    erase(fair, party.people[0])
    assert [(table, row) for table, row in found_in_rows(fair.engine)] == []
    with reading(fair.engine) as db:
        assert [db.get_one(Proposal, (request, 1)).note for request in (*asked, told.id)] == ["", "We sell gloves.", ""]
    assert "gloves-shop" in str(list(everything(fair.engine)))


def test_what_was_held_stays_in_the_figures(fair: Fair) -> None:
    party, clinic = fair.buyer(), fair.exhibitor()
    meeting = fair.meet(party, clinic, "2020-11-09 09:00")
    fair.move_to("2020-11-09 10:00")
    fair.fire_due()
    before = fair.state()["meeting"][str(meeting)]
    erase(fair, party.people[0])
    assert fair.state()["meeting"][str(meeting)] == before


def test_who_alone_owns_a_host_names_another_owner_first(fair: Fair) -> None:
    owners = [fair.buyer().people[0], fair.buyer().people[0]]

    def own(work: Work, person: UUID) -> None:
        work.db.add(HostRole(host_id=fair.host_id, person_id=person, role="owner"))

    fair.perform(SYSTEM, own, owners[0])
    with refused(LastOne):
        fair.perform(SYSTEM, check_may_go, owners[0])
    fair.perform(SYSTEM, own, owners[1])
    fair.perform(SYSTEM, check_may_go, owners[0])


def test_of_two_owners_who_go_at_once_one_stays(fair: Fair) -> None:
    """Both were told that they may go; the second is about to be erased while the first is."""
    first, second = fair.buyer().people[0], fair.buyer().people[0]
    with writing(fair.engine) as connection, sqlmodel.Session(connection) as db:
        db.add_all(HostRole(host_id=fair.host_id, person_id=one, role="owner") for one in (first, second))
        db.flush()

    def gone(person: UUID) -> Order:
        return Order(HOUSE, partial(forget, person_id=person, real_now=fair.clock.real_now()))

    with ThreadPoolExecutor() as pool:
        others: list[Future[Any]] = []

        def go(work: Work) -> None:
            gone(first).command(work)
            others.append(pool.submit(perform, fair.engine, fair.clock, gone(second)))
            wait(others, 0.5)  # it has to wait for this transaction

        perform(fair.engine, fair.clock, Order(HOUSE, go))
        with refused(LastOne):
            others[0].result()
    with reading(fair.engine) as db:
        assert db.exec(sqlmodel.select(HostRole.person_id)).all() == [second]


def test_files_are_scrubbed_again_after_timers_have_erased_somebody(sqlite_fair: Fair) -> None:
    fair = sqlite_fair
    party = fair.buyer()
    plant_account(fair, party.people[0])
    folder = Path(str(fair.engine.url.database)).parent
    erase(fair, party.people[0])
    assert found_in_files(folder)  # in the write-ahead log, until it is cut
    scrub_lately_erased(fair.engine, lambda: BEFORE + timedelta(hours=9))
    assert found_in_files(folder)  # that was long ago
    scrub_lately_erased(fair.engine, lambda: BEFORE + timedelta(hours=1))
    assert found_in_files(folder) == []


def test_a_reader_who_stays_does_not_hold_erasing_up(sqlite_fair: Fair) -> None:
    impatient = create_engine(sqlite_fair.engine.url, connect_args={"timeout": 0})
    with reading(sqlite_fair.engine) as db:
        db.get(Person, new_id())
        erase(sqlite_fair, sqlite_fair.buyer().people[0])
        assert not scrub(impatient)
    assert scrub(impatient)
    impatient.dispose()


NAMES = st.sampled_from(["Li", "Canaria Vogel", "김철수", "O'Brien", "Müller (jr.)", "Нина", "a+b"])


@given(
    name=NAMES,
    before=st.sampled_from(["", "Dear ", "Dr. ", "안녕하세요 "]),
    after=st.sampled_from(["", ",", " !", "."]),
)
def test_a_name_is_found_wherever_it_stands(name: str, before: str, after: str) -> None:
    pattern = pattern_of([name], None, None)
    assert pattern is not None
    assert pattern.search(f"{before}{name.upper()}{after}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask for Ms Vogel.", True),
        ("김철수님께", True),
        ("write to C.VOGEL@Example.org", True),
        ("010 8765 4321", True),
        ("+82-10-8765-4321", True),
        ("We sell bird cages (Vogelbauer).", False),
        ("a list of lights", False),
        ("8765 pieces, 4321 boxes", False),
        ("", False),
    ],
)
def test_somebody_is_found_by_each_of_their_signs_and_by_nothing_else(text: str, found: bool) -> None:
    pattern = pattern_of(["Canaria Vogel", "김철수", "Li"], "c.vogel@example.org", "+82 10-8765-4321")
    assert pattern is not None
    assert bool(pattern.search(text)) == found


def test_of_nothing_nothing_is_found() -> None:
    assert pattern_of([], None, None) is None
    assert pattern_of(["", " "], "", "123") is None
