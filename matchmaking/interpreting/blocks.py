"""Hours of an interpreter that are one party's alone: its meetings in them take the block, one at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from matchmaking.booking import occupy_if_free, release
from matchmaking.errors import BadCalendar, NotAllowed, NotFound
from matchmaking.interpreting.errors import CannotInterpret
from matchmaking.interpreting.events import BlockRecord, BlockReleased, BlockReserved, Gone
from matchmaking.interpreting.helper import Obstacle
from matchmaking.interpreting.review import review
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.ports import Work
from matchmaking.slots import CELL_SECONDS, cells
from matchmaking.tables import Interpreter, Occupancy, Participation

LONGEST_HOURS = 24


def reserve(work: Work, *, person_id: UUID, party_id: UUID, starts_at: datetime, ends_at: datetime) -> BlockRecord:
    """Reserve hours of an interpreter for one party.

    Raises:
        NotAllowed, NotFound, BadCalendar (hours that are over, or none, or off the 5 minutes), CannotInterpret.
    """
    if not work.actor.staff:
        raise NotAllowed
    interpreter = work.db.get(Interpreter, (work.convention_id, person_id))
    party = work.db.get(Participation, party_id)
    if interpreter is None or not interpreter.active or party is None or party.convention_id != work.convention_id:
        raise NotFound
    if interpreter.participation_id not in (None, party_id):
        raise CannotInterpret(reason=Obstacle.OTHERS_OWN)
    hours = (ends_at - starts_at).total_seconds() / 3600
    on_grid = all(instant.timestamp() % CELL_SECONDS == 0 for instant in (starts_at, ends_at))
    if not (work.now < ends_at and 0 < hours <= LONGEST_HOURS and on_grid):
        raise BadCalendar("A block is of some hours to come, at most a day, on whole 5 minutes.")
    block = InterpreterBlock(
        id=work.new_id(),
        convention_id=work.convention_id,
        person_id=person_id,
        participation_id=party_id,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=work.now,
    )
    if not occupy_if_free(work, block.id, person_id, cells(starts_at, ends_at)):
        raise CannotInterpret(reason=Obstacle.BUSY)
    work.db.add(block)
    record = block_record(block)
    work.record(BlockReserved(block=record), _topics(record))
    return record


def give_back(work: Work, block_id: UUID) -> BlockRecord:
    """Hours are nobody's in particular again. Meetings to come in them keep the interpreter, as far as rules allow.

    Raises:
        NotAllowed, NotFound.
    """
    if not work.actor.staff:
        raise NotAllowed
    block = work.db.get(InterpreterBlock, block_id)
    if block is None or block.convention_id != work.convention_id:
        raise NotFound
    record = _give_back(work, block)
    review(work, record.person)
    return record


def give_back_all(work: Work, person_id: UUID) -> None:
    """An interpreter who is withdrawn is reserved for nobody."""
    query = select(InterpreterBlock).where(
        InterpreterBlock.convention_id == work.convention_id, InterpreterBlock.person_id == person_id
    )
    for block in work.db.exec(query).all():
        _give_back(work, block)


def _give_back(work: Work, block: InterpreterBlock) -> BlockRecord:
    record = block_record(block)
    work.db.delete(block)
    work.db.exec(delete(Occupancy).where(col(Occupancy.resource_id) == record.id))
    release(work, record.id)
    work.record(BlockReleased(block=Gone(id=record.id)), _topics(record))
    return record


def blocks(db: Session, convention_id: UUID) -> Sequence[InterpreterBlock]:
    """The blocks that the session shows, in the order of time."""
    query = select(InterpreterBlock).where(InterpreterBlock.convention_id == convention_id)
    return db.exec(query.order_by(col(InterpreterBlock.starts_at), col(InterpreterBlock.id))).all()


def block_record(block: InterpreterBlock) -> BlockRecord:
    """A block as readers see it."""
    return BlockRecord(
        id=block.id,
        person=block.person_id,
        party=block.participation_id,
        starts_at=block.starts_at,
        ends_at=block.ends_at,
    )


def _topics(block: BlockRecord) -> list[str]:
    return ["organiser", f"party:{block.party}", f"person:{block.person}"]
