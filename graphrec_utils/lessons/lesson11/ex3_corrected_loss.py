"""Exercise 11.3: the loss of "Correcting the LogQ Correction" (RecSys 2025)."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson11 import shared
from graphrec_utils.lessons.lesson11.ex2_correct_negatives import _gradients


def _rows(rng, B: int = 4, S: int = 6, hits: float = 0.25) -> dict:
    return shared.rows(rng, B, S, hits)


ex = Exercise(
    "11.3",
    "corrected_loss",
    points=7,
    branch=True,
    library=("graphrec_utils.losses.corrected_softmax", "graphrec_utils.losses.sampled_softmax"),
    hints=(
        "Two parts of the formula need the draws: the sum in the bracket, and P. Which of them has an "
        "n, and through which of them does no gradient go?",
        "l = s − log Q + log(1 − Q(i)), hits −∞. Bracket: logsumexp(l) − s⁺. P: the softmax of s⁺ and "
        "l − log n, n without hits. Loss: the mean of (1 − P), detached, times the bracket.",
        "`l = neg - log_q_neg + torch.log1p(-log_q_pos.exp())[:, None]`; mask; `inner = l.logsumexp(1) "
        "- pos`; `n = (~hits).sum(1)`; `weight = torch.sigmoid(inner - n.log()).detach()`.",
    ),
)


@ex.solution
def corrected_loss(pos, neg, log_q_neg, log_q_pos, hits):
    log_q = log_q_neg - torch.log1p(-log_q_pos.exp())[:, None]  # of Q'
    inner = (neg - log_q).masked_fill(hits, -torch.inf).logsumexp(dim=1) - pos
    n = (~hits).sum(dim=1)
    weight = torch.sigmoid(inner - n.log())  # 1 - P
    return (weight.detach() * inner).mean()


def _one_below(made: dict) -> dict:
    """Move the first positive so that its bracket is −½; the others stay as they were drawn."""
    rest = (1 - made["log_q_pos"][:1].exp()).log()
    left = (made["neg"][0] - made["log_q_neg"][0] + rest)[~made["hits"][0]]
    made["pos"][0] = left.logsumexp(dim=0) + 0.5
    return made


def _values(got, expected, inputs) -> str | None:
    if not torch.is_tensor(got[0]) or not torch.allclose(got[0], expected[0], rtol=1e-4, atol=1e-5):
        return f"the loss is {float(got[0]):.4g} in yours"
    return _gradients(got, expected)


def _pulls(got, expected, inputs) -> str | None:
    return _gradients(got, expected)


def _no_hits(rng) -> dict:
    made = _rows(rng)
    return _one_below(made | {"hits": torch.zeros_like(made["hits"])})


def _everything_once(rng) -> dict:
    """All n - 1 other items, each drawn once and with the same probability."""
    n = int(rng.integers(5, 8))
    q = torch.tensor(1 / n).log()
    made = {
        "pos": torch.tensor(rng.normal(size=3), dtype=torch.float32),
        "neg": torch.tensor(rng.normal(size=(3, n - 1)), dtype=torch.float32),
        "log_q_neg": q.expand(3, n - 1).clone(), "log_q_pos": q.expand(3).clone(),
        "hits": torch.zeros(3, n - 1, dtype=torch.bool),
    }  # fmt: skip
    return _one_below(made)


def _popular(rng) -> dict:
    """Positives that make up a third to two thirds of what is drawn."""
    made = _rows(rng)
    popular = torch.tensor(rng.uniform(0.35, 0.65, 4), dtype=torch.float32).log()
    return _one_below(made | {"log_q_pos": popular})


def _nearly_sure(rng) -> dict:
    """Positives far above what is left: the bracket, and with it the loss, is below 0."""
    made = _rows(rng)
    total = (made["neg"] - made["log_q_neg"]).max(dim=1).values
    return made | {"pos": total + torch.tensor(rng.uniform(2, 3, 4), dtype=torch.float32)}


def _loud(rng) -> dict:
    """Scores of hundreds on both sides; the positives of some rows are above, of others below."""
    made = _rows(rng)
    above = torch.tensor([1.0, -1, 1, -1]) * torch.tensor(
        rng.uniform(20, 60, 4), dtype=torch.float32
    )
    neg = 300 + made["neg"]
    return made | {"pos": neg.max(dim=1).values + above, "neg": neg}


def _by_hand(rng) -> dict:
    """Two users, each with a hit: 0.924 and −0.139, in the mean 0.393."""
    return {
        "pos": torch.tensor([1.0, 8]).log(), "neg": torch.tensor([[0.0, 0, 0], [0, 0, 2.0794]]),
        "log_q_neg": torch.tensor([[0.25, 0.25, 0.5], [0.25, 0.25, 0.5]]).log(),
        "log_q_pos": torch.tensor([0.5, 0.5]).log(),
        "hits": torch.tensor([[False, False, True], [False, False, True]]),
    }  # fmt: skip


GRADIENT = {"run": "call and compare gradient"}
ex.claim("two users with two draws and a hit each", _by_hand, **GRADIENT, judge=_values)
ex.claim("no hits: value and gradient", _no_hits, **GRADIENT, judge=_values)
ex.claim(
    "some hits: value and gradient", lambda rng: _one_below(_rows(rng)), **GRADIENT, judge=_values
)
ex.claim(
    "all other items, each once: the gradient is the full softmax's",
    _everything_once,
    **GRADIENT,
    judge=_pulls,
)
ex.claim("positives that are drawn often themselves", _popular, 2, **GRADIENT, judge=_values)
ex.claim("nine negatives, half of them hits", lambda rng: _one_below(_rows(rng, 3, 9, 0.5)), **GRADIENT,
         judge=_values)  # fmt: skip
ex.claim("rows that are nearly sure: the loss is below 0", _nearly_sure, **GRADIENT, judge=_values)
ex.claim("scores of hundreds stay finite", _loud, **GRADIENT, judge=_values)

REST = "torch.log1p(-log_q_pos.exp())[:, None]"
WEIGHT = "torch.sigmoid(inner - n.log())"

# fmt: off
ex.slip("the gradient goes through your weight: 1 − P stands outside, a number. Detach it, or the "
        "loss falls by making P large instead of by ranking",
        "weight.detach()", "weight")
ex.slip("you correct by Q, but these draws cannot be the positive: what is left is drawn with Q / "
        "(1 − Q(i)). That shows where the positive is popular",
        f" - {REST}", "")
ex.slip("your P has no n: the sum of n weighted draws is n times the sum over all items, so P "
        "gets far too small and the weight is nearly 1",
        " - n.log()", "")
ex.slip("your n counts the hits; here it is the number of draws that are left",
        "(~hits).sum(dim=1)", "torch.tensor(neg.shape[1])")
ex.slip("you weigh by P: then the rows that are learned already push most. It is 1 − P",
        WEIGHT, "torch.sigmoid(n.log() - inner)")
ex.slip("there is no weight in yours: sure rows push as hard as unsure ones, the old wrong scale",
        "weight.detach() * inner", "inner")
ex.slip("hits are in your sums: the bracket compares the positive with other items, never with "
        "itself",
        ".masked_fill(hits, -torch.inf)", "")
ex.slip("the positive stands in your bracket, too: its part is already in the weight 1 − P, here "
        "it would be counted again",
        "detach() * inner", "detach() * torch.nn.functional.softplus(inner)")
ex.slip("this is the softmax of lesson 11.2 with another Q: the gradient is the same, and it is a "
        "good loss; but the value asked for is that of the bracket with its weight in front",
        "(weight.detach() * inner)", "torch.nn.functional.softplus(inner - n.log())")
ex.slip("your loss is never below 0: a weighted bracket may be, and below it a clamp lets no "
        "gradient through",
        ".mean()", ".mean().clamp(min=0)")
ex.slip("you take the absolute value: a loss below 0 is right here, and has to go on falling",
        ".mean()", ".mean().abs()")
ex.slip("log(1 − Q(i)) has the wrong sign in yours: Q' = Q / (1 − Q(i)) is larger than Q, so more "
        "goes off",
        "- torch.log1p", "+ torch.log1p")
ex.slip("a hit has the score 0 in yours, and e^0 is 1; out of the sum means -inf",
        "-torch.inf", "0.0")
ex.slip("you return the sum over the rows; a loss is their mean", ".mean()", ".sum()")
ex.slip("no gradient goes through your loss: detach the weight alone, the bracket has to learn",
        ".mean()", ".mean().detach()")
ex.slip("you detached the bracket, and the gradient goes through the weight: it is the other way "
        "round",
        "weight.detach() * inner", "weight * inner.detach()")
ex.slip("log n stands in your bracket, too: it belongs into P alone",
        "detach() * inner", "detach() * (inner - n.log())")
ex.slip("you add log Q: what is drawn often has to count less, so it is subtracted",
        "(neg - log_q)", "(neg + log_q)")
ex.slip("the positive is corrected by its own log Q, too: it was not drawn, and stands as it is",
        "dim=1) - pos", "dim=1) - (pos - log_q_pos)")
ex.slip("you take 1 − log Q(i) for 1 − Q(i): the input is a logarithm, so exp comes first",
        "-log_q_pos.exp()", "-log_q_pos")
ex.slip("your P is a softmax of the plain scores: it is made of the same corrected l as the "
        "bracket, over n",
        "inner - n.log()", "neg.masked_fill(hits, -torch.inf).logsumexp(dim=1) - pos")
ex.slip("you divide by the sum of the weights: the mean is over the rows, and sure ones push less",
        ".mean()", ".sum() / weight.detach().sum()")
ex.slip("you multiply two means: each row has its own weight, and the mean comes last",
        "(weight.detach() * inner).mean()", "weight.detach().mean() * inner.mean()")
ex.slip("you clamp each row at 0: a weighted bracket may be below, and a clamp lets no gradient "
        "through",
        ".mean()", ".clamp(min=0).mean()")
ex.slip("you compute e^ of the scores first: beyond 88 it is infinite; logsumexp and softmax are "
        "not",
        ".logsumexp(dim=1)", ".exp().sum(dim=1).log()",
        WEIGHT, "1 - pos.exp() / (pos.exp() + (inner + pos).exp() / n)")
