"""Exercise 01.6: which items are alike."""

from __future__ import annotations

import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise


def _likes(rng, m: int, n: int, density: float = 0.45) -> torch.Tensor:
    """Zeros and ones; nobody and nothing without a like, popularities that differ."""
    R = torch.from_numpy((rng.random((m, n)) < density).astype("float32"))
    R[:, 0] = 1
    R[0, :] = 1
    return R


def _table_of_likes(rng) -> dict:
    return {"R": _likes(rng, int(rng.integers(7, 10)), int(rng.integers(4, 7)))}


def _off_diagonal(got, expected, inputs):
    """Compare everything but the diagonal, which has a claim of its own."""
    off = ~torch.eye(len(expected), dtype=torch.bool)
    return close(torch.where(off, got, expected), expected)


ex = Exercise(
    "01.6",
    "item2item_cosine",
    points=5,
    library="graphrec_utils.models.baselines.item2item",
    hints=(
        "What is entry (i, j) of `R.T @ R`? And what is on its diagonal?",
        "With `C = R.T @ R` and `c = C.diagonal().clone()` (without `clone` it is a view, and changes "
        "with C): cosine is `C[i, j] / sqrt(c[i] * c[j])`.",
        "`S = C / torch.outer(c, c).sqrt().clamp(min=1)`, then `S.fill_diagonal_(0)`.",
    ),
)


@ex.solution
def item2item_cosine(R):
    C = R.T @ R  # (n, n) common fans
    c = C.diagonal()  # (n,) fans
    S = C / torch.outer(c, c).sqrt().clamp(min=1)  # 0 / 1 for items without fans
    S.fill_diagonal_(0)
    return S


ex.claim(
    "counts 2, 4, 2: cosines .7071, .5, .7071",
    lambda rng: {"R": toy.bestseller()},
    judge=_off_diagonal,
)
ex.claim("fans of both over the root of fans times fans", _table_of_likes, judge=_off_diagonal)


def _unloved_item(rng) -> dict:
    inputs = _table_of_likes(rng)
    inputs["R"][:, 2] = 0
    return inputs


ex.claim(
    "an item nobody likes is similar to nothing: 0, not NaN",
    _unloved_item,
    judge=_off_diagonal,
)


ex.claim("the diagonal is 0, so that no item recommends itself", _table_of_likes)

COSINE = "C / torch.outer(c, c).sqrt().clamp(min=1)"

# fmt: off
ex.slip("every item is most similar to itself in yours: set the diagonal to 0",
        "S.fill_diagonal_(0)\n", "")
ex.slip("you count common fans and divide by nothing, or by 1: c = C.diagonal() is a view, which "
        "C.fill_diagonal_(0) empties, too",
        COSINE, "C.clone()")
ex.slip("you divide by 0: c = C.diagonal() is a view, and C.fill_diagonal_(0) empties it; fill "
        "the diagonal last",
        f"S = {COSINE}", "C.fill_diagonal_(0)\nS = C / torch.outer(c, c).sqrt()",
        "S.fill_diagonal_(0)\n", "")
ex.slip("you normalized the rows of R, the users; the cosine of two items normalizes columns",
        "C = R", "R = torch.nn.functional.normalize(R, dim=1)\nC = R", COSINE, "C.clone()")
ex.slip("you compared the rows of R, which are users; items are its columns",
        "R.T @ R", "R @ R.T", hint=True)
ex.slip("this is Jaccard: common fans over fans of either; cosine divides by sqrt(c_i c_j)",
        COSINE, "C / (c[:, None] + c - C).clamp(min=1)")
ex.slip("you divide by c_i c_j without the square root; that favors items with hardly any fan",
        ".sqrt()", "", hint=True)
ex.slip("you divide by the fans of one item only: a hit is then the best neighbor of everything",
        COSINE, "C / c[:, None].clamp(min=1)", hint=True)
ex.slip("an item without fans gives 0 / 0, which is NaN; make the divisor at least 1",
        ".clamp(min=1)", "")
ex.slip("you divide by the mean of c_i and c_j, which is Dice; cosine divides by sqrt(c_i c_j)",
        COSINE, "2 * C / (c[:, None] + c).clamp(min=1)")
ex.slip("you took the mean out of every column first: that is a correlation, the cosine leaves R "
        "as it is",
        "C = R", "R = torch.nn.functional.normalize(R - R.mean(dim=0), dim=0)\nC = R",
        COSINE, "C.clone()")
ex.slip("you divided by the root of one item's fans only: cosine divides by the roots of both",
        COSINE, "C / c[:, None].sqrt().clamp(min=1)")
