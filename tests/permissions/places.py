"""On the stage: what belongs to the programme besides its sessions, and what of it must not get about."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session

from server.accounts.actors import SYSTEM
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.materials import MaterialKind, add_material
from sessions.programme import AudienceKind
from sessions.registration import give_places
from sessions.rooms import add_room, add_track
from sessions.tables import Material, Speaker
from tests.factories import Fair
from tests.sessions.programme import TITLE, talk

if TYPE_CHECKING:
    from tests.permissions.secrets import Secrets
    from tests.permissions.stage import Stage


def places_of(fair: Fair, session_id: UUID, watcher: UUID) -> dict[str, UUID]:
    """Tracks and rooms A (in use) and B, a speaker, a material, a workshop with a place, and a public lecture."""
    for code in ("A", "B"):
        fair.perform(SYSTEM, add_track, code=code, name=TITLE)
        fair.perform(SYSTEM, add_room, code=code, name=TITLE, place="online")
    unheard, heard = (fair.perform(SYSTEM, add_speaker, name=TITLE).id for _ in range(2))
    fair.perform(SYSTEM, set_line_up, session_id, [(heard, SpeakerRole.SPEAKER)])
    slides: dict[str, Any] = {"kind": MaterialKind.SLIDES, "title": TITLE, "url": "https://files.example/slides"}
    material = fair.perform(SYSTEM, add_material, session_id, **slides).id
    workshop = talk(fair, capacity=100).id
    [place] = fair.perform(SYSTEM, give_places, workshop, [watcher], settled=True).places
    lecture = talk(fair, audience=AudienceKind.PUBLIC, track="A", room="A").id
    return {
        "speaker_id": unheard,
        "heard_id": heard,
        "material_id": material,
        "workshop_id": workshop,
        "place_id": place.id,
        "lecture_id": lecture,
    }


def plant_places(stage: "Stage", db: Session, secrets: "Secrets", members: frozenset[str]) -> None:
    """Who is in a session, and what belongs to it, is for those who may see it, and watch it."""
    speaker = db.get_one(Speaker, UUID(stage.ours.ids["heard_id"]))
    material = db.get_one(Material, UUID(stage.ours.ids["material_id"]))
    speaker.name = {"en": secrets.make("speaker", members), "original": "en"}
    speaker.biography = {"en": secrets.make("biography", members), "original": "en"}
    speaker.external_id = secrets.make("external")
    material.title = {"en": secrets.make("material", members), "original": "en"}
    material.url = secrets.make("slides", members, "https://files.example/{}")
    db.add_all([speaker, material])
