"""A prediction in JupyterLab: answered by keyboard, judged in place, stored as a card."""

from __future__ import annotations

import json
import re

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
