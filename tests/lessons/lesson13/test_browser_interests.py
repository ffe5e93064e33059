"""The map and the tree of lesson 13 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import pull, status, violations, width

POINTS = np.array([[0.0, 0], [1, 0], [5, 5], [6, 5], [5, 6], [20, 0]])


def tree():
    return visuals.dendrogram(
        POINTS, ["rose", "tulip", "cake", "muffin", "bread", "canoe"], np.arange(6.0)
    )


def fitting(shown) -> int:
    return int(re.search(r"(\d+) of 8", status(shown))[1])


@pytest.fixture
def plane(drawn):
    return drawn(visuals.mixture_map())


@pytest.fixture
def branches(drawn):
    return drawn(tree())


def test_several_centers_find_what_the_mean_does_not(plane):
    assert fitting(plane) < 4
    plane.get_by_role("button", name="Several centers").click()
    assert fitting(plane) == 8
    plane.get_by_role("button", name="The mean").click()
    assert fitting(plane) < 4


def test_the_slider_asks_with_fewer_centers(page, plane):
    plane.get_by_role("button", name="Eve", exact=True).click()
    plane.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert "1 center," in status(plane)
    page.keyboard.press("End")
    assert "3 centers," in status(plane)
    assert plane.locator(".gr-mm-star").count() == 3
    plane.get_by_role("button", name="Ann", exact=True).click()
    assert "1 center," in status(plane) and "One interest: more centers change" in status(plane)


def test_one_of_several_centers_is_moved_and_the_others_stay(page, plane):
    plane.get_by_role("button", name="Several centers").click()
    stars = plane.locator(".gr-mm-star")
    places = "xs => xs.map((x) => x.getAttribute('d'))"
    before = stars.evaluate_all(places)
    pull(page, plane.locator("svg").first, (0.77, 0.8), (0.76, 0.15))  # from the boats to the cakes
    after = stars.evaluate_all(places)
    assert len(after) == 2 and sum(a != b for a, b in zip(before, after, strict=True)) == 1
    assert "asked with 2 centers, one where you put it, 5 of 8 fit" in status(plane)
    assert "Boats get no place: no center stands there." in status(plane)
    other = plane.get_by_role("button", name="Star 1, arrow keys pull it")
    other.press("ArrowRight")
    assert stars.evaluate_all(places)[0] != before[0]
    plane.get_by_role("button", name="Several centers").click()
    assert fitting(plane) == 8 and stars.evaluate_all(places) == before


def test_moved_by_nothing_it_finds_what_the_library_finds(plane):
    """A hand that does not move: the same list, now by the visual's own count."""
    plane.get_by_role("button", name="Several centers").click()
    for name in ("Bob", "Eve"):
        plane.get_by_role("button", name=name, exact=True).click()
        for most in ("2", "3"):
            plane.get_by_role("slider").fill(most)
            rings = plane.locator(".gr-mm-ring")
            lit = "xs => xs.map((x) => x.classList.contains('gr-mm-on'))"
            theirs = rings.evaluate_all(lit)
            star = plane.get_by_role("button", name="Star 1, arrow keys pull it")
            star.press("ArrowRight")
            star.press("ArrowLeft")
            assert "one where you put it" in status(plane)
            assert rings.evaluate_all(lit) == theirs


def test_the_cut_moves_with_the_slider_and_with_the_arrow_keys(page, branches):
    assert status(branches).startswith("3 interests.")
    page.keyboard.press("Tab")
    branches.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    assert status(branches).startswith("4 interests.")
    branches.get_by_role("button", name="Back").click()
    page.keyboard.press("Home")
    assert status(branches).startswith("1 interest.")
    assert branches.locator(".gr-dg-on").count() == 1
    page.keyboard.press("End")
    assert branches.locator(".gr-dg-on").count() == 6


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [visuals.mixture_map, tree], ids=["map", "tree"])
def test_they_are_readable_for_all_and_fit_a_phone(page, drawn, make, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(make(), dark)
    assert not violations(page, ".gr-root")
    assert width(page) <= 400


def test_interests_that_the_list_leaves_out_are_counted(page, drawn):
    points = np.random.default_rng(0).normal(size=(9, 3))
    root = drawn(visuals.dendrogram(points, list("abcdefghi"), np.arange(9.0)))
    root.get_by_role("slider").focus()
    page.keyboard.press("End")
    assert status(root).startswith("9 interests.")
    assert root.locator("tbody tr").count() == 7
    assert root.locator("tbody tr").last.inner_text() == "and 3 more"
    page.keyboard.press("Home")
    assert root.locator("tbody tr").count() == 1


def test_the_cut_is_pulled(page, branches):
    tree_of = branches.get_by_role("img")
    pull(page, tree_of, (0.5, 0.5), (1, 0.5))
    assert status(branches).startswith("1 interest.")
    pull(page, tree_of, (0.9, 0.5), (0.25, 0.5))
    assert branches.locator(".gr-dg-on").count() == 6


def test_the_star_is_pulled_and_one_spot_serves_one_interest(page, plane):
    pull(page, plane.locator("svg").first, (0.47, 0.5), (0.2, 0.25))
    assert fitting(plane) == 8 and "Boats get no place" in status(plane)
    assert plane.locator(".gr-mm-ring.gr-mm-on").count() == 8
    star = plane.get_by_role("button", name="Star, arrow keys pull it")
    star.focus()
    before = star.locator("path").get_attribute("d")
    page.keyboard.press("ArrowDown")
    assert star.locator("path").get_attribute("d") != before
    plane.get_by_role("button", name="The mean").click()
    assert fitting(plane) < 4


def test_the_tree_has_a_scale(branches):
    told = branches.get_by_role("img").locator("text").all_text_contents()
    assert told[0] == "0 apart"


def test_a_drop_at_the_foot_of_the_tree_is_no_place_to_stop(page, branches):
    assert status(branches).startswith("3 interests.") and "a place to stop" in status(branches)
    page.keyboard.press("Tab")
    branches.get_by_role("slider").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert status(branches).startswith("5 interests.")
    assert "a place to stop" not in status(branches)


def test_a_part_keeps_its_color_when_another_one_is_parted(branches):
    def hues() -> list[str]:
        return [x.get_attribute("class") for x in branches.locator("circle").all()]

    two = hues()
    branches.get_by_role("button", name="Step →").click()
    assert sum(a != b for a, b in zip(two, hues(), strict=True)) <= 2  # the smaller part of one
    assert "apart; the next would part what is" in status(branches)
