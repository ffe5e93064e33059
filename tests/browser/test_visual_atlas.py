"""The atlas: by mouse, by keyboard, narrow, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

ASKED = "When did sequences take over? Pull the line. 25 of 25 systems, 2018 to 2026."


SEEN = ("OmniSage", "XWalk", "TIGER", "HSTU", "Pixie")


@pytest.fixture
def show(on_a_page):
    """A function that puts the atlas on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(visuals.atlas(), **look)


def rows(root) -> list[str]:
    root.locator(".gr-at-list").evaluate("x => x.classList.add('gr-at-all')")
    return root.locator(".gr-at-row:visible .gr-at-name").all_inner_texts()


def test_filters_are_joined_and_show_all_forgets_them(show):
    _, root = show()
    everything = len(rows(root))
    root.get_by_role("combobox", name="Graph").select_option("many types")
    root.get_by_role("combobox", name="Built of").select_option("walk")
    assert [name.split()[0] for name in rows(root)] == ["MultiBiSage", "OmniSage"]
    assert status(root) == (
        "2 of 25 systems, 2022 to 2025 (many types, built of walk), from MultiBiSage to OmniSage."
    )
    root.get_by_role("combobox", name="Company").select_option("Snap")
    assert status(root) == "No system is all of this."
    root.get_by_role("button", name="Show all").click()
    assert len(rows(root)) == everything
    root.get_by_label("in the lecture").check()
    assert not {"TIGER ᴬ", "HSTU ᴬ"} & set(rows(root))


def test_marks_are_told_where_they_are_seen(show):
    _, root = show()
    assert "ᴬ" not in status(root)
    root.get_by_role("button", name="List").click()
    assert status(root).endswith("2018 to 2026; of 23 (marked ᴬ) only the abstract was read.")
    root.get_by_role("button", name="List").click()
    assert status(root) == ASKED


def test_the_line_is_pulled_to_a_year_and_says_what_came_before_and_after(show):
    page, root = show()
    box, knob = (
        root.locator(x).bounding_box() for x in (".gr-at-time", ".gr-at-knob circle >> nth=0")
    )
    y = knob["y"] + knob["height"] / 2
    page.mouse.move(knob["x"] + 8, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.58, y, steps=4)
    page.mouse.up()
    assert status(root) == (
        "Until 2023, 3 of 11 of these systems read sequences of what people did; after it, 7 of 14."
    )
    kinds = lambda name: root.locator(".gr-at-mark", has_text=name).get_attribute("class")  # noqa: E731
    assert [name for name in SEEN if "gr-at-dim" in kinds(name)] == ["OmniSage", "HSTU"]
    root.locator(".gr-at-mark", has_text="OmniSage").hover()
    assert [name for name in SEEN if "gr-at-dim" in kinds(name)] == ["XWalk", "TIGER", "HSTU"]
    page.mouse.move(1, 1)
    line = root.get_by_role("slider", name="Until which year")
    line.focus()
    page.keyboard.press("ArrowLeft")
    assert status(root).startswith("Until 2022, 2 of 7")
    root.get_by_role("button", name="Show all").click()
    assert line.get_attribute("aria-valuenow") == "2026" and status(root) == ASKED


def test_a_row_and_a_square_open_by_keyboard_and_say_what_was_read(show):
    page, root = show()
    assert root.locator(".gr-at-row:visible").count() == 0
    root.get_by_role("button", name="List").click()
    assert root.locator(".gr-at-row:visible").count() == 25
    root.locator(".gr-at-row").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    inside = root.locator(".gr-at-cells").inner_text()
    assert "arxiv.org/abs/1806.01973; read: the paper" in inside
    assert root.locator('.gr-at-row[aria-expanded="true"]').inner_text().startswith("PinSage")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert "its abstract only" in root.locator(".gr-at-cells").inner_text()
    page.keyboard.press("Enter")
    assert root.locator(".gr-at-cells").count() == 0
    root.get_by_role("button", name="PinSage, Pinterest").focus()
    page.keyboard.press("ArrowDown")
    assert status(root).startswith("MultiBiSage (Pinterest, 2022): many types. Built on PinSage")
    page.keyboard.press("Enter")
    assert "six bipartite graphs" in root.locator(".gr-at-cells").inner_text()


def test_a_square_shows_what_belongs_to_it_and_opens_its_row(show):
    _, root = show()
    square = root.locator(".gr-at-mark", has_text="MultiBiSage")
    square.hover()
    lit = root.locator(".gr-at-lit text").all_text_contents()
    assert {"Pixie", "PinSage", "MultiBiSage"} <= set(lit) and "TwHIN" not in lit
    square.click()
    assert root.locator('.gr-at-row[aria-expanded="true"]').inner_text().startswith("MultiBiSage")
    assert "PinSage and Pixie" in root.locator(".gr-at-cells").inner_text()


def test_a_square_opens_its_row_under_the_drawing_which_stays_in_view(show):
    _, root = show()
    drawing, cells = root.locator(".gr-at-time"), root.locator(".gr-at-cells")
    before = drawing.bounding_box()
    for name in ("OmniSage", "Pixie", "OmniSage"):
        root.locator(".gr-at-mark", has_text=name).click()
        assert root.locator('.gr-at-row[aria-expanded="true"]').inner_text().startswith(name)
        assert drawing.bounding_box() == before
        assert 0 < cells.bounding_box()["y"] - before["y"] - before["height"] < 80
    root.locator('.gr-at-row[aria-expanded="true"]').click()  # closed, it is back in its place
    assert rows(root)[0].startswith("Pixie") and cells.count() == 0
    last = root.locator(".gr-at-row").last
    last.click()
    assert last.bounding_box()["y"] < cells.bounding_box()["y"]


@pytest.mark.parametrize(("wide", "dark"), [(1000, False), (400, True)])
def test_it_fits_and_readers_of_screens_can_use_it(show, wide, dark):
    page, root = show(width=wide, dark=dark)
    root.get_by_role("button", name="PinSage, Pinterest").click()
    assert root.locator(".gr-at-cells").count() == 1
    assert width(page) <= wide
    named = root.locator(".gr-at-mark text:visible").all_text_contents()
    assert len(named) == (25 if wide > 400 else 10) and "For You feed" in named
    assert violations(page) == []


def test_a_filter_is_told_whoever_was_pressed_before(show):
    page, root = show()
    square = root.locator(".gr-at-mark", has_text="OmniSage")
    square.click()
    assert status(root).startswith("OmniSage (Pinterest")
    for way in ("codes", "walk"):  # OmniSage is not of the one, but of the other
        root.get_by_role("combobox", name="Built of").select_option(way)
        assert f"(built of {way}), from " in status(root)
    page.mouse.move(5, 5)
    square.hover()
    assert status(root).startswith("OmniSage (Pinterest")


def test_who_is_filtered_away_is_told_again_only_when_pressed(show):
    _, root = show()
    square = root.locator(".gr-at-mark", has_text="OmniSage")
    square.dispatch_event("click")  # as a finger leaves it
    root.get_by_role("combobox", name="Built of").select_option("codes")
    other = root.locator(".gr-at-mark", has_text="TIGER")
    for event in ("pointerenter", "pointerleave"):
        other.dispatch_event(event)
    assert status(root).startswith("4 of 25 systems, 2023 to 2026 (built of codes)")
    square.dispatch_event("click")
    assert status(root).startswith("OmniSage (Pinterest")


@pytest.mark.parametrize("place", [".gr-at-mark", ".gr-at-row"])
def test_escape_closes_a_card(show, place):
    page, root = show()
    root.get_by_role("button", name="List").click()
    root.locator(place).first.click()
    card = root.locator(".gr-at-cells")
    assert card.count() == 1
    page.keyboard.press("Escape")
    assert card.count() == 0
    page.keyboard.press("Enter")  # whoever had it open stands there still
    assert card.count() == 1


@pytest.mark.parametrize("dark", [False, True])
def test_systems_past_the_line_can_be_counted_and_who_is_opened_is_in_full_ink(show, dark):
    page, root = show(dark=dark)
    line = root.get_by_role("slider", name="Until which year")
    line.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert status(root).endswith("after it, 7 of 14.")
    past = root.locator(".gr-at-mark.gr-at-dim")
    assert past.count() == 14
    ink = lambda mark, part: mark.locator(part).evaluate(SEEN_INK)  # noqa: E731
    assert all(ink(mark, ".gr-at-dot") >= 0.4 and ink(mark, "text") >= 0.6 for mark in past.all())
    opened = root.locator(".gr-at-mark", has_text="OmniSage")
    opened.click()
    page.mouse.move(1, 1)
    for name in ("OmniSage", "PinRec", "Pixie"):  # it, and what else its company built
        mark = root.locator(".gr-at-mark", has_text=name)
        assert ink(mark, ".gr-at-dot") == ink(mark, "text") == 1


# what is left of an element's ink after its own opacity and that of all around it
SEEN_INK = "x => { let all = 1; for (; x; x = x.parentElement) all *= getComputedStyle(x).opacity; return all; }"


def test_a_key_says_what_the_colors_mean(show):
    _, root = show()
    key = root.locator(".gr-at-key")
    assert key.inner_text().split("\n") == [
        "on a graph", "reads sequences of what people did", "neither"]  # fmt: skip
    look = lambda dot: dot.evaluate("x => getComputedStyle(x).fill")  # noqa: E731
    colors = [look(dot) for dot in key.locator(".gr-at-dot").all()]
    assert len(set(colors)) == 3
    for name, color in zip(("OmniSage", "TIGER", "Semantic IDs"), colors, strict=True):
        assert look(root.locator(".gr-at-mark", has_text=name).locator(".gr-at-dot")) == color


def test_arrow_keys_reach_systems_past_the_line(show):
    page, root = show()
    root.get_by_role("slider", name="Until which year").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    root.get_by_role("button", name="TIGER, ").focus()
    page.keyboard.press("ArrowRight")
    assert status(root).startswith("HSTU (")


def test_neither_bold_nor_focus_stays_on_whom_a_filter_hides(show):
    page, root = show()
    root.get_by_role("button", name="MultiBiSage, ").focus()
    page.keyboard.press("Enter")
    graph = root.get_by_role("combobox", name="Graph")
    graph.select_option("sequence")
    root.get_by_role("combobox", name="Company").select_option("Pinterest")
    gone = root.locator(".gr-at-mark.gr-at-gone")
    assert gone.count() == 20 and root.locator(".gr-at-cells").count() == 0
    assert root.locator(".gr-at-lit, .gr-at-open, .gr-at-mark:focus").count() == 0
    assert root.locator(".gr-at-mark[tabindex='0']").text_content() == "PinnerSage"
    root.locator(".gr-at-mark", has_text="PinRec").hover()
    assert root.locator(".gr-at-lit.gr-at-gone").count() == 0
    assert set(root.locator(".gr-at-lit text").all_text_contents()) == {
        "PinnerSage", "PinnerFormer", "PinRec", "TransAct V2", "PinFM"}  # fmt: skip


def test_the_line_follows_the_hand_and_its_ring_is_around_its_knob(show):
    page, root = show()
    knob, line = root.locator(".gr-at-knob circle").first, root.locator(".gr-at-knob line")
    place = lambda: knob.bounding_box()["x"]  # noqa: E731
    before, y = place(), knob.bounding_box()["y"] + 8
    page.mouse.move(before + 16, y)  # beside its middle: it does not jump
    page.mouse.down()
    for left in (0, 5, 12, 20):
        page.mouse.move(before + 16 - left, y)
        assert before - place() == pytest.approx(left, abs=0.5)
    root.get_by_role("button", name="List").focus()
    page.keyboard.press("Shift+Tab")
    root.get_by_role("slider", name="Until which year").focus()
    page.keyboard.press("ArrowLeft")
    held = root.locator(".gr-at-knob")
    assert held.evaluate("x => getComputedStyle(x).outlineStyle") == "none"
    assert root.locator(".gr-at-ring").evaluate("x => getComputedStyle(x).strokeWidth") == "3px"
    assert line.bounding_box()["height"] > 200
