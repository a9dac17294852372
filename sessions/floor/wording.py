"""The texts of polls and contests, which stand in no event: what is asked, what one can choose, who competes."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from sessions.floor.queries import tallies_by_poll
from sessions.floor.records import WORD
from sessions.floor.states import PollState
from sessions.floor.tables import Contest, Contestant, Poll

Texts = dict[str, dict[str, Any]]
Ids = Mapping[str, Collection[UUID]]


def texts_of(db: Session, topic: str, ids: Ids | None) -> dict[str, Texts]:
    """{collection: {id: {..., "version": n}}} of a session's polls and contest, for its audience or its moderators.

    Args:
        topic: its key; there are no such texts but in a session's and in its moderators'.
        ids: of the records that are wanted, by collection; None for all.
    """
    kind, _, subject = topic.partition(":")
    if kind not in ("session", "backstage"):
        return {}
    session_id, behind = UUID(subject), kind == "backstage"
    found: dict[str, Texts] = {}
    if ids is None or ids.get("poll"):
        polls = select(Poll).where(Poll.session_id == session_id)
        polls = polls if behind else polls.where(Poll.state != PollState.DRAFT.value)
        wanted = polls if ids is None else polls.where(col(Poll.id).in_(ids["poll"]))
        found["poll"] = _polls(db, db.exec(wanted).all(), behind=behind)
    if ids is None or ids.get("contest"):
        contest = db.get(Contest, session_id)
        found["contest"] = {str(session_id): _contest(contest)} if contest else {}
    if ids is None or ids.get("contestant"):
        rows = select(Contestant).where(Contestant.session_id == session_id)
        chosen = rows if ids is None else rows.where(col(Contestant.id).in_(ids["contestant"]))
        found["contestant"] = {str(row.id): {"name": row.name, "version": row.version} for row in db.exec(chosen)}
    return found


def _polls(db: Session, polls: Collection[Poll], *, behind: bool) -> Texts:
    """What is asked; and the words that were said most, once they are final and to be seen."""
    said = [
        poll.id for poll in polls if poll.kind == WORD and poll.state == PollState.CLOSED and (poll.shown or behind)
    ]
    words = tallies_by_poll(db, said)
    return {
        str(poll.id): {
            "question": poll.question,
            "options": poll.options,
            "words": words[poll.id] if poll.id in said else None,
            "version": poll.version,
        }
        for poll in polls
    }


def _contest(contest: Contest) -> dict[str, Any]:
    return {"criteria": [one["name"] for one in contest.criteria], "version": contest.version}
