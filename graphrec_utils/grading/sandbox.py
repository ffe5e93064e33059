"""Isolation of one process: limits, and on Linux a place where it can neither see nor reach anything.

`enter(config, inside)` runs `inside` in a new process. With Linux namespaces (user, mount, pid,
net, ipc; `man 7 namespaces`) that process sees no network, no other process, no hidden folder,
and may write into one folder only; when its first process ends, the system ends all the others.
Where namespaces are refused (other systems, some containers) the limits alone remain.

Standard library only: this runs before and around a student's code.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048,
         "relatime": 1 << 21}  # fmt: skip
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAPABILITY_VERSION_3 = 0x20080522
INSIDE_UID = 1000  # not 0: the program keeps no right to undo the mounts
FILE_BYTES = 64 * 2**20

_allowed = False  # see `try_out`


def hide_this_process() -> None:
    """Keep processes of the same user from reading this one's memory and environment (Linux)."""
    _set_readable(False)


def _set_readable(readable: bool) -> None:
    if sys.platform == "linux":
        _libc().prctl(PR_SET_DUMPABLE, int(readable), 0, 0, 0)


def die_with_parent() -> None:
    """End this process as soon as the thread that started it has ended (Linux)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def try_out(folder: str) -> None:
    """Find out once whether this system lets us make namespaces and mount in them.

    Some allow the first and refuse the second (AppArmor on Ubuntu), which would end each program
    before it starts. Processes forked afterwards know the answer.
    """
    global _allowed
    if sys.platform != "linux":
        _allowed = False
        return
    outer = os.fork()
    if outer == 0:
        code = 1
        with contextlib.suppress(BaseException):
            if _new_namespaces():
                inner = os.fork()
                if inner == 0:
                    with contextlib.suppress(BaseException):
                        _mount({"own": folder, "hidden": []})
                        os._exit(0)
                    os._exit(1)
                code = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
        os._exit(code)
    _allowed = os.waitpid(outer, 0)[1] == 0


def enter(config: dict, inside: Callable[[], None]) -> tuple[int, bool]:
    """Start `inside()` in a sandbox; return (process id to wait for and to kill, isolated).

    Args:
        config: {"own": the one folder that may be written, "hidden": folders and files that
            look empty from inside, "memory": bytes that may be allocated; 0 for no limit}.
    """
    _set_readable(True)  # or the files that /proc shows of this process belong to root
    isolated = _allowed and _new_namespaces()
    child = os.fork()
    if child:
        _set_readable(False)
        if sys.platform == "linux":
            _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become our children
        return child, isolated
    code = 70
    try:
        if isolated:  # this is process 1 of a new world: it mounts, starts the program and reaps
            die_with_parent()
            _mount(config)
            program = os.fork()
            if program:
                _set_readable(False)
                code = _reap(program)
                return child, isolated  # never: see `finally`
        _limit(config["memory"])
        if sys.platform == "linux":
            _drop_rights()
        inside()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


def _reap(program: int) -> int:
    """Wait for `program`, and for every orphan before it; return its exit code as a shell does."""
    while True:
        pid, status = os.wait()
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _limit(memory: int) -> None:
    import resource

    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": FILE_BYTES}
    if memory:
        wanted["RLIMIT_AS"] = memory + _address_space()
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _address_space() -> int:
    """Return what this process has mapped already: libraries are not the student's allocation."""
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 2**30


def _drop_rights() -> None:
    """Give up every capability, for good: what is mounted stays mounted."""
    libc = _libc()
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


# ---------------------------------------------------------------- Linux namespaces


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _new_namespaces() -> bool:
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC
    if _libc().unshare(flags) != 0:
        return False
    try:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{INSIDE_UID} {uid} 1"),
            ("gid_map", f"{INSIDE_UID} {gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    except OSError:
        return False
    return True


def _mount(config: dict) -> None:
    """Hide folders, make everything else read-only but `own`, and show only inner processes."""
    call(None, "/", None, MS_REC | MS_PRIVATE)
    own = os.path.realpath(config["own"])
    keep = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
    for path in map(os.path.realpath, config["hidden"]):
        if os.path.isdir(path):
            call("tmpfs", path, "tmpfs", 0, "size=1m,mode=755")
        elif os.path.exists(path):
            call("/dev/null", path, None, MS_BIND)
    os.makedirs(own, exist_ok=True)  # again: a hidden folder may have contained it
    call(f"/proc/self/fd/{keep}", own, None, MS_BIND)
    os.close(keep)
    os.chdir("/")  # not where this process was started: that folder may be hidden now
    for point, options in _mounts():
        if point != own:
            flags = sum(FLAGS.get(name, 0) for name in options)
            call(None, point, None, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, must=False)
    call("tmpfs", "/dev/shm", "tmpfs", 0, "size=256m", must=False)
    call("proc", "/proc", "proc", 0, must=False)


def _mounts() -> list[tuple[str, list[str]]]:
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        rows = [line.split() for line in file]
    return [(row[4].encode().decode("unicode_escape"), row[5].split(",")) for row in rows]


def call(source, target, kind, flags: int, data: str | None = None, must: bool = True) -> None:
    """Call mount(2).

    Raises:
        OSError: the mount is refused, and `must` is true.
    """
    text = [None if x is None else os.fsencode(x) for x in (source, target, kind, data)]
    if _libc().mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]) != 0 and must:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)
