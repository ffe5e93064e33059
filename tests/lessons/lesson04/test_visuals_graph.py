"""Walks, walker and filters: their states are true, their pictures tell the same, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import exercises, graphs, plots, toy, walks
from graphrec_utils.data import Interactions
from graphrec_utils.lessons.lesson04.visuals.adjacency import matrix
from graphrec_utils.lessons.lesson04.visuals.khop import counts, heights
from graphrec_utils.lessons.lesson04.visuals.spectrum import patterns, responses
from graphrec_utils.lessons.lesson04.visuals.walk import visits
from graphrec_utils.models import filters
from graphrec_utils.plots import visuals

LIKES = (toy.likes(), toy.USERS, toy.ITEMS)
MADE = {"khop": visuals.khop, "walk": visuals.walk, "spectrum": visuals.spectrum}


@pytest.fixture(params=MADE.values(), ids=MADE)
def make(request):
    return request.param


# ------------------------------------------------------------- all three
def test_the_state_holds_names_and_likes(make):
    state = make(toy.likes(), toy.USERS, toy.ITEMS).state
    assert state["likes"] == toy.likes().int().tolist()
    assert (state["users"], state["items"]) == (list(toy.USERS), list(toy.ITEMS))


BAD = {
    "a vector": ([1, 0], {}, r"not empty; got shape \(2,\)"),
    "too large": (np.ones((17, 2)), {}, r"at most (8|16) users and (8|16) items; got 17 and 2"),
    "a name twice": ([[1], [0]], {"users": ["Ann", "Ann"]}, "'Ann' occurs twice"),
}


@pytest.mark.parametrize(("R", "names", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, R, names, words):
    with pytest.raises(ValueError, match=words):
        make(R, **names)


OUTSIDE = {
    "no such node": (visuals.khop, {"start": 5}, "start must be a node, 0 to 4; got 5"),
    "too long": (visuals.khop, {"longest": 9}, r"longest must lie in 1\.\.\.8; got 9"),
    "no such start": (visuals.walk, {"start": -1}, "start must be a node, 0 to 4; got -1"),
    "never back": (visuals.walk, {"restart": 0}, "restart must lie between 0 and 1; got 0"),
    "cut-off above 1": (visuals.spectrum, {"cutoff": 1.1}, r"cutoff must lie in 0\.\.\.1"),
    "no layer": (visuals.spectrum, {"layers": 0}, r"layers must lie in 1\.\.\.8; got 0"),
}


@pytest.mark.parametrize(("make", "given", "words"), OUTSIDE.values(), ids=OUTSIDE)
def test_an_argument_out_of_range_gets_a_sentence(make, given, words):
    with pytest.raises(ValueError, match=words):
        make(toy.path(), **given)


# ------------------------------------------------------------- walks of length k
def test_the_counts_are_rows_of_the_powers():
    A = graphs.adjacency(toy.bestseller()).numpy().astype(int)
    rows = counts(toy.bestseller().int().numpy(), 1, 4)
    for k in range(5):
        np.testing.assert_array_equal(rows[k], np.linalg.matrix_power(A, k)[1])


def test_the_picture_of_walks_tells_every_count():
    visual = visuals.khop(toy.likes(), toy.USERS, toy.ITEMS)
    axes = visual.static()
    assert [ax.get_title() for ax in axes] == [f"k = {k}" for k in range(6)]
    shown = [text.get_text() for text in axes[5].texts]
    assert shown[:4] == ["5", "9", "5", "1"]  # Ann to the four films in five steps
    assert "k = 3: Alien 2, Brazil 3, Cube 1;" in visual.alt


def test_a_node_without_edges_has_no_walks():
    visual = visuals.khop([[1, 0], [0, 0]], start=1)
    assert "k = 1: none" in visual.alt
    assert len(visual.static()) == 6


def test_heights_of_one_node():
    assert heights(1).tolist() == [0.5]


# ------------------------------------------------------------- the walker
def test_the_walk_converges_to_pagerank():
    A = graphs.adjacency(toy.likes().double())
    exact = walks.ppr(A, [0], 0.25)[0].numpy()
    share = visits(A.numpy(), 0, 0.25, 20_000, seed=0)[-1] / 20_001
    # a sequence of 20,000 dependent visits: some hundredths are many standard deviations
    np.testing.assert_allclose(share, exact, atol=0.02)


def test_every_step_adds_one_visit():
    A = graphs.adjacency(toy.path().double()).numpy()
    counts_ = visits(A, 0, 0.5, 50, seed=1)
    np.testing.assert_array_equal(counts_.sum(axis=1), np.arange(1, 52))


def test_the_picture_of_the_walker_shows_three_lengths():
    axes = visuals.walk(toy.likes(), toy.USERS, toy.ITEMS).static()
    assert [ax.get_title("left") for ax in axes] == ["10 steps", "100 steps", "1,000 steps"]
    assert all(sum(bar.get_width() for bar in ax.patches) == pytest.approx(1) for ax in axes)


# ------------------------------------------------------------- filters
def test_the_patterns_are_those_of_the_normalized_matrix():
    U, sigma, V = patterns(toy.likes().int().numpy())
    A_hat = graphs.normalize(graphs.adjacency(toy.likes().double()))
    np.testing.assert_allclose((U * sigma) @ V.T, A_hat[:3, 3:], atol=1e-12)
    # the graph is a path of seven nodes: the cosines of 0, 30 and 60 degrees
    np.testing.assert_allclose(sigma, [1, 3**0.5 / 2, 0.5])


def test_patterns_of_eigenvalue_zero_are_left_out():
    assert len(patterns(np.ones((2, 3), dtype=int))[1]) == 1


@pytest.mark.parametrize("layers", [1, 2, 3, 5])
def test_the_odd_part_of_the_mean_gives_lightgcn_s_scores(layers):
    R = toy.bestseller().double()
    U, sigma, V = patterns(R.int().numpy())
    here, there = (list(responses(x, 0.5, layers).values())[1] for x in (sigma, -sigma))
    scorer = filters.closed_form(sp.csr_array(R.numpy()), layers)
    expected = scorer.scores(np.arange(4))
    np.testing.assert_allclose((U * (here - there) / 2) @ V.T, expected, atol=1e-6)


def test_the_last_layer_alone_is_even():
    x = np.linspace(-1, 1, 21)
    last = list(responses(x, 0.5, 3).values())[2]
    np.testing.assert_allclose(last, last[::-1])


def test_a_cut_off_is_an_svd_without_small_patterns():
    R = toy.likes().double()
    U, sigma, V = patterns(R.int().numpy())
    kept = next(iter(responses(sigma, 0.7, 3).values()))
    assert (kept > 0).tolist() == [True, True, False]
    expected = filters.svd_low_pass(sp.csr_array(R.numpy()), 2).scores(np.arange(3))
    np.testing.assert_allclose((U * kept) @ V.T, expected, atol=1e-6)


def test_the_picture_of_filters_has_a_stem_per_eigenvalue():
    axes = visuals.spectrum(toy.likes(), toy.USERS, toy.ITEMS, cutoff=0.6).static()
    assert axes[0].get_title("left") == "cut-off at 0.6 (SVD)"
    points = axes[0].collections[-1].get_offsets()
    at, size = points[:, 0], points[:, 1]
    np.testing.assert_allclose(sorted(at), [-1, -(3**0.5) / 2, -0.5, 0.5, 3**0.5 / 2, 1])
    np.testing.assert_allclose(size[np.abs(at) < 0.6], 0)
    np.testing.assert_allclose(size[np.abs(at) > 0.6], at[np.abs(at) > 0.6])


# ------------------------------------------------------------- the adjacency matrix
@pytest.mark.parametrize("form", ["row", "column", "symmetric"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_matrix_is_a_power_of_the_library_s_normalization(form, k):
    R = toy.bestseller().double()
    A = graphs.normalize(graphs.adjacency(R), form).numpy()
    np.testing.assert_allclose(matrix(R.numpy(), form, k), np.linalg.matrix_power(A, k), atol=1e-12)


def test_the_picture_holds_the_counts_of_three_powers():
    visual = visuals.adjacency(*LIKES, forms=("A", "symmetric"), longest=5)
    axes = visual.static()
    assert [ax.get_title() for ax in axes] == ["A", "A²", "A³"]
    assert [text.get_text() for text in axes[2].texts][:3] == ["2", "3", "1"]  # Ann's row of A³
    assert "A, A², A³" in visual.alt


def test_the_picture_of_normalizations_holds_the_sums():
    axes = visuals.adjacency(toy.path(), forms=("row", "symmetric")).static()
    rows, symmetric = ([text.get_text() for text in ax.texts] for ax in axes)
    # 8 entries, then sum of row and of column for each of the five nodes
    assert rows[8::2] == ["1.00"] * 5
    assert symmetric[:2] == [".71", ".50"] and symmetric[8] == "1.21"


def test_one_matrix_stands_beside_its_graph():
    left, graph = visuals.adjacency(*LIKES).static()
    assert left.get_title() == "A"
    assert {"Ann", "Drive"} <= {text.get_text() for text in graph.texts}


WRONG = {
    "too large": ({"R": np.ones((17, 2))}, r"at most (8|16) users and (8|16) items; got 17 and 2"),
    "unknown form": (
        {"forms": ("A", "rows")},
        r"forms must be some of A, row, .*got \['A', 'rows'\]",
    ),
    "no form": ({"forms": ()}, r"forms must be some of .*; got \[\]"),
    "too long": ({"longest": 9}, r"longest must lie in 1\.\.\.8; got 9"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_a_matrix_that_cannot_be_shown_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.adjacency(**({"R": toy.path()} | given))


# ---------------------------------------------------------------- driven by a student's function


def unwritten(*_):
    raise NotImplementedError


def test_khop_shows_what_a_students_function_says():
    """A right one gives the library's numbers, a wrong one its own."""
    right = exercises.get("04.3").reference
    visual = visuals.khop(toy.likes(), toy.USERS, toy.ITEMS, function=right)
    answers = np.array(visual.state["answers"])
    R = toy.likes().numpy().astype(int)
    for start in range(7):
        assert (answers[start] == counts(R, start, 5)).all()
    assert visual.note.startswith("The numbers are those of your count_walks;")

    def twice(*inputs):
        return 2 * right(*inputs)

    wrong = np.array(visuals.khop(R, function=twice).state["answers"])
    assert wrong[0, 1, 3] == 2
    assert wrong[0, 2].sum() > answers[0, 2].sum()  # what follows from it, too


def test_walk_shows_what_a_students_function_says():
    right = exercises.get("04.5").reference
    visual = visuals.walk(toy.likes(), toy.USERS, toy.ITEMS, function=right)
    A = np.block(
        [[np.zeros((3, 3)), toy.likes().numpy()], [toy.likes().numpy().T, np.zeros((4, 4))]]
    )
    for restart in (0.05, 0.5, 0.95):
        exact = walks.ppr(torch.from_numpy(A), [2], restart)[0].numpy()
        assert np.abs(visual.state["answers"][f"2 {restart:.2f}"] - exact).max() < 2e-3
    assert len(visual.state["answers"]) == 7 * 19


@pytest.mark.parametrize("make", [visuals.khop, visuals.walk, visuals.smoothing])
@pytest.mark.parametrize(
    ("function", "note"),
    [
        (unwritten, "unwritten is not written yet: the numbers are the library's."),
        (lambda *_: [1.0, 2.0], "gives no picture (ValueError: "),
        (lambda *_: 1 / 0, "gives no picture (ZeroDivisionError: division by zero)"),
    ],
)
def test_a_function_that_cannot_be_drawn_leaves_the_librarys_numbers_and_says_so(
    make, function, note
):
    visual = make(toy.likes(), toy.USERS, toy.ITEMS, function=function)
    plain = make(toy.likes(), toy.USERS, toy.ITEMS)
    assert note in visual.note
    assert visual.state == plain.state
    assert plain.note == ""


def test_a_live_visual_asks_the_function_again_at_every_move():
    pytest.importorskip("anywidget")
    asked = []

    def count_walks(R, u, i, longest):
        asked.append(u)
        return np.full(longest + 1, len(asked))

    widget = visuals.khop(toy.likes(), toy.USERS, toy.ITEMS, function=count_walks).live()
    before = len(asked)
    widget.start = 2
    assert len(asked) == before + 12
    assert widget.answers[2][1][3] > before


def test_smoothing_shows_what_a_students_function_says():
    right = exercises.get("06.1").reference
    drawn, plain = (
        visuals.smoothing(toy.likes(), toy.USERS, toy.ITEMS, function=f).state["layers"]
        for f in (right, None)
    )
    for layer, other in zip(drawn, plain, strict=True):
        for kind in ("single", "mean"):
            assert np.abs(np.subtract(layer[kind]["at"], other[kind]["at"])).max() < 1e-3

    def last_alone(A, E0, num_layers):
        return right(A, E0, 0) if num_layers == 0 else E0

    assert visuals.smoothing(*LIKES, function=last_alone).state["layers"] != plain


def neighborhood() -> dict:
    users = np.repeat(np.arange(20), 3)
    items = np.stack([np.zeros(20), 1 + np.arange(20) % 7, 8 + np.arange(20)], axis=1).ravel()
    labels = np.array([f"film {i}" for i in range(28)], dtype=object)
    return plots.around(Interactions(users, items.astype(int), 20, 28, item_labels=labels))


def test_a_neighborhood_holds_the_item_its_fans_and_what_they_share():
    ((title, (R, users, items)),) = neighborhood().items()
    assert title == "around film 0"
    assert R.shape == (14, 16) and items[0] == "film 0"
    assert R[:, 0].all()  # all are its fans, so the graph is connected
    shared = R.sum(axis=0)
    assert (np.diff(shared) <= 0).all()  # what most of them like comes first
    assert set(items[1:8]) == {f"film {k}" for k in range(1, 8)}
    assert len(set(users)) == 14


FAMILY = {
    "adjacency": lambda also: visuals.adjacency(*LIKES, also=also),
    "khop": lambda also: visuals.khop(*LIKES, also=also),
    "smoothing": lambda also: visuals.smoothing(*LIKES, also=also),
    "walk": lambda also: visuals.walk(*LIKES, also=also),
}


@pytest.mark.parametrize("make", FAMILY.values(), ids=FAMILY)
def test_a_visual_offers_a_real_neighborhood_beside_the_toy(make):
    toy_alone, both = make(None), make(neighborhood())
    assert toy_alone.also == {} and "<select" not in toy_alone._html("")
    assert list(both.also) == ["around film 0"]
    assert both.also["around film 0"].keys() == both.state.keys()
    assert both.state == toy_alone.state
    html = both._html("")
    assert 'h("select"' in html and '"around film 0"' in html and len(html.encode()) < 70_000
