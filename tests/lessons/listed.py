"""What stands in the lists that a measurement makes for test: nothing that their users are known to have taken.

Validation that is trained on and not hidden fills the first places, and every number is too small; one that is hidden
and not trained on says less than it could.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from graphrec_utils.data import Interactions, Split
from graphrec_utils.metrics import ranking


@contextlib.contextmanager
def without_the_past(split: Split, test: Interactions | None = None) -> Iterator[None]:
    """Assert that lists are made for the users of test in the `with` block, and hold nothing of train and validation.

    Args:
        test: what is asked for; None: all of the split's.
    """
    made, best = [], ranking._best

    def kept(tiles, seen, top, users, seed):
        lists = best(tiles, seen, top, users, seed)
        made.append((users, lists))
        return lists

    ranking._best = kept
    try:
        yield
    finally:
        ranking._best = best
    past, users = split.past(), np.unique((split.test if test is None else test).users)
    asked = [lists for whose, lists in made if np.array_equal(whose, users)]
    assert asked, "nobody was asked for test"
    for lists in asked:
        pairs = (users[:, None] * past.num_items + lists)[lists >= 0]
        assert not np.isin(pairs, past.pairs()).any()


def planted() -> tuple[Split, np.ndarray]:
    """Return a split and scores (m, n) that put validation first and test behind it.

    They find all of test where train and validation are hidden, and nowhere else.
    """
    pairs = np.unique(np.random.default_rng(0).integers([30, 40], size=(700, 2)), axis=0)
    pairs = np.random.default_rng(1).permutation(pairs)
    train, val, test = (
        Interactions(*part.T, 30, 40)
        for part in np.split(pairs, [len(pairs) - 180, len(pairs) - 90])
    )
    scores = np.zeros((30, 40))
    scores[val.users, val.items], scores[test.users, test.items] = 2, 1
    return Split(train, val, test), scores
