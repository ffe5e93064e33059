"""Walks of length k, the walker and the filters: by mouse, by keyboard, light and dark."""

from __future__ import annotations

import re

import pytest

from graphrec_utils import graphs, toy, walks
from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status

NAMES = (toy.likes(), toy.USERS, toy.ITEMS)


# ------------------------------------------------------------- walks of length k
def test_the_slider_moves_the_radius_by_keyboard(on_a_page):
    page, root = on_a_page(visuals.khop(*NAMES))
    assert status(root).startswith("k = 0, even: the only walk from Ann ends at users (Ann).")
    root.get_by_role("slider").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert status(root) == (
        "k = 3, odd: all 6 walks from Ann end at items (Alien, Brazil and Cube). "
        "Reached for the first time: Cube."
    )
    page.keyboard.press("End")
    assert "Reached for the first time: Drive." in status(root)


def test_a_click_on_a_node_starts_there(on_a_page):
    _, root = on_a_page(visuals.khop(*NAMES))
    root.get_by_role("slider").fill("2")
    root.get_by_role("button", name="Cube, start here").click()
    assert status(root).startswith("k = 2, even: all 4 walks from Cube end at items")
    assert (
        root.get_by_role("table").get_attribute("aria-label") == "row of Cube in A to the power k"
    )


def test_a_finger_beside_a_mark_or_between_it_and_its_name_takes_the_node(on_a_page):
    page, root = on_a_page(visuals.khop(*NAMES))
    for name, way in (("Bob", -1), ("Cube", 1)):
        box = (
            root.get_by_role("button", name=f"{name}, start here")
            .locator(".gr-mark")
            .bounding_box()
        )
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for dx, dy in ((0, 18), (0, -18), (way * 15, 12), (-way * 17, 0)):
            root.get_by_role("button", name="Ann, start here").click()
            page.mouse.click(x + dx, y + dy)
            assert f"from {name} ends at" in status(root), (name, dx, dy)


def test_many_lines_are_thin_but_those_of_the_node_under_the_hand(on_a_page):
    films = [f"Film {k} (2001)" for k in range(9)]
    _, root = on_a_page(visuals.khop([[1] * 9] * 9, items=films))
    root.get_by_role("slider").fill("1")
    assert "end at items (Film 0, Film 1, Film 2 and 6 more)" in status(root)
    wide = "e => parseFloat(getComputedStyle(e).strokeWidth)"
    used = root.locator(".gr-link.gr-used")
    assert used.count() == 9 and used.first.evaluate(wide) < 2
    root.get_by_role("button", name="u0, start here").focus()
    assert used.first.evaluate(wide) == 4 and root.locator(".gr-khop-near").count() == 9


def test_the_arrow_keys_and_enter_start_at_another_node(on_a_page):
    page, root = on_a_page(visuals.khop(*NAMES))
    root.get_by_role("button", name="Ann, start here").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "from Bob" in status(root)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert "from Brazil" in status(root)


def test_the_table_holds_the_powers_up_to_the_one_shown(on_a_page):
    _, root = on_a_page(visuals.khop(*NAMES, longest=4))
    root.get_by_role("slider").fill("3")
    rows = root.get_by_role("row").all_inner_texts()
    numbers = [[int(x) for x in re.findall(r"\d+", row.split("\t", 1)[1])] for row in rows[1:]]
    assert numbers[3] == [0, 0, 0, 2, 3, 1, 0]
    assert numbers[4] == []


# ------------------------------------------------------------- the adjacency matrix
def row(root, name) -> list[str]:
    """The entries of a node's row, and their sum."""
    cells = root.get_by_role("row", name=re.compile(f"^{name}")).get_by_role("gridcell")
    return [text.strip() for text in cells.all_inner_texts()]


def test_a_power_moves_to_the_other_blocks(on_a_page):
    page, root = on_a_page(visuals.adjacency(*NAMES, longest=4))
    assert status(root) == "Row of Ann in A: Alien 1 and Brazil 1; the degree is 2."
    root.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert row(root, "Ann") == ["2", "1", "0", "0", "0", "0", "0", "3"]
    assert status(root) == "Row of Ann in A²: Ann 2 and Bob 1; the sum of the row is 3."


def test_normalizations_change_entries_and_sums(on_a_page):
    _, root = on_a_page(visuals.adjacency(*NAMES, forms=("row", "column", "symmetric")))
    assert {row(root, name)[-1] for name in ("Ann", "Alien", "Brazil")} == {"1.00"}
    root.get_by_role("button", name="symmetric").click()
    assert row(root, "Ann")[3:5] == [".71", ".50"]
    assert status(root).endswith("Alien is louder: 1 fan, Brazil has 2.")
    root.get_by_role("gridcell", name="row Ann, column Alien").click()
    assert (
        status(root) == "Row Ann, column Alien: .71, for 1 / √(deg(Ann) · deg(Alien)) = 1/√(2 · 1)."
    )


def test_a_node_of_the_graph_is_a_row_of_the_matrix(on_a_page):
    page, root = on_a_page(visuals.adjacency(*NAMES))
    root.get_by_role("button", name="Cube, show its row").focus()
    page.keyboard.press("Enter")
    assert status(root) == "Row of Cube in A: Bob 1 and Eve 1; the degree is 2."


def test_the_arrow_keys_move_among_the_cells(on_a_page):
    page, root = on_a_page(visuals.adjacency(*NAMES, longest=3))
    root.get_by_role("slider").fill("3")
    root.get_by_role("gridcell", name="row Ann, column Alien").click()
    page.keyboard.press("ArrowRight")
    assert status(root) == "Row Ann, column Brazil: 3, since 3 walks of length 3 lead there."
    page.keyboard.press("End")
    assert status(root) == "Row Ann, column Drive: 0, no walk of length 3 between the two."


# ------------------------------------------------------------- the walker
def test_the_buttons_walk_and_reset(on_a_page):
    _, root = on_a_page(visuals.walk(*NAMES))
    assert status(root).startswith("At the start, Ann.")
    root.get_by_role("button", name="Step →").click()
    assert status(root).startswith("Step 1:")
    root.get_by_role("button", name="+1,000").click()
    assert status(root).startswith("Step 1001:")
    root.get_by_role("button", name="Reset").click()
    assert status(root).startswith("At the start, Ann.")


def test_ten_thousand_steps_come_close_to_the_exact_shares(on_a_page):
    _, root = on_a_page(visuals.walk(*NAMES))
    chart = root.get_by_role("img", name=re.compile("Shares of visits"))

    def largest_error() -> float:
        return float(re.search(r"error is ([\d.]+)", chart.get_attribute("aria-label"))[1])

    assert largest_error() > 0.1
    for _ in range(10):
        root.get_by_role("button", name="+1,000").click()
    assert largest_error() < 0.02
    assert status(root).endswith("what the walk counts is what the formula says.")


def test_the_exact_shares_in_the_page_are_the_library_s(on_a_page):
    visual = visuals.walk(*NAMES, restart=0.4)
    _, root = on_a_page(visual)
    told = dict(re.findall(r"(\w+) (0\.\d\d)", visual.alt.split("exact shares: ")[1]))
    lines = {}
    for _ in range(25):
        root.get_by_role("button", name="Step →").click()
        name, line = re.search(r"its line: (\w+), .* its line ([\d.]+)\.", status(root)).groups()
        lines[name] = float(line)
    assert len(lines) > 1
    assert lines == pytest.approx({name: float(told[name]) for name in lines}, abs=0.006)


def test_the_restart_slider_walks_as_far_with_its_new_chance(on_a_page):
    page, root = on_a_page(visuals.walk(*NAMES))
    root.get_by_role("button", name="+100").click()
    before = status(root)
    root.get_by_role("slider").focus()
    page.keyboard.press("End")
    assert status(root).startswith(
        "Restart 0.95: home after every 1.1 steps, in the mean; Ann’s line goes from "
    )
    assert status(root).endswith(": home keeps more, all others together less.")
    page.keyboard.press("Home")
    told = re.search(r"Ann’s line goes from ([\d.]+) to ([\d.]+)", status(root))
    exact = [
        walks.ppr(graphs.adjacency(toy.likes().double()), [0], r)[0, 0].item() for r in (0.25, 0.05)
    ]
    assert [float(x) for x in told.groups()] == pytest.approx(exact, abs=0.006)
    assert status(root).endswith(": home keeps less, all others together more.")
    root.get_by_role("button", name="Step →").click()
    assert status(root).startswith("Step 101: ")
    assert status(root) != before


def test_another_start_begins_anew(on_a_page):
    _, root = on_a_page(visuals.walk(*NAMES))
    root.get_by_role("button", name="+100").click()
    root.get_by_role("button", name="Drive, start here").press("Enter")
    assert status(root).startswith("At the start, Drive.")


def test_play_walks_and_pauses(on_a_page):
    _, root = on_a_page(visuals.walk(*NAMES))
    root.get_by_role("button", name=re.compile("Play")).click()
    root.get_by_text(re.compile(r"^Step ([2-9]|\d\d+):")).wait_for()
    root.get_by_role("button", name=re.compile("Pause")).click()
    assert root.get_by_role("button", name=re.compile("Play")).count() == 1


# ------------------------------------------------------------- filters
def test_the_cut_off_moves_by_keyboard(on_a_page):
    page, root = on_a_page(visuals.spectrum(*NAMES))
    assert status(root).startswith(
        "The cut at 0.70 lets 2 of 3 pairs ±σ through; the others’ patterns are gone"
    )
    root.get_by_role("slider", name="cut-off").focus()
    page.keyboard.press("End")
    assert status(root).startswith("The cut at 1.00 lets 1 of 3 pairs")
    page.keyboard.press("Home")
    assert "The cut at 0.00 lets 3 of 3 pairs ±σ through." in status(root)
    assert status(root).endswith(
        "Nothing is cut: the scores are the likes themselves, normalized, and nothing is guessed."
    )


def test_the_cut_off_moves_by_dragging(on_a_page):
    page, root = on_a_page(visuals.spectrum(*NAMES))
    box = root.locator("svg.gr-spec").bounding_box()
    middle, height = box["x"] + box["width"] * (34 + 414 / 2) / 460, box["y"] + 60
    page.mouse.move(middle + 207 * 0.7, height)
    page.mouse.down()
    page.mouse.move(middle + 207 * 0.4, height)
    page.mouse.up()
    assert status(root).startswith("The cut at 0.40 lets 3 of 3 pairs")
    page.mouse.move(middle, height)
    assert status(root).startswith("The cut at 0.40"), "moves after the button is released"
    page.mouse.click(middle + 207 * 0.9, height)
    assert status(root).startswith("The cut at 0.40"), "a tap beside a stem pulls nothing"


def test_a_tapped_stem_shows_its_pattern_in_place_of_the_scores_and_is_told(on_a_page):
    page, root = on_a_page(visuals.spectrum(*NAMES))
    assert root.locator(".gr-spec-table").is_visible()
    dot = root.locator(".gr-spec-dot").nth(4).bounding_box()
    page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    assert status(root).startswith("λ = 0.87: its pattern enters the scores times 0.87.")
    assert not root.locator(".gr-spec-table").is_visible()
    root.get_by_role("button", name="0.50", exact=True).press("Enter")
    assert status(root).startswith("λ = 0.50: its pattern reaches no score.")
    root.get_by_role("button", name="the scores").click()
    assert status(root).startswith("The cut at 0.70") and root.locator("td").first.is_visible()


def test_the_last_layer_alone_gives_no_scores(on_a_page):
    _, root = on_a_page(visuals.spectrum(*NAMES))
    root.get_by_role("button", name="last layer only").click()
    assert status(root) == (
        "Last layer only, K = 3: 0 of 3 pairs ±σ reach a score. "
        "All scores of users and items are 0: the filter is even, +σ and −σ cancel."
    )
    cells = root.get_by_role("cell").all_inner_texts()
    assert set(cells) - {""} == {"0.00"}


def test_the_mean_of_layers_gives_lightgcn_s_scores(on_a_page):
    page, root = on_a_page(visuals.spectrum(toy.path()))
    root.get_by_role("button", name="mean of layers").click()
    # one-hot embeddings, K = 3, user u0: .2762, .2500, .0773
    assert root.get_by_role("row").nth(1).inner_text().split() == ["u0", "0.28", "0.25", "0.08"]
    root.get_by_role("slider", name="layers").focus()
    page.keyboard.press("Home")
    assert root.get_by_role("row").nth(1).inner_text().split() == ["u0", "0.35", "0.25", "0.00"]


def test_only_the_slider_that_matters_is_enabled(on_a_page):
    _, root = on_a_page(visuals.spectrum(*NAMES))
    assert root.get_by_role("slider", name="layers").count() == 0
    root.get_by_role("button", name="mean of layers").press("Enter")
    assert root.get_by_role("slider", name="cut-off").count() == 0
    assert root.get_by_role("slider", name="layers").is_visible()


# ------------------------------------------------------------- dark
@pytest.mark.parametrize("make", [visuals.adjacency, visuals.khop, visuals.walk, visuals.spectrum])
def test_text_is_readable_in_the_dark(on_a_page, make):
    _, root = on_a_page(make(*NAMES), dark=True)
    color, background = colors(root)
    light, dark = (sum(float(x) for x in re.findall(r"[\d.]+", c)[:3]) for c in (color, background))
    assert light > 600 and dark < 150


def test_sums_are_bars_and_the_verdict_says_what_they_mean(on_a_page):
    _, root = on_a_page(visuals.adjacency(*NAMES, forms=("row", "column", "symmetric")))
    verdict, one = root.locator(".gr-adj-verdict"), root.locator(".gr-adj-one")
    assert verdict.inner_text().startswith("Every row sums to 1")
    across = one.count()
    root.get_by_role("button", name="by columns").click()
    assert verdict.inner_text().startswith("Every column sums to 1") and one.count() == across
    root.get_by_role("button", name="symmetric").click()
    assert "its own mirror image" in verdict.inner_text() and one.count() == 0
    root.locator("td.gr-adj-cell").first.hover()  # pointing is enough
    assert "column" in status(root)


def test_an_edge_is_as_thick_as_its_entry(on_a_page):
    _, root = on_a_page(visuals.adjacency(*NAMES, forms=("row", "column", "symmetric")))
    thick = "[...document.querySelectorAll('.gr-link.gr-used')].map(e => parseFloat(getComputedStyle(e).strokeWidth))"

    def widths(form):
        root.get_by_role("button", name=re.compile(form)).click()
        root.page.wait_for_timeout(400)
        return root.page.evaluate(thick)

    root.get_by_role("button", name="Ann, show its row").click()
    alien, brazil = widths("columns")  # 1 and 1/2 of what they send
    assert alien > 1.6 * brazil
    assert len(set(widths("by rows"))) == 1


def test_the_lines_of_the_walk_stand_still_while_it_walks(on_a_page):
    _, root = on_a_page(visuals.walk(*NAMES))
    places = lambda: [x.get_attribute("x1") for x in root.locator(".gr-walk-tick").all()]  # noqa: E731
    before = places()
    for name in ("Step →", "+100", "+1,000"):
        root.get_by_role("button", name=name).click()
        assert places() == before


def test_a_row_of_the_table_is_a_number_of_steps(on_a_page):
    _, root = on_a_page(visuals.khop(*NAMES))
    root.get_by_role("rowheader", name="k = 2").click()
    assert status(root).startswith("k = 2, even: all 3 walks from Ann end at users (Ann and Bob).")
    assert root.get_by_role("slider").input_value() == "2"


def test_an_edge_is_its_two_cells(on_a_page):
    page, root = on_a_page(visuals.adjacency(*NAMES))
    box = root.locator(".gr-adj-hit").last.bounding_box()  # Eve – Drive
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert status(root).startswith("Row Eve, column Drive: 1")
    assert root.locator(".gr-adj-picked, .gr-adj-mirror").count() == 2


def test_the_graph_stands_still_while_a_hand_goes_over_the_matrix(on_a_page):
    _, root = on_a_page(visuals.adjacency(*NAMES))
    svg = root.locator("svg")
    before = svg.bounding_box()
    for name in ("row Ann, column Brazil", "row Brazil, column Eve", "row Drive, column Drive"):
        root.get_by_role("gridcell", name=name).hover()
        assert svg.bounding_box() == before


def test_a_sentence_begins_with_a_capital(on_a_page):
    _, root = on_a_page(visuals.spectrum(*NAMES))
    for name in ("last layer only", "mean of layers"):
        root.get_by_role("button", name=name).click()
        for view in ("the scores", "a pattern"):
            root.get_by_role("button", name=view).click()
            assert not re.search(r"\. [a-z]|^[a-z]", status(root))
