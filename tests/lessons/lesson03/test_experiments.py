"""NeuMF against a dot product: trials, and what is stored of them."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import pytest

from graphrec_utils import results
from solutions.experiments.lesson03 import learned_similarity


def test_the_best_trial_of_a_model_gives_its_knobs_and_a_diverged_one_is_no_trial():
    def fit(rate):
        if rate > 1:
            raise ValueError("the loss is nan in epoch 1: the training diverged")
        return None, SimpleNamespace(metric=[0.1, 0.5 - abs(rate - 0.3)], best_epoch=2)

    trials = learned_similarity.Trials()
    for rate in (0.1, 0.3, 1.0, 3.0):
        trials.add("Dot", fit, rate=rate)
    assert len(trials.rows) == 3
    assert trials.best("Dot") == {"rate": 0.3} and trials.value("Dot") == 0.5
    with pytest.raises(ZeroDivisionError):
        trials.add("Dot", lambda: 1 / 0)


def test_what_is_stored_of_learned_similarity_had_equal_trials_in_steps_of_three():
    stored = results.load("03_ncf_movietweetings")
    assert stored.claim == learned_similarity.CLAIM
    rows = stored.values["trials"]
    count = Counter(row["model"] for row in rows)
    assert count["Dot"] == count["GMF"] == count["MLP"] == 16
    for name in ("Dot", "GMF", "MLP"):
        mine = [row for row in rows if row["model"] == name]
        best = max(mine, key=lambda row: row["ndcg"])
        regs = sorted({row["reg"] for row in mine if row["loss"] == best["loss"] and row["reg"]})
        assert all(b / a < 3.4 for a, b in pairwise(regs))
        assert regs[0] < best["reg"] < regs[-1]
    rivals = Counter(row["model"] for row in stored.values["trials of rivals"])
    assert set(rivals.values()) == {learned_similarity.BUDGET}


def test_what_is_stored_of_the_coarse_grid_is_what_the_audit_is_about():
    stored = results.load("03_coarse_grid")
    assert stored.claim == learned_similarity.CLAIM_COARSE
    count = Counter(row["model"] for row in stored.values["trials"])
    assert count == {"Dot": 12, "GMF": 12, "MLP": 12, "NeuMF": 12, "NeuMF, fused": 3}
