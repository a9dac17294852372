import pytest

from sessions.floor.wordlist import holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("This is a SCAM!", ["scam"]),
        ("ｓｃａｍ, I say", ["scam"]),
        ("s\u200bcam", ["scam"]),
        ("Straße gesperrt", ["STRASSE"]),
        ("저 바보 좀 봐", ["바보"]),
        ("저 바보는 누구?", ["바보"]),
        ("바보들이 왔다", ["바보"]),
        ("buy   cheap-pills now", ["cheap pills"]),
        ("환불 안 함", ["안 함"]),
        ("a.b", ["a b"]),
    ],
)
def test_words_are_found_however_they_are_typed(text: str, words: list[str]) -> None:
    assert holds(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The scampi are good", ["scam"]),
        ("바보상자", ["바보"]),
        ("바다", ["바"]),
        ("cheap, but no pills", ["cheap pills"]),
        ("a b", ["b a"]),
        ("aaa", [".*", "a+", "(?:"]),
        ("anything", []),
        ("", ["scam"]),
    ],
)
def test_only_whole_words_are_found_and_no_word_is_a_pattern(text: str, words: list[str]) -> None:
    assert not holds(text, words)
