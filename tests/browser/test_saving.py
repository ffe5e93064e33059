"""A lesson that was opened and saved, and nothing else, is the file that was handed out: git stays clean."""

from __future__ import annotations

import platform

import nbformat
import pytest
from labdriver import ROOT, open_notebook

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*[a-z].ipynb"))
ORDINARY = ("00", "05")


def saved(page, server, lesson, name: str) -> bytes:
    """Open a lesson, let it settle, save it as a student does, and return the bytes of the file."""
    file = server.folder / server.add(lesson, name)
    before = file.stat().st_mtime_ns
    open_notebook(page, server, name)
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name="Save Notebook").first.click()
    for _ in range(100):
        page.wait_for_timeout(100)
        if file.stat().st_mtime_ns != before:
            break
    else:
        pytest.fail("the notebook was not saved")
    page.wait_for_timeout(300)
    return file.read_bytes()


def same_python(lesson) -> bool:
    return nbformat.read(lesson, 4).metadata.language_info.version == platform.python_version()


@pytest.mark.parametrize(
    "lesson",
    [pytest.param(x, marks=() if x.name[:2] in ORDINARY else pytest.mark.full, id=x.stem)
     for x in LESSONS],
)  # fmt: skip
def test_a_lesson_saved_by_lab_is_as_it_was(lab, page, lesson):
    if not same_python(lesson):
        pytest.skip("Jupyter writes the version of the kernel's Python, and this is another one")
    assert saved(page, lab, lesson, f"saved-{lesson.name}") == lesson.read_bytes()


def test_a_lesson_saved_by_notebook_7_is_as_it_was(notebook7, page):
    lesson = LESSONS[0]
    if not same_python(lesson):
        pytest.skip("Jupyter writes the version of the kernel's Python, and this is another one")
    assert saved(page, notebook7, lesson, f"saved-{lesson.name}") == lesson.read_bytes()
