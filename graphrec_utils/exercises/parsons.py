"""The last hint: the lines of a solution, shuffled, to be put in order by mouse, by keyboard or by letters.

A Parsons problem (D. Parsons and P. Haden, Parson's programming puzzles, ACE 2006): the lines of the published
solution, beside them those of slips with `hint`. Independent lines may stand in either order. The card of a
check that is not passed ends with the lines; `arrange("06.1", "c a d")` is the same without a mouse or a script.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from string import ascii_lowercase as LETTERS

from graphrec_utils import markup
from graphrec_utils.exercises import find, orders
from graphrec_utils.exercises.core import Exercise, Mistake

FEWEST = 3  # lines to choose from; and a single right one has no order
CARD = Path(__file__).with_name("parsons.html")
SCRIPT = Path(__file__).with_name("parsons.js")


def digest(name: str, lines: list[str]) -> str:
    """Return a number for a set of lines of one exercise: FNV-1a over their UTF-8.

    (G. Fowler, L. C. Noll, K.-P. Vo, the FNV hash, 32 bits.)
    """
    value = 0x811C9DC5
    for byte in "\n".join([name, *sorted(lines)]).encode():
        value = (value ^ byte) * 0x01000193 % 2**32
    return f"{value:08x}"


def key(shown: list[str], lines: list[str]) -> str:
    """Return a set of lines by their letters, equal lines by the first of them, as parsons.js does."""
    return "".join(sorted(LETTERS[shown.index(line)] for line in lines))


def of(name: str) -> Arrangement | None:
    """Return the lines of an exercise in no order; None where it has no such hint."""
    try:
        exercise = find.get(str(name))
    except KeyError:
        return None
    found = _of(exercise)
    return Arrangement(exercise.id, found) if found else None


@functools.cache
def _of(exercise: Exercise) -> dict | None:
    wrong = [line_of(slip, exercise) for slip in exercise.mistakes if slip.hint]
    return puzzle(exercise.id, exercise.published, wrong)


def line_of(slip: Mistake, exercise: Exercise) -> str:
    """Return the first line of a slip that is not in the solution."""
    right = orders.logical(exercise.published)
    return next(line for line in orders.logical(slip.body) if line not in right)


def puzzle(name: str, answer: str, wrong: list[str]) -> dict | None:
    """Return {"lines": shuffled, "right": the right beginnings as `key` writes them}; None where a hint makes no sense."""
    right = orders.logical(answer)
    if len(right) < 2 or len(right) + len(wrong) < FEWEST:
        return None
    shown = sorted({*right, *wrong}, key=lambda line: digest(name, [line]))
    if shown[: len(right)] == right:  # a shuffled order that is the right one is none
        shown.reverse()
    copies = {line: right.count(line) for line in right}
    lines = [line for line in shown for _ in range(copies.get(line, 1))]
    beginnings = {key(lines, beginning) for beginning in orders.beginnings(right)}
    return {"lines": lines, "count": len(right), "right": sorted(beginnings)}


def arrange(name: str, order: str = "") -> Arrangement | str:
    """Show the shuffled lines of an exercise, or judge an order of them such as "c a d"."""
    if (found := of(name)) is None:
        return f"there are no shuffled lines for exercise {name}"
    return Arrangement(name, found.puzzle, order) if order else found


class Arrangement:
    """The lines of one exercise, and what is said to an order of them."""

    def __init__(self, name: str, puzzle: dict, order: str = ""):
        self.name, self.puzzle, self.order = name, puzzle, order

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(letter, line) in the order in which they are shown."""
        return list(zip(LETTERS, self.puzzle["lines"], strict=False))

    @property
    def more(self) -> bool:
        """Whether some lines belong to mistakes."""
        return len(self.puzzle["lines"]) > self.puzzle["count"]

    def said(self) -> str:
        """Say how far the order is that of the common solution."""
        lines = dict(self.lines)
        letters = [letter for letter in self.order.lower() if letter.isalpha()]
        if unknown := [letter for letter in letters if letter not in lines]:
            return f"there is no line {unknown[0]}"
        if len(set(letters)) < len(letters):
            return "each line can be used once"
        good = self.begins([lines[letter] for letter in letters])
        return self.verdict(good, len(letters), letters[good] if good < len(letters) else "")

    def begins(self, lines: list[str]) -> int:
        """Return how many lines from the top stand as in a right order."""
        right = set(self.puzzle["right"])
        good = 0
        while good < len(lines) and key(self.puzzle["lines"], lines[: good + 1]) in right:
            good += 1
        return good

    def verdict(self, good: int, given: int, wrong: str) -> str:
        """Return the sentence for `good` right lines of `given`; parsons.js says the same."""
        if good < given:
            return f"{good} right from the top; line {wrong} does not belong there"
        if good < self.puzzle["count"]:
            return f"{good} right from the top, {self.puzzle['count'] - good} still missing"
        return "all lines stand right: now write them yourself"

    def code(self) -> str:
        """Return the lines as text, each after its letter."""
        return "\n".join(f"{letter}  {line}" for letter, line in self.lines)

    def __repr__(self) -> str:
        how = f'Your order: arrange("{self.name}", "{" ".join(LETTERS[:3])} …")'
        return f"{self.code()}\n{self.said() if self.order else how}"

    def _repr_html_(self) -> str:
        uid = "gr-" + digest(self.name, self.puzzle["lines"])
        return markup.render(
            CARD,
            uid=uid,
            hint=self,
            said=self.said() if self.order else "",
            # "<" inside a string of JSON would end the script element if "/script>" followed
            state=json.dumps(self.puzzle, ensure_ascii=False).replace("<", "\\u003c"),
            script=SCRIPT.read_text("utf-8"),
        )
