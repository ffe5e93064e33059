"""Do a piece of work in a child process with limits: what it costs, and how it ends, is its own.

For what the main process does with files that somebody else made. Where processes cannot be forked
(Windows) the work is done here, and nothing bounds it but its own limits.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from graphrec_utils.grading.isolation import sandbox

PATIENCE = 5.0  # what takes n seconds of computing may take so many times as long: disks are slow
ANSWER = 64 * 2**20  # bytes that a child may say


@dataclass(frozen=True)
class Bounds:
    """What a piece of work may use: seconds of computing, bytes of memory, bytes of one file."""

    seconds: float
    memory: int
    file: int = 0


class Exceeded(Exception):
    """The work needs more than it may, or ended its process; the text says what it may."""


def call(work: Callable[[], object], bounds: Bounds) -> tuple[object, float]:
    """Return what `work` returns, which must be JSON, and the seconds of computing that it took.

    Raises:
        Exceeded: it takes more than it may.
        RuntimeError: it fails.
    """
    if not hasattr(os, "fork"):
        start = time.process_time()
        return _told(_done(work)), time.process_time() - start
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _be_bounded(bounds)
            with open(writing, "w", encoding="ascii") as out:
                json.dump(_done(work), out)
        finally:
            os._exit(0)  # the parent knows by the answer
    os.close(writing)
    said = b""
    try:
        said = _read(reading, time.monotonic() + PATIENCE * bounds.seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        used = os.wait4(child, 0)[2]
    try:
        return _told(json.loads(said)), used.ru_utime + used.ru_stime
    except ValueError:
        raise Exceeded(
            f"more than {bounds.seconds:g} s of computing or {bounds.memory / 2**20:,.0f} MB of memory"
        ) from None


def _done(work: Callable[[], object]) -> dict:
    try:
        return {"value": work()}
    except MemoryError:
        raise
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"[:300]}


def _told(answer: dict) -> object:
    if "failed" in answer:
        raise RuntimeError(answer["failed"])
    return answer["value"]


def _read(reading: int, end: float) -> bytes:
    """Return what comes until the other end is closed; nothing if that is too much or too late."""
    said = bytearray()
    while True:
        left = max(end - time.monotonic(), 0)
        if not select.select([reading], [], [], left)[0] or len(said) > ANSWER:
            return b""
        if not (chunk := os.read(reading, 2**16)):
            return bytes(said)
        said += chunk


def _be_bounded(bounds: Bounds) -> None:
    import resource

    sandbox.die_with_parent()
    sandbox.first_in_line(sandbox.UNPACKING)
    seconds = max(int(bounds.seconds), 1)
    memory = bounds.memory + sandbox.address_space()
    wanted = {
        "RLIMIT_CPU": seconds, "RLIMIT_AS": memory, "RLIMIT_FSIZE": bounds.file, "RLIMIT_CORE": 0,
    }  # fmt: skip
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
