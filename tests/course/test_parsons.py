"""A solution's lines, shuffled: what is shown, which orders are right, and what is not given away."""

from __future__ import annotations

import itertools
import json

import pytest

from graphrec_utils.exercises import orders, parsons

ANSWER = """\
a = f(x)
b = g(x)
for k in range(3):
    a = a + k  # a comment
    if a > b:
        b = h(
            a,
            b,
        )
    else:
        b += 1
return a, b
"""
LINES = [
    "a = f(x)",
    "b = g(x)",
    "for k in range(3):",
    "    a = a + k",
    "    if a > b:",
    "        b = h(a, b,)",
    "    else:",
    "        b += 1",
    "return a, b",
]


def made(answer=ANSWER, wrong=()):
    return parsons.Arrangement("99.1", parsons.puzzle("99.1", answer, wrong))


def test_lines_are_statements_without_comments():
    assert orders.logical(ANSWER) == LINES


def test_an_order_is_right_where_no_line_needs_a_later_one():
    swapped = [LINES[1], LINES[0], *LINES[2:]]
    assert made().begins(LINES) == made().begins(swapped) == len(LINES)
    assert made().begins([LINES[0], LINES[2]]) == 1  # b is missing in the loop
    assert made().begins([*LINES[:3], LINES[4]]) == 3  # the test reads a
    assert made().begins([*LINES[:5], LINES[6]]) == 5  # a block has a body


def test_right_orders_are_those_of_an_oracle():
    """Four lines: of all 24 orders those pass that compute the same."""
    rows = ["u = x + 1", "v = x * 2", "u = u * v", "w = v - 3"]
    one = made("\n".join(rows))

    def outcome(order):
        names = {"x": 5}
        try:
            exec("\n".join(order), names)
        except NameError:
            return None
        return names["u"], names["v"], names["w"]

    right = outcome(rows)
    for order in itertools.permutations(rows):
        assert (one.begins(list(order)) == 4) == (outcome(order) == right), order


@pytest.mark.parametrize(
    ("rows", "swap"),
    [
        (["x.append(1)", "y = len(x)"], False),
        (["x[0] = 1", "y = x + 1"], False),
        (["a = rng.random()", "b = rng.random()"], False),
        (["a = x + 1", "b = x + 2"], True),
    ],
)
def test_what_changes_an_object_keeps_its_place(rows, swap):
    rows = [*rows, "return y, a, b"]
    assert (made("\n".join(rows)).begins([rows[1], rows[0], rows[2]]) == 3) == swap


def test_a_mistakes_line_is_never_right():
    one = made(wrong=["b = g(y)", "    a = a - k"])
    shown = [line for _, line in one.lines]
    assert sorted(shown) == sorted([*LINES, "b = g(y)", "    a = a - k"])
    assert one.begins([LINES[0], "b = g(y)"]) == 1
    letters = {line: letter for letter, line in one.lines}
    wrong = parsons.Arrangement("99.1", one.puzzle, f"{letters[LINES[0]]} {letters['b = g(y)']}")
    assert wrong.said() == f"1 right from the top; line {letters['b = g(y)']} does not belong there"


def test_one_line_has_no_order_and_two_need_a_third_to_choose_from():
    assert parsons.puzzle("99.1", "return 1", []) is None
    assert parsons.puzzle("99.1", "a = 1\nreturn a", []) is None
    assert parsons.puzzle("99.1", "a = 1\nreturn a", ["return -a"])["count"] == 2


def test_the_order_is_not_shown():
    puzzle = parsons.puzzle("99.1", ANSWER, [])
    assert puzzle["lines"] != LINES
    assert sorted(puzzle["right"]) == puzzle["right"]  # not in the order of the beginnings
    assert json.dumps(puzzle).count("a = f(x)") == 1


@pytest.mark.parametrize(
    ("order", "said"), [("a a", "each line can be used once"), ("z", "there is no line z")]
)
def test_an_order_that_cannot_be_is_told(order, said):
    assert parsons.Arrangement("99.1", made().puzzle, order).said() == said


def test_html_has_the_lines_as_text_and_escapes_them():
    puzzle = parsons.puzzle("99.1", "a = '</script>'\nb = a < 3\nreturn b", [])
    html = parsons.Arrangement("99.1", puzzle)._repr_html_()
    assert "b = a &lt; 3" in html
    assert html.count("</script>") == 1


def test_an_exercise_without_lines_says_so():
    assert parsons.arrange("99.1") == "there are no shuffled lines for exercise 99.1"
