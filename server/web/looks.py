"""What imports left to be looked at, party by party, with what the organiser would confirm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from matchmaking.tables import Participation
from server.accounts.permissions import May
from server.api.door import Desk
from server.api.parties import Finding, list_findings


@dataclass(frozen=True, slots=True)
class Look:
    """A party that needs a look. `country` and `zone` are what its form begins with."""

    party: UUID
    name: Mapping[str, Any]
    country: str
    zone: str
    findings: tuple[Finding, ...]


def looks(desk: Desk) -> list[Look]:
    """The parties that wait for the organiser, in the order of their sheet; for others there are none."""
    if not desk.actor.may(May.MANAGE_PARTIES):
        return []
    found: dict[UUID, list[Finding]] = {}
    for finding in list_findings(desk):
        found.setdefault(finding.party, []).append(finding)
    query = (
        select(Participation).where(Participation.convention_id == desk.convention_id).order_by(col(Participation.id))
    )
    with desk.reading() as db:
        waiting = [party for party in db.exec(query) if party.needs_look]
    order = {party: place for place, party in enumerate(found)}
    waiting.sort(key=lambda party: order.get(party.id, len(order)))
    return [_look(party, found.get(party.id, [])) for party in waiting]


def _look(party: Participation, findings: list[Finding]) -> Look:
    return Look(
        party=party.id,
        name=party.name,
        country=party.country or _proposed(findings, "country"),
        zone=party.zone or _proposed(findings, "zone"),
        findings=tuple(findings),
    )


def _proposed(findings: list[Finding], field: str) -> str:
    return next((str(f.proposal[field]) for f in findings if f.proposal and f.proposal.get(field)), "")
