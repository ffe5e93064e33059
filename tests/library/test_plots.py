"""Figures show what the data say, nothing is cut off, and the caller's figures are left alone."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from graphrec_utils import plots, style, toy

LONG = ["The Good, the Bad", "Seven Samurai", "x"]


@pytest.fixture(autouse=True)
def course_style():
    with plt.rc_context(style.RC):
        yield


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def cut_off(figure) -> list[str]:
    """Texts that reach beyond the figure."""
    figure.canvas.draw()
    page = figure.bbox
    found = []
    for ax in figure.axes:
        shown = [*ax.texts, ax.title, ax._left_title]
        if ax.axison:
            shown += [*ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
        for text in filter(lambda t: t.get_text(), shown):
            box = text.get_window_extent()
            inside = box.x0 >= page.x0 and box.y0 >= page.y0
            if not (inside and box.x1 <= page.x1 and box.y1 <= page.y1):
                found.append(text.get_text())
    return found


def segments(ax) -> set[tuple]:
    """Edges of a drawn graph as rounded (x, y, x, y)."""
    (lines,) = [c for c in ax.collections if hasattr(c, "get_segments")]
    return {tuple(np.round(np.ravel(line), 3).tolist()) for line in lines.get_segments()}


def test_bipartite_draws_one_line_per_like_between_the_right_heights():
    ax = plots.bipartite(toy.path())
    # users at heights 1 and 0, items at 1, 1/2 and 0; u0: i0, i1; u1: i1, i2
    assert segments(ax) == {(0, 1, 1, 1), (0, 1, 1, 0.5), (0, 0, 1, 0.5), (0, 0, 1, 0)}


def test_bipartite_names_users_on_the_left_and_items_on_the_right():
    ax = plots.bipartite(toy.likes(), toy.USERS, toy.ITEMS)
    place = {text.get_text(): (text.xy[0], text.get_ha()) for text in ax.texts}
    assert place["Ann"] == (0, "right")
    assert place["Drive"] == (1, "left")
    assert set(place) == {*toy.USERS, *toy.ITEMS}


def test_a_single_user_stands_in_the_middle():
    assert {line[1] for line in segments(plots.bipartite([[1, 1]]))} == {0.5}


def test_bipartite_draws_nodes_without_edges():
    ax = plots.bipartite([[0, 0], [0, 1]])
    assert texts(ax) == ["u0", "u1", "i0", "i1"]


def test_matrix_colors_exactly_the_likes():
    ax = plots.matrix(toy.likes(), toy.USERS, toy.ITEMS)
    ax.figure.canvas.draw()
    (mesh,) = ax.collections
    colors = [to_hex(color) for color in mesh.get_facecolors()]
    expected = [style.POSITIVE.lower() if like else "#ffffff" for like in toy.likes().ravel()]
    assert colors == expected


def test_matrix_writes_users_downward_and_items_to_the_right():
    ax = plots.matrix(toy.likes(), toy.USERS, toy.ITEMS)
    assert [t.get_text() for t in ax.get_yticklabels()] == list(toy.USERS)
    assert [t.get_text() for t in ax.get_xticklabels()] == list(toy.ITEMS)
    top, bottom = ax.transData.transform([(0, 0), (0, 2)])[:, 1]
    assert top > bottom  # Ann's row is above Eve's
    assert texts(ax) == [f"{like:g}" for like in toy.likes().ravel()]


def test_a_large_matrix_says_its_size_instead_of_its_names():
    ax = plots.matrix(toy.random_graph()[0])
    assert (ax.get_xlabel(), ax.get_ylabel(), texts(ax)) == ("40 items", "60 users", [])


def test_both_views_say_how_many_ones_and_edges_there_are():
    left, right = plots.matrix_and_graph(toy.likes(), toy.USERS, toy.ITEMS)
    assert left.figure is right.figure
    assert left.get_title("left") == "R: 3 × 4, 6 ones"
    assert right.get_title("left") == "graph: 3 + 4 nodes, 6 edges"


def test_matrix_and_graph_draws_where_it_is_told():
    axes = plt.figure().subplots(1, 2)
    assert plots.matrix_and_graph(toy.path(), axes=axes) == (axes[0], axes[1])
    assert len(plt.get_fignums()) == 1


def test_without_ax_a_new_figure_is_made():
    first = plt.figure().add_subplot()
    assert plots.bipartite(toy.path()).figure is not first.figure
    assert not first.collections


def test_bars_of_the_funnel_are_logarithms():
    ax = plots.funnel({"catalog": 10_000_000, "candidates": 1_000, "shown": 10})
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([7, 3, 1])
    assert {bar.get_x() + bar.get_width() / 2 for bar in ax.patches} == {0}
    (scale,) = ax.lines  # the bar that says how wide a factor of ten is
    assert np.ptp(scale.get_xdata()) == 1


def test_the_funnel_labels_counts_and_what_is_kept():
    written = texts(plots.funnel({"all": 1682, "candidates": 500, "shown": 10, "clicked": 1}))
    assert {"1,682 items", "500 items", "1 item"} < set(written)
    assert {"keeps 1 in 3.4", "keeps 1 in 50", "keeps 1 in 10"} < set(written)


def test_the_last_item_of_a_funnel_remains_visible():
    bar = plots.funnel({"shown": 10, "clicked": 1}).patches[-1]
    assert bar.get_width() == 0
    assert to_hex(bar.get_edgecolor()) == style.ITEM.lower()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.matrix_and_graph(toy.likes(), toy.USERS, toy.ITEMS)[0],
        lambda: plots.matrix_and_graph(toy.random_graph()[0])[0],
        lambda: plots.matrix(toy.bestseller(), ["A rather long name", "B", "C", "D"], LONG),
        lambda: plots.bipartite(toy.bestseller(), ["A rather long name", "B", "C", "D"], LONG),
        lambda: plots.bipartite(toy.path(), ["a" * 60, "b"], ["c" * 60, "d", "e"]),
        lambda: plots.funnel({"catalog": 10_000_000_000, "candidates": 1_000, "shown": 1}),
    ],
    ids=["both", "both, large", "matrix", "graph", "very long names", "funnel"],
)
def test_no_text_is_cut_off(draw):
    assert cut_off(draw().figure) == []


BAD = {
    "a vector": (lambda: plots.matrix([1, 0]), r"got shape \(2,\)"),
    "too few names": (lambda: plots.bipartite(toy.path(), ["Ann"]), "needs 2 user names"),
    "one panel": (
        lambda: plots.matrix_and_graph(toy.path(), axes=[plt.figure().add_subplot()]),
        "axes must be two.*got 1",
    ),
    "no stage": (lambda: plots.funnel({}), "stages is empty"),
    "nothing shown": (lambda: plots.funnel({"all": 5, "shown": 0}), "at least 1 item"),
    "a funnel that widens": (
        lambda: plots.funnel({"shown": 10, "all": 1000}),
        "'all' has 1,000 after 10",
    ),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# -------------------------------------------------------------------- the long tail


def test_the_long_tail_falls_from_the_most_popular_item_and_tells_the_share_of_the_head():
    ax = plots.long_tail([1, 0, 8, 1], head=0.25)
    assert ax.lines[0].get_ydata().tolist() == [8, 1, 1]
    assert ax.get_title("left") == "1 of 4 items (shaded) get 80% of all events"


def test_the_head_has_at_least_one_item():
    assert plots.long_tail([3, 1], head=0.01).get_title("left").startswith("1 of 2 items")


@pytest.mark.parametrize(
    ("counts", "head", "words"),
    [([0, 0], 0.1, "not all of them 0"), ([-1, 2], 0.1, ">= 0"), ([1], 1.0, "head must lie")],
)
def test_bad_counts_get_a_sentence(counts, head, words):
    with pytest.raises(ValueError, match=words):
        plots.long_tail(counts, head)


# -------------------------------------------------------------------- growth


def test_the_exponent_is_that_of_the_law():
    size = np.array([1, 4, 16])
    assert plots.exponent(size, 3 * size**2) == pytest.approx(2)
    assert plots.exponent(size, [5, 5, 5]) == pytest.approx(0)


def test_growth_draws_every_cost_and_the_legend_has_its_exponent():
    ax = plots.growth([10, 100], {"square": [1, 100], "line": [2, 20]})
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1, 100], [2, 20]]
    assert [t.get_text() for t in ax.get_legend().texts] == ["square: 2.0", "line: 1.0"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert len({line.get_marker() for line in ax.lines}) == 2


def test_growth_takes_a_table_and_its_legend_is_inside_the_figure():
    import pandas as pd

    table = pd.DataFrame({"LightGCN epoch": [14.4, 8000], "evaluation": [1.6, 373]})
    ax = plots.growth([5e5, 9e6], table)
    ax.figure.canvas.draw()
    box, page = ax.get_legend().get_window_extent(), ax.figure.bbox
    assert page.x0 <= box.x0 and box.x1 <= page.x1


@pytest.mark.parametrize(
    ("size", "costs", "words"),
    [
        ([1, 2], {}, "costs is empty"),
        ([1], {"a": [1]}, "two or more"),
        ([1, 2], {"a": [1, 2, 3]}, "as many costs"),
        ([1, 2], {"a": [0, 1]}, "above 0"),
    ],
)
def test_bad_growth_gets_a_sentence(size, costs, words):
    with pytest.raises(ValueError, match=words):
        plots.growth(size, costs)
