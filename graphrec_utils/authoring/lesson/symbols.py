"""All letters of the course in one table, for lesson 00: the rows of the lessons' own tables of symbols.

Nothing is said here that no lesson says. A lesson's table is one whose first column is called "symbol"; its second
says the name in code, its third what the letter means or which shape it has.
"""

from __future__ import annotations

import re

from graphrec_utils import paths

HEAD = "# | symbol |"
ORNAMENT = re.compile(
    r"\\(?:mathbf|mathrm|mathcal|boldsymbol|text|hat|bar|log)|[^A-Za-z\\]"
)  # what is left begins with the letter


def rows() -> list[tuple[str, str, str, str]]:
    """Return (sign, lesson, name in code, meaning or shape), by letter and lesson, of all lessons after 00."""
    found = []
    for source in sorted((paths.root() / "solutions").glob("[0-9][0-9]_*.py")):
        if source.name.startswith("00"):  # its tables say what all share
            continue
        inside = False
        for line in source.read_text("utf-8").splitlines():
            inside = line.startswith(HEAD) or (inside and line.startswith("# |"))
            if inside and not line.startswith((HEAD, "# |---")):
                sign, code, told = (x.strip() for x in line[3:].removesuffix("|").split("|"))
                found.append((sign, source.name[:2], code, told))
    return sorted(found, key=lambda row: (_letter(row[0]), row[1]))


def table() -> str:
    """Return the rows as a table in Markdown."""
    head = "| symbol | lesson | in code | what it is |\n|---|---|---|---|"
    return "\n".join([head, *(f"| {' | '.join(row)} |" for row in rows())])


def _letter(sign: str) -> str:
    return ORNAMENT.sub("", sign).lstrip("\\").casefold()
