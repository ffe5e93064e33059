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


@ex.mistake("ranks begin at 1: in yours the first place counts 1 / c, as if it stood before itself")
def from_zero(lists, num_items, c):
    return fuse(lists, num_items, c - 1)


@ex.mistake("you add up ranks: the item that no list holds then is the best of all")
def sums_of_ranks(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        scores[row, mine[row, place]] += c + place + 1
    return scores


@ex.mistake(
    "of several lists you keep the best place: that two generators agree counts for nothing in yours"
)
def best_place(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        np.maximum.at(scores, (row, mine[row, place]), 1 / (c + place + 1))
    return scores


@ex.mistake("the -1 of a short list is an item in yours: numpy counts it from the end")
def last_item(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(np.ones(mine.shape))
        np.add.at(scores, (row, mine[row, place]), 1 / (c + place + 1))
    return scores


@ex.mistake("your c is always 60: it is an argument")
def always_60(lists, num_items, c):
    return fuse(lists, num_items, 60.0)


@ex.mistake(
    "an item that a list does not hold gets the place behind its end in yours: it gets nothing from it"
)
def behind_the_end(lists, num_items, c):
    scores = fuse(lists, num_items, c)
    for mine in lists:
        for b, row in enumerate(mine):
            scores[b, np.setdiff1d(np.arange(num_items), row)] += 1 / (c + (row >= 0).sum() + 1)
    return scores


@ex.mistake("you take the mean over the generators that hold the item: who is named once, on top, then beats "
            "who is named by all")  # fmt: skip
def mean_of_holders(lists, num_items, c):
    count = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        count[row, mine[row, place]] += 1
    return fuse(lists, num_items, c) / np.maximum(count, 1)


@ex.mistake("the -1 of a short list is an item in yours, the last one, counted once")
def last_item_once(lists, num_items, c):
    scores, rows = np.zeros((lists.shape[1], num_items)), np.arange(lists.shape[1])[:, None]
    for mine in lists:
        scores[rows, mine] = scores[rows, mine] + 1 / (c + 1 + np.arange(mine.shape[1]))
    return scores


@ex.mistake("you divide by the number of generators: the formula is a sum")
def mean_of_all(lists, num_items, c):
    return fuse(lists, num_items, c) / len(lists)


@ex.mistake("each generator overwrites what the one before has said: add")
def overwritten(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        scores[row, mine[row, place]] = 1 / (c + place + 1)
    return scores


@ex.mistake(
    "you count points, L for the first place and one less for each that follows: that is Borda's count"
)
def bordas_count(lists, num_items, c):
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        scores[row, mine[row, place]] += lists.shape[2] - place
    return scores


@ex.mistake("item 0 gets nothing in yours: it is an item like the others, an empty place is -1")
def item_0_gets_nothing(lists, num_items, c):
    scores = fuse(lists, num_items, c)
    scores[:, 0] = 0
    return scores


def _scored(lists, num_items, gain):
    """Add up gain(place, places) over the lists, places from 0."""
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, place = np.nonzero(mine >= 0)
        scores[row, mine[row, place]] += gain(place, lists.shape[2])
    return scores


@ex.mistake("c plays no part in yours: it says how much the first places are ahead of the next")
def without_c(lists, num_items, c):
    return fuse(lists, num_items, 0)


@ex.mistake("c multiplies in yours: it is added to the rank")
def c_times(lists, num_items, c):
    return c * fuse(lists, num_items, 0)


@ex.mistake("a bracket is missing: 1 / (c + rank), not 1 / c + rank")
def lost_bracket(lists, num_items, c):
    return _scored(lists, num_items, lambda place, L: 1 / c + place + 1)


@ex.mistake("you discount by a logarithm, as NDCG does: here by c + rank")
def discounted_as_in_ndcg(lists, num_items, c):
    return _scored(lists, num_items, lambda place, L: 1 / np.log2(place + 2))


@ex.mistake("all users have one list in yours: each row is fused for itself")
def all_users_together(lists, num_items, c):
    scores = fuse(lists, num_items, c)
    return np.repeat(scores.sum(axis=0)[None], len(scores), axis=0)


@ex.mistake("you count lists: the place in a list plays no part")
def votes(lists, num_items, c):
    return _scored(lists, num_items, lambda place, L: 1.0)


@ex.mistake("the last place counts most in yours: lists are best first")
def last_is_best(lists, num_items, c):
    return _scored(lists, num_items, lambda place, L: 1 / (c + L - place))


@ex.mistake("an item that no list holds has −∞ in yours: its score is 0")
def minus_infinity(*inputs):
    scores = fuse(*inputs)
    return np.where(scores == 0, -np.inf, scores)


@ex.mistake("you divide by the sum of a user's scores: they stay as they are")
def sums_to_1(*inputs):
    scores = fuse(*inputs)
    return scores / scores.sum(axis=1, keepdims=True)
