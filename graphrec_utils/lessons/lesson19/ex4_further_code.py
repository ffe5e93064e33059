"""Exercise 19.4: no two items are spelled alike."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _codes(rng, n=20, sizes=(3, 2)) -> dict:
    return {"codes": np.stack([rng.integers(0, k, n) for k in sizes], axis=1)}


def _clash(rng) -> dict:
    """1, 12 and 11, 2: glued digits are equal; 1, 2 and 2, 1: sorted codes are."""
    rows = np.array([[1, 12], [11, 2], [1, 2], [2, 1], [1, 12], [2, 1], [11, 2], [1, 2], [1, 12]])
    return {"codes": rng.permutation(rows)}


ex = Exercise(
    "19.4",
    "further_code",
    points=3,
    branch=True,
    library="graphrec_utils.models.rqvae.distinct",
    hints=(
        "The first item of a spelling gets 0. What does the second of the same spelling get, and the first of another spelling?",
        "Go through the items in order and remember how many of each spelling there were so far; a spelling is a tuple of codes.",
        "`seen = {}`; for each spelling: `further.append(seen.get(spelling, 0))`, then one more is seen.",
    ),
)


@ex.solution
def further_code(codes):
    seen, further = {}, []
    for spelling in map(tuple, codes.tolist()):
        further.append(seen.get(spelling, 0))
        seen[spelling] = seen.get(spelling, 0) + 1
    return np.array(further)


ex.claim(
    "the example of the text",
    lambda rng: {"codes": np.array([[1, 2], [2, 1], [1, 2], [1, 1], [1, 2], [2, 1]])},
)
ex.claim("many items of six spellings", _codes, 2)
ex.claim("three codes", lambda rng: _codes(rng, 40, (3, 2, 3)), 2)
ex.claim("different spellings that look alike", _clash)
ex.claim(
    "no two are alike: only zeros",
    lambda rng: {"codes": np.stack([rng.permutation(9), rng.integers(0, 2, 9)], 1)},
)


def _digits(rng) -> dict:
    """Books of up to 300 words: whoever makes one number of a spelling needs a base above all codes."""
    rows = [[1, base + 2] for base in (10, 64, 100, 256)] + [[2, 2], [12, 1]]
    return {"codes": rng.permutation(np.array(rows * 2))}


ex.claim("codes of one, two and three digits", _digits)

SPELLING = "map(tuple, codes.tolist())"

# fmt: off
ex.slip("you begin with 1: the first item of a spelling gets 0", "further.append(seen.get(spelling, 0))", "further.append(seen.get(spelling, 0) + 1)", hint=True)
ex.slip("you compare the last code alone: items are alike if all their codes are", SPELLING, "map(tuple, codes[:, -1:].tolist())", hint=True)
ex.slip("you compare the first code alone: items are alike if all their codes are", SPELLING, "map(tuple, codes[:, :1].tolist())")
ex.slip("you forget the order of the codes: 1, 2 and 2, 1 are two spellings", SPELLING, "map(tuple, np.sort(codes, axis=1).tolist())")
ex.slip("glued digits are no spelling: 1, 12 and 11, 2 become one", SPELLING, '("".join(map(str, row)) for row in codes.tolist())')
ex.slip("added codes are no spelling: 1, 2 and 2, 1 become one", SPELLING, "codes.sum(axis=1).tolist()")
ex.slip("you number all items: a further code counts within a spelling, so it stays small", "return np.array(further)", "return np.arange(len(codes))")
ex.slip("you number the spellings: items of one spelling are what is to be told apart",
        "return np.array(further)", "return np.unique(codes, axis=0, return_inverse=True)[1].ravel()", hint=True)
ex.slip("every item of a spelling gets how many there are: they are still alike",
        "return np.array(further)", "return np.array([seen[spelling] for spelling in map(tuple, codes.tolist())])")
ex.slip("the third item of a spelling gets the code of the second: count on",
        "further.append(seen.get(spelling, 0))", "further.append(min(1, seen.get(spelling, 0)))")
ex.slip("you count from the end: an item that comes later would change who was there before",
        SPELLING, "map(tuple, codes[::-1].tolist())", "np.array(further)", "np.array(further[::-1])")
ex.slip("you count items that stand one after the other: those of a spelling may stand anywhere",
        "further.append(seen.get(spelling, 0))", "seen = {spelling: seen.get(spelling, 0)}\nfurther.append(seen[spelling])")


@ex.mistake("you draw the further code by chance: two items of a spelling may still be alike, and nobody can tell later who is who")
def by_chance(codes):
    return np.random.default_rng(0).integers(0, 1 + len(codes) // 4, len(codes))
ex.slip("every item of a spelling gets how many there are: they are still alike",
        "return np.array(further)", "return np.array([seen[spelling] - 1 for spelling in map(tuple, codes.tolist())])")
ex.slip("you return the spellings with a column more: the further code alone is asked for",
        "return np.array(further)", "return np.column_stack([codes, further])")
ex.slip("one code that is alike is enough in yours: items are alike if all their codes are",
        "return np.array(further)", "return np.tril((codes[:, None] == codes).any(axis=2), -1).sum(axis=1)")
ex.slip("your base is too small for a number of its own for each spelling: with 10, 1, 12 and 2, 2 become one",
        SPELLING, "(codes @ 10 ** np.arange(codes.shape[1])[::-1]).tolist()")
ex.slip("items that share a spelling begin with 1 in yours: the first of each has 0",
        "return np.array(further)", "return np.array([k + (seen[s] > 1) for k, s in zip(further, map(tuple, codes.tolist()))])")
ex.slip("the last code is left out in yours: items are alike if all their codes are", SPELLING, "map(tuple, codes[:, :-1].tolist())")
