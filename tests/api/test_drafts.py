"""An organiser's schedule over HTTP: asked for, made by a process beside the server, compared, edited, published."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.api.conftest import Api, api_of
from tests.factories import Fair
from tests.matchmaking.drafts.making import wish

SOON = 60.0
QUICK = {"effort": "quick"}


@pytest.fixture
def api(sqlite_fair: Fair) -> Iterator[Api]:
    """A server that looks for schedules to make all the time."""
    with api_of(sqlite_fair, schedule_every=0.05) as made:
        yield made


def until(look: Callable[[], dict[str, Any]], state: str) -> dict[str, Any]:
    """What is seen once the draft is in that state."""
    late = time.monotonic() + SOON
    while (seen := look())["draft"]["state"] != state:
        assert time.monotonic() < late, seen
        time.sleep(0.05)
    return seen


def get(api: Api, path: str) -> Any:
    answer = api.send("organiser", "GET", api.path(path))
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(api: Api, path: str, body: Any = None, status: int = 200) -> Any:
    answer = api.send("organiser", "POST", api.path(path), body)
    assert answer.status_code == status, answer.text
    return answer.json()


def made(api: Api, **wanted: Any) -> str:
    """The id of a draft that is finished."""
    draft = post(api, "/drafts", {"policy": QUICK, **wanted}, 201)
    assert draft["state"] == "queued"
    until(lambda: get(api, f"/drafts/{draft['id']}"), "finished")
    return str(draft["id"])


def test_an_organiser_has_a_schedule_made_edits_it_and_publishes_it(api: Api) -> None:
    fair = api.fair
    others = [fair.exhibitor(), fair.exhibitor()]
    wish(fair, api.buyer, api.exhibitor, *others)
    first = made(api, title="First")
    seen = get(api, f"/drafts/{first}")
    assert (seen["title"], seen["meetings"], seen["pinned"], seen["place"]) == ("First", 3, 0, None)
    assert (seen["draft"]["quality"]["weight"], seen["draft"]["quality"]["gap_percent"]) == (6, 0)
    page = get(api, f"/drafts/{first}/meetings?limit=2")
    rest = get(api, f"/drafts/{first}/meetings?limit=2&after={page['next']}")
    rows = page["items"] + rest["items"]
    assert (len(rows), rest["next"]) == (3, None)
    of = {party: row for row in rows for party in row["parties"]}
    pinned, banned = of[str(api.exhibitor.id)], of[str(others[0].id)]
    base = f"/drafts/{first}/meetings"
    post(api, f"{base}/{pinned['id']}/move", {"slot": str(fair.slot("2020-11-12 22:10"))})
    post(api, f"{base}/{pinned['id']}/pin")
    post(api, f"{base}/{banned['id']}/ban")
    taken = of[str(others[1].id)]["slot"]
    refused = post(api, f"{base}/{pinned['id']}/move", {"slot": taken}, 409)
    assert (refused["code"], refused["obstacle"], len(refused["alternatives"])) == ("in_the_way", "taken", 3)

    second = made(api, based_on=first)
    compared = get(api, f"/drafts/compare?first={first}&second={second}")
    assert [compared[name] for name in ("only_first_count", "only_second_count")] == [0, 0]
    assert compared["same_count"] + compared["moved_count"] == 2
    kept = get(api, f"/drafts/{second}/meetings?party={api.exhibitor.id}")["items"][0]
    assert (kept["slot"], kept["pinned"]) == (str(fair.slot("2020-11-12 22:10")), True)

    assert post(api, f"/drafts/{second}/publish")["state"] == "published"
    met = get(api, "/meetings")["items"]
    assert {frozenset(one["party"] for one in meeting["attendees"]) for meeting in met} == {
        frozenset((str(api.buyer.id), str(party.id))) for party in (api.exhibitor, others[1])
    }
    assert post(api, f"/drafts/{second}/publish", status=409)["code"] == "wrong_state"
    assert [one["draft"]["id"] for one in get(api, "/drafts")] == [second, first]
    assert api.send("buyer", "GET", api.path("/meetings")).json()["items"] == met


def test_a_schedule_is_called_off(api: Api) -> None:
    fair = api.fair
    exhibitors = [fair.exhibitor() for _ in range(6)]
    for _ in range(6):
        wish(fair, fair.buyer(), *exhibitors)
    draft = post(api, "/drafts", {"policy": {"effort": "thorough"}}, 201)["id"]
    assert post(api, f"/drafts/{draft}/cancel")["state"] == "cancelled"
    assert post(api, f"/drafts/{draft}/cancel", status=409)["code"] == "wrong_state"


def test_what_cannot_be_scheduled_is_named(api: Api) -> None:
    fair = api.fair
    refused = post(api, "/drafts", {}, 409)
    assert (refused["code"], refused["missing"]) == ("nothing_to_schedule", "wishes")
    early = fair.buyer(hours=((9 * 60, 10 * 60),))
    wish(fair, early, fair.exhibitor(hours=((15 * 60, 16 * 60),)))
    draft = made(api, policy=QUICK | {"least": 1})
    unserved = {one["party"]: one["reason"] for one in get(api, f"/drafts/{draft}/unserved")["items"]}
    assert unserved[str(early.id)] == "no_shared_hours"


def test_progress_is_told_live(api: Api) -> None:
    wish(api.fair, api.buyer, api.exhibitor)
    draft = made(api)
    with api.client.stream(
        "GET",
        api.path("/events"),
        params={"topics": "organiser"},
        headers={"authorization": f"Bearer {api.tokens['organiser']}"},
    ) as stream:
        data = next(line for line in stream.iter_lines() if line.startswith("data:") and "snapshot" in line)
    state = json.loads(data.removeprefix("data:"))["state"]
    assert state["draft"][draft]["state"] == "finished"
    told = [event.type for event in api.fair.events() if event.type.startswith("draft.")]
    assert [one for one in told if one != "draft.progressed"] == ["draft.queued", "draft.begun", "draft.finished"]
