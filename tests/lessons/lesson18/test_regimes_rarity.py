"""The slice of rarity: what one relation is given when it stands for all of them."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import datasets, pinworld
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


@pytest.fixture
def day(monkeypatch):
    """A small world in the place of seed 97, with a half of its clicks on ads."""
    world = pinworld.make(seed=97, scale=0.1)
    monkeypatch.setattr(rarity, "world", lambda cut: world)
    return rarity.ads(97, False, 50)


def test_false_ads_may_be_any_pin_and_not_only_those_that_were_clicked(day):
    facts, whole = day.facts, rarity.ads(97, False, 100).facts
    kinds = facts.entity_types[day.tails]
    assert facts.entity_types is not None and len(set(kinds.tolist())) == 1
    assert (facts.rels == 0).sum() < (whole.rels == 0).sum()
    assert (facts.rels > 0).sum() == (whole.rels > 0).sum()


def test_saves_of_ads_stay_whole_and_are_the_only_other_edges_between_people_and_ads(day):
    """Lesson 13 says by which road an ad is found whose clicks are gone."""
    names = ("ad_click", *rarity.study.ENGAGEMENT)
    whole = rarity.ads(97, False, 100)

    def of_ads(given):
        facts = given.facts
        return {x: (np.isin(facts.tails, given.tails) & (facts.rels == r)).sum() for r, x in enumerate(names)}  # fmt: skip

    left, all_ = of_ads(day), of_ads(whole)
    assert {x for x in names if all_[x]} == {"ad_click", "save"}
    assert left["save"] == all_["save"] and left["ad_click"] < all_["ad_click"]


@pytest.mark.parametrize("others", [0, 1])
def test_a_weight_of_popularity_is_added_to_the_same_vectors(day, others, monkeypatch):
    monkeypatch.setattr(rarity, "GROUPS", 60)
    monkeypatch.setattr(rarity, "ALONE", 10)
    users = np.arange(3)
    knobs = {"lr": 0.1, "reg": 0.1, "uniform": 5, "others": others}
    plain, more = (rarity.of_twhin(day, **knobs, weight=w).scores(users) for w in (0.0, 2.0))
    assert plain.shape == (3, len(day.tails)) and len(day.made) == 1
    liked = np.log1p(day.past.degrees()[1])
    np.testing.assert_allclose(more - plain, np.tile(2 * liked, (3, 1)), rtol=1e-4, atol=1e-5)


def test_transe_of_all_relations_ranks_ads_and_gets_the_weight_too(day):
    users, knobs = np.arange(3), {"lr": 0.1, "sharpness": 6.0, "epochs": 1}
    plain, more = (rarity.of_transe(day, **knobs, weight=w).scores(users) for w in (0.0, 2.0))
    assert plain.shape == (3, len(day.tails)) and len(day.made) == 1
    liked = np.log1p(day.past.degrees()[1])
    np.testing.assert_allclose(more - plain, np.tile(2 * liked, (3, 1)), rtol=1e-4, atol=1e-5)
