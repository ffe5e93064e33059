"""What a student has done, in one small file: points, guesses, and what is to be asked again."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import graphrec_utils
from graphrec_utils import paths

WAIT = 3.0  # seconds for another kernel to be done with the file: it takes milliseconds


def file() -> Path:
    """Return the path of the progress file; it need not exist."""
    return paths.state() / "progress.json"


def recording() -> bool:
    """Report whether a student is at work: not a build, a grader, or a look at solutions/."""
    if os.environ.get("GRAPHREC_RECORD") == "0" or "NBGRADER_EXECUTION" in os.environ:
        return False
    clone = paths.root()
    return not (clone and Path.cwd() == clone / "solutions")


def read(path: Path | None = None) -> dict[str, dict]:
    """Return what the file holds; what is damaged or missing counts as empty.

    Returns:
        exercises: {"06.1": {"points", "max_points", "tries", "failed"}}
        guesses: {"06.p1": {"answer", "right"}}, the first answer, which is the one that counts
        boxes: {"04.q2": 1 to 5}, how well a question is known: Leitner's boxes
        asked: {"07": ["04.q2", …]}, the questions drawn for the opening of a lesson
        films: the titles of your five films, see `films`

    A damaged file of your own is kept beside the new one as `progress.damaged.json`.
    """
    path = path or file()
    try:
        return _checked(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _checked({"exercises": {}})
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
        if path == file():
            with contextlib.suppress(OSError):
                os.replace(path, path.with_name("progress.damaged.json"))
        return _checked({"exercises": {}})


def _checked(content: dict) -> dict[str, dict]:
    return {
        "exercises": {
            str(k): {"points": float(v["points"]), "max_points": int(v["max_points"]),
                     "tries": int(v["tries"]), "failed": int(v.get("failed", 0))} for k, v in content["exercises"].items()
        },
        "guesses": {
            str(k): {"answer": str(v["answer"]), "right": bool(v["right"])}
            for k, v in content.get("guesses", {}).items()
        },
        "boxes": {str(k): int(v) for k, v in content.get("boxes", {}).items()},
        "asked": {str(k): [str(x) for x in v] for k, v in content.get("asked", {}).items()},
        "films": [str(x) for x in content.get("films", [])],
    }  # fmt: skip


def write(content: dict[str, dict], path: Path | None = None) -> None:
    """Write the file whole or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    text = json.dumps({"course": graphrec_utils.__version__, **content}, indent=1)
    paths.write(path or file(), text)


@contextlib.contextmanager
def changing():
    """Yield the content to change; it is written afterwards if a student is at work.

    Two notebooks that are open at once change it one after the other. Where nothing can be written,
    nothing is recorded and nobody is disturbed.
    """
    if not recording():
        yield _checked({"exercises": {}})
        return
    with _alone():
        content = read()
        yield content
        with contextlib.suppress(OSError):
            write(content)


@contextlib.contextmanager
def _alone():
    """Keep other kernels out of the file meanwhile, where the system has locks; nobody waits for long."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            paths.state().mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(
                open(paths.state() / "progress.lock", "a+", encoding="ascii")
            )
            end = time.monotonic() + WAIT
            while not _locked(lock) and time.monotonic() < end:
                time.sleep(0.02)
        yield  # closing the file gives the lock back


def _locked(file) -> bool:
    """Try to lock a file; report whether it is ours now."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def record(result) -> int:
    """Add one try at an exercise, a `core.Result`; the best result wins.

    Returns:
        How many tries at it have failed by now; to leave it unwritten is none.
    """
    with changing() as content:
        fresh = {"points": 0.0, "max_points": 0, "tries": 0, "failed": 0}
        entry = content["exercises"].setdefault(result.exercise, fresh)
        entry["points"] = max(entry["points"], float(result.points))
        entry["max_points"] = result.max_points
        entry["tries"] += 1
        entry["failed"] += result.status in ("partial", "failed")
    return entry["failed"]


def merge(theirs: dict[str, dict]) -> None:
    """Take over another file's content: better points, own guesses first, the lower box of a question.

    Raises:
        OSError: the folder cannot be written.
    """
    mine = read()
    for name, entry in theirs["exercises"].items():
        own = mine["exercises"].get(name)
        if own is None or entry["points"] > own["points"]:
            mine["exercises"][name] = entry
    mine["guesses"] = theirs["guesses"] | mine["guesses"]
    mine["films"] = mine["films"] or theirs["films"]
    for name, box in theirs["boxes"].items():
        mine["boxes"][name] = min(box, mine["boxes"].get(name, box))
    write(mine)
