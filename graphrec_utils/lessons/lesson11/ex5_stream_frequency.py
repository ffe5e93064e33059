"""Exercise 11.5: how often an item comes, from a stream and with little memory."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _frequency(stream, buckets, alpha, start, early=False, rate=None, over=np.max, gaps=False):
    rate = alpha if rate is None else rate
    H = len(buckets)
    last, gap = np.zeros((H, buckets.max() + 1)), np.full((H, buckets.max() + 1), float(start))
    for t, item in enumerate(stream, start=1):
        for h in range(H):
            b = buckets[h, item]
            if early:
                last[h, b] = t
            gap[h, b] = (1 - rate) * gap[h, b] + rate * (t - last[h, b])
            last[h, b] = t
    found = over([gap[h, buckets[h]] for h in range(H)], axis=0)
    return found if gaps else 1 / found


def _stream(rng, length: int = 120, n: int = 8, H: int = 3, width: int = 5, alpha=0.1, start=6.0):
    Q = rng.dirichlet(np.ones(n))
    return {
        "stream": rng.choice(n, size=length, p=0.8 * Q + 0.2 / n),
        "buckets": rng.integers(0, width, size=(H, n)),
        "alpha": alpha,
        "start": start,
    }


ex = Exercise(
    "11.5",
    "stream_frequency",
    points=5,
    library="graphrec_utils.sampling.StreamFrequency",
    hints=(
        "An item comes at step t and its bucket was last seen at step a. What is the gap, and which of "
        "the two tables must be changed first?",
        "For every hash function h, b = buckets[h, item]: gap[h, b] moves by alpha towards t − last[h, b]; "
        "then last[h, b] = t. At the end the largest gap of an item's buckets, and 1 over it.",
        "`gap[h, b] = (1 - alpha) * gap[h, b] + alpha * (t - last[h, b])`, `last[h, b] = t`; "
        "`1 / np.max([gap[h, buckets[h]] for h in range(H)], axis=0)`.",
    ),
)


@ex.solution
def stream_frequency(stream, buckets, alpha, start):
    return _frequency(stream, buckets, alpha, start)


def _by_hand(rng) -> dict:
    """A, B, A; in the first table they share a bucket."""
    return {
        "stream": np.array([0, 1, 0]), "buckets": np.array([[0, 0], [0, 1]]), "alpha": 0.1,
        "start": 10.0,
    }  # fmt: skip


ex.claim("three events of two items, which share a bucket of the first table", _by_hand)


def _every_tenth(rng) -> dict:
    """Item 0 comes at every third step of a few; no collisions."""
    steps = 3 * int(rng.integers(2, 5))
    return {
        "stream": np.array([1, 2, 0] * (steps // 3)), "buckets": np.array([[0, 1, 2]]),
        "alpha": 0.1, "start": 1.0,
    }  # fmt: skip


ex.claim("an item that comes at every third step, no collisions", _every_tenth)
ex.claim("one hash function, as many buckets as items",
         lambda rng: _stream(rng, H=1) | {"buckets": rng.permutation(8)[None, :]})  # fmt: skip
ex.claim("one hash function, three items in a bucket", lambda rng: _stream(rng, H=1, width=3))
ex.claim("three hash functions: of an item's gaps the largest", _stream, 2)
ex.claim(
    "another rate, another start, and more buckets than items",
    lambda rng: _stream(rng, length=40, width=20, alpha=0.5, start=30.0),
)
ex.claim(
    "an item that never came has the gap it began with",
    lambda rng: (
        _stream(rng, length=30, n=9, width=9)
        | {
            "stream": rng.integers(0, 4, 30),
            "buckets": np.stack([rng.permutation(9) for _ in range(3)]),
        }
    ),
)


@ex.mistake(
    "you write down the step before you use the old one: then every gap is 0, and the estimate runs to "
    "infinity. Gap first, then the step"
)
def the_step_first(stream, buckets, alpha, start):
    with np.errstate(divide="ignore"):
        return _frequency(stream, buckets, alpha, start, early=True)


@ex.mistake("alpha and 1 − alpha are exchanged in yours: the newest gap has the weight alpha")
def the_other_weight(stream, buckets, alpha, start):
    return _frequency(stream, buckets, alpha, start, rate=1 - alpha)


@ex.mistake(
    "you take the smallest gap: a shared bucket is seen too often, so its gap is too small, and the "
    "largest of them is closest to the truth"
)
def the_smallest_gap(stream, buckets, alpha, start):
    return _frequency(stream, buckets, alpha, start, over=np.min)


@ex.mistake(
    "you take the mean of the gaps: each is too small or right, so the largest is the best one"
)
def the_mean_gap(stream, buckets, alpha, start):
    return _frequency(stream, buckets, alpha, start, over=np.mean)


@ex.mistake("you return the gap; a probability is 1 over it")
def the_gap_itself(stream, buckets, alpha, start):
    return _frequency(stream, buckets, alpha, start, gaps=True)


@ex.mistake("only the first hash function is used in yours")
def one_hash_function(stream, buckets, alpha, start):
    return _frequency(stream, buckets[:1], alpha, start)


@ex.mistake(
    "you count events and divide by their number: that needs a place for every item, and forgets that "
    "what is popular changes"
)
def counts_of_all(stream, buckets, alpha, start):
    counts = np.bincount(stream, minlength=buckets.shape[1])
    return np.maximum(counts, 1) / len(stream)


@ex.mistake(
    "your steps begin at 0, so the first gap of every bucket is one too short; the first event is step 1"
)
def steps_from_zero(stream, buckets, alpha, start):
    H = len(buckets)
    last, gap = np.zeros((H, buckets.max() + 1)), np.full((H, buckets.max() + 1), float(start))
    for t, item in enumerate(stream):
        for h in range(H):
            b = buckets[h, item]
            gap[h, b] = (1 - alpha) * gap[h, b] + alpha * (t - last[h, b])
            last[h, b] = t
    return 1 / np.max([gap[h, buckets[h]] for h in range(H)], axis=0)


@ex.mistake(
    "you forget the old gap at every visit: alpha is how far it moves, the rest of it stays"
)
def the_last_gap(stream, buckets, alpha, start):
    with np.errstate(divide="ignore"):
        return _frequency(stream, buckets, alpha, start, rate=1.0)
