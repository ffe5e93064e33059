"""Exercise 13.5: a pin for each interest, and how much it weighs."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.5",
    "interests",
    points=4,
    branch=True,
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


def _medoid(points, own):
    return own[np.square(points[own][:, None] - points[own][None]).sum(axis=(1, 2)).argmin()]


@ex.solution
def interests(points, ages, labels, decay):
    weight = np.bincount(labels, np.exp(-decay * ages))
    medoid = []
    for c in range(len(weight)):
        own = np.flatnonzero(labels == c)
        squares = np.square(points[own][:, None] - points[own]).sum(axis=(1, 2))
        medoid.append(own[squares.argmin()])
    order = np.argsort(-weight, kind="stable")
    return np.array(medoid)[order], weight[order] / weight.sum()


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


WEIGHT = "np.bincount(labels, np.exp(-decay * ages))"
SQUARES = "np.square(points[own][:, None] - points[own]).sum(axis=(1, 2))"
EACH = "np.square(points[own][:, None] - points[own]).sum(axis=2)"
ONE = "own[squares.argmin()]"

# fmt: off
ex.slip("you return centroids: means that no pin has. A medoid is one of the pins, so that its "
        "neighbors can be looked up",
        ONE, "points[own].mean(axis=0)")
ex.slip("your distances are not squared: that is another middle, which minds a far pin less",
        SQUARES, f"np.sqrt({EACH}).sum(axis=1)")
ex.slip("you return places within the cluster; the ids of the events are asked for",
        ONE, "squares.argmin()", hint=True)
ex.slip("you took the member that is nearest to the middle of everything; each cluster has its "
        "own middle",
        SQUARES, "np.square(points[own] - points.mean(axis=0)).sum(axis=1)")
ex.slip("you took the first member of each cluster; the medoid is the one in the middle",
        ONE, "own[0]")
ex.slip("you took the youngest member of each cluster; the medoid is the one in the middle",
        ONE, "own[ages[own].argmin()]")
ex.slip("you took the member with the largest sum of distances: the one at the border",
        "argmin", "argmax")
counts = ex.slip("every event counts 1 in yours, whatever its age",
        WEIGHT, "np.bincount(labels).astype(float)", hint=True)
ex.slip("old events count more in yours: the exponent is −decay · age", "-decay", "decay")
ex.slip("you took the mean over the cluster: then an interest with one event weighs as much as "
        "one with a hundred",
        WEIGHT, f"{WEIGHT} / np.bincount(labels)")
ex.slip("the lightest interest is first in yours", "-weight, kind", "weight, kind")
ex.slip("of two equal weights you put the larger label first: a reversed argsort turns ties round",
        'np.argsort(-weight, kind="stable")', 'np.argsort(weight, kind="stable")[::-1]')
ex.slip("your interests are in the order of their labels; the heaviest comes first",
        "[order], weight[order]", ", weight", hint=True)
ex.slip("your weights are not divided by their sum", " / weight.sum()", "")
ex.slip("your shares are sorted and your medoids are not: they belong together",
        "[order], weight[order]", ", np.sort(weight)[::-1]")
ex.slip("you took exp of the mean age: the weight is a sum of one term for each event",
        WEIGHT, "np.exp(-decay * np.bincount(labels, ages) / np.bincount(labels))")
ex.slip("your basis is 2: exp(−decay · age)", "np.exp(-decay * ages)", "2 ** (-decay * ages)")
ex.slip("you took the pin nearest to the middle of a cluster, whoever it belongs to: a medoid is "
        "one of its members",
        ONE, "np.square(points - points[own].mean(axis=0)).sum(axis=1).argmin()")
ex.slip("you took exp of the summed age: the weight is a sum of one term for each event",
        WEIGHT, "np.exp(-decay * np.bincount(labels, ages))")
ex.slip("you divide the age by the decay: the exponent is −decay · age",
        "-decay * ages", "-(1 / decay if decay else 0) * ages")
ex.slip("your medoids are sorted and your shares are not: they belong together",
        "weight[order]", "weight")
ex.slip("of two equally good members you take the last: the smaller id comes first",
        ONE, "own[::-1][squares[::-1].argmin()]")
ex.slip("you took the member with the largest product with the middle: the medoid is the nearest "
        "one, and a long vector may be far",
        ONE, "own[(points[own] @ points[own].mean(axis=0)).argmax()]")
ex.slip("ages weigh in your medoid: it is the middle of all members alike, the decay is for the "
        "shares",
        SQUARES, f"({EACH} * np.exp(-decay * ages[own])).sum(axis=1)")
ex.slip("you add up the coordinates before you square: each coordinate's gap is squared for itself",
        SQUARES, "np.square((points[own][:, None] - points[own]).sum(axis=2)).sum(axis=1)")
