"""The figures over HTTP, and those from elsewhere beside them."""

from typing import Any
from uuid import uuid4

from tests.api.conftest import Api
from tests.sessions.programme import talk

REPORTED = "/figures/reported"
SOURCE = "YouTube Studio"


def enter(api: Api, who: str = "staff", **changed: Any) -> Any:
    usual = {"name": "views", "value": 18_250, "source": SOURCE, "as_of": "2020-11-09T09:00:00"}
    answer = api.send(who, "POST", api.path(REPORTED), {**usual, **changed})
    assert answer.status_code == 201, answer.text
    return answer.json()


def listed(api: Api) -> Any:
    return api.send("organiser", "GET", api.path(REPORTED)).json()


def test_figures_from_elsewhere_stand_with_source_time_and_who_until_they_are_taken_back(api: Api) -> None:
    before = api.send("organiser", "GET", api.path("/figures")).json()["figures"]
    session = str(talk(api.fair).id)
    before["sessions"]["scheduled"] += 1
    whole, of_one = enter(api), enter(api, name="peak", as_of="2020-11-09T03:00:00+01:00", session=session)
    about = {"entered_by": str(api.people["staff"]), "entered_at": "2020-11-02T00:00:00Z", "version": 1}
    views = {"id": whole["id"], "session": None, "name": "views", "value": 18_250, "as_of": "2020-11-09T00:00:00Z"}
    peak = {"id": of_one["id"], "session": session, "name": "peak", "value": 18_250, "as_of": "2020-11-09T02:00:00Z"}
    assert (whole, of_one) == ({**views, **about}, {**peak, **about})
    assert listed(api) == [{**views, **about, "source": SOURCE}, {**peak, **about, "source": SOURCE}]
    assert api.send("organiser", "GET", api.path("/figures")).json()["figures"] == before, "they are added to nothing"
    gone = api.send("staff", "DELETE", api.path(f"{REPORTED}/{whole['id']}"))
    assert gone.json() == {"id": whole["id"], "gone": True}
    assert [figure["id"] for figure in listed(api)] == [of_one["id"]]
    assert api.send("staff", "DELETE", api.path(f"{REPORTED}/{whole['id']}")).status_code == 409
    assert api.send("staff", "DELETE", api.path(f"{REPORTED}/{uuid4()}")).status_code == 404


def test_figure_without_source_or_with_a_number_below_nothing_is_refused(api: Api) -> None:
    usual = {"name": "views", "value": 7, "source": SOURCE, "as_of": "2020-11-09T09:00:00"}
    for changed in ({"source": " "}, {"value": -1}, {"name": "likes"}, {"as_of": "yesterday"}):
        assert api.send("staff", "POST", api.path(REPORTED), {**usual, **changed}).status_code == 422
    assert listed(api) == []


def test_every_figure_comes_with_its_definition(api: Api) -> None:
    told = api.send("organiser", "GET", api.path("/figures")).json()
    assert set(told["figures"]) <= set(told["definitions"])
    assert {"guests", "watch_minutes", "outside"} <= set(told["figures"])
