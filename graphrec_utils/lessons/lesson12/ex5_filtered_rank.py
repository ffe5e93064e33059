"""Exercise 12.5: the rank of the truth when other answers are true as well, and when some are equal."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.5",
    "filtered_rank",
    points=4,
    branch=True,
    library=("graphrec_utils.models.transe.filtered_ranks", "graphrec_utils.models.transe.mrr"),
    hints=(
        "Who stands before the truth unfairly? And what should a model get that gives all of them one distance?",
        "Take the other right answers out. Rank = 1 + (how many are strictly nearer) + ties · (how many are as "
        "near, the truth itself not counted).",
        "`rivals = np.delete(distances, np.union1d(known, truth))`; "
        "`1 + (rivals < d).sum() + ties * (rivals == d).sum()` with `d = distances[truth]`.",
    ),
)


@ex.solution
def filtered_rank(distances, truth, known, ties):
    rivals = np.delete(distances, np.union1d(known, [truth]).astype(int))
    nearer, equal = (rivals < distances[truth]).sum(), (rivals == distances[truth]).sum()
    return float(1 + nearer + ties * equal)


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

OUT = "np.union1d(known, [truth]).astype(int)"
OTHERS = "np.setdiff1d(known, [truth]).astype(int)"
EQUAL = "(rivals == distances[truth]).sum()"

# fmt: off
ex.slip("your rank is raw: other right answers stand before the truth, and are counted as mistakes",
        OUT, "truth", hint=True)
ex.slip("you take the best place among equals: a model that says the same of everybody would be "
        "perfect",
        " + ties * equal", "", hint=True)
ex.slip("you take the worst place among equals, whatever `ties` says", "ties * ", "")
ex.slip("your ranks begin at 0; the best one is 1", "1 + nearer", "nearer", hint=True)
ex.slip("you rank the farthest first: these are distances, small ones are good",
        "rivals <", "rivals >")
ex.slip("the truth is an equal of itself in yours: it counts among the ties",
        "equal)", "(equal + 1))")
ex.slip("you take the other right answers from the equals, but not from those in front",
        "rivals <", "distances <")
ex.slip("you take the other right answers from those in front, but not from the equals",
        EQUAL, "(distances == distances[truth]).sum() - 1")
ex.slip("you subtract every known answer from the rank, those behind the truth, too; only those "
        "in front are in its way",
        OUT, "truth", "float(1", "max(1.0, 1 - len(np.setdiff1d(known, [truth]))")
ex.slip("your equals are put in the order of their ids; `ties` says where the truth stands among "
        "them",
        "ties * equal", "(np.delete(distances[:truth], known[known < truth]) == distances[truth]).sum()")
ex.slip("an equal counts half in yours, whatever `ties` says", "ties *", "0.5 *")
ex.slip("`ties` is turned round in yours: 0 is the optimist, who stands before all equals",
        "ties *", "(1 - ties) *")
ex.slip("after deleting, place `truth` is no longer the truth's: read its distance before",
        OUT, OTHERS, "nearer,", "distances, truth = rivals, min(truth, len(rivals) - 1)\nnearer,",
        EQUAL, f"{EQUAL} - 1")
ex.slip("yours is one over the rank: the rank itself is asked for", "float", "1 / float")
ex.slip("other right answers have the distance 0 in yours, the best there is: they are to leave "
        "the list",
        "rivals = np", f"distances = distances.copy()\ndistances[{OTHERS}] = 0\nrivals = np",
        OUT, "truth")
ex.slip("you rank among `known` alone: these leave, and the truth is ranked among all others",
        f"np.delete(distances, {OUT})", f"distances[{OTHERS}]")
