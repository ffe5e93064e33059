"""Blocks of a batch: the sampler's own, drawn and described; bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.graphs import batches
from graphrec_utils.plots import visuals

# 0 hears 1 and 2, 1 hears 2 and 3, … 5 hears nobody
CHAIN = sp.csr_array(np.eye(6, k=1) + np.eye(6, k=2))


def test_everybody_has_the_neighbors_that_the_sampler_takes():
    state = visuals.blocks(CHAIN, [0], also=[3]).state
    assert state["near"] == {0: [1, 2], 3: [4, 5], 1: [2, 3], 2: [3, 4], 4: [5], 5: []}
    assert (state["pins"], state["batch"], state["picked"]) == ([0, 3], [0], [1, 1])


def test_columns_are_as_high_as_all_pins_together_need():
    assert visuals.blocks(CHAIN, [0]).state["rows"] == 5
    assert visuals.blocks(CHAIN, [0], also=[3]).state["rows"] == 6


def test_the_picture_has_each_place_once_and_its_edges():
    ax = visuals.blocks(CHAIN, [1, 0]).static()
    outer, inner = batches.sample(CHAIN, [1, 0], [None, None])
    boxes = [len(outer.source), len(inner.source), 2]
    assert len(ax.patches) == sum(boxes)
    names = [x.get_text() for x in ax.get_xticklabels()]
    assert names == [
        f"{a}: {b}" for a, b in zip(("contents", "layer 1", "batch"), boxes, strict=True)
    ]
    own = inner.num_targets + outer.num_targets
    assert len(ax.lines) == own + inner.edge_index.shape[1] + outer.edge_index.shape[1]
    assert sum(line.get_linestyle() == "--" for line in ax.lines) == own
    told = [x.get_text() for x in ax.texts[1::2]]
    assert told == [f"pin {v}" for v in [*outer.source, *inner.source, *inner.targets]]


def test_a_tree_is_counted_with_everybody_as_often_as_heard():
    visual = visuals.blocks(CHAIN, [1, 0])
    outer = batches.sample(CHAIN, [1, 0], [None, None])[0]
    near = visual.state["near"]
    tree = sum(1 + len(near[w]) for v in (1, 0) for w in (v, *near[v]))
    assert f"as a tree, {tree} contents" in visual.alt and tree > len(outer.source)
    assert visual.static().get_title("left").endswith(f"tree {tree}, block {len(outer.source)}")


def test_a_batch_that_hears_nobody_can_be_shown():
    visual = visuals.blocks(CHAIN, [5])
    assert visual.state["picked"] == [1, 0]
    assert "1 contents, 1 pins in layer 1" in visual.alt
    assert len(visual.static().patches) == 3


BAD = {
    "empty": (([],), "the batch is empty"),
    "twice": (([0, 1], [1]), "must differ"),
    "unknown": (([0], [6]), "6"),
    "too many": ((range(30),), "at most 24 contents; these pins need 40"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    alpha = sp.csr_array(np.eye(40, k=5)) if words.startswith("at most") else CHAIN
    with pytest.raises(ValueError, match=words):
        visuals.blocks(alpha, *given)
