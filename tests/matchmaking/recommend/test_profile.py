from typing import Any
from uuid import UUID

from matchmaking.errors import NotFound
from matchmaking.recommend.errors import UnknownCategory
from matchmaking.recommend.profile import (
    MatchProfile,
    ProfileRecord,
    about_text,
    needed,
    offered,
    profile_of,
    set_profile,
    wanted_text,
)
from matchmaking.tables import Participation
from server.database import reading
from server.ids import new_id
from tests.factories import Fair, refused
from tests.matchmaking.recommend.terms import add_taxonomy
from tests.matchmaking.recommend.test_taxonomy import MEDICAL

SAID = MatchProfile(
    offers=("pcr",),
    certifications=("CE",),
    size="small",
    volumes=("10k_100k",),
    about={"ko": "검사키트를 만듭니다", "original": "ko"},
    looking_for={"en": "Distributors in Asia"},
)


def row_of(fair: Fair, party_id: UUID) -> Participation:
    with reading(fair.engine) as db:
        return db.get_one(Participation, party_id)


def test_profile_is_kept_told_as_a_change_and_found(fair: Fair) -> None:
    add_taxonomy(fair)
    maker = fair.exhibitor()
    assert fair.perform(maker, set_profile, maker.id, SAID) == ProfileRecord(id=maker.id, version=2)
    row = row_of(fair, maker.id)
    assert profile_of(row) == SAID
    assert row.found_by.endswith("검사키트를 만듭니다 distributors in asia")
    assert fair.told() == ["party.changed"]
    fair.perform(maker, set_profile, maker.id, MatchProfile())
    assert row_of(fair, maker.id).matching == {}


def test_profile_names_known_terms_and_a_party_that_is_there(fair: Fair) -> None:
    add_taxonomy(fair)
    maker = fair.exhibitor()
    with refused(UnknownCategory, fields=["offers.1", "needs.0"]):
        fair.perform(maker, set_profile, maker.id, MatchProfile(offers=("pcr", "tests"), needs=("pc",)))
    with refused(NotFound):
        fair.perform(maker, set_profile, new_id(), MatchProfile())
    assert row_of(fair, maker.id).matching == {}


def party(**about: Any) -> Participation:
    usual: dict[str, Any] = {
        "offers": True,
        "seeks": False,
        "category": None,
        "products": [],
        "interests": [],
        "matching": {},
    }
    return Participation(**{**usual, **about})


def test_what_nobody_chose_is_read_from_words() -> None:
    imported = party(category="진단", products=["PCR 검사키트", "Other things"], interests=["KF94 마스크"])
    said = profile_of(imported)
    assert offered(imported, said, MEDICAL) == {"dx", "pcr"}
    assert needed(imported, said, MEDICAL) == {"mask"}
    assert about_text(imported, said) == "진단 PCR 검사키트 Other things"
    chosen = MatchProfile(offers=("img",), needs=("ivd",), about={"en": "PCR kits"})
    assert offered(imported, chosen, MEDICAL) == {"img"}
    assert needed(imported, chosen, MEDICAL) == {"ivd"}


def test_free_words_name_terms_too() -> None:
    seeker = party(offers=False, seeks=True, category="Imaging")
    said = MatchProfile(looking_for={"zh": "求购PCR试剂盒", "original": "zh"})
    assert offered(seeker, said, MEDICAL) == frozenset()  # who only buys offers nothing
    assert needed(seeker, said, MEDICAL) == {"pcr"}
    assert wanted_text(seeker, said) == "求购PCR试剂盒"
