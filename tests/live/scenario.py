"""A convention in which every kind of event happens, by real commands and timers, and all topics after each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from matchmaking import attendance, meetings, parties, requests
from matchmaking.seats import hand_over
from matchmaking.states import Outcome
from matchmaking.wishes import Wished, free, limit, prefer, prefer_many, rule, unprefer
from server.accounts.actors import SYSTEM, Actor
from server.conventions.commands import set_window
from server.conventions.representatives import update_representative
from server.imports.importing import SheetFile, prepare
from server.imports.taking import take
from server.live.topics import TopicCatalogue
from server.live.view import State
from server.work import Work
from sessions import programme, registration, rooms, running
from sessions.programme import AudienceKind
from sessions.reported import FigureName, report, take_back
from sessions.states import SessionState
from tests.factories import Fair, Party, at
from tests.live.drafts import schedules_are_made
from tests.live.interpreters import meetings_are_interpreted
from tests.live.rescue import proposals_are_answered
from tests.live.votes import votes_are_given
from tests.live.words import words_are_said
from tests.sessions.programme import TITLE, talk, watch

Answer = TypeVar("Answer")
Details = ParamSpec("Details")


@dataclass(frozen=True, slots=True)
class Moment:
    """Every topic's snapshot between two commands; `seq` is the last event in it."""

    seq: int
    states: dict[str, State]


@dataclass
class WatchedFair(Fair):
    """A fair that looks at all its topics after every command that has committed."""

    moments: list[Moment] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)

    def perform(
        self,
        by: Party | Actor,
        command: Callable[Concatenate[Work, Details], Answer],
        /,
        *details: Details.args,
        **named: Details.kwargs,
    ) -> Answer:
        answer = super().perform(by, command, *details, **named)
        if self.topics:
            self.look()
        return answer

    def watch(self, *topics: str) -> None:
        """Look at these topics too, from now on."""
        self.topics += topics
        self.look()

    def look(self) -> None:
        catalogue = TopicCatalogue(self.engine)
        found = {
            topic: catalogue.snapshot_now(replace(SYSTEM, host_id=self.host_id), self.id, (topic,))
            for topic in self.topics
        }
        seqs = {snapshot.seq for snapshot in found.values()}
        assert len(seqs) == 1, "snapshots of one moment stand at one number"
        self.moments.append(Moment(seqs.pop(), {topic: snapshot.state for topic, snapshot in found.items()}))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the scenario."""

    buyer: Party
    rival: Party
    exhibitor: Party
    neighbour: Party
    doubtful: Party


def play(fair: WatchedFair) -> None:
    """Everything that can happen, in the order of a convention."""
    cast = Cast(fair.buyer(), fair.buyer(), fair.exhibitor(people=2), fair.exhibitor(), fair.buyer(needs_look=["zone"]))
    everybody = (cast.buyer, cast.rival, cast.exhibitor, cast.neighbour, cast.doubtful)
    fair.watch("organiser", "programme", "public", *(f"party:{party.id}" for party in everybody))
    the_directory_changes(fair, cast)
    requests_are_answered(fair, cast)
    nobody_answers_in_time(fair, cast)
    meetings_are_changed(fair, cast)
    meetings_are_interpreted(fair, cast.neighbour, cast.doubtful)
    proposals_are_answered(fair, cast.buyer, cast.neighbour)
    the_programme_is_planned(fair)
    places_are_given(fair, cast)
    meetings_are_held_and_missed(fair, cast)
    a_session_is_watched(fair)
    figures_are_reported(fair)
    votes_are_given(fair)
    words_are_said(fair)
    schedules_are_made(fair, cast.rival, cast.neighbour)


def the_directory_changes(fair: WatchedFair, cast: Cast) -> None:
    sheet = SheetFile(
        "buyers", "buyers.csv", "회사명,국가,도시,E-mail\nBaterdene LLC,몽골,울란바토르,b@b.example\n".encode()
    )
    plan = prepare(fair.engine, fair.id, sheet, fair.clock.now()).plan
    fair.perform(SYSTEM, take, plan=plan)
    fair.perform(SYSTEM, parties.confirm, cast.doubtful.id, zone="Asia/Dhaka")
    spoken = {"languages": ["ko", "en"]}
    fair.perform(SYSTEM, update_representative, cast.neighbour.id, cast.neighbour.people[0], spoken)
    parties_wish(fair, cast)


def parties_wish(fair: WatchedFair, cast: Cast) -> None:
    for wish in ("must_meet", "no_thanks", "meet"):
        fair.perform(cast.buyer, prefer, by=cast.buyer.id, about=cast.neighbour.id, wish=wish)
    several = [Wished(cast.buyer.id, "meet"), Wished(cast.rival.id, "no_thanks")]
    fair.perform(cast.exhibitor, prefer_many, by=cast.exhibitor.id, wishes=several)
    fair.perform(cast.exhibitor, unprefer, by=cast.exhibitor.id, about=cast.rival.id)
    for most in (9, 5):
        fair.perform(cast.buyer, limit, cast.buyer.id, least=1, most=most)
    for word in ("ban", "must"):
        fair.perform(SYSTEM, rule, one=cast.buyer.id, other=cast.neighbour.id, rule=word)
    fair.perform(SYSTEM, free, one=cast.neighbour.id, other=cast.buyer.id)


def requests_are_answered(fair: WatchedFair, cast: Cast) -> None:
    agreed = fair.ask(cast.buyer, cast.exhibitor, "2020-11-09 09:00")
    later = fair.slot("2020-11-09 09:35")
    fair.perform(cast.exhibitor, requests.counter, agreed.id, slot_id=later)
    fair.perform(cast.buyer, requests.counter, agreed.id, slot_id=fair.slot("2020-11-09 10:10"))
    fair.perform(cast.exhibitor, requests.accept, agreed.id)
    refused = fair.ask(cast.buyer, cast.neighbour, "2020-11-09 11:20")
    fair.perform(cast.neighbour, requests.decline, refused.id)
    taken_back = fair.ask(cast.rival, cast.exhibitor, "2020-11-09 11:20")
    fair.perform(cast.rival, requests.withdraw, taken_back.id)
    fair.ask(cast.rival, cast.exhibitor, "2020-11-09 13:05")
    crossing = fair.ask(cast.exhibitor, cast.rival, "2020-11-09 14:15")
    assert crossing.state == "accepted"


def nobody_answers_in_time(fair: WatchedFair, cast: Cast) -> None:
    fair.ask(cast.rival, cast.neighbour, "2020-11-09 15:25")
    now = fair.clock.now()
    window = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(hours=2)}
    fair.perform(SYSTEM, set_window, "answers", **window)
    fair.clock.move_to(now + timedelta(hours=2))
    assert fair.fire_due() == [requests.EXPIRE]
    fair.perform(SYSTEM, set_window, "answers", now, at("2020-11-13 01:00"))


def meetings_are_changed(fair: WatchedFair, cast: Cast) -> None:
    slots = {"slot_id": fair.slot("2020-11-10 09:00")}
    assigned = fair.perform(SYSTEM, meetings.assign, one=cast.neighbour.id, other=cast.doubtful.id, **slots)
    fair.perform(cast.doubtful, meetings.move, assigned.id, slot_id=fair.slot("2020-11-10 09:35"))
    fair.perform(cast.neighbour, meetings.cancel, assigned.id, code="technical")
    lead, colleague = cast.exhibitor.people
    fair.perform(SYSTEM, hand_over, cast.exhibitor.id, lead, colleague)


def meetings_are_held_and_missed(fair: WatchedFair, cast: Cast) -> None:
    held, missed = sorted(fair.state()["meeting"].values(), key=lambda meeting: str(meeting["starts_at"]))[:2]
    fair.move_to("2020-11-09 10:10")
    fair.fire_due()
    for sitting in held["attendees"]:
        fair.perform(SYSTEM, attendance.join, UUID(held["id"]), UUID(sitting["person"]))
    fair.move_to("2020-11-09 10:20")
    fair.fire_due()
    for sitting in held["attendees"]:
        fair.perform(SYSTEM, attendance.leave, UUID(held["id"]), UUID(sitting["person"]))
    for minute in ("05", "08", "15", "35"):  # begins, is looked for, has not come, ends
        fair.move_to(f"2020-11-09 13:{minute}")
        fair.fire_due()
    fair.perform(SYSTEM, attendance.correct_outcome, UUID(missed["id"]), Outcome.HANDLED_OFFLINE)


def the_programme_is_planned(fair: WatchedFair) -> None:
    planned = talk(fair, starts_at=at("2020-11-10 10:00"), ends_at=at("2020-11-10 10:10"))
    dropped = talk(fair, starts_at=at("2020-11-10 11:00"), ends_at=at("2020-11-10 11:30"))
    fair.watch(*(f"{kind}:{one.id}" for one in (planned, dropped) for kind in ("session", "backstage")))
    fair.perform(SYSTEM, rooms.add_track, code="hall A", name=TITLE)
    fair.perform(SYSTEM, rooms.change_track, "hall A", colour="#0a7")
    fair.perform(SYSTEM, programme.change, planned.id, track="hall A", ends_at=at("2020-11-10 10:03"))
    fair.perform(SYSTEM, programme.cancel, dropped.id)


def places_are_given(fair: WatchedFair, cast: Cast) -> None:
    """A workshop for one, at first for whom the organiser invites."""
    invited = {"audience": AudienceKind.INVITED, "capacity": 1, "state": SessionState.DRAFT}
    workshop = talk(fair, starts_at=at("2020-11-10 14:00"), ends_at=at("2020-11-10 15:00"), **invited)
    first, second = cast.buyer.people[0], cast.rival.people[0]
    fair.watch(f"session:{workshop.id}", f"backstage:{workshop.id}", f"person:{first}", f"person:{second}")
    fair.perform(SYSTEM, registration.give_places, workshop.id, [first])
    fair.perform(SYSTEM, programme.publish, workshop.id, settled=False)
    fair.perform(SYSTEM, registration.give_places, workshop.id, [second])
    for party in (cast.buyer, cast.rival):
        fair.perform(party, registration.register, workshop.id)
    fair.perform(cast.buyer, registration.give_up, workshop.id)
    [place] = [place for place in fair.places(workshop.id) if place.person_id == second]
    assert place.state == "registered"
    fair.perform(SYSTEM, registration.remove_place, workshop.id, place.id)
    for audience in (AudienceKind.PUBLIC, AudienceKind.REGISTERED):
        fair.perform(SYSTEM, programme.change, workshop.id, audience=audience)
    fair.perform(SYSTEM, programme.change, workshop.id, starts_at=at("2020-11-10 14:05"))
    fair.perform(SYSTEM, programme.take_back, workshop.id)


def a_session_is_watched(fair: WatchedFair) -> None:
    fair.move_to("2020-11-10 10:00")
    fair.fire_due()
    session = next(s for s in fair.moments[-1].states["programme"]["session"].values() if s["state"] == "live")
    viewers = [(fair.host_id, "MN"), (fair.id, None)]
    watch(fair, UUID(session["id"]), viewers, concurrent=2)
    for minute, command in (("01", running.pause), ("02", running.resume), ("03", running.show_again)):
        fair.move_to(f"2020-11-10 10:{minute}")
        fair.fire_due()
        fair.perform(SYSTEM, command, UUID(session["id"]))


def figures_are_reported(fair: WatchedFair) -> None:
    now = fair.clock.now()
    kept, wrong = (
        fair.perform(SYSTEM, report, name=FigureName.VIEWS, value=value, source="video platform", as_of=now)
        for value in (1200, 12000)
    )
    fair.perform(SYSTEM, take_back, wrong.id)
    assert list(fair.moments[-1].states["organiser"]["reported"]) == [str(kept.id)]
