"""Exercise 02.4: the objective of iALS without touching all pairs."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.compare import part
from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    m, n = len(user_emb), len(item_emb)
    scores = (user_emb[users] * item_emb[items]).sum(axis=1)  # (E,)
    squares = ((user_emb.T @ user_emb) * (item_emb.T @ item_emb)).sum()
    user_freq = np.bincount(users, minlength=m) + alpha0 * n  # (m,)
    item_freq = np.bincount(items, minlength=n) + alpha0 * m  # (n,)
    ridge = user_freq**nu @ (user_emb**2).sum(axis=1) + item_freq**nu @ (item_emb**2).sum(axis=1)
    return float(((scores - 1) ** 2).sum()), float(alpha0 * squares), float(reg * ridge)


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

SQUARES, FIRST = "((user_emb.T @ user_emb) * (item_emb.T @ item_emb)).sum()", "((scores - 1) ** 2)"
OF_USERS, OF_ITEMS = (
    "user_freq**nu @ (user_emb**2).sum(axis=1)",
    "item_freq**nu @ (item_emb**2).sum(axis=1)",
)

# fmt: off
ex.slip("your numbers are right, but you computed all m × n scores: the sum of their squares "
        "follows from the two Gramians alone",
        SQUARES, "((user_emb @ item_emb.T) ** 2).sum()")
ex.slip("your second part leaves out the observed pairs; α₀ weighs all of them",
        "alpha0 * squares", "alpha0 * (squares - (scores**2).sum())")
ex.slip("a user meets n items and an item m users: you swapped the two in the frequencies",
        "alpha0 * n", "alpha0 * m", "alpha0 * m", "alpha0 * n")
ex.slip("your frequencies count observed pairs only: add α₀n for users, α₀m for items",
        " + alpha0 * n", "", " + alpha0 * m", "")
ex.slip("your ridge is not weighted: each squared norm has its frequency to the power ν",
        f"{OF_USERS} + {OF_ITEMS}", "(user_emb**2).sum() + (item_emb**2).sum()")
ex.slip("your first part is the sum of ŷ²; an observed pair should score 1, so it is (ŷ − 1)²",
        FIRST, "(scores**2)", hint=True)
ex.slip("you multiplied the two Gramians as matrices; ⊙ is entry by entry, `*` in NumPy",
        "user_emb) *", "user_emb) @", hint=True)
ex.slip("your second part lacks the factor α₀", "alpha0 * squares", "squares")
ex.slip("your third part lacks the factor λ", "reg * ridge", "ridge")
ex.slip("your ridge adds up norms; the formula has their squares",
        "(user_emb**2).sum(axis=1)", "np.linalg.norm(user_emb, axis=1)",
        "(item_emb**2).sum(axis=1)", "np.linalg.norm(item_emb, axis=1)")
ex.slip("ν is missing in your ridge: each frequency is raised to the power ν",
        "user_freq**nu", "user_freq", "item_freq**nu", "item_freq")
ex.slip("your ridge has the users only; items pay for their length, too", f" + {OF_ITEMS}", "")
ex.slip("both your frequencies have α₀n; an item meets m users, so its own is α₀m",
        "alpha0 * m", "alpha0 * n")
ex.slip("α₀ and λ are missing: your second and third part are the bare sums",
        "alpha0 * squares", "squares", "reg * ridge", "ridge")
ex.slip("you took the mean over the observed pairs; the objective adds them up",
        f"{FIRST}.sum", f"{FIRST}.mean")
ex.slip("half of everything: this objective has no factor ½",
        f"{FIRST}.sum()", f"{FIRST}.sum() / 2", "alpha0 * squares", "alpha0 * squares / 2",
        "reg * ridge", "reg * ridge / 2")
ex.slip("the observed part adds up squares of 1 − score; yours adds up absolute values",
        FIRST, "abs(1 - scores)")
