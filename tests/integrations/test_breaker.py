from datetime import UTC, datetime, timedelta

import pytest

from server.integrations.breaker import Breaker, BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState
START = datetime(2026, 3, 1, tzinfo=UTC)
REST = timedelta(seconds=30)


class Bench:
    """A breaker that opens after two failures, and its clock."""

    def __init__(self) -> None:
        self.now = START
        self.breaker = Breaker(lambda: self.now, after=2, rest=REST)

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            assert self.breaker.admits()
            self.breaker.failed()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_failures_in_a_row_open_it(bench: Bench) -> None:
    bench.fail()
    bench.breaker.succeeded()
    bench.fail()
    assert (bench.breaker.state, bench.breaker.admits()) == (CLOSED, True)
    bench.breaker.failed()
    assert (bench.breaker.state, bench.breaker.admits()) == (OPEN, False)


def test_after_its_rest_one_trial_decides(bench: Bench) -> None:
    bench.fail(2)
    bench.now += REST
    assert bench.breaker.state is HALF_OPEN
    assert [bench.breaker.admits(), bench.breaker.admits()] == [True, False]
    bench.breaker.failed()
    assert bench.breaker.state is OPEN
    bench.now += REST
    assert bench.breaker.admits()
    bench.breaker.succeeded()
    assert (bench.breaker.state, bench.breaker.admits(), bench.breaker.admits()) == (CLOSED, True, True)


def test_a_trial_of_which_nothing_is_heard_is_forgotten(bench: Bench) -> None:
    bench.fail(2)
    bench.now += REST
    assert [bench.breaker.admits(), bench.breaker.admits()] == [True, False]
    bench.now += REST
    assert bench.breaker.admits()


def test_an_old_failure_opens_it_no_earlier(bench: Bench) -> None:
    bench.fail()
    bench.now += 100 * REST
    assert bench.breaker.state is CLOSED
    bench.fail()
    assert bench.breaker.state is OPEN
