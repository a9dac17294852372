"""Whatever people call themselves is shown as text, in attributes and scripts' data too."""

from playwright.sync_api import Page, expect
from sqlmodel import Session

from matchmaking.tables import Representative
from server.accounts.permissions import RoleName
from server.accounts.tables import HostRole, Person
from server.conventions.tables import Venue
from server.database import writing
from tests.factories import Fair
from tests.web.conftest import enter, open_everything
from tests.web.site import Site

EVIL = "\"'><img src=x onerror=alert(1)></script>{{7*7}}"
NAME = {"en": EVIL, "original": "en"}


def test_names_are_text_on_every_page(site: Site, page: Page, sqlite_fair: Fair) -> None:
    party = sqlite_fair.exhibitor()
    site.name(party, NAME, person=EVIL)
    with writing(sqlite_fair.engine) as connection, Session(connection) as db:
        seat = db.get_one(Representative, (sqlite_fair.id, party.people[0]))
        seat.admin = True
        who = db.get_one(Person, site.organiser)
        who.name, who.position = NAME, EVIL
        venue = Venue(host_id=sqlite_fair.host_id, name=NAME, zone="Asia/Seoul", created_at=sqlite_fair.clock.now())
        owner = HostRole(host_id=sqlite_fair.host_id, person_id=site.organiser, role=RoleName.OWNER)
        db.add_all([seat, who, venue, owner])
        db.flush()
    site.organiser_api.post("/invitations", {"all": True})
    enter(page, site, site.organiser)
    pages = ["/account", "/c/smc-2020/people", f"/c/smc-2020/party?party={party.id}", "/host", "/host/trail"]
    shown = {}
    for path in pages:
        page.goto(site.url + path)
        open_everything(page)
        expect(page.locator("main img[src=x]")).to_have_count(0)
        shown[path] = EVIL in page.locator("main").inner_text()
        names = "[...document.querySelectorAll('[data-names]')].map((field) => JSON.parse(field.dataset.names).en)"
        assert set(page.evaluate(names)) <= {EVIL}
    assert shown == dict.fromkeys(pages, True)
