"""Who comes to a session's backstage, and how they get there."""

from uuid import UUID

from playwright.sync_api import Locator, Page
from sqlmodel import Session

from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.database import writing
from server.ids import new_id
from server.work import Work
from sessions.programme import Kind
from sessions.tables import Appearance, Speaker
from tests.sessions.programme import talk
from tests.web.site import Program, Site

TITLE = {"en": "The spine, live", "ko": "척추 건강강좌", "original": "ko"}
RULES = {"slow_seconds": 0, "words": ["casino"]}


def contest(site: Site) -> str:
    """A contest with a floor, at ten o'clock on the first day."""
    session = str(talk(site.fair, title=TITLE, kind=Kind.PITCH).id)
    site.organiser_api.send("PATCH", f"/programme/{session}", {"floor": RULES})
    return session


def backstage(site: Site, session: str) -> str:
    return f"{site.page}/backstage/{session}"


def somebody(site: Site, name: str, role: str = "viewer") -> UUID:
    """Somebody with a name."""
    person = site.person(f"{name.split()[0].lower()}@smc.example", role=role)
    with writing(site.fair.engine) as connection, Session(connection) as db:
        row = db.get_one(Person, person)
        row.name = {"en": name, "original": "en"}
        db.add(row)
        db.flush()
    return person


def put_in(site: Site, session: str, person: UUID, role: str) -> None:
    """Give somebody a part in the session."""

    def appear(work: Work) -> None:
        name = {"en": "Somebody", "original": "en"}
        speaker = Speaker(id=new_id(), convention_id=site.fair.id, person_id=person, name=name)
        work.db.add(speaker)
        work.db.flush()
        part = Appearance(session_id=UUID(session), speaker_id=speaker.id, role=role, convention_id=site.fair.id)
        work.db.add(part)

    site.fair.perform(SYSTEM, appear)


def ask(program: Program, session: str, text: str) -> str:
    return str(program.post(f"/programme/{session}/questions", {"text": text, "anonymous": False})["id"])


def press(where: Page | Locator, *names: str) -> None:
    """Press buttons one after another, such as one that asks whether one is sure."""
    for name in names:
        where.get_by_role("button", name=name).first.click()


def states(program: Program, session: str, what: str) -> list[str]:
    return [one["state"] for one in program.get(f"/programme/{session}/{what}")]
