"""The page of a lesson: in which order its exercises stand there, and in which section.

An exercise keeps its number wherever a lesson puts it, so numbers say neither. The lesson's notebook does.
"""

from __future__ import annotations

import functools
import json
import re

from graphrec_utils import paths, syllabus


def places(number: str) -> dict[str, int]:
    """Return {exercise: its place on the page, from 0}; empty where no page is at hand."""
    return {name: place for place, name in enumerate(sections(number))}


@functools.cache
def sections(number: str) -> dict[str, str]:
    """Return {exercise: its section, as "6.4"} in the order of the page; empty where no page is at hand.

    What is damaged or gone is no error: a student's notebooks are her own.
    """
    stem = next((lesson.stem for lesson in syllabus.LESSONS if lesson.number == number), "")
    path = paths.root() and paths.root() / "notebooks" / f"{stem}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found, section = {}, ""
        for cell in cells:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown" and (heading := re.match(r"## (\d+\.\d+)?", text)):
                section = heading[1] or ""
            if exercise := cell["metadata"].get("graphrec", {}).get("exercise"):
                found.setdefault(exercise, section)
    except (AttributeError, OSError, ValueError, TypeError, KeyError):
        return {}
    return found
