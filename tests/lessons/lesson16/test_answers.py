"""Lesson 16: right answers in other styles pass, wrong ones do not, and the library agrees."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from styles import judged, other_styles, wrong_styles

from graphrec_utils import exercises, losses, results
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.exercises import core, runner
from graphrec_utils.lessons.lesson16 import (
    ex3_entity_feature_loss,
    ex5_user_entity_loss,
    ex7_choose,
)


# ------------------------------------------------------------------ other styles
def prune_with_loops(rows, chance, alpha, least, most):
    keep = [False] * len(rows)
    for v in set(rows.tolist()):
        edges = sorted((chance[e], e) for e in range(len(rows)) if rows[e] == v)
        limit = max(min(math.ceil(len(edges) ** alpha), most), least)
        for _, e in edges[:limit]:
            keep[e] = True
    return np.array(keep)


def prune_with_pandas(rows, chance, alpha, least, most):
    frame = pd.DataFrame({"v": rows, "c": chance})
    rank = frame.groupby("v")["c"].rank(method="first")
    d = frame.groupby("v")["c"].transform("size")
    return (rank <= np.ceil(d**alpha).clip(upper=most).clip(lower=least)).to_numpy()


def sequence_by_type(visits, types, start, quotas):
    kept = []
    for kind, quota in enumerate(quotas):
        mine = [v for v in range(len(visits)) if types[v] == kind and v != start and visits[v]]
        kept += sorted(mine, key=lambda v: (-visits[v], v))[:quota]
    kept.sort(key=lambda v: (-visits[v], v))
    return np.pad(np.array(kept, dtype=np.int64), (0, sum(quotas) - len(kept)), constant_values=-1)


def sequence_with_pandas(visits, types, start, quotas):
    frame = pd.DataFrame({"n": visits, "t": types}).drop(index=start).query("n > 0")
    frame = frame.sort_values("n", ascending=False, kind="stable")
    frame = frame[frame.groupby("t").cumcount() < np.array(quotas)[frame["t"]]]
    out = np.full(sum(quotas), -1)
    out[: len(frame)] = frame.index
    return out


def feature_row_by_row(x, W, z, nodes, heard, columns, log_q):
    total = []
    for v, u in zip(nodes, heard, strict=True):
        q = W.T @ x[u]
        s = z[columns] @ q - log_q - math.log(len(columns))
        total.append(torch.logsumexp(torch.cat([(z[v] @ q)[None], s[columns != v]]), 0) - z[v] @ q)
    return torch.stack(total).mean()


def feature_with_cross_entropy(x, W, z, nodes, heard, columns, log_q):
    logits = x.matmul(W)[heard] @ z[torch.cat([nodes, columns])].T
    B = len(nodes)
    neg = logits[:, B:] - (log_q.exp() * len(columns)).log()
    neg = torch.where(nodes.unsqueeze(1) == columns, torch.tensor(-1e30), neg)
    return F.cross_entropy(
        torch.hstack([logits[:, :B].diagonal().unsqueeze(1), neg]), torch.zeros(B, dtype=torch.long)
    )


def joint_with_a_list(losses, weights):
    parts = [
        w * losses[k].sum() / losses[k].numel()
        for k, w in weights.items()
        if k in losses and losses[k].numel()
    ]
    return torch.stack(parts).sum() if parts else torch.tensor(0.0)


def joint_by_torch_nanmean(losses, weights):
    names = sorted(weights.keys() & losses.keys())
    means = [weights[k] * losses[k].nanmean().nan_to_num(0.0) for k in names]
    return torch.stack([torch.zeros(()), *means]).sum()


def user_with_loops(outputs, z, history, later):
    all_of = []
    for b in range(len(history)):
        count = int((history[b] >= 0).sum())
        for t in range(count - 1):
            logp = F.log_softmax(z @ outputs[b, t], 0)
            all_of += [-logp[history[b, t + 1]], -logp[history[b, later[b, t]]]]
    return torch.stack(all_of).mean()


def user_with_ignore_index(outputs, z, history, later):
    following = F.pad(history[:, 1:], (0, 1), value=-1)
    further = torch.where(later < 0, -1, history.gather(1, later.clamp(min=0)))
    scores = (outputs @ z.T).flatten(0, 1)
    two = [F.cross_entropy(scores, y.flatten(), ignore_index=-1) for y in (following, further)]
    return (two[0] + two[1]) / 2


def choose_the_best():
    graphs, loss, popularity = max(ex7_choose.table(), key=ex7_choose.table().get)
    return {"graphs": graphs, "losses": loss, "popularity": popularity, "until_day": 42}


def choose_with_dict():
    return dict(until_day=42, popularity=True, losses=choose_the_best()["losses"], graphs="both")


ANSWERS = {
    "16.1": (prune_with_loops, prune_with_pandas),
    "16.2": (sequence_by_type, sequence_with_pandas),
    "16.3": (feature_row_by_row, feature_with_cross_entropy),
    "16.4": (joint_with_a_list, joint_by_torch_nanmean),
    "16.5": (user_with_loops, user_with_ignore_index),
    "16.7": (choose_the_best, choose_with_dict),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "16", ANSWERS, points=28
)


# ------------------------------------------------------------- wrong, and written from the docstrings alone
def wrong_no_floor(rows, chance, alpha, least, most):
    return prune_with_loops(rows, chance, alpha, 0, most)


def wrong_no_cap(rows, chance, alpha, least, most):
    return prune_with_loops(rows, chance, alpha, least, 10**9)


def wrong_share(rows, chance, alpha, least, most):
    d = pd.Series(rows).map(pd.Series(rows).value_counts()).to_numpy()
    rank = pd.DataFrame({"v": rows, "c": chance}).groupby("v")["c"].rank().to_numpy()
    return rank <= np.clip(np.ceil(alpha * d), least, most)


def wrong_all_types(visits, types, start, quotas):
    return sequence_by_type(visits, np.zeros_like(types), start, [sum(quotas)])


def wrong_with_start(visits, types, start, quotas):
    return sequence_by_type(visits, types, -1, quotas)


def wrong_types_apart(visits, types, start, quotas):
    whole = sequence_by_type(visits, types, start, quotas)
    some = whole[whole >= 0]
    whole[: len(some)] = some[np.argsort(types[some], kind="stable")]
    return whole


def wrong_raw(x, W, z, nodes, heard, columns, log_q):
    return feature_row_by_row(x, torch.eye(x.shape[1]), x, nodes, heard, columns, log_q)


def wrong_own_features(x, W, z, nodes, heard, columns, log_q):
    return feature_row_by_row(x, W, z, nodes, nodes, columns, log_q)


def wrong_unmasked(x, W, z, nodes, heard, columns, log_q):
    q = x[heard] @ W
    logits = torch.cat(
        [(q * z[nodes]).sum(1, keepdim=True), q @ z[columns].T - log_q - math.log(len(columns))], 1
    )
    return F.cross_entropy(logits, torch.zeros(len(nodes), dtype=torch.long))


def wrong_pooled(losses, weights):
    return torch.cat([weights.get(k, 0) * x for k, x in losses.items() if k in weights]).mean()


def wrong_empty(losses, weights):
    return sum(w * losses[k].mean() for k, w in weights.items())


def wrong_itself(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    return F.cross_entropy(outputs[row, t] @ z.T, history[row, t])


def wrong_next_only(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    return F.cross_entropy(outputs[row, t] @ z.T, history[row, t + 1])


def wrong_places(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    s = outputs[row, t] @ z.T
    return (F.cross_entropy(s, history[row, t + 1]) + F.cross_entropy(s, later[row, t])) / 2


# ------------------------------------------------------------- wrong, by a newcomer who saw the notebook alone
def wrong_mask_as_sorted(rows, chance, alpha, least, most):
    d = np.bincount(rows)
    limit = np.clip(np.ceil(d.astype(float) ** alpha), least, most)
    order = np.lexsort((chance, rows))
    return np.arange(len(rows)) - (np.cumsum(d) - d)[rows[order]] < limit[rows[order]]


def wrong_goes(*inputs):
    return ~prune_with_pandas(*inputs)


def wrong_root(rows, chance, alpha, least, most):
    return prune_with_loops(rows, chance, 0.5, least, most)


def wrong_empty_in_between(visits, types, start, quotas):
    out = []
    for kind, quota in enumerate(quotas):
        mine = [v for v in np.argsort(-visits, kind="stable") if types[v] == kind and v != start]
        mine = [int(v) for v in mine if visits[v]][:quota]
        out += mine + [-1] * (quota - len(mine))
    return np.array(out)


def wrong_break(visits, types, start, quotas):
    left, out = list(quotas), []
    for v in np.argsort(-visits, kind="stable"):
        if v == start:
            continue
        if not visits[v] or not left[types[v]]:
            break
        left[types[v]] -= 1
        out.append(int(v))
    return np.array(out + [-1] * (sum(quotas) - len(out)))


def wrong_z_asks(x, W, z, nodes, heard, columns, log_q):
    k = x @ W
    neg = z[nodes] @ k[columns].T - log_q - math.log(len(columns))
    neg = neg.masked_fill(columns == nodes[:, None], -torch.inf)
    pos = (z[nodes] * k[heard]).sum(1)
    return (torch.cat([pos[:, None], neg], 1).logsumexp(1) - pos).mean()


def wrong_by_exp(x, W, z, nodes, heard, columns, log_q):
    q = x[heard] @ W
    a = (q * z[nodes]).sum(1).exp()
    b = (q @ z[columns].T - log_q - math.log(len(columns))).exp() * (columns != nodes[:, None])
    return -torch.log(a / (a + b.sum(1))).mean()


def wrong_order_of_weights(losses, weights):
    both = zip(losses.values(), weights.values(), strict=False)
    return sum((w * x.mean() for x, w in both if len(x)), torch.zeros(()))


def wrong_without_gradient(losses, weights):
    return torch.tensor(
        sum(weights.get(k, 0) * float(np.mean(x.detach().numpy())) for k, x in losses.items() if len(x))
    )  # fmt: skip


def wrong_stack_of_nothing(losses, weights):
    return torch.stack([weights[k] * x.mean() for k, x in losses.items() if k in weights and len(x)]).sum()  # fmt: skip


def wrong_padding_asks(outputs, z, history, later):
    s, h = (outputs[:, :-1] @ z.T).reshape(-1, len(z)), history.clamp(min=0)
    further = h.gather(1, later.clamp(min=0))[:, :-1]
    return (F.cross_entropy(s, h[:, 1:].flatten()) + F.cross_entropy(s, further.flatten())) / 2


def wrong_last_output(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    s = outputs[row, (history >= 0).sum(1)[row] - 1] @ z.T
    return (F.cross_entropy(s, history[row, t + 1]) + F.cross_entropy(s, history[row, later[row, t]])) / 2  # fmt: skip


def wrong_softmax_twice(outputs, z, history, later):
    row, t = (later >= 0).nonzero(as_tuple=True)
    p = (outputs[row, t] @ z.T).softmax(1)
    return (F.cross_entropy(p, history[row, t + 1]) + F.cross_entropy(p, history[row, later[row, t]])) / 2  # fmt: skip


WRONG = {
    "16.1": (wrong_no_floor, wrong_no_cap, wrong_share, wrong_mask_as_sorted, wrong_goes, wrong_root),
    "16.2": (wrong_all_types, wrong_with_start, wrong_types_apart, wrong_empty_in_between, wrong_break),
    "16.3": (wrong_own_features, wrong_unmasked, wrong_z_asks, wrong_by_exp),
    "16.4": (wrong_pooled, wrong_empty, wrong_order_of_weights, wrong_without_gradient, wrong_stack_of_nothing),
    "16.5": (wrong_itself, wrong_next_only, wrong_places, wrong_padding_asks, wrong_last_output,
             wrong_softmax_twice),
}  # fmt: skip


test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)


def test_raw_features_on_both_sides_are_refused():
    """W114, where features and vectors have different widths as well."""
    exercise = exercises.get("16.3")
    asked = core.questions(exercise)
    assert (
        core.judge(exercise, asked, runner.answers(wrong_raw, asked, 600)).points < exercise.points
    )


# ------------------------------------------------------------- the library agrees
def test_the_feature_loss_is_the_library_s_softmax_and_its_example():
    inputs = ex3_entity_feature_loss._batch(np.random.default_rng(0))
    x, W, z, nodes, heard, columns, log_q = inputs.values()
    q = x[heard] @ W
    theirs = losses.sampled_softmax((q * z[nodes]).sum(1), q @ z[columns].T, log_q, num_draws=len(columns),
                                    hits=columns == nodes[:, None])  # fmt: skip
    torch.testing.assert_close(ex3_entity_feature_loss.entity_feature_loss(**inputs), theirs)
    example = ex3_entity_feature_loss._by_hand(np.random.default_rng(1))
    assert feature_row_by_row(**example).item() == pytest.approx(math.log(18) / 2, abs=1e-5)


def test_the_example_of_the_users():
    example = ex5_user_entity_loss._by_hand(np.random.default_rng(3))
    eight = 4 * 3 * 5 * 5 * 3 * 3 * 12 * 12
    assert user_with_loops(**example).item() == pytest.approx(math.log(eight) / 8, abs=1e-5)


def test_the_cosine_of_the_released_code_has_a_floor():
    """The text on slide, paper, code: one negative, no temperature."""
    best = F.cross_entropy(torch.tensor([[1.0, -1.0]]), torch.tensor([0]))
    assert best.item() == pytest.approx(math.log(1 + math.exp(-2)), abs=1e-6)
    assert round(best.item(), 3) == 0.127


# ------------------------------------------------------------- the open task
def test_a_leak_earns_nothing():
    leak = ex7_choose.choose() | {"until_day": 49}
    result = judged("16.7", lambda: leak)
    assert result.points == 0 and "leak" in str(result.rows)


@pytest.mark.parametrize(
    "change",
    [{"graphs": "pins"}, {"popularity": 1}, {"more": 1}, {"until_day": True}],
    ids=["graphs", "popularity", "more", "day"],
)
def test_a_choice_that_nobody_measured_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("16.7", lambda: made).points == 0


def test_every_choice_was_measured():
    V = ex7_choose.VALUES
    assert set(ex7_choose.table()) == {
        (g, k, p) for g in V["graphs"] for k in V["losses"] for p in V["popularity"]
    }


def test_a_second_graph_adds_nothing_seen_on_pinworld_and_much_on_articles():
    """What 16.5 and the take-away say of a second graph holds on the data that they name."""
    pins, articles = (results.load(name).values for name in ("16_graphs", "16_real"))
    for who in ("all", "users"):
        for one in ("pin-board", "pin-pin"):
            lead = pins["leads"][f"both over {one}, {who}"]
            assert lead["low"] < 0 < lead["high"]
    for who, said in (
        ("warm", 0.003),
        ("cold queries", -0.019),
    ):  # it goes with the graph, not with attention
        lead = pins["leads"][f"both over pin-board, {who}"]
        assert round(lead["gap"], 3) == said and lead["low"] * lead["high"] > 0
    lead = pins["leads"]["pin-board over PinSage, offset, warm"]
    assert lead["low"] < 0 < lead["high"] and abs(lead["gap"]) < 0.0005
    found = {row["model"]: row["recall"]["all"] for row in articles["models"]}
    lead = articles["leads"]["both over libraries, all"]
    assert lead["low"] > 0
    step = f"{found['libraries']:.3f} → {found['both']:.3f}"
    source = next(path for path in sources() if path.name.startswith("16")).read_text("utf-8")
    text = " ".join(source.replace("\n# ", " ").split())
    for said in (
        f"| a second graph | level; on real articles {step} | level |",
        "A second graph brings nothing here, on real articles much (16.10)",
        f"nobody heard {found['nobody']:.3f}, libraries {found['libraries']:.3f}, citations, too, {found['both']:.3f}, "
        f"over libraries +{lead['gap']:.3f}, from +{lead['low']:.3f} to +{lead['high']:.3f}",
    ):
        assert said in text, said
