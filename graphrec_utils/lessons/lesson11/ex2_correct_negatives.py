"""Exercise 11.2: negatives corrected by log(nQ), the positive left alone, hits out."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson11 import shared


def _loss(pos, neg, log_q_neg, hits, n=None, q_sign=1, mask=True, with_pos=True):
    n = neg.shape[1] if n is None else n
    n = torch.as_tensor(n, dtype=neg.dtype)
    neg = neg - q_sign * log_q_neg - n.log()
    if mask:
        neg = neg.masked_fill(hits, -torch.inf)
    columns = torch.cat([pos[:, None], neg], dim=1) if with_pos else neg
    return (columns.logsumexp(dim=1) - pos).mean()


def _rows(rng, B: int = 4, S: int = 6, hits: float = 0.25) -> dict:
    made = shared.rows(rng, B, S, hits)
    return {name: made[name] for name in ("pos", "neg", "log_q_neg", "hits")}


ex = Exercise(
    "11.2",
    "correct_negatives",
    points=5,
    library=("graphrec_utils.losses.sampled_softmax", "graphrec_utils.losses.corrected_softmax"),
    hints=(
        "The sum over all other items is estimated by n draws. With which weight does each draw "
        "enter, so that the estimate is right on average?",
        "Each draw stands for 1 / (nQ) items: its score minus log(nQ). n is how many were drawn, hits "
        "included. The positive is in the sum anyway, as it is.",
        "`l = neg - log_q_neg - np.log(neg.shape[1])`, `l = l.masked_fill(hits, -torch.inf)`, then "
        "`(torch.cat([pos[:, None], l], 1).logsumexp(1) - pos).mean()`.",
    ),
)


@ex.solution
def correct_negatives(pos, neg, log_q_neg, hits):
    corrected = neg - log_q_neg - np.log(neg.shape[1])
    corrected = corrected.masked_fill(hits, -torch.inf)  # (B, S)
    columns = torch.cat([pos[:, None], corrected], dim=1)
    return (columns.logsumexp(dim=1) - pos).mean()


def _four_items(rng) -> dict:
    """The four items of the lesson, two draws of them for each of two users."""
    f, Q = torch.tensor([1.0, 0.5, 0.0, -0.5]), torch.tensor([0.1, 0.6, 0.2, 0.1])
    drawn = torch.tensor([[1, 0, 1, 2], [1, 1, 3, 0]])[:, torch.tensor(rng.permutation(4))]
    return {
        "pos": f[torch.zeros(2, dtype=torch.int64)] + float(rng.normal()), "neg": f[drawn],
        "log_q_neg": Q.log()[drawn], "hits": drawn == 0,
    }  # fmt: skip


ex.claim("two draws, one of them a hit: log 3, by hand", lambda rng: {
    "pos": torch.zeros(1), "neg": torch.zeros(1, 2), "log_q_neg": torch.tensor([[0.25, 0.5]]).log(),
    "hits": torch.tensor([[False, True]])})  # fmt: skip
ex.claim("four items, four draws, one of them a hit", _four_items)
ex.claim("any rows, without hits", lambda rng: _rows(rng, hits=0.0) | {
    "hits": torch.zeros(4, 6, dtype=torch.bool)})  # fmt: skip
ex.claim("any rows, some hits", _rows)
ex.claim("nine negatives, half of them hits", lambda rng: _rows(rng, 3, 9, 0.5))
ex.claim(
    "the gradient: positives are pulled up, negatives pushed down, hits left alone",
    _rows,
    run="call and compare gradient",
    judge=lambda got, expected, inputs: _gradients(got, expected),
)


def _gradients(got, expected) -> str | None:
    """Compare the value and the gradients of pos and neg; that of log Q is nobody's business."""
    for name, a, b in zip(("pos", "neg"), got[1], expected[1], strict=False):
        if not torch.allclose(a, b, rtol=1e-3, atol=1e-5):
            at = int((a - b).abs().argmax())
            return f"the gradient of {name} is {float(a.ravel()[at]):.4g} at place {at} in yours"
    return None if len(got[1]) == len(expected[1]) else "it has no gradient"


def _loud(rng) -> dict:
    """Scores far above 0, no hits, the positive near the largest: only an overflow is told here."""
    made = _rows(rng)
    neg = 100 * made["neg"] + 500
    hits = torch.zeros_like(made["hits"])
    return made | {"neg": neg, "pos": neg.max(dim=1).values + made["pos"], "hits": hits}


ex.claim("scores in the hundreds: nothing overflows", _loud)


# fmt: off
ex.slip("you subtract log Q without n: the draws then count n times too much, and with masked "
        "hits the gradient has the wrong scale, sure rows keep pushing",
        " - np.log(neg.shape[1])", "")
ex.slip("your n counts what is left without hits: n draws were made from Q, and a hit is one of "
        "them. (For draws that cannot be the positive it would be right, and then Q changes, too)",
        "np.log(neg.shape[1])", "(~hits).sum(dim=1, keepdim=True).log()")
ex.slip("hits are still in your sum: there the positive counts twice, once as itself and once as "
        "its own negative",
        ".masked_fill(hits, -torch.inf)", "")
ex.slip("you add log Q; an item that is drawn often has to count less",
        "- log_q_neg", "+ log_q_neg")
ex.slip("you do not use log Q: this learns what is liked more than it is drawn, not what is liked",
        "neg - log_q_neg - np.log(neg.shape[1])", "neg")
ex.slip("your negatives are divided by n and not by Q: popular items are punished as before",
        " - log_q_neg", "")
ex.slip("you add log n: n draws together stand for the sum, so each counts 1 / n of it",
        "- np.log(", "+ np.log(")
ex.slip("the positive is missing from your sum: it is one of all items, and there with "
        "probability 1",
        "torch.cat([pos[:, None], corrected], dim=1)", "corrected")
ex.slip("a hit has the score 0 in yours, and e^0 is 1; out of the sum means -inf",
        "-torch.inf", "0.0")
ex.slip("your mask is turned round: hits is True where a draw has to go", "(hits,", "(~hits,")
ex.slip("your loss has the other sign: it is minus the positive's log share, never below 0",
        "return (", "return -(")
ex.slip("your n is the number of rows, B; it is how many were drawn for a row: neg.shape[1]",
        "neg.shape[1]", "len(pos)")
ex.slip("you return the sum over the rows; a loss is their mean", ".mean()", ".sum()")
ex.slip("large scores overflow in yours: exp(400) is infinite in float32; cross_entropy or "
        "logsumexp subtract the largest first",
        "columns.logsumexp(dim=1) - pos", "-(pos.exp() / columns.exp().sum(dim=1)).log()")
ex.slip("your label points to the first negative: the positive stands in column 0",
        "- pos)", "- columns[:, 1])")
