"""The channels that reach somebody: Zoom, 위챗, WhatsApp -> codes of data/channels.json."""

from server.imports.findings import Reading, note
from server.imports.text import key
from server.imports.vocabulary import answers, keyed


def read_channels(texts: tuple[str, ...]) -> Reading[tuple[str, ...]]:
    """Codes in the order given, each once; none means unknown, not that no channel works."""
    codes: dict[str, None] = {}
    unknown: list[str] = []
    for text in texts:
        if code := keyed("channels").get(key(text)):
            codes[code] = None
        elif (key(text) or text) not in answers("unknown"):
            unknown.append(text)
    if not unknown:
        return Reading(tuple(codes))
    return Reading(tuple(codes), (note("channel_unknown", f"No channel is known as {', '.join(unknown)}."),))
