"""Find the submissions in notebooks, folders and zip files; nothing is left out without a word."""

from __future__ import annotations

import io
import os
import stat
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from graphrec_utils.grading.submissions import files, layout, whose
from graphrec_utils.grading.submissions.intake import MAX_BYTES

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", ".venv", "node_modules", "__pycache__"}
ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")
MAX_MEMBERS = 20_000  # of all zip files together
MAX_UNPACKED = 4 * 2**30
MOST = 60  # notebooks of one student: the latest ones
LISTED = 5  # other files of one student that are named one by one
MAX_DEPTH = 3  # zip files in zip files
UNSAFE = ("..", "/", ".", "")


@dataclass(frozen=True)
class Submission:
    """One notebook somebody handed in; `problem` says why it cannot even be opened.

    `known` are other names of the student, `turn` orders the attempts of one student.
    """

    student: str
    file: str  # as the reports name it
    path: Path | None
    problem: str = ""
    known: tuple[str, ...] = ()
    turn: tuple[int, int, float] = (0, 0, 0.0)
    late: bool = False

    def told(self) -> dict:
        """Return what result.json says about whose it is and when it was handed in."""
        return {"known": list(self.known), "turn": list(self.turn), "late": self.late,
                "time": self.turn[2]}  # fmt: skip


@dataclass(frozen=True)
class _Item:
    """A file before its owner is known: `folders` are those below the crowd it was found in."""

    crowd: str
    folders: tuple[str, ...]
    name: str
    fallback: str
    label: str
    path: Path | None = None
    problem: str = ""
    time: float = 0.0


def submissions(
    given: list[Path], unpack: Path, ignored: list[dict] | None = None
) -> list[Submission]:
    """Return every submission below the given paths, in a fixed order.

    Two students of one name, from two of the given paths, become "ann" and "ann-2".

    Args:
        given: notebooks, folders of notebooks, folders with a folder per student, zip files.
        unpack: an empty folder; members of zip files are written there under our own names.
        ignored: gets {"file", "why"} for every file that is not looked at.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    walk = _Walk(unpack)
    for path in given:
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        walk.path(path)
    owners = [whose.owner(x.folders, x.name, x.fallback) for x in walk.items]
    crowds: dict[str, list[str]] = {}
    for item, owner in zip(walk.items, owners, strict=True):
        known = crowds.setdefault(owner.name, [])
        if item.crowd not in known:
            known.append(item.crowd)
    found, others = [], {}
    for item, owner in zip(walk.items, owners, strict=True):
        number = crowds[owner.name].index(item.crowd) + 1
        name = owner.name if number == 1 else f"{owner.name}-{number}"
        turn = (owner.turn, whose.attempt(PurePosixPath(item.label).name), item.time)
        made = Submission(name, item.label, item.path, item.problem, owner.known, turn, owner.late)
        if layout.ends(item.name, (*layout.NOTEBOOKS, ".zip")):
            found.append(made)
        else:
            others.setdefault(name if item.folders or owner.known else "", []).append(made)
    there = {x.student for x in found}
    for student, more in others.items():
        if student and student not in there:
            found.append(more.pop(0))
        walk.ignored += _listed(more)
    by_student: dict[str, list[Submission]] = {}
    for made in found:
        by_student.setdefault(made.student, []).append(made)
    dropped: set[int] = set()
    for several in by_student.values():
        for made in sorted(several, key=lambda x: x.turn)[:-MOST]:
            dropped.add(id(made))
            why = f"one of more than {MOST} notebooks of {made.student}"
            walk.ignored.append({"file": made.file, "why": why})
    if ignored is not None:
        ignored += walk.ignored
    return [made for made in found if id(made) not in dropped]


def _listed(others: list[Submission]) -> list[dict]:
    """Name some files that are no notebooks, and count the others."""
    lines = [{"file": x.file, "why": x.problem} for x in others[:LISTED]]
    if (more := len(others) - LISTED) > 0:
        why = f"{more} more files that are no notebooks"
        lines.append({"file": others[0].student, "why": why})
    return lines


class _Walk:
    """Collects items; what is no submission goes to `ignored` with the reason."""

    def __init__(self, unpack: Path):
        self.unpack = unpack
        self.items: list[_Item] = []
        self.ignored: list[dict] = []
        self.left, self.members, self.written = MAX_UNPACKED, MAX_MEMBERS, 0

    def path(self, path: Path) -> None:
        whole = path.resolve()
        if path.is_dir():
            self.folder(path)
        elif files.is_zip(whole):
            self.archive(whole, path.name, str(whole), path.stem, 1)
        else:
            self.file(str(whole.parent), (), path, whole.parent.name, path.name)

    def folder(self, top: Path) -> None:
        def cannot(error: OSError) -> None:
            self.ignored.append(
                {"file": error.filename, "why": f"cannot be opened: {error.strerror}"}
            )

        crowd, fallback = str(top.resolve()), top.resolve().name
        entries = len(os.listdir(top))
        paths = []
        for folder, names, inside in os.walk(top, onerror=cannot):  # follows no symbolic links
            names[:] = sorted(name for name in names if name not in SKIPPED)
            paths += [Path(folder) / name for name in sorted(inside) if not _is_noise(name)]
        inner = [path.relative_to(top) for path in paths]
        folders = layout.without_course([x.parts[:-1] for x in inner], [x.name for x in inner])
        for path, whole, below in zip(paths, inner, folders, strict=True):
            label, name = whole.as_posix(), path.name
            if name.lower().endswith(".zip") and stat.S_ISREG(path.lstat().st_mode):
                self.archive(path, label, crowd, path.stem, 1, (*below, name), entries == 1)
            elif not self._is_solution(whole.parts[:-1], name, label):
                self.file(crowd, below, path, fallback, label)

    def file(self, crowd: str, folders: tuple, path: Path, fallback: str, label: str) -> None:
        status = path.lstat()
        problem = (
            "" if stat.S_ISREG(status.st_mode) else f"{files.kind(status.st_mode)}, not a file"
        )
        problem = problem or _problem(path.name)
        kept = None if problem else path
        self.items.append(
            _Item(crowd, folders, path.name, fallback, label, kept, problem, status.st_mtime)
        )

    def archive(self, path: Path, *where, **more) -> None:
        """Take the members of a zip file; nothing is written where the file says.

        Args:
            where, more: of `_members`.
        """
        try:
            file = files.opened(path)
        except OSError:
            file = io.BytesIO()  # no zip file either
        with file:
            self._members(file, path, *where, **more)

    def _members(
        self, file: BinaryIO, path: Path, label: str, crowd: str, stem: str, depth: int,
        inside: tuple[str, ...] = (), alone: bool = True,
    ) -> None:  # fmt: skip
        """Take the members of a zip file that is open.

        Args:
            inside: the folders above it and its name, where it lies in a folder or another zip file.
            alone: whether nothing else lies beside it: then it may hold a folder for each of several
                students. Among other submissions it is that of the one it is named after, whatever
                it holds: nobody hands in for somebody else.
        """
        *above, own = inside or ("", PurePosixPath(label).name)

        def broken(why: str) -> None:
            folders = tuple(above) if inside else ()
            self.items.append(_Item(crowd, folders, own, stem, label, None, why))

        try:
            archive = zipfile.ZipFile(file)
            every = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            broken("a zip file that cannot be read")
            return
        if depth > MAX_DEPTH:
            broken("a zip file in a zip file in a zip file")
            return
        members = sorted(every[: max(self.members, 0)], key=lambda info: info.filename)
        if len(members) < len(every):
            self.ignored.append(
                {"file": label, "why": f"more than {MAX_MEMBERS:,} files in zip files"}
            )
        self.members -= len(members)
        paths = [PurePosixPath(info.filename.replace("\\", "/")) for info in members]
        wanted = [
            (info, inner) for info, inner in zip(members, paths, strict=True)
            if not info.is_dir() and not SKIPPED & set(inner.parts) and not _is_noise(inner.name)
            and not self._is_solution(inner.parts[:-1], inner.name, f"{label}:{inner}"[:300])
        ]  # fmt: skip
        names = [inner.name for _, inner in wanted]
        if not any(layout.ends(name, (*layout.NOTEBOOKS, ".zip")) for name in names):
            holds = f"; it holds {', '.join(names[:3])}" if names else ""
            broken(f"a zip file without a notebook (*.ipynb){holds}"[:300])
            return
        whole = [_safe(inner) for _, inner in wanted]
        folders = layout.without_common(layout.without_course(whole, names), names)
        if (
            whole != folders
            and len({f[:1] for f in folders}) == 1
            and layout.is_course(whole, names)
        ):
            folders = [()] * len(folders)  # the folder of the course, whatever it is called
        if not (alone or above) and len({f[0] for f in folders if f}) > 1:
            why = f"read as one student's, {own}: it lies beside others; a class in a zip file is graded alone"
            self.ignored.append({"file": label, "why": why})
        with archive:
            for (info, inner), below in zip(wanted, folders, strict=True):
                name = f"{label}:{info.filename[:200]}"
                below = below if alone else tuple(above)
                target, problem = self._unpacked(archive, info, inner)
                home = str(path.resolve()) if alone else crowd
                called = inner.name if alone or above else own
                if target and inner.suffix.lower() == ".zip":
                    self.archive(
                        target, name, home, PurePosixPath(called).stem, depth + 1,
                        (*below, called), alone=False,
                    )  # fmt: skip
                    continue
                called, when = _like(called, inner.name), _seconds(info.date_time)
                self.items.append(_Item(home, below, called, stem, name, target, problem, when))

    def _is_solution(self, folders: tuple[str, ...], name: str, label: str) -> bool:
        place = whose.of_course(folders, name)
        is_ours = place is not None and folders[place] == "solutions"
        if is_ours:
            self.ignored.append({"file": label, "why": "the course's own solution"})
        return is_ours

    def _unpacked(self, archive, info: zipfile.ZipInfo, inner) -> tuple[Path | None, str]:
        """Write one member; return where, or None and why not."""
        if inner.is_absolute() or len(_safe(inner)) != len(inner.parts) - 1:
            return None, "its path leads out of the zip file"
        if stat.S_ISLNK(info.external_attr >> 16):
            return None, "a symbolic link, not a file"
        if problem := _problem(inner.name):
            return None, problem
        self.written += 1
        target = self.unpack / f"{self.written}{inner.suffix.lower()}"
        written = files.extract(archive, info, target, min(self.left, MAX_BYTES + 1))
        self.left -= max(written, 0)
        return (None, "it cannot be unpacked") if written < 0 else (target, "")


def _problem(name: str) -> str:
    if layout.ends(name, (*layout.NOTEBOOKS, ".zip")):
        return ""
    if layout.ends(name, ARCHIVES):
        return "an archive that is not a zip file: hand in the notebook (*.ipynb) or a zip file"
    return f"a {PurePosixPath(name).suffix.lower()} file, not a notebook (*.ipynb)"


def _is_noise(name: str) -> bool:
    return name.startswith("._") or name in (".DS_Store", "Thumbs.db")


def _safe(inner: PurePosixPath) -> tuple[str, ...]:
    return tuple(p for p in inner.parts[:-1] if p not in UNSAFE and ":" not in p)


def _like(owner: str, name: str) -> str:
    """Return the name that tells whose a member is, with the suffix that tells what it is."""
    return owner if owner == name else owner.removesuffix(".zip") + PurePosixPath(name).suffix


def _seconds(when: tuple[int, ...]) -> float:
    """Return the time of a member of a zip file, which knows no time zone."""
    try:
        return time.mktime((*when, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0
