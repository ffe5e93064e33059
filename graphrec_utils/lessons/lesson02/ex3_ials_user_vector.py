"""Exercise 02.3: the update of iALS from a shared Gramian."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    A = seen.T @ seen + alpha0 * gramian + ridge * np.eye(len(gramian))
    return np.linalg.solve(A, seen.sum(axis=0))


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

FREQUENCY = "(len(seen) + alpha0 * num_items)"

# fmt: off
ex.slip("the Gramian is missing: without its pull toward 0 a constant score of 1 is perfect",
        " + alpha0 * gramian", "")
ex.slip("you took the seen items out of the Gramian; α₀ weighs every pair, observed or not",
        "alpha0 * gramian", "alpha0 * (gramian - seen.T @ seen)")
ex.slip("your Gramian has the weight 1 instead of α₀", "alpha0 * gramian", "gramian", hint=True)
ex.slip("your ridge is λ for everybody: multiply it by the frequency to the power ν",
        f" * {FREQUENCY} ** nu", "")
ex.slip("your frequency is |S|; the α₀n of the whole catalog belongs to it",
        FREQUENCY, "len(seen)", hint=True)
ex.slip("you raised λ to the power ν as well; only the frequency has the exponent",
        f"reg * {FREQUENCY}", f"(reg * {FREQUENCY})")
ex.slip("your right-hand side has a factor 1 + α₀; the targets of the α₀ term are 0, so it is the "
        "plain sum of the seen item vectors",
        "seen.sum", "(1 + alpha0) * seen.sum")
ex.slip("your frequency is |S| + α₀; α₀ is there for each of the n items: |S| + α₀n",
        "alpha0 * num_items", "alpha0", hint=True)
ex.slip("your frequency gives α₀ to the unseen items only; α₀n counts the whole catalog",
        "num_items", "(num_items - len(seen))")
ex.slip("Σ h hᵀ over the seen items is missing in your matrix; the Gramian has them with α₀ only",
        "seen.T @ seen + ", "")
ex.slip("you add the ridge to every cell of the matrix; it stands on the diagonal: ridge * "
        "np.eye(d)",
        "ridge * np.eye(len(gramian))", "ridge")
ex.slip("ν is missing: your ridge is λ times the frequency, not the frequency to the power ν",
        " ** nu", "")
ex.slip("the right side is the sum of the item vectors; you took their mean",
        "seen.sum", "seen.mean")
ex.slip("ν is an exponent: you multiplied by it", "** nu", "* nu")
ex.slip("the frequency is |S| + α₀ n: you left out α₀ and counted all items in full",
        "alpha0 * num_items", "num_items")
ex.slip("you counted the columns of `seen`, which is d; its rows are the user's items",
        "len(seen)", "seen.shape[1]")
ex.slip("the power belongs to the whole frequency, (|S| + α₀ n)^ν, not to |S| alone",
        f"{FREQUENCY} ** nu", "(len(seen) ** nu + alpha0 * num_items)")
