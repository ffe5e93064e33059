"""Exercise 02.7: which approximation is best depends on what is counted."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _best(R, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, :rank] * sigma[:rank]) @ Vt[:rank]


def _errors(R, scores, best, total=np.sum, where=lambda R: R > 0):
    ones = where(R)
    squares = [(R - best) ** 2, (R - scores) ** 2]
    return tuple(float(total(s)) for s in (*squares, *(s[ones] for s in squares)))


def _wide(rng, rank: int) -> dict:
    """More items than users; the singular values are all different."""
    R = (rng.random((6, 9)) < 0.5).astype(float)
    return {"R": R, "scores": rng.uniform(0.2, 0.8, R.shape), "rank": rank}


ex = Exercise(
    "02.7",
    "compare_with_svd",
    points=2,
    library="graphrec_utils.models.mf.svd",
    hints=(
        "`np.linalg.svd` returns three things, the singular values from large to small.",
        "The best approximation of rank k is the first k columns of U, times the first k singular "
        "values, times the first k rows of Vᵀ.",
        "`best = (U[:, :rank] * sigma[:rank]) @ Vt[:rank]`; the errors are `((R - best) ** 2).sum()` "
        "and the same with `[R > 0]` before the sum.",
    ),
)


@ex.solution
def compare_with_svd(R, scores, rank):
    return _errors(R, scores, _best(R, rank))


def _bestseller(rng) -> dict:
    R = toy.bestseller().double().numpy()
    return {"R": R, "scores": rng.uniform(0.2, 0.8, R.shape), "rank": 2}


ex.claim(
    "4 × 3 at rank 2: what remains is the third singular value squared", _bestseller, judge=part(0)
)


ex.claim("rank 1 keeps only the largest", lambda g: _wide(g, 1), judge=part(0))
ex.claim("the given scores, over all cells", lambda g: _wide(g, 3), judge=part(1))
ex.claim("both, over the ones of R only", lambda g: _wide(g, 3), judge=part(2, 3))


@ex.mistake("you kept the smallest singular values; the best approximation keeps the largest")
def the_smallest_singular_values(R, scores, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return _errors(R, scores, (U[:, -rank:] * sigma[-rank:]) @ Vt[-rank:])


@ex.mistake("U times Vᵀ lacks the singular values between them")
def singular_values_left_out(R, scores, rank):
    U, _, Vt = np.linalg.svd(R, full_matrices=False)
    return _errors(R, scores, U[:, :rank] @ Vt[:rank])


@ex.mistake("numpy returns Vᵀ: its first ROWS are what you want, you took its columns")
def columns_of_V_T(R, scores, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    best = (U[:, :rank] * sigma[:rank]) @ Vt[:, :rank].T
    return _errors(R, scores, best)


@ex.mistake("you averaged; the objectives of this lesson are sums, and the two do not compare")
def means_instead_of_sums(R, scores, rank):
    return _errors(R, scores, _best(R, rank), total=np.mean)


@ex.mistake("your last two numbers are over the zeros of R; the ones were asked for")
def zeros_instead_of_ones(R, scores, rank):
    return _errors(R, scores, _best(R, rank), where=lambda R: R == 0)


@ex.mistake(
    "your numbers stand in another order: first both over all cells, then both over the ones"
)
def another_order(R, scores, rank):
    svd, other, svd_ones, other_ones = compare_with_svd(R, scores, rank)
    return svd, svd_ones, other, other_ones


@ex.mistake("you took the root of the sums; the squared error was asked for")
def roots(R, scores, rank):
    return tuple(x**0.5 for x in compare_with_svd(R, scores, rank))


@ex.mistake("you kept one singular value too many: `[:rank]` are rank of them")
def one_too_many(R, scores, rank):
    return compare_with_svd(R, scores, rank + 1)


@ex.mistake("you kept all singular values, which gives R back: keep the first `rank`")
def all_of_them(R, scores, rank):
    return _errors(R, scores, _best(R, min(R.shape)))
