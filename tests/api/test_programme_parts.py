"""Tracks, rooms, speakers, materials and clashes over HTTP: what bodies may say, and what readers find."""

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.sessions.programme import talk

NAME = {"ko": "개막", "en": "Opening", "original": "ko"}
TIMES = {"starts_at": "2020-11-09T10:00", "ends_at": "2020-11-09T11:00"}


def done(api: Api, method: str, path: str, body: Any = None) -> Any:
    answer = api.send("organiser", method, api.path(path), body)
    assert answer.is_success, answer.text
    return answer.json()


def test_a_programme_is_put_together(api: Api) -> None:
    for code in ("opening", "의료", "late"):
        done(api, "POST", "/programme/tracks", {"code": code, "name": NAME, "colour": "#0A7"})
        done(api, "POST", "/programme/rooms", {"code": code, "name": NAME, "place": "hybrid", "capacity": 40})
    done(api, "PATCH", "/programme/tracks/의료", {"colour": ""})
    done(api, "PATCH", "/programme/rooms/의료", {"capacity": None, "place": "online"})
    done(api, "PUT", "/programme/tracks", {"codes": ["의료"]})
    done(api, "DELETE", "/programme/rooms/late")
    person = {"name": NAME, "affiliation": NAME, "person": str(api.people["viewer"])}
    speaker = done(api, "POST", "/programme/speakers", person)
    assert speaker == {"id": speaker["id"], "person": str(api.people["viewer"])}
    done(api, "PATCH", f"/programme/speakers/{speaker['id']}", {"affiliation": {}, "person": None})
    session = done(
        api, "POST", "/programme", {"title": NAME, "kind": "panel", **TIMES, "track": "의료", "room": "의료"}
    )
    here = f"/programme/{session['id']}"
    done(api, "PUT", f"{here}/line-up", {"parts": [{"speaker": speaker["id"], "role": "chair"}]})
    found = api.send("viewer", "GET", api.path("/programme")).json()
    assert [track["code"] for track in found["tracks"]] == ["의료", "opening", "late"]
    assert found["rooms"] == [
        {"code": "opening", "name": NAME, "place": "hybrid", "capacity": 40},
        {"code": "의료", "name": NAME, "place": "online", "capacity": None},
    ]
    assert found["speakers"] == [{"id": speaker["id"], "name": NAME, "affiliation": {}, "biography": {}}]
    [entry] = found["sessions"]
    assert (entry["track"], entry["room"], entry["parts"]) == (
        *("의료", "의료"),
        [{"speaker": speaker["id"], "role": "chair"}],
    )
    refused = api.send("organiser", "DELETE", api.path("/programme/tracks/의료"))
    assert (refused.status_code, refused.json()["code"], refused.json()["sessions"]) == (
        *(409, "spoken_for"),
        [session["id"]],
    )


def test_offers_are_shown_and_featured(api: Api) -> None:
    here = f"/programme/{talk(api.fair).id}"
    offer = {
        "kind": "offer",
        "title": NAME,
        "url": "https://shop.example/cream",
        "price": "39000.00",
        "currency": "KRW",
    }
    added = done(api, "POST", f"{here}/materials", offer)
    assert done(api, "PUT", f"{here}/featured", {"material": added["id"]})["featured"] == added["id"]
    entry = api.send("viewer", "GET", api.path(here)).json()
    assert entry["materials"] == [{**offer, "id": added["id"], "language": "", "price": entry["materials"][0]["price"]}]
    assert float(entry["materials"][0]["price"]) == 39000
    assert done(api, "DELETE", f"{here}/featured")["featured"] is None
    link = {"kind": "link", "price": None, "currency": None}
    assert done(api, "PATCH", f"{here}/materials/{added['id']}", link)["kind"] == "link"


UNSAFE = ("http://files.example/1", "javascript:alert(1)", "https://a:b@files.example/1", "https://", "//files.example")


@pytest.mark.parametrize("url", UNSAFE)
def test_links_are_safe_ones(api: Api, url: str) -> None:
    path = api.path(f"/programme/{talk(api.fair).id}/materials")
    answer = api.send("organiser", "POST", path, {"kind": "link", "title": NAME, "url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/programme/tracks", {"code": "a/b", "name": NAME}),
        ("/programme/tracks", {"code": "", "name": NAME}),
        ("/programme/tracks", {"code": "a", "name": NAME, "colour": "red"}),
        ("/programme/rooms", {"code": "a", "name": NAME, "place": "moon"}),
        ("/programme/rooms", {"code": "a", "name": NAME, "place": "online", "capacity": 0}),
        ("/programme/speakers", {"name": NAME, "person": "somebody"}),
        ("/programme/tracks", {"code": "a", "name": {"en": "A"}}),
    ],
)
def test_what_makes_no_sense_is_refused(api: Api, path: str, body: dict[str, Any]) -> None:
    assert api.send("organiser", "POST", api.path(path), body).status_code == 422


def test_what_is_not_there_or_there_already_is_named(api: Api) -> None:
    done(api, "POST", "/programme/tracks", {"code": "a", "name": NAME})
    path = f"/programme/{talk(api.fair).id}"
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/programme/tracks", {"code": "a", "name": NAME}),
        ("PATCH", path, {"track": "b"}),
        ("PUT", "/programme/rooms", {"codes": ["b"]}),
    ]
    answers = [api.send("organiser", method, api.path(path), body) for method, path, body in asked]
    assert [
        (one.status_code, one.json()["code"], one.json().get("taken", one.json().get("what"))) for one in answers
    ] == [
        (409, "code_taken", "a"),
        (422, "unknown_place", "track"),
        (422, "unknown_place", "room"),
    ]


def test_clashes_are_told_to_planners_and_ones_own_to_everybody(api: Api) -> None:
    done(api, "POST", "/programme/rooms", {"code": "studio", "name": NAME, "place": "online"})
    slot = "2020-11-09 10:10"
    meeting = api.fair.meet(api.buyer, api.exhibitor, slot)
    body = {"title": NAME, "kind": "talk", **TIMES}
    talks = [done(api, "POST", "/programme", {**body, "room": "studio", "capacity": 9})["id"] for _ in range(2)]
    later = {"starts_at": "2020-11-09T11:05", "ends_at": "2020-11-09T12:00"}
    third = done(api, "POST", "/programme", {**body, **later, "room": "studio"})["id"]
    assert [(one["what"], {one["one"], one["other"]}) for one in done(api, "GET", "/programme/clashes")] == [
        ("room:studio", set(talks))
    ]
    close = done(api, "GET", "/programme/clashes?buffer=10")
    assert [{one["one"], one["other"]} for one in close] == [set(talks), *({one, third} for one in sorted(talks))]
    mine = api.path("/programme/clashes/mine")
    assert api.send("buyer", "GET", mine).json() == []
    api.send("buyer", "POST", api.path(f"/programme/{talks[0]}/registration"))
    assert api.send("buyer", "GET", mine).json() == [
        {
            "what": f"person:{api.people['buyer']}",
            "one": talks[0],
            "other": str(meeting),
            "starts_at": "2020-11-09T01:10:00Z",
            "ends_at": "2020-11-09T01:40:00Z",
        }
    ]
    assert api.send("exhibitor", "GET", mine).json() == api.send("viewer", "GET", mine).json() == []
