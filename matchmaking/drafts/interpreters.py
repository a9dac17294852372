"""The convention's interpreters as a schedule needs them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from matchmaking.calendar import Rules
from matchmaking.drafts import presence, standing
from matchmaking.drafts.presence import Offered, Presence
from matchmaking.drafts.standing import Held, Standing
from matchmaking.interpreting.tables import InterpreterBlock
from matchmaking.schedule.curve import Curve
from matchmaking.schedule.problem import Helper, Mask
from matchmaking.tables import Interpreter, LanguagePair


def interpreters_of(
    db: Session,
    convention_id: UUID,
    rules: Rules,
    offered: Offered,
    curve: Curve,
    parties: Mapping[UUID, int],
    stands: Standing,
) -> tuple[Helper, ...]:
    """All who can be booked, in the order of their ids; `parties` are those of the problem, by index.

    An interpreter whom a party brought that is none of these is left out.
    """
    query = select(Interpreter).where(Interpreter.convention_id == convention_id, col(Interpreter.active))
    rows = [
        row
        for row in db.exec(query.order_by(col(Interpreter.person_id)))
        if row.participation_id is None or row.participation_id in parties
    ]
    people = [row.person_id for row in rows]
    pairs = _pairs(db, convention_id)
    blocks = _blocks(db, convention_id)
    there = presence.presences(db, convention_id, people, offered, curve, ())
    resources = people + [block.id for of_one in blocks.values() for block in of_one]
    taken = presence.taken(db, resources, offered)
    found = []
    for row in rows:
        reserved = {block.id: block for block in blocks[row.person_id]}
        held = stands.interpreted[row.person_id]
        # Hours of a block are taken by the block; what is taken of the block itself is taken.
        busy = presence.union(mask for holder, mask in taken[row.person_id].items() if holder not in reserved)
        busy |= presence.union(mask for block in reserved for mask in taken[block].values())
        busy |= presence.union(offered.reach(one.draft_slot) for one in held)
        # In the hours of a block only meetings of its party that lie in it whole.
        whole = {block.id: _whole(block, offered) for block in reserved.values()}
        busy |= presence.union(_touched(block, offered) & ~whole[block.id] for block in reserved.values())
        busy |= presence.union(whole[block.id] for block in reserved.values() if block.participation_id not in parties)
        hours = there.get(row.person_id, Presence()).there | presence.union(whole.values())
        found.append(
            Helper(
                person=row.person_id,
                free=hours & ~busy,
                pairs=frozenset(pairs[row.person_id]),
                daily_minutes=row.daily_minutes,
                blocks=_reserved(reserved.values(), offered, parties),
                only_for=None if row.participation_id is None else parties[row.participation_id],
                booked=standing.minutes_by_day(held, rules, offered.days),
                busy=presence.union(_slot_of(one, offered) for one in held),
            )
        )
    return tuple(found)


def _pairs(db: Session, convention_id: UUID) -> defaultdict[UUID, set[tuple[str, str]]]:
    pairs: defaultdict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for row in db.exec(select(LanguagePair).where(LanguagePair.convention_id == convention_id)):
        pairs[row.person_id].add((row.source, row.target))
    return pairs


def _blocks(db: Session, convention_id: UUID) -> defaultdict[UUID, list[InterpreterBlock]]:
    blocks: defaultdict[UUID, list[InterpreterBlock]] = defaultdict(list)
    for row in db.exec(select(InterpreterBlock).where(InterpreterBlock.convention_id == convention_id)):
        blocks[row.person_id].append(row)
    return blocks


def _reserved(blocks: Iterable[InterpreterBlock], offered: Offered, parties: Mapping[UUID, int]) -> dict[int, Mask]:
    """Party -> the slots in which somebody is reserved for it."""
    reserved: dict[int, Mask] = {}
    for block in blocks:
        if block.participation_id in parties:
            party = parties[block.participation_id]
            reserved[party] = reserved.get(party, 0) | _whole(block, offered)
    return reserved


def _whole(block: InterpreterBlock, offered: Offered) -> Mask:
    """The slots that lie in the block."""
    within = (block.starts_at <= slot.starts_at and slot.ends_at <= block.ends_at for slot in offered.slots)
    return sum(1 << s for s, one in enumerate(within) if one)


def _touched(block: InterpreterBlock, offered: Offered) -> Mask:
    """The slots of which a part lies in the block."""
    part = (slot.starts_at < block.ends_at and block.starts_at < slot.ends_at for slot in offered.slots)
    return sum(1 << s for s, one in enumerate(part) if one)


def _slot_of(held: Held, offered: Offered) -> Mask:
    return sum(1 << s for s, slot in enumerate(offered.slots) if slot.starts_at == held.starts_at)
