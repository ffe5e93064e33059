"""The visual of R and its graph: by mouse and by keyboard, light and dark, with and without Lab."""

from __future__ import annotations

import importlib.util
import re

import nbformat
import pytest

from graphrec_utils import exercises, plots, toy
from graphrec_utils.plots import visuals
from tests.browser.labdriver import (
    NOTEBOOKS,
    cell,
    contrast,
    errors,
    open_notebook,
    output,
    run_all,
    run_cell,
    screenshot,
    write,
)
from tests.browser.pages import alone, opened, width

SOURCE = (
    "from graphrec_utils import toy\nfrom graphrec_utils.plots import visuals\n"
    "visual = visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS)\nvisual"
)


@pytest.fixture
def fragment(tmp_path):
    """A file that holds a visual and nothing else; a function from visual to its address."""
    return lambda *shown: alone(tmp_path, *shown)


@pytest.fixture
def likes():
    return visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS)


@pytest.fixture
def shown(page, fragment, likes):
    """The visual on a page of its own."""
    return opened(page, fragment(likes))


def notebook(lab, name, *sources, outputs=()):
    """Write a notebook into the server's folder; return its name."""
    cells = [nbformat.v4.new_markdown_cell("# Likes")]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    cells[1].outputs = list(outputs)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(book, lab.folder / name)
    return name


def in_lab(page, lab, name, *sources):
    """Run a notebook that shows the visual first; return its root."""
    open_notebook(page, lab, notebook(lab, name, SOURCE, *sources))
    run_all(page)
    assert errors(page) == []
    root = page.locator(".gr-root").first
    root.wait_for()
    return root


def status(root) -> str:
    return root.get_by_role("status").inner_text()


def square(root, user, item):
    return root.get_by_role("button", name=f"{user} likes {item}")


def edge(root, user, item):
    return root.get_by_role("button", name=f"Edge {user} – {item}")


def edges(root) -> int:
    return root.get_by_role("button", name=re.compile("^Edge.* remove it$")).count()


def marked(root) -> set[str]:
    """What is marked: cells and edges by their label, nodes by their name."""
    return set(
        root.evaluate(
            """(root) => [...root.querySelectorAll(".gr-cell.gr-on, .gr-edge.gr-on, text.gr-on")]
                .map((e) => e.getAttribute("aria-label") ?? e.lastChild.textContent)"""
        )
    )


def focused(page) -> str:
    return page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")


def faint_texts(root) -> list[tuple[str, float]]:
    """Every visible text with less contrast than WCAG's 4.5."""
    leaves = root.locator("xpath=.//*[not(*) and normalize-space() and name() != 'title']").all()
    # text elements of the graph have a title inside
    leaves += root.locator("svg text").all()
    assert len(leaves) > 30
    pairs = [(leaf.text_content(), contrast(leaf)) for leaf in leaves]
    return [(text, round(ratio, 2)) for text, ratio in pairs if ratio < 4.5]


# ---- on a page of its own


def test_pointing_at_a_cell_marks_its_edge_and_both_nodes(shown):
    square(shown, "Bob", "Cube").hover()
    assert marked(shown) == {
        "Bob likes Cube",
        "Edge Bob – Cube, press to remove it",
        "Bob",
        "Cube",
    }


def test_pointing_at_an_edge_marks_its_cell(shown):
    edge(shown, "Ann", "Brazil").hover()
    assert "Ann likes Brazil" in marked(shown)
    assert status(shown) == (
        "Ann – Brazil: liked. Ann has 2 likes, Brazil has 2. 6 edges of 12 possible, density 50 %."
    )


def test_pointing_at_a_node_marks_its_row_and_its_neighbors(shown):
    shown.locator("svg text", has_text="Cube").hover()
    cells = {f"{user} likes Cube" for user in toy.USERS}
    near = {"Cube", "Bob", "Eve", *(f"Edge {u} – Cube, press to remove it" for u in ("Bob", "Eve"))}
    assert marked(shown) == cells | near
    assert status(shown).startswith("Cube: 2 likes (Bob and Eve).")


def test_leaving_unmarks(shown, page):
    square(shown, "Bob", "Cube").hover()
    page.mouse.move(1270, 1390)
    assert marked(shown) == set()
    assert status(shown) == "6 edges of 12 possible, density 50 %."


def test_leaving_goes_back_to_what_has_the_focus(shown, page):
    square(shown, "Ann", "Alien").focus()
    square(shown, "Bob", "Cube").hover()
    page.mouse.move(1270, 1390)
    assert "Ann likes Alien" in marked(shown)
    assert "Bob likes Cube" not in marked(shown)


def test_a_click_adds_a_like_to_both_views(shown):
    square(shown, "Bob", "Drive").click()
    assert square(shown, "Bob", "Drive").get_attribute("aria-pressed") == "true"
    assert edge(shown, "Bob", "Drive").is_visible()
    assert status(shown).startswith("Bob – Drive: liked. Bob has 3 likes, Drive has 2. 7 edges")
    assert shown.get_by_text("graph: 7 nodes, 7 edges").is_visible()


def test_a_click_on_an_edge_removes_the_like_from_both_views(shown):
    edge(shown, "Eve", "Drive").click()
    assert square(shown, "Eve", "Drive").get_attribute("aria-pressed") == "false"
    assert square(shown, "Eve", "Drive").inner_text() == "0"
    assert edges(shown) == 5


def test_degrees_follow(shown):
    square(shown, "Bob", "Drive").click()
    rows = [row.inner_text().split() for row in shown.get_by_role("row").all()]
    assert [row[-1] for row in rows[1:4]] == ["2", "3", "2"]
    assert rows[4] == ["degree", "1", "2", "2", "2"]


def test_reset_brings_back_the_first_state(shown):
    square(shown, "Bob", "Drive").click()
    square(shown, "Ann", "Alien").click()
    shown.get_by_role("button", name="Reset").click()
    assert edges(shown) == 6
    assert edge(shown, "Ann", "Alien").is_visible()


def test_a_students_recommender_speaks_here_and_after_three_switches(page, fragment):
    recommend = exercises.get("00.3").reference
    visual = visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS, function=recommend)
    root = opened(page, fragment(visual))
    assert status(root).endswith(
        "Yours recommends (dotted) Cube to Ann; Alien to Bob; Brazil to Eve."
    )
    square(root, "Ann", "Cube").click()
    assert status(root).endswith("that change: Ann’s (Cube → Drive), and nobody else’s.")
    ringed = root.locator(".gr-cell.gr-news")
    assert ringed.count() == 1 and ringed.get_attribute("aria-label") == "Ann likes Drive"
    square(root, "Bob", "Drive").click()  # three switches are answered, the fourth is told
    square(root, "Bob", "Alien").click()
    assert "film" in status(root) and "not asked" not in status(root)
    square(root, "Eve", "Alien").click()
    assert status(root).endswith("So far from the start your recommend was not asked: Reset.")
    popular = lambda R, u, top: R.sum(0).argsort(descending=True, stable=True)[:top]  # noqa: E731
    visual = visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS, function=popular)
    root = opened(page, fragment(visual))
    assert "Brazil to Ann, who likes it already;" in status(root)


def test_a_matrix_without_likes_can_be_filled_and_emptied(page, fragment):
    page.goto(fragment(visuals.bipartite([[0]])))
    root = page.locator(".gr-root")
    assert status(root) == "0 edges of 1 possible, density 0 %."
    square(root, "u0", "i0").click()
    assert status(root).startswith("u0 – i0: liked. u0 has 1 like, i0 has 1. 1 edge of 1")
    page.keyboard.press("Tab")  # to the only edge
    page.keyboard.press("Enter")
    assert focused(page) == "Edge u0 – i0, press to add it"
    assert edges(root) == 0
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "u0 likes i0"


def test_three_stops_on_the_way_of_the_tab_key(shown, page):
    stops = []
    for _ in range(3):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    assert stops == ["Reset", "Ann likes Alien", "Edge Ann – Alien, press to remove it"]


def test_the_matrix_by_keyboard(shown, page):
    for key in ("Tab", "Tab", "ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert focused(page) == "Bob likes Cube"
    assert "Edge Bob – Cube, press to remove it" in marked(shown)
    page.keyboard.press("Enter")
    assert status(shown).startswith("Bob – Cube: not liked. Bob has 1 like, Cube has 1. 5 edges")
    page.keyboard.press(" ")
    assert edges(shown) == 6
    page.keyboard.press("End")
    assert focused(page) == "Bob likes Drive"
    page.keyboard.press("ArrowRight")  # the border holds
    assert focused(page) == "Bob likes Drive"
    page.keyboard.press("Control+Home")
    assert focused(page) == "Bob likes Drive"  # nothing to focus in the corner
    page.keyboard.press("Home")
    assert focused(page) == "Bob"
    assert status(shown).startswith("Bob: 2 likes (Brazil and Cube).")


def test_the_graph_by_keyboard(shown, page):
    for key in ("Tab", "Tab", "Tab", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert focused(page) == "Edge Bob – Cube, press to remove it"
    assert "Bob likes Cube" in marked(shown)
    page.keyboard.press("Enter")
    assert edges(shown) == 5
    assert focused(page) == "Edge Bob – Cube, press to add it"  # it keeps the focus
    assert status(shown).startswith("Bob – Cube: not liked.")
    page.keyboard.press("Enter")
    assert edges(shown) == 6
    assert focused(page) == "Edge Bob – Cube, press to remove it"
    page.keyboard.press("Enter")
    assert edges(shown) == 5
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Edge Eve – Drive, press to remove it"
    page.keyboard.press("ArrowUp")  # the one that is gone is passed over
    assert focused(page) == "Edge Bob – Brazil, press to remove it"
    page.keyboard.press("Shift+Tab")
    assert focused(page).endswith("likes Alien")  # the matrix is still one stop


def test_focus_is_visible(shown, page):
    page.keyboard.press("Tab")
    ring = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "solid 3px" in ring


def test_a_screen_reader_meets_a_grid_with_headers(shown):
    grid = shown.get_by_role("grid", name="Matrix of likes, 3 users by 4 items")
    assert grid.get_by_role("row").count() == 5
    assert grid.get_by_role("columnheader").all_inner_texts() == [*toy.ITEMS, "degree"]
    assert grid.get_by_role("rowheader").all_inner_texts() == [*toy.USERS, "degree"]
    assert grid.get_by_role("gridcell").get_by_role("button", pressed=True).count() == 6
    assert shown.get_by_role("group", name="Graph with 6 edges").count() == 1


def test_nothing_is_wider_than_a_telephone(new_page, fragment, likes):
    page = new_page(viewport={"width": 380, "height": 800})
    page.goto(fragment(likes))
    page.locator(".gr-root").wait_for()
    assert width(page) <= 380
    cut = "(e) => e.scrollWidth > e.clientWidth"
    heads = [page.get_by_role("rowheader"), page.get_by_role("columnheader")]
    assert not any(e.evaluate(cut) for head in heads for e in head.all())
    assert not page.locator(".gr-scroll").evaluate(cut)
    screenshot(page, "bipartite-narrow")


def test_the_largest_visual_has_room_for_its_names(page, fragment):
    names = ["The Good, the Bad and the Ugly", *(f"Film {k}" for k in range(11))]
    ones = [[(u * i) % 3 == 0 for i in range(12)] for u in range(12)]
    page.goto(fragment(visuals.bipartite(ones, [f"Person {k}" for k in range(12)], names)))
    page.locator(".gr-root").wait_for()
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("svg text")].filter((text) => {
            const [a, b] = [text.getBoundingClientRect(), text.closest("svg").getBoundingClientRect()];
            return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom;
        }).map((text) => text.textContent)"""
    )
    cut = page.evaluate(
        """() => [...document.querySelectorAll("[role=rowheader], [role=columnheader]")]
            .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
            .map((e) => e.textContent)"""
    )
    screenshot(page, "bipartite-largest")
    assert beyond == []
    assert cut == names[:1]  # too long; its title has it whole


def test_the_same_visual_twice_on_a_page_works_twice(page, fragment, likes):
    page.goto(fragment(likes, likes))
    page.wait_for_function("document.querySelectorAll('.gr-root').length === 2")
    square(page.locator(".gr-root").nth(1), "Bob", "Drive").click()
    assert [edges(page.locator(".gr-root").nth(k)) for k in (0, 1)] == [6, 7]


def test_without_scripts_the_picture_is_there(new_page, fragment, likes):
    page = new_page(java_script_enabled=False)
    page.goto(fragment(likes))
    picture = page.get_by_role("img", name="Ann likes Alien, Brazil")
    assert picture.is_visible()
    assert picture.bounding_box()["width"] > 500
    assert page.locator(".gr-root").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_texts_are_readable_where_the_system_is(scheme, new_page, fragment, likes):
    page = new_page(color_scheme=scheme)
    page.goto(fragment(likes))
    root = page.locator(".gr-root")
    square(root, "Bob", "Drive").hover()
    back = root.evaluate("(e) => getComputedStyle(e).backgroundColor")
    assert (back == "rgb(255, 255, 255)") == (scheme == "light")
    assert faint_texts(root) == []


@pytest.mark.parametrize(
    ("color", "ratio"), [("#000", 21), ("#767676", 4.54), ("#fff", 1), ("rgb(0 0 0 / 50%)", 3.98)]
)
def test_contrast_is_that_of_the_wcag(page, color, ratio):
    page.set_content(f'<p style="color: {color}">text</p>')
    assert contrast(page.locator("p")) == pytest.approx(ratio, abs=0.05)


def test_contrast_is_asked_of_the_element_that_took_anothers_place(page):
    class Redrawn:
        """An element whose page is drawn anew between finding it and asking it."""

        def __init__(self):
            page.set_content("<p>text</p>")
            self.found = page.locator("p").element_handle()
            page.set_content("<p>text</p>")

        def evaluate(self, source):
            asked, self.found = self.found, page.locator("p").element_handle()
            return asked.evaluate(source)

    assert contrast(Redrawn()) == pytest.approx(21, abs=0.05)


# ---- the shared controls, with a visual of four lines


@pytest.fixture
def counter(tmp_path):
    """A visual with a player over 0 … 3 and a slider."""
    module = tmp_path / "counter.js"
    module.write_text(
        """import { frame, player, slider } from "./base.js";
export default { render({ model, el }) {
  const { root, controls, say } = frame(el, { label: "Counter", help: "" });
  const { nodes, stop } = player(model, root, () => 3, 60);
  model.on("change:step", () => say(`state ${model.get("step")}`));
  const steps = slider("Steps", { min: 0, max: 9, value: 4 }, (k) => say(`slider ${k}`));
  controls.prepend(...nodes, steps.node);
  return stop;
} };
""",
        "utf-8",
    )
    return visuals.Visual(module, {"step": 0}, "counter", "a counter", lambda: plots.matrix([[1]]))


def test_the_player_steps_plays_to_the_end_and_resets(page, fragment, counter):
    page.goto(fragment(counter))
    root = page.locator(".gr-root")
    line = root.locator(".gr-status")

    def press(name):
        root.get_by_role("button", name=name).click()

    press("Step")
    press("Step")
    press("Back")
    assert line.inner_text() == "state 1"
    press("Play")
    root.get_by_text("state 3").wait_for()
    root.get_by_role("button", name="Play").wait_for()  # no longer "Pause"
    press("Step")
    assert line.inner_text() == "state 3"  # there is no fourth step
    press("Reset")
    assert line.inner_text() == "state 0"


def test_readers_who_asked_for_less_motion_get_steps_only(new_page, fragment, counter):
    page = new_page(reduced_motion="reduce")
    page.goto(fragment(counter))
    page.get_by_role("button", name="Step").click()
    assert page.get_by_role("button", name="Play").count() == 0


def test_the_slider_listens_to_arrow_keys_and_shows_its_value(page, fragment, counter):
    page.goto(fragment(counter))
    page.get_by_role("slider", name="Steps").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".gr-status").inner_text() == "slider 5"
    assert page.locator("output").inner_text() == "5"


# ---- in JupyterLab and Notebook 7


def test_in_lab_by_mouse_and_keyboard(page, lab, outside):
    root = in_lab(page, lab, "likes.ipynb", "1 + 1")
    cell(page, "1 + 1").locator(".cm-content").click()  # a cursor in another cell
    square(root, "Bob", "Drive").click()
    assert status(root).startswith("Bob – Drive: liked.")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert focused(page) == "Ann likes Cube"
    page.keyboard.press("Enter")
    assert status(root).startswith("Ann – Cube: liked.")
    # the notebook's own shortcuts: delete, add above and below, cut, to Markdown
    for key in "ddabxm":
        page.keyboard.press(key)
    cell(page, "1 + 1").locator(".cm-content").click()
    page.keyboard.press("Escape")  # command mode
    square(root, "Ann", "Cube").focus()
    for key in "ddabxm":
        page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-Cell").count() == 3
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == 2
    assert focused(page) == "Ann likes Cube"
    assert edges(root) == 8
    assert faint_texts(root) == []
    screenshot(page, "bipartite-lab-light")
    assert outside == []


def test_in_lab_in_the_dark(page, lab, outside):
    with lab.dark():
        root = in_lab(page, lab, "dark.ipynb")
        square(root, "Bob", "Cube").hover()
        assert page.evaluate("document.body.dataset.jpThemeLight") == "false"
        assert faint_texts(root) == []
        screenshot(page, "bipartite-lab-dark")
    assert outside == []


def test_in_lab_as_students_have_it_with_outputs_far_below(page, lab):
    before = ["\n".join(f"x = {k}" for k in range(30))] * 6
    with lab.setting(NOTEBOOKS, {}):
        open_notebook(page, lab, notebook(lab, "long.ipynb", *before, SOURCE))
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        root = page.locator(".gr-root")
        root.scroll_into_view_if_needed()
        square(root, "Bob", "Drive").click()
        assert status(root).startswith("Bob – Drive: liked.")


def test_an_untrusted_notebook_shows_the_picture(page, lab, likes, outside):
    data, metadata = likes._repr_mimebundle_()
    stored = nbformat.v4.new_output("execute_result", data, metadata=metadata, execution_count=1)
    open_notebook(page, lab, notebook(lab, "stored.ipynb", SOURCE, outputs=[stored]))
    picture = output(cell(page, "visuals.bipartite")).get_by_role("img", name="Ann likes Alien")
    picture.wait_for()
    assert picture.bounding_box()["width"] > 500
    assert page.locator(".gr-root").count() == 0
    screenshot(page, "bipartite-untrusted")
    assert outside == []


def test_in_notebook_7_by_keyboard(page, notebook7, outside):
    root = in_lab(page, notebook7, "likes.ipynb")
    square(root, "Ann", "Alien").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "Enter", "d", "d"):
        page.keyboard.press(key)
    assert status(root).startswith("Bob – Drive: liked.")
    assert page.locator(".jp-Notebook .jp-Cell").count() == 2
    assert outside == []


@pytest.mark.skipif(
    importlib.util.find_spec("anywidget") is None, reason="anywidget is an extra (live)"
)
def test_live_tells_the_kernel_and_listens_to_it(page, lab, outside):
    root = in_lab(page, lab, "live.ipynb", "live = visual.live()\nlive", "live.likes[1]")
    root = page.locator(".gr-root").nth(1)
    square(root, "Bob", "Drive").click()
    said = output(run_cell(page, cell(page, "live.likes[1]")))
    said.get_by_text("[0, 1, 1, 1]").wait_for()
    write(page, cell(page, "live.likes[1]"), "live.likes = [[0] * 4] * 3")
    run_cell(page, cell(page, "live.likes ="))
    root.get_by_text("graph: 7 nodes, 0 edges").wait_for()
    assert outside == []


def test_the_graph_stands_still_while_a_hand_goes_over_the_matrix(page, fragment):
    root = opened(page, fragment(visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS)))
    svg = root.locator("svg")
    before = svg.bounding_box()
    for name in ("Ann likes Brazil", "Bob likes Drive", "Eve likes Alien"):
        root.get_by_role("button", name=name).hover()
        assert svg.bounding_box() == before
