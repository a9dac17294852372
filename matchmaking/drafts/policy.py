"""What an automatic schedule is asked for. Every rule has a default that suits a four-day online fair."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MOST = 1000
A_DAY = 24 * 60


class WishWeights(BaseModel):
    """What wishes are worth: each side's own, and `mutual` besides where both wish it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    must_meet: int = Field(default=5, ge=1, le=MOST)
    meet: int = Field(default=2, ge=1, le=MOST)
    mutual: int = Field(default=4, ge=0, le=MOST)


class SchedulePolicy(BaseModel):
    """How a schedule is made and judged. Times of day are minutes after local midnight.

    `judged`: "lexicographic" gives up no wish for comfort, "weighted" may, at the price of an idle gap and of a hundred
    points of discomfort in units of weight. `least`, `most`, `most_a_day` hold for parties that said nothing of their
    own. `without_interpreter`: a meeting for which none is found is set all the same. `lines`: meetings online at once,
    None for any number. `turn_requests`: open requests become wishes, and give back the time that they hold.
    `effort`: how long to look for something better.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    judged: Literal["lexicographic", "weighted"] = "lexicographic"
    price_of_gap: float = Field(default=0.5, ge=0, le=MOST)
    price_of_discomfort: float = Field(default=1.0, ge=0, le=MOST)
    weights: WishWeights = WishWeights()
    least: int = Field(default=0, ge=0, le=MOST)
    most: int | None = Field(default=None, ge=1, le=MOST)
    most_a_day: int | None = Field(default=None, ge=1, le=MOST)
    easy_opens: int = Field(default=10 * 60, ge=0, le=A_DAY)
    easy_closes: int = Field(default=17 * 60, ge=0, le=A_DAY)
    without_interpreter: bool = True
    change_minutes: int = Field(default=10, ge=0, le=120)
    lines: int | None = Field(default=None, ge=1, le=100_000)
    turn_requests: bool = True
    effort: Literal["quick", "usual", "thorough"] = "usual"
