"""The sources of the website: notebooks prepared for it, and pages that follow from the lessons."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring import api
from graphrec_utils.authoring.deck import CAPTION
from graphrec_utils.authoring.source import built, target

PAGES = Path(__file__).parent / "pages"
BOX = "## Slide, paper, code"
INDEX = """# Graph models for recommender systems

An interactive course, from matrix factorization to the graph models that large sites run. You
write each idea yourself in a few lines, a check under your code tells you which mistake you made,
and a measurement shows whether the idea was worth it.

Here you can read every lesson and try its visuals. To run and solve them, {run}

{table}

```{{toctree}}
:caption: Lessons
:maxdepth: 1
:hidden:

{lessons}
```

```{{toctree}}
:caption: Around the lessons
:maxdepth: 1
:hidden:

launch
instructor
hub
errata
glossary
```

```{{toctree}}
:caption: The package
:maxdepth: 1
:hidden:

{reference}
```
"""
ERRATA = """# Slide, paper, code

Where the lecture, a paper or released code says something that does not hold, or that is easily
misread, the lesson has a box that says so. This page collects the boxes.
"""


def write(folder: Path, repo: str | None) -> None:
    """Write everything Sphinx reads into an empty folder, with the lessons that are built."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "api").mkdir()
    for source in built():
        notebook = nbformat.read(target(source, "student"), 4)
        nbformat.write(prepared(notebook), folder / "notebooks" / f"{source.stem}.ipynb")
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8").replace("<!-- memory -->", memory())
        (folder / page.name).write_text(text, "utf-8")
    for name, text in api.pages().items():
        (folder / "api" / f"{name}.md").write_text(text, "utf-8")
    (folder / "index.md").write_text(index(repo), "utf-8")
    (folder / "errata.md").write_text(errata(), "utf-8")


def prepared(notebook):
    """Return a notebook for reading: what finds the package is hidden, figures have words.

    The file that a reader can download stays complete.
    """
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
        if hidden or cell.source.startswith("[Open in Colab]"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-cell"]
        if after and after.cell_type == "markdown" and CAPTION.match(after.source):
            name = after.source.split(". ")[0].strip("*")
            cell.metadata["mystnb"] = {"image": {"alt": f"{name}, described below it"}}
    return notebook


def memory() -> str:
    """Return the stored measurement of memory as a table."""
    path = paths.data() / "results" / "00_memory.json"
    if not path.exists():
        return ""
    stored = json.loads(path.read_text("utf-8"))
    rows = ["| lesson | kernel | with its server |", "|---|---|---|"]
    kernels = stored["values"]["kernel MB"]
    for lesson in (source.stem for source in built()):
        if lesson in kernels:
            total = kernels[lesson] + stored["values"]["server MB"]
            rows.append(f"| {lesson} | {kernels[lesson]:,} MB | {total:,} MB |")
        else:
            rows.append(f"| {lesson} | not measured | |")
    said = (
        "The largest memory of each lesson, run from top to bottom with the solutions, measured by "
        f"`{stored['command']}`. The server is JupyterLab with one notebook open."
    )
    return said + "\n\n" + "\n".join(rows)


def index(repo: str | None) -> str:
    """Return the first page: the syllabus with time, points and slides."""
    ready = {source.stem for source in built()}
    rows = ["| Lesson | Time | Points | Slides |", "|---|---|---|---|"]
    for lesson in syllabus.LESSONS:
        if lesson.stem not in ready:
            rows.append(f"| {lesson.number} · {lesson.title} | {lesson.minutes} min | | |")
            continue
        points = sum(e.points for e in exercises.of_lesson(lesson.number))
        link = f"[{lesson.number} · {lesson.title}](notebooks/{lesson.stem}.ipynb)"
        deck = f'<a href="slides/{lesson.stem}.html">slides {lesson.number}</a>'
        rows.append(f"| {link} | {lesson.minutes} min | {points} | {deck} |")
    clone = f"clone [the repository](https://github.com/{repo})" if repo else "clone the repository"
    return INDEX.format(
        run=f"{clone} and see [Where to run it](launch.md).",
        table="\n".join(rows),
        lessons="\n".join(f"notebooks/{stem}" for stem in sorted(ready)),
        reference="\n".join(f"api/{name}" for name in api.pages()),
    )


def errata() -> str:
    """Return the boxes "slide, paper, code" of all lessons on one page."""
    parts = [ERRATA]
    for source in built():
        cells = nbformat.read(target(source, "student"), 4).cells
        lesson = next(x for x in syllabus.LESSONS if x.stem == source.stem)
        for cell in cells:
            if cell.cell_type == "markdown" and cell.source.startswith(BOX):
                link = f"[{lesson.number} · {lesson.title}](notebooks/{lesson.stem}.ipynb)"
                text = re.sub(r"^## .*\n", "", cell.source)
                parts.append(f"## {link}\n{text}")
    return "\n\n".join(parts) + "\n"
