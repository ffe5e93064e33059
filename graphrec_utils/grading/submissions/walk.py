"""Walk through folders and zip files that somebody else made: every file becomes an item, or is named.

A zip file is read in a child process, within what is left of its student's budget. A folder is read
to a number of entries. So nobody's files cost the others more than seconds.
"""

from __future__ import annotations

import io
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path

from graphrec_utils.grading.isolation import bounded, tidy
from graphrec_utils.grading.submissions import files, layout, unpack, whose
from graphrec_utils.grading.submissions.intake import MAX_BYTES


class Walk:
    """Collects items; what is no submission goes to `ignored` with the reason.

    Args:
        place: an empty folder for what is in zip files.
        skip: folders that are not looked into, such as the one that results are written to.
        within: whether this is a child process already, with the limits of one student's.
    """

    def __init__(self, place: Path, skip: Iterable[Path] = (), within: bool = False):
        self.place, self.skip = place, {os.path.realpath(path) for path in skip}
        self.within = within
        self.items: list[unpack.Item] = []
        self.ignored: list[dict] = []
        self.cut: dict[
            tuple[str, str], str
        ] = {}  # (crowd, first folder in it): why not all is read
        self.budgets: dict[tuple[str, str], unpack.Budget] = {}  # of (crowd, first folder in it)
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
            room = max(unpack.MAX_MEMBERS - read.get(first, 0), 0) if first else None
            try:
                with os.scandir(folder) as found:
                    entries = sorted(itertools.islice(found, room), key=lambda x: x.name)
                    more = next(found, None) if first else None
            except OSError as error:
                why = f"cannot be opened: {error.strerror}"
                self.ignored.append({"file": folder, "why": why})
                continue
            read[first] = read.get(first, 0) + len(entries)
            if more and read[first] == unpack.MAX_MEMBERS:
                read[first] += 1  # said once
                why = f"more than {unpack.MAX_MEMBERS:,} files and folders in it: the others are not read"
                self.ignored.append({"file": first, "why": why})
                self.cut[os.path.realpath(top), first] = f"the folder has {why}"
            inner = []
            for entry in entries:
                if entry.is_dir():
                    if not (entry.is_symlink() or self._skips(entry)):
                        inner.append((entry.path, first or entry.name))
                    elif entry.is_symlink() and not first:  # a student's own folder
                        why = "a symbolic link, not a folder: what it leads to is not read"
                        self.ignored.append({"file": entry.name, "why": why})
                elif not unpack.is_noise(entry.name):
                    yield Path(entry.path)
            waiting += reversed(inner)

    def _skips(self, entry: os.DirEntry) -> bool:
        known = entry.name in unpack.SKIPPED
        return known or (bool(self.skip) and os.path.realpath(entry.path) in self.skip)

    def file(self, crowd: str, folders: tuple, path: Path, fallback: str, label: str) -> None:
        status = _status(path)
        problem = (
            "" if stat.S_ISREG(status.st_mode) else f"{files.kind(status.st_mode)}, not a file"
        )
        problem = problem or unpack.problem(path.name)
        kept = None if problem else path
        self.items.append(
            unpack.Item(crowd, folders, path.name, fallback, label, kept, problem, status.st_mtime)
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
        budget = self.budgets.setdefault(owner, unpack.Budget.of(alone))
        budget.zips -= 1
        if budget.zips < 0:
            if budget.zips == -1:
                why = f"more than {unpack.MAX_ZIPS} zip files: the others are not read"
                self.items.append(unpack.broken(label, crowd, stem, inside, why))
            return
        if self.within:
            members = unpack.Members(self, path, label, crowd, stem, depth, inside, alone, budget)
            _take(members, path)
            return
        self.written += 1
        inner = Walk(self.place / f"z{self.written}", within=not alone)
        if not alone:  # zip files in this one are of the same student
            inner.budgets[owner] = budget

        def work() -> list:
            inner.place.mkdir(exist_ok=True)
            members = unpack.Members(inner, path, label, crowd, stem, depth, inside, alone, budget)
            _take(members, path)
            items = [astuple(item) for item in inner.items]
            items = [[str(x) if isinstance(x, Path) else x for x in item] for item in items]
            left = {name: getattr(budget, name) for name in ("bytes", "kept", "zips", "nested")}
            return [items, inner.ignored, left]

        try:
            if budget.seconds < 1:
                raise bounded.Exceeded(
                    f"more than {unpack.UNPACK_SECONDS:g} s of computing with the ones before"
                )
            bounds = bounded.Bounds(budget.seconds, unpack.UNPACK_MEMORY, MAX_BYTES + 1)
            said, seconds = bounded.call(work, bounds)
        except (bounded.Exceeded, RuntimeError) as error:
            tidy.remove(inner.place)
            budget.seconds = 0.0
            needs = "to unpack it takes " if isinstance(error, bounded.Exceeded) else "unpacking: "
            self.items.append(unpack.broken(label, crowd, stem, inside, f"{needs}{error}"))
            return
        items, ignored, left = said
        budget.spend(seconds, **left)
        for crowd_, folders, name, fallback, label_, kept, *rest in items:
            kept = Path(kept) if kept else None
            self.items.append(
                unpack.Item(crowd_, tuple(folders), name, fallback, label_, kept, *rest)
            )
        self.ignored += ignored[: unpack.MOST_IGNORED]
        if (more := len(ignored) - unpack.MOST_IGNORED) > 0:
            self.ignored.append({"file": label, "why": f"{more} more remarks on what is in it"})

    def is_solution(self, folders: tuple[str, ...], name: str, label: str) -> bool:
        """Report whether a file is the course's own solution, and say so."""
        place = whose.of_course(folders, name)
        is_ours = place is not None and folders[place].lower() == "solutions"
        if is_ours:
            self.ignored.append({"file": label, "why": "the course's own solution"})
        return is_ours


def _take(members: unpack.Members, path: Path) -> None:
    try:
        file = files.opened(path)
    except OSError:
        file = io.BytesIO()  # no zip file either
    with file:
        members.take(file)


def _status(path: Path) -> os.stat_result:
    """Return what there is in a place; of a file that is gone meanwhile, what no file has."""
    try:
        return path.lstat()
    except OSError:
        return os.stat_result([0] * 10)
