"""Exercise 02.5: users that were never trained."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _fold_in(histories, H, alpha0, reg, nu, once=set, shared=lambda G, S: G, count=set, whole=1):
    n, d = H.shape
    vectors = np.zeros((len(histories), d))
    for row, history in enumerate(histories):
        S = H[np.array(sorted(once(history)), dtype=int)]
        ridge = reg * (len(count(history)) + whole * alpha0 * n) ** nu
        A = S.T @ S + alpha0 * shared(H.T @ H, S) + ridge * np.eye(d)
        vectors[row] = np.linalg.solve(A, S.sum(axis=0))
    return vectors


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
    return _fold_in(histories, item_emb, alpha0, reg, nu)


ex.claim("a new user gets the vector that training would give", lambda g: _histories(g, [4]))
ex.claim(
    "each of several users has an own vector, with ν = ½",
    lambda g: _histories(g, [2, 5, 3]) | {"nu": 0.5},
)
ex.claim("an item that stands twice in a history counts once", lambda g: _histories(g, [4], 2))
ex.claim("an empty history gives zeros and disturbs nobody", lambda g: _histories(g, [3, 0, 6]))


@ex.mistake("you averaged the item vectors; training solves a system, so its vector is another one")
def mean_of_the_item_vectors(histories, H, alpha0, reg, nu):
    rows = [H[sorted(set(h))].mean(axis=0) if h else np.zeros(H.shape[1]) for h in histories]
    return np.stack(rows)


@ex.mistake("you added up the item vectors and stopped: that is the right-hand side, now solve")
def sum_of_the_item_vectors(histories, H, alpha0, reg, nu):
    return np.stack([H[np.array(sorted(set(h)), dtype=int)].sum(axis=0) for h in histories])


@ex.mistake("an item that stands twice counts twice in yours: R holds a single 1 for it")
def repeats_count_twice(*a):
    return _fold_in(*a, once=list, count=list)


@ex.mistake(
    "you know the items of the history only; the whole catalog pulls at the vector through α₀HᵀH"
)
def the_zeros_are_ignored(*a):
    return _fold_in(*a, shared=lambda G, S: 0 * G)


@ex.mistake("your ridge is λ; in training it was λ times the frequency to the power ν")
def the_same_ridge_for_all(h, H, alpha0, reg, nu):
    return _fold_in(h, H, alpha0, reg, 0)


@ex.mistake("all users got the same vector: you put their histories into one")
def one_vector_for_all(histories, H, alpha0, reg, nu):
    together = [item for history in histories for item in history]
    return np.repeat(_fold_in([together], H, alpha0, reg, nu), len(histories), axis=0)


@ex.mistake(
    "your vectors count an item once and your frequency counts it twice: take len of the set"
)
def repeats_in_the_frequency(*a):
    return _fold_in(*a, count=list)


@ex.mistake(
    "your frequency is the length of the history; the α₀n of the whole catalog belongs to it"
)
def frequency_without_the_catalog(*a):
    return _fold_in(*a, whole=0)


@ex.mistake("ν is missing: your ridge is λ times the frequency, not the frequency to the power ν")
def nu_forgotten(h, H, alpha0, reg, nu):
    return _fold_in(h, H, alpha0, reg, 1)


@ex.mistake("the Gramian is that of the whole catalog; yours is made of the user's own items")
def gramian_of_the_history(*a):
    return _fold_in(*a, shared=lambda G, S: S.T @ S)


@ex.mistake("n counts the catalog; you took the number of the user's items for it")
def n_of_the_history(histories, H, alpha0, reg, nu):
    rows = []
    for history in histories:
        S = H[np.array(sorted(set(history)), dtype=int)]
        ridge = reg * (len(S) * (1 + alpha0)) ** nu if len(S) else 1.0
        A = S.T @ S + alpha0 * H.T @ H + ridge * np.eye(H.shape[1])
        rows.append(np.linalg.solve(A, S.sum(axis=0)))
    return np.array(rows)


@ex.mistake("whoever has liked nothing gets zeros: you gave the mean of all items")
def mean_item_for_newcomers(histories, H, *rest):
    vectors = fold_in(histories, H, *rest)
    vectors[[not history for history in histories]] = H.mean(axis=0)
    return vectors
