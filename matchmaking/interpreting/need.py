"""Which interpreter a meeting needs: it follows from what its people speak, and from what they said of it."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from matchmaking.schedule.languages import bridged, shared

LanguagePair = tuple[str, str]


class Speaker(NamedTuple):
    """Somebody required at a meeting: what they speak (ISO 639-1, nothing if nobody told), and what they said of
    interpreters: needed, not_needed, None."""

    languages: frozenset[str]
    said: str | None = None


def needs_interpreter(speakers: Sequence[Speaker]) -> bool:
    """Whether they need one. A common language settles it; else who wants one gets one, and who wants none goes
    without. If nobody said what somebody speaks, only their own word makes a need."""
    tongues = tuple(speaker.languages for speaker in speakers)
    if all(tongues) and shared(tongues):
        return False
    said = {speaker.said for speaker in speakers}
    return "needed" in said or not (shared(tongues) or "not_needed" in said)


def can_interpret(speakers: Sequence[Speaker], pairs: Set[LanguagePair]) -> bool:
    """Whether who works between these pairs, each direction one, makes all understand each other. Of whom nobody knows
    what they speak, nobody can say who understands them: that is decided by hand."""
    tongues = tuple(speaker.languages for speaker in speakers)
    return all(tongues) and bridged(tongues, pairs)
