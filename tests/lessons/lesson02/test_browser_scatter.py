"""The map by mouse, by keyboard and by search; on a telephone; light and dark."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.labdriver import contrast, screenshot
from tests.browser.pages import alone, opened, violations, width

POINTS = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [5, 5]])
LABELS = ["Ann", "Bob", "Alien", "Brazil", "Cube"]


@pytest.fixture
def address(tmp_path):
    groups = ["user", "user", "item", "item", "item"]
    return alone(tmp_path, visuals.scatter(POINTS, LABELS, groups, [[2], [3], [0], [1], [0]]))


@pytest.fixture
def shown(page, address):
    return opened(page, address)


def status(shown) -> str:
    return shown.get_by_role("status").inner_text()


def hover(page, shown, right: float, up: float) -> None:
    """Point at a place of the map, in parts of its inner width and height."""
    box = shown.locator("canvas").bounding_box()
    edge = 16 / 560
    x = edge + right * (1 - 2 * edge)
    y = 16 / 400 + (1 - up) * (1 - 32 / 400)
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_pointing_names_the_node_and_its_neighbors(page, shown):
    assert status(shown).startswith("5 nodes. Is what is near on the map near")
    hover(page, shown, 1, 1)
    assert status(shown) == "Alien (item). Nearest in the full space: Ann."
    hover(page, shown, 0.52, 0.49)
    assert status(shown).startswith("Cube (item).")
    screenshot(shown, "scatter-light")


def test_arrow_keys_go_to_the_next_node_in_their_direction(page, shown):
    shown.locator(".gr-map").focus()
    for key, name in (
        ("ArrowRight", "Ann"),  # the first one, wherever the arrow points
        ("ArrowRight", "Cube"),
        ("ArrowRight", "Bob"),
        ("ArrowUp", "Alien"),
        ("ArrowLeft", "Cube"),
        ("ArrowDown", "Cube"),  # nothing below within 45 degrees
    ):
        page.keyboard.press(key)
        assert status(shown).startswith(f"{name} ("), key


def test_the_search_finds_parts_of_names(page, shown):
    field = shown.get_by_role("searchbox")
    field.fill("b")
    assert status(shown) == "3 names found."
    page.keyboard.press("Enter")
    assert status(shown).startswith("Bob (user).")
    page.keyboard.press("Enter")
    assert status(shown).startswith("Brazil (item).")
    field.fill("zzz")
    assert status(shown) == "No name contains “zzz”."
    shown.get_by_role("button", name="Reset").click()
    assert status(shown).startswith("5 nodes. Is what is near on the map near")
    assert field.input_value() == ""


def test_it_asks_which_one_is_nearest_and_takes_an_answer(page, shown):
    shown.get_by_role("button", name="Which pin is nearest?").click()
    assert status(shown).startswith("Which one is nearest to Bob (user), the one with the ring")
    shown.locator(".gr-map").focus()
    page.keyboard.press("ArrowUp")
    assert status(shown).endswith("Now at Alien.")
    page.keyboard.press("Enter")
    assert status(shown).startswith("Alien, number 2 on the map, is not its nearest")
    assert status(shown).endswith("Right: 0 of 1.")
    shown.get_by_role("button", name="Reset").click()
    assert status(shown).startswith("5 nodes. Is what is near on the map near")


def test_a_pin_can_be_dropped_in_and_dragged(page, shown):
    shown.get_by_role("button", name="Drop a pin in").click()
    assert status(shown).startswith("Nearest to your pin on the map: 3 item and 2 user.")
    star = shown.locator(".gr-star")
    before = star.bounding_box()
    page.keyboard.press("ArrowLeft")
    assert star.bounding_box()["x"] < before["x"]
    star.hover()
    page.mouse.down()
    page.mouse.move(before["x"] + 60, before["y"] + 40, steps=3)
    page.mouse.up()
    assert star.bounding_box()["x"] > before["x"] + 20


def test_the_canvas_is_drawn_in_the_groups_colors(page, shown):
    seen = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let [blue, orange] = [0, 0];
            for (let k = 0; k < data.length; k += 4) {
                if (data[k + 3] < 100) continue;
                if (data[k + 2] > data[k] + 60) blue++;
                if (data[k] > data[k + 2] + 60) orange++;
            }
            return [blue, orange];
        }"""
    )
    assert min(seen) > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_and_axe_finds_nothing_serious(new_page, address, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(address)
    root = page.locator(".gr-root")
    hover(page, root, 0, 0)
    assert violations(page) == []
    assert contrast(root.get_by_role("status")) >= 4.5
    screenshot(root, f"scatter-{scheme}")


def test_nothing_is_wider_than_a_telephone(new_page, address):
    page = new_page(viewport={"width": 380, "height": 800})
    page.goto(address)
    page.locator(".gr-root").wait_for()
    assert width(page) <= 380


def test_a_search_is_answered_while_a_star_or_a_question_stands(shown):
    shown.get_by_role("button", name="Drop a pin in").click()
    field = shown.get_by_role("searchbox")
    field.fill("b")
    assert status(shown).startswith("3 names found, 3 of them among the five")
    shown.get_by_role("button", name="Which pin is nearest?").click()
    field.fill("cu")
    assert status(shown).startswith("1 name found. Which one is nearest to")
