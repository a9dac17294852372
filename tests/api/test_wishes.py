"""Wishes, limits and the organiser's pairs over HTTP: who sees what, and lists that go on."""

from itertools import chain
from typing import Any

from tests.api.conftest import Api
from tests.api.test_paging import pages


def wish(api: Api, who: str, about: object, **said: Any) -> Any:
    answer = api.send(who, "PUT", api.path(f"/parties/{about}/wish"), {"wish": "meet", **said})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_everybody_sees_their_own_wishes_and_the_organiser_both_sides(api: Api) -> None:
    wish(api, "buyer", api.exhibitor.id, wish="must_meet", note="PCR kits")
    wish(api, "exhibitor", api.buyer.id, wish="no_thanks")
    theirs = {"by": str(api.buyer.id), "about": str(api.exhibitor.id), "wish": "must_meet", "note": "PCR kits"}
    ours = {"by": str(api.exhibitor.id), "about": str(api.buyer.id), "wish": "no_thanks", "note": ""}
    own = {who: api.send(who, "GET", api.path("/wishes")).json()["items"] for who in ("buyer", "exhibitor")}
    assert own == {"buyer": [theirs], "exhibitor": [ours]}
    every = sorted([theirs, ours], key=lambda one: str(one["by"]))
    asked = {"": every, f"?party={api.buyer.id}": every, f"?by={api.buyer.id}": [theirs]}
    asked |= {f"?about={api.buyer.id}": [ours], "?wish=no_thanks": [ours]}
    for query, found in asked.items():
        assert api.send("organiser", "GET", api.path(f"/wishes{query}")).json() == {"items": found, "next": None}
    assert api.send("buyer", "GET", api.path(f"/wishes?by={api.exhibitor.id}")).json()["items"] == []


def test_many_wishes_are_said_taken_back_and_listed_page_by_page(api: Api) -> None:
    clinics = [api.fair.exhibitor().id for _ in range(5)]
    body = {"wishes": [{"about": str(clinic), "wish": "meet"} for clinic in clinics]}
    said = api.send("buyer", "PUT", api.path("/wishes"), body)
    assert said.json() == {"by": str(api.buyer.id), "changed": 5, "unchanged": 0}
    parts = pages(api, "/wishes", 2)
    assert [len(page) for page in parts] == [2, 2, 1]
    assert {one["about"] for one in chain(*parts)} == set(map(str, clinics))
    one = api.path(f"/wishes/{api.buyer.id}/{clinics[0]}")
    sent = [("exhibitor", 404), ("buyer", 200), ("buyer", 404)]
    assert [(who, api.send(who, "DELETE", one).status_code) for who, _ in sent] == sent
    assert len(pages(api, "/wishes", 200)[0]) == 4
    for cursor in ("x", f"{clinics[0]}", f"{clinics[0]}:x"):
        answer = api.send("organiser", "GET", api.path(f"/wishes?after={cursor}"))
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")


def test_too_many_wishes_are_refused(api: Api) -> None:
    api.fair.set_policies(wishes_per_party=1)
    abouts = [api.exhibitor.id, api.fair.exhibitor().id]
    body = {"wishes": [{"about": str(about), "wish": "meet"} for about in abouts]}
    answer = api.send("buyer", "PUT", api.path("/wishes"), body)
    assert (answer.status_code, answer.json()["code"], answer.json()["most"]) == (409, "too_many_wishes", 1)
    thousands = {"wishes": [{"about": str(api.exhibitor.id), "wish": "meet"}] * 1_001}
    assert api.send("buyer", "PUT", api.path("/wishes"), thousands).status_code == 422


def test_limits_are_the_partys_own(api: Api) -> None:
    limits = {"least": 1, "most": 6, "most_a_day": 2}
    said = api.send("buyer", "PUT", api.path(f"/parties/{api.buyer.id}/limits"), limits)
    assert said.json() == {"id": str(api.buyer.id), **limits, "version": 1}
    assert api.send("exhibitor", "PUT", api.path(f"/parties/{api.buyer.id}/limits"), limits).status_code == 404
    wrong = api.send("buyer", "PUT", api.path(f"/parties/{api.buyer.id}/limits"), {"least": 7, "most": 6})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_limits")
    assert api.send("organiser", "PUT", api.path(f"/parties/{api.exhibitor.id}/limits"), {"most": 9}).status_code == 200
    assert [len(page) for page in pages(api, "/limits", 1)] == [1, 1]
    assert api.send("exhibitor", "GET", api.path("/limits")).json()["items"][0]["most"] == 9


def test_the_organiser_rules_pairs_and_undoes_it(api: Api) -> None:
    third = api.fair.exhibitor()
    for other in (api.exhibitor, third):
        body = {"one": str(api.buyer.id), "other": str(other.id), "rule": "ban"}
        assert api.send("organiser", "PUT", api.path("/pairs"), body).status_code == 200
    assert [len(page) for page in pages(api, "/pairs", 1)] == [1, 1]
    assert api.send("buyer", "GET", api.path("/pairs")).status_code == 404
    for _ in ("undone", "nothing there"):
        gone = api.send("organiser", "DELETE", api.path(f"/pairs/{api.buyer.id}/{third.id}"))
    assert gone.status_code == 404
    (left,) = pages(api, "/pairs", 200)[0]
    assert {left["one"], left["other"]} == {str(api.buyer.id), str(api.exhibitor.id)}
