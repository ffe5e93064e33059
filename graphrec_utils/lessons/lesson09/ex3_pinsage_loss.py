"""Exercise 09.3: the hinge with the sign that lets a model learn."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: F401 (slips use it)

from graphrec_utils.exercises.core import Exercise


def _batch(rng, B: int = 4, S: int = 5, H: int = 2, d: int = 3, margin: float = 0.2) -> dict:
    def normal(*shape):
        return torch.from_numpy(0.7 * rng.normal(size=shape).astype(np.float32))

    return {"z_q": normal(B, d), "z_i": normal(B, d), "z_shared": normal(S, d),
            "z_hard": normal(B, H, d), "margin": margin}  # fmt: skip


ex = Exercise(
    "09.3",
    "pinsage_loss",
    points=5,
    library="graphrec_utils.losses.hinge",
    hints=(
        "When should the loss be 0: when the negative is far above the positive, or far below?",
        "One number for each pair of query and negative: max(0, neg − pos + margin). A query has S shared "
        "negatives and H of its own. The mean of all B · (S + H) numbers.",
        "`pos = (z_q * z_i).sum(1, keepdim=True)`; `neg = torch.cat([z_q @ z_shared.T, (z_q[:, None] * "
        "z_hard).sum(2)], 1)`; `torch.relu(neg - pos + margin).mean()`.",
    ),
)


@ex.solution
def pinsage_loss(z_q, z_i, z_shared, z_hard, margin):
    pos = (z_q * z_i).sum(dim=1, keepdim=True)  # (B, 1)
    hard = (z_q[:, None] * z_hard).sum(dim=2)  # (B, H)
    neg = torch.cat([z_q @ z_shared.T, hard], dim=1)  # (B, S + H)
    return torch.relu(neg - pos + margin).mean()


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"z_q": f([[1.0, 0]]), "z_i": f([[0.5, 0]]), "z_shared": f([[0.9, 0], [0.3, 0]]),
            "z_hard": f([[[0.5, 0]]]), "margin": 0.1}  # fmt: skip


ex.claim(
    "positive 0.5, shared negatives 0.9 and 0.3, a hard one 0.5, margin 0.1: a fifth", _by_hand
)
ex.claim("the first epoch: no hard negatives", lambda rng: _batch(rng, H=0))
ex.claim("two hard negatives for each query", _batch)
ex.claim("three queries, six hard ones, another margin", lambda rng: _batch(rng, 3, 4, 6, 4, 0.6))


def _learned(rng) -> dict:
    """Positives are far ahead of every negative."""
    z = torch.from_numpy(np.abs(rng.normal(size=(4, 3))).astype(np.float32)) + 0.5
    inputs = _batch(rng)
    return inputs | {"z_q": z, "z_i": 2 * z, "z_shared": -inputs["z_shared"].abs(),
                     "z_hard": -inputs["z_hard"].abs()}  # fmt: skip


ex.claim("all positives are far ahead: nothing left to learn", _learned)
ex.claim(
    "the gradient pulls positives up and negatives down", _batch, run="call and compare gradient"
)

EASY = "z_q @ z_shared.T"
HARD = "(z_q[:, None] * z_hard).sum(dim=2)"
NEGATIVES = f"torch.cat([{EASY}, hard], dim=1)"
AHEAD = "neg - pos + margin"
LOSS = f"torch.relu({AHEAD}).mean()"
BOTH = f"neg = {NEGATIVES}", f"parts = [x for x in ({EASY}, hard) if x.numel()]"

# fmt: off
ex.slip("your sign is the slide's, positive minus negative: it punishes every pair that is right "
        "already, and training pushes positives away",
        AHEAD, "pos - neg + margin", hint=True)
ex.slip("you take the mean first and max(0, ·) afterwards: pairs that are right pay for those "
        "that are not",
        LOSS, f"torch.relu(({AHEAD}).mean())", hint=True)
ex.slip("the max(0, ·) is missing: a pair that is right already would be pushed further for ever",
        "torch.relu(", "(")
ex.slip("hard negatives replace the shared ones in yours: the paper adds them",
        NEGATIVES, f"hard if hard.shape[1] else {EASY}")
ex.slip("the hard negatives are not used", NEGATIVES, EASY, hint=True)
ex.slip("each query is compared with the hard negatives of all queries: they belong to one",
        HARD, "z_q @ z_hard.reshape(-1, z_q.shape[1]).T")
ex.slip("you sum over the negatives: the mean is over all pairs of query and negative",
        ".mean()", ".sum(dim=1).mean()")
ex.slip("you sum over everything; the paper takes an expectation, here the mean",
        ".mean()", ".sum()")
ex.slip("you add the mean of the shared and the mean of the hard negatives: a hard one then "
        "counts as much as many shared ones; the mean is over all of them together",
        *BOTH, LOSS, f"sum({LOSS} for neg in parts)")
ex.slip("only the hardest negative of each query counts in yours",
        AHEAD, "neg.max(dim=1, keepdim=True).values - pos + margin")
ex.slip("the margin is missing", " + margin", "")
ex.slip("the margin is subtracted: then a negative may be ahead by it and nothing happens",
        "+ margin", "- margin")
ex.slip("you compare cosines: here the vectors are taken as they are",
        "pos =", "z_q, z_i, z_shared, z_hard = (F.normalize(z, dim=-1) for z in (z_q, z_i, z_shared, z_hard))\n"
        "pos =")
ex.slip("both signs are turned, that of the scores and that of the margin",
        AHEAD, "pos - neg - margin")
ex.slip("you take a softplus instead of max(0, ·): it is never 0, so nothing is ever good enough",
        "torch.relu", "F.softplus")
ex.slip("you take the mean over the pairs that are still wrong only: the mean is over all of them",
        f"return {LOSS}", f"x = torch.relu({AHEAD})\nreturn x.sum() / (x > 0).sum().clamp(min=1)")
ex.slip("the margin is added after the max(0, ·): it belongs inside, or a small lead is enough",
        LOSS, "torch.relu(neg - pos).mean() + margin")
ex.slip("you take the mean over the negatives and add up the queries: the mean is over all pairs",
        ".mean()", ".mean(dim=1).sum()")
ex.slip("you take the mean of two means, shared and hard half and half: every pair of query and "
        "negative counts alike",
        *BOTH, LOSS, f"sum({LOSS} for neg in parts) / len(parts)")
ex.slip("only the hard negatives are in your mean: the shared ones are missing", NEGATIVES, "hard")
ex.slip("you average the negatives of a query before the max(0, ·): far ones make up for near ones",
        AHEAD, f"({AHEAD}).mean(dim=1)")
ex.slip("without hard negatives yours is NaN, the mean of nothing: H may be 0",
        f"neg = {NEGATIVES}", f"parts, number = [{EASY}, hard], len(z_shared) + hard.shape[1]",
        LOSS, f"sum(neg.shape[1] * {LOSS} for neg in parts) / number")
ex.slip("each query is compared with the positives of all queries: row k of z_q belongs to row k "
        "of z_i alone",
        "(z_q * z_i).sum(dim=1, keepdim=True)", "(z_q @ z_i.T)[:, :, None]",
        AHEAD, "neg[:, None] - pos + margin")
ex.slip("your negatives are compared with the positive item: their product is with the query",
        "z_q[:, None]", "z_i[:, None]", EASY, "z_i @ z_shared.T")
ex.slip("no gradient reaches your negatives: they were detached, and nothing pushes them away",
        "z_hard)", "z_hard.detach())", "z_shared.T", "z_shared.detach().T")
ex.slip("the value is right, but no gradient goes through it: .item(), .detach() or "
        "torch.tensor(…) cut it off",
        ".mean()", ".mean().detach()")
