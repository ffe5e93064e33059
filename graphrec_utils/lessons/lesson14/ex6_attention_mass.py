"""Exercise 14.6: how much is looked at a graph, by those who could."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _looks(rng, n: int = 8, G: int = 4, empty: int = 0) -> dict:
    """Rows sum to 1 over the pin itself and the graphs that know it; the first `empty` graphs know nobody."""
    there = torch.from_numpy(rng.random((n, G)) < 0.6)
    there[0], there[1] = True, False
    there[:, :empty] = False
    logits = torch.from_numpy(rng.normal(size=(n, 1 + G))).float()
    seen = torch.cat([torch.ones(n, 1, dtype=torch.bool), there], dim=1)
    looks = logits.masked_fill(~seen, -torch.inf).softmax(1)
    return {"looks": looks, "there": there}


ex = Exercise(
    "14.6",
    "attention_mass",
    points=3,
    branch=True,
    library="graphrec_utils.models.multibisage.attention_mass",
    hints=(
        "A graph that knows one pin in a hundred: over whom should its mean run?",
        "Leave out the first column, the pin itself. For each graph: add up the weights, divide by the number of pins "
        "that have a neighbor there, at least 1.",
        "`x = looks[:, 1:].masked_fill(~there, 0)`; `x.sum(0) / there.sum(0).clamp(min=1)`.",
    ),
)


@ex.solution
def attention_mass(looks, there):
    seen = looks[:, 1:].masked_fill(~there, 0.0)
    return seen.sum(dim=0) / there.sum(dim=0).clamp(min=1)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {"looks": f([[0.5, 0.5, 0.0], [0.2, 0.2, 0.6], [1.0, 0.0, 0.0], [0.7, 0.3, 0.0]]),
            "there": f([[True, False], [True, True], [False, False], [True, False]])}  # fmt: skip


ex.claim("four pins and two graphs by hand: ⅓ and 0.6", _by_hand)
ex.claim("eight pins, four graphs", _looks)


def _rounded(rng) -> dict:
    """Weights that are not quite 0 where nobody is there, as a finite number in place of −∞ leaves them."""
    given = _looks(rng)
    return given | {"looks": given["looks"] + 0.01}


ex.claim("weights of pins that are not there are left out", _rounded)
ex.claim("a graph that knows nobody has 0", lambda rng: _looks(rng, 9, 5, 2))

KNOWN = "there.sum(dim=0).clamp(min=1)"
MEANS = f"seen.sum(dim=0) / {KNOWN}"

# fmt: off
ex.slip("your mean runs over all pins: a graph that knows few looks unimportant by its size alone",
        MEANS, "seen.mean(dim=0)", hint=True)
ex.slip("the first column is the pin itself, so every graph has its neighbor's numbers: leave it "
        "out",
        "looks[:, 1:]", "looks[:, :-1]")
ex.slip("a graph that knows nobody became NaN: 0 / 0", ".clamp(min=1)", "", hint=True)
ex.slip("your columns are shares of all that is looked at graphs; divide by how many pins know "
        "the graph",
        KNOWN, "seen.sum()")
ex.slip("you divide by the pins that are known to any graph, not by those that this one knows",
        KNOWN, "there.any(dim=1).sum()")
ex.slip("you took the sum, not the mean", MEANS, "seen.sum(dim=0)")
ex.slip("you divided by the sum over the graphs: shares of what is looked at, not means",
        f"return {MEANS}", f"means = {MEANS}\nreturn means / means.sum()")
OPEN = "looks[:, 1:].masked_fill(~there, 0.0)"
ex.slip("your mean runs over all pins: a graph that knows few looks unimportant by its size alone",
        OPEN, "looks[:, 1:]", MEANS, "seen.mean(dim=0)")
ex.slip("weights of pins that have nobody there are added in yours", OPEN, "looks[:, 1:]")
ex.slip("you leave the pin itself out and let the graphs share what it had: the weights stay as they are",
        OPEN, "(looks[:, 1:] / looks[:, 1:].sum(dim=1, keepdim=True).clamp(min=1e-9)).masked_fill(~there, 0.0)")
ex.slip("you take the median: the mean was asked for",
        f"return {MEANS}", "return looks[:, 1:].masked_fill(~there, torch.nan).nanmedian(dim=0).values.nan_to_num()")
ex.slip("the pin itself has a place in your answer: only the graphs have",
        f"return {MEANS}", f"return torch.cat([looks[:, 0].mean()[None], {MEANS}])")
ex.slip("you count by whom a graph is looked at most: how much it is looked at was asked",
        MEANS, "torch.nn.functional.one_hot(looks[:, 1:].argmax(dim=1), there.shape[1]).float().mean(dim=0)")
