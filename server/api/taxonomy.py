"""The convention's taxonomy: what parties say they offer and need in."""

from typing import Any

from pydantic import BaseModel
from sqlmodel import col, select

from matchmaking.recommend.tables import Category
from server.api.door import DeskDep, convention_router

router = convention_router("taxonomy")


class CategoryOut(BaseModel):
    """A term. `parent` is the code of the one above it, null for the topmost; `synonyms` are lists by language."""

    code: str
    parent: str | None
    name: dict[str, Any]
    synonyms: dict[str, Any]


@router.get("/taxonomy")
def list_categories(desk: DeskDep) -> list[CategoryOut]:
    """All terms, in the order in which they are shown; there are no more than one sheet has."""
    query = select(Category).where(Category.convention_id == desk.convention_id)
    with desk.reading() as db:
        rows = db.exec(query.order_by(col(Category.position), col(Category.code)))
        return [CategoryOut(code=row.code, parent=row.parent, name=row.name, synonyms=row.synonyms) for row in rows]
