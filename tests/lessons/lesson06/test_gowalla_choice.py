"""Choosing on three parts of Gowalla, on a tiny graph."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.data import Split
from solutions.experiments.lesson06 import gowalla_choice


@pytest.fixture
def splits(monkeypatch):
    monkeypatch.setattr(gowalla_choice, "kept", lambda name, key, compute: compute())
    monkeypatch.setattr(gowalla_choice, "BUDGET", 4)
    grids = gowalla_choice.GRIDS | {"GF-CF": {"dim": [4, 8, 16], "weight": [0.1, 0.3, 1.0]}}
    monkeypatch.setattr(gowalla_choice, "GRIDS", grids)
    monkeypatch.setattr(gowalla_choice, "DIM", 8)
    events = pinworld.load("tiny").interactions().compact()
    whole = Split(events, events.select(slice(0, 0)), events).with_validation(last=0.2)
    published = Split(whole.train, whole.train.select(slice(0, 0)), whole.val)
    monkeypatch.setattr(gowalla_choice.datasets, "load", lambda name: published)
    return gowalla_choice.parts()


def test_each_part_asks_what_its_train_part_does_not_know(splits):
    assert list(splits) == ["last", "random 0", "random 1", "random 2", "test"]
    sizes = {name: (len(s.train), len(s.val)) for name, s in splits.items()}
    assert sizes["last"][0] + sizes["last"][1] == sizes["test"][0]
    for name, split in splits.items():
        seen = np.isin(split.val.pairs(), split.train.pairs())
        assert len(seen) and seen.mean() < 0.01, name
    drawn = [set(splits[f"random {seed}"].val.pairs().tolist()) for seed in gowalla_choice.DRAWS]
    assert drawn[0] != drawn[1] != drawn[2]


@pytest.mark.parametrize("name", gowalla_choice.GRIDS)
def test_what_test_chose_is_best_on_test_and_settings_are_the_same(splits, name):
    users = np.intersect1d(*(np.unique(splits[k].val.users) for k in ("last", "test")))[:80]
    row = gowalla_choice.measured(name, splits, users)
    assert len(row["settings"]) == 4
    assert all(set(splits) <= set(setting) for setting in row["settings"])
    tested = row["test of what was chosen"]
    assert tested["test"] == max(tested.values())
    best = max(row["settings"], key=lambda setting: setting["test"])
    assert row["chosen"]["test"].items() <= best.items()
    assert tested["test"] == pytest.approx(best["test"], abs=1e-4)
    assert row["test over last"]["gap"] == pytest.approx(tested["test"] - tested["last"], abs=2e-4)
