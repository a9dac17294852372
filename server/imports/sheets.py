"""A sheet of any kind -> staged records. A child process runs this, so it imports little."""

from collections.abc import Callable, Mapping
from typing import Any

from server.imports.buyers import stage_buyers
from server.imports.exhibitors import stage_exhibitors
from server.imports.header import Kind
from server.imports.interpreters import stage_interpreters
from server.imports.records import (
    Edition,
    Staged,
    StagedBuyer,
    StagedCategory,
    StagedExhibitor,
    StagedInterpreter,
    StagedWish,
)
from server.imports.taxonomy import stage_taxonomy
from server.imports.wishes import stage_wishes

# What comes of each kind: how a child process tells it.
STAGED: dict[Kind, Any] = {
    "exhibitors": Staged[StagedExhibitor],
    "buyers": Staged[StagedBuyer],
    "wishes": Staged[StagedWish],
    "interpreters": Staged[StagedInterpreter],
    "taxonomy": Staged[StagedCategory],
}
_STAGE: dict[Kind, Callable[..., Staged[Any]]] = {
    "exhibitors": stage_exhibitors,
    "buyers": stage_buyers,
    "wishes": stage_wishes,
    "interpreters": stage_interpreters,
    "taxonomy": stage_taxonomy,
}


def stage(
    kind: Kind, data: bytes, filename: str, edition: Edition, mapping: Mapping[str, str], sheet: str | None
) -> Staged[Any]:
    """Every record of a file, and all findings in one pass.

    Raises:
        ImportRefused: the file holds no list.
    """
    return _STAGE[kind](data, filename, edition, mapping, sheet)
