"""Refusals of the server itself, and the tuple of all refusals that commands may raise.

Refusal
├── NotFound          what is not there, or what this actor may not see
├── NotAllowed        seen, but not theirs to do
├── NotSignedIn       no login, or one that has ended
├── ScopeMissing      a program's token that was not made for this
├── BrowserOnly       one's own account, asked about with a program's token
├── SecondFactorNeeded  behind the scenes only with a one-time code at sign-in
├── SignInFailed      an address and password that do not belong together, or nobody's
├── CodeNeeded        everything is right, but a one-time code belongs to it
├── CodeWrong         a one-time code that is wrong or was used before
├── CodesOn           one-time codes are set up already
├── CodesOff          there are no one-time codes to confirm or to take away
├── PasswordRefused   a new password that is too easy, or the wrong old one
├── MailOff           something that needs mail, where none is sent
├── ProviderFailed    the identity provider cannot be reached, or answers nonsense
├── NotBegun          back from the identity provider without having begun here, or without having signed in there
├── NotInvited        the identity provider knows them, the host does not
├── LinkSpent         a sign-in link used before, expired, or never given
├── ForeignOrigin     an unsafe request from another site's page
├── WrongHost         a request for another site's address
├── RateLimited       the same thing too often
├── PhaseClosed       this is not the time for this command
├── KeyReused         an idempotency key with another body
├── KeyMissing        an unsafe request without an idempotency key
├── Busy              the writer's queue is full, or the database is
├── Uncertain         the commit failed or nobody knows whether it did
├── SlugTaken         a convention of that address exists
├── LastOne           the last organiser, owner or party's admin would go
├── SeatedElsewhere   somebody who sits for another party of the convention
├── PartyExists       an organisation that takes part already
├── InUse             a venue that has rooms, or a room that somebody has taken
├── UnknownPerson     an address or id of nobody who takes part here
├── SentLately        a mail that would follow another too soon
├── HasAccount        a link to hand over for somebody who can sign in by themself
├── ImportStopped     a sheet whose identities are missing or contradict each other
├── ImportOutdated    the parties have changed while a sheet was being read
├── NotAPicture       no PNG, JPEG or WebP, or one that nobody can decode
├── PictureTooLarge   a picture of too many bytes
├── TooManyPictures   a party with as many pictures as it may have
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


class ScopeMissing(Refusal):
    """This token was not made for that."""

    code = "scope_missing"
    advice = "Make a token with the scope named, on your account's page."


class BrowserOnly(Refusal):
    """Your account can be changed by yourself in a browser, not by a program's token."""

    code = "browser_only"
    advice = "Sign in with a browser."


class SecondFactorNeeded(Refusal):
    """Here, who works behind the scenes signs in with a one-time code."""

    code = "second_factor_needed"
    advice = "Set up one-time codes on your account's page, then sign in again with one."


class SignInFailed(Refusal):
    """This address and password do not let anybody in."""

    code = "sign_in_failed"
    advice = "Check both, or ask for a sign-in link by mail."


class CodeNeeded(Refusal):
    """Your account asks for a one-time code."""

    code = "code_needed"
    advice = "Send the six digits that your authenticator shows now, together with the same link or password."


class CodeWrong(Refusal):
    """This one-time code is wrong, or was used before."""

    code = "code_wrong"
    advice = "Wait for the next code and send that; if it fails too, set your phone's clock by the network."


class CodesOn(Refusal):
    """One-time codes are set up for this account."""

    code = "codes_on"
    advice = "Take them away first, with a code."


class CodesOff(Refusal):
    """There are no one-time codes for this account."""

    code = "codes_off"
    advice = "Set them up first."


class PasswordRefused(Refusal):
    """This password cannot be taken."""

    code = "password_refused"
    advice = "Take 12 to 128 characters that nobody guesses: four random words are fine."


class MailOff(Refusal):
    """No mail is sent from here."""

    code = "mail_off"
    advice = "Ask the organiser for a sign-in link, or sign in with your password."


class ProviderFailed(Refusal):
    """Signing in there did not work."""

    code = "provider_failed"
    advice = "Try again in a moment, or sign in with a mailed link."


class NotBegun(Refusal):
    """This sign-in was not begun in this browser, or too long ago."""

    code = "not_begun"
    advice = "Begin again on the sign-in page."


class NotInvited(Refusal):
    """You are known there, but nobody has invited this address here."""

    code = "not_invited"
    advice = "Ask the organiser to invite you with exactly that address, and see that it is confirmed there."


class LinkSpent(Refusal):
    """This sign-in link has been used, has expired, or was never given."""

    code = "link_spent"
    advice = "Ask the organiser for a new link; each works once."


class ForeignOrigin(Refusal):
    """This request came from a page of another site."""

    code = "foreign_origin"
    advice = "Open the convention's own address and try again."


class WrongHost(Refusal):
    """Nothing is served under this address."""

    code = "wrong_host"
    advice = "Open the convention's own address. Operators: it is MADANG_BASE_URL, others MADANG_ALLOWED_ORIGINS."


class RateLimited(Refusal):
    """That was too often."""

    code = "rate_limited"
    advice = "Wait for the seconds in Retry-After, then try again."


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


class LastOne(Refusal):
    """Nobody would be left who can do this."""

    code = "last_one"
    advice = "Give the same rights to somebody else first."


class SeatedElsewhere(Refusal):
    """This person sits for another party here."""

    code = "seated_elsewhere"
    advice = "Ask the organiser, or use another address of theirs."


class PartyExists(Refusal):
    """An organisation of this name takes part already."""

    code = "party_exists"
    advice = "Add people to the party named, or give the organisation's full name."


class InUse(Refusal):
    """Something else still needs this."""

    code = "in_use"
    advice = "Remove what is in it, or wait until it is free, then remove it."


class UnknownPerson(Refusal):
    """Nobody of this address or id takes part in the convention."""

    code = "unknown_person"
    advice = "Add them to the convention's people first."


class SentLately(Refusal):
    """This person was sent an invitation a moment ago."""

    code = "sent_lately"
    advice = "Wait until the time given, or hand them a link yourself."


class HasAccount(Refusal):
    """They have an account already, or are known from another convention."""

    code = "has_account"
    advice = "Send them the invitation by mail; they can sign in by themselves as well."


class ImportStopped(Refusal):
    """The sheet contradicts itself or what is known; nothing of it was taken."""

    code = "import_stopped"
    advice = "Mend the cells listed, and import the whole sheet again."


class ImportOutdated(Refusal):
    """What the sheet is about changed while it was being read; nothing of it was taken."""

    code = "import_outdated"
    advice = "Import it again."


class NotAPicture(Refusal):
    """This is no picture that can be shown."""

    code = "not_a_picture"
    advice = "Send a PNG, JPEG or WebP picture; if it is one, save it anew, smaller, and send that."


class PictureTooLarge(Refusal):
    """The picture has too many bytes."""

    code = "picture_too_large"
    advice = "Save it smaller; 1024 pixels a side are all that is shown."


class TooManyPictures(Refusal):
    """The party has as many pictures as it may have."""

    code = "too_many_pictures"
    advice = "Delete one first."


class Unreadable(Refusal):
    """What you sent cannot be understood."""

    code = "unreadable"
    advice = "Compare it with the API description under /docs."


REFUSALS = (Refusal, matchmaking.errors.Refusal, sessions.errors.Refusal)
AnyRefusal = Refusal | matchmaking.errors.Refusal | sessions.errors.Refusal
