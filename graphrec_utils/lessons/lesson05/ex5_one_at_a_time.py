"""Exercise 05.5: what the released code does otherwise."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs
from graphrec_utils.exercises.compare import show
from graphrec_utils.exercises.core import Exercise


def _leaky(x):
    return F.leaky_relu(x, 0.2)


def _sums(A, E, W_self, W_inter):
    """What goes into the paper's LeakyReLU, branch by branch."""
    heard = graphs.normalize(A) @ E
    return (heard + E) @ W_self.T, (heard * E) @ W_inter.T


def _one_layer(rng, size: float = 1.0, weight: float = 1.0, m: int = 4, n: int = 5) -> dict:
    R = rng.random((m, n)) < 0.4
    R[np.arange(n) % m, np.arange(n)] = True
    R[0, :] = True
    draw = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype(np.float32))  # noqa: E731
    A = graphs.adjacency(torch.from_numpy(R.astype(np.float32)))
    E, W_self, W_inter = size * draw(m + n, 3), weight * draw(3, 3), weight * draw(3, 3)
    return {"A": A, "E": E, "W_self": W_self, "W_inter": W_inter}


def _downwards(name: str, **sizes):
    """Return inputs whose change `name` is largest downwards, at a sum below 0 (slope, abs)."""

    def inputs(rng) -> dict:
        while True:
            drawn = _one_layer(rng, **sizes)
            right = one_at_a_time(**drawn)[name]
            if all(f(**drawn)[name] < 0.95 * right for f in (without_abs, slope_0_01)):
                return drawn

    return inputs


def _only(*names: str):
    """Return a judge that looks at these effects only."""

    def judge(got, expected, inputs=None) -> str | None:
        for name in names:
            if name not in got:
                return f"yours has no key {name!r}"
            if not isinstance(got[name], int | float):
                return f"{name!r} is no number in yours"
            if not np.isclose(got[name], expected[name], rtol=1e-3, atol=1e-5):
                return f"{name!r} is {show(float(got[name]))} in yours"
        return None

    return judge


ex = Exercise(
    "05.5",
    "one_at_a_time",
    points=3,
    branch=True,
    hints=(
        "Which of the five acts in the forward pass of an evaluation at all?",
        "Compute the paper's two branches a and b once. Activations: σ(a) + σ(b) against σ(a + b). "
        "Norms: `F.normalize(layer, dim=1)`. Adjacency: both branches again with the other matrix.",
        "`bar = (A + torch.eye(len(A))) / (A.sum(1, keepdim=True) + 1)` and `heard = bar @ E`; the "
        "branches are `heard @ W_self.T` and `(heard * E) @ W_inter.T`. The last two effects are 0.0.",
    ),
)


@ex.solution
def one_at_a_time(A, E, W_self, W_inter):
    def branches(heard, own):
        return (heard + own) @ W_self.T, (heard * E) @ W_inter.T

    A_bar = (A + torch.eye(len(A))) / (A.sum(dim=1, keepdim=True) + 1)
    a, b = branches(graphs.normalize(A) @ E, E)
    paper = F.leaky_relu(a + b, 0.2)
    changed = {
        "adjacency": F.leaky_relu(sum(branches(A_bar @ E, 0)), 0.2),
        "activations": F.leaky_relu(a, 0.2) + F.leaky_relu(b, 0.2),
        "norms": F.normalize(paper, dim=1),
        "dropout": paper,  # rests in evaluation
        "loss": paper,  # is not part of it
    }
    return {name: float((layer - paper).abs().max()) for name, layer in changed.items()}


ex.claim(
    "adjacency: (D + I)⁻¹(A + I) in both branches",
    _downwards("adjacency"),
    judge=_only("adjacency"),
)


def _both_signs(rng) -> dict:
    """The largest change is at a sum below 0, where a LeakyReLU too many would be seen."""
    while True:
        inputs = _one_layer(rng)
        a, b = _sums(**inputs)
        change = (_leaky(a) + _leaky(b) - _leaky(a + b)).abs()
        if (_leaky(a) + _leaky(b)).flatten()[change.argmax()] < -0.1:
            return inputs


ex.claim("activations: one LeakyReLU per branch", _both_signs, judge=_only("activations"))
ex.claim(  # layer 0 has much longer rows than layer 1: whoever touches it is seen
    "norms: layer 1 has rows of length 1, layer 0 not",
    _downwards("norms", size=3.0, weight=0.05),
    judge=_only("norms"),
)


def _larger(rng) -> dict:
    """So many numbers that dropout in evaluation, whatever it draws, loses a large one."""
    return _one_layer(rng, m=12, n=15)


def _all_five(got, expected, inputs) -> str | None:
    """All effects; a dropout that does something is told by what it does, not by its draws."""
    if problem := _only("adjacency", "activations", "norms", "loss")(got, expected):
        return problem
    if _only("dropout")(got, expected) is None:
        return None
    mine, other = (_dropped(effects, inputs) for effects in (got, expected))
    return None if mine == other == "lost" else _only("dropout")(got, expected)


def _dropped(effects, inputs) -> str:
    """Return "lost" if the change is larger than any scaling by 0.9 or 1 / 0.9 makes it."""
    layer = _leaky(sum(_sums(**inputs)))
    return "lost" if effects.get("dropout", 0) > 1.01 / 9 * float(layer.abs().max()) else ""


ex.claim("all five: what changes, and what does not", _larger, judge=_all_five)

BAR = "(A + torch.eye(len(A))) / (A.sum(dim=1, keepdim=True) + 1)"
ADJACENCY = "sum(branches(A_bar @ E, 0))"
ACTIVATIONS = "F.leaky_relu(a, 0.2) + F.leaky_relu(b, 0.2)"
NORMS = "F.normalize(paper, dim=1)"
LARGEST = "(layer - paper).abs().max()"
EFFECTS = ["return {name", "effects = {name"]

# fmt: off
ex.slip("your rows are divided by deg(v), but A + I has deg(v) + 1 entries in a row",
        "(A.sum(dim=1, keepdim=True) + 1)", "A.sum(dim=1, keepdim=True)")
ex.slip("D⁻¹A + I is what the README calls the default; the code's default is (D + I)⁻¹(A + I)",
        BAR, "A / A.sum(dim=1, keepdim=True) + torch.eye(len(A))")
ex.slip("your matrix is normalized on both sides, as `graphs.normalize(A + I)` does; the released "
        "code divides each row by its sum",
        BAR, "graphs.normalize(A + torch.eye(len(A)))")
ex.slip("you changed the matrix in the first branch only; the product hears through it, too",
        ADJACENCY, "branches(A_bar @ E, 0)[0] + b")
ex.slip("A + I already contains the self-message; you add E once more",
        "A_bar @ E, 0", "A_bar @ E, E")
ex.slip("you normalize layer 0 as well; the released code leaves it as it is",
        *EFFECTS, ".items()}",
        ".items()}\n"
        "zero = float((F.normalize(E, dim=1) - E).abs().max())\n"
        'return effects | {"norms": max(zero, effects["norms"])}')
ex.slip("you divide the whole row [E | layer] by its length; layer 1 is divided by its own, and "
        "layer 0 stays",
        *EFFECTS, ".items()}",
        ".items()}\n"
        "rows = torch.cat([E, paper], dim=1)\n"
        'return effects | {"norms": float((F.normalize(rows, dim=1) - rows).abs().max())}')
slope_0_01 = ex.slip("your slope is PyTorch's default, 0.01; this lesson uses 0.2",
        "F.leaky_relu(a + b, 0.2)", "F.leaky_relu(a + b)", "0)), 0.2)", "0)))",
        ACTIVATIONS, "F.leaky_relu(a) + F.leaky_relu(b)")
ex.slip("you normalize columns; a node's vector is a row, dim=1",
        NORMS, "F.normalize(paper, dim=0)")
ex.slip("your differences pile up: switch each one on alone, starting from the paper's layer",
        "changed = {", "piled = sum(F.leaky_relu(x, 0.2) for x in branches(A_bar @ E, 0))\n"
        "unit = F.normalize(piled, dim=1)\n"
        "changed = {",
        ACTIVATIONS, "piled", NORMS, "unit", '"dropout": paper', '"dropout": unit',
        '"loss": paper', '"loss": unit')
ex.slip("you report the mean change; asked is the largest one",
        LARGEST, "(layer - paper).abs().mean() / 2")
ex.slip("your dropout loses numbers in an evaluation: F.dropout does that unless it is told "
        "training=False",
        "changed = {", "draws = torch.rand(paper.shape, generator=torch.Generator().manual_seed(0))\n"
        "changed = {",
        '"dropout": paper', '"dropout": paper * (draws >= 0.1) / 0.9')
ex.slip("you multiply by 1 − p in evaluation; where the rescaling is done in training, dropout "
        "does nothing in evaluation",
        '"dropout": paper', '"dropout": 0.9 * paper')
ex.slip("you divide by 1 − p in evaluation; that makes up for numbers lost in training, and none "
        "is lost here",
        '"dropout": paper', '"dropout": paper / 0.9')
without_abs = ex.slip("you take the largest number of the difference; a large negative one "
        "counts, too: abs",
        ".abs()", "", hint=True)
ex.slip("your columns sum to 1; the released code divides each row by its sum",
        "A.sum(dim=1", "A.sum(dim=0", hint=True)
ex.slip("one LeakyReLU per branch and another one on the sum: the released code has only two",
        ACTIVATIONS, f"F.leaky_relu({ACTIVATIONS}, 0.2)")
ex.slip("the loss is no part of a forward pass: an evaluation never computes it",
        ".items()}", '.items()} | {"loss": 1e-3}')
ex.slip("your matrix has no self-loops: it is (D + I)⁻¹(A + I), and the self-message comes by it",
        BAR, "A / A.sum(dim=1, keepdim=True)")
ex.slip("you leave one of the two terms without LeakyReLU; each of them gets its own",
        ACTIVATIONS, "F.leaky_relu(a, 0.2) + b")
ex.slip("you left LeakyReLU out; each of the two terms gets its own, then they are added",
        ACTIVATIONS, "a + b")
ex.slip("you divide the whole layer by one length; each row is divided by its own",
        NORMS, "paper / paper.norm()")
ex.slip("you divide a row by the sum of its absolute numbers; its length is the root of squares",
        NORMS, "F.normalize(paper, p=1, dim=1)")
ex.slip("you scale what goes into the layer to length 1; the released code scales what comes out",
        "changed = {", "unit = F.normalize(E, dim=1)\nheard = graphs.normalize(A) @ unit\nchanged = {",
        NORMS, "F.leaky_relu((heard + unit) @ W_self.T + (heard * unit) @ W_inter.T, 0.2)")
ex.slip("you add the changes up; asked is the largest one", LARGEST, "(layer - paper).abs().sum()")
ex.slip("you report the length of the whole change; asked is its largest entry",
        LARGEST, "(layer - paper).norm()")
ex.slip("some of the five keys are missing; what changes nothing is reported as 0.0",
        '"dropout": paper,  # rests in evaluation\n"loss": paper,  # is not part of it', "")
ex.slip("you report the mean change of layer 1; asked is the largest one",
        LARGEST, "(layer - paper).abs().mean()")
