"""Lesson 10: right answers in other styles pass, wrong ones do not, and the library agrees."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from styles import judged, other_styles, wrong_styles

from graphrec_utils import losses, metrics, results, sampling
from graphrec_utils.data import Interactions
from graphrec_utils.lessons.lesson10 import (
    ex1_examples,
    ex2_tower_scores,
    ex3_softmax_loss,
    ex4_in_batch_logits,
    ex5_top_in_chunks,
    ex6_search_cells,
    ex7_choose,
)
from graphrec_utils.models import retrieval, two_tower


# ------------------------------------------------------------- two or more other styles each
def examples_with_lists(items, length):
    rows = []
    for t in range(len(items)):
        row = items[:t].tolist()[-length:] if t else []
        rows.append(row + [-1] * (length - len(row)))
    return np.array(rows, dtype=np.int64), np.array(items)


def examples_by_index(items, length):
    k = len(items)
    place = np.maximum(np.arange(k) - length, 0)[:, None] + np.arange(length)
    there = place < np.arange(k)[:, None]
    return np.where(there, items[np.minimum(place, k - 1)], -1), items


def examples_that_slide(items, length):
    row, rows = [], []
    for item in items:
        rows.append(
            np.pad(np.array(row, dtype=np.int64), (0, length - len(row)), constant_values=-1)
        )
        row = [*row, int(item)][-length:]
    return np.stack(rows), items.copy()


def tower_one_by_one(past, start, items, history, temperature):
    rows = []
    for row in history.tolist():
        own = [past[j] for j in row if j != -1]
        e = start + (sum(own) / len(own) if own else 0)
        rows.append(torch.stack([F.cosine_similarity(e, q, dim=0) for q in items]) / temperature)
    return torch.stack(rows)


def tower_with_a_matrix(past, start, items, history, temperature):
    count = torch.zeros(len(history), len(past) + 1)
    count.scatter_add_(1, history.remainder(len(past) + 1), torch.ones(history.shape))
    count = count[:, :-1]  # -1 went to the last column
    e = start + count @ past / count.sum(dim=1, keepdim=True).clamp(min=1)
    lengths = e.norm(dim=1)[:, None] * items.norm(dim=1)[None]
    return e @ items.T / (lengths * temperature)


def tower_with_a_padding_row(past, start, items, history, temperature):
    table = torch.cat([past, torch.zeros(1, past.shape[1])])
    total = table[history].sum(dim=1)  # -1 is the row of zeros
    e = start + total / (history != -1).sum(dim=1).clamp(min=1)[:, None]
    return torch.einsum("bd,nd->bn", F.normalize(e), F.normalize(items)) / temperature


def softmax_shifted_by_hand(pos, neg, num_others):
    top = torch.maximum(pos, neg.max(dim=1).values)
    Z = (pos - top).exp() + num_others / neg.shape[1] * (neg - top[:, None]).exp().sum(dim=1)
    return (Z.log() + top - pos).mean()


def softmax_with_cross_entropy(pos, neg, num_others):
    shift = torch.log(torch.tensor(num_others / neg.shape[1]))
    logits = torch.hstack([pos.unsqueeze(1), neg + shift])
    return F.cross_entropy(logits, torch.zeros(len(pos), dtype=torch.long))


def softmax_row_by_row(pos, neg, num_others):
    rows = []
    for s, others in zip(pos, neg, strict=True):
        c = math.log(num_others) - math.log(len(others))
        rows.append(torch.logaddexp(s, torch.logsumexp(others, 0) + c) - s)
    return sum(rows) / len(rows)


def logits_with_loops(users, items, ids, temperature):
    B = len(ids)
    out = torch.empty(B, B)
    for a in range(B):
        for b in range(B):
            hit = a != b and int(ids[a]) == int(ids[b])
            out[a, b] = -math.inf if hit else users[a] @ items[b] / temperature
    return out


def logits_with_where(users, items, ids, temperature):
    off = 1 - torch.eye(len(ids))
    same = ids.unsqueeze(0).eq(ids.unsqueeze(1)).float() * off
    return torch.where(
        same > 0, torch.tensor(float("-inf")), torch.mm(users / temperature, items.t())
    )


def logits_with_a_large_number(users, items, ids, temperature):
    same = (ids.view(-1, 1) == ids.view(1, -1)) & ~torch.eye(len(ids)).bool()
    return users.matmul(items.T).div(temperature).masked_fill(same, -1e9)


def top_with_pandas(users, items, top, chunk):
    best = pd.DataFrame(columns=["query", "item", "score"])
    for a in range(0, len(items), chunk):
        scores = pd.DataFrame(users @ items[a : a + chunk].T)
        scores.columns += a
        new = scores.stack().reset_index().set_axis(best.columns, axis=1)
        both = new if best.empty else pd.concat([best, new])
        both = both.sort_values(["query", "score"], ascending=[True, False], kind="stable")
        best = both.groupby("query").head(top)
    return best["item"].to_numpy(dtype=np.int64).reshape(len(users), -1)


def top_with_lexsort(users, items, top, chunk):
    out = []
    for query in users:
        scores, ids = np.empty(0), np.empty(0, dtype=np.int64)
        for a in range(0, len(items), chunk):
            part = items[a : a + chunk] @ query
            scores, ids = np.append(scores, part), np.append(ids, a + np.arange(len(part)))
            keep = np.lexsort((ids, -scores))[:top]
            scores, ids = scores[keep], ids[keep]
        out.append(ids)
    return np.stack(out)


def cells_one_by_one(query, centers, cell, items, top, probes):
    value = [float(query @ c) for c in centers]
    chosen = sorted(range(len(centers)), key=lambda c: -value[c])[:probes]
    found = [(-float(query @ items[i]), i) for i in range(len(items)) if cell[i] in chosen]
    return np.array([i for _, i in sorted(found)[:top]], dtype=np.int64)


def cells_with_a_mask(query, centers, cell, items, top, probes):
    scores = items @ query
    rank = np.argsort(np.argsort(-(centers @ query)))
    scores[rank[cell] >= probes] = -np.inf
    order = np.argsort(-scores)[:top]
    return order[np.isfinite(scores[order])]


def choose_pairs():
    return {"loss": "bpr", "temperature": None, "half_life": 3.0, "history": "before"}


def choose_the_best():
    return dict(
        zip(ex7_choose.VALUES, max(ex7_choose.table(), key=ex7_choose.table().get), strict=True)
    )


ANSWERS = {
    "10.1": (examples_with_lists, examples_by_index, examples_that_slide),
    "10.2": (tower_one_by_one, tower_with_a_matrix, tower_with_a_padding_row),
    "10.3": (softmax_shifted_by_hand, softmax_with_cross_entropy, softmax_row_by_row),
    "10.4": (logits_with_loops, logits_with_where, logits_with_a_large_number),
    "10.5": (top_with_pandas, top_with_lexsort),
    "10.6": (cells_one_by_one, cells_with_a_mask),
    "10.7": (choose_pairs, choose_the_best),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "10", ANSWERS, points=30, seeds=(11,)
)


# ------------------------------------------------------------- wrong, and written from the docstrings alone
def wrong_slices(items, length):
    rows = [items[t - length : t] for t in range(len(items))]
    rows = [np.pad(r, (0, length - len(r)), constant_values=-1) for r in rows]
    return np.array(rows, dtype=np.int64), items


def wrong_with_itself(items, length):
    rows = [list(items[max(0, t - length + 1) : t + 1]) for t in range(len(items))]
    return np.array([r + [-1] * (length - len(r)) for r in rows], dtype=np.int64), items


def wrong_shifted_from_the_front(items, length):
    rows = [
        [-1] * max(0, length - t) + list(items[max(0, t - length) : t]) for t in range(len(items))
    ]
    return np.array(rows, dtype=np.int64), items


def wrong_mean_over_all_places(past, start, items, history, temperature):
    read = past[history.clamp(min=0)] * (history >= 0)[..., None]
    return (
        F.normalize(start + read.mean(dim=1), dim=-1) @ F.normalize(items, dim=-1).T / temperature
    )


def wrong_cosine_alone(past, start, items, history, temperature):
    there = (history >= 0).float()
    e = start + (past[history.clamp(min=0)] * there[..., None]).sum(1) / there.sum(
        1, keepdim=True
    ).clamp(min=1)
    return F.cosine_similarity(e[:, None], items[None], dim=-1)


def wrong_dot_over_temperature(past, start, items, history, temperature):
    there = (history >= 0).float()
    e = start + (past[history.clamp(min=0)] * there[..., None]).sum(1) / there.sum(
        1, keepdim=True
    ).clamp(min=1)
    return e @ items.T / temperature


def wrong_nan(past, start, items, history, temperature):
    rows = [start + past[row[row >= 0]].mean(0) for row in history]
    return F.normalize(torch.stack(rows)) @ F.normalize(items).T / temperature


def wrong_plain_cross_entropy(pos, neg, num_others):
    logits = torch.cat([pos[:, None], neg], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(pos), dtype=torch.long))


def wrong_with_exp(pos, neg, num_others):
    Z = pos.exp() + num_others / neg.size(1) * neg.exp().sum(1)
    return (Z.log() - pos).mean()


def wrong_without_the_positive(pos, neg, num_others):
    return (torch.logsumexp(neg, 1) + math.log(num_others / neg.size(1)) - pos).mean()


def wrong_multiplied_logs(pos, neg, num_others):
    c = num_others / neg.size(1)
    return (torch.stack([pos, c * neg.logsumexp(1)]).logsumexp(0) - pos).mean()


def wrong_no_mask(users, items, ids, temperature):
    return users @ items.T / temperature


def wrong_mask_everywhere(users, items, ids, temperature):
    return (users @ items.T / temperature).masked_fill(ids[:, None] == ids, float("-inf"))


def wrong_zeros(users, items, ids, temperature):
    same = (ids[:, None] == ids) & ~torch.eye(len(ids)).bool()
    return (users @ items.T / temperature) * (~same)


def wrong_one_matrix(users, items, top, chunk):
    return np.argsort(-(users @ items.T), axis=1, kind="stable")[:, :top]


def wrong_local_ids(users, items, top, chunk):
    scores, ids = [], []
    for a in range(0, len(items), chunk):
        s = users @ items[a : a + chunk].T
        scores.append(s)
        ids.append(np.tile(np.arange(s.shape[1]), (len(users), 1)))
    order = np.argsort(-np.hstack(scores), axis=1, kind="stable")[:, :top]
    return np.take_along_axis(np.hstack(ids), order, 1)


def wrong_whole_chunks(users, items, top, chunk):
    return top_with_lexsort(users, items[: max(chunk, len(items) // chunk * chunk)], top, chunk)


def wrong_nearest_cells(query, centers, cell, items, top, probes):
    chosen = np.argsort(np.linalg.norm(centers - query, axis=1))[:probes]
    inside = np.where(np.isin(cell, chosen))[0]
    return inside[np.argsort(-items[inside] @ query)[:top]]


def wrong_places(query, centers, cell, items, top, probes):
    chosen = np.argsort(-centers @ query)[:probes]
    return np.argsort(-items[np.isin(cell, chosen)] @ query)[:top]


def wrong_everything(query, centers, cell, items, top, probes):
    return np.argsort(-items @ query)[:top]


WRONG = {
    "10.1": (wrong_slices, wrong_with_itself, wrong_shifted_from_the_front),
    "10.2": (
        wrong_mean_over_all_places, wrong_cosine_alone, wrong_dot_over_temperature, wrong_nan,
    ),
    "10.3": (
        wrong_plain_cross_entropy, wrong_with_exp, wrong_without_the_positive, wrong_multiplied_logs,
    ),
    "10.4": (wrong_no_mask, wrong_mask_everywhere, wrong_zeros),
    "10.5": (wrong_one_matrix, wrong_local_ids, wrong_whole_chunks),
    "10.6": (wrong_nearest_cells, wrong_places, wrong_everything),
}  # fmt: skip


test_wrong_answers_are_refused_and_nearly_all_named = wrong_styles(WRONG)


# ------------------------------------------------------------- the library agrees
def test_histories_are_the_library_s_user_by_user():
    rng = np.random.default_rng(0)
    users, items = rng.integers(4, size=60), rng.permutation(60)
    events = Interactions(users, items, 4, 60, times=np.arange(60))
    whose, histories, targets = sampling.examples(events, 5)
    for user in range(4):
        mine, theirs = ex1_examples.examples(items[users == user], 5), whose == user
        np.testing.assert_array_equal(mine[0], histories[theirs])
        np.testing.assert_array_equal(mine[1], targets[theirs])


def test_the_rows_of_the_docstring():
    histories, targets = ex1_examples.examples(np.array([7, 3, 8, 5]), 2)
    assert histories.tolist() == [[-1, -1], [7, -1], [7, 3], [3, 8]] and targets.tolist() == [
        7,
        3,
        8,
        5,
    ]


def test_towers_are_the_library_s():
    history = torch.tensor([[0, 3, -1], [2, -1, -1], [-1, -1, -1]])
    m = two_tower.TwoTower(history, 5, 4, temperature=0.3)
    inputs = m.past.own.weight, m.user.start, m.item.own.weight, history, 0.3
    mine = ex2_tower_scores.tower_scores(*inputs)
    torch.testing.assert_close(mine, m.users(history) @ m.items().T)


def test_the_example_of_two_towers():
    inputs = ex2_tower_scores._by_hand(np.random.default_rng(0))
    found = ex2_tower_scores.tower_scores(**inputs)
    assert found[0, 0].item() == pytest.approx(1.2, abs=1e-4)


def test_the_sampled_softmax_is_the_library_s_and_with_all_others_the_full_one():
    inputs = ex3_softmax_loss._few(np.random.default_rng(1), 300)
    pos, neg = inputs["pos"], inputs["neg"]
    mine = ex3_softmax_loss.softmax_loss(**inputs)
    theirs = losses.sampled_softmax(pos, neg, torch.tensor(1 / 300).log(), num_draws=neg.shape[1])
    torch.testing.assert_close(mine, theirs)
    whole = torch.randn(3, 6)
    full = losses.full_softmax(whole, torch.zeros(3, dtype=torch.int64))
    torch.testing.assert_close(ex3_softmax_loss.softmax_loss(whole[:, 0], whole[:, 1:], 5), full)
    two_of_ten = ex3_softmax_loss.softmax_loss(torch.zeros(1), torch.zeros(1, 2), 10)
    assert two_of_ten.item() == pytest.approx(math.log(11))


def test_the_estimate_of_the_partition_function_has_no_bias():
    """Exact enumeration: all samples of two of four others, drawn with replacement."""
    s = torch.tensor([1.0, 0.5, 0.0, -0.5, 0.3]).double()
    Z = [
        ex3_softmax_loss.softmax_loss(s[:1], s[None, [j, k]], 4).add(s[0]).exp()
        for j in range(1, 5) for k in range(1, 5)
    ]  # fmt: skip
    assert torch.stack(Z).mean().item() == pytest.approx(s.exp().sum().item())


def test_in_batch_logits_give_the_library_s_loss():
    inputs = ex4_in_batch_logits._twice(np.random.default_rng(2))
    S = ex4_in_batch_logits.in_batch_logits(**inputs)
    mask = sampling.accidental_hits(inputs["ids"])
    theirs = losses.in_batch_softmax(inputs["users"], inputs["items"], mask=mask, temperature=0.5)
    torch.testing.assert_close(F.cross_entropy(S, torch.arange(5)), theirs)


def test_chunks_rank_as_the_library_does():
    inputs = ex5_top_in_chunks._vectors(np.random.default_rng(3), 6, 50, 8, 7)
    mine = ex5_top_in_chunks.top_in_chunks(**inputs)
    np.testing.assert_array_equal(mine, metrics.rank_all(inputs["users"], inputs["items"], None, 8))


def test_the_cells_by_hand_are_what_the_lesson_says_of_k_means():
    """Each center is the middle of its items, and each item is nearest to its own (10.3)."""
    by_hand = ex6_search_cells._by_hand(None)
    items, cell, centers = (by_hand[x] for x in ("items", "cell", "centers"))
    assert all((items[cell == c].mean(axis=0) == centers[c]).all() for c in range(3))
    far = ((items[:, None] - centers) ** 2).sum(axis=2)
    assert (far.argmin(axis=1) == cell).all()
    assert (np.sort(far, axis=1)[:, 0] < np.sort(far, axis=1)[:, 1]).all()  # no tie


def test_cells_are_searched_as_by_the_library():
    items = np.random.default_rng(4).normal(size=(90, 3))
    query = np.array([0.3, -1.0, 0.4])
    centers, cell = retrieval.cells(items, 8)
    mine = ex6_search_cells.search_cells(query, centers, cell, items, 5, 2)
    theirs, _ = retrieval.IVF(items, 8).search(query[None], 5, 2)
    np.testing.assert_array_equal(mine, theirs[0][: len(mine)])


# ------------------------------------------------------------- the open task
@pytest.mark.parametrize("history", ["future", "answer"])
def test_a_leak_earns_nothing_however_good_it_looks(history):
    leak = ex7_choose.choose() | {"history": history}
    result = judged("10.7", lambda: leak)
    assert result.points == 0 and "leak" in str(result.rows)


@pytest.mark.parametrize(
    "change",
    [{"loss": "softmax"}, {"temperature": 0.3}, {"half_life": 4.0}, {"more": 1}, {"loss": True}],
)
def test_a_choice_that_nobody_measured_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("10.7", lambda: made).points == 0


def test_what_the_lesson_says_of_the_choices():
    found = ex7_choose.table()
    popularity = results.load("10_towers").values["time"]["models"][0]
    assert popularity["model"] == "popularity" and round(popularity["validation"], 3) == 0.194
    assert round(max(found.values()), 3) == 0.191 < popularity["validation"]
    softmax = [found["sampled", t, 3.0, "before"] for t in (1.0, 0.2, None)]
    assert [round(x, 3) for x in softmax] == [0.155, 0.154, 0.189]
    for loss in ("bce", "bpr", "sampled"):
        assert found[loss, 1.0, 3.0, "before"] < found[loss, None, 3.0, "before"]
        gains = found[loss, 0.2, 3.0, "before"] > found[loss, 1.0, 3.0, "before"]
        assert gains == (loss == "bce")


def test_every_honest_choice_was_measured():
    sizes = [len(ex7_choose.VALUES[key]) for key in ("loss", "temperature", "half_life")]
    assert len(ex7_choose.table()) == math.prod(sizes)
