"""A control group for each kernel: then the system itself bounds the memory of all its processes (Linux).

It counts what no limit of one process does, such as files in memory and what waits in sockets. There are
such groups where version 2 of them can be written, below the group that we are in: `delegated` says so.
Standard library only: this runs before a student's code does.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

ROOT, OWN = "/sys/fs/cgroup", "/proc/self/cgroup"
FURTHER = {"memory.swap.max": "0", "memory.oom.group": "1"}  # where there are such files


@contextlib.contextmanager
def delegated() -> Iterator[str]:
    """Give the folder in which groups with limits can be made, or "" where none can.

    A group with limits has no processes beside it: we move to one of our own, and back at the end.
    """
    try:
        with open(OWN, encoding="utf-8") as file:
            path = next(line[3:].strip() for line in file if line.startswith("0::"))
        here = Path(ROOT + path)
        ours = here / f"graphrec-{os.getpid()}"
        os.stat(here / "cgroup.controllers")  # else ROOT holds groups of version 1
        ours.mkdir()
    except (OSError, StopIteration):
        yield ""
        return
    try:
        yield str(here) if _limits(here, ours) else ""
    finally:
        with contextlib.suppress(OSError):
            _enter(here)
        for left in (ours, *here.glob(f"{ours.name}-*")):
            remove(left)


def _limits(here: Path, ours: Path) -> bool:
    """Report whether groups in `here` can have a limit of memory, after having moved if they can."""
    try:
        if not (ours / "memory.max").exists():
            _enter(ours)
            (here / "cgroup.subtree_control").write_text("+memory")
        trial = make(str(here), f"{ours.name}-trial", 2**40)
    except OSError:
        return False
    remove(trial)
    return trial is not None


def make(where: str, name: str, memory: int) -> Path | None:
    """Make a group whose processes have `memory` bytes together; None where that is not possible."""
    if not where:
        return None
    group = Path(where, name)
    try:
        group.mkdir()
        with open(group / "memory.max", "r+", encoding="ascii") as file:
            file.write(str(memory))
    except OSError:
        remove(group)
        return None
    for file, text in FURTHER.items():
        with contextlib.suppress(OSError), open(group / file, "r+", encoding="ascii") as opened:
            opened.write(text)
    return group


def enter(group: str) -> None:
    """Move this process, and all that it will start, into a group; nothing happens for ""."""
    if group:
        with contextlib.suppress(OSError):
            _enter(Path(group))


def _enter(group: Path) -> None:
    with open(group / "cgroup.procs", "r+", encoding="ascii") as file:
        file.write("0")


def remove(group: Path | None) -> None:
    """Remove a group whose processes have ended; one that is left costs nothing."""
    if group is not None:
        with contextlib.suppress(OSError):
            os.rmdir(group)
