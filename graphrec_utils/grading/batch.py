"""Grade many submissions with several workers; go on after anything, and after being killed.

In the output folder: `secret` (mode 600), `graded/` with one file per finished submission, and
`result.json`, written whole: at the start, every now and then, and at the end, however that comes.
`graded/` is what a second run does not do again; `graded/lock` is held by the run that writes here.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.cli.setup.environment import CannotRun, clone
from graphrec_utils.grading import folder, origin
from graphrec_utils.grading.isolation import bounded, groups
from graphrec_utils.grading.isolation.crew import Crew, NoWorker
from graphrec_utils.grading.reports import result as results
from graphrec_utils.grading.submissions import attempts, files, intake, similarity
from graphrec_utils.grading.submissions.collect import Submission, submissions

FORMAT = 1
COMPARE_SECONDS, COMPARE_MEMORY = 60.0, 4 * 2**30  # a second more for each answer
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
            _write(out / "result.json", result)
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
    keys = [_key(secret, settings, submission) for submission in found]
    course = origin.Course()
    answers, spoiled = _finished(out, keys, course, secret)
    for number in spoiled:
        say(
            f"{found[number].file}: what is kept of it in {out / 'graded'} is damaged or changed: graded again"
        )
    answers = {k: a for k, a in answers.items() if found[k].student != settings.student}
    tick(len(answers), len(found))
    isolation = _isolation(out)
    clock = _Clock()

    def publish(done: bool = False) -> dict:
        entries = [answers[k]["entry"] | found[k].told() for k in sorted(answers)]
        if settings.only:
            entries = _merge(entries, out / "result.json")
        entries, superseded = attempts.choose(entries, settings.attempt)
        result = {
            "version": FORMAT,
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
        _write(out / "result.json", result)
        report(result)
        return result

    def finished(number: int, answer: dict) -> None:
        if answer["entry"]["status"] != "grader-error":  # that may work the next time
            kept = answer | {"digest": _digest(course, answer)}
            kept["seal"] = _seal(secret, keys[number], kept)
            _write(out / "graded" / f"{keys[number]}.json", kept)
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
        _write(out / "graded" / "isolation.json", isolation)
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


def _finished(
    out: Path, keys: list[str], course: origin.Course, secret: bytes
) -> tuple[dict[int, dict], list[int]]:
    """Return what an earlier run has finished and the course would grade alike today, and what is spoiled.

    Only what a run has sealed is believed: a damaged file, or one that somebody has changed, is not.
    """
    found, spoiled = {}, []
    for number, key in enumerate(keys):
        path = out / "graded" / f"{key}.json"
        try:
            answer = _read(path)
            known = hmac.compare_digest(answer.pop("seal"), _seal(secret, key, answer))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            known = False
        if not known:
            spoiled += [number] if path.exists() else []
        elif answer["digest"] == _digest(course, answer):
            found[number] = answer
    return found, spoiled


def _seal(secret: bytes, key: str, answer: dict) -> str:
    """Return a mark that only a run with this secret can put on what it has finished."""
    text = json.dumps([key, answer], sort_keys=True)
    return hmac.digest(hashlib.sha256(b"seal" + secret).digest(), text.encode(), "sha256").hex()


def _merge(entries: list[dict], path: Path) -> list[dict]:
    """Put regraded exercises in the place of the old ones in an earlier result, unless it is damaged."""
    try:
        if results.problems(old := _read(path)):
            raise ValueError
        old = [*old["submissions"], *old["superseded"]]
        known = {(e["student"], e["file"]): e for e in old}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return entries
    merged = []
    for entry in entries:
        before = known.pop((entry["student"], entry["file"]), None)
        if before and before["lesson"] == entry["lesson"] and entry["status"] == "graded":
            new = {e["id"]: e for e in entry["exercises"]}
            entry["exercises"] = [new.pop(e["id"], e) for e in before["exercises"]]
            entry["exercises"] += new.values()
            entry["points"] = round(sum(e["points"] for e in entry["exercises"]), 2)
            entry["max_points"] = sum(e["max_points"] for e in entry["exercises"])
        elif before and entry["status"] == "graded":
            entry = before  # another lesson: nothing of it was regraded
        merged.append(entry)
    return merged + list(known.values())


# ---------------------------------------------------------------- files


def _digest(course: origin.Course, answer: dict) -> str:
    return course.digest(answer["entry"]["lesson"], tuple(answer["uses"]))


def _key(secret: bytes, settings: Settings, submission: Submission) -> str:
    """Return the name of a finished submission: the same file, graded in the same way."""
    total = hashlib.sha256(repr((FORMAT, graphrec_utils.__version__, settings)).encode())
    total.update(hashlib.sha256(b"key" + secret).digest())
    total.update(repr((submission.student, submission.file, submission.problem)).encode())
    if submission.path:
        with contextlib.suppress(OSError), files.opened(submission.path) as file:
            size = os.fstat(file.fileno()).st_size
            total.update(repr(size).encode())
            if size <= intake.MAX_BYTES:  # more is not read, and takes long
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:24]


def _private(given: list[Path], out: Path, secret_file: Path | None) -> list[str]:
    """Return what a student's code must not see, wherever it lies: answers, claims, other students."""
    root = paths.root()
    names = ("solutions", "notebooks", "graphrec_utils", "tests", "build", ".git", ".graphrec")
    # `pip install` puts a copy of the course where kernels find their libraries: answers stand in it, too
    installed = [Path(place) / "graphrec_utils" for place in sys.path if place]
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
        return _read(out / "graded" / "isolation.json")
    return {"network": "unknown", "files": "unknown"}


def _job(submission: Submission) -> dict:
    path = str(submission.path.absolute()) if submission.path else ""
    return {
        "student": submission.student,
        "file": submission.file,
        "path": path,
        "problem": submission.problem,
    }


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: dict) -> None:
    paths.write(path, json.dumps(content, indent=1, ensure_ascii=False))
