"""The order of the tests and the progress of a run: by what each took, not by how many there are."""

from __future__ import annotations

import os
import subprocess
import sys
import types

import pytest

from tests import times

A, B = "tests/a/test_a.py", "tests/b/test_b.py"


@pytest.fixture
def known(monkeypatch):
    """Stored: of a file, one test of 60 s, and 0.5 s each of the others; nothing of another file."""
    table = {A: 0.5, f"{A}::test_long": 60.0}
    monkeypatch.setattr(times, "stored", lambda: table)
    return table


class Terminal:
    """What the progress writes to."""

    isatty = False

    def __init__(self):
        self.lines: list[str] = []

    def write_line(self, line: str, **_) -> None:
        self.lines.append(line)


def test_the_stored_times_are_those_of_tests_that_exist():
    files = {times.file_of(test) for test in times.stored()}
    root = times.FILE.parents[1]
    gone = [file for file in sorted(files) if not (root / file).exists()]
    assert len(gone) < len(files) / 2, "python3 -m graphrec_utils test --times"  # some were moved
    total = sum(seconds for test, seconds in times.stored().items() if "::" in test)
    assert total > 60


def test_a_test_has_its_own_time_or_that_of_others_in_its_file(known):
    tests = [f"{A}::test_long", f"{A}::test_x[1]", f"{B}::test_y"]
    assert list(times.expected(tests).values()) == [60.0, 0.5, times.SHORT]


def test_the_files_with_most_work_come_first_and_a_file_stays_together(known):
    ids = [f"{B}::test_y", f"{A}::test_x", f"{B}::test_z", f"{A}::test_long"]
    items = [types.SimpleNamespace(nodeid=name) for name in ids]
    times.longest_first(items)
    assert [x.nodeid for x in items] == [
        f"{A}::test_x",
        f"{A}::test_long",
        f"{B}::test_y",
        f"{B}::test_z",
    ]


def test_what_ran_is_stored_anew_and_the_rest_kept():
    old = {A: 0.5, f"{A}::test_gone": 9.0, B: 0.3}
    new = times.renewed(old, {f"{A}::test_long": 7.26, f"{A}::test_x": 0.1, f"{A}::test_z": 0.2})
    assert new == {A: 0.15, f"{A}::test_long": 7.3, B: 0.3}
    assert times.renewed({}, {f"{B}::test_y": 0.001}) == {}


def test_the_share_is_one_of_work_not_of_tests(known):
    run = times.Progress(Terminal(), processes=2)
    run.begin([f"{A}::test_long", *(f"{A}::test_x[{k}]" for k in range(80))])  # 60 + 40 seconds
    assert "81 tests in 2 processes" in run.terminal.lines[0]
    for k in range(80):
        run.pytest_runtest_logstart(f"{A}::test_x[{k}]")
        run.pytest_runtest_logfinish(f"{A}::test_x[{k}]")
    assert run.share(run.start) == pytest.approx(0.4)
    run.begun[f"{A}::test_long"] = run.start
    assert run.share(run.start + 30) == pytest.approx(0.7)  # half of the long one
    assert run.share(run.start + 500) == pytest.approx(0.97)  # it is not over before it ends
    assert run.line(run.start + 30).startswith(" 70% after 0 min, ")
    assert run.line(run.start + 30).endswith("a/test_a.py")
    run.pytest_sessionfinish()


def test_the_time_left_follows_the_speed_of_this_machine(known):
    run = times.Progress(Terminal(), processes=1)
    run.begin([f"{A}::test_x[{k}]" for k in range(1200)])  # 600 seconds
    assert run.left(0.0) == pytest.approx(600)
    run.done = 300.0
    assert run.left(300.0) == pytest.approx(300)  # as fast as stored
    assert 500 < run.left(600.0) < 600  # half as fast
    run.pytest_sessionfinish()


def test_a_run_says_what_fails_and_how_far_it_is(tmp_path):
    """As `python3 -m graphrec_utils test` starts it, on files of its own."""
    (tmp_path / "test_a.py").write_text(
        "import pytest\n@pytest.mark.parametrize('k', range(3))\ndef test_x(k):\n    assert k < 2\n"
    )
    env = os.environ | {"PYTHONPATH": str(times.FILE.parents[1])}
    command = [sys.executable, "-m", "pytest", "-p", "tests.times", "-p", "no:cacheprovider", "."]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 tests in 1 processes: a minute or two" in done.stdout
    assert "\nFAILED test_a.py::test_x[2]\n" in done.stdout
    assert "1 failed, 2 passed" in done.stdout
    assert not [line for line in done.stdout.splitlines() if set(line) <= {".", "F"} and line]
