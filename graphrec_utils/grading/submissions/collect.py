"""Find the submissions in notebooks, folders and zip files; nothing is left out without a word."""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from graphrec_utils.grading.submissions import files, layout, whose
from graphrec_utils.grading.submissions.intake import MAX_BYTES
from graphrec_utils.grading.submissions.unpack import Item
from graphrec_utils.grading.submissions.walk import Walk

MOST = 60  # notebooks of one student: the latest ones
MOST_BYTES = 2 * MAX_BYTES  # of them, for each is read to be told from others
LISTED = 5  # other files of one student that are named one by one


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
    notes: tuple[str, ...] = ()

    def told(self, entry: dict) -> dict:
        """Return an entry of result.json with whose it is and when it was handed in."""
        return entry | {"known": list(self.known), "turn": list(self.turn), "late": self.late,
                        "time": self.turn[2], "notes": [*entry.get("notes", []), *self.notes]}  # fmt: skip


def submissions(
    given: list[Path],
    unpack: Path,
    ignored: list[dict] | None = None,
    skip: Iterable[Path] = (),
) -> list[Submission]:
    """Return every submission below the given paths, in a fixed order.

    Two students of one name, from two of the given paths, become "ann" and "ann-2"; so do two whose
    folders differ in blanks alone.

    Args:
        given: notebooks, folders of notebooks, folders with a folder per student, zip files.
        unpack: an empty folder; members of zip files are written there under our own names.
        ignored: gets {"file", "why"} for every file that is not looked at.
        skip: folders that hold no submissions, wherever they lie: results of the grader.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    walk = Walk(unpack, skip)
    for path in given:
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        walk.path(path)
    owners = [whose.owner(x.folders, x.name, x.fallback) for x in walk.items]
    crowds: dict[str, list[tuple]] = {}
    for item, owner in zip(walk.items, owners, strict=True):
        known = crowds.setdefault(owner.name, [])
        if (home := _home(item, owner)) not in known:
            known.append(home)
    for name, known in crowds.items():
        known.sort(key=lambda home, name=name: home[1] != name)  # who writes it so keeps it
    found, others = [], {}
    for item, owner in zip(walk.items, owners, strict=True):
        number = crowds[owner.name].index(_home(item, owner)) + 1
        name = owner.name if number == 1 else f"{owner.name}-{number}"
        turn = (owner.turn, whose.attempt(PurePosixPath(item.label).name), item.time)
        cut = tuple(walk.cut[x] for x in [(item.crowd, *item.folders[:1])] if x in walk.cut)
        made = Submission(
            name, item.label, item.path, item.problem, owner.known, turn, owner.late, cut
        )
        if layout.ends(item.name, (*layout.NOTEBOOKS, ".zip")):
            found.append(made)
        else:
            others.setdefault(name if item.folders or owner.known else "", []).append(made)
    there = {x.student for x in found}
    for student, more in others.items():
        if student and student not in there:
            found.append(more.pop(0))
        walk.ignored += _listed(more)
    by_student: dict[str, list[Submission]] = defaultdict(list)
    for made in found:
        by_student[made.student].append(made)
    kept: dict[int, Submission] = {}
    for student, several in by_student.items():
        chosen, left = _chosen(several)
        kept |= {id(made): made for made in chosen}
        if left and chosen:
            plural = "s were" if len(left) > 1 else " was"
            note = f"{len(left)} more notebook{plural} not graded: {left[0]['why']}"
            kept[id(chosen[0])] = replace(chosen[0], notes=(*chosen[0].notes, note))
        walk.ignored += left[:LISTED]
        if (more := len(left) - LISTED) > 0:
            why = f"{more} more notebooks that are copies, or too many"
            walk.ignored.append({"file": student, "why": why})
    if ignored is not None:
        ignored += walk.ignored
    return [kept[id(made)] for made in found if id(made) in kept]


def _home(item: Item, owner: whose.Owner) -> tuple[str, str]:
    """Return where a student's files lie: nobody is somebody else by a blank in a folder's name."""
    own = unicodedata.normalize("NFC", item.folders[0]) if item.folders else owner.name
    return item.crowd, owner.name if owner.known else own[: whose.LONGEST]


def _chosen(several: list[Submission]) -> tuple[list[Submission], list[dict]]:
    """Return the notebooks of one student that are graded, and a sentence on each other one.

    The latest ones, so many and so large as one student may have; of copies the latest.
    """
    chosen: list[Submission] = []
    left: list[dict] = []
    seen: dict[tuple, str] = {}
    room = MOST_BYTES
    for made in sorted(several, key=lambda x: x.turn, reverse=True):
        size = _size(made)
        room -= size
        mark = () if room < 0 else _mark(made, size)
        why = f"one of more than {MOST} notebooks of {made.student}"
        if room < 0:
            why = f"{made.student} has more than {MOST_BYTES / 2**20:.0f} MB of notebooks"
        elif mark and mark in seen:
            why = f"a copy of {seen[mark]}"
        elif len(chosen) < MOST:
            seen[mark] = made.file
            chosen.append(made)
            continue
        left.append({"file": made.file, "why": why})
    return chosen, left


def _size(made: Submission) -> int:
    """Return how many bytes are read to tell a notebook from others: none of one that is too large."""
    with contextlib.suppress(OSError):
        size = made.path.stat().st_size if made.path else 0
        return size if size <= MAX_BYTES else 0
    return 0


def _mark(made: Submission, size: int) -> tuple:
    """Return what copies share: their content, and the lesson that their names tell."""
    if made.path and size:
        with contextlib.suppress(OSError), files.opened(made.path) as file:
            told = tuple(re.findall(r"(?<!\d)(\d\d)_", PurePosixPath(made.file).name))
            return hashlib.file_digest(file, "sha256").hexdigest(), told
    return ()


def _listed(others: list[Submission]) -> list[dict]:
    """Name some files that are no notebooks, and count the others."""
    lines = [{"file": x.file, "why": x.problem} for x in others[:LISTED]]
    if (more := len(others) - LISTED) > 0:
        why = f"{more} more files that are no notebooks"
        lines.append({"file": others[0].student, "why": why})
    return lines
