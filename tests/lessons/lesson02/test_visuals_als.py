"""The ALS stepper: its states are ALS, its picture tells the same, bad input gets a sentence."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from graphrec_utils import exercises, style, toy
from graphrec_utils.lessons.lesson02.visuals.als import half_steps
from graphrec_utils.plots import visuals


@pytest.fixture
def visual():
    return visuals.als(toy.likes(), toy.USERS, toy.ITEMS)


def test_users_and_items_are_solved_in_turn(visual):
    solved = [step["solved"] for step in visual.state["steps"]]
    assert solved == ["", *["users", "items"] * 4]


def test_only_the_solved_side_moves(visual):
    steps = visual.state["steps"]
    for before, after in pairwise(steps):
        fixed = "item_emb" if after["solved"] == "users" else "user_emb"
        moved = "user_emb" if after["solved"] == "users" else "item_emb"
        assert before[fixed] == after[fixed]
        assert before[moved] != after[moved]


def test_no_half_step_raises_the_loss(visual):
    losses = [step["loss"] for step in visual.state["steps"]]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 2


def test_a_half_step_solves_the_written_system():
    # one user, one item, d = 1, R = 1: w = h / (h² + a h² + r (1 + a)) with a = .3, r = .1
    start, after = half_steps(np.ones((1, 1)), 1, 0.3, 0.1, 1, seed=0)[:2]
    h = start["item_emb"][0][0]
    assert after["user_emb"][0][0] == pytest.approx(h / (1.3 * h * h + 0.13), abs=1e-3)


def test_the_state_starts_at_zero_and_holds_the_likes(visual):
    assert visual.state["step"] == 0
    assert visual.state["R"] == toy.likes().tolist()
    assert visual.state["users"] == list(toy.USERS)


def test_the_picture_shows_what_is_left_of_R(visual):
    axes = visual.static()
    first, last = visual.state["steps"][0], visual.state["steps"][-1]
    assert [ax.get_title("left") for ax in axes] == [
        "0: start",
        "1: users solved",
        "8: items solved",
        "",
    ]
    np.testing.assert_allclose(
        axes[-1].lines[0].get_ydata()[[0, -1]], [first["loss"], last["loss"]]
    )
    left = toy.likes().numpy() - np.array(last["user_emb"]) @ np.array(last["item_emb"]).T
    np.testing.assert_allclose(axes[-2].images[0].get_array(), left)
    assert axes[0].images[0].get_cmap().name == style.SIGNED


def test_a_single_sweep_fits_too():
    assert len(visuals.als(toy.likes(), sweeps=1).static()) == 4


def test_the_texts_tell_sizes_and_loss(visual):
    assert repr(visual) == "<ALS step by step: 3 users, 4 items, d = 2, 8 half-steps>"
    assert re.search(r"The loss falls from \d+\.\d\d to \d+\.\d\d", visual.alt)


def test_a_students_function_solves_both_sides(visual):
    right = exercises.get("02.3").reference
    yours = visuals.als(toy.likes(), toy.USERS, toy.ITEMS, function=right)
    assert yours.note.startswith("The numbers are those of your ials_user_vector;")
    for mine, theirs in zip(yours.state["steps"], visual.state["steps"], strict=True):
        assert np.abs(np.subtract(mine["user_emb"], theirs["user_emb"])).max() < 1e-3
        assert np.abs(np.subtract(mine["item_emb"], theirs["item_emb"])).max() < 1e-3
    wrong = visuals.als(toy.likes(), function=lambda seen, *_: seen.sum(axis=0) + 1)
    assert wrong.state["steps"] != visual.state["steps"]


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda *_: np.ones(3), "2 finite numbers are asked for"),
     (lambda *_: np.full(2, np.nan), "2 finite numbers are asked for"),
     (lambda *_: 1 / 0, "division by zero")],
)  # fmt: skip
def test_a_function_that_cannot_be_drawn_leaves_the_librarys_numbers(visual, function, words):
    shown = visuals.als(toy.likes(), toy.USERS, toy.ITEMS, function=function)
    assert words in shown.note
    assert shown.state == visual.state


def test_a_live_stepper_asks_the_function_again():
    pytest.importorskip("anywidget")
    asked = []

    def ials_user_vector(seen, gramian, *_):
        asked.append(1)
        return np.full(len(gramian), float(len(asked)))

    widget = visuals.als(toy.likes(), function=ials_user_vector).live()
    before = widget.steps
    widget.step = 3
    assert widget.steps != before


BAD = {
    "a vector": ({"R": [1, 0]}, r"not empty; got shape \(2,\)"),
    "too large": ({"R": np.ones((9, 2))}, "at most 8 users and 8 items; got 9 and 2"),
    "five columns": ({"R": [[1]], "dim": 5}, r"dim must lie in 1\.\.\.4"),
    "no sweep": ({"R": [[1]], "sweeps": 0}, "sweeps must be an integer of at least 1; got 0"),
    "no ridge": ({"R": [[1]], "reg": 0}, "reg must be a positive number; got 0"),
    "a name twice": ({"R": [[1], [0]], "users": ["Ann", "Ann"]}, "'Ann' occurs twice"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.als(**given)
