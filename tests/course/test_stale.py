"""A check knows when the cell above did not run: it says whose function it has judged."""

from __future__ import annotations

import pytest

from graphrec_utils.exercises import stale

GOOD = "# exercise 00.1\ndef summarize(R):\n    return 1\n"
BROKEN = "# exercise 00.1\ndef summarize(R)\n    return 2\n"
NOTE = "stale.note('00.1', summarize)"


@pytest.fixture
def shell():
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    interactive.InteractiveShell.clear_instance()
    shell = interactive.InteractiveShell.instance()
    shell.run_cell("from graphrec_utils.exercises import stale", store_history=True)
    yield shell
    interactive.InteractiveShell.clear_instance()


def said(shell, *cells: str) -> str:
    """Run cells and return what the last one gives."""
    for cell in cells:
        done = shell.run_cell(cell, store_history=True)
    return done.result


def test_a_cell_that_ran_is_no_news(shell):
    assert said(shell, GOOD, NOTE) == ""
    assert said(shell, GOOD.replace("1\n", "3\n"), NOTE) == ""


@pytest.mark.parametrize("broken", [BROKEN, GOOD.replace("return 1", "return )"),
                                    "# exercise 00.1\n1 / 0\n" + GOOD])  # fmt: skip
def test_a_cell_that_did_not_run_is_noticed(shell, capsys, broken):
    assert said(shell, GOOD, broken, NOTE) == (
        "your cell did not run to its end in [3]: judged is summarize as it was in [2]"
    )
    assert said(shell, GOOD, NOTE) == ""  # run again, all is well


def test_a_version_in_a_cell_of_the_students_own_is_no_older_one(shell):
    own = "def summarize(R):\n    return 7\n"
    assert said(shell, GOOD, own, NOTE) == ""


def test_another_exercise_that_broke_is_none_of_this_one(shell, capsys):
    assert said(shell, GOOD, BROKEN.replace("00.1", "00.2"), NOTE) == ""


def test_outside_ipython_nothing_is_said():
    assert stale.note("00.1", lambda R: 1) == ""
    assert stale.note("00.1", len) == ""
