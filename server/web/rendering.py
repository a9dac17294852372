"""From a template to an answer: the reader's language, and addresses of static files that may be kept for ever."""

import hashlib
from datetime import datetime, time
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_interval, get_timezone_location
from babel.numbers import format_currency
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from server.api.cookies import cookie_name, set_cookie
from server.i18n.catalogue import LANGUAGES, choose_language, name_in, script_texts, translations
from server.settings import Settings

HERE = Path(__file__).parent
STATIC = HERE / "static"
LANGUAGE_COOKIE = "madang_language"
A_YEAR = 365 * 24 * 3600


@cache
def static_version() -> str:
    """Changes with the content of any static file; part of their address."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(path: str) -> str:
    """The address of a static file."""
    return f"/static/{static_version()}/{path}"


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        language=language,
        languages=LANGUAGES,
        static=static_url,
        script_texts=script_texts(language),
        name=lambda names: name_in(names, language)[0],
        name_language=lambda names: name_in(names, language)[1],
        day=lambda instant, zone: local(instant, zone, "EEEE d MMMM" if language == "en" else "M월 d일 EEEE", language),
        clock=lambda instant, zone, seconds=False: local(instant, zone, "HH:mm:ss" if seconds else "HH:mm", language),
        moment=lambda instant, zone: local(
            instant, zone, "d MMM yyyy, HH:mm" if language == "en" else "yyyy년 M월 d일 HH:mm", language
        ),
        dates=lambda first, last: format_interval(
            datetime.combine(first, time()),
            datetime.combine(last, time()),
            "yMMMd",
            locale="en_GB" if language == "en" else language,
        ),
        city=lambda zone: city(zone, language),
        tongue=lambda code: tongue(code, language),
        land=lambda code: land(code, language),
        price=lambda amount, currency: format_currency(amount, currency, locale=language),
    )
    return made


def local(instant: datetime, zone: str, pattern: str, language: str) -> str:
    """An instant on the clocks of a zone, by a CLDR pattern. 24 hours: Babel's Korean half days read oddly."""
    return format_datetime(instant, pattern, tzinfo=ZoneInfo(zone), locale=language)


def city(zone: str, language: str) -> str:
    """What people call a zone: its city."""
    return get_timezone_location(ZoneInfo(zone), locale=language, return_city=True)


def tongue(code: str, language: str) -> str:
    """What people call a language (BCP 47), such as "Korean"; its code, if nobody has told us."""
    try:
        return Locale.parse(code, sep="-").get_display_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code


def land(code: str, language: str) -> str:
    """What people call a country (ISO 3166-1 alpha-2), such as "Brazil"; its code, if nobody has told us."""
    called: str = Locale.parse(language).territories.get(code, code)
    return called


def language_of(request: Request) -> str:
    """The language in which to answer: `?lang=`, what was switched to before, or what the browser accepts."""
    chosen = request.query_params.get("lang") or request.cookies.get(cookie_name(LANGUAGE_COOKIE, _settings(request)))
    return choose_language(request.headers.get("accept-language", ""), chosen)


def _address_in(request: Request, language: str) -> str:
    """This page's address in another language."""
    asked = {name: value for name, value in request.query_params.items() if name != "lang"}
    return f"{request.url.path}?{urlencode({**asked, 'lang': language})}"


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The answer of a template. Pages belong to one reader: nobody keeps them."""
    language = language_of(request)
    defaults = {"visitor": None, "convention": None, "owner": False}
    place = {"path": request.url.path, "address_in": partial(_address_in, request)}
    text = environment(language).get_template(template).render(defaults | place | values)
    response = HTMLResponse(text, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.headers["Content-Language"] = language
    if request.query_params.get("lang") in LANGUAGES:
        set_cookie(response, _settings(request), LANGUAGE_COOKIE, language, A_YEAR)
    return response


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.parts.settings
    return settings
