"""The fused step's kernels against dense matrices and loops that read like the formulas."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from numba import njit

from graphrec_utils import losses
from graphrec_utils.kernels import lightgcn as kernels
from graphrec_utils.kernels import softmax
from graphrec_utils.kernels.prefetch import prefetch

f32 = np.float32


@pytest.fixture
def graph(request):
    """Return a symmetric A, dense and as the kernels take it, with isolated nodes in it."""
    rng = np.random.default_rng(0)
    size = 150  # more rows than parts
    A = rng.random((size, size)) * (rng.random((size, size)) < 0.1)
    A = np.triu(A, 1)
    A[60, 61:] = A[:60, 60] = 0.5  # more neighbors than are looked through at a time
    A[:, [3, size - 1]] = A[[3, size - 1]] = 0
    A = (A + A.T).astype(f32)
    rows, indices = A.nonzero()
    indptr = np.searchsorted(rows, np.arange(size + 1)).astype(np.int64)
    return A, (indptr, indices.astype(np.int32), A[rows, indices])


def normal(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(f32)


def touched(size, rows):
    place = np.full(size, -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    return place


def spread(G, rows, size):
    dense = np.zeros((size, G.shape[1]), dtype=f32)
    dense[rows] = G
    return dense


@pytest.mark.parametrize("dim", [1, 5, 64])
def test_products(graph, dim):
    A, csr = graph
    size = len(A)
    bounds = kernels.parts(csr[0])
    X, E, out = normal(size, dim), normal(size, dim, seed=2), np.empty((size, dim), f32)
    kernels.product(*csr, bounds, X, f32(0.5), E, f32(0.25), out)
    assert np.allclose(out, 0.25 * E + 0.5 * A @ X, atol=1e-5)

    rows = np.array([7, 3, 149, 0], dtype=np.int32)  # isolated ones among them
    F = np.empty((4, dim), f32)
    kernels.product_of_rows(*csr, rows, X, f32(0.5), E, f32(0.25), F)
    assert np.array_equal(F, out[rows])
    many = np.random.default_rng(0).permutation(size)[:101]  # more than there are parts
    F = np.empty((101, dim), f32)
    kernels.product_of_rows(*csr, many, X, f32(0.5), E, f32(0.25), F)
    assert np.array_equal(F, out[many])

    rows[-1] = 60
    G, place = normal(4, dim, seed=3), touched(size, rows)
    dense = spread(G, rows, size)
    kernels.product_from_rows(*csr, bounds, place, G, f32(0.5), f32(0.25), out)
    assert np.allclose(out, 0.25 * dense + 0.5 * A @ dense, atol=1e-5)
    kernels.product_plus_rows(*csr, bounds, X, place, G, f32(0.25), out)
    assert np.allclose(out, 0.25 * dense + A @ X, atol=1e-5)


@pytest.mark.parametrize("scale", [0, 0.5, 1])
def test_adam_of_a_product_is_adam(graph, scale):
    A, csr = graph
    size, dim, rows = len(A), 8, np.array([5, 3, 60], dtype=np.int32)
    E = torch.nn.Parameter(torch.from_numpy(normal(size, dim)))
    optimizer = torch.optim.Adam([E], lr=0.01)
    mine, M, V = E.detach().numpy().copy(), np.zeros((size, dim), f32), np.zeros((size, dim), f32)
    decay = np.array([0.1, 0.0, 0.3], f32)
    for step in range(1, 4):
        X, G = normal(size, dim, seed=step), normal(3, dim, seed=10 + step)
        ridge = spread(decay[:, None] * E.detach().numpy()[rows], rows, size)
        E.grad = torch.from_numpy(0.25 * spread(G, rows, size) + scale * (A @ X) + ridge)
        optimizer.step()
        hyper = np.array([0.01 / (1 - 0.9**step), 0.9, 0.999, (1 - 0.999**step) ** 0.5, 1e-8], f32)
        kernels.adam_of_product(
            *csr, kernels.parts(csr[0]), X, f32(scale), touched(size, rows), G, f32(0.25), decay,
            mine, M, V, hyper,
        )  # fmt: skip
        assert np.abs(mine - E.detach().numpy()).max() < 1e-5


@pytest.mark.parametrize("size", [0, 1, 10, 1000])
def test_parts_cover_every_row_once(size):
    degree = np.random.default_rng(0).integers(0, 50, size)
    bounds = kernels.parts(np.concatenate([[0], degree.cumsum()]))
    assert (bounds[0], bounds[-1]) == (0, size)
    assert (np.diff(bounds) >= 0).all()
    if size == 1000:
        work = [(degree[a:b] + 4).sum() for a, b in pairwise(bounds)]
        assert max(work) - min(work) <= 2 * (degree.max() + 4)


def test_a_kernel_that_asks_for_memory_early_does_ask():
    @njit
    def ask(X, row):
        prefetch(X, row, 3)
        return X[row, 3]

    X = normal(4, 8)
    assert ask(X, 2) == X[2, 3]
    (code,) = ask.inspect_llvm().values()
    assert "call void @llvm.prefetch.p0(" in code  # LLVM did not have to rename it


def pairs(size, limit, seed=0):
    return np.random.default_rng(seed).integers(0, limit, size).astype(np.int32)


def test_bpr_gradient():
    F = normal(30, 6) * 3  # repeated rows: 50 pairs of 30
    u, i, j = (pairs(50, 30, seed) for seed in range(3))
    G = np.zeros_like(F)
    loss = kernels.bpr_gradient(F, u, i, j, G)
    X = torch.from_numpy(F).double().requires_grad_()
    expected = losses.bpr((X[u] * X[i]).sum(1), (X[u] * X[j]).sum(1))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-6)
    assert np.allclose(G, X.grad.numpy(), atol=1e-6)


def test_bpr_with_huge_scores_is_finite():
    F = np.array([[1000.0], [1000.0], [-1000.0]], f32)
    u, i, j = (np.array([x], np.int32) for x in (0, 2, 1))
    G = np.zeros_like(F)
    assert kernels.bpr_gradient(F, u, i, j, G) == pytest.approx(2e6)
    assert np.allclose(G, [[2000], [1000], [-1000]])


@pytest.mark.parametrize("scale", [1, 10])  # with 10 exponentials overflow and must be shifted
@pytest.mark.parametrize("with_log_q", [False, True])
def test_softmax_gradient(scale, with_log_q, monkeypatch):
    monkeypatch.setattr(softmax, "BLOCK", 16)  # several blocks, the last one shorter
    F = normal(40, 6) * scale
    u, i, j = pairs(50, 40, 0), pairs(50, 40, 1), pairs(20, 40, 2)
    log_q = torch.linspace(-5, -1, 20) if with_log_q else None
    G = np.zeros_like(F)
    loss = softmax.add_gradient(F, u, i, j, G, log_q)
    X = torch.from_numpy(F).double().requires_grad_()
    expected = losses.sampled_softmax((X[u] * X[i]).sum(1), X[u] @ X[j].T, log_q)
    expected.backward()
    if scale == 10:
        assert ((X[u] @ X[j].T).amax(1) - (X[u] * X[i]).sum(1)).max() > 89
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert np.allclose(G, X.grad.numpy(), atol=1e-4 * np.abs(G).max())


@pytest.mark.parametrize("ahead", [60, 70, 80, 86, 87, 88, 88.5, 90])
def test_softmax_gradient_where_only_a_product_would_overflow(ahead):
    """The exponentials still fit into float32 at 88; times a vector or the batch they do not."""
    F = np.array([[1, 40], [0, 0], [ahead - 40 * 40, 40]], f32)  # user, positive, negative
    u, i, j = (np.full(8, row, np.int32) for row in range(3))
    G = np.zeros_like(F)
    loss = softmax.add_gradient(F, u, i, j[:1], G)
    X = torch.from_numpy(F).double().requires_grad_()
    expected = losses.sampled_softmax((X[u] * X[i]).sum(1), X[u] @ X[j[:1]].T)
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert np.allclose(G, X.grad.numpy(), rtol=1e-4, atol=1e-4)
