"""The meeting figures, each with its definition: from the rows, or recomputed from records of the event log."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func
from sqlmodel import Session, col, select

from matchmaking.states import OPEN_REQUEST_STATES, MeetingState, Outcome
from matchmaking.tables import Meeting, MeetingRequest

Definition = dict[str, dict[str, str]]

DEFINITIONS: dict[str, Definition] = {
    "matched": {
        "name": {"en": "Matched", "ko": "매칭"},
        "definition": {
            "en": "Meetings ever agreed or assigned by the organiser, once however often moved.",
            "ko": "합의되었거나 주최측이 배정한 상담. 시간이 바뀌어도 한 번만 셉니다.",
        },
    },
    "scheduled": {
        "name": {"en": "Scheduled", "ko": "확정"},
        "definition": {
            "en": "Matched, with a time, and not cancelled.",
            "ko": "매칭되어 시간이 정해졌고 취소되지 않은 상담.",
        },
    },
    "in_progress": {
        "name": {"en": "In progress", "ko": "진행 중"},
        "definition": {
            "en": "Meetings whose time has begun and not ended.",
            "ko": "시작 시각이 되었고 아직 끝나지 않은 상담.",
        },
    },
    "held": {
        "name": {"en": "Held", "ko": "성사"},
        "definition": {
            "en": "Every required party present together for 5 minutes, or confirmed by both sides or by staff.",
            "ko": "필수 참가자 모두가 5분 이상 함께 있었거나, 양측 또는 운영진이 확인한 상담.",
        },
    },
    "not_held": {
        "name": {"en": "Not held", "ko": "불발"},
        "definition": {
            "en": "Ended without being held: somebody absent, technical trouble, or no interpreter.",
            "ko": "성사되지 않고 끝난 상담: 불참, 기술 문제, 통역 부재.",
        },
    },
    "not_joined": {
        "name": {"en": "Not joined", "ko": "미입장"},
        "definition": {
            "en": "In progress, and a required party had nobody there at minute 3: cases for the rescue desk.",
            "ko": "진행 중이나 3분이 지나도 필수 참가자가 입장하지 않은 상담. 긴급 지원 대상.",
        },
    },
    "no_show": {
        "name": {"en": "No-show", "ko": "노쇼"},
        "definition": {
            "en": "Meetings where a required party had nobody there at minute 10; corrected when evidence comes.",
            "ko": "10분이 지나도 필수 참가자가 오지 않은 상담. 증빙이 있으면 정정됩니다.",
        },
    },
    "cancelled": {
        "name": {"en": "Cancelled", "ko": "취소"},
        "definition": {"en": "Matched, then called off with a reason.", "ko": "매칭 후 사유와 함께 취소된 상담."},
    },
    "requests_pending": {
        "name": {"en": "Requests pending", "ko": "대기 중 신청"},
        "definition": {
            "en": "Requests that wait for an answer, counter-proposals included.",
            "ko": "답변을 기다리는 상담 신청. 다른 시간 제안을 포함합니다.",
        },
    },
}


def figures(db: Session, convention_id: UUID) -> dict[str, int]:
    """The figures as they stand in the rows."""

    def count(*conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(Meeting).where(Meeting.convention_id == convention_id, *conditions)
        return db.exec(query).one()

    def listed(column: Any) -> ColumnElement[bool]:
        return cast(column, Text) != "[]"

    pending = (
        select(func.count())
        .select_from(MeetingRequest)
        .where(
            MeetingRequest.convention_id == convention_id,
            col(MeetingRequest.state).in_([state.value for state in OPEN_REQUEST_STATES]),
        )
    )
    in_progress = col(Meeting.state) == MeetingState.IN_PROGRESS.value
    return {
        "matched": count(),
        "scheduled": count(col(Meeting.state) != MeetingState.CANCELLED.value),
        "in_progress": count(in_progress),
        "held": count(col(Meeting.outcome) == Outcome.HELD.value),
        "not_held": count(col(Meeting.outcome) == Outcome.NOT_HELD.value),
        "not_joined": count(in_progress, listed(Meeting.missing)),
        "no_show": count(listed(Meeting.no_show)),
        "cancelled": count(col(Meeting.state) == MeetingState.CANCELLED.value),
        "requests_pending": db.exec(pending).one(),
    }


def figures_of_records(requests: Mapping[str, Any], meetings: Mapping[str, Any]) -> dict[str, int]:
    """The same figures from records, as a reader of the event log holds them."""
    met = list(meetings.values())
    in_progress = [m for m in met if m["state"] == MeetingState.IN_PROGRESS.value]
    cancelled = sum(m["state"] == MeetingState.CANCELLED.value for m in met)
    return {
        "matched": len(met),
        "scheduled": len(met) - cancelled,
        "in_progress": len(in_progress),
        "held": sum(m["outcome"] == Outcome.HELD.value for m in met),
        "not_held": sum(m["outcome"] == Outcome.NOT_HELD.value for m in met),
        "not_joined": sum(bool(m["missing"]) for m in in_progress),
        "no_show": sum(bool(m["no_show"]) for m in met),
        "cancelled": cancelled,
        "requests_pending": sum(r["state"] in OPEN_REQUEST_STATES for r in requests.values()),
    }
