"""Many layers, untrained and trained: what is chosen is chosen on validation, and the lesson says what is stored."""

from __future__ import annotations

import numpy as np

from graphrec_utils import metrics, results
from graphrec_utils.data import Interactions, Split
from solutions.experiments.lesson06 import stacked


def small() -> Split:
    rng = np.random.default_rng(0)
    users, items = (x.ravel() for x in np.indices((30, 20)))
    there = rng.random(len(users)) < 0.3 + 0.3 * (users % 2 == items % 2)
    parts = rng.choice(3, there.sum(), p=(0.7, 0.15, 0.15))
    all_of_them = users[there], items[there]
    return Split(*(Interactions(*(x[parts == k] for x in all_of_them), 30, 20) for k in range(3)))


def test_every_depth_tries_the_same_rates_and_test_is_asked_with_the_best(monkeypatch):
    asked = []

    def fitted(past, part, K, rate, epochs=9, seed=0):
        asked.append((part is not None, K, rate, epochs, seed, len(past)))
        return None, 6, {0.003: 0.1, 0.01: 0.3}.get(rate, 0.2) if part is not None else None

    monkeypatch.setattr(stacked, "fitted", fitted)
    monkeypatch.setattr(stacked, "kept", lambda file, key, compute: compute())
    monkeypatch.setattr(stacked, "recall", lambda *_: 0.5)
    split = small()
    row = stacked.depth(split, 3)
    assert row["chosen"] == {"rate": 0.01, "epochs": 6, "validation": 0.3} and not row["edge"]
    searched = [(rate, size) for on, _, rate, _, _, size in asked if on]
    assert searched == [(rate, len(split.train)) for rate in stacked.RATES]
    tested = [x[1:] for x in asked if not x[0]]
    assert tested == [(3, 0.01, 6, seed, len(split.past())) for seed in stacked.SEEDS]


def test_a_depth_is_trained_and_found_by(monkeypatch):
    monkeypatch.setattr(stacked, "BATCH", 64)
    model, epochs, best = stacked.fitted(small().train, small().val, 2, 0.03, epochs=3)
    assert epochs == 3 and 0 <= best <= 1 and len(model.alpha) == 3


# ------------------------------------------------------------- what is stored
def stored() -> tuple[float, dict[int, float], dict[int, dict]]:
    values = results.load("06_stacked").values
    found = {row["K"]: row["test"] for row in values["untrained"]}
    return values["bestsellers"], found, {row["K"]: row for row in values["trained"]}


def test_all_depths_had_equal_trials_and_none_has_won_at_an_end():
    _, _, trained = stored()
    assert list(trained) == list(stacked.TRAINED)
    for row in trained.values():
        assert [trial["rate"] for trial in row["trials"]] == list(stacked.RATES)
        assert row["chosen"] == max(row["trials"], key=lambda trial: trial["validation"])
        assert not row["edge"] and len(row["test"]) == 3


def test_what_the_lesson_says_of_many_layers():
    """Untrained layers find more up to fifty; trained, three find most; at twenty one cannot tell them apart."""
    bestsellers, found, trained = stored()
    assert found[1] < found[2] < found[3] < found[20] < found[50]  # 06.p14
    assert found[50] > found[100] > found[200] > 1.5 * bestsellers
    means = {K: np.mean(row["test"]) for K, row in trained.items()}
    assert max(means, key=means.get) == 3 and means[8] > means[20] > means[1]
    twenty = metrics.compare(np.array(trained[20]["test"]), np.full(3, found[20]))
    assert twenty.outcome == "cannot tell"
    assert trained[1]["chosen"]["epochs"] == stacked.EPOCHS  # said in the fold
