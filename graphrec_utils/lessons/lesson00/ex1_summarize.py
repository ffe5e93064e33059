"""Exercise 00.1: count users, items and interactions of a matrix."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _matrix(rng, m: int, n: int, density: float = 0.4) -> torch.Tensor:
    return torch.from_numpy((rng.random((m, n)) < density).astype("float32"))


def _with_newcomers(rng) -> dict:
    """Users and items without a like at both ends of R: the last number is not the count either.

    Both sizes are prime, and no share of so many cells has two decimals: a rounded density is seen.
    """
    R = _matrix(rng, *rng.choice([7, 11, 13, 17, 19, 23], 2, replace=False).tolist())
    R[[0, -1]] = 0
    R[:, [1, -1]] = 0
    R[1, 0] = 1
    return {"R": R}


def _full_rows(rng) -> dict:
    R = _matrix(rng, int(rng.integers(5, 16)), int(rng.integers(16, 27)))
    R[:, 0] = 1
    R[0] = 1
    return {"R": R}


ex = Exercise(
    "00.1",
    "summarize",
    points=2,
    hints=(
        "What do `R.shape` and `R.sum()` tell you?",
        "A density of 1 means that everybody likes everything. How many likes would that be?",
        "`m, n = R.shape`, then `likes = int(R.sum())`; the density is `likes / (m * n)`.",
    ),
)


@ex.solution
def summarize(R):
    m, n = R.shape
    likes = int(R.sum())
    return m, n, likes, likes / (m * n)


ex.claim("users are the rows of R", _full_rows, judge=part(0))
ex.claim("items are the columns of R", _full_rows, judge=part(1))
ex.claim("users and items without a like count too", _with_newcomers, judge=part(0, 1))
ex.claim("every like counts once", _full_rows, judge=part(2))
ex.claim("density is the share of all possible likes", _with_newcomers, judge=part(3))


# fmt: off
ex.slip("your first two numbers are swapped: users are rows, items are columns",
        "return m, n", "return n, m", hint=True)
ex.slip("you dropped users and items without a like; a newcomer is still a user",
        "R.shape", "R[R.sum(1) > 0][:, R.sum(0) > 0].shape")
ex.slip("you counted up to the last user and item with a like; those after them count too",
        "R.shape", "(R.nonzero().max(0).values + 1).tolist()")
ex.slip("your density divides by users + items; there are users × items possible likes",
        "(m * n)", "(m + n)", hint=True)
ex.slip("every like is counted twice: R has one cell per like, not one per end of the edge",
        "int(R.sum())", "2 * int(R.sum())")
ex.slip("your density is in percent; the share lies between 0 and 1",
        "likes / (m * n)", "100 * likes / (m * n)")
ex.slip("your density leaves out users and items without a like; they could like and be liked, too",
        "(m * n)", "R[R.sum(1) > 0][:, R.sum(0) > 0].numel()")
ex.slip("your density is the number of likes per user; divide by the items as well", "(m * n)", "m")
ex.slip("your density counts the users who like anything; it asks for a share of all cells",
        "likes / (m * n)", "float((R.sum(1) > 0).float().mean())")
ex.slip("you dropped the users without a like; a newcomer is still a user",
        "R.shape", "R[R.sum(1) > 0].shape")
ex.slip("you dropped the items without a like; a new item is still an item",
        "R.shape", "R[:, R.sum(0) > 0].shape")
ex.slip("your density allows a like between any two nodes; likes lead from users to items only",
        "likes / (m * n)", "2 * likes / ((m + n) * (m + n - 1))")
ex.slip("you rounded the density: return all its digits",
        "likes / (m * n)", "round(likes / (m * n), 2)")
