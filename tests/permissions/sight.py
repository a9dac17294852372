"""What of the programme and its floors somebody may see, told once more in plain words, row by row."""

from collections.abc import Callable, Mapping

from server.accounts.actors import Actor
from server.accounts.permissions import May
from tests.permissions.rows import Row, Rows

Sight = Callable[[Rows, Actor, Row], bool]

# By which of their columns rows belong to others that belong to a session.
PARENTS = {
    "question_id": "question",
    "message_id": "message",
    "poll_id": "poll",
    "contestant_id": "contestant",
    "channel_id": "stream_channel",
}

# What stands on a floor for everybody.
STANDING: Mapping[str, tuple[str, ...]] = {
    "question": ("open", "answered"),
    "message": ("shown", "past"),
    "poll": ("open", "closed"),
}


def parent_of(rows: Rows, row: Row) -> Row:
    """The row above a row."""
    column = next(name for name in PARENTS if name in row.values)
    return next(above for above in rows.all[PARENTS[column]] if above.key[0] == row.values[column])


def session_of(rows: Rows, row: Row) -> Row:
    """The session that a row belongs to."""
    if "session_id" not in row.values:
        return session_of(rows, parent_of(rows, row))
    return next(one for one in rows.all["programme_session"] if one.key[0] == row.values["session_id"])


def parts_in(rows: Rows, actor: Actor, session: Row) -> set[str]:
    """What somebody is in a session."""
    mine = {one.key[0] for one in rows.all["speaker"] if one.values["person_id"] == actor.person_id}
    found = (one.values for one in rows.all["appearance"] if one.values["session_id"] == session.key[0])
    return {one["role"] for one in found if one["speaker_id"] in mine}


def places_in(rows: Rows, actor: Actor, session: Row) -> set[str]:
    """The states of somebody's places in a session."""
    found = (one.values for one in rows.all["registration"] if one.values["session_id"] == session.key[0])
    return {one["state"] for one in found if one["person_id"] == actor.person_id}


def knows(rows: Rows, actor: Actor, session: Row) -> bool:
    """Planners know of everything, others of what is announced, and of what only some are invited to if they are."""
    if actor.may(May.RUN_PROGRAMME):
        return True
    to_all = session.values["audience"] != "invited"
    mine = to_all or places_in(rows, actor, session) or parts_in(rows, actor, session)
    return session.values["state"] != "draft" and bool(mine)


def watches(rows: Rows, actor: Actor, session: Row) -> bool:
    """Of these they watch what asks for no place, or where they have one, or a part."""
    if actor.may(May.RUN_PROGRAMME):
        return True
    placed = "registered" in places_in(rows, actor, session) or bool(parts_in(rows, actor, session))
    return knows(rows, actor, session) and (not session.values["registers"] or placed)


def moderates(rows: Rows, actor: Actor, session: Row) -> bool:
    return actor.may(May.RUN_PROGRAMME) or not parts_in(rows, actor, session).isdisjoint({"chair", "host"})


def own(_: Rows, actor: Actor, row: Row) -> bool:
    return bool(row.values["person_id"] == actor.person_id)


def below(rule: Sight) -> Sight:
    """The rows of such sessions."""
    return lambda rows, actor, row: rule(rows, actor, session_of(rows, row))


def standing(*states: str) -> Sight:
    """What stands on a floor that they watch, and what is theirs there; on one that they moderate everything."""

    def seen(rows: Rows, actor: Actor, row: Row) -> bool:
        session, mine = session_of(rows, row), row.values.get("person_id") == actor.person_id
        stands = row.values["state"] in states or mine
        return (stands and watches(rows, actor, session)) or moderates(rows, actor, session)

    return seen


def own_or_moderated(rows: Rows, actor: Actor, row: Row) -> bool:
    return own(rows, actor, row) or moderates(rows, actor, session_of(rows, row))


def shown_tally(rows: Rows, actor: Actor, row: Row) -> bool:
    session, shown = session_of(rows, row), parent_of(rows, row).values["shown"]
    return (shown and watches(rows, actor, session)) or moderates(rows, actor, session)


SIGHT: Mapping[str, Sight] = {
    "programme_session": knows,
    **dict.fromkeys(("appearance", "viewer", "presence", "audience", "announcement"), below(knows)),
    **dict.fromkeys(("stream_channel", "stream_reading", "material"), below(watches)),
    **dict.fromkeys(("reaction_count", "contest", "contestant"), below(watches)),
    **dict.fromkeys(("registration", "stay", "mute", "hand", "score"), own_or_moderated),
    **dict.fromkeys(("calendar_feed", "question_vote", "message_report", "poll_vote"), own),
    "reported_figure": lambda _, actor, __: actor.may(May.SEE_FIGURES),
    **{name: standing(*states) for name, states in STANDING.items()},
    "poll_tally": shown_tally,
}


def is_public(session: Row, *, watched: bool = False) -> bool:
    """Anybody knows of it; `watched`: and watches it."""
    announced = session.values["audience"] == "public" and session.values["state"] != "draft"
    return announced and not (watched and session.values["registers"])


def guest_knows(rows: Rows, name: str, row: Row) -> bool:
    """What somebody without an account sees of their convention."""
    if name in ("convention", "event_stream", "listing"):
        return True
    public = [one for one in rows.all["programme_session"] if one.convention == row.convention and is_public(one)]
    if name in ("track", "room"):
        return row.values["code"] in {one.values[name] for one in public}
    if name == "speaker":
        shown = {one.key[0] for one in public}
        parts = (one.values for one in rows.all["appearance"] if one.values["speaker_id"] == row.key[0])
        return any(part["session_id"] in shown for part in parts)
    if name in ("programme_session", "appearance", "audience", "presence"):
        return is_public(row if name == "programme_session" else session_of(rows, row))
    stands = row.values.get("state") in STANDING[name] if name in STANDING else True
    shown_to_all = name != "poll_tally" or parent_of(rows, row).values["shown"]
    return stands and shown_to_all and is_public(session_of(rows, row), watched=True)
