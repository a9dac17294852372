"""Which addresses are ours, and whether a browser's request came from a page of one of them.

Ours are the base URL and the allowed origins, whatever a request says of its host. On a loopback base URL, as
developers have it, the other names of the loopback are ours too.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from server.errors import ForeignOrigin
from server.logs import security_log
from server.settings import Settings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_USUAL_PORTS = {"http": 80, "https": 443}


def origin_of_url(url: str) -> str:
    """The origin of an address as browsers write it (RFC 6454, 6.2): without a port that is usual."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = parts.port in (None, _USUAL_PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{parts.port}"


@lru_cache(maxsize=64)
def _origins(urls: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(origin_of_url, urls))


def own_origins(settings: Settings) -> frozenset[str]:
    """The origins whose pages may use cookies and open the live socket."""
    return _origins((settings.base_url, *settings.allowed_origins))


def is_loopback(url: str) -> bool:
    """The address is this machine's; what is no address is nobody's."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


def is_ours(origin: str, host: str, settings: Settings) -> bool:
    """A page of this origin is one of ours; `host` is what the request says of where it went."""
    if origin in own_origins(settings):
        return True
    return is_loopback(settings.base_url) and is_loopback(origin) and origin == f"http://{host}"


def check_origin(connection: HTTPConnection, settings: Settings, *, with_cookie: bool) -> None:
    """A browser tells which page sent a request. With a cookie it has to; programs without one need not.

    Raises:
        ForeignOrigin: it was another site's page, or a cookie came without a word of its page.
    """
    told = connection.headers.getlist("origin")
    if told:
        ours = len(told) == 1 and is_ours(told[0], connection.headers.get("host", ""), settings)
    else:
        site = connection.headers.get("sec-fetch-site")
        ours = site == "same-origin" or (not with_cookie and site in (None, "none"))
    if not ours:
        security_log("origin_refused", with_cookie=with_cookie)
        raise ForeignOrigin
