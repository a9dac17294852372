"""The convention's rules for meetings. Every one has a default that suits a four-day online fair."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from matchmaking.recommend.weights import MatchWeights

Direction = Literal["buyer_to_exhibitor", "exhibitor_to_buyer", "buyer_to_buyer", "exhibitor_to_exhibitor"]

MANY = 100_000
A_DAY, A_YEAR = 24 * 60, 366 * 24  # in minutes; in hours


class Policies(BaseModel):
    """Rules a convention decides. Times of day are minutes after local midnight.

    `without_interpreter` says what becomes of a meeting whose people share no language when nobody interprets: "go_on",
    they see how far they get; "wait", it counts as not held. Interpreters rest `break_minutes` once they have worked
    `stretch_minutes` without a rest of that length, and need `handover_minutes` between meetings of different parties.
    Who is proposed a meeting on the spot has `standby_minutes` to answer; it lasts `standby_least_minutes` at least.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    who_may_ask: Annotated[tuple[Direction, ...], Field(max_length=4)] = ("buyer_to_exhibitor", "exhibitor_to_buyer")
    answer: Literal["by_hand", "instant"] = "by_hand"
    pending_occupies: bool = True
    open_requests: int = Field(default=10, ge=1, le=MANY)
    daily_requests: int = Field(default=20, ge=1, le=MANY)
    wishes_per_party: int = Field(default=500, ge=1, le=MANY)
    match_weights: MatchWeights = MatchWeights()
    cooldown_hours: int = Field(default=24, ge=0, le=A_YEAR)
    expiry_hours: int = Field(default=24, ge=1, le=A_YEAR)
    rescue_minutes: int = Field(default=3, ge=1, le=A_DAY)
    no_show_minutes: int = Field(default=10, ge=2, le=A_DAY)
    held_minutes: int = Field(default=5, ge=1, le=A_DAY)
    join_early_minutes: int = Field(default=10, ge=0, le=A_DAY)
    standby_minutes: int = Field(default=5, ge=1, le=60)
    standby_least_minutes: int = Field(default=10, ge=5, le=A_DAY)
    without_interpreter: Literal["go_on", "wait"] = "go_on"
    stretch_minutes: int = Field(default=90, ge=5, le=A_DAY)
    break_minutes: int = Field(default=15, ge=0, le=A_DAY)
    handover_minutes: int = Field(default=0, ge=0, le=A_DAY)
    waking_opens: int = Field(default=7 * 60, ge=0, le=A_DAY)
    waking_closes: int = Field(default=23 * 60, ge=0, le=A_DAY)
    usual_opens: int = Field(default=9 * 60, ge=0, le=A_DAY)
    usual_closes: int = Field(default=18 * 60, ge=0, le=A_DAY)
