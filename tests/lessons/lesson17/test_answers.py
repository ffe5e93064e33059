"""Lesson 17: right answers in other styles pass, the library agrees, and wrong ones are named."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from styles import judged, other_styles

from graphrec_utils import losses, metrics
from graphrec_utils.lessons.lesson17 import (
    ex1_rce,
    ex2_auc,
    ex4_rank_values,
    ex5_platt,
    ex6_examined_loss,
    ex7_choose,
    ex8_ask_history,
)
from graphrec_utils.models import calibration, reader
from graphrec_utils.models.ranker import Ranker


# ------------------------------------------------------------- two or more other styles each
def rce_with_a_loop(labels, probabilities):
    def loss(y, p):
        p = min(max(p, 1e-7), 1 - 1e-7)
        return -math.log(p) if y == 1 else -math.log(1 - p)

    mean = sum(labels) / len(labels)
    model = sum(loss(y, p) for y, p in zip(labels, probabilities, strict=True))
    constant = sum(loss(y, mean) for y in labels)
    return 100 * (constant - model) / constant


def rce_in_torch(labels, probabilities):
    y, p = torch.from_numpy(labels), torch.from_numpy(probabilities).clamp(1e-7, 1 - 1e-7)
    bce = torch.nn.functional.binary_cross_entropy
    return float(100 * (1 - bce(p, y) / bce(y.mean().expand(len(y)), y)))


def rce_with_pandas(labels, probabilities):
    rows = pd.DataFrame({"y": labels, "p": probabilities}).clip(1e-7, 1 - 1e-7)
    likely = np.where(labels == 1, rows.p, 1 - rows.p)
    shares = pd.Series(labels).value_counts(normalize=True)
    return 100 * (1 - np.mean(-np.log(likely)) / -(shares * np.log(shares)).sum())


def auc_by_sorted_zeros(labels, scores):
    zeros, ones = np.sort(scores[labels == 0]), scores[labels == 1]
    below = np.searchsorted(zeros, ones, "left")
    upto = np.searchsorted(zeros, ones, "right")
    return float(((below + upto) / 2).mean() / len(zeros))


def auc_with_pandas(labels, scores):
    ranks = pd.Series(scores).rank()
    n1 = int(labels.sum())
    n0 = len(labels) - n1
    return (ranks[labels == 1].mean() - (n1 + 1) / 2) / n0


def auc_under_the_curve(labels, scores):
    """The area under the curve of true against false positives, by trapezoids over distinct scores."""
    table = pd.DataFrame({"y": labels, "s": scores}).groupby("s").y.agg(["sum", "size"])[::-1]
    tpr = np.r_[0, table["sum"].cumsum() / table["sum"].sum()]
    zeros = table["size"] - table["sum"]
    fpr = np.r_[0, zeros.cumsum() / zeros.sum()]
    return float(np.trapezoid(tpr, fpr))


def split_by_sorting(x, labels, logits, reg):
    p = 1 / (1 + np.exp(-logits))
    order = np.argsort(x, kind="stable")
    g, h = (p - labels)[order].cumsum(), (p * (1 - p))[order].cumsum()
    k = np.flatnonzero(np.diff(x[order]))
    gain = g[k] ** 2 / (h[k] + reg) + (g[-1] - g[k]) ** 2 / (h[-1] - h[k] + reg)
    best = k[gain.round(10).argmax()]
    left, right = -g[best] / (h[best] + reg), -(g[-1] - g[best]) / (h[-1] - h[best] + reg)
    return float(x[order][best]), float(left), float(right)


def split_with_pandas(x, labels, logits, reg):
    p = pd.Series(1 / (1 + np.exp(-logits)))
    rows = pd.DataFrame({"g": p - labels, "h": p * (1 - p)}).groupby(x).sum()
    low, total = rows.cumsum()[:-1], rows.sum()
    high = total - low
    worth = low.g**2 / (low.h + reg) + high.g**2 / (high.h + reg)
    cut = worth.round(10).idxmax()
    return (float(cut), *(float(-s.g[cut] / (s.h[cut] + reg)) for s in (low, high)))


def values_with_modules(x, W1, b1, W2, b2, worth):
    linear = torch.nn.functional.linear
    p = torch.sigmoid(linear(torch.relu(linear(x, W1, b1)), W2, b2))
    return p, torch.einsum("bt,t->b", p, worth)


def values_row_by_row(x, W1, b1, W2, b2, worth):
    ps = []
    for row in x:
        h = torch.clamp(W1 @ row + b1, min=0)
        ps.append(1 / (1 + torch.exp(-(W2 @ h + b2))))
    p = torch.stack(ps)
    return p, (p * worth).sum(dim=1)


def platt_by_lbfgs(logits, labels):
    from scipy.optimize import minimize

    def loss(w):
        z = w[0] * logits + w[1]
        return np.mean(np.logaddexp(0, z) - labels * z)

    a, b = minimize(loss, [1.0, 0.0], method="BFGS").x
    return float(a), float(b)


def platt_in_torch(logits, labels):
    z, y = (torch.from_numpy(v) for v in (logits, labels))
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=200, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(w[0] * z + w[1], y)
        loss.backward()
        return loss

    optimizer.step(closure)
    return w[0].item(), w[1].item()


def platt_by_gradient_descent(logits, labels):
    a, b = 0.0, 0.0
    for _ in range(4000):
        p = 1 / (1 + np.exp(-(a * logits + b)))
        a -= 0.5 * np.mean((p - labels) * logits)
        b -= 0.5 * np.mean(p - labels)
    return a, b


def examined_with_bce(logits, clicks, position, examination):
    """binary_cross_entropy_with_logits takes labels above 1 as well."""
    return torch.nn.functional.binary_cross_entropy_with_logits(
        logits, clicks / examination[position - 1]
    )


def examined_with_logsigmoid(logits, clicks, position, examination):
    weight = clicks / examination.index_select(0, position - 1)
    log = torch.nn.functional.logsigmoid
    return -(weight * log(logits) + (1 - weight) * log(-logits)).sum() / len(logits)


def asked_one_by_one(candidates, history, there, W, b, w):
    out = []
    for c, h, real in zip(candidates, history, there, strict=True):
        rows = []
        for one in c:
            total = torch.zeros_like(one)
            for event, is_there in zip(h, real, strict=True):
                if is_there:
                    read = torch.cat([event, one, event * one, event - one])
                    total = total + (w @ torch.clamp(W @ read + b, min=0)) * event
            rows.append(total)
        out.append(torch.stack(rows))
    return torch.stack(out)


def asked_in_blocks(candidates, history, there, W, b, w):
    """W cut into four: no (B, C, L, 4d) anywhere, and empty places are emptied first."""
    d = history.shape[-1]
    h = history * there[..., None]
    hidden = (h @ (W[:, :d] + W[:, 3 * d :]).T)[:, None] + (
        candidates @ (W[:, d : 2 * d] - W[:, 3 * d :]).T
    )[:, :, None]
    hidden = hidden + torch.einsum("bld,bcd,kd->bclk", h, candidates, W[:, 2 * d : 3 * d]) + b
    return torch.einsum("bclk,k,bld->bcd", hidden.relu(), w, h)


def asked_with_modules(candidates, history, there, W, b, w):
    C, L = candidates.shape[1], history.shape[1]
    h = history.unsqueeze(1).repeat(1, C, 1, 1)
    c = candidates.unsqueeze(2).repeat(1, 1, L, 1)
    hidden = F.linear(torch.cat((h, c, torch.mul(h, c), h - c), 3), W, b)
    a = F.linear(F.relu(hidden), w[None]).squeeze(-1) * there.unsqueeze(1)
    return torch.matmul(a, history)


def choose_cross_only():
    return {"features": ("cross",), "label": "clicks / e", "position": False, "until_day": 42,
            "hidden": 32, "epochs": 5}  # fmt: skip


def choose_the_position():
    return {"features": ("pin", "cross", "user"), "label": "clicks", "position": True,
            "until_day": 42, "hidden": 32, "epochs": 5}  # fmt: skip


ANSWERS = {
    "17.1": (rce_with_a_loop, rce_in_torch, rce_with_pandas),
    "17.2": (auc_by_sorted_zeros, auc_with_pandas, auc_under_the_curve),
    "17.3": (split_by_sorting, split_with_pandas),
    "17.4": (values_with_modules, values_row_by_row),
    "17.5": (platt_by_lbfgs, platt_in_torch, platt_by_gradient_descent),
    "17.6": (examined_with_bce, examined_with_logsigmoid),
    "17.7": (choose_cross_only, choose_the_position),
    "17.8": (asked_one_by_one, asked_in_blocks, asked_with_modules),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "17", ANSWERS, points=39
)


# ------------------------------------------------------------- wrong ones, as a student writes them
def wrong_rce_of_the_model_mean(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    q = p.mean()
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return 100 * (1 - loss / -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q)))


def wrong_rce_turned(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    m = y.mean()
    ref = -(m * np.log(m) + (1 - m) * np.log(1 - m))
    return 100 * (-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() / ref - 1)


def wrong_auc_strictly_above(y, s):
    zeros = np.sort(s[y == 0])
    return np.searchsorted(zeros, s[y == 1], "left").sum() / (len(zeros) * (y == 1).sum())


def wrong_split_on_labels(x, y, z, reg):
    p = np.full(len(y), 0.5)
    return split_by_sorting(x, y, np.log(p / (1 - p)), reg)


def wrong_values_softmax(x, W1, b1, W2, b2, worth):
    h = torch.relu(x @ W1.T + b1)
    z = h @ W2.T + b2
    p = torch.softmax(z, -1)
    return p, p @ worth


def wrong_platt_shift_only(z, y):
    b = 0.0
    for _ in range(500):
        b -= np.mean(1 / (1 + np.exp(-(z + b))) - y)
    return 1.0, float(b)


def wrong_examined_everything_weighed(z, c, pos, e):
    w = 1 / e[pos - 1]
    bce = torch.nn.functional.binary_cross_entropy_with_logits(z, c, reduction="none")
    return (w * bce).mean()


# ------------------------------------------------- wrong, by a newcomer who saw the notebook alone
def wrong_rce_in_bits(y, p):
    p, m = np.clip(p, 1e-7, 1 - 1e-7), y.mean()
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return float(100 * (1 - loss / -(m * np.log2(m) + (1 - m) * np.log2(1 - m))))


def wrong_rce_quotient(y, p):
    p, m = np.clip(p, 1e-7, 1 - 1e-7), y.mean()
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    return float(100 * loss / -(m * np.log(m) + (1 - m) * np.log(1 - m)))


def wrong_auc_with_smallest_ranks(y, s):
    r, a = scipy.stats.rankdata(s, method="min"), int((y == 1).sum())
    return float((r[y == 1].sum() - a * (a + 1) / 2) / (a * (len(y) - a)))


def wrong_auc_as_mean_rank(y, s):
    return float(scipy.stats.rankdata(s)[y == 1].mean() / len(y))


def wrong_split_last_of_equals(x, y, z, reg):
    p = 1 / (1 + np.exp(-z))
    g, h, best = p - y, p * (1 - p), None
    for cut in np.unique(x)[:-1]:
        sides = [(g[k].sum(), h[k].sum() + reg) for k in (x <= cut, x > cut)]
        worth = sum(G * G / H for G, H in sides)
        if best is None or worth >= best[0]:
            best = worth, float(cut), *(float(-G / H) for G, H in sides)
    return best[1:]


def wrong_values_without_bias(x, W1, b1, W2, b2, worth):
    p = torch.sigmoid(torch.relu(x @ W1.T + b1) @ W2.T)
    return p, p @ worth


def wrong_examined_from_below(logits, clicks, position, examination):
    share = clicks / examination.flip(0)[position - 1]
    return (share * F.softplus(-logits) + (1 - share) * F.softplus(logits)).mean()


def wrong_examined_per_click(logits, clicks, position, examination):
    share = clicks / examination[position - 1]
    return (share * F.softplus(-logits) + (1 - share) * F.softplus(logits)).sum() / clicks.sum()


def wrong_choice_of_half_the_days():
    return choose_cross_only() | {"features": ("user", "pin", "cross"), "until_day": 14}


def wrong_choice_of_more_of_everything():
    return choose_cross_only() | {"features": ("cross", "pin"), "hidden": 250, "epochs": 20}


def wrong_choice_of_two_corrections():
    return choose_cross_only() | {"label": "shuffled", "position": True}


def wrong_choice_of_the_pin():
    return choose_the_position() | {"features": ("pin",), "epochs": 1}


def wrong_choice_of_all_days():
    return choose_the_position() | {"until_day": 43}


def wrong_asked_with_attend(candidates, history, there, W, b, w):
    """Lesson 15's attention: a product, and a softmax."""
    from graphrec_utils.models.transformer import attend

    return attend(candidates, history, history, there[:, None])


def wrong_asked_in_place(candidates, history, there, W, b, w):
    history[~there] = 0
    return asked_with_modules(candidates, history, there, W, b, w)


def wrong_asked_by_the_first(candidates, history, there, W, b, w):
    return asked_with_modules(candidates[:, :1].expand_as(candidates), history, there, W, b, w)


def wrong_asked_without_a_mask(candidates, history, there, W, b, w):
    return asked_with_modules(candidates, history, torch.ones_like(there), W, b, w)


def wrong_asked_in_the_mean(candidates, history, there, W, b, w):
    found = asked_with_modules(candidates, history, there, W, b, w)
    return found / there.sum(1).clamp(min=1)[:, None, None]


WRONG = {
    "17.1": (wrong_rce_of_the_model_mean, wrong_rce_turned, wrong_rce_in_bits, wrong_rce_quotient),
    "17.2": (wrong_auc_strictly_above, wrong_auc_with_smallest_ranks, wrong_auc_as_mean_rank),
    "17.3": (wrong_split_on_labels, wrong_split_last_of_equals),
    "17.4": (wrong_values_softmax, wrong_values_without_bias),
    "17.5": (wrong_platt_shift_only,),
    "17.6": (
        wrong_examined_everything_weighed,
        wrong_examined_from_below,
        wrong_examined_per_click,
    ),
    "17.7": (
        wrong_choice_of_half_the_days,
        wrong_choice_of_more_of_everything,
        wrong_choice_of_two_corrections,
        wrong_choice_of_the_pin,
        wrong_choice_of_all_days,
    ),
    "17.8": (
        wrong_asked_by_the_first,
        wrong_asked_without_a_mask,
        wrong_asked_in_the_mean,
    ),
}


@pytest.mark.parametrize(
    ("name", "function"),
    [(n, f) for n, fs in WRONG.items() for f in fs],
    ids=lambda x: x if isinstance(x, str) else x.__name__,
)
def test_wrong_answers_of_others_are_named(name, function):
    result = judged(name, function, named=True)
    assert result.status in ("partial", "failed") and result.mistake


def test_attention_of_another_lesson_and_inputs_that_are_changed_are_refused():
    assert judged("17.8", wrong_asked_with_attend).status in ("partial", "failed")
    assert "input" in judged("17.8", wrong_asked_in_place).rows[0].sentence


# ------------------------------------------------------------- the library agrees
def test_the_references_are_the_library_s():
    rng = np.random.default_rng(0)
    rows = ex1_rce._rows(rng)
    assert ex1_rce.rce(**rows) == pytest.approx(metrics.rce(*rows.values()))
    rows = ex2_auc._rows(rng, ties=True)
    assert ex2_auc.auc(**rows) == pytest.approx(metrics.auc(*rows.values()))
    rows = ex5_platt._rows(rng, 0.6, -1.0)
    assert ex5_platt.platt(**rows) == pytest.approx(calibration.platt(*rows.values()), abs=1e-3)
    rows = ex6_examined_loss._log(rng)
    e = rows["examination"][rows["position"] - 1]
    ours = losses.examined_bce(rows["logits"], rows["clicks"], e)
    torch.testing.assert_close(ex6_examined_loss.examined_loss(**rows), ours)
    rows = ex8_ask_history._asked(rng, events=(4, 2, 0))
    asked = ex8_ask_history.ask_history(**rows)
    torch.testing.assert_close(reader.ask_history(**rows), asked, rtol=1e-4, atol=1e-4)


def test_the_network_of_the_exercise_is_the_library_s():
    model = Ranker(4, 5, targets=3, seed=1)
    x = torch.randn(6, 4)
    p, _ = ex4_rank_values.rank_values(
        x, model.inner.weight, model.inner.bias, model.heads.weight, model.heads.bias, torch.ones(3)
    )
    np.testing.assert_allclose(p.detach(), model.probabilities(x.numpy()), atol=1e-6)


# ------------------------------------------------------------- the open task
def test_counts_of_the_future_earn_nothing():
    leak = ex7_choose.choose() | {"until_day": 49}
    result = judged("17.7", lambda: leak)
    assert result.points == 0 and "leak" in str(result.rows)


@pytest.mark.parametrize(
    "change", [{"features": ()}, {"features": "cross"}, {"label": "likes"}, {"epochs": 0}, {"hidden": 999},
               {"position": 1}, {"until_day": 0}, {"more": 1}],
)  # fmt: skip
def test_a_choice_out_of_bounds_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("17.7", lambda: made).points == 0


def test_a_list_of_features_says_the_same_as_a_tuple():
    made = ex7_choose.choose()
    made["features"] = list(made["features"])
    assert judged("17.7", lambda: made).status == "passed"
