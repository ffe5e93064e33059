"""Exercise 10.5: the best items of many users, without a matrix of all scores."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _vectors(rng, B: int, n: int, top: int, chunk: int, dim: int = 4) -> dict:
    return {
        "users": rng.normal(size=(B, dim)), "items": rng.normal(size=(n, dim)), "top": top, "chunk": chunk,
    }  # fmt: skip


ex = Exercise(
    "10.5",
    "top_in_chunks",
    points=4,
    branch=True,
    library=("graphrec_utils.metrics.rank", "graphrec_utils.metrics.rank_all",
             "graphrec_utils.metrics.rank_with"),
    hints=(
        "After the first chunk you have its best items. What do you need of them, and of the second chunk, "
        "to know the best of both?",
        "Keep scores and ids of the best so far, (B, top) each. Put the scores of the next chunk beside them, "
        "sort, keep `top`. The ids of a chunk begin where the chunk begins.",
        "`s = np.concatenate([scores, users @ items[a:a + chunk].T], axis=1)`, the ids likewise; "
        '`best = np.argsort(-s, axis=1, kind="stable")[:, :top]`; `np.take_along_axis` for both.',
    ),
)  # fmt: skip


@ex.solution
def top_in_chunks(users, items, top, chunk):
    scores, ids = np.zeros((len(users), 0)), np.zeros((len(users), 0), dtype=np.int64)
    for a in range(0, len(items), chunk):
        new = users @ items[a : a + chunk].T
        scores = np.concatenate([scores, new], axis=1)
        ids = np.concatenate([ids, np.broadcast_to(a + np.arange(new.shape[1]), new.shape)], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
        scores, ids = (np.take_along_axis(x, best, axis=1) for x in (scores, ids))
    return ids


def _by_hand(rng) -> dict:
    """Two equal ones in different chunks, the second of which is not full."""
    values = np.array([5.0, 2, 3, 5, 1])
    return {"users": np.array([[1.0], [-1.0]]), "items": values[:, None], "top": 2, "chunk": 3}


def _equal(rng) -> dict:
    """Four ones among zeros: after them comes item 0."""
    items = np.zeros((12, 1))
    items[1 + rng.permutation(11)[:4]] = 1.0
    return {"users": np.array([[1.0], [0.5]]), "items": items, "top": 5, "chunk": 4}


def _rest(rng) -> dict:
    """The last two items are far out in opposite directions: one of them is first for everybody."""
    inputs = _vectors(rng, 3, 23, 4, 5)
    inputs["items"][-2:] = 20 * rng.normal(size=4) * np.array([[1.0], [-1.0]])
    return inputs


def _large(rng) -> dict:
    pilot = {"inputs": _vectors(rng, 200, 2000, 3, 50), "dense": 200 * 2000 * 4}
    return _vectors(rng, 200, 3000, 3, 300) | {"pilot": pilot}


ex.claim("five items in two chunks, best first", _by_hand)
ex.claim("chunks of all sizes", lambda rng: _vectors(rng, 4, 24, 5, 6))
ex.claim("the last chunk is not full", _rest)
ex.claim("a chunk holds fewer items than are wanted", lambda rng: _vectors(rng, 3, 20, 6, 2))
ex.claim("equal scores: the smaller id comes first", _equal)
ex.claim("never a matrix of all scores in memory", _large, run="call within memory")

PRODUCTS = "users @ items[a : a + chunk].T"
NEW_IDS = "np.broadcast_to(a + np.arange(new.shape[1]), new.shape)"

# fmt: off
ex.slip("your ids begin at 0 in every chunk: add where the chunk begins",
        "a + np.arange", "np.arange")
ex.slip("each chunk forgets the best of the chunks before: put both side by side and sort",
        "new =", "scores, ids = scores[:, :0], ids[:, :0]\nnew =")
ex.slip("your last chunk is left out when it is not full: its items can never be recommended",
        "new =", "if 0 < a > len(items) - chunk:\n    break\nnew =")
ex.slip("you return the worst items: argsort ascends, so sort the negative scores",
        "-scores", "scores")
ex.slip("your items are the best ones, but not in order: best first",
        "return ids", "return np.sort(ids, axis=1)")
ex.slip("your order is right, but all scores were in memory at once: (B, n) is what chunks are for",
        "for a", "chunk = len(items)\nfor a")
ex.slip("among equal scores the larger id comes first in yours: sort the negative scores, stably",
        "for a", "items = items[::-1]\nfor a", "return ids", "return len(items) - 1 - ids")
ex.slip("you take the nearest items: the scores are products, and a long vector may win from far "
        "away",
        PRODUCTS, "-((users[:, None] - items[a : a + chunk]) ** 2).sum(axis=2)")
ex.slip("you return places in the last sort: look up which ids stand there",
        "return ids", "return best")
ex.slip("among equal scores the order turns round with every chunk: a reversed argsort does that; "
        "sort the negative scores",
        "-scores", "scores", "[:, :top]", "[:, ::-1][:, :top]")
ex.slip("you put the new chunk before the best so far: among equal scores the later item wins",
        "[scores, new]", "[new, scores]", f"[ids, {NEW_IDS}]", f"[{NEW_IDS}, ids]")
ex.slip("your ids move and their scores stay: after the sort both have to be taken at the same "
        "places",
        "(np.take_along_axis(x, best, axis=1) for x in (scores, ids))", "scores[:, :top], np.take_along_axis(ids, best, axis=1)")
ex.slip("your list begins with scores of 0: an item whose product is below 0 never gets in; begin "
        "with −∞, or empty",
        "users), 0))", "users), top))", "users), 0), dtype", "users), top), dtype")
ex.slip("you rank by the size of the product, whatever its sign: −5 is worse than 1",
        PRODUCTS, f"abs({PRODUCTS})")
ex.slip("you rank by cosines: the scores are products, and long items win",
        "for a", "items = items / np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-12)\nfor a")
ex.slip("you keep as many as the first chunk held: where it is shorter than `top`, the list must "
        "grow",
        "[:, :top]", "[:, : min(top, chunk)]")
# with ∞ what is there already stays in front, in its order
ex.slip("the best of the first chunks fill your list: those of different chunks were never "
        "compared",
        "[scores, new]", "[scores + np.inf, new]")
