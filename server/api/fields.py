"""Fields that several bodies have in common, bounded and checked in one place."""

from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from server.zones import is_zone

AnyTime = TypeVar("AnyTime", date, datetime)


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("this is no IANA time zone")
    return name


def _shown_everywhere(time: AnyTime) -> AnyTime:
    """In another zone, the first and the last day there are would lie outside of the calendar."""
    if not 1 < time.year < 9999:
        raise ValueError("this year is out of reach")
    return time


Text = Annotated[str, StringConstraints(min_length=1, max_length=120)]
# Text by language (ISO 639-1), and under "original" the original's language.
Name = Annotated[
    dict[Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}|original)$", max_length=8)], Text],
    Field(min_length=1, max_length=12),
]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", max_length=254, to_lower=True)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ().-]{3,39}$", max_length=40)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", max_length=2)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$", max_length=3)]
Languages = Annotated[tuple[Language, ...], Field(max_length=20)]
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Time = Annotated[datetime, AfterValidator(_shown_everywhere)]
LocalDate = Annotated[date, AfterValidator(_shown_everywhere)]
Instant = Annotated[AwareDatetime, AfterValidator(_shown_everywhere)]
