"""Exercise 09.5: the paper's second number, a mean reciprocal rank in hundreds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _mrr(S, queries, positives, scale, beats=np.greater, hide=True, begin=1,
         gain=lambda rank, scale: 1 / np.ceil(rank / scale), best=1, over=np.mean):  # fmt: skip
    rank = []
    for s, q, i in zip(best * S, queries, positives, strict=True):
        ahead = beats(s, s[i])
        ahead[i] = False
        if hide:
            ahead[q] = False
        rank.append(begin + ahead.sum())
    with np.errstate(divide="ignore"):
        return float(over(gain(np.array(rank, dtype=float), scale)))


def _variant(**options) -> Callable:
    return lambda *inputs: _mrr(*inputs, **options)


def _scores(rng, ranks, scale: int = 10, n: int = 40, ties: bool = False) -> dict:
    """Positives at given ranks among the others; every other query would be first in its own list."""
    Q = len(ranks)
    S = np.stack([rng.permutation(n) for _ in range(Q)]).astype(np.float64)
    queries, positives = np.empty((2, Q), dtype=np.int64)
    for row, rank in enumerate(ranks):
        order = np.argsort(-S[row])
        q = int(rng.integers(n - 1))
        queries[row] = order[q]
        if row % 2 == 0:
            S[row, order[q]] = n + 1.0
        rest = order[order != order[q]]
        positives[row] = rest[rank - 1]
        if ties:
            S[row, rest[rank : rank + 2]] = S[row, rest[rank - 1]]
            positives[row] = rest[rank + 1]
    return {"S": S / n, "queries": queries, "positives": positives, "scale": scale}


ex = Exercise(
    "09.5",
    "scaled_mrr",
    points=3,
    hints=(
        "What may stand before the positive in its list? Not the query itself.",
        "rank = 1 + the number of other pins with a higher score; then the mean of 1 / ⌈rank / scale⌉.",
        "`ahead = S > S[rows, positives][:, None]`, `ahead[rows, queries] = False`, `rank = 1 + "
        "ahead.sum(1)`, `(1 / np.ceil(rank / scale)).mean()`, with `rows = np.arange(len(S))`.",
    ),
)


@ex.solution
def scaled_mrr(S, queries, positives, scale):
    return _mrr(S, queries, positives, scale)


def _random(rng, n: int = 40, scale: int = 10) -> dict:
    """The first query's positive ends a step of `scale`, the second one's begins the next."""
    return _scores(rng, (scale, scale + 1, *rng.integers(1, n - 4, 7)), scale, n)


def _below(rng) -> dict:
    inputs = _random(rng)
    return inputs | {"S": inputs["S"] - 2}


def _ties(rng) -> dict:
    scale = int(rng.integers(3, 6))
    return _scores(rng, (scale, scale + 1, *rng.integers(2, 30, 9)), scale, ties=True)


ex.claim("ranks 1, 5 and 10 in tens: 1", lambda rng: _scores(rng, (1, 5, 10)))
ex.claim("rank 11 in tens: a half", lambda rng: _scores(rng, (11,)))
ex.claim("nine queries, any ranks", _random)
ex.claim("in fives", lambda rng: _random(rng, 30, 5))
ex.claim(
    "in fives, ranks at the border of a five",
    lambda rng: _scores(rng, 5 * rng.integers(1, 7, 11) + rng.integers(0, 2, 11), 5),
)
ex.claim("equal scores do not stand before the positive", _ties)
ex.claim("all scores are below 0", _below)


@ex.mistake("the ceiling is missing: rank 1 would be worth 10 in tens, and no mean reciprocal rank "
            "exceeds 1")  # fmt: skip
def no_ceiling(*inputs):
    return _variant(gain=lambda rank, scale: scale / rank)(*inputs)


@ex.mistake("you round down and add one: rank 10 then falls into the second ten")
def floor_and_one(*inputs):
    return _variant(gain=lambda rank, scale: 1 / (rank // scale + 1))(*inputs)


@ex.mistake("you round to the nearest: ranks 1 to 4 in tens would be 1 / 0")
def rounded(*inputs):
    return _variant(gain=lambda rank, scale: 1 / np.maximum(1, np.round(rank / scale)))(*inputs)


@ex.mistake(
    "your number is the usual mean reciprocal rank: the ranks are not taken in steps of `scale`"
)
def not_scaled(*inputs):
    return _variant(gain=lambda rank, scale: 1 / rank)(*inputs)


@ex.mistake("the query is in its own list and pushes its positive back by one: it is no candidate")
def the_query_in_its_list(*inputs):
    return _variant(hide=False)(*inputs)


@ex.mistake("your best rank is 0: count from 1")
def from_zero(*inputs):
    return _variant(begin=0, gain=lambda rank, scale: 1 / np.maximum(1, np.ceil(rank / scale)))(
        *inputs
    )


@ex.mistake("you count the pins below the positive: rank 1 is the highest score")
def from_below(*inputs):
    return _variant(best=-1, hide=True)(*inputs)


@ex.mistake("equal scores stand before the positive in yours: count those that are higher")
def ties_before(*inputs):
    return _variant(beats=np.greater_equal)(*inputs)


@ex.mistake("you take the mean of the ranks first: the mean of the reciprocals is asked for")
def reciprocal_of_the_mean(*inputs):
    return _variant(gain=lambda rank, scale: np.ceil(rank / scale), over=lambda x: 1 / x.mean())(
        *inputs
    )


@ex.mistake("you take the median of the queries, not the mean")
def median(*inputs):
    return _variant(over=np.median)(*inputs)


@ex.mistake(
    "the query gets the score 0 in yours, which may be the best of all: leave it out, or give it −∞"
)
def query_at_0(S, queries, positives, scale):
    moved = S.copy()
    moved[np.arange(len(S)), queries] = 0
    return _mrr(moved, queries, positives, scale, hide=False)


@ex.mistake("your ranks begin at 0 and the best one divides by 0: rank 1 is nobody ahead")
def nobody_ahead_is_0(*inputs):
    return _variant(begin=0)(*inputs)


@ex.mistake("you round down: ranks below `scale` then divide by 0; ⌈·⌉ rounds up")
def only_rounded_down(*inputs):
    return _variant(gain=lambda rank, scale: 1 / np.floor(rank / scale))(*inputs)


@ex.mistake("you round to the nearest: ⌈·⌉ rounds up")
def rounded_to_the_nearest(*inputs):
    return _variant(gain=lambda rank, scale: 1 / np.round(rank / scale))(*inputs)


@ex.mistake("you return the mean of the ranks in steps of `scale`: the mean is of one over them")
def mean_of_steps(*inputs):
    return _variant(gain=lambda rank, scale: np.ceil(rank / scale))(*inputs)


@ex.mistake("you return the sum over the queries: a mean is asked for")
def the_sum(*inputs):
    return _variant(over=np.sum)(*inputs)


@ex.mistake(
    "the queries of all rows are left out of each list in yours: only its own is no candidate"
)
def all_queries_hidden(S, queries, positives, scale):
    ahead = S[np.arange(len(S)), positives][:, None] < S
    ahead[:, queries] = False
    return float((1 / np.ceil((1 + ahead.sum(axis=1)) / scale)).mean())
