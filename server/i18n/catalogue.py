"""The texts of pages in each language. English is the source; the others stand in `LANGUAGE.po` beside this file.

To take up new texts: `pybabel extract -F server/i18n/babel.cfg --add-location=file -o texts.pot .`, then
`pybabel update -l ko -i texts.pot -o server/i18n/ko.po --no-fuzzy-matching`, and translate what is empty.
"""

from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO

from babel import negotiate_locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "en"
LANGUAGES = {SOURCE: "English", "ko": "한국어"}


@cache
def catalogue(language: str) -> Catalog:
    """The translations into a language other than the source's."""
    with files(__package__).joinpath(f"{language}.po").open("rb") as text:
        return read_po(text, locale=language)


@cache
def translations(language: str) -> NullTranslations:
    """The same for templates; what has no translation stays English."""
    if language == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def script_texts(language: str) -> Mapping[str, str]:
    """{English: translated} of the texts that the pages' scripts use."""
    if language == SOURCE:
        return {}
    return {
        str(message.id): str(message.string)
        for message in catalogue(language)
        if message.string and any(path.endswith(".js") for path, _ in message.locations)
    }


def choose_language(accepted: str, chosen: str | None = None) -> str:
    """The language of a page.

    Args:
        accepted: the header Accept-Language (RFC 9110, 12.5.4), "" if there is none.
        chosen: what the reader has switched to; wins if we have it.
    """
    if chosen in LANGUAGES:
        return chosen
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wishes.append((float(quality or 1), tag.strip()))
        except ValueError:
            continue
    preferred = [tag for weight, tag in sorted(wishes, key=lambda wish: -wish[0]) if weight > 0]
    return negotiate_locale(preferred, list(LANGUAGES), sep="-") or SOURCE


def name_in(names: Mapping[str, object], language: str) -> tuple[str, str]:
    """A name or title for a reader of a language, and the language it is in.

    Args:
        names: {language: text}, with the original's language under "original".
    """
    order = (language, str(names.get("original", "")), SOURCE, *names)
    found = next((tag for tag in order if tag != "original" and names.get(tag)), language)
    return str(names.get(found, "")), found
