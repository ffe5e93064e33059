"""The tree of semantic IDs by mouse and by keyboard, light and dark, on a phone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, violations, width

X = np.array([[0, 0], [0.4, 0.2], [3, 1], [3.4, 1.3], [2.8, 0.6]])
WORDS = [np.array([[0.0, 0], [3, 1]]), np.array([[0.3, 0.2], [-0.2, -0.3]])]


def tree():
    return visuals.semantic_tree(X, WORDS, "abcde", 2)


@pytest.fixture
def words(drawn):
    return drawn(tree())


def test_a_prefix_is_a_group(page, words):
    assert status(words) == "c begins with 1. So do d and e."
    slider = words.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert "c begins with 1·" in status(words)
    page.keyboard.press("Home")
    assert "begins with nothing. So do a, b, d and e." in status(words)


def test_points_are_chosen_by_mouse_and_by_arrow_keys(page, words):
    assert words.locator(".gr-st-pick text").all_text_contents() == list("abcde")  # at the points
    words.locator(".gr-st-pick").first.click()
    assert status(words).startswith("a begins with 0. So does b.")
    words.get_by_role("button", name="c 1").focus()
    page.keyboard.press("ArrowRight")
    assert status(words).startswith("d begins with 1")


def test_a_new_pin_is_carried_by_mouse_and_gets_its_word(page, words):
    pin = words.get_by_role("button", name="new pin")
    before = pin.get_attribute("aria-label")
    a = words.locator(".gr-st-pick circle").first.bounding_box()
    pin.locator(".gr-st-halo").hover()
    page.mouse.down()
    page.mouse.move(a["x"] + 4, a["y"] + 4, steps=5)
    page.mouse.up()
    assert status(words) == "The new pin begins with 0. So do a and b."
    assert pin.get_attribute("aria-label") != before
    assert words.get_by_role("button", name="new 0·").get_attribute("aria-pressed") == "true"


def test_a_new_pin_is_carried_by_keys(page, words):
    pin = words.get_by_role("button", name="new pin")
    pin.focus()
    page.keyboard.press("Enter")
    assert status(words).startswith("The new pin begins with 1. So do c, d and e.")
    for _ in range(16):
        page.keyboard.press("ArrowLeft")
    assert status(words).startswith("The new pin begins with 0. So do a and b.")
    assert "spelling 0·" in pin.get_attribute("aria-label")


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_serious_for_screen_readers(page, drawn, dark):
    drawn(tree(), dark)
    assert violations(page, ".gr-root") == []


def test_the_dark_page_is_readable(drawn):
    assert len(set(colors(drawn(tree(), True)))) == 2


def test_it_fits_a_phone(page, drawn):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(tree())
    assert width(page) <= 400


def test_a_tap_on_the_plane_puts_the_new_pin_there(page, words):
    plane = words.get_by_role("group", name="points, their centers")
    box = plane.bounding_box()
    page.mouse.click(box["x"] + 4, box["y"] + box["height"] - 4)
    assert status(words).startswith("The new pin begins with 0.")


def test_borders_are_no_stairs(words):
    d = words.locator(".gr-st-border").get_attribute("d")
    lines = re.findall(r"M(\S+) (\S+)L(\S+) (\S+)", d)
    straight = sum(a == x or b == y for a, b, x, y in lines)
    assert len(lines) > 10 and straight < len(lines) / 2
