"""Exercise 08.3: a walker who prefers some neighbors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise

COUNT = 6000


def _choose(neighbors, preference, count, rng, weigh=lambda p: p, all_alike=True):
    weight = weigh(preference[neighbors].astype(float))
    total = weight.sum()
    if total <= 0 and all_alike:
        weight, total = np.ones(len(neighbors)), len(neighbors)
    return neighbors[rng.choice(len(neighbors), count, p=weight / total)]


def _variant(weigh) -> Callable:
    return lambda *inputs: _choose(*inputs, weigh=weigh)


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
    return _choose(neighbors, preference, count, rng)


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


@ex.mistake("all neighbors are alike in yours: preference[w] says how often w is taken")
def no_preference(*inputs):
    return _variant(lambda p: np.ones(len(p)))(*inputs)


@ex.mistake(
    "you took the softmax of the preferences; they are weights already, twice as large means "
    "twice as often"
)
def softmax(*inputs):
    return _variant(np.exp)(*inputs)


@ex.mistake(
    "your weights are not probabilities: divide them by their sum over the neighbors, not over all "
    "nodes and not at all"
)
def not_normalized(neighbors, preference, count, rng):
    place = np.searchsorted(np.cumsum(preference[neighbors]), rng.random(count))
    return neighbors[np.minimum(place, len(neighbors) - 1)]


@ex.mistake(
    "you read the first entries of `preference`; those of the neighbors are preference[neighbors]"
)
def by_place(neighbors, preference, count, rng):
    return neighbors[_choose(np.arange(len(neighbors)), preference, count, rng)]


@ex.mistake("you return places in the list of neighbors; the answer is nodes")
def places_instead_of_nodes(neighbors, preference, count, rng):
    return np.searchsorted(neighbors, _choose(neighbors, preference, count, rng))


@ex.mistake("you always take the best one: then a walk is no longer random, and sees little")
def the_best_one(neighbors, preference, count, rng):
    if not preference[neighbors].any():
        return _choose(neighbors, preference, count, rng)
    return np.full(count, neighbors[preference[neighbors].argmax()])


@ex.mistake(
    "you take any neighbor with a preference above 0, all of these alike; a larger preference "
    "means more often"
)
def preferred_or_not(*inputs):
    return _variant(lambda p: (p > 0).astype(float))(*inputs)


@ex.mistake(
    "you add something to every weight, so that a preference of 0 is taken now and then; 0 means never"
)
def a_little_for_everybody(*inputs):
    return _variant(lambda p: p + 0.25)(*inputs)


@ex.mistake(
    "where all preferences are 0 your walker always takes the first neighbor: all are alike there"
)
def the_first_one_if_nobody_is_preferred(neighbors, preference, count, rng):
    if not preference[neighbors].any():
        return np.full(count, neighbors[0])
    return _choose(neighbors, preference, count, rng)


@ex.mistake("you squared the preferences; twice as large means twice as often")
def squared(*inputs):
    return _variant(np.square)(*inputs)


@ex.mistake("you draw from a generator of your own: use `rng`, or nobody can repeat your walk")
def a_generator_of_its_own(neighbors, preference, count, rng):
    return _choose(neighbors, preference, count, np.random.default_rng())


@ex.mistake(
    "your choice does not depend on `rng`: with a fixed seed every walker goes the same way"
)
def a_fixed_seed(neighbors, preference, count, rng):
    return _choose(neighbors, preference, count, np.random.default_rng(0))
