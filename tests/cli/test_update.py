"""`update` on real git repositories: whatever was written in a lesson is in the new one, or beside it."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from graphrec_utils import paths
from graphrec_utils.cli import update
from graphrec_utils.cli.setup.environment import CannotRun

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
NAME = "notebooks/06_lightgcn.ipynb"
STUB = "# exercise 06.1\nraise NotImplementedError"
MINE = "# exercise 06.1\nreturn A @ E0"


def code(name: str, source: str, outputs=()) -> dict:
    """Return a code cell as JupyterLab writes it."""
    return {"cell_type": "code", "execution_count": 1, "id": name, "metadata": {},
            "outputs": list(outputs), "source": source.splitlines(keepends=True)}  # fmt: skip


def text(*cells: dict) -> str:
    """Return the file of a notebook."""
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


LESSON = (code("a", "import x"), code("ex-06-1", STUB), code("check-06-1", "check()"))


def git(folder, *arguments) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True,
                          capture_output=True, text=True)  # fmt: skip
    return done.stdout


@pytest.fixture
def course(tmp_path, monkeypatch):
    """(the course, a student's clone of it)."""
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    course, clone = tmp_path / "course", tmp_path / "clone"
    (course / "notebooks").mkdir(parents=True)
    (course / NAME).write_text(text(*LESSON))
    (course / "README.md").write_text("first\n")
    (course / ".gitignore").write_text("notebooks/*.mine-*.ipynb\n")
    git(course, "init", "-q", "-b", "main")
    git(course, "add", ".")
    git(course, "commit", "-qm", "lessons")
    git(tmp_path, "clone", "-q", str(course), str(clone))
    monkeypatch.setattr(paths, "root", lambda: clone)
    return course, clone


def publish(course, *cells: dict, name: str = NAME) -> None:
    """Commit a new version of a lesson."""
    (course / name).write_text(text(*cells))
    git(course, "add", ".")
    git(course, "commit", "-qm", "new")


def sources(clone) -> dict[str, str]:
    cells = json.loads((clone / NAME).read_text())["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def left_beside(clone) -> list[str]:
    return sorted(x.name for x in (clone / "notebooks").glob("*.mine-*"))


NEW = (code("b", "import x, y"), code("ex-06-1", STUB + "  # new"), code("check-06-1", "check()"))


def test_answers_and_own_cells_are_in_the_new_lesson(course, capsys):
    theirs, clone = course
    own = code("0wn", "plot(mine)")
    answer = code("ex-06-1", MINE, [{"output_type": "stream", "name": "stdout", "text": "hi"}])
    (clone / NAME).write_text(text(LESSON[0], answer, own, LESSON[2]))
    publish(theirs, *NEW)
    assert update.main([]) == 0
    assert list(sources(clone).items()) == [
        ("b", "import x, y"), ("ex-06-1", MINE), ("0wn", "plot(mine)"), ("check-06-1", "check()")
    ]  # fmt: skip
    assert json.loads((clone / NAME).read_text())["cells"][1]["outputs"][0]["text"] == "hi"
    assert "06_lightgcn is new: the 2 cells you wrote are in it." in capsys.readouterr().out
    assert left_beside(clone) == []
    assert git(clone, "rev-parse", "HEAD") == git(theirs, "rev-parse", "HEAD")
    publish(theirs, *NEW, code("c", "more"))  # and once more, on top of it
    assert update.main([]) == 0
    assert sources(clone)["ex-06-1"] == MINE
    assert sources(clone)["c"] == "more"


def test_a_lesson_that_was_only_run_is_replaced_and_git_is_clean(course, capsys):
    theirs, clone = course
    ran = [cell | {"execution_count": 7} for cell in LESSON]
    (clone / NAME).write_text(text(*ran))
    publish(theirs, *NEW)
    assert update.main([]) == 0
    assert (clone / NAME).read_text() == text(*NEW)
    assert git(clone, "status", "--porcelain") == ""
    assert "nothing of yours had to be kept" in capsys.readouterr().out


def test_a_lesson_the_update_does_not_change_is_left_alone(course):
    theirs, clone = course
    (clone / NAME).write_text(text(LESSON[0], code("ex-06-1", MINE), LESSON[2]))
    before = (clone / NAME).read_bytes()
    publish(theirs, *LESSON, name="notebooks/07_graphsage.ipynb")
    assert update.main([]) == 0
    assert (clone / NAME).read_bytes() == before
    assert (clone / "notebooks" / "07_graphsage.ipynb").exists()


def test_what_has_no_place_in_the_new_lesson_stays_beside_it(course, capsys):
    theirs, clone = course
    mine = text(code("a", "import x, mine"), code("ex-06-1", MINE), LESSON[2])
    (clone / NAME).write_text(mine)
    publish(theirs, *NEW)  # there is no cell "a" any more
    assert update.main([]) == 0
    assert sources(clone)["ex-06-1"] == MINE
    assert left_beside(clone) == ["06_lightgcn.mine-1.ipynb"]
    assert (clone / "notebooks" / "06_lightgcn.mine-1.ipynb").read_text() == mine
    assert "see notebooks/06_lightgcn.mine-1.ipynb" in capsys.readouterr().out


@pytest.mark.parametrize("damaged", ["{", "[]", '{"cells": [{}]}'])
def test_a_notebook_that_is_none_stays_beside_the_new_one(course, damaged):
    theirs, clone = course
    (clone / NAME).write_text(damaged)
    publish(theirs, *NEW)
    assert update.main([]) == 0
    assert (clone / NAME).read_text() == text(*NEW)
    assert (clone / "notebooks" / "06_lightgcn.mine-1.ipynb").read_text() == damaged


def test_a_lesson_that_was_renamed_keeps_yours(course):
    theirs, clone = course
    (clone / NAME).write_text(text(LESSON[0], code("ex-06-1", MINE), LESSON[2]))
    git(theirs, "mv", NAME, "notebooks/06_other.ipynb")
    git(theirs, "commit", "-qm", "new name")
    assert update.main([]) == 0
    assert left_beside(clone) == ["06_lightgcn.mine-1.ipynb"]


def test_nothing_new_is_said_and_nothing_touched(course, capsys):
    _, clone = course
    (clone / NAME).write_text("mine")
    assert update.main([]) == 0
    assert "up to date" in capsys.readouterr().out
    assert (clone / NAME).read_text() == "mine"


def everything(clone) -> dict[str, bytes]:
    return {
        x.name: x.read_bytes() for x in clone.rglob("*") if x.is_file() and ".git" not in x.parts
    }


def refused(clone, words: str) -> None:
    """`update` says why it cannot, and every file is as it was."""
    before = everything(clone)
    with pytest.raises(CannotRun, match=words):
        update.main([])
    assert everything(clone) == before


def test_another_file_that_both_changed_is_the_users_to_merge(course):
    theirs, clone = course
    (clone / "README.md").write_text("mine\n")
    (clone / NAME).write_text(text(LESSON[0], code("ex-06-1", MINE), LESSON[2]))
    (theirs / "README.md").write_text("second\n")
    publish(theirs, *NEW)
    refused(clone, "you have changed README.md, and so has the new version")


def test_a_file_in_the_way_of_git_changes_nothing(course):
    theirs, clone = course
    (clone / NAME).write_text(text(LESSON[0], code("ex-06-1", MINE), LESSON[2]))
    (clone / "new.txt").write_text("untracked, mine")
    (theirs / "new.txt").write_text("theirs")
    publish(theirs, *NEW)
    refused(clone, "git cannot update this clone")


def test_own_commits_are_not_merged(course):
    theirs, clone = course
    (clone / "README.md").write_text("mine\n")
    git(clone, "commit", "-qam", "mine")
    publish(theirs, *NEW)
    refused(clone, "commits of its own")


def test_without_a_course_to_follow_the_reason_is_said(course):
    _, clone = course
    git(clone, "remote", "remove", "origin")
    refused(clone, "follows no other repository")


def test_a_course_that_cannot_be_reached_changes_nothing(course):
    theirs, clone = course
    shutil.move(theirs, f"{theirs}-gone")
    refused(clone, "cannot be fetched")


def test_killed_in_the_middle_the_answers_are_beside_the_lesson(course, monkeypatch):
    theirs, clone = course
    mine = text(LESSON[0], code("ex-06-1", MINE), LESSON[2])
    (clone / NAME).write_text(mine)
    publish(theirs, *NEW)

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(update, "_put_back", killed)
    with pytest.raises(KeyboardInterrupt):
        update.main([])
    assert (clone / "notebooks" / "06_lightgcn.mine-1.ipynb").read_text() == mine


def test_without_git_the_sentence_says_what_to_do(course, monkeypatch):
    monkeypatch.setattr(update.subprocess, "run", lambda *_, **__: (_ for _ in ()).throw(OSError()))
    with pytest.raises(CannotRun, match="needs git, which is not installed"):
        update.main([])
