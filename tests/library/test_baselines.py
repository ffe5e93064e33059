"""Popularity, neighbors, history and the union of candidates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from graphrec_utils import metrics
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines
from graphrec_utils.models.baselines import (
    history,
    item2item,
    popularity,
    user2item,
)

DAY = 86_400
BESTSELLER = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1], [0, 1, 0]])  # item degrees 2, 4, 2


def from_matrix(R: np.ndarray, **more) -> Interactions:
    users, items = np.nonzero(R)
    return Interactions(users, items, *R.shape, **more)


def random_matrix(m: int = 30, n: int = 20, seed: int = 0) -> np.ndarray:
    R = (np.random.default_rng(seed).random((m, n)) < 0.2).astype(int)
    R[3], R[:, 4] = 0, 0  # a user and an item without events
    return R


def loop_similarity(X, kind, shrinkage=0.0, neighbors=None):
    """The slow oracle: rows of X compared as sets, two by two."""
    sets = [set(np.flatnonzero(row)) for row in X]
    S = np.zeros((len(X), len(X)))
    for a, A in enumerate(sets):
        for b, B in enumerate(sets):
            common = len(A & B)
            if a == b or not common:
                continue
            whole = (len(A) * len(B)) ** 0.5 if kind == "cosine" else len(A | B)
            S[a, b] = common / whole * common / (common + shrinkage)
    if neighbors is not None:
        for row in S:
            row[sorted(range(len(row)), key=lambda b: (-row[b], b))[neighbors:]] = 0
    return S


def all_scores(scorer, m):
    return scorer.scores(np.arange(m))


# -------------------------------------------------------------------------- popularity


def test_popularity_counts_the_train_events_of_each_item():
    scores = all_scores(popularity(from_matrix(BESTSELLER)), 4)
    assert scores.tolist() == [[2, 4, 2]] * 4


def test_popularity_knows_nothing_of_the_test_events():
    train, test = from_matrix(BESTSELLER).select(slice(0, 4)), from_matrix(BESTSELLER)
    assert popularity(train).scores([0])[0].sum() == 4
    assert popularity(train).scores([0]).tolist() != popularity(test).scores([0]).tolist()


def test_an_event_loses_half_of_its_value_in_a_half_life():
    train = from_matrix(
        BESTSELLER[:1], times=np.array([0, 2 * DAY])
    )  # item 0 two days before item 1
    assert popularity(train, half_life=DAY).scores([0]).tolist() == [[0.25, 1, 0]]
    assert popularity(train, half_life=2 * DAY).scores([0]).tolist() == [[0.5, 1, 0]]


def test_now_makes_all_events_older():
    train = from_matrix(BESTSELLER[:1], times=np.array([0, 2 * DAY]))
    later = popularity(train, half_life=DAY, now=3 * DAY).scores([0])
    assert later.tolist() == [[0.125, 0.5, 0]]


def test_a_very_long_half_life_is_plain_counting():
    times = np.random.default_rng(0).integers(0, 9 * DAY, BESTSELLER.sum())
    slow = popularity(from_matrix(BESTSELLER, times=times), half_life=1e15).scores([0])
    assert slow == pytest.approx(popularity(from_matrix(BESTSELLER)).scores([0]))


def test_a_short_half_life_turns_the_order_around():
    # item 0: three old events; item 1: one of today
    train = Interactions(
        np.array([0, 1, 2, 0]), np.array([0, 0, 0, 1]), 3, 2, times=np.array([0, 0, 0, 4 * DAY])
    )
    assert popularity(train).scores([0]).argmax() == 0
    assert popularity(train, half_life=DAY).scores([0]).argmax() == 1  # 3/16 against 1


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"half_life": 0}, "half_life must be a positive number"),
        ({"half_life": -3.0}, "half_life must be a positive number"),
        ({"half_life": DAY, "now": 5}, "before the last event"),
    ],
)
@pytest.mark.parametrize("make", [popularity, history])
def test_a_decay_that_cannot_be_is_refused(make, arguments, sentence):
    train = from_matrix(BESTSELLER[:1], times=np.array([0, 10]))
    with pytest.raises(ValueError, match=sentence):
        make(train, **arguments)


def test_a_decay_without_times_is_refused():
    with pytest.raises(ValueError, match="needs times"):
        popularity(from_matrix(BESTSELLER), half_life=DAY)


# --------------------------------------------------------------------------- item2item


def test_cosine_and_jaccard_of_the_toy_graph():
    cosine = item2item(from_matrix(BESTSELLER)).right.toarray()
    jaccard = item2item(from_matrix(BESTSELLER), "jaccard").right.toarray()
    assert cosine[[0, 0, 1], [1, 2, 2]] == pytest.approx([0.7071, 0.5, 0.7071], abs=5e-5)
    assert jaccard[[0, 0, 1], [1, 2, 2]] == pytest.approx([0.5, 1 / 3, 0.5])


def test_no_item_is_its_own_neighbor():  # in S itself: a seen-mask would hide it
    assert not item2item(from_matrix(random_matrix())).right.diagonal().any()


@pytest.mark.parametrize("kind", ["cosine", "jaccard"])
@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
@pytest.mark.parametrize("neighbors", [None, 1, 4])
def test_item2item_equals_the_loop(kind, shrinkage, neighbors):
    R = random_matrix()
    S = loop_similarity(R.T, kind, shrinkage, neighbors)
    scorer = item2item(from_matrix(R), kind, shrinkage, neighbors)
    assert scorer.right.toarray() == pytest.approx(S)
    assert all_scores(scorer, len(R)) == pytest.approx(R @ S)


def test_shrinkage_halves_a_similarity_that_rests_on_as_many_events():
    plain = item2item(from_matrix(BESTSELLER)).right.toarray()
    shrunk = item2item(from_matrix(BESTSELLER), shrinkage=2.0).right.toarray()
    assert shrunk[0, 1] == pytest.approx(plain[0, 1] / 2)  # 2 common users: 2 / (2 + 2)
    assert shrunk[0, 2] == pytest.approx(plain[0, 2] / 3)  # 1 common user: 1 / (1 + 2)


@pytest.mark.parametrize("block", [1, 37, 10**9])
def test_the_similarity_does_not_depend_on_the_size_of_its_blocks(block, monkeypatch):
    R = random_matrix()
    monkeypatch.setattr(baselines, "BLOCK", block)
    S = item2item(from_matrix(R), neighbors=4).right.toarray()
    assert pytest.approx(loop_similarity(R.T, "cosine", neighbors=4)) == S


def wrong_raw_counts(R):
    C = R.T @ R
    np.fill_diagonal(C, 0)
    return R @ C


def wrong_self_similarity(R):
    return R @ (loop_similarity(R.T, "cosine") + np.eye(R.shape[1]))


def wrong_one_sided(R):  # divides by the degree of one item only
    C = R.T @ R - np.diag(R.sum(axis=0))
    return R @ (C / R.sum(axis=0))


@pytest.mark.parametrize("wrong", [wrong_raw_counts, wrong_self_similarity, wrong_one_sided])
def test_item2item_differs_from_a_named_wrong_version(wrong):
    right = all_scores(item2item(from_matrix(BESTSELLER)), 4)
    assert np.abs(right - wrong(BESTSELLER)).max() > 0.1


# --------------------------------------------------------------------------- user2item


@pytest.mark.parametrize("kind", ["cosine", "jaccard"])
@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
@pytest.mark.parametrize("neighbors", [None, 1, 4])
def test_user2item_equals_the_loop(kind, shrinkage, neighbors):
    R = random_matrix()
    W = loop_similarity(R, kind, shrinkage, neighbors)
    scorer = user2item(from_matrix(R), kind, shrinkage, neighbors)
    assert scorer.left.toarray() == pytest.approx(W)
    assert all_scores(scorer, len(R)) == pytest.approx(W @ R)


def test_nobody_is_his_own_neighbor():
    R = random_matrix()
    W = user2item(from_matrix(R), neighbors=None).left.toarray()
    assert not W.diagonal().any()
    right = all_scores(user2item(from_matrix(R), neighbors=None), len(R))
    wrong = (W + np.eye(len(R))) @ R
    assert wrong - right == pytest.approx(R, abs=1e-5)  # one more vote for everything seen


def test_the_nearest_neighbor_decides_alone_when_only_one_may_vote():
    # user 0 shares two of three items with user 1 and one of two with user 2
    R = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 1]])
    scores = user2item(from_matrix(R), neighbors=1).scores([0])[0]
    assert scores[2] == pytest.approx(2 / 6**0.5) and scores[3] == 0


def test_neighbors_find_an_item_three_steps_away():
    # u0 - i1 - u1 - i2: no common event, but a path of length three
    train = from_matrix(np.array([[1, 1, 0], [0, 1, 1]]))
    for scorer in (user2item(train), item2item(train)):
        assert scorer.scores([0])[0, 2] > 0


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({"similarity": "pearson"}, '"cosine" or "jaccard"'),
        ({"shrinkage": -1.0}, "shrinkage must not be negative"),
        ({"neighbors": 0}, "neighbors must be an integer of at least 1"),
    ],
)
@pytest.mark.parametrize("make", [item2item, user2item])
def test_a_neighborhood_that_cannot_be_is_refused(make, arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        make(from_matrix(BESTSELLER), **arguments)


# ---------------------------------------------------------------------- history, common


def test_history_scores_what_the_user_had_and_how_often():
    train = Interactions(np.array([0, 0, 0]), np.array([1, 1, 2]), 2, 4)
    assert all_scores(history(train), 2).tolist() == [[0, 2, 1, 0], [0, 0, 0, 0]]


def test_recent_events_weigh_more_in_history():
    train = from_matrix(BESTSELLER[:1], times=np.array([0, 2 * DAY]))
    assert history(train, half_life=DAY).scores([0]).tolist() == [[0.25, 1, 0]]


def test_history_has_nothing_left_to_say_when_seen_items_are_hidden():
    train = from_matrix(BESTSELLER)
    unseen = history(train).scores(np.arange(4))[BESTSELLER == 0]
    assert not unseen.any()


@pytest.mark.parametrize("make", [popularity, item2item, user2item, history])
def test_every_generator_scores_blocks_of_users_in_the_given_order(make):
    scorer = make(from_matrix(random_matrix()))
    everyone = scorer.scores(np.arange(30))
    assert everyone.shape == (30, 20) and everyone.dtype == np.float32
    assert (scorer.scores(np.array([7, 2])) == everyone[[7, 2]]).all()


@pytest.mark.parametrize("make", [popularity, item2item, user2item])
def test_every_generator_can_be_ranked_without_seen_items(make):
    train = from_matrix(random_matrix())
    top = metrics.rank_with(make(train).scores, train, top=5)
    assert metrics.evaluate(top, train)["recall"].max() == 0  # not hiding them finds some


@pytest.mark.parametrize("make", [item2item, user2item, history])
def test_who_has_no_train_items_gets_no_opinion_and_popularity_knows_better(make):
    train = from_matrix(random_matrix())  # user 3 has none
    assert not make(train).scores([3]).any()
    assert popularity(train).scores([3]).any()


@pytest.mark.parametrize("make", [popularity, item2item, user2item, history])
def test_an_empty_train_part_gives_scores_of_zero(make):
    nothing = from_matrix(BESTSELLER).select(slice(0, 0))
    scores = make(nothing).scores(np.arange(4))
    assert scores.shape == (4, 3) and not scores.any()


@pytest.mark.parametrize("make", [item2item, user2item])
def test_more_neighbors_than_there_are_means_all_of_them(make):
    train = from_matrix(BESTSELLER)
    every, many = make(train, neighbors=None), make(train, neighbors=1000)
    assert (every.scores(np.arange(4)) == many.scores(np.arange(4))).all()


@pytest.mark.parametrize("make", [item2item, user2item])
def test_relabeling_items_relabels_the_scores(make):
    R = random_matrix()
    order = np.random.default_rng(1).permutation(20)
    one, other = make(from_matrix(R)), make(from_matrix(R[:, order]))
    assert all_scores(other, 30) == pytest.approx(all_scores(one, 30)[:, order])


def test_a_repeated_event_counts_for_popularity_but_not_for_similarity():
    train = from_matrix(BESTSELLER)
    twice = dataclasses.replace(train, users=np.r_[train.users, 0], items=np.r_[train.items, 0])
    assert popularity(twice).scores([0])[0].tolist() == [3, 4, 2]
    assert (item2item(twice).right != item2item(train).right).nnz == 0


def test_communities_are_told_apart():
    # two groups of users with their own items; 60 % of the pairs of a group occur
    rng = np.random.default_rng(0)
    group = np.arange(60) % 2
    R = (rng.random((60, 40)) < 0.6) & (group[:, None] == np.arange(40)[None] % 2)
    train, test = from_matrix(R).hold_out(0.3, seed=0)
    recall = {
        make.__name__: metrics.evaluate(metrics.rank_with(make(train).scores, train, 6), test)[
            "recall"
        ].mean()
        for make in (popularity, item2item, user2item)
    }
    assert recall["item2item"] > recall["popularity"] + 0.1
    assert recall["user2item"] > recall["popularity"] + 0.1
