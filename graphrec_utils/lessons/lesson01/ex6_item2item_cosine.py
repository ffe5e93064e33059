"""Exercise 01.6: which items are alike."""

from __future__ import annotations

import torch

from graphrec_utils import toy
from graphrec_utils.exercises.compare import close
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson01.shared import cosine


def _similar(formula):
    """Return item2item with another formula of the common likes C and the counts."""

    def function(R):
        C = R.T @ R
        c = C.diagonal().clone()
        S = formula(C, c[:, None], c[None, :])
        S.fill_diagonal_(0)
        return S

    return function


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
    S = cosine(R.T)
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


@ex.mistake("every item is most similar to itself in yours: set the diagonal to 0")
def keeps_the_diagonal(R):
    return cosine(R.T)


@ex.mistake(
    "you count common fans and divide by nothing, or by 1: c = C.diagonal() is a view, which "
    "C.fill_diagonal_(0) empties, too"
)
def counts_common_fans(*inputs):
    return _similar(lambda C, a, b: C.clone())(*inputs)


@ex.mistake(
    "you divide by 0: c = C.diagonal() is a view, and C.fill_diagonal_(0) empties it; fill "
    "the diagonal last"
)
def emptied_view(R):
    C = R.T @ R
    c = C.diagonal()  # a view
    C.fill_diagonal_(0)
    return C / torch.outer(c, c).sqrt()


@ex.mistake("you normalized the rows of R, the users; the cosine of two items normalizes columns")
def normalizes_rows(R):
    unit = torch.nn.functional.normalize(R, dim=1)
    S = unit.T @ unit
    S.fill_diagonal_(0)
    return S


@ex.mistake("you compared the rows of R, which are users; items are its columns")
def compares_users(R):
    return item2item_cosine(R.T)


@ex.mistake("this is Jaccard: common fans over fans of either; cosine divides by sqrt(c_i c_j)")
def jaccard(*inputs):
    return _similar(lambda C, a, b: C / (a + b - C).clamp(min=1))(*inputs)


@ex.mistake("you divide by c_i c_j without the square root; that favors items with hardly any fan")
def forgets_the_root(*inputs):
    return _similar(lambda C, a, b: C / (a * b).clamp(min=1))(*inputs)


@ex.mistake(
    "you divide by the fans of one item only: a hit is then the best neighbor of everything"
)
def one_side_only(*inputs):
    return _similar(lambda C, a, b: C / a.clamp(min=1))(*inputs)


@ex.mistake("an item without fans gives 0 / 0, which is NaN; make the divisor at least 1")
def naN(*inputs):
    return _similar(lambda C, a, b: C / (a * b).sqrt())(*inputs)


@ex.mistake("you divide by the mean of c_i and c_j, which is Dice; cosine divides by sqrt(c_i c_j)")
def dice(*inputs):
    return _similar(lambda C, a, b: 2 * C / (a + b).clamp(min=1))(*inputs)


@ex.mistake(
    "you took the mean out of every column first: that is a correlation, the cosine leaves R as it is"
)
def correlation(R):
    X = torch.nn.functional.normalize(R - R.mean(dim=0), dim=0)
    return (X.T @ X).fill_diagonal_(0)


@ex.mistake("you divided by the root of one item's fans only: cosine divides by the roots of both")
def one_root_only(R):
    C = R.T @ R
    return (C / C.diagonal()[:, None].sqrt().clamp(min=1)).fill_diagonal_(0)
