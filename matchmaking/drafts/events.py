"""What happened to drafts, as facts for the organiser: ids, codes, instants and figures only."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from matchmaking.events import Fact, Record


class ProgressRecord(Record):
    """How far a search is: its stage, `done` of `of` steps, and what stands by now. `bound` is None until it is known.
    `failure` is why it broke off: impossible, time, memory, killed, broken; `reasons` name what is impossible, by ids
    and times: pinned meetings that contradict each other, or the calendar."""

    stage: str = "waiting"
    done: int = 0
    of: int = 0
    meetings: int = 0
    weight: int = 0
    bound: float | None = None
    failure: str | None = None
    reasons: tuple[str, ...] = ()


class QualityRecord(Record):
    """How good a schedule is (`schedule.problem.Quality`); `unserved` is the number of such parties. `bound` and the
    gap to it are None until a bound is known, `discomfort_bound` is 0 until the search is over."""

    meetings: int
    weight: int
    bound: float | None
    gap_percent: float | None
    left_out: int
    pending: int
    idle_gaps: int
    discomfort: int
    discomfort_bound: int = 0
    worst_discomfort: int
    share_of_worst: float
    interpreter_minutes: int
    unserved: int


class DraftRecord(Record):
    """A draft as it stands. `edited`: meetings were moved or taken out since it was computed, which `quality` is not
    about. `lost`: meetings that publishing could not make."""

    id: UUID
    state: str
    judged: str
    seed: int
    based_on: UUID | None
    progress: ProgressRecord
    quality: QualityRecord | None
    edited: bool
    lost: int
    created_at: datetime
    ended_at: datetime | None
    version: int


class DraftGone(Record):
    """A draft that is no more."""

    id: UUID
    gone: Literal[True] = True


class DraftQueued(Fact):
    """A schedule was asked for; it begins once no other of the convention is being made."""

    type = "draft.queued"
    draft: DraftRecord


class DraftBegun(Fact):
    """The search for a schedule has begun, or goes on after a process that had it was gone."""

    type = "draft.begun"
    draft: DraftRecord


class DraftProgressed(Fact):
    """The search is further; told once a second at most."""

    type = "draft.progressed"
    draft: DraftRecord


class DraftFinished(Fact):
    """The schedule is as good as it gets."""

    type = "draft.finished"
    draft: DraftRecord


class DraftCancelled(Fact):
    """The search was called off; the best that it had found stays."""

    type = "draft.cancelled"
    draft: DraftRecord


class DraftFailed(Fact):
    """The search broke off: `progress.failure` says why. There is no schedule, or only the best that was kept."""

    type = "draft.failed"
    draft: DraftRecord


class DraftEdited(Fact):
    """A meeting of the draft was moved, pinned, taken out or put back; who shows them reads them again."""

    type = "draft.edited"
    draft: DraftRecord


class DraftPublished(Fact):
    """Its meetings are meetings now, but for those that are lost."""

    type = "draft.published"
    draft: DraftRecord


class DraftRemoved(Fact):
    """The draft is no more."""

    type = "draft.removed"
    draft: DraftGone
