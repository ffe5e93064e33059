"""Files that somebody else made and may change at any time: nothing in their place is waited for."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import zipfile
from pathlib import Path
from typing import BinaryIO

CHUNK = 2**20


def opened(path: Path) -> BinaryIO:
    """Open a file that somebody else may change meanwhile: a pipe in its place is not waited for.

    Raises:
        OSError: there is no such file, or it is a link, a pipe or anything else but a file.
    """
    flags = ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY")  # what there is of them on this system
    number = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in flags))
    file = open(number, "rb")  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(number).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is no file")
    return file


def is_zip(path: Path) -> bool:
    """Report whether there is a zip file, whatever its name."""
    with contextlib.suppress(OSError), opened(path) as file:
        return zipfile.is_zipfile(file)
    return False


def kind(mode: int) -> str:
    """Return what is there instead of a file, from its mode."""
    for test, kind in (
        (stat.S_ISLNK, "a symbolic link"), (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):  # fmt: skip
        if test(mode):
            return kind
    return "a device"


def extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limit: int) -> int:
    """Write one member, at most `limit` bytes; return how many, or -1 if it is damaged."""
    done = 0
    try:
        with archive.open(info) as source, open(target, "wb") as out:
            while done < limit and (chunk := source.read(min(CHUNK, limit - done))):
                out.write(chunk)
                done += len(chunk)
    except Exception:  # encrypted, damaged, an unknown method: the library raises many kinds
        return -1
    return done
