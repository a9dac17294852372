"""Refusals of the programme half.

    Refusal
    ├── NotFound        what is not there, or what this actor may not see
    ├── NotAllowed      seen, but not theirs to do
    ├── WrongState      too late or too early in its life
    ├── BadTimes        ends before it begins
    ├── BadTitle        no text, or no word on which language is the original
    ├── UnknownPlace    a track or room that the programme does not have
    ├── CodeTaken       a track or room of that code exists
    ├── SpokenFor       a track, room or speaker that sessions still name
    ├── Full            no place is left that could be given
    ├── NotRegistering  a session that anybody may come to
    ├── BadOffer        a price without a currency, or of what is not sold
    ├── BadChannel      no way to watch a session, or one that is there twice
    ├── NotOffered      something that this session's floor does not have
    ├── NoSeat          they are no guest on stage
    ├── TooMany         there are as many as there may be
    ├── BadPoll         its parts make no poll of its kind
    ├── BadVote         what the poll does not ask for
    ├── VotedAlready    one vote each
    ├── BadContest      criteria by which nobody can judge
    ├── BadScore        points that the criteria do not have
    ├── ScoresMissing   jurors have not judged everybody
    ├── Muted           a moderator has asked them to be silent
    ├── TooSoon         another line of chat before its time
    └── OutOfTime       something to stand until a time that is past

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
    """There is nothing here, or nothing that you may see."""

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


class UnknownPlace(Refusal):
    """The programme has no such track, room or speaker; `what` says which of them."""

    code = "unknown_place"
    advice = "Add it to the programme first, or choose one that is there."


class CodeTaken(Refusal):
    """The programme has a track or room of that code already."""

    code = "code_taken"
    advice = "Choose another code, or change the one that is there."


class SpokenFor(Refusal):
    """Sessions still name this track, room or speaker."""

    code = "spoken_for"
    advice = "Change those sessions first; `sessions` names them."


class Full(Refusal):
    """No place is left."""

    code = "full"
    advice = "Raise the session's capacity first, or invite them: they can wait for a place."


class NotRegistering(Refusal):
    """Nobody needs a place here."""

    code = "not_registering"
    advice = "Just come when it begins."


class BadOffer(Refusal):
    """An offer has a price and its currency, and nothing else has."""

    code = "bad_offer"
    advice = "Send `price` and `currency` with an offer, and neither with other materials."


class BadChannel(Refusal):
    """This is no address of a video."""

    code = "bad_channel"
    advice = "Give the address of the video itself, as its page or its Share button shows it, and each channel once."


class NotOffered(Refusal):
    """This is not offered in this session."""

    code = "not_offered"
    advice = "Ask a moderator: the session's rules say what its audience may do."


class NoSeat(Refusal):
    """They have no seat on this stage."""

    code = "no_seat"
    advice = "Give them one first, or wait until they raise a hand."


class TooMany(Refusal):
    """There are as many as there may be."""

    code = "too_many"
    advice = "Wait, or take one away first; `most` says how many there may be."


class BadPoll(Refusal):
    """This makes no poll of its kind."""

    code = "bad_poll"
    advice = "Give 2 to 20 options to choose from; none for a scale, which has 2 to 10 steps, or for a word."


class BadVote(Refusal):
    """The poll does not ask for this."""

    code = "bad_vote"
    advice = "Name options by their place ('0' is the first), a step by its number, or give one word (40 characters)."


class VotedAlready(Refusal):
    """You have voted in this poll."""

    code = "voted_already"
    advice = "Each has one vote, and it is final."


class BadContest(Refusal):
    """Nobody can judge by these criteria."""

    code = "bad_contest"
    advice = "Give each criterion a name, its maximum of points (1 to 1000) and a weight above zero."


class BadScore(Refusal):
    """The criteria do not have these points."""

    code = "bad_score"
    advice = "Give points for each criterion, in their order, from 0 to its maximum."


class ScoresMissing(Refusal):
    """Jurors have not judged everybody yet."""

    code = "scores_missing"
    advice = "Wait for them (`missing` says who lacks what), or close it all the same."


class Muted(Refusal):
    """A moderator has asked you not to write in this session for now."""

    code = "muted"
    advice = "Wait until the time in `until`, or until the session is over if there is none."


class TooSoon(Refusal):
    """You have just written here."""

    code = "too_soon"
    advice = "Wait for the seconds in Retry-After: this chat has slow mode."


class OutOfTime(Refusal):
    """It would have to end before it begins."""

    code = "out_of_time"
    advice = "Give a time that is still to come, or none."
