"""Lesson 08: right answers in other styles pass, and the library agrees with the references."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from styles import judged, other_styles

from graphrec_utils import graphs, pinworld, toy, walks
from graphrec_utils.lessons.lesson08 import (
    ex1_pixie_walk,
    ex2_early_stop,
    ex4_allocate_steps,
    ex5_best_pins,
    ex6_prune_graph,
    ex7_choose,
)


# ------------------------------------------------------------- two or more other styles each
def walk_with_lists(indptr, indices, query, restart, num_steps, rng):
    counts = [0] * (len(indptr) - 1)
    made, at = 0, query
    while made < num_steps:
        for _ in range(2):
            neighbors = list(indices[indptr[at] : indptr[at + 1]])
            at = neighbors[int(rng.random() * len(neighbors))]
        counts[at] += 1
        made += 1
        if rng.random() < restart:
            at = query
    return np.array(counts)


def walk_with_lengths(indptr, indices, query, restart, num_steps, rng):
    """Draw how long each walk is, as the paper says it, and cut the last one off."""
    counts, left = np.zeros(len(indptr) - 1, dtype=np.int64), num_steps
    while left > 0:
        at = query
        length = min(left, int(rng.geometric(restart)))
        left -= length
        for _ in range(length):
            board = indices[indptr[at] + rng.integers(indptr[at + 1] - indptr[at])]
            at = indices[indptr[board] + rng.integers(indptr[board + 1] - indptr[board])]
            counts[at] += 1
    return counts


def walk_of_many_at_once(indptr, indices, query, restart, num_steps, rng):
    """One walk per query walker: all of them take their first step together, then those that go on."""
    degree = np.diff(indptr)
    counts, walkers = np.zeros(len(degree), dtype=np.int64), num_steps
    at, total = np.full(walkers, query), []
    order = np.arange(walkers)
    while len(at):
        for _ in range(2):
            at = indices[indptr[at] + (rng.random(len(at)) * degree[at]).astype(int)]
        total.append(np.stack([order, at]))
        on = rng.random(len(at)) >= restart
        at, order = at[on], order[on]
    walker, node = np.concatenate(total, axis=1)
    first = np.argsort(walker, kind="stable")[:num_steps]  # whole walks, one after the other
    np.add.at(counts, node[first], 1)
    return counts


def stop_by_recounting(pins, ends, min_pins, min_visits):
    for step in np.flatnonzero(ends) + 1:
        if (np.bincount(pins[:step]) >= min_visits).sum() > min_pins:
            return int(step)
    return len(pins)


def stop_with_pandas(pins, ends, min_pins, min_visits):
    nth = pd.Series(pins).groupby(pins).cumcount() + 1
    high = (nth == min_visits).cumsum()
    good = np.flatnonzero((high > min_pins).to_numpy() & ends)
    return int(good[0]) + 1 if len(good) else len(pins)


def biased_by_cumulative_sums(neighbors, preference, count, rng):
    weight = preference[neighbors].astype(float)
    weight = weight if weight.any() else np.ones_like(weight)
    edges = np.cumsum(weight)
    return neighbors[np.searchsorted(edges, rng.random(count) * edges[-1], side="right")]


def biased_one_by_one(neighbors, preference, count, rng):
    weights = [float(preference[w]) for w in neighbors]
    source = random.Random(int(rng.integers(2**31)))
    if not sum(weights):
        weights = None
    return np.array(source.choices(neighbors.tolist(), weights, k=count))


def biased_by_rejection(neighbors, preference, count, rng):
    """Propose any neighbor and keep it with a probability in proportion to its preference."""
    top, drawn = preference[neighbors].max(), []
    while len(drawn) < count:
        proposed = rng.choice(neighbors, count)
        keep = rng.random(count) * top < preference[proposed] if top else np.ones(count, bool)
        drawn.extend(proposed[keep].tolist())
    return np.array(drawn[:count])


def allocate_one_by_one(degree, weights, num_steps, max_degree):
    s = [w * d * (1 + np.log(max_degree / d)) for d, w in zip(degree, weights, strict=True)]
    return np.array([num_steps * x / sum(s) for x in s])


def allocate_in_torch(degree, weights, num_steps, max_degree):
    d, w = torch.from_numpy(degree), torch.from_numpy(weights)
    share = w * d * (1 + torch.log(torch.tensor(float(max_degree))) - d.log())
    return (num_steps * share / share.sum()).numpy()


def best_with_a_loop(V, queries, seen, top):
    score = {p: sum(np.sqrt(V[:, p])) ** 2 for p in range(V.shape[1])}
    away = {*queries.tolist(), *seen.tolist()}
    ranked = sorted((p for p in score if score[p] and p not in away), key=lambda p: (-score[p], p))
    ranked = ranked[:top]
    return np.array(ranked, dtype=np.int64), np.array([score[p] for p in ranked], dtype=float)


def best_with_pandas(V, queries, seen, top):
    score = pd.Series(np.sqrt(V).sum(axis=0) ** 2)
    score = score.drop([*queries, *seen])
    score = score[score > 0].sort_values(ascending=False, kind="stable")[:top]
    return score.index.to_numpy().astype(np.int64), score.to_numpy()


def prune_with_ranks(R, similarity, delta):
    fit = pd.DataFrame(np.where(R > 0, similarity, np.nan))
    rank = fit.rank(axis=0, method="first", ascending=False).to_numpy()
    return np.where(rank <= np.ceil(R.sum(axis=0) ** delta), R, 0.0)


def prune_with_sorted(R, similarity, delta):
    out = np.zeros_like(R)
    for pin in range(R.shape[1]):
        there = [board for board in range(len(R)) if R[board, pin]]
        keep = sorted(there, key=lambda board: -similarity[board, pin])
        for board in keep[: int(np.ceil(len(there) ** delta)) if there else 0]:
            out[board, pin] = 1
    return out


def prune_as_integers(R, similarity, delta):
    out = np.zeros(R.shape, dtype=int)
    for pin in range(R.shape[1]):
        there = np.flatnonzero(R[:, pin])
        best = there[np.argsort(-similarity[there, pin], kind="stable")]
        out[best[: int(np.ceil(len(there) ** delta))], pin] = 1
    return out


def prune_as_true_and_false(R, similarity, delta):
    return prune_with_ranks(R, similarity, delta) > 0


def choose_few_and_far():
    return {"queries": 16, "restart": 0.2, "booster": True, "num_steps": 20_000, "until_day": 42}


def choose_half_the_budget():
    return {"queries": 64, "restart": 0.3, "booster": False, "num_steps": 10_000, "until_day": 42}


ANSWERS = {
    "08.1": (walk_with_lists, walk_with_lengths, walk_of_many_at_once),
    "08.2": (stop_by_recounting, stop_with_pandas),
    "08.3": (biased_by_cumulative_sums, biased_one_by_one, biased_by_rejection),
    "08.4": (allocate_one_by_one, allocate_in_torch),
    "08.5": (best_with_a_loop, best_with_pandas),
    "08.6": (prune_with_ranks, prune_with_sorted, prune_as_integers, prune_as_true_and_false),
    "08.7": (choose_few_and_far, choose_half_the_budget),
}
test_right_answers_in_other_styles_pass, test_every_exercise_has_them = other_styles(
    "08", ANSWERS, points=30
)


# ------------------------------------------------------------- the library agrees
def test_the_reference_walks_as_the_library_does():
    R = np.random.default_rng(0).random((8, 12)) < 0.3
    R[:, 3] = R[3] = True
    A = sp.csr_array(graphs.adjacency(sp.csr_array(R.astype(float))))
    inputs = A.indptr.astype(np.int64), A.indices.astype(np.int64), 8 + 3, 0.4
    mine = ex1_pixie_walk.pixie_walk(*inputs, 60_000, np.random.default_rng(1))
    theirs = walks.visits(A, 8 + 3, 600_000, 0.4)
    assert np.abs(mine / 60_000 - theirs / 600_000).max() < 0.01


def test_the_shares_by_hand():
    rows = {0.2: (0.3333, 0.5, 0.1667), 0.5: (0.4167, 0.5, 0.0833), 0.8: (0.4722, 0.5, 0.0278)}
    R = toy.path().double().numpy()
    M = (R.T / R.sum(0)[:, None]) @ (R / R.sum(1)[:, None])
    for restart, expected in rows.items():
        exact = restart * M @ np.linalg.inv(np.eye(3) - (1 - restart) * M)
        np.testing.assert_allclose(exact[0], expected, atol=5e-5)


def test_the_example_of_early_stopping():
    pins, ends = np.array([4, 2, 4, 2, 7]), np.array([False, False, True, False, True])
    assert ex2_early_stop.early_stop(pins, ends, 1, 2) == 5


def test_steps_are_the_library_s_up_to_rounding():
    degree, weights = np.array([1.0, 30.0, 400.0]), np.array([2.0, 1.0, 1.0])
    mine = ex4_allocate_steps.allocate_steps(degree, weights, 10_000, 900)
    theirs = walks.allocate_steps(degree, 10_000, 900, weights)
    assert np.abs(mine - theirs).max() < 1
    assert ex4_allocate_steps.allocate_steps(np.array([1.0, 100]), np.ones(2), 10_000, 100)[
        0
    ] == pytest.approx(530.7, abs=0.1)


def test_scores_are_the_library_s_booster():
    V = np.random.default_rng(0).integers(0, 9, (3, 10))
    pins, scores = ex5_best_pins.best_pins(V, np.array([0]), np.array([4]), 10)
    np.testing.assert_allclose(scores, walks.boost(V)[pins])
    assert not {0, 4} & set(pins.tolist())


def test_delta_one_keeps_every_edge_and_delta_zero_one_per_pin():
    inputs = ex6_prune_graph._boards(np.random.default_rng(0), 1.0)
    R = inputs["R"]
    np.testing.assert_array_equal(ex6_prune_graph.prune_graph(R, inputs["similarity"], 1.0), R)
    one = ex6_prune_graph.prune_graph(R, inputs["similarity"], 0.0)
    assert set(one.sum(axis=0)) == {0.0, 1.0}


@pytest.mark.parametrize("delta", [0.0, 0.5, 0.91, 1.0])
@pytest.mark.parametrize("grid", [False, True])
def test_pruned_graphs_are_the_library_s(delta, grid):
    inputs = ex6_prune_graph._boards(np.random.default_rng(1), delta, grid=grid)
    R, similarity = sp.csr_array(inputs["R"]), inputs["similarity"]
    edges = R.tocoo()
    theirs = walks.prune(R, similarity[edges.row, edges.col], delta)
    np.testing.assert_array_equal(theirs.toarray(), ex6_prune_graph.prune_graph(**inputs))


def test_pruning_asks_for_a_number_per_edge():
    R = sp.csr_array(np.eye(3))
    with pytest.raises(ValueError, match="3 finite numbers, one per edge"):
        walks.prune(R, np.ones(2), 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        walks.prune(R, np.ones(3), 1.5)


# ------------------------------------------------------------- the open task
def test_a_graph_of_the_future_earns_nothing_however_good_it_is():
    leak = ex7_choose.choose() | {"until_day": 49}
    result = judged("08.7", lambda: leak)
    assert result.points == 0 and "leak" in str(result.rows)


@pytest.mark.parametrize(
    "change", [{"restart": 0.0}, {"restart": 1.5}, {"queries": 0}, {"num_steps": 20_001},
               {"num_steps": 3, "queries": 8}, {"more": 1}],
)  # fmt: skip
def test_a_choice_out_of_bounds_earns_nothing(change):
    made = ex7_choose.choose() | change
    assert judged("08.7", lambda: made).points == 0


# ------------------------------------------------------------- bad input, in the library
PATH = graphs.adjacency(toy.path())  # boards 0 and 1, pins 2, 3 and 4


def test_a_pin_without_a_board_is_refused_with_a_sentence():
    A = graphs.adjacency(sp.csr_array(np.array([[1.0, 1, 0]])))
    with pytest.raises(ValueError, match="node 3 has no edge: no walk can leave it; drop this"):
        walks.visits(A, 3)
    with pytest.raises(ValueError, match="node 3 has no edge"):
        walks.recommend(A, [1, 3])


def test_a_query_outside_the_graph_is_refused():
    for query in (5, -1):
        with pytest.raises(ValueError, match="query"):
            walks.visits(PATH, query)


def test_an_empty_neighborhood_gives_an_empty_list():
    """A query alone on its boards: no other pin is ever visited."""
    A = graphs.adjacency(sp.csr_array(np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 1]])))
    counts = walks.visits(A, 3, 500)
    assert counts[3] == 500 == counts.sum()
    assert [len(x) for x in walks.recommend(A, [3])] == [0, 0]
    assert walks.importance_neighbors(A, [3]).nnz == 0


def test_a_board_of_one_pin_sends_the_walker_back():
    A = graphs.adjacency(sp.csr_array(np.array([[1.0, 0], [1, 1]])))  # board 0 has pin 0 alone
    share = walks.visits(A, 2, 200_000, restart=0.999)[2:] / 200_000
    np.testing.assert_allclose(share, (0.75, 0.25), atol=0.01)


def test_a_graph_in_one_direction_never_gets_to_a_pin():
    """Edges from pins to boards only: the walker stands on a board and has to go home."""
    one_way = sp.csr_array(np.triu(PATH.numpy()).T)
    assert walks.visits(one_way, 2, 1000).sum() == 0
    assert [len(x) for x in walks.recommend(one_way, [2])] == [0, 0]


def test_the_world_of_the_open_task_is_the_lesson_s():
    train, val, pins = ex7_choose._world()
    assert len(pins) == ex7_choose.USERS
    assert not set(val.pairs()) & set(train.pairs())
    assert val.times.min() >= pinworld.TRAIN_END * pinworld.DAY
