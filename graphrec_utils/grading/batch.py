"""Grade many submissions with several workers; go on after anything, and after being killed.

In the output folder: `secret` (mode 600), `graded/` with one file per finished submission, and
`result.json`, written whole: at the start, every now and then, and at the end, however that comes.
`graded/` is what a second run does not do again; `graded/lock` is held by the run that writes here.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.cli.setup.environment import CannotRun, clone
from graphrec_utils.grading import folder, kept, origin
from graphrec_utils.grading.isolation import bounded, groups
from graphrec_utils.grading.isolation.crew import Crew, NoWorker
from graphrec_utils.grading.submissions import attempts, similarity
from graphrec_utils.grading.submissions.collect import Submission, submissions

COMPARE_SECONDS, COMPARE_MEMORY = 60.0, 4 * 2**30  # a second more for each answer
PREFIXES = ("/usr", "/usr/local")
PUBLISH_SECONDS = 20.0  # between two looks at a result that is not finished


SAID = {
    ("network", "closed"): "network: closed",
    ("network", "open"): "network: open (this system does not let us close it)",
    ("files", "hidden"): "files: nothing of this machine, the grader and other submissions is seen",
    ("files", "open"): "files: open (an answer could read whatever the grader's user can)",
    ("writes", "closed"): "writes: into a folder of its own only",
    ("writes", "open"): "writes: open (an answer could change the environment, the grader's files "
                        "and other students' results)",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How a batch is graded; what is here decides points, so it is a part of every key."""

    seconds: float = 10.0
    memory: int = 2048 * 2**20
    lesson: str = ""
    only: str = ""
    student: str = field(default="", compare=False, repr=False)  # graded again in any case
    attempt: str = field(default="last", compare=False, repr=False)  # which of several counts
    jobs: int = field(default=1, compare=False, repr=False)
    strict: bool = field(default=False, compare=False, repr=False)  # grade behind walls, or not


def grade(
    given: list[Path],
    out: Path,
    settings: Settings,
    secret_file: Path | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
    report: Callable[[dict], object] = lambda result: None,
    say: Callable[[str], object] = lambda sentence: None,
    more: Callable[[list[dict]], dict] = lambda entries: {},
) -> dict:
    """Grade every submission and write `out/result.json`; return its content.

    Args:
        tick: called with (finished, all) after each submission.
        report: called with each content of `out/result.json`, to write pages from it.
        say: called, before anything is graded, with a sentence on each thing that is not closed.
        more: returns what the result holds besides about these submissions, such as a class list.

    Raises:
        CannotRun: no clone, no submission, another run at work in `out`, or no worker can run.
        OSError: `out` cannot be written.
    """
    clone()
    new = folder.make(out)
    with folder.lock(out):
        remarks: list[str] = []
        try:
            with folder.scratch(out, remarks) as scratch:
                result = _grade(given, out, settings, secret_file, tick, report, say, more, scratch)
        except CannotRun:
            folder.unmake(out, new)
            raise
        if remarks:
            result["remarks"] = remarks
            kept.write(out / "result.json", result)
            report(result)
    return result


def _grade(given, out, settings, secret_file, tick, report, say, more, scratch: Path) -> dict:
    """Do what `grade` says, with a folder for everything that must not stay."""
    secret = folder.secret(out, secret_file)
    unpacked = scratch / "unpacked"
    unpacked.mkdir(mode=0o700)
    try:
        ignored: list[dict] = []
        ours = [out / name for name in ("graded", "students", "gradescope")]
        found = submissions(given, unpacked, ignored, [out, *ours, scratch])
    except FileNotFoundError as error:
        raise CannotRun(str(error)) from None
    if not found:
        raise CannotRun("there is no notebook (*.ipynb) in what was given")
    keys = [kept.key(secret, settings, submission) for submission in found]
    course = origin.Course()
    answers, spoiled = kept.found(out, keys, course, secret)
    for number in spoiled:
        say(
            f"{found[number].file}: what is kept of it in {out / 'graded'} is damaged or changed: graded again"
        )
    answers = {k: a for k, a in answers.items() if found[k].student != settings.student}
    tick(len(answers), len(found))
    isolation = _isolation(out)
    clock = _Clock()

    def publish(done: bool = False) -> dict:
        entries = [found[k].told(answers[k]["entry"]) for k in sorted(answers)]
        if settings.only:
            entries = kept.merge(entries, out / "result.json")
        entries, superseded = attempts.choose(entries, settings.attempt)
        result = {
            "version": kept.FORMAT,
            "course": graphrec_utils.__version__,
            "isolation": isolation,
            **_sentences(isolation),
            "limits": {"seconds": settings.seconds, "memory": settings.memory},
            "submissions": entries,
            "superseded": superseded,
            "pages": hashlib.sha256(b"pages" + secret).hexdigest(),
            "ignored": ignored,
            **more(entries),
        }
        if done:
            result["similarity"] = _similar(_by_student(answers.values()))
        else:
            result["progress"] = f"not finished: {len(answers)} of {len(found)} notebooks are here"
        kept.write(out / "result.json", result)
        report(result)
        return result

    def finished(number: int, answer: dict) -> None:
        if answer["entry"]["status"] != "grader-error":  # that may work the next time
            kept.keep(out, keys[number], answer, course, secret)
        answers[number] = answer
        tick(len(answers), len(found))
        clock.now_and_then(publish)

    def started(found_out: dict) -> None:
        nonlocal isolation
        isolation = found_out
        open_ = [name for name, state in isolation.items() if state == "open"]
        if open_ and settings.strict:
            raise CannotRun(
                f"{', '.join(open_)}: this system does not let the grader close it to students' "
                "code, and with --strict nothing is graded then: see the README for what helps"
            )
        for name in open_:
            say(SAID[name, "open"])

    if todo := {k: _job(found[k]) for k in range(len(found)) if k not in answers}:
        asked = {
            "secret": secret.hex(), "seconds": settings.seconds, "memory": settings.memory,
            "lesson": settings.lesson, "only": settings.only, "folder": str(scratch),
            "private": _private(given, out, secret_file),
        }  # fmt: skip
        try:
            clock.now_and_then(publish)
            with groups.delegated() as place:
                crew = Crew(asked | {"groups": place}, started)
                isolation = crew.run(todo, min(settings.jobs, len(todo)), finished)
        except BaseException as error:
            with contextlib.suppress(Exception):
                publish()  # what there is, whatever has happened
            if isinstance(error, NoWorker):
                raise CannotRun(f"no grading worker can run: {error}") from None
            raise
        kept.write(out / "graded" / "isolation.json", isolation)
    return publish(done=True)


def _similar(answers: dict[str, dict[str, str]]) -> dict:
    """Return which answers are alike; compared in a child process, for they are anybody's text."""
    count = sum(map(len, answers.values()))
    bounds = bounded.Bounds(COMPARE_SECONDS + count, COMPARE_MEMORY)
    try:
        return bounded.call(lambda: similarity.compare(answers), bounds)[0]
    except (bounded.Exceeded, RuntimeError) as error:
        return {"pairs": [], "groups": [], "notes": [f"Answers were not compared: {error}."]}


class _Clock:
    """Calls a function every PUBLISH_SECONDS at most, and for less than a tenth of the time.

    What goes wrong in it is left to the last call, which the clock does not make.
    """

    def __init__(self):
        self._next = 0.0

    def now_and_then(self, act: Callable[[], object]) -> None:
        start = time.monotonic()
        if start >= self._next:
            with contextlib.suppress(Exception):
                act()
            end = time.monotonic()
            self._next = end + max(PUBLISH_SECONDS, 9 * (end - start))


def _by_student(finished) -> dict[str, dict[str, str]]:
    """Return {student: {exercise: source}} over all lessons that a student handed in."""
    found: dict[str, dict[str, str]] = {}
    for answer in finished:
        found.setdefault(answer["entry"]["student"], {}).update(answer["answers"])
    return found


def _sentences(isolation: dict) -> dict[str, str]:
    """Return what the reports say about what students' code could reach."""
    said = [SAID.get((name, isolation.get(name)), "") for name in ("files", "writes")]
    walls = isolation.get("walls")
    said.append(f"walls: {', '.join(walls) or 'none'}" if isinstance(walls, list) else "")
    return {
        "network": SAID.get(("network", isolation["network"]), "network: unknown"),
        "sandbox": "; ".join(filter(None, said)) or "files: unknown",
    }


# ---------------------------------------------------------------- files


def _private(given: list[Path], out: Path, secret_file: Path | None) -> list[str]:
    """Return what a student's code must not see, wherever it lies: answers, claims, other students."""
    root = paths.root()
    names = ("solutions", "notebooks", "graphrec_utils", "tests", "build", ".git", ".graphrec")
    # `pip install` puts a copy of the course where kernels find their libraries: answers stand in it, too
    installed = [Path(place) / "graphrec_utils" for place in sys.path if place]
    for prefix in (
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        *PREFIXES,
    ):  # kernels can read these
        installed += Path(prefix).glob("[Ll]ib*/python3*/*-packages/graphrec_utils")
        installed += Path(prefix).glob("[Ll]ib/*-packages/graphrec_utils")
    installed = [
        path for path in installed if path.is_dir() and path.resolve().parent != root.resolve()
    ]
    wanted = [
        root,
        *(root / name for name in names),
        *given,
        out,
        secret_file,
        Path.home(),
        *installed,
    ]
    return [str(path.resolve()) for path in wanted if path]


def _isolation(out: Path) -> dict:
    with contextlib.suppress(OSError, ValueError):
        return kept.read(out / "graded" / "isolation.json")
    return {"network": "unknown", "files": "unknown"}


def _job(submission: Submission) -> dict:
    path = str(submission.path.absolute()) if submission.path else ""
    return {
        "student": submission.student,
        "file": submission.file,
        "path": path,
        "problem": submission.problem,
    }
