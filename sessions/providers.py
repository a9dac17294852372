"""Who carries a stream, told from its address, and where it is to be embedded. All functions are pure."""

import re
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, urlsplit


class Provider(StrEnum):
    """Who carries a channel. Of the first two we learn how it goes; the others are addresses alone."""

    YOUTUBE = "youtube"
    HLS = "hls"
    JITSI = "jitsi"
    ZOOM = "zoom"
    LINK = "link"


SIGNALLING = frozenset({Provider.YOUTUBE, Provider.HLS})

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_NO_VIDEOS = frozenset({"live_stream", "videoseries"})  # stand where an id would, and are as long as one
_BEFORE_ID = frozenset({"live", "embed", "shorts", "v"})


def provider_of(url: str) -> Provider:
    """Who carries the stream at an address; LINK if we know nothing about it."""
    parts = _split(url)
    host = parts.hostname or ""
    if video_id(url):
        return Provider.YOUTUBE
    if parts.path.lower().endswith(".m3u8"):
        return Provider.HLS
    if _is_below(host, "zoom.us") or _is_below(host, "zoom.com"):
        return Provider.ZOOM
    if _is_below(host, "meet.jit.si") or host.startswith("jitsi.") or "jitsi" in parts.path.split("/"):
        return Provider.JITSI
    return Provider.LINK


def video_id(url: str) -> str | None:
    """The id of the YouTube video at an address; None if it is none, such as a channel's page."""
    parts = _split(url)
    host, steps = parts.hostname or "", parts.path.strip("/").split("/")
    found = ""
    if host == "youtu.be":
        found = steps[0]
    elif _is_below(host, "youtube.com") or _is_below(host, "youtube-nocookie.com"):
        if steps == ["watch"]:
            found = parse_qs(parts.query).get("v", [""])[0]
        elif len(steps) == 2 and steps[0] in _BEFORE_ID:
            found = steps[1]
    return found if _VIDEO_ID.fullmatch(found) and found not in _NO_VIDEOS else None


def embed_address(provider: str, url: str) -> str | None:
    """What a page shows of a channel: an HLS playlist to play, a frame's address, or None: it can only be opened."""
    match provider:
        case Provider.YOUTUBE:
            found = video_id(url)
            return f"https://www.youtube-nocookie.com/embed/{found}" if found else None
        case Provider.HLS | Provider.JITSI:
            return url
        case _:
            return None


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
