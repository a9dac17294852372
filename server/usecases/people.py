"""Speakers with an account, and places for people: whose account it is, is looked up in the same command, after who
asks: others learn nothing of who is known here."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from server.usecases.accounts import Named, accounts_of
from server.work import Work
from sessions import lineup, registration
from sessions.lineup import SpeakerRecord
from sessions.listing import check_planner
from sessions.readers import load
from sessions.registration import PlacesRecord, Seat


def add_speaker(work: Work, /, *, name: Mapping[str, str], person: Named | None = None, **about: Any) -> SpeakerRecord:
    """As sessions.lineup.add_speaker, with the account that belongs to them.

    Raises:
        as that does; UnknownPerson.
    """
    check_planner(work)
    return lineup.add_speaker(work, name=name, **about, **_account(work, person))


def change_speaker(work: Work, /, speaker_id: UUID, **changed: Any) -> SpeakerRecord:
    """As sessions.lineup.change_speaker; `person` is the account that belongs to them, None that none does.

    Raises:
        as that does; UnknownPerson.
    """
    lineup.load_speaker(work, speaker_id)
    account = _account(work, changed.pop("person")) if "person" in changed else {}
    return lineup.change_speaker(work, speaker_id, **changed, **account)


def give_places(work: Work, session_id: UUID, people: Sequence[Named], *, seat: Seat, settled: bool) -> PlacesRecord:
    """As sessions.registration.give_places, to people by id or mail address.

    Raises:
        as that does; UnknownPerson.
    """
    load(work, session_id)
    return registration.give_places(work, session_id, accounts_of(work, people), seat=seat, settled=settled)


def _account(work: Work, person: Named | None) -> dict[str, UUID | None]:
    return {"person_id": accounts_of(work, [person])[0] if person is not None else None}
