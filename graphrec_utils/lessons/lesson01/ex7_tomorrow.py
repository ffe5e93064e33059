"""Exercise 01.7, open: a recommender of one's own, judged by what happens after `now`."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable

import numpy as np
import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson01.ex4_topk_masked import topk_masked
from graphrec_utils.lessons.lesson01.ex5_popularity import popularity
from graphrec_utils.lessons.lesson01.ex6_item2item_cosine import item2item_cosine

TOP = 10
DAYS, NOW = 60, 50
ENOUGH = 0.8  # of what the stored reference finds
_whole: dict[bytes, tuple[int, float]] = {}  # what the logs that end at `now` were made from


def _until_now(rng, fashion: float = 6.0) -> dict:
    """A world whose log ends at `now`: what comes later stays here, and no answer can look it up."""
    seed = int(rng.integers(2**62))
    log = _made(seed, fashion)
    past = log["times"] <= log["now"]
    inputs = log | {name: log[name][past] for name in ("users", "items", "times")}
    _whole[_mark(inputs)] = seed, fashion
    return inputs


@functools.lru_cache(maxsize=32)
def _made(seed: int, fashion: float) -> dict:
    return _world(np.random.default_rng(seed), fashion=fashion)


def _mark(inputs: dict) -> bytes:
    """Return what tells one log from another."""
    sha = hashlib.sha256()
    for name in ("users", "items", "times"):
        sha.update(np.ascontiguousarray(inputs[name], "<i8").tobytes())
    return sha.digest()


def _world(rng, *, fashion: float = 6.0, decoys: Callable | None = None) -> dict:
    """A log of 60 days in which items are born, are in fashion for some days, and meet a taste.

    Args:
        fashion: days after which the interest in an item has fallen to a third.
        decoys: says of the past's events which eight items the days after `now` belong to.
    """
    m, n, groups = 160, 400, 5
    # nothing is born after `now`: lists of what nobody knows yet would find it by chance
    born = np.where(np.arange(n) < n // 4, 0.0, rng.uniform(0, NOW, n))
    born, quality = rng.permutation(born), rng.gamma(4, 1, n)
    taste, theme = rng.integers(groups, size=m), rng.integers(groups, size=n)
    match = np.where(theme == taste[:, None], 25, 1)
    seen, log = np.zeros((m, n), bool), []
    for day in range(DAYS):
        alive = born <= day
        wanted = alive * quality * np.exp(-np.maximum(day - born, 0) / fashion) + 1e-4 * alive
        u = rng.permutation(m)[: m // 2]
        # the largest of weight over an exponential draw: item i with a chance like its weight
        i = (wanted * match[u] * ~seen[u] / rng.exponential(size=(len(u), n))).argmax(axis=1)
        seen[u, i] = True
        log.append(np.stack([u, i, np.full(len(u), day)]))
    users, items, times = np.concatenate(log, axis=1)
    past = times <= NOW
    if decoys:
        chosen = decoys(items[past], times[past], n)
        later = np.flatnonzero(~past)
        items[later] = chosen[rng.integers(8, size=len(later))]
    order = rng.permutation(len(users))  # a log need not be sorted
    return {
        "users": users[order], "items": items[order], "times": times[order],
        "shape": (m, n), "now": NOW, "top": TOP,
    }  # fmt: skip


def _rare(items, times, n) -> np.ndarray:
    """Return eight items of few events, but some."""
    known = np.bincount(items, minlength=n)
    return np.argsort(known + 1000 * (known == 0), kind="stable")[:8]


def _half_in_fashion(items, times, n) -> np.ndarray:
    """Return eight items that everybody has seen better ones than."""
    fresh = np.bincount(items, weights=0.5 ** ((NOW - times) / 3), minlength=n)
    return np.argsort(-fresh, kind="stable")[20:28]


def _tables(inputs):
    """Return what is known until now and what comes later, (m, n) bool each."""
    if made_from := _whole.get(_mark(inputs)):
        inputs = _made(*made_from)
    users, items, times = inputs["users"], inputs["items"], inputs["times"]
    past = times <= inputs["now"]
    known, later = np.zeros(inputs["shape"], bool), np.zeros(inputs["shape"], bool)
    known[users[past], items[past]] = True
    later[users[~past], items[~past]] = True
    return known, later & ~known


def _fresh(inputs, half_life) -> np.ndarray:
    """Return (n,) the decayed counts of the items until now."""
    past = inputs["times"] <= inputs["now"]
    age = inputs["now"] - inputs["times"][past]
    return np.bincount(
        inputs["items"][past], weights=0.5 ** (age / half_life), minlength=inputs["shape"][1]
    )


def _lists(scores, known, top) -> np.ndarray:
    return np.argsort(np.where(known, np.inf, -scores), axis=1, kind="stable")[:, :top]


def _bestsellers(inputs, half_life=1e9) -> np.ndarray:
    known, _ = _tables(inputs)
    return _lists(np.broadcast_to(_fresh(inputs, half_life), known.shape), known, inputs["top"])


def _cosines(known) -> np.ndarray:
    R = known.astype(float)
    C = R.T @ R
    S = C / np.sqrt(np.maximum(np.outer(C.diagonal(), C.diagonal()), 1))
    np.fill_diagonal(S, 0)
    return R @ S


def _hits(lists, inputs) -> int:
    """Return how many later events the lists find; where nobody knows any, nothing is judged."""
    _, later = _tables(inputs)
    if not later.any():
        raise LookupError("this process has not drawn that log")
    return int(np.take_along_axis(later, lists, axis=1).sum())


def _alike(one, other) -> bool:
    return one.shape == other.shape and (one == other).mean() > 0.95


def _verdict(wrong):
    """Return a judge: `wrong(lists, inputs)` says what is wrong with an answer, or None."""

    def judge(got, expected, inputs) -> str | None:
        if not _fits(got, inputs):
            return None if _alike(got, expected) else "these are no lists of unseen items"
        problem = wrong(got, inputs)
        if problem and _fits(expected, inputs) and wrong(expected, inputs):
            return None if _alike(got, expected) else problem  # one mistake or two
        return problem or (wrong(expected, inputs) and "this is right in yours")

    return judge


def _fits(lists, inputs) -> bool:
    m, n = inputs["shape"]
    if lists.shape != (m, inputs["top"]) or lists.min() < 0 or lists.max() >= n:
        return False
    ordered = np.sort(lists, axis=1)
    known, _ = _tables(inputs)
    return bool(
        (ordered[:, 1:] > ordered[:, :-1]).all()
        and not np.take_along_axis(known, lists, axis=1).any()
    )


def _form(got, expected, inputs) -> str | None:
    if _fits(got, inputs) == _fits(expected, inputs):
        return None if _fits(got, inputs) or _alike(got, expected) else "another fault than this"
    m, n = inputs["shape"]
    if not _fits(got, inputs) and got.shape == (m, inputs["top"]):
        if got.min() < 0 or got.max() >= n:
            return f"items have the numbers 0 to {n - 1}; yours run from {got.min()} to {got.max()}"
        known, _ = _tables(inputs)
        if np.take_along_axis(known, got, axis=1).any():
            return "a list holds an item that its user has had until now"
    return "a list names an item twice"


def _leaks(lists, inputs) -> str | None:
    """Decoys: the crowd that comes after `now` was nobody's favorite before."""
    later = inputs["items"][inputs["times"] > inputs["now"]]
    share = float(np.isin(lists, np.unique(later)).mean())
    if share <= 0.4:
        return None
    return f"{share:.0%} of your places go to items that hardly anybody knew until `now`"


def _more_than(lists_of, share, whose):
    def wrong(lists, inputs) -> str | None:
        mine, need = _hits(lists, inputs), share * _hits(lists_of(inputs), inputs)
        if mine >= need:
            return None
        if mine == 0:
            return "none of the later events is in your lists: hide what was known until `now`, not more"
        return f"your lists find {mine} of the later events; {whose} {need:.0f}"

    return _verdict(wrong)


def _best_bestsellers(inputs) -> np.ndarray:
    """Return the lists of the half-life that finds most, chosen with hindsight."""
    options = (_bestsellers(inputs, half_life) for half_life in (2, 4, 8, 16))
    return max(options, key=lambda lists: _hits(lists, inputs))


def _reference(inputs) -> np.ndarray:
    return tomorrow(*inputs.values())


ex = Exercise(
    "01.7",
    "tomorrow",
    points=4,
    branch=True,
    hints=(
        "First throw away what lies after `now`. Then start with the recent bestsellers of 01.5, and "
        "let `topk_masked` hide what each user has had.",
        "The recent bestsellers know the day, the cosines of 01.6 know the user: a product of the two "
        "scores wants both. Add a little to the cosines, so that a user without neighbors has a list.",
        "`scores = popularity(items, times, n, 3, now) * (0.02 + R @ item2item_cosine(R))` "
        "with R of the past as a dense table; then the `top` best unseen ones of every row.",
    ),
)


@ex.solution
def tomorrow(users, items, times, shape, now, top):
    m, n = shape
    past = times <= now
    R = torch.zeros(m, n)
    R[users[past], items[past]] = 1
    fresh = popularity(items, times, n, half_life=3, now=now)  # (n,)
    scores = fresh * (0.02 + (R @ item2item_cosine(R)).numpy())
    return topk_masked(scores, R.numpy() > 0, top, np.arange(n))


ex.claim(
    "every list has `top` different items that the user has not had until `now`",
    _world,
    weight=0,
    judge=_form,
)
ex.claim(
    "nothing after `now` is used",
    lambda rng: _world(rng, decoys=_rare),
    weight=0,
    judge=_verdict(_leaks),
)
ex.claim(
    "finds more than the bestsellers of all time",
    _world,
    weight=0,  # fashions pass, so a random list does, too
    judge=_more_than(lambda x: _bestsellers(x), 1.1, "a tenth more than these find is"),
)
ex.claim(
    "finds more than recent bestsellers with the best half-life",
    _until_now,
    judge=_more_than(_best_bestsellers, 1.25, "a quarter more than these find is"),
)
ex.claim(
    "finds four fifths of what the stored reference finds; fashions of six days",
    _until_now,
    judge=_more_than(_reference, ENOUGH, "four fifths of the reference are"),
)
ex.claim(
    "the same where fashions last twice as long",
    lambda rng: _until_now(rng, 12.0),
    judge=_more_than(_reference, ENOUGH, "four fifths of the reference are"),
)


def _heard(lists, inputs) -> str | None:
    """Later events of items that are half in fashion: similarities that hear them put them on top."""
    later = inputs["items"][inputs["times"] > inputs["now"]]
    share = float(np.isin(lists, np.unique(later)).mean())
    if share <= 0.5:
        return None
    return (
        f"{share:.0%} of your places go to eight items that only those who come after `now` put together: "
        "similarities hear the past alone, too"
    )


ex.claim(
    "nothing after `now` is heard by similarities either",
    lambda rng: _world(rng, decoys=_half_in_fashion),
    weight=0,
    judge=_verdict(_heard),
)


def _with(users, items, times, shape, now, top) -> dict:
    return {
        "users": users, "items": items, "times": times, "shape": shape, "now": now, "top": top,
    }  # fmt: skip


# fmt: off
ex.slip("these are the recent bestsellers, the same for everybody: let the user's past count",
        "fresh * (0.02 + (R @ item2item_cosine(R)).numpy())", "np.tile(fresh, (m, 1))", hint=True)
ex.slip("this is item2item without a clock: multiply by recent popularity",
        "fresh * (0.02 + (R @ item2item_cosine(R)).numpy())", "(R @ item2item_cosine(R)).numpy()")
ex.slip("events after `now` are in your counts: keep those with times <= now, before all else",
        "m, n = shape", "now = times.max()\nm, n = shape")
ex.slip("your lists repeat what the user has had until `now`: hide it", "> 0", "< 0", hint=True)
ex.slip("the best come last in yours: sort from large to small",
        "topk_masked(scores", "topk_masked(-scores", hint=True)
ex.slip("age is weighed the wrong way round: old events count most in yours",
        "popularity(items, times, n, half_life=3, now=now)", "np.bincount(items[past], weights=0.5 ** (times[past] / 3.0), minlength=n)")
# fmt: on


@ex.mistake(
    "your similarities hear what comes after `now`: throw later events away before you make the table R"
)
def cosines_of_the_future(users, items, times, shape, now, top):
    inputs = _with(users, items, times, shape, now, top)
    known, later = _tables(inputs)
    return _lists(_fresh(inputs, 3.0) * (0.02 + _cosines(known | later)), known, top)


@ex.mistake("these are the bestsellers of all time: let events age")
def counts_everything(*a):
    return _bestsellers(_with(*a))
