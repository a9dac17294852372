"""Refusals of drafts.

Refusal
├── NothingToSchedule  no slot to come, or nobody wishes to meet anybody
├── TooManyDrafts      as many drafts as a convention may keep
├── DraftEmpty         a draft without any meeting, that was to be published
├── DraftOutdated      what a draft was made of is no longer so
├── InTheWay           a meeting of a draft cannot be held then
└── NotTakenOut        a meeting is in the draft, and cannot be put back
"""

from matchmaking.errors import Refusal


class NothingToSchedule(Refusal):
    """There is nothing to make a schedule of."""

    code = "nothing_to_schedule"
    advice = "`missing` says what: the calendar needs slots to come, and parties need wishes."


class TooManyDrafts(Refusal):
    """The convention keeps as many drafts as it may."""

    code = "too_many_drafts"
    advice = "Remove one that is no longer needed."


class DraftEmpty(Refusal):
    """The draft has no meeting that could be published."""

    code = "draft_empty"
    advice = "Let it run to a first schedule, or put meetings back."


class DraftOutdated(Refusal):
    """Some of its meetings are of parties or people who have left, are not there then, or are not to meet any more."""

    code = "draft_outdated"
    advice = "Take the meetings named out of the draft, or run it again, based on this one."


class InTheWay(Refusal):
    """The meeting cannot be held then."""

    code = "in_the_way"
    advice = "Choose one of the alternatives: `obstacle` says what is in the way."


class NotTakenOut(Refusal):
    """The meeting is in the draft as it is."""

    code = "not_taken_out"
    advice = "Read the draft again."
