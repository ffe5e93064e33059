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


def _active(R):
    return R[R.sum(1) > 0][:, R.sum(0) > 0]


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


@ex.mistake("your first two numbers are swapped: users are rows, items are columns")
def users_and_items_swapped(R):
    return summarize(R.T)


@ex.mistake("you dropped users and items without a like; a newcomer is still a user")
def only_active_users_and_items(R):
    return summarize(_active(R))


@ex.mistake("you counted up to the last user and item with a like; those after them count too")
def counts_up_to_the_last_like(R):
    u, i = R.nonzero().T
    return summarize(R[: int(u.max()) + 1, : int(i.max()) + 1])


@ex.mistake("your density divides by users + items; there are users × items possible likes")
def density_per_node(R):
    return (*summarize(R)[:3], int(R.sum()) / sum(R.shape))


@ex.mistake("every like is counted twice: R has one cell per like, not one per end of the edge")
def every_like_twice(R):
    return (*R.shape, 2 * int(R.sum()), 2 * int(R.sum()) / R.numel())


@ex.mistake("your density is in percent; the share lies between 0 and 1")
def density_as_a_percentage(R):
    return (*summarize(R)[:3], 100 * summarize(R)[3])


@ex.mistake(
    "your density leaves out users and items without a like; they could like and be liked, too"
)
def density_among_the_active(R):
    return (*summarize(R)[:3], summarize(_active(R))[3])


@ex.mistake("your density is the number of likes per user; divide by the items as well")
def likes_per_user(R):
    return (*summarize(R)[:3], int(R.sum()) / len(R))


@ex.mistake("your density counts the users who like anything; it asks for a share of all cells")
def share_of_users_with_a_like(R):
    return (*summarize(R)[:3], float((R.sum(1) > 0).float().mean()))


@ex.mistake("you dropped the users without a like; a newcomer is still a user")
def only_active_users(R):
    return summarize(R[R.sum(1) > 0])


@ex.mistake("you dropped the items without a like; a new item is still an item")
def only_active_items(R):
    return summarize(R[:, R.sum(0) > 0])


@ex.mistake("your density allows a like between any two nodes; likes lead from users to items only")
def density_of_any_graph(R):
    nodes = sum(R.shape)
    return (*summarize(R)[:3], 2 * int(R.sum()) / (nodes * (nodes - 1)))


@ex.mistake("you rounded the density: return all its digits")
def rounds_the_density(R):
    return (*summarize(R)[:3], round(summarize(R)[3], 2))
