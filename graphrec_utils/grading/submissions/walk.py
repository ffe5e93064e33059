"""Walk through folders and zip files that somebody else made: every file becomes an item, or is named.

A zip file is read in a child process, within what is left of its student's budget. A folder is read
to a number of entries. So nobody's files cost the others more than seconds.
"""

from __future__ import annotations

import io
import itertools
import os
import stat
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from graphrec_utils.grading.isolation import bounded, tidy
from graphrec_utils.grading.submissions import files, intake, layout, lean, whose
from graphrec_utils.grading.submissions.intake import MAX_BYTES

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", ".venv", "node_modules", "__pycache__"}
ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")
MAX_MEMBERS = 20_000  # of one zip file, and files below the folder of one student
MAX_UNPACKED = 2 * MAX_BYTES  # bytes of one student's zip files, outputs of notebooks included
MAX_KEPT = 64 * 2**20  # ... of them that stay on the disk
MAX_CLASS = 8 * 2**30  # bytes of a zip file that stands alone: it may hold a class
UNPACK_SECONDS = 60.0  # of computing for one student's zip files
CLASS_SECONDS = 600.0
UNPACK_MEMORY = 2 * 2**30
MOST_IGNORED = 20  # sentences about one zip file
MAX_DEPTH = 3  # zip files in zip files
UNSAFE = ("..", "/", ".", "")


@dataclass(frozen=True)
class Item:
    """A file before its owner is known: `folders` are those below the crowd it was found in."""

    crowd: str
    folders: tuple[str, ...]
    name: str
    fallback: str
    label: str
    path: Path | None = None
    problem: str = ""
    time: float = 0.0


@dataclass
class Budget:
    """What is left for zip files: of one student, or of one file that stands alone."""

    bytes: int = field(default_factory=lambda: MAX_UNPACKED)
    kept: int = field(default_factory=lambda: MAX_KEPT)
    seconds: float = field(default_factory=lambda: UNPACK_SECONDS)


class Walk:
    """Collects items; what is no submission goes to `ignored` with the reason.

    Args:
        unpack: an empty folder for what is in zip files.
        skip: folders that are not looked into, such as the one that results are written to.
    """

    def __init__(self, unpack: Path, skip: Iterable[Path] = ()):
        self.unpack, self.skip = unpack, {os.path.realpath(path) for path in skip}
        self.items: list[Item] = []
        self.ignored: list[dict] = []
        self.budgets: dict[tuple[str, str], Budget] = {}  # of (crowd, first folder in it)
        self.written = 0

    def path(self, path: Path) -> None:
        whole = path.resolve()
        if path.is_dir():
            self.folder(path)
        elif files.is_zip(whole):
            self.archive(whole, path.name, str(whole), path.stem, 1)
        else:
            self.file(str(whole.parent), (), path, whole.parent.name, path.name)

    def folder(self, top: Path) -> None:
        crowd, fallback = str(top.resolve()), top.resolve().name
        entries = sum(os.path.join(crowd, name) not in self.skip for name in os.listdir(top))
        paths = list(self._below(top))
        inner = [path.relative_to(top) for path in paths]
        folders = layout.without_course([x.parts[:-1] for x in inner], [x.name for x in inner])
        for path, whole, below in zip(paths, inner, folders, strict=True):
            label, name = whole.as_posix(), path.name
            if name.lower().endswith(".zip") and stat.S_ISREG(_status(path).st_mode):
                self.archive(path, label, crowd, path.stem, 1, (*below, name), entries == 1)
            elif not self.is_solution(whole.parts[:-1], name, label):
                self.file(crowd, below, path, fallback, label)

    def _below(self, top: Path) -> Iterator[Path]:
        """Yield the files below a folder, following no links; of each folder in it, MAX_MEMBERS at most."""
        read: dict[str, int] = {}
        waiting = [(os.fspath(top), "")]
        while waiting:
            folder, first = waiting.pop()
            room = MAX_MEMBERS - read.get(first, 0) if first else None  # a class may be larger
            try:
                with os.scandir(folder) as found:
                    entries = sorted(itertools.islice(found, room), key=lambda x: x.name)
                    more = next(found, None) if first else None
            except OSError as error:
                why = f"cannot be opened: {error.strerror}"
                self.ignored.append({"file": folder, "why": why})
                continue
            read[first] = read.get(first, 0) + len(entries)
            if more and read[first] == MAX_MEMBERS:
                read[first] += 1  # said once
                why = f"more than {MAX_MEMBERS:,} files and folders in it: the others are not read"
                self.ignored.append({"file": first, "why": why})
            inner = []
            for entry in entries:
                if entry.is_dir():
                    if not (entry.is_symlink() or entry.name in SKIPPED or self._skips(entry.path)):
                        inner.append((entry.path, first or entry.name))
                elif not _is_noise(entry.name):
                    yield Path(entry.path)
            waiting += reversed(inner)

    def _skips(self, path: str) -> bool:
        return bool(self.skip) and os.path.realpath(path) in self.skip

    def file(self, crowd: str, folders: tuple, path: Path, fallback: str, label: str) -> None:
        status = _status(path)
        problem = (
            "" if stat.S_ISREG(status.st_mode) else f"{files.kind(status.st_mode)}, not a file"
        )
        problem = problem or _problem(path.name)
        kept = None if problem else path
        self.items.append(
            Item(crowd, folders, path.name, fallback, label, kept, problem, status.st_mtime)
        )

    def archive(
        self, path: Path, label: str, crowd: str, stem: str, depth: int,
        inside: tuple[str, ...] = (), alone: bool = True,
    ) -> None:  # fmt: skip
        """Take the members of a zip file, in a child process; nothing is written where the file says.

        Args:
            inside: the folders above it and its name, where it lies in a folder or another zip file.
            alone: whether nothing else lies beside it: then it may hold a folder for each of several
                students. Among other submissions it is that of the one it is named after, whatever
                it holds: nobody hands in for somebody else.
        """
        owner = (crowd, inside[0] if inside and not alone else "")
        whole = Budget(MAX_CLASS, MAX_CLASS, CLASS_SECONDS) if alone else Budget()
        budget = self.budgets.setdefault(owner, whole)
        self.written += 1
        inner = Walk(self.unpack / f"z{self.written}")
        if not alone:  # zip files in this one are of the same student
            inner.budgets[owner] = budget

        def work() -> list:
            inner.unpack.mkdir(exist_ok=True)
            members = _Members(inner, path, label, crowd, stem, depth, inside, alone, budget)
            try:
                file = files.opened(path)
            except OSError:
                file = io.BytesIO()  # no zip file either
            with file:
                members.take(file)
            items = [astuple(item) for item in inner.items]
            items = [[str(x) if isinstance(x, Path) else x for x in item] for item in items]
            return [items, inner.ignored, budget.bytes, budget.kept]

        try:
            if budget.seconds < 1:
                raise bounded.Exceeded(
                    f"more than {UNPACK_SECONDS:g} s of computing with the ones before"
                )
            bounds = bounded.Bounds(budget.seconds, UNPACK_MEMORY, MAX_BYTES + 1)
            said, seconds = bounded.call(work, bounds)
        except (bounded.Exceeded, RuntimeError) as error:
            tidy.remove(inner.unpack)
            budget.seconds = 0.0
            needs = "to unpack it takes " if isinstance(error, bounded.Exceeded) else "unpacking: "
            self.items.append(_broken(label, crowd, stem, inside, f"{needs}{error}"))
            return
        items, ignored, budget.bytes, budget.kept = said
        budget.seconds -= seconds
        for crowd_, folders, name, fallback, label_, kept, *rest in items:
            kept = Path(kept) if kept else None
            self.items.append(Item(crowd_, tuple(folders), name, fallback, label_, kept, *rest))
        self.ignored += ignored[:MOST_IGNORED]
        if (more := len(ignored) - MOST_IGNORED) > 0:
            self.ignored.append({"file": label, "why": f"{more} more remarks on what is in it"})

    def is_solution(self, folders: tuple[str, ...], name: str, label: str) -> bool:
        """Report whether a file is the course's own solution, and say so."""
        place = whose.of_course(folders, name)
        is_ours = place is not None and folders[place] == "solutions"
        if is_ours:
            self.ignored.append({"file": label, "why": "the course's own solution"})
        return is_ours


def _broken(label: str, crowd: str, stem: str, inside: tuple[str, ...], why: str) -> Item:
    *above, own = inside or ("", PurePosixPath(label).name)
    return Item(crowd, tuple(above) if inside else (), own, stem, label, None, why)


class _Members:
    """The members of one zip file; `where`: see `Walk.archive`."""

    def __init__(self, walk: Walk, path, label, crowd, stem, depth, inside, alone, budget):
        self.walk, self.path, self.label, self.crowd, self.stem = walk, path, label, crowd, stem
        self.depth, self.inside, self.alone, self.budget = depth, inside, alone, budget

    def take(self, file: BinaryIO) -> None:
        """Take the members of the zip file that is open."""
        walk, path, label, crowd, stem = self.walk, self.path, self.label, self.crowd, self.stem
        inside, alone, depth = self.inside, self.alone, self.depth
        *above, own = inside or ("", PurePosixPath(label).name)

        def broken(why: str) -> None:
            walk.items.append(_broken(label, crowd, stem, inside, why))

        try:
            archive = zipfile.ZipFile(file)
            every = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            broken("a zip file that cannot be read")
            return
        if depth > MAX_DEPTH:
            broken("a zip file in a zip file in a zip file")
            return
        members = sorted(every[:MAX_MEMBERS], key=lambda info: info.filename)
        if len(members) < len(every):
            walk.ignored.append(
                {"file": label, "why": f"more than {MAX_MEMBERS:,} files in a zip file"}
            )
        paths = [PurePosixPath(info.filename.replace("\\", "/")) for info in members]
        wanted = [
            (info, inner) for info, inner in zip(members, paths, strict=True)
            if not info.is_dir() and not SKIPPED & set(inner.parts) and not _is_noise(inner.name)
            and not walk.is_solution(inner.parts[:-1], inner.name, f"{label}:{inner}"[:300])
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
            walk.ignored.append({"file": label, "why": why})
        with archive:
            for (info, inner), below in zip(wanted, folders, strict=True):
                name = f"{label}:{info.filename[:200]}"
                below = below if alone else tuple(above)
                home = str(path.resolve()) if alone else crowd
                person = (home, below[0] if below else "")
                own_budget = walk.budgets.setdefault(person, Budget()) if alone else self.budget
                target, problem = self._unpacked(archive, info, inner, own_budget)
                called = inner.name if alone or above else own
                if target and inner.suffix.lower() == ".zip":
                    walk.archive(
                        target, name, home, PurePosixPath(called).stem, depth + 1,
                        (*below, called), alone=False,
                    )  # fmt: skip
                    target.unlink(missing_ok=True)
                    continue
                called, when = _like(called, inner.name), _seconds(info.date_time)
                walk.items.append(Item(home, below, called, stem, name, target, problem, when))

    def _unpacked(self, archive, info, inner, budget: Budget) -> tuple[Path | None, str]:
        """Write one member, without the outputs of a long notebook; return where, or None and why not."""
        if inner.is_absolute() or len(_safe(inner)) != len(inner.parts) - 1:
            return None, "its path leads out of the zip file"
        if stat.S_ISLNK(info.external_attr >> 16):
            return None, "a symbolic link, not a file"
        if problem := _problem(inner.name):
            return None, problem
        room = min(self.budget.bytes, budget.bytes)
        spent = f"more than {MAX_UNPACKED / 2**20:.0f} MB in zip files, or {MAX_KEPT / 2**20:.0f} MB of text"
        if room <= 0 or budget.kept <= 0:
            return None, spent
        self.walk.written += 1
        target = self.walk.unpack / f"{self.walk.written}{inner.suffix.lower()}"
        written = files.extract(archive, info, target, min(room, MAX_BYTES + 1))
        for each in {id(x): x for x in (self.budget, budget)}.values():
            each.bytes -= max(written, 0)
        if written < 0:
            problem = "it cannot be unpacked"
        elif written == room:
            problem = spent
        elif written > lean.PLAIN and inner.suffix.lower() != ".zip":
            problem, written = self._shortened(target)
        if problem:
            target.unlink(missing_ok=True)
            return None, problem
        budget.kept -= 0 if inner.suffix.lower() == ".zip" else written
        return target, ""

    @staticmethod
    def _shortened(target: Path) -> tuple[str, int]:
        try:
            text, _ = intake.shortened(intake.whole(target))
        except intake.Unreadable as error:
            return str(error), 0
        return "", target.write_bytes(text.encode("utf-8", "surrogatepass"))


def _status(path: Path) -> os.stat_result:
    """Return what there is in a place; of a file that is gone meanwhile, what no file has."""
    try:
        return path.lstat()
    except OSError:
        return os.stat_result([0] * 10)


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
