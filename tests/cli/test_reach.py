"""`test --changed`: a change reaches what imports it and what is about its lesson, and little else."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest

from tests import reach

FILES = sorted((reach.ROOT / "tests").rglob("test_*.py"))


def kept(*changed: str, tests: dict[str, str]) -> list[str]:
    """Return which of some tests, file -> name, are reached."""
    found = reach.Reach(set(changed))
    return [
        name
        for file, name in tests.items()
        if found.file(reach.ROOT / "tests" / file) and found.test(reach.ROOT / "tests" / file, name)
    ]


PAIRS = {
    "lessons/test_notebooks.py": "test_x[solutions/09_pinsage]",
    "lessons/test_exercises.py": "test_x[09.3-0]",
    "lessons/lesson09/test_answers.py": "test_x[3]",
}
OTHERS = {
    "lessons/test_notebooks.py": "test_x[notebooks/08_pixie]",
    "lessons/test_exercises.py": "test_x[08.3-0]",
    "lessons/lesson08/test_answers.py": "test_x[3]",
    "library/test_ease.py": "test_x",
    "course/test_grading_sandbox.py": "test_x",
}


@pytest.mark.parametrize(
    "file",
    ["solutions/09_pinsage.py", "graphrec_utils/lessons/lesson09/ex3_pinsage_loss.py",
     "graphrec_utils/models/pinsage.py", "data/results/09_rivals.json"],
)  # fmt: skip
def test_what_belongs_to_a_lesson_or_is_imported_there_reaches_that_lesson(file):
    assert kept(file, tests=PAIRS) == list(PAIRS.values())
    assert kept(file, tests=OTHERS) == []


def test_a_visual_reaches_the_lesson_that_shows_it_and_its_own_tests():
    file = "graphrec_utils/lessons/lesson08/visuals/pixie/pixie.css"
    assert reach.Reach({file}).lessons == {"08"}
    own, others = "lessons/lesson08/test_visuals_pixie.py", "lessons/lesson09/test_visuals_hinge.py"
    shown = {own: "pixie", "library/test_visuals_rules.py": "rules", others: "hinge"}
    assert kept(file, tests=shown) == ["pixie", "rules"]
    assert kept("solutions/08_pixie.py", tests={own: "pixie"}) == []
    assert kept(file, tests=OTHERS) == [
        "test_x[notebooks/08_pixie]", "test_x[08.3-0]", "test_x[3]"]  # fmt: skip


def test_of_tests_that_show_a_visual_each_a_change_reaches_its_own():
    own, other = "test_x[light-pixie]", "test_x[als]"
    file, tests = "library/test_visuals_rules.py", (own, other)
    for changed, reached in (
        ("graphrec_utils/lessons/lesson08/visuals/pixie/pixie.js", [own]),
        ("graphrec_utils/plots/visuals/base/__init__.py", [own, other]),
        ("tests/lessons/lesson08/made.py", [own, other]),
        ("solutions/08_pixie.py", []),
    ):
        assert [name for name in tests if kept(changed, tests={file: name})] == reached, changed
    page = {"lessons/lesson04/test_browser_graph.py": "test_x"}  # writes pages, but not this one
    assert kept("graphrec_utils/lessons/lesson08/visuals/pixie/pixie.js", tests=page) == []


def test_a_text_reaches_a_file_of_tests_that_names_its_lesson_or_goes_through_all():
    tests = {"course/test_export.py": "test_x", "course/test_site.py": "test_y"}
    assert kept("solutions/08_pixie.py", tests=tests) == ["test_y"]
    assert kept("solutions/00_start_here.py", tests=tests) == ["test_x", "test_y"]


def test_the_engine_of_the_checks_reaches_every_lesson_and_the_grader_none():
    assert reach.Reach({"graphrec_utils/exercises/runner.py"}).lessons == set(reach._numbers())
    assert reach.Reach({"graphrec_utils/grading/batch.py"}).lessons == set()
    graded = {"torture/test_torture.py": "test_x", "course/test_grading_command.py": "test_x"}
    assert kept("graphrec_utils/grading/batch.py", tests=graded) == ["test_x"] * 2
    assert kept("graphrec_utils/grading/batch.py", tests=OTHERS) == []


def test_a_helper_of_tests_reaches_those_that_import_it():
    tests = {"browser/test_motion.py": "test_x", "library/test_ease.py": "test_x"}
    assert kept("tests/browser/labdriver.py", tests=tests) == ["test_x"]
    assert kept("tests/library/test_ease.py", tests=tests) == ["test_x"]
    assert len(kept("pyproject.toml", tests=tests)) == 2


def test_no_module_of_the_package_changes_unseen():
    imported = reach.needed([reach._name(path) for path in FILES])
    of_lessons = reach.needed([name for n in reach._numbers() for name in reach._lesson(n)])
    package = sorted((reach.ROOT / "graphrec_utils").rglob("*.py"))
    files = [path.relative_to(reach.ROOT).as_posix() for path in package]
    found = reach.Reach(set(files))._found  # by their folder, and somebody imports who finds them
    assert found <= imported
    modules = {reach._module(file) for file in files if "/cli/" not in file}
    assert modules - imported - of_lessons == set()


def test_the_place_of_a_mistake_is_no_lesson():
    mistakes = {"lessons/test_exercises.py": "test_x[03.4-19]"}
    assert kept("solutions/08_pixie.py", tests=mistakes) == []
    mistakes = {"lessons/test_exercises.py": "test_x[03.4-08]"}
    assert kept("solutions/08_pixie.py", tests=mistakes) == []
    by_light = {"lessons/test_notebooks.py": "test_x[light-08_pixie]"}
    assert kept("solutions/08_pixie.py", tests=by_light) == ["test_x[light-08_pixie]"]


def test_minutes_of_a_lesson_reach_that_lesson_and_other_words_of_the_syllabus_all(monkeypatch):
    new = (reach.ROOT / reach.SYLLABUS).read_text("utf-8")
    row = next(line for line in new.splitlines() if 'Lesson("08"' in line)
    longer = new.replace(row, row.replace("Pixie", "Walks"))
    assert reach.rows(longer, new) == {"08"}
    assert reach.rows(new, new) == reach.rows(longer + "MORE = 1\n", new) == set()
    for old, found in ((longer, {"08"}), (longer + "MORE = 1\n", set(reach._numbers()))):
        said = {"diff": reach.SYLLABUS, "ls-files": "", "show": old, "merge-base": ""}
        monkeypatch.setattr(
            reach.subprocess,
            "run",
            lambda words, said=said, **_: SimpleNamespace(returncode=0, stdout=said[words[1]]),
        )
        assert reach.Reach(reach.changed("HEAD")).lessons == found


def test_a_method_reaches_the_lessons_that_show_it_and_what_lists_methods(monkeypatch):
    new = (reach.ROOT / reach.TABLE).read_text("utf-8")
    row = '    Method("Swing", "16", "pairs of people who share little else"{}),\n'
    start = "TABLE = (\n"
    assert start in new
    for more, found in (("", {"16", "18"}), (', films="item2item"', {"16", "17", "18", "19"})):
        old = new.replace(start, start + row.format(more))
        assert reach.methods(old, new) == reach.methods(new, old) == found
    assert reach.methods(new, new) == reach.methods(old + "MORE = 1\n", new) == set()
    assert reach.methods("", new) == set()  # the table was elsewhere
    said = {"diff": reach.TABLE, "ls-files": "", "show": old, "merge-base": ""}
    monkeypatch.setattr(
        reach.subprocess,
        "run",
        lambda words, **_: SimpleNamespace(returncode=0, stdout=said[words[1]]),
    )
    files = reach.changed("HEAD")
    assert reach.Reach(files).lessons == {"16", "17", "18", "19"}
    tests = {"library/test_methods.py": "test_x", "course/test_course_map.py": "test_y",
             "course/test_site.py": "test_z"}  # fmt: skip
    assert kept(*files, tests=tests) == ["test_x", "test_y", "test_z"]
    assert kept(*files, tests=OTHERS) == []


def test_what_was_changed_beside_a_branch_is_not_its_change(tmp_path, monkeypatch):
    def git(*words):
        author = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *author, *words], cwd=tmp_path, check=True, capture_output=True)

    def commit(name):
        (tmp_path / name).write_text(name, encoding="utf-8")
        git("add", name)
        git("commit", "-q", "-m", name)

    git("init", "-q", "-b", "main")
    commit("before")
    git("switch", "-q", "-c", "branch")
    commit("mine")
    git("switch", "-q", "main")
    commit("beside")
    git("switch", "-q", "branch")
    (tmp_path / "new").touch()
    monkeypatch.setattr(reach, "ROOT", tmp_path)
    assert reach.changed("main") == {"mine", "new"}
    assert reach.changed("HEAD") == {"new"}


def test_a_commit_that_git_does_not_know_gets_a_sentence():
    with pytest.raises(pytest.UsageError, match=r"--changed nowhere: git says .*nowhere"):
        reach.changed("nowhere")
