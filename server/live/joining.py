"""Bringing a reader up to date: by a snapshot, by the events it has missed, and back into the fan-out.

A task does this for each reader that is behind, and only then. Its last step, the newest events and the entry
into the fan-out, happens without giving up the event loop, so nothing can come between.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from server.live import frames
from server.live.channel import INTERNAL_ERROR
from server.live.frames import FRAGMENT
from server.live.reader import NOTHING, Interest, Reader, Request, without
from server.live.ring import Entry

if TYPE_CHECKING:
    from server.live.hub import Hub

logger = logging.getLogger(__name__)

GAP_TOO_LARGE = "gap_too_large"
AHEAD = "ahead_of_log"
# Events read from the log at a time.
PAGE = 500


async def drive(hub: "Hub", reader: Reader) -> None:
    """Work until the reader is live, stalls, or follows nothing."""
    try:
        while reader.open and reader.flush():
            if reader.requests:
                await _admit(hub, reader, reader.requests[0])
                if reader.requests:
                    reader.requests.popleft()
                reader.requests = reader.requests or None
            elif reader.live or not reader.topics:
                return
            elif reader.position >= reader.channel.boundary.value:
                if lost := [topic for topic in reader.told if not reader.channel.sayings.has_after(reader.told[topic])]:
                    await _say_again(hub, reader, lost)
                else:
                    _go_live(reader)
            else:
                await _catch_up(hub, reader)
    except Exception:
        logger.exception("a reader of %s could not be brought up to date", reader.channel.convention_id)
        hub.refuse(reader, "unavailable", "The stream is interrupted. Connect again.")
        hub.close(reader, INTERNAL_ERROR, "internal error")
    finally:
        reader.driver = None


async def _admit(hub: "Hub", reader: Reader, request: Request) -> None:
    """Take one topic in: refused, by a snapshot, or from the number the client gave."""
    channel, topic = reader.channel, request.topic
    if request.cancelled:
        return
    if topic in reader.topics:
        channel.leave(reader)
    keys = await hub.topics.open(reader.actor, channel.convention_id, topic)
    if request.cancelled:
        return
    if keys is None:
        hub.forget(reader, topic)
        hub.refuse(reader, "unknown_topic", f"There is no topic {topic!r} for you.", topic)
        return
    view = None
    pieces: list[bytes] = []
    seq, reason, wire = request.seq, request.reason, reader.outlet.wire
    if seq is not None:
        reason = await _why_not_replay(hub, reader, seq)
    if seq is None or reason is not None:
        had = reader.position if topic in reader.topics else 0
        view = await hub.view(reader, topic, keys, max(seq or 0, had) if reason != AHEAD else 0)
        if reason is not None:
            pieces += wire.pieces(frames.resync(topic, reason))
        pieces += view.whole(wire, topic)
        seq = view.seq
    elif hub.topics.has_texts(topic):
        view = await hub.present_texts(reader, topic, keys)
        pieces += view.texts(wire, topic)
    await hub.reached(channel.convention_id, seq)
    await channel.boundary.reached(seq)
    if not request.cancelled and reader.open:
        _enter(hub, reader, topic, keys, seq, channel.sayings.newest if view is None else view.told)
        reader.send(pieces)


async def _why_not_replay(hub: "Hub", reader: Reader, seq: int) -> str | None:
    """Why the events after `seq` cannot be given, or None."""
    channel = reader.channel
    if seq > channel.position.value:
        try:
            async with asyncio.timeout(hub.limits.ahead):
                await hub.reached(channel.convention_id, seq)
        except TimeoutError:
            return AHEAD
    return GAP_TOO_LARGE if channel.boundary.value - seq > hub.limits.gap else None


def _enter(hub: "Hub", reader: Reader, topic: str, keys: tuple[str, ...], seq: int, told: int) -> None:
    """Out of the fan-out, and behind by what this topic still lacks."""
    reader.channel.leave(reader)
    after = {other: max(reader.after.get(other, 0), reader.position) for other in reader.topics}
    hub.follow(reader, topic, keys)
    reader.after = {**after, topic: seq}
    reader.told = {**reader.told, topic: told}
    reader.position = min(reader.after.values())
    reader.fresh = (reader.fresh or set()) | {topic}


async def _say_again(hub: "Hub", reader: Reader, topics: list[str]) -> None:
    """Give the present texts of topics of which this reader missed more than is kept."""
    for topic in topics:
        keys = reader.topics.get(topic)
        view = await hub.present_texts(reader, topic, keys) if keys and hub.topics.has_texts(topic) else None
        reader.told = without(reader.told, topic)
        if view is not None and reader.open and topic in reader.topics:
            reader.told = {**reader.told, topic: view.told}
            reader.send(view.texts(reader.outlet.wire, topic))


def _go_live(reader: Reader) -> None:
    """Into the fan-out. The counts and the cursor say that nothing is missing any more."""
    channel = reader.channel
    channel.join(reader)
    fresh, reader.fresh = reader.fresh or (), None
    news = [*channel.missed_texts(reader), *channel.newest_counts(reader, sorted(fresh))]
    reader.after = reader.told = NOTHING
    reader.write(b"".join((*news, channel.cursor(reader.outlet.wire))))


async def _catch_up(hub: "Hub", reader: Reader) -> None:
    """Give the reader some of what it lacks, or order snapshots if that is too much."""
    channel = reader.channel
    if channel.boundary.value - reader.position > hub.limits.gap:
        return _order_snapshots(hub, reader)
    if reader.position + 1 >= channel.ring.first:
        entries = channel.ring.after(reader.position, channel.boundary.value - reader.position)
    else:
        upto = min(channel.ring.first - 1, channel.boundary.value)
        stored = await hub.log.read(channel.convention_id, reader.position, upto, PAGE)
        if not reader.open:
            return None
        entries = [Entry(event) for event in stored]
    if not entries or entries[0].event.seq != reader.position + 1:
        return _order_snapshots(hub, reader)
    _replay(reader, entries)
    if reader.position < channel.boundary.value:
        await asyncio.sleep(0)
    return None


def _replay(reader: Reader, entries: list[Entry]) -> None:
    """Write what of these events is the reader's, as much as fits into one write."""
    interest, wire = Interest(reader.topics), reader.outlet.wire
    blocks: list[bytes] = []
    size = 0
    for entry in entries:
        names = reader.missing(interest.named(entry.event.topics), entry.event.seq)
        if names:
            blocks.append(entry.block(wire, names))
            size += len(blocks[-1])
        reader.position = entry.event.seq
        if size > FRAGMENT:
            break
    if blocks:
        reader.send([b"".join(blocks)])


def _order_snapshots(hub: "Hub", reader: Reader) -> None:
    for topic in reader.topics:
        hub.request(reader, Request(topic, None, GAP_TOO_LARGE))
