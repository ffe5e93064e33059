"""Find the submissions in notebooks, folders and zip files, and whose they are."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from graphrec_utils import syllabus
from graphrec_utils.grading.intake import MAX_BYTES

STEMS = {x.stem for x in syllabus.LESSONS}
SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", ".venv", "node_modules", "__pycache__"}
MAX_MEMBERS = 20_000
MAX_UNPACKED = 4 * 2**30
CHUNK = 2**20
UNSAFE = ("..", "/", ".")


@dataclass(frozen=True)
class Submission:
    """One notebook somebody handed in; `problem` says why it cannot even be opened."""

    student: str
    file: str  # as the reports name it
    path: Path | None
    problem: str = ""


def submissions(given: list[Path], unpack: Path) -> list[Submission]:
    """Return every submission below the given paths, in a fixed order.

    Two students of one name (from two folders or files) become "ann" and "ann-2".

    Args:
        given: notebooks, folders of notebooks, folders with a folder per student, zip files.
        unpack: an empty folder; members of zip files are written there under our own names.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    found: list[tuple[str, Submission]] = []
    for path in given:
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        found += _in_path(path, unpack)
    homes: dict[str, list[str]] = {}
    for home, submission in found:
        known = homes.setdefault(submission.student, [])
        if home not in known:
            known.append(home)
    named = []
    for home, submission in found:
        number = homes[submission.student].index(home) + 1
        name = submission.student if number == 1 else f"{submission.student}-{number}"
        named.append(replace(submission, student=name))
    return named


def _in_path(path: Path, unpack: Path) -> Iterator[tuple[str, Submission]]:
    """Yield (where the student's files are, submission)."""
    if path.is_dir():
        yield from _in_folder(path, unpack)
    elif zipfile.is_zipfile(path):
        yield from _in_zip(path, path.stem, unpack, path.name)
    else:
        whole = path.resolve()
        home = whole if _names_somebody(path.name) else whole.parent
        student = _student((), path.name, whole.parent.name)
        yield str(home), Submission(student, path.name, path)


def _in_folder(top: Path, unpack: Path) -> Iterator[tuple[str, Submission]]:
    for folder, names, files in os.walk(top):  # symbolic links to folders are not followed
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(files):
            path = Path(folder) / name
            inner = path.relative_to(top)
            of_top = len(inner.parts) == 1 and not _names_somebody(name)
            home = str(top.resolve() if of_top else top.resolve() / inner.parts[0])
            if name.lower().endswith(".ipynb") and not name.startswith("._"):
                student = _student(inner.parts[:-1], name, top.resolve().name)
                yield home, Submission(student, inner.as_posix(), path)
            elif name.lower().endswith(".zip") and not path.is_symlink():
                owner = _student((*inner.parts[:-1], path.stem), "", "")
                yield from _in_zip(path, owner, unpack, inner.as_posix(), owner)


def _in_zip(
    path: Path, fallback: str, unpack: Path, label: str, owner: str = ""
) -> Iterator[tuple[str, Submission]]:
    """Yield the notebooks of a zip file; nothing is written where the file says.

    Args:
        owner: whose it is, should it hold no folder per student.
    """
    home = str(path.resolve())
    try:
        archive = zipfile.ZipFile(path)
        members = sorted(archive.infolist()[:MAX_MEMBERS], key=lambda info: info.filename)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        problem = "a zip file that cannot be read"
        yield home, Submission(_clean(owner or fallback), label, None, problem)
        return
    paths = [(info, PurePosixPath(info.filename.replace("\\", "/"))) for info in members]
    paths = [
        (info, inner)
        for info, inner in paths
        if inner.suffix.lower() == ".ipynb"
        and not inner.name.startswith("._")
        and not SKIPPED & set(inner.parts)
    ]
    safe = [tuple(p for p in i.parts[:-1] if p not in UNSAFE and ":" not in p) for _, i in paths]
    folders = _without_common(safe)
    per_student = not owner or len({f[:1] for f in folders}) > 1
    left = MAX_UNPACKED
    with archive:
        for (info, inner), kept, below in zip(paths, safe, folders, strict=True):
            student = _student(below, inner.name, fallback) if per_student else _clean(owner)
            alone = inner.name if _names_somebody(inner.name) else ""
            where = f"{home}\0{'/'.join(below[:1]) or alone}" if per_student else home
            item = Submission(student, f"{label}:{info.filename[:200]}", None)
            if inner.is_absolute() or len(kept) != len(inner.parts) - 1:
                yield where, replace(item, problem="its path leads out of the zip file")
            elif stat.S_ISLNK(info.external_attr >> 16):
                yield where, replace(item, problem="a symbolic link, not a file")
            else:
                target = unpack / f"{len(list(unpack.iterdir()))}.ipynb"
                written = _extract(archive, info, target, min(left, MAX_BYTES + 1))
                left -= max(written, 0)
                if written < 0:
                    yield where, replace(item, problem="it cannot be unpacked")
                else:
                    yield where, replace(item, path=target)


def _without_common(folders: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Drop the outer folder that a zip of a folder has, while a folder per student remains."""
    while folders and len({f[:1] for f in folders}) == 1 and all(len(f) > 1 for f in folders):
        folders = [f[1:] for f in folders]
    return folders


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limit: int) -> int:
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


def _names_somebody(name: str) -> bool:
    """Report whether a file's name holds more than its lesson's: "ann_00_start_here.ipynb"."""
    return _student((), name, "") != _clean("")


def _student(folders: tuple[str, ...], name: str, fallback: str) -> str:
    """Return who handed in a file: the first folder, else the file's name without the lesson's."""
    if folders:
        return _clean(folders[0])
    stem = re.sub(r"\.ipynb$", "", name, flags=re.IGNORECASE)
    for known in STEMS:
        stem = stem.replace(known, "")
    return _clean(stem.strip("_- .()") or fallback)


def _clean(name: str) -> str:
    """Return a name that is safe in a report and as a file name."""
    name = re.sub(r"[^\w .@+-]", "_", name, flags=re.UNICODE).strip(" .")[:80]
    return name or "unnamed"
