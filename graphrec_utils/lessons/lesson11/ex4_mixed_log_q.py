"""Exercise 11.4: what Q is when half of the negatives come from the batch and half from all items."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _mixed(counts, num_in_batch, num_uniform):
    Q = counts / counts.sum()
    return np.log((num_in_batch * Q + num_uniform / len(Q)) / (num_in_batch + num_uniform))


def _items(rng, num_in_batch=None, num_uniform=None, never: int = 2) -> dict:
    counts = rng.permutation(np.append(rng.integers(1, 60, 8), np.zeros(never, dtype=np.int64)))
    return {
        "counts": counts,
        "num_in_batch": int(rng.integers(20, 40)) if num_in_batch is None else num_in_batch,
        "num_uniform": int(rng.integers(3, 15)) if num_uniform is None else num_uniform,
    }


ex = Exercise(
    "11.4",
    "mixed_log_q",
    points=3,
    library=("graphrec_utils.sampling.mixture", "graphrec_utils.sampling.popularity"),
    hints=(
        "Point at one of the B + B' columns without looking. How probable is it that it holds item j?",
        "With probability B / (B + B') it is an item of the batch, and then j with Q(j); else any of "
        "all items, each alike.",
        "`np.log((num_in_batch * Q + num_uniform / len(Q)) / (num_in_batch + num_uniform))` with "
        "`Q = counts / counts.sum()`.",
    ),
)


@ex.solution
def mixed_log_q(counts, num_in_batch, num_uniform):
    return _mixed(counts, num_in_batch, num_uniform)


ex.claim(
    "30 columns of the batch and 10 of all items",
    lambda rng: {"counts": np.array([6, 2, 2, 0, 0]), "num_in_batch": 30, "num_uniform": 10},
)
ex.claim("any counts; an item nobody liked can be drawn, too", _items)
ex.claim(
    "uniform columns only: all items alike", lambda rng: _items(rng, 0, int(rng.integers(5, 50)))
)
ex.claim(
    "columns of the batch only: popularity",
    lambda rng: _items(rng, int(rng.integers(5, 50)), 0, never=0),
)
ex.claim(
    "many more uniform ones than others", lambda rng: _items(rng, 16, int(rng.integers(900, 1500)))
)


@ex.mistake(
    "your Q is popularity for all columns: the uniform ones bring rare items, which then get a huge "
    "score, and items nobody liked have log 0"
)
def popularity_for_all(counts, num_in_batch, num_uniform):
    with np.errstate(divide="ignore"):
        return np.log(counts / counts.sum())


@ex.mistake("all items are alike in yours: the columns of the batch come as people like them")
def uniform_for_all(counts, num_in_batch, num_uniform):
    return np.full(len(counts), -np.log(len(counts)))


@ex.mistake("your logarithm has another base: the softmax has e, so log Q is the natural one")
def log_of_base_two(counts, num_in_batch, num_uniform):
    return _mixed(counts, num_in_batch, num_uniform) / np.log(2)


@ex.mistake("you mix half and half, whatever B and B' are")
def half_and_half(counts, num_in_batch, num_uniform):
    return _mixed(counts, 1, 1)


@ex.mistake("B and B' are exchanged in yours")
def exchanged(counts, num_in_batch, num_uniform):
    with np.errstate(divide="ignore"):
        return _mixed(counts, num_uniform, num_in_batch)


@ex.mistake("you return Q*; its logarithm is asked for")
def without_the_log(counts, num_in_batch, num_uniform):
    return np.exp(_mixed(counts, num_in_batch, num_uniform))


@ex.mistake(
    "your numbers are how many columns an item has on average; over B + B' they are probabilities"
)
def not_normalized(counts, num_in_batch, num_uniform):
    return _mixed(counts, num_in_batch, num_uniform) + np.log(num_in_batch + num_uniform)


@ex.mistake("you mix the logarithms; probabilities are what adds up, the log comes last")
def mean_of_logs(counts, num_in_batch, num_uniform):
    with np.errstate(divide="ignore", invalid="ignore"):
        share = num_in_batch / (num_in_batch + num_uniform)
        return share * np.log(counts / counts.sum()) - (1 - share) * np.log(len(counts))


@ex.mistake(
    "you add raw counts to B' / n: counts are no probabilities, divide them by their sum first"
)
def raw_counts(counts, num_in_batch, num_uniform):
    mixed = num_in_batch * counts + num_uniform / len(counts)
    return np.log(mixed / (num_in_batch + num_uniform))


@ex.mistake("uniform columns fall on all n items, not only on those that somebody liked")
def uniform_over_liked_items(counts, num_in_batch, num_uniform):
    Q, liked = counts / counts.sum(), counts > 0
    with np.errstate(divide="ignore"):
        return np.log((num_in_batch * Q + num_uniform * liked / liked.sum())
                      / (num_in_batch + num_uniform))  # fmt: skip


def _log(mix):
    with np.errstate(all="ignore"):
        return np.log(mix)


@ex.mistake(
    "uniform columns draw from all items, those that nobody liked included: divide by how many there are"
)
def only_liked_ones(counts, num_in_batch, num_uniform):
    Q, liked = counts / counts.sum(), (counts > 0).sum()
    return _log((num_in_batch * Q + num_uniform / liked) / (num_in_batch + num_uniform))


@ex.mistake(
    "you compute how probable an item is to be in the batch at all: one column is asked for"
)
def in_any_column(counts, num_in_batch, num_uniform):
    Q = counts / counts.sum()
    return _log(1 - (1 - Q) ** num_in_batch * (1 - 1 / len(Q)) ** num_uniform)


@ex.mistake("you divide the counts by the largest: probabilities sum to 1")
def over_the_largest(counts, num_in_batch, num_uniform):
    Q = counts / counts.max()
    return _log((num_in_batch * Q + num_uniform / len(Q)) / (num_in_batch + num_uniform))


@ex.mistake(
    "a uniform column holds item j for certain in yours: it does with the probability 1 / n"
)
def uniform_for_certain(counts, num_in_batch, num_uniform):
    Q = counts / counts.sum()
    return _log((num_in_batch * Q + num_uniform) / (num_in_batch + num_uniform))


@ex.mistake("your sign is turned: the logarithm of a probability is below 0")
def sign_turned(*inputs):
    return -_mixed(*inputs)


@ex.mistake(
    "you give everybody one more like: with num_uniform columns of all items nobody has to be made up"
)
def one_more_like(counts, num_in_batch, num_uniform):
    return np.log((counts + 1) / (counts.sum() + len(counts)))


@ex.mistake(
    "a small number keeps the logarithm finite in yours: what does that are the uniform columns"
)
def a_small_number(counts, num_in_batch, num_uniform):
    return np.log(counts / counts.sum() + 1e-9)
