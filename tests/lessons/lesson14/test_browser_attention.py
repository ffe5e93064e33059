"""The attention map and the two levels of lesson 14 by mouse and by keyboard."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import status

K = np.array([[[1.0, 0], [0, 1], [0, 0]], [[1, 1], [0, 0], [0, 0]], [[0, 0], [0, 0], [0, 0]]])
EMPTY = [[False, False, True], [False, True, True], [True, True, True]]
PINS = [
    {"name": f"pin {k}", "itself": 0.4, "graphs": [
        {"name": "boards", "looks": 0.6, "near": [("pin 3", 0.7), ("pin 5", 0.3)]},
        {"name": "ads", "looks": 0.0, "near": []}]}
    for k in (7, 8)
]  # fmt: skip


@pytest.fixture
def attention(drawn):
    made = visuals.attention_map(["one", "two", "alone"], [[1, 0], [0, 1], [1, 1]], K, EMPTY)
    return drawn(made)


@pytest.fixture
def both(drawn):
    return drawn(visuals.levels(PINS))


def test_empty_places_take_a_part_when_they_are_heard(attention):
    assert "Empty places get nothing" in status(attention)
    attention.get_by_role("button", name="Let empty places be heard").click()
    assert float(re.search(r"take (\S+) of it", status(attention))[1]) > 0.2
    attention.get_by_role("button", name="Mask empty places").click()
    assert "Empty places get nothing" in status(attention)


def test_pins_are_chosen_with_the_arrow_keys(page, attention):
    attention.get_by_role("button", name="one", exact=True).focus()
    page.keyboard.press("ArrowDown")
    assert status(attention).startswith("two has 1 neighbor in 3 places")
    page.keyboard.press("ArrowDown")
    assert "hears nobody" in status(attention)


def test_graphs_and_pins_are_chosen(page, both):
    assert "looks at boards with 0.60" in status(both)
    both.get_by_role("button", name="boards").focus()
    page.keyboard.press("ArrowDown")
    assert "has no neighbor in ads" in status(both)
    both.get_by_role("button", name="pin 8").click()
    assert status(both).startswith("pin 8")
