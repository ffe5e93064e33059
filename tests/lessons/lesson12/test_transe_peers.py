"""TransE beside PyKEEN: trainings are written once and judged alike."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from graphrec_utils import results, train
from graphrec_utils.data.triples import Triples
from graphrec_utils.models import transe as model
from tests.benchmarks import transe


def facts(seed, count):
    """Tails lie `relation` places behind their heads: a translation."""
    rng = np.random.default_rng(seed)
    heads, rels = rng.integers(30, size=count), rng.integers(3, size=count)
    return Triples(heads, rels, (heads + rels + 1) % 40, 40, 3)


@pytest.fixture
def parts():
    return [facts(seed, count) for seed, count in ((0, 300), (1, 40), (2, 40))]


SMALL = transe.COURSE | {"dim": 8, "num_negatives": 8}


def test_a_curve_has_about_ten_points_and_keeps_the_last_model(parts):
    for epochs, count in ((3, 3), (25, 13)):
        curve, kept = transe.Curve(parts, epochs), []
        transe.train_course(parts[0], epochs, 0, lambda *m: kept.append(m[0]), SMALL)  # noqa: B023
        transe.train_course(parts[0], epochs, 0, curve, SMALL)
        assert len(curve.points) == count
        seconds, mrr = np.array(curve.points).T
        assert (np.diff(seconds) >= 0).all()
        np.testing.assert_allclose(curve.last.entity_emb, kept[-1])
        assert mrr[-1] == round(model.mrr(curve.last, parts[1], parts), 4)


def test_the_rate_falls_to_nearly_nothing(parts):
    moved, before = [], []

    def after(E, R, norm):
        moved.append(np.linalg.norm(E - before[-1]) if before else np.nan)
        before.append(E.copy())

    transe.train_course(parts[0], 20, 0, after, SMALL)
    assert moved[-1] < 0.1 * moved[1]


def test_a_training_is_written_once_and_judged_later(parts, tmp_path, monkeypatch):
    arrays = dict(zip(("train", "val", "test"), (p.array() for p in parts), strict=True))
    np.savez(tmp_path / "facts.npz", sizes=(40, 3), **arrays)
    transe.train_for("course", tmp_path, SMALL, 0.02)

    def never(*_):
        raise AssertionError("trained again")

    monkeypatch.setattr(transe, "in_process", never)
    row = transe.trained("python", "course", tmp_path, SMALL, 0.02)
    assert row["setting"] == SMALL and row["epochs"] >= 1 and row["curve"]
    found = transe.judge("course", tmp_path, SMALL, 0.02)
    assert 0 < found["test MRR"] < 1
    with pytest.raises(AssertionError, match="trained again"):
        transe.trained("python", "course", tmp_path, SMALL | {"dim": 16}, 0.02)


def test_the_best_trials_get_the_whole_budget(monkeypatch):
    asked = []

    def trained(_, engine, __, setting, budget):
        asked.append(budget)
        mrr = -abs(setting["lr"] - 0.1) - 0.001 * setting["dim"]
        return {"setting": setting, "budget": budget, "curve": [[1, 9], [budget, mrr]]}

    monkeypatch.setattr(transe, "trained", trained)
    rows = transe.search("python", "course", None)
    assert asked == [transe.SEARCH] * len(transe.TRIALS["course"]) + [transe.BUDGET] * transe.BEST
    assert rows[-2]["setting"] == transe.COURSE


def test_of_trainings_by_passes_the_best_is_judged_and_none_that_is_stored_is_repeated(
    monkeypatch, tmp_path
):
    asked = []

    def in_process(_, what, engine, folder, setting, budget, *epochs):
        asked.append((what, *epochs))
        if what == "judge":
            return {"test MRR": 0.3}
        mrr = 0.01 * epochs[0] - 0.001 * setting["dim"] - abs(setting["rate"] - 0.0015)
        row = {"setting": setting, "budget": budget, "epochs": epochs[0], "curve": [[1, mrr]]}
        transe.file_of(engine, Path(folder), setting, budget).write_text(json.dumps(row))
        return None

    monkeypatch.setattr(transe, "in_process", in_process)
    first = transe.falling("python", tmp_path, {})
    assert asked == [("passes", n) for _, n in transe.FALLING] + [("judge",)]
    assert first["setting"] == transe.PYKEEN and first["test MRR"] == 0.3
    asked.clear()
    assert transe.falling("python", tmp_path / "another", first) == first and not asked


def test_a_round_of_the_benchmark_is_one_training(parts, tmp_path, monkeypatch):
    arrays = dict(zip(("train", "val", "test"), (p.array() for p in parts), strict=True))
    np.savez(tmp_path / "facts.npz", sizes=(40, 3), **arrays)
    monkeypatch.setitem(transe.EPOCHS, "course", 3)
    turns = transe.ENGINES["course"](SimpleNamespace(folder=tmp_path, threads=1))
    next(turns)
    first, second = next(turns)(), next(turns)()
    trained = model.fit(parts[0], **transe.COURSE, epochs=3, schedule=train.cosine)
    assert first == {"test MRR": model.mrr(trained, parts[2], parts)} != second


@pytest.mark.skipif(
    importlib.util.find_spec("pykeen") is None,
    reason='PyKEEN is not installed: pip install "graphrec-utils[kg]"',
)
@pytest.mark.parametrize(
    "loss",
    [{"loss": "infonce"}, {"loss": "nssa", "sharpness": 3.0, "unit": False, "norm": 1}],
)
def test_pykeen_learns_and_both_evaluators_agree(parts, loss):
    curve = transe.Curve(parts, 20)
    setting = transe.PYKEEN | {"dim": 8, "num_negatives": 8, "batch": 64, "rate": 0.02} | loss
    transe.train_pykeen(parts[0], 20, 0, curve, setting)
    assert len(curve.points) == 10 and curve.points[-1][1] > 1.5 * curve.points[0][1]
    own = transe.own_evaluator(curve.last, parts)
    assert own == pytest.approx(model.mrr(curve.last, parts[2], parts), abs=2e-4)


def test_what_is_stored_says_who_found_what():
    stored = results.load("12_transe_peers")
    assert stored.claim == transe.CLAIM
    assert len({len(trials) for trials in transe.TRIALS.values()}) == 1
    for engine, trials in transe.TRIALS.items():
        row = stored.values[engine]
        rows = row["trainings"]
        assert [r["setting"] for r in rows[: len(trials)]] == trials
        assert {r["budget"] for r in rows[: len(trials)]} == {transe.SEARCH}
        last = rows[len(trials) :]
        assert len(last) == transe.BEST and {r["budget"] for r in last} == {transe.BUDGET}
        ranking = sorted(rows[: len(trials)], key=transe.last, reverse=True)
        assert [r["setting"] for r in last] == [r["setting"] for r in ranking[: transe.BEST]]
        assert row["setting"] == max(last, key=transe.last)["setting"]
        for r in rows:
            assert r["curve"][-1][0] < 1.25 * r["budget"]  # epochs are planned by the first one
    theirs = stored.values["pykeen"]
    own = theirs["test MRR by its own evaluator"]
    assert own == pytest.approx(theirs["test MRR"], abs=2e-4)
    assert theirs["test MRR"] < transe.PUBLISHED <= stored.values["course"]["test MRR"]
    falling = stored.values["pykeen, falling"]
    trainings = falling["trainings"]
    assert [(r["setting"], r["epochs"]) for r in trainings] == transe.FALLING
    assert falling["setting"] == max(trainings, key=transe.last)["setting"]
    assert theirs["test MRR"] < falling["test MRR"] < transe.PUBLISHED
    short = {r["setting"]["rate"]: transe.last(r) for r in trainings if r["epochs"] == 5}
    assert max(short, key=short.get) not in (min(short), max(short))  # no winner at an end
    own = falling["test MRR by its own evaluator"]
    assert own == pytest.approx(falling["test MRR"], abs=2e-4)
