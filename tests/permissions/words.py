"""What has been said on the floor of a session that is asked about, and what of it is a secret to whom."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session

from server.accounts.actors import SYSTEM, Actor
from sessions.floor import announcements, chat, mutes, questions
from sessions.floor.tables import Message, Question
from tests.factories import Fair, Party

if TYPE_CHECKING:
    from tests.permissions.secrets import Secrets
    from tests.permissions.stage import Stage


def words_of(fair: Fair, session_id: UUID, party: Party, watcher: UUID) -> dict[str, UUID]:
    """A question that stands and a line of chat, by a viewer under their name, and a question that waits, by a party's
    lead without one; a mute for the line, and an announcement."""
    viewer = Actor(watcher, roles=frozenset({"viewer"}))
    question = fair.perform(viewer, questions.ask, session_id, text="Why?").id
    fair.perform(SYSTEM, questions.answer, session_id, question, text="Because.")
    fair.perform(SYSTEM, questions.reopen, session_id, question)
    message = fair.perform(viewer, chat.post, session_id, text="Hello").id
    return {
        "question_id": question,
        "pending_id": fair.perform(party, questions.ask, session_id, text="Who?", anonymous=True).id,
        "message_id": message,
        "mute_id": fair.perform(SYSTEM, mutes.mute, session_id, message).id,
        "announcement_id": fair.perform(SYSTEM, announcements.announce, text={"en": "Now", "original": "en"}).id,
    }


def plant_words(
    stage: "Stage", db: Session, secrets: "Secrets", members: frozenset[str], behind: frozenset[str]
) -> None:
    """Put a secret into each text: what stands is for all members, what waits for its asker and the moderators."""
    ids = stage.ours.ids
    asked = db.get_one(Question, UUID(ids["question_id"]))
    asked.text, asked.answer = secrets.make("question", members), secrets.make("answer", members)
    waiting = db.get_one(Question, UUID(ids["pending_id"]))
    waiting.text = secrets.make("pending", behind | {"buyer"})
    message = db.get_one(Message, UUID(ids["message_id"]))
    message.text = secrets.make("message", members)
    db.add_all([asked, waiting, message])
    db.flush()
