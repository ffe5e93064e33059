"""Return a data set by its name; where its files cannot be had, PinWorld can take its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graphrec_utils import pinworld
from graphrec_utils.data import Interactions, Split
from graphrec_utils.datasets.formats import LOADERS
from graphrec_utils.datasets.registry import Unavailable, fetch

STAND_IN = "PinWorld (synthetic) takes its place"  # what a notice of `load` says


def load(name: str, fallback: bool = False) -> Interactions | Split | dict[str, Interactions]:
    """Return a real data set, downloading it on first use.

    Files are looked for in `GRAPHREC_DATA_DIR`, in the package that ships them, in the user's cache,
    then at the addresses of `data/registry.json`; their checksums are compared every time. One line
    says which of these it was.

    Args:
        name: one of `datasets.names()`.
        fallback: when the files cannot be had, return PinWorld, the synthetic world of the course,
            in their place and say so. Only for "movietweetings-100k", "ml-latest-small", "gowalla",
            "amazon-games" and "wikipedia-edits"; the others have no stand-in of the same shape.

    Returns:
        "movietweetings-100k", "ml-latest-small": Interactions with ratings, times, titles, genres.
        "gowalla": Split with the published train and test parts and an empty validation part. Test
            is the end of every user's history, so `split.with_validation(last=0.1)` takes one.
        "amazon-games", "wikipedia-edits": Interactions in order of time within each user. That order
            is all that is known of time, `times` is None: the last event of a user can be held out,
            a moment for all users cannot be cut. In the second one a pair occurs again and again.
        "citeulike-t": {"library": users x articles, with bag-of-words features,
            "tag": tags x articles, "citation": articles x articles}.
        "hin-yelp": the five graphs "user_business" (ratings), "user_user", "user_compliment",
            "business_category", "business_city".
        "codex-s", "fb15k-237", "kinships", "nations", "umls": Split of Triples. The last three
            come with the Python package pykeen (`pip install --no-deps pykeen`).

    Raises:
        ValueError: the name is not in the registry.
        Unavailable: the files cannot be had; the message says where to put them.
    """
    try:
        files = fetch(name)
    except Unavailable as problem:
        if not fallback:
            raise
        return _stand_in(name, problem)
    return LOADERS[name](files)


def _stand_in(name: str, problem: Unavailable) -> Interactions | Split:
    """Return PinWorld in the place of `name`, with a notice that cannot be overlooked."""
    ordered = name in ("amazon-games", "wikipedia-edits")  # events in order, without times
    if not ordered and name not in ("movietweetings-100k", "ml-latest-small", "gowalla"):
        raise Unavailable(f"{problem} PinWorld has no stand-in for {name}.") from None
    print(
        f"NOTICE: {name} is not available here, {STAND_IN}.\n"
        f"        Every number below is about PinWorld. Reason: {problem}"
    )
    world = pinworld.load("small").interactions()
    if ordered:
        in_order = np.argsort(world.users, kind="stable")  # a user's events are in order of time
        return replace(world.select(in_order), times=None)
    if name != "gowalla":
        return world
    train, test = world.hold_out(last=0.2)  # Gowalla's test is the end of every history, too
    return Split(train, train.select(slice(0, 0)), test)
