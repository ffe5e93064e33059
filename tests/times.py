"""What a run of all tests costs, test by test: the order they run in, and how far a run is.

`times.json` holds the seconds of every test that takes long, by its id, and by file those of its
other tests, each; what is in neither is short. `python3 -m graphrec_utils test --times` writes
them anew, of the files that it runs.
"""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

sys.modules.setdefault("rfc3987_syntax", None)  # as in grading.isolation; nbval is loaded later

FILE = Path(__file__).with_name("times.json")
LONG = 5.0  # seconds of a test that has a time of its own
SHORT = 0.02  # seconds of one that was never measured; of a file below, nothing is stored
EVERY = 20.0  # seconds between two lines; on a terminal, where one line is written over, a second
PRIOR = 60.0  # seconds for which the stored times say more than the run itself


def file_of(test: str) -> str:
    return test.partition("::")[0]


@functools.cache
def stored() -> dict[str, float]:
    """Return the file's content: {id of a long test, or a file: seconds}."""
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def expected(tests: Iterable[str]) -> dict[str, float]:
    """Return {id: seconds} of some tests."""
    known = stored()
    return {test: known.get(test, known.get(file_of(test), SHORT)) for test in tests}


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests by what their files take, so that no process ends with a long one alone."""
    total: Counter[str] = Counter()
    for test, seconds in expected(item.nodeid for item in items).items():
        total[file_of(test)] += seconds
    items.sort(key=lambda item: -total[file_of(item.nodeid)])


def renewed(known: dict[str, float], measured: dict[str, float]) -> dict[str, float]:
    """Return the stored times with those of the files that were measured in place of older ones."""
    others: defaultdict[str, list[float]] = defaultdict(list)
    found = {}
    for test, seconds in measured.items():
        if seconds >= LONG:
            found[test] = round(seconds, 1)
        else:
            others[file_of(test)].append(seconds)
    means = {file: round(sum(each) / len(each), 3) for file, each in others.items()}
    found |= {file: mean for file, mean in means.items() if mean > SHORT}
    ran = {file_of(test) for test in measured}
    kept = {name: seconds for name, seconds in known.items() if file_of(name) not in ran}
    return dict(sorted((kept | found).items()))


class Progress:
    """Says what runs, the share of the work that is done, by stored times, and the time that is left.

    A share of a test that runs counts, too. Time left: the stored times, corrected by how fast this
    machine has been so far.
    """

    def __init__(self, terminal, processes: int):
        self.terminal, self.processes = terminal, processes
        self.work: dict[str, float] = {}  # id: seconds
        self.begun: dict[str, float] = {}  # id of a test that runs: when it began
        self.done = 0.0  # stored seconds of what has run
        self.measured: Counter[str] = Counter()
        self.start = time.monotonic()
        self._over, self._lock = threading.Event(), threading.Lock()

    # -------------------------------------------------------------- what pytest tells
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self.begin([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node, ids: list[str]) -> None:
        self.begin(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        with self._lock:
            self.begun[nodeid] = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.measured[report.nodeid] += report.duration
        if report.failed:
            with self._lock:
                self._clear()
                self.terminal.write_line(f"FAILED {report.nodeid}", red=True)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        with self._lock:
            self.begun.pop(nodeid, None)
            self.done += self.work.get(nodeid, 0.0)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self):
        category, *_ = yield
        return category, "", ""  # no dot for a test

    def pytest_sessionfinish(self) -> None:
        self._over.set()
        with self._lock:
            self._clear()

    # -------------------------------------------------------------- what it says
    def begin(self, tests: list[str]) -> None:
        if not self.work:
            self.work = expected(tests)
            self.start = time.monotonic()
            self.terminal.write_line(
                f"{len(tests):,} tests in {self.processes} processes: {_minutes(self.left(0.0))} "
                "by the times of another machine (tests/times.json)"
            )
            threading.Thread(target=self._say, daemon=True).start()

    def share(self, now: float) -> float:
        """Return which part of the work is done."""
        part = sum(
            min(now - since, 0.95 * self.work.get(test, 0.0)) for test, since in self.begun.items()
        )
        return min(1.0, (self.done + part) / max(sum(self.work.values()), 1e-9))

    def left(self, passed: float) -> float:
        """Return the seconds that are left when so many have passed."""
        total = sum(self.work.values())
        share = self.share(self.start + passed)
        speed = (share * total / self.processes + PRIOR) / (passed + PRIOR)
        return (1 - share) * total / self.processes / speed

    def line(self, now: float) -> str:
        passed = now - self.start
        files = dict.fromkeys(file_of(test).removeprefix("tests/") for test in self.begun)
        return (
            f"{self.share(now):4.0%} after {passed / 60:.0f} min, {_minutes(self.left(passed))} "
            f"left: {', '.join(files)}"
        )

    def _say(self) -> None:
        over = self.terminal.isatty
        while not self._over.wait(1.0 if over else EVERY):
            with self._lock:
                if over:
                    self.terminal.rewrite(self.line(time.monotonic())[:78], erase=True)
                else:
                    self.terminal.write_line(self.line(time.monotonic()))
                    self.terminal.flush()  # a log is read while it grows

    def _clear(self) -> None:
        if self.terminal.isatty:
            self.terminal.rewrite("", erase=True)


def _minutes(seconds: float) -> str:
    return f"about {seconds / 60:.0f} min" if seconds >= 90 else "a minute or two"


# ------------------------------------------------------------------ the plugin
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--times", action="store_true", help="store what each test takes")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(config, "workerinput"):
        processes = getattr(config.option, "numprocesses", None) or 1
        config.pluginmanager.register(Progress(terminal, processes), "progress")


def pytest_sessionfinish(session: pytest.Session) -> None:
    progress = session.config.pluginmanager.get_plugin("progress")
    if progress and session.config.getoption("--times"):
        times = renewed(stored(), progress.measured)
        FILE.write_text(json.dumps(times, indent=1) + "\n", "utf-8", newline="\n")
