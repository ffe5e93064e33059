"""A worker that ends costs the exercise it was at, and nobody else: not the file's others, not the batch."""

from __future__ import annotations

import io
import queue
import sys
import time
import types
from typing import ClassVar

import pytest

from graphrec_utils import exercises
from graphrec_utils.grading import verdict
from graphrec_utils.grading.isolation import crew, patience, worker

SETTINGS = {"seconds": 1.0}


class Fake:
    """A worker whose process ends at some exercises: `deaths` are those still to come, of all workers."""

    deaths: ClassVar[list[tuple[str, str]]] = []  # (student, exercise; "" outside of any)

    def __init__(self):
        self.at, self.late, self.asked = "", False, []

    def ask(self, job: dict, seconds: float) -> dict | None:
        if "student" not in job:
            return {"network": "closed"}
        for death in Fake.deaths:
            student, exercise = death
            if student == job["student"] and exercise not in job["lost"]:
                Fake.deaths.remove(death)
                self.at = exercise
                return None
        self.at = ""
        return {"entry": {"student": job["student"], "status": "graded", "lost": job["lost"]}}

    def kill(self) -> None:
        """Nothing is there to be ended."""

    close = kill


def run(monkeypatch, deaths) -> dict:
    monkeypatch.setattr(crew, "_WorkerProcess", Fake)
    Fake.deaths = list(deaths)
    entries = {}
    jobs = {k: {"student": name, "file": name} for k, name in enumerate(("ann", "bob", "eve"))}
    crew.Crew(SETTINGS).run(
        jobs, 1, lambda number, answer: entries.update({jobs[number]["student"]: answer["entry"]})
    )
    return entries


def test_an_exercise_that_ends_four_workers_is_lost_and_nothing_else(monkeypatch):
    entries = run(monkeypatch, [("bob", "00.2")] * 9)
    assert {name: set(e["lost"]) for name, e in entries.items()} == {
        "ann": set(),
        "bob": {"00.2"},
        "eve": set(),
    }
    assert entries["bob"]["lost"]["00.2"] == crew.LOST


def test_several_exercises_may_be_lost_one_by_one(monkeypatch):
    entries = run(monkeypatch, [("bob", "00.2")] * 9 + [("bob", "00.3")] * 9)
    assert set(entries["bob"]["lost"]) == {"00.2", "00.3"}


def test_kills_from_outside_cost_nobody_anything(monkeypatch):
    entries = run(
        monkeypatch, [("ann", "00.1")] * 3 + [("bob", "00.1"), ("eve", "")] + [("bob", "")] * 3
    )
    assert all(e["status"] == "graded" and not e["lost"] for e in entries.values())


def test_a_file_that_ends_four_workers_before_any_exercise_is_given_up(monkeypatch):
    entries = run(monkeypatch, [("bob", "")] * 9)
    assert (
        entries["bob"]["status"] == "grader-error"
        and "ended four times" in entries["bob"]["reason"]
    )
    assert entries["ann"]["status"] == entries["eve"]["status"] == "graded"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such limit")
def test_a_worker_has_no_more_memory_than_it_may():
    """In a process of its own: the limit stays for good."""
    import subprocess

    code = (
        "from graphrec_utils.grading.isolation import patience\n"
        "patience.limit_memory()\n"
        f"some = bytearray({patience.MEMORY // 2})\n"
        f"try:\n    more = bytearray({patience.MEMORY})\nexcept MemoryError:\n    print('limited')\n"
        "import resource\nprint(resource.getrlimit(resource.RLIMIT_FSIZE)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["limited", str(patience.FILE)], done.stderr


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    def ask(self, job: dict, seconds: float) -> dict | None:
        self.late = job.get("student") == "bob"
        return None if self.late else {"entry": {"student": job.get("student"), "status": "graded"}}

    monkeypatch.setattr(Fake, "ask", ask)
    entries = run(monkeypatch, [])
    assert (
        entries["bob"]["status"] == "unreadable" and "more than 500 s" in entries["bob"]["reason"]
    )
    assert entries["ann"]["status"] == entries["eve"]["status"] == "graded"


def test_what_takes_long_to_judge_is_ended_with_the_error_that_was_asked_for():
    with pytest.raises(patience.TooMuchToJudge), patience.limited(0.05, patience.TooMuchToJudge()):
        while True:
            pass


def test_a_verdict_that_costs_too_much_is_a_sentence_and_one_that_fails_is_ours(monkeypatch):
    def raising(error):
        def judge():
            raise error

        return judge

    assert patience.Budget().verdict(lambda: {"points": 1}) == {"points": 1}
    for error in (MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")):
        assert patience.Budget().verdict(raising(error))["status"] == "output-limit"
    with pytest.raises(RuntimeError, match="shape"):
        patience.Budget().verdict(raising(RuntimeError("shape")))
    monkeypatch.setattr(patience, "JUDGE_SECONDS", 0.05)
    assert patience.Budget().verdict(lambda: [None for _ in iter(int, 1)])["status"] == "timeout"


def test_reading_comparing_and_judging_have_one_budget_together(monkeypatch):
    """Each had its own, or none: what is spent on one question is not there for the next."""
    monkeypatch.setattr(patience, "JUDGE_SECONDS", 0.3)
    budget = patience.Budget()

    def work():
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return {"status": "passed"}

    assert budget.verdict(work) == {"status": "passed"}
    assert budget.verdict(work)["status"] == "timeout"
    with pytest.raises(patience.TooMuchToJudge):
        budget.spend(work)


def test_remarks_and_reasons_are_no_longer_than_anybody_reads():
    row = worker._row(
        exercises.get("00.1"), verdict.nothing("error", "x" * 10**6), 1.0, ["y" * 10**6] * 1000
    )
    assert len(row["reason"]) == worker.LONGEST and len(row["notes"]) == worker.MOST_REMARKS + 1
    assert max(map(len, row["notes"])) == worker.LONGEST


def test_a_worker_that_says_too_much_has_said_nothing(monkeypatch):
    monkeypatch.setattr(crew, "LONGEST_LINE", 50)
    made = object.__new__(crew._WorkerProcess)
    made.process = types.SimpleNamespace(stdout=io.StringIO('{"a": 1}\n' + "x" * 60 + "\n"))
    made.answers = queue.Queue()
    made._listen()
    assert list(made.answers.queue) == ['{"a": 1}\n', ""]


def test_a_worker_that_is_killed_while_it_starts_is_started_again(monkeypatch):
    left = [None, None, {"network": "closed"}]
    monkeypatch.setattr(crew, "_WorkerProcess", lambda: types.SimpleNamespace(
        ask=lambda *_: left.pop(0), last_words=str, kill=lambda: None, late=False))  # fmt: skip
    assert crew.Crew(SETTINGS)._start() is not None
    left = [None] * 9
    assert crew.Crew(SETTINGS)._start() is None
