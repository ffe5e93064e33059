"""`python3 -m graphrec_utils slides NN|all|lecture`: a deck per lesson, each one file without a network.

A deck is made from the solved notebook as it is stored, outputs included; nothing runs. Visuals
work inside it, `S` opens the speaker's view, `?print-pdf` at the address gives pages to print.
"""

from __future__ import annotations

import argparse
import html
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
from pygments.formatters import HtmlFormatter

from graphrec_utils import markup, methods, paths, syllabus
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson.source import built, sources, target
from graphrec_utils.authoring.slides import hall, lecture, minutes, short, sketch, uses, vendor
from graphrec_utils.authoring.slides.deck import (
    HEIGHT,
    PICTURE,
    SAY,
    TITLE,
    WIDTH,
    Slide,
    Unit,
    deck,
    left_out,
)
from graphrec_utils.authoring.slides.prose import ROOM
from graphrec_utils.authoring.slides.sketches import DRAWINGS
from graphrec_utils.cli.setup import bootstrap
from graphrec_utils.cli.setup.environment import clone

HERE = Path(__file__).parent
STYLE = HERE / "slides.css"
BUILDS = {  # what the map asserts of a lesson, where more can be said than on whom it builds
    "11": "logQ corrects the batch negatives of the two-tower model",
    "14": "MultiBiSage joins PinSage's walks, attention and logQ's loss",
}
DOWN = 45  # px below ROOM that a drawing may take


def page(notebook, lesson: str, brief: bool = False) -> str:
    """Return the deck of a solved notebook as one HTML page; the one of an hour if it is to be `brief`.

    Raises:
        CannotRun: reveal.js or MathJax is not installed.
    """
    name = next((x.title for x in syllabus.LESSONS if x.number == lesson), lesson)
    columns = shortened(notebook)[0] if brief else hall.for_a_hall(deck(notebook))
    columns = opened(columns, lesson)
    if not (brief and short.without_map(_opening(notebook))):
        columns = placed(columns, lesson)
    columns = minutes.timed(columns)
    last = [uses.slides()] if lesson == uses.LESSON and not brief else []
    return filled(f"{lesson} · {name}", columns + last)


def filled(title: str, columns: list[list[Slide]]) -> str:
    """Return slides as one HTML page.

    Raises:
        CannotRun: as `page`.
    """
    return markup.render(
        HERE / "deck.html",
        title=title,
        style=f"{vendor.read('reveal.css')}\n{_style()}",
        script=_script,
        columns=[[high(slide) for slide in column] for column in columns],
        width=WIDTH,
        height=HEIGHT,
    )


def high(slide: Slide) -> Slide:
    """Return a slide whose drawing, if it has one, uses the height that is left."""
    drawn = [k for k, unit in enumerate(slide.units) if 'class="sketch"' in unit.html]
    if len(drawn) != 1 or slide.units[drawn[0]].html.count('class="sketch"') > 1:
        return slide
    unit = slide.units[drawn[0]]
    shown, more = sketch.taller(unit.html, ROOM + DOWN - slide.height)
    units = list(slide.units)
    units[drawn[0]] = replace(unit, html=shown, height=unit.height + more)
    return replace(slide, units=units)


def opened(columns: list[list[Slide]], lesson: str) -> list[list[Slide]]:
    """Return the columns with a drawing on the title slide, if one is made for the lesson."""
    drawing = DRAWINGS.get(f"opening {lesson}")
    if not columns or not drawing:
        return columns
    sheet = drawing()
    (first, *rest), *others = columns
    shown = Unit(sheet.svg(), sheet.high + 16, picture=True)
    return [[replace(first, units=[*first.units, shown]), *rest], *others]


def placed(columns: list[list[Slide]], lesson: str) -> list[list[Slide]]:
    """Return the columns with the course map below the title, if the lesson has a place on it."""
    if not columns or not methods.taught(lesson):
        return columns
    return [[columns[0][0], map_slide(lesson), *columns[0][1:]], *columns[1:]]


def map_slide(lesson: str) -> Slide:
    """Return a slide with the part of the course map around a lesson, and on what its method builds as a title."""
    here = methods.taught(lesson)
    name = next(x.title for x in syllabus.LESSONS if x.number == lesson)
    several = max(reversed(here), key=lambda m: len(m.after))  # builds on most, of these the last
    main = next((m for m in here if m.name in name), several)
    said = "".join(f"<p>{html.escape(draw.sentence(m))}.</p>" for m in here)
    notes = [
        f"{SAY}<p>Half a minute: point at what is marked, and at what it takes from the boxes at the left; whoever builds on it stands at the right.</p></div>",
        said,
    ]
    figure = Unit(draw.image((lesson,)), PICTURE, picture=True)
    below = [name.replace(", ", "/") for name in main.after]
    *most, last = below or [""]
    title = f"{main.name} builds on {' and '.join(filter(None, [', '.join(most), last]))}"
    title = BUILDS.get(lesson, title)
    units = [Unit(f"<h3>{html.escape(title)}</h3>", TITLE), figure] if below else [figure]
    return Slide(units, notes, again="Where this stands")


def shortened(notebook) -> tuple[list[list[Slide]], str]:
    """Return the columns of the short deck, and how they were chosen."""
    return short.shorten(deck(notebook), _opening(notebook), hall.for_a_hall)


def _opening(notebook) -> str:
    """Return the speaker's opening note, "" where there is none."""
    notes = [c.source for c in notebook.cells if "notes" in c.metadata.get("tags", [])]
    return notes[0] if notes else ""


def index(decks: dict[str, int]) -> str:
    """Return the page that lists decks, given {file name: number of slides}."""
    files = [(lesson, f"{lesson.stem}.html") for lesson in syllabus.LESSONS]
    return markup.render(
        HERE / "index.html",
        title="Slides · Graph models for recommender systems",
        style=STYLE.read_text("utf-8"),
        rows=[(lesson, file, decks[file]) for lesson, file in files if file in decks],
        whole=decks.get(f"{lecture.NAME}.html"),
        minutes=lecture.MINUTES,
    )


def write(lessons: list[str], folder: Path, brief: bool = False) -> list[Path]:
    """Write the decks of lessons (all that are built: an empty list) and their index.

    A short deck has "-short" in its name and is not in the index.

    Returns the paths of the decks.

    Raises:
        FileNotFoundError: a lesson has no source, or is not built.
        CannotRun: as `page`.
    """
    written = []
    for source in sources(lessons) if lessons else built():
        notebook = target(source, "solved")
        if not notebook.exists():
            raise FileNotFoundError(f"lesson {source.name[:2]} is not built: run build first")
        path = folder / f"{source.stem}{'-short' * brief}.html"
        paths.write(path, page(nbformat.read(notebook, 4), source.name[:2], brief))
        written.append(path)
    decks = sorted(x for x in folder.glob("[0-9][0-9]_*.html") if not x.stem.endswith("-short"))
    there = {path.name: _slides_in(path) for path in [*decks, *folder.glob(f"{lecture.NAME}.html")]}
    paths.write(folder / "index.html", index(there))
    return written


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils slides`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils slides",
        description="Write lessons as slides: one HTML file each, which needs no network.",
        epilog="example: python3 -m graphrec_utils slides 02",
    )
    parser.add_argument("lessons", nargs="+", metavar="NN", help="lesson numbers, all, or lecture")
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: build/slides")
    help_ = "for fifty minutes: the sections that the speaker's opening note names"
    parser.add_argument("--short", action="store_true", help=help_)
    bootstrap.agreeing(parser)
    options = parser.parse_args(argv)
    root = clone()
    folder = options.out or root / "build" / "slides"
    start = time.perf_counter()
    if options.lessons == [lecture.NAME]:
        path, missing = lecture.write(folder, filled)
        print(
            f"{path}: {_slides_in(path)} slides, {path.stat().st_size / 1e6:.1f} MB, {lecture.MINUTES} minutes"
        )
        for sentence in missing:
            print(f"  {sentence}")
        return 0
    try:
        lessons = [] if options.lessons == ["all"] else options.lessons
        written = write(lessons, folder, options.short)
    except FileNotFoundError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    for path in written:
        print(f"{path}: {_slides_in(path)} slides, {path.stat().st_size / 1e6:.1f} MB")
        stem = path.stem.removesuffix("-short")
        solved = nbformat.read(root / "solutions" / f"{stem}.ipynb", 4)
        told = [shortened(solved)[1]] if options.short else left_out(solved, path.name[:2])
        for sentence in told:
            print(f"  {sentence}")
    print(f"{folder / 'index.html'}: all decks ({time.perf_counter() - start:.1f} s)")
    return 0


def _slides_in(path: Path) -> int:
    return path.read_text("utf-8").count('<section data-slide="">')


def _style() -> str:
    return STYLE.read_text("utf-8") + HtmlFormatter(style="default").get_style_defs(".highlight")


def _script(name: str) -> str:
    return vendor.read(name).replace("</script>", "<\\/script>")
