"""Exercise 00.3: what everybody likes and one user has not seen."""

from __future__ import annotations

from itertools import pairwise

import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _fans_of_hits(rng) -> dict:
    """A user who has seen the hit that everybody has seen; popularities are all different."""
    m, n = 12, 8
    R = torch.zeros(m, n)
    for place, item in enumerate(rng.permutation(n)):
        R[torch.from_numpy(rng.permutation(m)[: m - place]), int(item)] = 1
    return {"R": R, "u": int(R.sum(dim=1).argmin()), "top": 1}


ex = Exercise(
    "00.3",
    "recommend",
    points=5,
    hints=(
        "The card named the mistake. At which line do you still know what user `u` has liked?",
        "`R[u] > 0` marks what was seen. Which score puts a film behind all others?",
        "Between the two lines: `popularity[R[u] > 0] = -1`.",
    ),
)


@ex.solution
def recommend(R, u, top):
    popularity = R.sum(dim=0)  # (n,) likes per item
    popularity[R[u] > 0] = -1  # behind every item that nobody likes
    return popularity.argsort(descending=True, stable=True)[:top]


def _ann(rng) -> dict:
    return {"R": toy.likes(), "u": 0, "top": 2}


ex.claim("Ann gets Cube, then Drive", _ann)


ex.claim("the most popular film the user has not seen comes first", _fans_of_hits)


def _unloved(rng) -> dict:
    """Items that nobody liked compete with items the user has seen."""
    R = torch.from_numpy((rng.random((6, 9)) < 0.5).astype("float32"))
    R[:, :3] = 1
    R[2, :5], R[2, 5:] = 1, 0
    R[:, 7:] = 0
    order = [0, *(rng.permutation(8) + 1).tolist()]  # film 0 is popular, and seen
    return {"R": R[:, order].contiguous(), "u": 2, "top": 4}


def _nothing_seen(got, expected, inputs):
    """The list is as long as there are new films: whatever their order, which other claims look at."""
    return close(got.sort().values, expected.sort().values) and close(got, expected)


ex.claim(
    "nothing the user has liked is recommended, even if nobody liked the rest",
    _unloved,
    judge=_nothing_seen,
)


def _longer(rng) -> dict:
    inputs = _fans_of_hits(rng)
    R, u = inputs["R"], inputs["u"]
    return {"R": R, "u": u, "top": int((R[u] == 0).sum())}


ex.claim("a longer list keeps the order of popularity", _longer)


def _equally_popular(rng) -> dict:
    """Forty films, each with three fans or four; a list of ten."""
    R = torch.zeros(12, 40)
    for item in range(40):
        R[torch.from_numpy(rng.permutation(11)[: int(rng.integers(3, 5))]), item] = 1
    R[11, ::7] = 1
    return {"R": R, "u": 11, "top": 10}


def _smaller_first(got, expected, inputs):
    problem, popularity = close(got, expected), inputs["R"].sum(dim=0)
    if problem and len(set(got.tolist()) - set(range(len(popularity)))) == 0:
        for before, after in pairwise(got.tolist()):
            if popularity[before] == popularity[after] and before > after:
                return f"film {before} stands before film {after}, which is as popular"
    return problem


ex.claim(
    "of equally popular films the one with the smaller number comes first",
    _equally_popular,
    judge=_smaller_first,
)

HIDE = "popularity[R[u] > 0] = -1  # behind every item that nobody likes\n"
RANK = "popularity.argsort(descending=True, stable=True)"

# fmt: off
ex.slip("you recommend films the user has already liked: hide them before you rank", HIDE, "")
ex.slip("a seen film with score 0 ties with a film nobody liked; seen films need a lower score",
        "= -1", "= 0", hint=True)
ex.slip("your mask is the wrong way round: it hides the new films and keeps the seen ones",
        "> 0", "== 0", hint=True)
ex.slip("you cut the seen films out and numbered the rest anew: position 0 is no longer film 0",
        HIDE, "popularity = popularity[R[u] == 0]\n")
ex.slip("your order is turned around: the least popular film comes first",
        "= -1", "= len(R) + 1", "descending=True, ", "")
ex.slip("you wrote into R itself: the user's likes are gone for the next caller",
        HIDE, "R[:, R[u] > 0] = -1\npopularity = R.sum(dim=0)\n")
ex.slip("you cut to `top` before you hid the seen films, so the list is too short: hide first",
        HIDE, "", f"return {RANK}[:top]", f"first = {RANK}[:top]\nreturn first[R[u, first] == 0]")
ex.slip("`popularity[u]` is item number u; the films that user u has liked are where `R[u] > 0`",
        "[R[u] > 0]", "[u]")
ex.slip("you counted the likes of each user: `R.sum(dim=0)` adds up the rows and leaves one per "
        "item",
        "dim=0", "dim=1", HIDE, "")
ex.slip("equally popular films stand in your list with the larger number first",
        RANK, "(len(popularity) - 1 - popularity.flip(0).argsort(descending=True, stable=True))")
ex.slip("you kept the films that the user has liked, and dropped the others: turn it round",
        HIDE, "", f"return {RANK}[:top]", f"order = {RANK}\nreturn order[R[u, order] > 0][:top]")
ex.slip("you took away the user's own like, and the film stays: a seen film must go altogether",
        HIDE, "popularity = popularity - R[u]\n")
ex.slip("you hid what another user has liked: `u` counts from 0, so the row is `R[u]`",
        "R[u] > 0", "R[u - 1] > 0")
