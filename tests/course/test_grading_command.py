"""The command line of `grade`: exit codes, sentences, and what a batch keeps in its folder."""

from __future__ import annotations

import json
import os
import sys
import types
from pathlib import Path

import pytest

from graphrec_utils.grading import batch, command, kept
from graphrec_utils.grading.isolation import crew, trial
from graphrec_utils.grading.reports import report
from graphrec_utils.grading.submissions import collect


def entry(student="ann", points=4.0, status="graded", exercises=()) -> dict:
    return {
        "student": student, "lesson": "00", "file": f"{student}/a.ipynb", "status": status,
        "reason": "", "points": points, "max_points": 10, "seconds": 1.0, "course": "", "notes": [],
        "warnings": [], "exercises": list(exercises),
    }  # fmt: skip


def exercise(name: str, points: float) -> dict:
    return {"id": name, "function": "f", "points": points, "max_points": 5, "status": "partial",
            "reason": "", "mistake": "", "rows": [], "seconds": 0.0, "notes": []}  # fmt: skip


OPEN = {"network": "closed", "files": "open", "writes": "open", "walls": ["call filter"]}


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
        self.started(OPEN)
        for number, job in jobs.items():
            Workers.jobs.append(job)
            finished(number, {"entry": Workers.make(job), "answers": {}, "uses": []})
        return OPEN

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


@pytest.mark.parametrize("out", ["out", "new/out"])
def test_a_folder_without_notebooks_is_2_and_leaves_nothing_behind(tmp_path, capsys, out):
    (tmp_path / "in").mkdir()
    assert command.main([str(tmp_path / "in"), "--out", str(tmp_path / out)]) == 2
    assert "no notebook" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_output_folder_that_was_there_stays(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "adjust.csv").write_text("student,what,points,reason\n")
    assert run(tmp_path) == 2
    assert (tmp_path / "out" / "adjust.csv").exists()


def test_an_open_network_is_said(folder, workers, capsys):
    run(folder)
    out = capsys.readouterr().out
    assert "files: open" in out and "network: open" not in out


def test_what_is_open_is_said_before_anything_is_graded_and_in_the_result(folder, workers, capsys):
    def make(job):
        assert "change the environment" in capsys.readouterr().err
        return entry(job["student"])

    workers.make = make
    (folder / "in" / "bob" / "a.ipynb").unlink()
    run(folder)
    said = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert said["network"] == "network: closed"
    for words in ("could read", "could change", "walls: call filter"):
        assert words in said["sandbox"]


def test_strict_grades_nothing_where_something_is_open(folder, workers, capsys):
    assert run(folder, "--strict") == 2
    assert workers.jobs == []
    assert "files, writes: this system does not let" in capsys.readouterr().err


def test_a_second_run_at_the_same_time_is_refused_in_one_sentence(folder, workers, capsys):
    def make(job):
        assert run(folder) == 2
        return entry(job["student"])

    workers.make = make
    assert run(folder) == 0
    assert capsys.readouterr().err.count("another run is writing into") == 2
    assert len(workers.jobs) == 2


def test_the_lock_of_a_dead_run_does_not_count(folder, workers):
    (folder / "out" / "graded").mkdir(parents=True)
    (folder / "out" / "graded" / "lock").write_text("left behind")
    assert run(folder) == 0


def test_an_interruption_leaves_what_is_finished(folder, workers, monkeypatch):
    def make(job):
        if job["student"] == "bob":
            raise KeyboardInterrupt
        return entry(job["student"])

    workers.make = make
    with pytest.raises(KeyboardInterrupt):
        run(folder)
    found = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert [e["student"] for e in found["submissions"]] == ["ann"]
    assert found["progress"] == "not finished: 1 of 2 notebooks are here"


def test_reports_are_there_while_a_run_goes_on_and_may_fail_then(folder, workers, monkeypatch):
    seen = []

    def write(result, out):
        seen.append(len(result["submissions"]))
        if "progress" in result:
            raise ZeroDivisionError

    monkeypatch.setattr(report, "write", write)
    assert run(folder) == 0
    assert (seen[0], seen[-1]) == (0, 2)


def test_what_cannot_be_tidied_up_is_a_line_of_the_report(folder, workers, monkeypatch, capsys):
    monkeypatch.setattr("graphrec_utils.grading.isolation.tidy.remove", lambda path: "it stays")
    assert run(folder) == 0
    assert "tidying up: it stays" in capsys.readouterr().out
    found = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert found["remarks"] == ["it stays"] and "progress" not in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_named_pipe_is_not_waited_for(folder, workers):
    os.mkfifo(folder / "in" / "pipe.ipynb")
    assert run(folder) == 0
    assert [j["problem"] for j in workers.jobs if j["problem"]] == ["a named pipe, not a file"]


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


@pytest.mark.parametrize("change", [
    lambda x: x["entry"].update(points="ten"), lambda x: x["entry"].update(points=10.0),
    lambda x: x["entry"].update(student="bob"), lambda x: x.pop("seal"),
    lambda x: x.update(seal=7), lambda x: x.update(seal="0" * 64), lambda x: x.update(more=1),
], ids=["ten", "10", "student", "no seal", "number", "other seal", "more"])  # fmt: skip
def test_a_finished_file_that_somebody_has_changed_is_not_believed(folder, workers, capsys, change):
    """Points of "ten" ended every later run; points of 10 were believed."""
    run(folder)
    for path in (folder / "out" / "graded").glob("?" * 24 + ".json"):
        stored = json.loads(path.read_text("utf-8"))
        if stored["entry"]["student"] == "ann":
            change(stored)
            path.write_text(json.dumps(stored))
    assert run(folder) == 0
    assert [job["student"] for job in workers.jobs] == ["ann", "bob", "ann"]
    assert "ann/a.ipynb: what is kept of it" in capsys.readouterr().err
    found = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert [e["points"] for e in found["submissions"]] == [4.0, 4.0]


def test_a_finished_file_in_the_place_of_another_is_not_believed(folder, workers):
    run(folder)
    one, two = (folder / "out" / "graded").glob("?" * 24 + ".json")
    one.write_bytes(two.read_bytes())
    run(folder)
    assert len(workers.jobs) == 3


@pytest.mark.parametrize("text", ["", "[1]", '{"submissions": 3}', "[" * 10**5])
def test_a_damaged_result_is_not_merged_with_what_is_graded_again(folder, workers, text):
    run(folder)
    (folder / "out" / "result.json").write_text(text)
    workers.make = lambda job: entry(job["student"], 5.0, exercises=[exercise("00.2", 5.0)])
    assert run(folder, "--only", "00.2") == 0


def test_results_inside_the_graded_folder_are_nobody_s(folder, workers):
    for _ in range(2):
        assert command.main([str(folder / "in"), "--out", str(folder / "in" / "out")]) == 0
    (folder / "in" / "out" / "graded" / "more.ipynb").write_text("{}")
    assert command.main([str(folder / "in"), "--out", str(folder / "in" / "out")]) == 0
    assert sorted(job["student"] for job in workers.jobs) == ["ann", "bob"]


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


def test_only_leaves_a_notebook_alone_that_belongs_to_another_lesson_now(folder, workers):
    old = [exercise("00.1", 1.0), exercise("00.2", 2.0)]
    workers.make = lambda job: entry(job["student"], 3.0, exercises=old)
    run(folder)
    new = [exercise("01.2", 4.0)]
    workers.make = lambda job: entry(job["student"], 4.0, exercises=new) | {"lesson": "01"}
    run(folder, "--only", "01.2")
    ann = json.loads((folder / "out" / "result.json").read_text("utf-8"))["submissions"][0]
    assert (ann["lesson"], ann["points"]) == ("00", 3.0)
    assert [e["id"] for e in ann["exercises"]] == ["00.1", "00.2"]


def test_only_a_name_grades_this_student_again(folder, workers):
    run(folder)
    run(folder, "--only", "bob")
    assert [job["student"] for job in workers.jobs] == ["ann", "bob", "bob"]


def test_of_two_attempts_one_counts_and_both_are_named(folder, workers, capsys):
    (folder / "in" / "ann" / "a (1).ipynb").write_text("{ }")
    workers.make = lambda job: (
        entry(job["student"], 9.0 if job["file"] == "ann/a.ipynb" else 4.0) | {"file": job["file"]}
    )
    run(folder)
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert [(s["file"], s["points"]) for s in result["submissions"]] == [
        ("ann/a (1).ipynb", 4.0),
        ("bob/a.ipynb", 4.0),
    ]
    assert [s["file"] for s in result["superseded"]] == ["ann/a.ipynb"]
    assert "not counted, another attempt is: ann, ann/a.ipynb" in capsys.readouterr().out
    run(folder, "--attempt", "best")
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert result["submissions"][0]["points"] == 9.0 and len(workers.jobs) == 3


def test_who_is_not_on_the_class_list_and_what_is_ignored_is_said(folder, workers, capsys):
    (folder / "class.csv").write_text("student,id\nAnn,7\n")
    (folder / "in" / "ann" / "answers.pdf").write_text("x")
    run(folder, "--students", str(folder / "class.csv"))
    said = capsys.readouterr().out
    assert "not on the class list: bob" in said and "1 files were not looked at" in said
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert result["ignored"][0]["file"] == "ann/answers.pdf"


def test_a_path_that_is_not_there_leaves_no_folder_behind(tmp_path, capsys):
    assert command.main([str(tmp_path / "nothere"), "--out", str(tmp_path / "x")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_adjustments_and_late_policy_reach_the_result_and_a_mistake_stops_before_the_work(
    folder, workers, capsys
):
    (folder / "out").mkdir()
    adjust = folder / "out" / "adjust.csv"
    adjust.write_text("student,what,points,reason\nann,00,x,y\n")
    assert run(folder) == 2
    assert "line 2: 'x' is no number of points" in capsys.readouterr().err and workers.jobs == []
    adjust.write_text("student,what,points,reason\nann,00,+1,bonus\nnoone,00,+1,x\n")
    assert run(folder, "--deadline", "2026-10-01", "--late", "5", "--weights", "00=0.5") == 0
    assert "adjust.csv names nobody: noone" in capsys.readouterr().out
    result = json.loads((folder / "out" / "result.json").read_text("utf-8"))
    assert result["adjustments"][0]["reason"] == "bonus"
    assert result["marking"]["late"] == 5 and result["marking"]["weights"] == {"00": 0.5}
    assert adjust.exists()


def test_what_is_kept_belongs_to_a_student_a_file_and_its_content(tmp_path):
    """Inputs depend on the student: the points of one are not those of the next."""
    first, second = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    first.write_text("{}")
    second.write_text("{} ")
    handed_in = [
        collect.Submission("ann", "a.ipynb", first),
        collect.Submission("bob", "a.ipynb", first),
        collect.Submission("ann", "b.ipynb", first),
        collect.Submission("ann", "a.ipynb", second),
        collect.Submission("ann", "a.ipynb", first, "cannot be unpacked"),
    ]
    settings = batch.Settings()
    keys = [kept.key(b"", settings, submission) for submission in handed_in]
    keys += [kept.key(b"other", settings, handed_in[0])]
    keys += [kept.key(b"", batch.Settings(seconds=1.0), handed_in[0])]
    assert len(set(keys)) == len(keys)
    assert kept.key(b"", settings, handed_in[0]) == keys[0]


@pytest.mark.parametrize(
    "wrong", [["--deadline", "soon"], ["--weights", "00"], ["--attempt", "first"]]
)
def test_a_policy_that_cannot_be_read_is_refused(folder, workers, wrong):
    with pytest.raises(SystemExit):
        run(folder, *wrong)


def test_an_installed_copy_of_the_course_is_as_private_as_the_clone(tmp_path, monkeypatch):
    """`pip install` of a clone into the grading environment puts every answer where kernels look for libraries."""
    copy = tmp_path / "site-packages" / "graphrec_utils"
    copy.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["", str(copy.parent), str(tmp_path), *sys.path])
    private = batch._private([], tmp_path / "out", None)
    assert str(copy) in private and str(tmp_path / "graphrec_utils") not in private
    nursery = types.SimpleNamespace(folder=str(tmp_path / "w"))
    (copy / "answers.py").write_text("")
    elsewhere = [
        tmp_path / "base" / "lib" / "python3.11" / "site-packages" / "graphrec_utils",
        tmp_path / "usr" / "lib" / "python3" / "dist-packages" / "graphrec_utils",
    ]
    for folder in elsewhere:  # not on our path, but kernels can read it
        folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "base"))
    monkeypatch.setattr(batch, "PREFIXES", (str(tmp_path / "usr"),))
    assert set(map(str, elsewhere)) <= set(batch._private([], tmp_path / "out", None))
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert list(trial._inside(str(copy), nursery)) == [
        str(copy / "answers.py")
    ]  # the trial looks there
