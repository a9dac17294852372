"""Names of people and firms: shown whole, noted where letters were lost."""

from server.imports.findings import Reading, note
from server.imports.text import is_damaged

LONGEST = 300


def read_name(text: str) -> Reading[str | None]:
    """A name as it is. A damaged one is imported too: a person can be met whatever the sheet calls them."""
    if not text:
        return Reading(None)
    if len(text) > LONGEST:
        return Reading(text[:LONGEST], (note("name_too_long", f"Longer than {LONGEST} letters; cut there."),))
    if is_damaged(text):
        return Reading(text, (note("name_damaged", "Letters of the name were lost; ask how it is written."),))
    return Reading(text)
