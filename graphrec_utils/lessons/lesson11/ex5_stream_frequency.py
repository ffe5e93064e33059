"""Exercise 11.5: how often an item comes, from a stream and with little memory."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    H, width = len(buckets), buckets.max() + 1
    last, gap = np.zeros((H, width)), np.full((H, width), float(start))
    for t, item in enumerate(stream, start=1):
        for h in range(H):
            b = buckets[h, item]
            gap[h, b] = (1 - alpha) * gap[h, b] + alpha * (t - last[h, b])
            last[h, b] = t
    return 1 / np.max([gap[h, buckets[h]] for h in range(H)], axis=0)


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

GAPS = "np.max([gap[h, buckets[h]] for h in range(H)], axis=0)"

# fmt: off
ex.slip("you write down the step before you use the old one: then every gap is 0, and the "
        "estimate runs to infinity. Gap first, then the step",
        "gap[h, b] =", "last[h, b] = t\ngap[h, b] =")
ex.slip("alpha and 1 − alpha are exchanged in yours: the newest gap has the weight alpha",
        "(1 - alpha) * gap[h, b] + alpha *", "alpha * gap[h, b] + (1 - alpha) *")
ex.slip("you take the smallest gap: a shared bucket is seen too often, so its gap is too small, "
        "and the largest of them is closest to the truth",
        "np.max", "np.min")
ex.slip("you take the mean of the gaps: each is too small or right, so the largest is the best one",
        "np.max", "np.mean")
ex.slip("you return the gap; a probability is 1 over it", "return 1 /", "return")
ex.slip("only the first hash function is used in yours", GAPS, "gap[0, buckets[0]]")
ex.slip("you count events and divide by their number: that needs a place for every item, and "
        "forgets that what is popular changes",
        f"1 / {GAPS}", "np.maximum(np.bincount(stream, minlength=buckets.shape[1]), 1) / len(stream)")
ex.slip("your steps begin at 0, so the first gap of every bucket is one too short; the first "
        "event is step 1",
        "start=1", "start=0")
ex.slip("you forget the old gap at every visit: alpha is how far it moves, the rest of it stays",
        "(1 - alpha) * gap[h, b] + alpha * (t - last[h, b])", "t - last[h, b]")
