"""The slice of rarity: what one relation is given when it stands for all of them."""

from __future__ import annotations

import pytest

from graphrec_utils import datasets
from solutions.experiments.lesson18.regimes import rarity


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
