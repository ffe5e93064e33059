r"""An observed item against all others: $-s_i + \log\sum_j e^{s_j}$, over all items or sampled ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.losses.pairs import rows


def full_softmax(scores: Tensor, positive: Tensor) -> Tensor:
    r"""Return the cross-entropy over the whole catalog, the mean of $-s_i + \log\sum_j e^{s_j}$.

    Args:
        scores: (B, n) of every item, a row for each user.
        positive: (B,) int64, the observed item i of each row.

    Returns:
        () the mean; log n when all scores are equal.

    Raises:
        TypeError: scores is not a floating-point tensor, or positive is not int64.
        ValueError: the shapes do not fit, there are no rows, or an id is not between 0 and n - 1.
    """
    arguments.tensor("scores", scores)
    arguments.tensor("positive", positive, torch.int64)
    if scores.ndim != 2 or positive.shape != scores.shape[:1] or 0 in scores.shape:
        raise ValueError(
            f"scores must be (B, n) and positive (B,), both not empty; "
            f"got {tuple(scores.shape)} and {tuple(positive.shape)}"
        )
    arguments.id_tensor("positive", positive, scores.shape[1])
    return F.cross_entropy(scores, positive)


def sampled_softmax(
    pos: Tensor,
    neg: Tensor,
    log_q_neg: Tensor | None = None,
    log_q_pos: Tensor | None = None,
    num_draws: int | Tensor | None = None,
    hits: Tensor | None = None,
) -> Tensor:
    r"""Return the softmax loss over the positive and S sampled items instead of all n.

    It is the mean of $-s^{+\prime} + \log(e^{s^{+\prime}} + \sum_j e^{s^{-\prime}_j})$, where each
    score is corrected for how often its item is drawn. An item that is drawn twice as often must
    count half, else the model learns log p - log Q. The literature differs in how:

    | variant | negatives | arguments | gradient as S grows |
    |---|---|---|---|
    | none | $s$ | – | biased by Q |
    | negatives only | $s - \log Q$ | `log_q_neg` | full softmax; the positive is pulled too hard at small S |
    | nQ | $s - \log(nQ)$ | `log_q_neg`, `num_draws` | counts the positive twice: pass `hits` |
    | nQ' | as nQ, drawn from Q' without the positive | the same, $\log Q'$ | full softmax, fastest |
    | Yi et al. | all, positive included, minus $\log Q$ | `log_q_neg`, `log_q_pos` | full softmax |

    Negatives only and Yi with `hits` masked tend to the full gradient divided by 1 - p(i | u): confident
    rows keep pushing. $Q'(j) = Q(j) / (1 - Q(i))$ for $j \neq i$.

    Args:
        pos: (B,) scores of observed pairs.
        neg: (B,) or (B, S) scores of sampled pairs.
        log_q_neg: log-probability of the negatives, any shape that broadcasts to neg's.
        log_q_pos: (B,) log-probability of the positives.
        num_draws: n, or (B,) one for each row. n counts all draws from Q, masked ones included;
            for draws from Q' it counts those that are not masked.
        hits: (B, S) bool, True where the negative is the row's positive by accident; such
            columns leave the sum.

    Returns:
        () the mean; log(1 + S) when all scores are equal, nothing is corrected and nothing masked.

    Raises:
        TypeError: pos or neg is not a floating-point tensor, or hits is not bool.
        ValueError: shapes do not fit, there are no rows or no negatives, a log-probability is not
            finite, num_draws is below 1, or comes with log_q_pos or without log_q_neg.

    Bengio and Senécal 2008; Yi et al. 2019, https://doi.org/10.1145/3298689.3346996, section 4;
    Khrylchenko et al. 2025, https://arxiv.org/abs/2507.09331. Built in lesson 10, exercise 10.3 (for
    negatives that are drawn alike). Built in lesson 11, exercise 11.2.
    """
    shape = tuple(neg.shape) if isinstance(neg, Tensor) else ()
    pos, neg = rows(pos, neg)  # (B, 1), (B, S)
    if log_q_neg is not None:
        neg = neg - _fitting("log_q_neg", log_q_neg, shape).reshape(neg.shape)
    if log_q_pos is not None:
        pos = pos - _fitting("log_q_pos", log_q_pos, (len(pos),))[:, None]
    if num_draws is not None:
        if log_q_neg is None or log_q_pos is not None:
            raise ValueError(
                "num_draws belongs to log(n Q) of negatives: pass log_q_neg, leave out log_q_pos"
            )
        n = torch.as_tensor(num_draws, dtype=neg.dtype, device=neg.device)
        if (n < 1).any():
            raise ValueError(f"num_draws must be at least 1; got {float(n.min()):g}")
        neg = neg - _fitting("num_draws", n.log(), (len(pos),))[:, None]
    if hits is not None:
        neg = neg.masked_fill(_hits(hits, shape).reshape(neg.shape), -torch.inf)
    # relative to the positive, whose own column is then 0: large scores cancel before the exp, and
    # a row without a valid negative is log e^0 = 0
    columns = torch.cat([torch.zeros_like(pos), neg - pos], dim=1)  # (B, 1 + S)
    return columns.logsumexp(dim=1).mean()


def corrected_softmax(
    pos: Tensor, neg: Tensor, log_q_neg: Tensor, log_q_pos: Tensor, hits: Tensor | None = None
) -> Tensor:
    r"""Return the loss of "Correcting the LogQ Correction": only what is sampled gets corrected.

    The positive is in the sum with probability 1. The full gradient is
    $(1 - P(i)) (-\nabla s_i + \mathbb E_{j \sim P,\, j \neq i} \nabla s_j)$, and the loss estimates both
    factors from the draws without hits: the mean of $\mathrm{sg}(1 - \hat P)(-s^+ + \log\sum_j e^{l_j})$
    with $l_j = s^-_j - \log\frac{Q(j)}{1 - Q(i)}$, n of them, and
    $\hat P = e^{s^+} / (e^{s^+} + \frac1n \sum_j e^{l_j})$, where sg passes no gradient. Gradients
    are those of nQ' in `sampled_softmax`; the value is another one and may be negative.

    Args:
        pos, neg, log_q_neg, hits: as in `sampled_softmax`; negatives are drawn from Q.
        log_q_pos: (B,) log-probability of each row's positive, below 0.

    Returns:
        () the mean; a row whose negatives are all hits counts 0.

    Errors as in `sampled_softmax`; ValueError also if a positive has Q = 1.

    Khrylchenko et al. 2025, https://arxiv.org/abs/2507.09331. Built in lesson 11,
    exercise 11.3.
    """
    shape = tuple(neg.shape) if isinstance(neg, Tensor) else ()
    pos, neg = rows(pos, neg)  # (B, 1), (B, S)
    rest = 1 - _fitting("log_q_pos", log_q_pos, (len(pos),)).exp()
    if not (rest > 0).all():
        raise ValueError("log_q_pos must be below 0: with Q = 1 nothing else can be drawn")
    log_q = _fitting("log_q_neg", log_q_neg, shape).reshape(neg.shape) - rest.log()[:, None]
    hits = neg.new_zeros(shape, dtype=torch.bool) if hits is None else _hits(hits, shape)
    hits = hits.reshape(neg.shape)
    margins = (neg - log_q - pos).masked_fill(hits, -torch.inf)
    n = (~hits).sum(dim=1).to(pos.dtype)
    inner = margins[n > 0].logsumexp(dim=1)
    weight = torch.sigmoid(inner - n[n > 0].log()).detach()  # 1 - P_hat
    return (weight * inner).sum() / len(pos)


def in_batch_softmax(
    user_emb: Tensor,
    item_emb: Tensor,
    log_q: Tensor | None = None,
    mask: Tensor | None = None,
    temperature: float = 1.0,
) -> Tensor:
    r"""Return the softmax loss in which the positives of other rows are a row's negatives.

    Scores $s_{ab} = \langle \mathbf e_a, \mathbf e_b \rangle / \tau - \log Q_b$; the mean of
    $-s_{aa} + \log \sum_b e^{s_{ab}}$. Without log_q the optimum is log p(i | u) - log Q(i), the
    pointwise mutual information: popular items are punished for being everybody's negatives.

    Args:
        user_emb: (B, d), row a is the user of pair a.
        item_emb: (B, d), row a is the item of pair a.
        log_q: (B,) log-probability of each row's item among training positives, subtracted from
            its whole column, the diagonal included (Yi et al.). Or (B, B), subtracted as it is:
            log((B - 1) Q) with zeros on the diagonal is the variant nQ of `sampled_softmax`.
        mask: (B, B) bool, True where column b is no negative for row a, such as
            `sampling.accidental_hits`; False on the diagonal.
        temperature: $\tau > 0$, needed when the embeddings have length 1: cosines alone cannot
            bring the loss below log(1 + (B - 1) exp(-2)).

    Returns:
        () the mean; log B when all scores are equal.

    Raises:
        TypeError: the embeddings are no floating-point tensors, or mask is not bool.
        ValueError: shapes do not fit, the batch is empty, a log-probability is not finite, the
            mask removes a positive, or the temperature is not positive.

    Yi et al. 2019, https://doi.org/10.1145/3298689.3346996, equations 3 to 5.
    Built in lesson 10, exercise 10.4.
    """
    arguments.tensor("user_emb", user_emb)
    arguments.tensor("item_emb", item_emb)
    if user_emb.ndim != 2 or user_emb.shape != item_emb.shape or len(user_emb) == 0:
        raise ValueError(
            f"user_emb and item_emb must both be (B, d) with B > 0; "
            f"got {tuple(user_emb.shape)} and {tuple(item_emb.shape)}"
        )
    arguments.positive(temperature=temperature)
    B = len(user_emb)
    scores = user_emb @ item_emb.T / temperature  # (B, B)
    if log_q is not None:
        scores = scores - _fitting("log_q", log_q, (B, B))
    if mask is not None:
        arguments.tensor("mask", mask, torch.bool)
        if tuple(mask.shape) != (B, B):
            raise ValueError(f"mask must be ({B}, {B}); got {tuple(mask.shape)}")
        if mask.diagonal().any():
            raise ValueError("mask must be False on the diagonal: these are the positives")
        scores = scores.masked_fill(mask, -torch.inf)
    return F.cross_entropy(scores, torch.arange(B, device=scores.device))


def _hits(hits: Tensor, shape: tuple[int, ...]) -> Tensor:
    arguments.tensor("hits", hits, torch.bool)
    if tuple(hits.shape) != shape:
        raise ValueError(f"hits must have the shape of neg, {shape}; got {tuple(hits.shape)}")
    return hits


def _fitting(name: str, values: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return finite values that broadcast to the shape, expanded to it."""
    if not bool(torch.isfinite(values).all()):
        raise ValueError(f"{name} must be finite: an item with Q = 0 cannot have been drawn")
    try:
        return values.expand(shape)
    except RuntimeError:
        raise ValueError(f"{name} must fit shape {shape}; got {tuple(values.shape)}") from None
