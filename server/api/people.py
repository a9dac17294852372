"""People who are in a convention without sitting for a party: viewers, staff, organisers."""

from functools import partial
from typing import Annotated, Literal

from fastapi import Response
from pydantic import Field, StringConstraints

from server.api.door import Input, StaffDep, convention_router
from server.conventions.commands import Member, MembersRecord, add_members
from server.errors import Unreadable
from server.zones import is_zone

router = convention_router("people", "/people")


class Newcomer(Input):
    """A person and their role. `name` is text by language, and under "original" the original's."""

    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", to_lower=True)]
    role: Literal["organiser", "staff", "viewer"]
    name: dict[str, Annotated[str, StringConstraints(max_length=120)]] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    zone: str | None = None


class Newcomers(Input):
    """Up to 500 people at once."""

    people: Annotated[tuple[Newcomer, ...], Field(min_length=1, max_length=500)]


@router.post("", status_code=201, response_model=MembersRecord)
async def add(body: Newcomers, desk: StaffDep) -> Response:
    """Make people members of the convention; harmless for those who are."""
    for person in body.people:
        if person.zone is not None and not is_zone(person.zone):
            raise Unreadable(f"{person.zone} is no IANA time zone.", field="zone")
    members = [
        Member(
            email=person.email,
            role=person.role,
            name=dict(person.name) if person.name else None,
            country=person.country,
            zone=person.zone or desk.house.zone,
        )
        for person in body.people
    ]
    return await desk.run(partial(add_members, host_id=desk.house.host_id, members=members), body, 201)
