"""ALS, Hu–Koren–Volinsky and iALS against dense weighted least squares, and the SVD."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils.models import mf

IALS = {"alpha0": 0.1, "reg": 0.05, "nu": 1.0}


def planted(m: int = 30, n: int = 20, density: float = 0.2, seed: int = 0) -> sp.csr_array:
    """Return random 0/1 feedback, float64, every user and item with at least one entry."""
    R = np.random.default_rng(seed).random((m, n)) < density
    R[np.arange(m), np.arange(m) % n] = True
    return sp.csr_array(R.astype(float))


def vectors(rows: int, dim: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, dim))


def dense_least_squares(confidence, target, H, ridge):
    """Minimize sum_i c_i (t_i - w.h_i)^2 + r |w|^2 by QR on the stacked, weighted rows."""
    root = np.sqrt(confidence)[:, None]
    stacked = np.vstack([root * H, np.sqrt(ridge) * np.eye(H.shape[1])])
    right = np.concatenate([root[:, 0] * target, np.zeros(H.shape[1])])
    return np.linalg.lstsq(stacked, right, rcond=None)[0]


# --------------------------------------------------------------- against the dense problem
def test_als_step_equals_dense_least_squares_on_the_observed_cells():
    R, H = planted(), vectors(20, 6)
    R.data = np.random.default_rng(2).integers(1, 6, R.nnz).astype(float)
    W, dense = mf.als_step(R, H, reg=0.3), R.toarray()
    for u in range(30):
        seen = dense[u] > 0
        expected = dense_least_squares(seen * 1.0, dense[u], H, 0.3)
        np.testing.assert_allclose(W[u], expected, atol=1e-10)


def test_hu_koren_step_equals_dense_least_squares_on_all_cells():
    R, H = planted(), vectors(20, 6)
    R.data = np.random.default_rng(2).integers(1, 6, R.nnz).astype(float)
    W, dense = mf.hu_koren_step(R, H, alpha=4, reg=0.3), R.toarray()
    for u in range(30):
        expected = dense_least_squares(1 + 4 * dense[u], dense[u] > 0, H, 0.3)
        np.testing.assert_allclose(W[u], expected, atol=1e-10)


@pytest.mark.parametrize("dim", [1, 6, 25])  # d > 20 items: more unknowns than equations
@pytest.mark.parametrize("nu", [0, 0.5, 1])
def test_fold_in_equals_dense_least_squares_on_all_cells(dim, nu):
    R, H = planted(), vectors(20, dim)
    W, dense = mf.fold_in(R, H, alpha0=0.1, reg=0.05, nu=nu), R.toarray()
    for u in range(30):
        # (y - 1)^2 + a y^2 = (1 + a) (y - 1 / (1 + a))^2 + a constant
        confidence = dense[u] + 0.1
        ridge = 0.05 * (dense[u].sum() + 0.1 * 20) ** nu
        expected = dense_least_squares(confidence, dense[u] / confidence, H, ridge)
        np.testing.assert_allclose(W[u], expected, atol=1e-10)


# ------------------------------------------- closed forms and the wrong variants they expose
ONE_ITEM = sp.csr_array(np.array([[1.0, 0.0]]))  # one user saw item 0 of two
H12 = np.array([[1.0], [2.0]])


def test_hu_koren_in_one_dimension():
    # (1 + 4) 1 / ((1 + 4) 1 + 1 * 4 + .5) = 5 / 9.5
    assert mf.hu_koren_step(ONE_ITEM, H12, alpha=4, reg=0.5)[0, 0] == pytest.approx(5 / 9.5)


@pytest.mark.parametrize(
    "wrong", [4 / 4.5, 4 / (4 + 4 + 0.5)], ids=["c = 4 and 0 elsewhere", "c = 4 and 1 elsewhere"]
)
def test_confidence_without_one_gives_another_vector(wrong):
    assert mf.hu_koren_step(ONE_ITEM, H12, alpha=4, reg=0.5)[0, 0] != pytest.approx(wrong, 1e-2)


def test_fold_in_in_one_dimension():
    # 1 / (1 + .1 (1 + 4) + .5)
    w = mf.fold_in(ONE_ITEM, H12, alpha0=0.1, reg=0.5, nu=0)[0, 0]
    assert w == pytest.approx(0.5)


def test_alpha0_on_unobserved_pairs_only_gives_another_vector():
    w = mf.fold_in(ONE_ITEM, H12, alpha0=0.1, reg=0.5, nu=0)[0, 0]
    assert w != pytest.approx(1 / (1 + 0.1 * 4 + 0.5), 1e-2)


def test_user_ridge_counts_the_items_of_the_catalog():
    # 1 / (1 + .1 (1 + 4) + .5 (1 + .1 * 2)); five users in training would give .4444
    R = sp.csr_array(np.repeat([[1.0, 0.0]], 5, axis=0))
    W = mf.fold_in(R, H12, alpha0=0.1, reg=0.5, nu=1)
    np.testing.assert_allclose(W, 1 / 2.1)


def test_item_ridge_counts_the_users():
    # both users have w = 1: 2 / (2 + .1 * 2 + .5 (2 + .1 * 2)) = 2 / 3.3
    R = sp.csr_array(np.ones((1, 2)))
    h = mf.fold_in(R, np.ones((2, 1)), alpha0=0.1, reg=0.5, nu=1)[0, 0]
    assert h == pytest.approx(2 / 3.3)


def test_without_the_zeros_predicting_one_everywhere_is_optimal():
    W = mf.fold_in(planted(), np.ones((20, 1)), alpha0=0, reg=1e-12)
    np.testing.assert_allclose(W, 1, rtol=1e-9)


def test_predicting_one_everywhere_costs_alpha0_per_pair():
    # 30 users, 20 items, alpha0 = .1
    parts = mf.ials_loss(planted(), np.ones((30, 1)), np.ones((20, 1)), **IALS)
    assert parts[:2] == (0, pytest.approx(0.1 * 600))


# ------------------------------------------------------------------------------ objectives
def test_als_loss_equals_the_written_sum():
    R, W, H = planted(), vectors(30, 3), vectors(20, 3, seed=2)
    dense = R.toarray()
    expected = ((dense - W @ H.T)[dense > 0] ** 2).sum() + 0.3 * ((W**2).sum() + (H**2).sum())
    assert mf.als_loss(R, W, H, reg=0.3) == pytest.approx(expected)


def hu_koren_loss(R, W, H, alpha, reg):
    """Sum (1 + alpha R) (1[R > 0] - y)^2 over all cells, plus the ridge."""
    dense = R.toarray()
    fit = ((1 + alpha * dense) * ((dense > 0) - W @ H.T) ** 2).sum()
    return fit + reg * ((W**2).sum() + (H**2).sum())


def test_ials_loss_equals_the_three_written_sums():
    R, W, H = planted(), vectors(30, 3), vectors(20, 3, seed=2)
    dense, scores = R.toarray(), W @ H.T
    users, items = dense.sum(1) + 0.1 * 20, dense.sum(0) + 0.1 * 30
    observed, everywhere, ridge = mf.ials_loss(R, W, H, alpha0=0.1, reg=0.05, nu=0.5)
    assert observed == pytest.approx(((scores - 1)[dense > 0] ** 2).sum())
    assert everywhere == pytest.approx(0.1 * (scores**2).sum())
    assert ridge == pytest.approx(0.05 * (users**0.5 @ (W**2).sum(1) + items**0.5 @ (H**2).sum(1)))


def test_ials_loss_never_holds_a_matrix_of_users_times_items():
    import tracemalloc

    m = n = 20_000  # dense: 1.6 GB even in single precision
    R = sp.csr_array((np.ones(n), (np.arange(n), np.arange(n))), (m, n))
    W, H = vectors(m, 2), vectors(n, 2)
    mf.ials_loss(R[:2], W[:2], H, **IALS)  # compiled before the measurement
    tracemalloc.start()
    mf.ials_loss(R, W, H, **IALS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def losses(loss):
    """Return a callback that keeps the objective of every sweep, and the list it fills."""
    seen: list[float] = []
    return (lambda sweep, W, H: seen.append(float(np.sum(loss(W, H))))), seen


@pytest.mark.parametrize(
    "how",
    [{}, {"solver": "cg", "cg_steps": 1}, {"block": 1}, {"block": 3}],
    ids=["cholesky", "cg", "coordinate descent", "blocks of 3"],
)
def test_ials_objective_never_increases(how):
    R = planted()
    callback, seen = losses(lambda W, H: mf.ials_loss(R, W, H, **IALS))
    mf.ials(R, 8, **IALS, sweeps=12, callback=callback, **how)
    assert (np.diff(seen) <= 1e-9 * seen[0]).all()
    assert seen[-1] < 0.9 * seen[0]


def test_als_objective_never_increases():
    R = planted()
    R.data = np.random.default_rng(2).integers(1, 6, R.nnz).astype(float)
    callback, seen = losses(lambda W, H: mf.als_loss(R, W, H, reg=0.3))
    mf.als(R, 4, reg=0.3, sweeps=12, callback=callback)
    assert (np.diff(seen) <= 1e-9 * seen[0]).all()
    assert seen[-1] < 0.9 * seen[0]


def test_hu_koren_objective_never_increases():
    R = planted()
    callback, seen = losses(lambda W, H: hu_koren_loss(R, W, H, alpha=4, reg=0.3))
    mf.hu_koren(R, 4, alpha=4, reg=0.3, sweeps=12, callback=callback)
    assert (np.diff(seen) <= 1e-9 * seen[0]).all()


def test_a_single_gradient_free_move_cannot_improve_the_update():
    R, H = planted(), vectors(20, 4)
    W = mf.fold_in(R, H, **IALS)
    best = sum(mf.ials_loss(R, W, H, **IALS))
    for seed in range(20):
        moved = W + 1e-3 * vectors(30, 4, seed)
        assert sum(mf.ials_loss(R, moved, H, **IALS)) > best


# --------------------------------------------------------------------------- the solvers
def test_one_block_of_all_coordinates_equals_the_exact_solver():
    R = planted()
    W, H = mf.ials(R, 6, **IALS, sweeps=3)
    W6, H6 = mf.ials(R, 6, **IALS, sweeps=3, block=6)
    np.testing.assert_allclose(W6, W, atol=1e-8)
    np.testing.assert_allclose(H6, H, atol=1e-8)


def test_blocks_of_one_are_coordinate_descent():
    R = planted()
    initial = np.random.default_rng(0)
    H = initial.normal(size=(20, 3)) * 0.1 / np.sqrt(3)
    W = initial.normal(size=(30, 3)) * 0.1 / np.sqrt(3)
    dense = R.toarray()

    def descend(W, H, dense):
        ridge = 0.05 * (dense.sum(1) + 0.1 * dense.shape[1])
        for f in range(3):
            rest = W @ H.T - np.outer(W[:, f], H[:, f])  # scores without coordinate f
            for u in range(len(W)):
                right = dense[u] @ H[:, f] - ((dense[u] + 0.1) * rest[u]) @ H[:, f]
                W[u, f] = right / ((dense[u] + 0.1) @ H[:, f] ** 2 + ridge[u])
        return W

    for _ in range(2):
        W = descend(W, H, dense)
        H = descend(H, W, dense.T)
    W1, H1 = mf.ials(R, 3, **IALS, sweeps=2, block=1, seed=0)
    np.testing.assert_allclose(W1, W, atol=1e-10)
    np.testing.assert_allclose(H1, H, atol=1e-10)


def test_a_last_block_may_be_smaller():
    R = planted()
    callback, seen = losses(lambda W, H: mf.ials_loss(R, W, H, **IALS))
    mf.ials(R, 5, **IALS, sweeps=60, block=3, callback=callback)
    exact = sum(mf.ials_loss(R, *mf.ials(R, 5, **IALS, sweeps=60), **IALS))
    assert seen[-1] == pytest.approx(exact, rel=0.02)


def test_conjugate_gradients_reach_the_exact_solver():
    R = planted()
    W, _ = mf.ials(R, 6, **IALS, sweeps=2)
    distance = [
        np.abs(mf.ials(R, 6, **IALS, sweeps=2, solver="cg", cg_steps=steps)[0] - W).max()
        for steps in (1, 3, 12)
    ]
    assert distance[0] > distance[1] > distance[2]
    assert distance[2] < 1e-6


def test_stale_gramian_is_not_used():
    R = planted()
    H0 = np.random.default_rng(0).normal(size=(20, 4)) * 0.1 / 2
    W, H = mf.ials(R, 4, **IALS, sweeps=1, seed=0)
    np.testing.assert_allclose(W, mf.fold_in(R, H0, **IALS), atol=1e-10)
    np.testing.assert_allclose(H, mf.fold_in(sp.csr_array(R.T), W, **IALS), atol=1e-10)


# ---------------------------------------------------------------------------- invariances
def test_permuting_the_users_permutes_their_vectors():
    R, order = planted(), np.random.default_rng(3).permutation(30)
    W, H = mf.ials(R, 4, **IALS, sweeps=4)
    W_permuted, H_permuted = mf.ials(R[order], 4, **IALS, sweeps=4)
    np.testing.assert_allclose(W_permuted, W[order], atol=1e-9)
    np.testing.assert_allclose(H_permuted, H, atol=1e-9)


def test_permuting_the_items_does_not_change_a_user():
    R, H, order = planted(), vectors(20, 4), np.random.default_rng(3).permutation(20)
    permuted = mf.fold_in(sp.csr_array(R[:, order]), H[order], **IALS)
    np.testing.assert_allclose(permuted, mf.fold_in(R, H, **IALS), atol=1e-10)


def test_rotating_the_items_rotates_a_user():
    R, H = planted(), vectors(20, 4)
    Q = np.linalg.qr(vectors(4, 4))[0]
    np.testing.assert_allclose(
        mf.fold_in(R, H @ Q, **IALS), mf.fold_in(R, H, **IALS) @ Q, atol=1e-10
    )


def test_new_user_gets_the_vector_of_her_twin_in_training():
    R = planted()
    _, H = mf.ials(R, 4, **IALS)
    trained = mf.fold_in(R, H, **IALS)
    new = mf.fold_in(R[[7]], H, **IALS)
    np.testing.assert_allclose(new[0], trained[7], atol=1e-12)


def test_new_user_without_items_is_zero():
    assert (mf.fold_in(sp.csr_array((1, 20)), vectors(20, 4), **IALS) == 0).all()


def test_same_seed_same_numbers_and_another_seed_others():
    R = planted()
    one, two, other = (mf.ials(R, 4, **IALS, sweeps=2, seed=seed)[0] for seed in (5, 5, 6))
    assert (one == two).all()
    assert not np.allclose(one, other)


@pytest.mark.parametrize("how", [{}, {"solver": "cg"}, {"block": 2}], ids=["exact", "cg", "block"])
def test_single_precision_in_single_precision_out(how):
    R = planted().astype(np.float32)
    # numpy scalars, as a grid of np.geomspace yields them, must not widen the arrays
    W, H = mf.ials(R, 4, np.float64(0.1), np.float64(0.05), sweeps=2, **how)
    assert W.dtype == H.dtype == np.float32
    exact, _ = mf.ials(planted(), 4, 0.1, 0.05, sweeps=2, **how)
    np.testing.assert_allclose(W, exact, atol=1e-4)


def test_values_and_stored_zeros_do_not_matter_to_ials():
    R = planted()
    counted = R.copy()
    counted.data[:] = 7
    padded = R.copy()
    padded.data[0] = 0
    dropped = padded.copy()
    dropped.eliminate_zeros()
    assert (mf.ials(counted, 4, **IALS)[0] == mf.ials(R, 4, **IALS)[0]).all()
    assert (mf.ials(padded, 4, **IALS)[0] == mf.ials(dropped, 4, **IALS)[0]).all()


def test_stored_zero_is_a_rating_of_zero_to_als():
    R = sp.csr_array((np.array([0.0, 1.0]), ([0, 0], [0, 1])), (1, 2))
    # w minimizes (0 - w)^2 + (1 - w)^2 + w^2
    assert mf.als_step(R, np.ones((2, 1)), reg=1)[0, 0] == pytest.approx(1 / 3)


def test_input_is_not_changed():
    R = planted()
    R.data[0] = 0
    before = R.copy()
    mf.ials(R, 4, **IALS, sweeps=1)
    assert R.nnz == before.nnz
    assert (R.data == before.data).all()


def test_more_dimensions_than_users_or_items_are_fine():
    W, H = mf.ials(sp.csr_array(np.eye(3)), 10, **IALS)
    scores = W @ H.T
    assert W.shape == H.shape == (3, 10)
    assert np.diag(scores).min() > np.abs(scores - np.diag(np.diag(scores))).max()


def test_two_communities_are_recovered():
    """Users and items of one color like each other; one pair in five is hidden."""
    rng = np.random.default_rng(0)
    color_u, color_i = np.arange(40) % 2, np.arange(30) % 2
    truth = color_u[:, None] == color_i
    hidden = truth & (rng.random((40, 30)) < 0.2)
    R = sp.csr_array((truth & ~hidden).astype(float))
    W, H = mf.ials(R, 2, alpha0=0.1, reg=0.01)
    scores = W @ H.T
    assert scores[hidden].min() > scores[~truth].max()


# --------------------------------------------------------------------------------- the SVD
BESTSELLER = sp.csr_array(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1], [0, 1, 0]]))


def test_svd_of_full_rank_returns_the_matrix():
    W, H = mf.svd(BESTSELLER, 3)
    np.testing.assert_allclose(W @ H.T, BESTSELLER.toarray(), atol=1e-12)


def test_svd_error_is_the_sum_of_the_squares_left_out():
    W, H = mf.svd(BESTSELLER, 2)
    sigma = np.linalg.svd(BESTSELLER.toarray(), compute_uv=False)
    assert ((BESTSELLER.toarray() - W @ H.T) ** 2).sum() == pytest.approx(sigma[2] ** 2)


def test_svd_shares_the_singular_values_between_both_sides():
    W, H = mf.svd(BESTSELLER, 2)
    sigma = np.linalg.svd(BESTSELLER.toarray(), compute_uv=False)[:2]
    np.testing.assert_allclose(W.T @ W, np.diag(sigma), atol=1e-12)
    np.testing.assert_allclose(H.T @ H, np.diag(sigma), atol=1e-12)


def test_sparse_and_dense_svd_agree_up_to_nothing():
    R = planted(300, 250, 0.05)
    W, H = mf.svd(R, 5)  # by ARPACK
    U, sigma, Vt = np.linalg.svd(R.toarray())
    np.testing.assert_allclose(W @ H.T, U[:, :5] * sigma[:5] @ Vt[:5], atol=1e-8)
    assert (H[np.abs(H).argmax(axis=0), np.arange(5)] > 0).all()


def test_svd_columns_beyond_the_rank_are_zero():
    W, H = mf.svd(BESTSELLER, 5)
    assert (W[:, 3:] == 0).all()
    assert (H[:, 3:] == 0).all()


# --------------------------------------------------------------------------------- bad input
GOOD = {"dim": 2, "alpha0": 0.1, "reg": 0.1}


@pytest.mark.parametrize(
    "change, words",
    [
        ({"R": sp.csr_array((3, 4))}, "no entries"),
        ({"R": sp.csr_array((0, 4))}, "no entries"),
        ({"R": sp.csr_array(np.array([[1, np.nan]]))}, "NaN or infinite"),
        ({"R": sp.csr_array(np.array([[1.0, -2.0]]))}, "cannot be negative"),
        ({"R": np.ones(3)}, "(users, items)"),
        ({"reg": -1}, "reg must be a positive number; got -1"),
        ({"reg": 0}, "reg must be a positive number; got 0"),
        ({"reg": float("nan")}, "reg must be a positive number"),
        ({"alpha0": -0.1}, "alpha0 and nu must be numbers >= 0"),
        ({"nu": -1}, "alpha0 and nu must be numbers >= 0"),
        ({"dim": 0}, "dim must be an integer of at least 1; got 0"),
        ({"sweeps": 0}, "sweeps must be an integer of at least 1"),
        ({"solver": "lu"}, 'solver must be "cholesky" or "cg"'),
        ({"solver": "cg", "cg_steps": 0}, "cg_steps must be an integer of at least 1"),
        ({"solver": "cg", "block": 1}, "blocks are solved by Cholesky"),
        ({"block": 3}, "block must lie between 1 and dim = 2"),
        ({"block": 0}, "block must lie between 1 and dim = 2"),
    ],
)
def test_bad_input_is_named(change, words):
    with pytest.raises(ValueError) as error:
        mf.ials(**({"R": BESTSELLER} | GOOD | change))
    assert words in str(error.value)


def test_item_vectors_of_another_catalog_are_refused():
    with pytest.raises(ValueError, match=r"needs item vectors \(3, d\); got \(4, 2\)"):
        mf.fold_in(BESTSELLER, np.ones((4, 2)), **IALS)


def test_user_vectors_of_another_matrix_are_refused():
    with pytest.raises(ValueError, match=r"needs user vectors \(4, d\)"):
        mf.ials_loss(BESTSELLER, np.ones((3, 2)), np.ones((3, 2)), **IALS)


def test_alpha_zero_is_refused_by_hu_koren():
    with pytest.raises(ValueError, match="alpha must be a positive number; got 0"):
        mf.hu_koren(BESTSELLER, 2, alpha=0, reg=0.1)
