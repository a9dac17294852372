"""The hours of many people at once. What people say repeats, so it is expanded over the local dates once for each way
of saying it, and joined to the people inside the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import JSON, Column, Connection, Date, Dialect, Integer, MetaData, String, Table, Uuid, bindparam, text

from matchmaking.availability import Said, local_days
from matchmaking.calendar import Rules
from server.imports.bulk import Load, load
from server.imports.changes import Hours

_METADATA = MetaData()
_ARRIVAL = Table(
    "arrival",
    _METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("zone", String),
    Column("way", Integer),
    prefixes=["TEMPORARY"],
)
_WAY = Table(
    "way",
    _METADATA,
    Column("way", Integer, primary_key=True, autoincrement=False),
    Column("local_date", Date, primary_key=True),
    Column("mode", String),
    Column("hours", JSON),
    Column("source", String),
    prefixes=["TEMPORARY"],
)
# CROSS JOIN keeps SQLite at the people's order, which is that of the primary key.
_EXPAND = text(
    "INSERT INTO availability (convention_id, person_id, local_date, mode, zone, hours, source)"
    " SELECT :convention, arrival.person_id, way.local_date, way.mode, arrival.zone, way.hours, way.source"
    " FROM arrival CROSS JOIN way WHERE way.way = arrival.way"
).bindparams(bindparam("convention", type_=Uuid()))


class HoursLoad:
    """Hours, ready to go."""

    def __init__(self, dialect: Dialect, hours: Sequence[Hours], rules: Rules) -> None:
        numbers: dict[Said, int] = {}
        people = [
            {"person_id": person, "zone": zone, "way": numbers.setdefault(said, len(numbers))}
            for person, zone, said in sorted(hours)
        ]
        ways = [{"way": number, **day._asdict()} for said, number in numbers.items() for day in local_days(said, rules)]
        self._loads: list[Load] = [load(dialect, _ARRIVAL, people), load(dialect, _WAY, ways)]

    def run(self, connection: Connection, convention_id: UUID) -> None:
        """Insert them. Nobody among them may have any."""
        _METADATA.create_all(connection, checkfirst=False)
        for each in self._loads:
            each.run(connection)
        connection.execute(_EXPAND, {"convention": convention_id})
        _METADATA.drop_all(connection, checkfirst=False)
