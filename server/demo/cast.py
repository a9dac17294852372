"""Who takes part: the sheets' exhibitors and buyers, and viewers from 74 countries."""

import random
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple
from uuid import UUID

from babel.core import get_global

from server.demo.stage import Player, Stage

VIEWERS = 400
CITIZENS = 20  # of Seongnam, who sit with the speaker in the media centre
# With the buyers' 19 these are 74, the countries that SMC 2020 was streamed to; which they were is not published.
VIEWER_COUNTRIES = (
    "AR AT AU AZ BD BE BG BY CA CH CL CO CZ DE DK EC EE EG ES ET FI FR GB GE GH GR HK HR HU IE IL IN IR IT JO KE KH"
    " KR KW LA LK LT LV MA MX NG NL NO NZ OM PE PK PL PT QA"
)


class Wish(NamedTuple):
    """What a buyer wishes by the organiser's sheet."""

    buyer: UUID
    exhibitor: UUID
    wanted: bool


@dataclass(frozen=True)
class Cast:
    """Everybody, by party and person."""

    organiser: Player
    exhibitors: dict[UUID, Any]
    buyers: dict[UUID, Any]
    viewers: list[UUID]
    wishes: list[Wish]

    @property
    def citizens(self) -> list[UUID]:
        """Who sits on stage at public lectures."""
        return self.viewers[-CITIZENS:]

    def people_of(self, party: UUID) -> list[UUID]:
        """The persons of a party, the lead first."""
        found = self.exhibitors.get(party) or self.buyers[party]
        return [UUID(person["id"]) for person in found["people"]]


def sheet(name: str) -> bytes:
    """One of the organiser's sheets that come with madang."""
    return files("server").joinpath("demo_data", name).read_bytes()


async def import_sheets(stage: Stage, organiser: Player) -> list[dict[str, Any]]:
    """Import the three sheets as the organiser would; the reports."""
    reports = []
    for kind, name in (("exhibitors", "exhibitors.xlsx"), ("buyers", "buyers.csv"), ("wishes", "wishes.csv")):
        upload = {"file": (name, sheet(name), "application/octet-stream")}
        reports.append(await stage.must(organiser, "POST", f"/imports/{kind}", files=upload))
    return reports


async def confirm_all(stage: Stage, organiser: Player) -> int:
    """Confirm what needed a look with what the import proposes; how many parties."""
    findings = await stage.must(organiser, "GET", "/findings")
    proposals: dict[str, dict[str, str]] = {}
    for finding in findings:
        party = proposals.setdefault(finding["party"], {})
        proposal = finding["proposal"] or {}
        party.update({key: proposal[key] for key in ("zone", "country") if proposal.get(key)})
    for party_id, body in proposals.items():
        await stage.must(organiser, "POST", f"/parties/{party_id}/confirm", body)
    return len(proposals)


async def gather_cast(stage: Stage, organiser: Player) -> Cast:
    """Read who was imported, add the viewers, and read the wishes."""
    parties = await stage.pages(organiser, "/parties")
    exhibitors = {UUID(party["id"]): party for party in parties if party["offers"]}
    buyers = {UUID(party["id"]): party for party in parties if party["seeks"]}
    viewers = await _add_viewers(stage, organiser)
    said = await stage.pages(organiser, "/wishes")
    wishes = [Wish(UUID(one["by"]), UUID(one["about"]), one["wish"] != "no_thanks") for one in said]
    return Cast(organiser, exhibitors, buyers, viewers, wishes)


async def _add_viewers(stage: Stage, organiser: Player) -> list[UUID]:
    countries = VIEWER_COUNTRIES.split()
    of_all = [countries[number % len(countries)] for number in range(VIEWERS)] + ["KR"] * CITIZENS
    people = [_viewer(number, country, stage.rng) for number, country in enumerate(of_all)]
    answer = await stage.must(organiser, "POST", "/people", {"people": people})
    return [UUID(person) for person in answer["people"]]


def _viewer(number: int, country: str, rng: random.Random) -> dict[str, Any]:
    zones: list[str] = get_global("territory_zones")[country]
    return {
        "email": f"viewer{number + 1}@viewer.example",
        "role": "viewer",
        "country": country,
        "zone": rng.choice(zones),
    }
