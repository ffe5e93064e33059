"""The part of the page "From the course to the tools" that the lessons write: the same with PyG."""

from __future__ import annotations

from itertools import takewhile

import nbformat

from graphrec_utils import syllabus
from graphrec_utils.authoring.lesson.source import built, target

SAME = "### The same with PyG"


def pyg() -> str:
    """Return what each lesson says below its heading `SAME`, and the code that follows, folded."""
    parts = []
    for source in built():
        cells = nbformat.read(target(source, "student"), 4).cells
        lesson = next(x for x in syllabus.LESSONS if x.stem == source.stem)
        for k, cell in enumerate(cells):
            if cell.cell_type == "markdown" and cell.source.startswith(SAME):
                code = takewhile(lambda cell: cell.cell_type == "code", cells[k + 1 :])
                link = f"[{lesson.number} · {lesson.title}](notebooks/{lesson.stem}.ipynb)"
                text = cell.source.removeprefix(SAME).strip()
                parts.append(f"### {link}\n\n{text}\n\n{_folded([cell.source for cell in code])}")
    return "\n\n".join(parts)


def _folded(code: list[str]) -> str:
    """Return code up to the comparison; what comes after it belongs to the lesson."""
    last = next(k for k, source in enumerate(code) if "assert_close" in source)
    text = "\n\n\n".join(code[: last + 1])
    return f"<details><summary>The cell</summary>\n\n```python\n{text}\n```\n\n</details>"
