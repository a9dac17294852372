"""What somebody says of themself."""

from sqlmodel import select

from server.accounts.tables import Person
from server.audit.tables import AuditEntry
from server.database import reading
from tests.api.conftest import Api


def told(api: Api, who: str, body: dict[str, object]) -> int:
    return api.client.patch(
        "/api/v1/me", json=body, headers={"cookie": api.cookie(who), "origin": api.house.address}
    ).status_code


def person(api: Api, who: str) -> Person:
    with reading(api.fair.engine) as db:
        return db.get_one(Person, api.people[who])


def test_what_is_said_is_kept_and_what_is_left_out_stays(api: Api) -> None:
    assert told(api, "buyer", {"name": {"en": "Ana Souza", "original": "en"}, "phone": "+55 11 91234 5678"}) == 204
    assert told(api, "buyer", {"zone": "Europe/Lisbon", "position": "Director"}) == 204
    assert told(api, "buyer", {"phone": None}) == 204
    known = person(api, "buyer")
    assert (known.name, known.position, known.phone, known.zone) == (
        {"en": "Ana Souza", "original": "en"},
        "Director",
        None,
        "Europe/Lisbon",
    )


def test_who_reads_the_directory_is_told(api: Api) -> None:
    before = len(api.fair.told())
    assert told(api, "buyer", {"name": {"en": "Ana Souza", "original": "en"}}) == 204
    assert api.fair.told()[before:] == ["party.changed"]
    before = len(api.fair.told())
    assert told(api, "viewer", {"position": "Guest"}) == 204
    assert api.fair.told()[before:] == []


def test_change_is_in_the_trail_with_what_was_before(api: Api) -> None:
    before = person(api, "viewer").zone
    assert told(api, "viewer", {"zone": "Asia/Tokyo"}) == 204
    with reading(api.fair.engine) as db:
        changes = select(AuditEntry).where(AuditEntry.action == "person.changed")
        entries = db.exec(changes.where(AuditEntry.about_id == api.people["viewer"])).all()
        assert [(e.actor_id, e.old, e.new) for e in entries] == [
            (api.people["viewer"], {"zone": before}, {"zone": "Asia/Tokyo"})
        ]


def test_nonsense_and_programs_change_nothing(api: Api) -> None:
    before = person(api, "viewer").model_dump()
    nonsense: tuple[dict[str, object], ...] = (
        {"zone": None},
        {"zone": "Mars/Olympus"},
        {"email": "x@y.example"},
        {"name": {}},
    )
    for body in nonsense:
        assert told(api, "viewer", body) == 422
    assert api.send("viewer", "PATCH", "/api/v1/me", {"position": "Guest"}).status_code == 403
    assert person(api, "viewer").model_dump() == before
