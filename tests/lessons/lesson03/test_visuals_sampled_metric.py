"""The sampled-metric visual: its curve is what drawing gives, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.metrics import hit_chance
from graphrec_utils.plots import visuals


def test_the_chance_is_the_share_of_hits_in_real_draws():
    rng = np.random.default_rng(0)
    n, S, top, rank = 60, 12, 3, 14
    # items 0 … rank - 2 are better than the target, which is item rank - 1
    others = np.delete(np.arange(n), rank - 1)
    hits = [(rng.permutation(others)[:S] < rank - 1).sum() < top for _ in range(4000)]
    assert np.mean(hits) == pytest.approx(hit_chance(rank, n, S, top), abs=0.03)


def test_with_all_others_drawn_it_is_full_ranking():
    assert hit_chance([1, 10, 11, 50], 50, 49, 10).tolist() == [1, 1, 0, 0]


def test_by_hand():
    # one of two negatives is drawn; rank 2 of 3: the better one comes half of the time
    assert hit_chance(2, 3, 1, 1) == pytest.approx(0.5)


def test_the_picture_marks_the_rank():
    ax = visuals.sampled_metric(rank=50).static()
    marked = ax.lines[-1]
    assert marked.get_xdata() == [50]
    assert marked.get_ydata()[0] == pytest.approx(hit_chance(50, 2000, 99, 10))
    assert ax.get_xscale() == "log"
    assert ax.lines[1].get_linestyle() == "--"


@pytest.mark.parametrize(("top", "rank", "first"), [(10, 50, 5), (1, 50, 1), (10, 3, 3)])
def test_it_begins_in_the_top_whatever_is_asked(top, rank, first):
    state = visuals.sampled_metric(top=top, rank=rank).state
    assert (state["rank"], state["asked"]) == (first, rank)


def test_the_text_tells_the_state():
    assert repr(visuals.sampled_metric()) == "<sampled metric: 99 negatives of 2000 items, top 10>"


BAD = {
    "few items": ({"num_items": 5}, r"num_items must lie in 20\.\.\.50000; got 5"),
    "too many negatives": ({"num_negatives": 2000}, r"1\.\.\.1999; got 2000"),
    "rank 0": ({"rank": 0}, r"rank in 1\.\.\.2000; got 10 and 0"),
    "top 21": ({"top": 21}, r"top must lie in 1\.\.\.20"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.sampled_metric(**given)
