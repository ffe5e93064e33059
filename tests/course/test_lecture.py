"""The lecture in one deck: its parts, its systems, its time, and few words on a slide."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import pytest

from graphrec_utils import syllabus
from graphrec_utils.authoring.lesson.source import built
from graphrec_utils.authoring.slides import kinds, lecture, slides
from graphrec_utils.authoring.slides.deck import Slide, Unit
from graphrec_utils.plots.visuals.atlas import KINDS, systems
from graphrec_utils.results import regimes

pytest.importorskip("sphinx_revealjs", reason="sphinx-revealjs brings reveal.js")


@pytest.fixture(scope="module")
def deck():
    return lecture.columns()


def title(slide: Slide) -> str:
    found = re.search(r"<h\d>(.*?)</h\d>", slide.units[0].html)
    return html.unescape(found[1] if found else slide.again)


def test_the_parts_stand_in_the_lectures_order_and_every_lesson_has_a_slide(deck):
    columns, _ = deck
    heads = [title(column[0]) for column in columns]
    named = [f"Part {k} · {name}" for k, (name, _) in enumerate(syllabus.PARTS, 1)]
    assert heads[1:-2] == named
    for column, (_, lessons) in zip(columns[1:-2], syllabus.PARTS, strict=True):
        text = " ".join(" ".join(slide.notes) + title(slide) for slide in column)
        assert [x for x in lessons if f"{x} · " not in text] == []


def test_every_pick_is_found(deck):
    assert deck[1] == []
    assert {source.stem[:2] for source in built()} >= set(lecture.PICKS)


def test_every_system_of_the_lecture_has_a_slide_with_its_graph(deck):
    titles = [title(slide) for column in deck[0] for slide in column]
    for row in systems()[0]:
        name = f"{row['name']} · {row['company']}, {row['year']}"
        assert (name in titles) == bool(row.get("lecture"))
    last = deck[0][-2][-1]
    assert [r["name"] for r in systems()[0] if not r.get("lecture") and r["name"] not in html.unescape(last.notes[1])] == []  # fmt: skip


def test_the_last_part_says_what_each_system_is_for(deck):
    table = regimes.uses().table
    page = html.unescape("".join(unit.html for slide in deck[0][-1] for unit in slide.units))
    for name, row in table.iterrows():
        assert f"<th>{name}<br><small>lesson {row['lesson']}</small></th>" in page
        for cell in ("take it when", "leave it when", "where it was first"):
            assert f"<td>{row[cell]}</td>" in page
    told = html.unescape(" ".join(note for slide in deck[0][-1] for note in slide.notes))
    assert all(f"{name}: {what}." in told for name, what in table.what.items())


def test_no_slide_has_more_than_forty_words_beside_its_picture(deck):
    for column in deck[0]:
        for slide in column:
            page = "\n".join(unit.html for unit in slide.units)
            page = re.sub(
                r"<figure>.*?</figure>|<div class=\"visual\">.*", "", page, flags=re.DOTALL
            )
            page = page.replace('<figure class="system">', "").replace("</figure>", "")
            assert lecture.words(page) <= lecture.WORDS, title(slide)


def test_the_notes_have_the_time_from_the_first_minute_to_the_last(deck):
    assert 60 <= lecture.MINUTES <= 90
    clocks = []
    for slide in [slide for column in deck[0] for slide in column]:
        found = re.match(r"<p><strong>(\d+):(\d\d) to (\d+):(\d\d)</strong></p>", slide.notes[0])
        a, b, c, d = map(int, found.groups())
        clocks.append((60 * a + b, 60 * c + d))
    assert clocks[0][0] == 0
    assert clocks[-1][1] == 60 * lecture.MINUTES
    assert all(end == start for (_, end), (start, _) in pairwise(clocks))
    assert all(15 <= end - start <= 180 for start, end in clocks)


def test_what_is_too_long_is_spoken_and_formulas_and_pictures_stay():
    long = "word " * 50
    units = [
        Unit(f"<h2>2.1 A title</h2><p>Short.</p><p>{long}</p>", 100),
        Unit("<p>A formula</p><p>$$x = y$$</p>", 50),
        Unit("<table><tr><td>1</td></tr></table>", 50),
    ]
    slide = lecture.core(Slide(units, ["<p>said</p>"]), "formula", "02 · Lesson")
    page = "".join(unit.html for unit in slide.units)
    assert "Short." in page and "$$x = y$$" in page and "<h2>2.1 A title</h2>" in page
    assert "word" not in page and "<table" not in page
    assert any("word word" in note for note in slide.notes)
    assert slide.notes[0] == "<p>02 · Lesson</p>" and slide.notes[-1] == "<p>said</p>"


def test_a_picture_that_lost_its_text_gets_the_slide():
    figure = Unit(
        '<figure><img alt="" width="580" height="200" src="a"></figure>', 224, picture=True
    )
    words = Unit(f"<p>{'word ' * 50}</p>", 300)
    slide = lecture.core(Slide([figure, words]), "picture", "02 · Lesson")
    assert 'width="1160" height="400"' in slide.units[-1].html
    beside = lecture.core(Slide([figure, Unit("<p>Short.</p>", 50)]), "picture", "02 · Lesson")
    assert 'width="580" height="200"' in beside.units[1].html


def test_what_answers_a_question_waits_and_its_notes_know_no_minute_of_the_lesson(deck):
    every = [slide for column in deck[0] for slide in column]
    asked = [s for s in every if any("To ask the room" in note for note in s.notes)]
    assert len(asked) > 5
    answers = [
        u for s in asked for u in s.units if (u.picture and not u.visual) or "<table" in u.html
    ]
    assert answers and all(unit.fragment for unit in answers)
    told = " ".join(note for slide in every for note in slide.notes)
    assert "Usual wrong answer" in told and not re.search(r"(?i)minutes? \d+ to \d", told)


def test_a_dagger_is_explained_where_there_is_one(deck):
    for slide in (slide for column in deck[0] for slide in column):
        page = "".join(unit.html for unit in slide.units)
        if 'class="system"' in page and "† from a summary" in page:
            assert page.count("†") > 1, title(slide)


def test_a_pick_that_is_gone_is_named_and_a_lesson_without_picks_gives_its_own(monkeypatch):
    monkeypatch.setattr(lecture, "PICKS", {"02": (("2.77", "visual"), ("2.5", "visual"))})
    missing: list[str] = []
    found = list(lecture._lesson("02", missing))
    assert missing == ["section 2.77 has no visual any more: see PICKS of slides/lecture.py"]
    assert [title(each.slide) for each in found] == ["2.5 Let every cell speak: iALS"]
    assert len(list(lecture._lesson("03", missing))) == 3


def test_a_lesson_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(lecture, "built", lambda: [])
    slides_, missing = [x.slide for x in lecture._lesson("09", [])], []
    assert title(slides_[0]) == "09 · PinSage"
    assert "not there yet" in " ".join(slides_[0].notes)
    assert title(slides_[1]).startswith("PinSage · Pinterest") and missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_graph_has_a_drawing_that_fits(kind):
    shown = kinds.drawing(kind)
    assert f'aria-label="A graph: {kind}"' in shown
    for x, y in re.findall(r'c?x="([\d.]+)" c?y="([\d.]+)"', shown):
        assert 0 < float(x) < kinds.SIDE and 0 < float(y) < kinds.SIDE


def test_the_command_writes_one_file_and_the_index_names_it(tmp_path, capsys):
    assert slides.main(["lecture", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "80 minutes" in said
    page = (tmp_path / "lecture.html").read_text("utf-8")
    assert len(page) < 8e6
    page = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!data:|#|https?:)', page)
    assert not re.search(r'(?:src="|<link[^>]*|@import |url\()["\']?https?:', page)
    slides.write(["00"], tmp_path)
    assert 'href="lecture.html"' in (tmp_path / "index.html").read_text("utf-8")
