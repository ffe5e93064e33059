"""Exercise 11.3: the loss of "Correcting the LogQ Correction" (RecSys 2025)."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson11 import shared
from graphrec_utils.lessons.lesson11.ex2_correct_negatives import _gradients


def _loss(pos, neg, log_q_neg, log_q_pos, hits, detach=True, rest=True, n_inside=True, n=None,
          weight=lambda p: 1 - p, mask=True, with_pos=False):  # fmt: skip
    log_q = log_q_neg
    if rest:
        log_q = log_q - (1 - log_q_pos.exp()).log()[:, None]
    fixed = neg - log_q
    if mask:
        fixed = fixed.masked_fill(hits, -torch.inf)
    valid = (~hits).sum(dim=1) if n is None else torch.full((len(pos),), float(n))
    shifted = fixed - valid.log()[:, None] if n_inside else fixed
    both = torch.cat([pos[:, None], shifted], dim=1)
    w = weight(both.softmax(dim=1)[:, 0])
    inner = (torch.cat([pos[:, None], fixed], dim=1) if with_pos else fixed).logsumexp(dim=1) - pos
    return ((w.detach() if detach else w) * inner).mean()


def _rows(rng, B: int = 4, S: int = 6, hits: float = 0.25) -> dict:
    return shared.rows(rng, B, S, hits)


ex = Exercise(
    "11.3",
    "corrected_loss",
    points=7,
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
    return _loss(pos, neg, log_q_neg, log_q_pos, hits)


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


@ex.mistake(
    "the gradient goes through your weight: 1 − P stands outside, a number. Detach it, or the loss "
    "falls by making P large instead of by ranking"
)
def weight_not_detached(*inputs):
    return _loss(*inputs, detach=False)


@ex.mistake(
    "you correct by Q, but these draws cannot be the positive: what is left is drawn with Q / (1 − Q(i)). "
    "That shows where the positive is popular"
)
def q_instead_of_the_rest(*inputs):
    return _loss(*inputs, rest=False)


@ex.mistake(
    "your P has no n: the sum of n weighted draws is n times the sum over all items, so P gets far too "
    "small and the weight is nearly 1"
)
def no_n_in_p(*inputs):
    return _loss(*inputs, n_inside=False)


@ex.mistake("your n counts the hits; here it is the number of draws that are left")
def n_counts_hits(pos, neg, *rest):
    return _loss(pos, neg, *rest, n=neg.shape[1])


@ex.mistake("you weigh by P: then the rows that are learned already push most. It is 1 − P")
def p_instead_of_the_rest(*inputs):
    return _loss(*inputs, weight=lambda p: p)


@ex.mistake(
    "there is no weight in yours: sure rows push as hard as unsure ones, the old wrong scale"
)
def no_weight(*inputs):
    return _loss(*inputs, weight=torch.ones_like)


@ex.mistake(
    "hits are in your sums: the bracket compares the positive with other items, never with itself"
)
def hits_are_kept(*inputs):
    return _loss(*inputs, mask=False)


@ex.mistake(
    "the positive stands in your bracket, too: its part is already in the weight 1 − P, here it would "
    "be counted again"
)
def the_positive_in_the_bracket(*inputs):
    return _loss(*inputs, with_pos=True)


@ex.mistake(
    "this is the softmax of lesson 11.2 with another Q: the gradient is the same, and it is a good loss; "
    "but the value asked for is that of the bracket with its weight in front"
)
def the_same_gradient_in_another_dress(pos, neg, log_q_neg, log_q_pos, hits):
    n = (~hits).sum(dim=1).log()[:, None]
    fixed = (neg - log_q_neg + (1 - log_q_pos.exp()).log()[:, None] - n).masked_fill(
        hits, -torch.inf
    )
    return (torch.cat([pos[:, None], fixed], dim=1).logsumexp(dim=1) - pos).mean()


@ex.mistake(
    "your loss is never below 0: a weighted bracket may be, and below it a clamp lets no gradient through"
)
def never_negative(*inputs):
    return _loss(*inputs).clamp(min=0)


@ex.mistake("you take the absolute value: a loss below 0 is right here, and has to go on falling")
def the_absolute_value(*inputs):
    return _loss(*inputs).abs()


@ex.mistake(
    "log(1 − Q(i)) has the wrong sign in yours: Q' = Q / (1 − Q(i)) is larger than Q, so more goes off"
)
def the_rest_is_multiplied(pos, neg, log_q_neg, log_q_pos, hits):
    rest = (1 - log_q_pos.exp()).log()[:, None]
    return _loss(pos, neg, log_q_neg + rest, log_q_pos, hits, rest=False)


@ex.mistake("a hit has the score 0 in yours, and e^0 is 1; out of the sum means -inf")
def hits_become_zero(pos, neg, log_q_neg, log_q_pos, hits):
    log_q = log_q_neg - (1 - log_q_pos.exp()).log()[:, None]
    inner = (neg - log_q).masked_fill(hits, 0.0).logsumexp(dim=1) - pos
    return (torch.sigmoid(inner - (~hits).sum(dim=1).log()).detach() * inner).mean()


@ex.mistake("you return the sum over the rows; a loss is their mean")
def sum_of_rows(*inputs):
    return _loss(*inputs) * len(inputs[0])


@ex.mistake("no gradient goes through your loss: detach the weight alone, the bracket has to learn")
def all_is_detached(*inputs):
    return _loss(*inputs).detach()


def _parts(pos, neg, log_q_neg, log_q_pos, hits, sign=1):
    """Return the bracket, the weight with its gradient, and how many draws are left."""
    log_q = log_q_neg - (1 - log_q_pos.exp()).log()[:, None]
    inner = (neg - sign * log_q).masked_fill(hits, -torch.inf).logsumexp(dim=1) - pos
    n = (~hits).sum(dim=1)
    return inner, torch.sigmoid(inner - n.log()), n


@ex.mistake(
    "you detached the bracket, and the gradient goes through the weight: it is the other way round"
)
def bracket_is_detached(*inputs):
    inner, weight, _ = _parts(*inputs)
    return (weight * inner.detach()).mean()


@ex.mistake("log n stands in your bracket, too: it belongs into P alone")
def n_in_the_bracket(*inputs):
    inner, weight, n = _parts(*inputs)
    return (weight.detach() * (inner - n.log())).mean()


@ex.mistake("you add log Q: what is drawn often has to count less, so it is subtracted")
def log_q_is_added(*inputs):
    inner, weight, _ = _parts(*inputs, sign=-1)
    return (weight.detach() * inner).mean()


@ex.mistake(
    "the positive is corrected by its own log Q, too: it was not drawn, and stands as it is"
)
def the_positive_is_corrected(pos, neg, log_q_neg, log_q_pos, hits):
    return _loss(pos - log_q_pos, neg, log_q_neg, log_q_pos, hits)


@ex.mistake("you take 1 − log Q(i) for 1 − Q(i): the input is a logarithm, so exp comes first")
def log_q_for_q(pos, neg, log_q_neg, log_q_pos, hits):
    return _loss(pos, neg, log_q_neg - (1 - log_q_pos).log()[:, None], log_q_pos, hits, rest=False)


@ex.mistake(
    "your P is a softmax of the plain scores: it is made of the same corrected l as the bracket, over n"
)
def p_of_plain_scores(pos, neg, log_q_neg, log_q_pos, hits):
    inner, _, _ = _parts(pos, neg, log_q_neg, log_q_pos, hits)
    both = torch.cat([pos[:, None], neg.masked_fill(hits, -torch.inf)], dim=1)
    return ((1 - both.softmax(dim=1)[:, 0]).detach() * inner).mean()


@ex.mistake(
    "you divide by the sum of the weights: the mean is over the rows, and sure ones push less"
)
def divided_by_the_weights(*inputs):
    inner, weight, _ = _parts(*inputs)
    return (weight.detach() * inner).sum() / weight.detach().sum()


@ex.mistake("you multiply two means: each row has its own weight, and the mean comes last")
def product_of_means(*inputs):
    inner, weight, _ = _parts(*inputs)
    return weight.detach().mean() * inner.mean()


@ex.mistake(
    "you clamp each row at 0: a weighted bracket may be below, and a clamp lets no gradient through"
)
def rows_are_clamped(*inputs):
    inner, weight, _ = _parts(*inputs)
    return (weight.detach() * inner).clamp(min=0).mean()


@ex.mistake(
    "you compute e^ of the scores first: beyond 88 it is infinite; logsumexp and softmax are not"
)
def exp_before_log(pos, neg, log_q_neg, log_q_pos, hits):
    log_q = log_q_neg - (1 - log_q_pos.exp()).log()[:, None]
    total = (neg - log_q).masked_fill(hits, -torch.inf).exp().sum(dim=1)
    p = pos.exp() / (pos.exp() + total / (~hits).sum(dim=1))
    return ((1 - p).detach() * (total.log() - pos)).mean()
