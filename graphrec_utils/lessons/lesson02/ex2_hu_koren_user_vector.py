"""Exercise 02.2: one side of a factorization, solved for counts."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _counts(rng, values=(1,), dim: int = 3) -> dict:
    r = np.zeros(9)
    r[rng.permutation(9)[:4]] = rng.permutation(np.resize(values, 4))
    alpha, reg = float(rng.integers(2, 6)), float(rng.integers(4, 10)) / 10
    return {"r": r, "item_emb": rng.normal(size=(9, dim)), "alpha": alpha, "reg": reg}


ex = Exercise(
    "02.2",
    "hu_koren_user_vector",
    points=5,
    branch=True,
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
    confidence, target = 1 + alpha * r, (r > 0).astype(float)  # (n,), (n,)
    CH = confidence[:, None] * item_emb  # (n, d)
    A = CH.T @ item_emb + reg * np.eye(item_emb.shape[1])
    return np.linalg.solve(A, CH.T @ target)


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

CONFIDENCE, TARGET = "1 + alpha * r", "(r > 0).astype(float)"

# fmt: off
ex.slip("your confidence is αr, so unseen items have none: it is 1 + αr",
        CONFIDENCE, "alpha * r", hint=True)
ex.slip("your unseen items have confidence 1, but a seen one only αr: the 1 is for all items",
        CONFIDENCE, "np.where(r > 0, alpha * r, 1)")
ex.slip("you fit the seen items only; the unseen ones ask for a 0 with confidence 1",
        "confidence,", "item_emb, r = item_emb[r > 0], r[r > 0]\nconfidence,")
ex.slip("your target is r itself; views change the confidence, the target of a seen item is 1",
        TARGET, "r.astype(float)", hint=True)
ex.slip("all seen items have the same confidence in yours: five views count more than one",
        CONFIDENCE, "1 + alpha * (r > 0)")
ex.slip("your right-hand side is Hᵀp without the confidences: it is Hᵀ C p",
        "CH.T @ target", "item_emb.T @ target")
ex.slip("λ is missing on the diagonal", " + reg * np.eye(item_emb.shape[1])", "")
ex.slip("your unseen items have the target 1, too: p is 1 where r > 0 and 0 elsewhere",
        TARGET, "np.ones(len(r))")
ex.slip("half a view has the target 1/2 in yours; what was seen has 1, r changes the confidence",
        TARGET, "np.minimum(r, 1)")
ex.slip("C stands twice on your left-hand side: it is (C H)ᵀ H, not (C H)ᵀ (C H)",
        "CH.T @ item_emb", "CH.T @ CH")
ex.slip("you add λ to every cell of the matrix; it stands on the diagonal: reg * np.eye(d)",
        "reg * np.eye(item_emb.shape[1])", "reg", hint=True)
ex.slip("you cut the counts down to whole numbers: half a view then counts as none",
        "confidence,", "r = np.floor(r)\nconfidence,")
ex.slip("the confidence is missing on the left: HᵀCH, not HᵀH",
        "CH.T @ item_emb", "item_emb.T @ item_emb")
ex.slip("you took the logarithm of the views; here the confidence grows with r itself",
        CONFIDENCE, "1 + alpha * np.log1p(r)")
ex.slip("half a view is a view: the target is 1 wherever r > 0", "r > 0", "r >= 1")
ex.slip("your confidence is squared: C stands once in HᵀCH", CONFIDENCE, "(1 + alpha * r) ** 2")
ex.slip("α belongs to the confidence; the ridge is λ alone", "reg *", "alpha * reg *")
ex.slip("1 + α r, not (1 + α) r: an unseen item keeps the confidence 1",
        CONFIDENCE, "(1 + alpha) * r")
