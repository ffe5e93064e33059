"""Lesson 00 as a student meets it: opened, run, answered; by mouse and keyboard, light and dark."""

from __future__ import annotations

import pytest

from tests.browser.labdriver import (
    ROOT,
    cell,
    contrast,
    errors,
    open_notebook,
    output,
    run_all,
    run_cell,
    screenshot,
    write,
)

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
WRONG = """
# exercise 00.1
def summarize(R):
    m, n = R.shape
    return m, n, int(R.sum()), int(R.sum()) / (m + n)
"""
RIGHT = WRONG.replace("(m + n)", "(m * n)")


@pytest.fixture
def lesson(lab, page):
    """The page with lesson 00 open and every cell run."""
    open_notebook(page, lab, lab.add(LESSON))
    run_all(page)
    assert errors(page) == []
    return page


def answer(page, source: str):
    """Type an answer into exercise 00.1, run it and its check; return the card."""
    exercise = cell(page, "# exercise 00.1")
    write(page, exercise, source.strip())
    run_cell(page, exercise)
    return output(run_cell(page, cell(page, 'check("00.1"'))).locator(".graphrec-card")


def test_a_card_goes_from_open_to_wrong_to_right(lesson):
    card = output(cell(lesson, 'check("00.1"')).locator(".graphrec-card")
    assert "not implemented yet" in card.inner_text()
    card = answer(lesson, WRONG)
    assert "◐ Exercise 00.1 · 1.6/2 points · partly solved" in card.inner_text()
    assert "your density divides by users + items" in card.inner_text()
    screenshot(card, "lesson-00-wrong")
    card = answer(lesson, RIGHT)
    assert "✓ Exercise 00.1 · 2/2 points · solved" in card.inner_text()
    screenshot(card, "lesson-00-right")
    board = output(run_cell(lesson, cell(lesson, "progress()")))
    assert "✓ 00.1" in board.inner_text().replace("\xa0", " ")
    screenshot(board, "progress-dashboard")


def test_the_given_code_of_exercise_3_is_named_as_what_it_is(lesson):
    card = output(cell(lesson, 'check("00.3"')).locator(".graphrec-card")
    assert "films the user has already liked: hide them" in card.inner_text()
    assert contrast(card.locator("li").first) >= 4.5


def test_cards_are_readable_in_the_dark_theme(lab, page):
    with lab.dark():
        open_notebook(page, lab, lab.add(LESSON))
        run_all(page)
        card = output(cell(page, 'check("00.3"')).locator(".graphrec-card")
        assert contrast(card.locator("li").first) >= 4.5
        assert contrast(card.locator("strong").first) >= 4.5
        screenshot(card, "lesson-00-dark")
