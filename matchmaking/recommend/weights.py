"""What counts how much in a suggestion: a convention's own choice."""

from pydantic import BaseModel, ConfigDict, Field

_MOST = 1000


def _points(usual: int) -> int:
    points: int = Field(default=usual, ge=0, le=_MOST)
    return points


class MatchWeights(BaseModel):
    """Points for each thing that speaks for two parties to meet; together they are 100 per cent.

    The defaults put what is sought and offered before all else (half of all points with free texts), then whether the
    two can talk at all (language, hours, channel: a quarter), then markets and terms, then what they have done.
    `declined` is taken off. A thing that one of them has not said adds nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    supply: int = _points(38)  # what one needs is what the other offers, by the taxonomy
    texts: int = _points(12)  # what one looks for in free words is what the other says of itself
    markets: int = _points(10)  # one is in a country where the other wants to do business
    languages: int = _points(12)  # they share a language
    hours: int = _points(8)  # there are hours in which both are awake and there
    channels: int = _points(4)  # both can use one channel
    certifications: int = _points(5)  # one holds what the other asks for
    size: int = _points(2)  # one is of a size that the other looks for
    volumes: int = _points(4)  # they do business of the same size
    earlier: int = _points(2)  # they have met at another of the host's conventions
    views: int = _points(2)  # the reader has looked at the other
    sessions: int = _points(1)  # they were at the same sessions
    declined: int = _points(30)  # one of them has declined the other

    @property
    def total(self) -> int:
        """All points that can be had."""
        return sum(points for name, points in self if name != "declined")
