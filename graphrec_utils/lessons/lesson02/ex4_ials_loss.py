"""Exercise 02.4: the objective of iALS without touching all pairs."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


def _ridge(ids, emb, extra, nu) -> float:
    frequency = np.bincount(ids, minlength=len(emb)) + extra
    return (frequency**nu * (emb**2).sum(axis=1)).sum()


def _replace(position, value):
    """Return the reference with one of its three parts computed otherwise."""

    def function(*inputs):
        parts = list(ials_loss(*inputs))
        parts[position] = float(value(*inputs))
        return tuple(parts)

    return function


def _pairs(rng, m: int = 7, n: int = 12, count: int = 25) -> dict:
    pairs = np.sort(rng.choice(m * n, count, replace=False))
    return {
        "users": pairs // n, "items": pairs % n, "user_emb": rng.normal(size=(m, 3)),
        "item_emb": rng.normal(size=(n, 3)), "alpha0": float(rng.choice([0.1, 0.2, 0.4])),
        "reg": float(rng.choice([0.3, 0.6, 0.9])), "nu": float(rng.choice([0.4, 0.5, 0.7])),
    }  # fmt: skip


ex = Exercise(
    "02.4",
    "ials_loss",
    points=4,
    library="graphrec_utils.models.mf.ials_loss",
    hints=(
        "The first part needs only the observed pairs: which rows of the two matrices are they?",
        "Σ over all pairs of ⟨w, h⟩² is the sum of the entries of (WᵀW) ⊙ (HᵀH). For the ridge, "
        "`np.bincount(users, minlength=m)` counts every user's items.",
        "`scores = (user_emb[users] * item_emb[items]).sum(axis=1)`; "
        "`alpha0 * ((W.T @ W) * (H.T @ H)).sum()`; "
        "`(np.bincount(users, minlength=m) + alpha0 * n) ** nu @ (W**2).sum(axis=1)`.",
    ),
)


@ex.solution
def ials_loss(users, items, user_emb, item_emb, alpha0, reg, nu):
    scores = (user_emb[users] * item_emb[items]).sum(axis=1)
    everywhere = ((user_emb.T @ user_emb) * (item_emb.T @ item_emb)).sum()
    ridge = reg * (
        _ridge(users, user_emb, alpha0 * len(item_emb), nu)
        + _ridge(items, item_emb, alpha0 * len(user_emb), nu)
    )
    return float(((scores - 1) ** 2).sum()), float(alpha0 * everywhere), float(ridge)


def _one_user(rng) -> dict:
    return {
        "users": np.array([0]), "items": np.array([0]), "user_emb": np.array([[0.5, 1.0]]),
        "item_emb": np.array([[1.0, 1.0], [2.0, 0.0]]), "alpha0": 0.1, "reg": 0.5, "nu": 1.0,
    }  # fmt: skip


ex.claim("one user, two items: the three numbers of the docstring", _one_user)


ex.claim("observed pairs: the sum of (ŷ − 1)²", _pairs, judge=part(0))
ex.claim("all pairs: α₀ times the sum of ŷ²", _pairs, judge=part(1))
ex.claim("each ridge is weighted by its own frequency", _pairs, judge=part(2))


DENSE = 1500 * 1600 * 4  # bytes of the pilot: a matrix of float32 scores has as many


def _large(rng) -> dict:
    """25,000 users and 24,000 items: a matrix of float32 scores takes 2.4 GB."""
    pilot = {"inputs": _pairs(rng, m=1500, n=1600, count=4000), "dense": DENSE}
    return _pairs(rng, m=25_000, n=24_000, count=4000) | {"pilot": pilot}


ex.claim(
    "25,000 users and 24,000 items without a matrix of their size",
    _large,
    run="call within memory",
)


@ex.mistake(
    "your numbers are right, but you computed all m × n scores: the sum of their squares "
    "follows from the two Gramians alone"
)
def a_matrix_of_all_scores(users, items, W, H, alpha0, reg, nu):
    scores = W @ H.T
    observed = ((scores[users, items] - 1) ** 2).sum()
    ridge = ials_loss(users, items, W, H, alpha0, reg, nu)[2]
    return float(observed), float(alpha0 * (scores**2).sum()), ridge


def _unobserved_only(users, items, W, H, alpha0, reg, nu):
    scores = (W[users] * H[items]).sum(axis=1)
    return alpha0 * (((W.T @ W) * (H.T @ H)).sum() - (scores**2).sum())


@ex.mistake("your second part leaves out the observed pairs; α₀ weighs all of them")
def alpha0_on_unobserved_pairs_only(*inputs):
    return _replace(1, _unobserved_only)(*inputs)


def _swapped(users, items, W, H, alpha0, reg, nu):
    return reg * (_ridge(users, W, alpha0 * len(W), nu) + _ridge(items, H, alpha0 * len(H), nu))


@ex.mistake("a user meets n items and an item m users: you swapped the two in the frequencies")
def m_and_n_swapped(*inputs):
    return _replace(2, _swapped)(*inputs)


def _seen_frequency(users, items, W, H, alpha0, reg, nu):
    return reg * (_ridge(users, W, 0, nu) + _ridge(items, H, 0, nu))


@ex.mistake("your frequencies count observed pairs only: add α₀n for users, α₀m for items")
def frequency_without_alpha0(*inputs):
    return _replace(2, _seen_frequency)(*inputs)


def _plain_ridge(users, items, W, H, alpha0, reg, nu):
    return reg * ((W**2).sum() + (H**2).sum())


@ex.mistake("your ridge is not weighted: each squared norm has its frequency to the power ν")
def the_same_ridge_for_all(*inputs):
    return _replace(2, _plain_ridge)(*inputs)


@ex.mistake("your first part is the sum of ŷ²; an observed pair should score 1, so it is (ŷ − 1)²")
def target_0_for_observed_pairs(*inputs):
    return _replace(0, lambda u, i, W, H, *rest: ((W[u] * H[i]).sum(axis=1) ** 2).sum())(*inputs)


@ex.mistake("you multiplied the two Gramians as matrices; ⊙ is entry by entry, `*` in NumPy")
def gramians_multiplied_as_matrices(*inputs):
    return _replace(1, lambda u, i, W, H, alpha0, *rest: alpha0 * ((W.T @ W) @ (H.T @ H)).sum())(
        *inputs
    )


@ex.mistake("your second part lacks the factor α₀")
def alpha0_missing(*inputs):
    return _replace(1, lambda u, i, W, H, *rest: ((W.T @ W) * (H.T @ H)).sum())(*inputs)


@ex.mistake("your third part lacks the factor λ")
def lambda_missing(*inputs):
    return _replace(2, lambda *inputs: ials_loss(*inputs)[2] / inputs[5])(*inputs)


def _long_vectors(users, items, W, H, alpha0, reg, nu):
    short = [np.sqrt(np.linalg.norm(X, axis=1, keepdims=True)) for X in (W, H)]
    return ials_loss(users, items, *short, alpha0, reg, nu)[2]


@ex.mistake("your ridge adds up norms; the formula has their squares")
def norms_not_squared(*inputs):
    return _replace(2, _long_vectors)(*inputs)


@ex.mistake("ν is missing in your ridge: each frequency is raised to the power ν")
def nu_forgotten(users, items, W, H, alpha0, reg, nu):
    return ials_loss(users, items, W, H, alpha0, reg, 1.0)


def _users_only(users, items, W, H, alpha0, reg, nu):
    return reg * _ridge(users, W, alpha0 * len(H), nu)


@ex.mistake("your ridge has the users only; items pay for their length, too")
def ridge_of_the_users_only(*inputs):
    return _replace(2, _users_only)(*inputs)


def _items_for_both(users, items, W, H, alpha0, reg, nu):
    return reg * (_ridge(users, W, alpha0 * len(H), nu) + _ridge(items, H, alpha0 * len(H), nu))


@ex.mistake("both your frequencies have α₀n; an item meets m users, so its own is α₀m")
def n_for_both(*inputs):
    return _replace(2, _items_for_both)(*inputs)


@ex.mistake("α₀ and λ are missing: your second and third part are the bare sums")
def both_factors_missing(*inputs):
    observed, everywhere, ridge = ials_loss(*inputs)
    return observed, everywhere / inputs[4], ridge / inputs[5]


@ex.mistake("you took the mean over the observed pairs; the objective adds them up")
def mean_of_the_observed(users, items, *rest):
    first, *others = ials_loss(users, items, *rest)
    return first / len(users), *others


@ex.mistake("half of everything: this objective has no factor ½")
def with_a_half(*inputs):
    return tuple(part / 2 for part in ials_loss(*inputs))


@ex.mistake("the observed part adds up squares of 1 − score; yours adds up absolute values")
def absolute_errors(users, items, W, H, *rest):
    _, *others = ials_loss(users, items, W, H, *rest)
    return float(abs(1 - (W[users] * H[items]).sum(axis=1)).sum()), *others
