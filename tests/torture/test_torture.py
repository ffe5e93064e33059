"""No hostile submission earns a point it should not; no honest exercise beside it loses one."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest
from answers import EXERCISES, SECONDS
from broken import CASES

from graphrec_utils.grading.reports import result

# What only a closed sandbox prevents; where there is none, the reports say "open".
SANDBOXED = {
    "reads_the_solutions", "asks_the_clone_for_the_reference", "reads_other_processes",
    "uses_the_network", "connects_to_a_socket_file", "makes_a_socket_to_the_host",
    "reads_what_others_have_earned", "reads_passwords_or_packages",
}  # fmt: skip


def _skip_if_open(graded, name):
    if name in SANDBOXED and "open" in graded["isolation"].values():
        pytest.skip("this system does not let us make namespaces; the reports say so")


@pytest.mark.parametrize("name", CASES)
def test_points_are_exactly_what_the_submission_deserves(graded, by_student, name):
    _skip_if_open(graded, name)
    _, points, _ = CASES[name]
    entry = by_student[name]
    got = tuple(e["points"] for e in entry["exercises"])
    reasons = [(e["id"], e["status"], e["reason"]) for e in entry["exercises"]]
    assert got == points, f"{entry['status']} {entry['reason']} {reasons}"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case[2]])
def test_status_says_what_happened(graded, by_student, name):
    _skip_if_open(graded, name)
    _, _, statuses = CASES[name]
    entry = by_student[name]
    found = {f"ex{e['id'][-1]}": e["status"] for e in entry["exercises"]} | {"all": entry["status"]}
    assert {key: found[key] for key in statuses} == statuses


def test_there_are_at_least_forty_submissions():
    assert len(CASES) >= 40


def test_the_grader_itself_never_fails(graded):
    assert [e["file"] for e in graded["submissions"] if e["status"] == "grader-error"] == []


def test_the_result_keeps_to_its_format(graded):
    assert result.problems(graded) == []


def test_a_zip_gives_each_student_a_submission_and_its_traps_none(by_student):
    assert by_student["zoe"]["points"] == 10
    assert by_student["yan"]["points"] == 0
    traps = [by_student[name] for name in ("escaped", "absolute", "link")]
    assert [(t["status"], t["points"]) for t in traps] == [("unreadable", 0)] * 3


def test_nothing_is_unpacked_where_a_zip_says(graded):
    names = {path.name for path in Path(graded["top"]).parent.rglob("*")}
    assert "escaped" not in names


def test_a_damaged_zip_is_named_and_costs_nobody_else(by_student):
    assert by_student["damaged"]["status"] == "unreadable"


def test_two_students_of_one_name_are_two_students(by_student):
    assert by_student["everything_right"]["points"] == 10
    assert by_student["everything_right-2"]["points"] == 0


def test_no_process_of_a_student_survives(graded):
    sleeping = [p.info["cmdline"] for p in psutil.process_iter(["cmdline"])]
    assert ["sleep", "29.75"] not in sleeping


def test_nothing_was_unpickled(graded):
    assert not Path("/tmp/unpickled-by-the-grader").exists()


def test_no_secret_seed_or_environment_is_in_the_results(graded):
    secret = (graded["out"] / "secret").read_text("ascii").strip()
    assert secret not in json.dumps(graded, default=str)
    assert (graded["out"] / "secret").stat().st_mode & 0o077 == 0


def test_the_maximum_is_counted_even_where_nothing_can_be_read(by_student):
    assert by_student["not_json"]["max_points"] == sum(EXERCISES.values())


def test_a_named_mistake_reaches_the_result(by_student):
    first = by_student["one_claim_wrong"]["exercises"][0]
    assert "percent" in first["mistake"]


@pytest.mark.parametrize(
    "name", ["changes_its_inputs_and_hides_it", "a_runner_that_asks_something_easier"]
)
def test_who_reaches_into_the_grader_is_named_to_the_instructor(by_student, name):
    assert any("the course's own solution or grader" in x for x in by_student[name]["warnings"])


def test_a_second_run_grades_nothing_again_and_says_the_same(graded, monkeypatch):
    from graphrec_utils.grading import batch
    from graphrec_utils.grading.isolation import crew

    def refuse(*args):
        raise AssertionError("a finished submission was graded again")

    monkeypatch.setattr(crew.Crew, "run", refuse)
    settings = batch.Settings(seconds=SECONDS, jobs=2)
    top = graded["top"]
    given = [top / "class", top / "other group", top / "a class in a zip"]
    again = batch.grade(given, graded["out"], settings)
    first, second = (
        sorted(x["submissions"], key=lambda e: (e["student"], e["file"])) for x in (graded, again)
    )
    assert second == first  # the first run's order was shuffled
