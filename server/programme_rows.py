"""Which rows of the programme somebody may have: what is announced to them, what is theirs, and what is behind the
scenes for those who work there. For nobody we know: what is public."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import SQLModel

from server.accounts.permissions import May
from server.conventions import tables as house
from server.eventlog.tables import EventStream
from sessions import tables as programme
from sessions.floor import tables as floor
from sessions.readers import MODERATING
from sessions.states import SessionState

if TYPE_CHECKING:
    from server.scope import GuestScope, OwnScope, Scope

Condition = ColumnElement[bool]
Model = type[SQLModel]


def _t(model: Model) -> Any:
    return model.__table__  # type: ignore[attr-defined]


# Subqueries read from tables under other names: they get no conditions of their own.
_S, _PLACE, _PART, _SPEAKER, _CHANNEL, _QUESTION, _MESSAGE, _POLL, _CONTESTANT = (
    _t(model).alias()
    for model in (
        *(programme.ProgrammeSession, programme.Registration, programme.Appearance, programme.Speaker),
        *(programme.StreamChannel, floor.Question, floor.Message, floor.Poll, floor.Contestant),
    )
)


def appears(person_id: UUID | None, roles: tuple[str, ...] = ()) -> Any:
    """The sessions in which somebody has a part, or one of these roles."""
    both = _PART.join(_SPEAKER, _SPEAKER.c.id == _PART.c.speaker_id)
    parts = select(_PART.c.session_id).select_from(both).where(_SPEAKER.c.person_id == person_id)
    return parts.where(_PART.c.role.in_(roles)) if roles else parts


def _places(person_id: UUID | None, *states: str) -> Any:
    places = select(_PLACE.c.session_id).where(_PLACE.c.person_id == person_id)
    return places.where(_PLACE.c.state.in_(states)) if states else places


def visible(table: Any, scope: "Scope") -> Condition:
    """The sessions that somebody may know of: all for those who run them; else what is announced to them."""
    inside: Condition = table.c.convention_id == scope.convention_id
    if scope.actor.may(May.RUN_PROGRAMME):
        return inside
    person = scope.actor.person_id
    to_all = table.c.audience != "invited"
    announced = table.c.state != SessionState.DRAFT.value
    mine = or_(to_all, table.c.id.in_(_places(person)), table.c.id.in_(appears(person)))
    found: Condition = inside & announced & mine
    return found


def watchable(table: Any, scope: "Scope") -> Condition:
    """Of these, the sessions that they may watch: where places are given, those who have one, and who has a part."""
    seen = visible(table, scope)
    if scope.actor.may(May.RUN_PROGRAMME):
        return seen
    person = scope.actor.person_id
    placed = or_(table.c.id.in_(_places(person, "registered")), table.c.id.in_(appears(person)))
    return seen & or_(~table.c.registers, placed)


def moderated(table: Any, scope: "Scope") -> Condition:
    """The sessions whose floor they moderate: as its chair or host, or as staff."""
    inside: Condition = table.c.convention_id == scope.convention_id
    if scope.actor.may(May.RUN_PROGRAMME):
        return inside
    own: Condition = inside & table.c.id.in_(appears(scope.actor.person_id, MODERATING))
    return own


def _sessions(rule: Callable[[Any, "Scope"], Condition], scope: "Scope") -> Any:
    return select(_S.c.id).where(rule(_S, scope))


def _below(model: Model, rule: Callable[[Any, "Scope"], Condition]) -> Callable[["Scope"], Condition]:
    """The rows of sessions of that kind."""
    column = _t(model).c.session_id
    return lambda scope: column.in_(_sessions(rule, scope))


def _shown(model: Model, *states: str) -> Callable[["Scope"], Condition]:
    """On the floor of what they may watch: what stands there in one of these states, and one's own; all of it for
    moderators."""
    c = _t(model).c

    def condition(scope: "Scope") -> Condition:
        mine = c.person_id == scope.actor.person_id if "person_id" in c else false()
        public: Condition = c.session_id.in_(_sessions(watchable, scope)) & or_(c.state.in_(states), mine)
        return or_(public, c.session_id.in_(_sessions(moderated, scope)))

    return condition


def _own_or_moderated(model: Model) -> Callable[["Scope"], Condition]:
    c = _t(model).c

    def condition(scope: "Scope") -> Condition:
        inside: Condition = c.convention_id == scope.convention_id
        return inside & or_(c.person_id == scope.actor.person_id, c.session_id.in_(_sessions(moderated, scope)))

    return condition


def _own(model: Model) -> Callable[["Scope"], Condition]:
    """One's own in the convention."""
    c = _t(model).c
    return lambda scope: (c.convention_id == scope.convention_id) & (c.person_id == scope.actor.person_id)


def _own_below(model: Model, column: str, parent: Any) -> Callable[["Scope"], Condition]:
    """One's own votes and reports in the convention: nobody sees those of others, moderators neither."""
    c = _t(model).c
    return lambda scope: (
        (c.person_id == scope.actor.person_id)
        & c[column].in_(select(parent.c.id).where(parent.c.convention_id == scope.convention_id))
    )


def _announcements(scope: "Scope") -> Condition:
    c = _t(floor.Announcement).c
    inside: Condition = c.convention_id == scope.convention_id
    return inside & or_(c.session_id.is_(None), c.session_id.in_(_sessions(visible, scope)))


def _through(model: Model, column: str, parent: Any, rule: Callable[[Any, "Scope"], Condition]) -> Any:
    """The rows below rows of such sessions: of questions, messages, polls, contestants, channels."""
    mine = _t(model).c[column]
    return lambda scope: mine.in_(select(parent.c.id).where(parent.c.session_id.in_(_sessions(rule, scope))))


def _tallies(scope: "Scope") -> Condition:
    """Results that are shown; all for moderators."""
    column = _t(floor.PollTally).c.poll_id
    shown = select(_POLL.c.id).where(_POLL.c.shown, _POLL.c.session_id.in_(_sessions(watchable, scope)))
    all_of = select(_POLL.c.id).where(_POLL.c.session_id.in_(_sessions(moderated, scope)))
    found: Condition = or_(column.in_(shown), column.in_(all_of))
    return found


def _scores(scope: "Scope") -> Condition:
    c = _t(floor.Score).c
    inside: Condition = c.convention_id == scope.convention_id
    judged = select(_CONTESTANT.c.id).where(_CONTESTANT.c.session_id.in_(_sessions(moderated, scope)))
    return inside & or_(c.person_id == scope.actor.person_id, c.contestant_id.in_(judged))


def _audience(model: Model) -> Callable[["Scope"], Condition]:
    return _below(model, visible)


def _whole(model: Model) -> Callable[[Any], Condition]:
    column = _t(model).c.convention_id
    return lambda scope: column == scope.convention_id


def _behind(model: Model, may: May) -> Callable[["Scope"], Condition]:
    column = _t(model).c.convention_id
    return lambda scope: column == scope.convention_id if scope.actor.may(may) else false()


IN_CONVENTION: Mapping[Model, Callable[["Scope"], Condition]] = {
    **{model: _whole(model) for model in (programme.Track, programme.Room, programme.Listing, programme.Speaker)},
    programme.ProgrammeSession: lambda scope: visible(_t(programme.ProgrammeSession), scope),
    programme.Appearance: _below(programme.Appearance, visible),
    programme.StreamChannel: _below(programme.StreamChannel, watchable),
    programme.StreamReading: _through(programme.StreamReading, "channel_id", _CHANNEL, watchable),
    programme.Material: _below(programme.Material, watchable),
    programme.Registration: _own_or_moderated(programme.Registration),
    programme.CalendarFeed: _own(programme.CalendarFeed),
    programme.Viewer: _audience(programme.Viewer),
    programme.Presence: _audience(programme.Presence),
    programme.Audience: _audience(programme.Audience),
    programme.Stay: _own_or_moderated(programme.Stay),
    programme.ReportedFigure: _behind(programme.ReportedFigure, May.SEE_FIGURES),
    floor.Announcement: _announcements,
    floor.Question: _shown(floor.Question, "open", "answered"),
    floor.QuestionVote: _own_below(floor.QuestionVote, "question_id", _QUESTION),
    floor.Message: _shown(floor.Message, "shown", "past"),
    floor.MessageReport: _own_below(floor.MessageReport, "message_id", _MESSAGE),
    floor.Mute: _own_or_moderated(floor.Mute),
    floor.Poll: _shown(floor.Poll, "open", "closed"),
    floor.PollVote: _own_below(floor.PollVote, "poll_id", _POLL),
    floor.PollTally: _tallies,
    floor.Hand: _own_or_moderated(floor.Hand),
    floor.ReactionCount: _below(floor.ReactionCount, watchable),
    floor.Contest: _below(floor.Contest, watchable),
    floor.Contestant: _below(floor.Contestant, watchable),
    floor.Score: _scores,
}


def _public(table: Any, scope: "GuestScope") -> Condition:
    inside: Condition = table.c.convention_id == scope.convention_id
    public: Condition = inside & (table.c.audience == "public") & (table.c.state != SessionState.DRAFT.value)
    return public


def _open_to_all(scope: "GuestScope", *, watched: bool = False) -> Any:
    found = select(_S.c.id).where(_public(_S, scope))
    return found.where(~_S.c.registers) if watched else found


def _guest_below(model: Model, *states: str, watched: bool = True) -> Callable[["GuestScope"], Condition]:
    c = _t(model).c

    def condition(scope: "GuestScope") -> Condition:
        inside: Condition = c.session_id.in_(_open_to_all(scope, watched=watched))
        return inside & c.state.in_(states) if states else inside

    return condition


def _guest_through(model: Model, column: str, parent: Any, *conditions: Any) -> Callable[["GuestScope"], Condition]:
    mine = _t(model).c[column]
    return lambda scope: mine.in_(
        select(parent.c.id).where(parent.c.session_id.in_(_open_to_all(scope, watched=True)), *conditions)
    )


def _guest_places(model: Model, column: str) -> Callable[["GuestScope"], Condition]:
    """Tracks and rooms that public sessions name."""
    c = _t(model).c
    return lambda scope: (
        (c.convention_id == scope.convention_id) & c.code.in_(select(_S.c[column]).where(_public(_S, scope)))
    )


def _guest_speakers(scope: "GuestScope") -> Condition:
    c = _t(programme.Speaker).c
    parts = select(_PART.c.speaker_id).where(_PART.c.session_id.in_(_open_to_all(scope)))
    found: Condition = c.id.in_(parts)
    return found


def _guest_announcements(scope: "GuestScope") -> Condition:
    c = _t(floor.Announcement).c
    inside: Condition = c.convention_id == scope.convention_id
    return inside & or_(c.session_id.is_(None), c.session_id.in_(_open_to_all(scope, watched=True)))


FOR_GUESTS: Mapping[Model, Callable[["GuestScope"], Condition]] = {
    house.Convention: lambda scope: _t(house.Convention).c.id == scope.convention_id,
    EventStream: _whole(EventStream),
    programme.Track: _guest_places(programme.Track, "track"),
    programme.Room: _guest_places(programme.Room, "room"),
    programme.Listing: _whole(programme.Listing),
    programme.Speaker: _guest_speakers,
    programme.ProgrammeSession: lambda scope: _public(_t(programme.ProgrammeSession), scope),
    programme.Appearance: _guest_below(programme.Appearance, watched=False),
    programme.StreamChannel: _guest_below(programme.StreamChannel),
    programme.StreamReading: _guest_through(programme.StreamReading, "channel_id", _CHANNEL),
    programme.Material: _guest_below(programme.Material),
    programme.Audience: _guest_below(programme.Audience, watched=False),
    programme.Presence: _guest_below(programme.Presence, watched=False),
    floor.Announcement: _guest_announcements,
    floor.Question: _guest_below(floor.Question, "open", "answered"),
    floor.Message: _guest_below(floor.Message, "shown", "past"),
    floor.Poll: _guest_below(floor.Poll, "open", "closed"),
    floor.PollTally: _guest_through(floor.PollTally, "poll_id", _POLL, _POLL.c.shown),
    floor.ReactionCount: _guest_below(floor.ReactionCount),
    floor.Contest: _guest_below(floor.Contest),
    floor.Contestant: _guest_below(floor.Contestant),
}


def _mine(model: Model) -> Callable[["OwnScope"], Condition]:
    column = _t(model).c.person_id
    return lambda scope: column == scope.person_id


def _own_parts(scope: "OwnScope") -> Condition:
    c = _t(programme.Appearance).c
    found: Condition = c.speaker_id.in_(select(_SPEAKER.c.id).where(_SPEAKER.c.person_id == scope.person_id))
    return found


def _asked_or_answered(scope: "OwnScope") -> Condition:
    c = _t(floor.Question).c
    found: Condition = or_(c.person_id == scope.person_id, c.answered_by == scope.person_id)
    return found


def _of_own(model: Model, rows: Model, column: str) -> Callable[["OwnScope"], Condition]:
    """What one's own rows are about."""
    key, own = _t(model).c.id, _t(rows).alias()
    return lambda scope: key.in_(select(own.c[column]).where(own.c.person_id == scope.person_id))


OF_ONESELF: Mapping[Model, Callable[["OwnScope"], Condition]] = {
    **{
        model: _mine(model)
        for model in (
            *(programme.Speaker, programme.Registration, programme.CalendarFeed, programme.Viewer, programme.Stay),
            *(floor.QuestionVote, floor.Message, floor.MessageReport, floor.Mute, floor.PollVote),
            *(floor.Hand, floor.Score),
        )
    },
    programme.Appearance: _own_parts,
    programme.ReportedFigure: lambda scope: _t(programme.ReportedFigure).c.entered_by == scope.person_id,
    floor.Question: _asked_or_answered,
    floor.Poll: _of_own(floor.Poll, floor.PollVote, "poll_id"),
    floor.Contestant: _of_own(floor.Contestant, floor.Score, "contestant_id"),
}
