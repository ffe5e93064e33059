"""Slides: what stands where, what never does, and what a slide cannot hold."""

from __future__ import annotations

import base64
import re
import struct

import nbformat
import pytest

from graphrec_utils import paths, results
from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.slides import deck, drawn, short, slides, vendor
from graphrec_utils.cli.setup import environment
from graphrec_utils.exercises import questions
from graphrec_utils.exercises.questions import Question

pytest.importorskip("sphinx_revealjs", reason="sphinx-revealjs brings reveal.js")


def note(text: str, kind: str = "", tags=()):
    return _with(nbformat.v4.new_markdown_cell(text), kind, tags)


def code(text: str, kind: str = "", tags=(), outputs=()):
    return _with(nbformat.v4.new_code_cell(text, outputs=list(outputs)), kind, tags)


def _with(cell, kind, tags):
    if kind:
        cell.metadata["slideshow"] = {"slide_type": kind}
    cell.metadata["tags"] = list(tags)
    return cell


def png(width: int, height: int):
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\0" * 9
    return shown({"image/png": base64.b64encode(head).decode()})


def shown(data: dict):
    return nbformat.v4.new_output("display_data", data)


def printed(text: str):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def columns(*cells):
    notebook = nbformat.v4.new_notebook(cells=[note("# 99 · A lesson", "slide"), *cells])
    return deck.deck(notebook)


def text(slide) -> str:
    return "\n".join(unit.html for unit in slide.units)


def test_slides_go_right_and_subslides_down():
    found = columns(note("below", "subslide"), note("## Next", "slide"), note("same"))
    assert [len(column) for column in found] == [2, 1]
    assert "below" in text(found[0][1])
    assert "same" in text(found[1][0])


def test_what_is_before_the_first_slide_is_left_out():
    notebook = nbformat.v4.new_notebook(cells=[code("import numpy"), note("# A", "slide")])
    assert len(deck.deck(notebook)) == 1


@pytest.mark.parametrize("tag", ["setup", "exercise:99.1", "check:99.1"])
def test_setup_answers_and_checks_stay_in_the_notebook(tag):
    ((slide,),) = columns(code("secret = 1", tags=[tag]))
    assert "secret" not in text(slide)


def test_a_slide_with_nothing_on_it_is_dropped_and_its_notes_are_kept():
    ((slide,),) = columns(note("", "subslide"), note("Say.", tags=["notes"]))
    assert slide.notes == [f"{deck.SAY}<p>Say.</p>\n</div>"]


def test_a_skipped_exercise_is_named_in_the_notes_only():
    ((slide,),) = columns(note("### Exercise 99.1 — `f`", "skip"))
    assert "Exercise 99.1" in slide.notes[0]
    assert "Exercise" not in text(slide)


def test_the_caption_of_a_skipped_figure_is_skipped():
    ((slide,),) = columns(code("draw()", "skip", outputs=[png(9, 9)]), note("*Figure 9.1. Nine.*"))
    assert "Figure" not in text(slide)


def test_what_a_speaker_says_is_in_the_notes():
    ((slide,),) = columns(note("Take a **vote**.", "notes", ["notes"]))
    assert slide.notes == [f"{deck.SAY}<p>Take a <strong>vote</strong>.</p>\n</div>"]


def test_formulas_reach_mathjax_as_they_are():
    ((slide,),) = columns(note("If $a_i < b_i$ and $*c*$:\n\n$$\n\\sum_i a_i\n$$"))
    assert "$a_i &lt; b_i$" in text(slide)
    assert "$*c*$" in text(slide)
    assert "$$\n\\sum_i a_i\n$$" in text(slide)


def test_formulas_side_by_side_stand_below_each_other_if_they_are_long():
    long = " \\qquad ".join(["x = y + z + y + z + y + z + y"] * 3)
    ((slide,),) = columns(note(f"$$\n{long}\n$$"), note("$$\na \\qquad b\n$$"))
    assert text(slide).count("gathered") == 2  # begin and end, of the first only
    assert "a \\qquad b" in text(slide)


def test_seven_lines_of_code_are_shown_and_eight_are_not():
    ((slide,),) = columns(code("\n".join(["x = 1"] * 7)))
    assert slide.lines == 7
    ((slide,),) = columns(code("\n".join(["x = 1"] * 8), outputs=[printed("seen")]))
    assert slide.lines == 0
    assert "seen" in text(slide)


def test_two_cells_of_four_lines_stand_on_two_slides():
    (column,) = columns(code("\n".join(["x = 1"] * 4)), code("\n".join(["y = 1"] * 4)))
    assert [slide.lines for slide in column] == [4, 4]


def test_code_in_prose_counts_as_code():
    four = "\n".join(["x = 1"] * 4)
    (column,) = columns(note(f"### Loop\n\n```python\n{four}\n```\n\nThen train."), code(four))
    assert [slide.lines for slide in column] == [4, 4]


def test_long_code_without_output_is_left_out_and_named():
    long = code("\n".join(["x = 1"] * 8), "fragment")
    notebook = nbformat.v4.new_notebook(cells=[note("# 99", "slide"), long])
    assert "x = 1" not in text(deck.deck(notebook)[0][0])
    (sentence,) = deck.left_out(notebook, "99")
    assert sentence.startswith("lesson 99, cell 2 is left out: it has 8 lines of code")
    long.source = "x = 1"
    assert deck.left_out(notebook, "99") == []


def test_code_that_draws_or_measures_is_not_shown():
    (column,) = columns(
        code("plot()", outputs=[png(40, 20)]),
        code("verdict()", tags=["experiment"], outputs=[printed("holds")]),
    )
    page = "".join(map(text, column))
    assert "plot" not in page
    assert "verdict" not in page
    assert "holds" in page


def test_a_figure_fills_its_slide_and_the_speaker_has_its_caption():
    cells = [code("draw()", outputs=[png(500, 1000)]), note("*Figure 9.1. What `it` shows.*")]
    (column,) = columns(note("## Look", "subslide"), *cells)
    slide = column[-1]
    figure = slide.units[-1].html
    assert 'width="260" height="519"' in figure
    assert "figcaption" not in text(slide)
    assert 'alt="Figure 9.1. What it shows."' in figure
    assert "What <code>it</code> shows." in slide.notes[0]
    assert slide.units[0].html.startswith("<h2")


def test_a_caption_finds_its_figure_on_a_slide_before():
    table = shown({"text/html": "<table>" + "<tr><td>1</td></tr>" * 12 + "</table>"})
    cells = [
        code("draw()", tags=["widget"], outputs=[png(500, 1000), table]),
        note("*Figure 9.1. It.*"),
    ]
    (column,) = columns(note("## Look", "subslide"), *cells)
    assert 'alt="Figure 9.1. It."' in "".join(map(text, column[:-1]))
    assert "<table" in text(column[-1]) and "Figure" not in text(column[-1])


def test_a_slide_goes_on_under_the_last_heading_of_its_cell():
    long = "\n\n".join("word " * 120 for _ in range(4))
    (column,) = columns(note(f"## One\n\nA.\n\n### Two\n\n{long}", "subslide"))
    assert [slide.again for slide in column[-2:]] == ["Two", "Two"]


@pytest.mark.parametrize(
    ("detail", "shown_", "spoken"),
    [
        ("it's 1 against 2 < 3; c 3 against d", "1 against 2 &lt; 3 …", "c 3 against d"),
        ("a against b; top 5: 1 against 2; rest", "top 5: 1 against 2 …", "rest"),
        ("recall 1; the paper 2", "the paper 2", None),
        ("users' 5 against 6; end", "5 against 6 …", "end"),
        (
            "; ".join(f"gap {k} is +0.{k}, from 0 to 1" for k in range(9)),
            "gap 4 is +0.4, from 0 to 1 …",
            "gap 5",
        ),
    ],
)
def test_a_verdict_shows_its_first_comparison_and_the_speaker_has_the_rest(detail, shown_, spoken):
    one = results.verdict("A holds.", True, detail=detail)
    for page in (one._repr_html_(), results.verdicts(one)._repr_html_()):
        ((slide,),) = columns(code("a", tags=["long"], outputs=[shown({"text/html": page})]))
        assert shown_ in text(slide)
        if spoken is None:
            assert not slide.notes
        else:
            assert spoken not in text(slide) and spoken in slide.notes[-1]


def test_a_verdict_has_its_claim_as_title_and_its_interval_as_a_drawing():
    for detail, drawn_ in (("recall +0.012, from +0.007 to +0.017, PinWorld", 1), ("0.16 against 0.13", 1), ("of 20 users", 0)):  # fmt: skip
        page = results.verdict("A < B.", True, detail=detail)._repr_html_()
        ((slide,),) = columns(code("a", tags=["long"], outputs=[shown({"text/html": page})]))
        assert re.search(r"<h3[^>]*>✓ A &lt; B\.</h3>", text(slide)) and detail in text(slide)
        assert text(slide).count('<svg class="drawn"') == drawn_


def test_two_verdicts_on_a_slide_say_once_what_no_difference_is():
    lead = "<small>+0.012, from +0.007 to +0.017</small>"
    assert drawn.page(lead + lead)[0].count("no difference") == 1


def test_four_verdicts_fit_and_are_not_drawn():
    each = [results.verdict("A holds.", True, detail="+0.2, from +0.1 to +0.3") for _ in range(4)]
    page = results.verdicts(*each)._repr_html_()
    (column,) = columns(code("a", tags=["long"], outputs=[shown({"text/html": page})]))
    assert "<svg" not in "".join(map(text, column)) and max(s.height for s in column) < deck.ROOM


@pytest.mark.parametrize(
    "detail", ["+0.1, from +0.2 to +0.3", "−1 against 2", "from 3 to 4", "0 against 0", ""]
)
def test_what_is_no_comparison_is_not_drawn(detail):
    assert drawn.drawing(detail) == ""


def test_a_lead_is_drawn_where_it_stands():
    svg = drawn.drawing("-0.030, from -0.040 to -0.020")
    low, high = map(float, re.search(r'x1="([\d.]+)" x2="([\d.]+)" y1="62"', svg).groups())
    dot = float(re.search(r'cx="([\d.]+)"', svg)[1])
    assert low < dot < high < drawn.WIDE / 2 and dot - low == pytest.approx(high - dot, abs=0.2)
    assert 'aria-label="-0.030, from -0.040 to -0.020"' in svg


def test_columns_of_one_kind_have_one_scale_and_settings_have_no_bars():
    html = "<table><thead><tr><th></th><th>d</th><th>old</th><th>new</th><th>lead</th></tr></thead><tbody>" + "".join(
        f"<tr><th>{k}</th><td>{d}</td><td>{a}</td><td>{b}</td><td>{c}</td></tr>"
        for k, d, a, b, c in (("x", 8, "0.100", "0.400", "-1"), ("y", 16, "0.200", "0.300", "2"))
    ) + "</tbody></table>"  # fmt: skip
    page = drawn.bars(html)
    assert re.findall(r"right,#\w+ (\d+)%", page) == ["25", "100", "50", "75"]
    assert "data-bars" in page and "<td>8</td>" in page and "<td>-1</td>" in page
    assert drawn.bars("<table><tr><td>a</td></tr></table>") == "<table><tr><td>a</td></tr></table>"


def test_a_hall_sees_a_comparison_and_the_speaker_has_its_trials():
    rows = {f"A{k}": {"recall": 0.5, "d": 8, "trials": 1234} for k in range(9)}
    page = results.table(rows, known="past likes leave every list")._repr_html_()
    ((slide,),) = columns(code("a", tags=["long"], outputs=[shown({"text/html": page})]))
    assert "0.500" in text(slide) and "Past likes leave" in text(slide)
    assert "below" not in text(slide) and "A7" not in text(slide)
    assert "1,234" not in text(slide) and "1,234" in "".join(slide.notes)


def test_where_data_came_from_is_not_told_to_a_hall():
    told = printed("films, downloaded\nfilms from this machine\n\n17 users\n")
    ((slide,),) = columns(code("a", tags=["long"], outputs=[told]))
    assert slide.units[-1].html == '<pre class="output">17 users</pre>'


def test_a_hall_sees_no_nan_no_type_of_a_column_and_no_search_that_ended_well():
    table = "<table><tbody><tr><td>NaN</td><td>0.5</td></tr></tbody></table>"
    outputs = [
        printed(" \n17 users\n  best at an end of its grid: none\n"),
        shown({"text/plain": "random 87%\nName: leaks, dtype: str"}),
        shown({"text/html": table}),
    ]
    ((slide,),) = columns(code("a", tags=["long"], outputs=outputs))
    said = text(slide)
    assert ">17 users" in said and "random 87%" in said and "<td>–</td><td>0.5</td>" in said
    assert not any(word in said for word in ("NaN", "dtype", "grid"))


def test_a_caption_finds_its_figure_across_a_printed_line():
    outputs = [png(500, 60), printed("12 items")]
    ((slide,),) = columns(code("draw()", outputs=outputs), note("*Figure 9.1. What it shows.*"))
    assert 'alt="Figure 9.1. What it shows."' in text(slide)


def test_a_figure_shares_a_slide_with_a_line_of_text_but_not_with_a_page():
    figure = code("draw()", outputs=[png(500, 1000)])
    (column,) = columns(note("## Look\n\nA line.", "subslide"), figure)
    assert len(column) == 2
    assert column[1].height <= deck.ROOM
    assert int(re.search(r'height="(\d+)"', text(column[1]))[1]) > 400
    words = "Twelve words are in this line and they say nothing at all. " * 12
    (column,) = columns(note(f"## Look\n\n{words}", "subslide"), figure)
    assert len(column) == 3


def test_every_slide_has_a_title():
    cells = [
        note("## Look", "subslide"),
        note("More.", "subslide"),
        code("x", "slide", outputs=[printed("1")]),
    ]
    for slide in [slide for column in columns(*cells) for slide in column]:
        assert slide.again == "Look" or re.match(r"<h[12]", slide.units[0].html)


@pytest.mark.parametrize(
    "words", ["Press **Shift + Enter** to go on.", "If it is silent, run the cell again.",
              "Move with the arrow keys.", "Nothing breaks if you skip an exercise."],
)  # fmt: skip
def test_what_is_done_at_a_notebook_is_not_told_to_a_hall(words):
    ((slide,),) = columns(note(f"{words}\n\nA fact."))
    assert "A fact." in text(slide)
    assert len(slide.units) == 2


def test_progress_and_stored_results_are_not_shown():
    stored = shown({"text/html": "<div>claim<br>again: <code>bench</code></div>"})
    cells = [code("results.load('x')", tags=["long"], outputs=[stored]),
             code("from graphrec_utils.exercises import progress\n\nprogress('99')", outputs=[printed("x")])]  # fmt: skip
    ((slide,),) = columns(*cells)
    assert len(slide.units) == 1


def test_what_a_search_tells_its_author_is_not_told_to_a_hall():
    edge = "BCE: the best BCE has lr = 0.03, the largest value of its grid; let the grid go on there and tune again\n"
    ((slide,),) = columns(code("a", tags=["long"], outputs=[printed(edge + "17 users\n")]))
    assert "17 users" in text(slide) and "grid" not in text(slide)
    ((slide,),) = columns(code("a", tags=["long"], outputs=[printed(edge)]))
    assert len(slide.units) == 1


def test_a_visual_has_a_slide_of_its_own_and_its_caption_is_spoken():
    visual = shown({"text/html": '<div id="gr-1" class="gr-visual"></div>'})
    (column,) = columns(
        note("## Look\n\nText.", "subslide"),
        code("visuals.x()", outputs=[visual]),
        note("*Figure 9.1. What it shows.*"),
        note("Afterwards."),
    )
    (place,) = [slide for slide in column if "gr-visual" in text(slide)]
    assert len(place.units) == 1
    assert "What it shows." in place.notes[0]


def test_what_does_not_fit_goes_on_below_under_the_same_heading():
    words = "Twelve words are in this line and they say nothing at all. " * 8
    (column,) = columns(note("## Long *story*", "subslide"), *[note(words)] * 4)
    assert len(column) > 2
    assert [slide.again for slide in column[2:]] == ["Long story"] * (len(column) - 2)
    assert all(slide.height <= deck.ROOM for slide in column)


def test_a_long_table_of_prose_is_cut_with_its_head_repeated():
    rows = "\n".join(f"| {k} | {'words ' * 30}|" for k in range(12))
    (column,) = columns(note(f"| number | text |\n|---|---|\n{rows}"))
    tables = [slide for slide in column if "<table" in text(slide)]
    assert len(tables) > 1
    assert all("<th>number</th>" in text(slide) for slide in tables)
    assert sum(text(slide).count("<td>words") for slide in tables) == 12


def test_a_long_table_of_numbers_ends_with_a_word_about_the_rest():
    body = "".join(f"<tr><td>{k}</td></tr>" for k in range(40))
    html = f"<table><thead><tr><th>k</th></tr></thead><tbody>{body}</tbody></table>"
    (column,) = columns(code("table", outputs=[shown({"text/html": html})]))
    page = "".join(text(slide) for slide in column)
    assert page.count("<tr>") == 18
    assert "… and 23 more rows in the notebook." in page


@pytest.fixture
def asked(monkeypatch):
    choice = Question("99.p1", "Which `x`?", (("this", "It is."), ("that", "It is not.")))
    size = Question("99.p2", "How many?", answer=3.0, within=2.0, said=("Three.", "More.", "Less."))
    monkeypatch.setattr(questions, "of_lesson", lambda number: (choice, size))


def predicted(name: str):
    output = shown({"text/html": "<p>the card of a notebook</p>"})
    return code(f'predict("{name}")', tags=[f"predict:{name}"], outputs=[output])


def test_what_stands_below_a_prediction_waits(asked):
    ((slide,),) = columns(predicted("99.p1"), note("This one."))
    assert [unit.fragment for unit in slide.units] == [False, False, True]


def test_a_prediction_is_its_question_and_the_speaker_has_the_answers(asked):
    ((slide,),) = columns(predicted("99.p1"), predicted("99.p2"))
    for words in ("Which <code>x</code>?", "this", "that", "How many?"):
        assert words in text(slide)
    for words in ("predict(", "card of a notebook", "It is", "Three."):
        assert words not in text(slide)
    choice, size = slide.notes
    assert choice.count("✓") == choice.count("✗") == 1
    assert re.search("✓ <strong>.</strong> It is[.]", choice) and "It is not." in choice
    assert all(
        words in size
        for words in ("✓ <strong>3</strong> (1.5 to 6 counts) Three.", "More.", "Less.")
    )


def test_the_answer_to_a_prediction_is_shown_on_its_slide(asked):
    """Folded outputs are the student's; a key uncovers the lecturer's."""
    answer = code("measure()", tags=["answers:99.p1", "experiment"], outputs=[printed("0.42")])
    answer.metadata["jupyter"] = {"outputs_hidden": True}
    ((slide,),) = columns(predicted("99.p1"), answer)
    assert "0.42" in slide.units[-1].html and slide.units[-1].fragment


def test_a_question_of_the_quiz_has_a_slide_with_its_options():
    quiz = "\n\n".join(
        f"**99.q{k}** Which one of these?\n\n* a) {'this one ' * 9}\n* b) that one\n\n"
        f"<details><summary>Answers</summary>\n\n{'* a) So it is. ' * 20}\n\n</details>"
        for k in range(9)
    )
    (column,) = columns(note(quiz))
    assert len(column) == 9, "a question has a slide"
    for slide in column[1:]:
        (unit,) = slide.units
        assert unit.asked and unit.html.count("<li>") == 2 and "Which one of these?" in unit.html
        assert "So it is." not in unit.html and "So it is." in slide.notes[-1]
        assert re.search(r"99\.q\d, what to say", slide.notes[-1])


def test_the_heading_of_a_quiz_without_an_introduction_stands_above_its_first_question():
    quiz = "## Quiz\n\n**99.q1** Which?\n\n* a) this\n\n<details><summary>Answers</summary>\n\n* a) So.\n\n</details>"
    ((slide,),) = columns(note(quiz))
    assert [unit.asked for unit in slide.units][-1] and "<h2" in text(slide)


def test_no_slide_begins_with_something_that_waits():
    (column,) = columns(note("Text"), code("x = 1", "subslide"), code("y = 2", "fragment"))
    assert [unit.fragment for unit in column[-1].units] == [False, True]
    (column,) = columns(code("\n".join(["x = 1"] * 6)), code("\n".join(["y = 1"] * 4), "fragment"))
    assert [unit.fragment for unit in column[-1].units] == [False]


def test_every_lesson_keeps_the_rules(tmp_path):
    for path in slides.write([], tmp_path):
        assert path.stat().st_size < 6e6, path
        page = path.read_text("utf-8")
        for section in page.split('<section data-slide="">')[1:]:
            listings = re.findall(r'<div class="highlight.*?</pre>', section, re.DOTALL)
            lines = [x for shown in listings for x in shown.splitlines() if x.strip()]
            assert len(lines) <= 8, section[:300]  # the first line is the tag's
    index = (tmp_path / "index.html").read_text("utf-8")
    assert index.count("<li>") == len(list(tmp_path.glob("[0-9]*.html")))


def test_a_deck_asks_for_nothing_outside(tmp_path):
    (path,) = slides.write(["00"], tmp_path)
    page = re.sub(r"<script>.*?</script>", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r'(?:src|href)="(?!data:|#|https?:)', page)
    assert not re.search(r'(?:src="|<link[^>]*|@import |url\()["\']?https?:', page)


def test_two_builds_are_equal(tmp_path):
    first = slides.write(["00"], tmp_path / "a")[0].read_bytes()
    assert slides.write(["00"], tmp_path / "b")[0].read_bytes() == first


def test_a_lesson_that_does_not_exist_exits_with_2(capsys, tmp_path):
    assert slides.main(["77", "--out", str(tmp_path)]) == 2
    assert "there is no solutions/77_*.py" in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(vendor.FILES, "tex-svg-full.js", ("no-such-module", "some-package", "x.js"))
    with pytest.raises(environment.CannotRun, match="pip install some-package"):
        vendor.find("tex-svg-full.js")


def test_the_default_folder_is_ignored_by_git():
    assert "build/" in (paths.root() / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("As a lecture of fifty minutes: 4.1 to 4.3, then 4.6. Leave out 4.4.", {1, 2, 3, 6}),
        ("A hundred minutes; as a lecture, 1.1 to 1.4\nand 1.9 make forty-five.", {1, 2, 3, 4, 9}),
        ("Five minutes for the toy graph, then exercise 00.3.", set()),
        ("", set()),
    ],
)
def test_the_opening_note_says_which_sections_make_a_lecture(said, found):
    assert short.sections(said) == found


def test_the_short_deck_has_the_sections_of_the_note_its_title_and_its_end():
    found = columns(
        note("## 9.1 One", "slide"),
        note("## 9.2 Two", "slide"),
        note("more of it", "slide"),
        note("## 9.3 Three", "slide"),
        note("## Quiz", "slide"),
        note("## Take away", "slide"),
    )
    kept, told = short.shorten(found, "As a lecture: 9.2, slowly.", list)
    heads = [text(column[0]) for column in kept]
    assert [("Two" in x, "more" in x) for x in heads[1:3]] == [(True, False), (False, True)]
    assert "A lesson" in heads[0] and "Take away" in heads[3] and len(heads) == 4
    assert told == "4 of 7 slides: sections 2, which the opening note names"


def test_a_figure_that_the_opening_note_names_comes_last_and_a_box_stays():
    figure = code("plot()", "subslide", outputs=[png(600, 400)])
    caption = note("*Figure 9.4. Faces.*\n\nOne line of it.")
    found = columns(
        note("## 9.1 One", "slide"),
        note("## 9.2 Two", "slide"),
        note("## What it is for", "slide"),
        note("## Quiz", "slide"),
        note("## Take away", "slide"),
        note("## 9.3 Three", "slide"),
        figure,
        caption,
    )
    kept, _ = short.shorten(found, "As a lecture: 9.1 to 9.2 and figure 9.4. Then 9.3.", list)
    heads = [text(column[0]) for column in kept]
    assert len(heads) == 5 and "is for" in heads[3] and "Take away" in heads[4]
    shown = kept[2][1]
    assert shown.units[0].picture and shown.again == "9.2 Two"
    assert short.sections("As a lecture: 9.1 and figure 9.4.") == {1}


def test_the_short_deck_does_not_read_out_the_time_and_the_branches_of_the_notebook():
    found = columns(note("## 9.1 One", "slide"))
    said = ["<p>To be said.</p>", "<p><strong>You will</strong> see.</p>"]
    of_a_reader = ["<p><strong>Time</strong> 90 minutes.</p>", "<p><strong>In an hour:</strong> 9.1.</p>"]  # fmt: skip
    found[0][0].notes = [*said, *of_a_reader]
    kept, _ = short.shorten(found, "As a lecture: 9.1.", list)
    assert kept[0][0].notes == said and found[0][0].notes == [*said, *of_a_reader]


def test_what_opens_asks_or_shows_stays_in_a_short_deck(monkeypatch):
    monkeypatch.setattr(short, "MOST", 4)
    figure = code("plot()", "subslide", outputs=[png(600, 400)])
    plain = [note(f"words {k}", "subslide") for k in range(3)]
    found = columns(note("## 9.1 One", "slide"), plain[0], figure, plain[1], plain[2])
    kept, told = short.shorten(found, "As a lecture: 9.1.", list)
    (slides_of,) = kept[1:]
    assert ["words" in text(s) for s in slides_of] == [False, True, False]
    assert any(u.picture for u in slides_of[2].units)
    assert told.endswith("; 2 that only go on with text left out")


def test_every_lesson_has_a_short_deck_that_fits_an_hour():
    for source in built():
        _, told = slides.shortened(nbformat.read(target(source, "solved"), 4))
        assert int(told.split()[0]) <= short.MOST, (source.name, told)


def test_a_vote_that_the_opening_note_names_stands_in_the_short_deck():
    for source in built():
        cells = nbformat.read(target(source, "solved"), 4).cells
        said = next(c.source for c in cells if "notes" in c.metadata.get("tags", []))
        named = set(re.findall(r"\b\d\d\.p\d+", said))
        section, votes = 0, {}
        for cell in cells:
            if heading := re.match(r"## (?:↳ )?\d+\.(\d+)", cell.source):
                section = int(heading[1])
            asked = [t for t in cell.metadata.get("tags", []) if t.startswith("predict:")]
            votes |= {tag.removeprefix("predict:"): section for tag in asked}
        if kept := short.sections(said):  # a note that names no section keeps all
            assert {votes[vote] for vote in named} <= kept, (source.name, named)
