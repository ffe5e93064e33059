"""`advise` beside the lessons: what is compared, and that no pair is turned round."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import results
from solutions.experiments.lesson18 import advised


def test_both_verdicts_of_a_pair_by_hand():
    rng = np.random.default_rng(0)
    base = rng.random(400)
    rows = [
        {"name": name, "d": None, "trials": 4, "knobs": {}, "edge": "", "ndcg": x.tolist()}
        for name, x in (("a", base + 0.1), ("b", base), ("c", base + rng.normal(0, 0.1, 400)))
    ]
    found = {"rows": rows, "how": "", "asked": 400, "trials": 4, "more": 3, "left": {}}
    leads = {
        "a over b": {"gap": -0.2, "low": -0.3, "high": -0.1},
        "b over c": {"gap": 0.1, "low": -0.1, "high": 0.3},
    }
    values = advised.judged(found, leads, {"a": 32})
    said = {(p["one"], p["other"]): (p["lesson"]["said"], p["advise"]["said"]) for p in values["pairs"]}  # fmt: skip
    assert said == {("a", "b"): ("behind", "ahead"), ("b", "c"): ("cannot tell", "cannot tell")}
    assert values["models"][0]["d there"] == 32 and values["models"][1]["d there"] is None
    assert values["models"][1]["ndcg"] == pytest.approx(base.mean())


def test_all_pairs_of_lesson_15s_rivals_are_asked_for():
    leads = results.load("15_films").values["leads"]
    names = {name for pair in leads for name in pair.split(" over ")}
    assert set(advised.FILMS) <= names


def test_no_pair_without_epochs_is_turned_round():
    stored = results.load(advised.NAME)
    assert stored.claim == advised.CLAIM and stored.command == advised.COMMAND
    pairs = stored.values[advised.SET]["pairs"]
    assert len(pairs) == 10
    told = {(p["one"], p["other"]): {p["lesson"]["said"], p["advise"]["said"]} for p in pairs}
    turned = [pair for pair, both in told.items() if both == {"ahead", "behind"}]
    assert [pair for pair in turned if "SASRec" not in pair] == []
