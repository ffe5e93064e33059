"""Lesson 04: hide edges for a test, and leave every node one to be known by (04.7)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Claim, Exercise, Mistake


def link_prediction_split(users, items, num_users, num_items, fraction, rng):
    order = rng.permutation(len(users))
    return _greedy(order, users, items, num_users, num_items, fraction)


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


def _one_more(users, items, num_users, num_items, fraction, rng):
    """Hides one edge more than asked for."""
    more = (int(fraction * len(users)) + 1.5) / len(users)
    order = rng.permutation(len(users))
    return _greedy(order, users, items, num_users, num_items, more)


def _without_the_last(*inputs):
    test, left = link_prediction_split(*inputs)
    return test, np.trim_zeros(left, "b")


def _in_order(users, items, num_users, num_items, fraction, rng):
    return _greedy(np.arange(len(users)), users, items, num_users, num_items, fraction)


def _leak(users, items, num_users, num_items, fraction, rng):
    test, _ = link_prediction_split(users, items, num_users, num_items, fraction, rng)
    return test, np.bincount(np.append(users, items + num_users), minlength=num_users + num_items)


def _train_marked(*inputs):
    test, left = link_prediction_split(*inputs)
    return ~test, left


# ---------------------------------------------------------------- judging


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
    places = np.flatnonzero(test) / len(test)
    if random and abs(places.mean() - 0.5) > 5 / np.sqrt(12 * len(places)):
        return "the hidden edges stand close together: draw them at random"
    return ""


def _judge(**options) -> Callable:
    """Return a judge; a known mistake explains an answer that has the same diagnosis."""

    def judge(got, expected, inputs) -> str | None:
        problem, other = (diagnose(answer, inputs, **options) for answer in (got, expected))
        return None if problem == other else problem or "right, unlike that mistake"

    return judge


def _mask_repeats(got, expected, inputs) -> str | None:
    return repeats([mask for mask, _ in got], [mask for mask, _ in expected], inputs)


def _inputs(rng, pairs, m: int, n: int, fraction: float, shuffled: bool = True) -> dict:
    pairs = np.array(pairs)
    pairs = rng.permutation(pairs) if shuffled else pairs
    return {
        "users": pairs[:, 0], "items": pairs[:, 1], "num_users": m, "num_items": n,
        "fraction": fraction, "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


def _crowd(rng, m: int = 12, n: int = 15) -> dict:
    pairs = [(u, i) for u in range(m) for i in range(n) if (u * n + i) % 3]
    return _inputs(rng, pairs, m + 1, n + 2, 0.25)  # the last ones have no edge


def _single_likes(rng, hubs: int = 6, single: int = 30) -> dict:
    """Users with one edge to a popular item, items with one edge to an active user."""
    core = [(u, i) for u in range(hubs) for i in range(hubs)]
    users = [(hubs + k, k % hubs) for k in range(single)]
    items = [(k % hubs, hubs + k) for k in range(single)]
    return _inputs(rng, core + users + items, hubs + single, hubs + single, 0.15)


def _ring(rng, n: int = 121) -> dict:
    """Everybody has two likes, every item two fans."""
    pairs = [(u, u) for u in range(n)] + [(u, (u + 1) % n) for u in range(n)]
    return _inputs(rng, pairs, n, n, 0.3)


def _too_much(rng, m: int = 9, n: int = 14) -> dict:
    pairs = [(u, i) for u in range(m) for i in range(n) if (u + 2 * i) % 4 < 2]
    return _inputs(rng, pairs, m, n, 0.95)


def _sorted_by_user(rng, m: int = 40, n: int = 30) -> dict:
    pairs = [(u, i) for u in range(m) for i in range(n) if (u + i) % 2]
    return _inputs(rng, pairs, m, n, 0.2, shuffled=False)


EX_7 = Exercise(
    id="04.7",
    function="link_prediction_split",
    points=3,
    reference=link_prediction_split,
    claims=(
        Claim("as many edges are hidden as asked for", _crowd, judge=_judge()),
        Claim("nodes with a single edge keep it", _single_likes, judge=_judge()),
        Claim("nodes with two edges keep one of them", _ring, judge=_judge()),
        Claim(
            "more is asked for than possible: stops when nothing more can be hidden",
            _too_much,
            judge=_judge(complete=True),
        ),
        Claim("the hidden edges are drawn at random", _sorted_by_user, judge=_judge(random=True)),
        Claim(
            "all chance comes from the given generator",
            _sorted_by_user,
            0,
            "call with seeds",
            judge=_mask_repeats,
        ),
    ),
    mistakes=(
        Mistake(
            "degrees of all edges",
            _leak,
            "your degrees count the hidden edges, too: whatever is computed from them later has "
            "seen the test",
        ),
        Mistake(
            "nobody is protected",
            _variant(sides=(False, False)),
            "your split takes edges without asking who loses the last one",
        ),
        Mistake(
            "items lose their last edge",
            _variant(sides=(True, False)),
            "every user keeps an edge, but an item can lose its last one: protect both ends",
        ),
        Mistake(
            "users lose their last edge",
            _variant(sides=(False, True)),
            "every item keeps an edge, but a user can lose the last one: protect both ends",
        ),
        Mistake(
            "degrees of the beginning",
            _variant(stale=True),
            "you look at the degrees before the split: after a node gave one of two edges, the "
            "other one is its last",
        ),
        Mistake(
            "not random",
            _in_order,
            "you take the edges in the order they come in; the first users give all the test edges",
        ),
        Mistake(
            "train is marked",
            _train_marked,
            "True marks an edge that is hidden; yours marks those that stay",
        ),
        Mistake(
            "stops too early",
            _variant(patient=False),
            "edges that could be hidden stay in yours: go on until the number is reached or no edge "
            "is free, and hide each one whose two ends keep another",
        ),
        Mistake(
            "one edge more",
            _one_more,
            "you hide more than int(fraction * E) edges",
        ),
        Mistake(
            "nodes without edges are missing",
            _without_the_last,
            "your degrees end at the last node with an edge: there are num_users + num_items of them",
        ),
        Mistake(
            "a generator of its own",
            lambda u, i, m, n, f, rng: link_prediction_split(
                u, i, m, n, f, np.random.default_rng()
            ),
            "you draw from a generator of your own: use `rng`, or nobody can repeat your split",
        ),
        Mistake(
            "a fixed seed",
            lambda u, i, m, n, f, rng: link_prediction_split(
                u, i, m, n, f, np.random.default_rng(0)
            ),
            "your split does not depend on `rng`: with a fixed seed three seeds would hide the same "
            "edges",
        ),
    ),
    hints=(
        "Go through the edges in random order. What must hold before an edge may be hidden?",
        "Both its ends have at least two edges left. Keep `degree` up to date: hiding an edge "
        "takes 1 from two nodes.",
        "`for e in rng.permutation(E)`: stop when `int(fraction * E)` edges are hidden; "
        "`u, i = users[e], num_users + items[e]`; if `min(degree[u], degree[i]) > 1`: mark e, "
        "and subtract 1 from both.",
    ),
)
