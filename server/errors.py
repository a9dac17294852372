"""Refusals of the server itself, and the tuple of all refusals that commands may raise.

Refusal
├── NotFound          what is not there, or what this actor may not see
├── NotAllowed        seen, but not theirs to do
├── NotSignedIn       no login, or one that has ended
├── LinkSpent         a sign-in link used before, expired, or never given
├── ForeignOrigin     an unsafe request from another site's page
├── PhaseClosed       this is not the time for this command
├── KeyReused         an idempotency key with another body
├── KeyMissing        an unsafe request without an idempotency key
├── Busy              the writer's queue is full, or the database is
├── Uncertain         the commit failed or nobody knows whether it did
├── SlugTaken         a convention of that address exists
├── ImportStopped     a sheet whose identities are missing or contradict each other
├── ImportOutdated    the parties have changed while a sheet was being read
└── Unreadable        something sent that cannot be understood
"""

from typing import Any, ClassVar

import matchmaking.errors
import sessions.errors


class Refusal(Exception):
    """A command that was not carried out, and why. `details` are shown to the client as they are."""

    code: ClassVar[str] = "refused"
    advice: ClassVar[str] = ""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.code)
        self.message = message or (self.__doc__ or "").split("\n")[0]
        self.details = details


class NotFound(Refusal):
    """There is nothing here, or nothing that you may see."""

    code = "not_found"
    advice = "Check the address, and that you are signed in as the right person."


class NotAllowed(Refusal):
    """You can see this, but it is not yours to do."""

    code = "not_allowed"
    advice = "Ask the organiser."


class NotSignedIn(Refusal):
    """You are not signed in."""

    code = "not_signed_in"
    advice = "Open your sign-in link, or send a bearer token."


class LinkSpent(Refusal):
    """This sign-in link has been used, has expired, or was never given."""

    code = "link_spent"
    advice = "Ask the organiser for a new link; each works once."


class ForeignOrigin(Refusal):
    """This request came from a page of another site."""

    code = "foreign_origin"
    advice = "Open the convention's own address and try again."


class PhaseClosed(Refusal):
    """This is not the time for that in this convention."""

    code = "phase_closed"
    advice = "See the convention's dates for when it opens."


class KeyReused(Refusal):
    """This idempotency key was used with another body."""

    code = "key_reused"
    advice = "Send a fresh Idempotency-Key with a new request."


class KeyMissing(Refusal):
    """Unsafe requests carry an Idempotency-Key."""

    code = "key_missing"
    advice = "Send a header Idempotency-Key with a fresh random value of at most 128 characters; the same on a retry."


class Busy(Refusal):
    """Too much is waiting to be written."""

    code = "busy"
    advice = "Retry after the seconds in Retry-After, with the same Idempotency-Key."


class Uncertain(Refusal):
    """The database did not confirm what was written."""

    code = "uncertain"
    advice = "Retry after the seconds in Retry-After, with the same Idempotency-Key: it is done once at most."


class SlugTaken(Refusal):
    """There is a convention with this address already."""

    code = "slug_taken"
    advice = "Choose another slug."


class ImportStopped(Refusal):
    """It is not clear whom the sheet means; nothing of it was taken."""

    code = "import_stopped"
    advice = "Mend the cells listed, and import the whole sheet again."


class ImportOutdated(Refusal):
    """The parties changed while the sheet was being read; nothing of it was taken."""

    code = "import_outdated"
    advice = "Import it again."


class Unreadable(Refusal):
    """What you sent cannot be understood."""

    code = "unreadable"
    advice = "Compare it with the API description under /docs."


REFUSALS = (Refusal, matchmaking.errors.Refusal, sessions.errors.Refusal)
AnyRefusal = Refusal | matchmaking.errors.Refusal | sessions.errors.Refusal
