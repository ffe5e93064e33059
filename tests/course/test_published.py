"""A mistake is an edit of the published solution: what is replaced, where, and what the edit computes."""

from __future__ import annotations

import numpy as np  # noqa: F401 (a slip says it)
import pytest

from graphrec_utils.exercises import published
from graphrec_utils.exercises.core import Exercise


def total(
    numbers,
    start=0,
):
    """Return a sum."""
    # from left to right
    found = start
    for x in numbers:
        found = found + x
    return found


BODY = """\
# from left to right
found = start
for x in numbers:
    found = found + x
return found"""


def exercise() -> Exercise:
    made = Exercise("99.1", "total", 1, ())
    made.solution(total)
    return made


def test_a_body_is_what_stands_below_signature_and_docstring():
    assert published.parts(total) == ("def total(\n    numbers,\n    start=0,\n):", BODY)
    assert exercise().published == BODY


def test_a_slip_computes_what_its_edits_say():
    ex = exercise()
    product = ex.slip("you multiply", "found + x", "found * x", "start\n", "1\n")
    assert product([2, 3, 4]) == 24
    assert ex.mistakes[0].sentence == "you multiply"
    assert ex.mistakes[0].body == BODY.replace("found + x", "found * x").replace("start", "1")
    assert total([2, 3, 4]) == 9


def test_later_rows_are_indented_by_the_row_on_which_a_passage_begins():
    twice = exercise().slip("twice", "found = found + x", "found = found + x\nfound = found + x")
    assert twice([1, 2]) == 6
    last = exercise().slip(
        "last", "for x in numbers:\n    found = found + x", "found = numbers[-1]"
    )
    assert last([1, 2]) == 2


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        (("found - x", "x"), "'found - x' stands nowhere in the published solution"),
        (("found", "x"), "'found' stands 4 times in the published solution; it must be once"),
        (("found + x", "x", "= found + x", "x"), "two of the replaced passages overlap"),
    ],
)
def test_an_edit_that_cannot_be_made_names_its_slip(edits, reason):
    with pytest.raises(ValueError, match=f"slip 'you err' of 99.1: .*{reason}"):
        exercise().slip("you err", *edits)


def test_an_edit_that_is_no_python_is_told_at_the_first_call():
    slip = exercise().slip("no python", "found + x", "found +")
    with pytest.raises(SyntaxError):
        slip([1])


@pytest.mark.filterwarnings("error")
def test_a_slip_that_divides_by_zero_warns_nobody():
    slip = exercise().slip("by nothing", "found + x", "np.ones(1) / found")
    assert slip([1]) == float("inf")
