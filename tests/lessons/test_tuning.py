"""Searches for the stored tables."""

from __future__ import annotations

import pytest

from graphrec_utils import paths
from solutions.experiments.tuning import climbed, counted, tuned

LADDERS = {"a": [1, 2, 3, 4, 5, 6], "b": [10, 20, 30, 40]}


def hill(a, b):
    return lambda knobs: -((knobs["a"] - a) ** 2) - ((knobs["b"] - b) / 10) ** 2


def test_it_ends_on_the_top_with_neighbors_on_all_sides():
    best, trials, edge = climbed(LADDERS, {"a": 2, "b": 30}, hill(5, 20))
    assert best == {"a": 5, "b": 20} and edge == ""
    tried = [tuple(t["knobs"].values()) for t in trials]
    assert {(4, 20), (6, 20), (5, 10), (5, 30)} <= set(tried)
    assert len(set(tried)) == len(tried)  # nothing twice
    assert max(t["score"] for t in trials) == 0


def test_who_stands_at_an_end_is_named():
    best, _, edge = climbed(LADDERS, {"a": 2, "b": 20}, hill(9, 20))
    assert best["a"] == 6 and edge == "a = 6"


def test_of_equal_settings_the_first_stays():
    best, trials, _ = climbed(LADDERS, {"a": 3, "b": 20}, lambda knobs: 0.0)
    assert best == {"a": 3, "b": 20} and len(trials) == 5


@pytest.mark.parametrize("start", [None, {"a": 2, "b": 30}])
def test_trials_are_kept_and_counted(monkeypatch, tmp_path, start):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    fitted = []

    def make(**knobs):
        fitted.append(knobs)
        return knobs

    search = lambda: tuned("some", "x", make, LADDERS, hill(5, 20), start)  # noqa: E731
    chosen = search()
    assert chosen.knobs == {"a": 5, "b": 20} and chosen.score == 0 and chosen.edge == ""
    assert len(fitted) == chosen.trials
    assert search() == chosen and len(fitted) == chosen.trials  # nothing is fitted twice


def test_a_model_without_knobs_is_asked_once(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    chosen = tuned("some", "x", lambda: "model", {}, lambda model: float(model == "model"))
    assert (chosen.knobs, chosen.score, chosen.trials) == ({}, 1.0, 1)


def test_two_knobs_that_make_up_for_each_other_step_together():
    """A ridge: a step of one knob alone is always worse."""
    ladders = {"rate": [1, 2, 3, 4], "negatives": [1, 2, 3, 4]}

    def ridge(knobs):
        return knobs["rate"] + knobs["negatives"] - 5 * abs(knobs["rate"] - knobs["negatives"])

    start = {"rate": 1, "negatives": 1}
    assert climbed(ladders, start, ridge)[0] == start
    best, trials, edge = climbed(ladders, start, ridge, [("rate", "negatives")])
    assert best == {"rate": 4, "negatives": 4} and edge == "rate = 4, negatives = 4"
    assert len(trials) < 16
    assert climbed(ladders, start, ridge, natural={"rate": [1]})[2] == "negatives = 1"


@pytest.mark.parametrize("count", [1, 5, 12, 24, 30])
def test_trials_are_spent_to_the_last_one(count):
    asked = []

    def value(knobs):
        asked.append(tuple(knobs.values()))
        return hill(5, 20)(knobs)

    best, edge, ended = counted(count, LADDERS, {"a": 2, "b": 30}, value)
    assert len(asked) == len(set(asked)) == min(count, 24)
    assert asked[0] == (2, 30)  # all begin there
    assert hill(5, 20)(best) == max(hill(5, 20)(dict(zip("ab", x, strict=True))) for x in asked)
    assert ended == (best == {"a": 5, "b": 20} and count > 5)
    assert edge == ("a = 6" if best["a"] == 6 else "")


def test_where_a_climb_ends_on_a_hill_the_rest_is_drawn():
    def two(knobs):
        return 9.0 if knobs == {"a": 6, "b": 40} else hill(2, 10)(knobs)

    start = {"a": 2, "b": 10}
    assert counted(4, LADDERS, start, two)[0] == start
    assert counted(24, LADDERS, start, two)[0] == {"a": 6, "b": 40}
