"""The programme's figures, each with its definition: from the rows, or recomputed from records of the event log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Integer, cast
from sqlmodel import Session, col, func, select

from sessions.audience import UNKNOWN
from sessions.queries import crowds
from sessions.states import SessionState
from sessions.tables import Audience, ProgrammeSession, Viewer

Definition = dict[str, dict[str, str]]

DEFINITIONS: dict[str, Definition] = {
    "concurrent": {
        "name": {"en": "Watching now", "ko": "현재 시청자"},
        "definition": {
            "en": "People whose live connection follows a session that is live, all such sessions added up. A short "
            "break of the connection does not count as leaving; who watches two sessions counts in both.",
            "ko": "진행 중인 세션에 실시간으로 접속해 있는 사람의 합계. 잠시 끊긴 접속은 퇴장으로 보지 않으며, "
            "두 세션을 함께 보는 사람은 각 세션에서 셉니다.",
        },
    },
    "peak": {
        "name": {"en": "Peak", "ko": "최고 동시 시청자"},
        "definition": {
            "en": "The most people that watched one session at once, as counted every minute and at its end.",
            "ko": "한 세션을 동시에 시청한 최대 인원. 1분마다, 그리고 세션이 끝날 때 셉니다.",
        },
    },
    "unique": {
        "name": {"en": "Unique viewers", "ko": "순 시청자"},
        "definition": {
            "en": "People who watched at least one session while it was live, each once over the whole programme.",
            "ko": "진행 중인 세션을 하나라도 시청한 사람. 전체 프로그램에서 한 사람은 한 번만 셉니다.",
        },
    },
    "views": {
        "name": {"en": "Views", "ko": "시청 수"},
        "definition": {
            "en": "The unique viewers of each session, added up: a person counts once in every session watched.",
            "ko": "세션별 순 시청자의 합계. 한 사람은 시청한 세션마다 한 번씩 셉니다.",
        },
    },
    "countries": {
        "name": {"en": "Viewers by country", "ko": "국가별 시청자"},
        "definition": {
            "en": "Unique viewers by the country of their registration; ZZ where it is unknown.",
            "ko": "순 시청자를 등록된 국가별로 나눈 수. 국가를 모르면 ZZ로 표시합니다.",
        },
    },
    "sessions": {
        "name": {"en": "Sessions", "ko": "세션"},
        "definition": {
            "en": "Sessions of the programme by state: scheduled, live, ended, cancelled.",
            "ko": "상태별 세션 수: 예정, 진행 중, 종료, 취소.",
        },
    },
    "live": {
        "name": {"en": "Watching now, by session", "ko": "세션별 현재 시청자"},
        "definition": {
            "en": "People whose live connection follows the session, for each session that is live.",
            "ko": "진행 중인 세션마다 실시간으로 접속해 있는 사람.",
        },
    },
}


class Figures(BaseModel):
    """The figures of a convention's programme; see DEFINITIONS. `countries` adds up to `unique`, `live` to
    `concurrent`; `sessions` names every state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    concurrent: int
    peak: int
    unique: int
    views: int
    countries: dict[str, int]
    sessions: dict[str, int]
    live: dict[UUID, int]


def figures(db: Session, convention_id: UUID, real_now: datetime) -> Figures:
    """The figures as they stand in the rows.

    Args:
        real_now: real time, to which presences expire.
    """
    query = select(ProgrammeSession, Audience).join(Audience, isouter=True)
    rows = db.exec(query.where(ProgrammeSession.convention_id == convention_id)).all()
    # A session sampled after its end has no new viewers: its many rows need not be counted again each second.
    settled = {s.id: a for s, a in rows if a is not None and s.ended_at is not None and a.sampled_at > s.ended_at}
    unsettled = [s.id for s, _ in rows if s.live_at is not None and s.id not in settled]
    viewers = db.exec(
        select(Viewer.country, func.count(), func.sum(cast(Viewer.newcomer, Integer)))
        .where(col(Viewer.session_id).in_(unsettled))
        .group_by(col(Viewer.country))
    ).all()
    live = {session_id: crowd.concurrent for session_id, crowd in crowds(db, convention_id, real_now).items()}
    return _figures(
        peak=max((a.peak for _, a in rows if a is not None), default=0),
        views=sum(a.unique for a in settled.values()) + sum(count for _, count, _ in viewers),
        newcomers=chain(
            ((country or UNKNOWN, people) for country, _, people in viewers),
            *(a.newcomers.items() for a in settled.values()),
        ),
        states=(s.state for s, _ in rows),
        live=live,
    )


def figures_of_records(sessions: Mapping[str, Any], audiences: Mapping[str, Any]) -> Figures:
    """The same figures from records, as a reader of the event log holds them: as they stood when sampled."""
    sampled = list(audiences.values())
    live = [key for key, session in sessions.items() if session["state"] == SessionState.LIVE]
    return _figures(
        peak=max((audience["peak"] for audience in sampled), default=0),
        views=sum(audience["unique"] for audience in sampled),
        newcomers=(pair for audience in sampled for pair in audience["newcomers"].items()),
        states=(session["state"] for session in sessions.values()),
        live={UUID(key): audiences[key]["concurrent"] if key in audiences else 0 for key in sorted(live)},
    )


def _figures(
    peak: int, views: int, newcomers: Iterable[tuple[str, int]], states: Iterable[str], live: dict[UUID, int]
) -> Figures:
    countries: Counter[str] = Counter()
    for country, people in newcomers:
        countries[country] += people
    count = Counter(states)
    return Figures(
        concurrent=sum(live.values()),
        peak=peak,
        unique=countries.total(),
        views=views,
        countries=dict(sorted((+countries).items())),
        sessions={state.value: count[state] for state in SessionState},
        live=live,
    )
