"""The need for an interpreter follows from what people speak, and from what they said."""

import pytest

from matchmaking.interpreting.need import Speaker, can_interpret, needs_interpreter


def speaker(told: str) -> Speaker:
    """ "ko en+" speaks Korean and English and wants an interpreter; with "-" at the end, wants none."""
    said = {"+": "needed", "-": "not_needed"}.get(told[-1:])
    return Speaker(frozenset(told.rstrip("+-").split()), said)


@pytest.mark.parametrize(
    ("one", "other", "needed"),
    [
        ("ko", "en", True),
        ("ko en", "en ru", False),
        ("ko en+", "en", False),  # a common language settles it
        ("ko-", "en", False),  # whoever wants none goes without
        ("ko-", "en+", True),  # but who wants one gets one
        ("", "en", False),  # nobody said anything
        ("", "", False),
        ("+", "en", True),
        ("+", "", True),
        ("-", "en", False),
    ],
)
def test_who_needs_an_interpreter(one: str, other: str, needed: bool) -> None:
    assert needs_interpreter([speaker(one), speaker(other)]) is needed
    assert needs_interpreter([speaker(other), speaker(one)]) is needed


def test_four_at_one_table_need_one_language_among_all_of_them() -> None:
    assert not needs_interpreter([speaker("ko en"), speaker("en"), speaker("ru en"), speaker("en mn")])
    assert needs_interpreter([speaker("ko en"), speaker("en"), speaker("ru"), speaker("ko ru")])


@pytest.mark.parametrize(
    ("pairs", "can"),
    [
        ([("ko", "mn"), ("mn", "ko")], True),
        ([("ko", "ru"), ("ru", "ko")], True),  # their other language
        ([("ko", "mn")], False),  # one direction is no conversation
        ([("ko", "en"), ("en", "ko")], False),
        ([], False),
    ],
)
def test_an_interpreter_works_in_both_directions(pairs: list[tuple[str, str]], can: bool) -> None:
    assert can_interpret([speaker("ko"), speaker("mn ru")], set(pairs)) is can


def test_whose_languages_nobody_knows_is_for_the_organiser_to_decide() -> None:
    assert not can_interpret([speaker("ko"), speaker("+")], {("ko", "en"), ("en", "ko")})
