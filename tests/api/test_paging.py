"""Lists are paged by cursor: everything comes once."""

from itertools import chain
from typing import Any

from tests.api.conftest import Api


def pages(api: Api, path: str, size: int) -> list[list[Any]]:
    found, cursor = [], ""
    while True:
        sign = "&" if "?" in path else "?"
        page = api.send("organiser", "GET", api.path(f"{path}{sign}limit={size}{cursor}")).json()
        found.append(page["items"])
        if page["next"] is None:
            return found
        cursor = f"&after={page['next']}"


def test_parties(api: Api) -> None:
    for _ in range(5):
        api.fair.buyer()
    whole = pages(api, "/parties", 200)
    assert [len(page) for page in whole] == [7]
    for size, lengths in ((3, [3, 3, 1]), (7, [7]), (1, [1] * 7)):
        parts = pages(api, "/parties", size)
        assert [len(page) for page in parts] == lengths
        assert list(chain(*parts)) == whole[0]
    kinds = [len(pages(api, f"/parties?kind={kind}", 50)[0]) for kind in ("exhibitor", "buyer")]
    assert kinds == [1, 6]


def test_requests_and_meetings_from_the_newest(api: Api) -> None:
    times = ("2020-11-09 09:00", "2020-11-09 09:35", "2020-11-09 10:10", "2020-11-09 10:45")
    made = [api.fair.ask(api.fair.buyer(), api.exhibitor, time).id for time in times]
    whole = pages(api, "/requests", 200)[0]
    assert [item["id"] for item in whole] == [str(request) for request in reversed(made)]
    assert list(chain(*pages(api, "/requests", 3))) == whole
    for request in made:
        api.send("exhibitor", "POST", api.path(f"/requests/{request}/accept"))
    meetings = pages(api, "/meetings", 3)
    assert [len(page) for page in meetings] == [3, 1]
    assert [item["request"] for item in chain(*meetings)] == [item["id"] for item in whole]


def test_a_limit_out_of_reach_is_refused(api: Api) -> None:
    for limit in (0, -1, 201):
        answer = api.send("organiser", "GET", api.path(f"/parties?limit={limit}"))
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
