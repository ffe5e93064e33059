"""`slides lecture`: the lecture's five parts in one deck, from slides that the lessons have already.

`PICKS` says which slides of a lesson are its core: a section and what to take from it. A lesson without a row
gives its first formula, visual and picture; one that is not built yet has a slide with its name. Systems that
the atlas marks as the lecture's have a slide each, and what each system is for comes last (`uses`). Whatever goes beyond
`WORDS` words of prose on a slide is for the speaker, who also has the time at which each slide begins: `MINUTES` in all.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from graphrec_utils import markup, methods, paths, syllabus
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.slides import hour, kinds, short, uses
from graphrec_utils.authoring.slides.deck import PICTURE, SAY, TITLE, Slide, Unit, deck, fitted
from graphrec_utils.plots.visuals.atlas import READ, systems

NAME = "lecture"
COURSE = "Graph models for recommender systems"
MINUTES, WORDS = 80, 40
SYSTEM = Path(__file__).with_name("system.html")
# a slide's share of the time
SHARES = {"visual": 2.0, "picture": 1.5, "formula": 1.5, "table": 1.5, "system": 0.75, "part": 1.0}
# lesson: (section, what to take from it), in the order of the lecture
PICKS = {
    "01": (("1.1", "picture"), ("1.3", "picture"), ("1.4", "visual"), ("1.6", "picture")),
    "02": (("2.2", "picture"), ("2.5", "formula"), ("2.5", "visual"), ("2.7", "picture")),
    "03": (("3.3", "visual"), ("3.5", "visual"), ("3.6", "visual")),
    "04": (
        ("4.1", "picture"),
        ("4.2", "visual"),
        ("4.3", "visual"),
        ("4.6", "visual"),
        ("4.8", "visual"),
    ),
    "05": (("5.1", "visual"), ("5.2", "visual"), ("5.6", "picture")),
    "06": (("6.1", "formula"), ("6.2", "visual"), ("6.4", "visual"), ("6.4", "picture")),
    "07": (("7.2", "visual"), ("7.3", "visual"), ("7.8", "picture")),
    "08": (("8.1", "visual"), ("8.3", "picture"), ("8.4", "picture"), ("8.6", "picture")),
    "09": (("9.2", "formula"), ("9.2", "visual"), ("9.3", "visual"), ("9.5", "picture"), ("9.6", "picture")),
    "10": (("10.1", "picture"), ("10.2", "visual"), ("10.3", "picture"), ("10.5", "visual")),
    "11": (("11.1", "picture"), ("11.3", "table"), ("11.3", "visual"), ("11.4", "visual"), ("11.5", "picture")),
    "12": (("12.1", "visual"), ("12.4", "visual"), ("12.5", "visual"), ("12.5", "picture")),
    "13": (("13.1", "visual"), ("13.2", "formula"), ("13.3", "picture"), ("13.4", "visual"), ("13.4", "picture"), ("13.5", "picture")),
    "14": (("14.3", "visual"), ("14.4", "formula"), ("14.4", "visual"), ("14.5", "picture"), ("14.6", "picture")),
    "15": (("15.1", "formula"), ("15.1", "visual"), ("15.3", "picture"), ("15.4", "visual"), ("15.5", "picture")),
    "16": (("16.3", "visual"), ("16.4", "picture"), ("16.5", "picture")),
}  # fmt: skip
BLOCK = re.compile(r"(?<=</p>)\s*|(?<=</ul>)\s*|(?<=</ol>)\s*|(?<=</blockquote>)\s*")
AT_MINUTE = re.compile(
    r"(?:Part of m|M)inutes? \d+ to \d+[^.<]*\.\s+"
)  # of the lesson, not of the lecture
LESSON_TITLE = {lesson.number: lesson.title for lesson in syllabus.LESSONS}


@dataclass(frozen=True)
class Timed:
    """A slide and its share of the time."""

    slide: Slide
    share: float


def columns() -> tuple[list[list[Slide]], list[str]]:
    """Return the columns of the deck, one for each part, and a sentence for what was not found."""
    missing: list[str] = []
    parts = [[Timed(_title(), 0.5)]]
    for k, (name, lessons) in enumerate(syllabus.PARTS, 1):
        found = [Timed(_part(k, name, lessons), SHARES["part"])]
        for lesson in lessons:
            found += _lesson(lesson, missing)
        parts.append(found)
    named = [row for row in systems()[0] if row.get("lecture")]
    own = {method.name for method in methods.ON_THE_MAP}
    others = [row for row in named if row["name"] not in own]
    parts.append([Timed(_system(row), SHARES["system"]) for row in others])
    later = [row for row in systems()[0] if not row.get("lecture")]
    parts[-1].append(Timed(_later(later), SHARES["visual"]))
    parts.append([Timed(slide, SHARES["system"]) for slide in uses.slides()])
    return timed(parts), missing


def timed(parts: list[list[Timed]]) -> list[list[Slide]]:
    """Return the slides with the minute of their beginning and end in the speaker's notes."""
    whole = sum(each.share for part in parts for each in part)
    now, done = 0.0, []
    for part in parts:
        done.append([])
        for each in part:
            end = now + MINUTES * each.share / whole
            note = f"<p><strong>{_clock(now)} to {_clock(end)}</strong></p>"
            done[-1].append(replace(each.slide, notes=[note, *each.slide.notes]))
            now = end
    return done


def _clock(minutes: float) -> str:
    seconds = round(60 * minutes / 15) * 15
    return f"{seconds // 60}:{seconds % 60:02}"


def _lesson(lesson: str, missing: list[str]) -> Iterator[Timed]:
    """Yield the core slides of a lesson, and those of its systems."""
    source = next((s for s in built() if s.stem.startswith(lesson)), None)
    if source is None:
        yield Timed(_coming(lesson), SHARES["part"])
    else:
        notebook = nbformat.read(target(source, "solved"), 4)
        places = short.places(deck(notebook))
        picks = PICKS.get(lesson) or tuple(("", kind) for kind in ("formula", "visual", "picture"))
        for section, kind in picks:
            number = int(section.partition(".")[2]) if section else None
            slides = [s for column, at in places if number in (None, at) for s in column]
            slide = next((s for s in slides if any(is_a(u, kind) for u in s.units)), None)
            if slide is None:
                where = f"section {section}" if section else f"lesson {lesson}"
                missing.append(f"{where} has no {kind} any more: see PICKS of slides/lecture.py")
                continue
            heads = [_heading(c[0]) for c, at in places if number is not None and at == number]
            made = core(
                slide, kind, f"{lesson} · {LESSON_TITLE[lesson]}", heads[0] if heads else ""
            )
            if section:
                before = slides[: slides.index(slide) + 1]
                asked = _question(before)
                if asked and kind in ("picture", "table"):  # it comes when the room has answered
                    made.units = [replace(u, fragment=is_a(u, kind)) for u in made.units]
                told = hour.told(slides, slide, kind) or [
                    note for one in before for note in one.notes if note.startswith(SAY)
                ]
                made.notes.extend(x for x in [*told, *asked] if x not in made.notes)
            made.notes = [AT_MINUTE.sub("", note) for note in made.notes]
            yield Timed(made, SHARES[kind])
    taught = {method.name for method in methods.taught(lesson)}
    for row in systems()[0]:
        if row["name"] in taught and row.get("lecture"):
            yield Timed(_system(row), SHARES["system"])


def _question(slides: list[Slide]) -> list[str]:
    """Return the last question that stands before a picture, and what to say to each answer."""
    for slide in slides[::-1]:
        for unit in slide.units:
            if unit.asked:
                said = [note for note in slide.notes if "what to say:" in note]
                return [f"<p>To ask the room:</p>{unit.html}", *said[:1]]
    return []


def is_a(unit: Unit, kind: str) -> bool:
    """Report whether a unit is what a pick asks for."""
    if kind == "visual":
        return unit.visual
    if kind == "picture":
        return unit.picture and not unit.visual
    prose = not (unit.picture or unit.asked or unit.lines)
    return prose and ("$$" if kind == "formula" else "<table") in unit.html


def words(html_: str) -> int:
    """Count the words of prose: not of formulas, tables, pictures and headings."""
    cut = r"\$\$.*?\$\$|<table.*?</table>|<figure.*?</figure>|<h\d.*?</h\d>|<style.*?</style>"
    return len(re.sub(r"<[^>]*>", " ", re.sub(cut, " ", html_, flags=re.DOTALL)).split())


def _heading(slide: Slide) -> str:
    """Return the words of the heading at the top of a slide."""
    found = re.search(r"<h\d[^>]*>(.*?)</h\d>", slide.units[0].html if slide.units else "")
    return re.sub(r"<[^>]*>", "", found[1]).strip() if found else ""


def titled(title: str, units: list[Unit], notes: list[str]) -> Slide:
    """Return a slide with a title: small above a visual, which needs the room."""
    if any(unit.visual for unit in units):
        return Slide(units, notes, again=title)
    return Slide([Unit(f"<h2>{title}</h2>", TITLE + 20), *units], notes)


def core(slide: Slide, kind: str, lesson: str, section: str = "") -> Slide:
    """Return a slide with what was picked and at most WORDS words beside it; the rest is spoken."""
    title, kept, notes = slide.again, [], [f"<p>{html.escape(lesson)}</p>"]
    left, taken = WORDS, False
    for unit in slide.units:
        if re.search(r"<h\d", unit.html):
            title = _heading(Slide([unit]))
        if is_a(unit, kind) and not taken and kind in ("visual", "picture", "table"):
            shown = unit.html if kind != "table" else _table(unit.html, notes)
            kept.append(replace(unit, html=shown, fragment=False))
            taken = True
            continue
        if (
            unit.picture
            or unit.asked
            or unit.lines
            or ("<table" in unit.html and "$$" not in unit.html)
        ):
            continue
        for block in BLOCK.split(re.sub(r"<h\d.*?</h\d>", "", unit.html, flags=re.DOTALL)):
            if not re.sub(r"<[^>]*>", "", block).strip():
                continue
            formula = kind == "formula" and "$$" in block
            if formula or (words(block) <= left and "<table" not in block):
                shown = f'<div class="large">{block}</div>' if formula else block
                kept.append(Unit(shown, unit.height))
                left -= words(block)
            else:
                notes.append(block)
    if kind == "picture" and len(kept) == 1:  # nothing stands beside it any more
        kept = [fitted(kept[0])]
    if kind == "formula":  # it speaks of what its own heading says
        section, title = title, section
    if section and title != section:
        notes.append(f"<p>{title}</p>")
    return titled(section or title, kept, [*notes, *slide.notes])


def _table(page: str, notes: list[str]) -> str:
    """Return the table alone; what stands around it is spoken."""
    first, last = page.index("<table"), page.rindex("</table>") + len("</table>")
    if around := re.sub(
        r"<h\d.*?</h\d>|<style.*?</style>", "", page[:first] + page[last:], flags=re.DOTALL
    ).strip():
        notes.append(around)
    return (
        f'<div class="output tex2jax_ignore">{page[first:last]}</div>'
        if "dataframe" in page
        else page[first:last]
    )


def _title() -> Slide:
    told = (
        f"<h1>{COURSE}</h1>\n<p>The lecture in one deck: five parts, {MINUTES} minutes.</p>\n"
        "<p>After the lecture of Kirill Khrylchenko, Yandex School of Data Analysis, spring 2025; "
        "not affiliated.</p>"
    )
    said = (
        "<p>The time of each slide stands at the top of its notes. The space bar takes every slide in order, → "
        "the next part. Visuals work: let the room say what to press.</p>"
    )
    return Slide([Unit(told, 300)], [said])


def _part(k: int, name: str, lessons: tuple[str, ...]) -> Slide:
    shown = draw.image(lessons)
    said = [f"<p>{html.escape(draw.sentence(m))}.</p>" for x in lessons for m in methods.taught(x)]
    return titled(f"Part {k} · {name}", [Unit(shown, PICTURE, picture=True)], said)


def _coming(lesson: str) -> Slide:
    taught = "".join(f"<li>{html.escape(draw.sentence(m))}</li>" for m in methods.taught(lesson))
    said = "<p>The lesson is not there yet; its slides come with it.</p>"
    told = f'<ul class="coming">{taught}</ul>'
    return titled(f"{lesson} · {html.escape(LESSON_TITLE[lesson])}", [Unit(told, 200)], [said])


def _system(row: dict) -> Slide:
    """Return a slide about a system of the atlas: a drawing of its graph and what fits beside it."""
    cells = {
        "reports": "Reports",
        "encoder": "Encoder",
        "nodes": "Graph",
        "loss": "Loss",
        "use": "Used for",
    }
    dagger = row.get("summary", [])
    known = {name: row[name] + " †" * (name in dagger) for name in cells if name in row}
    read, of_some = READ[row["read"]], "; † from a summary"
    shown, left = [], WORDS - len((read + of_some).split()) - 1  # and the source
    for name, said in known.items():
        need = len(said.split()) + len(cells[name].split())
        if need <= left:
            shown.append(name)
            left -= need
    order = [name for name in ("nodes", "encoder", "loss", "use", "reports") if name in shown]
    page = markup.render(
        SYSTEM,
        drawing=kinds.drawing(row["kind"]),
        kind=row["kind"],
        rows=[(cells[name], known[name]) for name in order],
        source=row["source"].removeprefix("https://"),
        read=read + of_some * any(name in dagger for name in shown),
    )
    rest = [f"<p>{cells[x]}: {html.escape(known[x])}.</p>" for x in known if x not in shown]
    title = f"{row['name']} · {row['company']}, {row['year']}"
    return titled(html.escape(title), [Unit(page, PICTURE, picture=True)], rest)


def _later(rows: list[dict]) -> Slide:
    names = "".join(
        f"<p>{html.escape(r['name'])} ({html.escape(r['company'])}, {r['year']}): {html.escape(r['encoder'])}. "
        f"{html.escape(r['source'])}</p>"
        for r in rows
    )
    return titled(
        "What came after the lecture", [Unit(kinds.matrix(rows), PICTURE, picture=True)], [names]
    )


def write(folder: Path, page) -> tuple[Path, list[str]]:
    """Write the deck with `page(title, columns)`; return its path, and what was not found.

    Raises:
        CannotRun: as `slides.page`.
    """
    found, missing = columns()
    path = folder / f"{NAME}.html"
    paths.write(path, page(f"{COURSE}: the lecture", found))
    return path, missing
