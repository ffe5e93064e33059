"""Exercise 02.2: one side of a factorization, solved for counts."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _weighted(confidence, target, item_emb, reg):
    weighted = item_emb * np.asarray(confidence, float)[:, None]
    A = weighted.T @ item_emb + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, weighted.T @ np.asarray(target, float))


def _counts(rng, values=(1,), dim: int = 3) -> dict:
    r = np.zeros(9)
    r[rng.permutation(9)[:4]] = rng.permutation(np.resize(values, 4))
    alpha, reg = float(rng.integers(2, 6)), float(rng.integers(4, 10)) / 10
    return {"r": r, "item_emb": rng.normal(size=(9, dim)), "alpha": alpha, "reg": reg}


ex = Exercise(
    "02.2",
    "hu_koren_user_vector",
    points=5,
    library="graphrec_utils.models.mf.hu_koren_step",
    hints=(
        "Two vectors of length n, the confidence c and the target p. How do they follow from r?",
        "`c = 1 + alpha * r` and `p = r > 0`. The vector solves (HᵀCH + λI) w = HᵀCp.",
        "No n × n matrix is needed: with `CH = c[:, None] * item_emb` the two sides are "
        "`CH.T @ item_emb + reg * np.eye(d)` and `CH.T @ p`.",
    ),
)


@ex.solution
def hu_koren_user_vector(r, item_emb, alpha, reg):
    return _weighted(1 + alpha * r, r > 0, item_emb, reg)


def _one_item_of_two(rng) -> dict:
    return {
        "r": np.array([0.5, 0.0]),
        "item_emb": np.array([[1.0], [2.0]]),
        "alpha": 4.0,
        "reg": 0.5,
    }


ex.claim("items 1 and 2, the first seen half: the number computed by hand", _one_item_of_two)


ex.claim("every item counts, the unseen ones with confidence 1", _counts)
ex.claim("more views give more confidence, the target stays 1", lambda g: _counts(g, (1, 2, 5)))
ex.claim("half a view is a view with less confidence", lambda g: _counts(g, (0.5, 0.2, 1, 2)))


@ex.mistake("your confidence is αr, so unseen items have none: it is 1 + αr")
def confidence_alphar(r, H, alpha, reg):
    return _weighted(alpha * r, r > 0, H, reg)


@ex.mistake("your unseen items have confidence 1, but a seen one only αr: the 1 is for all items")
def confidence_alphar_unseen_1(r, H, alpha, reg):
    return _weighted(np.where(r > 0, alpha * r, 1), r > 0, H, reg)


@ex.mistake("you fit the seen items only; the unseen ones ask for a 0 with confidence 1")
def only_seen_items(r, H, alpha, reg):
    return hu_koren_user_vector(r[r > 0], H[r > 0], alpha, reg)


@ex.mistake("your target is r itself; views change the confidence, the target of a seen item is 1")
def the_count_is_the_target(r, H, alpha, reg):
    return _weighted(1 + alpha * r, r, H, reg)


@ex.mistake("all seen items have the same confidence in yours: five views count more than one")
def one_confidence_for_all_seen(r, H, alpha, reg):
    return hu_koren_user_vector((r > 0).astype(float), H, alpha, reg)


@ex.mistake("your right-hand side is Hᵀp without the confidences: it is Hᵀ C p")
def right_side_without_confidence(r, H, alpha, reg):
    return np.linalg.solve(
        (H * (1 + alpha * r)[:, None]).T @ H + reg * np.eye(H.shape[1]), H.T @ (r > 0)
    )


@ex.mistake("λ is missing on the diagonal")
def no_ridge(r, H, alpha, reg):
    return _weighted(1 + alpha * r, r > 0, H, 0)


@ex.mistake("your unseen items have the target 1, too: p is 1 where r > 0 and 0 elsewhere")
def target_1_for_all(r, H, alpha, reg):
    return _weighted(1 + alpha * r, np.ones(len(r)), H, reg)


@ex.mistake(
    "half a view has the target 1/2 in yours; what was seen has 1, r changes the confidence"
)
def the_target_grows_to_1(r, H, alpha, reg):
    return _weighted(1 + alpha * r, np.minimum(r, 1), H, reg)


@ex.mistake("C stands twice on your left-hand side: it is (C H)ᵀ H, not (C H)ᵀ (C H)")
def confidence_twice(r, H, alpha, reg):
    return np.linalg.solve(
        (H.T * (1 + alpha * r) ** 2) @ H + reg * np.eye(H.shape[1]),
        (H.T * (1 + alpha * r)) @ (r > 0),
    )


def _system(A, b, reg):
    return np.linalg.solve(A + reg, b)


@ex.mistake("you add λ to every cell of the matrix; it stands on the diagonal: reg * np.eye(d)")
def lambda_in_every_cell(r, H, alpha, reg):
    return _system((H.T * (1 + alpha * r)) @ H, (H.T * (1 + alpha * r)) @ (r > 0), reg)


@ex.mistake("you cut the counts down to whole numbers: half a view then counts as none")
def whole_counts(r, H, alpha, reg):
    return hu_koren_user_vector(np.floor(r), H, alpha, reg)


@ex.mistake("the confidence is missing on the left: HᵀCH, not HᵀH")
def left_side_without_confidence(r, H, alpha, reg):
    A = H.T @ H + reg * np.eye(H.shape[1])
    return np.linalg.solve(A, ((1 + alpha * r) * (r > 0)) @ H)


@ex.mistake("you took the logarithm of the views; here the confidence grows with r itself")
def logarithm_of_the_views(r, H, alpha, reg):
    return _weighted(1 + alpha * np.log1p(r), (r > 0).astype(float), H, reg)


@ex.mistake("half a view is a view: the target is 1 wherever r > 0")
def needs_a_whole_view(r, H, alpha, reg):
    return _weighted(1 + alpha * r, (r >= 1).astype(float), H, reg)


@ex.mistake("your confidence is squared: C stands once in HᵀCH")
def confidence_squared(r, H, alpha, reg):
    return _weighted((1 + alpha * r) ** 2, (r > 0).astype(float), H, reg)


@ex.mistake("α belongs to the confidence; the ridge is λ alone")
def alpha_in_the_ridge(r, H, alpha, reg):
    return hu_koren_user_vector(r, H, alpha, alpha * reg)


@ex.mistake("1 + α r, not (1 + α) r: an unseen item keeps the confidence 1")
def brackets(r, H, alpha, reg):
    return _weighted((1 + alpha) * r, (r > 0).astype(float), H, reg)
