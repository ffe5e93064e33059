"""A dot product with sampled softmax: every loss learns, and log Q moves what is popular."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import metrics
from graphrec_utils.data import Interactions
from graphrec_utils.models import sampled


def tastes(seed: int = 0, m: int = 120, n: int = 40) -> Interactions:
    """Two halves of users and items; within a half items are as popular as Zipf's law says."""
    rng = np.random.default_rng(seed)
    popular = 1 / np.arange(1, n // 2 + 1)
    users, items = [], []
    for u in range(m):
        own = rng.choice(n // 2, 8, replace=False, p=popular / popular.sum())
        users += [u] * 8
        items += (2 * own + u % 2).tolist()
    return Interactions(np.array(users), np.array(items), m, n)


@pytest.mark.parametrize("loss", sampled.LOSSES)
def test_every_loss_learns_the_halves(loss):
    events = tastes()
    past, _ = events.hold_out(0.25, seed=0)
    model = sampled.fit(past, loss, 32, dim=8, batch=64, lr=0.05, epochs=12)
    lists = metrics.rank(model, past, 10, np.arange(past.num_users))
    assert (lists % 2 == (np.arange(past.num_users) % 2)[:, None]).mean() > 0.8


def test_the_correction_brings_popular_items_back():
    events = tastes()
    counts = np.bincount(events.items, minlength=events.num_items)
    shown = {}
    for loss in ("none", "corrected", "full"):
        model = sampled.fit(events, loss, 64, dim=8, batch=64, lr=0.05, epochs=15)
        lists = metrics.rank(model, None, 5, np.arange(events.num_users))
        shown[loss] = counts[lists].mean()
    assert shown["none"] < 0.8 * shown["corrected"]
    assert shown["corrected"] == pytest.approx(shown["full"], rel=0.25)


@pytest.mark.parametrize("loss", ["full", "corrected"])
def test_with_a_temperature_all_vectors_have_length_1(loss):
    W, H = sampled.fit(tastes(), loss, 16, dim=4, epochs=2, temperature=0.1)
    for vectors in (W, H):
        assert torch.allclose(vectors.norm(dim=1), torch.ones(len(vectors)), atol=1e-5)
    with pytest.raises(ValueError, match="temperature"):
        sampled.fit(tastes(), temperature=0.0)


def test_columns_are_a_mixture():
    items, log_q = torch.arange(50) % 7, torch.full((10,), 0.1).log()
    columns, q = sampled._columns(items, log_q, 40, 0.25, np.random.default_rng(0))
    assert len(columns) == 40 and torch.isin(columns[:30], items).all()
    assert q.exp().sum().item() == pytest.approx(1)


def test_a_seed_repeats_and_true_ends_the_training():
    events, seen = tastes(), []

    def stop(epoch, factors):
        seen.append(epoch)
        return epoch == 2

    one = sampled.fit(events, epochs=5, callback=stop)
    two = sampled.fit(events, epochs=2)
    assert seen == [1, 2]
    torch.testing.assert_close(one.item_emb, two.item_emb)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"loss": "logq"}, "one of full"),
        ({"uniform": 1.5}, "share"),
        ({"num_negatives": 0}, "num_negatives"),
        ({"lr": 0}, "lr"),
        ({"reg": -1}, "reg"),
        ({"epochs": 0}, "epochs"),
        ({"batch": 0}, "batch"),
    ],
)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        sampled.fit(tastes(m=4), **given)


def test_no_events_are_refused():
    with pytest.raises(ValueError, match="no events"):
        sampled.fit(tastes().select(np.zeros(960, dtype=bool)))
