"""Refusals of the rescue desk.

Refusal
├── NotWished        none of the two wishes to meet the other, or one would rather not
├── AlreadyMet       the two have met, or are going to
├── ProposalOpen     the pair already has a proposal to answer
└── RepairOutdated   what was proposed no longer fits what stands
"""

from matchmaking.errors import Refusal


class NotWished(Refusal):
    """These two do not wish to meet, or are not to."""

    code = "not_wished"
    advice = "Choose a pair from the standby list, or set a meeting yourself."


class AlreadyMet(Refusal):
    """These two have met, or are going to."""

    code = "already_met"
    advice = "Move or call off the meeting they have."


class ProposalOpen(Refusal):
    """These two already have a proposal to answer."""

    code = "proposal_open"
    advice = "Wait for their answers, or take that proposal back."


class RepairOutdated(Refusal):
    """Since this was proposed, something has changed."""

    code = "repair_outdated"
    advice = "Ask for a new proposal: `changed` names what stands differently now."
