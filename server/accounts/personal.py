"""Everything that is held about a person, for that person: what it is, in plain words, and the rows.

Secrets (digests of tokens, passwords) are no data to give away, and of what others did or said about them they get
what concerns themselves: values of the audit trail that are about them, notes of their own party, their own reasons.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, SQLModel, col, or_, select

from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.recommend.tables import PartyView
from matchmaking.rescue.tables import Standby
from matchmaking.tables import (
    Attendance,
    Attendee,
    Availability,
    Interpreter,
    JoinInstruction,
    LanguagePair,
    Meeting,
    MeetingChange,
    MeetingRequest,
    Participation,
    PartyLimits,
    Preference,
    Proposal,
    Representative,
)
from server.accounts.tables import (
    Consent,
    Credential,
    HostRole,
    Invitation,
    Login,
    OidcIdentity,
    Person,
    Role,
    SignInLink,
)
from server.audit.tables import AuditEntry
from server.eventlog.tables import EventRow
from server.imports.tables import ImportedParty, ImportFinding
from server.mail.tables import Mail
from server.pictures.tables import Picture
from sessions.floor.tables import (
    Contestant,
    Hand,
    Message,
    MessageReport,
    Mute,
    Poll,
    PollVote,
    Question,
    QuestionVote,
    Score,
)
from sessions.tables import (
    Appearance,
    CalendarFeed,
    ProgrammeSession,
    Registration,
    ReportedFigure,
    Speaker,
    Stay,
    Viewer,
)

Row = dict[str, Any]
Model = type[SQLModel]
Find = Callable[[Session, UUID], Iterable[Row]]


class Held(BaseModel):
    """One kind of data: what it is, and the rows."""

    what: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Section:
    """Where one kind of data comes from: the tables it is read from, and how."""

    what: str
    models: tuple[Model, ...]
    find: Find


def _rows(model: Model, *names: str, only: Callable[[UUID], Any] | None = None) -> Find:
    """These columns of the rows that a person's own scope has. What is not asked for is not even read."""
    columns = [getattr(model, name) for name in names]

    def find(db: Session, person_id: UUID) -> list[Row]:
        query = select(*columns)
        if only is not None:
            query = query.where(only(person_id))
        found = db.exec(query.order_by(*columns[:1])).all()
        values = [tuple(row) if len(names) > 1 else (row,) for row in found]
        return [dict(zip(names, row, strict=True)) for row in values]

    return find


def _section(what: str, model: Model, *names: str, only: Callable[[UUID], Any] | None = None) -> Section:
    return Section(what, (model,), _rows(model, *names, only=only))


def _credential(db: Session, person_id: UUID) -> list[Row]:
    row = db.get(Credential, person_id)
    if row is None:
        return []
    return [{"has_password": row.password is not None, "has_one_time_codes": row.totp_step is not None}]


def _notes(db: Session, person_id: UUID) -> list[Row]:
    own = db.exec(select(Representative.participation_id).where(Representative.person_id == person_id)).all()
    find = _rows(Proposal, "request_id", "number", "note", "at", only=lambda _: col(Proposal.by_id).in_(own))
    return list(find(db, person_id))


def _reasons(db: Session, person_id: UUID) -> list[Row]:
    names = ("meeting_id", "what", "reason", "at")
    return list(_rows(MeetingChange, *names, only=lambda me: col(MeetingChange.by_id) == me)(db, person_id))


def _sheets(db: Session, person_id: UUID) -> list[Row]:
    rows = []
    for sheet in db.exec(select(ImportedParty)).all():
        mine = [entry for entry in sheet.people if entry.get("person") == str(person_id)]
        said = [{"said": entry.get("said"), "proposed": entry.get("proposed")} for entry in mine]
        about = {"convention_id": sheet.convention_id, "kind": sheet.kind, "notes": sheet.notes}
        rows += [{**about, **one} for one in said]
    return rows


def _watched(db: Session, person_id: UUID) -> list[Row]:
    query = select(ProgrammeSession.title, Viewer.first_seen_at, Viewer.country).join(
        Viewer, col(Viewer.session_id) == ProgrammeSession.id
    )
    return [
        {"session": title, "first_seen_at": seen, "country": country} for title, seen, country in db.exec(query).all()
    ]


def _parts(db: Session, person_id: UUID) -> list[Row]:
    query = select(ProgrammeSession.title, Appearance.role, ProgrammeSession.starts_at).join(
        Appearance, col(Appearance.session_id) == ProgrammeSession.id
    )
    found = db.exec(query.order_by(col(ProgrammeSession.starts_at))).all()
    return [{"session": title, "role": role, "starts_at": starts_at} for title, role, starts_at in found]


def _places(db: Session, person_id: UUID) -> list[Row]:
    query = select(ProgrammeSession.title, Registration.seat, Registration.state, Registration.at).join(
        Registration, col(Registration.session_id) == ProgrammeSession.id
    )
    found = db.exec(query.order_by(col(Registration.at))).all()
    return [{"session": title, "seat": seat, "state": state, "at": at} for title, seat, state, at in found]


def _voted(db: Session, person_id: UUID) -> list[Row]:
    query = select(Poll, PollVote.choice).join(PollVote, col(PollVote.poll_id) == Poll.id).order_by(col(Poll.at))
    return [
        {"question": poll.question, "choice": [poll.options[int(one)] for one in choice] if poll.options else choice}
        for poll, choice in db.exec(query).all()
    ]


def _scored(db: Session, person_id: UUID) -> list[Row]:
    query = select(Contestant.name, Score.points).join(Score, col(Score.contestant_id) == Contestant.id)
    return [{"contestant": name, "points": points} for name, points in db.exec(query.order_by(col(Score.id))).all()]


def _audit(db: Session, person_id: UUID) -> list[Row]:
    rows = []
    for entry in db.exec(select(AuditEntry).order_by(col(AuditEntry.at))).all():
        mine = entry.actor_id == person_id
        row: Row = {"at": entry.at, "action": entry.action, "by_you": mine, "address": entry.address if mine else None}
        if entry.about_id == person_id:
            row |= {"old": entry.old, "new": entry.new}
        rows.append(row)
    return rows


SECTIONS: dict[str, Section] = {
    "person": _section(
        "Who you are to the host.",
        Person,
        *("id", "name", "position", "email", "phone", "country", "zone", "created_at"),
    ),
    "credential": Section("Whether you have a password and one-time codes.", (Credential,), _credential),
    "host_roles": _section("What you are to the host.", HostRole, "role"),
    "roles": _section("What you are in each convention.", Role, "convention_id", "role"),
    "seats": _section(
        "The parties you sit for.",
        Representative,
        *("convention_id", "participation_id", "position", "zone", "languages", "interpreter", "active", "admin"),
    ),
    "parties": _section(
        "What is known of these parties.",
        Participation,
        *("id", "convention_id", "name", "country", "city", "zone", "category", "products", "interests"),
        *("target_countries", "channels", "matching", "hosted", "created_at"),
    ),
    "interpreting": _section("That you interpret.", Interpreter, "convention_id", "zone", "daily_minutes", "active"),
    "interpreting_hours": _section(
        "Hours in which you interpret for one party.",
        InterpreterBlock,
        *("convention_id", "participation_id", "starts_at", "ends_at"),
    ),
    "language_pairs": _section("Between which languages.", LanguagePair, "convention_id", "source", "target"),
    "hours": _section(
        "When you said you are there, in minutes after midnight.",
        Availability,
        *("convention_id", "local_date", "mode", "zone", "place", "hours", "maximum", "source"),
    ),
    "consents": _section(
        "What you agreed to and what not.", Consent, "convention_id", "purpose", "given", "version", "at", "source"
    ),
    "invitations": _section(
        "Invitations to you.",
        Invitation,
        *("convention_id", "created_at", "sent_at", "opened_at", "accepted_at", "revoked_at", "expires_at"),
    ),
    "mails": _section(
        "Mails to you, by what they are about.", Mail, "kind", "address", "state", "attempts", "created_at"
    ),
    "sign_in_links": _section("One-time links made for you.", SignInLink, "expires_at", "used_at"),
    "logins": _section(
        "Where you are or were signed in, and tokens of your programs.",
        Login,
        *("id", "kind", "label", "scopes", "second_factor", "agent", "created_at", "used_at", "expires_at"),
        "ended_at",
    ),
    "identities": _section("Identity providers that vouch for you.", OidcIdentity, "issuer", "subject", "linked_at"),
    "requests": _section(
        "Meeting requests in which your time is asked for or offered.",
        MeetingRequest,
        *("id", "convention_id", "requester_id", "addressee_id", "state", "starts_at", "ends_at", "created_at"),
        only=lambda me: or_(
            col(MeetingRequest.requester_person_id) == me, col(MeetingRequest.addressee_person_id) == me
        ),
    ),
    "notes": Section("What your party wrote in its requests.", (Proposal,), _notes),
    "wishes": _section(
        "What your party wishes of others.", Preference, "convention_id", "about_id", "wish", "note", "at"
    ),
    "limits": _section(
        "How many meetings your party wants.", PartyLimits, "convention_id", "least", "most", "most_a_day"
    ),
    "looks": _section(
        "Whose profile your party looked at.", PartyView, "convention_id", "about_id", "times", "last_at"
    ),
    "standby": _section(
        "Meetings proposed to your party on the spot.",
        Standby,
        *("id", "convention_id", "one_id", "other_id", "state", "starts_at", "ends_at"),
    ),
    "meetings": _section(
        "Meetings that you are expected at.",
        Meeting,
        *("id", "convention_id", "state", "starts_at", "ends_at", "outcome", "outcome_reason", "cancel_code"),
    ),
    "part_in_meetings": _section(
        "What you are in these meetings.", Attendee, "meeting_id", "participation_id", "role", "required"
    ),
    "attendance": _section(
        "When you were there, and how that is known.", Attendance, "meeting_id", "joined_at", "left_at", "evidence"
    ),
    "reasons": Section("Why you changed meetings, as you wrote.", (MeetingChange,), _reasons),
    "ways_to_join": _section(
        "How to join your party.", JoinInstruction, "convention_id", "owner_id", "channel", "kind", "value"
    ),
    "pictures": _section(
        "Pictures that your party put up.", Picture, "id", "convention_id", "kind", "media_type", "width", "height"
    ),
    "speaker": _section(
        "What programmes say of you as a speaker.",
        Speaker,
        *("convention_id", "name", "affiliation", "biography"),
    ),
    "parts": Section("What you do in programme sessions.", (ProgrammeSession, Appearance), _parts),
    "places": Section("Your places in programme sessions.", (ProgrammeSession, Registration), _places),
    "watched": Section("Programme sessions that you watched.", (ProgrammeSession, Viewer), _watched),
    "questions": _section(
        "What you asked in sessions.",
        Question,
        *("session_id", "text", "anonymous", "state", "answer", "at"),
        only=lambda me: col(Question.person_id) == me,
    ),
    "answers": _section(
        "Questions that you answered in writing.",
        Question,
        *("session_id", "answer"),
        only=lambda me: col(Question.answered_by) == me,
    ),
    "wanted_answers": _section("Questions that you wanted answered, too.", QuestionVote, "question_id"),
    "chat": _section("What you wrote in the chat of sessions.", Message, "session_id", "text", "state", "at"),
    "reports": _section("Lines of chat that you reported.", MessageReport, "message_id"),
    "mutes": _section("When you were asked not to write in a session.", Mute, "session_id", "until", "lifted"),
    "poll_votes": Section("How you voted in polls.", (Poll, PollVote), _voted),
    "hands": _section("That you would like to speak in a session.", Hand, "session_id", "state", "at"),
    "scores": Section("Points that you gave as a juror.", (Contestant, Score), _scored),
    "stays": _section("When you were in these sessions.", Stay, "session_id", "joined_at", "left_at"),
    "calendar_feeds": _section(
        "Secret addresses of calendars that you made.", CalendarFeed, "convention_id", "track", "created_at"
    ),
    "reported_figures": _section(
        "Figures of other platforms that you entered.",
        ReportedFigure,
        *("convention_id", "session_id", "name", "value", "source", "as_of", "entered_at", "taken_back_at"),
    ),
    "sheets": Section("What the organiser's sheets said of you besides.", (ImportedParty,), _sheets),
    "unclear_cells": _section(
        "Cells of these sheets about your party that nobody understood at once.",
        ImportFinding,
        *("convention_id", "column", "value", "reason", "found_at"),
    ),
    "deeds": _section(
        "What you did in conventions, by the name of the event.", EventRow, "convention_id", "seq", "type", "at"
    ),
    "audit": Section("What else was done by you or to your data, and who looked.", (AuditEntry,), _audit),
}

# Tables that name people and are not given out, and why.
NOT_EXPORTED = {
    "occupancy": "When somebody is taken: the times of their meetings and requests once more.",
    "idempotency_key": "Answers already given to their own requests: ids and codes, kept for two days.",
    "amount": "A party's figures, not a person's.",
    "pair_rule": "The organiser's word on two parties, not on people.",
    "draft": "The organiser's plans; what came of them stands among the meetings.",
    "draft_meeting": "The organiser's plans; what came of them stands among the meetings.",
    "draft_party": "The organiser's plans: how a party fares in them.",
    "announcement": "The convention's words; that somebody made it stands among their deeds.",
}


def held_about(db: Session, person_id: UUID) -> dict[str, Held]:
    """Everything, by section. The session is one of the person's own scope."""
    return {name: Held(what=section.what, rows=list(section.find(db, person_id))) for name, section in SECTIONS.items()}


def models_held() -> Sequence[Model]:
    """The tables that are given out, as a whole or in part."""
    return [model for section in SECTIONS.values() for model in section.models]
