"""The command `test`: pytest on tests/, and one closing line."""

from __future__ import annotations

import importlib.util
import os

from graphrec_utils.cli import shared
from graphrec_utils.cli.setup import bootstrap
from graphrec_utils.cli.setup.environment import ONE_THREAD

# one more than cores, for a third of the time is waiting: for browsers, limits, processes that start
PROCESSES = min(os.cpu_count() or 1, 4) + 1
# pytest's exit codes (docs: "Exit codes") that are a result; all others mean that it could not run
RESULTS = {0: 0, 1: 1}


def main(argv: list[str]) -> int:
    """Run pytest on tests/ and end with one line `N passed, N failed, N skipped`.

    Returns:
        0 if no test failed, 1 if one did, 2 if pytest could not run (no test found, wrong option).
    """
    parser = shared.parser(
        "test [--full] [--changed [REF]] [--times] [-- PYTEST ARGUMENTS]",
        "Run the test suite, after a set-up if one is needed.",
        "test -- tests/library -k graph runs a part of it",
    )
    parser.add_argument("--full", action="store_true", help="with everything that takes long")
    parser.add_argument(
        "--changed",
        nargs="?",
        const="HEAD",
        metavar="REF",
        help="only what the changes since a commit can reach; without REF, since the last one",
    )
    parser.add_argument("--times", action="store_true", help="store what each test takes")
    own, others = shared.split(argv)
    options = parser.parse_args(own)
    root = shared.clone()
    bootstrap.ensure("test", ["test", *argv])

    import pytest

    os.chdir(root)
    for name in ONE_THREAD.keys() - {"NUMBA_NUM_THREADS"}:  # tests compare its threads with one
        os.environ.setdefault(name, "1")  # several tests run at a time
    # Numba's first parallel kernel gives torch its two threads, whatever was set; on busy cores one
    # that waits for the other by spinning makes a small sparse product ten times as dear.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # what a hundred processes load is compiled once, also where something keeps Python from writing it
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    path = [str(root)] + [x for x in os.environ.get("PYTHONPATH", "").split(os.pathsep) if x]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path))  # for what tests start
    arguments = ["-p", "tests.times"]
    if importlib.util.find_spec("xdist"):  # a file's tests share fixtures; the longest come first
        arguments += ["-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder"]
    arguments += ["--full"] if options.full else []
    arguments += ["--times"] if options.times else []
    arguments += ["-p", "tests.reach", f"--changed={options.changed}"] if options.changed else []
    count = _Count()
    code = pytest.main(arguments + others, plugins=[count])
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped", flush=True)
    return RESULTS.get(int(code), 1 if count.failed else 2)


class _Count:
    """A pytest plugin that counts outcomes as its terminal summary does.

    An error in a fixture or while collecting is a failure; an expected failure counts as skipped.
    """

    passed = failed = skipped = 0

    def pytest_terminal_summary(self, terminalreporter) -> None:
        stats = terminalreporter.stats
        number = {name: len(reports) for name, reports in stats.items()}
        self.passed = number.get("passed", 0) + number.get("xpassed", 0)
        self.failed = number.get("failed", 0) + number.get("error", 0)
        self.skipped = number.get("skipped", 0) + number.get("xfailed", 0)
