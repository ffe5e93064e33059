"""`build --changed`: a new exercise is taken, and what is changed beside a lesson's text is seen."""

from __future__ import annotations

import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest

from graphrec_utils import exercises, paths
from graphrec_utils.authoring.lesson import build, library, source
from graphrec_utils.exercises import questions

CACHED = (library._sources, library._tree, library._home, library._next, library._reached, library._digest)  # fmt: skip
LESSON = paths.root() / "solutions" / "04_graph_view.py"
HEAD = """\
# %% [markdown]
# # 04

# %%
import time

import numpy as np

from graphrec_utils import metrics
from graphrec_utils.exercises import check

# %%
print(time.time_ns())
"""
EXERCISE = """
# %% [markdown]
# {{{{points:04.4}}}} {{{{hints:04.4}}}}

# %% tags=["exercise:04.4"]
{answer}

# %% tags=["check:04.4"]
check("04.4", l3_scores)
"""


@pytest.fixture
def forget():
    """What was read of the package is read again, now and after the test."""

    def forget():
        for function in CACHED:
            function.cache_clear()

    yield forget
    forget()


@pytest.fixture
def package(tmp_path, monkeypatch, forget):
    """A package of five modules; returns a function that gives the digest of `print(m.f())`, files changed first."""
    files = {
        "__init__": "",
        "m/__init__": '"""The face."""\nfrom graphrec_utils.m.a import f\nfrom graphrec_utils.m.c import h\n',
        "m/a": "from graphrec_utils.m.b import g\n\ndef f():\n    return g()\n",
        "m/b": 'def g():\n    """One."""\n    return 1\n',
        "m/c": "def h():\n    return 1\n",
    }
    root = tmp_path / "graphrec_utils"
    monkeypatch.setattr(paths, "PACKAGE", root)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    text = tmp_path / "04_x.py"
    text.write_text("# %%\n1\n", "utf-8")

    def digest(**changed: str) -> str:
        for name, code in (files | {k.replace("_", "/"): v for k, v in changed.items()}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / f"{name}.py").write_text(code, "utf-8")
        forget()
        code = nbformat.v4.new_code_cell
        cells = [code("from graphrec_utils import m"), code("print(m.f())"), code("print(1)")]
        nb = nbformat.v4.new_notebook(cells=cells)
        library.mark(text, nb)
        assert [library.KEY in cell.metadata for cell in nb.cells] == [False, True, False]
        return nb.cells[1].metadata[library.KEY]

    return digest


def test_a_cell_stands_on_the_functions_that_it_names_and_on_theirs(package):
    before = package()
    assert package() == before
    assert package(m_b="def g():\n    return 2\n") != before
    assert package(m_a="def f():\n    return 1\n") != before


def test_comments_docstrings_and_other_functions_of_a_face_do_not_count(package):
    before = package()
    assert package(m_b='# why\ndef g():\n    """Another."""\n    return 1\n') == before
    assert package(m_c="def h():\n    return 2\n") == before


def test_a_metric_stands_on_its_module_not_on_models():
    found = library._reached(frozenset({"graphrec_utils.metrics.coverage"}))
    assert "graphrec_utils.metrics.evaluation" in found
    assert not [name for name in found if name.startswith("graphrec_utils.models")]


def test_a_row_of_the_table_of_methods_concerns_what_shows_methods():
    def shows(name):
        return "graphrec_utils.methods" in library._reached(frozenset({f"graphrec_utils.{name}"}))

    assert shows("style.METHOD") and shows("results.table") and shows("exercises.films.my_films")
    for name in (
        "style.USER",
        "style.use",
        "plots.bipartite",
        "exercises.check",
        "results.verdict",
    ):
        assert not shows(name), name


def test_stored_results_and_scripts_of_a_visual_count(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    (tmp_path / "data" / "results").mkdir(parents=True)
    file = tmp_path / "data" / "results" / "04_x.json"
    file.write_text("{}", "utf-8")
    tree = library.syntax.parse('results.load("04_x", command="python -m x")')
    assert library._results(tree) == {file}
    module = library._home("graphrec_utils.plots.visuals.pixie")
    assert library._sources()[module].parent.joinpath("pixie.js").exists()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A clone with one tiny lesson of 04 and none of its exercises; returns (source, add its exercise)."""
    for name in ("solutions", "data", "notebooks"):
        (tmp_path / name).mkdir()
    shutil.copy(paths.root() / "pyproject.toml", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(paths.root()))
    (cell,) = [c for c in jupytext.read(LESSON).cells if source.role(c) == ("exercise", "04.4")]
    exercise = exercises.get("04.4")
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    monkeypatch.setattr(source.exercises, "of_lesson", lambda number: ())
    monkeypatch.setattr(questions, "of_lesson", lambda number: ())
    path = tmp_path / "solutions" / LESSON.name
    path.write_text(HEAD, "utf-8")

    def add() -> None:
        monkeypatch.setattr(source.exercises, "of_lesson", lambda number: (exercise,))
        monkeypatch.setattr(source.exercises, "get", lambda name: exercise)
        path.write_text(HEAD + EXERCISE.format(answer=cell.source), "utf-8")

    return path, add


def ran(path: Path, monkeypatch) -> dict[str, list[str]]:
    """Return the ids of the cells that `rebuild` runs in each notebook; nothing is run or written."""
    found = {}
    with monkeypatch.context() as patch:
        patch.setattr(build, "_write", lambda *_: [])
        patch.setattr(
            build,
            "_execute",
            lambda _, name, nb, cells: found.update({name: [c.id for c in cells]}),
        )
        build.rebuild(path)
    return found


def test_a_new_exercise_and_later_its_claims_run_and_nothing_else(course, monkeypatch, forget):
    path, add = course
    first = {p.parent.name: nbformat.read(p, 4).cells for p in build.build(path)}
    add()
    for p in build.rebuild(path):
        cells = nbformat.read(p, 4).cells
        assert cells[2].outputs == first[p.parent.name][2].outputs  # the time: it did not run
        (check,) = [c for c in cells if source.role(c) == ("check", "04.4")]
        (result,) = [o.data["application/vnd.graphrec.result+json"] for o in check.outputs]
        assert (result["points"] > 0) == (p.parent.name == "solutions")
    assert build.stale(path) == []
    assert ran(path, monkeypatch) == {"student": [], "solved": []}

    module, digest = "graphrec_utils.lessons.lesson04.ex4_l3_scores", library._digest
    monkeypatch.setattr(library, "_digest", lambda m: b"new" if m == module else digest(m))
    cells = {name: found[-2:] for name, found in ran(path, monkeypatch).items()}
    assert cells == {name: ["ex-04-4", "check-04-4"] for name in ("student", "solved")}
    assert build.stale(path) == []  # the inputs are what the source says


def test_what_was_never_built_is_refused(course):
    path, add = course
    add()
    with pytest.raises(source.SourceError, match="the solved notebook was never built"):
        build.rebuild(path)
