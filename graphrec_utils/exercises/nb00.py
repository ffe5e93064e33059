"""Claims and mistakes of lesson 00, Start here: counting and numbering (00.3: `nb00_recommend`)."""

from __future__ import annotations

import torch

from graphrec_utils.exercises import nb00_recommend
from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def _matrix(rng, m: int, n: int, density: float = 0.4) -> torch.Tensor:
    return torch.from_numpy((rng.random((m, n)) < density).astype("float32"))


# ---------------------------------------------------------------- 00.1


def summarize(R):
    m, n = R.shape
    likes = int(R.sum())
    return m, n, likes, likes / (m * n)


def _with_newcomers(rng) -> dict:
    """Users and items without a like at both ends of R: the last number is not the count either.

    No share of 7 · 13 or 11 · 13 cells has two decimals, so a rounded density is seen.
    """
    R = _matrix(rng, int(rng.choice([7, 11])), 13)
    R[[0, -1]] = 0
    R[:, [1, -1]] = 0
    R[1, 0] = 1
    return {"R": R}


def _up_to_the_last_like(R):
    u, i = R.nonzero().T
    return summarize(R[: int(u.max()) + 1, : int(i.max()) + 1])


def _full_rows(rng) -> dict:
    R = _matrix(rng, int(rng.integers(5, 9)), int(rng.integers(10, 15)))
    R[:, 0] = 1
    R[0] = 1
    return {"R": R}


def _active(R):
    return R[R.sum(1) > 0][:, R.sum(0) > 0]


EX_1 = Exercise(
    id="00.1",
    function="summarize",
    points=2,
    reference=summarize,
    claims=(
        Claim("users are the rows of R", _full_rows, judge=part(0)),
        Claim("items are the columns of R", _full_rows, judge=part(1)),
        Claim("users and items without a like count too", _with_newcomers, judge=part(0, 1)),
        Claim("every like counts once", _full_rows, judge=part(2)),
        Claim("density is the share of all possible likes", _with_newcomers, judge=part(3)),
    ),
    mistakes=(
        Mistake(
            "users and items swapped",
            lambda R: summarize(R.T),
            "your first two numbers are swapped: users are rows, items are columns",
        ),
        Mistake(
            "only active users and items",
            lambda R: summarize(_active(R)),
            "you dropped users and items without a like; a newcomer is still a user",
        ),
        Mistake(
            "counts up to the last like",
            _up_to_the_last_like,
            "you counted up to the last user and item with a like; those after them count too",
        ),
        Mistake(
            "density per node",
            lambda R: (*summarize(R)[:3], int(R.sum()) / sum(R.shape)),
            "your density divides by users + items; there are users × items possible likes",
        ),
        Mistake(
            "every like twice",
            lambda R: (*R.shape, 2 * int(R.sum()), 2 * int(R.sum()) / R.numel()),
            "every like is counted twice: R has one cell per like, not one per end of the edge",
        ),
        Mistake(
            "density as a percentage",
            lambda R: (*summarize(R)[:3], 100 * summarize(R)[3]),
            "your density is in percent; the share lies between 0 and 1",
        ),
        Mistake(
            "density among the active",
            lambda R: (*summarize(R)[:3], summarize(_active(R))[3]),
            "your density leaves out users and items without a like; they could like and be liked, too",
        ),
    ),
    hints=(
        "What do `R.shape` and `R.sum()` tell you?",
        "A density of 1 means that everybody likes everything. How many likes would that be?",
        "`m, n = R.shape`, then `likes = int(R.sum())`; the density is `likes / (m * n)`.",
    ),
)


# ---------------------------------------------------------------- 00.2


def build_index(names):
    index = {}
    for name in names:
        if name not in index:
            index[name] = len(index)
    return index


def _names(rng) -> dict:
    """Names that repeat, and whose first appearances are not in alphabetical order."""
    pool = [f"film{k:03d}" for k in rng.permutation(60)[:9]]
    later = [pool[k] for k in rng.integers(0, 9, size=12)]
    pool[0], pool[-1] = max(pool), min(pool)
    return {"names": [pool[0], pool[0], *pool[1:], *later]}


def _no_gaps(got, expected, inputs):
    numbers = sorted(got.values())
    wrong = numbers != list(range(len(expected)))
    return f"yours uses the numbers {numbers[:6]}…" if wrong else None


def _first_appearance(got, expected, inputs):
    """Each number at most once, and growing in the order of first appearance."""
    numbers = [got.get(name, -1) for name in expected]
    for name, before, after in zip(list(expected)[1:], numbers, numbers[1:], strict=False):
        if after <= before:
            return f"{name!r} has the number {after}, but the name before it has {before}"
    return None


def _keys(got, expected, inputs):
    missing = [name for name in expected if name not in got]
    extra = [name for name in got if name not in expected]
    if missing or extra:
        return f"{(missing or extra)[0]!r} should {'' if missing else 'not '}be a key"
    return None


def _always_new(names):
    index = {}
    for name in names:
        index[name] = len(index)
    return index


EX_2 = Exercise(
    id="00.2",
    function="build_index",
    points=3,
    reference=build_index,
    claims=(
        Claim("every name is a key, and nothing else is", _names, weight=0, judge=_keys),
        Claim("n names get the numbers 0 to n − 1, without gaps", _names, judge=_no_gaps),
        Claim(
            "a name that appears earlier has the smaller number", _names, judge=_first_appearance
        ),
        Claim("the whole index is right", _names),
    ),
    mistakes=(
        Mistake(
            "starts at 1",
            lambda names: {name: k + 1 for name, k in build_index(names).items()},
            "you count from 1; rows and columns of a matrix count from 0",
        ),
        Mistake(
            "keeps the last position",
            lambda names: {name: k for k, name in enumerate(names)},
            "a repeated name overwrites its number: you kept the last position of each name",
        ),
        Mistake(
            "keeps the first position",
            lambda names: {name: names.index(name) for name in names},
            "your numbers have gaps: you used positions in the list, and repeats take positions too",
        ),
        Mistake(
            "sorts the names",
            lambda names: {name: k for k, name in enumerate(sorted(set(names)))},
            "you numbered the names alphabetically; here the first to appear gets the smallest number",
        ),
        Mistake(
            "number to name",
            lambda names: {k: name for name, k in build_index(names).items()},
            "your dictionary is the wrong way round: it leads from numbers to names",
        ),
        Mistake(
            "numbers a name again",
            _always_new,
            "a name that comes again gets a new number in yours: ask first whether it has one",
        ),
    ),
    hints=(
        "Walk through the names once. What do you do when you meet a name again?",
        "A new name gets the number of names you already know: `len(index)`.",
        "`for name in names:` and inside it `if name not in index: index[name] = len(index)`.",
    ),
)

EXERCISES = (EX_1, EX_2, nb00_recommend.EX_3)
