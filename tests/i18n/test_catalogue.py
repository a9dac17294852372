import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from server.i18n.catalogue import LANGUAGES, SOURCE, catalogue, choose_language, name_in, script_texts

WEB = Path(__file__).parents[2] / "server" / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("static/madang/**.js", "javascript")]
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")


def texts_of_scripts() -> Iterator[str]:
    """Babel overlooks a text inside another's arguments, so scripts are read by their own pattern."""
    for path in sorted((WEB / "static" / "madang").glob("*.js")):
        yield from re.findall(r'\b_\(\s*"([^"]*)"', path.read_text(encoding="utf-8"))


def texts_of_pages() -> set[str]:
    found = extract_from_dir(WEB, METHODS)
    return {text for _, _, text, _, _ in found if isinstance(text, str)} | set(texts_of_scripts())


@pytest.mark.parametrize("language", set(LANGUAGES) - {SOURCE})
def test_catalogue_has_every_text_and_no_other(language: str) -> None:
    translated = {str(message.id): str(message.string) for message in catalogue(language) if message.id}
    assert set(translated) == texts_of_pages()
    assert [text for text, translation in translated.items() if not translation] == []


@pytest.mark.parametrize("language", set(LANGUAGES) - {SOURCE})
def test_translations_name_no_place_that_the_text_has_not(language: str) -> None:
    strange = {
        str(message.id): extra
        for message in catalogue(language)
        if (extra := set(PLACE.findall(str(message.string))) - set(PLACE.findall(str(message.id))))
    }
    assert strange == {}


@pytest.mark.parametrize("language", set(LANGUAGES) - {SOURCE})
def test_scripts_get_their_texts(language: str) -> None:
    assert set(texts_of_scripts()) <= set(script_texts(language))
    assert script_texts(SOURCE) == {}


@pytest.mark.parametrize(
    ("names", "language", "found"),
    [
        ({"ko": "차병원", "en": "CHA", "original": "ko"}, "en", ("CHA", "en")),
        ({"ko": "차병원", "original": "ko"}, "en", ("차병원", "ko")),
        ({"zh": "美丽", "en": "Meili", "original": "zh"}, "ko", ("美丽", "zh")),
        ({"fr": "Beau"}, "ko", ("Beau", "fr")),
        ({}, "ko", ("", "ko")),
    ],
)
def test_name_is_the_readers_then_the_original(names: dict[str, str], language: str, found: tuple[str, str]) -> None:
    assert name_in(names, language) == found


def test_language_nobody_knows_is_the_source() -> None:
    assert choose_language("xx;q=nonsense, , *") == SOURCE
