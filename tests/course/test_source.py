"""A source becomes two notebooks, or is refused with file, cell and reason."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.lesson import build, predictions, readme, source
from graphrec_utils.authoring.lesson.source import SourceError, notebooks
from graphrec_utils.exercises import questions

LESSON = paths.root() / "solutions" / "00_start_here.py"


@pytest.fixture(scope="module")
def pair():
    return notebooks(LESSON)


def code(nb, kind: str, name: str):
    return next(c for c in nb.cells if source.role(c) == (kind, name))


def edited(tmp_path, old: str, new: str):
    """Return a copy of lesson 00's source with one passage replaced."""
    text = LESSON.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / LESSON.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_student_gets_a_stub_and_the_solution_stays(pair):
    student, solved = (code(pair[k], "exercise", "00.1").source for k in ("student", "solved"))
    assert 'raise NotImplementedError("Exercise 00.1")' in student
    assert "m, n = R.shape" not in student
    assert "m, n = R.shape" in solved
    assert "### BEGIN SOLUTION" in solved


def test_given_code_is_the_students_start_and_absent_from_the_solution(pair):
    student, solved = (code(pair[k], "exercise", "00.3").source for k in ("student", "solved"))
    assert student.endswith(
        "    popularity = R.sum(dim=0)  # (n,) likes per item\n"
        "    return popularity.argsort(descending=True, stable=True)[:top]"
    )
    assert "popularity[R[u] > 0] = -1" not in student
    assert "GIVEN" not in solved
    compile(student, "student", "exec")
    compile(solved, "solved", "exec")


def test_an_answer_cell_carries_marker_id_and_nbgrader_metadata(pair):
    cell = code(pair["student"], "exercise", "00.1")
    assert cell.source.startswith("# exercise 00.1\n")
    assert cell.id == "ex-00-1"
    assert cell.metadata.nbgrader == {
        "schema_version": 3, "cell_type": "code", "task": False, "grade_id": "ex-00-1",
        "grade": False, "solution": True, "locked": False,
    }  # fmt: skip
    assert cell.metadata.graphrec["exercise"] == "00.1"


def test_a_check_cell_is_locked_worth_points_and_compared(pair):
    cell = code(pair["solved"], "check", "00.3")
    assert cell.metadata.nbgrader.points == 5
    assert cell.metadata.nbgrader.locked
    assert "nbval-check-output" in cell.metadata.tags


def test_notebooks_are_valid_and_ids_unique(pair):
    for nb in pair.values():
        nbformat.validate(nb)
        ids = [c.id for c in nb.cells]
        assert len(set(ids)) == len(ids)


def test_speaker_notes_are_not_in_the_students_notebook(pair):
    def notes(nb):
        return [c for c in nb.cells if "notes" in c.metadata.get("tags", [])]

    assert notes(pair["solved"])
    assert not notes(pair["student"])


def test_ids_do_not_move_when_a_cell_is_inserted(pair, tmp_path):
    longer = notebooks(edited(tmp_path, "# ## 0.1 How", "# New.\n\n# %% [markdown]\n# ## 0.1 How"))
    assert {c.id for c in pair["student"].cells} - {c.id for c in longer["student"].cells} == set()


def test_hints_points_and_quiz_are_written_from_one_list(pair):
    text = "\n".join(c.source for c in pair["student"].cells if c.cell_type == "markdown")
    assert "{{" not in text
    assert "(5 points)" in text
    assert text.count("<summary>Hint 3</summary>") == 3
    quiz = [q for q in questions.of_lesson("00") if q.kind == "q"]
    assert text.count("<summary>Answers</summary>") == len(quiz)
    assert all(
        option in text and said in text for question in quiz for option, said in question.options
    )


def test_a_question_that_a_branch_asks_leaves_the_quiz(monkeypatch, tmp_path):
    marked = [replace(q, branch=q.id == "00.q2") for q in questions.of_lesson("00")]
    with_mark = {"00": tuple(marked)}
    monkeypatch.setattr(questions, "of_lesson", lambda number: with_mark.get(number, ()))
    placed = edited(tmp_path, "# ## 0.1 How", "# {{quiz:00.q2}}\n#\n# ## 0.1 How")
    prose = [c.source for c in notebooks(placed)["student"].cells if c.cell_type == "markdown"]
    (asked,) = [text for text in prose if "**00.q2** " in text]
    assert "## 0.1 How" in asked and "**00.q1** " not in asked and "✓" in asked
    assert "\n".join(prose).count("**00.q1** ") == 1


def test_a_question_of_a_branch_is_marked_and_one_of_the_core_is_not(monkeypatch, tmp_path):
    placed = edited(tmp_path, "# ## 0.1 How", "# {{quiz:00.q2}}\n#\n# ## 0.1 How")
    with pytest.raises(SourceError, match=r"question 00\.q2 stands alone, and lacks branch=True"):
        notebooks(placed)
    marked = tuple(replace(q, branch=q.id == "00.q1") for q in questions.of_lesson("00"))
    monkeypatch.setattr(questions, "of_lesson", lambda number: marked)
    with pytest.raises(SourceError, match=r"00\.q1 stands in no branch, and has branch=True"):
        notebooks(LESSON)


def test_a_check_before_its_exercise_is_refused(tmp_path):
    """A card above the answer cell judges the answer of the run before."""
    cells = re.split(r"(?=^# %%)", LESSON.read_text("utf-8"), flags=re.MULTILINE)
    answer, check = (
        next(k for k, cell in enumerate(cells) if f'"{kind}:00.2"' in cell.partition("\n")[0])
        for kind in ("exercise", "check")
    )
    cells.insert(answer, cells.pop(check))
    path = tmp_path / LESSON.name
    path.write_text("".join(cells), encoding="utf-8")
    with pytest.raises(SourceError, match=r"exercise 00\.2 has no check after it"):
        notebooks(path)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('# %% tags=["check:00.2"]\n', "# %%\n", "exercise 00.2 has no check after it"),
        ('tags=["exercise:00.2"]', 'tags=["exercise:00.1"]', "exercise 00.1 repeats cell"),
        ('tags=["exercise:00.2"]', 'tags=["exercise:00.9"]', "there is no exercise '00.9'"),
        ('tags=["exercise:00.2"]', "", "exercise 00.2 is not in the lesson"),
        ('tags=["setup"]', 'tags=["set-up"]', "unknown tag 'set-up'"),
        ("    ### SOLUTION\n", "", "exercise 00.1 has no ### SOLUTION"),
        ("{{minutes}}", "{{hours}}", "unknown field {{hours}}"),
        ("{{hints:00.2}}", "{{hints:00.8}}", "lesson00/ex8_name.py"),
        ("{{hints:00.2}}", "{{hints:00.2}} {{quiz:00.q99}}", "lesson00/questions.py"),
        ("{{hints:00.2}}", "", "the prose above lacks {{hints:00.2}}"),
        (" ({{points:00.2}})", "", "the prose above lacks {{points:00.2}}"),
        ("def summarize(", "def summary(", "exercise 00.1 does not define summarize"),
        ('check("00.2", ', 'check("00.1", ', 'the cell does not call check("00.2", build_index)'),
        (
            "# ### Exercise 00.2",
            "# ## ↳ More\n# ### Exercise 00.2",
            "exercise 00.2 is in a branch, its module lacks branch=True",
        ),
    ],
)
def test_a_source_that_breaks_a_rule_is_refused(tmp_path, old, new, reason):
    with pytest.raises(SourceError, match=r"00_start_here.py, cell .+: ") as error:
        notebooks(edited(tmp_path, old, new))
    assert reason in str(error.value)


def test_an_exercise_of_the_core_is_no_branch_and_full_marks_are_the_core(monkeypatch, tmp_path):
    monkeypatch.setattr(exercises.get("00.2"), "branch", True)
    with pytest.raises(SourceError, match=r"00\.2 is in the core, its module has branch=True"):
        notebooks(LESSON)
    below = edited(tmp_path, "# ### Exercise 00.2", "# ## ↳ More\n# ### Exercise 00.2")
    text = below.read_text("utf-8").replace("# ### Exercise 00.3", "# ## Back\n# ### Exercise 00.3")
    below.write_text(text, "utf-8")
    prose = "\n".join(c.source for c in notebooks(below)["student"].cells)
    extra = exercises.get("00.2").points
    full = sum(e.points for e in exercises.of_lesson("00")) - extra
    assert f"({extra} extra points)" in prose and f"{full} (and {extra} extra in branches)" in prose


@pytest.mark.parametrize("file", source.sources(), ids=lambda file: file.stem)
def test_no_cell_is_lost_in_the_one_above_it(file):
    """`# % [markdown]` begins no cell: five questions of branches once were comments in the cell above."""
    text = file.read_text("utf-8")
    wrong = [x for x in re.findall(r"^# ?%.*", text, re.MULTILINE) if not re.match("# %%( |$)", x)]
    assert not wrong


def test_an_exercise_that_cannot_be_read_is_told_without_a_traceback(monkeypatch):
    def of_lesson(number):
        raise ValueError("ex1_name lacks claims")

    monkeypatch.setattr(source.exercises, "of_lesson", of_lesson)
    with pytest.raises(SourceError, match=r"^00_start_here.py, cell -: ex1_name lacks claims$"):
        notebooks(LESSON)


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A clone with one tiny lesson; returns a function that writes its only code cell."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copy(paths.root() / "pyproject.toml", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(paths.root()))
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    monkeypatch.setattr(source.exercises, "of_lesson", lambda number: ())
    monkeypatch.setattr(questions, "of_lesson", lambda number: ())

    def write(cell: str):
        path = tmp_path / "solutions" / "04_graph_view.py"
        path.write_text(f"# %% [markdown]\n# # 04\n\n# %%\n{cell}\n", encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("# why\n1 / 0", "student notebook fails at `1 / 0`: ZeroDivisionError: division by zero"),
        ("import sys\nprint('careful', file=sys.stderr)", "writes to stderr: careful"),
        ("import warnings\nwarnings.warn('old')", "writes to stderr"),
        ("import os\nos._exit(1)", "the student notebook fails at `import os`: the kernel died"),
        ("print('NOTICE: PinWorld (synthetic) takes its place')", "must not be stored"),
    ],
)
def test_a_lesson_that_fails_or_warns_is_refused_and_nothing_is_written(small, cell, reason):
    path = small(cell)
    with pytest.raises(SourceError, match=r"04_graph_view\.py, cell 4: ") as error:
        build.build(path)
    assert reason in str(error.value)
    assert not list(paths.root().rglob("*.ipynb"))


def test_a_key_that_says_something_else_than_was_measured_is_refused(small, monkeypatch):
    def measuring(cells, among):  # what stands there if a prediction disagrees
        wrong = new_code_cell("raise ValueError('the key marks a, and b was measured')")
        wrong.id = f"{predictions.MEASURES}04_p1-{cells[2].id}"
        return [*cells[:3], wrong, *cells[3:]]

    monkeypatch.setattr(predictions, "measuring", measuring)
    with pytest.raises(SourceError, match=r"cell 3: the key marks a, and b was measured$"):
        build.build(small("print(1)"))
    assert not list(paths.root().rglob("*.ipynb"))


def test_a_cell_that_never_ends_is_told_by_its_first_line_and_what_to_do(small, monkeypatch):
    monkeypatch.setattr(build, "CELL_SECONDS", 5)
    with pytest.raises(
        SourceError, match=r"at `import time`: no answer in 5 s; make it faster, or"
    ):
        build.build(small("import time\ntime.sleep(600)"))


def test_the_check_names_the_lessons_to_build_and_no_other(monkeypatch, capsys):
    lessons = [Path("solutions") / f"{x.stem}.py" for x in syllabus.LESSONS[:4]]
    old = {"01_recommender_basics": ["old"], "03_learned_similarity": ["old", "old"]}
    monkeypatch.setattr(build, "sources", lambda numbers: lessons)
    monkeypatch.setattr(build, "stale", lambda source: old.get(source.stem, []))
    monkeypatch.setattr(readme, "stale", lambda: ["README.md is not what the lessons say"])
    assert build.main(["--check"]) == 1
    run = "run: python3 -m graphrec_utils build"
    assert capsys.readouterr().out.endswith(f"\n{run} --changed 01 03\n")
    old["01_recommender_basics"] = [f"it {build.NOT_RUN}"]  # which needs all cells
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out.endswith(f"\n{run} 01 03\n")
    old.clear()  # any build renews the README
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out.endswith(f"say\n{run} --changed 00\n")
    monkeypatch.setattr(readme, "stale", lambda: [])
    assert (build.main(["--check"]), capsys.readouterr().out) == (0, "")


def test_building_twice_gives_the_same_bytes_and_a_hand_edit_is_caught(small):
    path = small("import random\nprint({1, 2}, hash('a'))\n[1.5]")
    first = {p: p.read_bytes() for p in build.build(path)}
    second = {p: p.read_bytes() for p in build.build(path)}
    assert first == second
    assert len(first) == 2
    assert build.stale(path) == []
    student = source.target(path, "student")
    nb = nbformat.read(student, 4)
    nb.cells[-1].source += "  # by hand"
    nbformat.write(nb, student)
    assert build.stale(path) == ["notebooks/04_graph_view.ipynb is not what 04_graph_view.py says"]


def test_a_missing_notebook_is_stale(small):
    assert len(build.stale(small("1"))) == 2


def test_an_unknown_lesson_cannot_be_built(capsys):
    assert build.main(["44"]) == 2
    assert "there is no solutions/44_*.py" in capsys.readouterr().err


def test_without_a_repository_there_are_no_buttons_and_a_clone_is_asked_for(pair):
    text = "\n".join(c.source for c in pair["student"].cells)
    assert "colab.research" not in text
    assert "when the session ends" not in text
    assert "pip install" not in text
    assert "open this notebook inside a clone" in text
    assert readme.badges(None) == ""


def test_with_a_repository_buttons_and_the_colab_line_are_written():
    nb = notebooks(LESSON, "someone/course")["student"]
    text = "\n".join(c.source for c in nb.cells)
    assert (
        "https://colab.research.google.com/github/someone/course/blob/main/notebooks/00_start_here.ipynb"
        in text
    )
    assert (
        "https://mybinder.org/v2/gh/someone/course/main?urlpath=lab/tree/notebooks/00_start_here.ipynb"
        in text
    )
    assert "everything you write is gone when the session ends" in text
    assert "--no-deps" in text
    assert "github.com/someone/course@v" in text
    assert "Launch" in readme.table("someone/course")
    assert "mybinder" in readme.badges("someone/course")
    nbformat.validate(nb)


def test_the_repository_is_read_from_pyproject(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text('[tool.graphrec]\nrepository = "a/b"\n')
    assert source.repository(file) == "a/b"
    file.write_text("[tool.graphrec]\n")
    assert source.repository(file) is None


def test_the_readme_marks_lessons_that_are_not_there_yet(monkeypatch):
    table = readme.table(None)
    minutes = syllabus.LESSONS[0].minutes
    row = f"| 00 · [Start here](notebooks/00_start_here.ipynb) | 30 min | {minutes} min | 10 |"
    assert row in table
    monkeypatch.setattr(readme, "sources", list)
    minutes = syllabus.LESSONS[18].minutes
    assert f"| 18 · Capstone | 60 min | {minutes} min | coming |" in readme.table(None)


def test_of_a_changed_lesson_only_what_changes_runs_again(small):
    cells = ("import time", "print(time.time_ns())", "b = 1", "print(b)")
    path = small("\n\n# %%\n".join(cells))
    first = {p: nbformat.read(p, 4).cells for p in build.build(path)}
    text = path.read_text("utf-8")
    path.write_text(text.replace("# # ", "# # Now: ").replace("b = 1", "b = 2"), "utf-8")
    assert build.stale(path)
    for p in build.rebuild(path):
        now = nbformat.read(p, 4).cells
        assert now[0].source.startswith("# Now: ")
        (timed, read) = now[-4].outputs, now[-2].outputs
        assert timed == first[p][-4].outputs  # nothing reaches it: it did not run
        assert [x.text for x in read] == ["2\n"]
        assert [c.execution_count for c in now if c.cell_type == "code"] == [1, 2, 3, 4, 5, 6]
    assert build.stale(path) == []


def test_prose_alone_runs_nothing_and_a_lesson_never_built_is_refused(small, monkeypatch):
    path = small("print(1)")
    with pytest.raises(SourceError, match="never built"):
        build.rebuild(path)
    build.build(path)
    path.write_text(path.read_text("utf-8").replace("# # ", "# # Now: "), "utf-8")
    monkeypatch.setattr(build, "NotebookClient", None)
    build.rebuild(path)
    assert build.stale(path) == []
