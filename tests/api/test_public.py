"""What anybody may read: the public programme, kept for a moment by whatever stands between, and nothing else."""

from typing import Any

import pytest

from server.accounts.actors import SYSTEM
from server.ids import new_id
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.materials import MaterialKind, add_material
from sessions.programme import AudienceKind, change, take_back
from sessions.rooms import add_room, add_track
from sessions.states import SessionState
from tests.api.conftest import Api
from tests.sessions.programme import TITLE, talk

PUBLIC = AudienceKind.PUBLIC
HEADERS = ("cache-control", "etag")


@pytest.fixture
def planned(api: Api) -> dict[str, Any]:
    """A public lecture and workshop, and what is not public: each with a speaker, slides, a track and a room."""
    fair = api.fair
    made: dict[str, Any] = {}
    kinds: dict[str, dict[str, Any]] = {
        "lecture": {"audience": PUBLIC},
        "workshop": {"audience": PUBLIC, "capacity": 20},
        "members": {},
        "invited": {"audience": AudienceKind.INVITED},
        "draft": {"audience": PUBLIC, "state": SessionState.DRAFT},
    }
    for name, details in kinds.items():
        fair.perform(SYSTEM, add_track, code=name, name=TITLE)
        fair.perform(SYSTEM, add_room, code=name, name=TITLE, place="online")
        made[name] = talk(fair, track=name, room=name, **details).id
        speaker = fair.perform(SYSTEM, add_speaker, name={"en": f"Speaker of {name}", "original": "en"}).id
        fair.perform(SYSTEM, set_line_up, made[name], [(speaker, SpeakerRole.SPEAKER)])
        slides: dict[str, Any] = {"title": TITLE, "url": f"https://files.example/{name}"}
        fair.perform(SYSTEM, add_material, made[name], kind=MaterialKind.SLIDES, **slides)
    return made


def test_only_what_is_public_is_there(api: Api, planned: dict[str, Any]) -> None:
    found = api.send(None, "GET", api.path("/public")).json()
    programme = found.pop("programme")
    assert found == {
        "slug": "smc-2020",
        "name": found["name"],
        "zone": "Asia/Seoul",
        "first_day": "2020-11-09",
        "last_day": "2020-11-12",
    }
    public = ["lecture", "workshop"]
    assert [session["id"] for session in programme["sessions"]] == [str(planned[name]) for name in public]
    assert [track["code"] for track in programme["tracks"]] == public
    assert [room["code"] for room in programme["rooms"]] == public
    assert [one["name"]["en"] for one in programme["speakers"]] == [f"Speaker of {name}" for name in public]
    # Who may watch the workshop has a place in it.
    assert [[one["url"] for one in s["materials"]] for s in programme["sessions"]] == [
        ["https://files.example/lecture"],
        [],
    ]


def test_each_public_session_is_there_with_its_speakers_and_no_other(api: Api, planned: dict[str, Any]) -> None:
    for name in ("lecture", "workshop"):
        found = api.send(None, "GET", api.path(f"/public/sessions/{planned[name]}")).json()
        assert found["session"]["id"] == str(planned[name])
        assert [one["name"]["en"] for one in found["speakers"]] == [f"Speaker of {name}"]
    absent = api.send(None, "GET", api.path(f"/public/sessions/{new_id()}"))
    for name in ("members", "invited", "draft"):
        answer = api.send(None, "GET", api.path(f"/public/sessions/{planned[name]}"))
        assert (answer.status_code, answer.content) == (404, absent.content)


def test_who_asks_is_not_looked_at(api: Api, planned: dict[str, Any]) -> None:
    paths = ("/public", f"/public/sessions/{planned['lecture']}")
    for path in map(api.path, paths):
        anybody = api.send(None, "GET", path)
        assert [anybody.headers[name] for name in HEADERS] == ["public, max-age=10", anybody.headers["etag"]]
        assert "set-cookie" not in anybody.headers
        signed_in = {"authorization": f"Bearer {api.tokens['organiser']}", "cookie": api.cookie("organiser")}
        for headers in (signed_in, {"authorization": "Bearer never-given"}):
            answer = api.client.get(path, headers=headers)
            assert (answer.content, answer.headers["etag"]) == (anybody.content, anybody.headers["etag"])


def test_what_somebody_has_already_is_not_sent_again(api: Api, planned: dict[str, Any]) -> None:
    path = api.path("/public")
    tag = api.send(None, "GET", path).headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again = api.send(None, "GET", path, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert [again.headers[name] for name in HEADERS] == ["public, max-age=10", tag]
    assert api.send(None, "GET", path, if_none_match='"other"').status_code == 200
    api.fair.perform(SYSTEM, change, planned["lecture"], title={"en": "Another", "original": "en"})
    changed = api.send(None, "GET", path, if_none_match=tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_a_convention_without_anything_public_is_not_there(api: Api, planned: dict[str, Any]) -> None:
    for name in ("lecture", "workshop"):
        api.fair.perform(SYSTEM, take_back, planned[name])
    nowhere = "/api/v1/conventions/nowhere"
    for path in ("/public", "/public/now", f"/public/sessions/{planned['lecture']}"):
        here, elsewhere = api.send(None, "GET", api.path(path)), api.send(None, "GET", nowhere + path)
        assert (here.status_code, here.content) == (404, elsewhere.content)
        assert here.headers["cache-control"] == elsewhere.headers["cache-control"] == "no-store"


def test_pages_take_time_from_here(api: Api, planned: dict[str, Any]) -> None:
    answer = api.send(None, "GET", api.path("/public/now"))
    assert answer.json() == {"now": api.fair.clock.now().isoformat().replace("+00:00", "Z")}
    assert answer.headers["cache-control"] == "no-store"
