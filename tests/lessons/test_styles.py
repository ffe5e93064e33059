"""What the files of answers are told is missing."""

from __future__ import annotations

import pytest
import styles

from graphrec_utils.exercises.core import Exercise

TWO = (min, max)


@pytest.fixture(autouse=True)
def lesson(monkeypatch):
    """A lesson of two exercises with 5 points."""
    found = (Exercise("04.1", "f", 2, ()), Exercise("04.2", "g", 3, ()))
    monkeypatch.setattr(styles.exercises, "of_lesson", lambda number: found)


def test_nothing_is_missing():
    styles.complete("04", {"04.1": TWO, "04.2": TWO}, points=5)


@pytest.mark.parametrize(
    ("answers", "points", "words"),
    [
        ({"04.1": TWO}, 5, "^04.2 needs two right functions in other styles, in this file$"),
        ({"04.1": TWO, "04.2": (min,)}, 5, "^04.2 needs two right functions in other styles"),
        ({"04.1": TWO, "04.2": TWO, "04.3": TWO}, 5, "^there is no exercise 04.3$"),
        ({"04.1": TWO, "04.2": TWO}, 4, "^the exercises have 5 points, not 4: say here which"),
        ({}, 4, "^04.1 needs .*; 04.2 needs .*; the exercises have 5 points"),
    ],
    ids=["an exercise without", "one only", "no such exercise", "other points", "all at once"],
)
def test_whatever_is_missing_gets_a_sentence(answers, points, words):
    with pytest.raises(AssertionError, match=words):
        styles.complete("04", answers, points)
