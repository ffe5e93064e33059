"""Exercise 13.5: a pin for each interest, and how much it weighs."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.5",
    "interests",
    points=4,
    library=(
        "graphrec_utils.models.pinnersage.medoids", "graphrec_utils.models.pinnersage.interests",
        "graphrec_utils.models.pinnersage.importance",
    ),
    hints=(
        "Who in a cluster stands for it best, if it has to be one of them? And should a save of a year ago count as much "
        "as one of today?",
        "The medoid is the member with the least sum of squared distances to the members of its cluster. The weight is "
        "Σ exp(−decay · age) over the cluster. Shares sum to 1, the largest is first.",
        "`own = np.flatnonzero(labels == c)`; `own[np.square(points[own][:, None] - points[own]).sum((1, 2)).argmin()]`; "
        "`np.exp(-decay * ages[own]).sum()`; order by `np.argsort(-weight, kind='stable')`.",
    ),
)  # fmt: skip


def _weights(ages, labels, decay):
    return np.bincount(labels, np.exp(-decay * ages))


def _interests(points, ages, labels, decay, who=None, weight=_weights, order=-1, share=True):
    """Return medoids and shares; the options are what can go wrong.

    Args:
        who: (points, members) -> the one that stands for a cluster.
        order: 1 puts the lightest first, 0 leaves the order of the clusters.
    """
    who = who or _medoid
    found = np.array([who(points, np.flatnonzero(labels == c)) for c in range(labels.max() + 1)])
    w = weight(ages, labels, decay)
    w = w / w.sum() if share else w
    turn = np.argsort(order * w, kind="stable") if order else np.arange(len(w))
    return found[turn], w[turn]


def _medoid(points, own):
    return own[np.square(points[own][:, None] - points[own][None]).sum(axis=(1, 2)).argmin()]


@ex.solution
def interests(points, ages, labels, decay):
    return _interests(points, ages, labels, decay)


def _past(rng, sizes, decay: float, dim: int = 2) -> dict:
    """Events in clusters of these sizes; the small ones are young. Distances and their squares have other middles."""
    while True:
        labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        places = 4 * rng.normal(size=(len(sizes), dim))
        points = places[labels] + rng.normal(size=(len(labels), dim))
        old = np.array(sizes)[labels] > np.median(sizes)
        ages = rng.uniform(1, 10, size=len(labels)) * (1 + 9 * old)
        owns = [np.flatnonzero(labels == c) for c in range(len(sizes))]
        apart = any(_medoid(points, own) != _inner(points, own) for own in owns)
        if apart and _clear(points, ages, owns, decay):
            break
    while True:  # the order of the labels is never that of the weights
        labels = rng.permutation(len(sizes))[labels]
        if (np.diff(_weights(ages, labels, decay)) > 0).any():
            return {"points": points, "ages": ages, "labels": labels, "decay": decay}


def _clear(points, ages, owns, decay: float) -> bool:
    """No pin of another cluster is nearest to a middle; ages would change who that is if they fade fast, else not."""
    young = [_young(points, own, ages, decay) != _medoid(points, own) for own in owns]
    return any(young) == (decay > 0.1) and all(_nearest(points, own) in own for own in owns)


def _far(rng, sizes, decay: float) -> dict:
    """One pin of each cluster is so far away that distances and their squares have other middles."""
    while True:
        given = _past(rng, sizes, decay)
        owns = [np.flatnonzero(given["labels"] == c) for c in range(len(sizes))]
        for own in owns:
            given["points"][own[-1]] += rng.choice([-1, 1], 2) * rng.uniform(4, 7, size=2)
        apart = all(_medoid(given["points"], own) != _inner(given["points"], own) for own in owns)
        if apart and _clear(given["points"], given["ages"], owns, decay):
            return given


def _hand(rng) -> dict:
    """On a line: 0, 1, 2, 3 and 14 make one interest, of today; 30, 40 and 41 another, ten and twenty days old."""
    points = np.array([[14.0], [40], [0], [3], [30], [1], [41], [2]])
    return {"points": points, "ages": np.array([0.0, 10, 0, 0, 10, 0, 20, 0]),
            "labels": np.array([1, 0, 1, 1, 0, 1, 0, 1]), "decay": float(np.log(2) / 10)}  # fmt: skip


def _line(rng) -> dict:
    """On a line, anywhere and in any order: 0, 1 and 5 make one interest, 20 and 30 and 31 another."""
    turn = rng.permutation(6)
    points = np.array([[0.0], [1.0], [5.0], [20.0], [30.0], [31.0]]) + rng.integers(1, 9)
    return {"points": points[turn], "ages": np.array([0.0, 0, 0, 10, 10, 10])[turn],
            "labels": np.array([0, 0, 0, 1, 1, 1])[turn], "decay": float(np.log(2) / 10)}  # fmt: skip


def _equal(rng) -> dict:
    """Two interests of equal weight, each of two pins."""
    points = np.array([[5.0], [0], [6], [1]])
    return {"points": points, "ages": np.zeros(4), "labels": np.array([1, 0, 1, 0]), "decay": 0.1}


def _ring(rng) -> dict:
    """Seven pins stand around the middle of their interest, and in it lie pins of the other two."""
    turns = 2 * np.pi * (np.arange(7) + rng.uniform(-0.2, 0.2, 7)) / 7
    ring = 5 * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    inside = 0.5 * rng.normal(size=(2, 2)) + ring.mean(axis=0)
    beside = np.array([[[12.0, 0]], [[0, 12.0]]]) + rng.normal(size=(2, 4, 2))
    points = np.concatenate([ring, inside, *beside])
    turn = rng.permutation(len(points))
    labels = np.repeat([0, 1, 2, 1, 2], [7, 1, 1, 4, 4])[turn]
    return {"points": points[turn], "ages": rng.uniform(0, 9, len(points)), "labels": labels, "decay": 0.05}  # fmt: skip


ex.claim(
    "on a line, by hand: 3 stands for 0, 1, 2, 3, 14, and 40 for 30, 40, 41; shares 0.8 and 0.2",
    _hand,
)
ex.claim("two interests on a line, in any order", _line)
ex.claim("of equal ones the smaller id or label is first", _equal)
ex.claim("three interests", lambda rng: _past(rng, [5, 7, 9], 0.02))
ex.claim("each interest has one pin far away", lambda rng: _far(rng, [6, 8], 0.01), 2)
ex.claim("a fast decay: young clusters first", lambda rng: _past(rng, [4, 9, 8], 0.5))
ex.claim("no decay: the shares of the events", lambda rng: _past(rng, [3, 6, 8], 0.0, dim=4))
ex.claim("a pin of another interest lies in the middle of one", _ring)


def _nearest(points, own):
    """The pin nearest to the middle of a cluster, whoever it belongs to."""
    return np.square(points - points[own].mean(axis=0)).sum(axis=1).argmin()


def _young(points, own, ages, decay):
    """The middle of a cluster whose old members weigh less."""
    far = np.square(points[own][:, None] - points[own][None]).sum(axis=2)
    return own[(far * np.exp(-decay * ages[own])).sum(axis=1).argmin()]


def _inner(points, own):
    """Sum of distances that are not squared: the member that minds a far one less."""
    return own[
        np.sqrt(np.square(points[own][:, None] - points[own][None]).sum(axis=2))
        .sum(axis=1)
        .argmin()
    ]


@ex.mistake(
    "you return centroids: means that no pin has. A medoid is one of the pins, so that its neighbors can be looked up"
)
def centroid_instead_of_medoid(points, ages, labels, decay):
    _, w = _interests(points, ages, labels, decay)
    turn = np.argsort(-_weights(ages, labels, decay), kind="stable")
    means = np.array([points[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    return means[turn], w


@ex.mistake("your distances are not squared: that is another middle, which minds a far pin less")
def distances_not_squared(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, who=_inner)


@ex.mistake("you return places within the cluster; the ids of the events are asked for")
def places_in_the_cluster(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, who=lambda p, own: int(np.searchsorted(own, _medoid(p, own)))
    )


@ex.mistake(
    "you took the member that is nearest to the middle of everything; each cluster has its own middle"
)
def middle_of_all(points, ages, labels, decay):
    far = np.square(points - points.mean(axis=0)).sum(axis=1)
    return _interests(points, ages, labels, decay, who=lambda p, own: own[far[own].argmin()])


@ex.mistake("you took the first member of each cluster; the medoid is the one in the middle")
def first_member(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, who=lambda p, own: own[0])


@ex.mistake("you took the youngest member of each cluster; the medoid is the one in the middle")
def youngest_member(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, who=lambda p, own: own[ages[own].argmin()])


@ex.mistake("you took the member with the largest sum of distances: the one at the border")
def outermost(points, ages, labels, decay):
    def who(p, own):
        return own[np.square(p[own][:, None] - p[own][None]).sum(axis=(1, 2)).argmax()]

    return _interests(points, ages, labels, decay, who=who)


@ex.mistake("every event counts 1 in yours, whatever its age")
def counts(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, weight=lambda a, c, d: np.bincount(c).astype(float)
    )


@ex.mistake("old events count more in yours: the exponent is −decay · age")
def growing(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, weight=lambda a, c, d: np.bincount(c, np.exp(d * a))
    )


@ex.mistake(
    "you took the mean over the cluster: then an interest with one event weighs as much as one with a hundred"
)
def mean_weight(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, weight=lambda a, c, d: _weights(a, c, d) / np.bincount(c)
    )


@ex.mistake("the lightest interest is first in yours")
def lightest_first(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, order=1)


@ex.mistake(
    "of two equal weights you put the larger label first: a reversed argsort turns ties round"
)
def ties_turned_round(points, ages, labels, decay):
    found, w = _interests(points, ages, labels, decay, order=0)
    turn = np.argsort(w, kind="stable")[::-1]
    return found[turn], w[turn]


@ex.mistake("your interests are in the order of their labels; the heaviest comes first")
def unsorted(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, order=0)


@ex.mistake("your weights are not divided by their sum")
def no_shares(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, share=False)


@ex.mistake("your shares are sorted and your medoids are not: they belong together")
def shares_sorted_alone(points, ages, labels, decay):
    found, share = _interests(points, ages, labels, decay, order=0)
    return found, np.sort(share)[::-1].copy()


@ex.mistake("you took exp of the mean age: the weight is a sum of one term for each event")
def weight_of_the_mean_age(points, ages, labels, decay):
    def weight(ages, labels, decay):
        return np.exp(-decay * np.bincount(labels, ages) / np.bincount(labels))

    return _interests(points, ages, labels, decay, weight=weight)


@ex.mistake("your basis is 2: exp(−decay · age)")
def basis_two(points, ages, labels, decay):
    return _interests(points, ages, labels, np.log(2) * decay)


@ex.mistake(
    "you took the pin nearest to the middle of a cluster, whoever it belongs to: a medoid is one of its members"
)
def nearest_of_all(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, who=_nearest)


@ex.mistake("you took exp of the summed age: the weight is a sum of one term for each event")
def weight_of_the_summed_age(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, weight=lambda a, c, d: np.exp(-d * np.bincount(c, a))
    )


@ex.mistake("you divide the age by the decay: the exponent is −decay · age")
def divided_by_the_decay(points, ages, labels, decay):
    return _interests(points, ages, labels, 1 / decay if decay else 0.0)


@ex.mistake("your medoids are sorted and your shares are not: they belong together")
def medoids_sorted_alone(points, ages, labels, decay):
    found, _ = _interests(points, ages, labels, decay)
    return found, _interests(points, ages, labels, decay, order=0)[1]


@ex.mistake("of two equally good members you take the last: the smaller id comes first")
def the_last_of_equals(points, ages, labels, decay):
    def who(p, own):
        cost = np.square(p[own][:, None] - p[own][None]).sum(axis=(1, 2))
        return own[::-1][cost[::-1].argmin()]

    return _interests(points, ages, labels, decay, who=who)


@ex.mistake(
    "you took the member with the largest product with the middle: the medoid is the nearest one, and a long vector may be far"
)
def largest_product(points, ages, labels, decay):
    return _interests(
        points, ages, labels, decay, who=lambda p, own: own[(p[own] @ p[own].mean(axis=0)).argmax()]
    )


@ex.mistake(
    "ages weigh in your medoid: it is the middle of all members alike, the decay is for the shares"
)
def medoid_of_the_young(points, ages, labels, decay):
    return _interests(points, ages, labels, decay, who=lambda p, own: _young(p, own, ages, decay))


@ex.mistake(
    "you add up the coordinates before you square: each coordinate's gap is squared for itself"
)
def squared_after_the_sum(points, ages, labels, decay):
    def who(p, own):
        return own[((p[own][:, None] - p[own]).sum(axis=2) ** 2).sum(axis=1).argmin()]

    return _interests(points, ages, labels, decay, who=who)
