"""Profiles and suggestions over HTTP."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from matchmaking.recommend.tables import PartyView
from server.database import reading
from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.matchmaking.recommend.terms import add_taxonomy, describe

PROFILE = {"offers": ["pcr"], "certifications": ["CE"], "about": {"en": "PCR kits", "original": "en"}}


@pytest.fixture
def api(sqlite_fair: Fair) -> Iterator[Api]:
    """The buyer looks for diagnostics in Korea, where the exhibitor is."""
    with api_of(sqlite_fair) as made:
        describe_all(made)
        yield made


def describe_all(api: Api) -> None:
    add_taxonomy(api.fair)
    describe(api.fair, api.exhibitor, country="KR", name={"en": "Mirlab"})
    describe(api.fair, api.buyer, interests=["In-vitro diagnostics"], target_countries=["KR"])


def profile_of(api: Api) -> str:
    return api.path(f"/parties/{api.exhibitor.id}/profile")


def test_a_party_describes_itself_and_is_suggested_at_once(api: Api) -> None:
    suggestions = api.path("/suggestions")
    [before] = api.send("buyer", "GET", suggestions).json()["items"]
    assert [reason["code"] for reason in before["reasons"]] == ["your_market", "hours"]
    answer = api.send("exhibitor", "PUT", profile_of(api), PROFILE)
    assert (answer.status_code, answer.json()["id"]) == (200, str(api.exhibitor.id))
    [after] = api.send("buyer", "GET", suggestions).json()["items"]
    nothing: dict[str, object] = {"need": None, "offer": None, "country": None, "shared": [], "minutes": None}
    assert after == {
        "party": str(api.exhibitor.id),
        "name": {"en": "Mirlab"},
        "country": "KR",
        "city": None,
        "category": None,
        "points": 56,
        "standing": "none",
        "wish": None,
        "reasons": [
            {**nothing, "code": "they_offer", "points": 38, "need": "ivd", "offer": "pcr"},
            {**nothing, "code": "your_market", "points": 10, "country": "KR"},
            {**nothing, "code": "hours", "points": 8, "minutes": after["reasons"][2]["minutes"]},
        ],
    }
    shown = api.send("viewer", "GET", profile_of(api)).json()
    assert {name: shown[name] for name in PROFILE} == PROFILE


def test_a_wish_is_marked_and_no_thanks_takes_out_until_it_is_taken_back(api: Api) -> None:
    suggestions, wish = api.path("/suggestions"), api.path(f"/parties/{api.exhibitor.id}/wish")
    api.send("buyer", "PUT", wish, {"wish": "meet"})
    assert [one["wish"] for one in api.send("buyer", "GET", suggestions).json()["items"]] == ["meet"]
    assert api.send("buyer", "GET", f"{suggestions}?undecided=true").json()["items"] == []
    api.send("buyer", "PUT", wish, {"wish": "no_thanks"})
    assert api.send("buyer", "GET", suggestions).json()["items"] == []
    assert api.send("exhibitor", "GET", suggestions).json()["items"] == []
    api.send("buyer", "DELETE", api.path(f"/wishes/{api.buyer.id}/{api.exhibitor.id}"))
    assert len(api.send("exhibitor", "GET", suggestions).json()["items"]) == 1


def test_the_organiser_reads_anybodys_and_weighs_as_the_convention_likes(api: Api) -> None:
    suggestions = api.path(f"/suggestions?by={api.exhibitor.id}")
    policies = api.send("organiser", "GET", api.path("/policies")).json()
    policies["match_weights"] = dict.fromkeys(policies["match_weights"], 0) | {"markets": 50}
    assert api.send("organiser", "PUT", api.path("/policies"), policies).status_code == 200
    [found] = api.send("organiser", "GET", suggestions).json()["items"]
    assert (found["points"], [reason["code"] for reason in found["reasons"]]) == (100, ["their_market"])
    assert api.send("buyer", "GET", suggestions).status_code == 404
    assert api.send("organiser", "GET", api.path("/suggestions")).status_code == 404  # for whom?


def test_filters_are_passed_on(api: Api) -> None:
    suggestions = api.path("/suggestions?limit=5")
    for query, found in (("country=KR", 1), ("country=JP", 0), ("category=dx", 0), ("language=ko", 0)):
        assert len(api.send("buyer", "GET", f"{suggestions}&{query}").json()["items"]) == found
    assert api.send("buyer", "GET", f"{suggestions}&country=Korea").status_code == 422


def test_terms_must_be_known_and_the_profile_ones_own(api: Api) -> None:
    refused = api.send("exhibitor", "PUT", profile_of(api), {"needs": ["xray"]})
    assert (refused.status_code, refused.json()["code"], refused.json()["fields"]) == (
        422,
        "unknown_category",
        ["needs.0"],
    )
    assert api.send("buyer", "PUT", profile_of(api), PROFILE).status_code == 403
    assert api.send("organiser", "PUT", profile_of(api), PROFILE).status_code == 200
    assert api.send("exhibitor", "PUT", profile_of(api), {"shoe_size": 42}).status_code == 422


def test_looks_at_a_profile_are_counted_once_and_written_later(sqlite_fair: Fair) -> None:
    with api_of(sqlite_fair) as api:
        party = api.path(f"/parties/{api.exhibitor.id}")
        for who in ("buyer", "buyer", "exhibitor", "viewer", "organiser"):
            assert api.send(who, "GET", party).status_code == 200
            assert api.send(who, "GET", f"{party}/profile").status_code == 200
    with reading(sqlite_fair.engine) as db:
        [row] = db.exec(select(PartyView)).all()
    assert (row.by_id, row.about_id, row.times) == (api.buyer.id, api.exhibitor.id, 1)
