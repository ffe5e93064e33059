"""The pages a grader writes: for the class and for a student, light and dark."""

from __future__ import annotations

import sys

import pytest

from graphrec_utils.grading import command
from graphrec_utils.grading.reports import pages as report_pages
from graphrec_utils.grading.reports import report
from graphrec_utils.grading.reports.result import people
from tests.browser.labdriver import ROOT, screenshot
from tests.browser.pages import violations

sys.path.insert(0, str(ROOT / "tests" / "course"))
import report_samples


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The folder of a graded class of two: nothing solved, everything solved."""
    folder = tmp_path_factory.mktemp("graded")
    for student, source in (("ann", "notebooks"), ("bob", "solutions")):
        (folder / "in" / student).mkdir(parents=True)
        lesson = ROOT / source / "00_start_here.ipynb"
        (folder / "in" / student / lesson.name).write_bytes(lesson.read_bytes())
    assert command.main([str(folder / "in"), "--out", str(folder / "out")]) in (0, 1)
    return folder / "out"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_report(new_page, graded, scheme):
    pages = [graded / "index.html", *sorted((graded / "students").rglob("*.html"))]
    assert len(pages) >= 3
    page = new_page(color_scheme=scheme)
    for path in pages:
        page.goto(path.as_uri())
        assert violations(page) == [], path.name
    page.goto(pages[0].as_uri())
    screenshot(page, f"report-{scheme}")


def leaderboard() -> str:
    measured = report_samples.open_task()
    return report_pages.leaderboard(people(measured), measured)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 400])
def test_axe_finds_nothing_on_a_class_in_which_everything_happens(
    new_page, tmp_path, scheme, width
):
    report.write(report_samples.classroom() | {"site": "https://school.org/course"}, tmp_path)
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    (tmp_path / "leaderboard.html").write_text(leaderboard(), "utf-8")
    for name in (
        "index.html",
        "leaderboard.html",
        "students/bob-*.html",
        "students/fails-by-error-*.html",
    ):
        (path, *_) = tmp_path.glob(name)
        page.goto(path.as_uri())
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
