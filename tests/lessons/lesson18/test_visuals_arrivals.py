"""Users arriving: each state is the lift of those who are there, and an unfinished function changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.lessons.lesson18.ex4_lift import lift
from graphrec_utils.plots import visuals

RNG = np.random.default_rng(0)
ARMS = {
    "A/A": (RNG.poisson(3, 300), RNG.poisson(3, 300)),
    "better": (RNG.poisson(4, 300), RNG.poisson(3, 300)),
}


def test_states_are_the_lift_of_who_has_arrived():
    state = visuals.arrivals(ARMS).state
    assert state["names"] == ["A/A", "better"] and state["arm"] == "A/A"
    for name, (one, other) in ARMS.items():
        states = state["arms"][name]
        assert states[0]["users"] == 20 and states[-1]["users"] == 600
        for s in states:
            n = s["users"] // 2
            r, error = pinworld.ratio(one[:n], other[:n], paired=False)
            assert (s["lift"], s["low"]) == pytest.approx((r, r - 2 * error), abs=1e-4)
    assert state["arms"]["better"][-1]["low"] > 0


def test_a_student_s_function_draws_the_same_lines():
    ours, theirs = visuals.arrivals(ARMS), visuals.arrivals(ARMS, function=lift)
    assert theirs.state == ours.state and "your function" in theirs.note


def raises(*_):
    raise NotImplementedError


@pytest.mark.parametrize("function", [raises, lambda a, b: None, lambda a, b: (np.nan,) * 3])
def test_an_unfinished_function_leaves_the_library_s(function):
    visual = visuals.arrivals(ARMS, function=function)
    assert visual.state == visuals.arrivals(ARMS).state and "library" in visual.note


@pytest.mark.parametrize(
    ("arms", "words"),
    [({}, "one to four"), ({"few": (np.ones(10), np.ones(90))}, "40 to 5000"),
     ({"none": (np.ones(90), np.zeros(90))}, "save nothing")],
    ids=["none", "few", "zeros"],
)  # fmt: skip
def test_bad_input_gets_a_sentence(arms, words):
    with pytest.raises(ValueError, match=words):
        visuals.arrivals(arms)
