"""Which cells of a solved notebook run at all: answers, what they reach, and what that stands on."""

from __future__ import annotations

import nbformat
import pytest

from graphrec_utils.authoring.lesson import flow
from graphrec_utils.authoring.lesson.source import notebooks, role, sources


def notebook(*cells: str, setup: int = 0):
    """Return a notebook of these cells; the first `setup` of them are tagged so."""
    made = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(cells)]
    for cell in made[:setup]:
        cell.metadata.tags = ["setup"]
    return nbformat.v4.new_notebook(cells=made)


def reached(*cells: str, answer: int, setup: int = 0) -> list[str]:
    stubs = [source if k != answer else "def f(): raise E" for k, source in enumerate(cells)]
    solved, student = notebook(*cells, setup=setup), notebook(*stubs, setup=setup)
    return [cell.source for cell in flow.reached(solved, student)]


def test_an_answer_its_check_and_the_setup_run():
    cells = ("import torch", "def f(): return 1", "2 + 2", "check('1', f)")
    assert reached(*cells, answer=1, setup=1) == [cells[0], cells[1], cells[3]]


def test_what_is_made_from_an_answer_runs_and_what_is_made_from_that():
    cells = (
        "def f(): return 1",
        "x = f()",
        "y = [x for _ in 'ab']",
        "def g():\n    return y",
        "g()",
    )
    assert reached(*cells, "z = 1", answer=0) == list(cells)


def test_the_names_of_a_comprehension_are_its_own():
    """In every Python: since 3.12 (PEP 709) the symbol table tells them as names of the cell."""
    cells = ("def f(): return 1", "x, k = f(), 2", "y = [x for x in 'ab']", "{k: 1 for k in y}")
    more = ("{x for x in y}", "[x for y in [y] for x in y if x]", "[lambda: x for _ in y]")
    assert reached(*cells, *more, answer=0) == [*cells[:3], more[-1]]


def test_a_name_that_is_bound_anew_no_longer_comes_from_an_answer():
    cells = ("def f(): return 1", "x = f()", "x = 3", "print(x)")
    assert reached(*cells, answer=0) == list(cells[:2])


def test_what_an_answer_stands_on_runs_too():
    cells = ("n = 3", "m = 2 * n", "k = 1", "def f(): return m")
    assert reached(*cells, answer=3) == [cells[0], cells[1], cells[3]]


@pytest.mark.parametrize("source", sources(), ids=lambda s: s.stem)
def test_in_every_lesson_answers_and_checks_run_and_no_experiment(source):
    both = notebooks(source)
    ran = flow.reached(both["solved"], both["student"])
    tags = {tag for cell in ran for tag in cell.metadata.get("tags", [])}
    assert [c.id for c in ran if role(c)] == [c.id for c in both["solved"].cells if role(c)]
    assert not {"experiment", "long", "timing"} & tags
