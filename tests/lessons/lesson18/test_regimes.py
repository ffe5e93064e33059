"""The grid of "When does a graph model win?": bands, crossings, equal trials, and going on after a stop."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from graphrec_utils import metrics, paths
from solutions.experiments import kept
from solutions.experiments.lesson18.regimes import __main__ as command
from solutions.experiments.lesson18.regimes import grid, summary


# ------------------------------------------------------------------------ bands
def test_a_band_of_one_cut_is_the_interval_of_its_users():
    x = np.random.default_rng(0).normal(1, 2, 50)
    band, interval = summary.band([x]), metrics.interval(x)
    np.testing.assert_allclose(
        [band.mean, band.low, band.high], [interval.mean, interval.low, interval.high]
    )


def test_a_band_covers_the_truth_where_worlds_differ():
    """Of 400 experiments with three worlds the band misses in about one of twenty, that of users alone in most."""
    rng, missed, naive = np.random.default_rng(1), 0, 0
    for _ in range(400):
        cuts = [rng.normal(rng.normal(0, 0.5), 1, 100) for _ in range(3)]
        band, alone = summary.band(cuts), metrics.interval(np.concatenate(cuts))
        missed += not band.low <= 0 <= band.high
        naive += not alone.low <= 0 <= alone.high
    assert missed / 400 < 0.09
    assert naive / 400 > 0.4


def test_who_had_nothing_to_find_is_left_out():
    assert summary.band([np.array([1.0, np.nan, 3.0])]).users == 2
    with pytest.raises(ValueError, match="two users"):
        summary.band([np.array([1.0, np.nan])])


# ------------------------------------------------------------------------ crossings
def rows(means, noise=0.01, seed=0):
    rng = np.random.default_rng(seed)
    return {k: {"values": [m + noise * rng.normal(size=40) for _ in range(3)], "knobs": {}, "trials": 1, "edge": "", "seconds": 0.0}
            for k, m in enumerate(means)}  # fmt: skip


def test_leads_are_those_over_everybody_else_level_by_level():
    methods = {"a": rows([5, 1]), "b": rows([1, 5], seed=1), "c": rows([4, 0], seed=2)}
    first, last = summary.leads("a", range(2), methods)
    assert set(first) == set(last) == {"b", "c"}
    assert first["b"]["mean"] == pytest.approx(4, abs=0.02)
    assert last["b"]["high"] < 0 < last["c"]["low"]


def test_a_crossing_lies_between_the_last_sure_lead_and_the_first_sure_one_of_the_other():
    # level at 2: there nobody can be told from the other
    found = summary.of_set(
        range(5), {"a": rows([5, 4, 3, 2, 1]), "b": rows([1, 2, 3, 4, 5], seed=1)}
    )
    (cross,) = found["crossings"]
    assert (cross["from"], cross["to"], cross["between"]) == ("a", "b", [1, 3])
    assert cross["before"]["low"] > 0 > cross["after"]["high"]
    assert [x["first"] for x in found["first"][:2] + found["first"][3:]] == ["a", "a", "b", "b"]


def test_before_a_crossing_the_lead_is_that_of_who_is_ahead_then():
    """Also where who is ahead at first comes second in the list of the firsts."""
    found = summary.of_set(
        range(3), {"c": rows([2, 9, 2]), "a": rows([9, 3, 2]), "b": rows([1, 1, 9])}
    )
    assert len(found["crossings"]) >= 3
    for cross in found["crossings"]:
        assert cross["before"]["low"] > 0 > cross["after"]["high"], cross


def test_a_lead_that_noise_explains_is_no_crossing():
    found = summary.of_set(range(3), {"a": rows([1, 1, 1], 1.0), "b": rows([1, 1, 1], 1.0, seed=1)})
    assert found["crossings"] == []
    assert all(len(x["level with"]) == 1 for x in found["first"])


def test_a_level_that_was_not_asked_is_said():
    with pytest.raises(ValueError, match="b was not asked at \\[2\\]"):
        summary.of_set(range(3), {"a": rows([1, 2, 3]), "b": rows([1, 2])})


# ------------------------------------------------------------------------ the grid
@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "data" / "results").mkdir(parents=True)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    saved = {}
    monkeypatch.setattr(grid.results, "save", lambda name, **k: saved.update({name: k}))
    return saved


def planted(fits, limit=np.inf):
    """Return a slice in which the knob k = level is right at each level."""

    def fit(given, k=0):
        if len(fits) >= limit:
            raise KeyboardInterrupt
        fits.append((given, k))
        return k

    def task(data, levels, cut):
        def judge(k):
            rng = np.random.default_rng(cut)
            return {x: 1 - 0.1 * abs(x - k) + 0.001 * rng.normal(size=30) for x in levels}

        ladder = {"k": [0, 1, 2, 3, 4, 5]}
        players = {"fits": grid.Player(fit, ladder, {"k": 2}, grid.SLOW), "fixed": grid.Player(fit)}
        return grid.Task(
            levels,
            players,
            lambda: grid.Stage("choose", judge),
            lambda: grid.Stage(f"cut {cut}", judge),
        )

    return SimpleNamespace(NAME="planted", CLAIM="c", KNOB="k", UNIT="", MEASURE="m", CUTS=(0, 1, 2), ABSENT={},
                           SETS={"set": [(1, 2, 3)]}, task=task)  # fmt: skip


def test_each_level_gets_the_knobs_of_its_own_validation(place):
    fits = []
    methods = grid.run(planted(fits), np.inf)["sets"]["set"]["methods"]
    assert [row["knobs"] for row in methods["fits"]] == [{"k": 1}, {"k": 2}, {"k": 3}]
    assert {row["trials"] for row in methods["fits"]} == {grid.SLOW}
    assert {given for given, _ in fits} == {"choose", "cut 0", "cut 1", "cut 2"}
    assert set(place) == {"18_regimes_planted"}


def test_a_run_that_was_stopped_goes_on_and_finds_the_same(place):
    whole = grid.run(planted(once := []), np.inf)
    (paths.root() / "build" / "bench" / "18_regimes_planted.jsonl").unlink()
    fits = []
    with pytest.raises(KeyboardInterrupt):
        grid.run(planted(fits, 4), np.inf)
    assert len(kept.rows("18_regimes_planted")) == 4
    again = grid.run(planted(fits), np.inf)
    assert len(fits) == len(once)  # nothing was fitted twice
    strip = lambda v: json.loads(json.dumps(v, default=str), parse_float=str)  # noqa: E731
    for one, other in zip(
        strip(whole)["sets"]["set"]["first"], strip(again)["sets"]["set"]["first"], strict=True
    ):
        assert one == other


def test_nothing_new_begins_when_the_minutes_are_over(place):
    fits = []
    with pytest.raises(grid.Stopped):
        grid.run(planted(fits), time.monotonic() - 1)
    assert not fits


def test_a_winner_at_the_end_of_its_ladder_is_named(place):
    slice_ = planted([])
    slice_.SETS = {"set": [(5,)]}
    (row,) = grid.run(slice_, np.inf)["sets"]["set"]["methods"]["fits"]
    assert row["edge"] == "k = 5"


def test_who_is_behind_at_a_crossing_gets_twice_the_trials(place):
    """One trial of `far` is k = 3; the second, k = 2, halves what it lacks at level 1, and the crossing stays."""
    fits = []
    slice_ = planted(fits)
    task = slice_.task

    def with_rivals(data, levels, cut):
        made = task(data, levels, cut)
        fit = made.players["fits"].fit
        far = grid.Player(fit, {"k": [1, 2, 3]}, {"k": 3}, trials=1)
        near = grid.Player(lambda given: fit(given, 1))
        return replace(made, players={"near": near, "far": far})

    slice_.task = with_rivals
    (cross,) = grid.run(slice_, np.inf)["sets"]["set"]["crossings"]
    assert (cross["from"], cross["to"], cross["between"]) == ("near", "far", [1, 3])
    assert cross["before"]["mean"] == pytest.approx(0.2, abs=0.01)
    assert cross["twice"]["before"]["mean"] == pytest.approx(0.1, abs=0.01)
    assert cross["twice"]["after"] == cross["after"]  # who has no knob has no second trial
    assert cross["twice"]["between"] == [[1, 3]]
    assert ("choose", 2) in fits


def test_a_method_that_is_asked_for_a_level_it_cannot_play_is_named(place):
    slice_ = planted([])

    def task(data, levels, cut):
        stage = lambda: grid.Stage("given", lambda k: {1: np.ones(30), 2: np.ones(30)})  # noqa: E731
        return grid.Task(levels, {"EASE": grid.Player(lambda given: 0)}, stage, stage)

    slice_.task = task
    with pytest.raises(ValueError, match=r"EASE has no answer at \[3\]: say in ABSENT why"):
        grid.run(slice_, np.inf)


def test_what_a_model_tells_of_itself_is_stored_at_its_level(place):
    slice_ = planted([])
    slice_.SETS, slice_.SCALE = {"set": [(1,), (2,)]}, "log"

    def task(data, levels, cut):
        stage = lambda: grid.Stage(levels[0], lambda k: {levels[0]: np.ones(30)})  # noqa: E731
        player = grid.Player(lambda given: SimpleNamespace(facts={"MB": 10 * given}))
        return grid.Task(levels, {"told": player}, stage, stage)

    slice_.task = task
    values = grid.run(slice_, np.inf)
    assert [x["facts"] for x in values["sets"]["set"]["methods"]["told"]] == [
        {"MB": 10},
        {"MB": 20},
    ]
    assert values["scale"] == "log"


def test_a_slice_that_is_none_is_refused_in_one_sentence(capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(["ages"])
    assert ended.value.code == 2
    assert "no slice 'ages'; choose from" in capsys.readouterr().err


# ------------------------------------------------------------------------ the slices
@pytest.mark.parametrize("slice_", command.SLICES.values(), ids=command.SLICES)
def test_a_slice_says_what_it_turns_and_who_cannot_play(slice_):
    assert all(
        isinstance(x, str) and x for x in (slice_.KNOB, slice_.MEASURE, slice_.CLAIM, slice_.NAME)
    )
    assert (
        getattr(slice_, "SCALE", "log") == "log"
    )  # of the measure; the size of a world has another name
    for groups in slice_.SETS.values():
        levels = [level for group in groups for level in group]
        assert len(levels) == len(set(levels)) >= 1
    assert all(len(why.split()) > 3 for why in slice_.ABSENT.values())


@pytest.mark.parametrize("slice_", command.SLICES.values(), ids=command.SLICES)
def test_trials_are_equal_and_climbs_begin_on_their_ladders(slice_):
    for name, player in slice_.PLAYERS.items():
        assert player.trials in (grid.QUICK, grid.SLOW), name
        assert set(player.start) == set(player.ladders), name
        for knob, ladder in player.ladders.items():
            assert player.start[knob] in ladder, f"{name}: {knob}"
            if all(isinstance(x, int | float) and not isinstance(x, bool) for x in ladder):
                assert ladder == sorted(set(ladder)), f"{name}: {knob}"
                up = [
                    b / a
                    for a, b in pairwise(ladder)
                    if a > 0 and b not in player.natural.get(knob, ())
                ]
                assert max(up, default=0) <= 10, f"{name}: {knob} jumps over what may be best"
