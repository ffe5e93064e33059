"""Exercise 04.7: hide edges for a test, and leave every node one to be known by."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise


def _greedy(
    order, users, items, num_users, num_items, fraction,
    sides=(True, True), stale=False, patient=True,
):  # fmt: skip
    """Hide edges in this order; `sides` says whether users and items are protected."""
    left = np.bincount(np.append(users, items + num_users), minlength=num_users + num_items)
    first, wanted = left.copy(), int(fraction * len(users))
    test = np.zeros(len(users), dtype=bool)
    for e in order:
        ends = (users[e], num_users + items[e])
        known = first if stale else left
        if all(known[v] > 1 for v, safe in zip(ends, sides, strict=True) if safe):
            test[e] = True
            left[list(ends)] -= 1
        elif not patient:
            break
        if test.sum() >= wanted:
            break
    return test, left


def _variant(**options) -> Callable:
    return lambda users, items, m, n, fraction, rng: _greedy(
        rng.permutation(len(users)), users, items, m, n, fraction, **options
    )


def _leftover(inputs, hidden) -> np.ndarray:
    ends = np.append(inputs["users"][~hidden], inputs["items"][~hidden] + inputs["num_users"])
    return np.bincount(ends, minlength=inputs["num_users"] + inputs["num_items"])


def diagnose(answer, inputs, complete: bool = False, random: bool = False) -> str:
    """Say what is wrong with a split, in words without numbers; "" if nothing is."""
    test, degree = answer
    users, items, m = inputs["users"], inputs["items"], inputs["num_users"]
    everyone, left = _leftover(inputs, np.zeros_like(test)), _leftover(inputs, test)
    if test.any() and np.array_equal(degree, everyone):
        return "the degrees are those of all edges, the hidden ones too"
    if test.any() and np.array_equal(degree, _leftover(inputs, ~test)):
        return "the degrees are those of the edges that you marked"
    if not np.array_equal(degree, left):
        return "the degrees are not those of the edges that are left"
    lost = (left == 0) & (everyone > 0)
    for who, gone in (("users", lost[:m]), ("items", lost[m:])):
        if gone.any() and gone.sum() == lost.sum():
            return f"there are {who} that lost all their edges"
    if lost.any():
        return "there are users and items that lost all their edges"
    wanted = int(inputs["fraction"] * len(users))
    if test.sum() > wanted:
        return "too many edges are hidden"
    free = ~test & (left[users] > 1) & (left[items + m] > 1)
    if test.sum() < wanted and (free.any() or not complete):
        return "too few edges are hidden, more could be"
    return _without_chance(test, inputs) if random else ""


CHANCE = 1e-8


def _without_chance(test, inputs) -> str:
    """Say what a random choice of so many edges would not show; "" if it could be one."""
    share = test.mean()
    blocks = test[: len(test) // 10 * 10].reshape(-1, 10).sum(axis=1)
    spread = np.square(blocks - blocks.mean()).sum() / (10 * share * (1 - share))
    low, high = stats.chi2.ppf(CHANCE, len(blocks) - 1), stats.chi2.isf(CHANCE, len(blocks) - 1)
    if spread > high:
        return "the hidden edges stand close together: draw them at random"
    if spread < low:
        return "the hidden edges stand at equal distances: draw them at random"
    for who, ids in (("users", inputs["users"]), ("items", inputs["items"])):
        degree = np.bincount(ids)[ids]
        error = degree.std() * np.sqrt((1 - share) / test.sum())
        gap = (degree[test].mean() - degree.mean()) / error
        if abs(gap) > 6:
            kind = "active or popular" if gap > 0 else "rare"
            return f"the hidden edges belong to {kind} {who} more often than chance would have it"
    return ""


def _judge(**options) -> Callable:
    """Return a judge; a known mistake explains an answer that has the same diagnosis."""

    def judge(got, expected, inputs) -> str | None:
        problem, other = (diagnose(answer, inputs, **options) for answer in (got, expected))
        return None if problem == other else problem or "right, unlike that mistake"

    return judge


def _inputs(rng, pairs, m: int, n: int, fraction: float, shuffled: bool = True) -> dict:
    pairs = np.array(pairs)
    pairs = rng.permutation(pairs) if shuffled else pairs
    return {
        "users": pairs[:, 0], "items": pairs[:, 1], "num_users": m, "num_items": n,
        "fraction": fraction, "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


def _sorted_by_user(rng, m: int = 60, n: int = 40) -> dict:
    """Users and items are popular or not, by a factor of five; everybody has ten edges or so."""
    taste = np.sqrt(np.outer(np.linspace(0.2, 1, m), rng.permutation(np.linspace(0.2, 1, n))))
    likes = rng.random((m, n)) < taste
    likes[np.arange(m)[:, None], (np.arange(m)[:, None] + np.arange(8)) % n] = True
    return _inputs(rng, np.argwhere(likes), m, n, 0.2, shuffled=False)


ex = Exercise(
    "04.7",
    "link_prediction_split",
    points=3,
    hints=(
        "Go through the edges in random order. What must hold before an edge may be hidden?",
        "Both its ends have at least two edges left. Keep `degree` up to date: hiding an edge "
        "takes 1 from two nodes.",
        "`for e in rng.permutation(E)`: stop when `int(fraction * E)` edges are hidden; "
        "`u, i = users[e], num_users + items[e]`; if `min(degree[u], degree[i]) > 1`: mark e, "
        "and subtract 1 from both.",
    ),
)


@ex.solution
def link_prediction_split(users, items, num_users, num_items, fraction, rng):
    order = rng.permutation(len(users))
    return _greedy(order, users, items, num_users, num_items, fraction)


def _crowd(rng, m: int = 12, n: int = 15) -> dict:
    pairs = [(u, i) for u in range(m) for i in range(n) if (u * n + i) % 3]
    return _inputs(rng, pairs, m + 1, n + 2, 0.25)  # the last ones have no edge


ex.claim("as many edges are hidden as asked for", _crowd, judge=_judge())


def _single_likes(rng, hubs: int = 6, single: int = 30) -> dict:
    """Users with one edge to a popular item, items with one edge to an active user."""
    core = [(u, i) for u in range(hubs) for i in range(hubs)]
    users = [(hubs + k, k % hubs) for k in range(single)]
    items = [(k % hubs, hubs + k) for k in range(single)]
    return _inputs(rng, core + users + items, hubs + single, hubs + single, 0.15)


ex.claim("nodes with a single edge keep it", _single_likes, judge=_judge())


def _ring(rng, n: int = 121) -> dict:
    """Everybody has two likes, every item two fans."""
    pairs = [(u, u) for u in range(n)] + [(u, (u + 1) % n) for u in range(n)]
    return _inputs(rng, pairs, n, n, 0.3)


ex.claim("nodes with two edges keep one of them", _ring, judge=_judge())


def _too_much(rng, m: int = 9, n: int = 14) -> dict:
    pairs = [(u, i) for u in range(m) for i in range(n) if (u + 2 * i) % 4 < 2]
    return _inputs(rng, pairs, m, n, 0.95)


ex.claim(
    "more is asked for than possible: stops when nothing more can be hidden",
    _too_much,
    judge=_judge(complete=True),
)


ex.claim("the hidden edges are drawn at random", _sorted_by_user, judge=_judge(random=True))


def _mask_repeats(got, expected, inputs) -> str | None:
    return repeats([mask for mask, _ in got], [mask for mask, _ in expected], inputs)


ex.claim(
    "all chance comes from the given generator",
    _sorted_by_user,
    0,
    "call with seeds",
    judge=_mask_repeats,
)


@ex.mistake(
    "your degrees count the hidden edges, too: whatever is computed from them later has "
    "seen the test"
)
def degrees_of_all_edges(users, items, num_users, num_items, fraction, rng):
    test, _ = link_prediction_split(users, items, num_users, num_items, fraction, rng)
    return test, np.bincount(np.append(users, items + num_users), minlength=num_users + num_items)


@ex.mistake("your split takes edges without asking who loses the last one")
def nobody_is_protected(*inputs):
    return _variant(sides=(False, False))(*inputs)


@ex.mistake("every user keeps an edge, but an item can lose its last one: protect both ends")
def items_lose_their_last_edge(*inputs):
    return _variant(sides=(True, False))(*inputs)


@ex.mistake("every item keeps an edge, but a user can lose the last one: protect both ends")
def users_lose_their_last_edge(*inputs):
    return _variant(sides=(False, True))(*inputs)


@ex.mistake(
    "you look at the degrees before the split: after a node gave one of two edges, the "
    "other one is its last"
)
def degrees_of_the_beginning(*inputs):
    return _variant(stale=True)(*inputs)


@ex.mistake("you take the edges in the order they come in; the first users give all the test edges")
def not_random(users, items, num_users, num_items, fraction, rng):
    return _greedy(np.arange(len(users)), users, items, num_users, num_items, fraction)


@ex.mistake("True marks an edge that is hidden; yours marks those that stay")
def train_is_marked(*inputs):
    test, left = link_prediction_split(*inputs)
    return ~test, left


@ex.mistake(
    "edges that could be hidden stay in yours: go on until the number is reached or no edge "
    "is free, and hide each one whose two ends keep another"
)
def stops_too_early(*inputs):
    return _variant(patient=False)(*inputs)


@ex.mistake("you hide more than int(fraction * E) edges")
def one_edge_more(users, items, num_users, num_items, fraction, rng):
    """Hides one edge more than asked for."""
    more = (int(fraction * len(users)) + 1.5) / len(users)
    order = rng.permutation(len(users))
    return _greedy(order, users, items, num_users, num_items, more)


@ex.mistake(
    "your degrees end at the last node with an edge: there are num_users + num_items of them"
)
def nodes_without_edges_are_missing(*inputs):
    test, left = link_prediction_split(*inputs)
    return test, np.trim_zeros(left, "b")


@ex.mistake("you draw from a generator of your own: use `rng`, or nobody can repeat your split")
def a_generator_of_its_own(u, i, m, n, f, rng):
    return link_prediction_split(u, i, m, n, f, np.random.default_rng())


@ex.mistake(
    "your split does not depend on `rng`: with a fixed seed three seeds would hide the same edges"
)
def a_fixed_seed(u, i, m, n, f, rng):
    return link_prediction_split(u, i, m, n, f, np.random.default_rng(0))


@ex.mistake(
    "popular items give most of your test edges; every edge has the same chance: draw at random"
)
def popular_items_first(users, items, num_users, num_items, fraction, rng):
    order = rng.permutation(len(users))
    order = order[np.argsort(-np.bincount(items)[items[order]], kind="stable")]
    return _greedy(order, users, items, num_users, num_items, fraction)


@ex.mistake(
    "you take edges at equal distances; only the first one is drawn: draw every one of them"
)
def at_equal_distances(users, items, num_users, num_items, fraction, rng):
    step = max(1, int(1 / fraction))
    start = int(rng.integers(step))
    order = np.concatenate([np.arange(k, len(users), step) for k in (start, *range(step))])
    return _greedy(dict.fromkeys(order), users, items, num_users, num_items, fraction)


@ex.mistake(
    "your number of edges is rounded, so that yours hides too many; int(fraction * E) cuts off what "
    "stands behind the point"
)
def number_rounded(users, items, num_users, num_items, fraction, rng):
    wanted = (round(fraction * len(users)) + 0.5) / len(users)
    order = rng.permutation(len(users))
    return _greedy(order, users, items, num_users, num_items, wanted)
