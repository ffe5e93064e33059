"""The measurement of 13.5, on a tiny world, and what it has stored."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import pinworld, results
from solutions.experiments.lesson13 import both_cures as study


@pytest.fixture(scope="module")
def asked():
    return study.Asked(study.stages(pinworld.load("tiny"))[0])


def test_weeks_follow_each_other():
    for stage, end in zip(study.stages(pinworld.load("tiny")), (49, 56), strict=True):
        assert stage.saves.times.max() < stage.day * study.DAY <= stage.part.times.min()
        assert stage.part.times.max() < end * study.DAY
        assert not set(stage.part.pairs()) & set(stage.saves.pairs())


def test_a_pair_is_there_once_at_its_latest_time(asked):
    stage = asked.stage
    every = stage.world.interactions(study.ENGAGEMENT, 0, stage.day)
    once = stage.pairs(study.ENGAGEMENT)
    assert len(once) == len(set(every.pairs())) < len(every)
    u, i = once.users[0], once.items[0]
    same = (every.users == u) & (every.items == i)
    assert once.times[0] == every.times[same].max()


def test_edges_of_newcomers_change_no_pin(asked):
    stage, knobs = asked.stage, {"alpha0": 0.1, "reg": 0.1}
    new = np.arange(stage.world.num_users) % study.PARTS == 0
    R = study.matrix(stage.pairs(("save",)), ~new)
    assert not R[new].nnz and R[~new].nnz
    V = study.pins_of(stage, "iALS", ("save",), new, 0, **knobs)
    read = R.sum(axis=0) > 0
    assert not V[~read].any() and V[read].any(axis=1).all()


@pytest.mark.parametrize("model", ["iALS", "TwHIN"])
def test_one_and_five_have_equal_trials_each_once(model):
    for number in study.WAYS:
        given = study.drawn(model, number)
        assert len(given) == study.TRIALS[model] == len({str(x) for x in given})
        ways = [way for way, _, _ in given]
        assert len({ways.count(way) for way in ways}) == 1
        assert ("own" in ways) == (model == "iALS" and number == "one")


@pytest.mark.parametrize(
    ("way", "how"),
    [
        ("own", {}),
        ("mean", {"cosine": True}),
        ("mean, recent", {"decay": 0.3}),
        ("centers", {"num_cells": 12}),
        ("medoids", {"cut": 1.0, "decay": 0.1}),
    ],
)
def test_every_way_makes_lists_of_what_is_not_saved(asked, way, how):
    stage, who = asked.stage, asked.who[:5]
    fit = {"alpha0": 0.1, "reg": 0.1}
    V = study.pins_of(stage, "iALS", study.ENGAGEMENT, np.zeros(stage.world.num_users, bool), 0, **fit)  # fmt: skip
    known = asked.known[study.ENGAGEMENT]
    given = how | (fit if way == "own" else {})
    for u, row in zip(who, study.ask(stage, known, who, V, way, 10, **given), strict=True):
        assert len(set(row)) == 10 and not set(row) & set(stage.saves.items[stage.saves.users == u])


def test_the_stored_result_is_of_this_command():
    stored = results.load("13_cures")
    assert (stored.command, stored.claim) == (study.COMMAND, study.CLAIM)
    for model, trials in study.TRIALS.items():
        part = stored.values[model]
        assert part["trials of one, and of five"] == trials
        for edges in {row["edges"] for row in part["rows"]}:
            for number in study.WAYS:
                rows = [r for r in part["rows"] if (r["edges"], r["vectors"]) == (edges, number)]
                best = max(rows, key=lambda row: row["validation"])
                assert [row["way"] for row in rows if row["chosen"]] == [best["way"]]
