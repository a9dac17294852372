"""What a party says of itself for matching: what it offers and needs, of whom and how much."""

from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from matchmaking.errors import NotFound
from matchmaking.events import Record
from matchmaking.parties import changed
from matchmaking.ports import Work
from matchmaking.recommend.errors import UnknownCategory
from matchmaking.recommend.tables import Category
from matchmaking.recommend.taxonomy import Taxonomy
from matchmaking.tables import Participation

Size = Literal["micro", "small", "medium", "large"]
Volume = Literal["under_10k", "10k_100k", "100k_1m", "over_1m"]
VOLUMES: tuple[Volume, ...] = ("under_10k", "10k_100k", "100k_1m", "over_1m")

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Codes = Annotated[tuple[Code, ...], Field(max_length=50)]
Certificate = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Certificates = Annotated[tuple[Certificate, ...], Field(max_length=30)]
Texts = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^([a-z]{2,3}|original)$", max_length=8)],
        Annotated[str, StringConstraints(min_length=1, max_length=2000)],
    ],
    Field(max_length=12),
]


class MatchProfile(BaseModel):
    """What counts when parties are suggested to each other; everything may be left out.

    `offers` and `needs` are codes of the taxonomy. `size` is by people: micro up to 9, small 49, medium 249, large.
    `volumes` are what one order or contract is worth, in US dollars. `about` and `looking_for` are free texts by
    language.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    offers: Codes = ()
    needs: Codes = ()
    certifications: Certificates = ()
    certifications_wanted: Certificates = ()
    size: Size | None = None
    sizes_wanted: Annotated[tuple[Size, ...], Field(max_length=4)] = ()
    volumes: Annotated[tuple[Volume, ...], Field(max_length=4)] = ()
    about: Texts = {}
    looking_for: Texts = {}


NOTHING_SAID = MatchProfile()


class ProfileRecord(Record):
    """A party whose profile was set. `version` is the party's."""

    id: UUID
    version: int


def set_profile(work: Work, party_id: UUID, profile: MatchProfile) -> ProfileRecord:
    """Replace what a party says of itself. Who may do so is asked at the door.

    Raises:
        NotFound: no such party in this convention.
        UnknownCategory: codes that the taxonomy does not have; `fields` are where they stand, such as "needs.0".
    """
    party = work.db.get(Participation, party_id)
    if party is None or party.convention_id != work.convention_id:
        raise NotFound
    wanted: set[str] = {*profile.offers, *profile.needs}
    here = (Category.convention_id == work.convention_id, col(Category.code).in_(wanted))
    known = work.db.exec(select(Category.code).where(*here)).all()
    if unknown := wanted.difference(known):
        said = {"offers": profile.offers, "needs": profile.needs}
        places = [f"{name}.{n}" for name, codes in said.items() for n, code in enumerate(codes) if code in unknown]
        raise UnknownCategory(fields=places)
    party.matching = profile.model_dump(mode="json", exclude_defaults=True)
    changed(work, party)
    return ProfileRecord(id=party.id, version=party.version)


def profile_of(party: Participation) -> MatchProfile:
    """What a party has said of itself."""
    return MatchProfile.model_validate(party.matching) if party.matching else NOTHING_SAID


def offered(party: Participation, profile: MatchProfile, taxonomy: Taxonomy) -> frozenset[str]:
    """The terms a party offers: its own choice, else those that its category and products mean."""
    if profile.offers or not party.offers:
        return frozenset(profile.offers)
    named = [*filter(None, [party.category]), *party.products]
    return frozenset().union(*map(taxonomy.codes_of, [*named, *_texts(profile.about)]))


def needed(party: Participation, profile: MatchProfile, taxonomy: Taxonomy) -> frozenset[str]:
    """The terms a party needs: its own choice, else those that its interests and what it looks for mean."""
    if profile.needs:
        return frozenset(profile.needs)
    return frozenset().union(*map(taxonomy.codes_of, [*party.interests, *_texts(profile.looking_for)]))


def _texts(texts: Mapping[str, str]) -> list[str]:
    return [text for language, text in texts.items() if language != "original"]


def about_text(party: Participation, profile: MatchProfile) -> str:
    """All that a party says of itself in words."""
    return " ".join([party.category or "", *party.products, *_texts(profile.about)]).strip()


def wanted_text(party: Participation, profile: MatchProfile) -> str:
    """All that a party says in words of what it looks for."""
    return " ".join([*party.interests, *_texts(profile.looking_for)]).strip()
