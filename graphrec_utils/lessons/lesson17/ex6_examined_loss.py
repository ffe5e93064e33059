"""Exercise 17.6: a click needs eyes: the loss of liking, from clicks alone."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _log(rng, B=0, lowest=0.1, all_seen=False) -> dict:
    """Rows of lists: logits, clicks, position, and how likely each position is looked at."""
    B = B or int(rng.integers(8, 16))
    k = 5
    # what a shuffled part of the traffic has shown: falling, the first is 1
    examination = np.r_[1.0, np.sort(rng.uniform(lowest, 0.9, k - 1))[::-1]]
    if all_seen:
        examination = np.ones(k)
    position = rng.integers(1, k + 1, B)
    position[:2] = 1, k
    clicks = (rng.random(B) < 0.5).astype(np.float32)
    clicks[:2], clicks[2] = 1, 0
    return {
        "logits": torch.from_numpy(rng.normal(size=B).astype(np.float32)),
        "clicks": torch.from_numpy(clicks),
        "position": torch.from_numpy(position),
        "examination": torch.from_numpy(examination.astype(np.float32)),
    }


def _sure(rng) -> dict:
    """Logits of hundreds: a sigmoid first would be exactly 0 or 1."""
    rows = _log(rng)
    rows["logits"] = rows["logits"].sign() * torch.from_numpy(
        rng.uniform(150, 250, len(rows["logits"])).astype(np.float32)
    )
    return rows


def _rarely_seen(rng) -> dict:
    """One in thirty looks at the last entry, and one of them clicked."""
    rows = _log(rng)
    rows["examination"][-1] = float(rng.uniform(0.02, 0.04))
    return rows


ex = Exercise(
    "17.6",
    "examined_loss",
    points=5,
    library=("graphrec_utils.losses.examined_bce", "graphrec_utils.losses.exposure.examined_bce"),
    hints=(
        "A click at position 5 says that the entry was looked at and liked. If one in four looks there, for "
        "how many likes does one click stand?",
        "For 1/e of them. So c/e takes the place of the label, also in 1 − label: "
        "c/e · (−log p) + (1 − c/e) · (−log(1 − p)).",
        "`share = clicks / examination[position - 1]`; −log p is `F.softplus(-logits)` and −log(1 − p) is "
        "`F.softplus(logits)`.",
    ),
)


@ex.solution
def examined_loss(logits, clicks, position, examination):
    share = clicks / examination[position - 1]
    return (share * F.softplus(-logits) + (1 - share) * F.softplus(logits)).mean()


def _by_logits(got, expected, inputs) -> str | None:
    """Compare the value and the gradient of the logits: clicks and examination are observed, not trained."""
    if not torch.is_tensor(got[0]) or len(got[1]) != len(expected[1]):
        return "it has no gradient"
    for what, mine, right in (
        ("the loss", got[0], expected[0]),
        ("the gradient of the logits", got[1][0], expected[1][0]),
    ):
        if mine.shape != right.shape:
            return f"{what} has the shape {tuple(mine.shape)} in yours"
        if not torch.allclose(mine, right, rtol=1e-3, atol=1e-5):
            at = int((mine - right).abs().argmax())
            return f"{what} is {float(mine.ravel()[at]):.4g} at place {at} in yours"
    return None


def _by_hand(rng) -> dict:
    """Three rows cost 0.693, −3.008 and 1.386."""
    return {
        "logits": torch.tensor([0.0, 1.0986, 1.0986]), "clicks": torch.tensor([1.0, 1, 0]),
        "position": torch.tensor([1, 2, 2]), "examination": torch.tensor([1.0, 0.25]),
    }  # fmt: skip


GRADIENT = "call and compare first gradient"
ex.claim("two clicks, one where a quarter looks, and none", _by_hand, run=GRADIENT,
         judge=_by_logits)  # fmt: skip
ex.claim("every position is looked at: the ordinary log loss", lambda rng: _log(rng, all_seen=True))
ex.claim("the lower, the fewer look", _log)
ex.claim("hardly anybody looks at the last one", _rarely_seen)
ex.claim("the loss of logits of 200 is finite", _sure)
ex.claim("it can be trained: the gradient of the logits is that of the formula", _log, run=GRADIENT,
         judge=_by_logits)  # fmt: skip

LOOKED = "examination[position - 1]"
SHARE = "clicks / examination[position - 1]"
LOSS = "return (share * F.softplus(-logits) + (1 - share) * F.softplus(logits)).mean()"
OF_SIGMOID = "return -(share * p.log() + (1 - share) * (1 - p).log()).mean()"

# fmt: off
ex.slip("you divide the whole row by e, also where nobody clicked. A row without a click does not "
        "say that somebody looked, so it keeps the weight 1",
        "(1 - share)", "(1 - clicks) / examination[position - 1]")
ex.slip("your clicks are weighed, and your 1 − c is not: on average the two no longer sum to 1, "
        "and everything looks more liked than it is. It is 1 − c/e, and may be below 0",
        "(1 - share)", "(1 - clicks)", hint=True)
ex.slip("you multiply by e: clicks that are hard to come by then count less, not more",
        SHARE, "clicks * examination[position - 1]", hint=True)
ex.slip("positions count from 1: yours takes the examination of the position below",
        "[position - 1]", "[position.clamp(max=len(examination) - 1)]")
ex.slip("the positions play no part in yours, or you clipped c/e at 1: that is the plain log loss "
        "of clicks",
        SHARE, "clicks")
ex.slip("you capped 1/e: less noise, and no longer right on average for the entries that few look "
        "at",
        LOOKED, "examination[position - 1].clamp(min=0.1)", hint=True)
ex.slip("yours is the sum; the loss is the mean over the rows", ".mean()", ".sum()")
ex.slip("you multiply the model's probability by e: a model of clicks. Here the click is divided "
        "by e",
        SHARE, "clicks",
        LOSS, f"p = (logits.sigmoid() * {LOOKED}).clamp(1e-7, 1 - 1e-7)\n{OF_SIGMOID}")
ex.slip("you divide by the sum of the weights 1/e: the loss is the mean over the rows",
        "(1 - share)", "(1 - clicks) / examination[position - 1]",
        ".mean()", ".mean() / (1 / examination[position - 1]).mean()")
ex.slip("you take 1/position for e: what is measured stands in examination",
        SHARE, "clicks * position")
ex.slip("you divide by the root of e: by e itself", LOOKED, "examination[position - 1].sqrt()")
ex.slip("you divide by e twice", LOOKED, "examination[position - 1] ** 2")
ex.slip("your logarithms are swapped: −log p is softplus(−logits)",
        "(-logits)", "(logits)", "F.softplus(logits)", "F.softplus(-logits)")
ex.slip("only clicks cost something in yours: saying yes to everybody would be perfect",
        " + (1 - share) * F.softplus(logits)", "")
ex.slip("you divide by the number of clicks: the mean is over all rows",
        ".mean()", ".sum() / clicks.sum().clamp(min=1)")
ex.slip("your e begins at the bottom of the list: position 1 is its first entry",
        LOOKED, "examination.flip(0)[position - 1]")
ex.slip("you take a sigmoid before the loss, which has one inside",
        "return", "logits = logits.sigmoid()\nreturn")
ex.slip("you subtract e from the click: it is divided by it",
        SHARE, "clicks - examination[position - 1]")
ex.slip("log e is added to the logit: that is another model, of clicks",
        f"share = {SHARE}", f"share, logits = clicks, logits + {LOOKED}.log()")
ex.slip("no gradient reaches the logits: nothing can be trained. Leave detach away",
        "return", "logits = logits.detach()\nreturn")
ex.slip("you take the logarithm of a sigmoid: logits of hundreds overflow it. softplus does not",
        LOSS, f"p = logits.sigmoid()\n{OF_SIGMOID}")
ex.slip("you clip probabilities before the logarithm: beyond that logits cost nothing more",
        LOSS, f"p = logits.sigmoid().clamp(1e-7, 1 - 1e-7)\n{OF_SIGMOID}")
ex.slip("positions count from 1: yours takes the examination of the position below",
        "[position - 1]", "[position % len(examination)]")
ex.slip("you divide by the sum of the weights 1/e: the loss is the mean over the rows",
        ".mean()", f".sum() / (1 / {LOOKED}).sum()")
ex.slip("every row counts as not liked in yours, a click as well: that weight is 1 − c/e", "(1 - share) * ", "")
ex.slip("your e sum to 1: they are relative to the first position", LOOKED, "(examination / examination.sum())[position - 1]")
