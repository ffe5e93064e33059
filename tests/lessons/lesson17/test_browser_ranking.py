"""The reliability diagram and the list sorted by its clicks: mouse, keyboard, narrow, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import pull, status, violations, width


def diagram():
    rng = np.random.default_rng(0)
    z = rng.normal(size=300)
    return visuals.calibration(z, (rng.random(300) < 1 / (1 + np.exp(-z))).astype(float))


def sorted_list():
    return visuals.exposure({"old hit": 0.3, "cake": 0.45, "new gem": 0.9})


def number(root, name: str) -> float:
    row = root.get_by_role("row", name=name)
    return float(row.get_by_role("cell").inner_text().replace("−", "-"))


def test_stretching_moves_rce_and_leaves_auc(on_a_page):
    page, root = on_a_page(diagram())
    rce, auc = number(root, "RCE"), number(root, "AUC")
    root.get_by_role("slider", name="stretch").focus()
    page.keyboard.press("End")
    assert status(root).startswith("a = 4, b = 0")
    assert number(root, "RCE") < rce and number(root, "AUC") == auc
    assert "It is too sure" in status(root)
    page.keyboard.press("Home")
    assert "It is not sure enough" in status(root)
    root.get_by_role("slider", name="shift").focus()
    page.keyboard.press("Home")
    assert "too little on average" in status(root)


def test_rounds_freeze_by_clicks_and_not_by_looks(on_a_page):
    page, root = on_a_page(sorted_list())
    assert "old hit is on top" in status(root)
    root.get_by_role("button", name="Step →").click()
    assert status(root).startswith("Round 1, sorted by clicks. old hit is on top")
    root.get_by_role("button", name="clicks / e").click()
    assert status(root) == (
        "Round 1, sorted by clicks / e. new gem is on top. All pairs are in the right order."
    )
    page.keyboard.press("End")
    assert status(root).startswith("Round 5")


@pytest.mark.parametrize("make", [diagram, sorted_list])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(on_a_page, make, dark):
    page, _ = on_a_page(make(), width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []


def test_the_line_is_pulled_to_shift_it_and_its_end_to_stretch_it(on_a_page):
    page, root = on_a_page(diagram())
    line = root.locator(".gr-cal-line")
    middle = line.get_attribute("points").split()[4]
    chart = root.get_by_role("img")
    size = chart.bounding_box()["width"]
    x, y = (float(z) / size for z in middle.split(","))
    pull(page, chart, (x, y), (x - 0.25, y))
    assert status(root).startswith("a = 1, b = −")
    assert status(root).endswith("AUC stays: the order is the same.")
    x, y = (float(z) / size for z in line.get_attribute("points").split()[0].split(","))
    pull(page, chart, (x, y), (0.16, y))
    assert re.match(r"a = [1-4](\.\d+)?, b = −", status(root)) and not status(root).startswith(
        "a = 1,"
    )


def test_a_thing_is_lifted_and_stays_where_clicks_keep_it(on_a_page):
    page, root = on_a_page(
        visuals.exposure({"old hit": 0.55, "cake": 0.5, "garden": 0.6, "lamp": 0.4, "new gem": 0.8})
    )
    root.get_by_role("button", name="Step →").click()
    page.keyboard.press("End")
    assert "new gem, liked by 80 %, is clicked by 20 % down there" in status(root)
    assert "Stuck." in status(root)
    page.keyboard.press("Home")
    chart = root.locator(".gr-body svg")
    pull(page, chart, (0.3, 0.9), (0.3, 0.1))
    assert status(root).startswith("You put new gem to place 1: now 100 % see it and 80 % click.")
    for _ in range(3):
        root.get_by_role("button", name="Step →").click()
    assert status(root).startswith("Round 3, sorted by clicks. new gem is on top")
    root.get_by_role("button", name="Reset").click()
    assert "old hit is on top" in status(root)
    root.get_by_role("button", name="new gem: seen by").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert status(root).startswith("You put new gem to place 4")


def test_a_thing_is_asked_why_it_stands_where_it_stands(on_a_page):
    page, root = on_a_page(sorted_list())
    root.get_by_role("button", name="new gem: seen by").click()
    assert "liked by 90 % of those who look" in status(root)
    assert "It stands below old hit, cake, liked less" in status(root)
    page.keyboard.press("ArrowUp")
    assert status(root).startswith("cake: liked by 45 %")


def test_means_of_all_rounds_are_ticked_and_hold_down_who_is_lifted_late(on_a_page):
    page, root = on_a_page(
        visuals.exposure({"old hit": 0.55, "cake": 0.5, "garden": 0.6, "lamp": 0.4, "new gem": 0.8})
    )
    gem = root.get_by_role("button", name="new gem: seen by")
    ends = lambda: [  # noqa: E731
        float(gem.locator(part).evaluate("x => x.x.baseVal.value + x.width.baseVal.value"))
        for part in (".gr-item", ".gr-exp-tick")
    ]
    bar, tick = ends()
    assert abs(bar - tick) < 2  # one round is its own mean
    for _ in range(5):
        root.get_by_role("button", name="Step →").click()
    pull(page, root.locator(".gr-body svg"), (0.3, 0.7), (0.3, 0.1))
    assert "80 % click, 29 % in the mean of all rounds" in status(root)
    bar, tick = ends()
    assert tick < bar - 100
    root.get_by_role("button", name="Step →").click()
    assert "in the mean of all rounds by 31 % and 51 %. Stuck." in status(root)


def test_old_rounds_hold_down_only_whose_mean_is_lower_and_a_tie_is_told(on_a_page):
    pins = {"old hit": 0.5, "cake": 0.45, "garden": 0.6, "lamp": 0.4, "new gem": 0.8, "sofa": 0.55}
    page, root = on_a_page(visuals.exposure(pins))
    step = lambda: root.get_by_role("button", name="Step →").click()  # noqa: E731
    for _ in range(5):
        step()
    pull(page, root.locator(".gr-body svg"), (0.3, 0.42), (0.3, 0.1))  # garden, from place 3
    held = 0
    for _ in range(10):
        step()
        if found := re.search(r"by (\d+) % and (\d+) %: the old rounds hold it", status(root)):
            held += 1
            assert int(found[1]) <= int(found[2])
    assert held and "Stuck." in status(root)
    root.get_by_role("button", name="Reset").click()
    pull(page, root.locator(".gr-body svg"), (0.3, 0.75), (0.3, 0.1))  # the gem, at round 0
    step()
    step()
    assert (
        "garden, liked by 60 %, is clicked by 15 % down there, as many as cake above it"
        in status(root)
    )


def test_rounds_go_by_keys_from_a_thing_that_was_asked(on_a_page):
    page, root = on_a_page(sorted_list())
    root.get_by_role("button", name="new gem: seen by").focus()
    page.keyboard.press("ArrowRight")
    assert status(root).startswith("Round 1,")


def test_a_pull_straight_down_shifts_nothing_and_a_short_one_little(on_a_page):
    page, root = on_a_page(diagram())
    before, chart = status(root), root.get_by_role("img")
    pull(page, chart, (0.6, 0.3), (0.6, 0.8))
    assert status(root) == before
    pull(page, chart, (0.6, 0.3), (0.64, 0.3))
    assert re.match(r"a = 1, b = 0\.(25|5):", status(root))


def test_reset_brings_both_knobs_back(on_a_page):
    page, root = on_a_page(diagram())
    before = status(root)
    root.get_by_role("slider", name="stretch").focus()
    page.keyboard.press("End")
    root.get_by_role("button", name="Reset").click()
    assert status(root) == before
