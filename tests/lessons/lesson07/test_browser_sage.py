"""The collapse and the sampler's tree by mouse and by keyboard, light and dark, on a phone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.lessons.lesson07.ex3_sample_neighbors import sample_neighbors
from graphrec_utils.plots import visuals
from tests.browser.pages import alone, opened, violations

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
def circle(page, tmp_path):
    return opened(page, alone(tmp_path, made("collapse")))


@pytest.fixture
def tree(page, tmp_path):
    return opened(page, alone(tmp_path, made("sampler_tree")))


def said(shown) -> str:
    return shown.locator(".gr-status").inner_text()


def test_the_slide_s_loss_ends_in_one_point_and_the_paper_s_does_not(page, circle):
    assert said(circle).startswith("slide, step 0:")
    lines = circle.locator(".gr-col-line")
    drawn = [len(line.get_attribute("points").split()) for line in lines.all()]
    assert drawn == [1, 1]  # not where it will end
    circle.get_by_role("button", name="Step").focus()
    page.keyboard.press("End")
    assert said(circle) == "slide, step 20: mean cosine 1.00. All vectors have become one point."
    assert len(lines.first.get_attribute("points").split()) == 5
    circle.get_by_role("button", name="paper").click()
    assert "paper, step 20" in said(circle) and "one point" not in said(circle)


def test_the_slider_and_the_buttons_go_together(page, circle):
    circle.get_by_role("slider", name="step").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "step 10:" in said(circle)
    circle.get_by_role("button", name="Reset").click()
    assert "step 0:" in said(circle)
    assert circle.locator("output").inner_text() == "0"


def test_larger_samples_touch_more_and_tremble_less(page, tree):
    def numbers():
        nodes = int(re.search(r"(\d+) different nodes", said(tree))[1])
        return nodes, float(re.search(r"Variance of the mean ([\d.]+)", said(tree))[1])

    for slider in tree.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("Home")
    least = numbers()
    assert least[0] <= 3 and "at most 1 of" in said(tree)
    for slider in tree.get_by_role("slider").all():
        slider.focus()
        page.keyboard.press("End")
    most = numbers()
    assert most[0] > least[0] and most[1] < least[1]


def test_a_draw_follows_the_other_and_the_first_comes_again(tree):
    draws = []
    for _ in range(5):
        draws.append(said(tree)[:6])
        tree.get_by_role("button", name="Draw again").click()
    assert draws == ["Draw 1", "Draw 2", "Draw 3", "Draw 4", "Draw 1"]


@pytest.mark.parametrize("name", ["collapse", "sampler_tree"])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(new_page, tmp_path, name, dark):
    page = new_page(viewport={"width": 400, "height": 900})
    opened(page, alone(tmp_path, made(name), dark_lab=dark))
    assert violations(page, ".gr-root") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
