"""Exercise 10.5: the best items of many users, without a matrix of all scores."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _top(
    users, items, top, chunk, offset=True, merge=True, last=True, order=lambda s: -s, ordered=True
):
    """Go through the items chunk by chunk; the options are what can go wrong.

    Args:
        offset: add where the chunk begins.
        merge: keep what earlier chunks had.
        last: also take a last chunk that is not full.
        order: what is sorted, ascending.
        ordered: best first, else the best in any order: by id.
    """
    B, n = len(users), len(items)
    scores, ids = np.zeros((B, 0)), np.zeros((B, 0), dtype=np.int64)
    for begin in range(0, n, chunk):
        part = items[begin : begin + chunk]
        if not last and len(part) < chunk and begin:
            break
        new = np.arange(len(part)) + (begin if offset else 0)
        s, i = users @ part.T, np.broadcast_to(new, (B, len(part)))
        if merge:
            s, i = np.concatenate([scores, s], axis=1), np.concatenate([ids, i], axis=1)
        best = np.argsort(order(s), axis=1, kind="stable")[:, :top]
        scores, ids = np.take_along_axis(s, best, 1), np.take_along_axis(i, best, 1)
    return ids if ordered else np.sort(ids, axis=1)


def _vectors(rng, B: int, n: int, top: int, chunk: int, dim: int = 4) -> dict:
    return {
        "users": rng.normal(size=(B, dim)), "items": rng.normal(size=(n, dim)), "top": top, "chunk": chunk,
    }  # fmt: skip


ex = Exercise(
    "10.5",
    "top_in_chunks",
    points=4,
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
    return _top(users, items, top, chunk)


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


@ex.mistake("your ids begin at 0 in every chunk: add where the chunk begins")
def ids_of_the_chunk(*inputs):
    return _top(*inputs, offset=False)


@ex.mistake("each chunk forgets the best of the chunks before: put both side by side and sort")
def only_the_last_chunk(users, items, top, chunk):
    return _top(users, items, top, chunk, merge=False)


@ex.mistake("your last chunk is left out when it is not full: its items can never be recommended")
def the_rest_is_left_out(*inputs):
    return _top(*inputs, last=False)


@ex.mistake("you return the worst items: argsort ascends, so sort the negative scores")
def the_worst(*inputs):
    return _top(*inputs, order=lambda s: s)


@ex.mistake("your items are the best ones, but not in order: best first")
def in_no_order(*inputs):
    return _top(*inputs, ordered=False)


@ex.mistake(
    "your order is right, but all scores were in memory at once: (B, n) is what chunks are for"
)
def all_scores_at_once(users, items, top, chunk):
    return np.argsort(-(users @ items.T), axis=1, kind="stable")[:, :top]


@ex.mistake(
    "among equal scores the larger id comes first in yours: sort the negative scores, stably"
)
def the_larger_id_first(users, items, top, chunk):
    n = len(items)
    return n - 1 - _top(users, items[::-1], top, chunk)


@ex.mistake(
    "you take the nearest items: the scores are products, and a long vector may win from far away"
)
def the_nearest(users, items, top, chunk):
    far = ((users[:, None] - items[None]) ** 2).sum(axis=2)
    return np.argsort(far, axis=1, kind="stable")[:, :top]


def _join(users, items, top, chunk, start=None, sort=lambda s, i: np.argsort(-s, axis=1, kind="stable"),
          score=lambda users, part: users @ part.T, front=False, stale=False, keep=None):  # fmt: skip
    """Go through the chunks; the options are what can go wrong. Return the ids, and the places of the last sort.

    Args:
        start: the scores of `top` times item 0 to begin with.
        front: the new chunk stands before the best so far.
        stale: the scores stay where they are, the ids move.
        keep: how many of the best are kept.
    """
    B, keep = len(users), keep or top
    s, i = np.zeros((B, 0)), np.zeros((B, 0), dtype=np.int64)
    if start is not None:
        s, i = np.full((B, top), start), np.zeros((B, top), dtype=np.int64)
    for begin in range(0, len(items), chunk):
        part = items[begin : begin + chunk]
        new = score(users, part), np.tile(np.arange(begin, begin + len(part)), (B, 1))
        parts = (new, (s, i)) if front else ((s, i), new)
        s, i = (np.concatenate(pair, axis=1) for pair in zip(*parts, strict=True))
        best = sort(s, i)[:, :keep]
        s = s[:, :keep] if stale else np.take_along_axis(s, best, 1)
        i = np.take_along_axis(i, best, 1)
    return i[:, :top], best


@ex.mistake("you return places in the last sort: look up which ids stand there")
def places_of_the_last_sort(*inputs):
    return _join(*inputs)[1]


@ex.mistake(
    "among equal scores the order turns round with every chunk: a reversed argsort does that; sort the negative scores"
)
def a_reversed_argsort(*inputs):
    return _join(*inputs, sort=lambda s, i: np.argsort(s, axis=1, kind="stable")[:, ::-1])[0]


@ex.mistake("you put the new chunk before the best so far: among equal scores the later item wins")
def the_new_chunk_in_front(*inputs):
    return _join(*inputs, front=True)[0]


@ex.mistake(
    "your ids move and their scores stay: after the sort both have to be taken at the same places"
)
def scores_stay(*inputs):
    return _join(*inputs, stale=True)[0]


@ex.mistake(
    "your list begins with scores of 0: an item whose product is below 0 never gets in; begin with −∞, or empty"
)
def begun_with_zeros(*inputs):
    return _join(*inputs, start=0.0)[0]


@ex.mistake("you rank by the size of the product, whatever its sign: −5 is worse than 1")
def by_absolute_value(*inputs):
    return _join(*inputs, score=lambda users, part: abs(users @ part.T))[0]


@ex.mistake("you rank by cosines: the scores are products, and long items win")
def by_cosines(users, items, top, chunk):
    length = np.maximum(np.linalg.norm(items, axis=1, keepdims=True), 1e-12)
    return _join(users, items / length, top, chunk)[0]


@ex.mistake(
    "you keep as many as the first chunk held: where it is shorter than `top`, the list must grow"
)
def as_many_as_the_first_chunk(users, items, top, chunk):
    return _join(users, items, top, chunk, keep=min(top, chunk))[0]


@ex.mistake(
    "the best of the first chunks fill your list: those of different chunks were never compared"
)
def chunk_after_chunk(users, items, top, chunk):
    begins = range(0, len(items), chunk)
    parts = [_top(users, items[a : a + chunk], top, chunk) + a for a in begins]
    return np.concatenate(parts, axis=1)[:, :top]
