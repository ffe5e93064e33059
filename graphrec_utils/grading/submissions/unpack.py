"""Take the members out of a zip file that somebody else made, within what is left of a student's budget."""

from __future__ import annotations

import stat
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from graphrec_utils.grading.submissions import files, intake, layout, lean
from graphrec_utils.grading.submissions.intake import MAX_BYTES

SKIPPED = {".ipynb_checkpoints", "__MACOSX", ".git", ".venv", "node_modules", "__pycache__"}
ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")
MAX_MEMBERS = 20_000  # of one zip file, and files below the folder of one student
MAX_UNPACKED = 2 * MAX_BYTES  # bytes of one student's zip files, outputs of notebooks included
MAX_KEPT = 64 * 2**20  # ... of them that stay on the disk
MAX_CLASS = 8 * 2**30  # bytes of a zip file that stands alone: it may hold a class
UNPACK_SECONDS = 20.0  # of computing for one student's zip files
CLASS_SECONDS = 600.0
UNPACK_MEMORY = 2 * 2**30
MAX_ZIPS = 50  # of one student, those in others included
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
    zips: int = field(default_factory=lambda: MAX_ZIPS)
    nested: bool = False  # whether it was said that zip files lie too deep in each other

    @classmethod
    def of(cls, alone: bool) -> Budget:
        """Return that of a zip file that stands alone, and may hold a class, or of one student."""
        return cls(MAX_CLASS, MAX_CLASS, CLASS_SECONDS) if alone else cls()

    def spend(self, seconds: float = 0.0, **left: float) -> None:
        """Take what a child process used: computing, and what it says is left of the rest."""
        self.seconds -= seconds
        for name, value in left.items():
            setattr(self, name, value)


def broken(label: str, crowd: str, stem: str, inside: tuple[str, ...], why: str) -> Item:
    """Return the item that a zip file is of which nothing is taken."""
    *above, own = inside or ("", PurePosixPath(label).name)
    return Item(crowd, tuple(above) if inside else (), own, stem, label, None, why)


class Members:
    """The members of one zip file; `where`: see `Walk.archive`."""

    def __init__(self, walk, path, label, crowd, stem, depth, inside, alone, budget):
        self.walk, self.path, self.label, self.crowd, self.stem = walk, path, label, crowd, stem
        self.depth, self.inside, self.alone, self.budget = depth, inside, alone, budget

    def take(self, file: BinaryIO) -> None:
        """Take the members of the zip file that is open."""
        walk, path, label, crowd, stem = self.walk, self.path, self.label, self.crowd, self.stem
        inside, alone, depth = self.inside, self.alone, self.depth
        *above, own = inside or ("", PurePosixPath(label).name)

        def refuse(why: str) -> None:
            walk.items.append(broken(label, crowd, stem, inside, why))

        try:
            archive = zipfile.ZipFile(file)
            every = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            refuse("a zip file that cannot be read")
            return
        if depth > MAX_DEPTH:
            if not self.budget.nested:
                refuse("a zip file in a zip file in a zip file: what lies deeper is not read")
            self.budget.nested = True
            return
        members = sorted(every[:MAX_MEMBERS], key=lambda info: info.filename)
        if len(members) < len(every):
            walk.ignored.append(
                {"file": label, "why": f"more than {MAX_MEMBERS:,} files in a zip file"}
            )
        paths = [PurePosixPath(info.filename.replace("\\", "/")) for info in members]
        wanted = [
            (info, inner) for info, inner in zip(members, paths, strict=True)
            if not info.is_dir() and not SKIPPED & set(inner.parts) and not is_noise(inner.name)
            and not walk.is_solution(inner.parts[:-1], inner.name, f"{label}:{inner}"[:300])
        ]  # fmt: skip
        names = [inner.name for _, inner in wanted]
        if not any(layout.ends(name, (*layout.NOTEBOOKS, ".zip")) for name in names):
            holds = f"; it holds {', '.join(names[:3])}" if names else ""
            cut = f" among its first {MAX_MEMBERS:,} files" if len(members) < len(every) else ""
            refuse(f"a zip file without a notebook (*.ipynb){cut}{holds}"[:300])
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
        if why := problem(inner.name):
            return None, why
        room = min(self.budget.bytes, budget.bytes)
        spent = f"more than {MAX_UNPACKED / 2**20:.0f} MB in zip files, or {MAX_KEPT / 2**20:.0f} MB of text"
        if room <= 0 or budget.kept <= 0:
            return None, spent
        self.walk.written += 1
        target = self.walk.place / f"{self.walk.written}{inner.suffix.lower()}"
        written = files.extract(archive, info, target, min(room, MAX_BYTES + 1))
        for each in {id(x): x for x in (self.budget, budget)}.values():
            each.bytes -= max(written, 0)
        why = ""
        if written < 0:
            why = "it cannot be unpacked"
        elif written == room:
            why = spent
        elif written > lean.PLAIN and inner.suffix.lower() != ".zip":
            why, written = self._shortened(target)
        if why:
            target.unlink(missing_ok=True)
            return None, why
        budget.kept -= 0 if inner.suffix.lower() == ".zip" else written
        return target, ""

    @staticmethod
    def _shortened(target: Path) -> tuple[str, int]:
        try:
            text, _ = intake.shortened(intake.whole(target))
        except intake.Unreadable as error:
            return str(error), 0
        return "", target.write_bytes(text.encode("utf-8", "surrogatepass"))


def problem(name: str) -> str:
    """Return why a file of this name is no submission, or ""."""
    if layout.ends(name, (*layout.NOTEBOOKS, ".zip")):
        return ""
    if layout.ends(name, ARCHIVES):
        return "an archive that is not a zip file: hand in the notebook (*.ipynb) or a zip file"
    return f"a {PurePosixPath(name).suffix.lower()} file, not a notebook (*.ipynb)"


def is_noise(name: str) -> bool:
    """Report whether systems leave such files behind by themselves."""
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
