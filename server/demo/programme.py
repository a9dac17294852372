"""The conference of the demo, after the kinds of session that SMC 2020 had: times are Seoul's, people are invented."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
FIRST_DAY, LAST_DAY = date(2020, 11, 9), date(2020, 11, 12)

TRACKS = (
    ("opening", "개막·폐막", "Opening and closing", "#5b4b8a"),
    ("conference", "컨퍼런스", "Conference", "#1f5fbf"),
    ("digital", "디지털 헬스", "Digital health", "#0b7a75"),
    ("lectures", "시민 건강강좌", "Public health lectures", "#a14a00"),
)
ROOMS = (
    ("studio", "온라인 스튜디오", "Online studio", "online", None),
    ("media-centre", "성남미디어센터", "Seongnam Media Centre", "hybrid", 20),
    ("city-hall", "성남시청 온누리홀", "City Hall, Onnuri Hall", "on_site", 120),
)
SPEAKERS = (
    ("kim", "김하늘", "Kim Haneul", "성남시 의료관광과", "City of Seongnam"),
    ("park", "박서준", "Park Seojun", "분당 척추병원", "Bundang Spine Hospital"),
    ("lee", "이지아", "Lee Jia", "판교 심장센터", "Pangyo Heart Centre"),
    ("choi", "최민재", "Choi Minjae", "성남 안과", "Seongnam Eye Clinic"),
    ("tan", "탄 메이링", "Tan Mei Ling", "아세안 환자협회", "ASEAN Patients' Association"),
    ("omarov", "아이굴 오마로바", "Aigul Omarova", "알마티 의료여행", "Almaty Medical Travel"),
    ("silva", "카를라 실바", "Carla Silva", "상파울루 의대", "University of São Paulo"),
    ("jung", "정유나", "Jung Yuna", "성남 라이브커머스", "Seongnam Live Commerce"),
)


class Session(NamedTuple):
    """A session to be planned: convention day (0 is the first), wall time, minutes, and how many come to watch.

    `guests` are those of them who come without an account, to what is public. `people` are (speaker, role).
    """

    day: int
    at: str
    minutes: int
    kind: str
    ko: str
    en: str
    viewers: int
    track: str = "conference"
    room: str = "studio"
    people: tuple[tuple[str, str], ...] = ()
    guests: int = 0
    places: int | None = None


SPEAKS, CHAIRS, PANEL, HOSTS, JUDGES = "speaker", "chair", "panellist", "host", "juror"

SESSIONS = (
    Session(
        *(0, "10:00", 40, "ceremony", "개막식", "Opening ceremony", 110, "opening", "city-hall"),
        people=(("kim", HOSTS),),
        guests=60,
    ),
    Session(
        *(0, "11:00", 50, "keynote", "코로나 이후의 의료관광", "Medical travel after the pandemic", 120),
        people=(("tan", SPEAKS),),
    ),
    Session(
        *(0, "14:00", 60, "panel", "비대면 진료의 국경", "Telemedicine across borders", 70),
        people=(("kim", CHAIRS), ("lee", PANEL), ("silva", PANEL), ("omarov", PANEL)),
    ),
    Session(
        *(
            0,
            "19:00",
            40,
            "public_lecture",
            "건강강좌: 척추",
            "Public lecture: the spine",
            60,
            "lectures",
            "media-centre",
        ),
        people=(("park", SPEAKS),),
        guests=50,
    ),
    Session(
        *(1, "10:00", 50, "talk", "성남의 병원들", "Seongnam's hospitals", 80),
        people=(("park", SPEAKS), ("choi", SPEAKS)),
    ),
    Session(
        *(1, "14:00", 60, "panel", "환자의 여정", "The patient's journey", 70),
        people=(("tan", CHAIRS), ("omarov", PANEL), ("silva", PANEL)),
    ),
    Session(
        *(
            1,
            "19:00",
            40,
            "public_lecture",
            "건강강좌: 심장",
            "Public lecture: the heart",
            60,
            "lectures",
            "media-centre",
        ),
        people=(("lee", SPEAKS),),
        guests=50,
    ),
    Session(
        *(2, "10:00", 50, "keynote", "의료 인공지능", "Artificial intelligence in medicine", 110, "digital"),
        people=(("silva", SPEAKS),),
    ),
    Session(
        *(2, "13:30", 60, "pitch", "디지털헬스 발표", "Digital health pitches", 70, "digital"),
        people=(("jung", HOSTS), ("tan", JUDGES), ("silva", JUDGES), ("lee", JUDGES)),
    ),
    Session(
        *(2, "16:00", 40, "live_commerce", "성남 의료기기 라이브", "Live commerce: medical devices", 80, "digital"),
        people=(("jung", HOSTS),),
        guests=40,
    ),
    Session(
        *(2, "19:00", 40, "public_lecture", "건강강좌: 눈", "Public lecture: the eyes", 60, "lectures", "media-centre"),
        people=(("choi", SPEAKS),),
        guests=50,
    ),
    Session(
        *(3, "10:00", 50, "talk", "중앙아시아 시장", "Markets of Central Asia", 70),
        people=(("omarov", SPEAKS),),
    ),
    Session(
        *(3, "15:00", 60, "workshop", "통역과 상담 실무", "Workshop: interpreting a consultation", 40),
        people=(("kim", SPEAKS),),
        places=30,
    ),
    Session(
        *(3, "17:00", 30, "ceremony", "폐막식", "Closing ceremony", 90, "opening", "city-hall"),
        people=(("kim", HOSTS),),
        guests=60,
    ),
)


def seoul(day: int, wall: str) -> datetime:
    """A wall time on a convention day, as an instant."""
    hour, minute = wall.split(":")
    return datetime.combine(FIRST_DAY + timedelta(days=day), time(int(hour), int(minute)), SEOUL)


def plan_of(session: Session) -> dict[str, Any]:
    """The session as the API takes it."""
    starts_at = seoul(session.day, session.at)
    plan = {
        "title": {"ko": session.ko, "en": session.en, "original": "ko"},
        "kind": session.kind,
        "track": session.track,
        "room": session.room,
        "languages": ["ko", "en"],
        "audience": "public" if session.guests else "registered",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=session.minutes)).isoformat(),
    }
    return plan if session.places is None else {**plan, "capacity": session.places}
