"""The conference of the demo, after the kinds of session that SMC 2020 had: times are Seoul's."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
FIRST_DAY, LAST_DAY = date(2020, 11, 9), date(2020, 11, 12)


class Session(NamedTuple):
    """A session to be planned: convention day (0 is the first), wall time, minutes, and how many come to watch."""

    day: int
    at: str
    minutes: int
    kind: str
    ko: str
    en: str
    viewers: int


SESSIONS = (
    Session(0, "10:00", 40, "ceremony", "개막식", "Opening ceremony", 110),
    Session(0, "11:00", 50, "keynote", "코로나 이후의 의료관광", "Medical travel after the pandemic", 120),
    Session(0, "14:00", 60, "panel", "비대면 진료의 국경", "Telemedicine across borders", 70),
    Session(0, "19:00", 40, "public_lecture", "건강강좌: 척추", "Public lecture: the spine", 60),
    Session(1, "10:00", 50, "talk", "성남의 병원들", "Seongnam's hospitals", 80),
    Session(1, "14:00", 60, "panel", "환자의 여정", "The patient's journey", 70),
    Session(1, "19:00", 40, "public_lecture", "건강강좌: 심장", "Public lecture: the heart", 60),
    Session(2, "10:00", 50, "keynote", "의료 인공지능", "Artificial intelligence in medicine", 110),
    Session(2, "13:30", 60, "pitch", "디지털헬스 발표", "Digital health pitches", 70),
    Session(2, "16:00", 40, "live_commerce", "성남 의료기기 라이브", "Live commerce: medical devices", 80),
    Session(2, "19:00", 40, "public_lecture", "건강강좌: 눈", "Public lecture: the eyes", 60),
    Session(3, "10:00", 50, "talk", "중앙아시아 시장", "Markets of Central Asia", 70),
    Session(3, "15:00", 60, "workshop", "통역과 상담 실무", "Workshop: interpreting a consultation", 40),
    Session(3, "17:00", 30, "ceremony", "폐막식", "Closing ceremony", 90),
)


def seoul(day: int, wall: str) -> datetime:
    """A wall time on a convention day, as an instant."""
    hour, minute = wall.split(":")
    return datetime.combine(FIRST_DAY + timedelta(days=day), time(int(hour), int(minute)), SEOUL)


def plan_of(session: Session) -> dict[str, Any]:
    """The session as the API takes it."""
    starts_at = seoul(session.day, session.at)
    return {
        "title": {"ko": session.ko, "en": session.en, "original": "ko"},
        "kind": session.kind,
        "track": "conference",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=session.minutes)).isoformat(),
    }
