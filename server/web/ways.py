"""The ways to watch a session, as its page plays them, and the origins that the page's browser may ask for them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sessions.channels import ChannelRecord, order_for
from sessions.entries import MaterialEntry, ProgrammeEntry
from sessions.providers import Provider, embed_address, provider_of

_ORIGIN = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost):[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to watch, hear or read a session.

    `embed` is what the page shows of it by itself: a playlist to be played (`played`), or a frame; None if it can only
    be opened. `origin` is whom the browser asks for that.
    """

    id: UUID
    kind: str
    provider: str
    url: str
    language: str
    embed: str | None
    origin: str | None
    played: bool


def ways_to_watch(entry: ProgrammeEntry, country: str | None, *, loopback: bool) -> list[Way]:
    """The channels of a session in the order in which somebody in that country is offered them.

    Args:
        loopback: plain HTTP on this machine is good too.
    """
    ordered = order_for(entry.channels, country)
    return [_way(channel, channel.kind, channel.provider, loopback) for channel in ordered]


def ways_to_watch_again(entry: ProgrammeEntry, *, loopback: bool) -> list[Way]:
    """Its recordings."""
    replays = (material for material in entry.materials if material.kind == "replay")
    return [_way(replay, "video", provider_of(replay.url), loopback) for replay in replays]


def _way(row: ChannelRecord | MaterialEntry, kind: str, provider: str, loopback: bool) -> Way:
    embed = _shown(kind, provider, row.url)
    origin = origin_of(embed, loopback=loopback) if embed else None
    return Way(
        id=row.id,
        kind=kind,
        provider=provider,
        url=row.url,
        language=row.language,
        embed=embed if origin else None,
        origin=origin,
        played=provider == Provider.HLS,
    )


def _shown(kind: str, provider: str, url: str) -> str | None:
    """What is shown of a channel. Rooms to be entered are opened: in a frame nobody would give them a camera."""
    if provider in (Provider.YOUTUBE, Provider.HLS):
        return embed_address(provider, url)
    return url if provider == Provider.LINK and kind == "captions" else None


def origin_of(url: str, *, loopback: bool) -> str | None:
    """The origin of an address, as a policy names it; None for what no policy of ours lets in."""
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{(parts.hostname or '').lower()}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return None
    good = _ORIGIN.fullmatch(origin) or (loopback and _LOOPBACK.fullmatch(origin))
    return origin if good else None


def policy_of(ways: Iterable[Way]) -> tuple[list[str], list[str]]:
    """The origins of frames, and those of what is played."""
    origins = {(way.origin, way.played) for way in ways if way.origin}
    frames, played = ([origin for origin, is_played in sorted(origins) if is_played == kind] for kind in (False, True))
    return frames, played
