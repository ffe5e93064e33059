"""The slice of content: what is hidden, what a new item is born with, and that everybody can play."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import pinworld
from graphrec_utils.data import Interactions
from graphrec_utils.models.scoring import Factors
from solutions.experiments.lesson18.regimes import content

LEVEL = 0.25


@pytest.fixture
def task(monkeypatch):
    monkeypatch.setattr(content, "WORLD", 0.08)
    monkeypatch.setattr(content, "EPOCHS", 1)
    content.events_of.cache_clear()
    yield content.task("PinWorld", (LEVEL,), 1)
    content.events_of.cache_clear()


def test_nothing_is_known_of_what_is_asked_but_its_content_and_its_author(task):
    likes, born, words, tenth = content.events_of("PinWorld", LEVEL, 1)
    for stage, hidden in ((task.choose(), (0, 1)), (task.final(), (1,))):
        known = stage.given
        old = ~np.isin(tenth, hidden)
        assert old[known.likes.items].all() and len(known.likes) == old[likes.items].sum()
        assert known.R.sum() == len(known.likes)  # each pair once
        assert (np.asarray(known.R.sum(axis=0)).ravel()[~old] == 0).all()
        assert old[known.pairs].all()
        assert known.born.shape[1] == len(words) == likes.num_items
        assert (np.asarray(known.born.sum(axis=0)) == 1).all()
    world = pinworld.make(1, 0.08, content_noise=LEVEL)
    both = (born.T @ born).toarray() > 0
    one, other = np.flatnonzero(world.pins["creator"] == world.pins["creator"].mode()[0])[:2]
    assert both[one, other]


def test_new_items_alone_are_candidates_and_whoever_knows_them_all_finds_all(task):
    likes, _, _, tenth = content.events_of("PinWorld", LEVEL, 1)
    stage = task.final()
    truth = likes.csr().toarray().astype(float)
    right = Factors(truth + 100.0 * (tenth != 1), np.eye(likes.num_items))
    values = stage.judge(right)[LEVEL]
    known = stage.given.likes.degrees()[0] > 0
    asked = np.unique(likes.users[(tenth[likes.items] == 1) & known[likes.users]])
    assert len(values) == len(asked)
    np.testing.assert_allclose(values, 1)


def test_users_are_folded_in_to_vectors_of_length_one_on_average(task):
    known = task.choose().given
    users, items = known.users(known.content * 7, 0.003)
    assert np.square(items).sum(axis=1).mean() == pytest.approx(1)
    np.testing.assert_allclose(
        users, known.users(known.content, 0.003).user_emb, rtol=1e-4, atol=1e-4
    )


def test_an_encoder_is_trained_once_however_users_are_folded_in(task):
    known, calls = task.choose().given, []

    def make(lr):
        calls.append(lr)
        return torch.ones(2, 2)

    for lr in (0.1, 0.1, 0.2):
        known.trained("PinSage", make, lr=lr)
    known.trained("OmniSage", make, lr=0.1)
    assert calls == [0.1, 0.2, 0.1]


def test_what_an_author_made_is_as_popular_as_the_rest_of_it():
    likes = Interactions(np.array([0, 1, 1]), np.array([0, 0, 1]), 2, 4, times=np.arange(3))
    born = sp.csr_array(np.array([[1.0, 0, 1, 0], [0, 1, 0, 1]]))
    scores = content.popularity(content.Known(likes, born, np.eye(4))).scores(np.array([0]))
    np.testing.assert_allclose(
        scores, [[2, 1, 2, 1]]
    )  # of old pins alone: the new one is not a zero


def test_every_player_answers_for_everybody(task):
    stage = task.choose()
    counts = set()
    for name, player in task.players.items():
        values = stage.judge(player.fit(stage.given, **player.start))[LEVEL]
        assert np.isfinite(values).all() and 0 < values.mean() < 1, name
        counts.add(len(values))
        assert set(player.start) == set(player.ladders), name
        assert all(x in player.ladders[k] for k, x in player.start.items()), name
    assert len(counts) == 1


def test_levels_are_shares_and_each_is_a_fit_of_its_own():
    assert all(len(group) == 1 and 0 <= group[0] <= 1 for x in content.SETS.values() for group in x)


def test_lost_words_are_lost_for_good_and_what_cites_what_is_not(monkeypatch):
    bag = sp.random_array((60, 200), density=0.2, rng=np.random.default_rng(0), format="csr")
    likes = Interactions(np.arange(60), np.arange(60), 60, 60)
    born = sp.eye_array(60, format="csr")
    monkeypatch.setattr(content, "articles", lambda: (likes, born, bag))
    seen = []
    monkeypatch.setattr(content, "words", lambda kept, dim: seen.append(kept) or kept)
    for level in (0, 0.7, 0.9):
        assert content.of_articles(level, 0)[1] is born
    whole, some, few = (x.toarray() > 0 for x in seen)
    assert (whole == (bag.toarray() > 0)).all() and (whole >= some).all() and (some >= few).all()
    assert some.sum() / whole.sum() == pytest.approx(0.3, abs=0.03)


def test_an_edge_of_birth_is_a_number_of_its_own_while_there_are_few():
    few = sp.csr_array(np.array([[1.0, 0, 1], [0, 1, 0]]))
    known = content.Known(Interactions(np.array([0]), np.array([0]), 1, 3), few, np.eye(3))
    assert known.edges.tolist() == [[1, 0], [0, 1], [1, 0]]
    many = content.Known(known.likes, sp.eye_array(300, format="csr"), np.eye(300))
    assert many.edges.shape == (300, 128)
