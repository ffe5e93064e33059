"""The collapse and the sampler's tree by mouse and by keyboard, light and dark, on a phone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.lessons.lesson07.ex3_sample_neighbors import sample_neighbors
from graphrec_utils.plots import visuals
from tests.browser.pages import pull, status, violations, width

ANGLES = np.linspace(0, 5, 12)


def together(k: int) -> np.ndarray:
    """Twelve vectors that come together in five steps."""
    angles = ANGLES * (1 - k / 4)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def made(name: str):
    if name == "collapse":
        runs = {"slide": [together(k) for k in range(5)], "paper": [together(0)] * 5}
        return visuals.collapse(runs, np.arange(12) % 3, every=5)
    R = (np.random.default_rng(5).random((30, 24)) < 0.3).astype(float)
    return visuals.sampler_tree(R, 12, function=sample_neighbors)


@pytest.fixture
def circle(drawn):
    return drawn(made("collapse"))


@pytest.fixture
def tree(drawn):
    return drawn(made("sampler_tree"))


def test_the_slide_s_loss_ends_in_one_point_and_the_paper_s_does_not(page, circle):
    assert status(circle).startswith("slide, step 0:")
    lines = circle.locator(".gr-col-line")
    drawn = [len(line.get_attribute("points").split()) for line in lines.all()]
    assert drawn == [1, 1]  # not where it will end
    circle.get_by_role("button", name="Step").focus()
    page.keyboard.press("End")
    assert status(circle) == "slide, step 20: mean cosine 1.00. All vectors have become one point."
    assert len(lines.first.get_attribute("points").split()) == 5
    circle.get_by_role("button", name="paper").click()
    assert "paper, step 20" in status(circle) and "one point" not in status(circle)


def test_the_slider_and_the_buttons_go_together(page, circle):
    circle.get_by_role("slider", name="step").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "step 10:" in status(circle)
    circle.get_by_role("button", name="Reset").click()
    assert "step 0:" in status(circle)
    assert circle.locator("output").inner_text() == "0"


def test_larger_samples_touch_more_and_tremble_less(page, tree):
    def numbers():
        nodes = int(re.search(r"(\d+) different nodes", status(tree))[1])
        told = tree.get_by_role("img", name="variance with S").get_attribute("aria-label")
        return nodes, float(re.search(r"measured ([\d.]+)", told)[1])

    for slider in tree.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("Home")
    least = numbers()
    assert least[0] <= 3 and "at most 1 of" in status(tree)
    for slider in tree.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("End")
    places, twice = re.search(r"(\d+) places .*: (\d+) met again", status(tree)).groups()
    most = numbers()
    assert int(places) - int(twice) == most[0]
    assert most[0] > least[0] and most[1] < least[1]


def test_the_sample_is_lit_in_the_whole_neighborhood(tree):
    likes = tree.locator(".gr-tree-edge").count()
    tree.get_by_role("slider", name="S of the target").fill("3")
    assert re.match(r"S = 5: the variance of the mean is 0\.\d{3}, with one neighbor", status(tree))
    tree.get_by_role("slider", name="S of its neighbors").fill("0")
    assert tree.locator("output").all_inner_texts() == ["5", "1"]  # values, not places
    assert tree.locator(".gr-tree-lit").count() == 10
    assert tree.locator(".gr-tree-edge").count() == likes > 60
    assert tree.get_by_role("slider").first.get_attribute("aria-valuetext") == "5"


def test_how_often_each_is_drawn_stands_where_a_function_of_one_s_own_draws(tree, drawn):
    assert tree.get_by_text("how often yours drew each item").count() == 1
    R = (np.random.default_rng(5).random((30, 24)) < 0.3).astype(float)
    library = drawn(visuals.sampler_tree(R, 12))
    assert library.locator(".gr-tree-side svg").count() == 1
    heads = library.locator(".gr-tree-head").all_text_contents()
    assert heads == ["layer 2", "layer 1: items", "layer 0: users"]


def test_lines_to_nobody_s_neighbors_are_told(drawn):
    R = (np.random.default_rng(5).random((30, 24)) < 0.3).astype(float)

    def next_door(*given):
        table = sample_neighbors(*given)
        return np.where(table >= 0, (table + 1) % 54, -1)

    wrong = drawn(visuals.sampler_tree(R, 12, function=next_door))
    assert "no neighbor!" in status(wrong)
    assert wrong.locator(".gr-tree-stray").count() > 0


@pytest.mark.parametrize("wide", [720, 900])
def test_the_bars_stand_beside_the_tree(page, tree, wide):
    page.set_viewport_size({"width": wide, "height": 900})
    left, right = (tree.locator(".gr-body > div").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


def test_a_draw_follows_the_other_and_the_first_comes_again(tree):
    draws = []
    for _ in range(5):
        draws.append(status(tree)[:6])
        tree.get_by_role("button", name="Draw again").click()
    assert draws == ["Draw 1", "Draw 2", "Draw 3", "Draw 4", "Draw 1"]


@pytest.mark.parametrize("name", ["collapse", "sampler_tree"])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(page, drawn, name, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(made(name), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400


def test_the_steps_are_pulled_in_the_chart(page, circle):
    pull(page, circle.get_by_role("img").nth(1), (0.2, 0.5), (1, 0.5))
    assert "step 20:" in status(circle)
    assert circle.locator("output").inner_text() == "20"  # the step, not its place


def test_an_item_is_asked_whom_it_could_hear(page, tree):
    tree.get_by_role("button", name="item ").first.click()
    assert "could be heard through it." in status(tree) and "fair: " in status(tree)
    before = status(tree)
    page.keyboard.press("ArrowDown")
    assert status(tree) != before and "could be heard" in status(tree)
    tree.get_by_role("button", name="Draw again").click()
    assert status(tree).startswith("Draw 2")
    pull(page, tree.get_by_role("img").first, (0.3, 0.5), (0.95, 0.5))
    assert tree.locator("output").first.inner_text() == "5"
