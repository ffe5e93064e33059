"""Exercise 08.3: a walker who prefers some neighbors."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise

COUNT = 6000


def _nodes(rng, count: int = COUNT, values=None) -> dict:
    """A node with five neighbors among twelve nodes, and a preference for each node."""
    neighbors = np.sort(rng.choice(np.arange(4, 12), 5, replace=False))
    preference = rng.permutation(np.repeat([0.5, 2.0, 7.0], 4))
    preference[neighbors] = rng.permutation(values or [0.5, 1.0, 2.5, 4.0, 2.0])
    return {
        "neighbors": neighbors, "preference": preference, "count": count,
        "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


ex = Exercise(
    "08.3",
    "biased_neighbors",
    points=4,
    branch=True,
    library="graphrec_utils.walks.biased",
    hints=(
        "Which entries of `preference` belong to the neighbors, and what do you divide them by so "
        "that they are probabilities?",
        "`weight = preference[neighbors]`, probabilities `weight / weight.sum()`. If the sum is 0, "
        "let all weights be 1.",
        "`weight = preference[neighbors]`; `if weight.sum() == 0: weight = np.ones(len(neighbors))`; "
        "return `rng.choice(neighbors, count, p=weight / weight.sum())`.",
    ),
)


@ex.solution
def biased_neighbors(neighbors, preference, count, rng):
    weight = preference[neighbors]
    if weight.sum() == 0:
        weight = np.ones(len(neighbors))
    return rng.choice(neighbors, count, p=weight / weight.sum())


def _frequencies(got, expected, inputs) -> str | None:
    """Every neighbor is taken about as often as in the other answer; six standard errors."""
    strange = np.setdiff1d(got, inputs["neighbors"]).tolist()
    other = np.setdiff1d(expected, inputs["neighbors"]).tolist()
    if strange or other:
        return None if strange == other else f"node {(strange or other)[0]} is no neighbor"
    mine, theirs = (
        np.array([np.mean(x == v) for v in inputs["neighbors"]]) for x in (got, expected)
    )
    preference = inputs["preference"][inputs["neighbors"]]
    never = (preference == 0) & preference.any() & (mine > 0)
    if never.any():
        return (
            f"neighbor {inputs['neighbors'][never][0]} has preference 0, and it is taken in yours"
        )
    both = (mine + theirs) / 2
    error = np.sqrt(2 * both * (1 - both) / len(got))
    far = int((np.abs(mine - theirs) - 6 * error).argmax())
    if abs(mine[far] - theirs[far]) <= 6 * error[far]:
        return None
    return f"neighbor {inputs['neighbors'][far]} is taken {mine[far]:.0%} of the time in yours"


def _by_hand(rng) -> dict:
    preference = np.array([4.0, 1.0, 2.0, 7.0, 7.0, 1.0, 7.0, 0.0, 7.0, 3.0])
    return {
        "neighbors": np.array([5, 7, 9]), "preference": preference, "count": COUNT, "rng": Rng(1),
    }  # fmt: skip


ex.claim(
    "neighbors 5, 7 and 9 with preferences 1, 0 and 3: 9 comes three times out of four",
    _by_hand,
    judge=_frequencies,
)
ex.claim("each neighbor in proportion to its preference", _nodes, judge=_frequencies)
ex.claim(
    "preferences below 1: only their proportions count",
    lambda rng: _nodes(rng, 5000, [0.02, 0.1, 0.3, 0.15, 0.06]),
    judge=_frequencies,
)
ex.claim(
    "a neighbor of preference 0 is never taken",
    lambda rng: _nodes(rng, values=[0.0, 3.0, 1.0, 0.0, 2.0]),
    judge=_frequencies,
)
ex.claim(
    "where no neighbor is preferred all are alike: the walk goes on",
    lambda rng: _nodes(rng, values=[0.0] * 5),
    judge=_frequencies,
)


ex.claim(
    "all chance comes from the given generator", _by_hand, run="call with seeds", judge=repeats
)

WEIGHT = "preference[neighbors]"
ALIKE = "if weight.sum() == 0:\n    weight = np.ones(len(neighbors))"
CHOSEN = "rng.choice(neighbors, count, p=weight / weight.sum())"

# fmt: off
ex.slip("all neighbors are alike in yours: preference[w] says how often w is taken",
        WEIGHT, "np.ones(len(neighbors))", hint=True)
ex.slip("you took the softmax of the preferences; they are weights already, twice as large means "
        "twice as often",
        WEIGHT, f"np.exp({WEIGHT})")
ex.slip("your weights are not probabilities: divide them by their sum over the neighbors, not "
        "over all nodes and not at all",
        ALIKE, "place = np.searchsorted(np.cumsum(weight), rng.random(count))",
        CHOSEN, "neighbors[np.minimum(place, len(neighbors) - 1)]")
ex.slip("you read the first entries of `preference`; those of the neighbors are "
        "preference[neighbors]",
        WEIGHT, "preference[: len(neighbors)]")
ex.slip("you return places in the list of neighbors; the answer is nodes",
        "choice(neighbors", "choice(len(neighbors)", hint=True)
ex.slip("you always take the best one: then a walk is no longer random, and sees little",
        "if weight", "weight = weight == weight.max()\nif weight")
ex.slip("you take any neighbor with a preference above 0, all of these alike; a larger preference "
        "means more often",
        WEIGHT, f"{WEIGHT} > 0", hint=True)
ex.slip("you add something to every weight, so that a preference of 0 is taken now and then; 0 "
        "means never",
        WEIGHT, f"{WEIGHT} + 0.25")
ex.slip("where all preferences are 0 your walker always takes the first neighbor: all are alike "
        "there",
        "weight = np.ones(len(neighbors))", "return np.full(count, neighbors[0])")
ex.slip("you squared the preferences; twice as large means twice as often",
        WEIGHT, f"{WEIGHT} ** 2")
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your walk",
        "weight = preference", "rng = np.random.default_rng()\nweight = preference")
ex.slip("your choice does not depend on `rng`: with a fixed seed every walker goes the same way",
        "weight = preference", "rng = np.random.default_rng(0)\nweight = preference")
