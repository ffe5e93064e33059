"""The slides of an hour that an author wrote by hand (`written`), with what they name from the lesson.

A section whose notes write slides has exactly these, in its deck and in the short one. `figure 14.3` is a figure or a
visual by its number, `vote 14.p4` a prediction, `verdict 2`, `formula 1`, `table 1` and `output 1` count within the
section, as do a `chart` of a table and the lesson's own `claim`; `recall 1` is what was shown, `answer 1` closes the hour,
`drawing NAME` is one of `sketches`, `bars` and `leads` are charts of what stands in the line. `figure 11.2; size = 3` is
a visual that begins in another state, a `vote` may be asked in few words (`brief`). A figure that is not in the section
(of a branch, in the deck of all) takes its slide away.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from graphrec_utils.authoring.slides import charts, sketch, sketches
from graphrec_utils.authoring.slides.deck import (
    PICTURE,
    SAY,
    TITLE,
    Slide,
    Unit,
    answers,
    fitted,
    markdown,
    question,
)
from graphrec_utils.authoring.slides.prose import ROOM, ROW
from graphrec_utils.authoring.slides.written import Thing, Written
from graphrec_utils.exercises import questions

COUNTED = {
    "verdict": re.compile('<h3 style="border-left'),
    "formula": re.compile(r"\$\$"),
    "table": re.compile("<table"),
    "output": re.compile('<pre class="output"'),
    "chart": re.compile(r'data-bars="">\s*<svg'),
    "claim": re.compile(r"<blockquote>\s*<p><strong>Claim"),
    "recall": re.compile('class="recall"'),
    "answer": re.compile('class="answer"'),
}
WHOLE = {
    "formula": r"\$\$.*?\$\$",
    "table": "<table.*?</table>",
    "claim": "<blockquote>.*?</blockquote>",
}
LITTLE, LOWER = 80, 24  # px that are left; that a drawing then goes down
HEADING = re.compile(r"\s*<h[23][^>]*>(.*?)</h[23]>", re.DOTALL)


class Elsewhere(Exception):
    """A slide shows a figure that is not in its section."""


def slides(column: list[Slide]) -> list[Slide]:
    """Return the slides that the notes of a section write, [] where they write none."""
    texts = [text for slide in column for text in slide.written]
    found = HEADING.match(column[0].units[0].html) if texts else None
    heading = found[1] if found else column[0].again
    made = []
    for text in texts:
        try:
            made.append(_made(text, column, heading, first=not made))
        except Elsewhere:
            continue
    return made


def told(section: list[Slide], slide: Slide, kind: str) -> list[str]:
    """Return what is said of a slide of a section, by the slide by hand that shows the same, [] where none is by hand."""
    texts = [text for each in section for text in each.written]
    numbers = {x for note in slide.notes for x in re.findall(r"Figure (\d+\.\d+)\. ", note)}
    same = [
        text
        for text in texts
        if any(
            t.kind == kind or (t.kind == "figure" and _number(t) in numbers) for t in text.things
        )
        or numbers & set(re.findall(r"\b[Ff]igure (\d+\.\d+)", text.said))
    ]
    return [f"{SAY}{markdown(text.said)}</div>" for text in [*same, *texts][:1]]


def _made(text: Written, column: list[Slide], heading: str, first: bool) -> Slide:
    title = re.sub("</?p>", "", markdown(text.title)).strip()
    left: list[int] = []
    units, notes = [], [f"{SAY}{markdown(text.said)}</div>"]
    for thing in text.things:
        unit, said = _thing(thing, column)
        if thing.how == "with":  # the key that brings the one above
            unit = _together(units.pop(), unit)
        left += [len(units)] * (thing.how == "left")
        units.append(replace(unit, fragment=True) if thing.how == "then" else unit)
        notes += said
    lines = 2 if len(text.title) > 62 else 1
    head, high = f"<h3>{title}</h3>", 66 + 40 * lines - TITLE * (not first)
    if any(
        f">{title}</h3>" in unit.html for unit in units
    ):  # a verdict or an answer brings its own
        head, high = "", 0
    if first:
        head = f'<h2 class="part">{heading}</h2>\n{head}'
    units.insert(0, Unit(head, high))
    units = _beside(units, left[0] + 1) if left else list(_fitting(units))
    tall = any(unit.visual for unit in units)  # there is no room for two lines above it
    return Slide(units, notes, "" if first or tall else heading, [text])


def _together(above: Unit, unit: Unit) -> Unit:
    return replace(above, html=f"{above.html}\n{unit.html}", height=above.height + unit.height)


def _fitting(units: list[Unit]) -> Iterator[Unit]:
    """Yield what stands below each other, a figure as large as the rest leaves room, a drawing lower where much is left."""
    others = sum(u.height for u in units if not u.html.startswith("<figure>"))
    left = ROOM - sum(u.height for u in units)
    for unit in units:
        if unit.html.startswith("<figure>"):
            unit = fitted(unit, min(PICTURE, ROOM - others))
        elif unit.html.startswith("<svg") and left > LITTLE:
            down = min(LOWER, left / 4)
            shown = unit.html.replace("<svg", f'<svg style="margin-top:{down:.0f}px"', 1)
            unit = replace(unit, html=shown, height=unit.height + down)
        yield unit


def _beside(units: list[Unit], at: int) -> list[Unit]:
    """Return the units with what follows one of them beside it."""
    left, right = units[at], units[at + 1 :]
    if left.html.startswith("<figure>"):
        left = fitted(left, PICTURE)
    inside = "\n".join(
        f'<div class="fragment">{u.html}</div>' if u.fragment else u.html for u in right
    )
    both = f'<div class="two">\n<div>{left.html}</div>\n<div>\n{inside}\n</div>\n</div>'
    height = max(left.height, sum(u.height for u in right))
    return [*units[:at], Unit(both, height, picture=left.picture, visual=left.visual)]


def _thing(thing: Thing, column: list[Slide]) -> tuple[Unit, list[str]]:
    """Return what stands on a slide for a line of its text, and what the speaker is told with it."""
    if thing.kind == "words":
        lines = sum(-(-len(line) // ROW) for line in thing.value.split("<br>"))
        return Unit(markdown(thing.value), 16 + 38 * lines), []
    if thing.kind == "box":
        inner = f"<blockquote>{markdown(thing.value)}</blockquote>"
        return Unit(inner, 40 + 38 * -(-len(thing.value) // (ROW - 4))), []
    if thing.kind == "vote":
        name, _, few = thing.value.partition(": ")
        asked = questions.get(name)
        unit = question(brief(asked, few) if few else asked)
        large = f'<div class="vote">\n{unit.html}\n</div>'
        whole = [f"{SAY}{markdown(f'In the lesson: {asked.text}')}</div>"] if few else []
        return replace(unit, html=large, height=1.2 * unit.height), [*whole, answers(asked)]
    if thing.kind == "figure":
        unit, said = _figure(_number(thing), column)
        return replace(unit, html=_begun(unit.html, thing.value.split(";")[1:])), said
    if thing.kind in ("bars", "leads"):
        return _drawn(getattr(charts, thing.kind)(thing.value)), []
    if thing.kind == "drawing":
        return _drawn(sketches.DRAWINGS[thing.value]()), []
    if mark := COUNTED.get(thing.kind):
        there = [u for s in column for u in s.units if mark.search(u.html)]
        if int(thing.value) <= len(there):
            unit = replace(there[int(thing.value) - 1], fragment=False)
            return _alone(unit, thing.kind), [unit.said] if unit.said else []
    raise ValueError(f"a slide shows what its section does not have: {thing.kind} {thing.value}")


@dataclass(frozen=True)
class Few:
    """A question as a slide asks it: (letter, option) in the order in which readers see them."""

    text: str
    options: tuple[tuple[str, str], ...]

    def shown(self) -> tuple[tuple[str, str], ...]:
        return self.options


def brief(asked: questions.Question, few: str) -> Few:
    """Return a question in few words, "What is left? | all of it | nothing"; an option ends where one of these ends, or at its colon.

    Raises:
        ValueError: a beginning is of no option, or two options are the same then.
    """
    text, *begins = (part.strip() for part in few.split(" | "))
    cut = {
        whole: next((x for x in begins if whole.startswith(x)), whole.partition(":")[0])
        for whole, _ in asked.options
    }
    if not set(begins) <= set(cut.values()) or len(set(cut.values())) < len(cut):
        raise ValueError(f"{asked.id} is asked in too few words: {few!r}")
    return Few(text, tuple((letter, cut[whole]) for letter, whole in asked.shown()))


def _alone(unit: Unit, kind: str) -> Unit:
    """Return a formula, a claim or a table of text without the words around it."""
    if kind not in WHOLE or unit.html.startswith("<div"):
        return unit
    found = re.search(WHOLE[kind], unit.html, re.DOTALL)[0]
    if kind == "formula":
        found = re.sub(r"\s*[.,](?=\s*(?:\$\$$|\\\\|\\end\{gathered\}))", "", found)
        row = 90 if re.search(r"\\(?:frac|sum)", found) else 50
        return Unit(found, 60 + row * found.count("\\\\"))
    if kind == "claim":
        return Unit(found, 40 + 38 * -(-len(found) // ROW))
    return Unit(found, 44 * found.count("<tr") + 16)


def _figure(number: str, column: list[Slide]) -> tuple[Unit, list[str]]:
    """Return a figure or a visual by the number in its caption, and the caption."""
    named = f"Figure {number}. "
    for slide in column:
        told = [note for note in slide.notes if named in html.unescape(note)]
        for unit in slide.units if told else ():
            if unit.visual or (unit.picture and named in html.unescape(unit.html)):
                return replace(unit, fragment=False), told[:1]
    raise Elsewhere(number)


def _number(figure: Thing) -> str:
    return figure.value.partition(";")[0].strip()


def _begun(page: str, wanted: list[str]) -> str:
    """Return a visual that begins where "name = value" says, each of them a number or a text of its state."""
    for name, value in (x.strip().split(" = ") for x in wanted):
        value = value if value.isdigit() else f'"{value}"'
        page, found = re.subn(rf'("{name}": )(?:\d+|"[^"]*")(?=[,}}])', rf"\g<1>{value}", page)
        if found != 1:
            raise ValueError(f"a visual whose state has no {name!r}")
    return page


def _drawn(sheet: sketch.Sheet) -> Unit:
    return Unit(sheet.svg(), sheet.high + 16, picture=True)
