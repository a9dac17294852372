"""What is sent to each operation: of what there really is, so that only who asks decides the answer."""

import re
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

import httpx

from server.ids import new_id
from tests.api.test_routes import Door, doors, named
from tests.permissions.stage import Stage

HOME = "/api/v1/conventions/{slug}"
LATE = {"opens_at": "2020-11-01T00:00:00Z", "closes_at": "2020-12-01T00:00:00Z"}
NAME = {"en": "New", "original": "en"}
SHEET = "Company,Country,Email\nSeoul Clinic,South Korea,clinic@people.example\n"
LECTURES = "Title,Date,Time\nHealth,2020-11-09,10:00-11:00\n"
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
IMAGE: dict[str, Any] = {"content": PNG, "headers": {"content-type": "image/png"}}


@dataclass(frozen=True)
class Ask:
    """A request. Names in braces are ids (see stage.Place); `path` says which of them a name in the path means."""

    body: Any = None
    query: str = ""
    path: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


# Operations that need more than ids in their path.
ASKS: dict[str, Ask] = {
    "POST ~/drafts": Ask({"title": "Second try", "based_on": "{draft_id}"}),
    "GET ~/drafts/compare": Ask(query="first={draft_id}&second={draft_id}"),
    "PATCH ~/drafts/{draft_id}": Ask({"title": "Best try"}),
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/move": Ask({"slot": "{slot_id}"}),
    "GET ~/events": Ask(query="topics=programme"),
    "GET ~/public/events": Ask(query=f"topics=public&guest={new_id()}"),
    "POST ~/figures/reported": Ask(
        {"name": "views", "value": 7, "source": "us", "as_of": "2020-11-09T00:00:00Z", "session": "{session_id}"}
    ),
    "POST ~/requests": Ask({"to": "{party_id}", "by": "{other_party_id}", "slot": "{slot_id}"}),
    "POST ~/requests/{request_id}/counter": Ask({"slot": "{slot_id}"}),
    "POST ~/rescue/proposals": Ask({"one": "{other_party_id}", "other": "{party_id}", "slot": "{slot_id}"}),
    "POST ~/rescue/proposals/{standby_id}/accept": Ask({"by": "{other_party_id}"}),
    "POST ~/rescue/proposals/{standby_id}/decline": Ask({"by": "{other_party_id}"}),
    "POST ~/rescue/repair": Ask(
        {
            "steps": [
                {"what": "move", "one": "{other_party_id}", "other": "{party_id}"}
                | {"meeting": "{meeting_id}", "version": 1, "slot": "{slot_id}"}
            ]
        }
    ),
    "POST ~/meetings": Ask({"one": "{other_party_id}", "other": "{party_id}", "slot": "{slot_id}"}),
    "POST ~/meetings/{meeting_id}/move": Ask({"slot": "{slot_id}"}),
    "POST ~/meetings/{meeting_id}/cancel": Ask({"code": "other"}),
    "POST ~/meetings/{meeting_id}/join": Ask({"person": "{lead_id}"}),
    "POST ~/meetings/{meeting_id}/leave": Ask({"person": "{lead_id}"}),
    "POST ~/meetings/{meeting_id}/outcome": Ask({"outcome": "held"}),
    "POST ~/meetings/{meeting_id}/attendance": Ask({"person": "{lead_id}", "joined_at": "2020-11-09T00:00:00Z"}),
    "POST ~/meetings/{meeting_id}/amounts": Ask({"rung": "mou", "amount": "1.00", "currency": "KRW"}),
    "POST ~/interpreters": Ask({"email": "interpreter@people.example", "pairs": [["ko", "en"]]}),
    "PATCH ~/interpreters/{person_id}": Ask({"daily_minutes": 60}, path={"person_id": "interpreter_id"}),
    "GET ~/interpreters/{person_id}/hours": Ask(path={"person_id": "interpreter_id"}),
    "PUT ~/interpreters/{person_id}/hours": Ask(
        {"days": [{"local_date": "2020-11-09", "hours": [[540, 1080]]}]}, path={"person_id": "interpreter_id"}
    ),
    "POST ~/interpreting/blocks": Ask(
        {"person": "{interpreter_id}", "party": "{party_id}"}
        | {"starts_at": "2020-11-11T00:00:00Z", "ends_at": "2020-11-11T01:00:00Z"}
    ),
    "POST ~/interpreting/exchange": Ask({"one": "{meeting_id}", "other": "{meeting_id}"}),
    "PUT ~/interpreting/meetings/{meeting_id}": Ask({"person": "{interpreter_id}"}),
    "GET ~/parties/{party_id}/slots": Ask(query="by={other_party_id}"),
    "GET /c/{slug}/schedule/compare": Ask(query="first={draft_id}&second={draft_id}"),
    "GET /c/{slug}/free-slots": Ask(query="party={party_id}&by={other_party_id}"),
    "PUT ~/parties/{party_id}/wish": Ask({"wish": "meet", "by": "{other_party_id}"}),
    "DELETE ~/wishes/{by_id}/{about_id}": Ask(path={"by_id": "other_party_id", "about_id": "party_id"}),
    "GET ~/suggestions": Ask(query="by={other_party_id}"),
    "PUT ~/parties/{party_id}/profile": Ask({"about": {"en": "Kits", "original": "en"}}),
    "PUT ~/wishes": Ask({"by": "{other_party_id}", "wishes": [{"about": "{party_id}", "wish": "meet"}]}),
    "PUT ~/parties/{party_id}/limits": Ask({"most": 3}),
    "PUT ~/pairs": Ask({"one": "{party_id}", "other": "{other_party_id}", "rule": "ban"}),
    "DELETE ~/pairs/{one_id}/{other_id}": Ask(path={"one_id": "party_id", "other_id": "other_party_id"}),
    "POST ~/parties/{party_id}/confirm": Ask({}),
    "POST ~/parties": Ask(
        {"name": NAME, "zone": "Asia/Seoul", "offers": True, "seeks": False, "contact": {"email": "new@people.example"}}
    ),
    "POST ~/parties/{party_id}/people": Ask({"email": "colleague@people.example"}),
    "PATCH ~/parties/{party_id}/people/{person_id}": Ask({"position": "Sales"}, path={"person_id": "seat_id"}),
    "DELETE ~/parties/{party_id}/people/{person_id}": Ask(path={"person_id": "seat_id"}),
    "GET ~/parties/{party_id}/people/{person_id}/hours": Ask(path={"person_id": "seat_id"}),
    "PUT ~/parties/{party_id}/people/{person_id}/hours": Ask(
        {"days": [{"local_date": "2020-11-09", "hours": [[540, 1080]]}]}, path={"person_id": "seat_id"}
    ),
    "PUT ~/parties/{party_id}/logo": Ask(more=IMAGE),
    "POST ~/parties/{party_id}/pictures": Ask(more=IMAGE),
    "PUT ~/instructions": Ask(
        {"channel": "zoom", "kind": "link", "value": "https://zoom.us/j/1", "party": "{party_id}"}
    ),
    "POST ~/programme": Ask(
        {"title": NAME, "kind": "talk", "starts_at": "2020-11-10T00:00:00Z", "ends_at": "2020-11-10T01:00:00Z"}
    ),
    "PATCH ~/programme/{session_id}": Ask({"track": "A"}),
    "POST ~/programme/{session_id}/publish": Ask({}),
    "GET ~/programme/export.{form}": Ask(path={"form": "csv"}),
    "POST ~/programme/feeds": Ask({}),
    "POST ~/programme/imports": Ask(query="dry_run=true", more={"files": {"file": ("programme.csv", LECTURES)}}),
    "GET ~/public/schedule.{form}": Ask(path={"form": "ics"}),
    "GET /feeds/{secret}.ics": Ask(path={"secret": "never-given-to-anybody"}),
    "POST ~/programme/tracks": Ask({"code": "C", "name": NAME}),
    "PUT ~/programme/tracks": Ask({"codes": ["B"]}),
    "PATCH ~/programme/tracks/{code}": Ask({"name": NAME}, path={"code": "A"}),
    "DELETE ~/programme/tracks/{code}": Ask(path={"code": "B"}),
    "POST ~/programme/rooms": Ask({"code": "C", "name": NAME, "place": "hybrid", "capacity": 30}),
    "PUT ~/programme/rooms": Ask({"codes": ["B"]}),
    "PATCH ~/programme/rooms/{code}": Ask({"name": NAME}, path={"code": "A"}),
    "DELETE ~/programme/rooms/{code}": Ask(path={"code": "B"}),
    "POST ~/programme/speakers": Ask({"name": NAME, "person": "{viewer_id}"}),
    "PATCH ~/programme/speakers/{speaker_id}": Ask({"affiliation": NAME, "person": "{viewer_id}"}),
    "PUT ~/programme/{session_id}/line-up": Ask({"parts": [{"speaker": "{speaker_id}", "role": "chair"}]}),
    "PUT ~/programme/{session_id}/featured": Ask({"material": "{material_id}"}),
    "POST ~/programme/{session_id}/materials": Ask(
        {"kind": "offer", "title": NAME, "url": "https://shop.example/1", "price": "39000", "currency": "KRW"}
    ),
    "PUT ~/programme/{session_id}/materials": Ask({"materials": ["{material_id}"]}),
    "PATCH ~/programme/{session_id}/materials/{material_id}": Ask({"language": "en"}),
    "GET ~/programme/{session_id}/places": Ask(path={"session_id": "workshop_id"}),
    "POST ~/programme/{session_id}/places": Ask({"people": ["{seat_id}"]}, path={"session_id": "workshop_id"}),
    "DELETE ~/programme/{session_id}/places/{place_id}": Ask(path={"session_id": "workshop_id"}),
    "POST ~/programme/{session_id}/registration": Ask(path={"session_id": "workshop_id"}),
    "DELETE ~/programme/{session_id}/registration": Ask(path={"session_id": "workshop_id"}),
    "GET ~/public/sessions/{session_id}": Ask(path={"session_id": "lecture_id"}),
    "POST ~/announcements": Ask({"text": NAME}),
    "POST ~/programme/{session_id}/chat": Ask({"text": "Good morning"}),
    "POST ~/programme/{session_id}/mutes": Ask({"cause": "{question_id}", "minutes": 5}),
    "POST ~/programme/{session_id}/questions": Ask({"text": "Why not?"}),
    "PATCH ~/programme/{session_id}/questions/{question_id}": Ask(
        {"text": "Why not?"}, path={"question_id": "pending_id"}
    ),
    "POST ~/programme/{session_id}/questions/{question_id}/answer": Ask({"text": "At noon."}),
    "POST ~/programme/{session_id}/questions/{question_id}/approve": Ask(path={"question_id": "pending_id"}),
    "POST ~/programme/{session_id}/questions/{question_id}/withdraw": Ask(path={"question_id": "pending_id"}),
    "PUT ~/programme/{session_id}/channels": Ask(
        {"channels": [{"kind": "video", "url": "https://youtu.be/dQw4w9WgXcQ", "unreachable_in": ["CN"]}]}
    ),
    "POST ~/programme/{session_id}/polls": Ask({"kind": "scale", "question": NAME}),
    "PATCH ~/programme/{session_id}/polls/{poll_id}": Ask({"shown": False}, path={"poll_id": "draft_poll_id"}),
    "DELETE ~/programme/{session_id}/polls/{poll_id}": Ask(path={"poll_id": "draft_poll_id"}),
    "POST ~/programme/{session_id}/polls/{poll_id}/open": Ask(path={"poll_id": "draft_poll_id"}),
    "POST ~/programme/{session_id}/polls/{poll_id}/show": Ask(path={"poll_id": "hidden_poll_id"}),
    "POST ~/programme/{session_id}/polls/{poll_id}/vote": Ask({"choice": ["0"]}),
    "POST ~/programme/{session_id}/hands/call": Ask({"person": "{lead_id}"}),
    "POST ~/programme/{session_id}/reactions": Ask({"reaction": "clap"}),
    "PUT ~/programme/{session_id}/contest": Ask({"criteria": [{"name": NAME, "most": 10}]}),
    "POST ~/programme/{session_id}/contest/contestants": Ask({"name": NAME, "party": "{party_id}"}),
    "PATCH ~/programme/{session_id}/contest/contestants/{contestant_id}": Ask({"position": 2}),
    "PUT ~/programme/{session_id}/contest/contestants/{contestant_id}/score": Ask({"points": [7]}),
    "POST ~/programme/{session_id}/contest/close": Ask({"anyway": True}),
    "POST ~/programme/{session_id}/contest/reveal": Ask({}),
    "POST ~/programme/{session_id}/contest/conceal": Ask({}),
    "PUT ~/policies": Ask({"answer": "instant"}),
    "PUT ~/windows": Ask({"phase": "live", **LATE}),
    "POST ~/people": Ask({"people": [{"email": "someone@people.example", "role": "viewer"}]}),
    "DELETE ~/people/{person_id}/roles/{role}": Ask(path={"person_id": "viewer_id", "role": "viewer"}),
    "POST ~/invitations": Ask({"people": ["{viewer_id}"]}),
    "POST ~/imports/{kind}": Ask(
        query="dry_run=true", path={"kind": "exhibitors"}, more={"files": {"file": ("exhibitors.csv", SHEET)}}
    ),
    "PUT ~/consents": Ask({"recording": True}),
    "POST @/sign-in": Ask({"token": "never-given-to-anybody"}),
    "POST @/sign-in/link": Ask({"email": "nobody@people.example"}),
    "POST @/sign-in/password": Ask({"email": "nobody@people.example", "password": "never chosen by anybody"}),
    "POST @/tokens": Ask({"label": "a program", "scopes": ["read"]}),
    "POST @/invitations/look": Ask({"token": "never-given-to-anybody"}),
    "POST @/invitations/accept": Ask({"token": "never-given-to-anybody", "consents": {}}),
    "PATCH @/me": Ask({"position": "Coordinator"}),
    "PUT @/me/password": Ask({"new": "nothing that anybody guesses"}),
    "DELETE @/me/password": Ask({"current": "not it"}),
    "POST @/me/totp/confirm": Ask({"code": "000000"}),
    "DELETE @/me/totp": Ask({"code": "000000"}),
    "POST @/me/erase": Ask({"confirm": "no"}),
    "POST @/host/owners": Ask({"email": "owner@people.example"}),
    "DELETE @/host/owners/{person_id}": Ask(path={"person_id": "other_owner_id"}),
    "POST @/host/conventions": Ask(
        {
            **{"slug": "smc-2022", "name": NAME, "zone": "Asia/Seoul", "organiser_email": "new@people.example"},
            **{"first_day": "2022-11-09", "last_day": "2022-11-10", "series_id": "{series_id}"},
        }
    ),
    "PUT @/host/conventions/{convention_id}/retention": Ask({"days": 30}),
    "POST @/host/venues": Ask({"name": NAME, "zone": "Asia/Seoul"}),
    "PATCH @/host/venues/{venue_id}": Ask({"address": "1 Main Street"}),
    "POST @/host/resources": Ask({"kind": "room", "name": "Room 2", "venue_id": "{venue_id}"}),
    "PATCH @/host/resources/{resource_id}": Ask({"name": "Room 3", "venue_id": "{venue_id}"}),
}
USUAL = Ask()


def name_of(method: str, path: str) -> str:
    """An operation's name in the tables here: `~` stands for a convention's address, `@` for the API's."""
    return f"{method} {path.replace(HOME, '~').replace('/api/v1', '@')}"


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with ids in place of the names in braces."""
    if isinstance(value, dict):
        return {key: filled(part, ids) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, ids) for part in value]
    return value.format(**ids) if isinstance(value, str) else value


def operations() -> list[tuple[str, Door]]:
    """Every method of every route by its name in the table."""
    found = []
    for door in doors():
        method, _, path = named(door).partition(" ")
        found.append((name_of(method, path), door))
    return found


def ask(
    stage: Stage, who: str, name: str, door: Door, ids: dict[str, str], slug: str, wanted: Ask | None = None
) -> httpx.Response:
    """Somebody sends what the operation takes, of things by these ids."""
    wanted = wanted or ASKS.get(name, USUAL)
    path = door.path.replace("{path}", "none")
    for part in re.findall(r"\{(\w+)[^}]*\}", door.path):
        meant = wanted.path.get(part, part)
        value = slug if part == "slug" else ids[meant] if meant.endswith("_id") else meant
        path = re.sub(r"\{" + part + r"[^}]*\}", value, path)
    query = filled(wanted.query, ids)
    return stage.send(who, door.method, path + (f"?{query}" if query else ""), filled(wanted.body, ids), **wanted.more)


def absent(ids: dict[str, str]) -> dict[str, str]:
    """Ids of what does not exist."""
    return {name: str(new_id()) for name in ids}
