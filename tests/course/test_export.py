"""What `export` writes for nbgrader and Otter."""

from __future__ import annotations

import sys
import types

import pytest

from graphrec_utils import exercises, paths
from graphrec_utils.authoring import export
from graphrec_utils.exercises.core import Claim, Exercise

NOTEBOOK = paths.root() / "notebooks" / "00_start_here.ipynb"


def run(exercise: Exercise, function, monkeypatch) -> float:
    """Run an exported test file as Otter does and return the points."""
    cases = []

    def test_case(name, points):
        return lambda test: cases.append((points, test))

    fake = types.ModuleType("otter.test_files")
    fake.test_case = test_case
    monkeypatch.setitem(sys.modules, "otter", types.ModuleType("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", fake)
    monkeypatch.setenv("GRAPHREC_RECORD", "0")
    exec(compile(export.otter_test(exercise, "ex"), "ex.py", "exec"), {})
    earned = 0.0
    for points, test in cases:
        try:
            test({exercise.function: function})
        except AssertionError:
            continue
        earned += points
    return earned


@pytest.mark.parametrize("exercise", exercises.of_lesson("00"), ids=lambda e: e.id)
def test_the_reference_earns_all_points_in_otter(exercise, monkeypatch):
    assert run(exercise, exercise.reference, monkeypatch) == pytest.approx(exercise.points)


def stub(*args):
    raise NotImplementedError


@pytest.mark.parametrize("exercise", exercises.of_lesson("00"), ids=lambda e: e.id)
@pytest.mark.parametrize("function", [stub, None, lambda *args: None], ids=["stub", "no", "None"])
def test_nothing_earns_nothing_in_otter(exercise, function, monkeypatch):
    assert run(exercise, function, monkeypatch) == 0


@pytest.mark.parametrize(
    "exercise, mistake",
    [(e, m) for e in exercises.of_lesson("00") for m in e.mistakes],
    ids=lambda x: getattr(x, "name", getattr(x, "id", "")),
)
def test_a_mistake_earns_in_otter_what_its_card_says(exercise, mistake, monkeypatch):
    said = exercises.check(exercise.id, mistake.function)
    assert run(exercise, mistake.function, monkeypatch) == pytest.approx(said, abs=0.01)


def test_a_gate_has_no_test_and_shuts_all():
    claims = (Claim("gate", dict, weight=0), Claim("a", dict, weight=1), Claim("b", dict, weight=3))
    text = export.otter_test(Exercise("00.9", "f", 2, (), claims=claims), "ex-00-9")
    assert "'gate'" not in text
    assert "name='a', points=0.5" in text and "name='b', points=1.5" in text
    assert "result.rows[claim - 3]" in text


@pytest.mark.parametrize("name", export.FORMATS)
def test_where_the_command_stands_it_says_that_the_answers_are_installed(name, tmp_path):
    assert export.main([name, "00", "--out", str(tmp_path)]) == 0
    text = " ".join((tmp_path / "README.md").read_text("utf-8").split())
    assert "the right answers beside the students' code" in text.partition("pip install")[2]


@pytest.mark.parametrize("name", export.FORMATS)
def test_the_notebook_goes_out_unmodified(name, tmp_path):
    assert export.main([name, "00", "--out", str(tmp_path)]) == 0
    (copy,) = tmp_path.rglob("00_start_here.ipynb")
    assert copy.read_bytes() == NOTEBOOK.read_bytes()


def test_otter_gets_a_test_file_per_exercise(tmp_path):
    export.main(["otter", "00", "--out", str(tmp_path)])
    names = sorted(p.name for p in (tmp_path / "00_start_here" / "tests").iterdir())
    assert names == ["ex-00-1.py", "ex-00-2.py", "ex-00-3.py"]


def test_a_lesson_that_does_not_exist_is_refused(tmp_path, capsys):
    assert export.main(["otter", "00", "77", "--out", str(tmp_path)]) == 2
    assert "notebooks/77_" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert export.main(["nbgrader", "00", "--out", str(tmp_path / "file" / "x")]) == 2
    assert "could not write" in capsys.readouterr().err
