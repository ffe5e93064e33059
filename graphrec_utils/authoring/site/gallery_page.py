"""The gallery: every visual of the lessons as a picture, with its caption and the way to its lesson.

Beside the pictures lies a page for each visual, which site.js puts in the place of a picture that is pressed.
"""

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
PICTURE = re.compile(r'(?<= src=")data:image/png;base64,[^"]*')  # what a live one has no use for
FOLDER = "gallery"  # of the pictures, beside the page
LIVE = "_static/gallery"  # of the pages of the visuals, as site.js asks for them
PAGE = """# Gallery

{count} visuals of the course. Press a picture, and it is alive: move it by mouse or by keyboard, here or in your
notebook, where many are driven by the function that you wrote.
"""
ALONE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>
<body style="margin:0"><main>{visual}</main><script>
if (location.hash === "#dark") (document.body.dataset.jpThemeLight = "false", document.body.style.cssText = "margin: 0; background: #111; color: #eee");
const told = () => parent.postMessage({{ visual: "{stem}", height: document.querySelector("main").scrollHeight }}, "*");
new ResizeObserver(told).observe(document.querySelector("main"));
</script></body></html>
"""


@dataclass(frozen=True)
class Shown:
    """A visual as a lesson stores it: the name of its function, its picture, and what is said of it."""

    stem: str
    name: str
    picture: bytes
    alt: str
    caption: str
    html: str

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
                        output.data["text/html"],
                    )
                    break


def write(folder: Path) -> None:
    """Write the page, its pictures, and the pages of the visuals."""
    (folder / FOLDER).mkdir()
    (folder / LIVE).mkdir(parents=True)
    parts, number = [], ""
    each = list(shown())
    for visual in each:
        if visual.stem[:2] != number:
            number = visual.stem[:2]
            title = next(x.title for x in syllabus.LESSONS if x.number == number)
            parts.append(f"## {number} · {title}")
        (folder / visual.file).write_bytes(visual.picture)
        stem = Path(visual.file).stem
        live = ALONE.format(name=visual.name, stem=stem, visual=PICTURE.sub("", visual.html))
        (folder / LIVE / f"{stem}.html").write_text(live, "utf-8", newline="\n")
        alt = re.sub(r"([\[\]\\`*_$<>])", r"\\\1", " ".join(visual.alt.split()))
        parts.append(f"![{alt}]({visual.file})")
        parts.append(
            f"{visual.caption}\n\n[Try it in lesson {number}](notebooks/{visual.stem}.ipynb)"
        )
    text = "\n\n".join([PAGE.format(count=len(each)), *parts])
    (folder / "gallery.md").write_text(text + "\n", "utf-8")
