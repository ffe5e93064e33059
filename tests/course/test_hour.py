"""Slides that an author wrote by hand: what a line of notes becomes, and that each lesson's hour holds together."""

from __future__ import annotations

import functools
import html
import math
import re

import nbformat
import pytest

from graphrec_utils import results
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.slides import (
    charts,
    hall,
    hour,
    short,
    sketch,
    sketches,
    slides,
)
from graphrec_utils.authoring.slides.deck import SAY, Slide, Unit, deck, markdown
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import MOST
from graphrec_utils.authoring.slides.sketches import lesson14_off_board as counted
from graphrec_utils.authoring.slides.sketches.lesson14_rivals import OWN_RATE
from graphrec_utils.authoring.slides.slides import map_slide, shortened
from graphrec_utils.authoring.slides.written import Thing, read

NOTES = """### Edges decide
* left figure 9.1
* then bars: few = 1,048 (66 %); *many = 12
  more = 3
> At most
> forty words.

Minutes 0 to 3. Say it.

### Second
* vote 14.p4

Minutes 3 to 4.
"""
FIGURE = '<figure><img alt="Figure 9.1. It." width="900" height="540"></figure>'
MINUTES = re.compile(r"<p>Minutes? (\d+)(?: to (\d+))?\. (?=\w)")
NUMBER = re.compile(r"(?<![\d.\w])\d[\d,]*(?:\.\d+)?(?![\d\w])")


def column(source: str, *more: Unit, notes: tuple[str, ...] = ("<em>Figure 9.1. It.</em>",)) -> list[Slide]:  # fmt: skip
    opens = Unit(markdown("## 9.2 Look\n\nWords.\n\n$$\nx = 1 .\n$$"), 100)
    return [Slide([opens]), Slide([*more], list(notes), "9.2 Look", read(source))]


def shown(slide: Slide) -> str:
    return "\n".join(unit.html for unit in slide.units)


def test_notes_that_begin_with_a_heading_write_slides():
    first, second = read(NOTES)
    assert first.title == "Edges decide" and first.said == "Minutes 0 to 3. Say it."
    assert first.things == (
        Thing("figure", "9.1", "left"),
        Thing("bars", "few = 1,048 (66 %); *many = 12 more = 3", "then"),
        Thing("words", "At most\nforty words."),
    )
    assert second.things == (Thing("vote", "14.p4"),)
    assert read("Minutes 0 to 3. ### no") == []


def test_a_section_with_slides_by_hand_has_exactly_these():
    first, second = hall.for_a_hall([column(NOTES, Unit(FIGURE, 564, picture=True))])[0]
    assert '<h2 class="part">9.2 Look</h2>' in shown(first) and "<h3>Edges" in shown(first)
    assert "Words." not in shown(first) + shown(second) and second.again == "9.2 Look"
    assert '<div class="two">' in shown(first) and 'class="fragment"' in shown(first)
    assert 'class="vote"' in shown(second) and any("what to say" in x for x in second.notes)
    assert first.notes[0] == f"{SAY}<p>Minutes 0 to 3. Say it.</p>\n</div>"
    assert "Figure 9.1" in first.notes[1]


def test_a_formula_stands_without_its_words_and_its_full_stop():
    (slide,) = hour.slides(column("### It is one\n* formula 1\n\nMinutes 0 to 1.", notes=()))
    assert "x = 1" in shown(slide) and "Words" not in shown(slide) and "1 ." not in shown(slide)


def test_a_figure_of_a_branch_takes_its_slide_away_and_another_thing_that_is_missing_is_named():
    written = "### Faces\n* figure 9.7\n\nNow.\n\n### Rest\n* words Here.\n\nThen."
    assert [x.notes[0] for x in hour.slides(column(written))] == [f"{SAY}<p>Then.</p>\n</div>"]
    with pytest.raises(ValueError, match="does not have: table 1"):
        hour.slides(column("### A\n* table 1\n\nNow."))


def test_the_lecture_hears_what_is_said_of_the_same_thing():
    opens, shows = column(NOTES, Unit(FIGURE, 564, picture=True))
    assert "Say it" in hour.told([opens, shows], shows, "picture")[0]
    assert "Say it" in hour.told([opens, shows], opens, "table")[0]  # of the first
    assert hour.told([opens], opens, "picture") == []


def test_a_figure_takes_the_room_that_is_left_and_a_drawing_goes_down():
    written = f"### A\n* figure 9.1\n* words {'word ' * 30}\n\nNow."
    (slide,) = hour.slides(column(written, Unit(FIGURE, 564, picture=True)))
    assert sum(unit.height for unit in slide.units) <= hour.ROOM + 1
    (slide,) = hour.slides(column("### A\n* bars: a = 1; b = 2\n\nNow."))
    assert "margin-top" in shown(slide)


def test_a_vote_in_few_words_keeps_its_options_in_their_places_and_is_said_in_full():
    whole, few = ("### A\n* vote 16.p4" + x + "\n\nNow." for x in ("", ": What is left?"))
    (slide,), (brief,) = (hour.slides(column(x)) for x in (whole, few))
    options = [re.findall(r"<strong>(\w)</strong> ([^<]*)<", shown(x)) for x in (slide, brief)]
    assert "<p>What is left?</p>" in shown(brief) and "next to nothing" in shown(brief)
    for (letter, option), (same, cut) in zip(*options, strict=True):
        assert letter == same and option.startswith(cut) and ":" not in cut
    assert "0.229" in brief.notes[1] and brief.notes[2] == slide.notes[1]
    for wrong in ("Left? | a third of it", "Left? | a"):
        with pytest.raises(ValueError, match="too few words"):
            hour.brief(hour.questions.get("16.p4"), wrong)


def test_the_key_of_a_number_is_what_was_measured():
    (slide,) = hour.slides(column("### A\n* vote 16.p1\n\nNow."))
    assert "<strong>0.95</strong> (0.77 to 1 counts)" in slide.notes[1]


def test_bars_and_leads_are_drawn_to_scale():
    drawing = charts.bars("few = 1,048 (66 %); *many = 524").svg()
    wide = [float(x) for x in re.findall(r'<rect [^>]*?width="([\d.]+)"', drawing)]
    assert wide[0] == pytest.approx(2 * wide[1], rel=0.01) and "66 %" in drawing
    drawing = charts.leads("a = +0.012, +0.007, +0.017; b = −0.008, −0.030, +0.014").svg()
    colors = re.findall(r'<circle [^>]*fill="(#\w+)"', drawing)
    assert colors == [charts.style.POSITIVE, charts.style.CONTEXT]
    assert charts.leads("c = −2, −3, −1").svg().count(charts.style.NEGATIVE) == 2
    with pytest.raises(ValueError, match="no number"):
        charts.number("many")


@pytest.mark.parametrize("name", sketches.DRAWINGS)
def test_a_drawing_that_is_taller_keeps_its_letters_and_its_widths(name):
    drawing = sketches.DRAWINGS[name]().svg()
    shown, more = sketch.taller(drawing, 1000)
    assert more == pytest.approx((sketch.TALLEST - 1) * sketches.DRAWINGS[name]().high)
    for kept in (
        " x=",
        " width=",
        "font-size=",
        " r=",
        ">[^<]+</text",
        "points=",
        'class="sketch"',
    ):
        attribute = rf'{kept}"?[^"<]*' if kept != "points=" else kept
        assert re.findall(attribute, shown)[1:] == re.findall(attribute, drawing)[1:], kept
    downs = [[float(x) for x in re.findall(r' y="([-\d.]+)"', page)] for page in (drawing, shown)]
    assert all(after >= before - 4 for before, after in zip(*downs, strict=True))


def test_what_is_drawn_taller_is_only_what_one_knows_how_to():
    sheet = sketch.Sheet(100, "A line with a head, and two lines of text beside it, no more")
    sheet.line(0, 50, 100, 50, head=True)
    sheet.text(200, 40, "one\ntwo")
    drawing, more = sketch.taller(sheet.svg(), 20)
    assert more == 20 and 'viewBox="0 0 1160 120" width="1160" height="120"' in drawing
    assert "100.0,60.0" in drawing and 'y1="60"' in drawing
    one, two = (float(x) for x in re.findall(r'<text x="200" y="([\d.]+)"', drawing))
    assert two - one == pytest.approx(1.2 * sketch.TEXT) and 40 < one < 60
    sheet.inside.append('<path d="M0 0L1 1"/>')
    assert sketch.taller(sheet.svg(), 20) == (sheet.svg(), 0)
    assert sketch.taller("<p>no drawing</p>", 20) == ("<p>no drawing</p>", 0)


def test_a_drawing_takes_the_height_that_is_left():
    (slide,) = hour.slides(column("### A\n* bars: a = 1; b = 2\n\nNow."))
    taller = slides.high(slide)
    assert slide.height < taller.height <= slides.ROOM + slides.DOWN
    full = Slide([*slide.units, Unit("<p>Much.</p>", 600)])
    assert slides.high(full) == full


@pytest.mark.parametrize("name", sketches.DRAWINGS)
def test_every_drawing_says_what_it_shows_and_fits(name):
    sheet = sketches.DRAWINGS[name]()
    drawing = sheet.svg()
    assert (
        len(sheet.alt.split()) > 8
        and sheet.high <= 450
        and "nan" not in drawing.replace("nan_to_num", "")
    )
    for x, y, size, at, said in re.findall(
        r'<text x="([-\d.]+)" y="([-\d.]+)" font-size="(\d+)" text-anchor="(\w+)"[^>]*>([^<]*)<',
        drawing,
    ):
        wide = sketch.width(html.unescape(said), int(size))
        left = float(x) - {"start": 0, "middle": wide / 2, "end": wide}[at]
        assert int(size) >= 24 and left > -12 and left + wide < sheet.wide + 12, said
        assert 0 < float(y) <= sheet.high, said


OWN_CLICK = {  # of lesson 14: how many marks are full (own click in) and hollow (out)
    "with click": (1, 0),
    "own click": (1, 1),
    "four dots": (4, 0),
    "without click": (0, 1),
    "step by step": (0, 6),
    "edge seen": (3, 0),
    "first morning": (0, 3),
    "asked off board": (7, 0),  # squares
    "which pays": (3, 3),
}


@pytest.mark.parametrize("name", OWN_CLICK)
def test_a_full_mark_has_the_own_click_in_and_a_hollow_one_has_it_out(name):
    drawing = sketches.DRAWINGS[name]().svg()
    shape = "rect" if name == "asked off board" else "circle"
    marks = re.findall(rf'<{shape} [^>]*?fill="([^"]+)"', drawing)
    hollow = marks.count("#fff")  # the inside of a ring
    assert (len(marks) - 2 * hollow, hollow) == OWN_CLICK[name]


def test_the_pins_on_no_board_are_those_that_the_lesson_counts():
    told = f"{counted.OFF_BOARD:,} of {counted.PINS:,} pins are on no board; another graph knows {counted.ELSEWHERE:,} of them"
    assert told in hours()["14"][0]


@functools.cache
def hours() -> dict[str, tuple[str, list[Slide], list]]:
    """Return {lesson: (text of the notebook, slides of the short deck, written slides)} where some are by hand."""
    found = {}
    for source in built():
        notebook = nbformat.read(target(source, "solved"), 4)
        by_hand = [text for part in deck(notebook) for slide in part for text in slide.written]
        if by_hand:
            told = [c.source for c in notebook.cells if "notes" not in c.metadata.get("tags", [])]
            told += [str(output) for c in notebook.cells for output in c.get("outputs", [])]
            columns = shortened(notebook)[0]
            found[source.name[:2]] = "\n".join(told), [x for part in columns for x in part], by_hand
    return found


def by_hand(lesson: str) -> list[Slide]:
    return [slide for slide in hours()[lesson][1] if slide.written]


HOURS = {
    "11": (2, 50),
    "14": (2, 50),
    "16": (2, 50),
    "17": (1, 50),
    "18": (1, 50),
    "19": (2, 50),
}  # all, or up to what is made at the end
LESSONS = tuple(HOURS)
BY_HAND = {  # numbers of a slide that stand in no lesson: what they are made of
    "18": {
        "0.83": 1 / 3 + 1 / 2,
        "0.50": 1 / 2,
        "0.33": 1 / 3,
        "0.67": 3 / 4.5,
        "0.58": (1.9 + 0.4) / 4,
    },
    "19": {"4.35": math.hypot(4, 1.7), "0.75": 3 / 4, "0.10": 0.4 * 0.25},
}


def test_lessons_with_slides_by_hand_are_known():
    assert set(hours()) == set(LESSONS)


def test_the_lead_of_concat_at_its_own_rate_is_that_of_the_lesson():
    low, gap, high = (f"{OWN_RATE[x]:+.3f}" for x in ("low", "gap", "high"))
    told = f"{gap} over the mean, from {low} to {high}".replace("-", "−")
    assert told in hours()["14"][0]
    climb = results.load("14_climb").values["PinWorld"]
    (own,) = (x["seeds"] for x in climb["own"] if x["arm"] == "each its own, concat")
    (mean,) = (x["seeds"] for x in climb["arms"] if x["arm"] == "each its own, mean")
    lead = sum(own) / len(own) - sum(mean) / len(mean)
    assert lead == pytest.approx(OWN_RATE["gap"], abs=0.0005)


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_slide_by_hand_is_shown_in_the_hour(lesson):
    _, slides, texts = hours()[lesson]
    said = "".join(shown(slide) for slide in slides)
    for text in texts:
        assert said.count(f">{re.sub('</?p>', '', markdown(text.title)).strip()}</h3>") == (
            not text.long
        ), text.title
        assert text.things, text.title


def test_a_long_slide_is_in_the_long_deck_alone():
    first, second = read("### A\n* long\n* words Here.\n\nSay.\n\n### B\n* words There.\n\nSay.")
    assert first.long and first.things == (Thing("words", "Here."),) and not second.long
    made = hour.slides(column("### A\n* long\n* words Here.\n\nSay.\n\n### B\n* words X.\n\nY."))
    (kept,), _ = short.shorten([made], "", lambda columns: columns)
    assert len(made) == 2 and [x.written[0].title for x in kept] == ["B"]


@pytest.mark.parametrize("lesson", ("11", "14"))
def test_a_vote_that_the_notes_name_by_its_slide_is_there(lesson):
    slides = hours()[lesson][1]
    found = re.findall(r"(?:votes|vote|one),? on slides? ([\d, and]+)", "".join(slides[0].notes))
    named = [int(number) for each in found for number in re.findall(r"\d+", each)]
    assert named and all("<blockquote" in shown(slides[number - 1]) for number in named)


def test_what_comes_with_another_thing_waits_for_the_same_key():
    written = "### A\n* words One.\n* then words Two.\n* with words Three.\n* left words Four.\n* words Five.\n\nSay."
    (slide,) = hour.slides(column(written))
    head, one, both, beside = slide.units
    assert (head.fragment, one.fragment, both.fragment) == (False, False, True)
    assert "Two." in both.html and "Three." in both.html and both.height == 2 * one.height
    assert "Four." in beside.html and "Five." in beside.html


def test_what_waits_in_a_drawing_comes_with_the_first_key():
    sheet = sketch.Sheet(100, "A name, and a dot that waits")
    sheet.text(0, 30, "a name")
    sheet.dot(9, 9, 5, "#000")
    sheet.waits(1)
    assert "fragment" not in sheet.inside[0]
    assert sheet.inside[1].endswith(' class="fragment" data-fragment-index="0"/>')


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_minutes_of_the_hour_follow_each_other_to_fifty(lesson):
    at, last = HOURS[lesson]  # after the title and the map
    for slide in by_hand(lesson):
        begin, end = MINUTES.search("".join(slide.notes)).groups()
        assert int(begin) == at <= int(end or begin), slide.notes[0]
        at = int(end or begin)
    assert at == last


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_slide_by_hand_has_few_words_a_short_title_and_something_to_see(lesson):
    alone = []
    opening = shown(hours()[lesson][1][0])
    for slide in by_hand(lesson):
        (text,) = slide.written
        brings = {thing.kind for thing in text.things} & {"verdict", "answer", "recall"}
        asked = (
            re.sub("</?p>", "", markdown(text.title)).strip() in opening
        )  # once more, at the end
        assert len(text.title) <= 92 or brings or asked, text.title
        prose = re.sub(r"<svg.*?</svg>|<div class=\"v\w+\">.*?</div>|<table.*?</table>|<figure.*?</figure>|<pre.*?</pre>|<blockquote.*?</blockquote>|\$\$.*?\$\$|<h2.*?</h2>", "", shown(slide), flags=re.DOTALL)  # fmt: skip
        if not brings and not any(unit.visual for unit in slide.units):
            assert words(prose) <= MOST + words(text.title), text.title
        if not brings and {thing.kind for thing in text.things} == {"words"}:
            alone.append(text.title)
    assert len(alone) <= 2, alone


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_number_on_a_slide_by_hand_stands_in_the_lesson(lesson):
    told, _, texts = hours()[lesson]
    plain = told.replace("\u2212", "-").replace("\\,", "")
    for text in texts:
        on_it = [thing.value for thing in text.things if thing.kind in ("bars", "leads", "words")]
        for number in NUMBER.findall("; ".join([text.title, *on_it])):
            number = number.rstrip(",")
            if (made := BY_HAND.get(lesson, {}).get(number)) is not None:
                assert abs(float(number) - made) <= 0.0051, (text.title, number)
                continue
            found = rf"(?<![\d.]){re.escape(number)}(?!\d)"
            assert re.search(found, plain), (text.title, number)


def test_an_hour_may_be_without_it():
    assert short.without_map("As a lecture of fifty minutes: 17.1 to 17.7, without the map. Vote.")
    assert not short.without_map("As a lecture of fifty minutes: 17.1 to 17.7. Show the map.")


def test_the_map_says_on_what_the_method_of_the_lesson_builds():
    assert "MultiBiSage joins PinSage" in shown(map_slide("14"))  # by hand
    assert "PinSage builds on GraphSAGE" in shown(map_slide("09"))
    assert (
        "TwHIN builds on" in shown(map_slide("13")) and "Half a minute" in map_slide("13").notes[0]
    )
    assert "builds on" not in shown(map_slide("01"))  # the first


def test_a_visual_begins_where_the_line_says():
    page = '{"size": 2, "sizes": [1, 2], "variant": "none", "variants": ["none"]}'
    begun = hour._begun(page, [" size = 3", " variant = nQ, hits out"])
    assert '"size": 3, "sizes": [1, 2], "variant": "nQ, hits out", "variants"' in begun
    with pytest.raises(ValueError, match="no 'row'"):
        hour._begun(page, ["row = 1"])
    (text,) = read("### A\n* figure 11.2; size = 3\n\nNow.")
    assert text.things == (Thing("figure", "11.2; size = 3"),)
    assert hour._number(text.things[0]) == "11.2"
