"""User-item interactions, their splits, and the real data sets of the course.

    from graphrec_utils import data
    movies = data.load("movietweetings-100k")
    train, val, test = movies.temporal_split((0.8, 0.1, 0.1))

All that `load` returns is made of four types:

    Interactions   who did what when: users, items, times, weights, labels
    Features       what the items say: `interactions.item_features`, a sparse matrix with named
                   columns (genres, or the bag of words of citeulike-t)
    Triples        facts of a knowledge graph: heads, relations, tails
    Split          a named tuple train, val, test of Interactions or of Triples

and PinWorld's `World` hands out the same ones: `world.interactions()`, `world.split()`. Several
graphs about the same items come as a dictionary of Interactions that share their ids.

This is a package rather than one module because it would be 600 lines: what an interaction is
(`interactions`, `features`, `splits`, `triples`), how the files of a data set are found (`registry`) and downloaded
(`download`), and what is written in them (`formats`) change for different reasons.
The folder `data/` at the top of the repository, found through `paths.data()`, is something else:
it holds `registry.json` and stored results.
"""

from __future__ import annotations

from graphrec_utils.data import formats
from graphrec_utils.data.features import Features
from graphrec_utils.data.interactions import Interactions
from graphrec_utils.data.registry import Unavailable, fetch, names
from graphrec_utils.data.splits import Split, hold_out, temporal_split
from graphrec_utils.data.triples import Triples

__all__ = [
    "Features",
    "Interactions",
    "Split",
    "Triples",
    "Unavailable",
    "fetch",
    "hold_out",
    "load",
    "names",
    "temporal_split",
]

STAND_IN = "PinWorld (synthetic) takes its place"  # what a notice of `load` says


def load(name: str, fallback: bool = False) -> Interactions | Split | dict[str, Interactions]:
    """Return a real data set, downloading it on first use.

    Files are looked for in `GRAPHREC_DATA_DIR`, in the package that ships them, in the user's cache,
    then at the addresses of `data/registry.json`; their checksums are compared every time. One line
    says which of these it was.

    Args:
        name: one of `data.names()`.
        fallback: when the files cannot be had, return PinWorld, the synthetic world of the course,
            in their place and say so. Only for "movietweetings-100k", "ml-latest-small" and
            "gowalla"; the other sets have no stand-in of the same shape.

    Returns:
        "movietweetings-100k", "ml-latest-small": Interactions with ratings, times, titles, genres.
        "gowalla": Split with the published train and test parts and an empty validation part
            (`split.with_validation(0.1, seed=0)` draws one).
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
    return formats.LOADERS[name](files)


def _stand_in(name: str, problem: Unavailable) -> Interactions | Split:
    """Return PinWorld in the place of `name`, with a notice that cannot be overlooked."""
    if name not in ("movietweetings-100k", "ml-latest-small", "gowalla"):
        raise Unavailable(f"{problem} PinWorld has no stand-in for {name}.") from None
    # imported here: PinWorld builds Interactions, so it stands above this package
    from graphrec_utils import pinworld

    print(
        f"NOTICE: {name} is not available here, {STAND_IN}.\n"
        f"        Every number below is about PinWorld. Reason: {problem}"
    )
    world = pinworld.load("small").interactions()
    if name != "gowalla":
        return world
    train, test = world.hold_out(0.2, seed=0)  # Gowalla's published split is 80/20 per user, too
    return Split(train, train.select(slice(0, 0)), test)
