"""Every lesson, opened in JupyterLab as it is handed out, runs to its end without an error."""

from __future__ import annotations

import pytest
from labdriver import ROOT, errors, open_notebook, run_all

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*[a-z].ipynb"))
ORDINARY = ("01", "02")  # lesson 00 has tests of its own; the others run with --full


@pytest.mark.parametrize(
    "lesson",
    [
        pytest.param(path, marks=() if path.name[:2] in ORDINARY else pytest.mark.full)
        for path in LESSONS
    ],
    ids=lambda path: path.stem,
)
def test_a_lesson_runs_in_the_browser(lab, page, lesson):
    """The fixture `page` fails the test if anything outside this machine is asked for."""
    open_notebook(page, lab, lab.add(lesson))
    run_all(page, timeout=400)
    assert errors(page) == []
    cards = page.locator(".graphrec-card")
    assert cards.count() >= 3
    assert "check itself failed" not in " ".join(cards.all_inner_texts())
