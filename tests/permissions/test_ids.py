"""Ids of what is not theirs, in bodies, queries and paths: nobody can use them, nor tell them from ids of nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from server.ids import new_id
from tests.api.test_routes import Door
from tests.permissions.asks import ASKS, USUAL, Ask, ask, operations
from tests.permissions.conftest import Theatre

# Operation and field: who sends it, what kind of thing the id is of, and the answer, whatever else it is of.
# A cursor is where a list goes on, an id of nothing.
FIELDS: dict[str, tuple[str, str, int]] = {
    "POST ~/requests to": ("buyer", "party_id", 404),
    "POST ~/requests slot": ("buyer", "slot_id", 409),
    "POST ~/requests by": ("buyer", "party_id", 404),
    "GET ~/requests after": ("organiser", "cursor", 200),
    "POST ~/requests/{request_id}/counter slot": ("exhibitor", "slot_id", 409),
    "POST ~/rescue/proposals one": ("organiser", "party_id", 404),
    "POST ~/rescue/proposals other": ("organiser", "party_id", 404),
    "POST ~/rescue/proposals slot": ("organiser", "slot_id", 409),
    "POST ~/rescue/proposals/{standby_id}/accept by": ("buyer", "party_id", 404),
    "POST ~/rescue/proposals/{standby_id}/decline by": ("buyer", "party_id", 404),
    "GET ~/rescue/repair meeting": ("organiser", "meeting_id", 200),
    "GET ~/rescue/repair party": ("organiser", "party_id", 200),
    "GET ~/rescue/repair gone": ("organiser", "party_id", 200),
    **{f"POST ~/rescue/repair {field}": ("organiser", "party_id", 422) for field in ("one", "other")},
    "POST ~/rescue/repair meeting": ("organiser", "meeting_id", 422),
    "POST ~/rescue/repair slot": ("organiser", "slot_id", 422),
    "POST ~/drafts based_on": ("organiser", "draft_id", 404),
    "GET ~/drafts/compare first": ("organiser", "draft_id", 404),
    "GET ~/drafts/compare second": ("organiser", "draft_id", 404),
    "GET ~/drafts/{draft_id}/meetings after": ("organiser", "cursor", 200),
    "GET ~/drafts/{draft_id}/meetings party": ("organiser", "party_id", 200),
    "GET ~/drafts/{draft_id}/unserved after": ("organiser", "cursor", 200),
    "POST ~/drafts/{draft_id}/meetings/{draft_meeting_id}/move slot": ("organiser", "slot_id", 409),
    "POST ~/meetings one": ("organiser", "party_id", 404),
    "POST ~/meetings other": ("organiser", "party_id", 404),
    "POST ~/meetings slot": ("organiser", "slot_id", 409),
    "GET ~/meetings after": ("organiser", "cursor", 200),
    "POST ~/meetings/{meeting_id}/move slot": ("exhibitor", "slot_id", 409),
    "POST ~/meetings/{meeting_id}/join person": ("organiser", "seat_id", 404),
    "POST ~/meetings/{meeting_id}/leave person": ("organiser", "seat_id", 404),
    "POST ~/meetings/{meeting_id}/attendance person": ("organiser", "seat_id", 404),
    "POST ~/interpreters party": ("organiser", "party_id", 404),
    "PATCH ~/interpreters/{person_id} party": ("organiser", "party_id", 404),
    "POST ~/interpreting/blocks person": ("organiser", "interpreter_id", 404),
    "POST ~/interpreting/blocks party": ("organiser", "party_id", 404),
    "POST ~/interpreting/exchange one": ("organiser", "meeting_id", 404),
    "POST ~/interpreting/exchange other": ("organiser", "meeting_id", 404),
    "PUT ~/interpreting/meetings/{meeting_id} person": ("organiser", "interpreter_id", 404),
    "GET ~/interpreting/pending after": ("organiser", "cursor", 200),
    "GET ~/parties after": ("organiser", "cursor", 200),
    "GET ~/parties/{party_id}/slots by": ("buyer", "party_id", 404),
    "PUT ~/parties/{party_id}/wish by": ("buyer", "party_id", 404),
    "PUT ~/wishes by": ("buyer", "party_id", 404),
    "GET ~/suggestions by": ("buyer", "party_id", 404),
    "GET ~/search after": ("organiser", "cursor", 200),
    "PUT ~/wishes about": ("buyer", "party_id", 422),
    "GET ~/wishes by": ("organiser", "party_id", 200),
    "GET ~/wishes about": ("organiser", "party_id", 200),
    "GET ~/wishes party": ("organiser", "party_id", 200),
    "GET ~/limits after": ("organiser", "cursor", 200),
    "PUT ~/pairs one": ("organiser", "party_id", 404),
    "PUT ~/pairs other": ("organiser", "party_id", 404),
    "PUT ~/instructions party": ("exhibitor", "other_party_id", 404),
    "POST ~/announcements session": ("organiser", "session_id", 404),
    "POST ~/figures/reported session": ("organiser", "session_id", 404),
    "POST ~/programme/speakers person": ("organiser", "viewer_id", 422),
    "PATCH ~/programme/speakers/{speaker_id} person": ("organiser", "viewer_id", 422),
    "PUT ~/programme/{session_id}/line-up speaker": ("organiser", "speaker_id", 422),
    "POST ~/programme/{session_id}/places people": ("organiser", "viewer_id", 422),
    "PUT ~/programme/{session_id}/materials materials": ("organiser", "material_id", 404),
    "PUT ~/programme/{session_id}/featured material": ("organiser", "material_id", 404),
    "GET ~/programme/{session_id}/attendance after": ("organiser", "cursor", 200),
    "GET ~/programme/{session_id}/chat before": ("organiser", "cursor", 200),
    "POST ~/programme/{session_id}/mutes cause": ("organiser", "question_id", 404),
    "POST ~/programme/{session_id}/hands/call person": ("organiser", "lead_id", 409),
    "POST ~/programme/{session_id}/contest/contestants party": ("organiser", "party_id", 404),
    "PATCH ~/programme/{session_id}/contest/contestants/{contestant_id} party": ("organiser", "party_id", 404),
    "GET ~/people after": ("organiser", "cursor", 200),
    "DELETE ~/parties/{party_id}/people/{person_id} move_to": ("exhibitor", "viewer_id", 404),
    "POST ~/invitations people": ("organiser", "viewer_id", 201),  # made: 0
    "POST ~/invitations parties": ("organiser", "party_id", 201),
    "GET ~/invitations after": ("organiser", "cursor", 200),
    "POST @/host/conventions series_id": ("owner", "series_id", 404),
    "POST @/host/resources venue_id": ("owner", "venue_id", 404),
    "PATCH @/host/resources/{resource_id} venue_id": ("owner", "venue_id", 404),
    **{
        f"GET {path} {field}": ("owner", kind, 200)
        for path in ("@/host/audit", "@/host/audit.csv", "/host/trail")
        for field, kind in (("actor", "owner_id"), ("about", "viewer_id"), ("convention", "convention_id"))
    },
    "GET /c/{slug}/people after": ("organiser", "cursor", 200),
    "GET /c/{slug}/people people_after": ("organiser", "cursor", 200),
    "GET /c/{slug}/party party": ("exhibitor", "other_party_id", 404),
    "GET /c/{slug}/meet by": ("buyer", "party_id", 404),
    "GET /c/{slug}/meet after": ("buyer", "cursor", 200),
    "GET /c/{slug}/rescue gone": ("organiser", "party_id", 200),
    "GET /c/{slug}/schedule/compare first": ("organiser", "draft_id", 404),
    "GET /c/{slug}/schedule/compare second": ("organiser", "draft_id", 404),
    "GET /c/{slug}/free-slots party": ("buyer", "party_id", 404),
    "GET /c/{slug}/free-slots by": ("buyer", "party_id", 404),
}
# Fields that may hold other things of the convention, but not these of other parties.
NOT_THEIRS = {
    "POST ~/requests by": "party_id",
    "GET ~/parties/{party_id}/slots by": "party_id",
    "PUT ~/parties/{party_id}/wish by": "party_id",
    "PUT ~/wishes by": "party_id",
    "GET ~/suggestions by": "party_id",
    "PUT ~/instructions party": "other_party_id",
    "DELETE ~/parties/{party_id}/people/{person_id} move_to": "other_lead_id",
    "POST ~/meetings/{meeting_id}/join person": "viewer_id",
    "POST ~/meetings/{meeting_id}/leave person": "viewer_id",
    "POST ~/meetings/{meeting_id}/attendance person": "viewer_id",
    "GET /c/{slug}/free-slots by": "party_id",
    "GET /c/{slug}/party party": "other_party_id",
    "GET /c/{slug}/meet by": "party_id",
}


def ids_in(annotation: Any, name: str) -> Iterator[str]:
    """The fields of a type that hold ids."""
    if annotation is UUID:
        yield name
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for inner, field in annotation.model_fields.items():
            yield from ids_in(field.annotation, inner)
    for part in get_args(annotation):
        yield from ids_in(part, name)


def ids_in_query(dependant: Dependant | None) -> Iterator[str]:
    if dependant is not None:
        for parameter in dependant.query_params:
            yield from ids_in(parameter.field_info.annotation, parameter.alias)
        for needed in dependant.dependencies:
            yield from ids_in_query(needed)


def fields_with_ids() -> dict[str, tuple[str, Door, str, bool]]:
    """Everything by which an id can be sent besides the path: operation, field, and whether it is in the body."""
    found = {}
    for name, door in operations():
        for field in ids_in(door.body, ""):
            found[f"{name} {field}"] = (name, door, field, True)
        for field in ids_in_query(door.dependant):
            if field == "guest":
                continue  # what a browser calls itself: no thing's id
            found[f"{name} {field}"] = (name, door, field, False)
    return found


def test_every_field_with_an_id_has_its_row() -> None:
    assert FIELDS.keys() == fields_with_ids().keys()


def sent(name: str, field: str, value: str, *, in_body: bool) -> Ask:
    """What the operation takes, with this id in this field."""
    usual = ASKS.get(name, USUAL)
    if not in_body:
        others = [part for part in usual.query.split("&") if part and not part.startswith(f"{field}=")]
        return replace(usual, query="&".join([*others, f"{field}={value}"]))
    listed = field in ("people", "parties", "materials")
    body = {} if listed else usual.body
    return replace(usual, body={**(body or {}), field: [value] if listed else value})


def learnt(answer: httpx.Response, value: str) -> tuple[int, str]:
    """The answer without the id that was asked about, and without what is new each time."""
    text = answer.text.replace(value, "ID")
    return answer.status_code, re.sub(r'"now":"[^"]*"', "", text)


@pytest.mark.parametrize("row", FIELDS)
def test_ids_of_others_are_ids_of_nothing(theatre: Theatre, row: str) -> None:
    stage = theatre.stage
    name, door, field, in_body = fields_with_ids()[row]
    who, kind, status = FIELDS[row]
    nothing = str(new_id())
    values = {"nothing": nothing}
    if kind != "cursor":
        values |= {place.slug: place.ids[kind] for place in (stage.sister, stage.abroad)}
        if door.path.startswith(("/api/v1/host", "/host")):
            del values["smc-2021"]  # of the same host
    if row in NOT_THEIRS:
        values["not theirs"] = stage.ours.ids[NOT_THEIRS[row]]
    answers = {}
    for whose, value in values.items():
        wanted = sent(name, field, value, in_body=in_body)
        answer = ask(stage, who, name, door, stage.ours.ids, "smc-2020", wanted)
        answers[whose] = learnt(answer, value)
        assert theatre.rewind.changes().keys() <= {"idempotency_key"}
        theatre.rewind.back()
    assert answers["nothing"][0] == status, answers["nothing"]
    assert answers == dict.fromkeys(values, answers["nothing"])


def paths_with_ids() -> list[tuple[str, Door, str]]:
    return [(name, door, part) for name, door in operations() for part in re.findall(r"\{(\w+_id)\}", door.path)]


@pytest.mark.parametrize(("name", "door", "part"), paths_with_ids(), ids=[f"{n} {p}" for n, _, p in paths_with_ids()])
def test_things_of_other_conventions_and_hosts_are_not_there(
    theatre: Theatre, name: str, door: Door, part: str
) -> None:
    stage, ids = theatre.stage, theatre.stage.ours.ids
    meant = ASKS.get(name, USUAL).path.get(part, part)
    places = [stage.abroad] if door.path.startswith("/api/v1/host") else [stage.sister, stage.abroad]
    if meant in ("login_id", "token_id"):
        return  # of a person, not of a convention: the matrix asks for another's
    for who in ("owner", "exhibitor"):
        nothing = ask(stage, who, name, door, {**ids, meant: str(new_id())}, "smc-2020")
        assert nothing.status_code in (303, 403, 404)  # who takes part is led from public pages to their own
        for place in places:
            foreign = ask(stage, who, name, door, {**ids, meant: place.ids[meant]}, "smc-2020")
            assert (foreign.status_code, foreign.content) == (nothing.status_code, nothing.content)
        assert theatre.rewind.changes() == {}
