"""Several things in one cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imports.cells.items import Items, learn

SPLIT = {
    "화장품 OEM · 원격진료 · PCR 진단키트": ("화장품 OEM", "원격진료", "PCR 진단키트"),
    "AI 판독,성형·피부 시술 패키지": ("AI 판독", "성형·피부 시술 패키지"),
    "혈당계/마스크/장갑 대량": ("혈당계", "마스크/장갑 대량"),
    "마스크/장갑 대량/PCR 진단키트": ("마스크/장갑 대량", "PCR 진단키트"),
    "성형·피부 시술 패키지 · 마스크/장갑 대량 · 화장품 OEM": (
        "성형·피부 시술 패키지",
        "마스크/장갑 대량",
        "화장품 OEM",
    ),
    "혈당계、원격진료": ("혈당계", "원격진료"),
    "치과 임플란트, 성형, 피부 시술": ("치과 임플란트", "성형", "피부 시술"),
    "영어,영어": ("영어",),
    "영어 · 영어 · 중국어": ("영어", "중국어"),
    "중국어,영어,중국어": ("중국어", "영어"),
    "초음파(복부, 심장) 진단기, 혈당계": ("초음파(복부, 심장) 진단기", "혈당계"),
    " , 주사기 ,, ": ("주사기",),
    "A/S; OEM/ODM": ("A/S", "OEM/ODM"),
    "": (),
}


@pytest.mark.parametrize("text", SPLIT)
def test_split_keeps_known_items_whole(text: str) -> None:
    assert Items().split(text) == SPLIT[text]


def test_learn_finds_what_never_parts() -> None:
    column = ["침대/매트 세트 · 의자", "책상, 침대/매트 세트", "의자/책상", "램프"]
    assert learn(column) == {"침대/매트 세트"}
    assert Items(learn(column)).split("의자/침대/매트 세트") == ("의자", "침대/매트 세트")


def test_learn_takes_a_cell_that_comes_again_whole() -> None:
    assert learn(["침대·매트", "침대·매트", "의자"]) == {"침대·매트"}


def test_learn_parts_what_also_stands_alone() -> None:
    assert learn(["침대/의자 · 램프", "의자, 침대", "램프/침대"]) == set()


def test_learn_does_not_bind_a_plain_list() -> None:
    assert learn(["침대/의자", "램프"]) == set()


def test_learn_chains_pairs_to_longer_items() -> None:
    assert learn(["가/나/다 · 라", "마, 가/나/다"]) == {"가/나/다"}


def test_learn_binds_no_commas() -> None:
    assert learn(["가,나 / 다", "가,나 · 라", "가,나", "가,나"]) == set()


@given(st.lists(st.sampled_from(["가", "나/다", "라 마", "바·사"]), min_size=1, unique=True))
def test_joined_items_come_apart_again(items: list[str]) -> None:
    for sign in (", ", "、", "; ", " · ", ","):
        assert Items(["나/다", "바·사"]).split(sign.join(items)) == tuple(items)


@given(st.lists(st.text(alphabet="가나 ,;/·、()", max_size=30), max_size=8))
def test_every_letter_of_a_cell_is_in_its_items(column: list[str]) -> None:
    items = Items(learn(column))
    for cell in column:
        letters = "".join(items.split(cell))
        assert {c for c in cell if c.isalnum()} == {c for c in letters if c.isalnum()}
