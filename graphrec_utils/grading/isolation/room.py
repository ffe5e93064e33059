"""The file system that a student's code sees on Linux: built from nothing, with only what it needs.

Of the machine there are the system's programs and libraries, the Python environment, a few devices
and a handful of files that we write; all read-only. Everything else, such as homes, sockets of
services and other folders of the course, is not hidden but absent.

Standard library only: this runs before a student's code does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import sys
from pathlib import PurePath

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 4096, 16384, 1 << 18, 2
FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "nodiratime": 2048,
         "relatime": 1 << 21}  # fmt: skip
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/ld.so.cache",
          "/etc/alternatives", "/etc/localtime", "/etc/fonts", "/sys/devices/system/cpu")  # fmt: skip
DEVICES = ("null", "zero", "full", "random", "urandom")
LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
HOME = "home"
SPACES = {"home": 256 * 2**20, "/dev/shm": 256 * 2**20, "/tmp": 128 * 2**20}  # bytes, in memory
FILES = 20_000  # and folders, in each of them
MASKED = ("kcore", "keys", "timer_list", "sysrq-trigger", "kallsyms")


def needed() -> list[str]:
    """Return the folders and files of the machine that this process and its forks need."""
    packages = [p for p in sys.path if os.path.basename(p) in ("site-packages", "dist-packages")]
    wanted = [
        *SYSTEM,
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        sys.base_exec_prefix,
        *packages,
    ]
    with contextlib.suppress(OSError), open("/proc/self/maps", encoding="utf-8") as file:
        mapped = {line.split(maxsplit=5)[-1].strip() for line in file if "/" in line}
        libraries = {os.path.dirname(p) for p in mapped if ".so" in os.path.basename(p)}
        wanted += [p for p in sorted(libraries) if not any(_within(p, w) for w in wanted)]
    return [path for path in wanted if os.path.exists(path) and path != "/"]


def build(own: str, wanted: list[str], private: list[str], identity: int) -> None:
    """Make the new file system and enter it; for process 1 of new mount and pid namespaces.

    Args:
        own: the one folder that can be written, until `seal`; afterwards HOME in it can, which
            lies in memory, as do /tmp and /dev/shm: see SPACES.
        wanted: what `needed` returned.
        private: folders and files that are empty from inside, should they lie in a wanted one.
        identity: the number of the user in there.

    Raises:
        OSError: the system refuses.
    """
    os.umask(0o022)
    call(None, "/", None, MS_REC | MS_PRIVATE)
    root = os.path.join(os.path.dirname(own), "root")
    os.makedirs(root, exist_ok=True)
    call("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=4m,mode=755")
    os.makedirs(f"{root}/tmp")  # first: what is needed, and its own folder, may lie in it
    call("tmpfs", f"{root}/tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"{_space('/tmp')},mode=1777")
    if _within(own, "/tmp"):
        above = f"{root}/tmp/{PurePath(own).parts[2]}"
        os.makedirs(above)
        call("tmpfs", above, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=755")
    for path, shown in plan([*wanted, *map(os.path.realpath, wanted)], private):
        if os.path.islink(path) and path in SYSTEM:  # /lib -> usr/lib
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(os.readlink(path), root + path)
        elif shown:
            _bind(path, root + path)
        elif os.path.isdir(path):
            call("tmpfs", root + path, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=755")
        else:
            call("/dev/null", root + path, None, MS_BIND)
    _devices(root)
    _texts(root, own, identity)
    for name in ("proc", "var/tmp"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    safe = MS_NOSUID | MS_NODEV | MS_NOEXEC
    call("proc", f"{root}/proc", "proc", safe | MS_RDONLY, must=False)  # else there is none
    for name in MASKED:
        call("/dev/null", f"{root}/proc/{name}", None, MS_BIND, must=False)
    _bind(own, root + own)
    home = f"{root}{own}/{HOME}"
    os.makedirs(home, exist_ok=True)
    owned = f"{_space(HOME)},mode=700,uid={identity},gid={identity}"
    call("tmpfs", home, "tmpfs", MS_NOSUID | MS_NODEV, owned)
    shared = (f"{root}/tmp", f"{root}/dev/shm")  # where programs write without asking
    for point, options in _mounts():
        if _within(point, root) and point not in (root + own, home, *shared):
            flags = sum(FLAGS.get(name, 0) for name in options)
            call(None, point, None, MS_REMOUNT | MS_BIND | MS_RDONLY | flags)
    call(None, root + own, None, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV)
    _enter(root)
    os.chdir("/")


def _space(place: str) -> str:
    return f"size={SPACES[place]},nr_inodes={FILES}"


def seal(own: str) -> None:
    """Let nothing be written any more into the folder itself, only into the one in it.

    Raises:
        OSError: the system refuses.
    """
    call(None, own, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)


def plan(wanted: list[str], private: list[str]) -> list[tuple[str, bool]]:
    """Return (path, shown) in the order to mount them: outer before inner, nothing twice."""
    steps: dict[str, bool] = {}
    both = [(p, True) for p in wanted] + [(os.path.realpath(p), False) for p in private]
    for path, shown in sorted(set(both), key=lambda x: (len(PurePath(x[0]).parts), x[1], x[0])):
        around = [p for p in steps if _within(path, p)]
        visible = steps[max(around, key=len)] if around else False
        if visible != shown and os.path.lexists(path):
            steps[path] = shown
    return list(steps.items())


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _bind(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w"):
            pass
    call(source, target, None, MS_BIND | MS_REC)


def _devices(root: str) -> None:
    os.makedirs(f"{root}/dev/shm")
    for name in DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in LINKS.items():
        os.symlink(target, f"{root}/dev/{name}")
    safe = MS_NOSUID | MS_NODEV | MS_NOEXEC
    call("tmpfs", f"{root}/dev/shm", "tmpfs", safe, f"{_space('/dev/shm')},mode=1777")


def _texts(root: str, own: str, identity: int) -> None:
    """Write the files that programs ask for names: there is one user and one machine."""
    os.makedirs(f"{root}/etc", exist_ok=True)
    for name, text in {
        "passwd": f"student:x:{identity}:{identity}::{own}:/bin/sh\n",
        "group": f"student:x:{identity}:\n",
        "hosts": "127.0.0.1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    }.items():
        with open(f"{root}/etc/{name}", "w", encoding="utf-8") as file:
            file.write(text)


def _enter(root: str) -> None:
    """Make `root` the root, and drop the old one."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = PIVOT_ROOT.get(platform.machine(), -1)
    os.chdir(root)
    if libc.syscall(number, b".", b".") != 0 or libc.umount2(b".", MNT_DETACH) != 0:
        raise OSError(ctypes.get_errno(), "pivot_root")


def _mounts() -> list[tuple[str, list[str]]]:
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        rows = [line.split() for line in file]
    return [(row[4].encode().decode("unicode_escape"), row[5].split(",")) for row in rows]


def call(source, target, kind, flags: int, data: str | None = None, must: bool = True) -> None:
    """Call mount(2).

    Raises:
        OSError: the mount is refused, and `must` is true.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    text = [None if x is None else os.fsencode(x) for x in (source, target, kind, data)]
    if libc.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]) != 0 and must:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)
