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


def _bar(A):
    return (A + torch.eye(len(A))) / (A.sum(dim=1, keepdim=True) + 1)


def _branches(A, E):
    heard = graphs.normalize(A) @ E
    return heard + E, heard * E


def _sums(A, E, W_self, W_inter):
    """What goes into the paper's LeakyReLU, branch by branch."""
    both, product = _branches(A, E)
    return both @ W_self.T, product @ W_inter.T


def _released_branches(bar, E):
    heard = bar @ E
    return heard, heard * E


def _unit(E, layer):
    return torch.cat([E, F.normalize(layer, dim=1)], dim=1)


def _effects(
    A, E, W_self, W_inter, bar=_bar, branches=None, unit=_unit, size=lambda x: x.abs().amax(),
    dropout=torch.clone, act=_leaky,
):  # fmt: skip
    """The five effects, with parts exchangeable."""
    a, b = _sums(A, E, W_self, W_inter)
    paper = torch.cat([E, act(a + b)], dim=1)
    both, product = _released_branches(bar(A), E) if branches is None else branches(A, E)
    changed = {
        "adjacency": torch.cat([E, act(both @ W_self.T + product @ W_inter.T)], dim=1),
        "activations": torch.cat([E, act(a) + act(b)], dim=1),
        "norms": unit(E, act(a + b)),
        "dropout": torch.cat([E, dropout(act(a + b))], dim=1),
        "loss": paper,
    }
    return {name: float(size(other - paper)) for name, other in changed.items()}


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

    # the largest change, or 0 where one upwards is as large, or nearly
    down = lambda x: -x.amin() if x.amax() < -0.95 * x.amin() else 0.0  # noqa: E731

    def inputs(rng) -> dict:
        while True:
            drawn = _one_layer(rng, **sizes)
            right = _effects(*drawn.values(), size=down)[name]
            if right and slope_0_01(*drawn.values())[name] < 0.95 * right:
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
    return _effects(A, E, W_self, W_inter)


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
    both, product = _branches(inputs["A"], inputs["E"])
    layer = _leaky(both @ inputs["W_self"].T + product @ inputs["W_inter"].T)
    return "lost" if effects.get("dropout", 0) > 1.01 / 9 * float(layer.abs().max()) else ""


ex.claim("all five: what changes, and what does not", _larger, judge=_all_five)


@ex.mistake("your rows are divided by deg(v), but A + I has deg(v) + 1 entries in a row")
def divides_by_the_degree(*x):
    return _effects(*x, bar=lambda A: (A + torch.eye(len(A))) / A.sum(1, keepdim=True).clamp(min=1))


@ex.mistake("D⁻¹A + I is what the README calls the default; the code's default is (D + I)⁻¹(A + I)")
def the_README_s_default(*x):
    return _effects(*x, bar=lambda A: A / A.sum(1, keepdim=True).clamp(min=1) + torch.eye(len(A)))


def _symmetric_bar(A):
    """graphs.normalize(A + I): roots of both degrees."""
    scale = (A.sum(dim=1) + 1).rsqrt()
    return scale[:, None] * (A + torch.eye(len(A))) * scale


@ex.mistake(
    "your matrix is normalized on both sides, as `graphs.normalize(A + I)` does; the released "
    "code divides each row by its sum"
)
def symmetric_with_self_loops(*x):
    return _effects(*x, bar=_symmetric_bar)


def _first_branch_only(A, E):
    return _bar(A) @ E, (graphs.normalize(A) @ E) * E


@ex.mistake("you changed the matrix in the first branch only; the product hears through it, too")
def first_branch_only(*x):
    return _effects(*x, branches=_first_branch_only)


def _self_twice(A, E):
    heard = _bar(A) @ E
    return heard + E, heard * E


@ex.mistake("A + I already contains the self-message; you add E once more")
def self_message_twice(*x):
    return _effects(*x, branches=_self_twice)


@ex.mistake("you normalize layer 0 as well; the released code leaves it as it is")
def layer_0_normalized(*x):
    return _effects(*x, unit=lambda E, layer: _unit(F.normalize(E, dim=1), layer))


def _whole_rows(E, layer):
    return F.normalize(torch.cat([E, layer], dim=1), dim=1)


@ex.mistake(
    "you divide the whole row [E | layer] by its length; layer 1 is divided by its own, and "
    "layer 0 stays"
)
def rows_of_both_together(*x):
    return _effects(*x, unit=_whole_rows)


@ex.mistake("your slope is PyTorch's default, 0.01; this lesson uses 0.2")
def slope_0_01(*x):
    return _effects(*x, act=F.leaky_relu)


def _unit_columns(E, layer):
    return torch.cat([E, F.normalize(layer, dim=0)], dim=1)


@ex.mistake("you normalize columns; a node's vector is a row, dim=1")
def columns_of_length_1(*x):
    return _effects(*x, unit=_unit_columns)


@ex.mistake("your differences pile up: switch each one on alone, starting from the paper's layer")
def one_after_the_other(A, E, W_self, W_inter):
    """Each difference on top of the ones before."""
    effects = _effects(A, E, W_self, W_inter)
    both, product = _branches(A, E)
    paper = torch.cat([E, _leaky(both @ W_self.T + product @ W_inter.T)], dim=1)
    both, product = _released_branches(_bar(A), E)
    layer = _leaky(both @ W_self.T) + _leaky(product @ W_inter.T)
    for name, other in (("activations", torch.cat([E, layer], 1)), ("norms", _unit(E, layer))):
        effects[name] = float((other - paper).abs().max())
    return effects | {"dropout": effects["norms"], "loss": effects["norms"]}


@ex.mistake("you report the mean change; asked is the largest one")
def mean_change(*x):
    return _effects(*x, size=lambda change: change.abs().mean())


def _loses_numbers(layer):
    kept = torch.rand(layer.shape, generator=torch.Generator().manual_seed(0)) >= 0.1
    return layer * kept / 0.9


@ex.mistake(
    "your dropout loses numbers in an evaluation: F.dropout does that unless it is told "
    "training=False"
)
def dropout_in_evaluation(*x):
    return _effects(*x, dropout=_loses_numbers)


@ex.mistake(
    "you multiply by 1 − p in evaluation; where the rescaling is done in training, dropout does "
    "nothing in evaluation"
)
def dropout_scales_in_evaluation(*x):
    return _effects(*x, dropout=lambda layer: 0.9 * layer)


@ex.mistake(
    "you divide by 1 − p in evaluation; that makes up for numbers lost in training, and none is "
    "lost here"
)
def dropout_rescales_in_evaluation(*x):
    return _effects(*x, dropout=lambda layer: layer / 0.9)


@ex.mistake("you take the largest number of the difference; a large negative one counts, too: abs")
def without_abs(*x):
    return _effects(*x, size=lambda change: change.max().clamp(min=0))


@ex.mistake("your columns sum to 1; the released code divides each row by its sum")
def divided_by_columns(*x):
    return _effects(*x, bar=lambda A: (A + torch.eye(len(A))) / (A.sum(0, keepdim=True) + 1))


@ex.mistake("one LeakyReLU per branch and another one on the sum: the released code has only two")
def lrelu_on_the_sum_too(*x):
    return _activated(lambda a, b: _leaky(_leaky(a) + _leaky(b)))(*x)


@ex.mistake("the loss is no part of a forward pass: an evaluation never computes it")
def loss_matters(*x):
    return one_at_a_time(*x) | {"loss": 1e-3}


def _largest(**other):
    """The right effects, some of them replaced by the largest entry of a change."""

    def answer(*inputs):
        made = {name: float(f(*inputs).abs().max()) for name, f in other.items()}
        return one_at_a_time(*inputs) | made

    return answer


def _paper(A, E, W_self, W_inter):
    return _leaky(sum(_sums(A, E, W_self, W_inter)))


def _activated(layer):
    """The right effects, that of the activations by a layer made of the two terms."""
    return _largest(activations=lambda *x: layer(*_sums(*x)) - _paper(*x))


@ex.mistake(
    "your matrix has no self-loops: it is (D + I)⁻¹(A + I), and the self-message comes by it"
)
def neighbors_only(*x):
    return _effects(*x, bar=lambda A: A / A.sum(1, keepdim=True))


@ex.mistake("you leave one of the two terms without LeakyReLU; each of them gets its own")
def one_branch_activated(*x):
    return _activated(lambda a, b: _leaky(a) + b)(*x)


@ex.mistake("you left LeakyReLU out; each of the two terms gets its own, then they are added")
def no_activation(*x):
    return _activated(lambda a, b: a + b)(*x)


@ex.mistake("you divide the whole layer by one length; each row is divided by its own")
def whole_layer_of_length_1(*x):
    return _largest(norms=lambda *x: _paper(*x) / _paper(*x).norm() - _paper(*x))(*x)


@ex.mistake(
    "you divide a row by the sum of its absolute numbers; its length is the root of squares"
)
def rows_of_sum_1(*x):
    return _largest(norms=lambda *x: F.normalize(_paper(*x), p=1, dim=1) - _paper(*x))(*x)


@ex.mistake(
    "you scale what goes into the layer to length 1; the released code scales what comes out"
)
def inputs_of_length_1(*x):
    def change(A, E, W_self, W_inter):
        return _paper(A, F.normalize(E, dim=1), W_self, W_inter) - _paper(A, E, W_self, W_inter)

    return _largest(norms=change)(*x)


@ex.mistake("you add the changes up; asked is the largest one")
def sum_of_the_changes(*x):
    return _effects(*x, size=lambda change: change.abs().sum())


@ex.mistake("you report the length of the whole change; asked is its largest entry")
def length_of_the_change(*x):
    return _effects(*x, size=torch.linalg.norm)


@ex.mistake("some of the five keys are missing; what changes nothing is reported as 0.0")
def without_the_zeros(*x):
    return {name: change for name, change in one_at_a_time(*x).items() if change}


@ex.mistake("you report the mean change of layer 1; asked is the largest one")
def mean_change_of_the_layer(*x):
    return {name: 2 * change for name, change in mean_change(*x).items()}  # layer 0 never changes
