"""Lists fused: mouse, keyboard, narrow, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

LISTS = {
    "item2item": [1207, 3, 88, 2041, 17], "iALS": [88, 1207, 555, 4, 9],
    "L3": [2741, 88, 61, 3, 12], "pictures": [17, 61, 1999, 2000, 2001],
}  # fmt: skip


@pytest.fixture
def show(on_a_page):
    """A function that puts the visual on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(visuals.fusion(LISTS, saved=[88, 17, 4000]), **look)


def test_an_item_s_places_are_told_and_votes_change_the_list(show):
    _, root = show()
    assert "place 1" in status(root)
    root.get_by_role("button", name="item 17, saved later, rank 5").first.click()
    assert "5 in item2item and 1 in pictures; 1/(60 + 5) + 1/(60 + 1) = 0.0318" in status(root)
    root.get_by_role("checkbox", name="pictures").uncheck()
    assert "Item 17: rank 5 in item2item; 1/(60 + 5)" in status(root)
    for name in ("item2item", "iALS", "L3"):
        root.get_by_role("checkbox", name=name).uncheck()
    assert status(root) == "Nobody has a vote: there is no list."
    assert root.locator("tbody td:last-child button:visible").count() == 0


def test_what_was_pulled_is_what_the_keys_go_on_with(show):
    page, root = show()
    box = root.locator("tbody tr").first.locator("button").nth(1).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 9, box["y"] + 12 + 3 * 29, steps=6)
    page.mouse.up()
    assert status(root).startswith("Item 88, pulled from 1 to 4 in iALS")
    page.keyboard.press("Shift+ArrowDown")
    assert status(root).startswith("Item 88, pulled from 1 to 5 in iALS")


def test_the_first_of_the_fused_list_may_be_nobody_s_first_choice(on_a_page):
    lists = {"one": [1, 9, 2], "two": [3, 9, 4], "three": [5, 6, 9]}
    _, root = on_a_page(visuals.fusion(lists))
    assert status(root).startswith(
        "Nobody's first choice is first: item 9 has places 2, 2 and 3 in 3 lists. 1/(60 + 2)"
    )


def test_it_works_by_keys(show):
    page, root = show()
    root.locator(".gr-chip").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert status(root).startswith("Item 1207: rank 1 in item2item and 2 in iALS")
    root.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert "1/(1 + 1) + 1/(1 + 2) = 0.8333" in status(root)


def test_an_item_is_pulled_down_its_list_and_falls_in_the_fused_one(show):
    page, root = show()
    assert root.locator(".gr-fuse-flow path").count() == 3  # a vote of each list that has it
    first = lambda: root.locator("tbody tr").first.locator("button").last.inner_text()  # noqa: E731
    assert first() == "88 ★"
    box = root.locator("tbody tr").first.locator("button").nth(1).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 9, box["y"] + 12 + 4 * 29, steps=6)
    page.mouse.up()
    assert status(root).startswith(
        "Item 88, pulled from 1 to 5 in iALS: its vote there is 1/65 instead of 1/61"
    )
    page.keyboard.press("Tab")
    moved = root.locator("tbody tr").nth(4).locator("button").nth(1)
    moved.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert "to 4 in iALS: its vote there is 1/64" in status(root)
    root.get_by_role("checkbox", name="iALS").uncheck()
    assert root.locator(".gr-fuse-flow path").count() == 2
    root.get_by_role("button", name="Reset").click()
    assert root.locator("tbody tr").first.locator("button").nth(1).inner_text() == "88 ★"
    begun = status(root)
    root.locator(".gr-chip").last.click()
    assert status(root) != begun
    root.get_by_role("button", name="Reset").click()
    assert status(root) == begun  # the item that was pressed is let go, too


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []
