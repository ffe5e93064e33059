"""Exercise 05.3: layers side by side."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F  # noqa: F401 (slips use it)

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.models import ngcf


def _forward(rng, dims, edges: bool = True) -> dict:
    A = graphs.normalize(graphs.adjacency(toy.likes()))
    draw = lambda *shape: torch.from_numpy(rng.normal(size=shape).astype(np.float32))  # noqa: E731
    return {
        "A_hat": A if edges else torch.zeros_like(A),
        "E0": draw(7, dims[0]),
        "weights": [(0.5 * draw(b, a), 0.5 * draw(b, a)) for a, b in pairwise(dims)],
    }


ex = Exercise(
    "05.3",
    "ngcf_forward",
    points=4,
    branch=True,
    library="graphrec_utils.models.ngcf.stack",
    hints=(
        "Which tensor goes into layer 2, and which tensors must you remember until the end?",
        "Keep a list that starts with E0; append `ngcf.layer(A_hat, E[-1], W_self, W_inter)`.",
        "After the loop: `torch.cat(E, dim=1)`.",
    ),
)


@ex.solution
def ngcf_forward(A_hat, E0, weights):
    E = [E0]
    for W_self, W_inter in weights:
        E.append(ngcf.layer(A_hat, E[-1], W_self, W_inter))
    return torch.cat(E, dim=1)


def _by_hand(rng) -> dict:
    return {
        "A_hat": torch.tensor([[0.0, 1.0], [1.0, 0.0]]),
        "E0": torch.tensor([[2.0], [-3.0]]),
        "weights": [
            (torch.tensor([[1.0]]), torch.tensor([[10.0]])),
            (torch.tensor([[-1.0]]), torch.tensor([[0.0]])),
        ],
    }


ex.claim("one edge, two layers: (2, −12.2, 24.4) and (−3, −12.2, 24.4), by hand", _by_hand)


ex.claim("two layers of equal width: d (K + 1) columns", lambda rng: _forward(rng, (3, 3, 3)))
ex.claim("layers of different width stand side by side", lambda rng: _forward(rng, (3, 4, 2)))
ex.claim(
    "in a graph without edges layer 0 is still there",
    lambda rng: _forward(rng, (2, 3), edges=False),
)
ex.claim("without layers, layer 0 alone", lambda rng: _forward(rng, (3,)))


def _learned(got, expected, inputs) -> str | None:
    """Judge the values and the gradients of what is learned, which A_hat is not."""
    if problem := close(got[0], expected[0]):
        return problem
    names = ["E0", *(f"{W} of layer {k}" for k in (1, 2) for W in ("W_self", "W_inter"))]
    for name, mine, right in zip(names, got[1][1:], expected[1][1:], strict=True):
        if problem := close(mine, right):
            nothing = "; no gradient reaches it" * (not mine.any())
            return f"the gradient of {name}: {problem}{nothing}"
    return None


ex.claim(
    "gradients flow back to E0 and to all matrices",
    lambda rng: _forward(rng, (3, 4, 2)),
    run="call and compare gradient",
    judge=_learned,
)

NEXT = "E.append(ngcf.layer(A_hat, E[-1], W_self, W_inter))"
LAYER = "ngcf.layer(A_hat, E[-1], W_self, W_inter)"
RESULT = "torch.cat(E, dim=1)"

# fmt: off
ex.slip("E0 is cut off from the gradient (detach): the embeddings themselves are never learned",
        "E = [E0]", "E = [E0.detach()]")
ex.slip("your answer is cut off from its inputs (detach, numpy or no_grad): nothing can be trained",
        RESULT, RESULT + ".detach()")
ex.slip("layer 0 is missing: what no neighbor has touched belongs to the final embedding, too",
        "torch.cat(E,", "torch.cat(E[1:],", hint=True)
ex.slip("you return the last layer only; NGCF puts all of them side by side",
        RESULT, "E[-1]", hint=True)
ex.slip("you add the layers up: NGCF concatenates, so the width is d0 + d1 + … + dK",
        RESULT, "sum(E)")
ex.slip("you average the layers, which LightGCN will do: NGCF puts them side by side",
        RESULT, "torch.stack(E).mean(dim=0)")
ex.slip("all your layers start from E0, so nobody hears further than one step: start from the "
        "layer before",
        "E[-1]", "E0", hint=True)
ex.slip("all your layers share the first pair of matrices; layer k has its own",
        "in weights:", "in [weights[0]] * len(weights) if weights else []:")
ex.slip("all layers so far go into your next one; only the layer before does, and the "
        "concatenation comes at the end",
        "E[-1]", "torch.cat(E, dim=1)")
ex.slip("layer 0 is in your result twice and the last layer never: append a layer after it is "
        "computed",
        RESULT, "torch.cat([E0, *E[:-1]], dim=1)")
ex.slip("W_self and W_inter are swapped: a pair holds W_self first",
        "for W_self, W_inter in", "for W_inter, W_self in")
ex.slip("you apply LeakyReLU to a layer that has had it: `ngcf.layer` ends with it",
        LAYER, f"F.leaky_relu({LAYER}, 0.2)")
ex.slip("your columns run from the last layer to the first; put layer 0 first",
        "torch.cat(E,", "torch.cat(E[::-1],")
ex.slip("you put layers on top of each other, as if there were more nodes: rows are nodes, so "
        "concatenate columns, dim=1",
        "dim=1", "dim=0")
ex.slip("you divide rows by their length, as the released code does; the paper does not",
        RESULT, "torch.cat([E0, *(F.normalize(layer, dim=1) for layer in E[1:])], dim=1)")
ex.slip("the last pair of matrices is not used in yours: K pairs make K layers",
        "in weights:", "in weights[:-1]:")
ex.slip("you stack the layers along a new axis: rows stay nodes, columns follow each other",
        "torch.cat", "torch.stack")
ex.slip("you return the layers as a list; put them side by side, `torch.cat(…, dim=1)`",
        RESULT, "E")
ex.slip("your layers use the matrices from the last pair to the first",
        "in weights:", "in weights[::-1]:")
ex.slip("you cut the gradient between the layers; it must flow through all of them to E0",
        "E[-1]", "E[-1].detach()")
ex.slip("you divide the rows of layer 0 by their length; it stays as it was learned",
        RESULT, "torch.cat([F.normalize(E0, dim=1), *E[1:]], dim=1)")
ex.slip("your LeakyReLU reaches layer 0, too: it belongs to the layers, which have had it",
        RESULT, f"F.leaky_relu({RESULT}, 0.2)")
ex.slip("you add a layer to the one before; the self-message is in `ngcf.layer` already",
        LAYER, "E[-1] + " + LAYER)
ex.slip("LeakyReLU is missing in your layers: take `ngcf.layer`, which ends with it",
        NEXT, "heard = A_hat @ E[-1]\n"
        "E.append((heard + E[-1]) @ W_self.T + (heard * E[-1]) @ W_inter.T)")
ex.slip("only the first and the last layer are in your result; those between belong to it",
        "return", "E = [E[0], E[-1]] if weights else E\nreturn")
ex.slip("you compute the first layer before you ask whether there is one: K may be 0",
        "[E0]", "[E0, ngcf.layer(A_hat, E0, *weights[0])]", "in weights:", "in weights[1:]:")
ex.slip("your last layer stands there twice: K pairs of matrices make K layers",
        RESULT, "torch.cat([*E, E[-1]], dim=1)")
ex.slip("layer 0 stands there twice: the list has it already when the loop begins",
        RESULT, "torch.cat([E0, *E], dim=1)")
ex.slip("layer 0 stands there without its gradient (detach); its own scores would never train it",
        RESULT, "torch.cat([E0.detach(), *E[1:]], dim=1)")
ex.slip("you scale what goes into a layer to length 1; it goes in as the layer before made it",
        "E[-1]", "F.normalize(E[-1], dim=1)")
