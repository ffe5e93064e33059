"""A choice that is looked up: what it found, and what is said of one that nobody measured."""

import pytest

from graphrec_utils.exercises.open_task import LookedUp, one_of

TABLE = {("dot", 8): 0.1, ("dot", 32): 0.4}
task = LookedUp(("score", "dim"), lambda: TABLE, lambda c: str(c["dim"]), ("until", 42, "a leak"))
RIGHT = {"score": "dot", "dim": 32, "until": 42}


def test_a_setting_is_looked_up_and_the_best_one_is_the_measure():
    assert (task.found(RIGHT), task.found(RIGHT | {"dim": 8})) == (0.4, 0.1)
    assert task.shares(0.5, 1)() == [0.2, 0.4]
    assert (task.problem(RIGHT), task.why(RIGHT)) == ("", "32")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more": 1}, "needs the keys score, dim, until"),
        ({"until": 43}, "a leak"),
        ({"until": True}, "a leak"),
        ({"until": [42]}, "a leak"),
        ({"until": float("nan")}, "a leak"),
        ({"until": "42"}, "yours is a text"),
        ({"dim": 16}, "none of those"),
        ({"dim": [32]}, "none of those"),
    ],
)
def test_what_is_not_allowed_finds_nothing_and_is_said(change, said):
    assert said in task.problem(RIGHT | change)
    assert task.found(RIGHT | change) == 0


def test_an_earlier_day_is_allowed_and_finds_nothing():
    early = RIGHT | {"until": 14}
    assert (task.problem(early), task.found(early), task.why(early)) == ("", 0, "early")


def test_true_is_no_one():
    assert one_of({"dim": True}, {"dim": (1, 2)}) == "dim must be one of 1, 2"
    assert one_of({"ids": True}, {"ids": (True, False)}) == ""
