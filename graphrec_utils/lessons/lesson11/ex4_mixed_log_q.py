"""Exercise 11.4: what Q is when half of the negatives come from the batch and half from all items."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    Q = counts / counts.sum()
    return np.log((num_in_batch * Q + num_uniform / len(Q)) / (num_in_batch + num_uniform))


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

TOTAL = " / (num_in_batch + num_uniform)"
MIXED = f"(num_in_batch * Q + num_uniform / len(Q)){TOTAL}"

# fmt: off
ex.slip("your Q is popularity for all columns: the uniform ones bring rare items, which then get "
        "a huge score, and items nobody liked have log 0",
        MIXED, "Q")
ex.slip("all items are alike in yours: the columns of the batch come as people like them",
        MIXED, "np.full(len(Q), 1 / len(Q))")
ex.slip("your logarithm has another base: the softmax has e, so log Q is the natural one",
        "np.log(", "np.log2(")
ex.slip("you mix half and half, whatever B and B' are",
        "Q =", "num_in_batch = num_uniform = 1\nQ =")
ex.slip("B and B' are exchanged in yours",
        "Q =", "num_in_batch, num_uniform = num_uniform, num_in_batch\nQ =")
ex.slip("you return Q*; its logarithm is asked for", "np.log(", "(")
ex.slip("your numbers are how many columns an item has on average; over B + B' they are "
        "probabilities",
        TOTAL, "")
ex.slip("you mix the logarithms; probabilities are what adds up, the log comes last",
        f"np.log({MIXED})", f"(num_in_batch * np.log(Q) - num_uniform * np.log(len(Q))){TOTAL}")
ex.slip("you add raw counts to B' / n: counts are no probabilities, divide them by their sum first",
        "num_in_batch * Q", "num_in_batch * counts")
ex.slip("uniform columns fall on all n items, not only on those that somebody liked",
        "num_uniform / len(Q)", "num_uniform * (Q > 0) / (Q > 0).sum()")
ex.slip("uniform columns draw from all items, those that nobody liked included: divide by how "
        "many there are",
        "/ len(Q)", "/ (Q > 0).sum()")
ex.slip("you compute how probable an item is to be in the batch at all: one column is asked for",
        MIXED, "1 - (1 - Q) ** num_in_batch * (1 - 1 / len(Q)) ** num_uniform")
ex.slip("you divide the counts by the largest: probabilities sum to 1",
        "counts.sum()", "counts.max()")
ex.slip("a uniform column holds item j for certain in yours: it does with the probability 1 / n",
        " / len(Q)", "")
ex.slip("your sign is turned: the logarithm of a probability is below 0", "np.log(", "-np.log(")
ex.slip("you give everybody one more like: with num_uniform columns of all items nobody has to be "
        "made up",
        MIXED, "(counts + 1) / (counts + 1).sum()")
ex.slip("a small number keeps the logarithm finite in yours: what does that are the uniform "
        "columns",
        MIXED, "Q + 1e-9")
