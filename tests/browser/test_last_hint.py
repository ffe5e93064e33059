"""The shuffled lines and your five films in JupyterLab: by mouse, by keyboard, by letters; light, dark, narrow."""

from __future__ import annotations

import textwrap

import nbformat
import pytest

from graphrec_utils.authoring.lesson import around, source
from graphrec_utils.exercises import orders
from tests.browser.labdriver import (
    cell,
    contrast,
    errors,
    open_notebook,
    output,
    run_cell,
    screenshot,
)

NUMBER = "00.2"
WRONG = f"""\
from graphrec_utils.exercises import arrange, check

def build_index(names):
    return {{}}

check("{NUMBER}", build_index)"""
FILMS = """\
from graphrec_utils.exercises.films import my_films

my_films("01")"""


@pytest.fixture
def notebook(lab, tmp_path):
    """The path of a notebook with a wrong answer and the five films."""
    cells = [
        nbformat.v4.new_code_cell(text) for text in (WRONG, FILMS, f'arrange("{NUMBER}", "z")')
    ]
    metadata = {"kernelspec": around.AS_JUPYTER_WRITES["kernelspec"]}
    made = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.write(made, tmp_path / "hint.ipynb")
    return lab.add(tmp_path / "hint.ipynb")


def right() -> list[str]:
    cell = source.answer_cells(source.sources(["00"])[0])[NUMBER]
    return orders.logical(textwrap.dedent(source.SOLUTION.search(cell)["answer"]))


def hint_of(page, lab, notebook):
    """Run the wrong answer and open its last hint."""
    open_notebook(page, lab, notebook)
    shown = output(run_cell(page, cell(page, "build_index")))
    shown.get_by_text("Last hint: the lines, shuffled").click()
    return shown.locator(".graphrec-lines")


def press(hint, line: str) -> None:
    """Click the button of one line of code; indentation counts."""
    buttons = hint.locator("li button")
    buttons.nth(
        buttons.evaluate_all("(all, line) => all.findIndex((x) => x.textContent === line)", line)
    ).click()


def test_the_lines_are_put_in_order_by_mouse_and_keyboard(lab, page, notebook):
    hint = hint_of(page, lab, notebook)
    status, wanted = hint.get_by_role("status"), right()
    for line in [*wanted[:1], *wanted[2:]]:
        press(hint, line)
    hint.get_by_role("button", name="Check the order").click()
    assert status.inner_text().startswith("✗ 1 right from the top")
    press(hint, wanted[1])  # comes last, and is moved up by keys
    for _ in wanted[2:]:
        page.keyboard.press("Alt+ArrowUp")
    hint.get_by_role("button", name="Check the order").click()
    assert "all lines stand right" in status.inner_text()
    screenshot(hint, "last-hint")
    hint.evaluate("(e) => (e.style.width = '350px')")
    screenshot(hint, "last-hint-350")
    assert hint.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    assert errors(page) == []


def test_a_digit_and_a_letter_move_a_line_too(lab, page, notebook):
    hint = hint_of(page, lab, notebook)
    mine = hint.get_by_label("your function").locator("li")
    for line in right()[:2]:
        press(hint, line)
    page.keyboard.press("1")  # the line that was pressed last goes to the first place
    assert mine.nth(0).locator("button").inner_text() == right()[1]
    letter = mine.nth(1).locator("span").inner_text().split()[1]
    page.keyboard.press(letter)
    assert mine.count() == 1
    assert hint.get_by_role("status").inner_text() == f"{letter} is out"


def test_the_hint_and_the_films_can_be_read_in_the_dark(lab, page, notebook):
    with lab.dark():
        hint = hint_of(page, lab, notebook)
    assert contrast(hint.locator("li button").first) >= 4.5
    screenshot(hint, "last-hint-dark")
    shown = output(run_cell(page, cell(page, "my_films")))
    shown.locator("svg").first.wait_for()
    assert contrast(shown.locator("td").first) >= 4.5
    assert contrast(shown.locator("svg text").first) >= 4.5
    screenshot(shown, "films-dark")


def test_other_films_are_chosen_and_kept(lab, page, notebook):
    open_notebook(page, lab, notebook)
    shown = output(run_cell(page, cell(page, "my_films")))
    first = shown.locator("input").first
    first.wait_for()
    before = shown.locator(".graphrec-films").inner_text()
    first.fill(shown.locator("td").first.inner_text().split(" (")[0])  # the first of a list
    first.press("Tab")
    shown.get_by_role("button", name="Show the lists").click()
    page.wait_for_function(
        "([node, before]) => node.querySelector('.graphrec-films').innerText !== before",
        arg=[shown.element_handle(), before],
    )
    screenshot(shown, "films-chosen")
    again = output(run_cell(page, cell(page, "my_films"))).locator(".graphrec-films")
    again.wait_for()
    assert again.inner_text().split("\n")[0] != before.split("\n")[0]
