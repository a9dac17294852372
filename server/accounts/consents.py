"""Consent: what people are asked to agree to, in which words, and what each has said.

Every purpose is asked on its own, and nobody loses anything by saying no. The newest word to a purpose counts, where
it was said; silence is no.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, select

from server.accounts.tables import Consent
from server.errors import Unreadable
from server.ids import new_id
from server.work import Work

Texts = Mapping[str, str]


class Purpose(StrEnum):
    """What somebody can agree to."""

    SHARE_CONTACT = "share_contact"
    TRANSFER_ABROAD = "transfer_abroad"
    RECORDING = "recording"
    PORTRAIT = "portrait"
    REUSE = "reuse"


class Source(StrEnum):
    """How it was said."""

    INVITATION = "invitation"
    PAGE = "page"
    PAPER = "organiser_paper"


@dataclass(frozen=True, slots=True)
class Wording:
    """What is shown when somebody is asked, by language. Other words get another version."""

    version: str
    title: Texts
    text: Texts


WORDINGS: Mapping[Purpose, Wording] = {
    Purpose.SHARE_CONTACT: Wording(
        "1",
        {"en": "Show my contact data to those I meet", "ko": "상담 상대에게 연락처 공개"},
        {
            "en": "Your mail address and phone number are shown to the people of the other side of an agreed meeting, "
            "if they agree to the same. They are shown as long as the convention keeps your data. You may say no: "
            "meetings take place all the same, and you reach each other here.",
            "ko": "확정된 상담의 상대방이 같은 항목에 동의한 경우, 그 상대방에게 귀하의 전자우편 주소와 전화번호를 "
            "보여 줍니다. 행사에서 귀하의 정보를 보유하는 기간 동안 제공됩니다. 동의하지 않을 수 있으며, 동의하지 "
            "않아도 상담은 그대로 진행되고 이 서비스 안에서 연락할 수 있습니다.",
        },
    ),
    Purpose.TRANSFER_ABROAD: Wording(
        "1",
        {"en": "Show my contact data abroad", "ko": "연락처의 국외 제공"},
        {
            "en": "If the other side of an agreed meeting is in another country, your mail address and phone number "
            "are shown there, over an encrypted connection, when that person opens the meeting. The law there may "
            "protect your data less. You may say no: then they are shown within your own country only.",
            "ko": "확정된 상담의 상대방이 다른 나라에 있는 경우, 상대방이 상담 화면을 열 때 암호화된 통신으로 귀하의 "
            "전자우편 주소와 전화번호가 그 나라에 제공됩니다. 그 나라의 법은 귀하의 정보를 덜 보호할 수 있습니다. "
            "동의하지 않을 수 있으며, 그 경우 연락처는 귀하의 나라 안에서만 보입니다.",
        },
    ),
    Purpose.RECORDING: Wording(
        "1",
        {"en": "Recording of sessions", "ko": "세션 녹화·녹음"},
        {
            "en": "Programme sessions in which you speak or ask may be recorded in sound and picture and shown to "
            "those who take part in the convention. One-to-one meetings are not recorded. You may say no: then you "
            "are left out of recordings.",
            "ko": "귀하가 발표하거나 질문하는 콘퍼런스 세션을 녹화·녹음하여 행사 참가자에게 보여 줄 수 있습니다. "
            "일대일 상담은 녹화하지 않습니다. 동의하지 않을 수 있으며, 그 경우 녹화물에서 제외됩니다.",
        },
    ),
    Purpose.PORTRAIT: Wording(
        "1",
        {"en": "Pictures of me in reports", "ko": "초상의 보고서·홍보 이용"},
        {
            "en": "Photographs and screen pictures of the convention that show you may appear in its results report "
            "and in news about it. You may say no: then such pictures are not used.",
            "ko": "귀하가 나온 행사 사진과 화면을 결과보고서와 행사 소식에 실을 수 있습니다. 동의하지 않을 수 있으며, "
            "그 경우 해당 사진은 사용하지 않습니다.",
        },
    ),
    Purpose.REUSE: Wording(
        "1",
        {"en": "Keep my data for the next edition", "ko": "다음 행사를 위한 정보 보유"},
        {
            "en": "Your name, position, mail address, phone number and country are kept for at most three years "
            "longer, to invite you to the next edition of this convention. You may say no: then they are erased when "
            "the convention's time for keeping them is over.",
            "ko": "다음 행사에 초대하기 위하여 귀하의 이름, 직위, 전자우편 주소, 전화번호, 국가를 보유 기간이 끝난 뒤 "
            "최대 3년까지 더 보유합니다. 동의하지 않을 수 있으며, 그 경우 행사의 보유 기간이 끝나면 삭제합니다.",
        },
    ),
}


class Said(NamedTuple):
    """Somebody's newest word to a purpose."""

    given: bool
    version: str
    source: str
    at: datetime


class ConsentRecord(BaseModel):
    """What somebody has said to one purpose."""

    purpose: Purpose
    given: bool
    version: str
    at: datetime


class ConsentsRecord(BaseModel):
    """What somebody has said so far in a convention; of purposes they said nothing about there is nothing."""

    said: tuple[ConsentRecord, ...]


def record_consents(
    work: Work, person_id: UUID, convention_id: UUID, given: Mapping[str, bool], source: str, real_now: datetime
) -> ConsentsRecord:
    """Keep what a person says to some purposes, in the words they are asked with today. The same again is no news.

    Raises:
        Unreadable: there is no such purpose.
    """
    unknown = sorted(set(given) - set(Purpose))
    if unknown:
        raise Unreadable("There is no such purpose.", purposes=unknown)
    before = newest(work.db, convention_id, [person_id]).get(person_id, {})
    for purpose, wording in WORDINGS.items():
        if purpose not in given:
            continue
        said = Said(given[purpose], wording.version, source, real_now)
        known = before.get(purpose)
        if known is None or known[:3] != said[:3]:
            row = Consent(
                id=new_id(), person_id=person_id, convention_id=convention_id, purpose=purpose, **said._asdict()
            )
            work.db.add(row)
            before[purpose] = said
    work.db.flush()
    return consents_record(before)


def consents_record(said: Mapping[str, Said]) -> ConsentsRecord:
    """The record of somebody's words, in the order in which they are asked."""
    words = [(purpose, said[purpose]) for purpose in Purpose if purpose in said]
    return ConsentsRecord(
        said=tuple(
            ConsentRecord(purpose=purpose, given=word.given, version=word.version, at=word.at)
            for purpose, word in words
        )
    )


def newest(
    db: Session, convention_id: UUID, people: Iterable[UUID], purposes: Iterable[str] = tuple(Purpose)
) -> dict[UUID, dict[str, Said]]:
    """What these people have said in a convention: {person: {purpose: newest word}}."""
    query = (
        select(Consent)
        .where(
            Consent.convention_id == convention_id,
            col(Consent.person_id).in_(list(people)),
            col(Consent.purpose).in_(list(purposes)),
        )
        .order_by(col(Consent.at), col(Consent.id))
    )
    said: dict[UUID, dict[str, Said]] = {}
    for row in db.exec(query):
        said.setdefault(row.person_id, {})[row.purpose] = Said(row.given, row.version, row.source, row.at)
    return said


def counts(db: Session, convention_id: UUID) -> dict[Purpose, tuple[int, int]]:
    """How many people of a convention have said yes and no to each purpose."""
    query = (
        select(Consent.person_id, Consent.purpose, Consent.given)
        .where(Consent.convention_id == convention_id)
        .order_by(col(Consent.at), col(Consent.id))
    )
    said = {(person, purpose): given for person, purpose, given in db.exec(query)}
    found = {purpose: [0, 0] for purpose in Purpose}
    for (_, purpose), given in said.items():
        found[Purpose(purpose)][0 if given else 1] += 1
    return {purpose: (yes, no) for purpose, (yes, no) in found.items()}
