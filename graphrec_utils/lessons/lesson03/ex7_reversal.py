"""Exercise 03.7: two recommenders whose order sampled negatives turn."""

from __future__ import annotations

import numpy as np
from scipy import stats

from graphrec_utils.exercises.core import Exercise

MARGIN = 0.05


def _world(num_items, num_negatives, top, num_users):
    """The numbers of a world; `rng` shifts the catalog and the crowd a little."""

    def inputs(rng) -> dict:
        return {
            "num_users": num_users + int(rng.integers(30)),
            "num_items": num_items + int(rng.integers(50)),
            "num_negatives": num_negatives,
            "top": top,
        }

    return inputs


def _rates(ranks, inputs) -> tuple[float, float]:
    """Return (hit rate of full ranking, expected hit rate on sampled negatives)."""
    n, S, top = inputs["num_items"], inputs["num_negatives"], inputs["top"]
    ranks = np.clip(ranks, 1, n)  # `_in_range` judges ranks outside
    sampled = stats.hypergeom.cdf(top - 1, n - 1, ranks - 1, S)
    return float((ranks <= top).mean()), float(sampled.mean())


def _winner(a: float, b: float) -> str:
    return "A" if a > b + MARGIN else "B" if b > a + MARGIN else "nobody"


def _reversed(got, expected, inputs) -> str | None:
    """Both metrics must name the same winners as in the other answer: B in full, A sampled."""
    if problem := _in_range(got, expected, inputs):
        return problem

    def winners(ranks):
        (full_a, sampled_a), (full_b, sampled_b) = (_rates(r, inputs) for r in ranks)
        return _winner(full_a, full_b), _winner(sampled_a, sampled_b)

    if winners(got) == winners(expected):
        return None
    (full_a, sampled_a), (full_b, sampled_b) = (_rates(r, inputs) for r in got)
    return (
        f"in yours full ranking gives A {full_a:.2f} and B {full_b:.2f}, sampled negatives give "
        f"A {sampled_a:.2f} and B {sampled_b:.2f}"
    )


def _in_range(got, expected, inputs) -> str | None:
    def outside(ranks):
        return [bool((r < 1).any() or (r > inputs["num_items"]).any()) for r in ranks]

    if outside(got) == outside(expected):
        return None
    low, high = min(r.min() for r in got), max(r.max() for r in got)
    return f"ranks run from 1 to {inputs['num_items']:,}; yours run from {low} to {high}"


ex = Exercise(
    "03.7",
    "reversal",
    points=2,
    branch=True,
    hints=(
        "At which ranks do the two curves of figure 3.5 differ most?",
        "Sampled negatives hardly notice whether an item has rank 2 or 50 of 2,000, full ranking "
        "sees nothing else. So let A be always a little outside the top.",
        "A: rank `top + 1` for everybody. B: rank 1 for half of the users, `num_items` for the rest.",
    ),
)


@ex.solution
def reversal(num_users, num_items, num_negatives, top):
    ranks_a = np.full(num_users, top + 1)  # always just outside
    ranks_b = np.where(np.arange(num_users) % 2 == 0, 1, num_items)  # all or nothing
    return ranks_a, ranks_b


ex.claim("2,000 items, 99 negatives, top 10", _world(2000, 99, 10, 90), judge=_reversed)
ex.claim("500 items, 50 negatives, top 5", _world(500, 50, 5, 60), judge=_reversed)
ex.claim("20,000 items, 99 negatives, top 20", _world(20_000, 99, 20, 130), judge=_reversed)

A, BOTH = "top + 1", "return ranks_a, ranks_b"
B = "np.where(np.arange(num_users) % 2 == 0, 1, num_items)"

# fmt: off
ex.slip("you have them the wrong way round: full ranking shall prefer B, sampled negatives A",
        BOTH, "return ranks_b, ranks_a", hint=True)
ex.slip("your A is within the top of full ranking, too, so both metrics prefer it: move its item "
        "out of there",
        A, "top", hint=True)
ex.slip("your A is so deep that a handful of drawn negatives beats it, too: a rank just outside "
        "the top is enough",
        A, "num_items", hint=True)
ex.slip("your B leaves nothing for A to win: the sampled metric gives both the full rate. B must "
        "also lose, and badly, for some users",
        "1, num_items", "1, 1")
ex.slip("too few test items of your B are in the top, so full ranking sees no winner",
        "1, num_items", "top + 1, num_items")
ex.slip("your ranks count from 0; rank 1 is the first place",
        A, "top", "1, num_items", "0, num_items - 1")
ex.slip("your ranks are written for a top of 10 in 2,000 items: let them follow the arguments",
        A, "11", "1, num_items", "2000, 1")
ex.slip("your ranks are the ones of the example, 50 against 1 and 2,000: let them follow n and top",
        A, "50", "1, num_items", "2000, 1")
ex.slip("your two halves are one user short where their number is odd: return num_users ranks",
        B, "np.array([1] * (num_users // 2) + [num_items] * (num_users // 2))")
ex.slip("you return lists; ranks are two NumPy arrays of integers, `np.full(num_users, …)`",
        BOTH, "return ranks_a.tolist(), ranks_b.tolist()")
ex.slip("you always return 100 ranks; there are `num_users` of them",
        "ranks_a = np", "num_users = 100\nranks_a = np")
ex.slip("you return one array with two rows; return a pair of arrays, `a, b`",
        BOTH, "return np.stack([ranks_a, ranks_b])")
ex.slip("your ranks are floats (np.ones makes them): say dtype=np.int64",
        BOTH, "return ranks_a.astype(float), ranks_b.astype(float)")
ex.slip("your B has ranks that no list has: the first is 1, the last num_items",
        "1, num_items", "1, num_items + 1")
ex.slip("A and B are the same in yours: no metric can prefer one of them",
        BOTH, "return ranks_a, ranks_a")
ex.slip("your ranks are drawn at random, so both metrics see two equal models: choose them",
        BOTH, "rng = np.random.default_rng(0)\n"
        "return rng.integers(1, num_items + 1, num_users), rng.integers(1, num_items + 1, num_users)")
