"""What an answer needs of the student's other cells, as somebody who runs them in order expects."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graphrec_utils.grading.submissions import locate, syntax
from graphrec_utils.grading.submissions.intake import Notebook

FILE_MADE = "\nimport importlib; importlib.invalidate_caches()"


@dataclass(frozen=True)
class Needed:
    """Sources of cells that run before and after an answer."""

    before: list[str]
    after: list[str]

    def around(self, answer: str) -> str:
        """Return everything as one source."""
        return syntax.joined([*self.before, answer, *self.after])


class _Statement:
    """One top-level statement of a cell, taken apart when somebody asks."""

    def __init__(self, place: int, node: ast.stmt):
        self.place, self.node = place, node
        file = syntax.written(node)
        self.binds = {file} if file else syntax.bound(node)

    @cached_property
    def text(self) -> str:
        return syntax.text(self.node) + (FILE_MADE if syntax.written(self.node) else "")

    @cached_property
    def touches(self) -> set[str]:
        return syntax.touches(self.node)

    @cached_property
    def needs(self) -> set[str]:
        return syntax.needs(self.text)


class Pool:
    """All statements of a submission's code cells, found by the names they bind or change.

    Args:
        setup: sources of the lesson's setup cells, which run before everything.
        given: sources of the lesson's own cells (`syntax.plain`).
        stubs: {function asked for: fingerprint of the cell as it was handed out}.
    """

    def __init__(self, notebook: Notebook, setup: Iterable[str], given, stubs: dict[str, str]):
        self.notebook, self.given, self.stubs = notebook, given, stubs
        ours = [node for source in setup for node in syntax.statements(source)]
        self.known = set().union(*map(syntax.bound, ours))
        texts = {syntax.text(node) for node in ours}
        self.statements = [
            _Statement(place, node)
            for place, cell in enumerate(notebook.cells)
            if cell.kind == "code"
            for node in syntax.statements(cell.source)
            if syntax.text(node) not in texts
        ]
        imports = [x for x in self.statements if isinstance(x.node, ast.Import | ast.ImportFrom)]
        modules = set().union(self.known, *(x.binds for x in imports))
        self.harmless = modules | set(dir(builtins))  # settings may use nothing else
        self.binding = defaultdict(list)
        self.changing = defaultdict(list)
        self.touching = defaultdict(list)
        self.calling = defaultdict(list)
        for number, x in enumerate(self.statements):
            for name in x.binds:
                self.binding[name].append(number)
            for name in syntax.changes(x.node) - modules:
                self.changing[name].append(number)
            for name in x.touches - modules:
                self.touching[name].append(number)
            self.calling[syntax.calls(x.node)].append(number)

    def needed(self, answer: locate.Answer) -> Needed:
        """Return the definitions that an answer refers to, and whatever changes what they define.

        Functions, classes, imports and constants are followed from name to name. The functions of
        other exercises are left out. What stands above the exercise's check comes before what
        stands below it.
        """
        settings = [
            k for k, x in enumerate(self.statements)
            if x.place <= answer.until and syntax.sets(x.node) and x.needs <= self.harmless
        ]  # fmt: skip
        return self._cells(answer, self._follow(answer, settings))

    def in_order(self, answer: locate.Answer) -> Needed:
        """Return all of the student's own cells up to the check, and what these need."""
        own = {
            place for place, cell in enumerate(self.notebook.cells[: answer.until + 1])
            if cell.kind == "code" and cell.role != "check" and self._is_own(cell.source)
        }  # fmt: skip
        started = [k for k, x in enumerate(self.statements) if x.place in own]
        return self._cells(answer, self._follow(answer, started), own)

    def _is_own(self, source: str) -> bool:
        if syntax.plain(source) in self.given:
            return False
        tree = syntax.parse(syntax.python(source))
        return tree is not None and not any(
            name in source and syntax.is_stub(tree, name, stub) for name, stub in self.stubs.items()
        )

    def _follow(self, answer: locate.Answer, start: list[int]) -> set[int]:
        chosen: set[int] = set()
        wanted, done = syntax.needs(answer.source) | _binds(answer), set()

        def choose(number: int) -> None:
            x = self.statements[number]
            if number not in chosen and x.place != answer.place:
                chosen.add(number)
                wanted.update((x.needs | x.binds) - done)

        for number in start:
            choose(number)
        while wanted:
            name = wanted.pop()
            done.add(name)
            for number in self._in_force(name, answer):
                choose(number)
            if any(self.statements[k].touches for k in self.binding[name]):
                for number in self._above(self.calling[name], answer):
                    choose(number)
        bound = set().union(*(self.statements[k].binds for k in chosen))
        free = {name for name in done if not name.endswith(".py")}
        if free - self.known - self.stubs.keys() - bound - _binds(answer) - set(dir(builtins)):
            for number in self._above(self.binding["*"], answer):
                choose(number)
        return chosen

    def _in_force(self, name: str, answer: locate.Answer) -> list[int]:
        """Return the statements that bind or change a name, as far as the check comes after them."""
        if name in self.stubs:  # only what wraps this answer, or adds to it
            binding = [
                k for k in self._above(self.binding[name], answer)
                if name in _binds(answer) & syntax.reads(self.statements[k].node)
                and self.statements[k].place > answer.place
            ]  # fmt: skip
            return binding + self._above(self.changing[name], answer)
        binding = [
            k for k in self.binding[name] if not self.statements[k].binds & self.stubs.keys()
        ]
        found = self._above(binding, answer) or binding
        return found + self._above([*self.changing[name], *self.touching[name]], answer)

    def _above(self, numbers: list[int], answer: locate.Answer) -> list[int]:
        return [k for k in numbers if self.statements[k].place <= answer.until]

    def _cells(
        self, answer: locate.Answer, chosen: set[int], whole: set[int] = frozenset()
    ) -> Needed:
        """Return chosen statements and whole cells, as cells in the order of the notebook."""
        later = self._later(answer, chosen)
        behind = {self.statements[k].place for k in later} & whole
        parts: dict[tuple[bool, int], list[str]] = {}
        for number in sorted(chosen):
            x = self.statements[number]
            parts.setdefault((number in later or x.place in behind, x.place), []).append(x.text)
        for (_, place), lines in parts.items():
            if place in whole:
                lines[:] = [syntax.python(self.notebook.cells[place].source)]
        sources = {key: "\n".join(lines) for key, lines in sorted(parts.items())}
        return Needed(
            [source for (after, _), source in sources.items() if not after],
            [source for (after, _), source in sources.items() if after],
        )

    def _later(self, answer: locate.Answer, chosen: set[int]) -> set[int]:
        """Return the statements between answer and check that work on what the answer defines."""
        names, later = set(_binds(answer)), set()
        for number in sorted(chosen):
            x = self.statements[number]
            if answer.place < x.place <= answer.until and (x.needs | x.binds) & names:
                later.add(number)
                names |= x.binds
        return later


def _binds(answer: locate.Answer) -> set[str]:
    return set().union(*map(syntax.bound, syntax.statements(answer.source)))
