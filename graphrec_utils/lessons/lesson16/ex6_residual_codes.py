"""Exercise 16.6: the semantic ID of an item, code by code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling


def _codes(X, words, rest=lambda X, rest, b: rest - b, far=lambda r, b: np.square(r[:, None] - b).sum(axis=2), best=np.argmin,
           numbered=lambda codes, words: codes):  # fmt: skip
    """Return (n, L) codes; the options are what can go wrong.

    Args:
        rest: what is left for the next level.
        far: the distance of rows and centers; best: which center is taken.
        numbered: the codes as they are returned.
    """
    left, codes = np.asarray(X, float), []
    for b in words:
        c = best(far(left, np.asarray(b, float)), axis=1)
        codes.append(c)
        left = rest(np.asarray(X, float), left, np.asarray(b, float)[c])
    return numbered(np.stack(codes, axis=1), words)


def _variant(**options) -> Callable:
    return lambda *inputs: _codes(*inputs, **options)


def _space(rng, n=12, d=3, sizes=(4, 4), shift=2.0) -> dict:
    X = rng.normal(size=(n, d)) * 2 + shift
    words = []
    for level, k in enumerate(sizes):
        words.append(
            rng.normal(size=(k, d)) * (2 if level == 0 else 1) + (shift if level == 0 else 0)
        )
    return {"X": X, "words": words}


ex = Exercise(
    "16.6",
    "residual_codes",
    points=5,
    library=(
        "graphrec_utils.models.semantic_ids.residual_codes",
        "graphrec_utils.models.mixture.kmeans",
    ),
    hints=(
        "After the first code you know the center it stands for. What is there still to be said about the item?",
        "The nearest center by distance; subtract it from what is left; the next level codes the rest.",
        "`c = ((rest[:, None] - b) ** 2).sum(axis=2).argmin(axis=1)`; then `rest = rest - b[c]`.",
    ),
)


@ex.solution
def residual_codes(X, words):
    return _codes(X, words)


def _by_hand(rng) -> dict:
    """(1, 0) is 0, 0, 0, the last by a tie; (5, 5) is 2, then (1, 4) is left, 1, then (-2, 4), 0."""
    words = [[[0, 0], [1, 3], [4, 1]], [[1, -1], [3, 0]], [[-1, 1], [1, 1]]]
    return {"X": np.array([[1.0, 0], [5, 5]]), "words": [np.array(b, float) for b in words]}


def _between(rng) -> dict:
    """Two items in the middle between two centers, on a grid, so that distances are equal to the last bit."""
    a, b = (float(x) for x in rng.permutation(np.arange(2, 6))[:2])
    words = [np.array([[9 * a, 9.0], [a, b], [-a, b]]), np.array([[0.5, 1], [0.5, -1], [7, 7 * b]])]
    return {"X": np.array([[0.0, b], [a + 0.5, b]]), "words": words}


LAST = "the coarse code is last"
SCALED, ABSOLUTE = "the rest is normalized", "absolute differences"
LARGEST = "the largest difference"
OTHERS = (
    "nothing is subtracted", "only the last center goes", "the largest product", "the largest cosine", SCALED,
    ABSOLUTE, LAST, LARGEST, "the product counts once",
)  # fmt: skip
ex.claim("the example of the text", _by_hand)
ex.claim(
    "one level: the nearest center",
    telling(
        ex, lambda rng: _space(rng, sizes=(5,)), wrong=(ABSOLUTE, LARGEST, "the largest cosine")
    ),
)
ex.claim(
    "two levels: the second codes what the first left over",
    telling(ex, lambda rng: _space(rng, n=16), wrong=(SCALED, ABSOLUTE)),
    2,
)
ex.claim("four levels of different sizes", lambda rng: _space(rng, n=20, sizes=(6, 4, 3, 5)), 2)
ex.claim(
    "far from zero, where products and distances differ",
    telling(
        ex, lambda rng: _space(rng, n=16, shift=6.0), wrong=(SCALED, LARGEST, "the largest cosine")
    ),
)
ex.claim(
    "of equally near centers the first",
    telling(ex, _between, wrong=("the largest cosine", "the last of equals")),
)
ex.claim("two items", telling(ex, lambda rng: _space(rng, n=2, d=5, sizes=(4, 3, 4)), wrong=OTHERS))


@ex.mistake(
    "every level codes the item itself in yours: what is left after the first center is never looked at, so later codes repeat the first"
)
def nothing_is_subtracted(*inputs):
    return _variant(rest=lambda X, rest, b: rest)(*inputs)


@ex.mistake(
    "from the third level on you subtract only the last center from the item: all earlier ones have to go, too"
)
def only_the_last_center_goes(*inputs):
    return _variant(rest=lambda X, rest, b: X - b)(*inputs)


@ex.mistake("you add the center to what is left: it has to be subtracted")
def the_center_is_added(*inputs):
    return _variant(rest=lambda X, rest, b: rest + b)(*inputs)


@ex.mistake("the largest product is not the smallest distance: long centers win with it")
def the_largest_product(*inputs):
    return _variant(far=lambda r, b: -(r @ b.T))(*inputs)


@ex.mistake(
    "you take the largest cosine: a residual's length matters, it is what is left to be said"
)
def the_largest_cosine(*inputs):
    return _variant(far=lambda r, b: -(r @ b.T) / np.maximum(np.linalg.norm(b, axis=1), 1e-12))(
        *inputs
    )


@ex.mistake("you take the farthest center")
def the_farthest(*inputs):
    return _variant(best=np.argmax)(*inputs)


@ex.mistake(
    "what is left is scaled to length 1 in yours: then the centers of the next level do not fit it"
)
def the_rest_is_normalized(*inputs):
    return _variant(
        rest=lambda X, rest, b: (
            (rest - b) / np.maximum(np.linalg.norm(rest - b, axis=1, keepdims=True), 1e-9)
        )
    )(*inputs)


@ex.mistake("you sum absolute differences; the centers of k-means are nearest in squares")
def absolute_differences(*inputs):
    return _variant(far=lambda r, b: np.abs(r[:, None] - b).sum(axis=2))(*inputs)


@ex.mistake("your levels stand in reverse: the coarse code comes first, or a prefix says nothing")
def the_coarse_code_is_last(*inputs):
    return _variant(numbered=lambda codes, words: codes[:, ::-1].copy())(*inputs)


@ex.mistake("of equally near centers you take the last: it is the first")
def the_last_of_equals(*inputs):
    return _variant(best=lambda far, axis: far.shape[1] - 1 - far[:, ::-1].argmin(axis=1))(*inputs)


@ex.mistake("the center becomes what is left in yours: what is left is the item without it")
def the_center_is_left(*inputs):
    return _variant(rest=lambda X, rest, b: b)(*inputs)


@ex.mistake("you begin with the last level: the first centers are the coarse ones")
def the_last_level_first(X, words):
    return _codes(X, words[::-1])[:, ::-1].copy()


@ex.mistake("your codes count on from level to level: each level begins with 0")
def codes_count_on(X, words):
    begin = np.cumsum([0] + [len(b) for b in words[:-1]])
    return _codes(X, words) + begin


@ex.mistake("you add up differences before you square: what is too large and too small cancels")
def differences_cancel(*inputs):
    return _variant(far=lambda r, b: np.square((r[:, None] - b).sum(axis=2)))(*inputs)


@ex.mistake("you look at the largest difference alone: a squared distance adds up all of them")
def the_largest_difference(*inputs):
    return _variant(far=lambda r, b: np.abs(r[:, None] - b).max(axis=2))(*inputs)


@ex.mistake("the middle term is missing its 2: ‖r − b‖² = ‖r‖² − 2 r·b + ‖b‖²")
def the_product_counts_once(*inputs):
    return _variant(far=lambda r, b: np.square(b).sum(axis=1) - r @ b.T)(*inputs)


@ex.mistake("your product has the wrong sign: ‖r − b‖² = ‖r‖² − 2 r·b + ‖b‖²")
def the_product_is_added(*inputs):
    return _variant(far=lambda r, b: np.square(b).sum(axis=1) + 2 * r @ b.T)(*inputs)


@ex.mistake("your levels all repeat the first code: the second has centers and a rest of its own")
def the_first_code_again(X, words):
    return np.repeat(_codes(X, words[:1]), len(words), axis=1)


@ex.mistake("one coordinate decides in yours: a distance looks at all of them")
def the_first_coordinate(*inputs):
    return _variant(far=lambda r, b: np.abs(r[:, None, 0] - b[:, 0]))(*inputs)
