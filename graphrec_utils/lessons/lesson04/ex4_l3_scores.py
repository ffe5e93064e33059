"""Exercise 04.4: three hops weighed by the degrees of the inner nodes."""

from __future__ import annotations

import numpy as np

from graphrec_utils import toy
from graphrec_utils.exercises.core import Exercise


def _likes(rng, m: int = 6, n: int = 8, lonely: bool = False) -> dict:
    R = (rng.random((m, n)) < 0.35).astype(float)
    R[:, 0], R[0, :5] = 1, 1
    R[np.arange(n) % m, np.arange(n)] = 1
    if lonely:
        R[2], R[:, 3] = 0, 0
    return {"R": R}


ex = Exercise(
    "04.4",
    "l3_scores",
    points=4,
    hints=(
        "Without the degrees it is a product of three matrices: from users to items, back, and to "
        "items again. Which?",
        "R Rᵀ R, where the first R has its column i' divided by √deg(i') and the Rᵀ its column u' "
        "by √deg(u').",
        "`a = R / √item_degree`, `b = R.T / √user_degree` (0 where a degree is 0), then `a @ b @ R`.",
    ),
)


@ex.solution
def l3_scores(R):
    item_degree, user_degree = R.sum(axis=0), R.sum(axis=1)  # (n,), (m,)
    items = np.where(item_degree > 0, item_degree, np.inf) ** -0.5
    users = np.where(user_degree > 0, user_degree, np.inf) ** -0.5
    return (R * items) @ (R.T * users) @ R


def _toy(rng) -> dict:
    return {"R": toy.likes().double().numpy()}


ex.claim("Ann, Bob and Eve: from Ann to Cube there is one walk, worth ½", _toy)


ex.claim("the formula, on a random graph", _likes)
ex.claim("more users than items", lambda g: {"R": _likes(g, 5, 9)["R"].T.copy()})
ex.claim("without a like there is no walk: zeros, not NaN", lambda g: _likes(g, lonely=True))

DEGREES = "R.sum(axis=0), R.sum(axis=1)"
ITEMS = "np.where(item_degree > 0, item_degree, np.inf) ** -0.5"
USERS = "np.where(user_degree > 0, user_degree, np.inf) ** -0.5"
WALKS = "(R * items) @ (R.T * users) @ R"
EDGES = "(users[:, None] * R * items)"

# fmt: off
ex.slip("you counted the walks, as A³ does; each one is divided by the root of the degrees of its "
        "two inner nodes",
        WALKS, "R @ R.T @ R", hint=True)
ex.slip("you divided by the degrees of u and i, where the walk begins and ends; the inner nodes "
        "are the ones that may be hubs",
        WALKS, "users[:, None] * (R @ R.T @ R) * items")
ex.slip("you divided by the degrees of u and i', the ends of the first edge: it is the middle "
        "edge, i' to u', that is weighed",
        WALKS, f"{EDGES} @ R.T @ R")
ex.slip("you divided by the degrees of u' and i, the ends of the last edge: it is the middle "
        "edge, i' to u', that is weighed",
        WALKS, f"R @ R.T @ {EDGES}")
ex.slip("you took three steps of Â, which weighs all three edges; L3 weighs the middle one only, "
        "i' to u'",
        WALKS, f"{EDGES} @ {EDGES}.T @ {EDGES}")
ex.slip("you divided by the degrees themselves; it is the root of their product",
        "item_degree, np.inf) ** -0.5", "item_degree, np.inf) ** -1",
        "user_degree, np.inf) ** -0.5", "user_degree, np.inf) ** -1")
ex.slip("the degree of the inner user u' is missing", WALKS, "(R * items) @ R.T @ R", hint=True)
ex.slip("the degree of the inner item i' is missing", WALKS, "R @ (R.T * users) @ R", hint=True)
ex.slip("a node without edges has degree 0 and you divide by it: give it the weight 0",
        ITEMS, "item_degree ** -0.5", USERS, "user_degree ** -0.5")
ex.slip("you set the scores of seen items to 0; hiding them is the ranking's business, the "
        "formula is for all pairs",
        WALKS, f"({WALKS}) * (R == 0)")
ex.slip("you left out u' = u; the sum runs over all users, u among them",
        "return " + WALKS, "there = (R * items) @ (R.T * users)\nreturn (there - np.diag(np.diag(there))) @ R")
ex.slip("you left out walks that visit a node twice; the sum runs over all i' and u'",
        "return " + WALKS, f"scores = np.zeros(R.shape)\nfor u, i in np.ndindex(R.shape):\n    inner = {EDGES} * R[:, [i]] * R[[u]]\n    inner[u], inner[:, i] = 0, 0\n    scores[u, i] = inner.sum()\nreturn scores")
ex.slip("you divided by the degrees of both inner nodes without the root: these are the chances "
        "of a walker, who picks each step at random",
        "return " + WALKS, "step = R * users[:, None] ** 2\nreturn step @ (R * items**2).T @ step")
ex.slip("your degrees are one too large: divide by the root of the degrees as they are",
        DEGREES, "R.sum(axis=0) + 1, R.sum(axis=1) + 1")
ex.slip("you divided by the degrees of all four nodes; only the inner two, i' and u', count",
        WALKS, f"users[:, None] * ({WALKS}) * items")
ex.slip("you multiplied by the roots: a node with many edges should weigh less",
        ITEMS, "item_degree**0.5", USERS, "user_degree**0.5")
ex.slip("yours takes five steps: L3 has three, R Rᵀ R", WALKS, f"{WALKS} @ R.T @ R")
ex.slip("you left the walker's own edge out of the degrees; L3 counts all edges of a node",
        DEGREES, "np.maximum(R.sum(axis=0) - 1, 0), np.maximum(R.sum(axis=1) - 1, 0)")
