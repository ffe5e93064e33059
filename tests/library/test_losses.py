"""Losses: the written formula on three numbers, gradients by closed forms, signs, extremes."""

from __future__ import annotations

import math
from itertools import combinations_with_replacement

import pytest
import torch

from graphrec_utils import losses, sampling, toy

POS = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
NEG = torch.tensor([1.0, 0.0, -2.0], dtype=torch.float64)


def t(*numbers, dtype=torch.float64) -> torch.Tensor:
    return torch.tensor(numbers, dtype=dtype)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_bpr_is_the_written_formula():
    expected = -sum(math.log(sigmoid(d)) for d in (-0.5, -1.0, 4.0)) / 3
    assert losses.bpr(POS, NEG).item() == pytest.approx(expected)


def test_bpr_averages_over_several_negatives():
    both = losses.bpr(t(0.5), t([1.0, 0.0]))
    expected = (losses.bpr(t(0.5), t(1.0)) + losses.bpr(t(0.5), t(0.0))) / 2
    assert both.item() == pytest.approx(expected.item())


def test_bpr_takes_the_sigmoid_of_the_difference_only():
    """At equal scores the slope is sigma(0) = 1/2; sigmoids of the scores first would give less."""
    pos = t(3.0).requires_grad_()
    losses.bpr(pos, t(3.0)).backward()
    assert pos.grad.item() == -0.5


def test_bce_is_the_written_formula():
    # -log sigma(.5) - log sigma(-1) - log sigma(1) = .4741 + 1.3133 + .3133
    assert losses.bce(t(0.5), t([1.0, -1.0])).item() == pytest.approx(2.1006, abs=5e-5)
    assert losses.bce(t(1.0), t([1.0, -2.0])).item() == pytest.approx(1.7535, abs=5e-5)


def test_bce_of_vectors_pushes_negatives_away():
    """All vectors (1, 0), one negative: 1.6265; without the inner minus it would be .6265."""
    assert losses.bce(t(1.0), t(1.0)).item() == pytest.approx(1.6265, abs=5e-5)


def test_hinge_is_the_written_formula():
    assert losses.hinge(t(0.9), t(0.2), 0.1).item() == 0
    assert losses.hinge(t(0.2), t(0.9), 0.1).item() == pytest.approx(0.8)
    # max(0, .9 - .5 + .1) = .5 and max(0, .1 - .5 + .1) = 0
    assert losses.hinge(t(0.5), t([0.9, 0.1]), 0.1).item() == pytest.approx(0.25)


def test_hinge_of_distances_is_that_of_transe():
    # gamma + d(h + r, t) - d(h' + r, t') = 1 + 3 - 3.5
    assert losses.hinge(-t(3.0), -t(3.5), 1.0).item() == pytest.approx(0.5)


def test_full_softmax_is_the_written_formula():
    scores = t([1.0, 0.0, -1.0], [0.0, 2.0, 1.0])
    Z = [math.exp(1) + 1 + math.exp(-1), 1 + math.exp(2) + math.exp(1)]
    expected = (-1.0 + math.log(Z[0]) - 1.0 + math.log(Z[1])) / 2
    assert losses.full_softmax(scores, torch.tensor([0, 2])).item() == pytest.approx(expected)


def test_sampled_softmax_is_the_written_formula():
    q_neg, q_pos = t([0.2, 0.6]), t(0.1)
    terms = [math.exp(0.5) / 0.1, math.exp(1.0) / 0.2, math.exp(-1.0) / 0.6]
    found = losses.sampled_softmax(t(0.5), t([1.0, -1.0]), q_neg.log(), q_pos.log())
    assert found.item() == pytest.approx(-math.log(terms[0] / sum(terms)))


def test_in_batch_softmax_is_the_written_formula():
    users, items = t([1.0, 0.0], [0.0, 2.0]), t([1.0, 1.0], [3.0, 0.5])
    # dot products [[1, 3], [2, 1]], by .5: [[2, 6], [4, 2]]; Q = (.5, .25): times 2 and 4
    first = math.exp(2) * 2 / (math.exp(2) * 2 + math.exp(6) * 4)
    second = math.exp(2) * 4 / (math.exp(4) * 2 + math.exp(2) * 4)
    found = losses.in_batch_softmax(users, items, t(0.5, 0.25).log(), temperature=0.5)
    assert found.item() == pytest.approx(-(math.log(first) + math.log(second)) / 2)


ZERO, TWENTY = torch.zeros(3), torch.zeros(3, 20)


@pytest.mark.parametrize(
    "loss, expected",
    [
        (losses.bpr(ZERO + 7, ZERO + 7), math.log(2)),
        (losses.bce(ZERO, TWENTY), 21 * math.log(2)),
        (losses.bce(ZERO, TWENTY[:, :10]), 7.6246),
        (losses.hinge(ZERO + 7, TWENTY + 7, 0.3), 0.3),
        (losses.full_softmax(TWENTY, torch.tensor([0, 5, 19])), math.log(20)),
        (losses.sampled_softmax(ZERO + 7, TWENTY[:, :8] + 7), math.log(9)),
        (losses.in_batch_softmax(torch.zeros(5, 2), torch.zeros(5, 2)), math.log(5)),
    ],
)
def test_value_at_equal_scores(loss, expected):
    assert loss.item() == pytest.approx(expected, abs=5e-5)


# Four items, positive 0: every loss below must have this gradient in the limit.
LOGITS, Q, _ = toy.logits()
FULL = [-0.5449, 0.2760, 0.1674, 0.1015]


def variant(name: str, f: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
    """The loss of one draw of items; the names are those of the docstring's table."""
    kind, masked = name.removesuffix(" masked"), name.endswith(" masked")
    q = Q / (1 - Q[0]) if kind == "nQ'" else Q
    more = {} if kind == "none" else {"log_q_neg": q.log()[items][None]}
    if kind.startswith("nQ"):
        more["num_draws"] = len(items)
    if kind == "Yi":
        more["log_q_pos"] = Q[:1].log()
    if masked:
        more["hits"] = (items == 0)[None]
    return losses.sampled_softmax(f[:1], f[items][None], **more)


def expected_gradient(name: str, n: int) -> list[float]:
    """The mean over all draws of n items: each multiset times its multinomial probability."""
    f = LOGITS.clone().requires_grad_()
    total = torch.zeros((), dtype=torch.float64)
    chance = Q / (1 - Q[0]) if name == "nQ'" else Q
    for draw in combinations_with_replacement(range(name == "nQ'", 4), n):
        counts = [draw.count(i) for i in range(4)]
        ways = math.factorial(n) // math.prod(map(math.factorial, counts))
        weight = ways * math.prod(float(p) ** c for p, c in zip(chance, counts, strict=True))
        total = total + weight * variant(name, f, torch.tensor(draw))
    total.backward()
    return f.grad.tolist()


def test_the_full_gradient_is_the_probabilities_minus_one_for_the_positive():
    f = LOGITS[None].clone().requires_grad_()
    losses.full_softmax(f, torch.tensor([0])).backward()
    assert f.grad[0].tolist() == pytest.approx(FULL, abs=5e-5)


@pytest.mark.parametrize(
    "name, n, expected",
    [
        ("none", 4, [-0.5769, 0.4479, 0.0978, 0.0312]),
        ("slide", 4, [-0.6327, 0.3429, 0.1840, 0.1058]),
        ("nQ'", 4, [-0.5409, 0.2874, 0.1601, 0.0935]),
        ("nQ'", 1, [-0.5303, 0.3176, 0.1385, 0.0742]),
        ("Yi", 4, [-0.2787, 0.1452, 0.0838, 0.0497]),
    ],
)
def test_expected_gradient_by_closed_form(name, n, expected):
    assert expected_gradient(name, n) == pytest.approx(expected, abs=6e-5)


FIRST = {"slide": -0.6327, "slide masked": -0.8187, "nQ": -0.4411, "nQ masked": -0.5361}
FIRST |= {"nQ'": -0.5409, "Yi": -0.2787, "Yi masked": -0.3194}


# ------------------------------------------------------------- the corrected loss (RecSys 2025)


def test_corrected_softmax_is_the_written_formula():
    pos, neg, q_pos, q_neg = 0.5, [1.0, -1.0, 2.0], 0.25, [0.2, 0.4, 0.1]
    lifted = [math.exp(s) / (q / (1 - q_pos)) for s, q in zip(neg, q_neg, strict=True)]
    P = math.exp(pos) / (math.exp(pos) + sum(lifted) / 3)
    expected = (1 - P) * (-pos + math.log(sum(lifted)))
    found = losses.corrected_softmax(t(pos), t(neg), t(q_neg).log(), t(q_pos).log())
    assert found.item() == pytest.approx(expected)


def test_n_counts_the_valid_negatives_only():
    """A hit leaves the sum AND the count; with the total n the gradients below would differ."""
    hits = torch.tensor([[False, True, False]])
    q, q_pos = t([0.2, 0.3, 0.1]).log(), t(0.3).log()
    masked = losses.corrected_softmax(t(0.5), t([1.0, 9.0, 2.0]), q, q_pos, hits)
    left_out = losses.corrected_softmax(t(0.5), t([1.0, 2.0]), q[:, [0, 2]], q_pos)
    assert masked.item() == pytest.approx(left_out.item())


@pytest.mark.parametrize("seed", range(3))
def test_corrected_gradients_are_those_of_draws_without_the_positive(seed):
    g = torch.Generator().manual_seed(seed)
    q = torch.rand(6, 5, generator=g, dtype=torch.float64).clamp(0.05) / 10
    q_pos = torch.rand(6, generator=g, dtype=torch.float64).clamp(0.05, 0.9)
    hits = torch.rand(6, 5, generator=g) < 0.3
    hits[:, 0] = False
    gradients = []
    for corrected in (True, False):
        pos = torch.linspace(-2, 2, 6, dtype=torch.float64).requires_grad_()
        neg = torch.randn(6, 5, generator=g.manual_seed(7), dtype=torch.float64).requires_grad_()
        if corrected:
            loss = losses.corrected_softmax(pos, neg, q.log(), q_pos.log(), hits)
        else:
            log_q = q.log() - (1 - q_pos).log()[:, None]
            loss = losses.sampled_softmax(pos, neg, log_q, num_draws=(~hits).sum(dim=1), hits=hits)
        loss.backward()
        gradients.append(torch.cat([pos.grad, neg.grad.ravel()]))
    assert gradients[0].tolist() == pytest.approx(gradients[1].tolist(), abs=1e-12)


def test_all_other_items_drawn_once_and_alike_give_the_full_gradient():
    """Q' is uniform over the n - 1 others, and each is drawn once: nothing is left to chance."""
    f = LOGITS.clone().requires_grad_()
    uniform = t(0.25).log()
    losses.corrected_softmax(f[:1], f[1:][None], uniform, uniform).backward()
    assert f.grad.tolist() == pytest.approx(FULL, abs=5e-5)


def corrected(f: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
    q = Q.log()
    return losses.corrected_softmax(f[:1], f[items][None], q[items][None], q[:1], items[None] == 0)


def test_the_corrected_gradient_of_four_draws_without_the_positive_by_closed_form():
    f = LOGITS.clone().requires_grad_()
    chance, total = Q / (1 - Q[0]), torch.zeros((), dtype=torch.float64)
    for draw in combinations_with_replacement((1, 2, 3), 4):
        counts = [draw.count(i) for i in range(4)]
        ways = math.factorial(4) // math.prod(map(math.factorial, counts))
        weight = ways * math.prod(float(p) ** c for p, c in zip(chance, counts, strict=True))
        total = total + weight * corrected(f, torch.tensor(draw))
    total.backward()
    assert f.grad.tolist() == pytest.approx([-0.5409, 0.2874, 0.1601, 0.0935], abs=6e-5)


def test_the_weight_passes_no_gradient():
    """With it the positive's slope would be another one: it is -(1 - P) alone."""
    pos = t(0.5).requires_grad_()
    q = t([0.2, 0.2]).log()
    losses.corrected_softmax(pos, t([1.0, 0.0]), q, t(0.5).log()).backward()
    mean = (math.exp(1) + 1) * 0.5 / 0.2 / 2
    assert pos.grad.item() == pytest.approx(-mean / (math.exp(0.5) + mean))


@pytest.mark.parametrize("gap", [1e4, -1e4])
def test_corrected_softmax_of_extreme_scores_stays_finite(gap):
    pos = t(gap, dtype=torch.float32).requires_grad_()
    neg = t([0.0, -gap], dtype=torch.float32).requires_grad_()
    q = t([0.1, 0.1], dtype=torch.float32).log()
    losses.corrected_softmax(pos, neg, q, q[:, 0]).backward()
    assert pos.grad.isfinite().all() and neg.grad.isfinite().all()
    assert (pos.grad <= 0).all() and (neg.grad >= 0).all()


def test_a_row_of_hits_counts_zero_in_the_corrected_loss():
    pos, neg = t(0.5, 0.5).requires_grad_(), t([1.0], [1.0]).requires_grad_()
    hits = torch.tensor([[True], [False]])
    loss = losses.corrected_softmax(pos, neg, t(0.2).log(), t(0.1, 0.1).log(), hits)
    loss.backward()
    alone = losses.corrected_softmax(t(0.5), t([1.0]), t(0.2).log(), t(0.1).log())
    assert loss.item() == pytest.approx(alone.item() / 2)
    assert pos.grad[0] == 0 and neg.grad[0, 0] == 0 and pos.grad[1] < 0 < neg.grad[1, 0]


@pytest.mark.parametrize("name", FIRST)
def test_four_draws_tell_all_variants_apart_at_the_positive(name):
    assert expected_gradient(name, 4)[0] == pytest.approx(FIRST[name], abs=1e-4)


# sum of absolute differences to the full gradient with eight draws
BIAS = {"none": 0.5115, "slide": 0.1400, "slide masked": 0.7159, "nQ": 0.2636}
BIAS |= {"nQ masked": 0.0192, "nQ'": 0.0155, "Yi": 0.3327, "Yi masked": 0.1190}


@pytest.mark.parametrize("name", BIAS)
def test_bias_of_eight_draws_by_closed_form(name):
    full = LOGITS.softmax(dim=0) - t(1.0, 0.0, 0.0, 0.0)
    bias = (t(*expected_gradient(name, 8)) - full).abs().sum().item()
    assert bias == pytest.approx(BIAS[name], abs=1e-4)


def test_in_batch_with_a_matrix_of_log_q_is_the_sampled_softmax_of_negatives():
    g = torch.Generator().manual_seed(0)
    users, items = (torch.randn(4, 3, generator=g, dtype=torch.float64) for _ in "ui")
    off = ~torch.eye(4, dtype=torch.bool)
    log_q = (3 * Q).log().expand(4, 4) * off
    s = users @ items.T
    neg, q = s[off].reshape(4, 3), Q.log().expand(4, 4)[off].reshape(4, 3)
    expected = losses.sampled_softmax(s.diagonal(), neg, q, num_draws=3)
    assert losses.in_batch_softmax(users, items, log_q).item() == pytest.approx(expected.item())


def test_in_batch_mask_takes_a_column_out_of_one_row():
    users, items = torch.zeros(3, 2), torch.zeros(3, 2)
    mask = torch.zeros(3, 3, dtype=torch.bool)
    mask[0, 1] = True
    expected = (math.log(2) + 2 * math.log(3)) / 3
    assert losses.in_batch_softmax(users, items, mask=mask).item() == pytest.approx(expected)


def test_a_constant_in_log_q_matters_only_if_the_positive_is_left_out():
    pos, neg, q = t(0.5), t([1.0, -1.0]), t([0.2, 0.6]).log()
    yi = [losses.sampled_softmax(pos, neg, q + c, t(0.1).log() + c).item() for c in (0, 3)]
    slide = [losses.sampled_softmax(pos, neg, q + c).item() for c in (0, 3)]
    assert yi[0] == pytest.approx(yi[1])
    assert slide[0] > slide[1] + 0.5


def test_num_draws_may_differ_between_rows():
    q = t([0.2, 0.6]).log()
    rows = [losses.sampled_softmax(t(0.5), t([1.0, 0.0]), q, num_draws=n).item() for n in (1, 2)]
    both = losses.sampled_softmax(t(0.5, 0.5), t([1.0, 0.0], [1.0, 0.0]), q, num_draws=t(1, 2))
    assert both.item() == pytest.approx(sum(rows) / 2)


PAIRWISE = {
    "bpr": losses.bpr,
    "bce": losses.bce,
    "hinge": lambda pos, neg: losses.hinge(pos, neg, 3.5),
    "sampled_softmax": losses.sampled_softmax,
    "corrected_softmax": lambda pos, neg: losses.corrected_softmax(
        pos, neg, torch.full_like(neg, -2.0), torch.full_like(pos, -1.0)
    ),
}


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("gap", [-3.0, 0.0, 3.0])
def test_positives_are_pulled_up_and_negatives_pushed_down(name, gap):
    """The signs of three slides differ (GraphSAGE, PinSage, TransE): there negatives are pulled."""
    pos = t(gap, gap).requires_grad_()
    neg = t([0.0, 0.1], [0.0, -0.1]).requires_grad_()
    PAIRWISE[name](pos, neg).backward()
    assert (pos.grad < 0).all()
    assert (neg.grad > 0).all()


@pytest.mark.parametrize("name", PAIRWISE)
@pytest.mark.parametrize("gap", [1e4, -1e4])
def test_extreme_scores_in_float32_stay_finite(name, gap):
    pos = t(gap, dtype=torch.float32).requires_grad_()
    neg = t([0.0, -gap], dtype=torch.float32).requires_grad_()
    loss = PAIRWISE[name](pos, neg)
    loss.backward()
    assert torch.isfinite(loss) and pos.grad.isfinite().all() and neg.grad.isfinite().all()


def test_bpr_of_a_hopeless_pair_is_its_distance():
    assert losses.bpr(t(-1000.0, dtype=torch.float32), torch.zeros(1)).item() == 1000.0


def test_softmax_losses_of_a_hopeless_positive_are_its_distance():
    pos, neg = torch.tensor([-1000.0]), torch.tensor([[0.0]])
    assert losses.sampled_softmax(pos, neg).item() == 1000.0
    assert losses.full_softmax(torch.tensor([[-1000.0, 0.0]]), torch.tensor([0])).item() == 1000.0
    emb = torch.tensor([[1000.0], [-1000.0]])  # diagonal -1e6, off the diagonal +1e6
    assert losses.in_batch_softmax(emb, -emb).item() == 2e6


def test_a_row_with_hits_only_has_loss_and_gradient_zero():
    pos, neg = torch.tensor([1.0]).requires_grad_(), torch.tensor([[1.0, 1.0]]).requires_grad_()
    loss = losses.sampled_softmax(pos, neg, hits=torch.ones(1, 2, dtype=torch.bool))
    loss.backward()
    assert (loss.item(), pos.grad.item(), neg.grad.tolist()) == (0.0, 0.0, [[0.0, 0.0]])


def test_a_batch_of_one_pair_has_in_batch_loss_zero():
    assert losses.in_batch_softmax(torch.ones(1, 2), torch.ones(1, 2)).item() == 0


def test_cosines_without_a_temperature_cannot_get_below_their_floor():
    """Best case: the positive at 1, all 1023 others at -1."""
    floor = losses.sampled_softmax(torch.ones(1), -torch.ones(1, 1023))
    assert floor.item() == pytest.approx(math.log(1 + 1023 * math.exp(-2)), abs=1e-5)
    assert floor.item() == pytest.approx(4.938, abs=5e-4)


ONE, TWO, YES = torch.ones(2), torch.ones(2, 3), torch.ones(2, 2, dtype=torch.bool)
BAD = {
    "column": (lambda: losses.bpr(torch.ones(2, 1), ONE), ValueError, r"got \(2, 1\) and \(2,\)"),
    "rows": (lambda: losses.bpr(ONE, torch.ones(3)), ValueError, r"got \(2,\) and \(3,\)"),
    "empty": (lambda: losses.bce(ONE[:0], ONE[:0]), ValueError, "not empty"),
    "no negatives": (lambda: losses.hinge(ONE, TWO[:, :0], 1), ValueError, "not empty"),
    "ints": (lambda: losses.bpr(ONE.long(), ONE), TypeError, "pos must be.*got torch.int64"),
    "list": (lambda: losses.bpr(ONE, [1.0, 2.0]), TypeError, "neg must be.*got list"),
    "margin": (lambda: losses.hinge(ONE, ONE, -0.1), ValueError, "at least 0; got -0.1"),
    "NaN margin": (lambda: losses.hinge(ONE, ONE, math.nan), ValueError, "at least 0; got nan"),
    "id": (
        lambda: losses.full_softmax(TWO, torch.tensor([0, 3])), ValueError, "from 0 to 2; got 3"
    ),
    "float ids": (lambda: losses.full_softmax(TWO, ONE), TypeError, "int64 tensor; got"),
    "wrong targets": (
        lambda: losses.full_softmax(TWO, torch.tensor([0])), ValueError, r"\(2, 3\) and \(1,\)"
    ),
    "log 0": (
        lambda: losses.sampled_softmax(ONE, TWO, torch.zeros(3).log()), ValueError, "be finite"
    ),
    "log_q": (lambda: losses.sampled_softmax(ONE, TWO, ONE), ValueError, r"fit shape \(2, 3\)"),
    "n alone": (lambda: losses.sampled_softmax(ONE, TWO, num_draws=3), ValueError, "log_q_neg"),
    "n = 0": (
        lambda: losses.sampled_softmax(ONE, TWO, TWO, num_draws=0), ValueError, "at least 1; got 0"
    ),
    "n and Yi": (
        lambda: losses.sampled_softmax(ONE, TWO, TWO, ONE, 3), ValueError, "leave out log_q_pos"
    ),
    "hits": (lambda: losses.sampled_softmax(ONE, TWO, hits=YES), ValueError, r"\(2, 3\); got"),
    "float hits": (lambda: losses.sampled_softmax(ONE, TWO, hits=TWO), TypeError, "bool tensor"),
    "certain positive": (
        lambda: losses.corrected_softmax(ONE, TWO, -TWO, 0 * ONE), ValueError, "must be below 0"
    ),
    "corrected hits": (
        lambda: losses.corrected_softmax(ONE, TWO, -TWO, -ONE, YES), ValueError, r"\(2, 3\); got"
    ),
    "towers": (lambda: losses.in_batch_softmax(TWO, TWO.T), ValueError, r"\(2, 3\) and \(3, 2\)"),
    "cold": (
        lambda: losses.in_batch_softmax(TWO, TWO, temperature=0), ValueError, "temperature must be a positive number; got 0"
    ),
    "diagonal": (
        lambda: losses.in_batch_softmax(TWO, TWO, mask=YES), ValueError, "False on the diagonal"
    ),
}  # fmt: skip


@pytest.mark.parametrize("call, kind, sentence", BAD.values(), ids=BAD)
def test_input_that_does_not_fit_gets_a_sentence(call, kind, sentence):
    with pytest.raises(kind, match=sentence):
        call()


# ------------------------------------------------------------- corners of the softmaxes with draws
CORNERS = {
    "none": lambda pos, neg, hits: losses.sampled_softmax(pos, neg, hits=hits),
    "slide": lambda pos, neg, hits: losses.sampled_softmax(pos, neg, 0 * neg - 1, hits=hits),
    "nQ": lambda pos, neg, hits: losses.sampled_softmax(
        pos, neg, 0 * neg - 1, num_draws=3, hits=hits
    ),
    "Yi": lambda pos, neg, hits: losses.sampled_softmax(
        pos, neg, 0 * neg - 1, 0 * pos - 1, hits=hits
    ),
    "corrected": lambda pos, neg, hits: losses.corrected_softmax(
        pos, neg, 0 * neg - 1, 0 * pos - 1, hits
    ),
}


@pytest.mark.parametrize("loss", CORNERS.values(), ids=CORNERS)
def test_a_row_whose_draws_are_all_masked_teaches_nothing_and_harms_no_other(loss):
    pos = torch.tensor([0.3, -0.2], requires_grad=True)
    neg = torch.tensor([[0.5, 0.1, 0.2], [0.4, -0.6, 0.0]], requires_grad=True)
    loss(pos, neg, torch.tensor([[True] * 3, [False, True, False]])).backward()
    assert pos.grad[0] == 0 and (neg.grad[0] == 0).all()
    assert pos.grad[1] < 0 and neg.grad[1, 0] > 0 and torch.isfinite(neg.grad).all()


def test_a_batch_of_one_has_nobody_else_s_items_and_a_loss_of_zero():
    users = torch.ones(1, 2, requires_grad=True)
    value = losses.in_batch_softmax(users, torch.ones(1, 2))
    value.backward()
    assert value == 0 and (users.grad == 0).all()


def test_an_item_without_a_count_cannot_have_been_drawn():
    log_q = sampling.popularity([3, 0, 1]).float()
    neg = torch.zeros(1, 3)
    with pytest.raises(ValueError, match="an item with Q = 0 cannot have been drawn"):
        losses.sampled_softmax(torch.zeros(1), neg, log_q[None])
