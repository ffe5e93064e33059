"""A prediction in JupyterLab: answered by keyboard, judged in place, stored as a card."""

from __future__ import annotations

import json
import re

import nbformat
from nbformat.v4 import new_code_cell

from tests.browser.labdriver import (
    ROOT,
    cell,
    contrast,
    open_notebook,
    output,
    run_all,
    screenshot,
)

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"


def ask(page):
    run_all(page)  # the machinery is folded, and cannot be clicked
    return output(cell(page, 'predict("00.p1")'))


def test_a_guess_is_made_by_keyboard_and_stored_as_a_card(lab, page):
    notebook = lab.add(LESSON, "guess.ipynb")
    open_notebook(page, lab, notebook)
    shown = ask(page)
    first = shown.get_by_role("button", name=re.compile("^a "))
    first.wait_for()
    screenshot(shown, "guess-buttons")
    assert shown.get_by_role("button").count() == 3
    first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shown.get_by_text("You said b").wait_for()
    assert shown.get_by_role("button").count() == 0
    assert contrast(shown.locator(".graphrec-card strong").first) >= 4.5
    screenshot(shown, "guess-made")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    cells = json.loads((lab.folder / notebook).read_text("utf-8"))["cells"]
    (asked,) = [x for x in cells if "".join(x["source"]) == 'predict("00.p1")']
    assert "You said" in json.dumps(asked["outputs"])
    assert "widget-view" not in json.dumps(asked["outputs"])


def test_what_is_recalled_is_pressed_and_stored_as_cards(lab, page, tmp_path):
    source = 'from graphrec_utils.exercises import remember\n\nremember("07")'
    small = nbformat.read(LESSON, 4)  # for its kernel's name
    small.cells = [new_code_cell(source)]
    (tmp_path / "recall.ipynb").write_text(nbformat.writes(small), "utf-8")
    notebook = lab.add(tmp_path / "recall.ipynb", "recall.ipynb")
    open_notebook(page, lab, notebook)
    run_all(page)
    shown = output(cell(page, 'remember("07")'))
    options = shown.get_by_role("button", name=re.compile("^a "))
    options.first.wait_for()
    screenshot(shown, "recall-buttons")
    for left in (2, 1, 0):
        options.first.click()
        shown.get_by_text("You said a").nth(2 - left).wait_for()
        assert options.count() == left
    shown.get_by_text("What was wrong comes again").wait_for()
    screenshot(shown, "recall-made")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    assert "widget-view" not in (lab.folder / notebook).read_text("utf-8")
