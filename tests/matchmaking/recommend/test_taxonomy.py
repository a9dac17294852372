import pytest

from matchmaking.recommend.taxonomy import Taxonomy, Term

MEDICAL = Taxonomy(
    [
        Term("med", None, ("Medical", "의료")),
        Term("dx", "med", ("Diagnostics", "진단")),
        Term("ivd", "dx", ("In-vitro diagnostics", "체외진단", "体外诊断", "体外診断")),
        Term("pcr", "ivd", ("PCR kits", "PCR 검사키트", "PCR试剂盒")),
        Term("img", "dx", ("Imaging", "영상진단")),
        Term("mask", "med", ("Masks", "마스크", "マスク", "口罩")),
        Term("it", None, ("IT",)),
    ]
)


@pytest.mark.parametrize(
    ("need", "offer", "cover"),
    [
        ("ivd", "ivd", 1.0),
        ("ivd", "pcr", 1.0),  # what is below meets the need
        ("med", "pcr", 1.0),
        ("pcr", "ivd", (3 / 4) ** 2),  # what is above meets it in part
        ("pcr", "dx", (2 / 4) ** 2),
        ("ivd", "img", (2 / 3) ** 2),
        ("ivd", "mask", (1 / 3) ** 2),
        ("ivd", "it", 0.0),
        ("gone", "ivd", 0.0),
        ("gone", "gone", 1.0),
    ],
)
def test_offers_cover_needs_by_the_way_they_share(need: str, offer: str, cover: float) -> None:
    assert MEDICAL.cover(need, offer) == pytest.approx(cover)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("in vitro diagnostics", {"ivd"}),
        ("진단용 PCR 검사키트 및 마스크 대량", {"pcr", "mask"}),  # of 진단 and PCR the lower
        ("我们需要PCR试剂盒和口罩", {"pcr", "mask"}),
        ("サージカルマスクを探しています", {"mask"}),
        ("Looking for imaging, masks", {"img", "mask"}),
        ("it is fine", set()),  # two letters in a sentence are no term
        ("IT", {"it"}),
        ("", set()),
    ],
)
def test_a_wording_means_terms_in_any_language(text: str, codes: set[str]) -> None:
    assert MEDICAL.codes_of(text) == codes


def test_a_term_holds_all_below_it() -> None:
    assert MEDICAL.within("dx") == {"dx", "ivd", "pcr", "img"}
    assert MEDICAL.within("gone") == {"gone"}


def test_a_circle_of_parents_ends() -> None:
    circle = Taxonomy([Term("a", "b", ()), Term("b", "c", ()), Term("c", "a", ()), Term("d", "nobody", ())])
    assert circle.path("a") == ("c", "b", "a")
    assert circle.path("d") == ("d",)
    assert circle.cover("a", "d") == 0.0
