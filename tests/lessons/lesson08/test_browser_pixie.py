"""Pixie's walker and the step allocator: by mouse, by keyboard, narrow, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

BOARDS, PINS = ("cakes", "garden", "Torten"), ("sponge", "muffin", "roses", "Beet")


def walker():
    return visuals.pixie(
        toy.likes(), BOARDS, PINS, start=1, preferred=["Torten", "Beet"], language="German",
        stop=(1, 5),
    )  # fmt: skip


def always_muffin(indptr, indices, query, restart, num_steps, rng):
    """A student's walk that never leaves the second pin."""
    return num_steps * (np.arange(len(indptr) - 1) == len(BOARDS) + 1)


def steps():
    return visuals.allocator(
        {"sponge": 239, "a recipe": 1}, function=lambda d, w, n, top: n * d / d.sum()
    )


def test_a_step_goes_over_a_board_and_the_search_ends_by_its_rule(on_a_page):
    _, root = on_a_page(walker())
    assert status(root) == "At home, muffin."
    root.get_by_role("button", name="Step →").click()
    assert re.match(r"Step 1: muffin → (cakes|garden) → (sponge|muffin|roses)", status(root))
    root.get_by_role("button", name="To the end").click()
    assert "Early stop: 2 pins have 5 visits." in status(root)
    told = root.get_by_role("img").get_attribute("aria-label")
    visits = [int(x) for x in re.findall(r"\d+", told)]
    assert sum(x >= 5 for x in visits) == 2
    assert sum(visits) == int(re.match(r"Step (\d+)", status(root))[1])


def test_keys_step_and_start_elsewhere_and_boards_are_no_start(on_a_page):
    page, root = on_a_page(walker())
    root.get_by_role("button", name="Step →").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert status(root).startswith("Step 2:")
    root.get_by_role("button", name="cakes, begin here").focus()
    page.keyboard.press("Enter")
    assert status(root) == "A walk begins at a pin; boards are the way."
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert status(root) == "At home, sponge."


def test_the_restart_slider_says_what_it_spreads_and_whose_walk_is_shown(on_a_page):
    R = [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    _, root = on_a_page(visuals.pixie(R, BOARDS, PINS, function=always_muffin))
    assert status(root).endswith("Which pin will the walk visit most, and which never?")
    slider = root.get_by_role("slider", name="restart")
    root.get_by_role("button", name="To the end").click()
    assert "Most: muffin, 100. Beet: 0, no board joins it" in status(root)
    shares = []
    for restart in ("0.05", "0.9"):
        slider.fill(restart)
        told = re.search(
            r"\(your walk was asked at another restart.*\)\..* (\d+) % stay with sponge",
            status(root),
        )
        shares.append(int(told[1]))
    assert status(root).startswith("Restart 0.90: home after every 1.1 steps, in the mean")
    assert shares[1] > shares[0]
    root.get_by_role("button", name="To the end").click()  # without a preference nothing stops it
    assert re.search(
        r"The 100 steps are made\. Most: sponge, \d+\. Beet: 0, no board joins it with the rest\.$",
        status(root),
    )


def test_a_preference_begins_the_walk_anew(on_a_page):
    _, root = on_a_page(walker())
    root.get_by_role("button", name="To the end").click()
    root.get_by_role("slider", name="German").fill("10")
    assert status(root) == "At home, muffin."


def test_the_allocator_chooses_rules_and_sizes(on_a_page):
    page, root = on_a_page(steps())
    assert status(root).startswith("a recipe, on 1 board, gets 106 of 10,000 steps, 2.5 times what")
    first = status(root)
    size = root.get_by_role("slider", name="boards of the most saved pin")
    assert root.get_by_text("3,000", exact=True).count() == 1  # the value, not its place
    size.focus()
    page.keyboard.press("End")
    assert status(root) != first
    assert size.get_attribute("aria-valuetext") == "30,000"
    root.get_by_role("button", name="yours").click()
    assert "gets 42 of 10,000 steps, as by degree" in status(root)
    assert root.get_by_role("button", name="yours").get_attribute("aria-pressed") == "true"


def shares(root, strip: int) -> list[float]:
    pieces = root.locator(".gr-all-strip").nth(strip).locator(".gr-all-piece").all()
    return [float(x.evaluate("node => node.style.width").rstrip("%")) for x in pieces]


@pytest.mark.parametrize("rule", ["equal", "degree", "Pixie", "C = max"])
def test_the_strip_is_cut_as_the_rules_of_the_package_say(on_a_page, rule):
    _, root = on_a_page(steps())
    root.get_by_role("button", name=rule, exact=True).click()
    state = steps().state
    cut = [x / 100 for x in state["steps"][rule][state["largest"]]]
    assert shares(root, 0) == pytest.approx(cut, abs=1e-3)
    assert shares(root, 1) == pytest.approx([239 / 2.4, 1 / 2.4], abs=1e-3)  # the pale one
    given = [int(x.replace(",", "")) for x in root.locator(".gr-all-given").all_inner_texts()]
    assert given == [round(100 * x) for x in cut]


def test_a_pin_is_pulled_to_more_boards_and_the_cuts_answer(on_a_page):
    _, root = on_a_page(steps())
    root.get_by_role("button", name="degree", exact=True).click()
    pin = root.get_by_role("slider", name="a recipe")
    pin.press("End")
    assert pin.get_attribute("aria-valuetext") == "300 boards"
    assert status(root).startswith("a recipe, on 300 boards, gets 5,566 of 10,000 steps.")
    assert shares(root, 0) == pytest.approx([239 / 5.39, 300 / 5.39], abs=1e-3)
    root.get_by_role("button", name="yours").click()
    assert status(root) == "Your rule was asked for the pins as they were at first: Reset."
    root.get_by_role("button", name="Reset").click()
    assert "gets 42 of 10,000 steps" in status(root)


@pytest.mark.parametrize("wide", [720, 900])
def test_the_visits_stand_beside_the_walk(on_a_page, wide):
    _, root = on_a_page(walker(), width=wide)
    left, right = (root.locator(".gr-pix-row > div").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


@pytest.mark.parametrize("make", [walker, steps])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(on_a_page, make, dark):
    page, _ = on_a_page(make(), width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []


def test_a_students_walk_moves_the_walker_where_there_is_no_preference(on_a_page):
    _, root = on_a_page(
        visuals.pixie(
            toy.likes(), BOARDS, PINS, start=1, preferred=["Beet"], function=always_muffin
        )
    )
    root.get_by_role("button", name="Step →").click()
    assert status(root).startswith("Step 1: the walk visits muffin, over ")
    assert root.locator(".gr-used").count() > 0  # the boards that hold both pins
    root.get_by_role("button", name="To the end").click()
    assert status(root).startswith("Step 100: the walk visits muffin, over ")
    assert "muffin 100" in root.get_by_role("img").get_attribute("aria-label")
    root.get_by_role("slider", name="preferred ×").fill("3")
    root.get_by_role("button", name="Step →").click()
    assert "→" in status(root)  # the library's


def test_of_a_rule_that_was_not_asked_nothing_is_drawn(on_a_page):
    _, root = on_a_page(steps())
    root.get_by_role("slider", name="a recipe").press("End")
    strip, between = root.locator(".gr-all-strip").first, root.locator(".gr-all-between")
    for rule, there in (("yours", False), ("Pixie", True)):
        root.get_by_role("button", name=rule, exact=True).click()
        assert strip.is_visible() is between.is_visible() is there
