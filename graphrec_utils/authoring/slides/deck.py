"""Cells of a solved notebook → slides of a deck, by their slideshow metadata.

`slide` begins a column, `subslide` a slide below it, `fragment` waits for a key, `skip` stays in
the notebook, `notes` is for the speaker; a cell without a type stands on the slide before it.
Set-up, answers and checks are never shown. Code stays in the notebook where it has more than 7
lines, draws a figure or measures something: then its output is shown alone. What does not fit on
one slide goes on below, on the next, and every slide has a title. A picture has a slide's room, and the
speaker has its caption. Of a prediction and of a question of the quiz the slide has the question and its options, and
the speaker has what is said to each; of a fold the speaker has the text. A verdict has its claim as a title and its
interval as a drawing, a table of results bars behind its numbers. What only a reader at a notebook can use is left out.
"""

from __future__ import annotations

import base64
import html
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from graphrec_utils import markup
from graphrec_utils.authoring.lesson import predictions
from graphrec_utils.authoring.slides import drawn
from graphrec_utils.authoring.slides.prose import ROOM, ROW, blocks
from graphrec_utils.authoring.slides.written import Written, read
from graphrec_utils.exercises import questions

WIDTH, HEIGHT = 1280, 720  # of a slide, in its own pixels
WIDE = 1160
PICTURE = 540  # the largest height of a figure, below the title
SMALL = 380  # with less room left it gets a slide of its own
BELOW = 24  # px below a figure
TITLE = 46  # the height of a title that is repeated
CODE_LINES = 7  # more cannot be read from the last row
NEVER = ("setup", "exercise", "check")
CAPTION = re.compile(r"\*Figure \d+\.\d+\. ")
QUIZ = re.compile(r"\*\*\d\d\.q\d+\*\* ")
HEADED_QUIZ = re.compile(r"(#+ .*)\n+(?=\*\*\d\d\.q)")
FOLD = re.compile("<details>.*?</details>", re.DOTALL)
ANSWERS = re.compile("<details>.*?</summary>(.*?)</details>", re.DOTALL)
# for a reader alone, not for a hall: what opens and closes a lesson, what is done with keys and files
ALONE = re.compile(
    r"## Before you begin|remember\(|progress\(|from graphrec_utils.exercises import progress"
)
AT_A_NOTEBOOK = re.compile(
    r"Shift \+ Enter|[Rr]un (?:it|the (?:cell|check)|this cell|your)\b|with the arrow keys|press Tab|"
    r"[Rr]un everything again|Run All|Nothing breaks if you skip|Hints? are free"
)
# what a search tells its author, and where data came from
TO_ITS_AUTHOR = re.compile(
    r"let the grid go on there|at an end of its grid: none$|from this machine$|, downloaded$"
)
OF_PANDAS = re.compile(r"\n(?:Name: .*, )?dtype: \S+\s*$")  # under a column of numbers
LESSON = re.compile(
    r'<a href="[^":#]+\.ipynb[^"]*">(.*?)</a>', re.DOTALL
)  # a deck is one file, alone
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)  # code in prose
STARS = re.compile(r"(?<![\w*])\*(?=\S)([^*<>\n]+)(?<=\S)\*(?![\w*])")
STORED = "again: <code>"  # in the card of a stored result
SAY = '<div class="say">'  # begins what an author tells the speaker
ASKED, SAID = (Path(__file__).with_name(name) for name in ("asked.html", "said.html"))

_highlight = Highlight2HTML(pygments_lexer="ipython3")


@dataclass(frozen=True)
class Unit:
    """What stays together on a slide; sizes are estimates in pixels of the slide."""

    html: str
    height: float
    lines: int = 0  # of code
    picture: bool = False
    visual: bool = False
    asked: bool = False  # what stands below it comes when the room has answered
    fragment: bool = False
    said: str = ""  # for the speaker, what the slide has no room for


@dataclass
class Slide:
    """One slide; `again` is the heading that it continues."""

    units: list[Unit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    again: str = ""
    written: list[Written] = field(default_factory=list)  # by hand, for the hour

    @property
    def height(self) -> float:
        return sum(unit.height for unit in self.units) + (TITLE if self.again else 0)

    @property
    def lines(self) -> int:
        return sum(unit.lines for unit in self.units)


def deck(notebook) -> list[list[Slide]]:
    """Return the columns of a deck, each a list of slides from top to bottom."""
    columns: list[list[Slide]] = []
    heading, hidden = "", False
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "")
        tags = {tag.partition(":")[0] for tag in cell.metadata.get("tags", [])}
        if (not columns and kind != "slide") or ALONE.match(cell.source):
            continue
        if kind == "notes" or "notes" in tags:
            # the first says how to teach the lesson: it stands where the lecture begins
            opening = len(columns) == 1 and not any(slide.notes for slide in columns[0])
            slide, written = columns[-1][0 if opening else -1], read(cell.source)
            slide.written += written
            for text in [each.said for each in written] or [cell.source]:
                slide.notes.append(f"{SAY}{markdown(text)}</div>")
        elif kind == "skip" or tags & set(NEVER) or (hidden and CAPTION.match(cell.source)):
            hidden = True
            if cell.cell_type == "markdown" and (found := re.match(r"#+ (.*)", cell.source)):
                columns[-1][-1].notes.append(f"<p>In the notebook: {html.escape(found[1])}</p>")
        else:
            hidden = False
            titled = cell.cell_type == "markdown" and re.match(r"#+ (.*)", cell.source)
            heading = _plain(titled[1]) if titled else heading
            if kind == "slide":
                columns.append([Slide(again="" if titled else heading)])
            elif kind == "subslide":
                columns[-1].append(Slide(again="" if titled else heading))
            for unit in _units(cell):
                if found := re.match(r"<h\d[^>]*>(.*?)</h\d>", unit.html.lstrip()):
                    heading = re.sub(r"<[^>]*>", "", found[1])
                if unit.html:
                    _place(columns[-1], replace(unit, fragment=kind == "fragment"), heading)
                columns[-1][-1].notes += [unit.said] if unit.said else []
            for name in predictions.named(cell, "predict"):
                columns[-1][-1].notes.append(answers(questions.get(name)))
    return [_without_empty(column) for column in columns]


def _without_empty(column: list[Slide]) -> list[Slide]:
    """Drop slides without content; what was to be said there is said on the one before."""
    kept = column[:1]
    for slide in column[1:]:
        if slide.units:
            kept.append(slide)
        else:
            kept[-1].notes += slide.notes
            kept[-1].written += slide.written
    return kept


def left_out(notebook, lesson: str) -> list[str]:
    """Return a sentence for every cell that is meant for a slide and cannot be read there."""
    sentences = []
    for number, cell in enumerate(notebook.cells, start=1):
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "skip")
        if cell.cell_type != "code" or kind in ("skip", "notes") or list(_units(cell)):
            continue
        lines = _lines(cell.source)
        if lines > CODE_LINES:
            sentences.append(
                f"lesson {lesson}, cell {number} is left out: it has {lines} lines of code and no "
                f"output, and at most {CODE_LINES} lines can be read on a slide"
            )
    return sentences


def markdown(text: str) -> str:
    """Return Markdown as HTML; formulas keep their dollar signs for MathJax, links to other lessons their words."""
    made = MarkdownWithMath(IPythonRenderer(escape=False, exclude_anchor_links=True)).render(text)
    return LESSON.sub(r"\1", made)


def _place(column: list[Slide], unit: Unit, heading: str) -> None:
    """Put a unit on the last slide of a column, or on a new one below it."""
    if unit.html.startswith("<figcaption"):
        # the speaker reads about it; readers of screens have it with the picture
        for slide in column[::-1]:
            for k, before in reversed(list(enumerate(slide.units))):
                if before.picture and (before.visual or 'alt=""' in before.html):
                    words = html.escape(html.unescape(re.sub(r"<[^>]*>", "", unit.html)).strip())
                    shown = before.html.replace('alt=""', f'alt="{words}"')
                    slide.units[k] = replace(before, html=shown)
                    slide.notes.append(unit.html.replace("figcaption", "div"))
                    return
    slide = column[-1]
    if slide.units and SMALL <= ROOM - slide.height < unit.height:
        unit = fitted(unit, ROOM - slide.height)
    full = slide.height + unit.height > ROOM or slide.lines + unit.lines > CODE_LINES
    if full and slide.units:
        slide = Slide(again="" if re.match(r"<h\d", unit.html.lstrip()) else heading)
        column.append(slide)
    asked = any(other.asked for other in slide.units)
    # what comes first on a slide comes with it: the key that brought the slide was the wait
    waits = bool(slide.units) and (unit.fragment or asked)
    slide.units.append(replace(unit, fragment=waits))


def fitted(unit: Unit, height: float = PICTURE + BELOW) -> Unit:
    """Return a figure as large as a height and the slide's width allow; other units as they are."""
    size = re.search(r'width="(\d+)" height="(\d+)"', unit.html)
    if not unit.html.startswith("<figure>") or not size:
        return unit
    width, high = map(int, size.groups())
    scale = min(WIDE / width, (height - BELOW) / high)
    new = f'width="{width * scale:.0f}" height="{high * scale:.0f}"'
    return replace(unit, height=high * scale + BELOW, html=unit.html.replace(size[0], new, 1))


def _units(cell) -> Iterator[Unit]:
    """Yield what a cell shows: blocks of its prose, or its code and each output."""
    if cell.cell_type == "markdown":
        for block, height in blocks(cell.source):
            if AT_A_NOTEBOOK.search(block) and not block.startswith(("#", "|")):
                continue
            if found := HEADED_QUIZ.match(block):
                yield Unit(markdown(found[1]), 66)
                block = block[found.end() :]
            inner = markdown(block)
            if block.startswith("<details"):  # nobody in a hall can open it
                yield Unit("", 0, said=inner)
                continue
            if QUIZ.match(block):
                yield _of_the_quiz(inner, height)
                continue
            if CAPTION.match(block):
                inner = f"<figcaption>{inner}</figcaption>"
            yield Unit(inner, height, lines=_lines("".join(FENCED.findall(block))))
        return
    if names := predictions.named(cell, "predict"):
        yield from (question(questions.get(name)) for name in names)
        return
    outputs = [unit for output in cell.get("outputs", []) if (unit := _output(output))]
    lines = _lines(cell.source)
    behind = {"experiment", "widget", "long"} & set(cell.metadata.get("tags", []))
    dropped = cell.get("outputs") and not outputs
    if dropped or (outputs and (behind or outputs[-1].picture)):
        pass
    elif lines <= CODE_LINES:
        yield Unit(_highlight(cell.source), 33 * len(cell.source.splitlines()) + 40, lines=lines)
    yield from outputs


def question(asked) -> Unit:
    """Return a prediction, or its `hour.Few` words, without its answers and without the call that a notebook has."""
    texts = [asked.text, *(option for _, option in asked.shown())]
    height = sum(42 * -(-len(text) // (ROW - 6)) for text in texts) + 50
    return Unit(_emphasized(markup.render(ASKED, asked=asked)), height, asked=True)


def answers(asked: questions.Question) -> str:
    """Return what is said to each answer of a prediction; of a number what was measured, and what counts as right."""
    came = questions.measurements(asked.lesson).get(asked.id, asked.answer)
    given = (0, 0, 0) if asked.options else (came, *questions.bounds(asked))
    told = [f"{float(f'{x:.{k}g}'):,g}" for x, k in zip(given, (3, 2, 2), strict=True)]
    names = dict(zip(("came", "low", "high"), told, strict=True))
    return _emphasized(markup.render(SAID, asked=asked, **names))


def _emphasized(page: str) -> str:
    """Return a question as HTML with what stands between asterisks in italics."""
    return STARS.sub(r"<em>\1</em>", page)


def _of_the_quiz(inner: str, height: float) -> Unit:
    """Return a question of the quiz as one that a room is asked; the speaker has the answers."""
    name = re.search(r"\d\d\.q\d+", inner)[0]
    said = f"<p>{name}, what to say:</p>{''.join(ANSWERS.findall(inner))}"
    shown = FOLD.sub("", inner).replace(f"<strong>{name}</strong> ", "").strip()
    shown = re.sub(r"<li>(\w)\) ", r"<li><strong>\1</strong> ", shown)
    shown = f'<blockquote class="asked">\n{shown}\n</blockquote>'
    return Unit(shown, max(height, 0.6 * ROOM), asked=True, said=said)


def _lines(code: str) -> int:
    return len([line for line in code.splitlines() if line.strip()])


def _output(output) -> Unit | None:
    """Return what a stored output shows."""
    if output.output_type == "stream":
        told = [line for line in output.text.splitlines(True) if not TO_ITS_AUTHOR.search(line)]
        return _pre("".join(told).strip("\n"))
    if output.output_type == "error":
        return _pre(f"{output.ename}: {output.evalue}")
    data = output.get("data", {})
    if (page := data.get("text/html")) is not None:
        visual = 'class="gr-visual"' in page
        if visual:
            return Unit(
                f'<div class="visual">{page}</div>', ROOM - TITLE, picture=True, visual=True
            )
        if STORED in page:
            return None
        shown, height, told = drawn.page(page)
        return Unit(shown, height, said=told)
    if (picture := data.get("image/png")) is not None:
        width, height = struct.unpack(">II", base64.b64decode(picture)[16:24])
        scale = min(WIDE / width, PICTURE / height)
        size = f'width="{width * scale:.0f}" height="{height * scale:.0f}"'
        source = f"data:image/png;base64,{picture.strip()}"
        figure = f'<figure><img alt="" {size} src="{source}"></figure>'
        return Unit(figure, height * scale + BELOW, picture=True)
    return _pre(OF_PANDAS.sub("", data.get("text/plain", "")))


def _pre(text: str) -> Unit | None:
    text = re.sub(r"\A\s*\n", "", text)  # what starts folded begins with an empty line
    if not text.strip():
        return None
    lines = text.rstrip("\n").splitlines()
    height = 33 * sum(1 + len(line) // 78 for line in lines) + 30
    return Unit(f'<pre class="output">{html.escape(text.rstrip())}</pre>', height)


def _plain(heading: str) -> str:
    return html.escape(re.sub(r"\s*\{\{.*?\}\}|[*`]", "", heading))
