"""Exercise 19.1: the semantic ID of an item, code by code."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling


def _space(rng, n=12, d=3, sizes=(4, 4), shift=2.0) -> dict:
    X = rng.normal(size=(n, d)) * 2 + shift
    words = []
    for level, k in enumerate(sizes):
        words.append(
            rng.normal(size=(k, d)) * (2 if level == 0 else 1) + (shift if level == 0 else 0)
        )
    return {"X": X, "words": words}


ex = Exercise(
    "19.1",
    "residual_codes",
    points=5,
    library=(
        "graphrec_utils.models.semantic_ids.residual_codes",
        "graphrec_utils.models.mixture.kmeans",
        "graphrec_utils.models.rqvae.spell",
    ),
    hints=(
        "After the first code you know the center it stands for. What is there still to be said about the item?",
        "The nearest center by distance; subtract it from what is left; the next level codes the rest.",
        "`c = ((rest[:, None] - b) ** 2).sum(axis=2).argmin(axis=1)`; then `rest = rest - b[c]`.",
    ),
)


@ex.solution
def residual_codes(X, words):
    rest, codes = X.astype(float), []
    for b in words:
        c = ((rest[:, None] - b) ** 2).sum(axis=2).argmin(axis=1)
        codes.append(c)
        rest = rest - b[c]
    return np.stack(codes, axis=1)


def _by_hand(rng) -> dict:
    """(1, 0) is 0, 0, 0, the last by a tie; (5, 5) is 2, then (1, 4) is left, 1, then (-2, 4), 0."""
    words = [[[0, 0], [1, 3], [4, 1]], [[1, -1], [3, 0]], [[-1, 1], [1, 1]]]
    return {"X": np.array([[1.0, 0], [5, 5]]), "words": [np.array(b, float) for b in words]}


def _between(rng) -> dict:
    """Two items in the middle between two centers, on a grid, so that distances are equal to the last bit."""
    a, b = (float(x) for x in rng.permutation(np.arange(2, 6))[:2])
    words = [np.array([[9 * a, 9.0], [a, b], [-a, b]]), np.array([[0.5, 1], [0.5, -1], [7, 7 * b]])]
    return {"X": np.array([[0.0, b], [a + 0.5, b]]), "words": words}


LAST = "your levels stand in reverse"
SCALED, ABSOLUTE = "scaled to length 1", "absolute differences"
LARGEST, COSINE = "the largest difference", "the largest cosine"
OTHERS = (
    "every level codes the item itself", "only the last center from", "the largest product", COSINE, SCALED,
    ABSOLUTE, LAST, LARGEST, "the middle term is missing",
)  # fmt: skip
ex.claim("the example of the text", _by_hand)
ex.claim(
    "one level: the nearest center",
    telling(ex, lambda rng: _space(rng, sizes=(5,)), wrong=(ABSOLUTE, LARGEST, COSINE)),
)
ex.claim(
    "two levels: the second codes what the first left over",
    telling(ex, lambda rng: _space(rng, n=16), wrong=(SCALED, ABSOLUTE)),
    2,
)
ex.claim("four levels of different sizes", lambda rng: _space(rng, n=20, sizes=(6, 4, 3, 5)), 2)
ex.claim(
    "far from zero, where products and distances differ",
    telling(ex, lambda rng: _space(rng, n=16, shift=6.0), wrong=(SCALED, LARGEST, COSINE)),
)
ex.claim(
    "of equally near centers the first",
    telling(ex, _between, wrong=(COSINE, "you take the last: ")),
)
ex.claim("two items", telling(ex, lambda rng: _space(rng, n=2, d=5, sizes=(4, 3, 4)), wrong=OTHERS))

FAR, REST = "((rest[:, None] - b) ** 2).sum(axis=2)", "rest - b[c]"

# fmt: off
ex.slip("every level codes the item itself in yours: what is left after the first center is never "
        "looked at, so later codes repeat the first",
        REST, "rest", hint=True)
ex.slip("from the third level on you subtract only the last center from the item: all earlier "
        "ones have to go, too",
        REST, "X - b[c]", hint=True)
ex.slip("you add the center to what is left: it has to be subtracted",
        REST, "rest + b[c]", hint=True)
ex.slip("the largest product is not the smallest distance: long centers win with it",
        f"{FAR}.argmin", "(rest @ b.T).argmax")
ex.slip("you take the largest cosine: a residual's length matters, it is what is left to be said",
        f"{FAR}.argmin", "(rest @ b.T / np.maximum(np.linalg.norm(b, axis=1), 1e-12)).argmax")
ex.slip("you take the farthest center", "argmin", "argmax")
ex.slip("what is left is scaled to length 1 in yours: then the centers of the next level do not "
        "fit it",
        REST, f"{REST}\nrest = rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)")
ex.slip("you sum absolute differences; the centers of k-means are nearest in squares",
        FAR, "np.abs(rest[:, None] - b).sum(axis=2)")
ex.slip("your levels stand in reverse: the coarse code comes first, or a prefix says nothing",
        "(codes,", "(codes[::-1],")
ex.slip("of equally near centers you take the last: it is the first",
        f"{FAR}.argmin", f"len(b) - 1 - {FAR}[:, ::-1].argmin")
ex.slip("the center becomes what is left in yours: what is left is the item without it",
        REST, "b[c]")
ex.slip("you begin with the last level: the first centers are the coarse ones",
        "in words", "in words[::-1]", "(codes,", "(codes[::-1],")
ex.slip("your codes count on from level to level: each level begins with 0",
        "append(c)", "append(c + sum(len(b) for b in words[: len(codes)]))")
ex.slip("you add up differences before you square: what is too large and too small cancels",
        FAR, "((rest[:, None] - b).sum(axis=2) ** 2)")
ex.slip("you look at the largest difference alone: a squared distance adds up all of them",
        FAR, "np.abs(rest[:, None] - b).max(axis=2)")
ex.slip("the middle term is missing its 2: ‖r − b‖² = ‖r‖² − 2 r·b + ‖b‖²",
        FAR, "((b**2).sum(axis=1) - rest @ b.T)")
ex.slip("your product has the wrong sign: ‖r − b‖² = ‖r‖² − 2 r·b + ‖b‖²",
        FAR, "((b**2).sum(axis=1) + 2 * rest @ b.T)")
ex.slip("your levels all repeat the first code: the second has centers and a rest of its own",
        "(codes,", "(codes[:1] * len(words),")
ex.slip("one coordinate decides in yours: a distance looks at all of them",
        FAR, "np.abs(rest[:, None, 0] - b[:, 0])")
ex.slip("your codes count from 1: the first center is 0", "np.stack(codes, axis=1)", "np.stack(codes, axis=1) + 1")
ex.slip("your rows are levels: a row is an item", "np.stack(codes, axis=1)", "np.stack(codes)")
ex.slip("all items get one center in yours, the nearest to all together: each has its own",
        f"{FAR}.argmin(axis=1)", f"np.full(len(X), {FAR}.sum(axis=0).argmin())")
ex.slip("every level asks the first level's centers: each has its own", "b in words", "b in [words[0]] * len(words)")
ex.slip("you drop the sign of what is left: it says on which side of the center the item lies",
        REST, "np.abs(rest - b[c])")
ex.slip("you center the items first: then they no longer lie where the centers are", "X.astype(float)", "X - X.mean(axis=0)")
