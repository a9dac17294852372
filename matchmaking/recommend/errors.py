"""Refusals about profiles and suggestions.

Refusal
└── UnknownCategory     a code that the taxonomy does not have
"""

from matchmaking.errors import Refusal


class UnknownCategory(Refusal):
    """The taxonomy has no such term."""

    code = "unknown_category"
    advice = "Choose from the taxonomy's codes: GET /taxonomy."
