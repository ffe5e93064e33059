"""Exercise 05.6: what a model costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _sizes(rng, dims, biases: bool = False) -> dict:
    m, n = rng.choice(np.arange(100, 1000), 2, replace=False)
    return {"num_users": int(m), "num_items": int(n), "dims": list(dims), "biases": biases}


def _different(rng, biases: bool = False) -> dict:
    return _sizes(rng, rng.choice(np.arange(8, 70), 4, replace=False).tolist(), biases)


BOTH = part(0, 1)


ex = Exercise(
    "05.6",
    "count_parameters",
    points=3,
    branch=True,
    library="graphrec_utils.models.ngcf.num_parameters",
    hints=(
        "What does the optimizer hold: which embeddings, and which matrices of which shape?",
        "Layer k maps dims[k-1] numbers to dims[k] with two matrices, and two biases if there are "
        "any.",
        "`sum(2 * a * b + 2 * b * biases for a, b in zip(dims[:-1], dims[1:]))`.",
    ),
)


@ex.solution
def count_parameters(num_users, num_items, dims, biases):
    layers = sum(2 * a * b + 2 * b * biases for a, b in pairwise(dims))
    return (num_users + num_items) * dims[0], layers


ex.claim("one layer of width 64: 8,192 numbers", lambda rng: _sizes(rng, (64, 64)), judge=BOTH)
ex.claim(
    "three layers have three times as many",
    lambda rng: _sizes(rng, (int(rng.integers(8, 65)),) * 4),
    judge=BOTH,
)
ex.claim("layers of different widths", _different, judge=BOTH)
ex.claim("with biases, one per branch", lambda rng: _different(rng, biases=True), judge=BOTH)
ex.claim("without layers, the embeddings alone", lambda rng: _sizes(rng, (16,)), judge=BOTH)

BRANCHES = "2 * a * b + 2 * b * biases"
LAYERS = "sum(2 * a * b + 2 * b * biases for a, b in pairwise(dims))"
NODES = "(num_users + num_items) * dims[0]"

# fmt: off
ex.slip("a layer has two matrices, W_self and W_inter; you count one", "2 * a * b", "a * b")
ex.slip("both branches of a layer have a bias of their own; you count one",
        "2 * b * biases", "b * biases", hint=True)
ex.slip("a bias is added to the layer's output, so it has d' numbers, not d",
        "2 * b * biases", "2 * a * biases")
ex.slip("you never count biases; with `biases` each of the two terms has one",
        " + 2 * b * biases", "")
ex.slip("you count biases even where there are none", " * biases", "")
ex.slip("you count the matrices of one layer; every layer has its own",
        "pairwise(dims)", "pairwise(dims[:2])")
ex.slip("your matrices are square, d by d; a layer that maps d numbers to d' has d' by d",
        "2 * a * b", "2 * a * a")
ex.slip("you count the biases of the last layer only; every layer has two",
        LAYERS, "sum(2 * a * b for a, b in pairwise(dims)) + 2 * dims[-1] * biases * (len(dims) > 1)")
ex.slip("you return one total; asked are two numbers, layer 0 and the rest",
        "dims[0], layers", "dims[0] + layers")
ex.slip("your layer 0 is as wide as the last layer; what is learned has the width d0",
        "dims[0]", "dims[-1]")
ex.slip("items have embeddings, too: layer 0 has a row for every node",
        "(num_users + num_items)", "num_users", hint=True)
ex.slip("only layer 0 is learned; the embeddings of later layers are computed from it",
        "dims[0]", "sum(dims)")
ex.slip("a layer has two matrices and two biases, one of each per branch; you count one of each",
        BRANCHES, "a * b + b * biases", hint=True)
ex.slip("your second number contains layer 0; asked are the matrices and biases alone",
        "dims[0], layers", f"dims[0], layers + {NODES}")
ex.slip("your matrices are square, d' by d'; a layer that maps d numbers to d' has d' by d",
        "2 * a * b", "2 * b * b")
ex.slip("you count one layer too many: K + 1 widths are K layers, and layer 0 has no matrix",
        "pairwise(dims)", "pairwise([dims[0], *dims])")
ex.slip("a bias is a vector, one number for each of the d' outputs, not one number",
        "2 * b * biases", "2 * biases")
ex.slip("one of your biases is as wide as the input; both are added to the output, d' wide",
        "2 * b * biases", "(a + b) * biases")
ex.slip("you add d and d'; a matrix of d' rows and d columns has d' · d numbers",
        "2 * a * b", "2 * (a + b)")
ex.slip("you count four matrices in a layer; it has two, for both directions of an edge",
        "2 * a", "4 * a")
ex.slip("you count three matrices in a layer; the self-message goes through W_self, too",
        "2 * a", "3 * a")
ex.slip("users and items share the matrices of a layer: you count them twice",
        BRANCHES, "4 * a * b + 4 * b * biases")
ex.slip("every layer starts from layer 0 in yours; layer k maps d(k−1) numbers to d(k)",
        "2 * a", "2 * dims[0]")
ex.slip("your layer k reads all layers before it; it reads the one before, d(k−1) numbers",
        "2 * a", "2 * sum(dims[:k])", "a, b in pairwise(dims)", "k, b in enumerate(dims) if k")
ex.slip("all matrices have the width of layer 0 in yours; layer k has d(k) by d(k−1)",
        "pairwise(dims)", "pairwise(dims[:1] * len(dims))")
ex.slip("your layers all have the shape of the first; their widths differ",
        "pairwise(dims)", "[dims[:2]] * (len(dims) - 1)")
ex.slip("the two numbers are swapped: layer 0 comes first", NODES + ", layers", "layers, " + NODES)
ex.slip("users have embeddings, too: layer 0 has a row for every node",
        "(num_users + num_items)", "num_items")
ex.slip("you multiply users by items; layer 0 has a row for each, m + n of them",
        "num_users + num_items", "num_users * num_items")
ex.slip("the last layer is missing in your sum: K + 1 widths make K layers",
        "layers = ", "dims = dims[:-1]\nlayers = ")
ex.slip("layer 0 has no bias in either model; only the terms of a layer have one",
        ", layers", ", layers + 2 * dims[0] * biases")
ex.slip("the nodes have no biases: with `biases`, the two terms of each layer have one",
        "dims[0]", "(dims[0] + biases)")
ex.slip("you read `dims[1]` although K may be 0: without layers the second number is 0",
        LAYERS, "2 * dims[0] * dims[1] + 2 * dims[1] * biases",
        "return", "layers += sum(2 * a * b + 2 * b * biases for a, b in pairwise(dims[1:]))\nreturn")
ex.slip("you return a list; the function returns a pair, `(first, second)`",
        "return ", "return [", ", layers", ", layers]")
ex.slip("your first number contains the layers; it is layer 0 alone",
        "dims[0], layers", "dims[0] + layers, layers")
