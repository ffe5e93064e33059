"""Decks in the browser: everything fits, can be read from the last row, and visuals work."""

from __future__ import annotations

import re

import pytest

from graphrec_utils.authoring.lesson.source import built
from graphrec_utils.authoring.slides import lecture, slides
from graphrec_utils.authoring.slides.deck import CODE_LINES
from tests.browser.labdriver import screenshot
from tests.browser.pages import violations

LESSONS = [source.name[:2] for source in built()]

# What is wrong on any slide: too high, too wide, too small, too much code.
FAULTS = """(lines) => {
    const faults = [];
    for (const slide of document.querySelectorAll("section[data-slide]")) {
        const { h, v } = Reveal.getIndices(slide);
        Reveal.slide(h, v, 99);
        const say = (what) => faults.push(`slide ${h}/${v ?? 0}: ${what}`);
        const box = slide.getBoundingClientRect();
        const scale = box.width / 1280;
        const things = [...slide.querySelectorAll("*")].filter((e) => !e.closest("aside, mjx-assistive-mml"));
        for (const e of things.filter((e) => e.matches("p, li, table, pre, img, .gr-root, mjx-container"))) {
            const at = e.getBoundingClientRect();
            if (!at.height) continue;
            if ((at.bottom - box.top) / scale > 715) say(`${e.tagName} ends below the slide`);
            if ((at.right - box.left) / scale > 1281) say(`${e.tagName} is wider than the slide`);
        }
        const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const e = texts.currentNode.parentElement;
            const text = texts.currentNode.textContent.trim();
            if (!text || e.closest("aside, style, script, mjx-container") || !e.getClientRects().length) continue;
            const size = parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1);
            const least = e.closest(".visual") ? 18 : 24; // a visual shrinks before it is cut
            if (size < least) say(`"${text.slice(0, 20)}" is ${size} px high`);
        }
        const code = [...slide.querySelectorAll(".highlight pre")].map((e) => e.textContent.trim());
        const count = code.join("\\n").split("\\n").filter((line) => line.trim()).length;
        if (count > lines) say(`${count} lines of code`);
    }
    return [...new Set(faults)];
}"""


@pytest.fixture(scope="session")
def decks(tmp_path_factory):
    """A folder with all decks and their index."""
    pytest.importorskip("sphinx_revealjs", reason="sphinx-revealjs brings reveal.js")
    folder = tmp_path_factory.mktemp("slides")
    lecture.write(folder, slides.filled)
    slides.write([], folder)
    return folder


def show(page, path):
    """Open a deck from its file and wait until it stands."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(path.as_uri())
    page.wait_for_function("window.Reveal?.isReady()")
    page.wait_for_function("MathJax.startup.promise.then(() => true)")


def go_to(page, selector: str):
    """Turn to the slide that holds the first match."""
    page.evaluate(
        """(selector) => {
            const slide = document.querySelector(selector).closest("section[data-slide]");
            const { h, v } = Reveal.getIndices(slide);
            Reveal.slide(h, v, 99);
        }""",
        selector,
    )
    page.wait_for_timeout(400)  # fragments fade in


@pytest.mark.parametrize("lesson", [*LESSONS, lecture.NAME])
def test_everything_fits_and_can_be_read_from_the_last_row(page, decks, lesson):
    (path,) = [path for path in decks.glob("*.html") if path.name.startswith(lesson)]
    show(page, path)
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate(FAULTS, CODE_LINES) == []


def test_a_fault_would_be_found(page, decks):
    show(page, next(decks.glob("00_*.html")))
    page.evaluate(
        """() => document.querySelector("section[data-slide]").insertAdjacentHTML("beforeend",
            `<div class="highlight"><pre>${"x = 1\\n".repeat(40)}</pre></div><p style="font-size: 20px;
            width: 1400px">small</p>`)"""
    )
    faults = " ".join(page.evaluate(FAULTS, CODE_LINES))
    for words in ("ends below", "wider than", '"small" is 20 px', "40 lines of code"):
        assert words in faults


def test_formulas_are_set(page, decks):
    show(page, next(decks.glob("02_*.html")))
    assert page.locator("mjx-container svg").count() > 50
    shown = page.evaluate(
        """() => [...document.querySelectorAll("section[data-slide] :is(p, li, td, figcaption)")]
            .filter((e) => !e.closest("aside")).map((e) => e.textContent).join(" ")"""
    )
    assert not re.search(r"\\\\(?:mathbf|sum|frac|lVert)", shown)


def test_the_right_arrow_alone_shows_every_slide_and_each_has_a_title(page, decks):
    show(page, decks / "00_start_here.html")
    total = page.evaluate("Reveal.getTotalSlides()")
    seen, untitled = set(), []
    for _ in range(20 * total):
        place = page.evaluate("JSON.stringify(Object.values(Reveal.getIndices()).slice(0, 2))")
        if place not in seen and not page.evaluate(
            "!!Reveal.getCurrentSlide().querySelector('h1, h2, h3, .again')"
        ):
            untitled.append(place)
        seen.add(place)
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            break
        page.keyboard.press("ArrowRight")
    assert len(seen) == total
    assert untitled == []


def test_a_visual_listens_to_keys_that_do_not_turn_the_slide(page, decks):
    show(page, next(decks.glob("02_*.html")))
    go_to(page, ".visual")
    root = page.locator("section.present .gr-root")
    root.get_by_role("button", name="Step →").click()
    assert root.get_by_role("status").inner_text().startswith("Half-step 1 of 8")
    before = page.evaluate("JSON.stringify(Reveal.getIndices())")
    page.keyboard.press("ArrowRight")
    assert root.get_by_role("status").inner_text().startswith("Half-step 2 of 8")
    assert page.evaluate("JSON.stringify(Reveal.getIndices())") == before
    screenshot(page, "slide-visual")


def test_the_speaker_view_shows_the_notes(page, decks):
    show(page, next(decks.glob("02_*.html")))
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    view = opened.value
    notes = view.locator(".speaker-controls-notes .value")
    notes.get_by_text("As a lecture of fifty minutes").wait_for()
    screenshot(view, "slide-speaker-view")


def test_a_slide_with_formula_and_one_with_figure(page, decks):
    show(page, next(decks.glob("02_*.html")))
    go_to(page, "mjx-container[display=true]")
    screenshot(page, "slide-formula")
    go_to(page, "figure img")
    screenshot(page, "slide-figure")


def test_a_small_table_fills_its_slide_and_a_large_one_stays(page, decks):
    show(page, next(decks.glob("14_*.html")))
    zooms = page.evaluate(
        """() => [...document.querySelectorAll("section[data-slide]")].map((slide) => {
            const { h, v } = Reveal.getIndices(slide);
            Reveal.slide(h, v, 99);
            const table = slide.querySelector("table.dataframe");
            const rows = table?.querySelectorAll("tr").length;
            return table && !slide.querySelector("img, .visual") ? [rows, +(table.style.zoom || 1)] : null;
        }).filter(Boolean)"""
    )
    assert max(zoom for rows, zoom in zooms if rows <= 5) >= 1.3
    assert all(zoom == 1 for rows, zoom in zooms if rows > 14)


def test_titles_are_alike_and_what_stands_below_begins_with_them_and_uses_the_height(page, decks):
    show(page, next(decks.glob("07_*.html")))
    found = page.evaluate(
        """() => [...document.querySelectorAll("section[data-slide]")].map((slide) => {
            const { h, v } = Reveal.getIndices(slide);
            Reveal.slide(h, v, 99);
            const title = slide.querySelector(":is(h1, h2, h3):not(aside *)") ?? slide.querySelector(".again");
            const box = slide.getBoundingClientRect();
            const scale = box.width / 1280;
            const below = [...slide.querySelectorAll("img, .visual, p, li, svg")].filter((e) => !e.closest("aside") && e.getClientRects().length);
            return {
                size: parseFloat(getComputedStyle(title).fontSize), color: getComputedStyle(title).color,
                left: title.getBoundingClientRect().left,
                first: slide.querySelector(".visual")?.getBoundingClientRect().left,
                figure: slide.querySelector("img") ? (box.bottom - Math.max(...below.map((e) => e.getBoundingClientRect().bottom))) / scale : 0,
            };
        })"""
    )
    assert all(x["size"] >= 26 and x["color"] != "rgb(91, 97, 105)" for x in found)  # never gray
    visuals = [x for x in found if x.get("first") is not None]
    assert visuals and all(abs(x["first"] - x["left"]) < 2 for x in visuals)
    assert sorted(x["figure"] for x in found)[int(0.9 * len(found))] < 130


def test_each_deck_shows_where_its_lesson_stands(page, decks):
    show(page, next(decks.glob("09_*.html")))
    page.keyboard.press("Space")
    now = page.locator("section.present section.present")  # an opening may fill a third slide
    assert now.locator(".again").inner_text() == "Where this stands"
    assert now.locator("img").get_attribute("alt").startswith("Map of the course")
    assert now.locator("img").evaluate("x => x.naturalWidth") > 1000


def test_a_deck_can_be_printed(page, decks):
    page.goto(next(decks.glob("00_*.html")).as_uri() + "?print-pdf")
    page.wait_for_function("document.querySelectorAll('.pdf-page').length > 10")


def test_the_index_leads_to_every_deck(page, decks):
    page.goto((decks / "index.html").as_uri())
    assert page.get_by_role("link", name="The lecture in one deck").count() == 1
    links = page.get_by_role("listitem").get_by_role("link")
    assert links.count() == len(LESSONS)
    assert violations(page) == []
    links.first.click()
    page.wait_for_function("window.Reveal?.isReady()")


def test_readers_of_screens_can_use_a_deck(page, decks):
    show(page, next(decks.glob("02_*.html")))
    assert violations(page) == []
    go_to(page, ".visual")
    assert violations(page) == []
