"""Measure and remove a folder that a student's code fills: whatever its depth, names and permissions."""

from __future__ import annotations

import os
import stat
from itertools import count
from pathlib import Path


def remove(folder: Path) -> str:
    """Remove a folder with all that is in it; never raises.

    Folders are moved up, next to each other, before they are emptied: so neither recursion nor the
    length of a path grows with the depth. Links are removed, never followed.

    Returns:
        "" if the folder is gone, else a sentence on what is left.
    """
    top = os.fspath(folder)
    if not os.path.lexists(top):
        return ""
    numbers = count()
    problem = _empty(top, top, numbers)
    stuck: set[str] = set()
    while inner := [path for path in _folders(top) if path not in stuck]:
        for path in inner:
            problem = _empty(path, top, numbers) or problem
            problem = _try(os.rmdir, path) or problem
            if os.path.lexists(path):
                stuck.add(path)
    problem = _try(os.rmdir, top) or problem
    return f"{folder} could not be removed ({problem})" if os.path.lexists(top) else ""


def holds_more(folder: Path, files: int, size: int) -> bool:
    """Report whether a folder holds more than so many files and folders, or bytes on disk.

    What cannot be looked into counts as too much. The work is bounded by `files`.
    """
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            for entry in os.scandir(waiting.pop()):
                files -= 1
                status = entry.stat(follow_symlinks=False)
                size -= 512 * getattr(status, "st_blocks", -(-status.st_size // 512))
                if files < 0 or size < 0:
                    return True
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(entry.path)
        except FileNotFoundError:  # removed meanwhile
            continue
        except OSError:
            return True
    return False


def _empty(folder: str, top: str, numbers) -> str:
    """Remove the files of a folder and move its folders to `top`; return what went wrong last."""
    problem = _try(os.chmod, folder, stat.S_IRWXU)
    try:
        entries = [entry.path for entry in os.scandir(folder)]
    except OSError as error:
        return error.strerror or type(error).__name__
    for path in entries:
        if not _is_folder(path):
            problem = _try(os.unlink, path) or problem
        elif folder != top:
            _try(os.chmod, path, stat.S_IRWXU)  # whose parent changes must be writable
            free = next(p for k in numbers if not os.path.lexists(p := os.path.join(top, f"{k}")))
            problem = _try(os.rename, path, free) or problem
    return problem


def _folders(top: str) -> list[str]:
    try:
        return [entry.path for entry in os.scandir(top) if _is_folder(entry.path)]
    except OSError:
        return []


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _try(act, *arguments) -> str:
    try:
        act(*arguments)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or type(error).__name__
    return ""
