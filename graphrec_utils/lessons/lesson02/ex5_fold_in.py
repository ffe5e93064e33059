"""Exercise 02.5: users that were never trained."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _histories(rng, sizes, repeats: int = 0) -> dict:
    n = 12
    histories = [[int(i) for i in rng.permutation(n)[:size]] for size in sizes]
    histories = [h + h[:repeats] for h in histories]
    H = rng.normal(size=(n, 3))
    alpha0, reg, nu = (float(rng.choice(x)) for x in ((0.1, 0.2, 0.4), (0.3, 0.6), (0.5, 0.7, 1)))
    return {"histories": histories, "item_emb": H, "alpha0": alpha0, "reg": reg, "nu": nu}


ex = Exercise(
    "02.5",
    "fold_in",
    points=3,
    branch=True,
    library="graphrec_utils.models.mf.fold_in",
    hints=(
        "Which of the quantities in the update depend on the user, and which could be computed once?",
        "It is the update of exercise 02.3 with `seen = item_emb[…]`, for one history after the other.",
        "`gramian = item_emb.T @ item_emb` before the loop; inside it `S = item_emb[np.array(sorted("
        "set(history)), dtype=int)]` and the system of exercise 02.3.",
    ),
)


@ex.solution
def fold_in(histories, item_emb, alpha0, reg, nu):
    n, d = item_emb.shape
    gramian, vectors = item_emb.T @ item_emb, np.zeros((len(histories), d))
    for row, history in enumerate(histories):
        S = item_emb[np.array(sorted(set(history)), dtype=int)]  # (s, d)
        ridge = reg * (len(S) + alpha0 * n) ** nu
        vectors[row] = np.linalg.solve(
            S.T @ S + alpha0 * gramian + ridge * np.eye(d), S.sum(axis=0)
        )
    return vectors


ex.claim("a new user gets the vector that training would give", lambda g: _histories(g, [4]))
ex.claim(
    "each of several users has an own vector, with ν = ½",
    lambda g: _histories(g, [2, 5, 3]) | {"nu": 0.5},
)
ex.claim("an item that stands twice in a history counts once", lambda g: _histories(g, [4], 2))
ex.claim("an empty history gives zeros and disturbs nobody", lambda g: _histories(g, [3, 0, 6]))

ROWS, FREQUENCY = "np.array(sorted(set(history)), dtype=int)", "(len(S) + alpha0 * n)"
SOLVED = "np.linalg.solve(\n    S.T @ S + alpha0 * gramian + ridge * np.eye(d), S.sum(axis=0)\n)"

# fmt: off
ex.slip("you averaged the item vectors; training solves a system, so its vector is another one",
        SOLVED, "S.mean(axis=0) if history else 0")
ex.slip("you added up the item vectors and stopped: that is the right-hand side, now solve",
        SOLVED, "S.sum(axis=0)", hint=True)
ex.slip("an item that stands twice counts twice in yours: R holds a single 1 for it",
        ROWS, "history", hint=True)
ex.slip("you know the items of the history only; the whole catalog pulls at the vector through "
        "α₀HᵀH",
        " + alpha0 * gramian", "")
ex.slip("your ridge is λ; in training it was λ times the frequency to the power ν",
        f" * {FREQUENCY} ** nu", "", hint=True)
ex.slip("all users got the same vector: you put their histories into one",
        "for row", "histories = [[item for history in histories for item in history]] * len(histories)\n"
        "for row")
ex.slip("your vectors count an item once and your frequency counts it twice: take len of the set",
        "len(S)", "len(history)")
ex.slip("your frequency is the length of the history; the α₀n of the whole catalog belongs to it",
        FREQUENCY, "len(S)")
ex.slip("ν is missing: your ridge is λ times the frequency, not the frequency to the power ν",
        " ** nu", "")
ex.slip("the Gramian is that of the whole catalog; yours is made of the user's own items",
        "alpha0 * gramian", "alpha0 * S.T @ S")
ex.slip("n counts the catalog; you took the number of the user's items for it",
        f"reg * {FREQUENCY} ** nu", "reg * (len(S) * (1 + alpha0)) ** nu if history else 1.0")
ex.slip("whoever has liked nothing gets zeros: you gave the mean of all items",
        "return vectors", "vectors[[not history for history in histories]] = item_emb.mean(axis=0)\n"
        "return vectors")
