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


def test_a_preference_begins_the_walk_anew(on_a_page):
    _, root = on_a_page(walker())
    root.get_by_role("button", name="To the end").click()
    root.get_by_role("slider", name="German").fill("10")
    assert status(root) == "At home, muffin."


def test_the_allocator_chooses_rules_and_sizes(on_a_page):
    page, root = on_a_page(steps())
    assert status(root).startswith("Pixie: sponge gets")
    first = status(root)
    size = root.get_by_role("slider", name="boards of the most saved pin")
    assert root.get_by_text("3,000", exact=True).count() == 1  # the value, not its place
    size.focus()
    page.keyboard.press("End")
    assert status(root) != first
    assert size.get_attribute("aria-valuetext") == "30,000"
    assert root.get_by_text("30,000", exact=True).count() == 1
    root.get_by_role("button", name="yours").click()
    assert "sponge gets 9,958 steps, a recipe 42" in status(root)
    assert root.get_by_role("button", name="yours").get_attribute("aria-pressed") == "true"


def test_a_line_is_pulled_to_any_number_of_boards(on_a_page):
    page, root = on_a_page(steps())
    asked = root.locator(".gr-all-asked")
    chart = root.get_by_role("img").bounding_box()
    at = chart["y"] + chart["height"] / 2
    page.mouse.move(chart["x"] + chart["width"] * 0.6, at)
    page.mouse.down()
    page.mouse.move(chart["x"] + 10, at, steps=4)
    assert asked.inner_text() == "A pin on 1 board would get"
    assert "A pin on 1 board gets" in status(root) and "times what it gets by degree" in status(
        root
    )
    page.mouse.up()
    page.mouse.move(chart["x"] + chart["width"] - 5, at)
    assert asked.inner_text() == "A pin on 1 board would get"  # it was let go
    root.get_by_role("slider", name="a pin on").press("End")
    assert asked.inner_text() == "A pin on 300 boards would get"
    assert root.locator("tbody tr").count() == 4


def test_curves_cross_where_a_rule_is_as_generous_as_by_degree(on_a_page):
    _, root = on_a_page(steps())
    ring = root.locator(".gr-all-cross")
    assert "boards (ring) a pin gets more than by degree, above it less." in status(root)
    assert ring.get_attribute("visibility") == "visible"
    assert root.locator(".gr-all-here").count() == 1
    root.get_by_role("button", name="degree").click()
    assert ring.get_attribute("visibility") == "hidden" and "ring" not in status(root)
    root.get_by_role("button", name="C = max").click()
    assert "ring" not in status(root)  # nearly the same rule
    rows = [x.inner_text() for x in root.locator(".gr-all-table tbody tr").all()]
    assert [row.split("\t")[0] for row in rows] == ["equal", "degree", "Pixie", "C = max"]


@pytest.mark.parametrize("wide", [720, 900])
def test_the_visits_stand_beside_the_walk(on_a_page, wide):
    _, root = on_a_page(walker(), width=wide)
    left, right = (root.locator(".gr-pix-row > div").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


@pytest.mark.parametrize("wide", [720, 900])
def test_the_list_of_steps_stands_beside_the_curves(on_a_page, wide):
    _, root = on_a_page(steps(), width=wide)
    left, right = (root.locator(".gr-body > div").nth(k).bounding_box() for k in (0, 1))
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
    assert status(root) == "Step 1: the walk visits muffin."
    root.get_by_role("button", name="To the end").click()
    assert status(root) == "Step 100: the walk visits muffin. It was asked for no more."
    assert "muffin 100" in root.get_by_role("img").get_attribute("aria-label")
    root.get_by_role("slider", name="preferred ×").fill("3")
    root.get_by_role("button", name="Step →").click()
    assert "→" in status(root)  # the library's
