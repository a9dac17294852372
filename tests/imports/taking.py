"""What tests of imports share: taking a sheet as the organiser does, and looking at every row there is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import select

import server.imports.confirming
from matchmaking.queries import slots_for
from server.accounts.actors import SYSTEM
from server.database import metadata, reading
from server.imports.changes import ImportRecord
from server.imports.header import Kind
from server.imports.importing import Prepared, SheetFile, prepare, stage_here
from server.imports.reading import read_sheets
from server.imports.taking import take
from tests.factories import Fair
from tests.imports.sheets import DEMO, delimited

EXHIBITORS = ["기업명(국문)", "기업명(영문)", "담당자", "이메일", "주요품목", "상담 가능시간", "비고"]
BUYERS = ["국가", "도시", "회사명", "바이어명", "E-mail", "현지 상담가능시간", "화상툴"]
MIR = ["미르랩스", "Mir Labs", "윤주원", "yun@mir.example", "봉합사", "09:00~18:00", ""]
ULAANBAATAR = ["몽골", "울란바토르", "Gobi Clinic", "Bat", "bat@gobi.example", "09:00-18:00", "Zoom"]
NOWHERE = ["미국", "", "Acme", "Ann", "ann@acme.example", "09:00-18:00", ""]
SHEETS: dict[Kind, str] = {"exhibitors": "exhibitors.xlsx", "buyers": "buyers.csv", "wishes": "wishes.csv"}

Cells = list[list[str]]
Key = tuple[Any, ...]
Content = dict[str, dict[Key, dict[str, Any]]]


def prepared(fair: Fair, kind: Kind, data: bytes | Sequence[Sequence[object]]) -> Prepared:
    """A file, or rows of one, read and planned."""
    content = data if isinstance(data, bytes) else delimited(data).encode()
    return prepare(fair.engine, fair.id, SheetFile(kind, f"{kind}.csv", content), fair.clock.now(), read=stage_here)


def bring(fair: Fair, kind: Kind, data: bytes | Sequence[Sequence[object]]) -> ImportRecord:
    """Take a file, or rows of one."""
    return fair.perform(SYSTEM, take, prepared(fair, kind, data).plan)


def demo(kind: Kind) -> bytes:
    """The organiser's own sheet."""
    return (DEMO / SHEETS[kind]).read_bytes()


def cells_of(kind: Kind) -> Cells:
    """The rows of that sheet, the title and all, to be edited: `cells[row - 1][column]`."""
    sheets = read_sheets(demo(kind), SHEETS[kind])
    return [[str(cell) for cell in row] for row in sheets[-1].rows]


def everything(fair: Fair) -> Content:
    """Every row of every table, by table and primary key."""
    with reading(fair.engine) as db:
        return {
            name: {
                tuple(row[column.name] for column in table.primary_key): {str(key): value for key, value in row.items()}
                for row in db.connection().execute(select(table)).mappings()
            }
            for name, table in metadata().tables.items()
        }


def differences(before: Content, after: Content) -> dict[str, list[dict[str, tuple[Any, Any]]]]:
    """Table -> for each row that changed, came or went, {column: (before, after)}; "*" for rows that came or went."""
    changed: dict[str, list[dict[str, tuple[Any, Any]]]] = {}
    for name, rows in after.items():
        for key in before[name].keys() | rows.keys():
            old, new = before[name].get(key), rows.get(key)
            if old is None or new is None:
                changed.setdefault(name, []).append({"*": (old, new)})
            elif old != new:
                columns = {column: (old[column], new[column]) for column in new if old[column] != new[column]}
                columns.pop("found_by", None)  # follows from the others
                changed.setdefault(name, []).append(columns)
    return changed


def column(fair: Fair, table: str, name: str, **where: Any) -> list[Any]:
    """The values of one column of the rows that have these values, sorted by their text."""
    found = (row for row in everything(fair)[table].values() if all(row[key] == value for key, value in where.items()))
    return sorted((row[name] for row in found), key=str)


@contextmanager
def nothing_changes(fair: Fair) -> Iterator[None]:
    """Every row of every table is the same afterwards, and nothing was told."""
    before, events = everything(fair), fair.events()
    yield
    changed = differences(before, everything(fair))
    assert changed == {}, {name: rows[:2] for name, rows in changed.items()}
    assert fair.events() == events


def party_of(fair: Fair, name: str) -> UUID:
    """The party of that name, in any language."""
    parties = everything(fair)["participation"].values()
    (found,) = (row["id"] for row in parties if row["convention_id"] == fair.id and name in row["name"].values())
    assert isinstance(found, UUID)
    return found


def people_of(fair: Fair, name: str) -> list[UUID]:
    """The people with a seat for a party in their order, those who have left it behind the others."""
    seats = everything(fair)["representative"].values()
    own = [seat for seat in seats if seat["participation_id"] == party_of(fair, name)]
    return [seat["person_id"] for seat in sorted(own, key=lambda seat: (not seat["active"], seat["position"]))]


def slots(fair: Fair, one: UUID, other: UUID) -> int:
    """How many slots two parties have in common."""
    with reading(fair.engine) as db:
        return len(slots_for(db, fair.id, one, other, fair.clock.now()))


def confirm(fair: Fair, name: str, zone: str | None = None, *, proposed: bool = False) -> None:
    """Confirm a party by the organiser's command."""
    fair.perform(SYSTEM, server.imports.confirming.confirm, party_of(fair, name), zone, proposed=proposed)
