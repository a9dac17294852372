"""Cookies: out of reach of scripts and of other sites' requests; by TLS, of other hosts too."""

from starlette.responses import Response

from server.settings import Settings

NAME = "madang_login"


def cookie_name(name: str, settings: Settings) -> str:
    """With this prefix browsers take a cookie from this host alone, by TLS alone (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if settings.is_https else name


def set_cookie(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    """Give the browser a cookie."""
    response.set_cookie(
        cookie_name(name, settings),
        value,
        max_age=seconds,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Take it away again."""
    response.delete_cookie(
        cookie_name(name, settings), path="/", secure=settings.is_https, httponly=True, samesite="lax"
    )


def login_cookie(settings: Settings) -> str:
    """The name of a login's cookie."""
    return cookie_name(NAME, settings)


def set_login_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Give the browser its login."""
    set_cookie(response, settings, NAME, secret, settings.login_seconds)


def drop_login_cookie(response: Response, settings: Settings) -> None:
    """Take it away again, and what the browser has kept of what it showed: pictures, pages gone back to."""
    drop_cookie(response, settings, NAME)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
