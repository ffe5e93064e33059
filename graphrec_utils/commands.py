"""The commands `lab`, `test` and `reset`: JupyterLab, pytest and git, started as the course needs.

Each takes the arguments after its name and returns an exit code. They read their arguments before
anything is installed, so that a slip of the pen does not cost two minutes.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

from graphrec_utils import bootstrap, paths
from graphrec_utils.environment import CannotRun

# pytest's exit codes (docs: "Exit codes") that are a result; all others mean that it could not run
RESULTS = {0: 0, 1: 1}


def lab(argv: list[str]) -> int:
    """Open JupyterLab on the lessons, or on one of them.

    Raises:
        CannotRun: no clone, no such lesson.
    """
    parser = _parser(
        "lab [NN] [-- JUPYTER ARGUMENTS]",
        "Open the lessons in JupyterLab, after a set-up if one is needed.",
        "lab 06 opens lesson 06;  lab -- --no-browser --port 9000 passes options on to JupyterLab",
    )
    parser.add_argument("lesson", nargs="?", metavar="NN", help="number of a lesson, 06 or 6")
    own, others = _split(argv)
    lesson = parser.parse_args(own).lesson
    root = clone()
    shown = Path("notebooks") if lesson is None else notebook(lesson).relative_to(root)
    bootstrap.ensure("lab", ["lab", *argv])
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{shown.as_posix()}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # containers; JupyterLab refuses to start as root otherwise
    # a kernel of this environment, even if the user has registered one of the same name
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    bootstrap.run_instead(command + others)
    return 0


def test(argv: list[str]) -> int:
    """Run pytest on tests/ and end with one line `N passed, N failed, N skipped`.

    Returns:
        0 if no test failed, 1 if one did, 2 if pytest could not run (no test found, wrong option).
    """
    parser = _parser(
        "test [--full] [-- PYTEST ARGUMENTS]",
        "Run the test suite, after a set-up if one is needed.",
        "test -- tests/unit -k graph runs a part of it",
    )
    parser.add_argument("--full", action="store_true", help="with everything that takes long")
    own, others = _split(argv)
    full = parser.parse_args(own).full
    root = clone()
    bootstrap.ensure("test", ["test", *argv])

    import pytest

    os.chdir(root)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # several tests run at a time
    path = [str(root)] + [x for x in os.environ.get("PYTHONPATH", "").split(os.pathsep) if x]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path))  # for what tests start
    arguments = ["-n", "2", "--dist", "loadfile"] if importlib.util.find_spec("xdist") else []
    arguments += ["--full"] if full else []
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


def reset(argv: list[str]) -> int:
    """Restore a lesson's notebook to the last commit's, keeping the student's as `.mine-1`.

    Raises:
        CannotRun: no such lesson, no git, or a file that cannot be written; nothing is lost then.
    """
    parser = _parser(
        "reset NN",
        "Restore a lesson as it was handed out. Yours is kept beside it, as NN_name.mine-1.ipynb.",
        "reset 06",
    )
    parser.add_argument("lesson", metavar="NN", help="number of the lesson, 06 or 6")
    lesson = parser.parse_args(argv).lesson
    name = _committed(lesson)
    target = clone() / name
    original = _git("show", f"HEAD:./{name}")
    try:
        if target.exists():
            mine = target.read_bytes()
            if mine == original:
                print(f"{name} is as it was handed out: nothing to restore.")
                return 0
            kept = _keep(target, mine)
            print(f"Yours is kept as {kept.relative_to(clone()).as_posix()}.")
        with paths.replacing(target) as part:
            part.write_bytes(original)
    except OSError as error:
        raise CannotRun(f"{name} cannot be restored ({error}); your version is unchanged") from None
    print(f"{name} is restored. If it is open in JupyterLab, reload it there.")
    return 0


def _keep(target: Path, content: bytes) -> Path:
    """Write the student's version under the next free name and return that name."""
    names = (target.with_name(f"{target.stem}.mine-{n}.ipynb") for n in itertools.count(1))
    kept = next(name for name in names if not name.exists())
    with paths.replacing(kept) as part:
        part.write_bytes(content)
    return kept


def _committed(lesson: str) -> str:
    """Return the path of a lesson's notebook in the last commit, "notebooks/06_lightgcn.ipynb"."""
    listed = _git("ls-tree", "-z", "--name-only", "HEAD", "notebooks/").decode().split("\0")
    return "notebooks/" + _pick(lesson, [Path(name).name for name in listed])  # git: always /


def _git(*arguments: str) -> bytes:
    advice = "Download the lesson again from the course's page; yours is unchanged"
    try:
        done = subprocess.run(["git", "-C", str(clone()), *arguments], capture_output=True)
    except OSError:
        raise CannotRun(f"restoring a lesson needs git, which is not installed. {advice}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()[:1]
        raise CannotRun(f"git cannot read the last commit of {clone()} ({''.join(said)}). {advice}")
    return done.stdout


def clone() -> Path:
    """Return the course folder.

    Raises:
        CannotRun: the package was installed from a wheel, without lessons.
    """
    root = paths.root()
    if root is None:
        raise CannotRun("this command works in the course folder only: clone the repository first")
    return root


def notebook(lesson: str) -> Path:
    """Return the path of a lesson's student notebook.

    Raises:
        CannotRun: there is no such lesson; the text lists those that there are.
    """
    folder = clone() / "notebooks"
    return folder / _pick(lesson, [path.name for path in folder.glob("*.ipynb")])


def _pick(lesson: str, names: list[str]) -> str:
    """Return the one of several file names that has a lesson's number."""
    lessons = {x[:2]: x for x in sorted(names) if re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", x)}
    number = lesson.zfill(2)
    if number in lessons:
        return lessons[number]
    there_are = f"the lessons are {', '.join(lessons)}" if lessons else "no lesson is here yet"
    raise CannotRun(f"there is no lesson {lesson!r}; {there_are}")


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """Split at the first `--`: what is for us, and what is for the program that we start."""
    if "--" not in argv:
        return argv, []
    place = argv.index("--")
    return argv[:place], argv[place + 1 :]


def _parser(usage: str, description: str, example: str) -> argparse.ArgumentParser:
    program = "python3 -m graphrec_utils"
    return argparse.ArgumentParser(
        usage=f"{program} {usage}",
        description=description,
        epilog=f"example: {program} {example}",
        allow_abbrev=False,
    )
