"""Exercise 11.1: the scores of a batch, corrected in every column."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils.exercises.core import Exercise


def _batch(rng, B: int = 6, n: int = 9, items=None, factor: int = 1) -> dict:
    counts = rng.permutation(np.arange(1, n + 1)) ** 2 * factor
    if items is None:
        items = rng.permutation(n)[:B]
        items[1] = items[0]  # an accidental hit
    return {
        "scores": torch.tensor(2 * rng.normal(size=(len(items), len(items))), dtype=torch.float32),
        "items": torch.tensor(items, dtype=torch.int64),
        "counts": torch.tensor(counts, dtype=torch.int64),
    }


ex = Exercise(
    "11.1",
    "correct_all",
    points=4,
    library=("graphrec_utils.sampling.popularity",),
    hints=(
        "What is the probability that a column holds item j? And which entries of a column belong "
        "to that item?",
        "Q = counts / counts.sum(). Column b is item items[b] in every row, so log Q(items[b]) goes "
        "off the whole column, the diagonal too.",
        "`log_q = (counts / counts.sum()).log()[items]`, then `scores - log_q[None, :]`.",
    ),
)


@ex.solution
def correct_all(scores, items, counts):
    log_q = (counts / counts.sum()).log()[items]
    return scores - log_q[None, :]


def _by_hand(rng) -> dict:
    return {
        "scores": torch.tensor([[1.0, 0, 2], [0, 3, 1], [2, 1, 0]]),
        "items": torch.tensor([2, 0, 3]), "counts": torch.tensor([6, 1, 2, 1]),
    }  # fmt: skip


ex.claim("three rows, items drawn with probability 0.2, 0.6 and 0.1", _by_hand)
ex.claim("any batch, one item in two columns", _batch)
ex.claim(
    "only proportions count: all counts times a thousand", lambda rng: _batch(rng, factor=1000)
)
ex.claim("a batch of one", lambda rng: _batch(rng, items=rng.permutation(9)[:1]))


# fmt: off
ex.slip("you add log Q: that punishes rare items twice; what is drawn often has to count less",
        "scores - log_q", "scores + log_q")
ex.slip("you took the log of the counts: Q is a probability, counts over their sum. As long as "
        "every column is corrected the constant cancels, and only then",
        "(counts / counts.sum())", "counts")
ex.slip("the diagonal is as it was: in this variant the positive is corrected like every other "
        "column",
        "log_q[None, :]", "(1 - torch.eye(len(items))) * log_q")
ex.slip("only the diagonal is corrected in yours; the negatives are what has been drawn",
        "log_q[None, :]", "torch.eye(len(items)) * log_q")
ex.slip("you took log Q off the rows: row a is the user of pair a, the items stand in the columns",
        "[None, :]", "[:, None]")
ex.slip("your Q is the share of the batch's own columns: a batch is a handful of draws. `counts` "
        "say how often an item comes in training",
        "log_q =", "counts = torch.bincount(items, minlength=len(counts))\nlog_q =")
ex.slip("all items have the same Q in yours: in-batch negatives come as often as people like "
        "them, and a constant corrects nothing",
        "log_q =", "counts = torch.ones(len(counts))\nlog_q =")
ex.slip("you subtract Q itself; it is its logarithm that the softmax turns into a factor 1 / Q",
        ".log()", "")
ex.slip("your logarithm has another base: the softmax has e, so log Q is the natural one",
        ".log()", ".log2()")
ex.slip("counts of the first items are not those of the batch's items: counts[items]",
        "[items]", "[: len(items)]")
ex.slip("you corrected rows and columns: a user is not drawn, only the items in the columns are",
        "log_q[None, :]", "log_q[None, :] - log_q[:, None]")
