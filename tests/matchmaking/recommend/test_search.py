"""Finding parties by words and everything else, on both databases."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from matchmaking.channels import instruct
from matchmaking.recommend.search import Search, find_parties
from server.accounts.actors import SYSTEM
from server.scope import Scope, reading_as
from tests.factories import Fair, Party, at, make_fair
from tests.matchmaking.recommend.terms import add_taxonomy, describe

Find = Callable[..., set[str]]

NINE = at("2020-11-09 09:00")


@pytest.fixture
def cast(fair: Fair) -> dict[str, Party]:
    """Parties by a short name, and one of another convention that fits everything."""
    add_taxonomy(fair)
    fair.perform(SYSTEM, instruct, fair.id, "zoom", "link", "https://zoom.example/1")
    elsewhere = make_fair(fair.engine, fair.clock, host_id=fair.host_id, slug="other")
    describe(elsewhere, elsewhere.exhibitor(languages=["ko"]), name={"en": "Mirlab"}, country="KR", category="진단")
    mornings = ((9 * 60, 12 * 60),)
    return {
        "mirlab": describe(
            fair,
            fair.exhibitor(languages=["ko"], hours=mornings),
            name={"ko": "미르랩스", "en": "Mirlab 100%", "original": "ko"},
            country="KR",
            products=["ＰＣＲ 검사키트"],
        ),
        "paulo": describe(
            fair,
            fair.buyer(languages=["pt", "en"], zone="America/Sao_Paulo", hours=((20 * 60, 24 * 60),)),
            name={"en": "Saúde São Paulo"},
            country="BR",
            interests=["In-vitro diagnostics"],
            channels=["whatsapp"],
        ),
        "almaty": describe(
            fair,
            fair.buyer(languages=["ru"], needs_look=["country"]),
            name={"ru": "Алма-Ата Тур"},
            country="KZ",
            matching={"needs": ["mask"]},
        ),
        "tokyo": describe(
            fair, fair.exhibitor(hours=((0, 60),)), name={"ja": "東京マスク"}, products=["マスク"], channels=[]
        ),
    }


@pytest.fixture
def find(fair: Fair, cast: dict[str, Party]) -> Find:
    """The short names of those whom the buyer finds."""
    names = {party.id: name for name, party in cast.items()}

    def find(**search: Any) -> set[str]:
        with reading_as(fair.engine, Scope(fair.id, fair.host_id, cast["paulo"].actor())) as db:
            return {names[party.id] for party in find_parties(db, fair.id, Search(**search), None, 50)}

    return find


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ({}, {"mirlab", "paulo", "almaty", "tokyo"}),
        ({"text": "SAO paulo"}, {"paulo"}),
        ({"text": "미르"}, {"mirlab"}),
        ({"text": "pcr"}, {"mirlab"}),
        ({"text": "алма тур"}, {"almaty"}),
        ({"text": "マスク"}, {"tokyo"}),
        ({"text": "100%"}, {"mirlab"}),
        ({"text": "%"}, {"mirlab"}),
        ({"text": "nobody"}, set()),
        ({"kind": "buyer"}, {"paulo", "almaty"}),
        ({"country": "KZ"}, {"almaty"}),
        ({"category": "dx"}, {"mirlab", "paulo"}),
        ({"category": "mask"}, {"almaty", "tokyo"}),
        ({"category": "gone"}, set()),
        ({"language": "en"}, {"paulo"}),
        ({"language": "e"}, set()),
        ({"channel": "whatsapp"}, {"paulo"}),
        ({"channel": "zoom"}, {"mirlab"}),  # inherited; who has said that there is none has none
        ({"free_at": NINE}, {"mirlab", "paulo"}),  # 21:00 of the day before in Sao Paulo
        ({"free_at": at("2020-11-09 00:30")}, {"tokyo"}),
        ({"free_at": at("2020-12-24 09:00")}, set()),
        ({"free_at": NINE, "text": "mirlab", "country": "KR", "category": "pcr", "language": "ko"}, {"mirlab"}),
    ],
)
def test_parties_are_found(find: Find, search: dict[str, Any], found: set[str]) -> None:
    assert find(**search) == found


def test_who_is_in_a_meeting_is_not_free_now(fair: Fair, cast: dict[str, Party], find: Find) -> None:
    fair.meet(cast["paulo"], cast["mirlab"], "2020-11-09 09:00")
    assert find(free_at=NINE) == set()
    assert find(free_at=at("2020-11-09 09:40")) == {"mirlab", "paulo"}


def test_pages_follow_each_other_whatever_is_asked(fair: Fair, cast: dict[str, Party]) -> None:
    every = sorted([cast["paulo"].id, *(fair.buyer(languages=["en"]).id for _ in range(4))])
    for search in (Search(language="en"), Search(language="en", free_at=NINE)):
        with reading_as(fair.engine, Scope(fair.id, fair.host_id, cast["paulo"].actor())) as db:
            pages: list[UUID] = []
            after = None
            while page := find_parties(db, fair.id, search, after, 2):
                pages += [party.id for party in page]
                after = page[-1].id
        assert pages == every
