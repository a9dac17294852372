"""Ways to join: whose they are to set."""

from server.accounts.actors import SYSTEM
from server.conventions.commands import add_role
from tests.api.conftest import Api

OURS = {"channel": "zoom", "kind": "link", "value": "https://zoom.us/j/1"}


def test_who_also_works_for_the_convention_sets_no_more_than_their_party_s(api: Api) -> None:
    """An exhibitor's administrator who lends a hand as staff."""
    api.fair.perform(SYSTEM, add_role, api.people["exhibitor"], "staff")
    said = {
        party: api.send("exhibitor", "PUT", api.path("/instructions"), {**OURS, **({"party": party} if party else {})})
        for party in ("", str(api.buyer.id), str(api.exhibitor.id))
    }
    assert [answer.status_code for answer in said.values()] == [403, 403, 200]


def test_the_organiser_sets_everybody_s(api: Api) -> None:
    for party in ({}, {"party": str(api.buyer.id)}):
        assert api.send("organiser", "PUT", api.path("/instructions"), {**OURS, **party}).status_code == 200
