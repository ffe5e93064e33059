"""What an author tells the speaker slide by slide.

A list in a section's note whose points begin with a place in italics is a script: `* *figure 9.2* **A title.** Show:
words. Bars: heads: row = 1; row = 2. Say: words.` The title is that of the slide, "Show:" is what stands there in place of
its prose, "Instead:" in place of its tables, boxes and formulas, too, "Bars:" a chart below it, the rest is for the
speaker; "Left out." takes the slide away, and "before 9.p1" puts a new one there. A place is `opening`, `title`,
`formula`, `table`, `chart`, `printed`, `card`, `again`, `text`, `list`, `box`, `claim`, `figure 9.2` or `09.p1`, and a number after it
says which of several. What a note without a script says from "Figure 9.2" or "09.p1" on is said on that slide.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from graphrec_utils.authoring.slides import charts
from graphrec_utils.authoring.slides.deck import BELOW, PICTURE, SAY, Slide, Unit, fitted
from graphrec_utils.authoring.slides.points import text_of, thin
from graphrec_utils.authoring.slides.prose import ROOM, ROW

POINT = re.compile(r"<li>\s*(?:<p>)?<em>([^<]*)</em>(.*?)</li>", re.DOTALL)
BEGUN = re.compile(r"\s*(?:<strong>(.*?)\.?</strong>)?(.*)", re.DOTALL)
OUT = "Left out."
PARTS = re.compile(r"\b(Show|Instead|Bars|Say): ")
PLACE = re.compile(
    r"(before )?(title|opening|formula|table|chart|printed|card|again|text|list|box|claim|figure \d+\.\d+|\d\d\.p\d+)(?: (\d+))?"
)
STAYS = re.compile(
    r"<table.*?</table>|<p>\s*\$\$.*?\$\$\s*</p>|<blockquote.*?</blockquote>", re.DOTALL
)
FIGURE = re.compile('<figure(?: class="repeated")?>')
MENTION = re.compile(r"(?<=[.?!] )(?=[^.?!]*?\b(?:[Ff]igure \d+\.\d+|\d\d\.p\d+)\b)")
NAMED = re.compile(r"\b(?:[Ff]igure \d+\.\d+|\d\d\.p\d+)\b")

KINDS = {
    "title": lambda s, h: "<h1" in h,
    "opening": lambda s, h: bool(re.match(r"\s*<h2", h)),
    "formula": lambda s, h: "$$" in h,
    "table": lambda s, h: "<table" in h,
    "chart": lambda s, h: 'class="chart"' in h and "<table" not in h,
    "printed": lambda s, h: 'class="output"' in h and "<pre" in h,
    "card": lambda s, h: "border-left:8px" in h,
    "again": lambda s, h: 'class="repeated"' in h or bool(s.again and "<figure" in h and not _captioned(s)),
    "text": lambda s, h: thin(s) and not re.match(r"\s*<h[12]", h),
    "list": lambda s, h: "<ul>" in h and not any(u.asked for u in s.units),
    "box": lambda s, h: "<blockquote>" in h and "<strong>Claim" not in h,
    "claim": lambda s, h: "<strong>Claim" in h,
}  # fmt: skip


def _captioned(slide: Slide) -> bool:
    return any("<em>Figure" in note for note in slide.notes)


def at(place: str, slide: Slide) -> bool:
    """Report whether a place is on a slide."""
    if place.lower().startswith("figure"):
        return any(
            f"<em>F{place[1:]}." in note for note in slide.notes
        ) and 'class="repeated"' not in text_of(slide)
    if place in KINDS:
        return KINDS[place](slide, text_of(slide))
    return any(f"<p>{place}, what to say" in note for note in slide.notes)


# ---------------------------------------------------------------- a script


def followed(column: list[Slide]) -> tuple[list[Slide], list[str]]:
    """Return the slides of a section as its script wants them, and the places that it has not."""
    points = {}
    for k, slide in enumerate(column):
        notes = []
        for note in slide.notes:
            if note.startswith(SAY):
                points |= {
                    found[1]: found[2]
                    for found in POINT.finditer(note)
                    if PLACE.fullmatch(found[1])
                }
                note = _without(note)
            notes += [note] if note else []
        column[k] = replace(slide, notes=notes)
    wanted, missing = [], []
    for place, told in points.items():
        before, name, which = PLACE.fullmatch(place).groups()
        found = [slide for slide in column if at(name, slide)]
        if len(found) < int(which or 1):
            missing.append(place)
        else:
            wanted.append((bool(before), found[int(which or 1) - 1], told))
    done: list[Slide] = []
    section = _section(column)
    for slide in column:
        mine = [(before, told) for before, there, told in wanted if there is slide]
        new = [told for before, told in mine if before]
        if new and re.match(r"\s*<h2", text_of(slide)):  # what opens the section opens it still
            heading, slide = _split(slide)
            done.append(_made(heading, new[0], section))
            new = new[1:]
        done += [_made(Slide(again=section), told, section) for told in new]
        out = False
        for before, told in mine:
            if not before:
                out |= told.strip().startswith(OUT)
                slide = _made(slide, told.replace(OUT, "", 1), section)
        if out and done:
            done[-1] = replace(done[-1], notes=[*done[-1].notes, *slide.notes])
        else:
            done.append(slide)
    return done, missing


def _without(note: str) -> str:
    """Return a note without the points of its script, "" if nothing else is left."""
    left = POINT.sub(lambda found: "" if PLACE.fullmatch(found[1]) else found[0], note)
    left = re.sub(r"<ul>\s*</ul>", "", left)
    return left if re.sub("<[^>]*>", "", left).strip() else ""


def _section(column: list[Slide]) -> str:
    found = re.match(r"\s*<h[1-3][^>]*>(.*?)</h", text_of(column[0]), re.DOTALL)
    return found[1] if found else ""


def _split(slide: Slide) -> tuple[Slide, Slide]:
    """Return the heading of a slide, and the slide without it."""
    head, *rest = slide.units
    found = re.match(r"\s*<h2.*?</h2>", head.html, re.DOTALL)
    left = head.html[found.end() :].strip()
    units = [replace(head, html=left), *rest] if left else rest
    name = re.sub("<[^>]*>", "", found[0])
    return Slide([Unit(found[0], 66)], []), replace(slide, units=units, again=name)


def _made(slide: Slide, told: str, section: str) -> Slide:
    """Return a slide with the title, the words, the chart and the notes of a point of a script."""
    title, rest = BEGUN.fullmatch(re.sub("</?p>", "", told)).groups()
    said, *named = PARTS.split(rest)
    shown = dict(zip(named[::2], (x.strip() for x in named[1::2]), strict=True))
    if "Instead" in shown or "Show" in shown:
        words_ = shown.get("Instead", shown.get("Show", ""))
        slide = _showing(slide, words_, alone="Instead" in shown, titled=bool(title))
    if "Bars" in shown:
        chart = charts.of_text(html.unescape(re.sub("<[^>]*>", "", shown["Bars"])))
        drawing = Unit(f'<div class="output">{chart[0]}</div>', chart[1])
        slide = replace(slide, units=[*slide.units, drawing])
    if title:
        slide = titled(slide, title, section)
    said = f"{said.strip()} {shown.get('Say', '')}".strip()
    slide = refitted(slide)
    return replace(
        slide, notes=[f"{SAY}<p>{said}</p></div>", *slide.notes] if said else slide.notes
    )


def _showing(slide: Slide, shown: str, alone: bool, titled: bool) -> Slide:
    """Return a slide with these words in place of its prose, or `alone` of all but pictures; that is spoken."""
    kept, said = [], []
    for unit in slide.units:
        if unit.picture or unit.asked or (not alone and unit.html.startswith(("<div", "<pre"))):
            kept.append(unit)
            continue
        headings = re.findall(r"<h[1-3][^>]*>.*?</h[1-3]>", unit.html, re.DOTALL)
        title = any("<h1" in x for x in headings)
        if alone and titled:  # a new one comes
            headings = [x for x in headings if "<h3" not in x]
        stays = [] if alone and not title else STAYS.findall(unit.html)
        if "$$" in unit.html and not stays and not alone:
            stays = re.findall(r"\$\$.*?\$\$", unit.html, re.DOTALL)
        rest = unit.html
        for x in [*headings, *stays]:
            rest = rest.replace(x, "")
        spoken = re.sub("<[^>]*>", "", rest).strip()
        if (headings or stays) and spoken:
            high = sum(96 if "<h1" in x else 66 for x in headings)
            high += sum(110 if "$$" in x else 160 for x in stays)
            unit = replace(unit, html="\n".join([*headings, *stays]), height=min(unit.height, high))
        kept += [unit] if headings or stays else []
        said += [rest] if spoken else []
    if not shown:
        return replace(slide, units=kept, notes=[*slide.notes, *said])
    lines = sum(
        -(-len(re.sub("<[^>]*>", "", line)) // ROW) for line in re.split(r"<br\s*/?>", shown)
    )
    text = Unit(f"<p>{shown}</p>", 38 * lines + 16)
    heads = [
        k
        for k, u in enumerate(kept)
        if re.match(r"\s*<h[1-3]", u.html) and not (u.asked or u.picture)
    ]
    kept.insert(heads[-1] + 1 if heads else 0, text)
    return replace(slide, units=kept, notes=[*slide.notes, *said])


def titled(slide: Slide, title: str, section: str) -> Slide:
    """Return a slide with a title in place of the one it has."""
    if any(u.visual for u in slide.units):  # there is no room below the line
        return replace(slide, again=f"<strong>{title}</strong>")
    if "<strong>" in slide.again:
        slide = replace(slide, again=section)
    for k, unit in enumerate(slide.units):
        if "border-left:8px" not in unit.html and (
            found := re.search(r"<h3>.*?</h3>", unit.html, re.DOTALL)
        ):
            shown = unit.html.replace(found[0], f"<h3>{title}</h3>")
            return replace(
                slide, units=[*slide.units[:k], replace(unit, html=shown), *slide.units[k + 1 :]]
            )
    heading = Unit(f"<h3>{title}</h3>", _high(title))
    first = slide.units[0] if slide.units else None
    if first and (found := re.match(r"\s*<h2[^>]*>.*?</h2>", first.html, re.DOTALL)):
        left = first.html[found.end() :].strip()
        rest = [replace(first, html=left, height=max(0, first.height - 66))] if left else []
        units = [Unit(found[0], 66), heading, *rest, *slide.units[1:]]
    else:
        units = [heading, *slide.units]
    return replace(slide, units=units)


def _high(title: str) -> float:
    return 40 * -(-len(title) // 60) + 16


def refitted(slide: Slide) -> Slide:
    """Return a slide whose figure is as large as all else leaves room."""
    figures = [u for u in slide.units if FIGURE.search(u.html) and u.picture]
    others = [u for u in slide.units if u not in figures]
    if len(figures) != 1 or any("<table" in u.html or u.asked for u in others):
        return slide
    (figure,) = figures
    plain = replace(figure, html=FIGURE.sub("<figure>", figure.html, count=1))
    room = ROOM + BELOW - slide.height + figure.height
    large = fitted(plain, min(room, PICTURE + BELOW))
    begun = FIGURE.search(figure.html)[0]
    large = replace(large, html=large.html.replace("<figure>", begun, 1))
    return replace(slide, units=[large if u is figure else u for u in slide.units])


# ---------------------------------------------------------------- notes without a script


def shared(column: list[Slide]) -> list[Slide]:
    """Say what a note says of a figure or a vote where that is."""
    found: dict[int, list[str]] = {}
    for k, slide in enumerate(column):
        notes = []
        for note in slide.notes:
            if not note.startswith(SAY) or "<p>" not in note:
                notes.append(note)
                continue
            kept = []
            for paragraph in re.findall(r"<p>.*?</p>|<[uo]l>.*?</[uo]l>", note, re.DOTALL):
                if not paragraph.startswith("<p>"):
                    kept.append(paragraph)
                    continue
                here, now = k, []
                for part in MENTION.split(re.sub("</?p>", "", paragraph)):
                    named = NAMED.findall(part)
                    there = [j for j, other in enumerate(column) if named and at(named[0], other)]
                    here = there[0] if there else here
                    now.append((here, part.strip()))
                kept += [f"<p>{part}</p>" for j, part in now if j == k]
                for j, part in now:
                    if j != k:
                        found.setdefault(j, []).append(f"{SAY}<p>{part}</p></div>")
            notes += [f"{SAY}{''.join(kept)}</div>"] if kept else []
        column[k] = replace(slide, notes=notes)
    return [
        replace(slide, notes=list(dict.fromkeys([*found.get(k, []), *slide.notes])))
        for k, slide in enumerate(column)
    ]
