"""Many commands in one transaction, each alone in its savepoint."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from server.accounts.actors import Actor
from server.batch import Command, Order, Result, Surprise, forget_old_keys, perform, run_batch
from server.clock import SteppedClock
from server.conventions.tables import Host
from server.database import writing
from server.errors import KeyMissing, KeyReused, NotFound
from server.ids import new_id
from server.work import HOUSE, Origin, Work
from tests.factories import BEFORE, Fair, make_fair
from tests.server.commands import Noted, break_down, note, noted, refuse, spoil

KIM = Actor(person_id=new_id())
LEE = Actor(person_id=new_id())


def batch(fair: Fair, *commands: Command) -> Result:
    with writing(fair.engine) as connection:
        return run_batch(connection, [Order(fair.id, command) for command in commands], fair.clock)


def kinds(result: Result) -> list[object]:
    return [answer if isinstance(answer, str) else type(answer) for answer in result.answers]


def timers(fair: Fair) -> list[str]:
    return [kind for _, kind, _ in fair.timers()]


def names(fair: Fair) -> list[tuple[int, str]]:
    return [(event.seq, json.loads(event.data)["name"]) for event in fair.events()]


def test_a_refusal_takes_back_only_its_own_changes(fair: Fair) -> None:
    result = batch(fair, note("one"), note("two", refuse), note("three"))
    assert kinds(result) == ['{"name":"one"}', KeyMissing, '{"name":"three"}']
    assert [event.seq for event in result.events] == [1, 2]
    assert noted(fair.engine) == ["one", "three"]
    assert names(fair) == [(1, "one"), (2, "three")]
    assert timers(fair) == ["note.one", "note.three"]


def test_what_a_command_put_off_before_it_used_the_session_goes_with_its_refusal(fair: Fair) -> None:
    def put_off_then_refuse(work: Work) -> None:
        work.at(BEFORE, "note.lost", new_id())
        work.db.flush()
        raise KeyMissing

    def put_off_then_stay(work: Work) -> None:
        work.at(BEFORE, "note.kept", new_id())
        work.db.flush()

    result = batch(fair, note("one"), put_off_then_refuse, put_off_then_stay)
    assert kinds(result) == ['{"name":"one"}', KeyMissing, "null"]
    assert timers(fair) == ["note.kept", "note.one"]


def test_a_batch_of_refusals_records_nothing(fair: Fair) -> None:
    result = batch(fair, note("one", refuse), note("two", refuse))
    assert (kinds(result), list(result.events)) == ([KeyMissing, KeyMissing], [])
    assert (noted(fair.engine), fair.events(), fair.timers()) == ([], [], [])


def test_numbers_are_dense_over_batches_and_each_convention_counts_for_itself(fair: Fair, clock: SteppedClock) -> None:
    other = make_fair(fair.engine, clock, host_id=fair.host_id, slug="smc-2021")
    batch(fair, note("a"), note("b", refuse), note("c"))
    batch(other, note("x"))
    result = batch(fair, note("d", refuse), note("e"), note("f"))
    assert [event.seq for event in result.events] == [3, 4]
    assert names(fair) == [(1, "a"), (2, "c"), (3, "e"), (4, "f")]
    assert names(other) == [(1, "x")]


@pytest.mark.parametrize("defect", [break_down, spoil])
def test_a_defect_takes_the_whole_batch_back_and_says_where_it_was(
    fair: Fair, defect: Callable[[Work], object]
) -> None:
    with pytest.raises(Surprise) as surprise:
        batch(fair, note("one"), note("two", defect), note("three"))
    assert surprise.value.position == 1
    assert isinstance(surprise.value.__cause__, ZeroDivisionError | IntegrityError)
    assert (noted(fair.engine), fair.events(), fair.timers()) == ([], [], [])
    assert [event.seq for event in batch(fair, note("four")).events] == [1]


def test_a_later_command_sees_what_survived_and_nothing_of_what_was_refused(fair: Fair) -> None:
    def look(work: Work) -> Noted:
        hosts = work.db.exec(select(Host).order_by(col(Host.id))).all()
        return Noted(name=",".join(host.name["en"] for host in hosts))

    def rename(work: Work) -> None:
        work.db.get_one(Host, fair.host_id).name = {"en": "Busan"}
        work.db.flush()

    def rename_and_refuse(work: Work) -> None:
        rename(work)
        raise KeyMissing

    answers = batch(fair, look, note("one"), rename_and_refuse, note("two", refuse), look, rename, look).answers
    assert [answers[n] for n in (0, 4, 6)] == [
        '{"name":"Seongnam City"}',
        '{"name":"Seongnam City,one"}',
        '{"name":"Busan,one"}',
    ]


def test_events_say_when_by_whom_and_through_which_request(fair: Fair) -> None:
    with writing(fair.engine) as connection:
        result = run_batch(connection, [Order(fair.id, note("one"), KIM, origin=Origin(None, "r-1"))], fair.clock)
        row = connection.exec_driver_sql("SELECT type, version, actor_id, request_id, seq FROM event").one()
    assert (row.type, row.version, row.request_id, row.seq) == ("test.noted", 1, "r-1", 1)
    assert str(row.actor_id).replace("-", "") == KIM.person_id.hex  # type: ignore[union-attr]
    (event,) = fair.events()
    assert list(result.events) == [event]
    assert (event.at, event.topics, event.data) == (BEFORE, ("organiser",), '{"name":"one"}')


def test_commands_outside_any_convention_have_no_log(fair: Fair) -> None:
    answer = perform(fair.engine, fair.clock, Order(HOUSE, lambda work: note_host(work, "two")))
    assert (answer, noted(fair.engine), fair.events()) == ('{"name":"two"}', ["two"], [])


def note_host(work: Work, name: str) -> Noted:
    work.db.add(Host(name={"en": name}, created_at=work.now))
    return Noted(name=name)


def test_a_convention_that_is_not_there_is_not_found(fair: Fair) -> None:
    with pytest.raises(NotFound):
        perform(fair.engine, fair.clock, Order(new_id(), note("one")))


def test_perform_raises_what_the_command_raised(fair: Fair) -> None:
    with pytest.raises(KeyMissing):
        perform(fair.engine, fair.clock, Order(fair.id, note("one", refuse)))
    with pytest.raises(ZeroDivisionError):
        perform(fair.engine, fair.clock, Order(fair.id, note("two", break_down)))
    assert perform(fair.engine, fair.clock, Order(fair.id, lambda _work: None)) == "null"
    assert (noted(fair.engine), fair.events()) == ([], [])


def keyed(fair: Fair, name: str, key: str, digest: str, actor: Actor = KIM) -> str:
    return perform(fair.engine, fair.clock, Order(fair.id, note(name), actor, key=(key, digest)))


def test_the_same_key_and_body_get_the_same_answer_and_are_done_once(fair: Fair) -> None:
    assert keyed(fair, "one", "k", "body") == '{"name":"one"}'
    assert keyed(fair, "two", "k", "body") == '{"name":"one"}'
    assert (noted(fair.engine), names(fair)) == (["one"], [(1, "one")])


def test_a_retry_in_the_same_batch_is_done_once(fair: Fair) -> None:
    orders = [Order(fair.id, note(name), KIM, key=("k", "body")) for name in ("one", "two")]
    with writing(fair.engine) as connection:
        result = run_batch(connection, orders, fair.clock)
    assert (result.answers, len(result.events)) == (['{"name":"one"}', '{"name":"one"}'], 1)


def test_a_key_with_another_body_is_refused(fair: Fair) -> None:
    keyed(fair, "one", "k", "body")
    with pytest.raises(KeyReused):
        keyed(fair, "one", "k", "another body")
    assert names(fair) == [(1, "one")]


def test_keys_are_each_persons_own(fair: Fair) -> None:
    keyed(fair, "one", "k", "body", KIM)
    assert keyed(fair, "two", "k", "body", LEE) == '{"name":"two"}'


def test_a_refusal_is_not_kept_under_its_key(fair: Fair) -> None:
    with pytest.raises(KeyMissing):
        perform(fair.engine, fair.clock, Order(fair.id, note("one", refuse), KIM, key=("k", "body")))
    assert keyed(fair, "one", "k", "body") == '{"name":"one"}'


def test_old_keys_are_forgotten_by_real_time(fair: Fair) -> None:
    keyed(fair, "one", "k", "body")
    now = fair.clock.real_now()
    with writing(fair.engine) as connection:
        forget_old_keys(connection, now - timedelta(hours=1))
    assert keyed(fair, "two", "k", "body") == '{"name":"one"}'
    with writing(fair.engine) as connection:
        forget_old_keys(connection, now + timedelta(hours=1))
    assert keyed(fair, "two", "k", "body") == '{"name":"two"}'
