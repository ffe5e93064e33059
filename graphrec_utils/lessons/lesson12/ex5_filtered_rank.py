"""Exercise 12.5: the rank of the truth when other answers are true as well, and when some are equal."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.5",
    "filtered_rank",
    points=4,
    library=("graphrec_utils.models.transe.filtered_ranks", "graphrec_utils.models.transe.mrr"),
    hints=(
        "Who stands before the truth unfairly? And what should a model get that gives all of them one distance?",
        "Take the other right answers out. Rank = 1 + (how many are strictly nearer) + ties · (how many are as "
        "near, the truth itself not counted).",
        "`rivals = np.delete(distances, np.union1d(known, truth))`; "
        "`1 + (rivals < d).sum() + ties * (rivals == d).sum()` with `d = distances[truth]`.",
    ),
)


def _rank(distances, truth, others, ties, keep=()):
    out = np.setdiff1d(np.append(others, truth), keep)
    rivals = np.delete(distances, out.astype(int))
    d = distances[truth]
    return float(1 + (rivals < d).sum() + ties * (rivals == d).sum())


@ex.solution
def filtered_rank(distances, truth, known, ties):
    return _rank(distances, truth, known, ties)


def _asked(rng, ties: float, with_truth: bool = True, levels: int = 0) -> dict:
    """A question with several right answers near the front.

    Args:
        with_truth: whether `known` holds the truth.
        levels: so many different distances only; 0: all differ.
    """
    n = int(rng.integers(40, 300))
    distances = rng.permutation(np.linspace(0.1, 3, n))
    if levels:
        distances = rng.integers(levels, size=n) * 0.5 + 0.25
    order = np.argsort(distances, kind="stable")
    place = int(rng.integers(n // 3, n // 2))
    known = rng.choice(order[:place], 5, replace=False)
    known = np.append(known, rng.choice(order[place + 4 :], 3, replace=False))
    truth = int(order[place])
    known = known[known != truth]
    return {
        "distances": distances, "truth": truth,
        "known": rng.permutation(np.append(known, truth) if with_truth else known), "ties": ties,
    }  # fmt: skip


def _hand(rng) -> dict:
    """Distances .1 .2 .4 .4 .4 .4 .9; the truth is 3, and 1, 2 and 6 are right as well: 1 + 1 + 0.5 · 2 = 3."""
    distances = np.array([0.1, 0.2, 0.4, 0.4, 0.4, 0.4, 0.9])
    return {"distances": distances, "truth": 3, "known": np.array([1, 2, 6]), "ties": 0.5}


def _constant(rng, ties: float) -> dict:
    n = int(rng.integers(20, 40))
    return {
        "distances": np.full(n, float(rng.uniform(1, 2))), "truth": int(rng.integers(n)),
        "known": np.empty(0, dtype=np.int64), "ties": ties,
    }  # fmt: skip


ex.claim(
    "by hand: three other right answers leave, one is nearer and two are equal: the rank is 3",
    _hand,
)
ex.claim("other right answers leave the list", lambda rng: _asked(rng, 0.5))
ex.claim("`known` may hold the truth or not", lambda rng: _asked(rng, 0.5, with_truth=False))
ex.claim("equals, the expected place", lambda rng: _asked(rng, 0.5, levels=5))
ex.claim("equals, the best place", lambda rng: _asked(rng, 0.0, levels=5))
ex.claim("equals, the worst place", lambda rng: _asked(rng, 1.0, levels=5))
ex.claim(
    "a model that says the same of everybody is in the middle", lambda rng: _constant(rng, 0.5)
)


@ex.mistake(
    "your rank is raw: other right answers stand before the truth, and are counted as mistakes"
)
def raw(distances, truth, known, ties):
    return _rank(distances, truth, [], ties)


@ex.mistake(
    "you take the best place among equals: a model that says the same of everybody would be perfect"
)
def optimistic(distances, truth, known, ties):
    return _rank(distances, truth, known, 0.0)


@ex.mistake("you take the worst place among equals, whatever `ties` says")
def pessimistic(distances, truth, known, ties):
    return _rank(distances, truth, known, 1.0)


@ex.mistake("your ranks begin at 0; the best one is 1")
def from_zero(distances, truth, known, ties):
    return _rank(distances, truth, known, ties) - 1


@ex.mistake("you rank the farthest first: these are distances, small ones are good")
def farthest_first(distances, truth, known, ties):
    return _rank(-distances, truth, known, ties)


@ex.mistake("the truth is an equal of itself in yours: it counts among the ties")
def its_own_equal(distances, truth, known, ties):
    return _rank(distances, truth, known, ties) + ties


@ex.mistake("you take the other right answers from the equals, but not from those in front")
def filtered_ties_only(distances, truth, known, ties):
    d = distances[truth]
    rivals = np.delete(distances, np.union1d(known, [truth]).astype(int))
    return float(1 + (distances < d).sum() + ties * (rivals == d).sum())


@ex.mistake("you take the other right answers from those in front, but not from the equals")
def filtered_front_only(distances, truth, known, ties):
    d = distances[truth]
    rivals = np.delete(distances, np.union1d(known, [truth]).astype(int))
    return float(1 + (rivals < d).sum() + ties * ((distances == d).sum() - 1))


@ex.mistake(
    "you subtract every known answer from the rank, those behind the truth, too; only those in front are in its way"
)
def all_known_subtracted(distances, truth, known, ties):
    return max(1.0, _rank(distances, truth, [], ties) - len(set(known.tolist()) - {truth}))


@ex.mistake(
    "your equals are put in the order of their ids; `ties` says where the truth stands among them"
)
def ties_by_id(distances, truth, known, ties):
    keep = np.setdiff1d(np.arange(len(distances)), np.setdiff1d(known, [truth]))
    order = keep[np.argsort(distances[keep], kind="stable")]
    return float(1 + np.flatnonzero(order == truth)[0])


@ex.mistake("an equal counts half in yours, whatever `ties` says")
def always_half(distances, truth, known, ties):
    return _rank(distances, truth, known, 0.5)


@ex.mistake("`ties` is turned round in yours: 0 is the optimist, who stands before all equals")
def ties_turned_round(distances, truth, known, ties):
    return _rank(distances, truth, known, 1 - ties)


@ex.mistake("after deleting, place `truth` is no longer the truth's: read its distance before")
def read_after_deleting(distances, truth, known, ties):
    left = np.delete(distances, np.setdiff1d(known, [truth]).astype(int))
    d = left[min(truth, len(left) - 1)]
    return float(1 + (left < d).sum() + ties * ((left == d).sum() - 1))


@ex.mistake("yours is one over the rank: the rank itself is asked for")
def reciprocal(*inputs):
    return 1 / _rank(*inputs)


@ex.mistake(
    "other right answers have the distance 0 in yours, the best there is: they are to leave the list"
)
def known_at_distance_0(distances, truth, known, ties):
    moved = distances.copy()
    moved[np.setdiff1d(known, [truth]).astype(int)] = 0
    return _rank(moved, truth, np.array([], dtype=int), ties)


@ex.mistake("you rank among `known` alone: these leave, and the truth is ranked among all others")
def among_the_known(distances, truth, known, ties):
    others = np.setdiff1d(np.arange(len(distances)), known)
    return _rank(distances, truth, others, ties)
