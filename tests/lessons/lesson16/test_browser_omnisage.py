"""The three losses and the semantic IDs of lesson 16 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width

X = np.array([[0, 0], [0.4, 0.2], [3, 1], [3.4, 1.3], [2.8, 0.6]])
WORDS = [np.array([[0.0, 0], [3, 1]]), np.array([[0.3, 0.2], [-0.2, -0.3]])]


def losses():
    return visuals.three_losses({"entity-entity": {"pins": 0.25, "users": 0.06}}, on="ef")


def tree():
    return visuals.semantic_tree(X, WORDS, "abcde", 2)


@pytest.fixture
def switches(drawn):
    return drawn(losses())


@pytest.fixture
def words(drawn):
    return drawn(tree())


def test_a_loss_that_is_off_reaches_nobody(switches):
    assert "Nothing reaches the user transformer" in status(switches)
    assert switches.locator("rect.gr-tw-lit").count() == 3
    switches.get_by_role("button", name="entity-feature").click()
    assert "the feature network" in status(switches) and "pins 0.250, users 0.060" in status(
        switches
    )
    switches.get_by_role("button", name="entity-entity").click()
    assert "nothing learns" in status(switches) and switches.locator("rect.gr-tw-lit").count() == 0


def test_switches_answer_to_the_keyboard(page, switches):
    switches.get_by_role("button", name="user-entity").focus()
    page.keyboard.press("Enter")
    assert "Nothing reaches" not in status(switches)
    assert switches.locator("path.gr-tw-flow").count() == 4


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


@pytest.mark.parametrize("make", [losses, tree])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [losses, tree])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400
