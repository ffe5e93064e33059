"""The palette keeps its promises; the toy graphs carry the numbers that checks quote."""

from __future__ import annotations

import matplotlib as mpl
import networkx as nx
import pytest
import torch

from graphrec_utils import graphs, style, toy


def luminance(color: str) -> float:
    """WCAG relative luminance of "#rrggbb"."""
    channels = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("color", style.CYCLE)
@pytest.mark.parametrize("background", [style.PAPER, style.INK])
def test_every_color_stands_out_on_white_and_on_dark(color, background):
    assert contrast(color, background) >= 3


def test_ink_is_readable_on_a_cell_that_is_liked():
    assert contrast(style.INK, style.POSITIVE) >= 4.5


def test_users_and_items_differ_in_shape_and_positives_and_negatives_in_line():
    assert style.NODE["user"]["node_shape"] != style.NODE["item"]["node_shape"]
    assert style.EDGE["positive"]["style"] != style.EDGE["negative"]["style"]
    assert len(set(style.MARKERS)) == len(style.CYCLE)


def test_a_method_has_a_color_and_a_mark_of_its_own_and_looks_like_no_side():
    colors = [look["color"] for look in style.METHOD.values()]
    marks = [look["marker"] for look in style.METHOD.values()]
    assert len({*colors, *style.CYCLE}) == len(colors) + len(style.CYCLE)
    assert len({*marks, "o", "s"}) == len(marks) + 2  # circles are users, squares items
    for color in colors:
        assert contrast(color, style.PAPER) >= 3, color


def test_use_switches_matplotlib_to_the_style():
    with mpl.rc_context():
        style.use()
        assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(style.CYCLE)
        assert not mpl.rcParams["axes.spines.top"]


def test_ann_shares_brazil_with_bob_and_bob_cube_with_eve():
    R = toy.likes()
    assert R.dtype is torch.float32
    assert (R @ R.T).tolist() == [[2, 1, 0], [1, 2, 1], [0, 1, 2]]
    assert R.shape == (len(toy.USERS), len(toy.ITEMS))


def test_a_call_returns_a_fresh_tensor():
    toy.likes()[0, 3] = 1
    assert toy.likes()[0, 3] == 0


def test_the_path_is_a_path_whose_middle_item_is_shared():
    R = toy.path()
    assert R.tolist() == [[1, 1, 0], [0, 1, 1]]
    assert nx.is_isomorphic(graphs.to_networkx(R), nx.path_graph(5))


def test_everybody_has_the_bestseller_and_one_user_has_all_three():
    assert (toy.bestseller().T @ toy.bestseller()).tolist() == [[2, 2, 1], [2, 4, 2], [1, 2, 2]]
    assert toy.bestseller().sum(1).tolist() == [2, 3, 2, 1]


def test_the_random_graph_smooths_as_its_docstring_says():
    R, X = toy.random_graph()
    A_hat = graphs.normalize(graphs.adjacency(R))
    seen = {}
    for k in range(1, 17):
        X = A_hat @ X
        unit = X[:60] / X[:60].norm(dim=1, keepdim=True)
        cosine = unit @ unit.T
        seen[k] = ((cosine.sum() - cosine.trace()) / (60 * 59)).item()
    expected = {1: 0.106, 2: 0.249, 3: 0.564, 4: 0.689, 8: 0.970, 16: 1.000}
    assert {k: round(seen[k], 3) for k in expected} == expected


def test_the_logits_have_the_softmax_and_the_gradient_of_its_docstring():
    logits, Q, positive = toy.logits()
    logits.requires_grad_()
    torch.nn.functional.cross_entropy(logits, torch.tensor(positive)).backward()
    softmax = logits.detach().softmax(0)
    assert softmax.tolist() == pytest.approx([0.4551, 0.2760, 0.1674, 0.1015], abs=5e-5)
    assert logits.grad.tolist() == pytest.approx([-0.5449, 0.2760, 0.1674, 0.1015], abs=5e-5)
    assert Q.sum().item() == pytest.approx(1)
