"""Calendar feeds: secret addresses that show what their owner may see, as long as they may."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import vobject

from server.accounts.actors import SYSTEM
from server.accounts.tables import Person
from server.conventions.commands import remove_role
from server.database import reading
from sessions.lineup import SpeakerRole, add_speaker, set_line_up
from sessions.programme import cancel, change, take_back
from sessions.rooms import add_track
from tests.api.conftest import Api
from tests.api.test_imports import problem
from tests.sessions.programme import TEN, talk


def opened(api: Api, who: str, track: str | None = None) -> dict[str, Any]:
    answer = api.send(who, "POST", api.path("/programme/feeds"), {"track": track})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def events(api: Api, secret: str) -> list[dict[str, Any]]:
    """The entries of the calendar at that address, asked for without a login."""
    answer = api.client.get(f"/feeds/{secret}.ics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    entries = vobject.readOne(answer.text).contents.get("vevent", [])
    return [{name: values[0].value for name, values in one.contents.items()} for one in entries]


def speaks(api: Api, session_id: UUID, who: str) -> None:
    """Let somebody be a speaker of a session."""
    name = {"en": "Somebody", "original": "en"}
    speaker = api.fair.perform(SYSTEM, add_speaker, name=name, person_id=api.people[who])
    api.fair.perform(SYSTEM, set_line_up, session_id, [(speaker.id, SpeakerRole.SPEAKER)])


def test_ones_own_feed_has_own_sessions_and_meetings(api: Api) -> None:
    fair = api.fair
    mine, _others = talk(fair), talk(fair, title={"en": "Another", "original": "en"})
    speaks(api, mine.id, "buyer")
    meeting = fair.meet(api.buyer, api.exhibitor, "2020-11-09 09:00")
    feed = opened(api, "buyer")
    session, met = events(api, feed["secret"])
    assert (session["uid"], session["dtstart"], session["url"]) == (
        f"{mine.id}@smc-2020.madang",
        TEN,
        f"{api.house.address}/c/smc-2020/watch/{mine.id}",
    )
    assert (met["uid"], met["summary"], met["status"], met["categories"]) == (
        f"{meeting}@smc-2020.madang",
        f"Party {api.exhibitor.id}",
        "CONFIRMED",
        ["Meeting"],
    )
    assert events(api, opened(api, "viewer")["secret"]) == []


def test_what_changes_is_the_same_entry_with_a_higher_sequence(api: Api) -> None:
    fair = api.fair
    session = talk(fair)
    speaks(api, session.id, "viewer")
    secret = opened(api, "viewer")["secret"]
    (before,) = events(api, secret)
    fair.clock.move_to(fair.clock.now() + timedelta(hours=1))
    fair.perform(SYSTEM, change, session_id=session.id, starts_at=TEN + timedelta(minutes=10))
    (moved,) = events(api, secret)
    assert (moved["uid"], moved["dtstart"] - before["dtstart"]) == (before["uid"], timedelta(minutes=10))
    assert int(moved["sequence"]) > int(before["sequence"])
    assert moved["last-modified"] == moved["dtstamp"] == before["dtstamp"] + timedelta(hours=1)
    fair.perform(SYSTEM, cancel, session.id)
    assert [one["status"] for one in events(api, secret)] == ["CANCELLED"]
    fair.perform(SYSTEM, take_back, session.id)
    assert events(api, secret) == []


def test_a_tracks_feed_has_what_is_announced_of_it(api: Api) -> None:
    fair = api.fair
    fair.perform(SYSTEM, add_track, code="health", name={"ko": "건강", "original": "ko"})
    talk(fair, track="health")
    talk(fair, title={"en": "Another", "original": "en"})
    draft = talk(fair, track="health", title={"en": "Draft", "original": "en"})
    fair.perform(SYSTEM, take_back, draft.id)
    secret = opened(api, "viewer", "health")["secret"]
    assert [one["summary"] for one in events(api, secret)] == ["의료관광의 내일"]
    mine = {one["summary"] for one in events(api, opened(api, "organiser", "health")["secret"])}
    assert mine == {"의료관광의 내일", "Draft"}
    assert problem(api.send("viewer", "POST", api.path("/programme/feeds"), {"track": "none"}))[1] == "unknown_place"


def test_who_has_the_calendar_already_is_told_so(api: Api) -> None:
    secret = opened(api, "viewer")["secret"]
    first = api.client.get(f"/feeds/{secret}.ics")
    again = api.client.get(f"/feeds/{secret}.ics", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, first.headers["cache-control"]) == (304, b"", "private, max-age=300")


def test_an_address_is_told_once_and_ends_with_the_next(api: Api) -> None:
    first, second = opened(api, "viewer"), opened(api, "viewer")
    assert (first["id"], first["secret"] == second["secret"]) == (second["id"], False)
    listed = api.send("viewer", "GET", api.path("/programme/feeds")).json()
    assert listed == [{name: second[name] for name in ("id", "track", "created_at")}]
    assert problem(api.client.get(f"/feeds/{first['secret']}.ics")) == (404, "not_found")
    assert events(api, second["secret"]) == []


def test_a_closed_feed_is_not_there(api: Api) -> None:
    feed = opened(api, "viewer")
    path = api.path(f"/programme/feeds/{feed['id']}")
    assert problem(api.send("buyer", "DELETE", path)) == (404, "not_found")
    assert api.send("viewer", "DELETE", path).status_code == 200
    assert problem(api.client.get(f"/feeds/{feed['secret']}.ics")) == (404, "not_found")
    assert api.send("viewer", "GET", api.path("/programme/feeds")).json() == []


def test_who_has_left_has_no_calendar(api: Api) -> None:
    secret = opened(api, "viewer")["secret"]
    api.fair.perform(SYSTEM, remove_role, api.people["viewer"], "viewer")
    assert problem(api.client.get(f"/feeds/{secret}.ics")) == (404, "not_found")


@pytest.mark.parametrize(("secret", "status"), [("x" * 43, 404), ("x" * 19, 422), ("x" * 101, 422), ("%00" * 20, 422)])
def test_an_unknown_address_leads_nowhere(api: Api, secret: str, status: int) -> None:
    assert api.client.get(f"/feeds/{secret}.ics").status_code == status


def test_the_secret_is_in_no_table(api: Api) -> None:
    secret = opened(api, "viewer")["secret"]
    with reading(api.fair.engine) as db:
        assert db.get(Person, api.people["viewer"]) is not None
        raw = db.connection().connection.driver_connection
        assert raw is not None
        assert secret not in "\n".join(raw.iterdump())
