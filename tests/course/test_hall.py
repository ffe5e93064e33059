"""Slides of a lesson as a hall reads them: titles that say something, little prose, notes on each."""

from __future__ import annotations

import re
from dataclasses import replace

import nbformat
import pytest

from graphrec_utils.authoring.lesson.source import built, target
from graphrec_utils.authoring.slides import (
    beside,
    charts,
    drawn,
    hall,
    mentions,
    minutes,
    slides,
    uses,
)
from graphrec_utils.authoring.slides.deck import PICTURE, SAY, TITLE, Slide, Unit, deck, markdown
from graphrec_utils.authoring.slides.lecture import words
from graphrec_utils.authoring.slides.points import MOST, told

FIGURE = Unit('<figure><img alt="" width="900" height="540"></figure>', 564, picture=True)
ASKED = Unit("<div>Which?</div>", 90, asked=True)


def prose(text: str) -> Unit:
    return Unit(markdown(text), 100)


def made(*slides: Slide) -> list[Slide]:
    (column,) = hall.for_a_hall([[Slide([prose("## 9.1 Look"), FIGURE]), *slides]])
    return column


def text(slide: Slide) -> str:
    return "\n".join(unit.html for unit in slide.units)


def below(*units: Unit) -> Slide:
    return Slide(list(units), again="9.1 Look")


def test_a_paragraph_is_cut_at_a_sentence_and_the_speaker_has_it_whole():
    long = "Twelve words stand here, and they say nothing at all, once more. " * 4 + "Last."
    slide = made(Slide([prose(f"## 9.2 More\n\n{long}")]))[1]
    assert text(slide).startswith("<h2") and text(slide).count("Twelve") == 3
    assert words(text(slide)) <= MOST
    assert any(note.count("Twelve") == 4 and "Last." in note for note in slide.notes)


def test_the_room_is_that_of_the_slide():
    one = "Eleven words stand in this line of text, no more here. "
    slide = made(Slide([prose(f"## 9.2 More\n\n{one * 3}"), prose(f"B. {one}"), prose("C.")]))[1]
    assert "B." in text(slide) and "C." in text(slide) and text(slide).count("Eleven") == 3


def test_nothing_that_is_open_is_left_open():
    long = (
        "A (short one. Really) and **bold. Still bold** and $a. b$ here" + " word" * 40 + ". End."
    )
    assert len(made(Slide([prose("## 9.2 M"), prose(long)]))[1].units) == 1


def test_formulas_morals_and_questions_of_a_quiz_stay():
    long = " word" * 50
    for kept in (f"$$\na\n$$\nso{long}.", f"**So{long}.**", f"**09.q1** Which{long}?"):
        assert "word" in text(made(Slide([prose("## 9.2 M"), prose(kept)]))[1])


def test_the_first_sentence_of_a_slide_that_goes_on_is_its_title():
    slide = made(below(ASKED), below(prose("Edges *decide*. The rest is prose.")))[2]
    assert slide.units[0].html == "<h3>Edges decide</h3>"
    assert "The rest is prose." in text(slide) and "Edges" not in slide.units[1].html
    slide = made(below(ASKED), below(prose("Edges " + "do " * 30 + "decide. The rest.")))[2]
    assert "<h3" not in text(slide)


def test_a_moral_is_the_title_of_its_figure_and_stands_once():
    column = made(
        below(FIGURE),
        below(prose("**Edges decide.** 0.2 to 0.3.")),
        below(prose("**Bring edges.**")),
    )
    assert [text(slide).count("<h3>Bring edges</h3>") for slide in column] == [0, 1, 0]
    assert "<h3>Edges decide</h3>" in text(column[2]) and len(column) == 3


def test_a_figure_becomes_smaller_below_a_title():
    slide = made(below(FIGURE), below(prose("Edges decide.")))[1]
    assert [unit.height for unit in slide.units][1] <= PICTURE - 2 * TITLE


def test_what_is_left_of_prose_stands_below_its_table_and_waits():
    table = Unit('<div class="output"><table></table></div>', 200)
    column = made(below(table), below(prose("Edges decide. So it is.")))
    assert len(column) == 2 and text(column[1]).startswith("<h3>Edges decide</h3>")
    assert [unit.fragment for unit in column[1].units] == [False, False, True]
    assert len(made(below(replace(table, height=500)), below(prose("So it is " * 10)))) == 3


def test_where_there_is_no_room_for_a_title_the_line_above_says_it():
    visual = Unit('<div class="visual"></div>', 560, picture=True, visual=True)
    table = Unit('<div class="output"><table></table></div>', 500)
    for unit in (visual, table):
        column = made(below(unit), below(prose("Edges decide. " + "So it is, and so it was. " * 5)))
        assert column[1].again == "<strong>Edges decide</strong>" and "<h3" not in text(column[1])


def test_a_long_list_says_the_first_sentence_of_each_point_and_a_claim_all():
    more = " More words stand here, and they go on and on."
    points = f"* **Why?** One.{more}{more}\n* **Bold.** Two.{more}{more}\n* Three{more}"
    slide = made(below(ASKED), Slide([prose(f"## 9.2 More\n\n{points}")]))[2]
    assert "One." in text(slide) and "Two." in text(slide) and "Three More" in text(slide)
    assert text(slide).count("More words") == 1 and slide.notes[-1].count("More words") == 5
    claim = prose(f"> **Claim.** One.{more * 6}")
    assert text(made(Slide([prose("## 9.2 M"), claim]))[1]).count("More words") == 6


def test_outputs_and_folded_answers_stay_as_they_are():
    card = Unit("<div class='output'><div><div>a</div></div><div>b <p>c</p></div></div>", 100)
    quiz = prose(
        "**09.q1** Which?\n\n* a) this\n\n<details><summary>Answers</summary>\n\n* a) So.\n\n</details>"
    )
    for unit in (card, quiz):
        assert made(below(ASKED), below(unit))[2].units[-1].html == unit.html


def test_a_line_has_no_slide_of_its_own():
    column = made(below(ASKED), below(prose("What do they take from it?")))
    assert len(column) == 2 and "What do they take" in column[1].notes[-1]


def test_an_answer_is_not_the_title_of_its_question():
    column = made(below(ASKED, FIGURE), below(prose("**Edges decide.**")))
    assert "<h3" not in text(column[1]) and "<h3>Edges decide</h3>" in text(column[2])


def test_a_title_is_not_taken_from_beyond_a_heading_or_another_figure():
    column = made(below(FIGURE), below(FIGURE), Slide([prose("## 9.2 More\n\n**Edges decide.**")]))
    assert "<h3" not in "".join(map(text, column))


def test_what_is_for_readers_is_spoken_and_an_empty_slide_goes():
    column = made(below(prose("**Time** 90 minutes.\n\n**In an hour:** 9.1 to 9.3.")))
    assert len(column) == 1 and any("90 minutes" in note for note in column[0].notes)


def test_what_the_author_says_is_there_on_each_slide():
    say = f"{SAY}<p>Minute 3.</p></div>"
    column = made(
        Slide([FIGURE], [say], again="x"),
        below(ASKED),
        Slide([FIGURE], [SAY + "own</div>"], again="x"),
    )
    own = [SAY + "own</div>"]
    assert [slide.notes[:1] for slide in column] == [
        [say],
        [say],
        [say],
        own,
    ]  # the first stands above


def test_what_a_reader_chooses_a_branch_by_is_said_on_each_of_its_slides():
    column = made(
        Slide([prose("## 9.8 ↳ More\n\nA branch of about 8 minutes. It gives all. Edges decide.")]),
        below(ASKED),
        below(FIGURE),
    )
    assert "A branch" not in text(column[1]) and "It gives all." in text(column[1])
    assert ["8 minutes" in "".join(slide.notes) for slide in column[1:]] == [True, True]


def test_prose_makes_room_for_claims_and_morals():
    long = "Eleven words stand in this line of text, no more here. " * 3
    for kept in ("> **Claim.** " + "word " * 30, "**" + "Word " * 30 + "so.**"):
        slide = made(Slide([prose(f"## 9.2 More\n\n{long}"), prose(kept)]))[1]
        assert "Eleven" not in text(slide) and "ord" in text(slide)


def test_a_long_list_goes_on_below_with_its_label_or_its_first_point_as_title():
    points = "\n".join(f"* **Label {k}.** {'Word ' * 22}so." for k in range(3))
    column = made(below(ASKED), Slide([prose(f"## 9.2 More\n\n{points}")]))[2:]
    assert [slide.again for slide in column[1:]] == [
        "<strong>Label 1</strong>",
        "<strong>Label 2</strong>",
    ]
    assert [text(slide).count("Label") for slide in column] == [1, 0, 0]  # it is the title
    points = "\n".join(f"* Edges {k} decide.\n* {'Word ' * 34}so." for k in range(2))
    column = made(below(ASKED), Slide([prose(f"## 9.2 More\n\n{points}")]))[2:]
    assert [re.findall("<h3>(.*?)</h3>", text(slide)) for slide in column] == [
        [],
        ["Edges 1 decide"],
    ]
    assert max(told(slide) for slide in column) <= MOST


def test_a_slide_with_little_on_it_is_filled_but_a_vote_is_not_answered():
    vote = Unit('<blockquote class="asked">\n<p>So?</p>\n</blockquote>', 90, asked=True)
    column = made(
        Slide([prose("## 9.2 More\n\nA line.")]),
        below(vote),
        below(prose("**Edges decide.** So it is.")),
    )[1:]
    assert len(column) == 2 and "A line." in text(column[0]) and "So?" in text(column[0])
    assert [unit.fragment for unit in column[0].units] == [False, True] and "decide" in text(
        column[1]
    )


def test_a_figure_stands_below_the_few_words_that_lead_to_it_if_it_stays_large():
    (slide,) = made(Slide([prose("## 9.2 M\n\nA line.")]), below(FIGURE))[1:]
    assert [unit.fragment for unit in slide.units] == [False, True]
    assert slide.units[1].height >= hall.SHARED
    (slide,) = made(Slide([prose("## 9.2 M")]), below(FIGURE))[1:]  # nothing to read before
    assert [unit.fragment for unit in slide.units] == [False, False]
    many = Slide([prose("## 9.2 M"), replace(prose("A line."), height=200)])
    assert len(made(many, below(FIGURE))) == 3


MORE = (
    f"Edges do it, and they do it again. The other half stands below it, {'and so it is ' * 5}said."
)


def test_what_is_said_of_a_figure_stands_with_it_and_of_a_table_too():
    card = Unit('<div class="output"><h3>So</h3><svg class="drawn"></svg></div>', 200)
    table = Unit('<div class="output"><table data-bars=""></table></div>', 200)
    for shown, mark in ((FIGURE, beside.AGAIN), (table, "data-bars")):
        column = made(below(ASKED, shown), below(card), below(prose(MORE)))[1:]
        assert [mark in text(slide) for slide in column] == [shown is table, False, True]
        assert column[2].units[0].html == "<h3>Edges do it, and they do it again</h3>"
    assert 'alt=""' in text(made(below(ASKED, FIGURE), below(prose(MORE)))[2])


def test_another_thing_to_look_at_ends_what_is_said_of_a_figure():
    formula = prose("$$\na\n$$")
    for other in (below(ASKED), below(formula), Slide([prose("## 9.3 More"), prose(MORE)])):
        column = made(below(FIGURE), other, below(prose(MORE)))
        assert "<figure" not in text(column[-1]) and "The other half" in text(column[-1])


def test_beside_a_tall_figure_stands_what_is_said_of_it_or_its_caption():
    tall = replace(FIGURE, html=FIGURE.html.replace('"900"', '"460"'))
    (slide,) = made(below(ASKED), below(tall), below(prose(MORE)))[2:]
    assert beside.TALL in text(slide) and "The other half" in text(slide)
    caption = "<div><p><em>Figure 9.1. Look at the bars. Which is long?</em></p></div>"
    (slide,) = made(below(ASKED), Slide([tall], [caption], again="9.1"))[2:]
    assert text(slide).endswith("<p>Look at the bars. Which is long?</p>")


def test_words_below_a_visual_are_its_title_or_spoken():
    visual = Unit('<div class="visual"></div>', 560, picture=True, visual=True)
    column = made(below(visual), below(prose("It is so. And that is all that is said of it.")))
    assert column[1].again == "<strong>It is so</strong>" and len(column) == 2
    assert "And that is all" in "".join(column[1].notes)


def test_a_label_in_bold_is_no_title_alone():
    slide = made(below(ASKED), below(prose("**The edges.** They pay. So it is, and so it was.")))[2]
    assert "<h3>The edges. They pay</h3>" in text(slide)


def test_what_was_shown_stands_among_what_is_taken_away():
    moral = prose("**Edges decide.**")
    shown = [Slide([prose("## 9.2 A"), moral]), below(FIGURE), below(prose("**Bring edges.**"))]
    last = [prose("## 9.3 ↳ A branch"), prose("**Not this one.**")]
    end = [Slide([prose("## Take away\n\n* **Why?** So.")])]
    columns = [
        [Slide([prose("# T")])],
        shown[:1],
        [Slide([prose("## 9.4 B")]), *shown[1:]],
        [Slide(last)],
        end,
    ]
    slide = hall.for_a_hall(columns)[-1][-1]
    assert text(slide).count("<p>Edges decide.</p>") == 1 and "Not this" not in text(slide)
    assert "<span>9.2</span>" in text(slide) and "<img" not in text(slide)
    assert text(slide).index("9.2") < text(slide).index("9.4") and "Why?" in text(slide)
    assert "recall" not in text(hall.for_a_hall([columns[1], end])[-1][-1])  # one moral is no row


@pytest.mark.parametrize(
    "said, title",
    [
        (
            "A list is empty. What does the softmax give?",
            "A list is empty. What does the softmax give?",
        ),
        ("Word " * 30 + "here. Who is first?", "Who is first?"),
        ("Word " * 30 + "here. What does that say?", ""),  # of what stands above
        ("Word " * 40 + "?", ""),
    ],
)
def test_the_question_is_the_title_of_a_prediction(said, title):
    asked = Unit(
        f'<blockquote class="asked">\n<p>{said}</p>\n<ul><li>a</li></ul></blockquote>',
        90,
        asked=True,
    )
    slide = made(below(FIGURE), below(asked))[2]
    assert (re.findall("<h3>(.*)</h3>", text(slide)) or [""]) == [title]
    assert " ".join(re.sub("<[^>]*>", " ", text(slide)).split()).count("?") == 1


def test_half_the_slides_of_a_lesson_have_at_most_so_many_words():
    (source,) = (x for x in built() if x.name[:2] == "14")
    columns = hall.for_a_hall(deck(nbformat.read(target(source, "solved"), 4)))
    each = sorted(told(slide) for column in columns for slide in column)
    assert each[len(each) // 2] <= MOST


# ---------------------------------------------------------------- what a speaker is told


def told_by(text: str) -> str:
    return f"{SAY}{markdown(text)}</div>"


def test_what_a_note_says_of_a_figure_or_a_vote_is_said_there():
    note = told_by("Begin slowly. Ask 09.p1. Wait. Figure 9.1: press it. It moves.")
    vote = Slide([ASKED], ["<p>09.p1, what to say:</p>"], again="9.1 Look")
    figure = Slide([FIGURE], ["<div><em>Figure 9.1. Bars.</em></div>"], again="9.1 Look")
    column = mentions.shared([Slide([prose("## 9.1 Look")], [note]), vote, figure])
    said = [re.sub("<[^>]*>", "", slide.notes[0]).strip() for slide in column]
    assert said == ["Begin slowly.", "Ask 09.p1. Wait.", "Figure 9.1: press it. It moves."]


def test_the_minutes_of_a_note_are_shared_among_its_slides():
    columns = [
        [Slide([prose("# T")]), below(FIGURE)],
        [Slide([prose("## 9.1 A")], [told_by("Minutes 0 to 6. Ask.")]), below(FIGURE)],
        [Slide([prose("## 9.2 B")])],
        [Slide([prose("## 9.3 \u21b3 C")])],
        [Slide([prose("## Take away")], [told_by("Minutes 6 to 8, with the box. End.")])],
    ]
    said = [
        [re.sub("<[^>]*>", "", s.notes[0]) for s in c] if c[0].notes else []
        for c in minutes.timed(columns)
    ]
    assert said[0][0].startswith("Minute") and said[2] == ["Minutes 5 to 6."] and said[3] == []
    assert said[4] == ["Minutes 6 to 8 (all of this: 6 to 8, with the box)."]
    assert "Ask." in "".join(minutes.timed(columns)[1][0].notes)


# ---------------------------------------------------------------- results as charts


def dataframe(head: str, *rows: str) -> str:
    cells = "".join(
        f"<tr><th>{x.split()[0]}</th>{''.join(f'<td>{y}</td>' for y in x.split()[1:])}</tr>"
        for x in rows
    )
    heads = "".join(f"<th>{x}</th>" for x in head.split())
    return f'<div><table border="1" class="dataframe"><thead><tr><th></th>{heads}</tr></thead><tbody>{cells}</tbody></table></div>'


def test_a_short_table_of_numbers_is_a_chart_and_another_is_not():
    shown, height, _ = drawn.page(dataframe("RCE AUC", "user 0.05 0.5", "pin -7.9 0.6"))
    assert 'class="sketch"' in shown and "<table" not in shown and height < 400
    assert shown.count("<rect") == 4 and "user: 0.05, 0.5; pin: -7.9, 0.6" in shown
    line = charts.bars("RCE, AUC: user = 0.05, 0.5; pin = -7.9, 0.6").svg()
    assert f'<div class="output" data-bars="">{line}</div>' == shown  # one way to draw them
    for head, *rows in (
        ("d RCE", "a 8 1", "b 9 2"),
        ("RCE", "a 1,from", "b 2"),
        ("RCE", "a 1"),
        ("a b c d", "x 1 2 3 4", "y 1 2 3 4"),
    ):
        assert charts.of_table(dataframe(head, *rows)) is None


def test_a_count_is_drawn_as_squares_and_two_leads_on_one_scale():
    shown = drawn.drawing("both tell 17 of 21 pairs apart, and disagree about 9 of these")
    assert shown.count("<rect") == 21 and shown.count('fill="none"') == 4
    shown = drawn.drawing(
        "NDCG: among new pins -0.08, from -0.09 to -0.06; among new films -0.04, from -0.05 to -0.03"
    )
    assert (
        shown.count("<circle") == 2
        and "among new films" in shown
        and shown.count("no difference") == 1
    )


# ---------------------------------------------------------------- all lessons


@pytest.fixture(scope="module")
def decks() -> dict[str, tuple[list[list[Slide]], list[list[Slide]]]]:
    """Give of each lesson the whole deck, and the short one with its minutes."""
    found = {}
    for source in built():
        notebook = nbformat.read(target(source, "solved"), 4)
        whole = hall.for_a_hall(deck(notebook))
        found[source.name[:2]] = whole, minutes.timed(slides.shortened(notebook)[0])
    return found


def each(decks, which: int):
    return [(n, slide) for n, found in decks.items() for column in found[which] for slide in column]


def test_no_slide_goes_on_in_a_sentence_of_another(decks):
    for n, slide in each(decks, 0) + each(decks, 1):
        inside = re.sub(r"^\s*(?:<h\d[^>]*>.*?</h\d>\s*)+", "", text(slide), flags=re.DOTALL)
        assert not hall.GOES_ON.match(inside.lstrip()), (n, inside[:80])
        assert not re.search(r"[,;]\s*\$\$\s*(?:</p>)?\s*$", text(slide)), (n, text(slide)[-80:])
        assert not re.search(r"<li>(?:<p>)?\s*[,;:]", text(slide)), n


def test_no_slide_shows_raw_markdown(decks):
    for n, slide in each(decks, 0):
        for shown in [*(u.html for u in slide.units if u.asked), *slide.notes]:
            plain = re.sub(
                r"\$[^$]*\$|<(code|pre)[^>]*>.*?</\1>|<[^>]*>", "", shown, flags=re.DOTALL
            )
            assert not re.search(r"(?<![\w*])\*\w[^*\n]{0,40}\w\*(?![\w*])|\*\*", plain), (
                n,
                plain[:200],
            )


def test_no_title_is_a_label(decks):
    headings = {
        (source.name[:2], line.strip())
        for source in built()
        for line in re.findall(r"^# #{2,4} (.*)$", source.read_text("utf-8"), re.MULTILINE)
    }
    for n, slide in each(decks, 1):
        titles = re.findall(r"<h3>(.*?)</h3>", text(slide)) + re.findall(
            "^<strong>(.*)</strong>$", slide.again
        )
        for title in titles:
            if (n, title) in headings:
                continue
            assert len(re.sub("<[^>]*>", "", title).split()) > 1, (n, title)
            assert not re.match("How to read|Read it", title), (n, title)


def test_each_slide_of_a_short_deck_has_notes_and_of_the_hour_its_minutes(decks):
    for n, slide in each(decks, 1):
        assert slide.notes, (n, text(slide)[:80])
    for n, (_, short_deck) in decks.items():
        core = [column for column in short_deck if minutes.BRANCH not in text(column[0])]
        timed = [
            any("Minute" in note for note in slide.notes) for column in core for slide in column
        ]
        assert all(timed), (n, timed)


def test_what_a_speaker_is_told_stands_on_few_slides(decks):
    for n, (_, short_deck) in decks.items():
        for column in short_deck:
            told_ = [note for slide in column for note in slide.notes if note.startswith(SAY)]
            assert all(told_.count(note) <= 3 for note in told_), (n, text(column[0])[:60])


def test_no_table_of_all_systems_stands_after_the_end_of_a_short_deck():
    (source,) = (x for x in built() if x.name[:2] == uses.LESSON)
    notebook = nbformat.read(target(source, "solved"), 4)
    assert uses.TITLE in slides.page(notebook, uses.LESSON)
    assert uses.TITLE not in slides.page(notebook, uses.LESSON, brief=True)


@pytest.mark.parametrize("lesson", ["17", "18", "19"])
def test_the_closing_slide_answers_the_opening_question(decks, lesson):
    _, short_deck = decks[lesson]
    asked = re.search(
        r"<strong>((?:(?!</strong>).)*\?)</strong>", text(short_deck[0][0]), re.DOTALL
    )[1]
    last = text(short_deck[-1][-1])
    assert f"<h3>{asked}</h3>" in last and words(last.split("</h3>")[-1]) > 10
