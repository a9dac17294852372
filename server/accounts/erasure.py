"""Erasing a person: nothing that says who they were is left in a row, while meetings, attendance and figures stay.

What stays refers to an id behind which nobody stands any more. What goes, table by table, is what `forget` calls. The
event log holds nothing personal by design; the audit trail keeps who did what when, without values and addresses.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Engine, null, or_, text
from sqlmodel import Session, SQLModel, col, delete, func, select, update

from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.recommend.wording import found_by
from matchmaking.tables import (
    Attendee,
    Availability,
    Interpreter,
    JoinInstruction,
    LanguagePair,
    MeetingChange,
    MeetingRequest,
    Participation,
    Preference,
    Proposal,
    Representative,
)
from server.accounts.tables import (
    Consent,
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
from server.conventions.tables import Convention
from server.database import reading
from server.errors import LastOne
from server.idempotency import IdempotencyKey
from server.imports.tables import ImportedParty, ImportFinding
from server.mail.tables import Mail
from server.scope import across_conventions
from server.work import Work
from sessions.floor.forgetting import forget_announcements, forget_words
from sessions.floor.tables import Announcement, Message, MessageReport, PollTally, PollVote, Question, QuestionVote
from sessions.tables import CalendarFeed, ReportedFigure, Speaker

log = structlog.get_logger()

Model = type[SQLModel]

NOWHERE_ZONE = "UTC"
UNSAID = "…"
# What is a person's alone: the rows go, once the tickets that refer to logins have gone.
GONE: tuple[Model, ...] = (
    *(Credential, SignInLink, Invitation, Login, OidcIdentity, Consent, Role, HostRole),
    *(Availability, LanguagePair, Interpreter, InterpreterBlock, IdempotencyKey),
    *(QuestionVote, MessageReport),  # how many there were stays
    CalendarFeed,
    PollVote,  # how they voted; what the votes add up to stays, as do results that were told
)
# The tables whose old row versions PostgreSQL is told to clear away.
TOUCHED: tuple[Model, ...] = (
    *GONE,
    *(Person, LiveTicket, Mail, Representative, Proposal, MeetingChange, JoinInstruction),
    *(ImportedParty, ImportFinding, AuditEntry, PollTally, ReportedFigure, Question, Message, Announcement),
    *(Speaker, Preference, Participation),
)
LATELY = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Traces:
    """By what somebody is found in free text, and the parties they sit or sat for; for `alone` nobody else does."""

    person_id: UUID
    host_id: UUID
    email: str | None
    pattern: re.Pattern[str] | None
    parties: frozenset[UUID]
    alone: frozenset[UUID]

    def in_text(self, *texts: str | None) -> bool:
        """Whether one of the texts names them."""
        return self.pattern is not None and any(self.pattern.search(one) for one in texts if one)


def check_may_go(work: Work, person_id: UUID) -> None:
    """Refuse to erase who alone owns a host. Its owners cannot change until the transaction ends.

    Raises:
        LastOne: somebody else must own it first.
    """
    mine = work.db.exec(select(HostRole.host_id).where(HostRole.person_id == person_id)).all()
    for host_id in sorted(set(mine)):
        owners = select(HostRole.person_id).where(HostRole.host_id == host_id).order_by(col(HostRole.person_id))
        if set(work.db.exec(owners.with_for_update())) == {person_id}:
            raise LastOne


def forget(work: Work, person_id: UUID, real_now: datetime) -> None:
    """Erase what is held about somebody who has left all conventions. Repeating it does nothing.

    Nothing here goes through the session's objects: the audit trail would note the old values.

    Raises:
        LastOne: they alone own a host by now.
    """
    with across_conventions(work.db):
        person = work.db.get(Person, person_id)
        if person is None or person.erased_at is not None:
            return
        check_may_go(work, person_id)
        traces = _traces(work.db, person)
        work.db.expunge(person)
        for empty in (
            *(_empty_texts, _empty_wishes, _unname_speakers, _empty_floors, _empty_sources),
            *(_unsay_words, _empty_imports),
        ):
            empty(work.db, traces)
        for drop in (_drop_instructions, _drop_mails, _drop_account, _empty_seats):
            drop(work.db, traces)
        _empty_trail(work.db, traces)
    nothing = dict.fromkeys(("position", "email", "phone", "country"))
    told = {"zone": NOWHERE_ZONE, "rights_changed_at": real_now, "erased_at": real_now}
    work.db.exec(update(Person).where(col(Person.id) == person_id).values(name=null(), **nothing, **told))
    work.note("person.erased", "person", person_id, about=person_id)


def _column(model: Model, name: str) -> Any:
    return model.__table__.c[name]  # type: ignore[attr-defined]


def _traces(db: Session, person: Person) -> Traces:
    parties = frozenset(
        db.exec(select(Representative.participation_id).where(Representative.person_id == person.id)).all()
    )
    others = select(Representative.participation_id).where(
        col(Representative.participation_id).in_(parties),
        Representative.person_id != person.id,
        col(Representative.active),
    )
    names = [name for key, name in (person.name or {}).items() if key != "original" and isinstance(name, str)]
    return Traces(
        person_id=person.id,
        host_id=person.host_id,
        email=person.email,
        pattern=pattern_of(names, person.email, person.phone),
        parties=parties,
        alone=parties - frozenset(db.exec(others).all()),
    )


def pattern_of(names: Iterable[str], email: str | None, phone: str | None) -> re.Pattern[str] | None:
    """What finds somebody in a text: a name, a word of it, the address, or the phone number; None for nothing.

    Latin words are found as whole words: somebody called Li is not in every "list". A phone number is found however
    it is grouped, with or without its country's prefix.
    """
    words = {name.strip() for name in names}
    words |= {part for name in names for part in re.findall(r"\w+", name) if len(part) > (2 if part.isascii() else 1)}
    words |= {email} if email else set()
    found = [rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in words if word]
    digits = re.sub(r"\D", "", phone or "")
    if len(digits) > 6:
        found.append(r"[-. ()]{0,2}".join(digits[-8:]))
    return re.compile("|".join(sorted(found, key=len, reverse=True)), re.IGNORECASE) if found else None


def _empty_texts(db: Session, traces: Traces) -> None:
    """Notes of a party that is theirs alone, reasons that they gave, and whatever of their threads names them."""
    threads = or_(
        col(MeetingRequest.requester_id).in_(traces.parties), col(MeetingRequest.addressee_id).in_(traces.parties)
    )
    notes = (
        select(Proposal.request_id, Proposal.number, Proposal.by_id, Proposal.note)
        .join(MeetingRequest, col(MeetingRequest.id) == Proposal.request_id)
        .where(threads, Proposal.note != "")
    )
    for request_id, number, by_id, note in db.exec(notes).all():
        if by_id in traces.alone or traces.in_text(note):
            step = (col(Proposal.request_id) == request_id, col(Proposal.number) == number)
            db.exec(update(Proposal).where(*step).values(note=""))
    seats = select(Attendee.meeting_id).where(
        or_(col(Attendee.participation_id).in_(traces.parties), col(Attendee.person_id) == traces.person_id)
    )
    reasons = select(MeetingChange.meeting_id, MeetingChange.version, MeetingChange.by_id, MeetingChange.reason).where(
        or_(col(MeetingChange.meeting_id).in_(seats), col(MeetingChange.by_id) == traces.person_id)
    )
    for meeting_id, version, by, reason in db.exec(reasons).all():
        if by == traces.person_id or traces.in_text(reason):
            change = (col(MeetingChange.meeting_id) == meeting_id, col(MeetingChange.version) == version)
            db.exec(update(MeetingChange).where(*change).values(reason=""))


def _empty_wishes(db: Session, traces: Traces) -> None:
    """Notes on wishes, and free texts of profiles, that are theirs alone or name them."""
    notes = select(Preference.by_id, Preference.about_id, Preference.note).where(
        or_(col(Preference.by_id).in_(traces.parties), col(Preference.about_id).in_(traces.parties)),
        Preference.note != "",
    )
    for by_id, about_id, note in db.exec(notes).all():
        if by_id in traces.alone or traces.in_text(note):
            pair = (col(Preference.by_id) == by_id, col(Preference.about_id) == about_id)
            db.exec(update(Preference).where(*pair).values(note=""))
    for party in db.exec(select(Participation).where(col(Participation.id).in_(traces.parties))).all():
        db.expunge(party)
        said = party.matching
        if said and (party.id in traces.alone or traces.in_text(*_texts_in(said))):
            kept = {name: value for name, value in said.items() if not isinstance(value, dict)}
            found = found_by(party.name, party.category, party.products, party.interests, party.city, kept)
            mine = update(Participation).where(col(Participation.id) == party.id)
            db.exec(mine.values(matching=kept, found_by=found))


def _empty_floors(db: Session, traces: Traces) -> None:
    """What they asked, wrote and answered in sessions, and what others said or announced there that names them."""
    forget_words(db, traces.person_id, traces.in_text)
    forget_announcements(db, select(Convention.id).where(Convention.host_id == traces.host_id), traces.in_text)


def _unname_speakers(db: Session, traces: Traces) -> None:
    """What programmes say of them as a speaker: somebody spoke."""
    unsaid = {"en": UNSAID, "original": "en"}
    nothing: dict[str, Any] = {"affiliation": {}, "biography": {}, "external_id": None}
    db.exec(update(Speaker).where(col(Speaker.person_id) == traces.person_id).values(name=unsaid, **nothing))


def _empty_sources(db: Session, traces: Traces) -> None:
    """Sources of figures from elsewhere that name them; of others the figure would mean nothing without its source."""
    mine = select(Convention.id).where(Convention.host_id == traces.host_id)
    rows = select(ReportedFigure.id, ReportedFigure.source).where(col(ReportedFigure.convention_id).in_(mine))
    for figure_id, source in db.exec(rows).all():
        if traces.in_text(source):
            db.exec(update(ReportedFigure).where(col(ReportedFigure.id) == figure_id).values(source=UNSAID))


def _unsay_words(db: Session, traces: Traces) -> None:
    """Words by which they named themselves in polls: their votes stay, as those of a word that nobody reads."""
    said = select(PollVote.poll_id, PollVote.choice).where(PollVote.person_id == traces.person_id)
    for poll_id, choice in db.exec(said).all():
        for word in filter(traces.in_text, choice):
            mine, unsaid = ((col(PollTally.poll_id) == poll_id, col(PollTally.choice) == one) for one in (word, UNSAID))
            votes = db.exec(select(PollTally.votes).where(*mine)).one()
            merged = update(PollTally).where(*unsaid).values(votes=PollTally.votes + votes)
            if db.exec(merged).rowcount:
                db.exec(delete(PollTally).where(*mine))
            else:
                db.exec(update(PollTally).where(*mine).values(choice=UNSAID))


def _empty_imports(db: Session, traces: Traces) -> None:
    """What imports remember of their row: digests of short values could be guessed."""
    for row in db.exec(select(ImportedParty).where(col(ImportedParty.participation_id).in_(traces.parties))).all():
        db.expunge(row)
        alone = row.participation_id in traces.alone
        people = [entry for entry in row.people if entry.get("person") != str(traces.person_id)]
        values: dict[str, Any] = {"people": people}
        if alone:
            values |= {"fields": {}, "notes": ""}
        elif traces.in_text(row.notes):
            values["notes"] = ""
        mine = (
            col(ImportedParty.convention_id) == row.convention_id,
            col(ImportedParty.kind) == row.kind,
            col(ImportedParty.participation_id) == row.participation_id,
        )
        db.exec(update(ImportedParty).where(*mine).values(**values))
    for finding in db.exec(select(ImportFinding).where(col(ImportFinding.participation_id).in_(traces.parties))).all():
        db.expunge(finding)
        told = (finding.value, finding.reason, *_texts_in(finding.proposal), *finding.choices)
        if finding.participation_id in traces.alone or traces.in_text(*told):
            db.exec(delete(ImportFinding).where(col(ImportFinding.id) == finding.id))


def _drop_instructions(db: Session, traces: Traces) -> None:
    """Their own account or number to join by: a party's whose only person they are, or one that names them."""
    for row in db.exec(select(JoinInstruction).where(col(JoinInstruction.owner_id).in_(traces.parties))).all():
        db.expunge(row)
        if row.owner_id in traces.alone or traces.in_text(row.value):
            mine = (
                col(JoinInstruction.convention_id) == row.convention_id,
                col(JoinInstruction.owner_id) == row.owner_id,
                col(JoinInstruction.channel) == row.channel,
            )
            db.exec(delete(JoinInstruction).where(*mine))


def _drop_mails(db: Session, traces: Traces) -> None:
    """Mails to them, sent, waiting or given up."""
    about = select(Invitation.id).where(Invitation.person_id == traces.person_id)
    mine = [col(Mail.person_id) == traces.person_id, col(Mail.subject_id).in_(about)]
    if traces.email is not None:
        mine += [
            func.lower(col(Mail.address)) == traces.email.lower(),
            func.lower(col(Mail.trouble)).contains(traces.email.lower(), autoescape=True),
        ]
    db.exec(delete(Mail).where(or_(*mine)))


def _drop_account(db: Session, traces: Traces) -> None:
    """Whatever is theirs alone."""
    logins = select(Login.id).where(Login.person_id == traces.person_id)
    db.exec(delete(LiveTicket).where(col(LiveTicket.login_id).in_(logins)))
    for model in GONE:
        db.exec(delete(model).where(_column(model, "person_id") == traces.person_id))


def _empty_seats(db: Session, traces: Traces) -> None:
    """Seats stay, empty: meetings were held from them."""
    db.exec(
        update(Representative)
        .where(col(Representative.person_id) == traces.person_id)
        .values(active=False, admin=False, zone=None, languages=[], interpreter=None)
    )


def _empty_trail(db: Session, traces: Traces) -> None:
    """The trail keeps that something was done; not the values about them, nor where they did something from."""
    nothing, nobody = {"old": null(), "new": null()}, col(AuditEntry.about_id).is_(None)
    db.exec(update(AuditEntry).where(col(AuditEntry.about_id) == traces.person_id).values(**nothing))
    db.exec(update(AuditEntry).where(col(AuditEntry.actor_id) == traces.person_id).values(address=None))
    unnamed = [col(AuditEntry.actor_id) == traces.person_id]
    if traces.parties:  # ways to join are a party's: their entries name nobody
        unnamed.append((col(AuditEntry.host_id) == traces.host_id) & (col(AuditEntry.subject) == "join_instruction"))
    found = [entry for which in unnamed for entry in db.exec(select(AuditEntry).where(which, nobody)).all()]
    for entry in found:
        own = any(str(party) in entry.subject_id for party in traces.alone)
        if own or traces.in_text(*_texts_in(entry.old), *_texts_in(entry.new)):
            db.exec(update(AuditEntry).where(col(AuditEntry.id) == entry.id).values(**nothing))


def _texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for part in parts for one in _texts_in(part)]


def scrub(engine: Engine, tries: int = 3) -> bool:
    """Let the database's files forget what its rows have; whether that is done.

    SQLite overwrites what is deleted (`secure_delete`), but its log still has the pages as they were: it is taken into
    the file and cut to nothing, for which readers must be gone for a moment; each try waits for them as every lock is
    waited for. PostgreSQL keeps old row versions until a vacuum; their bytes are overwritten as the space is used
    again.
    """
    if engine.dialect.name == "sqlite":
        done = any(_checkpointed(engine) for _ in range(tries))
        if not done:
            log.warning("the database's log is in use and was not cut; it is tried again within the hour")
        return done
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for model in TOUCHED:
            name = engine.dialect.identifier_preparer.format_table(model.__table__)  # type: ignore[attr-defined]
            connection.execute(text(f"VACUUM {name}"))
    return True


def _checkpointed(engine: Engine) -> bool:
    with engine.connect() as connection:
        # The driver's own cursor: a checkpoint cannot run in a transaction.
        cursor = connection.connection.cursor()
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    return bool(busy == 0)


def scrub_lately_erased(engine: Engine, real_now: Callable[[], datetime]) -> None:
    """The same if anybody was erased in the last hours: by a timer, or while the files were in use."""
    lately = select(Person.id).where(col(Person.erased_at) > real_now() - LATELY)
    with reading(engine) as db:
        erased = db.exec(lately.limit(1)).first() is not None
    if erased:
        scrub(engine)
