"""Pictures over HTTP: who puts them up, who sees them, how they are served."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import col, select

from server.accounts.actors import SYSTEM
from server.conventions.representatives import update_representative
from server.database import reading
from server.pictures.commands import MOST_PRODUCTS
from server.pictures.tables import Picture
from server.settings import Settings
from tests.api.conftest import Api
from tests.pictures.drawn import SECRET, corners, from_a_camera, png, saved

LOGO = saved(corners(), "PNG")
PHOTO = from_a_camera(6)


def send(
    api: Api, who: str | None, method: str, rest: str, content: bytes = b"", key: str | None = None
) -> httpx.Response:
    """A request about the exhibitor's pictures."""
    bearer = {"authorization": f"Bearer {api.tokens[who]}"} if who else {}
    headers = {**bearer, "idempotency-key": key or uuid4().hex, "content-type": "image/png"}
    path = api.path(f"/parties/{api.exhibitor.id}/{rest}")
    return api.client.request(method, path, content=content, headers=headers, timeout=60)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


def shown(api: Api, who: str = "buyer") -> list[dict[str, Any]]:
    answer = send(api, who, "GET", "pictures")
    assert answer.status_code == 200, answer.text
    pictures: list[dict[str, Any]] = answer.json()
    return pictures


def test_a_party_puts_up_a_logo_and_others_see_it(api: Api) -> None:
    made = send(api, "exhibitor", "PUT", "logo", LOGO)
    assert made.status_code == 200, made.text
    (picture,) = shown(api)
    url = picture.pop("url")
    assert picture == {"id": made.json()["id"], "kind": "logo", "width": 60, "height": 40}
    assert made.json() == {**picture, "party": str(api.exhibitor.id)}
    answer = api.send("viewer", "GET", url)
    assert answer.status_code == 200
    expected = {
        "content-type": "image/webp",
        "etag": f'"{hashlib.sha256(answer.content).hexdigest()}"',
        "cache-control": "private, max-age=86400, immutable",
        "content-disposition": f'inline; filename="logo-{picture["id"]}.webp"',
        "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert answer.content[8:12] == b"WEBP"
    again = api.send("viewer", "GET", url, if_none_match=expected["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_new_logo_replaces_the_old_one(api: Api) -> None:
    version = len(api.fair.events())
    first = send(api, "exhibitor", "PUT", "logo", LOGO).json()
    second = send(api, "organiser", "PUT", "logo", PHOTO).json()
    assert [one["id"] for one in shown(api)] == [second["id"]]
    assert (second["width"], second["height"]) == (40, 60)
    assert problem(api.send("buyer", "GET", api.path(f"/pictures/{first['id']}"))) == (404, "not_found")
    assert send(api, "exhibitor", "DELETE", "logo").json() == second
    assert shown(api) == []
    assert problem(send(api, "exhibitor", "DELETE", "logo")) == (404, "not_found")
    assert api.fair.told()[version:] == ["party.changed"] * 3


def test_products_are_a_few(api: Api) -> None:
    logo = send(api, "exhibitor", "PUT", "logo", LOGO).json()
    products = [send(api, "exhibitor", "POST", "pictures", LOGO) for _ in range(MOST_PRODUCTS)]
    assert {answer.status_code for answer in products} == {201}
    assert problem(send(api, "exhibitor", "POST", "pictures", LOGO)) == (409, "too_many_pictures")
    assert [one["id"] for one in shown(api)] == [logo["id"], *(one.json()["id"] for one in products)]
    gone = products[3].json()
    assert send(api, "exhibitor", "DELETE", f"pictures/{gone['id']}").json() == gone
    assert problem(send(api, "exhibitor", "DELETE", f"pictures/{gone['id']}")) == (404, "not_found")
    assert problem(send(api, "exhibitor", "DELETE", f"pictures/{logo['id']}")) == (404, "not_found")
    assert len(shown(api)) == MOST_PRODUCTS
    assert send(api, "exhibitor", "POST", "pictures", LOGO).status_code == 201


def test_nothing_of_what_was_sent_is_kept(api: Api) -> None:
    assert send(api, "exhibitor", "POST", "pictures", PHOTO + SECRET).status_code == 201
    with reading(api.fair.engine) as db:
        (kept,) = db.exec(select(col(Picture.content))).all()
    assert SECRET in PHOTO
    assert SECRET not in kept


def test_the_same_key_puts_it_up_once(api: Api) -> None:
    key = uuid4().hex
    first = send(api, "exhibitor", "POST", "pictures", LOGO, key)
    again = send(api, "exhibitor", "POST", "pictures", LOGO, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(shown(api)) == 1
    assert problem(send(api, "exhibitor", "POST", "pictures", PHOTO, key)) == (422, "key_reused")
    assert problem(send(api, "exhibitor", "POST", "pictures", LOGO, "k" * 129)) == (400, "key_missing")


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"", (422, "not_a_picture")),
        (b"<svg onload='alert(1)'/>", (422, "not_a_picture")),
        (saved(corners(), "GIF"), (422, "not_a_picture")),
        (png(7000, 7000), (422, "not_a_picture")),
        (LOGO + bytes(Settings().picture_bytes), (413, "picture_too_large")),
    ],
    ids=["nothing", "svg", "gif", "bomb", "large"],
)
def test_what_cannot_be_shown_is_refused(api: Api, content: bytes, refused: tuple[int, str]) -> None:
    assert problem(send(api, "exhibitor", "PUT", "logo", content)) == refused
    assert shown(api) == []


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (None, (401, "not_signed_in")),
        ("buyer", (403, "not_allowed")),
        ("viewer", (403, "not_allowed")),
        ("staff", (403, "not_allowed")),
        ("stranger", (404, "not_found")),
        ("foreigner", (404, "not_found")),
    ],
)
def test_only_who_manages_a_party_changes_its_pictures(api: Api, who: str | None, refused: tuple[int, str]) -> None:
    """Even what is no picture is refused so: who may not is told so before anything is read."""
    picture = send(api, "exhibitor", "POST", "pictures", LOGO).json()
    for content in (LOGO, b"no picture"):
        assert problem(send(api, who, "PUT", "logo", content)) == refused
        assert problem(send(api, who, "POST", "pictures", content)) == refused
    assert problem(send(api, who, "DELETE", "logo")) == refused
    assert problem(send(api, who, "DELETE", f"pictures/{picture['id']}")) == refused
    assert [one["id"] for one in shown(api)] == [picture["id"]]


@pytest.mark.parametrize("who", [None, "stranger", "foreigner"])
def test_only_members_see_pictures(api: Api, who: str | None) -> None:
    send(api, "exhibitor", "PUT", "logo", LOGO)
    (picture,) = shown(api)
    expected = (404, "not_found") if who else (401, "not_signed_in")
    assert problem(send(api, who, "GET", "pictures")) == expected
    assert problem(api.send(who, "GET", picture["url"])) == expected


def test_a_colleague_who_does_not_manage_the_party_changes_nothing(api: Api) -> None:
    colleague = api.fair.exhibitor(people=2)
    api.add("colleague", colleague.people[1])
    path = api.path(f"/parties/{colleague.id}/logo")
    headers = {"authorization": f"Bearer {api.tokens['colleague']}", "idempotency-key": uuid4().hex}
    assert problem(api.client.put(path, content=LOGO, headers=headers)) == (403, "not_allowed")
    changes = {"admin": True}
    api.fair.perform(
        SYSTEM, update_representative, party_id=colleague.id, person_id=colleague.people[1], changes=changes
    )
    api.add("colleague", colleague.people[1])
    headers["authorization"] = f"Bearer {api.tokens['colleague']}"
    assert api.client.put(path, content=LOGO, headers=headers).status_code == 200


def test_a_party_of_another_convention_is_not_there(api: Api, elsewhere: Any) -> None:
    other = elsewhere.exhibitor()
    path = api.path(f"/parties/{other.id}/pictures")
    assert problem(api.send("organiser", "GET", path)) == (404, "not_found")
    headers = {"authorization": f"Bearer {api.tokens['organiser']}", "idempotency-key": uuid4().hex}
    assert problem(api.client.post(path, content=LOGO, headers=headers)) == (404, "not_found")
