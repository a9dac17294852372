import pytest

from matchmaking.recommend.wording import found_by, key, normalised


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  São  Paulo\n", "sao paulo"),
        ("ＰＣＲ　Ｋｉｔｓ", "pcr kits"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ёлка Й", "елка и"),
        ("멸균 장갑", "멸균 장갑"),
        ("ﾏｽｸ", "マスク"),
        ("कि", "कि"),
        ("Ελλάδα", "ελλαδα"),
    ],
)
def test_spellings_of_a_text_are_one(text: str, plain: str) -> None:
    assert normalised(text) == plain


def test_a_key_is_letters_and_digits_alone() -> None:
    assert key("In-vitro Diagnostics (IVD)") == "invitrodiagnosticsivd"


def test_a_party_is_found_by_all_it_says_but_not_by_the_name_of_a_language() -> None:
    name = {"ko": "차병원", "en": "CHA Clinic", "original": "ko"}
    matching = {"about": {"ja": "整形外科"}, "looking_for": {"en": "Agencies"}, "needs": ["agencies"]}
    found = found_by(name, "병원", ["건강검진"], [], "Pangyo", matching)
    assert found == "차병원 cha clinic 整形外科 agencies 병원 건강검진 pangyo"
