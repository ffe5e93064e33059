"""The site from the disk: no request outside, formulas set, visuals alive, links sound."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from graphrec_utils.authoring.lesson.source import built
from graphrec_utils.authoring.site import site
from tests.browser.labdriver import screenshot
from tests.browser.pages import violations, width

PAGES = [
    "index",
    "atlas",
    "gallery",
    "instructor",
    "launch",
    "hub",
    "errata",
    "glossary",
    "numbers",
    "cluster",
    "verdicts",
    "api/graphs",
]
PAGES += [f"notebooks/{source.stem}" for source in built()]
SOME = [
    "index",
    "atlas",
    "gallery",
    "api/graphs",
    "notebooks/02_matrix_factorization",
]  # one of each kind

# What reaches beyond the page and stands in no box that scrolls.
CUT_OFF = """() => {
    const inside = (e) => e.getBoundingClientRect().right <= innerWidth + 1;
    const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
    const reached = (e) => e && !e.matches(".bd-main") && (scrolls(e) || reached(e.parentElement));
    return [...document.querySelectorAll(".bd-main :is(table, img, pre, mjx-container, .gr-root *)")]
        .filter((e) => !inside(e) && !reached(e))
        .map((e) => `${e.tagName} ${e.textContent.slice(0, 40)}`);
}"""


# Figures whose width was made smaller and whose height was not.
SQUEEZED = """() => [...document.querySelectorAll(".cell_output img")]
    .filter((e) => e.clientHeight && Math.abs(e.clientWidth / e.clientHeight / (e.naturalWidth / e.naturalHeight) - 1) > 0.02)
    .map((e) => e.alt)"""


@pytest.fixture(scope="session")
def website(tmp_path_factory):
    """The folder of the site; building it gave no warning."""
    pytest.importorskip("sphinx_book_theme", reason="the extra `site` is not installed")
    folder = tmp_path_factory.mktemp("site") / "html"
    assert site.build(folder) == []
    return folder


def show(page, website, name: str):
    page.goto((website / f"{name}.html").as_uri())
    page.wait_for_function(
        "(window.MathJax?.startup?.promise ?? Promise.resolve()).then(() => true)"
    )
    page.wait_for_timeout(200)


class Links(HTMLParser):
    """Collects the ids of a page and where its links lead."""

    def __init__(self, text: str):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        self.links += [found[name] for name in ("href", "src") if found.get(name)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_and_axe_finds_nothing_serious(page, website, name):
    """The fixture fails the test if anything outside this machine is asked for."""
    show(page, website, name)
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.locator("mjx-merror").count() == 0
    assert violations(page) == []
    if name in SOME:
        screenshot(page, f"site-light-{name.replace('/', '-')}")
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        page.wait_for_timeout(200)
        assert violations(page, only="color-contrast") == []  # what else could the dark change?
        screenshot(page, f"site-dark-{name.replace('/', '-')}")


def test_a_first_visit_complains_of_nothing(new_page, website):
    page, said = new_page(), []
    page.on("console", lambda x: x.type in ("warning", "error") and said.append(x.text))
    page.on("requestfailed", lambda request: said.append(f"missing {request.url}"))
    show(page, website, "index")
    assert said == []
    assert page.locator('link[rel~="icon"]').count() == 1


def test_no_page_is_wider_than_a_telephone(new_page, website):
    """Of all pages the width alone: a line of code or of a table does this to any of them."""
    page, wide = new_page(viewport={"width": 390, "height": 844}), {}
    for name in PAGES:
        show(page, website, name)
        wide[name] = width(page)
    assert {name: w for name, w in wide.items() if w > 390} == {}


@pytest.mark.parametrize("name", [*SOME, "glossary"])
def test_a_page_is_no_wider_than_a_telephone(new_page, website, name):
    page = new_page(viewport={"width": 390, "height": 844})
    show(page, website, name)
    assert width(page) <= 390
    assert page.evaluate(CUT_OFF) == [] and page.evaluate(SQUEEZED) == []
    screenshot(page, f"site-phone-{name.replace('/', '-')}")


def test_a_visual_of_the_gallery_is_found_and_comes_alive(page, website):
    show(page, website, "gallery")
    cards = page.locator(".gallery-card:visible")
    count = cards.count()
    assert count > 40 and page.evaluate("document.documentElement.scrollHeight") < 12_000
    page.get_by_label("Find a visual").fill("hinge")
    assert cards.count() == 1 and f"1 of {count}" in page.get_by_role("status").all_inner_texts()
    cards.get_by_role("button").focus()
    page.keyboard.press("Enter")
    alive = page.frame_locator("iframe").locator(".gr-root")
    alive.get_by_role("button", name="paper").click()
    assert violations(page) == []
    screenshot(page, "site-gallery-live")


def test_the_wall_of_claims_is_sifted_and_opened_by_keyboard(page, website):
    show(page, website, "verdicts")
    tiles = page.locator(".held:not(.held-gone) .held-tile:visible")
    count = tiles.count()
    page.get_by_role("radio", name="the lecture").focus()
    page.keyboard.press("Space")
    lecture = tiles.count()
    page.get_by_role("checkbox", name="does not hold").uncheck()
    assert 0 < tiles.count() < lecture < count
    assert f"{tiles.count()} shown" in page.get_by_role("status").all_inner_texts()
    assert (
        page.locator(".held:not(.held-gone) .held-row:visible").count() <= tiles.count()
    )  # no empty row is left
    tiles.first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert tiles.first.locator("p").first.is_visible()
    page.get_by_role("radio", name="everybody").check()
    page.get_by_label("Find a claim").fill("no such claim")
    assert tiles.count() == 0 and violations(page) == []


def test_without_scripts_a_claim_opens_and_the_sieve_works(new_page, website):
    page = new_page(java_script_enabled=False)
    page.goto((website / "verdicts.html").as_uri())
    tiles = page.locator(".held:not(.held-gone) .held-tile:visible")
    count = tiles.count()
    tiles.first.locator("summary").click()
    assert tiles.first.locator("p").first.is_visible()
    page.get_by_role("radio", name="papers").check()
    assert 0 < tiles.count() < count


def test_a_formula_in_a_sentence_is_no_stop_of_the_tab_key(page, website):
    """What can be scrolled is one; each formula was two, and a third of all stops of a lesson."""
    for name in ("notebooks/08_pixie", "notebooks/11_logq"):
        show(page, website, name)
        page.wait_for_timeout(500)
        stops = page.evaluate(
            """() => [...document.querySelectorAll("article :is(.math, mjx-container), article mjx-container *")]
                .filter((e) => e.tabIndex >= 0 && !(e.clientWidth && e.scrollWidth > e.clientWidth)).length"""
        )
        assert stops == 0, name
    page.reload()
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_links_inside_the_site_lead_somewhere(website):
    pages = {
        path: Links(path.read_text("utf-8"))
        for path in website.rglob("*.html")
        if "slides" not in path.parts and "_static" not in path.parts
    }
    dead, outside = [], set()
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                outside.add(link)
                continue
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file.partition("?")[0]).resolve() if file else path
            if not target.exists():
                dead.append(f"{path.name}: {link}")
            elif anchor and target in pages and anchor not in pages[target].ids:
                dead.append(f"{path.name}: {link} has no such place")
    assert len(pages) > 10
    assert dead == []
    assert outside  # papers and manuals; not followed


def test_formulas_are_set(page, website):
    show(page, website, "notebooks/02_matrix_factorization")
    assert page.locator("mjx-container svg").count() > 50


def test_a_visual_works_without_a_kernel(page, website):
    show(page, website, "notebooks/02_matrix_factorization")
    root = page.locator(".gr-root").first
    root.get_by_role("button", name="Step →").click()
    assert root.get_by_role("status").inner_text().startswith("Half-step 1 of 8")


def test_without_scripts_the_picture_of_a_visual_is_there(new_page, website):
    page = new_page(java_script_enabled=False)
    page.goto((website / "notebooks" / "02_matrix_factorization.html").as_uri())
    assert page.locator(".gr-visual img").first.is_visible()


def test_the_search_finds_a_word_of_a_lesson(page, website):
    page.goto((website / "search.html").as_uri() + "?q=gramian")
    page.locator("#search-results").get_by_text("Matrix factorization").first.wait_for()


def test_the_search_from_the_disk_quotes_its_pages_and_complains_of_nothing(page, website):
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.goto((website / "search.html").as_uri() + "?q=gramian")
    page.locator("#search-results").get_by_text("Matrix factorization").first.wait_for()
    quoted = page.locator("#search-results p.context").first
    quoted.wait_for()
    assert re.search("gramian", quoted.inner_text(), re.IGNORECASE)
    page.wait_for_timeout(500)
    assert errors == []


def test_icons_are_there_and_those_that_no_page_has_are_not_sent(page, website):
    script = website / "_static" / "scripts" / "fontawesome.js"
    assert script.stat().st_size < 200_000  # of 1.6 MB
    show(page, website, "notebooks/02_matrix_factorization")
    shown = page.locator("svg.svg-inline--fa").evaluate_all(
        "icons => icons.map((icon) => [icon.dataset.icon, icon.querySelectorAll('path').length])"
    )
    assert {name for name, _ in shown} >= {"bars", "magnifying-glass", "download"}
    assert page.locator("i[class*=fa-]").count() == 0
    assert all(paths for _, paths in shown)


def test_the_theme_can_be_switched_to_dark(page, website):
    show(page, website, "index")
    page.locator(".theme-switch-button:visible").first.click()
    page.locator(".theme-change-button[data-mode=dark]:visible").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_slides_can_be_reached_from_the_syllabus(page, website):
    show(page, website, "index")
    page.get_by_role("link", name="slides 00").click()
    page.wait_for_function("window.Reveal?.isReady()")


def test_the_atlas_is_filtered_without_a_kernel(page, website):
    show(page, website, "atlas")
    root = page.locator(".gr-root")
    root.get_by_role("combobox", name="Company").select_option("LinkedIn")
    root.get_by_role("button", name="List").click()
    assert root.locator(".gr-at-row:visible").count() == 1
    assert page.get_by_role("link", name="arxiv.org/abs/2402.11139").count() == 1


def test_the_map_says_what_a_method_builds_on_and_leads_to_its_lesson(page, website):
    show(page, website, "index")
    page.locator(".cm-wide").get_by_role("link", name="PinSage (2018)").focus()
    said = page.locator(".cm-say")
    assert said.inner_text() == (
        "PinSage (2018), lesson 09. From GraphSAGE: an encoder of neighbors; from Pixie: walks choose them"
    )
    back = page.locator(".cm-wide .cm-on").evaluate_all("x => x.map((e) => e.dataset.from)")
    assert sorted(back) == ["Graph walks", "Graph walks", "GraphSAGE", "Pixie", "item2item"]
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="09 · PinSage").wait_for()


def test_a_telephone_has_the_tall_map_and_a_lesson_its_place(new_page, website):
    page = new_page(viewport={"width": 390, "height": 844})
    show(page, website, "notebooks/09_pinsage")
    page.locator("summary").get_by_text("On the course map").click()
    assert page.locator(".cm-wide").is_hidden()
    assert page.locator(".cm-tall").is_visible()
    assert page.locator(".cm-tall .cm-here").count() == 1
    assert width(page) <= 390
