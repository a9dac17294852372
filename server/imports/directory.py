"""Who a cell means that names a party in whatever way: by a name in any language, or the mail of one of its people."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from server.imports.cells.mails import read_mail
from server.imports.findings import Problem, Reading, look, offer
from server.imports.known import ORGANISATION, PARTY, PERSON, SEAT
from server.imports.lexicon import Lexicon
from server.imports.text import key, organisation_key
from server.imports.vocabulary import words

_SUGGESTED = 5


class Directory:
    """The parties of a convention that offer ("exhibitor") or seek ("buyer")."""

    def __init__(self, db: Session, convention_id: UUID) -> None:
        connection = db.connection()
        parties = select(PARTY.c.id, PARTY.c.name, PARTY.c.offers, PARTY.c.seeks, ORGANISATION.c.name.label("known_as"))
        parties = parties.join(ORGANISATION, ORGANISATION.c.id == PARTY.c.organisation_id)
        mails = select(SEAT.c.participation_id, PERSON.c.email).join(PERSON, PERSON.c.id == SEAT.c.person_id)
        found = connection.execute(parties.where(PARTY.c.convention_id == convention_id)).all()
        seats = connection.execute(
            mails.where(SEAT.c.convention_id == convention_id, SEAT.c.active, PERSON.c.email.is_not(None))
        )
        self.names: dict[UUID, str] = {row.id: _shown(row.name) for row in found}
        self._sides = {row.id: _sides(row) for row in found}
        self._by_key: dict[str, dict[UUID, str]] = {}
        for row in found:
            for text in _texts(row):
                self._by_key.setdefault(organisation_key(text), {})[row.id] = text
        self._by_mail: dict[str, UUID] = {row.email: row.participation_id for row in seats}
        self._words = (self._sides, self._by_key, self._by_mail)

    def __eq__(self, other: object) -> bool:
        """Whether it finds the same parties by the same words."""
        return isinstance(other, Directory) and self._words == other._words

    def find(self, text: str, side: str) -> Reading[UUID | None]:
        """The party of that side which a cell means. One that is unknown, or several parties, must be looked at."""
        if "@" in text:
            return self._find_by_mail(text, side)
        meant = self._by_key.get(organisation_key(text), {})
        fitting = [party for party in meant if side in self._sides[party]]
        if len(fitting) == 1:
            return Reading(fitting[0])
        if fitting:
            reason = f"{len(fitting)} {side}s are called so; give the mail address of one's contact instead."
            return _unknown("name_ambiguous", reason)
        if meant:
            return _unknown("wrong_side", f"It takes part, but not as {_a(side)}.")
        return _unknown("party_unknown", f"No {side} is known by this name.", self._like(text, side))

    def _find_by_mail(self, text: str, side: str) -> Reading[UUID | None]:
        mail, problems = read_mail(text)
        if mail is None:
            return Reading(None, problems)
        party = self._by_mail.get(mail)
        if party is None:
            like = (one for one in self._mails.similar(mail) if side in self._sides[self._by_mail[one]])
            return _unknown("mail_unknown", f"No {side} has a contact with this address.", like)
        if side not in self._sides[party]:
            return _unknown("wrong_side", f"{self.names[party]} takes part, but not as {_a(side)}.")
        return Reading(party, problems)

    def _like(self, text: str, side: str) -> Iterable[str]:
        """Names a letter away, and those that differ in the legal form alone."""
        near = [*self._formless.get(_bare(text), ()), *self._names.similar(text)]
        return (self._by_key[organisation_key(name)][party] for name, party in near if side in self._sides[party])

    @cached_property
    def _names(self) -> Lexicon[tuple[str, UUID]]:
        return Lexicon(((text, (text, one)) for texts in self._by_key.values() for one, text in texts.items()), key)

    @cached_property
    def _formless(self) -> dict[str, list[tuple[str, UUID]]]:
        table: dict[str, list[tuple[str, UUID]]] = {}
        for texts in self._by_key.values():
            for party, text in texts.items():
                table.setdefault(_bare(text), []).append((text, party))
        return table

    @cached_property
    def _mails(self) -> Lexicon[str]:
        return Lexicon(((mail, mail) for mail in self._by_mail), key)


def _sides(row: Any) -> frozenset[str]:
    return frozenset(side for side, takes in (("exhibitor", row.offers), ("buyer", row.seeks)) if takes)


def _texts(row: Any) -> list[str]:
    """Every name of a party and of its organisation."""
    return [text for names in (row.known_as, row.name) for language, text in names.items() if language != "original"]


def _shown(names: Mapping[str, str]) -> str:
    return names.get(names.get("original", "")) or next(iter(names.values()), "")


def _bare(name: str) -> str:
    """The key of a name without the legal forms at its end: "Mir Labs Co., Ltd." and "Mir Labs" share it."""
    parts = [key(part) for part in name.replace(".", " ").replace(",", " ").split()]
    while len(parts) > 1 and parts[-1] in words("legal_forms"):
        parts.pop()
    return organisation_key(" ".join(parts))


def _unknown(code: str, reason: str, like: Iterable[str] = ()) -> Reading[UUID | None]:
    proposal, choices = offer(list(dict.fromkeys(like))[:_SUGGESTED])
    problem: Problem = look(code, f"{reason} The row is left out.", proposal, choices)
    return Reading(None, (problem,))


def _a(side: str) -> str:
    return "an exhibitor" if side == "exhibitor" else "a buyer"
