"""Exercise 12.2: a true fact has to be nearer than a corrupted one, by a margin."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "12.2",
    "margin_loss",
    points=4,
    library=("graphrec_utils.losses.hinge",),
    hints=(
        "Small distances are good. For which pair of numbers should nothing be left to do: d_pos = 1, "
        "d_neg = 5, or the other way round?",
        "max(0, margin + d_pos − d_neg) for every pair of a fact and one of its corrupted ones; then the mean.",
        "`torch.relu(margin + d_pos[:, None] - d_neg).mean()`.",
    ),
)


@ex.solution
def margin_loss(d_pos, d_neg, margin):
    return torch.relu(margin + d_pos[:, None] - d_neg).mean()


def _distances(rng, margin: float, spread: float = 1.0, count: int = 3) -> dict:
    d_pos, d_neg = rng.gamma(3, spread / 2, size=6), rng.gamma(4, spread / 2, size=(6, count))
    return {"d_pos": torch.tensor(d_pos), "d_neg": torch.tensor(d_neg), "margin": margin}


def _hand(rng) -> dict:
    """Two facts, two corrupted ones each: room to spare and just too close; equal and the wrong way round."""
    d_pos, d_neg = torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 1.25], [2.0, 1.0]])
    return {"d_pos": d_pos, "d_neg": d_neg, "margin": 0.5}


def _far(rng) -> dict:
    """Some facts keep their distance from all their corrupted ones, some from none."""
    inputs = _distances(rng, 0.5, count=4)
    inputs["d_neg"][:3] += 10
    return inputs


ex.claim("by hand: 0 and 0.25, 0.5 and 1.5 for a margin of 0.5, on average 0.5625", _hand)
ex.claim("any distances, three corrupted facts each", lambda rng: _distances(rng, 1.0))
ex.claim("another margin", lambda rng: _distances(rng, 0.3, 2.0))
ex.claim("whoever keeps the distance adds nothing", _far)
ex.claim(
    "the gradient brings true facts nearer and pushes corrupted ones away",
    lambda rng: _distances(rng, 0.7),
    run="call and compare gradient",
)

GAP = "d_pos[:, None] - d_neg"

# fmt: off
ex.slip("that is the slide's sign, for distances: it is 0 when corrupted facts are the near ones, "
        "so training would push the true ones away",
        GAP, "d_neg - d_pos[:, None]", hint=True)
ex.slip("you subtracted the margin: true facts may then even be farther away than corrupted ones, "
        "for free",
        f"margin + {GAP}", f"{GAP} - margin", hint=True)
ex.slip("you left out the maximum with 0: the loss then falls forever by pushing corrupted facts "
        "away",
        "torch.relu", "", hint=True)
ex.slip("you added everything up; the mean over all pairs was asked for", ".mean()", ".sum()")
ex.slip("you took the mean of the corrupted distances first: each of them has to keep the margin "
        "by itself",
        GAP, "d_pos - d_neg.mean(dim=1)")
ex.slip("you compare with the nearest corrupted fact only; the mean over all of them was asked for",
        GAP, "d_pos - d_neg.min(dim=1).values")
ex.slip("you squared the hinge: this is another loss, small violations hardly count in it",
        ".mean()", ".square().mean()")
ex.slip("you ignore the margin: then the loss is 0 as soon as all distances are equal, for "
        "example all 0",
        "margin + ", "")
ex.slip("your margin is always 1; it is an argument", "margin", "1")
ex.slip("this is the smooth twin, a softplus; the hinge is exactly 0 beyond the margin",
        "torch.relu", "torch.nn.functional.softplus")
ex.slip("you divided by the pairs that violate the margin only; the mean is over all pairs",
        "return", "lack =", ".mean()", "\nreturn lack.sum() / (lack > 0).sum().clamp(min=1)")
ex.slip("d_pos is (B,) and d_neg (B, S): without `d_pos[:, None]` the last axes are matched, and "
        "a fact is compared with the corrupted ones of another",
        "[:, None]", "")
ex.slip("you squared the distances first: the paper compares the distances themselves",
        GAP, "d_pos[:, None].square() - d_neg.square()")
ex.slip("you add up over the corrupted facts: the mean is over all pairs",
        ".mean()", ".sum(dim=1).mean()")
ex.slip("you take the mean over the corrupted facts and add up the facts: the mean is over all "
        "pairs",
        ".mean()", ".mean(dim=1).sum()")
ex.slip("the margin is added after the maximum with 0: it belongs inside, or a small lead is "
        "enough",
        "margin + ", "", ".mean()", ".mean() + margin")
ex.slip("each fact is compared with the corrupted ones of all facts: row k of d_neg belongs to "
        "fact k",
        GAP, "d_pos[:, None, None] - d_neg[None]")
ex.slip("two losses are added in yours, one for each distance: the hinge is of their difference",
        f"torch.relu(margin + {GAP})", "(d_pos[:, None] + torch.relu(margin - d_neg))")
ex.slip("no gradient reaches the true facts: d_pos was detached, and nothing brings them nearer",
        "d_pos", "d_pos.detach()")
ex.slip("you take the mean first and the maximum with 0 afterwards: pairs far apart pay for those "
        "too close",
        f"(margin + {GAP}).mean()", f"((margin + {GAP}).mean())")
ex.slip("you take the absolute value: who keeps the distance by more than the margin pays nothing",
        f"torch.relu(margin + {GAP})", f"(margin + {GAP}).abs()")
ex.slip("you look at the first corrupted fact of each alone: the mean is over all pairs", GAP, "d_pos - d_neg[:, 0]")
