"""Every notebook runs as it is stored; what it stores is what its lesson promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import nbformat
import pytest

from graphrec_utils import exercises, paths
from graphrec_utils.authoring.build import ENVIRONMENT, stale
from graphrec_utils.authoring.source import role, sources, target
from graphrec_utils.exercises.card import MIME

ROOT = paths.root()
SOURCES = sources()
BOTH = [target(source, name) for source in SOURCES for name in ("solved", "student")]


def label(path) -> str:
    return f"{path.parent.name}/{path.stem}"


def per_notebook(test):
    return pytest.mark.parametrize("path", BOTH, ids=label)(test)


def per_lesson(test):
    return pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.stem)(test)


def cells(path, kind="code"):
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == kind]


def scores(path) -> dict[str, dict]:
    """Return the stored result of every check."""
    found = {}
    for cell in cells(path):
        if role(cell) and role(cell)[0] == "check":
            (output,) = cell.outputs
            found[role(cell)[1]] = output.data[MIME]
    return found


@per_notebook
def test_nbval_finds_the_stored_outputs_again(path, tmp_path):
    """Also the report of time and memory: printed, with limits that leave room for slow machines."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "nbval_rules"]
    command += ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300", str(path)]
    env = os.environ | ENVIRONMENT | {"GRAPHREC_STATE": str(tmp_path)}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "tests" / "lessons"), str(ROOT)])
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=900)
    seconds = time.monotonic() - start
    print(f"{label(path)}: {seconds:.0f} s")
    assert done.returncode == 0, done.stdout[-4000:]
    assert seconds < 240


@per_lesson
def test_the_solved_notebook_has_full_points(source):
    for name, result in scores(target(source, "solved")).items():
        assert result["points"] == exercises.get(name).points, name


@per_lesson
def test_the_student_notebook_has_no_points_and_no_traceback(source):
    path = target(source, "student")
    assert {r["points"] for r in scores(path).values()} == {0}
    assert not [o for c in cells(path) for o in c.outputs if o.output_type == "error"]


@per_lesson
def test_the_notebooks_are_what_the_source_says(source):
    assert stale(source) == []


@per_notebook
def test_nothing_is_stored_that_belongs_to_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert '"name": "stderr"' not in text
    assert str(ROOT) not in text
    assert not re.search(r"ipykernel_\d+|0x[0-9a-f]{8,}", text)


@per_notebook
def test_every_picture_is_followed_by_a_caption(path):
    """A figure's caption describes it: it is what a screen reader has instead of the figure."""
    notebook = nbformat.read(path, 4)
    for cell, after in zip(notebook.cells, notebook.cells[1:], strict=False):
        shown = [o for o in cell.get("outputs", []) if "image/png" in o.get("data", {})]
        if shown:
            caption = after.source if after.cell_type == "markdown" else ""
            assert re.match(r"\*Figure \d+\.\d+\. ", caption), cell.source
            assert len(caption.split("*")[1].split()) >= 12, caption


@per_lesson
def test_a_lesson_has_the_parts_every_lesson_has(source):
    path = target(source, "student")
    text = "\n".join(c.source for c in cells(path, "markdown"))
    first = cells(path, "markdown")[0].source
    assert re.match(rf"# {source.name[:2]} · ", first)
    for words in ("**You will**", "**Time**"):
        assert words in first
    for heading in ("Take away", "Quiz"):
        assert f"## {heading}" in text
    assert "Predict first" in text
    assert "**Further reading.**" in text


@per_lesson
def test_cells_are_short(source):
    """House rule: at most 30 lines, half of the cells at most 8 (without docstrings)."""
    sizes = []
    for cell in cells(target(source, "solved"))[1:]:
        code = re.sub(r'"""(.|\n)*?"""', "", cell.source)
        lines = [x for x in code.splitlines() if x.strip() and not x.strip().startswith("#")]
        sizes.append(len(lines))
        assert len(lines) <= 30, cell.source
    assert sorted(sizes)[len(sizes) // 2] <= 8


@per_lesson
def test_words_that_talk_down_are_not_used(source):
    prose = "\n".join(c.source for c in cells(target(source, "student"), "markdown"))
    found = re.findall(r"\b(obviously|simply|trivially|of course|clearly)\b", prose, re.I)
    assert not found
