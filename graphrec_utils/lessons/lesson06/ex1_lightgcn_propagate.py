"""Exercise 06.1: the propagation of LightGCN."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson06.shared import graph


def _one_hot(rng, R, K: int) -> dict:
    A = graphs.adjacency(torch.as_tensor(R, dtype=torch.float32))
    return {"A": A, "E0": torch.eye(len(A)), "num_layers": K}


ex = Exercise(
    "06.1",
    "lightgcn_propagate",
    points=5,
    library=("graphrec_utils.graphs.propagate", "graphrec_utils.graphs.propagation._in_buffers"),
    hints=(
        "Which single matrix product gives layer 1? And layer 2, from layer 1?",
        "`A_hat = graphs.normalize(A)` from lesson 04, then `A_hat @ E` for each step; keep a sum "
        "that starts with E0.",
        "`E = total = E0`, then K times `E = A_hat @ E` and `total = total + E`; return "
        "`total / (num_layers + 1)`.",
    ),
)


@ex.solution
def lightgcn_propagate(A, E0, num_layers):
    A_hat = graphs.normalize(A)
    E = total = E0
    for _ in range(num_layers):
        E = A_hat @ E  # (N, d)
        total = total + E
    return total / (num_layers + 1)


ex.claim(
    "the path and an item alone, one-hot start, one layer: u0 is (½, 0, 0.3536, ¼, 0, 0)",
    lambda rng: _one_hot(rng, F.pad(toy.path(), (0, 1)), 1),
)


THREE_USERS = [[1.0, 0, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1]]


ex.claim(
    "three users of different activity, three layers",
    lambda rng: _one_hot(rng, THREE_USERS, 3),
)


ex.claim("any start, four layers", lambda rng: graph(rng, 4))
ex.claim("without a layer E0 comes back", lambda rng: graph(rng, 0))
ex.claim(
    "a node without neighbors keeps a share of its own vector, and nothing becomes NaN",
    lambda rng: graph(rng, 2, lonely=True),
)

LAYER = "A_hat @ E"
MEAN = "total / (num_layers + 1)"
A_HAT = "graphs.normalize(A)"

# fmt: off
ex.slip("your nodes also hear themselves: LightGCN has no self-loops, layer 0 in the mean does "
        "that job",
        A_HAT, "graphs.normalize(A + torch.eye(len(A)))")
ex.slip("your numbers match D⁻¹A: you divided by the degree of the hearing node only",
        A_HAT, 'graphs.normalize(A, "row")')
ex.slip("your numbers match A D⁻¹: you divided by the degree of the speaking node only",
        A_HAT, 'graphs.normalize(A, "column")')
ex.slip("you propagate with A itself; every entry must be divided by the square roots of both "
        "degrees",
        A_HAT, "A")
ex.slip("you use the user's degree at both ends of an edge; one of the two roots belongs to the "
        "item",
        "A_hat = graphs.normalize(A)", "degree, is_user = A.sum(dim=1), A[0] == 0\n"
        "of_user = torch.where(is_user[:, None], degree[:, None], degree[None, :])\n"
        "A_hat = torch.where(A > 0, A / of_user, 0.0)")
ex.slip("you add the layers up: LightGCN takes their mean, 1 / (K + 1) each", MEAN, "total")
ex.slip("you return the last layer alone; all of 0 … K belong to the mean", MEAN, "E")
ex.slip("layer 0 is missing in your mean: E0 counts like every other layer",
        MEAN, "(total - E0) / num_layers")
ex.slip("you divide K + 1 layers by K", MEAN, "total / max(num_layers, 1)", hint=True)
ex.slip("you divide by deg(v) deg(w); the square root is missing",
        A_HAT, "A / A.sum(dim=1, keepdim=True).clamp(min=1) / A.sum(dim=1).clamp(min=1)")
ex.slip("you take K − 1 steps and divide by K + 1: the last layer is missing",
        "range(num_layers)", "range(num_layers - 1)")
ex.slip("you take K + 1 steps; layer 0 is one of the K + 1 layers and needs no step",
        "range(num_layers)", "range(num_layers + 1)", "/ (num_layers + 1)", "/ (num_layers + 2)")
ex.slip("you propagate the sum of the layers; keep two tensors, the layer and the sum",
        LAYER, "A_hat @ total", hint=True)
ex.slip("you put the layers side by side, as NGCF does; LightGCN takes their mean",
        "E = total = E0", "E, total = E0, [E0]", "total = total + E", "total.append(E)",
        MEAN, "torch.cat(total, dim=1)")
ex.slip("your layer k has the weight 1 / (k + 1); in a mean of K + 1 layers each has 1 / (K + 1)",
        "for _ in", "for k in", "total + E", "total + E / (k + 2)", MEAN, "total")
ex.slip("a node without neighbors has zeros in yours; it hears nothing, but layer 0 is in its mean",
        MEAN, MEAN + " * (A.sum(dim=1, keepdim=True) > 0)")
ex.slip("each of your steps starts from E0 again; layer k + 1 is made of layer k",
        LAYER, "A_hat @ E0", hint=True)
ex.slip("you divided by the degree of the hearing node only, which is D⁻¹A, and a node of degree "
        "0 became NaN",
        A_HAT, "A / A.sum(dim=1, keepdim=True)")
ex.slip("0 ** -0.5 is inf, and inf * 0 is NaN: give nodes of degree 0 the factor 0",
        A_HAT, "A.sum(dim=1).rsqrt()[:, None] * A * A.sum(dim=1).rsqrt()")
ex.slip("`total += E` wrote into E0, which you had only given a second name: `total = total + E`",
        "total = total + E", "total += E")
ex.slip("you take a step even where K is 0: layer 0 alone is then the mean",
        "A_hat =", "num_layers = max(num_layers, 1)\nA_hat =")
ex.slip("a node without neighbors keeps its whole vector in yours; its layers 1 … K are 0, so 1 / "
        "(K + 1) of it is left",
        MEAN, "torch.where(A.sum(dim=1, keepdim=True) > 0, total / (num_layers + 1), E0)")
ex.slip("you halve at every step: each layer is averaged with what came before; weigh all alike",
        "total + E", "(total + E) / 2", MEAN, "total")
ex.slip("you added the identity to Â: each layer keeps itself, and the mean has layer 0 already",
        A_HAT, A_HAT + " + torch.eye(len(A))")
ex.slip("you scaled the rows to length 1: LightGCN keeps lengths, popular nodes have longer "
        "vectors",
        MEAN, "F.normalize(total / (num_layers + 1), dim=1)")
ex.slip("the number of layers does not depend on `num_layers` in yours",
        "A_hat =", "num_layers = 3\nA_hat =")
ex.slip("there is a ReLU between the layers: LightGCN has removed it",
        LAYER, "torch.relu(A_hat @ E)")
