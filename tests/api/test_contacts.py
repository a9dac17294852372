"""The people of a meeting and their contact data, as each of them is answered."""

from tests.accounts.test_contacts import SHARE, describe
from tests.api.conftest import Api


def test_the_contacts_of_a_meeting(api: Api) -> None:
    fair = api.fair
    buyer, exhibitor = api.people["buyer"], api.people["exhibitor"]
    for person in (buyer, exhibitor):
        describe(fair, person)
    meeting = fair.meet(api.buyer, api.exhibitor)
    path = api.path(f"/meetings/{meeting}/contacts")

    def addresses(who: str) -> dict[str, str | None]:
        return {one["id"]: one["email"] for one in api.send(who, "GET", path).json()}

    mine, theirs = f"{buyer}@example.org", f"{exhibitor}@example.org"
    assert addresses("buyer") == {str(buyer): mine, str(exhibitor): None}
    for who in ("buyer", "exhibitor"):
        api.send(who, "PUT", api.path("/consents"), {SHARE: True})
    assert addresses("buyer") == addresses("exhibitor") == {str(buyer): mine, str(exhibitor): theirs}
    assert addresses("organiser") == {str(buyer): mine, str(exhibitor): theirs}
    told = api.send("buyer", "GET", path).json()
    assert {(one["party"], one["role"], one["name"]["en"]) for one in told} == {
        (str(api.buyer.id), "lead", "Kim"),
        (str(api.exhibitor.id), "lead", "Kim"),
    }
    shown = api.send("buyer", "GET", api.path(f"/parties/{api.exhibitor.id}")).json()
    assert shown["people"][0]["email"] == theirs
    assert api.send("viewer", "GET", api.path(f"/parties/{api.exhibitor.id}")).json()["people"] == []
    api.send("exhibitor", "PUT", api.path("/consents"), {SHARE: False})
    assert addresses("buyer") == {str(buyer): mine, str(exhibitor): None}
