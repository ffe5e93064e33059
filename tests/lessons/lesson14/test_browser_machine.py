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
    assert status(machine).endswith("Is what is heard most also missed most? Press a graph.")
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
    assert status(machine).startswith("board-pin has 0.60 of the looks of ")
    assert "loses 0.010 and " in status(
        machine
    )  # each beside the other, no intervals: they are drawn
    machine.get_by_role("button", name="Put it back").click()
    assert "most is heard" in status(machine) and "missed most?" not in status(machine)
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
    root.get_by_role("button", name="board-pin, ask").click()
    said = "In board-pin, pin 3 is heard most of 2, 0.70. The whole list then counts 0.60."
    assert status(root) == said and len(set(wide(root))) == 3  # nothing was taken away
    ear = root.locator("text.gr-mac-ear")
    assert ear.text_content() == "pin 3 0.70"
    other = next(x for x in PINS[0]["graphs"][0]["near"] if x[0] != "pin 3")
    root.get_by_role("button", name="board-pin, ask").press("ArrowRight")
    assert ear.text_content() == f"{other[0]} {other[1]:.2f}"
    assert f"{other[0]} is heard with {other[1]:.2f}; most is heard from pin 3, 0.70" in status(
        root
    )
    root.locator(".gr-mac-reachable").nth(
        [x[0] for x in PINS[0]["graphs"][0]["near"]].index("pin 3")
    ).click()
    assert status(root) == said
    root.get_by_role("button", name="All graphs").click()
    assert "most is heard from board-pin, 0.60" in status(root)


def test_a_kind_without_lists_says_who_hears_a_graph_most(drawn):
    kinds = [
        {"name": name, "graphs": [{"name": "boards", "looks": x}, {"name": "ads", "looks": 0.3}]}
        for name, x in (("all pins", 0.4), ("ad pins", 0.2), ("idea pins", 0.5), ("shops", 0.0))
    ]
    root = drawn(visuals.machine(kinds))
    who = root.get_by_role("img").last  # a bar for each kind, of what is heard most
    assert who.get_attribute("aria-label") == "ad pins 0.20, idea pins 0.50, shops nobody"
    assert status(root).endswith("Do all kinds hear alike? Press a graph.")
    assert "neighbors" not in root.locator(".gr-mac-left").inner_text()  # there are no lists
    root.locator(".gr-mac-flow").nth(2).dispatch_event("click")  # a line is its graph
    assert root.get_by_role("button", name="ads, ask").get_attribute("aria-pressed") == "true"
    assert who.get_attribute("aria-label") == "ad pins 0.30, idea pins 0.30, shops 0.30"
    root.get_by_role("button", name="boards, ask").click()
    assert status(root) == (
        "boards is heard most by idea pins, 0.50, least by ad pins, 0.20. Nobody is there for shops."
        " That is where they look, not what the graph is worth."
    )
    root.get_by_role("button", name="shops").click()
    assert status(root).startswith("shops have nobody in boards. It is heard most by idea pins")
    assert "least by ad pins, 0.20. That is where" in status(root)  # shops are not named twice
    root.get_by_role("button", name="ad pins").click()  # and what the chosen kind gives
    assert status(root).startswith("ad pins give boards 0.20. It is heard most by idea pins, 0.50")
    assert root.locator("text.gr-mac-strong").all_text_contents() == ["ad pins", "0.20"]
    assert who.get_attribute("aria-label") == "ad pins 0.20, idea pins 0.50, shops nobody"


def test_who_is_in_no_graph_hears_itself(drawn):
    graphs = [g | {"looks": 0.0, "near": []} for g in PINS[0]["graphs"]]
    root = drawn(visuals.machine([{"name": "ad 29", "itself": 1.0, "graphs": graphs}, PINS[0]]))
    assert status(root).startswith("ad 29 hears nobody but itself")
    root.get_by_role("button", name="board-pin, ask").click()
    assert status(root) == "ad 29 has nobody in any graph: it hears itself alone."
    assert root.locator(".gr-mac-flow.gr-mac-own.gr-mac-pale").count() == 0


@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(page, drawn, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(visuals.machine(PINS, MISSED), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400
