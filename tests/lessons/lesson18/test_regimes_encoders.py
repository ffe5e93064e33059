"""Whom GraphSAGE hears in the slice of age, and how NGCF hears somebody new in that of history."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import datasets
from graphrec_utils.data import Interactions
from solutions.experiments.lesson18.regimes import age, history, rarity


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


@pytest.mark.parametrize("percent", [100, 10])
def test_the_same_graph_of_yelp_holds_all_that_the_facts_hold(percent):
    try:
        day = rarity.yelp(0, False, percent)
    except datasets.Unavailable as problem:
        pytest.skip(str(problem))
    G, columns = day.graph
    assert G.nnz == len(day.facts) and len(columns) == day.past.num_items
    m, n = day.past.num_users, day.past.num_items
    assert G[:m, :n].nnz == (day.facts.rels == 0).sum()
    assert G[:m, n:].nnz == (day.facts.rels == 3).sum()
