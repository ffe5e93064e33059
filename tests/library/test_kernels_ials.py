"""Every kernel against a loop over rows that writes the least-squares problem down."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.kernels import ials as kernels


def problem(dim: int, m: int = 12, n: int = 20, seed: int = 0):
    """Rows of 0 to 10 items, so that dim = 4 meets the primal and the dual path and none."""
    rng = np.random.default_rng(seed)
    R = sp.csr_array(np.arange(n) < 1 + np.arange(m)[:, None] % 11) * 1.0
    R = sp.csr_array(sp.vstack([R[:-1], sp.csr_array((1, n))]))  # the last row is empty
    half = rng.normal(size=(dim, dim + 2))
    return {
        "indptr": R.indptr.astype(np.int64),
        "indices": R.indices.astype(np.int32),
        "weight": rng.uniform(0.5, 2, R.nnz),
        "target": rng.normal(size=R.nnz),
        "H": rng.normal(size=(n, dim)),
        "G": half @ half.T,
        "reg": rng.uniform(0.1, 1, m),
    }


def oracle(indptr, indices, weight, target, H, G, reg):
    """Solve (G + r I + sum c h h') w = sum t h, one row at a time."""
    W = np.zeros((len(reg), H.shape[1]))
    for u in range(len(reg)):
        row = slice(indptr[u], indptr[u + 1])
        items, c, t = H[indices[row]], weight[row], target[row]
        A = G + reg[u] * np.eye(H.shape[1]) + items.T @ np.diag(c) @ items
        W[u] = np.linalg.solve(A, items.T @ t)
    return W


@pytest.mark.parametrize("dim", [1, 4, 9, 30])
def test_solve_rows_equals_the_dense_normal_equations(dim):
    rows = problem(dim)
    W, failed = kernels.solve_rows(**rows)
    assert failed == 0
    np.testing.assert_allclose(W, oracle(**rows), rtol=1e-9, atol=1e-12)


def test_solve_rows_keeps_single_precision():
    rows = problem(4)
    single = {k: v.astype(np.float32) if v.dtype == float else v for k, v in rows.items()}
    W, _ = kernels.solve_rows(**single)
    assert W.dtype == np.float32
    np.testing.assert_allclose(W, oracle(**rows), rtol=1e-3, atol=1e-4)


def test_row_without_items_is_zero():
    W, _ = kernels.solve_rows(**problem(4))
    assert (W[-1] == 0).all()


@pytest.mark.parametrize("zeros", [1, 2], ids=["dual", "primal"])
def test_singular_rows_are_counted_and_zeroed(zeros):
    # one item [1, 1] seen once or twice, no ridge: rank 1 < 2
    rows = {
        "indptr": np.array([0, zeros]),
        "indices": np.zeros(zeros, np.int32),
        "weight": np.ones(zeros),
        "target": np.ones(zeros),
        "H": np.array([[1.0, 1.0]]),
        "G": np.diag([-1.0, -1.0]),  # clipped to 0
        "reg": np.array([0.0]),
    }
    W, failed = kernels.solve_rows(**rows)
    assert failed == 1
    assert (W == 0).all()


def test_observed_scores_equal_the_dense_product():
    rows = problem(5)
    W = np.random.default_rng(1).normal(size=(12, 5))
    out = np.empty(len(rows["indices"]))
    kernels.observed_scores(rows["indptr"], rows["indices"], W, rows["H"], out)
    users = np.repeat(np.arange(12), np.diff(rows["indptr"]))
    np.testing.assert_allclose(out, (W @ rows["H"].T)[users, rows["indices"]], rtol=1e-12)


def test_add_observed_equals_the_sum_of_outer_products():
    rows = problem(5)
    P = np.random.default_rng(1).normal(size=(12, 5))
    out = np.ones((12, 5))
    kernels.add_observed(rows["indptr"], rows["indices"], rows["weight"], rows["H"], P, out)
    for u in range(12):
        row = slice(rows["indptr"][u], rows["indptr"][u + 1])
        items = rows["H"][rows["indices"][row]]
        expected = 1 + items.T @ (rows["weight"][row] * (items @ P[u]))
        np.testing.assert_allclose(out[u], expected, rtol=1e-12)


def test_newton_step_from_anywhere_lands_on_the_exact_solution():
    rows = problem(5)
    W = np.random.default_rng(1).normal(size=(12, 5))
    scores = np.empty(len(rows["indices"]))
    kernels.observed_scores(rows["indptr"], rows["indices"], W, rows["H"], scores)
    gradient = W @ rows["G"] + rows["reg"][:, None] * W
    assert kernels.step_rows(**rows, scores=scores, gradient=gradient, W=W) == 0
    np.testing.assert_allclose(W, oracle(**rows), rtol=1e-9, atol=1e-12)


def test_newton_step_keeps_the_scores_of_all_coordinates():
    rows = problem(5)
    W = np.random.default_rng(1).normal(size=(12, 5))
    before, after = np.empty((2, len(rows["indices"])))
    pattern = rows["indptr"], rows["indices"]
    kernels.observed_scores(*pattern, W, rows["H"], before)
    part, gradient = W[:, 1:3].copy(), np.zeros((12, 2))
    block = rows | {"H": rows["H"][:, 1:3].copy(), "G": rows["G"][1:3, 1:3].copy()}
    kernels.step_rows(**block, scores=before, gradient=gradient, W=part)
    W[:, 1:3] = part
    kernels.observed_scores(*pattern, W, rows["H"], after)
    np.testing.assert_allclose(before, after, rtol=1e-10, atol=1e-12)


def test_result_does_not_depend_on_the_number_of_threads():
    import numba

    rows, threads = problem(9), numba.get_num_threads()
    several, _ = kernels.solve_rows(**rows)
    numba.set_num_threads(1)
    try:
        one, _ = kernels.solve_rows(**rows)
    finally:
        numba.set_num_threads(threads)
    assert (several == one).all()
