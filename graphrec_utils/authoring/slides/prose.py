"""Prose → blocks that stay together on a slide, and how high each will be.

Heights are estimates in pixels of the slide, from characters: a build has no browser. They are
generous, and a browser test looks whether anything is cut.
"""

from __future__ import annotations

import re

ROOM = 615  # what text and figures may take of the height
ROW = 74  # characters on a line of text, of a wide font
# What begins a block that blank lines do not end; the last is a question of the quiz.
KEPT = re.compile(r"^(\$\$|```|<details|\*\*\d\d\.q)")
FORMULA = re.compile(r"^\$\$$.*?^\$\$$", re.DOTALL | re.MULTILINE)
ENDS = {"$$": r"\$\$", "```": r"```"}  # or where what is folded ends


def blocks(source: str) -> list[tuple[str, float]]:
    """Return the blocks of a cell of Markdown and their heights."""
    source = re.sub(r"\$\$(.*?)\$\$", _narrow, source, flags=re.DOTALL)
    parts = [part for block in _blocks(source) for part in _tables(block)]
    return [(part, _height(part)) for part in parts]


def _narrow(formula: re.Match) -> str:
    """Put formulas that stand side by side below each other where the line would be too long."""
    inside = formula[1]
    parts = [part.strip() for part in re.split(r"\\qquad", inside)]
    if len(parts) == 1 or len(_shown(inside)) < 60 or re.search(r"&|\\\\|\\begin", inside):
        return formula[0]
    return "$$\n\\begin{gathered}" + " \\\\ ".join(parts) + "\\end{gathered}\n$$"


def _blocks(source: str) -> list[str]:
    """Cut prose at blank lines, but not inside formulas, code, folded text or a quiz's question.

    A heading stays with the block below it, a line that ends in a colon as well.
    """
    blocks, end = [""], ""
    for line in source.splitlines():
        if not end and not line.strip():
            last = blocks[-1].rstrip().rpartition("\n")[2]
            if last and not last.startswith("#") and not last.endswith((":", ",")):
                blocks.append("")
                continue
        if not end and (found := KEPT.match(line)):
            rest, last = line[len(found[1]) :], ENDS.get(found[1], "</details>")
            end = "" if re.search(last, rest) else last
        elif end and re.search(end, line):
            end = ""
        blocks[-1] += line + "\n"
    return [block for block in blocks if block.strip()]


def _tables(block: str) -> list[str]:
    """Cut a table that is too high for a slide into several with the same head."""
    lines = block.strip().splitlines()
    first = next((k for k, line in enumerate(lines) if line.startswith("|")), len(lines))
    if _height(block) <= ROOM or first == len(lines):
        return [block]
    before, head, rows = lines[:first], lines[first : first + 2], lines[first + 2 :]
    parts = [[*before, *head]]
    for row in rows:
        if _height("\n".join([*parts[-1], row])) > ROOM - 60:
            parts.append(list(head))
        parts[-1].append(row)
    return ["\n".join(part) for part in parts]


def _height(block: str) -> float:
    """Estimate the height of a block of Markdown from its characters."""
    block, folded = re.subn("<details.*?</details>", "", block, flags=re.DOTALL)
    # lines of source are one line of a formula, until \\\\ breaks it
    block = FORMULA.sub(lambda found: found[0].replace("\n", " ").replace("$$", "\n$$\n"), block)
    height, paragraph, formula, table = 6.0 + 44 * folded, 0, False, []
    for line in [*block.splitlines(), ""]:
        if line.strip() == "$$":
            formula = not formula
            height += 22
        elif formula:
            height += (60 if re.search(r"\\frac|\\sum", line) else 44) * (1 + line.count("\\\\"))
        elif line.startswith("#"):
            height += 96 if line.startswith("# ") else 66
        elif line.startswith("|"):
            table.append([_shown(cell) for cell in line.strip().strip("|").split("|")])
        elif line.lstrip().startswith(("* ", "- ", "+ ", "> **")) or not line.strip():
            height += 38 * -(-paragraph // ROW) + 16 * bool(paragraph)
            height += 20 if line.startswith("> **") else 0
            paragraph = len(_shown(line))
        else:
            paragraph += len(_shown(line.lstrip("> ")))
    return height + _table_height(table)


def _table_height(rows: list[list[str]]) -> float:
    """Estimate the height of a table: each column gets a share of the width by its longest cell."""
    rows = [row for row in rows if not all(re.fullmatch(":?-+:?", cell) for cell in row)]
    columns = [[len(cell) for cell in column] for column in zip(*rows, strict=False)]
    longest = [max(column) for column in columns]
    if sum(longest) <= ROW:
        return 42.0 * len(rows)
    room = [max(8, ROW * width / sum(longest)) for width in longest]
    lines = [
        max(-(-n // r) for n, r in zip(row, room, strict=True))
        for row in zip(*columns, strict=True)
    ]
    return sum(10 + 33 * max(1, n) for n in lines)


def _shown(text: str) -> str:
    """Return roughly what remains of Markdown when it is set: a command of TeX is one letter."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[$*`{}_^]", "", re.sub(r"\\[A-Za-z]+ ?", "x", text)).strip()
