"""What has to be found after a moment: targets by hand, drawn ones against the matrix, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import sampling
from graphrec_utils.sampling.windows import OBJECTIVES

TIMES = np.array([0, 1, 2, 3, 4, 10, 12, 40])
LIKED = np.array([1, 1, 0, 1, 1, 1, 0, 1], dtype=bool)


def targets(objective, now=3, window=28, times=TIMES, liked=LIKED):
    M = sampling.target_matrix(times, liked, now, window, objective)
    return {int(s): times[M[s]].tolist() for s in np.flatnonzero(M.any(axis=1))}


def test_the_four_objectives_by_hand():
    assert targets("dense") == {s: [4, 10] for s in range(4)}
    assert targets("all") == {3: [4, 10]}
    assert targets("next") == {3: [4]}
    assert targets("every next") == {0: [1], 1: [3], 2: [3], 3: [4]}


def test_the_window_begins_after_now_and_ends_with_its_last_day():
    times, liked = np.array([3, 3, 31, 32]), np.ones(4, dtype=bool)
    assert targets("dense", times=times, liked=liked) == {0: [31], 1: [31]}


def test_equal_times_are_targets_together_and_their_order_does_not_matter():
    times = np.array([1, 2, 5, 5, 5])
    liked = np.array([True, False, True, False, True])
    M = sampling.target_matrix(times, liked, 2, 9, "next")
    assert M[1].tolist() == [False, False, True, False, True] and not M[0].any()
    swapped = sampling.target_matrix(times, liked[[0, 1, 4, 3, 2]], 2, 9, "next")
    np.testing.assert_array_equal(M, swapped)
    now = sampling.target_matrix(times, liked, 5, 9, "every next")
    assert not now[2:].any()  # an event of this very second is not ahead


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nothing_ahead_nothing_read_nothing_liked_no_events(objective):
    make = sampling.target_matrix
    assert not make(TIMES, np.zeros(8, bool), 3, 28, objective).any()  # all negative
    assert not make(TIMES + 10, LIKED, 3, 28, objective).any()
    ahead = objective != "every next"
    assert not (ahead and make(TIMES, LIKED, 40, 28, objective).any())  # after the end of the data
    assert make(TIMES[:0], LIKED[:0], 3, 28, objective).shape == (0, 0)
    assert not make(TIMES[:1], LIKED[:1], 3, 28, objective).any()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"objective": "sasrec"}, "objective must be one of"),
        ({"times": TIMES[::-1]}, "times must not decrease"),
        ({"liked": LIKED.astype(int)}, "liked bool"),
        ({"liked": LIKED[:3]}, r"must be \(E,\)"),
        ({"window": 0}, "window must be a positive number"),
    ],
)
def test_bad_input_is_named(change, sentence):
    inputs = {"times": TIMES, "liked": LIKED, "now": 3, "window": 28, "objective": "dense"}
    with pytest.raises(ValueError, match=sentence):
        sampling.target_matrix(**(inputs | change))


# ------------------------------------------------------------------------ logs
def log(seed=0, m=5, E=120) -> sampling.Log:
    rng = np.random.default_rng(seed)
    return sampling.Log(
        rng.integers(m - 1, size=E), rng.integers(30, size=E), rng.integers(3, size=E),
        rng.integers(60, size=E), rng.random(E) < 0.5, m,
    )  # fmt: skip


def test_a_log_is_sorted_and_equal_times_keep_their_order():
    made = sampling.Log([1, 0, 1, 1], [7, 8, 9, 5], [0] * 4, [4, 2, 4, 1], [True] * 4, 2)
    assert made.items.tolist() == [8, 5, 7, 9] and made.users.tolist() == [0, 1, 1, 1]


@pytest.mark.parametrize("length", [1, 4, 100])
def test_before_is_a_loop_over_the_events(length):
    made, now = log(), np.array([30, 0, 59, 12, 30])
    rows = made.before(np.arange(5), now, length)
    for u in range(5):
        wanted = np.flatnonzero((made.users == u) & (made.times <= now[u]))[-length:]
        assert rows[u][rows[u] >= 0].tolist() == wanted.tolist()
        assert (rows[u][len(wanted) :] == -1).all()
    items, _, times = made.read(rows)
    assert (items[rows < 0] == -1).all() and (times[rows >= 0] == made.times[rows[rows >= 0]]).all()


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_drawn_pairs_are_those_of_the_matrix_and_all_of_them_come(objective):
    made, length = log(1, E=40), 50
    users, now = np.array([0, 1, 2, 3]), np.array([20, 25, 30, 5])
    rng = np.random.default_rng(0)
    pairs = made.draw(users, now, 15, objective, length, 900, rng)
    seen = set(zip(pairs.row.tolist(), pairs.place.tolist(), pairs.target.tolist(), strict=True))
    wanted = set()
    for b, u in enumerate(users):
        own = np.flatnonzero(made.users == u)
        M = sampling.target_matrix(made.times[own], made.liked[own], now[b], 15, objective)
        wanted |= {(b, int(s) + 1, int(own[e])) for s, e in zip(*np.nonzero(M), strict=True)}
    assert {x for x in seen if x[1]} == wanted and wanted  # place 0: who has done nothing yet


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_who_has_done_nothing_is_asked_at_the_start_and_nobody_without_targets(objective):
    made = sampling.Log([1, 1], [3, 4], [0, 0], [5, 9], [False, True], 3)
    rng = np.random.default_rng(0)
    pairs = made.draw(np.array([1]), np.array([2]), 10, objective, 4, 3, rng)
    assert set(pairs.place.tolist()) <= {0} and set(made.items[pairs.target].tolist()) <= {4}
    assert len(made.draw(np.array([0]), np.array([2]), 10, objective, 4, 3, rng).row) == 0
    assert len(made.draw(np.array([1]), np.array([9]), 10, objective, 4, 3, rng).row) == 0
    empty = sampling.Log([], [], [], [], [], 3)
    assert len(empty.draw(np.array([0]), np.array([2]), 10, objective, 4, 3, rng).row) == 0


def test_until_ends_with_its_moment():
    made = log()
    part = made.until(20)
    assert part.times.max() <= 20 and len(part) == (made.times <= 20).sum()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"users": [0, 9]}, "users must hold ids"), ({"items": [1]}, "of one length"),
     ({"times": [1, -2]}, "times must hold ids from 0 on")],
)  # fmt: skip
def test_a_log_names_what_does_not_fit(change, sentence):
    good = {"users": [0, 1], "items": [1, 2], "actions": [0, 0], "times": [1, 2], "liked": [1, 1]}
    with pytest.raises(ValueError, match=sentence):
        sampling.Log(**(good | change), num_users=3)
