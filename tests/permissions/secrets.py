"""Something unmistakable in every private field there is, and who may ever read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlmodel import Session, SQLModel, col, select

from matchmaking.tables import (
    Availability,
    Interpreter,
    JoinInstruction,
    MeetingChange,
    PairRule,
    Participation,
    PartyLimits,
    Preference,
    Proposal,
    Representative,
)
from server.accounts.tables import Consent, Credential, Invitation, Login, Person, Role, SignInLink
from server.audit.tables import AuditEntry
from server.conventions.tables import Organisation, Resource, Venue
from server.database import writing
from server.imports.tables import ImportedParty, ImportFinding
from server.mail.tables import Mail
from sessions.tables import Audience, ProgrammeSession, StreamChannel
from tests.permissions.places import plant_places
from tests.permissions.votes import plant_votes
from tests.permissions.words import plant_words

if TYPE_CHECKING:
    from tests.permissions.stage import Stage

BACKSTAGE = frozenset({"staff", "organiser", "owner", "token"})
MANAGERS = frozenset({"organiser", "owner", "token"})
PARTIES = frozenset({"buyer2", "exhibitor2", "admin2", "buyer", "exhibitor"})
MEMBERS = PARTIES | BACKSTAGE | {"viewer", "speaker", "interpreter", "reader", "scopeless"}
OF_THE_MEETING = frozenset({"buyer", "exhibitor"}) | BACKSTAGE
PROGRAMS = frozenset({"reader", "scopeless", "token"})  # of the organiser's
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Secret:
    """A text that stands in one field, and the kinds of visitors who may find it in an answer."""

    name: str
    text: str
    may_see: frozenset[str]


class Secrets:
    """All of them."""

    def __init__(self) -> None:
        self.all: list[Secret] = []

    def make(self, name: str, may_see: Iterable[str] = NOBODY, form: str = "{}") -> str:
        """A new one, in a form that its field takes."""
        text = form.format(f"{name.split()[0]}{uuid4().hex}".replace("_", ""))
        self.keep(name, text, may_see)
        return text

    def number(self, name: str, may_see: Iterable[str]) -> str:
        """A phone number."""
        text = f"+8210{uuid4().int % 10**8:08}"
        self.keep(name, text, may_see)
        return text

    def keep(self, name: str, text: str, may_see: Iterable[str] = NOBODY) -> None:
        self.all.append(Secret(name, text, frozenset(may_see)))

    def told_to(self, who: str, text: str) -> Iterator[str]:
        """The secrets in a text that are none of theirs."""
        return (secret.name for secret in self.all if secret.text in text and who not in secret.may_see)

    def found_in(self, text: str) -> list[str]:
        """All secrets in a text."""
        return [secret.name for secret in self.all if secret.text in text]


def plant(stage: "Stage") -> Secrets:
    """Fill every private field of what is on the stage."""
    secrets = Secrets()
    with writing(stage.engine) as connection, Session(connection) as db:
        _people(stage, db, secrets)
        _of_the_convention(stage, db, secrets)
        _of_accounts(stage, db, secrets)
        db.flush()
    for who, headers in stage.headers.items():
        if who != "nobody":
            token = headers.get("cookie", "").partition("=")[2] or headers["authorization"].removeprefix("Bearer ")
            secrets.keep(f"token of {who}", token)
    return secrets


def _people(stage: "Stage", db: Session, secrets: Secrets) -> None:
    seats = {row.person_id: row for row in db.exec(select(Representative))}
    kinds: dict[UUID, set[str]] = {}
    for who, person_id in stage.people.items():
        kinds.setdefault(person_id, set()).add(who)
    parties = {seats[person].participation_id: set[str]() for person in seats}
    for person_id, who_they_are in kinds.items():
        if person_id in seats:
            parties[seats[person_id].participation_id] |= who_they_are
    ours = {party.id for party in db.exec(select(Participation)) if party.convention_id == stage.ours.fair.id}
    members = set(db.exec(select(Role.person_id).where(Role.convention_id == stage.ours.fair.id)))
    interpreting = select(Interpreter.person_id).where(Interpreter.convention_id == stage.ours.fair.id)
    interpreters = set(db.exec(interpreting))
    meeting = {stage.people["buyer"], stage.people["exhibitor"], UUID(stage.ours.ids["seat_id"])}
    for number, person in enumerate(db.exec(select(Person).order_by(col(Person.id)))):
        themselves = kinds.get(person.id, set())
        seat = seats.get(person.id)
        party = parties[seat.participation_id] if seat else set()
        here = seat is not None and seat.participation_id in ours
        member = here or person.id in members
        close = themselves | party | (set(BACKSTAGE) if here else set(MANAGERS) if member else set())
        met = {"buyer", "exhibitor"} if person.id in meeting else set()
        owns = {"owner"} if person.host_id == stage.ours.fair.host_id else {"foreigner"}
        name = f"{number} of {'/'.join(sorted(themselves)) or 'somebody'}"
        person.email = secrets.make(f"email {name}", close | met | owns, "{}@people.example")
        person.phone = secrets.number(f"phone {name}", close | met)
        shown = close | owns | (PARTIES | BACKSTAGE | {"interpreter"} if here else set())
        if person.id in interpreters:  # whom the desk assigns
            shown |= BACKSTAGE
        if str(person.id) == stage.ours.ids["viewer_id"]:  # who speaks up under their name
            shown |= MEMBERS
        person.name = {"en": secrets.make(f"name {name}", shown), "original": "en"}
        person.position = secrets.make(f"position {name}", shown)
        person.country = "KR"
        db.add(person)


def _of_the_convention(stage: "Stage", db: Session, secrets: Secrets) -> None:
    fair, ids = stage.ours.fair, stage.ours.ids
    for proposal in db.exec(select(Proposal)):
        proposal.note = secrets.make("note", {"buyer", "exhibitor", "buyer3", "foreigner"})  # in their own exports
        db.add(proposal)
    session = db.get_one(ProgrammeSession, UUID(ids["session_id"]))
    channel = StreamChannel(
        id=uuid4(),
        session_id=session.id,
        convention_id=fair.id,
        kind="video",
        provider="link",
        url=secrets.make("stream", MEMBERS, "https://stream.example/{}"),
    )
    venue, resource = db.get_one(Venue, UUID(ids["used_venue_id"])), db.get_one(Resource, UUID(ids["resource_id"]))
    venue.address, resource.name = secrets.make("address", {"owner"}), secrets.make("room", {"owner"})
    audience = Audience(
        session_id=session.id, concurrent=1, peak=2, unique=3, countries={"KR": 3}, sampled_at=fair.clock.now()
    )
    _add(db, session, channel, venue, resource, audience)
    plant_places(stage, db, secrets, MEMBERS)
    plant_words(stage, db, secrets, MEMBERS, BACKSTAGE)
    plant_votes(stage, db, secrets, MEMBERS, BACKSTAGE)
    _of_meetings(stage, db, secrets)
    _of_sheets(stage, db, secrets)
    _of_the_trail(stage, db, secrets)


def _of_meetings(stage: "Stage", db: Session, secrets: Secrets) -> None:
    fair, ids = stage.ours.fair, stage.ours.ids
    party, buyer = UUID(ids["party_id"]), UUID(ids["other_party_id"])
    _add(
        db,
        Availability(
            convention_id=fair.id,
            person_id=UUID(ids["seat_id"]),
            local_date=fair.clock.now().date(),
            mode="online",
            zone="Asia/Seoul",
            hours=[[540, 1080]],
            source="stated",
        ),
        MeetingChange(
            meeting_id=UUID(ids["meeting_id"]),
            version=1,
            what="moved",
            reason=secrets.make("reason", OF_THE_MEETING),
            by_id=stage.people["buyer"],
            at=fair.clock.now(),
        ),
        *(
            Preference(
                convention_id=fair.id,
                by_id=one,
                about_id=other,
                wish="meet",
                note=secrets.make(f"wish of the {who}", frozenset({who}) | BACKSTAGE),
                at=fair.clock.now(),
            )
            for who, one, other in (("exhibitor", party, buyer), ("buyer", buyer, party))
        ),
        PartyLimits(convention_id=fair.id, participation_id=party, least=1, most=9),
        PairRule(
            convention_id=fair.id,
            one_id=min(party, buyer),
            other_id=max(party, buyer),
            rule="must",
            at=fair.clock.now(),
        ),
        JoinInstruction(
            convention_id=fair.id,
            owner_id=party,
            channel="zoom",
            kind="link",
            value=secrets.make("instruction", OF_THE_MEETING, "https://zoom.us/{}"),
        ),
    )


def _of_sheets(stage: "Stage", db: Session, secrets: Secrets) -> None:
    fair, party = stage.ours.fair, UUID(stage.ours.ids["party_id"])
    looked_at = Organisation(
        host_id=fair.host_id, name={"en": "Unclear"}, match_key=secrets.make("match_key"), created_at=fair.clock.now()
    )
    unclear = Participation(
        id=uuid4(),
        convention_id=fair.id,
        organisation_id=looked_at.id,
        name={"en": "Unclear"},
        offers=True,
        seeks=False,
        needs_look=["zone"],
        created_at=fair.clock.now(),
    )
    finding = ImportFinding(
        convention_id=fair.id,
        participation_id=unclear.id,
        kind="exhibitors",
        row=1,
        column="Zone",
        field="zone",
        value=secrets.make("finding", MANAGERS),
        severity="look",
        code="zone_unclear",
        reason=secrets.make("finding_reason", MANAGERS),
        proposal={"zone": "Asia/Seoul"},
        found_at=fair.clock.now(),
    )
    _add(
        db,
        looked_at,
        unclear,
        finding,
        ImportedParty(
            convention_id=fair.id,
            kind="exhibitors",
            participation_id=party,
            fields={"name": secrets.make("digest")},
            people=[],
            notes=secrets.make("sheet_notes"),
        ),
    )


def _of_the_trail(stage: "Stage", db: Session, secrets: Secrets) -> None:
    fair = stage.ours.fair
    _add(
        db,
        AuditEntry(
            host_id=fair.host_id,
            convention_id=fair.id,
            at=fair.clock.now(),
            actor_id=stage.people["organiser"],
            address=secrets.make("audit_address", {"owner", "organiser"}, "{:.40}"),
            action="person.changed",
            subject="person",
            subject_id=secrets.make("audit_subject", {"owner", "organiser"}),
            about_id=UUID(stage.ours.ids["viewer_id"]),
            old={"name": secrets.make("audit_old", {"owner", "organiser"})},
            new={"name": secrets.make("audit_new", {"owner", "organiser"})},
        ),
    )


def _of_accounts(stage: "Stage", db: Session, secrets: Secrets) -> None:
    now, later = stage.now, stage.later
    buyer, exhibitor = stage.people["buyer"], stage.people["exhibitor"]
    viewer = UUID(stage.ours.ids["viewer_id"])
    _add(
        db,
        Credential(
            person_id=viewer, password=secrets.make("password"), totp_secret=secrets.make("totp_secret"), totp_step=1
        ),
        SignInLink(token_digest=secrets.make("link", form="{:.64}"), person_id=buyer, expires_at=later),
        Mail(
            unique_key=secrets.make("mail_key"),
            kind="invitation",
            address=secrets.make("mail_address", form="{}@people.example"),
            person_id=viewer,
            state="dead",
            trouble=secrets.make("mail_trouble"),
            due_at=now,
            created_at=now,
        ),
        *(
            Consent(
                person_id=person,
                convention_id=stage.ours.fair.id,
                purpose=purpose,
                given=True,
                version="1",
                at=now,
                source="page",
            )
            for person in (buyer, exhibitor, UUID(stage.ours.ids["seat_id"]))
            for purpose in ("share_contact", "transfer_abroad")
        ),
    )
    for login in db.exec(select(Login)):
        secrets.keep("token digest", login.token_digest)
        if login.label == "spare":
            login.label, login.agent = secrets.make("login_label", {"buyer"}), secrets.make("agent", {"buyer"})
            db.add(login)
    invitation = db.get_one(Invitation, UUID(stage.ours.ids["invitation_id"]))
    invitation.token_digest = secrets.make("invitation_token", form="{:.64}")
    db.add(invitation)


def _add(db: Session, *rows: SQLModel) -> None:
    for row in rows:
        db.add(row)
        db.flush()


def in_rows(rows: Iterable[tuple[Any, ...]], secrets: Secrets) -> list[str]:
    """The secrets that stand in rows."""
    return secrets.found_in("\n".join(repr(row) for row in rows))
