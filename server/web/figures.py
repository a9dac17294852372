"""The organiser's figures in the order and groups in which a page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Words = Mapping[str, str]

GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        {"en": "Meetings", "ko": "상담"},
        ("matched", "scheduled", "in_progress", "held", "not_held", "not_joined", "no_show", "cancelled"),
    ),
    ({"en": "Requests", "ko": "신청"}, ("requests_pending",)),
    ({"en": "Viewers", "ko": "시청자"}, ("concurrent", "peak", "unique", "views")),
    ({"en": "Taking part", "ko": "참가"}, ("exhibitors", "buyers", "needs_look")),
)
TAKING_PART: dict[str, dict[str, Words]] = {
    "exhibitors": {
        "name": {"en": "Exhibitors", "ko": "참가기업"},
        "definition": {
            "en": "Parties that offer. One that offers and seeks counts among the buyers too.",
            "ko": "제공하는 참가자. 제공과 구매를 함께 하면 바이어로도 셉니다.",
        },
    },
    "buyers": {
        "name": {"en": "Buyers", "ko": "바이어"},
        "definition": {
            "en": "Parties that seek. One that offers and seeks counts among the exhibitors too.",
            "ko": "구매하는 참가자. 제공과 구매를 함께 하면 참가기업으로도 셉니다.",
        },
    },
    "needs_look": {
        "name": {"en": "Need a look", "ko": "확인 필요"},
        "definition": {
            "en": "Parties whose sheet left a question. They have no free slots until you confirm them.",
            "ko": "시트에 확인할 내용이 남은 참가자. 확인하기 전에는 상담 시간이 열리지 않습니다.",
        },
    },
}
# Where somebody has to do something when the figure is not zero.
CALLS = frozenset({"not_joined", "needs_look"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as a page shows it."""

    key: str
    name: Words
    definition: Words
    value: int
    calls: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together; the first is the leading one."""

    name: Words
    figures: tuple[Shown, ...]


def grouped(values: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Group]:
    """The figures with their values and definitions, group by group."""
    known = {**definitions, **TAKING_PART}
    return [
        Group(name, tuple(Shown(key, **known[key], value=values[key], calls=key in CALLS) for key in keys))
        for name, keys in GROUPS
    ]
