"""The programme's figures, each with its definition: from the rows, or recomputed from records of the event log."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, select

from sessions.audience import UNKNOWN, by_country
from sessions.events import AudienceRecord, OutsideRecord
from sessions.queries import crowds
from sessions.records import audience_record
from sessions.states import RUNNING, SessionState
from sessions.tables import Audience, ProgrammeSession

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
            "en": "People who watched at least one session while it was live, each once over the whole programme; "
            "guests among them.",
            "ko": "진행 중인 세션을 하나라도 시청한 사람. 전체 프로그램에서 한 사람은 한 번만 세며, "
            "비회원도 포함합니다.",
        },
    },
    "guests": {
        "name": {"en": "Guests among them", "ko": "그중 비회원"},
        "definition": {
            "en": "Those of the unique viewers who watched without an account. A guest is a browser: whoever comes "
            "with another browser, or has emptied it, counts again.",
            "ko": "순 시청자 중 로그인하지 않고 시청한 수. 비회원은 브라우저 하나를 한 명으로 세므로, 다른 브라우저로 "
            "오거나 브라우저 데이터를 지우면 다시 셉니다.",
        },
    },
    "views": {
        "name": {"en": "Views", "ko": "시청 수"},
        "definition": {
            "en": "The unique viewers of each session, added up: a person counts once in every session watched.",
            "ko": "세션별 순 시청자의 합계. 한 사람은 시청한 세션마다 한 번씩 셉니다.",
        },
    },
    "watch_minutes": {
        "name": {"en": "Watch minutes", "ko": "시청 시간(분)"},
        "definition": {
            "en": "How long everybody watched, added up, in whole minutes: from when they came or the session began "
            "until they left or it ended, pauses of the session included. Somebody who watches one session "
            "twice at once is counted once. As of the latest count, every minute and at a session's end.",
            "ko": "모든 사람의 시청 시간을 더한 값(분). 입장 또는 세션 시작부터 퇴장 또는 세션 종료까지이며, 세션이 "
            "일시 중단된 시간도 포함합니다. 같은 세션을 동시에 두 번 보아도 한 번만 셉니다. 1분마다, 그리고 "
            "세션이 끝날 때 집계한 값입니다.",
        },
    },
    "countries": {
        "name": {"en": "Viewers by country", "ko": "국가별 시청자"},
        "definition": {
            "en": "Unique viewers by the country of their registration. Of whom it is not known, where the operator "
            "has set it up so, by that of their network's address or of their browser's language; else ZZ.",
            "ko": "순 시청자를 등록된 국가별로 나눈 수. 등록된 국가가 없으면 운영자가 설정한 경우에만 접속 주소나 "
            "브라우저 언어의 국가로 세고, 그래도 모르면 ZZ로 표시합니다.",
        },
    },
    "sessions": {
        "name": {"en": "Sessions", "ko": "세션"},
        "definition": {
            "en": "Sessions of the programme by state: draft, published, scheduled, live, paused, ended, replay, "
            "cancelled.",
            "ko": "상태별 세션 수: 초안, 공개, 예정, 진행 중, 일시 중단, 종료, 다시 보기, 취소.",
        },
    },
    "live": {
        "name": {"en": "Watching now, by session", "ko": "세션별 현재 시청자"},
        "definition": {
            "en": "People whose live connection follows the session, for each session that is live.",
            "ko": "진행 중인 세션마다 실시간으로 접속해 있는 사람.",
        },
    },
    "outside": {
        "name": {"en": "Watching elsewhere", "ko": "외부 시청자"},
        "definition": {
            "en": "What the outside streams of each live session say of their own viewers, and when they said so. "
            "Nobody knows who of them also watches here: they are added to nothing.",
            "ko": "진행 중인 세션의 외부 스트림이 스스로 알린 시청자 수와 그 시각. 여기서도 함께 보는 사람이 있는지 "
            "알 수 없으므로 다른 수치에 더하지 않습니다.",
        },
    },
}


class Figures(BaseModel):
    """The figures of a convention's programme; see DEFINITIONS. `countries` adds up to `unique`, `live` to
    `concurrent`; `sessions` names every state; `outside` has the live sessions of which a stream says something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    concurrent: int
    peak: int
    unique: int
    guests: int
    views: int
    watch_minutes: int
    countries: dict[str, int]
    sessions: dict[str, int]
    live: dict[UUID, int]
    outside: dict[UUID, tuple[OutsideRecord, ...]]


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
    viewers = db.exec(by_country(unsettled)).all() if unsettled else []
    live = {session_id: crowd.concurrent for session_id, crowd in crowds(db, convention_id, real_now).items()}
    return _figures(
        peak=max((a.peak for _, a in rows if a is not None), default=0),
        views=sum(a.unique for a in settled.values()) + sum(row.people for row in viewers),
        guests=sum(a.new_guests for a in settled.values()) + sum(row.new_guests for row in viewers),
        seconds=sum(a.seconds for _, a in rows if a is not None),
        newcomers=chain(
            ((row.country or UNKNOWN, row.new) for row in viewers), *(a.newcomers.items() for a in settled.values())
        ),
        states=(s.state for s, _ in rows),
        live=live,
        outside={s.id: audience_record(a).outside for s, a in rows if a is not None},
    )


def figures_of_records(sessions: Mapping[str, Any], audiences: Mapping[str, Any]) -> Figures:
    """The same figures from records, as a reader of the event log holds them: as they stood when sampled."""
    sampled = [AudienceRecord.model_validate(audience) for audience in audiences.values()]
    concurrent = {audience.id: audience.concurrent for audience in sampled}
    live = [UUID(key) for key, session in sorted(sessions.items()) if session["state"] in RUNNING]
    return _figures(
        peak=max((audience.peak for audience in sampled), default=0),
        views=sum(audience.unique for audience in sampled),
        guests=sum(audience.new_guests for audience in sampled),
        seconds=sum(audience.seconds for audience in sampled),
        newcomers=(pair for audience in sampled for pair in audience.newcomers.items()),
        states=(session["state"] for session in sessions.values()),
        live={session_id: concurrent.get(session_id, 0) for session_id in live},
        outside={audience.id: audience.outside for audience in sampled},
    )


def _figures(
    *,
    peak: int,
    views: int,
    guests: int,
    seconds: int,
    newcomers: Iterable[tuple[str, int]],
    states: Iterable[str],
    live: dict[UUID, int],
    outside: dict[UUID, tuple[OutsideRecord, ...]],
) -> Figures:
    countries: Counter[str] = Counter()
    for country, people in newcomers:
        countries[country] += people
    count = Counter(states)
    return Figures(
        concurrent=sum(live.values()),
        peak=peak,
        unique=countries.total(),
        guests=guests,
        views=views,
        watch_minutes=seconds // 60,
        countries=dict(sorted((+countries).items())),
        sessions={state.value: count[state] for state in SessionState},
        live=live,
        outside={session_id: outside[session_id] for session_id in live if outside.get(session_id)},
    )
