"""The convention's rules for meetings. Every one has a default that suits a four-day online fair."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Direction = Literal["buyer_to_exhibitor", "exhibitor_to_buyer", "buyer_to_buyer", "exhibitor_to_exhibitor"]

MANY = 100_000
A_DAY, A_YEAR = 24 * 60, 366 * 24  # in minutes; in hours


class Policies(BaseModel):
    """Rules a convention decides. Times of day are minutes after local midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who_may_ask: Annotated[tuple[Direction, ...], Field(max_length=4)] = ("buyer_to_exhibitor", "exhibitor_to_buyer")
    answer: Literal["by_hand", "instant"] = "by_hand"
    pending_occupies: bool = True
    open_requests: int = Field(default=10, ge=1, le=MANY)
    daily_requests: int = Field(default=20, ge=1, le=MANY)
    cooldown_hours: int = Field(default=24, ge=0, le=A_YEAR)
    expiry_hours: int = Field(default=24, ge=1, le=A_YEAR)
    rescue_minutes: int = Field(default=3, ge=1, le=A_DAY)
    no_show_minutes: int = Field(default=10, ge=2, le=A_DAY)
    held_minutes: int = Field(default=5, ge=1, le=A_DAY)
    join_early_minutes: int = Field(default=10, ge=0, le=A_DAY)
    waking_opens: int = Field(default=7 * 60, ge=0, le=A_DAY)
    waking_closes: int = Field(default=23 * 60, ge=0, le=A_DAY)
    usual_opens: int = Field(default=9 * 60, ge=0, le=A_DAY)
    usual_closes: int = Field(default=18 * 60, ge=0, le=A_DAY)
