"""The rules of a session's floor: what its audience may do there, and how."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Word = Annotated[str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True, to_lower=True)]


class Naming(StrEnum):
    """How questions are asked: not at all, by name, without one, or as the asker likes."""

    OFF = "off"
    NAMED = "named"
    ANONYMOUS = "anonymous"
    EITHER = "either"


class FloorOffer(BaseModel):
    """What there is on a session's floor, as its audience knows it.

    `moderated` lets a moderator see each question first. `slow_seconds` is the time between two chat lines of one
    person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: Naming = Naming.EITHER
    moderated: bool = True
    chat: bool = True
    slow_seconds: int = Field(default=10, ge=0, le=3600)
    reactions: bool = True
    hands: bool = True


class FloorRules(FloorOffer):
    """The same with what only moderators know: what holds one of `words` waits for them; so does a chat line that
    `reports_hold` people reported."""

    words: list[Word] = Field(default_factory=list, max_length=200)
    reports_hold: int = Field(default=3, ge=1, le=100)

    def offer(self) -> FloorOffer:
        """The rules as everybody may know them."""
        return FloorOffer(**{name: getattr(self, name) for name in FloorOffer.model_fields})
