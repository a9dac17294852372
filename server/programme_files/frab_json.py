"""schedule.json, as frab and pretalx write it and schedule apps read it."""

import json
from collections.abc import Sequence
from importlib.metadata import version

from server.imports.errors import NotASheet
from server.imports.records import Edition
from server.programme_files.reading import REMEDY, ProgrammeRead
from server.programme_files.schedule import schedule
from server.programme_files.schedule_reading import read_schedule
from sessions.outline import Outline

SCHEMA = "https://c3voc.de/schedule/schema.json"


def write_json(outline: Outline, languages: Sequence[str] = ()) -> bytes:
    """The file in UTF-8. Of each text there is one: in the first of these languages it has, or its original."""
    told = {
        "$schema": SCHEMA,
        "generator": {"name": "madang", "version": version("madang")},
        "schedule": schedule(outline, languages),
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def read_json(data: bytes, edition: Edition) -> ProgrammeRead:
    """The outline of a file.

    Raises:
        NotASheet: it is no JSON, or no schedule. FileTooLarge.
    """
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as broken:
        raise NotASheet("The file is damaged: it is no JSON.", REMEDY) from broken
    found = told.get("schedule", told) if isinstance(told, dict) else None
    if not isinstance(found, dict) or not isinstance(found.get("conference"), dict):
        raise NotASheet("The file is JSON, but no schedule.json: it has no conference.", REMEDY)
    return read_schedule(found, edition)
