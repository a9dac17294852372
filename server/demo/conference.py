"""The demo's conference as its organiser sets it up: tracks, rooms, speakers with accounts, and sessions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.demo.programme import JUDGES, ROOMS, SESSIONS, SPEAKERS, TRACKS, Session, plan_of
from server.demo.stage import Player, Stage

CONTESTANTS = (("메디링크", "MediLink"), ("굿닥터AI", "GoodDoctor AI"), ("케어온", "CareOn"), ("바이오핏", "BioFit"))
CRITERIA = (("혁신성", "Innovation", 10, 2), ("시장성", "Market", 10, 1), ("발표", "Delivery", 5, 1))
OFFERS = (("가정용 혈압계", "Home blood pressure monitor", "49.90"), ("목 안마기", "Neck massager", "89.00"))


@dataclass(frozen=True)
class Planned:
    """A session that stands on the programme. `materials` and `contestants` are ids; `jurors` those with an account."""

    session: Session
    id: str
    starts_at: datetime
    ends_at: datetime
    materials: tuple[str, ...] = ()
    contestants: tuple[str, ...] = ()
    jurors: tuple[UUID, ...] = ()


def both(ko: str, en: str) -> dict[str, str]:
    """A text in both languages, written in Korean."""
    return {"ko": ko, "en": en, "original": "ko"}


async def plan_conference(stage: Stage, organiser: Player, citizens: list[UUID]) -> list[Planned]:
    """Put the whole programme on the site, as the organiser would in the weeks before."""
    for code, ko, en, colour in TRACKS:
        track = {"code": code, "name": both(ko, en), "colour": colour}
        await stage.must(organiser, "POST", "/programme/tracks", track)
    for code, ko, en, place, seats in ROOMS:
        room = {"code": code, "name": both(ko, en), "place": place, "capacity": seats}
        await stage.must(organiser, "POST", "/programme/rooms", room)
    accounts = await _add_speakers(stage, organiser)
    speakers = {key: await _add_speaker(stage, organiser, key, accounts[key]) for key, *_ in SPEAKERS}
    return [await _plan(stage, organiser, session, speakers, accounts, citizens) for session in SESSIONS]


async def _add_speakers(stage: Stage, organiser: Player) -> dict[str, UUID]:
    """Accounts of the speakers."""
    people = [
        {"email": f"{key}@speaker.example", "role": "speaker", "name": both(ko, en)} for key, ko, en, *_ in SPEAKERS
    ]
    made = await stage.must(organiser, "POST", "/people", {"people": people})
    return {key: UUID(person) for (key, *_), person in zip(SPEAKERS, made["people"], strict=True)}


async def _add_speaker(stage: Stage, organiser: Player, key: str, account: UUID) -> str:
    ko, en, ko_at, en_at = next(names for known, *names in SPEAKERS if known == key)
    body = {"name": both(ko, en), "affiliation": both(ko_at, en_at), "person": str(account)}
    made = await stage.must(organiser, "POST", "/programme/speakers", body)
    return str(made["id"])


async def _plan(
    stage: Stage,
    organiser: Player,
    session: Session,
    speakers: dict[str, str],
    accounts: dict[str, UUID],
    citizens: list[UUID],
) -> Planned:
    record = await stage.must(organiser, "POST", "/programme", plan_of(session))
    here = f"/programme/{record['id']}"
    parts = [{"speaker": speakers[key], "role": role} for key, role in session.people]
    await stage.must(organiser, "PUT", f"{here}/line-up", {"parts": parts})
    await stage.must(organiser, "PUT", f"{here}/channels", {"channels": list(_ways(record["id"]))})
    materials = await _add_offers(stage, organiser, here) if session.kind == "live_commerce" else ()
    contestants = await _prepare_contest(stage, organiser, here) if session.kind == "pitch" else ()
    if session.room == "media-centre":
        seats = {"people": [str(person) for person in citizens], "seat": "on_stage", "settled": True}
        await stage.must(organiser, "POST", f"{here}/places", seats)
    starts, ends = (datetime.fromisoformat(record[key]) for key in ("starts_at", "ends_at"))
    jurors = tuple(accounts[key] for key, role in session.people if role == JUDGES)
    return Planned(session, record["id"], starts, ends, tuple(materials), tuple(contestants), jurors)


def _ways(session_id: str) -> Iterator[dict[str, Any]]:
    """A stream, a second one for networks that block the first, and captions."""
    yield {
        "kind": "video",
        "url": f"https://www.youtube.com/watch?v={session_id.replace('-', '')[-11:]}",
        "language": "ko",
        "unreachable_in": ["CN"],
    }
    yield {"kind": "video", "url": f"https://live.smc2020.example/{session_id}/index.m3u8", "language": "ko"}
    yield {"kind": "captions", "url": f"https://live.smc2020.example/{session_id}/captions", "language": "en"}


async def _add_offers(stage: Stage, organiser: Player, here: str) -> list[str]:
    offers = [
        {"kind": "offer", "title": both(ko, en), "url": f"https://shop.smc2020.example/{number}", "price": price}
        for number, (ko, en, price) in enumerate(OFFERS, start=1)
    ]
    made = [await stage.must(organiser, "POST", f"{here}/materials", {**offer, "currency": "USD"}) for offer in offers]
    return [str(offer["id"]) for offer in made]


async def _prepare_contest(stage: Stage, organiser: Player, here: str) -> list[str]:
    criteria = [{"name": both(ko, en), "most": most, "weight": weight} for ko, en, most, weight in CRITERIA]
    await stage.must(organiser, "PUT", f"{here}/contest", {"criteria": criteria})
    made = [
        await stage.must(organiser, "POST", f"{here}/contest/contestants", {"name": both(ko, en)})
        for ko, en in CONTESTANTS
    ]
    return [str(contestant["id"]) for contestant in made]
