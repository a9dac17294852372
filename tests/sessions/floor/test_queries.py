"""What is counted on a floor, as it goes out once a second."""

from server.accounts.actors import SYSTEM
from server.database import reading
from sessions.floor import polls, questions
from sessions.floor.polls import PollKind, vote
from sessions.floor.queries import live_counts
from sessions.floor.reactions import Reaction, add_reactions
from sessions.running import go_live
from tests.factories import Fair
from tests.sessions.floor.people import viewer
from tests.sessions.programme import TITLE, talk

NOTHING: dict[str, dict[str, int]] = {"reactions": {}, "questions": {}, "polls": {}}


def test_what_is_counted_on_a_floor_goes_out_together(fair: Fair) -> None:
    session_id, other = talk(fair, floor={"moderated": False}).id, talk(fair).id
    fair.perform(SYSTEM, go_live, session_id)
    question = fair.perform(viewer(), questions.ask, session_id, text="Why?").id
    fair.perform(viewer(), questions.vote, session_id, question)
    shown, hidden = (
        fair.perform(SYSTEM, polls.make, session_id, kind=PollKind.SCALE, question=TITLE, most=2, shown=seen).id
        for seen in (True, False)
    )
    for poll_id in (shown, hidden):
        fair.perform(SYSTEM, polls.open_poll, session_id, poll_id)
        fair.perform(viewer(), vote, session_id, poll_id, ["2"])
    fair.perform(SYSTEM, add_reactions, {session_id: {Reaction.WOW: 3}})
    with reading(fair.engine) as db:
        assert live_counts(db, session_id) == {
            "reactions": {"wow": 3},
            "questions": {str(question): 1},
            "polls": {str(shown): {"1": 0, "2": 1}},
        }
        assert live_counts(db, other) == NOTHING
