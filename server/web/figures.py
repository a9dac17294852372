"""The organiser's figures in the order and groups in which a page shows them, and those from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from server.accounts.contacts import names_of
from sessions.figures import DEFINITIONS
from sessions.reported import FigureName, reported
from sessions.tables import ProgrammeSession

Words = Mapping[str, str]

GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        {"en": "Meetings", "ko": "상담"},
        ("matched", "scheduled", "in_progress", "held", "not_held", "not_joined", "no_show", "cancelled"),
    ),
    ({"en": "Requests", "ko": "신청"}, ("requests_pending",)),
    ({"en": "Viewers", "ko": "시청자"}, ("concurrent", "peak", "unique", "guests", "views", "watch_minutes")),
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
# What figures from elsewhere are called: as ours.
FROM_ELSEWHERE: dict[str, Words] = {
    **{name.value: DEFINITIONS[name.value]["name"] for name in FigureName if name.value in DEFINITIONS},
    FigureName.MINUTES.value: DEFINITIONS["watch_minutes"]["name"],
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


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure from elsewhere as a page shows it; `session` None: of the whole convention."""

    id: UUID
    name: Words
    value: int
    source: str
    as_of: datetime
    session: Mapping[str, Any] | None
    by: Mapping[str, Any] | None
    entered_at: datetime


def shown_reported(db: Session, convention_id: UUID) -> list[Reported]:
    """The figures from elsewhere, with who entered them."""
    rows, sessions = reported(db, convention_id), titles(db, convention_id)
    people = names_of(db, [row.entered_by for row in rows])
    return [
        Reported(
            id=row.id,
            name=FROM_ELSEWHERE[row.name],
            value=row.value,
            source=row.source,
            as_of=row.as_of,
            session=sessions.get(row.session_id) if row.session_id else None,
            by=people.get(row.entered_by) if row.entered_by else None,
            entered_at=row.entered_at,
        )
        for row in rows
    ]


def titles(db: Session, convention_id: UUID) -> dict[UUID, Mapping[str, Any]]:
    """The sessions' titles, in the order of their beginning."""
    query = select(ProgrammeSession.id, ProgrammeSession.title).where(ProgrammeSession.convention_id == convention_id)
    return dict(db.exec(query.order_by(col(ProgrammeSession.starts_at))).all())
