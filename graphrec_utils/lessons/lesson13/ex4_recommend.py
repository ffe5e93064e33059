"""Exercise 13.4: one list from several points, with a budget of places for each."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.4",
    "recommend",
    points=5,
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


def _recommend(counts, centers, items, seen, most, places, kept=None, quota=None, skip=True, double=False, late=False,
               cut=True, far=lambda items, q: -items @ q, renormalized=True):  # fmt: skip
    """Return the list; the options are what can go wrong.

    Args:
        kept: the clusters that are asked, in order.
        quota: of a share.
        skip: whether seen items are left out.
        double: whether an item may be taken twice.
        late: whether seen items take places and are thrown out afterwards.
        cut: whether the list ends at `places`.
    """
    if kept is None:
        kept = np.argsort(-counts, kind="stable")[:most]
    kept = [int(c) for c in kept if counts[c] > 0]
    total = counts[kept].sum() if renormalized else counts.sum()
    out, used = [], set() if late or not skip else {int(i) for i in seen}
    for c in kept:
        share = counts[c] / total
        left = (
            quota(share, places, len(kept)) if quota else -(-int(counts[c]) * places // int(total))
        )
        for i in np.argsort(far(items, centers[c]), kind="stable").tolist():
            if left <= 0 or (cut and len(out) >= places):
                break
            if double or i not in used:
                if not (double and i in used and skip and i in seen):
                    out.append(i)
                    left -= 1
                used |= set() if double else {i}
    if late:
        out = [i for i in out if i not in set(seen.tolist())]
    return np.array(out, dtype=np.int64)


@ex.solution
def recommend(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places)


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


@ex.mistake("your list is filled up with −1; at most `places` may also be fewer")
def filled_up(counts, centers, items, seen, most, places):
    out = _recommend(counts, centers, items, seen, most, places)
    return np.append(out, np.full(places - len(out), -1))


@ex.mistake(
    "you asked once, with the mean of the centers: between two interests there may be nothing that either likes. Ask with "
    "each of them"
)
def mixture_averaged_to_one_vector(counts, centers, items, seen, most, places):
    kept = np.argsort(-counts, kind="stable")[:most]
    mean = (counts[kept] / counts[kept].sum()) @ centers[kept]
    return _recommend(np.array([1]), mean[None], items, seen, 1, places)


@ex.mistake(
    "your shares are of all counts: after the small clusters are gone they have to sum to 1 again, or places stay empty"
)
def mixture_not_renormalized_after_top_m(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, renormalized=False,
                      quota=lambda share, places, n: int(np.ceil(round(share * places, 9))))  # fmt: skip


@ex.mistake("every cluster gets as many places in yours; the shares are those of the counts")
def equal_shares(counts, centers, items, seen, most, places):
    return _recommend(
        counts, centers, items, seen, most, places, quota=lambda share, places, n: -(-places // n)
    )


@ex.mistake("you rounded the places down: some stay empty")
def rounded_down(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places,
                      quota=lambda share, places, n: int(round(share * places, 9)))  # fmt: skip


@ex.mistake("you rounded to the nearest number of places: ⌈ ⌉ rounds up")
def rounded_to_the_nearest(counts, centers, items, seen, most, places):
    return _recommend(
        counts,
        centers,
        items,
        seen,
        most,
        places,
        quota=lambda share, places, n: round(share * places),
    )


@ex.mistake(
    "you divided by the lengths of the items: the score is the product, so a long vector counts"
)
def by_cosine(counts, centers, items, seen, most, places):
    unit = items / np.linalg.norm(items, axis=1, keepdims=True)
    return _recommend(counts, centers, unit, seen, most, places)


@ex.mistake("your clusters are served in the order of their ids; the heaviest is first")
def clusters_by_id(counts, centers, items, seen, most, places):
    kept = np.sort(np.argsort(-counts, kind="stable")[:most])
    return _recommend(counts, centers, items, seen, most, places, kept=kept)


@ex.mistake(
    "of equal clusters you took the larger id first: turning an ascending order round turns ties round, too"
)
def ties_turned_round(counts, centers, items, seen, most, places):
    kept = np.argsort(counts, kind="stable")[::-1][:most]
    return _recommend(counts, centers, items, seen, most, places, kept=kept)


@ex.mistake(
    "every item competes by its best cluster in yours; each cluster has its own share of the places"
)
def best_of_any_cluster(counts, centers, items, seen, most, places):
    kept = np.argsort(-counts, kind="stable")[:most]
    best = (items @ centers[kept[counts[kept] > 0]].T).max(axis=1)
    order = np.argsort(-best, kind="stable")
    return order[~np.isin(order, seen)][:places]


@ex.mistake(
    "items that are seen or taken use up places of their cluster in yours: go on until its places are filled"
)
def taken_places_are_lost(counts, centers, items, seen, most, places):
    kept = [int(c) for c in np.argsort(-counts, kind="stable")[:most] if counts[c] > 0]
    out, total = [], int(counts[kept].sum())
    for c in kept:
        first = np.argsort(-items @ centers[c], kind="stable")[
            : -(-int(counts[c]) * places // total)
        ]
        out += [i for i in first.tolist() if i not in out and i not in seen]
    return np.array(out[:places], dtype=np.int64)


@ex.mistake("your list has items that were seen already")
def seen_items(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, skip=False)


@ex.mistake(
    "seen items took places before you threw them out: the list is shorter than it need be. Skip them while you choose"
)
def thrown_out_too_late(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, late=True)


@ex.mistake("an item that two clusters like is in your list twice")
def an_item_twice(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, double=True)


@ex.mistake("rounding up gives more places than there are: stop when the list is full")
def longer_than_asked(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, cut=False)


@ex.mistake("you kept the smallest clusters: sort the counts downwards")
def smallest_clusters(counts, centers, items, seen, most, places):
    some = [c for c in np.argsort(counts, kind="stable") if counts[c] > 0][:most]
    return _recommend(counts, centers, items, seen, most, places, kept=some)


@ex.mistake("you asked with all clusters; `most` says with how many")
def all_clusters(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, len(counts), places)


@ex.mistake("you asked with the largest cluster only: the others have shares, too")
def largest_only(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, 1, places)


@ex.mistake("you took the items with the smallest product: best is largest")
def worst_first(counts, centers, items, seen, most, places):
    return _recommend(counts, centers, items, seen, most, places, far=lambda items, q: items @ q)


@ex.mistake("you took the nearest items; here the score is the product, so a long vector counts")
def nearest(counts, centers, items, seen, most, places):
    return _recommend(
        counts, centers, items, seen, most, places, far=lambda items, q: np.square(items - q).sum(1)
    )


@ex.mistake("you sorted the list by id; its order is that of the choosing")
def by_id(counts, centers, items, seen, most, places):
    return np.sort(_recommend(counts, centers, items, seen, most, places))
