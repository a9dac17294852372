import json

import pytest

from server.bench.report import Ratio, Report, interleaved, median_ratio, percentile


def test_ratio_is_met_on_its_bound_and_says_its_target() -> None:
    assert [Ratio(value, at_most=1.2).met for value in (1.1, 1.2, 1.21)] == [True, True, False]
    assert [Ratio(value, at_least=5).met for value in (4.9, 5)] == [False, True]
    assert Ratio(2, at_least=1, at_most=3).target == "<= 3 and >= 1"


def test_report_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("push", {"clients": 2}, {"cpu": 1.0}, {"a": Ratio(1.1004, at_most=1.2)})
    assert report.finish(check=True) == 0
    assert json.loads(capsys.readouterr().out) == {
        "bench": "push",
        "conditions": {"clients": 2},
        "measured": {"cpu": 1.0},
        "ratios": {"a": {"value": 1.1, "target": "<= 1.2", "met": True, "required": True}},
    }


@pytest.mark.parametrize(
    ("check", "required", "status", "told"),
    [
        (True, True, 1, "missed: a is 2, target <= 1\n"),
        (False, True, 0, "missed: a is 2, target <= 1\n"),
        (True, False, 0, ""),
    ],
)
def test_only_a_check_of_a_required_ratio_fails(
    check: bool, required: bool, status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("push", ratios={"a": Ratio(2, at_most=1, required=required)})
    assert report.finish(check) == status
    assert capsys.readouterr().err == told


def test_rounds_are_interleaved_and_begin_with_another_side_each() -> None:
    order: list[str] = []

    def side(name: str, figure: float) -> float:
        order.append(name)
        return figure

    figures = interleaved(3, {"a": lambda: side("a", 1.0), "b": lambda: side("b", 2.0)})
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert figures == {"a": [1.0] * 3, "b": [2.0] * 3}


def test_median_ratio_is_of_rounds_not_of_sums() -> None:
    assert median_ratio([1.0, 100.0, 3.0], [1.0, 10.0, 1.0]) == 3.0


def test_percentile_is_the_nearest_rank() -> None:
    assert [percentile(list(range(100)), share) for share in (0.0, 0.5, 0.99, 1.0)] == [0, 50, 99, 99]
