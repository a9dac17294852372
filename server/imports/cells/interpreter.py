"""Whether an interpreter is needed: 필요 / O / X / 불필요, and blank for unknown."""

from enum import StrEnum

from server.imports.findings import Reading, note
from server.imports.text import key
from server.imports.vocabulary import answers


class InterpreterNeed(StrEnum):
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"


def read_interpreter(text: str) -> Reading[InterpreterNeed]:
    answer = key(text) or text
    if not answer or answer in answers("unknown"):
        return Reading(InterpreterNeed.UNKNOWN)
    if answer in answers("yes") | answers("interpreter_needed"):
        return Reading(InterpreterNeed.NEEDED)
    if answer in answers("no") | answers("interpreter_not_needed"):
        return Reading(InterpreterNeed.NOT_NEEDED)
    return Reading(InterpreterNeed.UNKNOWN, (note("interpreter_unreadable", "Neither yes nor no."),))
