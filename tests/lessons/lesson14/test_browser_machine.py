"""The machine of lesson 14 by mouse and by keyboard, on a page of its own, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width
from tests.lessons.lesson14.made import MISSED, PINS


@pytest.fixture
def machine(drawn):
    return drawn(visuals.machine(PINS, MISSED))


def graph(root, name: str):
    return root.get_by_role("button", name=f"{name}, take away")


def wide(root) -> list[float]:
    """Return how wide the lines into the one vector are, the pin itself first."""
    lines = root.locator(".gr-mac-flow").all()
    return [float(x.evaluate("e => parseFloat(e.style.strokeWidth)")) for x in lines]


def test_a_line_is_as_wide_as_the_attention_and_nobody_says_nothing(machine):
    assert "most is heard from board-pin, 0.60. Nobody in user-ad" in status(machine)
    own, boards, ads = wide(machine)
    assert boards > own > ads == 0
    machine.get_by_role("button", name="ads", exact=True).click()
    assert wide(machine)[2] > 0 and "Nobody" not in status(machine)


def test_a_graph_that_is_pressed_is_away_and_its_recall_is_told(machine):
    hidden = machine.get_by_text("take it away", exact=True)
    assert [x.is_visible() for x in hidden.all()] == [True, True]
    graph(machine, "board-pin").click()
    assert graph(machine, "board-pin").get_attribute("aria-pressed") == "true"
    assert "finds 0.225 instead of 0.235. Lost: 0.010, from 0.006 to 0.014." in status(machine)
    assert [x.is_visible() for x in hidden.all()] == [False, True]
    assert wide(machine)[1] == 0
    graph(machine, "user-ad").click()  # one at a time
    assert graph(machine, "board-pin").get_attribute("aria-pressed") == "false"
    assert "one cannot tell" in status(machine)
    machine.get_by_role("button", name="Put it back").click()
    assert "most is heard" in status(machine)
    assert [x.is_visible() for x in hidden.all()] == [False, False]  # what was seen stays


def test_by_keyboard(page, machine):
    graph(machine, "board-pin").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert graph(machine, "user-ad").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    assert graph(machine, "user-ad").get_attribute("aria-pressed") == "false"


def test_without_losses_there_is_the_machine_alone(drawn):
    root = drawn(visuals.machine(PINS[:1]))
    assert root.locator("svg").count() == 1
    graph(root, "board-pin").click()
    assert "was not measured" in status(root)


@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(page, drawn, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(visuals.machine(PINS, MISSED), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400
