from datetime import timedelta

from sqlmodel import select

from matchmaking.recommend.tables import PartyView
from matchmaking.recommend.views import View, count_views
from server.accounts.actors import SYSTEM
from server.database import reading
from server.ids import new_id
from tests.factories import Fair


def test_views_add_up_and_those_of_nobody_are_left_out(fair: Fair) -> None:
    clinic, agency = fair.exhibitor(), fair.buyer()
    now = fair.clock.now()
    later = now + timedelta(minutes=20)
    fair.perform(SYSTEM, count_views, [View(agency.id, clinic.id, 2, now), View(new_id(), clinic.id, 1, now)])
    fair.perform(SYSTEM, count_views, [View(agency.id, clinic.id, 1, later)])
    with reading(fair.engine) as db:
        [row] = db.exec(select(PartyView)).all()
    assert (row.convention_id, row.by_id, row.about_id) == (fair.id, agency.id, clinic.id)
    assert (row.times, row.last_at) == (3, later)
    assert fair.told() == []
