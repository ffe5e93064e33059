"""The tree of semantic IDs by mouse and by keyboard, light and dark, on a phone."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width

X = np.array([[0, 0], [0.4, 0.2], [3, 1], [3.4, 1.3], [2.8, 0.6]])
WORDS = [np.array([[0.0, 0], [3, 1]]), np.array([[0.3, 0.2], [-0.2, -0.3]])]


def tree():
    return visuals.semantic_tree(X, WORDS, "abcde", 2)


@pytest.fixture
def words(drawn):
    return drawn(tree())


def test_a_prefix_is_a_group(page, words):
    assert status(words) == "c begins with 1. So do d, e."
    slider = words.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    assert "c begins with 1·" in status(words)
    page.keyboard.press("Home")
    assert "begins with nothing. So do a, b, d, e." in status(words)


def test_points_are_chosen_by_mouse_and_by_arrow_keys(page, words):
    words.locator("circle.gr-st-point").first.click()
    assert status(words).startswith("a begins with 0. So does b.")
    words.get_by_role("button", name="c 1").focus()
    page.keyboard.press("ArrowRight")
    assert status(words).startswith("d begins with 1")


def test_the_dark_page_is_readable(drawn):
    assert len(set(colors(drawn(tree(), True)))) == 2


def test_it_fits_a_phone(page, drawn):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(tree())
    assert width(page) <= 400
