"""`python3 -m graphrec_utils slides NN|all`: a deck per lesson, each one file without a network.

A deck is made from the solved notebook as it is stored, outputs included; nothing runs. Visuals
work inside it, `S` opens the speaker's view, `?print-pdf` at the address gives pages to print.
"""

from __future__ import annotations

import argparse
import sys
import time
from html import escape
from pathlib import Path

import nbformat
from pygments.formatters import HtmlFormatter

from graphrec_utils import paths, syllabus
from graphrec_utils.authoring import vendor
from graphrec_utils.authoring.deck import HEIGHT, WIDTH, Slide, deck, left_out
from graphrec_utils.authoring.source import built, sources, target

STYLE = Path(__file__).parent / "static" / "slides.css"
MATHJAX = (
    "MathJax = { tex: { inlineMath: [['$', '$']], displayMath: [['$$', '$$']], "
    "processEscapes: true }, options: { enableMenu: false } };"
)
START = f"""Reveal.initialize({{
  width: {WIDTH}, height: {HEIGHT}, margin: 0.02, center: false, hash: true,
  slideNumber: "c/t", transition: "none", pdfSeparateFragments: false, plugins: [RevealNotes],
}});
// a visual that is too high for the slide becomes smaller, down to text of 18 px
const fit = () => {{
  const visual = Reveal.getCurrentSlide()?.querySelector(".visual");
  if (!visual) return;
  const slide = visual.closest("section").getBoundingClientRect();
  for (let zoom = 1.72; zoom > 1.28; zoom -= 0.04) {{
    visual.style.zoom = zoom;
    if ((visual.getBoundingClientRect().bottom - slide.top) / (slide.width / {WIDTH}) < 690) return;
  }}
}};
Reveal.on("ready", fit);
Reveal.on("slidechanged", fit);"""
HEAD = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
"""


def page(notebook, lesson: str) -> str:
    """Return the deck of a solved notebook as one HTML page.

    Raises:
        CannotRun: reveal.js or MathJax is not installed.
    """
    columns = deck(notebook)
    body = "\n".join(_column(column) for column in columns)
    style = f"{vendor.read('reveal.css')}\n{_style()}"
    name = next((x.title for x in syllabus.LESSONS if x.number == lesson), lesson)
    return (
        HEAD.format(title=escape(f"{lesson} · {name}"))
        + f"<style>\n{style}</style>\n"
        + f"<script>{MATHJAX}</script>\n{_script('tex-svg-full.js')}\n</head>\n<body>\n"
        + f'<main class="reveal"><div class="slides">\n{body}\n</div></main>\n'
        + f"{_script('reveal.js')}\n{_script('notes.js')}\n<script>{START}</script>\n"
        + "</body>\n</html>\n"
    )


def index(decks: dict[str, int]) -> str:
    """Return the page that lists decks, given {file name: number of slides}."""
    rows = []
    for lesson in syllabus.LESSONS:
        if (file := f"{lesson.stem}.html") in decks:
            link = f'<a href="{file}">{lesson.number} · {escape(lesson.title)}</a>'
            rows.append(f"<li>{link}: {decks[file]} slides</li>")
    keys = (
        "Arrow keys move: → to the next topic, ↓ within it; the space bar takes every slide in "
        "order. S opens the speaker's view, O shows all slides, F fills the screen. Add "
        "<code>?print-pdf</code> to a deck's address, before any #, and print it for a PDF."
    )
    return (
        HEAD.format(title="Slides · Graph models for recommender systems")
        + f"<style>\n{STYLE.read_text('utf-8')}</style>\n</head>\n<body>\n"
        + '<main class="list">\n<h1>Graph models for recommender systems: slides</h1>\n'
        + f"<p>{keys}</p>\n<ul>\n" + "\n".join(rows) + "\n</ul>\n</main>\n</body>\n</html>\n"
    )  # fmt: skip


def write(lessons: list[str], folder: Path) -> list[Path]:
    """Write the decks of lessons (all that are built: an empty list) and their index.

    Returns the paths of the decks.

    Raises:
        FileNotFoundError: a lesson has no source, or is not built.
        CannotRun: as `page`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sources(lessons) if lessons else built():
        notebook = target(source, "solved")
        if not notebook.exists():
            raise FileNotFoundError(f"lesson {source.name[:2]} is not built: run build first")
        path = folder / f"{source.stem}.html"
        _write(path, page(nbformat.read(notebook, 4), source.name[:2]))
        written.append(path)
    there = {path.name: _slides_in(path) for path in sorted(folder.glob("[0-9][0-9]_*.html"))}
    _write(folder / "index.html", index(there))
    return written


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils slides`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils slides",
        description="Write lessons as slides: one HTML file each, which needs no network.",
        epilog="example: python3 -m graphrec_utils slides 02",
    )
    parser.add_argument("lessons", nargs="+", metavar="NN", help="lesson numbers, or all")
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: build/slides")
    options = parser.parse_args(argv)
    if paths.root() is None:
        print("slides works in a clone of the course, not from a wheel", file=sys.stderr)
        return 2
    folder = options.out or paths.root() / "build" / "slides"
    start = time.perf_counter()
    try:
        written = write([] if options.lessons == ["all"] else options.lessons, folder)
    except FileNotFoundError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    for path in written:
        print(f"{path}: {_slides_in(path)} slides, {path.stat().st_size / 1e6:.1f} MB")
        solved = nbformat.read(paths.root() / "solutions" / f"{path.stem}.ipynb", 4)
        for sentence in left_out(solved, path.name[:2]):
            print(f"  {sentence}")
    print(f"{folder / 'index.html'}: all decks ({time.perf_counter() - start:.1f} s)")
    return 0


def _column(column: list[Slide]) -> str:
    slides = "\n".join(_slide(slide) for slide in column)
    return f"<section>\n{slides}\n</section>" if len(column) > 1 else slides


def _slide(slide: Slide) -> str:
    parts = [f'<p class="again">{slide.again}</p>'] if slide.again else []
    for unit in slide.units:
        parts.append(f'<div class="fragment">{unit.html}</div>' if unit.fragment else unit.html)
    if slide.notes:
        parts.append(f'<aside class="notes">{"".join(slide.notes)}</aside>')
    return '<section data-slide="">\n' + "\n".join(parts) + "\n</section>"


def _write(path: Path, text: str) -> None:
    with paths.replacing(path) as part:
        part.write_text(text, "utf-8", newline="\n")


def _slides_in(path: Path) -> int:
    return path.read_text("utf-8").count('<section data-slide="">')


def _style() -> str:
    return STYLE.read_text("utf-8") + HtmlFormatter(style="default").get_style_defs(".highlight")


def _script(name: str) -> str:
    code = vendor.read(name).replace("</script>", "<\\/script>")
    return f"<script>{code}</script>"
