"""The slice of interests: who is trained, who is asked, and that everybody can play."""

from __future__ import annotations

import numpy as np
import pytest

from solutions.experiments.lesson18.regimes import interests


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(interests, "WORLD", 0.15)
    interests.stages.cache_clear()
    yield
    interests.stages.cache_clear()


def test_everybody_has_as_many_topics_as_the_level_says(small):
    for level in (1, 6):
        users = interests.stages(level, 0)[0]
        assert users.interests.max() <= level + 1e-9


def test_new_users_are_in_no_table_and_each_is_asked_once(small):
    whole = interests.task(interests.TRAINED, (2,), 0).final().given
    halves = interests.task(interests.NEW, (2,), 0).final().given
    assert len(whole) == 1 and len(halves) == 2 and not whole[0].new.any()
    asked = [np.unique(known.users.part.users) for known in halves]
    assert not set(asked[0]) & set(asked[1])
    assert set(np.concatenate(asked)) == set(whole[0].users.part.users)
    for known, who in zip(halves, asked, strict=True):
        assert known.new[who].all()
        rows = np.asarray(known.trained.sum(axis=1)).ravel()
        assert (rows[known.new] == 0).all() and rows[~known.new].sum() > 0
        assert known.R.sum() == whole[0].R.sum()


def test_what_is_known_stands_in_no_list(small):
    stage = interests.task(interests.TRAINED, (2,), 0).choose()
    (known,) = stage.given
    for player in interests.PLAYERS.values():
        (table,) = player.fit(stage.given, **player.start)
        who = np.unique(known.users.part.users)
        assert table.shape == (len(who), interests.TOP)
        assert not known.R.toarray()[who[:, None], table].any()


@pytest.mark.parametrize("data", interests.SETS)
def test_every_player_answers_for_everybody(data, small):
    stage = interests.task(data, (3,), 0).choose()
    counts = set()
    for name, player in interests.PLAYERS.items():
        values = stage.judge(player.fit(stage.given, **player.start))[3]
        assert np.isfinite(values).all() and 0 < values.mean() < 1, name
        counts.add(len(values))
        assert set(player.start) == set(player.ladders), name
        assert all(x in player.ladders[k] for k, x in player.start.items()), name
    assert len(counts) == 1


def test_one_medoid_is_not_five(small):
    stage = interests.task(interests.TRAINED, (5,), 0).choose()
    tables = [
        interests.PLAYERS[f"PinnerSage, {k}"].fit(
            stage.given, **interests.PLAYERS["PinnerSage, 1"].start
        )[0]
        for k in (1, 5)
    ]
    assert (tables[0] != tables[1]).any()
