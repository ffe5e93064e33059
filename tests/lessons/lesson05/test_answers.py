"""Lesson 05: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from styles import judged, other_styles

from graphrec_utils import exercises, graphs
from graphrec_utils.exercises import codec, core
from graphrec_utils.exercises.compare import close
from graphrec_utils.models import ngcf


# ------------------------------------------------------------- two other styles each
def loop_messages(neighbors, E, W_self, W_inter):
    rows = []
    for v, mine in enumerate(neighbors):
        terms = [W_self @ E[v]]
        for w in mine:
            message = W_self.matmul(E[w]) + W_inter.matmul(E[v].mul(E[w]))
            terms.append(message / np.sqrt(len(mine) * len(neighbors[w])))
        rows.append(torch.stack(terms).sum(dim=0))
    x = torch.stack(rows)
    return torch.where(x > 0, x, 0.2 * x)


def loop_rows(neighbors, E, W_self, W_inter):
    """Rows times transposed matrices, the neighbors of a node at once."""
    degree = torch.tensor([len(mine) for mine in neighbors], dtype=E.dtype)
    out = E @ W_self.T
    for v, mine in enumerate(neighbors):
        if mine:
            x = E[mine] / (degree[v] * degree[mine])[:, None] ** 0.5
            out[v] += (x @ W_self.T + (x * E[v]) @ W_inter.T).sum(dim=0)
    return F.leaky_relu(out, negative_slope=0.2)


def matrix_linear(A_hat, E, W_self, W_inter):
    heard = torch.mm(A_hat, E)
    x = F.linear(heard, W_self) + F.linear(E, W_self) + F.linear(heard * E, W_inter)
    return torch.maximum(x, 0.2 * x)


def matrix_einsum(A_hat, E, W_self, W_inter):
    heard = A_hat @ E
    x = torch.einsum("vd,od->vo", heard + E, W_self)
    return F.leaky_relu(x + torch.einsum("vd,vd,od->vo", heard, E, W_inter), 0.2)


def matrix_sparse_identity(A_hat, E, W_self, W_inter):
    N = len(E)
    eye = torch.sparse_coo_tensor(torch.arange(N).repeat(2, 1), torch.ones(N), (N, N))
    both = (A_hat.to_sparse_coo() + eye) @ E
    return F.leaky_relu(both @ W_self.T + (A_hat @ E * E) @ W_inter.T, 0.2)


def forward_cat(A_hat, E0, weights):
    final = last = E0
    for W_self, W_inter in weights:
        last = matrix_linear(A_hat, last, W_self, W_inter)
        final = torch.cat([final, last], dim=-1)
    return final


def forward_hstack(A_hat, E0, weights):
    layers = [E0.clone()]
    for pair in weights:
        layers += [ngcf.layer(A_hat, layers[-1], *pair)]
    return torch.hstack(layers)


def dropout_bernoulli(A_hat, rate, training, generator):
    if not training or rate == 0:
        return A_hat
    keep = torch.bernoulli(torch.full_like(A_hat.values(), 1 - rate), generator=generator)
    values = A_hat.values() * keep / (1 - rate)
    return torch.sparse_coo_tensor(A_hat.indices(), values, A_hat.shape)


def dropout_absent(A_hat, rate, training, generator):
    """Lost messages are not stored at all; the result is not coalesced by hand."""
    if training:
        keep = torch.rand(A_hat._nnz(), generator=generator) > rate
        return torch.sparse_coo_tensor(
            A_hat.indices()[:, keep], A_hat.values()[keep] / (1.0 - rate), A_hat.size()
        )
    return A_hat.clone()


def dropout_dense(A_hat, rate, training, generator):
    if not training:
        return A_hat
    mask = (torch.rand(A_hat.shape, generator=generator) >= rate).float()
    return (A_hat.to_dense() * mask / (1 - rate)).to_sparse()


def review_stacked(A, E, W_self, W_inter):
    N, degree = len(A), A.sum(dim=1)
    act = lambda x: torch.where(x >= 0, x, 0.2 * x)  # noqa: E731
    A_hat = torch.diag(degree**-0.5) @ A @ torch.diag(degree**-0.5)
    A_bar = torch.inverse(torch.diag(degree + 1)) @ (A + torch.eye(N))
    a, b = (A_hat @ E + E) @ W_self.T, (A_hat @ E * E) @ W_inter.T
    paper = torch.cat([E, act(a + b)], dim=1)
    layer = act(a + b)
    unit = layer / layer.norm(dim=1, keepdim=True)
    others = {
        "loss": paper,
        "norms": torch.cat([E, unit], dim=1),
        "dropout": torch.cat([E, F.dropout(act(a + b), 0.1, training=False)], dim=1),
        "activations": torch.cat([E, act(a) + act(b)], dim=1),
        "adjacency": torch.cat([E, act(A_bar @ E @ W_self.T + (A_bar @ E * E) @ W_inter.T)], dim=1),
    }
    return {name: (x - paper).abs().max().item() for name, x in others.items()}


def review_with_the_library(A, E, W_self, W_inter):
    A_hat = graphs.normalize(A)
    paper = ngcf.layer(A_hat, E, W_self, W_inter)
    heard = graphs.normalize(A + torch.eye(len(A)), "row") @ E
    effects = dict.fromkeys(("dropout", "loss"), 0.0)
    changed = F.leaky_relu(heard @ W_self.T + (heard * E) @ W_inter.T, 0.2)
    effects["adjacency"] = torch.dist(changed, paper, p=float("inf")).item()
    parts = ((A_hat @ E + E) @ W_self.T, (A_hat @ E * E) @ W_inter.T)
    changed = sum(F.leaky_relu(x, 0.2) for x in parts)
    effects["activations"] = torch.dist(changed, paper, p=float("inf")).item()
    effects["norms"] = (F.normalize(paper) - paper).abs().max().item()
    return effects


def count_loop(num_users, num_items, dims, biases):
    total = 0
    for k in range(1, len(dims)):
        for _ in ("self", "inter"):
            total += dims[k] * dims[k - 1]
            if biases:
                total += dims[k]
    return dims[0] * (num_users + num_items), total


def count_modules(num_users, num_items, dims, biases):
    modules = [
        torch.nn.Linear(a, b, bias=biases)
        for a, b in zip(dims, dims[1:], strict=False)  # noqa: RUF007
        for _ in range(2)
    ]
    table = torch.nn.Embedding(num_users + num_items, dims[0])
    return table.weight.numel(), sum(p.numel() for x in modules for p in x.parameters())


ANSWERS = {
    "05.1": (loop_messages, loop_rows),
    "05.2": (matrix_linear, matrix_einsum, matrix_sparse_identity),
    "05.3": (forward_cat, forward_hstack),
    "05.4": (dropout_bernoulli, dropout_absent, dropout_dense),
    "05.5": (review_stacked, review_with_the_library),
    "05.6": (count_loop, count_modules),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "05", ANSWERS, points=25
)


# ------------------------------------------------------------- wrong answers in other styles
def named(name, function) -> str:
    return judged(name, function).mistake


def dense_everything(A_hat, E, W_self, W_inter):
    return matrix_linear(A_hat.to_dense(), E, W_self, W_inter)


def dense_from_numpy(A_hat, E, W_self, W_inter):
    eye = torch.from_numpy(np.identity(len(E), dtype=np.float32))
    x = F.linear((A_hat + eye) @ E, W_self) + F.linear(A_hat @ E * E, W_inter)
    return torch.maximum(x, 0.2 * x)


def dense_then_sparse(A_hat, E, W_self, W_inter):
    if A_hat.layout == torch.strided:
        return matrix_linear(A_hat, E, W_self, W_inter)
    A_loop = A_hat + torch.eye(len(E)).to_sparse_csr()
    return F.leaky_relu(A_loop @ E @ W_self.T + (A_hat @ E * E) @ W_inter.T, 0.2)


@pytest.mark.parametrize("answer", [dense_everything, dense_from_numpy, dense_then_sparse])
def test_a_dense_matrix_of_all_nodes_is_named(answer):
    assert "a dense N × N matrix was made" in named("05.2", answer)


def silences(A_hat, rate, training, generator, axes, always=False):
    """Node dropout: senders (axis 1), receivers (axis 0) or both."""
    if not (training or always):
        return A_hat
    keep = torch.ones(A_hat.values().shape)
    for axis in axes:
        stay = torch.bernoulli(torch.full(A_hat.shape[:1], 1 - rate), generator=generator)
        keep *= stay[A_hat.indices()[axis]]
    return torch.sparse_coo_tensor(A_hat.indices(), A_hat.values() * keep / (1 - rate), A_hat.shape)


@pytest.mark.parametrize("axis", [0, 1])
def test_node_dropout_is_named_whatever_it_draws(axis):
    assert "node dropout" in named("05.4", lambda *a: silences(*a, axes=[axis]))


def test_dropout_in_evaluation_is_named_whatever_it_draws():
    def always(A_hat, rate, training, generator):
        return dropout_bernoulli(A_hat, rate, True, generator)

    assert "you drop messages in evaluation" in named("05.4", always)


def test_dropout_in_the_review_is_named_whatever_it_draws():
    def reviewed(*inputs):
        A, E, W_self, W_inter = inputs
        layer = ngcf.layer(graphs.normalize(A), E, W_self, W_inter)
        torch.manual_seed(5)
        return review_stacked(*inputs) | {
            "dropout": float((F.dropout(layer, 0.1) - layer).abs().max())
        }

    assert "F.dropout does that unless" in named("05.5", reviewed)


# ------------------------------------------------------------- the library's twins
def asked_of(name):
    exercise = exercises.get(name)
    for question in core.questions(exercise):
        if question["run"] == "call":
            yield codec.decode(question["inputs"]), exercise.reference


@pytest.mark.parametrize(
    ("name", "library"), [("05.2", ngcf.layer), ("05.3", ngcf.stack)], ids=["05.2", "05.3"]
)
def test_the_library_agrees_with_the_reference(name, library):
    for inputs, reference in asked_of(name):
        assert close(library(*inputs.values()), reference(*inputs.values())) is None


def test_the_library_counts_the_same():
    for inputs, reference in asked_of("05.6"):
        m, n, dims, biases = inputs.values()
        assert ngcf.num_parameters(m + n, dims, biases) == reference(m, n, dims, biases)


def test_the_loop_is_the_matrices():
    for inputs, reference in asked_of("05.1"):
        neighbors, E, W_self, W_inter = inputs.values()
        A = torch.zeros(len(E), len(E))
        for v, mine in enumerate(neighbors):
            A[v, mine] = 1
        expected = ngcf.layer(graphs.normalize(A), E, W_self, W_inter)
        torch.testing.assert_close(reference(*inputs.values()), expected, atol=1e-6, rtol=1e-5)


def test_the_library_drops_like_the_reference():
    for inputs, reference in asked_of("05.4"):
        A_hat, rate, training, rng = inputs.values()
        ours = ngcf.message_dropout(A_hat, rate, training, rng.generator())
        torch.testing.assert_close(
            ours.to_dense(), reference(A_hat, rate, training, rng.generator()).to_dense()
        )
