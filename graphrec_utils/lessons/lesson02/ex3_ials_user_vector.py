"""Exercise 02.3: the update of iALS from a shared Gramian."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _solve(seen, shared, ridge, target=1.0):
    A = seen.T @ seen + shared + ridge * np.eye(seen.shape[1])
    return np.linalg.solve(A, target * seen.sum(axis=0))


def _catalog(rng, alpha0: float, nu: float) -> dict:
    n, d, reg = int(rng.integers(14, 20)), 3, float(rng.integers(2, 7)) / 10
    H = rng.normal(size=(n, d))
    return {
        "seen": H[: int(rng.integers(3, 7))], "gramian": H.T @ H, "num_items": n,
        "alpha0": alpha0, "reg": reg, "nu": nu,
    }  # fmt: skip


ex = Exercise(
    "02.3",
    "ials_user_vector",
    points=6,
    library="graphrec_utils.models.mf.fold_in",
    hints=(
        "Set the derivative of the loss by w to 0. Which terms contain w twice, which once?",
        "(Σ h hᵀ over seen + α₀ · gramian + ridge · I) w = Σ h over seen.",
        "`ridge = reg * (len(seen) + alpha0 * num_items) ** nu`, then `np.linalg.solve(seen.T @ "
        "seen + alpha0 * gramian + ridge * np.eye(d), seen.sum(axis=0))`.",
    ),
)


@ex.solution
def ials_user_vector(seen, gramian, num_items, alpha0, reg, nu):
    ridge = reg * (len(seen) + alpha0 * num_items) ** nu
    return _solve(seen, alpha0 * gramian, ridge)


def _four_items(rng) -> dict:
    """Items 1, 2, 0 and 1 of which the user has the first two: HᵀH = 6."""
    seen, gramian = np.array([[1.0], [2.0]]), np.array([[6.0]])
    return {
        "seen": seen, "gramian": gramian, "num_items": 4, "alpha0": 0.5, "reg": 0.5, "nu": 0.5,
    }  # fmt: skip


ex.claim("items 1, 2, 0 and 1, the first two seen: the number computed by hand", _four_items)


ex.claim("α₀ weighs every item of the catalog, the seen ones too", lambda g: _catalog(g, 0.5, 1))
ex.claim("the ridge grows with |S| + α₀n", lambda g: _catalog(g, 0.2, 1))
ex.claim(
    "ν is an exponent of the frequency only",
    lambda g: _catalog(g, 0.2, float(g.choice([0.3, 0.5, 0.7]))),
)


@ex.mistake("the Gramian is missing: without its pull toward 0 a constant score of 1 is perfect")
def the_zeros_are_ignored(S, G, n, alpha0, reg, nu):
    return _solve(S, 0, reg * (len(S) + alpha0 * n) ** nu)


@ex.mistake("you took the seen items out of the Gramian; α₀ weighs every pair, observed or not")
def alpha0_on_unseen_items_only(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * (G - S.T @ S), reg * (len(S) + alpha0 * n) ** nu)


@ex.mistake("your Gramian has the weight 1 instead of α₀")
def gramian_without_alpha0(S, G, n, alpha0, reg, nu):
    return _solve(S, G, reg * (len(S) + alpha0 * n) ** nu)


@ex.mistake("your ridge is λ for everybody: multiply it by the frequency to the power ν")
def the_same_ridge_for_all(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg)


@ex.mistake("your frequency is |S|; the α₀n of the whole catalog belongs to it")
def frequency_counts_seen_items_only(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * len(S) ** nu)


@ex.mistake("you raised λ to the power ν as well; only the frequency has the exponent")
def lambda_inside_the_power(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, (reg * (len(S) + alpha0 * n)) ** nu)


@ex.mistake(
    "your right-hand side has a factor 1 + α₀; the targets of the α₀ term are 0, so it is "
    "the plain sum of the seen item vectors"
)
def confidence_on_the_right_side(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) + alpha0 * n) ** nu, 1 + alpha0)


@ex.mistake("your frequency is |S| + α₀; α₀ is there for each of the n items: |S| + α₀n")
def alpha0_without_n(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) + alpha0) ** nu)


@ex.mistake("your frequency gives α₀ to the unseen items only; α₀n counts the whole catalog")
def frequency_of_unseen_items(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) + alpha0 * (n - len(S))) ** nu)


@ex.mistake(
    "Σ h hᵀ over the seen items is missing in your matrix; the Gramian has them with α₀ only"
)
def seen_items_missing(S, G, n, alpha0, reg, nu):
    return np.linalg.solve(
        alpha0 * G + reg * (len(S) + alpha0 * n) ** nu * np.eye(len(G)), S.sum(axis=0)
    )


@ex.mistake(
    "you add the ridge to every cell of the matrix; it stands on the diagonal: ridge * np.eye(d)"
)
def lambda_in_every_cell(S, G, n, alpha0, reg, nu):
    return np.linalg.solve(S.T @ S + alpha0 * G + reg * (len(S) + alpha0 * n) ** nu, S.sum(axis=0))


@ex.mistake("ν is missing: your ridge is λ times the frequency, not the frequency to the power ν")
def nu_forgotten(S, G, n, alpha0, reg, nu):
    return ials_user_vector(S, G, n, alpha0, reg, 1)


@ex.mistake("the right side is the sum of the item vectors; you took their mean")
def mean_on_the_right(S, G, n, alpha0, reg, nu):
    return ials_user_vector(S, G, n, alpha0, reg, nu) / len(S)


@ex.mistake("ν is an exponent: you multiplied by it")
def nu_as_a_factor(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) + alpha0 * n) * nu)


@ex.mistake("the frequency is |S| + α₀ n: you left out α₀ and counted all items in full")
def n_in_full(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) + n) ** nu)


@ex.mistake("you counted the columns of `seen`, which is d; its rows are the user's items")
def columns_instead_of_items(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (S.shape[1] + alpha0 * n) ** nu)


@ex.mistake("the power belongs to the whole frequency, (|S| + α₀ n)^ν, not to |S| alone")
def power_of_the_seen_only(S, G, n, alpha0, reg, nu):
    return _solve(S, alpha0 * G, reg * (len(S) ** nu + alpha0 * n))
