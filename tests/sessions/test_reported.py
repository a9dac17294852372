from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from server.accounts.actors import SYSTEM, Actor
from server.accounts.permissions import RoleName
from server.clock import SteppedClock
from server.database import reading
from server.ids import new_id
from sessions.errors import NotAllowed, NotFound, WrongState
from sessions.events import Gone, ReportedRecord
from sessions.figures import figures
from sessions.reported import FigureName, report, reported, take_back
from sessions.tables import ReportedFigure
from tests.factories import BEFORE, Fair, make_fair, refused
from tests.sessions.programme import REAL, talk

KIM = Actor(new_id(), roles=frozenset({RoleName.STAFF}))
VIEWER = Actor(new_id(), roles=frozenset({RoleName.VIEWER}))
YESTERDAY = BEFORE - timedelta(days=1)
SOURCE = "YouTube Studio, 9 November"


def views(fair: Fair, value: int = 18_250, session_id: UUID | None = None, by: Actor = KIM) -> ReportedRecord:
    return fair.perform(
        by, report, name=FigureName.VIEWS, value=value, source=SOURCE, as_of=YESTERDAY, session_id=session_id
    )


def sources(fair: Fair) -> list[tuple[UUID, int, str]]:
    with reading(fair.engine) as db:
        return [(row.id, row.value, row.source) for row in reported(db, fair.id)]


def test_figure_from_elsewhere_has_source_time_and_who_and_is_added_to_nothing(fair: Fair) -> None:
    with reading(fair.engine) as db:
        before = figures(db, fair.id, REAL)
    record = views(fair)
    assert record == ReportedRecord(
        id=record.id,
        session=None,
        name="views",
        value=18_250,
        as_of=YESTERDAY,
        entered_by=KIM.person_id,
        entered_at=BEFORE,
        version=1,
    )
    assert sources(fair) == [(record.id, 18_250, SOURCE)]
    [event] = fair.events()
    assert (event.type, event.topics, SOURCE in event.data) == ("figure.reported", ("organiser",), False)
    with reading(fair.engine) as db:
        assert figures(db, fair.id, REAL) == before


def test_figure_may_be_of_one_session_of_this_programme(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    mine, theirs = talk(fair).id, talk(other).id
    assert views(fair, session_id=mine).session == mine
    for session_id in (theirs, new_id()):
        with refused(NotFound):
            views(fair, session_id=session_id)
    assert sources(other) == []


def test_figure_is_taken_back_once_and_its_row_stays(fair: Fair) -> None:
    kept, wrong = views(fair), views(fair, 182_500)
    assert fair.perform(KIM, take_back, wrong.id) == Gone(id=wrong.id)
    assert [figure for figure, _, _ in sources(fair)] == [kept.id]
    with refused(WrongState, subject="figure", state="taken_back"):
        fair.perform(KIM, take_back, wrong.id)
    assert fair.told() == ["figure.reported", "figure.reported", "figure.taken_back"]
    with reading(fair.engine) as db:
        rows = db.exec(select(ReportedFigure)).all()
    assert {(row.id, row.taken_back_at) for row in rows} == {(kept.id, None), (wrong.id, BEFORE)}


def test_only_who_works_for_the_convention_enters_figures(fair: Fair, clock: SteppedClock) -> None:
    record = views(fair, by=SYSTEM)
    with refused(NotAllowed):
        views(fair, by=VIEWER)
    with refused(NotAllowed):
        fair.perform(VIEWER, take_back, record.id)
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    for figure_id in (record.id, new_id()):
        with refused(NotFound):
            other.perform(KIM, take_back, figure_id)
    assert sources(fair) == [(record.id, 18_250, SOURCE)]
