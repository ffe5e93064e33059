"""Where the page of a lesson lies, and where a lesson stands on the course map."""

from __future__ import annotations

import nbformat

from graphrec_utils import methods
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson.source import built


def address(number: str, folder: str = "") -> str | None:
    """Return where the page of a lesson lies, seen from a folder; None if it is not built."""
    ready = (source.stem for source in built())
    return next((f"{folder}{stem}.html" for stem in ready if stem.startswith(number)), None)


def placed(notebook, number: str) -> None:
    """Put the course map where a notebook has a line of it; a lesson without a method needs neither."""
    at = next(k for k, cell in enumerate(notebook.cells) if cell.source.startswith(draw.LINE))
    cell = nbformat.v4.new_markdown_cell(draw.folded(number, address), id="course-map")
    notebook.cells[at : at + 1] = [cell] if methods.taught(number) else []
