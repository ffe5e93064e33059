"""Exercise 15.5: one of many likes against mixed negatives, none of them another like of the user."""

from __future__ import annotations

import math

import torch

from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    logits = neg - log_q - math.log(neg.shape[1])
    logits = logits.masked_fill(own, -torch.inf)
    return (torch.cat([pos[:, None], logits], dim=1).logsumexp(dim=1) - pos).mean()


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

Q, S = " - log_q", " - math.log(neg.shape[1])"
SUM = "torch.cat([pos[:, None], logits], dim=1).logsumexp(dim=1)"

# fmt: off
ex.slip("the user's other likes are negatives in yours: one row asks for a pin, and the next "
        "pushes it away",
        "logits.masked_fill(own, -torch.inf)", "logits")
ex.slip("log Q is missing: popular pins, which are in every batch, learn to stay away", Q, "")
ex.slip("you add log Q: what is drawn twice as often has to count half, so subtract it",
        f"{Q}{S}", " + log_q + math.log(neg.shape[1])", hint=True)
ex.slip("S is missing, or goes off the positive, too, and so cancels: the columns are a sample, "
        "and their sum alone is divided by S",
        S, "", hint=True)
ex.slip("you divide by the columns that are left: Q says how often a column is this pin, masked "
        "ones included, so S counts all",
        S, " - (~own).sum(dim=1, keepdim=True).clamp(min=1).log()")
ex.slip("a masked logit of 0 is still a column: e⁰ = 1; use -inf", "-torch.inf", "0.0", hint=True)
ex.slip("the positive is missing in your sum: the loss would fall below 0 and never end",
        SUM, "logits.logsumexp(dim=1)")
ex.slip("you return the sum over the rows", ".mean()", ".sum()")
ex.slip("you add log Q (log S is right): what is drawn twice as often has to count half, so "
        "subtract it",
        Q, " + log_q")
ex.slip("you compute e^ of the scores first: beyond 88 it is infinite; logsumexp is not",
        SUM, "torch.cat([pos[:, None], logits], dim=1).exp().sum(dim=1).log()")
ex.slip("`own` is turned round in yours: True are the columns that leave", "own", "~own")
ex.slip("you divide by the number of pairs: S is the number of columns", "neg.shape[1]", "len(neg)")
ex.slip("log S has the wrong sign: the columns are a sample, and their sum has to be divided by S",
        S, " + math.log(neg.shape[1])")
ex.slip("neither log Q nor log S goes off your scores: both do", f"{Q}{S}", "")
ex.slip("you subtract Q: its logarithm goes off a score, which divides the term by Q",
        Q, " - log_q.exp()")
ex.slip("your sign is turned: you return the mean log probability, a loss is minus that",
        "return ", "return -")
ex.slip("S goes off twice in yours: 1 / (S Q) has it once", "math.log", "2 * math.log")
ex.slip("a column that one pair owns leaves the sum of all pairs in yours: it leaves those of its "
        "owner",
        "own", "own.any(dim=0)")
ex.slip("your log S has the base 10: it is the natural one, as e^ is", "math.log", "math.log10")
ex.slip("no gradient reaches your columns: they were detached, and nothing pushes them away",
        "neg -", "neg.detach() -")
ex.slip("you add up a loss for each column: here all columns stand in one logarithm, beside the "
        "positive",
        f"{SUM} - pos", "torch.nn.functional.softplus(logits - pos[:, None]).sum(dim=1)")
