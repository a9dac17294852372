"""Names found as written, with letters lost, or with one letter wrong."""

from hypothesis import given
from hypothesis import strategies as st

from server.imports.lexicon import Lexicon
from server.imports.text import key

NAMES = Lexicon([("Brazil", "BR"), ("브라질", "BR"), ("Brunei", "BN"), ("베트남", "VN"), ("中国", "CN")], key)


def test_lexicon_finds() -> None:
    assert NAMES.find(" BRAZIL ") == ["BR"]
    assert NAMES.with_letters_lost("?国") == ["CN"]
    assert NAMES.with_letters_lost("Br????") == ["BR", "BN"]
    assert NAMES.with_letters_lost("??") == []
    assert NAMES.similar("Brazl") == ["BR"]
    assert NAMES.similar("베트낭") == ["VN"]
    assert NAMES.similar("Peru") == []


@given(st.sampled_from(["Brazil", "Brunei"]), st.integers(0, 5), st.sampled_from("xyz"))
def test_lexicon_mends_any_one_letter(name: str, at: int, letter: str) -> None:
    code = NAMES.find(name)
    assert NAMES.similar(name[:at] + letter + name[at + 1 :]) == code
    assert NAMES.similar(name[:at] + name[at + 1 :]) == code
    assert NAMES.similar(name[:at] + letter + name[at:]) == code
    assert set(NAMES.with_letters_lost(name[:at] + "?" + name[at + 1 :])) == set(code)


@given(st.text(max_size=100))
def test_lexicon_never_raises(text: str) -> None:
    assert isinstance([*NAMES.find(text), *NAMES.with_letters_lost(text), *NAMES.similar(text)], list)
