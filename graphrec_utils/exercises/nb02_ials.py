"""Lesson 02: the update of iALS from a shared Gramian (02.3), its objective (02.4)."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import close, part
from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 02.3


def ials_user_vector(seen, gramian, num_items, alpha0, reg, nu):
    ridge = reg * (len(seen) + alpha0 * num_items) ** nu
    return _solve(seen, alpha0 * gramian, ridge)


def _solve(seen, shared, ridge, target=1.0):
    A = seen.T @ seen + shared + ridge * np.eye(seen.shape[1])
    return np.linalg.solve(A, target * seen.sum(axis=0))


def _two_items(rng) -> dict:
    """Items 1 and 2 of which the user has the first: HᵀH = 5."""
    seen, gramian = np.array([[1.0]]), np.array([[5.0]])
    return {
        "seen": seen, "gramian": gramian, "num_items": 2, "alpha0": 0.1, "reg": 0.5, "nu": 1.0,
    }  # fmt: skip


def _catalog(rng, alpha0: float, nu: float, reg: float = 0.4) -> dict:
    n, d = int(rng.integers(14, 20)), 3
    H = rng.normal(size=(n, d))
    return {
        "seen": H[: int(rng.integers(3, 7))], "gramian": H.T @ H, "num_items": n,
        "alpha0": alpha0, "reg": reg, "nu": nu,
    }  # fmt: skip


EX_3 = Exercise(
    id="02.3",
    function="ials_user_vector",
    points=6,
    reference=ials_user_vector,
    library="graphrec_utils.models.mf.fold_in",
    claims=(
        Claim("items 1 and 2, the first seen: the number computed by hand", _two_items),
        Claim(
            "α₀ weighs every item of the catalog, the seen ones too", lambda g: _catalog(g, 0.5, 0)
        ),
        Claim("the ridge grows with |S| + α₀n", lambda g: _catalog(g, 0.2, 1)),
        Claim("ν is an exponent of the frequency only", lambda g: _catalog(g, 0.2, 0.5)),
    ),
    mistakes=(
        Mistake(
            "the zeros are ignored",
            lambda S, G, n, alpha0, reg, nu: _solve(S, 0, reg * (len(S) + alpha0 * n) ** nu),
            "the Gramian is missing: without its pull towards 0 a constant score of 1 is perfect",
        ),
        Mistake(
            "α₀ on unseen items only",
            lambda S, G, n, alpha0, reg, nu: _solve(
                S, alpha0 * (G - S.T @ S), reg * (len(S) + alpha0 * n) ** nu
            ),
            "you took the seen items out of the Gramian; α₀ weighs every pair, observed or not",
        ),
        Mistake(
            "Gramian without α₀",
            lambda S, G, n, alpha0, reg, nu: _solve(S, G, reg * (len(S) + alpha0 * n) ** nu),
            "your Gramian has the weight 1 instead of α₀",
        ),
        Mistake(
            "the same ridge for all",
            lambda S, G, n, alpha0, reg, nu: _solve(S, alpha0 * G, reg),
            "your ridge is λ for everybody: multiply it by the frequency to the power ν",
        ),
        Mistake(
            "frequency counts seen items only",
            lambda S, G, n, alpha0, reg, nu: _solve(S, alpha0 * G, reg * len(S) ** nu),
            "your frequency is |S|; the α₀n of the whole catalog belongs to it",
        ),
        Mistake(
            "λ inside the power",
            lambda S, G, n, alpha0, reg, nu: _solve(
                S, alpha0 * G, (reg * (len(S) + alpha0 * n)) ** nu
            ),
            "you raised λ to the power ν as well; only the frequency has the exponent",
        ),
        Mistake(
            "confidence on the right side",
            lambda S, G, n, alpha0, reg, nu: _solve(
                S, alpha0 * G, reg * (len(S) + alpha0 * n) ** nu, 1 + alpha0
            ),
            "your right-hand side has a factor 1 + α₀; the targets of the α₀ term are 0, so it is "
            "the plain sum of the seen item vectors",
        ),
        Mistake(
            "α₀ without n",
            lambda S, G, n, alpha0, reg, nu: _solve(S, alpha0 * G, reg * (len(S) + alpha0) ** nu),
            "your frequency is |S| + α₀; α₀ is there for each of the n items: |S| + α₀n",
        ),
        Mistake(
            "frequency of unseen items",
            lambda S, G, n, alpha0, reg, nu: _solve(
                S, alpha0 * G, reg * (len(S) + alpha0 * (n - len(S))) ** nu
            ),
            "your frequency gives α₀ to the unseen items only; α₀n counts the whole catalog",
        ),
        Mistake(
            "seen items missing",
            lambda S, G, n, alpha0, reg, nu: np.linalg.solve(
                alpha0 * G + reg * (len(S) + alpha0 * n) ** nu * np.eye(len(G)), S.sum(axis=0)
            ),
            "Σ h hᵀ over the seen items is missing in your matrix; the Gramian has them with α₀ only",
        ),
        Mistake(
            "λ in every cell",
            lambda S, G, n, alpha0, reg, nu: np.linalg.solve(
                S.T @ S + alpha0 * G + reg * (len(S) + alpha0 * n) ** nu, S.sum(axis=0)
            ),
            "you add the ridge to every cell of the matrix; it stands on the diagonal: ridge * np.eye(d)",
        ),
    ),
    hints=(
        "Set the derivative of the loss by w to 0. Which terms contain w twice, which once?",
        "(Σ h hᵀ over seen + α₀ · gramian + ridge · I) w = Σ h over seen.",
        "`ridge = reg * (len(seen) + alpha0 * num_items) ** nu`, then `np.linalg.solve(seen.T @ "
        "seen + alpha0 * gramian + ridge * np.eye(d), seen.sum(axis=0))`.",
    ),
)

# ---------------------------------------------------------------- 02.4


def ials_loss(users, items, user_emb, item_emb, alpha0, reg, nu):
    scores = (user_emb[users] * item_emb[items]).sum(axis=1)
    everywhere = ((user_emb.T @ user_emb) * (item_emb.T @ item_emb)).sum()
    ridge = reg * (
        _ridge(users, user_emb, alpha0 * len(item_emb), nu)
        + _ridge(items, item_emb, alpha0 * len(user_emb), nu)
    )
    return float(((scores - 1) ** 2).sum()), float(alpha0 * everywhere), float(ridge)


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


def _swapped(users, items, W, H, alpha0, reg, nu):
    return reg * (_ridge(users, W, alpha0 * len(W), nu) + _ridge(items, H, alpha0 * len(H), nu))


def _plain_ridge(users, items, W, H, alpha0, reg, nu):
    return reg * ((W**2).sum() + (H**2).sum())


def _seen_frequency(users, items, W, H, alpha0, reg, nu):
    return reg * (_ridge(users, W, 0, nu) + _ridge(items, H, 0, nu))


def _long_vectors(users, items, W, H, alpha0, reg, nu):
    short = [np.sqrt(np.linalg.norm(X, axis=1, keepdims=True)) for X in (W, H)]
    return ials_loss(users, items, *short, alpha0, reg, nu)[2]


def _unobserved_only(users, items, W, H, alpha0, reg, nu):
    scores = (W[users] * H[items]).sum(axis=1)
    return alpha0 * (((W.T @ W) * (H.T @ H)).sum() - (scores**2).sum())


def _dense(users, items, W, H, alpha0, reg, nu):
    scores = W @ H.T
    observed = ((scores[users, items] - 1) ** 2).sum()
    ridge = ials_loss(users, items, W, H, alpha0, reg, nu)[2]
    return float(observed), float(alpha0 * (scores**2).sum()), ridge


def _one_user(rng) -> dict:
    return {
        "users": np.array([0]), "items": np.array([0]), "user_emb": np.array([[0.5]]),
        "item_emb": np.array([[1.0], [2.0]]), "alpha0": 0.1, "reg": 0.5, "nu": 1.0,
    }  # fmt: skip


def _pairs(rng, m: int = 7, n: int = 12, count: int = 25, nu: float = 0.5) -> dict:
    pairs = np.sort(rng.permutation(m * n)[:count])
    return {
        "users": pairs // n, "items": pairs % n, "user_emb": rng.normal(size=(m, 3)),
        "item_emb": rng.normal(size=(n, 3)), "alpha0": 0.2, "reg": 0.3, "nu": nu,
    }  # fmt: skip


def _large(rng) -> dict:
    return _pairs(rng, m=1500, n=1600, count=4000)


DENSE = 1500 * 1600 * 4  # bytes: a matrix of float32 scores does not fit below this


def _small_memory(got, expected, inputs) -> str | None:
    """Values are right and no matrix of all scores was in memory; (value, bytes) on both sides."""
    if problem := close(got[0], expected[0]):
        return problem
    if got[1] >= DENSE > expected[1]:
        return f"your function held {got[1] / 1e6:.0f} MB at once, as much as a matrix (m, n)"
    return None


EX_4 = Exercise(
    id="02.4",
    function="ials_loss",
    points=4,
    reference=ials_loss,
    library="graphrec_utils.models.mf.ials_loss",
    claims=(
        Claim("one user, two items: the three numbers of the docstring", _one_user),
        Claim("observed pairs: the sum of (ŷ − 1)²", _pairs, judge=part(0)),
        Claim("all pairs: α₀ times the sum of ŷ²", _pairs, judge=part(1)),
        Claim("each ridge is weighted by its own frequency", _pairs, judge=part(2)),
        Claim(
            "1,500 users and 1,600 items without a matrix of their size",
            _large,
            run="call and measure memory",
            judge=_small_memory,
        ),
    ),
    mistakes=(
        Mistake(
            "a matrix of all scores",
            _dense,
            "your numbers are right, but you computed all m × n scores: the sum of their squares "
            "follows from the two Gramians alone",
        ),
        Mistake(
            "α₀ on unobserved pairs only",
            _replace(1, _unobserved_only),
            "your second part leaves out the observed pairs; α₀ weighs all of them",
        ),
        Mistake(
            "m and n swapped",
            _replace(2, _swapped),
            "a user meets n items and an item m users: you swapped the two in the frequencies",
        ),
        Mistake(
            "frequency without α₀",
            _replace(2, _seen_frequency),
            "your frequencies count observed pairs only: add α₀n for users, α₀m for items",
        ),
        Mistake(
            "the same ridge for all",
            _replace(2, _plain_ridge),
            "your ridge is not weighted: each squared norm has its frequency to the power ν",
        ),
        Mistake(
            "target 0 for observed pairs",
            _replace(0, lambda u, i, W, H, *rest: ((W[u] * H[i]).sum(axis=1) ** 2).sum()),
            "your first part is the sum of ŷ²; an observed pair should score 1, so it is (ŷ − 1)²",
        ),
        Mistake(
            "Gramians multiplied as matrices",
            _replace(1, lambda u, i, W, H, alpha0, *rest: alpha0 * ((W.T @ W) @ (H.T @ H)).sum()),
            "you multiplied the two Gramians as matrices; ⊙ is entry by entry, `*` in NumPy",
        ),
        Mistake(
            "α₀ missing",
            _replace(1, lambda u, i, W, H, *rest: ((W.T @ W) * (H.T @ H)).sum()),
            "your second part lacks the factor α₀",
        ),
        Mistake(
            "λ missing",
            _replace(2, lambda *inputs: ials_loss(*inputs)[2] / inputs[5]),
            "your third part lacks the factor λ",
        ),
        Mistake(
            "norms not squared",
            _replace(2, _long_vectors),
            "your ridge adds up norms; the formula has their squares",
        ),
    ),
    hints=(
        "The first part needs only the observed pairs: which rows of the two matrices are they?",
        "Σ over all pairs of ⟨w, h⟩² is the sum of the entries of (WᵀW) ⊙ (HᵀH). For the ridge, "
        "`np.bincount(users, minlength=m)` counts every user's items.",
        "`scores = (user_emb[users] * item_emb[items]).sum(axis=1)`; "
        "`alpha0 * ((W.T @ W) * (H.T @ H)).sum()`; "
        "`(np.bincount(users, minlength=m) + alpha0 * n) ** nu @ (W**2).sum(axis=1)`.",
    ),
)

EXERCISES = (EX_3, EX_4)
