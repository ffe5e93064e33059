"""Lesson 02: users that were never trained (02.5), updates in blocks of coordinates (02.6)."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Claim, Exercise, Mistake

# ---------------------------------------------------------------- 02.5


def fold_in(histories, item_emb, alpha0, reg, nu):
    return _fold_in(histories, item_emb, alpha0, reg, nu)


def _fold_in(histories, H, alpha0, reg, nu, once=set, shared=lambda G, S: G, count=set, whole=1):
    n, d = H.shape
    vectors = np.zeros((len(histories), d))
    for row, history in enumerate(histories):
        S = H[np.array(sorted(once(history)), dtype=int)]
        ridge = reg * (len(count(history)) + whole * alpha0 * n) ** nu
        A = S.T @ S + alpha0 * shared(H.T @ H, S) + ridge * np.eye(d)
        vectors[row] = np.linalg.solve(A, S.sum(axis=0))
    return vectors


def _mean(histories, H, alpha0, reg, nu):
    rows = [H[sorted(set(h))].mean(axis=0) if h else np.zeros(H.shape[1]) for h in histories]
    return np.stack(rows)


def _sum(histories, H, alpha0, reg, nu):
    return np.stack([H[np.array(sorted(set(h)), dtype=int)].sum(axis=0) for h in histories])


def _one_for_all(histories, H, alpha0, reg, nu):
    together = [item for history in histories for item in history]
    return np.repeat(_fold_in([together], H, alpha0, reg, nu), len(histories), axis=0)


def _histories(rng, sizes, repeats: int = 0) -> dict:
    n = 12
    histories = [[int(i) for i in rng.permutation(n)[:size]] for size in sizes]
    histories = [h + h[:repeats] for h in histories]
    H = rng.normal(size=(n, 3))
    return {"histories": histories, "item_emb": H, "alpha0": 0.2, "reg": 0.3, "nu": 1.0}


EX_5 = Exercise(
    id="02.5",
    function="fold_in",
    points=3,
    reference=fold_in,
    library="graphrec_utils.models.mf.fold_in",
    claims=(
        Claim("a new user gets the vector that training would give", lambda g: _histories(g, [4])),
        Claim("each of several users has an own vector", lambda g: _histories(g, [2, 5, 3])),
        Claim(
            "an item that stands twice in a history counts once", lambda g: _histories(g, [4], 2)
        ),
        Claim(
            "an empty history gives zeros and disturbs nobody", lambda g: _histories(g, [3, 0, 6])
        ),
    ),
    mistakes=(
        Mistake(
            "mean of the item vectors",
            _mean,
            "you averaged the item vectors; training solves a system, so its vector is another one",
        ),
        Mistake(
            "sum of the item vectors",
            _sum,
            "you added up the item vectors and stopped: that is the right-hand side, now solve",
        ),
        Mistake(
            "repeats count twice",
            lambda *a: _fold_in(*a, once=list, count=list),
            "an item that stands twice counts twice in yours: R holds a single 1 for it",
        ),
        Mistake(
            "the zeros are ignored",
            lambda *a: _fold_in(*a, shared=lambda G, S: 0 * G),
            "you know the items of the history only; the whole catalog pulls at the vector through "
            "α₀HᵀH",
        ),
        Mistake(
            "the same ridge for all",
            lambda h, H, alpha0, reg, nu: _fold_in(h, H, alpha0, reg, 0),
            "your ridge is λ; in training it was λ times the frequency to the power ν",
        ),
        Mistake(
            "one vector for all",
            _one_for_all,
            "all users got the same vector: you put their histories into one",
        ),
        Mistake(
            "repeats in the frequency",
            lambda *a: _fold_in(*a, count=list),
            "your vectors count an item once and your frequency counts it twice: take len of the set",
        ),
        Mistake(
            "frequency without the catalog",
            lambda *a: _fold_in(*a, whole=0),
            "your frequency is the length of the history; the α₀n of the whole catalog belongs to it",
        ),
    ),
    hints=(
        "Which of the quantities in the update depend on the user, and which could be computed once?",
        "It is the update of exercise 02.3 with `seen = item_emb[…]`, for one history after the other.",
        "`gramian = item_emb.T @ item_emb` before the loop; inside it `S = item_emb[np.array(sorted("
        "set(history)), dtype=int)]` and the system of exercise 02.3.",
    ),
)

# ---------------------------------------------------------------- 02.6


def block_update(w, size, seen, gramian, alpha0, ridge):
    A, target = _system(seen, gramian, alpha0, ridge)
    w = w.copy()
    for start in range(0, len(w), size):
        B = slice(start, start + size)
        w[B] -= np.linalg.solve(A[B, B], A[B] @ w - target[B])
    return w


def _system(seen, gramian, alpha0, ridge):
    d = len(gramian)
    return seen.T @ seen + alpha0 * gramian + ridge * np.eye(d), seen.sum(axis=0)


def _blocks(w, size):
    return [slice(start, start + size) for start in range(0, len(w), size)]


def _stale(w, size, *rest):
    A, target = _system(*rest)
    slope, new = A @ w - target, w.copy()
    for B in _blocks(w, size):
        new[B] -= np.linalg.solve(A[B, B], slope[B])
    return new


def _others_are_zero(w, size, *rest):
    A, target = _system(*rest)
    return np.concatenate([np.linalg.solve(A[B, B], target[B]) for B in _blocks(w, size)])


def _no_curvature(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] -= A[B] @ w - target[B]
    return w


def _inverse_first(w, size, *rest):
    A, target = _system(*rest)
    w, inverse = w.copy(), np.linalg.inv(A)
    for B in _blocks(w, size):
        w[B] -= inverse[B, B] @ (A[B] @ w - target[B])
    return w


def _in_place(w, *rest):
    w[:] = block_update(w, *rest)
    return w


def _last_block_lost(w, size, *rest):
    whole = len(w) // size * size
    return np.concatenate([block_update(w, size, *rest)[:whole], w[whole:]])


def _start(rng, dim: int, size: int) -> dict:
    H = rng.normal(size=(15, dim))
    w, seen = rng.normal(size=dim), H[: int(rng.integers(4, 9))]
    return {
        "w": w, "size": size, "seen": seen, "gramian": H.T @ H, "alpha0": 0.3, "ridge": 0.8,
    }  # fmt: skip


def _uphill(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] += np.linalg.solve(A[B, B], A[B] @ w - target[B])
    return w


EX_6 = Exercise(
    id="02.6",
    function="block_update",
    points=5,
    reference=block_update,
    library="graphrec_utils.models.least_squares.update_blocks",
    claims=(
        Claim("one block of d: the exact solution, from any start", lambda g: _start(g, 4, 4)),
        Claim("blocks of 1: one coordinate after the other", lambda g: _start(g, 4, 1)),
        Claim("each block sees what the blocks before it have changed", lambda g: _start(g, 6, 2)),
        Claim("the last block may be smaller", lambda g: _start(g, 5, 2)),
    ),
    mistakes=(
        Mistake(
            "stale scores",
            _stale,
            "every block of yours starts from the old vector: compute the slope again after each one",
        ),
        Mistake(
            "the other coordinates count as 0",
            _others_are_zero,
            "your blocks do not know of each other: what the other coordinates explain already is "
            "missing in the slope",
        ),
        Mistake(
            "gradient without curvature",
            _no_curvature,
            "you subtract the slope itself; a Newton step divides it by the curvature A of the block",
        ),
        Mistake(
            "block of the inverse",
            _inverse_first,
            "you took a block of A⁻¹; invert (solve with) the block of A instead",
        ),
        Mistake(
            "changes the old vector",
            _in_place,
            "your numbers are right, but you wrote them into `w` of the caller: start with a copy",
        ),
        Mistake(
            "the last block is lost",
            _last_block_lost,
            "the last coordinates never move: 5 coordinates in blocks of 2 are three blocks",
        ),
        Mistake(
            "uphill",
            _uphill,
            "your step has the wrong sign: it goes up the slope",
        ),
        Mistake(
            "everything at once",
            lambda w, size, *rest: np.linalg.solve(*_system(*rest)),
            "you solved for all coordinates at once; with blocks one of them moves while the others stand",
        ),
    ),
    hints=(
        "Freeze all coordinates but a block. What is the slope there, and what the curvature?",
        "With A = SᵀS + α₀G + ridge·I and t = Σ h: slope `A[B] @ w - t[B]`, curvature `A[B, B]`.",
        "`for start in range(0, len(w), size):` with `B = slice(start, start + size)` and "
        "`w[B] -= np.linalg.solve(A[B, B], A[B] @ w - t[B])`, on a copy of `w`.",
    ),
)

EXERCISES = (EX_5, EX_6)
