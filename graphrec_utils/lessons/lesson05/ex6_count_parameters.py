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
    layers = sum(2 * d * to + 2 * to * biases for d, to in pairwise(dims))
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


@ex.mistake("a layer has two matrices, W_self and W_inter; you count one")
def one_matrix_per_layer(m, n, dims, biases):
    return (
        (m + n) * dims[0],
        sum(a * b + 2 * b * biases for a, b in pairwise(dims)),
    )


@ex.mistake("both branches of a layer have a bias of their own; you count one")
def one_bias_per_layer(m, n, dims, biases):
    return (
        (m + n) * dims[0],
        sum(2 * a * b + b * biases for a, b in pairwise(dims)),
    )


@ex.mistake("a bias is added to the layer's output, so it has d' numbers, not d")
def biases_as_wide_as_the_input(m, n, dims, biases):
    return (
        (m + n) * dims[0],
        sum(2 * a * b + 2 * a * biases for a, b in pairwise(dims)),
    )


@ex.mistake("you never count biases; with `biases` each of the two terms has one")
def biases_never(m, n, dims, biases):
    return count_parameters(m, n, dims, False)


@ex.mistake("you count biases even where there are none")
def biases_always(m, n, dims, biases):
    return count_parameters(m, n, dims, True)


@ex.mistake("you count the matrices of one layer; every layer has its own")
def shared_matrices(num_users, num_items, dims, biases):
    return count_parameters(num_users, num_items, dims[:2], biases)


@ex.mistake("your matrices are square, d by d; a layer that maps d numbers to d' has d' by d")
def square_matrices(m, n, dims, biases):
    return (
        (m + n) * dims[0],
        sum(2 * a * a + 2 * b * biases for a, b in pairwise(dims)),
    )


@ex.mistake("you count the biases of the last layer only; every layer has two")
def biases_of_the_last_layer_only(m, n, dims, biases):
    return (
        (m + n) * dims[0],
        sum(2 * a * b for a, b in pairwise(dims)) + 2 * dims[-1] * biases * (len(dims) > 1),
    )


@ex.mistake("you return one total; asked are two numbers, layer 0 and the rest")
def one_total(m, n, dims, biases):
    return sum(count_parameters(m, n, dims, biases))


@ex.mistake("your layer 0 is as wide as the last layer; what is learned has the width d0")
def width_of_the_last_layer(m, n, dims, biases):
    return (
        (m + n) * dims[-1],
        count_parameters(m, n, dims, biases)[1],
    )


@ex.mistake("items have embeddings, too: layer 0 has a row for every node")
def users_only(m, n, dims, biases):
    return (m * dims[0], count_parameters(m, n, dims, biases)[1])


@ex.mistake("only layer 0 is learned; the embeddings of later layers are computed from it")
def all_layers_of_embeddings(m, n, dims, biases):
    return (
        (m + n) * sum(dims),
        count_parameters(m, n, dims, biases)[1],
    )


@ex.mistake(
    "a layer has two matrices and two biases, one of each per branch; you count one of each"
)
def one_branch_per_layer(m, n, dims, biases):
    return (m + n) * dims[0], sum(a * b + b * biases for a, b in pairwise(dims))


@ex.mistake("your second number contains layer 0; asked are the matrices and biases alone")
def total_as_the_second(m, n, dims, biases):
    first, layers = count_parameters(m, n, dims, biases)
    return first, first + layers


@ex.mistake("your matrices are square, d' by d'; a layer that maps d numbers to d' has d' by d")
def square_matrices_of_the_output(m, n, dims, biases):
    return (m + n) * dims[0], sum(2 * b * b + 2 * b * biases for _, b in pairwise(dims))


@ex.mistake("you count one layer too many: K + 1 widths are K layers, and layer 0 has no matrix")
def one_layer_too_many(m, n, dims, biases):
    return count_parameters(m, n, dims, biases)[0], count_parameters(
        m, n, [dims[0], *dims], biases
    )[1]


def _layers_of(count):
    """An answer whose second number adds up count(d, d', biases) over the layers."""

    def answer(m, n, dims, biases):
        return (m + n) * dims[0], sum(count(a, b, biases) for a, b in pairwise(dims))

    return answer


@ex.mistake("a bias is a vector, one number for each of the d' outputs, not one number")
def a_bias_is_one_number(*x):
    return _layers_of(lambda a, b, biases: 2 * a * b + 2 * biases)(*x)


@ex.mistake("one of your biases is as wide as the input; both are added to the output, d' wide")
def one_bias_on_each_side(*x):
    return _layers_of(lambda a, b, biases: 2 * a * b + biases * (a + b))(*x)


@ex.mistake("you add d and d'; a matrix of d' rows and d columns has d' · d numbers")
def rows_plus_columns(*x):
    return _layers_of(lambda a, b, biases: 2 * (a + b) + 2 * b * biases)(*x)


@ex.mistake("you count four matrices in a layer; it has two, for both directions of an edge")
def four_matrices(*x):
    return _layers_of(lambda a, b, biases: 4 * a * b + 2 * b * biases)(*x)


@ex.mistake("you count three matrices in a layer; the self-message goes through W_self, too")
def three_matrices(*x):
    return _layers_of(lambda a, b, biases: 3 * a * b + 2 * b * biases)(*x)


@ex.mistake("users and items share the matrices of a layer: you count them twice")
def matrices_for_each_side(*x):
    return _layers_of(lambda a, b, biases: 4 * a * b + 4 * b * biases)(*x)


@ex.mistake("every layer starts from layer 0 in yours; layer k maps d(k−1) numbers to d(k)")
def all_from_layer_0(m, n, dims, biases):
    layers = sum(2 * dims[0] * b + 2 * b * biases for b in dims[1:])
    return (m + n) * dims[0], layers


@ex.mistake("your layer k reads all layers before it; it reads the one before, d(k−1) numbers")
def reads_all_layers(m, n, dims, biases):
    layers = [2 * sum(dims[:k]) * b + 2 * b * biases for k, b in enumerate(dims) if k]
    return (m + n) * dims[0], sum(layers)


@ex.mistake("all matrices have the width of layer 0 in yours; layer k has d(k) by d(k−1)")
def all_as_wide_as_layer_0(m, n, dims, biases):
    layers = (len(dims) - 1) * (2 * dims[0] ** 2 + 2 * dims[0] * biases)
    return (m + n) * dims[0], layers


@ex.mistake("your layers all have the shape of the first; their widths differ")
def first_layer_times_K(m, n, dims, biases):
    first, layer = count_parameters(m, n, dims[:2], biases)
    return first, (len(dims) - 1) * layer


@ex.mistake("the two numbers are swapped: layer 0 comes first")
def numbers_swapped(*x):
    return count_parameters(*x)[::-1]


@ex.mistake("users have embeddings, too: layer 0 has a row for every node")
def items_only(m, n, dims, biases):
    return n * dims[0], count_parameters(m, n, dims, biases)[1]


@ex.mistake("you multiply users by items; layer 0 has a row for each, m + n of them")
def pairs_of_nodes(m, n, dims, biases):
    return m * n * dims[0], count_parameters(m, n, dims, biases)[1]


@ex.mistake("the last layer is missing in your sum: K + 1 widths make K layers")
def last_layer_forgotten(m, n, dims, biases):
    return (m + n) * dims[0], count_parameters(m, n, dims[:-1], biases)[1]


@ex.mistake("layer 0 has no bias in either model; only the terms of a layer have one")
def biases_for_layer_0(m, n, dims, biases):
    first, layers = count_parameters(m, n, dims, biases)
    return first, layers + 2 * dims[0] * biases


@ex.mistake("the nodes have no biases: with `biases`, the two terms of each layer have one")
def biases_for_the_nodes(m, n, dims, biases):
    first, layers = count_parameters(m, n, dims, biases)
    return first + (m + n) * biases, layers


@ex.mistake("you read `dims[1]` although K may be 0: without layers the second number is 0")
def needs_a_layer(m, n, dims, biases):
    return (m + n) * dims[0], 2 * dims[0] * dims[1] + sum(
        2 * a * b for a, b in pairwise(dims[1:])
    ) + 2 * biases * sum(dims[1:])


@ex.mistake("you return a list; the function returns a pair, `(first, second)`")
def a_list(*x):
    return list(count_parameters(*x))


@ex.mistake("your first number contains the layers; it is layer 0 alone")
def total_as_the_first(*x):
    first, layers = count_parameters(*x)
    return first + layers, layers
