"""Exercise 06.1: the propagation of LightGCN."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from graphrec_utils import graphs, toy
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson06.shared import graph, layers, mean


def _symmetric(A):
    return graphs.normalize(A, "symmetric")


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
    return mean(_symmetric(A), E0, num_layers)


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


@ex.mistake(
    "your nodes also hear themselves: LightGCN has no self-loops, layer 0 in the mean does that job"
)
def self_loops(A, E0, K):
    return mean(_symmetric(A + torch.eye(len(A))), E0, K)


@ex.mistake("your numbers match D⁻¹A: you divided by the degree of the hearing node only")
def rows_only(A, E0, K):
    return mean(graphs.normalize(A, "row"), E0, K)


@ex.mistake("your numbers match A D⁻¹: you divided by the degree of the speaking node only")
def columns_only(A, E0, K):
    return mean(graphs.normalize(A, "column"), E0, K)


@ex.mistake(
    "you propagate with A itself; every entry must be divided by the square roots of both degrees"
)
def not_normalized(A, E0, K):
    return mean(A, E0, K)


def _user_degrees_only(A):
    """The degree of the user on both ends of an edge: 1 / deg(u)."""
    degree, is_user = A.sum(dim=1), A[0] == 0  # node 0 is a user: it touches items only
    of_user = torch.where(is_user[:, None], degree[:, None], degree[None, :])
    return torch.where(A > 0, A / of_user, 0.0)


@ex.mistake(
    "you use the user's degree at both ends of an edge; one of the two roots belongs to the item"
)
def degrees_of_users_on_both_ends(A, E0, K):
    return mean(_user_degrees_only(A), E0, K)


@ex.mistake("you add the layers up: LightGCN takes their mean, 1 / (K + 1) each")
def sum_instead_of_mean(A, E0, K):
    return torch.stack(layers(_symmetric(A), E0, K)).sum(dim=0)


@ex.mistake("you return the last layer alone; all of 0 … K belong to the mean")
def last_layer_only(A, E0, K):
    return layers(_symmetric(A), E0, K)[-1]


@ex.mistake("layer 0 is missing in your mean: E0 counts like every other layer")
def layer_0_left_out(A, E0, K):
    return torch.stack(layers(_symmetric(A), E0, K)[1:]).mean(dim=0)


@ex.mistake("you divide K + 1 layers by K")
def divided_by_K(A, E0, K):
    return torch.stack(layers(_symmetric(A), E0, K)).sum(dim=0) / max(K, 1)


def _no_root(A):
    """Every entry divided by the product of both degrees."""
    degree = A.sum(dim=1).clamp(min=1)
    return A / degree[:, None] / degree[None, :]


@ex.mistake("you divide by deg(v) deg(w); the square root is missing")
def no_square_root(A, E0, K):
    return mean(_no_root(A), E0, K)


@ex.mistake("you take K − 1 steps and divide by K + 1: the last layer is missing")
def one_step_too_few(A, E0, K):
    return torch.stack(layers(_symmetric(A), E0, K - 1)).sum(dim=0) / (K + 1)


@ex.mistake("you take K + 1 steps; layer 0 is one of the K + 1 layers and needs no step")
def one_step_too_many(A, E0, K):
    return mean(_symmetric(A), E0, K + 1)


@ex.mistake("you propagate the sum of the layers; keep two tensors, the layer and the sum")
def running_sum_propagated(A, E0, K):
    """Each step propagates the sum so far: (I + Â)^K E0, divided by K + 1."""
    total, A_hat = E0, _symmetric(A)
    for _ in range(K):
        total = total + A_hat @ total
    return total / (K + 1)


@ex.mistake("you put the layers side by side, as NGCF does; LightGCN takes their mean")
def side_by_side(A, E0, K):
    return torch.cat(layers(_symmetric(A), E0, K), dim=1)


@ex.mistake(
    "your layer k has the weight 1 / (k + 1); in a mean of K + 1 layers each has 1 / (K + 1)"
)
def weights_that_fall(A, E0, K):
    return sum(E / (k + 1) for k, E in enumerate(layers(_symmetric(A), E0, K)))


@ex.mistake(
    "a node without neighbors has zeros in yours; it hears nothing, but layer 0 is in its mean"
)
def nothing_for_isolated_nodes(A, E0, K):
    return mean(_symmetric(A), E0, K) * (A.sum(dim=1, keepdim=True) > 0)


@ex.mistake("each of your steps starts from E0 again; layer k + 1 is made of layer k")
def every_step_starts_from_E0(A, E0, K):
    return (E0 + K * (_symmetric(A) @ E0)) / (K + 1)


def _nan_for_isolated(A):
    scale = A.sum(dim=1).rsqrt()
    return scale[:, None] * A * scale[None, :]


@ex.mistake(
    "you divided by the degree of the hearing node only, which is D⁻¹A, and a node of degree 0 became NaN"
)
def rows_only_with_NaN(A, E0, K):
    return mean(A / A.sum(dim=1, keepdim=True), E0, K)


@ex.mistake("0 ** -0.5 is inf, and inf * 0 is NaN: give nodes of degree 0 the factor 0")
def naN_for_isolated_nodes(A, E0, K):
    return mean(_nan_for_isolated(A), E0, K)


@ex.mistake(
    "`total += E` wrote into E0, which you had only given a second name: `total = total + E`"
)
def e0_overwritten(A, E0, K):
    total, E, A_hat = E0, E0, _symmetric(A)
    for _ in range(K):
        E = A_hat @ E
        total += E  # E0 itself
    return total / (K + 1)


@ex.mistake("you take a step even where K is 0: layer 0 alone is then the mean")
def one_step_at_least(A, E0, K):
    return mean(_symmetric(A), E0, max(K, 1))


@ex.mistake(
    "a node without neighbors keeps its whole vector in yours; its layers 1 … K are 0, so 1 / (K + 1) "
    "of it is left"
)
def isolated_nodes_keep_all(A, E0, K):
    return torch.where(A.sum(dim=1, keepdim=True) > 0, mean(_symmetric(A), E0, K), E0)


@ex.mistake(
    "you halve at every step: each layer is averaged with what came before; weigh all alike"
)
def running_mean(A, E0, K):
    total = E = E0
    for _ in range(K):
        E = _symmetric(A) @ E
        total = (total + E) / 2
    return total


@ex.mistake(
    "you added the identity to Â: each layer keeps itself, and the mean has layer 0 already"
)
def identity_in_each_layer(A, E0, K):
    A_hat = _symmetric(A) + torch.eye(len(A))
    return mean(layers(A_hat, E0, K))


@ex.mistake(
    "you scaled the rows to length 1: LightGCN keeps lengths, popular nodes have longer vectors"
)
def rows_of_length_1(A, E0, K):
    return torch.nn.functional.normalize(lightgcn_propagate(A, E0, K), dim=1)


@ex.mistake("the number of layers does not depend on `num_layers` in yours")
def always_three_layers(A, E0, K):
    return lightgcn_propagate(A, E0, 3)


@ex.mistake("there is a ReLU between the layers: LightGCN has removed it")
def with_ReLU(A, E0, K):
    E = total = E0
    for _ in range(K):
        E = torch.relu(_symmetric(A) @ E)
        total = total + E
    return total / (K + 1)
