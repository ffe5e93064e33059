"""Lesson 15: right answers in other styles pass, wrong ones do not, and the library agrees."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from styles import judged, other_styles, wrong_styles
from torch_geometric.utils import scatter, softmax

from graphrec_utils import losses, sampling
from graphrec_utils.lessons.lesson15 import (
    ex1_attend,
    ex2_attend_on_edges,
    ex3_sequence_loss,
    ex4_target_matrix,
    ex5_window_loss,
    ex6_events_read,
    ex7_choose,
)
from graphrec_utils.models import sasrec, transformer


# ------------------------------------------------------------------ other styles
def attend_with_loops(queries, keys, values, empty):
    B, L, d = queries.shape
    rows = []
    for b in range(B):
        for t in range(L):
            seen = [s for s in range(t + 1) if not empty[b, s]]
            if seen:
                w = F.softmax(keys[b, seen] @ queries[b, t] / d**0.5, dim=0)
                rows.append(w @ values[b, seen])
            else:
                rows.append(values.new_zeros(values.shape[2]) + 0 * queries[b, t].sum())
    return torch.stack(rows).view(B, L, -1)


def attend_with_a_large_number(queries, keys, values, empty):
    L, d = queries.shape[1:]
    scores = torch.einsum("btd,bsd->bts", queries, keys) / math.sqrt(d)
    no = torch.triu(torch.ones(L, L), 1).bool()[None] | empty.unsqueeze(1)
    w = scores.masked_fill(no, -1e9).softmax(-1) * (~no)
    return torch.bmm(w, values)


def attend_with_torch(queries, keys, values, empty):
    L = queries.shape[1]
    allow = torch.ones(L, L, dtype=torch.bool).tril() & ~empty[:, None]
    some = allow.any(-1, keepdim=True)
    mask = allow | ~some  # a row that sees nothing looks everywhere for a moment
    out = F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    return out * some


def edges_with_pyg(queries, keys, values, source, target):
    logits = (queries[target] * keys[source]).sum(-1) / queries.shape[-1] ** 0.5
    w = softmax(logits, target, num_nodes=len(queries))
    return scatter(w[:, None] * values[source], target, dim_size=len(queries))


def edges_node_by_node(queries, keys, values, source, target):
    out = torch.zeros(len(queries), values.shape[1])
    for t in target.unique():
        s = source[target == t]
        w = (keys[s] @ queries[t] / math.sqrt(queries.shape[1])).softmax(0)
        out[t] = w @ values[s]
    return out


def loss_with_loops(outputs, items, history):
    all_of = []
    for b, row in enumerate(history):
        for t, item in enumerate(row):
            if item >= 0:
                s = items @ outputs[b, t]
                all_of.append(torch.logsumexp(s, 0) - s[item])
    return torch.stack(all_of).mean()


def loss_with_ignore_index(outputs, items, history):
    scores = outputs[:, : history.shape[1]] @ items.T
    return F.cross_entropy(scores.flatten(0, 1), history.flatten(), ignore_index=-1)


def targets_with_loops(times, liked, now, window, objective):
    E = len(times)
    out = np.zeros((E, E), dtype=bool)
    readable = [s for s in range(E) if times[s] <= now]
    window_of = [e for e in range(E) if liked[e] and now < times[e] <= now + window]
    for s in readable:
        if objective == "dense" or (objective == "all" and s == readable[-1]):
            found = window_of
        elif objective == "next" and s == readable[-1]:
            found = [e for e in window_of if times[e] == times[window_of[0]]]
        elif objective == "every next":
            later = [e for e in range(E) if liked[e] and times[s] < times[e] <= now + window]
            found = [e for e in later if times[e] == times[later[0]]]
        else:
            found = []
        for e in found:
            out[s, e] = True
    return out


def targets_with_pandas(times, liked, now, window, objective):
    frame = pd.DataFrame({"t": times, "y": liked})
    E = len(frame)
    out = pd.DataFrame(np.zeros((E, E), dtype=bool))
    past = frame.index[frame.t <= now]
    ahead = frame[frame.y & frame.t.between(now, now + window, inclusive="right")]
    if objective == "every next":
        for s in past:
            more = frame[frame.y & frame.t.between(frame.t[s], now + window, inclusive="right")]
            out.loc[s, more.index[more.t == more.t.min()]] = True
    elif len(past):
        cols = ahead.index[ahead.t == ahead.t.min()] if objective == "next" else ahead.index
        rows = past if objective == "dense" else past[-1:]
        out.loc[rows, cols] = True
    return out.to_numpy()


def window_row_by_row(pos, neg, log_q, own):
    rows = []
    for s, others, mine in zip(pos, neg, own, strict=True):
        logits = (others - log_q - math.log(len(others)))[~mine]
        rows.append(torch.logsumexp(torch.cat([s[None], logits]), 0) - s)
    return sum(rows) / len(rows)


def window_with_cross_entropy(pos, neg, log_q, own):
    logits = torch.where(own, torch.tensor(-1e30), neg - log_q - np.log(neg.shape[1]))
    both = torch.hstack([pos.unsqueeze(1), logits])
    return F.cross_entropy(both, torch.zeros(len(pos), dtype=torch.long))


def window_with_constants_of_the_sampler(pos, neg, log_q, own):
    return window_row_by_row(pos, neg, log_q.detach(), own)  # nobody trains it


def read_with_sums(events, asked, rule, launch):
    out = []
    for t in asked:
        moment = {"once": launch, "daily": (t // 86400) * 86400, "real time": t}[rule]
        out.append(int((events < moment).sum()))
    return np.array(out)


def read_with_remainders(events, asked, rule, launch):
    if rule == "once":
        asked = np.repeat(launch, len(asked))
    if rule == "daily":
        asked = asked - asked % (24 * 3600)
    return (events[None, :] < asked[:, None]).sum(axis=1)


def choose_the_best():
    objective, rate = max(ex7_choose.table(), key=ex7_choose.table().get)
    return {"objective": objective, "rate": rate, "until_day": 35}


def choose_with_dict():
    return dict(objective="every next", until_day=35, rate=choose_the_best()["rate"])


ANSWERS = {
    "15.1": (attend_with_loops, attend_with_a_large_number, attend_with_torch),
    "15.2": (edges_with_pyg, edges_node_by_node),
    "15.3": (loss_with_loops, loss_with_ignore_index),
    "15.4": (targets_with_loops, targets_with_pandas),
    "15.5": (window_row_by_row, window_with_cross_entropy, window_with_constants_of_the_sampler),
    "15.6": (read_with_sums, read_with_remainders),
    "15.7": (choose_the_best, choose_with_dict),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "15", ANSWERS, points=35
)


# ------------------------------------------------------------- wrong, and written from the docstrings alone
def wrong_nan(queries, keys, values, empty):
    L, d = queries.shape[1:]
    no = ~torch.ones(L, L).tril().bool() | empty[:, None, :]
    s = (queries @ keys.mT / math.sqrt(d)).masked_fill(no, float("-inf"))
    return s.softmax(-1) @ values


def wrong_only_causal(queries, keys, values, empty):
    return F.scaled_dot_product_attention(queries, keys, values, is_causal=True)


def wrong_only_padding(queries, keys, values, empty):
    s = queries @ keys.mT / queries.shape[-1] ** 0.5
    w = s.masked_fill(empty[:, None], -1e9).softmax(-1) * ~empty[:, None]
    return w @ values


def wrong_backwards(queries, keys, values, source, target):
    return edges_node_by_node(queries, keys, values, target, source)


def wrong_whole_graph(queries, keys, values, source, target):
    w = ((queries[target] * keys[source]).sum(1) / queries.shape[1] ** 0.5).softmax(0)
    return torch.zeros(len(queries), values.shape[1]).index_add(
        0, target, w[:, None] * values[source]
    )


def wrong_shift(outputs, items, history):
    return loss_with_ignore_index(outputs[:, 1:], items, history)


def wrong_clamped(outputs, items, history):
    s = outputs[:, :-1] @ items.T
    return F.cross_entropy(s.flatten(0, 1), history.clamp(min=0).flatten())


def wrong_closed_window(times, liked, now, window, objective):
    return targets_with_loops(times, liked, now - 1e-9, window, objective) & (times <= now)[:, None]


def wrong_open_end(times, liked, now, window, objective):
    return targets_with_loops(times, liked, now, window - 1e-9, objective)


def wrong_everything_liked(times, liked, now, window, objective):
    return targets_with_loops(times, np.full(len(times), True), now, window, objective)


def wrong_no_mask(pos, neg, log_q, own):
    return window_row_by_row(pos, neg, log_q, torch.zeros_like(own))


def wrong_no_correction(pos, neg, log_q, own):
    logits = neg.masked_fill(own, -torch.inf)
    return (torch.cat([pos[:, None], logits], 1).logsumexp(1) - pos).mean()


def wrong_right_side(events, asked, rule, launch):
    moment = {
        "once": np.full(len(asked), launch),
        "daily": asked - asked % 86400,
        "real time": asked,
    }
    return np.searchsorted(events, moment[rule], side="right")


def wrong_next_night(events, asked, rule, launch):
    moment = {"once": np.full(len(asked), launch), "daily": asked - asked % 86400 + 86400}
    return np.searchsorted(events, moment.get(rule, asked))


WRONG = {
    "15.1": (wrong_nan, wrong_only_causal, wrong_only_padding),
    "15.2": (wrong_backwards, wrong_whole_graph),
    "15.3": (wrong_shift, wrong_clamped),
    "15.4": (wrong_closed_window, wrong_open_end, wrong_everything_liked),
    "15.5": (wrong_no_mask, wrong_no_correction),
    "15.6": (wrong_right_side, wrong_next_night),
}


test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)


# ------------------------------------------------------------- the library agrees
def test_attention_is_the_library_s():
    inputs = ex1_attend._places(np.random.default_rng(0), 3, 5, ends=(5, 3, 1), front=True)
    q, k, v, empty = inputs.values()
    allow = transformer.allowed(5, causal=True, padding=empty)[:, 0]
    torch.testing.assert_close(
        ex1_attend.attend(q, k, v, empty), transformer.attend(q, k, v, allow)
    )


def test_attention_over_a_history_is_message_passing_on_a_causal_dag():
    """Erratum E38, in the slide's own words and with the mask named; with PyG, to 1e-6."""
    rng = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(6, 8, generator=rng) for _ in range(3))
    target, source = torch.ones(6, 6).tril().nonzero().T
    matrix = transformer.attend(q, k, v, transformer.allowed(6, causal=True))
    for graph in (ex2_attend_on_edges.attend_on_edges, edges_with_pyg):
        torch.testing.assert_close(graph(q, k, v, source, target), matrix, atol=1e-6, rtol=0)


def test_the_sequence_loss_is_sasrec_s():
    history = torch.tensor([[3, 1, 2], [0, -1, -1], [-1, -1, -1]])
    m = sasrec.SASRec(history, 5, 4, dropout=0.0)
    mine = ex3_sequence_loss.sequence_loss(m.outputs(history), m.item.weight, history)
    torch.testing.assert_close(mine, sasrec.loss(m, history))


@pytest.mark.parametrize("objective", sampling.windows.OBJECTIVES)
@pytest.mark.parametrize("ties", [False, True])
def test_targets_are_the_library_s(objective, ties):
    for seed in range(5):
        inputs = ex4_target_matrix._events(np.random.default_rng(seed), objective, ties=ties)
        mine = ex4_target_matrix.target_matrix(**inputs)
        np.testing.assert_array_equal(mine, sampling.target_matrix(**inputs))


def test_the_example_of_the_targets():
    M = ex4_target_matrix.target_matrix(
        np.array([0, 1, 1, 3, 3, 4, 5, 5, 31, 32]),
        np.array([1, 1, 1, 1, 0, 0, 1, 1, 1, 1], dtype=bool), 3, 28, "dense",
    )  # fmt: skip
    assert M[:5, [6, 7, 8]].all() and M.sum() == 15


def test_the_window_loss_is_the_library_s_and_its_example():
    pos, neg, log_q, own = ex5_window_loss._scores(np.random.default_rng(1)).values()
    theirs = losses.sampled_softmax(pos, neg, log_q, num_draws=neg.shape[1], hits=own)
    torch.testing.assert_close(ex5_window_loss.window_loss(pos, neg, log_q, own), theirs)
    example = ex5_window_loss.window_loss(**ex5_window_loss._by_hand(np.random.default_rng(0)))
    assert example.item() == pytest.approx(1.6566, abs=5e-5)
    assert math.log(6 * 3 * 8) / 3 == pytest.approx(1.6566, abs=5e-5)


def test_events_read_are_those_that_a_log_hands_out():
    events, asked, rule, launch = ex6_events_read._user(
        np.random.default_rng(0), "real time"
    ).values()
    none = np.zeros_like(events)
    log = sampling.Log(none, none, none, events, none.astype(bool), 1)
    rows = log.before(np.zeros(len(asked), int), asked - 1, 99)
    np.testing.assert_array_equal(
        ex6_events_read.events_read(events, asked, rule, launch), (rows >= 0).sum(axis=1)
    )


# ------------------------------------------------------------- the open task
def test_a_leak_earns_nothing():
    leak = ex7_choose.choose() | {"until_day": 42}
    result = judged("15.7", lambda: leak)
    assert result.points == 0 and "leak" in str(result.rows)


@pytest.mark.parametrize(
    "change", [{"objective": "all"}, {"rate": 0.02}, {"more": 1}, {"rate": True}]
)
def test_a_choice_that_nobody_measured_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("15.7", lambda: made).points == 0


def test_every_choice_was_measured():
    assert set(ex7_choose.table()) == {
        (x, r) for x in ex7_choose.VALUES["objective"] for r in ex7_choose.VALUES["rate"]
    }


def test_a_like_behind_the_window_is_nobody_s_target():
    inputs = ex4_target_matrix._only_beyond(np.random.default_rng(0))
    found = ex4_target_matrix.target_matrix(**inputs)
    assert found.any()
    assert not found[:, inputs["times"] > inputs["now"]].any()
