"""Texts by language, and UUIDs of keys, as files need them."""

from uuid import UUID

import pytest

from sessions.outline import guid, texts, told

BOTH = {"ko": "내일", "en": "Tomorrow", "original": "ko"}


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        (BOTH, (), "내일"),
        (BOTH, ("en",), "Tomorrow"),
        (BOTH, ("fr", "en", "ko"), "Tomorrow"),
        (BOTH, ("fr",), "내일"),
        (BOTH, ("original",), "내일"),
        ({"en": "Tomorrow"}, (), "Tomorrow"),
        ({}, ("en",), ""),
        (None, (), ""),
    ],
)
def test_a_text_is_told_in_the_best_language_there_is(
    text: dict[str, str] | None, languages: tuple[str, ...], expected: str
) -> None:
    assert told(text, languages) == expected


def test_a_text_in_one_language_knows_its_original() -> None:
    assert (texts("내일", "ko"), texts("", "ko")) == ({"ko": "내일", "original": "ko"}, {})


def test_a_key_has_one_uuid_for_good() -> None:
    key = "01a20388-49c1-76f5-bb6e-ad52a5062c53"
    assert guid("smc-2020", key) == UUID(key)
    assert guid("smc-2020", "A-1") == guid("smc-2020", "A-1") != guid("smc-2021", "A-1")
