"""A lesson that was opened and saved, and nothing else, is the file that was handed out: git stays clean.

Where somebody has written and run, `update` brings the new edition and keeps what was written.
"""

from __future__ import annotations

import platform
import shutil
import subprocess

import nbformat
import pytest

from graphrec_utils import paths
from graphrec_utils.cli import update
from tests.browser.labdriver import ROOT, cell, open_notebook, run_cell, write

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*[a-z].ipynb"))
ORDINARY = ("00", "05")


def saved(page, server, lesson, name: str) -> bytes:
    """Open a lesson, let it settle, save it as a student does, and return the bytes of the file."""
    file = server.folder / server.add(lesson, name)
    open_notebook(page, server, name)
    return save(page, file)


def save(page, file) -> bytes:
    """Save the open notebook from the menu; return the bytes of its file."""
    before = file.stat().st_mtime_ns
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


ANSWER = "# exercise 00.1\ndef density(R):\n    return 0.25"
NEWS = "A sentence that the new edition of the lesson has."


def git(folder, *arguments) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture(params=["lab", "notebook7"])
def jupyter(request):
    return request.getfixturevalue(request.param)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_what_was_written_and_run_is_in_the_new_edition_of_the_lesson(
    jupyter, page, tmp_path, monkeypatch, capsys
):
    """Opened, answered, run, saved, closed; the course has a new edition; `update`; opened again."""
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    course, clone = tmp_path / "course", jupyter.folder / "clone"
    lesson = course / "notebooks" / LESSONS[0].name
    lesson.parent.mkdir(parents=True)
    shutil.copyfile(LESSONS[0], lesson)
    git(course, "init", "-q", "-b", "main")
    git(course, "add", ".")
    git(course, "commit", "-qm", "lessons")
    git(tmp_path, "clone", "-q", str(course), str(clone))
    monkeypatch.setattr(paths, "root", lambda: clone)

    name = f"clone/notebooks/{lesson.name}"
    file = clone / "notebooks" / lesson.name
    open_notebook(page, jupyter, name)
    exercise = cell(page, "# exercise 00.1")
    write(page, exercise, ANSWER)
    run_cell(page, exercise)
    save(page, file)
    page.goto("about:blank")

    book = nbformat.read(lesson, 4)
    book.cells[0].source += f"\n\n{NEWS}"
    nbformat.write(book, lesson)
    git(course, "commit", "-qam", "a new edition")
    assert update.main([]) == 0
    assert "the cell you wrote is in it" in capsys.readouterr().out

    open_notebook(page, jupyter, name)
    page.get_by_role("paragraph").filter(has_text=NEWS).wait_for()
    cell(page, "# exercise 00.1").get_by_text("return 0.25").first.wait_for()
