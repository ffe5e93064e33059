"""Exercise 15.5: one of many likes against mixed negatives, none of them another like of the user."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _loss(pos, neg, log_q, own, mask=True, fill=-torch.inf, count=lambda own: own.shape[1], sign=-1,
          inside=True, reduce=torch.mean):  # fmt: skip
    """Return the sampled softmax with log(S Q); the options are what can go wrong.

    Args:
        mask, fill: whether the user's own likes leave the sum, and with what.
        count: own to S; None: no S.
        sign: of log Q.
        inside: whether the positive is in the sum.
    """
    S = 1.0 if count is None else count(own)
    S = S.log()[:, None] if torch.is_tensor(S) else math.log(S)
    logits = neg + sign * (log_q + S)
    if mask:
        logits = logits.masked_fill(own, fill)
    columns = torch.cat([pos[:, None], logits], dim=1) if inside else logits
    return reduce(columns.logsumexp(dim=1) - pos)


def _variant(**options) -> Callable:
    return lambda *inputs: _loss(*inputs, **options)


def _scores(rng, P: int = 4, S: int = 6, share: float = 0.4, loud: float = 1.5) -> dict:
    q = rng.dirichlet(2 * torch.ones(3 * S).numpy())[:S]
    own = rng.random((P, S)) < share
    own[:, 0] = False
    return {
        "pos": torch.tensor(rng.normal(size=P) * loud).float(),
        "neg": torch.tensor(rng.normal(size=(P, S)) * loud).float(),
        "log_q": torch.tensor(q).float().log(),
        "own": torch.from_numpy(own),
    }


ex = Exercise(
    "15.5",
    "window_loss",
    points=5,
    library=("graphrec_utils.models.pinnerformer.loss", "graphrec_utils.losses.sampled_softmax",
             "graphrec_utils.losses.corrected_softmax"),
    hints=(
        "A user will like ten pins this week, and one of them is the target of this row. What are the other "
        "nine, if they are columns of the batch?",
        "neg - log_q - log(S), S all columns: a column that is drawn twice as often counts half. Where own is True: "
        "-inf. The positive is in the sum, and is not corrected.",
        "`logits = (neg - log_q - math.log(neg.shape[1])).masked_fill(own, -torch.inf)`; "
        "`(torch.cat([pos[:, None], logits], dim=1).logsumexp(dim=1) - pos).mean()`.",
    ),
)  # fmt: skip


@ex.solution
def window_loss(pos, neg, log_q, own):
    return _loss(pos, neg, log_q, own)


def _by_hand(rng) -> dict:
    """Equal scores, two columns that count 5 and 2, three rows: (log 6 + log 3 + log 8) / 3."""
    return {
        "pos": torch.zeros(3), "neg": torch.zeros(3, 2), "log_q": torch.tensor([0.1, 0.25]).log(),
        "own": torch.tensor([[False, True], [True, False], [False, False]]),
    }  # fmt: skip


ex.claim("the example of the text", _by_hand)
ex.claim("nobody's own likes are among the columns", lambda rng: _scores(rng, share=0.0))
ex.claim("own likes leave the sum", _scores, 2)
ex.claim("one column", lambda rng: _scores(rng, S=1))
ex.claim("scores of hundreds stay finite", lambda rng: _scores(rng, loud=150.0))


def _of_scores(got, expected, inputs) -> str | None:
    """Compare the value and the gradients of pos and neg; log Q belongs to the sampler, and nobody trains it."""

    def scores(x):
        return (x[0], list(x[1])[:2]) if isinstance(x, list | tuple) and len(x) == 2 else x

    return close(scores(got), scores(expected), inputs)


def _all_own(rng) -> dict:
    inputs = _scores(rng)
    inputs["own"][0] = True
    return inputs


ex.claim("a row whose columns are all its own costs nothing", _all_own)
ex.claim(
    "the gradient of own likes is 0", _scores, run="call and compare gradient", judge=_of_scores
)


@ex.mistake(
    "the user's other likes are negatives in yours: one row asks for a pin, and the next pushes it away"
)
def own_likes_are_negatives(*inputs):
    return _variant(mask=False)(*inputs)


@ex.mistake("log Q is missing: popular pins, which are in every batch, learn to stay away")
def no_log_q(pos, neg, log_q, own):
    return _loss(pos, neg, 0 * log_q, own)


@ex.mistake("you add log Q: what is drawn twice as often has to count half, so subtract it")
def log_q_is_added(*inputs):
    return _variant(sign=1)(*inputs)


@ex.mistake(
    "S is missing, or goes off the positive, too, and so cancels: the columns are a sample, and their sum alone is divided by S"
)
def the_number_of_columns_is_missing(*inputs):
    return _variant(count=None)(*inputs)


@ex.mistake(
    "you divide by the columns that are left: Q says how often a column is this pin, masked ones included, so S counts all"
)
def only_valid_columns_count(*inputs):
    return _variant(count=lambda own: (~own).sum(dim=1).clamp(min=1).float())(*inputs)


@ex.mistake("a masked logit of 0 is still a column: e⁰ = 1; use -inf")
def masked_with_zero(*inputs):
    return _variant(fill=0.0)(*inputs)


@ex.mistake("the positive is missing in your sum: the loss would fall below 0 and never end")
def the_positive_is_not_in_the_sum(*inputs):
    return _variant(inside=False)(*inputs)


@ex.mistake("you return the sum over the rows")
def the_sum(*inputs):
    return _variant(reduce=torch.sum)(*inputs)


@ex.mistake(
    "you add log Q (log S is right): what is drawn twice as often has to count half, so subtract it"
)
def only_log_q_is_added(pos, neg, log_q, own):
    return _loss(pos, neg + 2 * log_q, log_q, own)


@ex.mistake("you compute e^ of the scores first: beyond 88 it is infinite; logsumexp is not")
def exp_before_log(pos, neg, log_q, own):
    terms = (neg - log_q).exp() / neg.shape[1]
    return ((pos.exp() + (terms * ~own).sum(dim=1)).log() - pos).mean()


@ex.mistake("`own` is turned round in yours: True are the columns that leave")
def own_turned_round(pos, neg, log_q, own):
    return _loss(pos, neg, log_q, ~own)


@ex.mistake("you divide by the number of pairs: S is the number of columns")
def the_number_of_pairs(pos, neg, log_q, own):
    return _variant(count=len)(pos, neg, log_q, own)


@ex.mistake(
    "log S has the wrong sign: the columns are a sample, and their sum has to be divided by S"
)
def multiplied_by_s(pos, neg, log_q, own):
    return _loss(pos, neg + 2 * math.log(neg.shape[1]), log_q, own)


@ex.mistake("neither log Q nor log S goes off your scores: both do")
def plain_scores(pos, neg, log_q, own):
    return _variant(count=None)(pos, neg, 0 * log_q, own)


@ex.mistake("you subtract Q: its logarithm goes off a score, which divides the term by Q")
def q_for_log_q(pos, neg, log_q, own):
    return _loss(pos, neg, log_q.exp(), own)


@ex.mistake("your sign is turned: you return the mean log probability, a loss is minus that")
def the_sign_is_turned(*inputs):
    return -_loss(*inputs)


@ex.mistake("S goes off twice in yours: 1 / (S Q) has it once")
def s_twice(pos, neg, log_q, own):
    return _loss(pos, neg - math.log(neg.shape[1]), log_q, own)


@ex.mistake(
    "a column that one pair owns leaves the sum of all pairs in yours: it leaves those of its owner"
)
def own_of_anybody(pos, neg, log_q, own):
    return _loss(pos, neg, log_q, own.any(dim=0).expand_as(own))


@ex.mistake("your log S has the base 10: it is the natural one, as e^ is")
def base_ten(pos, neg, log_q, own):
    S = neg.shape[1]
    return _loss(pos, neg + math.log(S) - math.log10(S), log_q, own)


@ex.mistake("no gradient reaches your columns: they were detached, and nothing pushes them away")
def columns_are_detached(pos, neg, log_q, own):
    return _loss(pos, neg.detach(), log_q, own)


@ex.mistake(
    "you add up a loss for each column: here all columns stand in one logarithm, beside the positive"
)
def pair_by_pair(pos, neg, log_q, own):
    each = torch.nn.functional.softplus(neg - log_q - math.log(neg.shape[1]) - pos[:, None])
    return (each * ~own).sum(dim=1).mean()
