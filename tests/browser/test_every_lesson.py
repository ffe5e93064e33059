"""Every lesson, opened as it is handed out, runs to its end, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import nbformat
import pytest

from tests.browser.labdriver import ROOT, errors, open_notebook, run_all, screenshot

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*[a-z].ipynb"))
LAB = ("02",)  # lesson 00 has tests of its own; the others run with --full
NOTEBOOK_7 = ("00",)


def lessons(ordinary: tuple[str, ...]) -> list:
    """Return all lessons; those that are not ordinary run with --full."""
    return [
        pytest.param(
            path, marks=() if path.name[:2] in ordinary else pytest.mark.full, id=path.stem
        )
        for path in LESSONS
    ]


def runs(page, server, lesson) -> None:
    """The fixture `page` fails the test if anything outside this machine is asked for."""
    open_notebook(page, server, server.add(lesson))
    run_all(page)
    assert errors(page) == []
    cards = page.locator(".graphrec-card")
    assert cards.count() >= 3
    assert "check itself failed" not in " ".join(cards.all_inner_texts())


@pytest.mark.parametrize("lesson", lessons(LAB))
def test_a_lesson_runs_in_lab(lab, page, lesson):
    runs(page, lab, lesson)


@pytest.mark.parametrize("lesson", lessons(NOTEBOOK_7))
def test_a_lesson_runs_in_notebook_7(notebook7, page, lesson):
    runs(page, notebook7, lesson)


@pytest.mark.parametrize("lesson", lessons(("02",)))
def test_a_lesson_that_nobody_trusts_yet_shows_every_figure_that_is_no_answer(lab, page, lesson):
    """What a student sees at first: stored outputs, no script, pictures in place of visuals."""
    open_notebook(page, lab, lab.add(lesson, f"first-{lesson.name}"))
    stored = nbformat.read(lesson, 4)
    # what answers a prediction starts folded
    seen = [c for c in stored.cells if not c.metadata.get("jupyter", {}).get("outputs_hidden")]
    outputs = [o for c in seen for o in c.get("outputs", [])]
    figures = sum(
        "image/png" in o.get("data", {}) or "<img" in str(o.get("data", {}).get("text/html"))
        for o in outputs
    )
    pictures = page.locator(".jp-OutputArea img")
    assert pictures.count() == figures > 0
    wide = pictures.evaluate_all("(all) => all.map((img) => img.naturalWidth)")
    assert min(wide) > 100
    assert page.locator(".gr-root").count() == 0
    pictures.first.scroll_into_view_if_needed()
    screenshot(page, f"untrusted-{lesson.stem}")
