"""Exercise 13.4: one list from several points, with a budget of places for each."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.4",
    "recommend",
    points=5,
    branch=True,
    library=("graphrec_utils.models.mixture.retrieve", "graphrec_utils.models.mixture.mixture"),
    hints=(
        "Which clusters are asked, what are their shares, and how many places does each get? What has to be checked before "
        "an item takes a place?",
        "The `most` largest counts, none of 0; shares are counts divided by the sum of the *kept* ones; a cluster takes its "
        "⌈share · places⌉ best items that are neither seen nor taken, until the list is full.",
        "`kept = np.argsort(-counts, kind='stable')[:most]`; `quota = int(np.ceil(counts[c] * places / counts[kept].sum()))`; "
        "walk down `np.argsort(-items @ centers[c], kind='stable')`.",
    ),
)


@ex.solution
def recommend(counts, centers, items, seen, most, places):
    kept = np.argsort(-counts, kind="stable")[:most]
    kept = kept[counts[kept] > 0]
    used, out = set(seen.tolist()), []
    for c in kept:
        quota = -(-int(counts[c]) * places // int(counts[kept].sum()))  # rounded up
        best = [i for i in np.argsort(-items @ centers[c], kind="stable").tolist() if i not in used]
        best = best[: min(quota, places - len(out))]
        used |= set(best)
        out += best
    return np.array(out, dtype=np.int64)


def _drawn(rng, counts, most: int, places: int, near: bool) -> dict:
    """Items around centers of several lengths; what was seen is near the largest clusters. `near`: the centers share items."""
    k, dim = len(counts), 3
    centers = (
        rng.normal(size=(1, dim)) + 0.15 * rng.normal(size=(k, dim))
        if near
        else rng.normal(size=(k, dim))
    )
    centers *= rng.uniform(0.7, 1.6, size=(k, 1))
    items = centers[rng.integers(k, size=40)] + 0.4 * rng.normal(size=(40, dim))
    best = np.argsort(-items @ centers[int(np.argmax(counts))])
    seen = np.concatenate([best[[0, 2]], rng.choice(best[3:], 5, replace=False)])
    return {"counts": np.array(counts), "centers": centers, "items": items, "seen": rng.permutation(seen), "most": most,
            "places": places}  # fmt: skip


def _shop(rng, counts, most: int, places: int, near: bool = False) -> dict:
    """Draw until two clusters like one item if they are near, and never if they are not."""
    while True:
        given = _drawn(rng, counts, most, places, near)
        if np.array_equal(recommend(**given), an_item_twice(**given)) != near:
            return given


ex.claim("one cluster: its best items that were not seen", lambda rng: _shop(rng, [0, 4, 0], 1, 6))
ex.claim(
    "two clusters of three: their shares sum to 1 again", lambda rng: _shop(rng, [3, 5, 2], 2, 8), 2
)
ex.claim(
    "three clusters that like the same items: each item once",
    lambda rng: _shop(rng, [2, 7, 3, 1], 3, 9, near=True),
    2,
)
ex.claim(
    "shares that are rounded up, and a list that ends",
    lambda rng: _shop(rng, [2, 3, 1], 3, 13),
)
ex.claim("clusters without a count are not asked", lambda rng: _shop(rng, [0, 0, 2, 0, 3], 4, 10))


def _few(rng) -> dict:
    """Five items of which two are seen, for a list of six and more."""
    return {"counts": np.array([2, 1]), "centers": np.array([[1.0, 0.2], [0.1, 1.0]]),
            "items": np.array([[1.0, 0.0], [0.9, 0.3], [0.0, 1.0], [0.2, 0.7], [0.5, 0.5]]),
            "seen": np.array([0, 2]), "most": 2, "places": 6 + int(rng.integers(9))}  # fmt: skip


ex.claim("three items are left for six places: a shorter list", _few)


def _alike(rng) -> dict:
    """Ninety clusters of one like or two, and items of which many are the same."""
    others = (ties_turned_round, seen_items, thrown_out_too_late, smallest_clusters, by_id)
    while True:
        inputs = _shop(rng, [3, 5, 2], 2, 8)
        inputs["items"] = np.round(inputs["items"])
        inputs["counts"], inputs["most"] = rng.integers(1, 3, 90), 9
        inputs["centers"] = np.tile([[1.0, 0, 0], [0, 1, 0]], (45, 1))
        right, *wrong = (f(**inputs) for f in (recommend, *others))
        if not any(np.array_equal(right, x) for x in wrong):
            return inputs


def _nobody(rng) -> dict:
    return _shop(rng, [3, 5, 2], 2, 8) | {"counts": np.zeros(3, dtype=np.int64)}


ex.claim("of many equal clusters and equal items the smaller id is first", _alike)
ex.claim("no cluster has a like: an empty list", _nobody, run="call as floats")

ORDER = 'np.argsort(-counts, kind="stable")'
QUOTA = "-(-int(counts[c]) * places // int(counts[kept].sum()))"
BEST = 'np.argsort(-items @ centers[c], kind="stable").tolist()'
RESULT = "np.array(out, dtype=np.int64)"

# fmt: off
ex.slip("your list is filled up with −1; at most `places` may also be fewer",
        RESULT, "np.array(out + [-1] * (places - len(out)), dtype=np.int64)")
mixture_averaged_to_one_vector = ex.slip("you asked once, with the mean of the centers: between "
        "two interests there may be nothing that either likes. "
        "Ask with each of them",
        "used,", "centers = (counts[kept] / counts[kept].sum())[None] @ centers[kept]\n"
        "counts, kept = np.ones(1), [0]\n"
        "used,")
ex.slip("your shares are of all counts: after the small clusters are gone they have to sum to 1 "
        "again, or places stay empty",
        "counts[kept].sum()", "counts.sum()", hint=True)
ex.slip("every cluster gets as many places in yours; the shares are those of the counts",
        QUOTA, "-(-places // len(kept))")
ex.slip("you rounded the places down: some stay empty",
        QUOTA, "int(counts[c]) * places // int(counts[kept].sum())", hint=True)
ex.slip("you rounded to the nearest number of places: ⌈ ⌉ rounds up",
        QUOTA, "round(counts[c] / counts[kept].sum() * places)")
ex.slip("you divided by the lengths of the items: the score is the product, so a long vector "
        "counts",
        "used,", "items = items / np.linalg.norm(items, axis=1, keepdims=True)\nused,")
ex.slip("your clusters are served in the order of their ids; the heaviest is first",
        "for c in kept:", "for c in np.sort(kept):")
ties_turned_round = ex.slip("of equal clusters you took the larger id first: turning an ascending "
        "order round turns ties round, too",
        ORDER, 'np.argsort(counts, kind="stable")[::-1]')
ex.slip("every item competes by its best cluster in yours; each cluster has its own share of the "
        "places",
        "used,", 'order = np.argsort(-(items @ centers[kept].T).max(axis=1), kind="stable")\n'
        "return order[~np.isin(order, seen)][:places]\n"
        "used,")
ex.slip("items that are seen or taken use up places of their cluster in yours: go on until its "
        "places are filled",
        f"[i for i in {BEST} if i not in used]", f"{BEST}[:quota]",
        "best[: min(quota, places - len(out))]", "[i for i in best if i not in used][: places - len(out)]")
seen_items = ex.slip("your list has items that were seen already", "set(seen.tolist())", "set()")
thrown_out_too_late = ex.slip("seen items took places before you threw them out: the list is "
        "shorter than it need be. Skip them while you choose",
        "set(seen.tolist())", "set()",
        RESULT, "np.array([i for i in out if i not in seen], dtype=np.int64)")
an_item_twice = ex.slip("an item that two clusters like is in your list twice",
        "used |= set(best)", "")
ex.slip("rounding up gives more places than there are: stop when the list is full",
        "min(quota, places - len(out))", "quota")
smallest_clusters = ex.slip("you kept the smallest clusters: sort the counts downwards",
        f"{ORDER}[:most]", 'np.argsort(counts, kind="stable")',
        "kept[counts[kept] > 0]", "kept[counts[kept] > 0][:most]")
ex.slip("you asked with all clusters; `most` says with how many", "[:most]", "", hint=True)
ex.slip("you asked with the largest cluster only: the others have shares, too", "[:most]", "[:1]")
ex.slip("you took the items with the smallest product: best is largest", "-items @", "items @")
ex.slip("you took the nearest items; here the score is the product, so a long vector counts",
        "-items @ centers[c]", "np.square(items - centers[c]).sum(axis=1)")
by_id = ex.slip("you sorted the list by id; its order is that of the choosing",
        RESULT, "np.sort(np.array(out, dtype=np.int64))")
