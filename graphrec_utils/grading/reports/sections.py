"""Where in a lesson an exercise stands: the section to read again, and its address on the course's pages."""

from __future__ import annotations

import functools
import re

import nbformat

from graphrec_utils import paths, syllabus


def of(exercise: str, site: str = "") -> tuple[str, str] | None:
    """Return (title of the section, its address or "") of an exercise; None if it is unknown.

    Args:
        site: where the course's pages lie (`site` makes them), such as "https://school.org/course".
    """
    found = _sections(exercise[:2]).get(exercise)
    if found is None:
        return None
    stem, title = found
    address = f"{site.rstrip('/')}/notebooks/{stem}.html#{anchor(title)}" if site else ""
    return title, address


def anchor(title: str) -> str:
    """Return the name that Sphinx gives to a section: what begins with a letter, in a-z, 0-9 and -."""
    return (
        re.sub(r"[^a-z0-9]+", "-", title.casefold().replace("`", ""))
        .strip("-")
        .lstrip("-0123456789")
    )


@functools.cache
def _sections(lesson: str) -> dict[str, tuple[str, str]]:
    """Return {exercise: (stem of the lesson, title of the section around it)}."""
    found = {}
    for known in syllabus.LESSONS:
        path = paths.root() / "notebooks" / f"{known.stem}.ipynb" if paths.root() else None
        if known.number == lesson and path and path.exists():
            title = known.title
            for cell in nbformat.read(path, 4).cells:
                if (
                    heading := re.match(r"## (.+)", cell.source)
                    if cell.cell_type == "markdown"
                    else None
                ):
                    title = heading[1].strip()
                if number := cell.metadata.get("graphrec", {}).get("exercise"):
                    found.setdefault(number, (known.stem, title))
    return found
