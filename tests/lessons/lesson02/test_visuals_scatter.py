"""The map of embeddings: what the page gets, the static twin, and input that does not fit."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from graphrec_utils import style
from graphrec_utils.plots import visuals

POINTS = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 4.0], [1.0, 1.0]])
LABELS = ["Ann", "Bob", "Alien", "Cube"]
GROUPS = ["user", "user", "item", "item"]


@pytest.fixture
def visual():
    return visuals.scatter(POINTS, LABELS, GROUPS, [[1], [0], [3], [2]])


def test_the_page_gets_thousandths_of_the_width(visual):
    assert visual.state["x"] == [0, 1000, 1000, 500]
    assert visual.state["y"] == [0, 0, 1000, 250]
    assert visual.state["group"] == [0, 0, 1, 1]
    assert visual.state["neighbors"] == [[1], [0], [3], [2]]
    assert "user (2), item (2)" in visual.alt


def test_points_on_a_line_do_not_divide_by_zero():
    assert visuals.scatter([[1, 5], [2, 5]], "ab").state["y"] == [0, 0]


def test_the_picture_has_a_color_and_a_marker_per_group(visual):
    ax = visual.static()
    assert [len(c.get_offsets()) for c in ax.collections[:2]] == [2, 2]
    on_the_page = list(map(list, zip(visual.state["x"], visual.state["y"], strict=True)))
    assert ax.collections[0].get_offsets().tolist() == on_the_page[:2]
    shown = [plt.matplotlib.colors.to_hex(c.get_facecolor()[0]) for c in ax.collections[:2]]
    assert shown == [style.USER.lower(), style.ITEM.lower()]
    paths = [c.get_paths()[0].vertices.shape for c in ax.collections[:2]]
    assert paths[0] != paths[1]


def test_three_thousand_points_stay_small():
    rng = np.random.default_rng(0)
    page = visuals.scatter(rng.normal(size=(3000, 2)), [f"film {k}" for k in range(3000)])._html("")
    assert len(page.encode()) < 200_000


BAD = {
    "three columns": ({"points": np.ones((2, 3))}, r"points must be \(n, 2\)"),
    "too many": ({"points": np.ones((3001, 2))}, "from 1 to 3000"),
    "not finite": ({"points": [[0, 0], [1, np.nan]]}, "NaN or infinite"),
    "labels": ({"labels": ["a"]}, "2 points need 2 labels"),
    "six groups": (
        {"points": np.ones((6, 2)), "labels": "abcdef", "groups": "abcdef"},
        "at most 5",
    ),
    "an index": ({"neighbors": [[1], [2]]}, "an index from 0 to 1"),
    "fractions": ({"neighbors": [[0.5], [1]]}, "whole numbers"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.scatter(**({"points": [[0, 0], [1, 1]], "labels": ["a", "b"]} | given))
