"""The sources of the website: notebooks prepared for it, and pages that follow from the lessons."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson import around
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.site import (
    api,
    atlas_page,
    cluster_page,
    gallery_page,
    graders_page,
    peers_page,
    places,
    ready,
    tools_page,
    variants_page,
    verdicts_page,
    wins_page,
)
from graphrec_utils.authoring.slides.deck import CAPTION
from graphrec_utils.exercises import core
from graphrec_utils.grading import limits
from graphrec_utils.plots import visuals

PAGES = Path(__file__).parent / "pages"
BOX = "## Slide, paper, code"
LONG = 12  # lines of given code
INDEX = """# Graph models for recommender systems

From matrix factorization to the graph models that large sites run: write each idea in a few lines, and measure it.

**How deep until you are everybody?** Tap three films that you love, then pull *Depth*.

```{{raw}} html
<div class="gr-hero">
{scene}
</div>
```

*Sparks go film, person, film, and after three steps a stranger's list is nearly yours. What keeps you yourself?
[Lesson 06](notebooks/06_lightgcn.ipynb) takes the mean of all depths, [lesson 08](notebooks/08_pixie.ipynb) sends the
sparks home.*

**Which one wins?** It depends on your data: move a slider, and one property of them changes.

```{{raw}} html
<div class="gr-hero">
{hero}
</div>
```

*[What stands behind it](wins.md), more [visuals of the course](gallery.md), and [what held](verdicts.md) of all that
is said about such models.*

In this interactive course you write each idea yourself, a check under your code tells you which mistake you made, and a
measurement shows whether the idea was worth it. Here you can read every lesson and try its visuals. To run and solve them, {run}

{table}

## The course map

{map}

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

wins
gallery
verdicts
atlas
numbers
cluster
peers{graders}
tools
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
    """Write everything Sphinx reads into an empty folder, with the lessons that are built.

    Raises:
        CannotRun: as `atlas_page.atlas`.
    """
    (folder / "notebooks").mkdir(parents=True)
    (folder / "api").mkdir()
    for source in built():
        notebook = prepared(nbformat.read(target(source, "student"), 4))
        places.placed(notebook, source.stem[:2])
        nbformat.write(notebook, folder / "notebooks" / f"{source.stem}.ipynb")
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8").replace("<!-- memory -->", memory())
        text = text.replace("<!-- lecture -->", ready.LECTURE)
        text = text.replace("<!-- syllabi -->", ready.syllabi())
        text = text.replace("<!-- capstone -->", ready.CAPSTONE)
        text = text.replace("<!-- graders -->", graders_page.instructor())
        text = text.replace("<!-- limits -->", limits.table())
        text = text.replace("<!-- pyg -->", tools_page.pyg())
        (folder / page.name).write_text(text, "utf-8")
    for name, text in api.pages().items():
        (folder / "api" / f"{name}.md").write_text(text, "utf-8")
    (folder / "index.md").write_text(index(repo), "utf-8")
    (folder / "errata.md").write_text(errata(), "utf-8")
    (folder / "atlas.md").write_text(atlas_page.atlas(), "utf-8")
    (folder / "wins.md").write_text(wins_page.page(), "utf-8")
    gallery_page.write(folder)
    (folder / "verdicts.md").write_text(verdicts_page.page(), "utf-8")
    variants_page.write(folder)
    (folder / "cluster.md").write_text(cluster_page.page(), "utf-8")
    (folder / "peers.md").write_text(peers_page.page(), "utf-8")
    if graders_page.there():
        (folder / "graders.md").write_text(graders_page.page(), "utf-8")


def prepared(notebook):
    """Return a notebook for reading: what finds the package, or judges answers, is hidden; figures
    have words.

    Answers to predictions start folded, as in a notebook. The file that a reader can download stays
    complete.
    """
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
        finds = hidden and cell.source.startswith(around.BOOTSTRAP.splitlines()[0])
        judges = cell.metadata.get("graphrec", {}).get("role") == "check"
        judges = judges or "exercises import progress" in cell.source
        if finds or judges or cell.source.startswith("[Open in Colab]"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-cell"]
        if cell.cell_type == "code" and (hidden or _plumbing(cell)) and not finds:
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-input"]
        if cell.metadata.get("jupyter", {}).get("outputs_hidden") and cell.get("outputs"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
        shown = {}
        if after and after.cell_type == "markdown" and CAPTION.match(after.source):
            shown["alt"] = f"{after.source.split('. ')[0].strip('*')}, described below it"
        sizes = [
            x.metadata.get("image/png", {}).get("width")
            for x in cell.get("outputs", [])
            if "data" in x
        ]
        told = [
            x.metadata.get("image/png", {}).get("alt")
            for x in cell.get("outputs", [])
            if "data" in x
        ]
        if "alt" not in shown and any(told):  # a visual describes itself
            shown["alt"] = next(filter(None, told))
        if any(sizes):  # or a picture of twice as many points would be twice as wide
            shown["width"] = f"{max(filter(None, sizes))}px"
        if shown:
            cell.metadata["mystnb"] = {"image": shown}
    return notebook


def _plumbing(cell) -> bool:
    """Report whether code starts folded: set-up, and long code that no reader has to write."""
    if cell.metadata.get("graphrec", {}).get("role"):
        return False
    return "setup" in cell.metadata.get("tags", []) or len(cell.source.splitlines()) > LONG


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
    rows = ["| Lesson | Core | With branches | Points | Slides |", "|---|---|---|---|---|"]
    for lesson in syllabus.LESSONS:
        time = f"{lesson.core} min | {lesson.minutes} min"
        if lesson.stem not in ready:
            rows.append(f"| {lesson.number} · {lesson.title} | {time} | coming | |")
            continue
        points = core.full(exercises.of_lesson(lesson.number))
        link = f"[{lesson.number} · {lesson.title}](notebooks/{lesson.stem}.ipynb)"
        deck = f'<a href="slides/{lesson.stem}.html">slides {lesson.number}</a>'
        rows.append(f"| {link} | {time} | {points} | {deck} |")
    clone = f"clone [the repository](https://github.com/{repo})" if repo else "clone the repository"
    return INDEX.format(
        run=f"{clone} and see [Where to run it](launch.md).",
        hero=hero().html(),
        scene=visuals.everybody(address=True).html(),
        map=draw.both(link=lambda number: places.address(number, "notebooks/")),
        table="\n".join(rows),
        graders="\ngraders" if graders_page.there() else "",
        lessons="\n".join(f"notebooks/{stem}" for stem in sorted(ready)),
        reference="\n".join(f"api/{name}" for name in api.pages()),
    )


def hero() -> visuals.Visual:
    """Return the visual of the first page; the README has a film of it (`tests/browser/hero.py`)."""
    return visuals.regimes()


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
