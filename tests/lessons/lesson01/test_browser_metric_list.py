"""The ranked list by mouse and by keyboard, in light and dark, on a telephone."""

from __future__ import annotations

import pytest

from graphrec_utils.lessons.lesson01.visuals.metric_list import measured
from graphrec_utils.plots import visuals
from tests.browser.labdriver import contrast, screenshot
from tests.browser.pages import alone, opened, width


@pytest.fixture
def address(tmp_path):
    """A page that holds the visual and nothing else."""
    return alone(tmp_path, visuals.metric_list([0, 1, 0, 0, 1, 0, 1], missed=0, top=5))


@pytest.fixture
def shown(page, address):
    return opened(page, address)


def numbers(root) -> dict[str, str]:
    rows = root.get_by_role("table", name="Metrics").get_by_role("row").all()
    return {row.locator("th").inner_text(): row.locator(".gr-number").inner_text() for row in rows}


def expected(*state) -> dict[str, str]:
    return {name: f"{value:.3f}" for name, value in measured(*state).items()}


def place(root, rank):
    return root.get_by_role("button", name=f"Rank {rank} is relevant")


def focused(page) -> str:
    return page.evaluate("document.activeElement.ariaLabel")


def test_the_table_shows_the_metrics_of_the_package(shown):
    assert numbers(shown) == expected([0, 1, 0, 0, 1, 0, 1], 0, 5)


def test_a_click_switches_a_place(shown):
    place(shown, 1).click()
    assert place(shown, 1).get_attribute("aria-pressed") == "true"
    assert numbers(shown) == expected([1, 1, 0, 0, 1, 0, 1], 0, 5)
    shown.get_by_role("button", name="Reset").click()
    assert numbers(shown) == expected([0, 1, 0, 0, 1, 0, 1], 0, 5)


def test_arrow_keys_move_and_enter_and_space_switch(shown, page):
    for _ in range(4):  # two sliders, Reset, then the list
        page.keyboard.press("Tab")
    assert focused(page) == "Rank 1 is relevant"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    assert focused(page) == "Rank 7 is relevant, after the cut"
    page.keyboard.press(" ")
    assert numbers(shown) == expected([0, 0, 0, 0, 1, 0, 0], 0, 5)


def test_the_sliders_move_the_cut_and_the_missed_items(shown, page):
    shown.get_by_role("slider", name="top").focus()
    page.keyboard.press("End")
    shown.get_by_role("slider", name="relevant, not in the list").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert numbers(shown) == expected([0, 1, 0, 0, 1, 0, 1], 2, 7)
    assert "the careless NDCG forgives the 2 that yours lacks" in (
        shown.locator(".gr-status").inner_text()
    )
    assert shown.locator(".gr-ideal.gr-filled").count() == 3  # as many hits as the list has
    assert shown.locator(".gr-ideal.gr-forgiven").count() == 2


def test_without_relevant_items_there_is_no_value(shown):
    for rank in (2, 5, 7):
        place(shown, rank).click()
    assert set(numbers(shown).values()) == {"–"}
    assert "left out of every mean" in shown.locator(".gr-status").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_texts_are_readable(scheme, new_page, address):
    page = new_page(color_scheme=scheme)
    page.goto(address)
    root = page.locator(".gr-root")
    leaves = root.locator("xpath=.//*[not(*) and normalize-space()]").all()
    assert len(leaves) > 30
    faint = [(leaf.text_content(), contrast(leaf)) for leaf in leaves]
    assert [(text, round(ratio, 2)) for text, ratio in faint if ratio < 4.5] == []
    screenshot(page, f"metric-list-{scheme}")


def test_nothing_is_wider_than_a_telephone(new_page, address):
    page = new_page(viewport={"width": 380, "height": 900})
    page.goto(address)
    page.locator(".gr-root").wait_for()
    assert width(page) <= 380
    screenshot(page, "metric-list-narrow")


def test_the_thick_line_is_pulled_and_presses_no_place(shown, page):
    pressed = [x.get_attribute("aria-pressed") for x in shown.locator(".gr-place").all()]
    column = shown.locator(".gr-rank.gr-cut").bounding_box()
    far = shown.locator(".gr-rank").nth(1).bounding_box()
    y = place(shown, 5).bounding_box()["y"] + 20
    page.mouse.move(column["x"] + column["width"] - 2, y)
    page.mouse.down()
    page.mouse.move(far["x"] + far["width"] + 3, y, steps=5)
    page.mouse.up()
    assert shown.get_by_role("slider", name="top").input_value() == "2"
    assert [x.get_attribute("aria-pressed") for x in shown.locator(".gr-place").all()] == pressed
    shown.get_by_role("button", name="Cut after 6 places").click()
    assert shown.get_by_role("slider", name="top").input_value() == "6"
    assert shown.locator(".gr-status").inner_text().startswith("Cut after 6: ")
    place(shown, 1).click()  # a place is still a place
    assert place(shown, 1).get_attribute("aria-pressed") == "true"


def test_a_pull_is_told_from_where_it_began(shown, page):
    line = shown.locator(".gr-rank.gr-cut").bounding_box()
    y = place(shown, 5).bounding_box()["y"] + 20
    page.mouse.move(line["x"] + line["width"] - 2, y)
    page.mouse.down()
    for rank in (6, 7):  # on the way recall rises at 7 alone, then stays
        far = shown.locator(".gr-rank").nth(rank - 1).bounding_box()
        page.mouse.move(far["x"] + far["width"] - 2, y, steps=4)
    said = shown.locator(".gr-status").inner_text
    assert said().startswith("Cut after 7: precision rises to 0.429, recall rises to 1.000. ")
    back = shown.locator(".gr-rank").nth(5).bounding_box()
    page.mouse.move(back["x"] + back["width"] - 2, y, steps=4)
    assert said().startswith("Cut after 6: precision falls to 0.333, recall stays. ")
    page.mouse.up()
