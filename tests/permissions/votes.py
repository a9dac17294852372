"""What has been put to the vote in a session that is asked about, and what of it is a secret to whom."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session

from server.accounts.actors import SYSTEM, Actor
from server.ids import new_id
from server.work import Work
from sessions.floor import polls
from sessions.floor.contests import Judged, enter, prepare
from sessions.floor.polls import PollKind
from sessions.floor.tables import Contestant, Hand, Poll, PollTally
from sessions.tables import Appearance, Speaker
from tests.factories import Fair, Party

if TYPE_CHECKING:
    from tests.permissions.secrets import Secrets
    from tests.permissions.stage import Stage

ASKED, YES, NO = ({"en": text, "original": "en"} for text in ("Asked", "Yes", "No"))


def votes_of(fair: Fair, session_id: UUID, party: Party, juror: UUID, watcher: UUID) -> dict[str, UUID]:
    """A poll that is open, in which a viewer has voted, a draft, and one for words that is closed and hidden; the
    raised hand of a party's lead; and that party in a contest that somebody is to judge."""
    viewer = Actor(watcher, roles=frozenset({"viewer"}))
    opened, draft = (
        fair.perform(SYSTEM, polls.make, session_id, kind=PollKind.SINGLE, question=ASKED, options=[YES, NO]).id
        for _ in range(2)
    )
    words = fair.perform(SYSTEM, polls.make, session_id, kind=PollKind.WORD, question=ASKED, shown=False).id
    for poll_id, choice in ((opened, "1"), (words, "word")):
        fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
        fair.perform(viewer, polls.vote, session_id, poll_id, [choice])
    fair.perform(SYSTEM, polls.close, session_id, words)
    hand = new_id()

    def add(work: Work) -> None:
        up: dict[str, Any] = {"session_id": session_id, "convention_id": fair.id, "person_id": party.people[0]}
        work.db.add(Hand(id=hand, **up, state="raised", at=work.now))
        speaker = Speaker(id=new_id(), convention_id=fair.id, person_id=juror, name=YES)
        work.db.add(speaker)
        work.db.flush()
        work.db.add(Appearance(session_id=session_id, speaker_id=speaker.id, role="juror", convention_id=fair.id))

    fair.perform(SYSTEM, add)
    fair.perform(SYSTEM, prepare, session_id, [Judged(YES, 10, Decimal(1))])
    contestant = fair.perform(SYSTEM, enter, session_id, name=YES, party=party.id).id
    return {
        **{"poll_id": opened, "draft_poll_id": draft, "hidden_poll_id": words},
        **{"hand_id": hand, "contestant_id": contestant},
    }


def plant_votes(
    stage: "Stage", db: Session, secrets: "Secrets", members: frozenset[str], behind: frozenset[str]
) -> None:
    """Put a secret into each text: what stands is for all members, drafts and hidden words are for moderators, and
    for who said the word."""
    ids = stage.ours.ids
    opened, draft = (db.get_one(Poll, UUID(ids[name])) for name in ("poll_id", "draft_poll_id"))
    opened.question = {"en": secrets.make("poll", members), "original": "en"}
    opened.options = [{"en": secrets.make("option", members), "original": "en"}, NO]
    draft.question = {"en": secrets.make("draft", behind), "original": "en"}
    competing = db.get_one(Contestant, UUID(ids["contestant_id"]))
    competing.name = {"en": secrets.make("contestant", members), "original": "en"}
    said = db.get_one(PollTally, (UUID(ids["hidden_poll_id"]), "word"))
    db.delete(said)
    word = PollTally(poll_id=said.poll_id, choice=secrets.make("word", behind, "{:.40}"), votes=1)
    db.add_all([opened, draft, competing, word])
    db.flush()
