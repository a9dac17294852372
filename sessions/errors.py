"""Refusals of the programme half.

    Refusal
    ├── NotFound        what is not there, or what this actor may not see
    ├── NotAllowed      seen, but not theirs to do
    ├── WrongState      too late or too early in its life
    ├── BadTimes        ends before it begins
    └── BadTitle        no text, or no word on which language is the original

Status codes are given at the edge; `code` is stable, `advice` says what to do.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """A command that was not carried out, and why. `details` are shown to the client as they are."""

    code: ClassVar[str] = "refused"
    advice: ClassVar[str] = ""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.code)
        self.message = message or (self.__doc__ or "").split("\n")[0]
        self.details = details


class NotFound(Refusal):
    """There is no such session on this programme."""

    code = "not_found"
    advice = "Check the address, and that you are signed in as the right person."


class NotAllowed(Refusal):
    """You can see this session, but it is not yours to run."""

    code = "not_allowed"
    advice = "Ask the organiser."


class WrongState(Refusal):
    """The session is no longer, or not yet, in a state that allows this."""

    code = "wrong_state"
    advice = "Read it again: somebody may have changed it in the meantime."


class BadTimes(Refusal):
    """A session ends after it begins."""

    code = "bad_times"
    advice = "Give an end after the start."


class BadTitle(Refusal):
    """A title has a text in its original language."""

    code = "bad_title"
    advice = 'Give texts by language and name the original: {"ko": "...", "en": "...", "original": "ko"}.'
