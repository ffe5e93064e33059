"""The command line of `grade`: exit codes, sentences, and what a batch keeps in its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from graphrec_utils.grading import collect, command, crew, report


def entry(student="ann", points=4.0, status="graded", exercises=()) -> dict:
    return {
        "student": student, "lesson": "00", "file": f"{student}/a.ipynb", "status": status,
        "reason": "", "points": points, "max_points": 10, "seconds": 1.0, "course": "", "notes": [],
        "warnings": [], "exercises": list(exercises),
    }  # fmt: skip


def exercise(name: str, points: float) -> dict:
    return {"id": name, "function": "f", "points": points, "max_points": 5, "status": "partial",
            "reason": "", "mistake": "", "rows": [], "seconds": 0.0, "notes": []}  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a class of two with empty notebooks; the workers are replaced by `workers`."""
    for name in ("ann", "bob"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "a.ipynb").write_text("{}")
    return tmp_path


@pytest.fixture
def workers(monkeypatch):
    """Replace the workers: entries are taken from here, and the jobs that came are kept."""

    class Workers:
        jobs: list[dict] = []  # noqa: RUF012
        make = staticmethod(lambda job: entry(job["student"]))

    monkeypatch.setattr(Workers, "jobs", [])

    def run(self, jobs, count, finished):
        for number, job in jobs.items():
            Workers.jobs.append(job)
            finished(number, {"entry": Workers.make(job), "answers": {}})
        return {"network": "closed", "files": "open"}

    monkeypatch.setattr(crew.Crew, "run", run)
    monkeypatch.setattr(report, "write", lambda result, out: [])
    return Workers


def run(folder: Path, *more: str) -> int:
    return command.main([str(folder / "in"), "--out", str(folder / "out"), *more])


def test_graded_is_0_whatever_the_points(folder, workers):
    assert run(folder) == 0


def test_below_the_required_points_is_1(folder, workers):
    assert run(folder, "--require", "4") == 0
    assert run(folder, "--require", "4.5") == 1


def test_a_failure_of_the_grader_is_2_and_is_tried_again(folder, workers, capsys):
    workers.make = lambda job: entry(job["student"], 0.0, "grader-error")
    assert run(folder) == 2
    assert "not graded: ann" in capsys.readouterr().out
    workers.make = lambda job: entry(job["student"])
    assert run(folder) == 0
    assert len(workers.jobs) == 4


@pytest.mark.parametrize("arguments, sentence", [
    (["nothing-here"], "there is no nothing-here"),
    ([".", "--secret-file", "no-such-file"], "secret file cannot be read"),
    ([".", "--students", "no-such-file"], "cannot be read"),
])  # fmt: skip
def test_what_cannot_run_says_why_and_is_2(tmp_path, monkeypatch, capsys, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert command.main([*arguments, "--out", "out"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_without_notebooks_is_2(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert run(tmp_path) == 2
    assert "no notebook" in capsys.readouterr().err


def test_an_open_network_is_said(folder, workers, capsys):
    run(folder)
    out = capsys.readouterr().out
    assert "files: open" in out and "network: open" not in out


def test_a_second_run_grades_only_what_is_new_or_changed(folder, workers):
    run(folder)
    (folder / "in" / "bob" / "a.ipynb").write_text("{ }")
    (folder / "in" / "carl.ipynb").write_text("{}")
    run(folder)
    assert sorted(job["student"] for job in workers.jobs) == ["ann", "bob", "bob", "carl"]


def test_other_limits_and_other_secrets_grade_everything_again(folder, workers):
    run(folder)
    run(folder, "--timeout", "3")
    (folder / "key").write_text("another secret")
    run(folder, "--secret-file", str(folder / "key"))
    assert len(workers.jobs) == 6


def test_the_secret_is_made_once_for_its_owner_only(folder, workers):
    run(folder)
    secret = folder / "out" / "secret"
    before = secret.read_text()
    run(folder)
    assert secret.read_text() == before and len(before) == 64
    assert os.name == "nt" or secret.stat().st_mode & 0o077 == 0


def test_a_damaged_finished_file_is_graded_again(folder, workers):
    run(folder)
    for path in (folder / "out" / "graded").glob("?" * 24 + ".json"):
        path.write_text('{"entry": {')
    run(folder)
    assert len(workers.jobs) == 4


def test_only_replaces_one_exercise_and_keeps_the_others(folder, workers):
    old = [exercise("00.1", 1.0), exercise("00.2", 2.0)]
    workers.make = lambda job: entry(job["student"], 3.0, exercises=old)
    run(folder)
    workers.make = lambda job: entry(job["student"], 5.0, exercises=[exercise("00.2", 5.0)])
    run(folder, "--only", "00.2")
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    ann = result["submissions"][0]
    assert [(e["id"], e["points"]) for e in ann["exercises"]] == [("00.1", 1.0), ("00.2", 5.0)]
    assert (ann["points"], ann["max_points"]) == (6.0, 10)


# ---------------------------------------------------------------- whose is it


def students(path: Path, tmp_path: Path) -> list[str]:
    unpack = tmp_path / "unpack"
    unpack.mkdir(exist_ok=True)
    return [s.student for s in collect.submissions([path], unpack)]


@pytest.mark.parametrize("files, names", [
    (["ann/00_start_here.ipynb", "bob/x/any name.ipynb"], ["ann", "bob"]),
    (["ann_00_start_here.ipynb", "00_start_here (bob).ipynb"], ["bob", "ann"]),
    (["ann/a.ipynb", "ann/.ipynb_checkpoints/a.ipynb", "ann/notes.txt"], ["ann"]),
])  # fmt: skip
def test_students_are_named_by_their_folder_or_file(tmp_path, files, names):
    for name in files:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert students(tmp_path / "in", tmp_path) == names


def test_a_single_notebook_belongs_to_its_folder(tmp_path):
    path = tmp_path / "ann" / "00_start_here.ipynb"
    path.parent.mkdir()
    path.write_text("{}")
    assert students(path, tmp_path) == ["ann"]


def test_the_lessons_of_one_folder_belong_to_one_student(tmp_path):
    folder = tmp_path / "ann"
    folder.mkdir()
    for name in ("00_start_here.ipynb", "01_recommender_basics.ipynb"):
        (folder / name).write_text("{}")
    assert students(folder, tmp_path) == ["ann", "ann"]
    given = sorted(folder.glob("*.ipynb"))
    assert [s.student for s in collect.submissions(given, tmp_path)] == ["ann", "ann"]


def test_a_name_cannot_lead_out_of_a_report(tmp_path):
    assert collect._clean("../../etc/pass\nwd\0") == "_.._etc_pass_wd_"
    assert collect._clean("") == "unnamed"
