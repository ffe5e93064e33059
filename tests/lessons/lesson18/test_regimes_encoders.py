"""Whom GraphSAGE hears in the slice of age, and how NGCF hears somebody new in that of history."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import pinworld
from graphrec_utils.data import Interactions
from solutions.experiments.lesson18.regimes import age, history


def test_graphsage_hears_pins_of_its_boards_and_twenty_at_most():
    R = sp.block_diag([np.ones((1, 60)), np.ones((2, 5))], format="csr")
    alpha = age.drawn(SimpleNamespace(R=sp.csr_array(R)))
    counts = np.diff(alpha.indptr)
    assert counts.max() == 20 and counts.min() >= 1
    rows, columns = alpha.nonzero()
    assert ((rows < 60) == (columns < 60)).all() and (rows != columns).all()


def test_ngcf_hears_somebody_new_as_its_layers_hear_a_user_without_a_vector():
    rng = np.random.default_rng(0)
    users, items = (rng.random((30, 12)) < 0.4).nonzero()
    events = Interactions(users, items, 30, 12, times=np.arange(len(users)), calendar=False)
    scores = history.of_ngcf(events, lr=0.01, layers=2, epochs=2)
    saved = sp.csr_array(np.eye(4, 12, dtype=np.float32))
    found = scores(history.Known(saved, torch.full((4, history.LENGTH), -1)))
    assert found.shape == (4, 12) and np.isfinite(found).all()
    assert len(np.unique(found.round(6), axis=0)) == 4
    nobody = scores(history.Known(sp.csr_array((1, 12)), torch.full((1, history.LENGTH), -1)))
    np.testing.assert_allclose(nobody, 0)


@pytest.fixture
def small(monkeypatch):
    """A small world in the place of seed 99."""
    world = pinworld.make(seed=99, scale=0.1)
    monkeypatch.setattr(age, "world", lambda seed: world)
    return age.people(99, (0, 7))


def test_a_vector_so_old_knows_what_was_liked_that_long_before_and_nothing_later(small):
    seen = []
    found = small.judge(lambda known: seen.append(known) or np.zeros(known.saved.shape))
    fresh, old = seen
    assert list(found) == [0, 7]
    assert ((fresh.saved - old.saved).toarray() >= 0).all() and fresh.saved.nnz > old.saved.nnz
    asked = age.log_of(99)
    now = asked.times[asked.likes].max()
    assert fresh.events[2].max() < now and old.events[2].max() < now - 7 * pinworld.DAY + 1


def test_what_is_liked_by_then_stands_in_no_list_however_old_the_vector_is(small):
    lists = []

    def likes(known):  # what is known already comes first, then all alike
        lists.append(known.saved.toarray())
        return 9 * lists[0]

    found = small.judge(likes)
    np.testing.assert_array_equal(found[0], found[7])


def test_who_trains_for_people_sees_nothing_of_the_days_that_are_asked(small):
    given = small.given
    assert given.likes.times.max() < age.READ * pinworld.DAY
    assert given.log.times.max() < age.READ * pinworld.DAY
    scores = age.of_pinnerformer(given, lr=0.01, objective="dense", steps=2, weight=0.0)
    values = small.judge(scores)
    assert all(((x >= 0) & (x <= 1)).all() for x in values.values())
