"""Lesson 02: which approximation is best depends on what is counted (02.7)."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def compare_with_svd(R, scores, rank):
    return _errors(R, scores, _best(R, rank))


def _best(R, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return (U[:, :rank] * sigma[:rank]) @ Vt[:rank]


def _errors(R, scores, best, total=np.sum, where=lambda R: R > 0):
    ones = where(R)
    squares = [(R - best) ** 2, (R - scores) ** 2]
    return tuple(float(total(s)) for s in (*squares, *(s[ones] for s in squares)))


def _smallest(R, scores, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    return _errors(R, scores, (U[:, -rank:] * sigma[-rank:]) @ Vt[-rank:])


def _without_sigma(R, scores, rank):
    U, _, Vt = np.linalg.svd(R, full_matrices=False)
    return _errors(R, scores, U[:, :rank] @ Vt[:rank])


def _columns_of_vt(R, scores, rank):
    U, sigma, Vt = np.linalg.svd(R, full_matrices=False)
    best = (U[:, :rank] * sigma[:rank]) @ Vt[:, :rank].T
    return _errors(R, scores, best)


def _t3(rng) -> dict:
    R = toy.t3().double().numpy()
    return {"R": R, "scores": rng.uniform(0.2, 0.8, R.shape), "rank": 2}


def _wide(rng, rank: int) -> dict:
    """More items than users; the singular values are all different."""
    R = (rng.random((6, 9)) < 0.5).astype(float)
    return {"R": R, "scores": rng.uniform(0.2, 0.8, R.shape), "rank": rank}


def _other_order(R, scores, rank):
    svd, other, svd_ones, other_ones = compare_with_svd(R, scores, rank)
    return svd, svd_ones, other, other_ones


EX_7 = Exercise(
    id="02.7",
    function="compare_with_svd",
    points=2,
    reference=compare_with_svd,
    library="graphrec_utils.models.mf.svd",
    claims=(
        Claim(
            "4 × 3 at rank 2: what remains is the third singular value squared", _t3, judge=part(0)
        ),
        Claim("rank 1 keeps only the largest", lambda g: _wide(g, 1), judge=part(0)),
        Claim("the given scores, over all cells", lambda g: _wide(g, 3), judge=part(1)),
        Claim("both, over the ones of R only", lambda g: _wide(g, 3), judge=part(2, 3)),
    ),
    mistakes=(
        Mistake(
            "the smallest singular values",
            _smallest,
            "you kept the smallest singular values; the best approximation keeps the largest",
        ),
        Mistake(
            "singular values left out",
            _without_sigma,
            "U times Vᵀ lacks the singular values between them",
        ),
        Mistake(
            "columns of Vᵀ",
            _columns_of_vt,
            "numpy returns Vᵀ: its first ROWS are what you want, you took its columns",
        ),
        Mistake(
            "means instead of sums",
            lambda R, scores, rank: _errors(R, scores, _best(R, rank), total=np.mean),
            "you averaged; the objectives of this lesson are sums, and the two do not compare",
        ),
        Mistake(
            "zeros instead of ones",
            lambda R, scores, rank: _errors(R, scores, _best(R, rank), where=lambda R: R == 0),
            "your last two numbers are over the zeros of R; the ones were asked for",
        ),
        Mistake(
            "another order",
            _other_order,
            "your numbers stand in another order: first both over all cells, then both over the ones",
        ),
        Mistake(
            "roots",
            lambda R, scores, rank: tuple(x**0.5 for x in compare_with_svd(R, scores, rank)),
            "you took the root of the sums; the squared error was asked for",
        ),
    ),
    hints=(
        "`np.linalg.svd` returns three things, the singular values from large to small.",
        "The best approximation of rank k is the first k columns of U, times the first k singular "
        "values, times the first k rows of Vᵀ.",
        "`best = (U[:, :rank] * sigma[:rank]) @ Vt[:rank]`; the errors are `((R - best) ** 2).sum()` "
        "and the same with `[R > 0]` before the sum.",
    ),
)
