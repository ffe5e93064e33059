"""The gallery: every visual of the lessons as a picture, with its caption and the way to its lesson."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from graphrec_utils import syllabus
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.slides.deck import CAPTION

CALL = re.compile(r"\bvisuals\.(\w+)\(")
FOLDER = "gallery"  # of the pictures, beside the page
PAGE = """# Gallery

{count} visuals of the course, as pictures. In a lesson each is alive: move it by mouse or by keyboard, here on the
site or in your notebook, where many are driven by the function that you wrote.
"""


@dataclass(frozen=True)
class Shown:
    """A visual as a lesson stores it: the name of its function, its picture, and what is said of it."""

    stem: str
    name: str
    picture: bytes
    alt: str
    caption: str

    @property
    def file(self) -> str:
        """Where the page finds the picture."""
        return f"{FOLDER}/{self.stem[:2]}-{self.name}.png"


def shown() -> Iterator[Shown]:
    """Yield the visuals of the lessons that are built, in order; of one used twice in a lesson the first."""
    for source in built():
        cells = nbformat.read(target(source, "student"), 4).cells
        seen: set[str] = set()
        for cell, after in zip(cells, [*cells[1:], None], strict=True):
            name = CALL.search(cell.source)
            if cell.cell_type != "code" or not name or name[1] in seen:
                continue
            for output in cell.outputs:
                if "image/png" in output.get("data", {}) and "text/html" in output.data:
                    seen.add(name[1])
                    told = after.source if after and CAPTION.match(after.source) else ""
                    yield Shown(
                        source.stem,
                        name[1],
                        base64.b64decode(output.data["image/png"]),
                        output.metadata.get("image/png", {}).get("alt", ""),
                        told.partition("\n\n")[0],
                    )
                    break


def write(folder: Path) -> None:
    """Write the page and its pictures."""
    (folder / FOLDER).mkdir()
    parts, number = [], ""
    each = list(shown())
    for visual in each:
        if visual.stem[:2] != number:
            number = visual.stem[:2]
            title = next(x.title for x in syllabus.LESSONS if x.number == number)
            parts.append(f"## {number} · {title}")
        (folder / visual.file).write_bytes(visual.picture)
        alt = re.sub(r"([\[\]\\`*_$<>])", r"\\\1", " ".join(visual.alt.split()))
        parts.append(f"![{alt}]({visual.file})")
        parts.append(
            f"{visual.caption}\n\n[Try it in lesson {number}](notebooks/{visual.stem}.ipynb)"
        )
    text = "\n\n".join([PAGE.format(count=len(each)), *parts])
    (folder / "gallery.md").write_text(text + "\n", "utf-8")
