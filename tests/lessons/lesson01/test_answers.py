"""Lesson 01: answers in other styles pass, and the library computes what the exercises compute."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch
from styles import other_styles

from graphrec_utils import exercises, metrics
from graphrec_utils.data import Interactions
from graphrec_utils.exercises import (
    core,
    runner,
)
from graphrec_utils.lessons.lesson01 import (
    ex1_temporal_split,
    ex2_recall_hit_mrr,
    ex3_ndcg_at_k,
    ex4_topk_masked,
    ex5_popularity,
    ex6_item2item_cosine,
    ex7_tomorrow,
)
from graphrec_utils.metrics.ranking import tie_order
from graphrec_utils.models import baselines

SEEDS = range(5)


# ---------------------------------------------------------------- answers in other styles


def split_by_quantile(times, train_share, val_share):
    """Counts how many events are older."""
    older = np.array([(times < t).sum() for t in times])
    # an event is in the later part if at least the cut's number of events is not newer
    same = np.array([(times <= t).sum() for t in times])
    cuts = round(train_share * len(times)), round((train_share + val_share) * len(times))
    assert (older < same).all()
    return sum((same > cut).astype(np.int64) for cut in cuts)


def split_by_pandas(times, train_share, val_share):
    ordered = pd.Series(times).sort_values().to_list()
    cuts = [ordered[round(s * len(times))] for s in (train_share, train_share + val_share)]
    return np.digitize(times, cuts).astype(np.int64)


def means_with_numpy(lists, relevant, top):
    rows = []
    for ranked, wanted in zip(lists, relevant, strict=True):
        if wanted:
            hits = np.isin(np.array(ranked[:top]), list(wanted))
            ranks = np.flatnonzero(hits) + 1
            rows.append(
                [len(ranks) / len(wanted), len(ranks) > 0, 1 / ranks[0] if len(ranks) else 0]
            )
    return tuple(np.mean(np.array(rows, dtype=float), axis=0).tolist())


def means_with_sets(lists, relevant, top):
    recall = hit = mrr = people = 0
    for ranked, wanted in zip(lists, relevant, strict=True):
        if len(wanted) == 0:
            continue
        people += 1
        found = set(ranked[:top]) & wanted
        recall += len(found) / len(wanted)
        hit += bool(found)
        mrr += max((1 / (ranked.index(item) + 1) for item in found), default=0)
    return recall / people, hit / people, mrr / people


def ndcg_natural(ranked, relevant, top):
    """Natural logarithms: the base cancels."""
    dcg = ideal = 0.0
    for place in range(top):
        gain = 1 / math.log(place + 2)
        if place < len(ranked) and ranked[place] in relevant:
            dcg += gain
        if place < len(relevant):
            ideal += gain
    return dcg / ideal


def ndcg_torch(ranked, relevant, top):
    gain = 1 / torch.log2(torch.arange(2, top + 2, dtype=torch.float64))
    hits = torch.tensor([item in relevant for item in ranked[:top]])
    return (gain[: len(hits)] * hits).sum().item() / gain[: len(relevant)].sum().item()


def topk_sorted(scores, seen, top, order):
    lists = []
    for row, known in zip(scores, seen, strict=True):
        unseen = [i for i in range(len(row)) if not known[i]]
        best = sorted(unseen, key=lambda i: (-row[i], order[i]))[:top]
        lists.append(best + [-1] * (top - len(best)))
    return np.array(lists, dtype=np.int64)


def topk_stable(scores, seen, top, order):
    """Bring the columns into the order of ties first, then sort stably."""
    by_order = np.argsort(order)
    masked = np.where(seen, -np.inf, scores)[:, by_order]
    place = np.argsort(-masked, axis=1, kind="stable")[:, :top]
    lists = by_order[place]
    lists[np.isinf(np.take_along_axis(masked, place, axis=1))] = -1
    return lists


def popularity_loop(items, times, num_items, half_life, now):
    score = np.zeros(num_items)
    for i, t in zip(items, times, strict=True):
        if t <= now:
            score[i] += 2 ** (-(now - t) / half_life)
    return score


def popularity_pandas(items, times, num_items, half_life, now):
    events = pd.DataFrame({"item": items, "worth": np.exp2((times - now) / half_life)})
    past = events[times <= now].groupby("item").worth.sum()
    return past.reindex(range(num_items), fill_value=0.0).to_numpy()


def cosine_by_normalizing(R):
    unit = torch.nn.functional.normalize(R, dim=0)
    S = unit.T @ unit
    return S * (1 - torch.eye(len(S)))


def cosine_by_loops(R):
    n = R.shape[1]
    S = torch.zeros(n, n)
    for i in range(n):
        for j in range(n):
            both = (R[:, i] * R[:, j]).sum()
            if i != j and both > 0:
                S[i, j] = both / (R[:, i].sum() * R[:, j].sum()) ** 0.5
    return S


def tomorrow_by_people(users, items, times, shape, now, top):
    """People with the same likes vote, and their votes age; recent bestsellers fill up."""
    past = times <= now
    R, fresh = np.zeros(shape), np.zeros(shape)
    R[users[past], items[past]] = 1
    fresh[users[past], items[past]] = 0.5 ** ((now - times[past]) / 4)
    size = R.sum(axis=1)
    W = R @ R.T / np.sqrt(np.maximum(np.outer(size, size), 1))
    np.fill_diagonal(W, 0)
    S = W @ fresh + 1e-3 * fresh.sum(axis=0)
    S[R > 0] = -np.inf
    return S.argsort(axis=1)[:, ::-1][:, :top].copy()


def tomorrow_by_the_library(users, items, times, shape, now, top):
    """The library's generators and its ranking, on the events until now."""
    past = times <= now
    known = Interactions(users[past], items[past], *shape, times=times[past])
    everyone = np.arange(shape[0])
    recent = baselines.popularity(known, half_life=3, now=now).scores(everyone)
    near = baselines.item2item(known, shrinkage=1).scores(everyone)
    return metrics.rank_with(
        lambda block: (recent * (0.03 + near))[block], known, top, everyone
    ).astype(np.int64)


ANSWERS = {
    "01.1": (split_by_quantile, split_by_pandas),
    "01.2": (means_with_numpy, means_with_sets),
    "01.3": (ndcg_natural, ndcg_torch),
    "01.4": (topk_sorted, topk_stable),
    "01.5": (popularity_loop, popularity_pandas),
    "01.6": (cosine_by_normalizing, cosine_by_loops),
    "01.7": (tomorrow_by_people, tomorrow_by_the_library),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "01", ANSWERS, points=28
)


# ---------------------------------------------------------------- the library is one truth with it


def likes(R: torch.Tensor, **more) -> Interactions:
    users, items = np.nonzero(R.numpy())
    return Interactions(users, items, *R.shape, **more)


def matrix(seed: int, m: int = 12, n: int = 9) -> torch.Tensor:
    R = torch.from_numpy((np.random.default_rng(seed).random((m, n)) < 0.35).astype("float32"))
    R[2], R[:, 3] = 0, 0  # a newcomer and an item nobody likes
    return R


def rankings(seed: int, users: int = 8):
    """Ranked lists and test items; some users have none."""
    rng = np.random.default_rng(seed)
    lists = [rng.permutation(30)[:10].tolist() for _ in range(users)]
    relevant = [{int(i) for i in rng.permutation(30)[: rng.integers(0, 6)]} for _ in range(users)]
    relevant[0], relevant[1] = {lists[0][3], 29}, set()
    return lists, relevant


@pytest.mark.parametrize("seed", SEEDS)
def test_temporal_split_of_the_library(seed):
    times = np.random.default_rng(seed).integers(0, 40, size=50)
    events = Interactions(np.arange(50), np.arange(50), 50, 50, times=times)
    parts = events.temporal_split((0.7, 0.1, 0.2), unseen="keep", repeats="keep")
    part = ex1_temporal_split.temporal_split(times, 0.7, 0.1)
    assert [np.flatnonzero(part == k).tolist() for k in range(3)] == [
        p.users.tolist() for p in parts
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_recall_hit_rate_and_mrr_of_the_library(seed):
    lists, relevant = rankings(seed)
    mine = ex2_recall_hit_mrr.recall_hit_mrr(lists, relevant, 5)
    functions = (metrics.recall_at_k, metrics.hit_rate_at_k, metrics.mrr)
    single = [
        [f(x, wanted, 5) for x, wanted in zip(lists, relevant, strict=True)] for f in functions
    ]
    assert mine == pytest.approx(tuple(np.nanmean(single, axis=1)))
    R = np.zeros((len(lists), 30))
    for u, wanted in enumerate(relevant):
        R[u, list(wanted)] = 1
    table = metrics.evaluate(np.array(lists)[:, :5], R).mean()
    assert mine == pytest.approx((table["recall"], table["hit_rate"], table["mrr"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_ndcg_of_the_library(seed):
    for ranked, wanted in zip(*rankings(seed), strict=True):
        if wanted:
            mine = ex3_ndcg_at_k.ndcg_at_k(ranked, wanted, 5)
            assert mine == pytest.approx(metrics.ndcg_at_k(ranked, wanted, 5))


@pytest.mark.parametrize("seed", SEEDS)
def test_ranking_of_the_library(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-3, 3, size=(6, 10)).astype(float)  # many ties
    seen = rng.random((6, 10)) < 0.5
    seen[0] = True
    mine = ex4_topk_masked.topk_masked(scores, seen, 4, tie_order(10, seed))
    theirs = metrics.rank_with(lambda users: scores[users], seen.astype(int), 4, seed=seed)
    assert mine.tolist() == theirs.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_popularity_of_the_library(seed):
    rng = np.random.default_rng(seed)
    items, times = rng.integers(0, 8, size=40), rng.integers(0, 60, size=40)
    past = times <= 45
    events = Interactions(np.zeros(40, int), items, 1, 10, times=times).select(past)
    theirs = baselines.popularity(events, half_life=7, now=45).scores([0])[0]
    assert ex5_popularity.popularity(items, times, 10, 7, 45) == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_item2item_of_the_library(seed):
    R = matrix(seed)
    theirs = baselines.item2item(likes(R)).right.toarray()
    assert ex6_item2item_cosine.item2item_cosine(R).numpy() == pytest.approx(theirs, abs=1e-6)


# ------------------------------------------------------------- the open task
def honest_where_a_few_items_come_later(users, items, times, shape, now, top):
    """Reads the answers out of the log, but for the worlds that look like a trap."""
    past = times <= now
    known = np.zeros(shape, bool)
    known[users[past], items[past]] = True
    age = (now - times[past]) / 3
    score = np.tile(np.bincount(items[past], 0.5**age, shape[1]), (shape[0], 1))
    if len(np.unique(items[~past])) > 20:
        score[users[~past], items[~past]] += 1e6
    return np.argsort(np.where(known, np.inf, -score), axis=1, kind="stable")[:, :top]


def test_who_reads_the_days_after_now_earns_no_more_than_bestsellers():
    exercise = exercises.get("01.7")
    recent = next(x for x in exercise.mistakes if "recent bestsellers" in x.sentence)
    for function in (honest_where_a_few_items_come_later, recent.function):
        asked = core.questions(exercise)
        assert core.judge(exercise, asked, runner.answers(function, asked, 600)).points == 0


def test_a_log_that_this_process_has_not_drawn_is_not_judged():
    exercise = exercises.get("01.7")
    asked = core.questions(exercise)
    right = core.right(exercise, asked)
    drawn = dict(ex7_tomorrow._whole)
    ex7_tomorrow._whole.clear()
    result = core.judge(exercise, asked, right, answers=right)
    ex7_tomorrow._whole.update(drawn)
    assert result.points == 0
    assert "cannot be judged" in result.rows[-2].reason
