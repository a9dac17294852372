"""Search and taxonomy over HTTP."""

from tests.api.conftest import Api
from tests.matchmaking.recommend.terms import add_taxonomy, describe


def test_search_answers_pages_of_the_directory(api: Api) -> None:
    for number in range(3):
        describe(api.fair, api.fair.exhibitor(languages=["ko"]), name={"en": f"Clinic {number}"}, country="KR")
    search = api.path("/search?q=clinic&kind=exhibitor&country=KR&language=ko&limit=2")
    first = api.send("viewer", "GET", search).json()
    second = api.send("viewer", "GET", f"{search}&after={first['next']}").json()
    assert [party["name"]["en"] for party in first["items"] + second["items"]] == ["Clinic 0", "Clinic 1", "Clinic 2"]
    assert second["next"] is None
    directory = {party["id"]: party for party in api.send("viewer", "GET", api.path("/parties")).json()["items"]}
    assert all(directory[party["id"]] == party for party in first["items"])


def test_free_now_is_asked_of_convention_time(api: Api) -> None:
    search = api.path("/search?free_now=true")
    assert api.send("buyer", "GET", search).json()["items"] == []  # a week before
    api.fair.move_to("2020-11-09 09:00")
    assert len(api.send("buyer", "GET", search).json()["items"]) == 2


def test_search_refuses_what_makes_no_sense(api: Api) -> None:
    for query in ("country=korea", "kind=host", "limit=0", f"q={'x' * 201}", "channel=%25"):
        assert api.send("buyer", "GET", api.path(f"/search?{query}")).status_code == 422
    assert api.send("stranger", "GET", api.path("/search")).status_code == 404


def test_taxonomy_is_everybodys_to_read(api: Api) -> None:
    add_taxonomy(api.fair)
    found = api.send("viewer", "GET", api.path("/taxonomy")).json()
    assert len(found) == 7
    assert found[2] == {
        "code": "ivd",
        "parent": "dx",
        "name": {"en": "In-vitro diagnostics", "original": "en"},
        "synonyms": {"ko": ["체외진단", "体外诊断", "体外診断"]},
    }
