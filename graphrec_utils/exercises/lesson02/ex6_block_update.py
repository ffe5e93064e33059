"""Exercise 02.6: updates in blocks of coordinates."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _system(seen, gramian, alpha0, ridge):
    d = len(gramian)
    return seen.T @ seen + alpha0 * gramian + ridge * np.eye(d), seen.sum(axis=0)


def _blocks(w, size):
    return [slice(start, start + size) for start in range(0, len(w), size)]


def _start(rng, dim: int, size: int) -> dict:
    H = rng.normal(size=(15, dim))
    w, seen = rng.normal(size=dim), H[: int(rng.integers(4, 9))]
    return {
        "w": w, "size": size, "seen": seen, "gramian": H.T @ H,
        "alpha0": float(rng.choice([0.1, 0.3, 0.5])), "ridge": float(rng.choice([0.4, 0.8, 1.6])),
    }  # fmt: skip


ex = Exercise(
    "02.6",
    "block_update",
    points=5,
    library="graphrec_utils.models.least_squares.update_blocks",
    hints=(
        "Freeze all coordinates but a block. What is the slope there, and what the curvature?",
        "With A = SᵀS + α₀G + ridge·I and t = Σ h: slope `A[B] @ w - t[B]`, curvature `A[B, B]`.",
        "`for start in range(0, len(w), size):` with `B = slice(start, start + size)` and "
        "`w[B] -= np.linalg.solve(A[B, B], A[B] @ w - t[B])`, on a copy of `w`.",
    ),
)


@ex.solution
def block_update(w, size, seen, gramian, alpha0, ridge):
    A, target = _system(seen, gramian, alpha0, ridge)
    w = w.copy()
    for start in range(0, len(w), size):
        B = slice(start, start + size)
        w[B] -= np.linalg.solve(A[B, B], A[B] @ w - target[B])
    return w


ex.claim("one block of d: the exact solution, from any start", lambda g: _start(g, 4, 4))
ex.claim("blocks of 1: one coordinate after the other", lambda g: _start(g, 4, 1))
ex.claim("each block sees what the blocks before it have changed", lambda g: _start(g, 6, 2))
ex.claim("the last block may be smaller", lambda g: _start(g, 5, 2))


@ex.mistake(
    "every block of yours starts from the old vector: compute the slope again after each one"
)
def stale_scores(w, size, *rest):
    A, target = _system(*rest)
    slope, new = A @ w - target, w.copy()
    for B in _blocks(w, size):
        new[B] -= np.linalg.solve(A[B, B], slope[B])
    return new


@ex.mistake(
    "your blocks do not know of each other: what the other coordinates explain already is "
    "missing in the slope"
)
def the_other_coordinates_count_as_0(w, size, *rest):
    A, target = _system(*rest)
    return np.concatenate([np.linalg.solve(A[B, B], target[B]) for B in _blocks(w, size)])


@ex.mistake(
    "you subtract the slope itself; a Newton step divides it by the curvature A of the block"
)
def gradient_without_curvature(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] -= A[B] @ w - target[B]
    return w


@ex.mistake("you took a block of A⁻¹; invert (solve with) the block of A instead")
def block_of_the_inverse(w, size, *rest):
    A, target = _system(*rest)
    w, inverse = w.copy(), np.linalg.inv(A)
    for B in _blocks(w, size):
        w[B] -= inverse[B, B] @ (A[B] @ w - target[B])
    return w


@ex.mistake("your numbers are right, but you wrote them into `w` of the caller: start with a copy")
def changes_the_old_vector(w, *rest):
    w[:] = block_update(w, *rest)
    return w


@ex.mistake("the last coordinates never move: 5 coordinates in blocks of 2 are three blocks")
def the_last_block_is_lost(w, size, *rest):
    whole = len(w) // size * size
    return np.concatenate([block_update(w, size, *rest)[:whole], w[whole:]])


@ex.mistake("your step has the wrong sign: it goes up the slope")
def uphill(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] += np.linalg.solve(A[B, B], A[B] @ w - target[B])
    return w


@ex.mistake(
    "you solved for all coordinates at once; with blocks one of them moves while the others stand"
)
def everything_at_once(w, size, *rest):
    return np.linalg.solve(*_system(*rest))


@ex.mistake(
    "your curvature is the diagonal of the block; its coordinates also depend on each other"
)
def diagonal_of_the_block(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] -= (A[B] @ w - target[B]) / A.diagonal()[B]
    return w


@ex.mistake("the ridge is missing in your slope: it pulls at w itself, so it is in both, A w − t")
def no_ridge_in_the_slope(w, size, seen, gramian, alpha0, ridge):
    A, target = _system(seen, gramian, alpha0, ridge)
    flat, _ = _system(seen, gramian, alpha0, 0.0)
    w = w.copy()
    for B in _blocks(w, size):
        w[B] -= np.linalg.solve(A[B, B], flat[B] @ w - target[B])
    return w


@ex.mistake("`size` is the number of coordinates in a block; you made so many blocks")
def so_many_blocks(w, size, *rest):
    A, target = _system(*rest)
    w = w.copy()
    for B in np.array_split(np.arange(len(w)), size):
        w[B] -= np.linalg.solve(A[np.ix_(B, B)], A[B] @ w - target[B])
    return w
