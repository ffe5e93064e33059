"""Which files decide the points of a submission: what must be the same for a grade to stay valid.

Found by following imports in the sources, with nothing run: the grader, the lesson's exercises and
solved notebook, and the part of the library that the answers use.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import warnings
from collections.abc import Iterable

from graphrec_utils import paths

GRADER = ("graphrec_utils.grading.isolation.worker", "graphrec_utils.grading.isolation.nursery")


def imported(source: str) -> set[str]:
    """Return the dotted names below the package that a source imports, inside functions as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape in a student's string is not ours
        try:
            nodes = list(ast.walk(ast.parse(source)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set()
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in names if name.partition(".")[0] == "graphrec_utils"}


class Course:
    """The course's files as they are when this is made."""

    def __init__(self):
        self._sources: dict[str, bytes] = {}  # of every module
        for file in sorted(paths.PACKAGE.rglob("*.py")):
            parts = file.relative_to(paths.PACKAGE.parent).with_suffix("").parts
            self._sources[".".join(parts).removesuffix(".__init__")] = file.read_bytes()
        folder = paths.root() / "solutions"
        self._solved = {f.name: f.read_bytes() for f in sorted(folder.glob("[0-9][0-9]_*.ipynb"))}
        self._imported = functools.cache(lambda name: imported(self._sources[name].decode("utf-8")))
        self.digest = functools.cache(self._digest)

    def lesson(self, number: str) -> list[str]:
        """Return the modules of a lesson's exercises; its questions and its visuals decide no points."""
        below = f"graphrec_utils.lessons.lesson{number}."
        others = (f"{below}questions", f"{below}visuals.")
        return [n for n in self._sources if n.startswith(below) and not n.startswith(others)]

    def needed(self, names: Iterable[str]) -> set[str]:
        """Return the modules that are loaded, now or later, when something imports these names."""
        found: set[str] = set()
        todo = set(names)
        while todo:
            name = todo.pop()
            while name and name not in self._sources:  # a function's name: its module counts
                name = name.rpartition(".")[0]
            if name and name not in found:
                found.add(name)
                todo.add(name.rpartition(".")[0])  # importing a.b runs a, too
                todo |= self._imported(name)
        return found

    def _digest(self, lesson: str, uses: tuple[str, ...]) -> str:
        """Return a digest of all that decides points besides the submission itself.

        Args:
            lesson: "06"; any other text, such as "" for a submission that belongs to no lesson,
                stands for all lessons.
            uses: dotted names that the answers import from the library.
        """
        own = self.lesson(lesson)
        # an answer that imports a package may go on to any module below it
        below = [m for m in self._sources if m.startswith(tuple(f"{name}." for name in uses))]
        modules = self.needed([*GRADER, *own, *uses, *below]) if own else self._sources
        solved = [name for name in self._solved if not own or name.startswith(f"{lesson}_")]
        total = hashlib.sha256()
        for name in sorted(modules):
            total.update(name.encode() + hashlib.sha256(self._sources[name]).digest())
        for name in solved:
            total.update(name.encode() + hashlib.sha256(self._solved[name]).digest())
        return total.hexdigest()
