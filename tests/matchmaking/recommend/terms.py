"""A small taxonomy in the database, and parties that say what they are."""

from typing import Any

from matchmaking.recommend.profile import MatchProfile, set_profile
from matchmaking.recommend.tables import Category
from matchmaking.tables import Participation
from server.accounts.actors import SYSTEM
from server.work import Work
from tests.factories import Fair, Party
from tests.matchmaking.recommend.test_taxonomy import MEDICAL


def add_taxonomy(fair: Fair) -> None:
    """The terms of test_taxonomy.py."""

    def add(work: Work) -> None:
        for position, term in enumerate(MEDICAL.terms.values()):
            name, *synonyms = term.names
            work.db.add(
                Category(
                    convention_id=work.convention_id,
                    code=term.code,
                    parent=term.parent,
                    name={"en": name, "original": "en"},
                    synonyms={"ko": synonyms},
                    position=position,
                )
            )

    fair.perform(SYSTEM, add)


def describe(fair: Fair, party: Party, **about: Any) -> Party:
    """Give a party what the columns of its row say, and under `profile` what it says for matching."""
    profile = about.pop("profile", None)

    def write(work: Work) -> None:
        row = work.db.get_one(Participation, party.id)
        for name, value in about.items():
            setattr(row, name, value)
        row.version += 1
        work.db.add(row)

    fair.perform(SYSTEM, write)
    if profile is not None:
        fair.perform(SYSTEM, set_profile, party.id, MatchProfile(**profile))
    return party
