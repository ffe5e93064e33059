"""The surface visual: it shows what torch computes, and bad input gets a sentence."""

from __future__ import annotations

import matplotlib

matplotlib.use("agg")

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import nn

from graphrec_utils import style
from graphrec_utils.lessons.lesson03.visuals.surface import score
from graphrec_utils.plots import visuals


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def a_net(width: int = 3, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, 1))


def parameters(net) -> list[np.ndarray]:
    return [x.detach().numpy() for x in net.parameters()]


# |p + q| / 2 - |p - q| / 2: the smaller of |p| and |q|, with the sign of the product
FOLDS = [
    np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]),
    np.zeros(4),
    np.array([[0.5, 0.5, -0.5, -0.5]]),
    np.zeros(1),
]


def test_a_network_by_hand():
    (state,) = visuals.surface([FOLDS]).state["networks"]
    # (2, 1): |3| / 2 - |1| / 2 = 1; (2, -2): 0 - 4 / 2 = -2
    assert score(state, [2, 2], [1, -2]).tolist() == [1, -2]


def test_the_lines_are_what_torch_computes():
    nets = [a_net(3), a_net(5, seed=1)]
    axes = visuals.surface([parameters(net) for net in nets], item=-0.7).static()
    lower = axes[3:]
    np.testing.assert_allclose(lower[0].lines[0].get_ydata(), -0.7 * lower[0].lines[0].get_xdata())
    for ax, net in zip(lower[1:], nets, strict=True):
        p = torch.tensor(ax.lines[1].get_xdata(), dtype=torch.float32)
        with torch.no_grad():
            expected = net(torch.stack([p, torch.full_like(p, -0.7)], dim=1))[:, 0]
        np.testing.assert_allclose(ax.lines[1].get_ydata(), expected, atol=2e-3)
        assert ax.lines[1].get_linestyle() == "--"  # told by more than its color


def test_the_picture_has_a_map_for_the_product_and_each_network():
    axes = visuals.surface([FOLDS, parameters(a_net(8))]).static()
    titles = [ax.get_title() or ax.get_title(loc="left") for ax in axes[:3]]  # as the style says
    assert titles[0] == "p · q\n9.0 at (3, 3)"
    assert [title.partition("\n")[0] for title in titles] == ["p · q", "4 units", "8 units"]
    assert {ax.patches[0].get_width() for ax in axes[:3]} == {4.0}  # trained between -2 and 2


def test_the_colors_are_those_of_the_static_picture():
    colors = visuals.surface([FOLDS]).state["colors"]
    shade = matplotlib.colormaps[style.SIGNED]
    assert colors[0] == matplotlib.colors.to_hex(shade(0.5 / len(colors)))
    red, blue = (matplotlib.colors.to_rgb(colors[k]) for k in (-1, 0))
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_it_is_described_and_stays_small_with_wide_networks():
    visual = visuals.surface([FOLDS])
    assert repr(visual) == "<p · q and networks of 4 units>"
    assert "off by -6.0" in visual.alt  # |6| / 2 - 0 against 9
    wide = visuals.surface([parameters(a_net(w)) for w in (2, 8, 32)])
    text = re.sub(r"base64,[A-Za-z0-9+/=]*", "", wide.html())
    assert len(text.encode()) < 40_000


BAD = {
    "none": ({"networks": []}, "at least one network"),
    "outside": ({"networks": [FOLDS], "item": 4}, "between -3 and 3"),
    "never trained": ({"networks": [FOLDS], "trained": 0}, "trained between 0 and 3"),
    "two layers": ({"networks": [[*FOLDS, *FOLDS]]}, r"W \(w, 2\), b \(w,\)"),
    "three coordinates": ({"networks": [[np.ones((4, 3)), *FOLDS[1:]]]}, r"got \[\(4, 3\)"),
    "no number": ({"networks": [[*FOLDS[:3], np.array([np.nan])]]}, "finite numbers"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.surface(**given)
