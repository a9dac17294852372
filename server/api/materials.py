"""What belongs to a session: slides, documents, replays, links and offers. The session's entry lists them."""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from pydantic import Field, StringConstraints

import sessions.materials as commands
from server.accounts.permissions import May
from server.api.channels import Address, Language
from server.api.door import Desk, Input, Needs, convention_router
from server.api.programme import Title
from sessions.events import Gone, SessionRecord
from sessions.materials import MaterialKind, MaterialOrderRecord, MaterialRecord

router = convention_router("programme", "/programme/{session_id}")

Running = Annotated[Desk, Depends(Needs(May.RUN_PROGRAMME))]
Price = Annotated[Decimal, Field(ge=0, le=2_000_000_000, max_digits=14, decimal_places=4)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class NewMaterial(Input):
    """A material to be. An offer has a `price` in a `currency` (ISO 4217), and nothing else has."""

    kind: MaterialKind
    title: Title
    url: Address
    language: Language = ""
    price: Price | None = None
    currency: Currency | None = None


class MaterialChange(Input):
    """What is to change; what is left out stays. null takes a price and its currency away."""

    kind: MaterialKind | None = None
    title: Title | None = None
    url: Address | None = None
    language: Language | None = None
    price: Price | None = None
    currency: Currency | None = None


class MaterialOrder(Input):
    """What comes first, in order; whatever is not named follows as it is."""

    materials: Annotated[list[UUID], Field(max_length=500)]


class Featured(Input):
    """What is to be shown right now."""

    material: UUID


def given(body: NewMaterial | MaterialChange) -> dict[str, Any]:
    """The fields that were sent; null says something of the price alone."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: value for name, value in fields.items() if value is not None or name in ("price", "currency")}


@router.post("/materials", status_code=201, response_model=MaterialRecord)
async def add(session_id: UUID, body: NewMaterial, desk: Running) -> Response:
    """Add a material."""
    return await desk.run(partial(commands.add_material, session_id=session_id, **given(body)), body, 201)


@router.put("/materials", response_model=MaterialOrderRecord)
async def order(session_id: UUID, body: MaterialOrder, desk: Running) -> Response:
    """Put them in order; all of the session's, in order, are answered."""
    return await desk.run(partial(commands.order_materials, session_id=session_id, material_ids=body.materials), body)


@router.patch("/materials/{material_id}", response_model=MaterialRecord)
async def change(session_id: UUID, material_id: UUID, body: MaterialChange, desk: Running) -> Response:
    """Change what is given."""
    details = given(body)
    return await desk.run(
        partial(commands.change_material, session_id=session_id, material_id=material_id, **details), body
    )


@router.delete("/materials/{material_id}", response_model=Gone)
async def remove(session_id: UUID, material_id: UUID, desk: Running) -> Response:
    """Remove a material."""
    return await desk.run(partial(commands.remove_material, session_id=session_id, material_id=material_id))


@router.put("/featured", response_model=SessionRecord)
async def feature(session_id: UUID, body: Featured, desk: Running) -> Response:
    """Show this one to everybody now."""
    return await desk.run(partial(commands.feature, session_id=session_id, material_id=body.material), body)


@router.delete("/featured", response_model=SessionRecord)
async def feature_nothing(session_id: UUID, desk: Running) -> Response:
    """Show none of them any longer."""
    return await desk.run(partial(commands.feature, session_id=session_id, material_id=None))
