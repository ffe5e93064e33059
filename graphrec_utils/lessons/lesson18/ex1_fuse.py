"""Exercise 18.1: one list out of several, by ranks."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, G=3, B=4, L=5, n=12, c=60.0, short=False) -> dict:
    lists = np.array([[rng.permutation(n)[:L] for _ in range(B)] for _ in range(G)])
    if short:
        lists[0, :, L // 2 :] = -1
        lists[-1, 0] = -1
    return {"lists": lists, "num_items": n, "c": c}


ex = Exercise(
    "18.1",
    "fuse",
    points=4,
    hints=(
        "What does a list say of an item that it does not hold? And what of the second place of a list, if its "
        "scores are unknown?",
        "score(i) = sum over the lists that hold i of 1 / (c + rank), the first place has rank 1.",
        "For each generator: `row, place = np.nonzero(mine >= 0)`, then "
        "`scores[row, mine[row, place]] += 1 / (c + place + 1)`.",
    ),
    library="graphrec_utils.models.fusion.reciprocal_ranks",
)


@ex.solution
def fuse(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        scores[row, mine[row, place]] += 1 / (c + place + 1)
    return scores


ex.claim("one generator", lambda rng: _inputs(rng, G=1))
ex.claim("three generators, c = 60", lambda rng: _inputs(rng))
ex.claim("c = 1: the first places count", lambda rng: _inputs(rng, c=1.0))
ex.claim("-1 where a list is shorter", lambda rng: _inputs(rng, short=True, c=5.0))
ex.claim("as many items as places", lambda rng: _inputs(rng, L=6, n=6, c=2.0))


def _by_hand(rng) -> dict:
    lists = np.array([[[7, 3, -1]], [[3, 0, 5]]])
    return {"lists": lists, "num_items": 9, "c": 1.0}


ex.claim("two lists, c = 1: the scores by hand", _by_hand)

GAIN = "1 / (c + place + 1)"
ADDED = "scores[row, mine[row, place]] += 1 / (c + place + 1)"

# fmt: off
ex.slip("ranks begin at 1: in yours the first place counts 1 / c, as if it stood before itself",
        GAIN, "1 / (c + place)", hint=True)
ex.slip("you add up ranks: the item that no list holds then is the best of all",
        GAIN, "c + place + 1", hint=True)
ex.slip("of several lists you keep the best place: that two generators agree counts for nothing "
        "in yours",
        ADDED, "np.maximum.at(scores, (row, mine[row, place]), 1 / (c + place + 1))")
ex.slip("the -1 of a short list is an item in yours: numpy counts it from the end",
        "mine >= 0", "np.ones(mine.shape)",
        ADDED, "np.add.at(scores, (row, mine[row, place]), 1 / (c + place + 1))")
ex.slip("your c is always 60: it is an argument", GAIN, "1 / (60 + place + 1)")
ex.slip("an item that a list does not hold gets the place behind its end in yours: it gets "
        "nothing from it",
        "return", "for mine in lists:\n"
        "    for b, held in enumerate(mine):\n"
        "        others = np.setdiff1d(np.arange(num_items), held)\n"
        "        scores[b, others] += 1 / (c + (held >= 0).sum() + 1)\n"
        "return")
ex.slip("you take the mean over the generators that hold the item: who is named once, on top, "
        "then beats who is named by all",
        "scores = np.zeros((", "scores, count = np.zeros((2, ",
        ADDED, ADDED + "\ncount[row, mine[row, place]] += 1",
        "return scores", "return scores / np.maximum(count, 1)")
ex.slip("the -1 of a short list is an item in yours, the last one, counted once",
        "mine >= 0", "np.ones(mine.shape)")
ex.slip("you divide by the number of generators: the formula is a sum",
        "return scores", "return scores / len(lists)")
ex.slip("each generator overwrites what the one before has said: add", "+= 1", "= 1")
ex.slip("you count points, L for the first place and one less for each that follows: that is "
        "Borda's count",
        GAIN, "lists.shape[2] - place")
ex.slip("item 0 gets nothing in yours: it is an item like the others, an empty place is -1",
        "return", "scores[:, 0] = 0\nreturn")
ex.slip("c plays no part in yours: it says how much the first places are ahead of the next",
        GAIN, "1 / (place + 1)")
ex.slip("c multiplies in yours: it is added to the rank", GAIN, "c / (place + 1)")
ex.slip("a bracket is missing: 1 / (c + rank), not 1 / c + rank", GAIN, "1 / c + place + 1")
ex.slip("you discount by a logarithm, as NDCG does: here by c + rank",
        GAIN, "1 / np.log2(place + 2)")
ex.slip("all users have one list in yours: each row is fused for itself",
        "return scores", "return np.repeat(scores.sum(axis=0)[None], len(scores), axis=0)")
ex.slip("you count lists: the place in a list plays no part", GAIN, "1.0")
ex.slip("the last place counts most in yours: lists are best first",
        GAIN, "1 / (c + lists.shape[2] - place)")
ex.slip("an item that no list holds has −∞ in yours: its score is 0",
        "return scores", "return np.where(scores == 0, -np.inf, scores)")
ex.slip("you divide by the sum of a user's scores: they stay as they are",
        "return scores", "return scores / scores.sum(axis=1, keepdims=True)")
ex.slip("an item that a list does not hold gets the place behind its end in yours: it gets "
        "nothing from it",
        "return", "for mine in lists:\n"
        "    for b, held in enumerate(mine):\n"
        "        others = np.setdiff1d(np.arange(num_items), held)\n"
        "        scores[b, others] += 1 / (c + len(held) + 1)\n"
        "return")
ex.slip("you add up ranks before you divide: each list gives 1 / (c + rank) for itself",
        GAIN, "place + 1", "return scores", "return np.where(scores > 0, 1 / (c + scores), 0.0)")
ex.slip("your rank is squared", GAIN, "1 / (c + (place + 1) ** 2)")
ex.slip("you divide by the best score of a user: they stay as they are",
        "return scores", "return scores / scores.max(axis=1, keepdims=True)")
ex.slip("c multiplies the rank in yours: it is added to it", GAIN, "1 / (c * (place + 1))")
