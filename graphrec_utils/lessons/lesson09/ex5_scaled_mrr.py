"""Exercise 09.5: the paper's second number, a mean reciprocal rank in hundreds."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
    hints=(
        "What may stand before the positive in its list? Not the query itself.",
        "rank = 1 + the number of other pins with a higher score; then the mean of 1 / ⌈rank / scale⌉.",
        "`ahead = S > S[rows, positives][:, None]`, `ahead[rows, queries] = False`, `rank = 1 + "
        "ahead.sum(1)`, `(1 / np.ceil(rank / scale)).mean()`, with `rows = np.arange(len(S))`.",
    ),
)


@ex.solution
def scaled_mrr(S, queries, positives, scale):
    rows = np.arange(len(S))
    ahead = S[rows, positives][:, None] < S
    ahead[rows, queries] = False
    rank = 1 + ahead.sum(axis=1)
    return float((1 / np.ceil(rank / scale)).mean())


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

HIDE = "ahead[rows, queries] = False"
STEP = "np.ceil(rank / scale)"
MEAN = f"(1 / {STEP}).mean()"

# fmt: off
ex.slip("the ceiling is missing: rank 1 would be worth 10 in tens, and no mean reciprocal rank "
        "exceeds 1",
        f"1 / {STEP}", "scale / rank", hint=True)
ex.slip("you round down and add one: rank 10 then falls into the second ten",
        STEP, "(rank // scale + 1)")
ex.slip("you round to the nearest: ranks 1 to 4 in tens would be 1 / 0",
        STEP, "np.maximum(1, np.round(rank / scale))")
ex.slip("your number is the usual mean reciprocal rank: the ranks are not taken in steps of "
        "`scale`",
        STEP, "rank", hint=True)
ex.slip("the query is in its own list and pushes its positive back by one: it is no candidate",
        HIDE, "")
ex.slip("your best rank is 0: count from 1", "1 + ahead", "ahead", STEP, f"np.maximum(1, {STEP})")
ex.slip("you count the pins below the positive: rank 1 is the highest score", "< S", "> S")
ex.slip("equal scores stand before the positive in yours: count those that are higher",
        "< S", "<= S", HIDE, "ahead[rows, queries] = ahead[rows, positives] = False")
ex.slip("you take the mean of the ranks first: the mean of the reciprocals is asked for",
        MEAN, f"1 / {STEP}.mean()")
ex.slip("you take the median of the queries, not the mean", MEAN, f"np.median(1 / {STEP})")
ex.slip("the query gets the score 0 in yours, which may be the best of all: leave it out, or give "
        "it −∞",
        "ahead = S", "S = S.copy()\nS[rows, queries] = 0\nahead = S", HIDE, "")
ex.slip("your ranks begin at 0 and the best one divides by 0: rank 1 is nobody ahead",
        "1 + ahead", "ahead")
ex.slip("you round down: ranks below `scale` then divide by 0; ⌈·⌉ rounds up",
        "np.ceil", "np.floor")
ex.slip("you round to the nearest: ⌈·⌉ rounds up", "np.ceil", "np.round")
ex.slip("you return the mean of the ranks in steps of `scale`: the mean is of one over them",
        f"1 / {STEP}", STEP)
ex.slip("you return the sum over the queries: a mean is asked for", "mean", "sum")
ex.slip("the queries of all rows are left out of each list in yours: only its own is no candidate",
        "ahead[rows,", "ahead[:,")
