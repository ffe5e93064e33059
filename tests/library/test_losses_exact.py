"""Every draw counted: the table of variants to four digits, and the softmax in chunks."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
import torch.nn.functional as F

from graphrec_utils import losses, toy
from graphrec_utils.losses import exact

LOGITS, Q, POSITIVE = toy.logits()
P = LOGITS.softmax(dim=0)
FULL = P - torch.eye(4, dtype=torch.float64)[0]

# first entry of the mean gradient with four draws: tells all variants apart
FIRST = {
    "negatives only": -0.6327, "negatives only, hits out": -0.8187, "nQ": -0.4411, "nQ, hits out": -0.5361,
    "corrected": -0.5409, "Yi": -0.2787, "Yi, hits out": -0.3194, "none": -0.5769,
}  # fmt: skip
# sum of absolute distances to the full gradient, with 8 and 64 draws
BIAS = {
    "none": (0.5115, 0.7136), "negatives only": (0.1400, 0.0221), "negatives only, hits out": (0.7159, 0.8843),
    "nQ": (0.2636, 0.3304), "nQ, hits out": (0.0192, 0.0024), "corrected": (0.0155, 0.0020),
    "Yi": (0.3327, 0.0474), "Yi, hits out": (0.1190, 0.6786),
}  # fmt: skip
# largest error of a learned logit, with 1, 2, 4 and 8 draws
ENDS = {
    "Yi": (0, 0, 0, 0), "nQ, hits out": (1.4745, 0.9913, 0.5515, 0.2527),
    "corrected": (1.0432, 0.5851, 0.2825, 0.1297), "negatives only": (1.4745, 1.3795, 1.0808, 0.5189),
}  # fmt: skip


def by_sequences(name: str, size: int) -> torch.Tensor:
    """The slow oracle: every ordered draw by itself, one row at a time."""
    loss, without = exact.VARIANTS[name]
    f = LOGITS.clone().requires_grad_()
    chance = Q.clone()
    if without:
        chance[0] = 0
        chance /= chance.sum()
    total = torch.zeros((), dtype=torch.float64)
    for draw in product(range(int(without), 4), repeat=size):
        items = torch.tensor(draw)[None]
        weight = math.prod(float(chance[j]) for j in draw)
        q = Q.log()
        total = total + weight * loss(f[:1], f[items], q[items], q[:1], items == 0)
    total.backward()
    return f.grad


@pytest.mark.parametrize("name", exact.VARIANTS)
@pytest.mark.parametrize("size", [1, 3])
def test_the_mean_gradient_is_that_of_all_sequences(name, size):
    loss, without = exact.VARIANTS[name]
    found = exact.gradient(loss, LOGITS, Q, 0, size, without)
    torch.testing.assert_close(found, by_sequences(name, size), atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", FIRST)
def test_four_draws_tell_the_variants_apart(name):
    loss, without = exact.VARIANTS[name]
    assert exact.gradient(loss, LOGITS, Q, 0, 4, without)[0].item() == pytest.approx(
        FIRST[name], abs=1e-4
    )


@pytest.mark.parametrize("name", BIAS)
def test_the_bias_of_the_gradient(name):
    loss, without = exact.VARIANTS[name]
    for size, expected in zip((8, 64), BIAS[name], strict=True):
        found = exact.gradient(loss, LOGITS, Q, 0, size, without)
        assert (found - FULL).abs().sum().item() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ENDS)
def test_where_each_variant_ends(name):
    loss, without = exact.VARIANTS[name]
    for size, expected in zip((1, 2, 4, 8), ENDS[name], strict=True):
        learned = exact.optimum(loss, P, Q, size, without)
        assert exact.error(learned, P) == pytest.approx(expected, abs=1e-3)


def test_without_a_correction_the_mutual_information_is_learned():
    for size in (1, 5):
        learned = exact.optimum(exact.VARIANTS["none"].loss, P, Q, size)
        assert exact.error(learned, P / Q) == pytest.approx(0, abs=1e-6)
        assert exact.slope(learned, P, Q) == pytest.approx(-1)


def test_masked_without_n_has_no_end_for_a_sure_user():
    sure = torch.tensor([0.7, 0.1, 0.1, 0.1], dtype=torch.float64)
    masked = exact.VARIANTS["negatives only, hits out"].loss
    assert exact.optimum(exact.VARIANTS["Yi"].loss, sure, Q, 4) is not None
    found = exact.optimum(masked, sure, Q, 40)
    assert found is None or exact.error(found, sure) > 2


def test_the_identity_of_gradients():
    """The full gradient is the weight times that of a softmax over the other items."""
    for i in range(4):
        f = LOGITS.clone().requires_grad_()
        rest = torch.arange(4) != i
        weight = (1 - f.softmax(dim=0)[i]).detach()
        (weight * (f[rest].logsumexp(dim=0) - f[i])).backward()
        expected = P - torch.eye(4, dtype=torch.float64)[i]
        torch.testing.assert_close(f.grad, expected, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Q": [0.0, 0.5, 0.3, 0.2]}, "above 0"),
        ({"Q": [3.0, 5.0, 1.0, 1.0]}, "sum to 1"),
        ({"Q": [0.5, 0.5]}, "two items at least"),
        ({"positive": 4}, "0 to 3"),
        ({"num_draws": 0}, "num_draws"),
        ({"num_draws": 200}, "too many to look at"),
    ],
)
def test_bad_input_gets_a_sentence(given, words):
    usual = {"Q": Q.tolist(), "positive": 0, "num_draws": 2} | given
    with pytest.raises(ValueError, match=words):
        exact.gradient(
            exact.VARIANTS["none"].loss, LOGITS, torch.tensor(usual["Q"], dtype=torch.float64),
            usual["positive"], usual["num_draws"],
        )  # fmt: skip


# ------------------------------------------------------------- the softmax in chunks
def embeddings(B: int = 7, n: int = 9, d: int = 3):
    g = torch.Generator().manual_seed(0)
    users, items = (torch.randn(k, d, generator=g, dtype=torch.float64) for k in (B, n))
    return users.requires_grad_(), items.requires_grad_(), torch.arange(B) % n


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_chunks_change_nothing(chunk):
    users, items, positive = embeddings()
    expected = torch.autograd.grad(
        3 * F.cross_entropy(users @ items.T, positive), (users, items), retain_graph=True
    )
    value = losses.chunked_softmax(users, items, positive, chunk)
    assert value.item() == pytest.approx(F.cross_entropy(users @ items.T, positive).item())
    for found, right in zip(torch.autograd.grad(3 * value, (users, items)), expected, strict=True):
        torch.testing.assert_close(found, right)


def test_both_sides_may_come_from_one_encoder():
    """Users and items share a table here; calling backward twice would fail."""
    table = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    positive = torch.tensor([1, 0, 5])
    losses.chunked_softmax(table[:3], table, positive, 2).backward()
    found, table.grad = table.grad, None
    F.cross_entropy(table[:3] @ table.T, positive).backward()
    torch.testing.assert_close(found, table.grad)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"chunk": 0}, ValueError),
        ({"positive": torch.tensor([0, 1])}, ValueError),
        ({"positive": torch.full((7,), 9)}, ValueError),
        ({"item_emb": torch.zeros(9, 4)}, ValueError),
        ({"user_emb": torch.zeros(7, 3, dtype=torch.int64)}, TypeError),
    ],
)
def test_chunks_of_something_else_are_refused(change, error):
    users, items, positive = embeddings()
    given = {"user_emb": users, "item_emb": items, "positive": positive, "chunk": 2} | change
    with pytest.raises(error):
        losses.chunked_softmax(**given)
