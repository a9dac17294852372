from collections.abc import Callable
from typing import Any

import pytest

from server.accounts.actors import SYSTEM, Actor
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.entries import RoomEntry, TrackEntry, programme
from sessions.errors import BadTitle, CodeTaken, NotAllowed, NotFound, SpokenFor, UnknownPlace
from sessions.programme import change
from sessions.rooms import (
    OrderRecord,
    add_room,
    add_track,
    change_room,
    change_track,
    order_rooms,
    order_tracks,
    remove_room,
    remove_track,
)
from tests.factories import Fair, make_fair, refused
from tests.sessions.programme import TITLE, talk

VIEWER = Actor(person_id=new_id(), roles=frozenset({"viewer"}))
OTHER: dict[str, str] = {"en": "Another", "original": "en"}


def track(code: str, **changed: Any) -> TrackEntry:
    return TrackEntry(**{"code": code, "name": TITLE, "colour": "", **changed})


def room(code: str, **changed: Any) -> RoomEntry:
    return RoomEntry(**{"code": code, "name": TITLE, "place": "online", "capacity": None, **changed})


def listed(fair: Fair) -> tuple[list[TrackEntry], list[RoomEntry]]:
    with reading(fair.engine) as db:
        found = programme(db, fair.id)
    return found.tracks, found.rooms


def test_tracks_are_added_changed_ordered_and_removed(fair: Fair) -> None:
    assert fair.perform(SYSTEM, add_track, code="a", name=TITLE, colour="#0a7") == track("a", colour="#0a7")
    for code in ("b", "c"):
        fair.perform(SYSTEM, add_track, code=code, name=TITLE)
    assert fair.perform(SYSTEM, change_track, "a", name=OTHER) == track("a", name=OTHER, colour="#0a7")
    assert fair.perform(SYSTEM, order_tracks, ["c", "a"]) == OrderRecord(codes=("c", "a", "b"))
    assert fair.perform(SYSTEM, remove_track, "b") == track("b")
    assert listed(fair) == ([track("c"), track("a", name=OTHER, colour="#0a7")], [])


def test_rooms_are_added_changed_ordered_and_removed(fair: Fair) -> None:
    assert fair.perform(SYSTEM, add_room, code="a", name=TITLE, place="online") == room("a")
    hall = fair.perform(SYSTEM, add_room, code="b", name=TITLE, place="on_site", capacity=300)
    assert hall == room("b", place="on_site", capacity=300)
    hybrid = {"place": "hybrid", "capacity": None}
    assert fair.perform(SYSTEM, change_room, "b", **hybrid) == room("b", place="hybrid")
    assert fair.perform(SYSTEM, order_rooms, ["b"]) == OrderRecord(codes=("b", "a"))
    fair.perform(SYSTEM, remove_room, "a")
    assert listed(fair) == ([], [room("b", place="hybrid")])


def test_every_change_is_told_by_a_version_and_by_no_text(fair: Fair) -> None:
    fair.perform(SYSTEM, add_track, code="a", name=TITLE)
    fair.perform(SYSTEM, add_room, code="a", name=TITLE, place="online")
    fair.perform(SYSTEM, remove_track, "a")
    events = fair.events()
    assert [event.type for event in events] == 3 * ["listing.changed"]
    assert {event.topics for event in events} == {("organiser", "programme", "public")}
    assert [event.data for event in events] == [
        f'{{"listing":{{"id":"{fair.id}","version":{version}}}}}' for version in (1, 2, 3)
    ]


def test_what_sessions_name_stays(fair: Fair) -> None:
    fair.perform(SYSTEM, add_track, code="a", name=TITLE)
    fair.perform(SYSTEM, add_room, code="a", name=TITLE, place="online")
    in_track, in_room = talk(fair, track="a").id, talk(fair, room="a").id
    with refused(SpokenFor, sessions=[in_track]):
        fair.perform(SYSTEM, remove_track, "a")
    with refused(SpokenFor, sessions=[in_room]):
        fair.perform(SYSTEM, remove_room, "a")
    fair.perform(SYSTEM, change, in_track, track="")
    assert fair.perform(SYSTEM, remove_track, "a") == track("a")


def test_a_code_is_given_once_in_a_convention(sqlite_fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(sqlite_fair.engine, clock, slug="smc-2021")
    for fair in (sqlite_fair, other):
        fair.perform(SYSTEM, add_track, code="a", name=TITLE)
        fair.perform(SYSTEM, add_room, code="a", name=TITLE, place="online")
    with refused(CodeTaken, taken="a"):
        other.perform(SYSTEM, add_track, code="a", name=OTHER)
    with refused(CodeTaken, taken="a"):
        other.perform(SYSTEM, add_room, code="a", name=OTHER, place="online")
    other.perform(SYSTEM, remove_track, "a")
    assert listed(sqlite_fair) == ([track("a")], [room("a")])


def test_what_makes_no_sense_is_refused(sqlite_fair: Fair) -> None:
    with refused(BadTitle):
        sqlite_fair.perform(SYSTEM, add_track, code="a", name={"en": "A"})
    with refused(UnknownPlace, what="room"):
        sqlite_fair.perform(SYSTEM, order_rooms, ["b"])
    assert sqlite_fair.told() == []


@pytest.mark.parametrize(
    ("command", "details"),
    [
        (change_track, {"code": "z", "name": TITLE}),
        (remove_track, {"code": "z"}),
        (change_room, {"code": "z", "name": TITLE}),
        (remove_room, {"code": "z"}),
        (add_track, {"code": "z", "name": TITLE}),
        (add_room, {"code": "z", "name": TITLE, "place": "online"}),
        (order_tracks, {"codes": []}),
        (order_rooms, {"codes": []}),
    ],
)
def test_only_staff_plan_and_only_what_is_there(
    sqlite_fair: Fair, command: Callable[..., Any], details: dict[str, Any]
) -> None:
    with refused(NotAllowed):
        sqlite_fair.perform(VIEWER, command, **details)
    if command in (change_track, remove_track, change_room, remove_room):
        with refused(NotFound):
            sqlite_fair.perform(SYSTEM, command, **details)
    assert sqlite_fair.told() == []
