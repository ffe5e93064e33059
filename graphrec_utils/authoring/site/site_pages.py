"""The sources of the website: notebooks prepared for it, and pages that follow from the lessons."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.site import api
from graphrec_utils.authoring.slides.deck import CAPTION
from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.atlas import READ, systems

PAGES = Path(__file__).parent / "pages"
BOX = "## Slide, paper, code"
LONG = 12  # lines of given code
INDEX = """# Graph models for recommender systems

An interactive course, from matrix factorization to the graph models that large sites run. You
write each idea yourself in a few lines, a check under your code tells you which mistake you made,
and a measurement shows whether the idea was worth it.

Here you can read every lesson and try its visuals. To run and solve them, {run}

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

atlas
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
ATLAS = """# Atlas of industry

What companies have built on such graphs, from the lecture's systems to what came after them. Looked up on
{day}. A system marked ᴬ is known from its abstract only, what is marked † from a summary by others; what we
did not read is left out. What a company reports about itself, nobody else can repeat.

````{{raw}} html
{visual}
````

## The systems and their sources

{systems}
"""
# Ready syllabi: a title, what it is for, and rows of what is done, in class and at home
SYLLABI = (
    (
        "One lecture",
        "An evening, 80 to 90 minutes, nobody needs a laptop.",
        (
            ("before", "nothing, or lesson 00 for those who want to play", ("00",)),
            ("in class", "the lecture's deck, with its visuals and a vote before each", ()),
            ("afterwards", "one lesson of the student's choice", ()),
        ),
    ),
    (
        "Four weeks",
        "A block with one lecture and one exercise class a week: the shortest way from a dot product to PinSage.",
        (
            ("week 1", "what is measured, and a baseline that is hard to beat", ("01", "02")),
            ("week 2", "the graph, and what is left of a graph network", ("04", "06")),
            ("week 3", "graphs that do not fit: walks and sampled neighbors", ("08", "09")),
            ("week 4", "the loss that large sites train with", ("10", "11")),
        ),
    ),
    (
        "A full term",
        "Fourteen weeks, in the course's order; the capstone is the examination.",
        (
            ("week 1", "set-up, metrics, time", ("00", "01")),
            ("week 2", "factorization", ("02",)),
            ("week 3", "losses, and how sampled metrics deceive", ("03",)),
            ("week 4", "the graph view", ("04",)),
            ("week 5", "message passing, with and without weights", ("05", "06")),
            ("week 6", "encoders for new nodes", ("07",)),
            ("week 7", "walks, and PinSage", ("08", "09")),
            ("week 8", "two towers", ("10",)),
            ("week 9", "logQ", ("11",)),
            ("week 10", "relations and users of many interests", ("12", "13")),
            ("week 11", "many kinds of nodes", ("14",)),
            ("week 12", "sequences", ("15",)),
            ("week 13", "OmniSage, semantic IDs, ranking", ("16", "17")),
            ("week 14", "the funnel, defended", ("18",)),
        ),
    ),
)
CELLS = {
    "nodes": "Nodes and edges",
    "encoder": "Encoder",
    "loss": "Loss",
    "use": "Used for",
    "reports": "Reports",
}
ERRATA = """# Slide, paper, code

Where the lecture, a paper or released code says something that does not hold, or that is easily
misread, the lesson has a box that says so. This page collects the boxes.
"""


def write(folder: Path, repo: str | None) -> None:
    """Write everything Sphinx reads into an empty folder, with the lessons that are built.

    Raises:
        CannotRun: as `atlas`.
    """
    (folder / "notebooks").mkdir(parents=True)
    (folder / "api").mkdir()
    for source in built():
        notebook = prepared(nbformat.read(target(source, "student"), 4))
        placed(notebook, source.stem[:2])
        nbformat.write(notebook, folder / "notebooks" / f"{source.stem}.ipynb")
    for page in PAGES.glob("*.md"):
        text = page.read_text("utf-8").replace("<!-- memory -->", memory())
        text = text.replace("<!-- syllabi -->", syllabi())
        (folder / page.name).write_text(text, "utf-8")
    for name, text in api.pages().items():
        (folder / "api" / f"{name}.md").write_text(text, "utf-8")
    (folder / "index.md").write_text(index(repo), "utf-8")
    (folder / "errata.md").write_text(errata(), "utf-8")
    (folder / "atlas.md").write_text(atlas(), "utf-8")


def prepared(notebook):
    """Return a notebook for reading: what finds the package, or judges answers, is hidden; figures
    have words.

    Answers to predictions start folded, as in a notebook. The file that a reader can download stays
    complete.
    """
    for cell, after in zip(notebook.cells, [*notebook.cells[1:], None], strict=True):
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
        judges = cell.metadata.get("graphrec", {}).get("role") == "check"
        judges = judges or "exercises import progress" in cell.source
        if hidden or judges or cell.source.startswith("[Open in Colab]"):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-cell"]
        if cell.cell_type == "code" and _plumbing(cell):
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


def address(number: str, folder: str = "") -> str | None:
    """Return where the page of a lesson lies, seen from a folder; None if it is not built."""
    ready = (source.stem for source in built())
    return next((f"{folder}{stem}.html" for stem in ready if stem.startswith(number)), None)


def placed(notebook, number: str) -> None:
    """Put the course map below the title of a lesson that has a place on it."""
    if syllabus.taught(number):
        at = next(k for k, c in enumerate(notebook.cells) if c.source.startswith("# ")) + 1
        cell = nbformat.v4.new_markdown_cell(draw.folded(number, address), id="course-map")
        notebook.cells.insert(at, cell)


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


def syllabi() -> str:
    """Return the ready syllabi as tables, with the times of the lessons and links to those that are there."""
    known = {lesson.number: lesson for lesson in syllabus.LESSONS}
    parts = []
    for title, purpose, rows in SYLLABI:
        total = sum(known[number].minutes for _, _, lessons in rows for number in lessons)
        table = ["| When | What | Lessons | At the laptop |", "|---|---|---|---|"]
        for when, what, lessons in rows:
            links = []
            for number in lessons:
                page = address(number, "notebooks/")
                shown = f"{number} · {known[number].title}"
                links.append(
                    f"[{shown}]({page.replace('.html', '.ipynb')})" if page else f"{shown} (coming)"
                )
            minutes = sum(known[number].minutes for number in lessons)
            table.append(
                f"| {when} | {what} | {', '.join(links)} | {f'{minutes} min' if minutes else ''} |"
            )
        said = f"{purpose} {total / 60:.0f} hours at the laptop." if total > 60 else purpose
        parts.append(f"### {title}\n\n{said}\n\n" + "\n".join(table))
    return "\n\n".join(parts)


def index(repo: str | None) -> str:
    """Return the first page: the syllabus with time, points and slides."""
    ready = {source.stem for source in built()}
    rows = ["| Lesson | Time | Points | Slides |", "|---|---|---|---|"]
    for lesson in syllabus.LESSONS:
        if lesson.stem not in ready:
            rows.append(f"| {lesson.number} · {lesson.title} | {lesson.minutes} min | coming | |")
            continue
        points = sum(e.points for e in exercises.of_lesson(lesson.number))
        link = f"[{lesson.number} · {lesson.title}](notebooks/{lesson.stem}.ipynb)"
        deck = f'<a href="slides/{lesson.stem}.html">slides {lesson.number}</a>'
        rows.append(f"| {link} | {lesson.minutes} min | {points} | {deck} |")
    clone = f"clone [the repository](https://github.com/{repo})" if repo else "clone the repository"
    return INDEX.format(
        run=f"{clone} and see [Where to run it](launch.md).",
        map=draw.both(link=lambda number: address(number, "notebooks/")),
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


def atlas() -> str:
    """Return the page of the atlas: the visual, and below it every system with links to its sources.

    Raises:
        CannotRun: a system has no source, or something else is wrong with it.
    """
    try:
        rows, day = systems()
    except ValueError as error:
        raise CannotRun(str(error)) from None
    parts = [_system(row) for row in rows]
    return ATLAS.format(day=day, visual=visuals.atlas().html(), systems="\n\n".join(parts))


def _system(row: dict) -> str:
    """Return a system in Markdown."""
    dagger = lambda name: " †" * (name in row.get("summary", []))  # noqa: E731
    title = (
        f"### {row['name']} ({row['company']}, {row['year']}){' ᴬ' * (row['read'] == 'abstract')}"
    )
    lines = [
        f"* Graph: {row['kind']}{dagger('kind')}. Built of: {', '.join(row['by'])}{dagger('by')}."
    ]
    lines += [
        f"* {said}: {row[name]}{dagger(name)}." for name, said in CELLS.items() if name in row
    ]
    links = [f"[{_short(row['source'])}]({row['source']}), {READ[row['read']]}"]
    if also := row.get("also"):
        lines.append(f"* Also: {also['says']}.")
        links.append(f"[{_short(also['source'])}]({also['source']}), {READ[also['read']]}")
    page = address(row["lesson"], "notebooks/")
    lesson = f"[{row['lesson']}]({page.replace('.html', '.ipynb')})" if page else row["lesson"]
    return "\n".join([title, "", *lines, f"* Read: {'; '.join(links)}. Lesson {lesson}."])


def _short(source: str) -> str:
    return source.removeprefix("https://").partition("/blob/")[0]
