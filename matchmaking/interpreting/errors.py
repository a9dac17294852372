"""Refusals of interpreting.

Refusal
└── CannotInterpret   this interpreter cannot take that meeting, or these hours
"""

from matchmaking.errors import Refusal


class CannotInterpret(Refusal):
    """This interpreter cannot take it."""

    code = "cannot_interpret"
    advice = "`reason` says what is in the way: choose somebody else, or another time."
