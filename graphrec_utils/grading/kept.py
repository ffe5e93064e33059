"""What a run has finished, on the disk: a second run does not do it again, and believes nothing else.

`graded/KEY.json` is one submission, `KEY` its file and all settings that decide points. A seal that only
somebody with the secret can make stands in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
from pathlib import Path

import graphrec_utils
from graphrec_utils import paths
from graphrec_utils.grading import origin, totals
from graphrec_utils.grading.reports import result
from graphrec_utils.grading.submissions import files, intake
from graphrec_utils.grading.submissions.collect import Submission

FORMAT = 1


def _digest(course: origin.Course, answer: dict) -> str:
    return course.digest(answer["entry"]["lesson"], tuple(answer["uses"]))


def key(secret: bytes, settings, submission: Submission) -> str:
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


def found(
    out: Path, keys: list[str], course: origin.Course, secret: bytes
) -> tuple[dict[int, dict], list[int]]:
    """Return what an earlier run has finished and the course would grade alike today, and what is spoiled.

    Only what a run has sealed is believed: a damaged file, or one that somebody has changed, is not.
    """
    sound, spoiled = {}, []
    for number, name in enumerate(keys):
        path = out / "graded" / f"{name}.json"
        try:
            answer = read(path)
            known = hmac.compare_digest(answer.pop("seal"), _seal(secret, name, answer))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            known = False
        if not known:
            spoiled += [number] if path.exists() else []
        elif answer["digest"] == _digest(course, answer):
            sound[number] = answer
    return sound, spoiled


def keep(out: Path, name: str, answer: dict, course: origin.Course, secret: bytes) -> None:
    """Keep what has become of a submission, under the name that `key` gives it."""
    whole = answer | {"digest": _digest(course, answer)}
    whole["seal"] = _seal(secret, name, whole)
    write(out / "graded" / f"{name}.json", whole)


def _seal(secret: bytes, name: str, answer: dict) -> str:
    """Return a mark that only a run with this secret can put on what it has finished."""
    text = json.dumps([name, answer], sort_keys=True)
    return hmac.digest(hashlib.sha256(b"seal" + secret).digest(), text.encode(), "sha256").hex()


def merge(entries: list[dict], path: Path) -> list[dict]:
    """Put regraded exercises in the place of the old ones in an earlier result, unless it is damaged."""
    try:
        if result.problems(old := read(path)):
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
            entry |= totals.of(entry["exercises"])
        elif before and entry["status"] == "graded":
            entry = before  # another lesson: nothing of it was regraded
        merged.append(entry)
    return merged + list(known.values())


def read(path: Path) -> dict:
    """Return what a file holds.

    Raises:
        OSError, ValueError: there is none, or it is damaged.
    """
    return json.loads(path.read_text(encoding="utf-8"))


def write(path: Path, content: dict) -> None:
    """Write a file, whole or not at all."""
    paths.write(path, json.dumps(content, indent=1, ensure_ascii=False))
