import pytest

from matchmaking.recommend.texts import Words

ABOUT = [
    "멸균 장갑과 봉합사, KF94 마스크를 만듭니다",
    "체외진단 키트와 혈당 측정기 제조",
    "AI reading of chest radiographs for hospitals",
    "Wellness packages with medical checkups in Seongnam",
    "提供整形外科和皮肤美容服务",
    "体外诊断试剂盒制造商",
    "人工関節と整形外科用インプラントのメーカー",
    "化粧品OEMと皮膚科向けスキンケア",
]
WANTED = [
    ("KF94 마스크와 멸균장갑 대량 구매처를 찾습니다", 0),
    ("혈당측정기, 진단키트 수입", 1),
    ("artificial intelligence that reads chest radiograph images", 2),
    ("looking for wellnes and medical check-up packages", 3),  # with a misspelling
    ("寻找皮肤美容合作伙伴", 4),
    ("求购体外诊断试剂", 5),
    ("整形外科のインプラントを探しています", 6),
    ("スキンケア化粧品のOEM先を募集", 7),
    ("", None),
]


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(ABOUT + [""] * (len(WANTED) - len(ABOUT)), [text for text, _ in WANTED])


@pytest.mark.parametrize("row", range(len(WANTED)))
def test_what_is_looked_for_is_nearest_to_who_offers_it(words: Words, row: int) -> None:
    likeness = (words.wanted[[row]] @ words.about.T).toarray()[0]
    expected = WANTED[row][1]
    assert (int(likeness.argmax()) if likeness.any() else None) == expected
    if expected is not None:
        assert likeness[expected] > 1.5 * sorted(likeness)[-2]


def test_a_text_is_wholly_like_itself_and_nobody_says_nothing() -> None:
    same = Words(["봉합사", "masks"], ["봉합사", ""])
    assert (same.wanted @ same.about.T).toarray().tolist() == [pytest.approx([1, 0]), [0, 0]]
    assert Words([], []).about.shape[0] == 0
