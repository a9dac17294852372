"""Who has a role in a convention: listed, given and taken away by the organiser."""

from sqlmodel import select

from server.accounts.tables import Person
from server.database import reading
from server.ids import new_id
from tests.api.conftest import Api, api_of, own
from tests.factories import Fair

PEOPLE = "/people"


def add(api: Api, email: str, role: str, **about: object) -> str:
    body = {"people": [{"email": email, "role": role, **about}]}
    answer = api.send("organiser", "POST", api.path(PEOPLE), body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["people"][0])


def roles(api: Api, query: str = "") -> dict[str, list[str]]:
    answer = api.send("organiser", "GET", api.path(f"{PEOPLE}{query}"))
    return {person["id"]: person["roles"] for person in answer.json()["items"]}


def test_all_roles_are_given_and_listed(api: Api) -> None:
    before = {str(api.people[who]): [who] for who in ("organiser", "staff", "viewer")}
    assert roles(api) == before
    kim = add(api, "Kim@People.example", "interpreter", name={"en": "Kim"}, country="KR")
    assert add(api, "kim@people.example", "speaker") == kim
    assert roles(api) == before | {kim: ["interpreter", "speaker"]}
    assert roles(api, "?role=speaker") == {kim: ["interpreter", "speaker"]}
    listed = api.send("organiser", "GET", api.path(f"{PEOPLE}?role=interpreter")).json()["items"]
    assert listed == [
        {
            "id": kim,
            "name": {"en": "Kim"},
            "email": "kim@people.example",
            "phone": None,
            "country": "KR",
            "zone": "Asia/Seoul",
            "roles": ["interpreter", "speaker"],
        }
    ]


def test_the_list_goes_page_by_page(api: Api) -> None:
    seen: list[str] = []
    page = {"next": ""}
    while page["next"] is not None:
        after = f"&after={page['next']}" if page["next"] else ""
        page = api.send("organiser", "GET", api.path(f"{PEOPLE}?limit=2{after}")).json()
        seen += [person["id"] for person in page["items"]]
    assert seen == sorted(str(api.people[who]) for who in ("organiser", "staff", "viewer"))


def test_a_role_that_is_taken_away_is_gone(api: Api) -> None:
    viewer = str(api.people["viewer"])
    answer = api.send("organiser", "DELETE", api.path(f"{PEOPLE}/{viewer}/roles/viewer"))
    assert (answer.status_code, answer.json()) == (200, {"person": viewer, "roles": []})
    again = api.send("organiser", "DELETE", api.path(f"{PEOPLE}/{viewer}/roles/viewer"))
    assert again.status_code == 404
    api.house.parts.doorkeeper.forget()  # what it knows it keeps for a second
    assert api.send("viewer", "GET", api.path("")).status_code == 404
    with reading(api.fair.engine) as db:
        changed = db.exec(select(Person.rights_changed_at).where(Person.id == api.people["viewer"])).one()
    assert changed is not None, "live connections are closed by this"


def test_the_last_organiser_stays(api: Api) -> None:
    me = api.people["organiser"]
    path = api.path(f"{PEOPLE}/{me}/roles/organiser")
    answer = api.send("organiser", "DELETE", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_one")
    add(api, "second@people.example", "organiser")
    assert api.send("organiser", "DELETE", path).status_code == 200


def test_roles_of_another_convention_are_not_there(api: Api, elsewhere: Fair) -> None:
    other = api.send(
        "organiser",
        "POST",
        "/api/v1/conventions/smc-2021/people",
        {"people": [{"email": "other@people.example", "role": "viewer"}]},
    ).json()["people"][0]
    assert other not in roles(api)
    assert api.send("organiser", "DELETE", api.path(f"{PEOPLE}/{other}/roles/viewer")).status_code == 404


def test_only_the_organiser_sees_and_gives_roles(api: Api) -> None:
    asked = [("GET", PEOPLE), ("POST", PEOPLE), ("DELETE", f"{PEOPLE}/{new_id()}/roles/viewer")]
    for who, status in (("staff", 403), ("buyer", 404), ("exhibitor", 404), ("viewer", 404), ("foreigner", 404)):
        for method, path in asked:
            assert api.send(who, method, api.path(path), {"people": []}).status_code == status, (who, path)


def test_what_is_known_of_somebody_is_not_overwritten(api: Api) -> None:
    add(api, "lee@people.example", "viewer", name={"en": "Lee"})
    add(api, "lee@people.example", "speaker", name={"en": "Somebody else"}, country="KR")
    listed = api.send("organiser", "GET", api.path(f"{PEOPLE}?role=speaker")).json()["items"][0]
    assert (listed["name"], listed["country"]) == ({"en": "Lee"}, "KR")


def test_lists_are_read_from_either_database(fair: Fair) -> None:
    with api_of(fair) as api:
        own(fair, api.people["organiser"])
        assert api.send("organiser", "POST", api.path("/invitations"), {"all": True}).json()["made"] == 3
        lists = ("/people?role=viewer", "/invitations?state=made", "/parties", "/findings")
        found = [api.send("organiser", "GET", api.path(path)).json() for path in lists]
        assert [len(page["items"] if isinstance(page, dict) else page) for page in found] == [1, 3, 2, 0]
        kept = api.send("organiser", "GET", "/api/v1/host/audit?action=invitation.added").json()
        assert len(kept["items"]) == 3
        assert api.send("organiser", "GET", "/api/v1/host/audit.csv").text.count("invitation.added") == 3
