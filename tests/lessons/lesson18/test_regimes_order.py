"""The slice "order": what is known and what is to be found, and what its players read."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import datasets
from graphrec_utils.data import Interactions
from solutions.experiments.lesson18.regimes import order

LISTS = [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5, 0], [2, 3], [3, 4, 5, 0, 1]]


def events(lists=LISTS, n=6) -> Interactions:
    users = np.repeat(np.arange(len(lists)), [len(x) for x in lists])
    return Interactions(users, np.concatenate(lists), len(lists), n)


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(order, "events_of", lambda data, repeats: events())


def test_who_has_five_events_is_asked_for_the_last_and_the_one_before_chooses():
    users = order.asked(events())
    assert sorted(users) == [0, 1, 3]
    given, truth = order.parts(events(), users, 1)
    assert dict(zip(users.tolist(), truth.tolist(), strict=True)) == {0: 4, 1: 0, 3: 1}
    assert len(given) == len(events()) - 3
    given, truth = order.parts(events(), users, 2)
    assert dict(zip(users.tolist(), truth.tolist(), strict=True)) == {0: 3, 1: 5, 3: 0}
    assert given.items[given.users == 1].tolist() == [1, 2, 3, 4]  # the last one is gone as well


def test_known_is_in_order_and_each_thing_once():
    known = order.known_of(events([[3, 1, 3, 2], [0]]), np.array([1, 0]))
    assert known.latest[:, :5].tolist() == [[0, -1, -1, -1, -1], [3, 1, 3, 2, -1]]
    assert known.saved.toarray().tolist() == [[1, 0, 0, 0, 0, 0], [0, 1, 1, 1, 0, 0]]


@pytest.mark.parametrize(("repeats", "value"), [(False, 1.0), (True, 0.5)])
def test_what_is_known_stands_in_no_list_unless_people_come_back(repeats, value):
    made = events([[0, 1, 2, 3, 4]])
    given, truth = order.parts(made, np.array([0]), 1)
    best = np.array([[9.0, 5, 5, 5, 8, 0]])  # a known thing, then the right one
    best[:, 1:4] = -1
    found = order.judge(given, np.array([0]), truth, repeats)(lambda known: best)
    np.testing.assert_allclose(found, value if value == 1 else 1 / np.log2(3))


def test_all_alike_is_a_draw_and_not_a_hit():
    n = 1000
    made = events([list(range(5)) for _ in range(400)], n)
    rng = np.random.default_rng(0)
    truth = rng.integers(5, n, 400)
    found = order.judge(made, np.arange(400), truth, False)(lambda known: np.zeros((known.saved.shape[0], n)))  # fmt: skip
    assert found.mean() < 0.02


def test_the_chain_says_what_came_after_the_last_event():
    given, _ = order.parts(events(), order.asked(events()), 1)
    scores = order.chain(given, 1, 0.0)(order.known_of(given, np.array([0, 2])))
    assert scores.argmax(axis=1).tolist() == [4, 4]  # 3 is followed by 4, in two histories
    wide = order.chain(given, 3, 0.0)(order.known_of(given, np.array([2])))[0]
    assert wide[4] > wide[5] > wide[0], "by one over the distance"


def test_late_events_count_more():
    known = order.known_of(events([[0, 1, 2]]), np.array([0]))
    np.testing.assert_allclose(order.late(known, 1).saved.toarray()[0, :3], [0.25, 0.5, 1])
    again = order.known_of(events([[0, 1, 0]]), np.array([0]))
    np.testing.assert_allclose(order.late(again, 1).saved.toarray()[0, :2], [1.25, 0.5])


def test_shuffling_keeps_everybody_s_things_and_what_is_to_be_found():
    made = events([list(range(20)) for _ in range(30)], 20)
    users = np.arange(20)
    mixed = order.shuffled(made, users, 0)
    assert np.array_equal(mixed.users, made.users)
    ends = np.searchsorted(made.users, users, side="right") - 1
    assert (mixed.items[ends] == 19).all()
    for user in range(30):
        mine = mixed.items[mixed.users == user]
        assert sorted(mine) == list(range(20)) and mine.tolist() != list(range(20))


def test_three_cuts_ask_everybody_once_and_choose_alike(small):
    tasks = [order.task(order.NEW, (0.68,), cut) for cut in order.CUTS]
    found = [t.final().judge(lambda known: known.saved.toarray())[0.68] for t in tasks]
    assert sum(map(len, found)) == 3
    chosen = [t.choose().judge(lambda known: known.saved.toarray())[0.68] for t in tasks]
    assert all(np.array_equal(x, chosen[0]) and len(x) == 3 for x in chosen)


def test_who_cannot_play_does_not(small):
    assert "own history" not in order.task(order.NEW, (0.68,), 0).players
    assert "own history" in order.task(order.REPEATS, (0.14,), 0).players
    with pytest.raises(ValueError, match=r"no level 0\.5"):
        order.task(order.NEW, (0.5,), 0)


def test_every_player_answers_with_a_number_for_each_thing(small):
    task = order.task(order.REPEATS, (0.14,), 0)
    stage = task.choose()
    for name, player in task.players.items():
        few = {"epochs": 1} if "epochs" in player.ladders else {}
        scores = player.fit(stage.given, **player.start | few)(order.known_of(stage.given, np.array([0, 1])))  # fmt: skip
        assert np.shape(scores) == (2, 6) and np.isfinite(scores).all(), name


@pytest.mark.parametrize(
    ("level", "data", "repeats"),
    [*((k, v, False) for k, v in order.LEVELS.items()), *((k, v, True) for k, v in order.AGAIN.items())],
)  # fmt: skip
def test_the_level_of_a_set_is_what_shuffling_costs_there(level, data, repeats):
    try:
        found = order.cost(data, repeats)
    except datasets.Unavailable as problem:
        pytest.skip(str(problem))
    assert found == pytest.approx(level, abs=0.006)
