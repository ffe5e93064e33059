"""Isolation of one process: limits, and on Linux a place where it can neither see nor reach anything.

`enter(config, inside)` runs `inside` in a new process. With Linux namespaces (mount, pid, net, ipc,
and user where we are not root; `man 7 namespaces`) that process has no network, no other process,
a file system of its own (see `room`) and may write into one folder only; when its first process
ends, the system ends all the others. Started by root, it is another user than any of the machine.
Where namespaces are refused (some containers), Landlock keeps it from files; what of all this a
system allows is what `try_out` says, and on other systems than Linux it is nothing.

Standard library only: this runs before and around a student's code.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import sys
import time
from collections.abc import Callable

from graphrec_utils.grading.isolation import calls, groups, landlock, room

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAPABILITY_VERSION_3 = 0x20080522
INSIDE_UID = 1000  # not 0: the program keeps no right to undo the mounts
FIRST_UID, UIDS = 60_100, 800  # nobody's, between Debian's users and systemd's
TASKS = 256  # processes and threads of a kernel that has a user of its own
FILE_BYTES = 64 * 2**20
DESCRIPTORS = (
    256  # files, pipes and sockets of one process: each may hold memory that nobody counts
)
# who ends first when the machine runs out of memory; the main process stays at what it was
WORKER, UNPACKING, KERNEL = 300, 600, 1000
ASKED, MOMENT = "asked", 0.002  # the folder by which `seal` is asked for; seconds between two looks

_allowed: list[str] = []  # see `try_out`


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


def first_in_line(score: int) -> None:
    """Let the system end this process before others, when it runs out of memory (Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "r+") as file:
        if int(file.read()) < score:  # who may not lower it may raise it
            file.seek(0)
            file.write(str(score))


def leave_nothing_open() -> None:
    """Close every file and pipe of the grader's that this process has inherited."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 256)


def try_out(folder: str) -> list[str]:
    """Find out once what this system lets us do, and return it: some of `WALLS`.

    Some allow to make namespaces and refuse to mount in them (AppArmor on Ubuntu), which would end
    each program before it starts. Processes forked afterwards know the answer.

    Args:
        folder: one that may be written.
    """
    _allowed.clear()
    if sys.platform == "linux":
        config = {"own": folder, "private": [], "memory": 0}
        for wall, attempt in WALLS.items():
            outer = os.fork()
            if outer == 0:
                _set_readable(True)  # as in `enter`: a hidden one may not map its users
                with contextlib.suppress(BaseException):
                    attempt(config)
                    os._exit(0)
                os._exit(1)
            if os.waitpid(outer, 0)[1] == 0:
                _allowed.append(wall)
    return list(_allowed)


def _try_namespaces(config: dict) -> None:
    _new_namespaces()
    inner = os.fork()
    if inner == 0:
        with contextlib.suppress(BaseException):
            _furnish(config, INSIDE_UID)
            room.seal(os.path.realpath(config["own"]))
            os._exit(0)
        os._exit(1)
    if os.waitpid(inner, 0)[1]:
        raise OSError("no mounts")


def _try_user(config: dict) -> None:
    """Become another user, who must be able to use the environment and the folder."""
    own, user = config["own"], identity()
    if os.geteuid() != 0:
        raise PermissionError
    before = os.stat(own).st_uid
    try:
        os.chown(own, user, -1)
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                _become(user)
                if "namespaces" not in _allowed:  # else all is mounted where everybody may go
                    os.listdir(own)
                    for path in (os.__file__, sys.executable, *filter(os.path.isdir, sys.path)):
                        os.stat(os.path.join(path, ".") if os.path.isdir(path) else path)
                os._exit(0)
            os._exit(1)
        if os.waitpid(child, 0)[1]:
            raise PermissionError
    finally:
        os.chown(own, before, -1)


def _try_calls(config: dict) -> None:
    if not calls.known():
        raise OSError
    _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    calls.refuse()


def _try_landlock(config: dict) -> None:
    if "namespaces" in _allowed:
        raise OSError  # they close more
    landlock.restrict(config["own"], room.needed())


WALLS = {"namespaces": _try_namespaces, "another user": _try_user, "landlock": _try_landlock,
         "call filter": _try_calls}  # fmt: skip


def identity() -> int:
    """Return the user number that this process's program gets where we may choose one."""
    return FIRST_UID + os.getpid() % UIDS


def enter(config: dict, inside: Callable[[Callable[[], None]], None]) -> tuple[int, bool]:
    """Start `inside(seal)` in a sandbox; return (process id to wait for and to kill, isolated).

    After `seal()` only the folder `room.HOME` in its own one can be written, where there are
    namespaces; it must be called before a student's code runs.

    Args:
        config: {"own": the one folder that may be written, "private": folders and files that must
            not be seen, "memory": bytes that may be allocated; 0 for no limit, "group": the control
            group to enter, if there is one}.
    """
    _set_readable(True)  # or the files that /proc shows of this process belong to root
    user = identity()
    isolated = "namespaces" in _allowed
    if isolated:
        _new_namespaces()
    child = os.fork()
    if child:
        _set_readable(False)
        if sys.platform == "linux":
            _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become our children
        return child, isolated
    code = 70
    try:
        first_in_line(KERNEL)
        groups.enter(config.get("group", ""))
        if "another user" in _allowed:
            _give(config["own"], user)
        if isolated:  # this is process 1 of a new world: it mounts, starts the program and reaps
            die_with_parent()
            _furnish(config, user if "another user" in _allowed else INSIDE_UID)
            program = os.fork()
            if program:
                _set_readable(False)
                leave_nothing_open()
                _seal_when_asked(config["own"], program)
                code = _reap(program)
                return child, isolated  # never: see `finally`
        _limit(config["memory"])
        if "another user" in _allowed:
            _become(user)
        if "landlock" in _allowed:
            landlock.restrict(config["own"], config.get("needed") or room.needed())
        if sys.platform == "linux":
            _drop_rights()
        inside(functools.partial(_ask_to_seal, config["own"], isolated))
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


def _give(own: str, user: int) -> None:
    """Make a folder and the files in it, not what is deeper, another user's."""
    for path in (own, *(entry.path for entry in os.scandir(own))):
        os.chown(path, user, user)


def _become(user: int) -> None:
    """Become a user whom nobody else is: then the system counts what it starts, however busy we are."""
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NPROC, (TASKS, TASKS))
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _set_readable(True)


def _furnish(config: dict, user: int) -> None:
    own = os.path.realpath(config["own"])
    room.build(own, config.get("needed") or room.needed(), config["private"], user)


def _ask_to_seal(own: str, isolated: bool) -> None:
    """Wait until process 1, which may do so, has made the folder one that can only be read."""
    if isolated:
        os.mkdir(os.path.join(own, ASKED))
        while os.access(own, os.W_OK):
            time.sleep(MOMENT)


def _seal_when_asked(own: str, program: int) -> None:
    ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while os.access(own, os.W_OK) and not os.waitid(os.P_PID, program, ended):
        if os.path.exists(os.path.join(own, ASKED)):
            with contextlib.suppress(OSError):  # something is still being written: again
                room.seal(own)
        time.sleep(MOMENT)


def _reap(program: int) -> int:
    """Wait for `program`, and for every orphan before it; return its exit code as a shell does."""
    while True:
        pid, status = os.wait()
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _limit(memory: int) -> None:
    import resource

    wanted = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": FILE_BYTES, "RLIMIT_NOFILE": DESCRIPTORS}
    if memory:
        wanted["RLIMIT_AS"] = memory + address_space()
    for name, value in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))


def address_space() -> int:
    """Return what this process has mapped already: libraries are not the student's allocation."""
    with contextlib.suppress(OSError), open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 2**30


def _drop_rights() -> None:
    """Give up every capability, for good, and the calls that no answer needs."""
    libc = _libc()
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    if "call filter" in _allowed:
        calls.refuse(modes="landlock" in _allowed)


# ---------------------------------------------------------------- Linux


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def _new_namespaces() -> None:
    """Leave this process's namespaces; root needs none of users, and is mapped to nobody in it.

    Raises:
        OSError: the system refuses.
    """
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC
    uid, gid = os.getuid(), os.getgid()
    if uid == 0 and _libc().unshare(flags) == 0:
        return
    if _libc().unshare(flags | CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INSIDE_UID} {uid} 1"),
        ("gid_map", f"{INSIDE_UID} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
