"""Exercise 17.3: the one step that gradient boosting repeats."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _rows(rng, reg=1.0, start=True, count=60, late=False) -> dict:
    """A step somewhere in x, seen through noise; logits that are not all 0."""
    x = rng.integers(0, 12, count).astype(float)
    place = int(rng.integers(3, 9))
    x[0], x[1] = place, place + 1
    chance = np.where(x > place, 0.8, 0.2)
    labels = (rng.random(count) < chance).astype(float)
    logits = rng.normal(size=count) * 1.5 if start else np.zeros(count)
    if late:  # the rows above the step are known already: their g is small
        logits = np.where(x > place, 3.0 * (2 * labels - 1), rng.normal(size=count))
    return {"x": x, "labels": labels, "logits": logits, "reg": reg}


ex = Exercise(
    "17.3",
    "best_split",
    points=5,
    branch=True,
    library="graphrec_utils.models.boosting.split_gain",
    hints=(
        "A tree is fitted to what is left. What is the derivative of a row's log loss by its logit?",
        "g = p − y and h = p(1 − p). A side with sums G and H is worth G² / (H + reg), its value is "
        "−G / (H + reg).",
        "For every `cut in np.unique(x)[:-1]`: `left = x <= cut`, sums of g and h on both sides, keep "
        "the cut of the largest worth; of equal ones the first.",
    ),
)


@ex.solution
def best_split(x, labels, logits, reg):
    p = 1 / (1 + np.exp(-logits))
    g, h = p - labels, p * (1 - p)
    best = (-np.inf, 0.0, 0.0, 0.0)
    for cut in np.unique(x)[:-1]:
        left = x <= cut
        sides = [(g[k].sum(), h[k].sum() + reg) for k in (left, ~left)]
        worth = sum(G**2 / H for G, H in sides)
        if worth > best[0] + 1e-12:
            best = (worth, float(cut), *(float(-G / H) for G, H in sides))
    return best[1:]


def _by_hand(rng) -> dict:
    return {"x": np.array([1.0, 2, 3, 4]), "labels": np.array([0.0, 0, 1, 1]),
            "logits": np.zeros(4), "reg": 1.0}  # fmt: skip


def _rare(rng) -> dict:
    """One row alone is worth most without reg, and too little with it."""
    while True:
        rows = _rows(rng, reg=float(rng.uniform(4, 8)), count=80)
        alone = int(rows["x"].argmax())
        rows["x"][alone] = 20.0
        rows["labels"][alone], rows["logits"][alone] = 0.0, 4.0
        if not np.allclose(best_split(*rows.values()), through_equals(*rows.values())):
            return rows


ex.claim("four rows, no tree yet: cut at 2, values −2/3 and 2/3", _by_hand)


def _mirrored(rng) -> dict:
    """No tree yet, and every row has a twin on the other side: two cuts are worth the same, to the last bit."""
    while True:
        rows = _rows(rng, start=False)
        rows["x"] = np.r_[rows["x"], 11 - rows["x"]]
        rows |= {key: np.tile(rows[key], 2) for key in ("labels", "logits")}
        cuts = {f(*rows.values())[0] for f in (best_split, the_last_of_equals, not_squared)}
        if len(cuts) == 3 and without_reg(*rows.values())[0] == best_split(*rows.values())[0]:
            return rows


ex.claim("the first tree: all logits are 0", _mirrored)


def _later(rng) -> dict:
    """Rows that are nearly sure count little: a worth that counts rows would cut elsewhere."""
    while True:
        rows = _rows(rng)
        if counted(*rows.values())[0] != best_split(*rows.values())[0]:
            return rows


ex.claim("a later tree: rows have logits of their own", _later)
ex.claim(
    "what the trees before have explained is not split again", lambda rng: _rows(rng, late=True)
)
ex.claim("one row that is far off is not worth a leaf when reg is large", _rare)


def _nothing_to_tell(rng) -> dict:
    """All labels are alike and reg is large: no split at all would be worth most, and is not asked for."""
    while True:
        rows = _rows(rng, reg=float(rng.uniform(20, 30)), start=False)
        rows["labels"] = np.full_like(rows["labels"], float(rng.integers(2)))
        right, *other = (f(*rows.values()) for f in (best_split, the_last_of_equals, not_squared))
        if right == other[0] and right != other[1]:
            return rows


def _at_the_top(rng) -> dict:
    """The step lies below the largest value."""
    while True:
        rows = _rows(rng)
        rows["x"][:8] = rows["x"].max()
        rows["labels"] = (rows["x"] == rows["x"].max()).astype(float)
        found = [f(*rows.values()) for f in (best_split, not_squared, ignores_logits, the_worst)]
        if found[0][0] == np.unique(rows["x"])[-2] and len(set(found)) == len(found):
            return rows


ex.claim("the largest value is no cut: both sides have rows", _nothing_to_tell)
ex.claim("the second largest value may be the cut", _at_the_top)

CHANCES = "1 / (1 + np.exp(-logits))"
HESSIAN = "p * (1 - p)"
VALUE = "float(-G / H)"

# fmt: off
ex.slip("your values have the wrong sign: with g = p − y a leaf's value is −G / (H + reg)",
        VALUE, "float(G / H)")
ex.slip("reg plays no part in yours: a leaf of a single row is then believed without a doubt",
        "+ reg", "+ 1e-9")
ex.slip("your h is 1 in every row, as for squared errors; here it is p(1 − p): rows that are "
        "nearly sure count little",
        HESSIAN, "np.ones(len(p))", hint=True)
ignores_logits = ex.slip("your tree begins anew: it looks at the labels and not at what the "
        "logits have left over",
        CHANCES, "np.full(len(x), 0.5)", hint=True)
not_squared = ex.slip("you take G instead of G²: sides that pull in opposite directions, the best "
        "split, cancel out",
        "G**2 / H", "G / H", hint=True)
the_worst = ex.slip("yours is the split that gains least: take the largest worth, not the smallest",
        "G**2 / H", "-(G**2) / H")
ex.slip("rows at the cut itself belong to the left side, x <= cut; yours are on the right",
        "[:-1]", "[1:]", "x <= cut", "x < cut")
ex.slip("your leaf values are shares of ones; they are added to logits, so −G / (H + reg) is meant",
        "*(float(-G / H) for G, H in sides)", "*(float(labels[k].mean()) for k in (left, ~left))")
the_last_of_equals = ex.slip("of equal cuts you take the last: it is the first",
        "+ 1e-12", "- 1e-12")
ex.slip("reg is missing in your values: they are −G / (H + reg), as the worth has it",
        VALUE, "float(-G / max(H - reg, 1e-12))")
ex.slip("your values are −G: they are divided by H + reg", VALUE, "float(-G)")
ex.slip("you take logits for probabilities: p is σ(logit)", CHANCES, "logits")
ex.slip("you return the value of the right side first",
        "return best[1:]", "cut, left, right = best[1:]\nreturn cut, right, left")
ex.slip("your cut lies between two values: it is the largest one on the left",
        "return best[1:]", "cut, *values = best[1:]\nreturn float((cut + x[x > cut].min()) / 2), *values")
ex.slip("reg counts twice in your values", VALUE, "float(-G / (H + reg))")
ex.slip("your h is squared: it is p(1 − p)", HESSIAN, "(p * (1 - p)) ** 2")
without_reg = ex.slip("reg is missing where you compare cuts: a few rows that are nearly sure win then; the worth has it, too",
        "G**2 / H", "G**2 / (H - reg)")
ex.slip("you leave out the second largest value: only the largest is no cut",
        "np.unique(x)[:-1]", "(np.unique(x)[:-2] if len(np.unique(x)) > 2 else np.unique(x)[:-1])")
ex.slip("the largest value is a cut in yours: nobody is on the right of it",
        "np.unique(x)[:-1]", "np.unique(x)")
ex.slip("you compare |G| / (H + reg): the worth of a side has G squared", "G**2 / H", "abs(G) / H")


def _row_by_row(x, labels, logits, reg, order):
    """Return the best place to cut the rows in this order, equal values or not."""
    x, p, y = x[order], 1 / (1 + np.exp(-logits[order])), labels[order]
    G, H = np.cumsum(p - y), np.cumsum(p * (1 - p))
    sides = np.stack([G[:-1], H[:-1] + reg]), np.stack([G[-1] - G[:-1], H[-1] - H[:-1] + reg])
    k = int(sum(g**2 / h for g, h in sides).argmax())
    return float(x[k]), *(float(-g[k] / h[k]) for g, h in sides)


@ex.mistake("your sums run over the rows as they stand in the table: sort them by x first")
def not_sorted(x, labels, logits, reg):
    return _row_by_row(x, labels, logits, reg, np.arange(len(x)))


@ex.mistake("your cut goes through rows of one value: with x <= cut all of them are on the left")
def through_equals(x, labels, logits, reg):
    return _row_by_row(x, labels, logits, reg, np.argsort(x, kind="stable"))
counted = ex.slip("you compare G² / (number of rows + reg): the curvatures h of the rows stand there",
                  "sum(G**2 / H for G, H in sides)", "sum(g[k].sum() ** 2 / (k.sum() + reg) for k in (left, ~left))")
ex.slip("your values are the means of what is left over: they are −G / (H + reg)",
        "*(float(-G / H) for G, H in sides)", "*(float(-g[k].mean()) for k in (left, ~left))")
