"""Grade many submissions with several workers; go on after anything, and after being killed.

In the output folder: `secret` (mode 600), `graded/` with one file per finished submission, and
`result.json`, written whole at the end. `graded/` is what a second run does not do again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.grading import similarity
from graphrec_utils.grading.collect import Submission, submissions
from graphrec_utils.grading.crew import Crew, NoWorker

FORMAT = 1


class CannotGrade(Exception):
    """Nothing can be graded; the text is the one sentence that the user reads."""


@dataclass(frozen=True)
class Settings:
    """How a batch is graded; what is here decides points, so it is a part of every key."""

    seconds: float = 10.0
    memory: int = 2048 * 2**20
    lesson: str = ""
    only: str = ""
    jobs: int = field(default=1, compare=False)


def grade(
    given: list[Path],
    out: Path,
    settings: Settings,
    secret_file: Path | None = None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> dict:
    """Grade every submission and write `out/result.json`; return its content.

    Args:
        tick: called with (finished, all) after each submission.

    Raises:
        CannotGrade: no clone, no submission, or no worker can run.
        OSError: `out` cannot be written.
    """
    if paths.root() is None:
        raise CannotGrade("grading needs a clone of the course, not an installed wheel")
    (out / "graded").mkdir(parents=True, exist_ok=True)
    secret = _secret(out, secret_file)
    with _scratch(out) as scratch:
        unpacked = scratch / "unpacked"
        unpacked.mkdir()
        try:
            found = submissions(given, unpacked)
        except FileNotFoundError as error:
            raise CannotGrade(str(error)) from None
        if not found:
            raise CannotGrade("there is no notebook (*.ipynb) in what was given")
        common = _digest(secret, settings)
        keys = [_key(common, submission) for submission in found]
        answers = _finished(out, keys)
        tick(len(answers), len(found))
        isolation = _isolation(out)
        if todo := {k: _job(found[k]) for k in range(len(found)) if k not in answers}:

            def finished(number: int, answer: dict) -> None:
                if answer["entry"]["status"] != "grader-error":  # that may work the next time
                    _write(out / "graded" / f"{keys[number]}.json", answer)
                answers[number] = answer
                tick(len(answers), len(found))

            crew = Crew({
                "secret": secret.hex(), "seconds": settings.seconds, "memory": settings.memory,
                "lesson": settings.lesson, "only": settings.only, "folder": str(scratch),
                "hidden": _hidden(given, out),
            })  # fmt: skip
            try:
                isolation = crew.run(todo, min(settings.jobs, len(todo)), finished)
            except NoWorker as error:
                raise CannotGrade(f"no grading worker can run: {error}") from None
            _write(out / "graded" / "isolation.json", isolation)
    entries = [answers[k]["entry"] for k in range(len(found))]
    if settings.only:
        entries = _merge(entries, out / "result.json")
    result = {
        "version": FORMAT,
        "course": graphrec_utils.__version__,
        "isolation": isolation,
        **_sentences(isolation),
        "limits": {"seconds": settings.seconds, "memory": settings.memory},
        "submissions": entries,
        "similarity": similarity.compare(_by_student(answers.values())),
    }
    _write(out / "result.json", result)
    return result


def _by_student(finished) -> dict[str, dict[str, str]]:
    """Return {student: {exercise: source}} over all lessons that a student handed in."""
    found: dict[str, dict[str, str]] = {}
    for answer in finished:
        found.setdefault(answer["entry"]["student"], {}).update(answer["answers"])
    return found


def _sentences(isolation: dict[str, str]) -> dict[str, str]:
    """Return what the reports say about what students' code could reach."""
    said = {
        "closed": "network: closed", "open": "network: open (this system does not let us close it)",
        "hidden": "files: solutions, grader and other submissions are hidden, all else is read-only",
    }  # fmt: skip
    files = "files: open (an answer could read whatever the grader's user can)"
    return {
        "network": said.get(isolation["network"], "network: unknown"),
        "sandbox": said["hidden"] if isolation["files"] == "hidden" else files,
    }


def _finished(out: Path, keys: list[str]) -> dict[int, dict]:
    """Return what an earlier run has finished; a damaged file counts as not finished."""
    found = {}
    for number, key in enumerate(keys):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            answer = _read(out / "graded" / f"{key}.json")
            if isinstance(answer["entry"]["exercises"], list):
                found[number] = answer
    return found


def _merge(entries: list[dict], path: Path) -> list[dict]:
    """Put regraded exercises in the place of the old ones in an earlier result."""
    try:
        old = _read(path)["submissions"]
        known = {(e["student"], e["file"]): e for e in old}
    except (OSError, ValueError, KeyError, TypeError):
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


def _secret(out: Path, given: Path | None) -> bytes:
    """Return the secret; without a file of the user's, one is made once per output folder."""
    if given:
        try:
            secret = given.read_bytes().strip()
        except OSError as error:
            raise CannotGrade(f"the secret file cannot be read: {error.strerror}") from None
        if not secret:
            raise CannotGrade(f"the secret file {given} is empty")
        return hashlib.sha256(secret).digest()
    path = out / "secret"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    text = path.read_text("ascii").strip()
    if len(text) < 32:
        raise CannotGrade(f"{path} is damaged: remove it, and everything is graded again")
    return hashlib.sha256(text.encode()).digest()


@contextlib.contextmanager
def _scratch(out: Path):
    """Give a folder for everything that must not stay, and remove what a killed run left."""
    note = out / "graded" / "scratch.txt"
    with contextlib.suppress(OSError):
        left = Path(note.read_text("utf-8"))
        if left.parent == Path(tempfile.gettempdir()) and left.name.startswith("graphrec-"):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="graphrec-"))
    note.write_text(str(folder), encoding="utf-8")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        note.unlink(missing_ok=True)


def _digest(secret: bytes, settings: Settings) -> bytes:
    """Return a digest of all that decides points besides the submission itself."""
    files = [*(paths.PACKAGE / "exercises").glob("*.py"), *(paths.PACKAGE / "grading").glob("*.py")]
    files += (paths.root() / "solutions").glob("[0-9][0-9]_*.ipynb")
    total = hashlib.sha256(repr((FORMAT, graphrec_utils.__version__, settings)).encode())
    total.update(hashlib.sha256(b"key" + secret).digest())
    for file in sorted(files):
        if "report" not in file.name:
            total.update(file.read_bytes())
    return total.digest()


def _key(common: bytes, submission: Submission) -> str:
    total = hashlib.sha256(common)
    total.update(repr((submission.student, submission.file, submission.problem)).encode())
    if submission.path and not submission.path.is_symlink():
        with contextlib.suppress(OSError), open(submission.path, "rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:24]


def _hidden(given: list[Path], out: Path) -> list[str]:
    """Return what a student's code must not see: answers, claims, the grader, other students."""
    root = paths.root()
    names = ("solutions", "notebooks", "graphrec_utils", "tests", "build", ".git", ".graphrec")
    wanted = [*(root / name for name in names), *given, out]
    needed = [Path(p).resolve() for p in (sys.prefix, sys.base_prefix, os.__file__, *sys.path) if p]
    hidden = []
    for path in wanted:
        path = path.resolve()
        if path.exists() and not any(n == path or path in n.parents for n in needed):
            hidden.append(str(path))
    return hidden


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
    with paths.replacing(path) as part:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
