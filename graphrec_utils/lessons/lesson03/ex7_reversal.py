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


def _ranks_of(a, b):
    """Return an answer whose ranks of A are all a(n, top), and B's alternate between two."""

    def answer(num_users, num_items, num_negatives, top):
        first, second = b(num_items, top)
        ranks_b = np.where(np.arange(num_users) % 2 == 0, first, second)
        return np.full(num_users, a(num_items, top)), ranks_b

    return answer


ex = Exercise(
    "03.7",
    "reversal",
    points=2,
    hints=(
        "At which ranks do the two curves of the figure above differ most?",
        "Sampled negatives hardly notice whether an item has rank 2 or 50 of 2,000, full ranking "
        "sees nothing else. So let A be always a little outside the top.",
        "A: rank `top + 1` for everybody. B: rank 1 for half of the users, `num_items` for the rest.",
    ),
)


@ex.solution
def reversal(num_users, num_items, num_negatives, top):
    half = (num_users + 1) // 2
    ranks_b = np.where(np.arange(num_users) < half, 1, num_items)
    return np.full(num_users, top + 1), ranks_b


ex.claim("2,000 items, 99 negatives, top 10", _world(2000, 99, 10, 90), judge=_reversed)
ex.claim("500 items, 50 negatives, top 5", _world(500, 50, 5, 60), judge=_reversed)
ex.claim("20,000 items, 99 negatives, top 20", _world(20_000, 99, 20, 130), judge=_reversed)


@ex.mistake("you have them the wrong way round: full ranking shall prefer B, sampled negatives A")
def a_and_B_swapped(*a):
    return reversal(*a)[::-1]


@ex.mistake(
    "your A is within the top of full ranking, too, so both metrics prefer it: move its "
    "item out of there"
)
def a_is_in_the_top_itself(*inputs):
    return _ranks_of(lambda n, top: top, lambda n, top: (1, n))(*inputs)


@ex.mistake(
    "your A is so deep that a handful of drawn negatives beats it, too: a rank just "
    "outside the top is enough"
)
def a_is_too_deep(*inputs):
    return _ranks_of(lambda n, top: n // 2, lambda n, top: (1, n))(*inputs)


@ex.mistake(
    "your B leaves nothing for A to win: the sampled metric gives both the full rate. B "
    "must also lose, and badly, for some users"
)
def b_is_perfect(*inputs):
    return _ranks_of(lambda n, top: top + 1, lambda n, top: (1, 1))(*inputs)


@ex.mistake("too few test items of your B are in the top, so full ranking sees no winner")
def b_always_just_misses(*inputs):
    return _ranks_of(lambda n, top: top + 1, lambda n, top: (top + 1, n))(*inputs)


@ex.mistake("your ranks count from 0; rank 1 is the first place")
def ranks_from_0(*inputs):
    return _ranks_of(lambda n, top: top, lambda n, top: (0, n - 1))(*inputs)


@ex.mistake("your ranks are written for a top of 10 in 2,000 items: let them follow the arguments")
def for_one_catalog_only(num_users, *_):
    return (
        np.full(num_users, 11),
        np.where(np.arange(num_users) % 2, 1, 2000),
    )


@ex.mistake(
    "your ranks are the ones of the example, 50 against 1 and 2,000: let them follow n and top"
)
def ranks_of_the_example(num_users, *_):
    return np.full(num_users, 50), np.where(np.arange(num_users) % 2, 1, 2000)


@ex.mistake("your two halves are one user short where their number is odd: return num_users ranks")
def halves_rounded_down(num_users, num_items, num_negatives, top):
    half = num_users // 2
    return np.full(num_users, top + 1), np.array([1] * half + [num_items] * half)


@ex.mistake("you return lists; ranks are two NumPy arrays of integers, `np.full(num_users, …)`")
def lists(*a):
    return tuple(ranks.tolist() for ranks in reversal(*a))


@ex.mistake("you always return 100 ranks; there are `num_users` of them")
def a_hundred_users(num_users, *rest):
    return reversal(100, *rest)


@ex.mistake("you return one array with two rows; return a pair of arrays, `a, b`")
def one_array(*a):
    return np.stack(reversal(*a))


@ex.mistake("your ranks are floats (np.ones makes them): say dtype=np.int64")
def floats(*a):
    return tuple(ranks.astype(float) for ranks in reversal(*a))


@ex.mistake("your B has ranks that no list has: the first is 1, the last num_items")
def rank_after_the_last(*inputs):
    return _ranks_of(lambda n, top: top + 1, lambda n, top: (1, n + 1))(*inputs)


@ex.mistake("A and B are the same in yours: no metric can prefer one of them")
def the_same_twice(*a):
    return (reversal(*a)[0],) * 2


@ex.mistake("your ranks are drawn at random, so both metrics see two equal models: choose them")
def drawn_at_random(num_users, num_items, *_):
    rng = np.random.default_rng(0)
    return rng.integers(1, num_items + 1, num_users), rng.integers(1, num_items + 1, num_users)
