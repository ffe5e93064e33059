"""PinnerFormer: its inputs and its loss against the formula, what it must not know, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from graphrec_utils import sampling
from graphrec_utils.models import pinnerformer

N, L = 9, 4
PINS = np.random.default_rng(0).normal(size=(N, 5))
ITEMS = torch.tensor([[3, 1, 7, 2], [5, -1, -1, -1], [-1, -1, -1, -1]])
ACTIONS = torch.tensor([[0, 2, 1, 1], [2, -1, -1, -1], [-1, -1, -1, -1]])
TIMES = torch.tensor([[10, 10, 4000, 90_000], [5, -1, -1, -1], [-1, -1, -1, -1]])
LOG = (ITEMS, ACTIONS, TIMES)


def model(**options) -> pinnerformer.PinnerFormer:
    options = {"dim": 8, "dropout": 0.0, "seed": 1} | options
    return pinnerformer.PinnerFormer(PINS, 3, LOG, **options).eval()


def test_time_features_are_a_gap_and_points_on_circles():
    out = pinnerformer.time_features(TIMES[:1])[0]
    assert out[:, 0].tolist() == pytest.approx(
        [0, 0, math.log1p(3990) / 10, math.log1p(86_000) / 10], abs=1e-6
    )
    angle = 2 * math.pi * 4000 / 86_400
    assert out[2, 1:3].tolist() == pytest.approx([math.sin(angle), math.cos(angle)], abs=1e-6)
    assert (out[:, 1:3].norm(dim=1) - 1).abs().max() < 1e-6
    week = pinnerformer.time_features(torch.tensor([[0, 7 * 86_400]]))[0]
    torch.testing.assert_close(week[0, 1:], week[1, 1:], atol=1e-6, rtol=0)


def test_vectors_have_length_one_over_the_temperature_and_one():
    m = model(temperature=0.25)
    users, pins = m.embeddings()
    torch.testing.assert_close(users.norm(dim=1), torch.full((3,), 4.0))
    torch.testing.assert_close(pins.norm(dim=1), torch.ones(N))


def test_the_loss_is_the_sampled_softmax_pair_by_pair():
    m = model()
    pairs = sampling.Pairs(np.array([0, 0, 1]), np.array([2, 4, 1]), torch.tensor([8, 0, 4]))
    columns = torch.tensor([8, 6, 0, 6])
    own = torch.tensor([[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]]).bool()
    log_q = torch.tensor(np.random.default_rng(1).dirichlet(np.ones(N))).log()
    h, V, rows = m.outputs(*LOG), m.items(), []
    for p, (row, place, target) in enumerate(zip(*pairs, strict=True)):
        s = h[row, place] @ V.T
        logits = [s[target]]
        for k, j in enumerate(columns):
            if j != target and not own[p, k]:
                logits.append(s[j] - log_q[j].float() - math.log(4))
        rows.append(torch.stack(logits).logsumexp(0) - s[target])
    wanted = torch.stack(rows).mean()
    torch.testing.assert_close(pinnerformer.loss(m, LOG, pairs, columns, log_q, own), wanted)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_no_output_knows_what_comes_later(which):
    m = model()
    changed = [x.clone() for x in LOG]
    changed[which][0, 3] = changed[which][0, 3] - 1 if which < 2 else 99_000
    one, other = m.outputs(*LOG)[0], m.outputs(*changed)[0]
    assert torch.equal(one[:4], other[:4]) and not torch.allclose(one[4], other[4])
    leak = model(causal=False)
    assert not torch.allclose(leak.outputs(*LOG)[0, 1], leak.outputs(*changed)[0, 1])


@pytest.mark.parametrize("causal", [True, False])
def test_empty_places_change_nothing_and_nobody_is_nan(causal):
    m = model(causal=causal)
    short = m.users(*(x[1:2, :1] for x in LOG))
    torch.testing.assert_close(m.users(*LOG)[1], short[0])
    assert m.users(*LOG)[2].isfinite().all()  # a user who has done nothing


def test_what_is_left_out_is_not_read():
    blind, timeless = model(actions=False), model(clock=False)
    other = ACTIONS.clone()
    other[0] = 2 - other[0]
    torch.testing.assert_close(blind.users(*LOG), blind.users(ITEMS, other, TIMES))
    assert not torch.allclose(model().users(*LOG), model().users(ITEMS, other, TIMES))
    torch.testing.assert_close(timeless.users(*LOG), timeless.users(ITEMS, ACTIONS, TIMES // 2))


def test_all_events_may_be_hides_and_at_one_second():
    same = torch.zeros_like(TIMES)
    out = model().users(ITEMS[:1], ACTIONS[:1] * 0, same[:1])
    assert out.isfinite().all()


@pytest.mark.parametrize("objective", sampling.windows.OBJECTIVES)
def test_a_moment_has_its_whole_window_before_now_and_nothing_later_is_seen(objective):
    """Pin 8 comes after now only; "next" ones ask for what comes up to now, the others for a window."""
    rng, now, window = np.random.default_rng(0), 1000, 300
    when = rng.integers(1, 1500, 800)
    what = np.where(when <= now, rng.integers(N - 1, size=800), N - 1)
    log = sampling.Log(
        rng.integers(6, size=800), what, rng.integers(3, size=800), when, rng.random(800) < 0.5, 6
    )
    moments = []

    def more(model, events, who, then, pairs, rng):
        moments.extend(then)
        assert max(x[0].max() for x in (events, (pairs.target,))) < N - 1
        assert (events[2].amax(dim=1).numpy() <= then).all()  # read up to the moment
        return torch.zeros(())

    options = {"length": L, "dim": 8, "steps": 20, "users": 16, "each": 2, "uniform": 4}
    pinnerformer.fit(log, PINS, now, objective, window, more=more, **options)
    latest = now - window if objective in ("all", "dense") else now
    assert latest - 50 < max(moments) < latest


NOBODY = sampling.Pairs(np.zeros(0, int), np.zeros(0, int), torch.zeros(0, dtype=torch.int64))
ONE = sampling.Pairs(np.array([0]), np.array([1]), torch.tensor([2]))
LOG_Q = torch.full((N,), 1 / N).log()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda m: pinnerformer.loss(m, LOG, NOBODY, torch.tensor([1]), LOG_Q), "no target in this batch"),
        (lambda m: pinnerformer.loss(m, LOG, ONE, torch.tensor([], dtype=torch.int64), LOG_Q), "needs columns"),
        (lambda m: m.users(ITEMS, ACTIONS + 2 * (ACTIONS == 2), TIMES), "actions must hold ids from 0 to 2"),
        (lambda m: m.users(ITEMS, torch.full_like(ACTIONS, -1), TIMES), "actions must hold ids"),
        (lambda m: m.users(ITEMS + N * (ITEMS == 7), ACTIONS, TIMES), "items must hold ids from 0 to 8"),
        (lambda m: m.users(ITEMS.flip(1), ACTIONS, TIMES), "at the end of a log"),
        (lambda m: m.users(*(torch.cat([x, x], 1) for x in LOG)), "at most 4 events"),
        (lambda m: pinnerformer.PinnerFormer(PINS * np.nan, 3, LOG), "pins must be finite"),
        (lambda m: pinnerformer.PinnerFormer(PINS, 3, LOG, dim=9), "do not divide"),
    ],
    ids=["no target", "no columns", "unknown action", "no action", "unknown pin", "empty first", "too long",
         "nan", "heads"],
)  # fmt: skip
def test_bad_input_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(model())
