"""The convention's rules for meetings. Every one has a default that suits a four-day online fair."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Direction = Literal["buyer_to_exhibitor", "exhibitor_to_buyer", "buyer_to_buyer", "exhibitor_to_exhibitor"]


class Policies(BaseModel):
    """Rules a convention decides. Times of day are minutes after local midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who_may_ask: tuple[Direction, ...] = ("buyer_to_exhibitor", "exhibitor_to_buyer")
    answer: Literal["by_hand", "instant"] = "by_hand"
    pending_occupies: bool = True
    open_requests: int = Field(default=10, ge=1)
    daily_requests: int = Field(default=20, ge=1)
    cooldown_hours: int = Field(default=24, ge=0)
    expiry_hours: int = Field(default=24, ge=1)
    rescue_minutes: int = Field(default=3, ge=1)
    no_show_minutes: int = Field(default=10, ge=2)
    held_minutes: int = Field(default=5, ge=1)
    join_early_minutes: int = Field(default=10, ge=0)
    waking_opens: int = Field(default=7 * 60, ge=0, le=1440)
    waking_closes: int = Field(default=23 * 60, ge=0, le=1440)
    usual_opens: int = Field(default=9 * 60, ge=0, le=1440)
    usual_closes: int = Field(default=18 * 60, ge=0, le=1440)
