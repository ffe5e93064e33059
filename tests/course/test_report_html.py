"""The pages: readable by everybody, escaped, self-contained, with enough contrast."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from html_pages import Page
from report_samples import MAXIMUM, classroom, entry, open_task, result, submission

from graphrec_utils import exercises, markup, paths
from graphrec_utils.grading.reports import pages as report_pages
from graphrec_utils.grading.reports import sections, unnamed
from graphrec_utils.grading.reports.result import people, slug
from graphrec_utils.grading.submissions import similarity, transplant

CSS = (report_pages.HERE / "style.css").read_text("utf-8")


def pages() -> dict[str, str]:
    data = classroom()
    crowd = people(data)
    found = {p.slug: report_pages.student_page(p, data) for p in crowd}
    return found | {
        "class": report_pages.class_page(crowd, data),
        "leaderboard": report_pages.leaderboard(people(open_task()), open_task()),
    }


PAGES = pages()


@pytest.fixture(params=PAGES)
def source(request) -> str:
    return PAGES[request.param]


def student(text: str) -> str:
    (found,) = (page for name, page in PAGES.items() if name.startswith(text))
    return found


def said(page: str) -> str:
    return " ".join(" ".join(Page(page).text).split())


# ---------------------------------------------------------------- well formed and escaped


def test_every_element_is_closed(source):
    page = Page(source)
    assert (page.wrong, page.open) == ([], [])


def test_nothing_runs_and_nothing_is_loaded(source):
    page = Page(source)
    tags = {name for name, _, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "img", "object", "form", "base"}
    assert not [a for _, attributes, _ in page.elements for a in attributes if a.startswith("on")]
    assert "url(" not in source and "@import" not in source
    assert all(re.fullmatch(r"students/[^/:]+\.html", a["href"]) for a in page.all("a"))


def test_a_hostile_name_is_shown_as_text():
    page = Page(student("script-alert"))
    assert "<script>alert('x')</script>" in "".join(page.text)
    assert "\u202e" not in "".join(page.text)


def test_names_do_not_turn_their_surroundings_around():
    assert all(
        "<h1><bdi>" in page for name, page in PAGES.items() if name not in ("class", "leaderboard")
    )


# ---------------------------------------------------------------- accessible


def test_headings_stand_in_order(source):
    levels = [int(name[1]) for name, _, _ in Page(source).elements if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_has_language_title_and_fits_a_phone(source):
    page = Page(source)
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("title") and page.all("main")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all(
        "meta"
    )


def test_pictures_and_scrolling_regions_have_labels(source):
    for _, attributes, _ in Page(source).elements:
        if attributes.get("role") in ("img", "region"):
            assert attributes["aria-label"].strip()


def test_tables_have_captions_and_heads_and_scroll_on_a_phone(source):
    page = Page(source)
    tables = [around for name, _, around in page.elements if name == "table"]
    assert len(tables) == len(page.all("caption"))
    assert all(around[-1] == "div" for around in tables)
    assert all(a.get("scope") in ("col", "row") for a in page.all("th"))
    assert len(page.all("div")) >= len(tables)


def test_a_sign_is_read_as_a_word():
    page = student(slug("Bob"))
    assert page.count('<span class="unseen">does not hold: </span>') > 0
    for attributes in (a for n, a, _ in Page(page).elements if n == "span"):
        assert attributes.get("class") != "bad" or attributes.get("aria-hidden") == "true"


def luminance(color: str) -> float:
    """WCAG 2.2: linear light of each channel, weighted."""
    channels = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    """(lighter + 0.05) / (darker + 0.05), from 1 to 21."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes() -> dict[str, dict[str, str]]:
    light, dark = (
        dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", block))
        for block in re.findall(r":root\{([^}]*)\}", CSS)
    )
    return {"light": light, "dark": dark}


def test_black_on_white_has_the_contrast_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_color_has_a_contrast_of_4_5_on_every_background(scheme):
    palette = palettes()[scheme]
    inks = set(re.findall(r"[{;]color:var\(--(\w+)\)", CSS))
    papers = {"page", "panel"}
    assert {"ink", "muted", "link", "good", "half", "bad"} == inks
    for ink in inks:
        for paper in papers:
            assert contrast(palette[ink], palette[paper]) >= 4.5, (ink, paper)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_bar_has_a_contrast_of_3_on_its_background(scheme):
    palette = palettes()[scheme]
    fills = set(re.findall(r"\.(\w+)\{background:var\(--\1\)\}", CSS))
    assert fills == {"full", "part", "none", "open"}
    for fill in fills:
        assert contrast(palette[fill], palette["page"]) >= 3, fill


def test_both_schemes_define_the_same_colors():
    assert set(palettes()["light"]) == set(palettes()["dark"])
    assert not re.findall(r"color:#", CSS)


# ---------------------------------------------------------------- what stands there


def test_a_student_reads_points_mistake_and_hint():
    text = said(student(slug("Bob")))
    assert "4.2 of 10 points" in text
    assert "Your first two numbers are swapped" in text
    assert "Hint 1. What do R.shape and R.sum() tell you?" in text
    assert "The answer cell of 00.1 is there twice." in text
    assert "Made with version 0.0.9, graded with 0.1.0." in text


def test_a_student_does_not_read_the_instructors_warnings():
    assert "imports the course's solutions" not in said(student("script-alert"))
    assert "imports the course's solutions" in said(PAGES["class"])


def test_a_page_says_why_nothing_was_graded():
    assert "could not be read as a notebook. line 3 is not JSON" in said(student("cut"))
    assert "This is not your fault" in said(student("unlucky"))
    assert "Nothing was handed in." in said(student("zoe"))


def test_the_class_page_counts_every_answer_once():
    data = result(
        submission("a", *(entry(k, "passed") for k in MAXIMUM)),
        submission(
            "b", entry("00.1", "partial", 1.0), entry("00.2", "died"), entry("00.3", "wrong")
        ),
        submission("c"),
    )
    page = report_pages.class_page(people(data), data)
    assert 'aria-label="1 solved, 1 partly, 0 tried, 1 not started"' in page
    assert page.count('aria-label="1 solved, 0 partly, 1 tried, 1 not started"') == 2


def test_the_class_page_puts_frequent_mistakes_first():
    many = [submission(str(k), entry("00.1", "wrong", mistake="often")) for k in range(3)]
    data = result(*many, submission("x", entry("00.1", "wrong", mistake="once")))
    text = said(report_pages.class_page(people(data), data))
    assert text.index("often") < text.index("once")


def test_the_class_page_says_that_pasting_cannot_be_prevented():
    assert said(similarity.STATEMENT) in said(PAGES["class"])
    assert "Bob and <script>alert" in said(PAGES["class"])


def test_a_class_that_was_not_compared_says_so():
    data = result(submission("a"))
    assert "Answers were not compared." in said(report_pages.class_page(people(data), data))


def test_a_student_reads_the_own_code_and_the_first_wrong_value():
    text = said(student(slug("Bob")))
    assert "on the inputs of the card in your notebook" in text and "Yours is 3." in text
    assert "return 3 * x # as Bob said" in text
    assert text.count("In the lesson: 0.3 Your first exercise") == 1


def test_a_page_links_to_the_section_where_the_address_of_the_course_is_known():
    data = classroom() | {"site": "https://school.org/course/"}
    (page,) = (report_pages.student_page(p, data) for p in people(data) if p.name == "Ann Smith")
    links = [a["href"] for a in Page(page).all("a")]
    start = "https://school.org/course/notebooks/00_start_here.html#"
    assert links[0] == f"{start}your-first-exercise" and len(links) == 3


def test_every_section_with_an_exercise_has_the_name_that_the_site_gives_it():
    nodes = pytest.importorskip("docutils.nodes")
    known = [sections.of(e.id) for n in transplant.built() for e in exercises.of_lesson(n)]
    assert None not in known
    assert all(sections.anchor(title) == nodes.make_id(title) for title, _ in known)
    assert sections.of("00.9") is None and sections.of("99.1") is None


def test_what_is_wrong_alike_without_a_name_stands_together_with_the_shortest_code():
    def wrong(code, behavior="b", **more):
        entries = [entry("00.1", "wrong", behavior=behavior, code=code, **more)]
        return submission(code, *entries)

    alike = [
        wrong("def long(x): return x"),
        wrong("def f(x): 0"),
        wrong("def longest(x): return x"),
    ]
    others = [wrong("alone", "c"), *(wrong("named", mistake="known") for _ in range(4))]
    data = result(*alike, *others)
    (cluster,) = unnamed.clusters(data["submissions"])
    assert (cluster.count, cluster.code) == (3, "def f(x): 0")
    assert (paths.PACKAGE.parent / cluster.file).exists()
    text = said(report_pages.class_page(people(data), data))
    assert "00.1 summarize: 3 answers" in text and "yours is 3" in text


def test_who_shares_a_text_or_a_comment_is_one_row():
    assert "with the comment “as Bob said”" in said(PAGES["class"])
    many = [f"student {k}" for k in range(50)]
    groups = [{"id": "00.2", "students": many, "evidence": ["the same text"]}]
    data = result(similarity={"pairs": [], "groups": groups, "notes": []})
    assert "student 19 and 30 more" in said(report_pages.class_page([], data))


def test_hidden_characters_in_code_are_shown():
    assert markup._visible("a\u202eb\x1b\n\tc") == "a\\u202eb\\x1b\n\tc"


def test_an_empty_class_has_a_page():
    data = result()
    assert "0 students, 0 notebooks" in said(report_pages.class_page([], data))
