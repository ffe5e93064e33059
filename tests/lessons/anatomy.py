"""How a lesson reads, in numbers: words per line of code, lengths of cells, minutes of reading.

    python -m tests.lessons.anatomy

One row per solved notebook. What is aimed at, from counting notebooks that people love to read: 8
to 15 words per line of code, half of the code cells at most 6 lines, 9 of 10 at most 20, none
over 30. A number outside is marked with *: look at that lesson, there may be a good reason.
Docstrings and comments count as neither words nor code; the lists of hints and quizzes, which are
folded, count as words.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from graphrec_utils.authoring.lesson.source import sources, target

WORDS_PER_MINUTE = 200  # prose with formulas; a line of code is read in about 3 seconds
SECONDS_PER_LINE = 3
COLUMNS = ("lesson", "text/code", "words", "lines", "w/line", "median", "p90", "max", "reading")


def words(markdown: str) -> int:
    """Return how many words of prose a text has; formulas, links' targets and tags are none."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|<[^>]*>|\]\([^)]*\)|`[^`]*`", " x ", markdown, flags=re.S)
    return len(re.findall(r"\w[\w'’-]*", text))


def lines(code: str) -> int:
    """Return how many lines of a cell are code."""
    code = re.sub(r'"""(.|\n)*?"""', "", code)
    return sum(1 for x in code.splitlines() if x.strip() and not x.strip().startswith("#"))


def measure(path: Path) -> dict[str, float]:
    """Return the numbers of one notebook; what is said to a speaker, who reads it elsewhere, is left out."""
    found = nbformat.read(path, 4).cells
    cells = [c for c in found if "notes" not in c.metadata.get("tags", [])]
    prose = [words(c.source) for c in cells if c.cell_type == "markdown"]
    sizes = sorted(lines(c.source) for c in cells if c.cell_type == "code")
    return {
        "texts": len(prose),
        "codes": len(sizes),
        "words": sum(prose),
        "lines": sum(sizes),
        "ratio": sum(prose) / sum(sizes),
        "median": sizes[len(sizes) // 2],
        "p90": sizes[int(0.9 * (len(sizes) - 1))],
        "max": sizes[-1],
        "minutes": sum(prose) / WORDS_PER_MINUTE + sum(sizes) * SECONDS_PER_LINE / 60,
    }


def row(name: str, m: dict[str, float]) -> tuple[str, ...]:
    def mark(value: str, fine: bool) -> str:
        return value + (" " if fine else "*")

    return (
        name,
        f"{m['texts']}/{m['codes']}",
        f"{m['words']}",
        f"{m['lines']}",
        mark(f"{m['ratio']:.1f}", 8 <= m["ratio"] <= 15),
        mark(f"{m['median']}", m["median"] <= 6),
        mark(f"{m['p90']}", m["p90"] <= 20),
        mark(f"{m['max']}", m["max"] <= 30),
        f"{m['minutes']:.0f} min",
    )


def main() -> None:
    paths = [target(source, "solved") for source in sources()]
    rows = [COLUMNS, *(row(path.stem, measure(path)) for path in paths if path.exists())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        first, *rest = (x.rjust(w) for x, w in zip(cells, widths, strict=True))
        print("  ".join([first.strip().ljust(widths[0]), *rest]))


if __name__ == "__main__":
    main()
