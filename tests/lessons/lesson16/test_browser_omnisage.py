"""The three losses of lesson 16 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re

import pytest
import torch

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width


def losses():
    return visuals.three_losses({"entity-entity": {"pins": 0.25, "users": 0.06}}, on="ef")


def switch(root, loss):
    """Return the button of a loss; it may say its share behind its name."""
    return root.get_by_role("button", name=re.compile(rf"^{loss}( \d+ %)?$"))


@pytest.fixture
def switches(drawn):
    return drawn(losses())


def test_a_loss_that_is_off_reaches_nobody(switches):
    assert "Nothing reaches the user transformer" in status(switches)
    assert switches.locator("rect.gr-tw-lit").count() == 3
    switch(switches, "features").click()
    assert "the feature network" in status(switches) and "pins 0.250, users 0.060" in status(
        switches
    )
    switch(switches, "pairs").click()
    assert "nothing learns" in status(switches) and switches.locator("rect.gr-tw-lit").count() == 0


def test_switches_answer_to_the_keyboard(page, switches):
    switch(switches, "users").focus()
    page.keyboard.press("Enter")
    assert "Nothing reaches" not in status(switches)
    assert switches.locator("path.gr-tw-flow").count() == 3


def test_each_loss_has_its_color_and_a_part_says_whom_it_learns_from(page, switches):
    colors_of = {
        switches.locator(f".gr-tw-key.gr-tw-{k}").evaluate(
            "x => getComputedStyle(x).backgroundColor"
        )
        for k in "efu"
    }
    assert len(colors_of) == 3
    switches.get_by_role("button", name="encoder").click()
    assert status(switches) == "“encoder” learns from pairs and features."
    page.keyboard.press("ArrowDown")  # the focus stands on it
    assert status(switches) == "“feature network” learns from features."
    bright = switches.locator("path.gr-tw-edge:not(.gr-tw-pale)")  # and the picture says so, too
    assert bright.count() == 1 == switches.locator("path.gr-tw-f:not(.gr-tw-pale)").count()
    switches.get_by_role("button", name="a neighbor's raw features").click()
    assert "is data" in status(switches) and bright.count() == 0
    shown = switches.locator(".gr-tw-stripe[visibility=visible]")
    assert shown.count() == 5  # two at the encoder and at what is found, one at the network


def one_mean(losses, weights):
    return torch.cat([weights[k] * x for k, x in losses.items()]).mean()


def mean_each(losses, weights):
    return sum(weights[k] * x.mean() for k, x in losses.items())


def test_a_number_of_one_mean_is_seen_to_belong_to_the_users(drawn):
    root = drawn(visuals.three_losses(on="efu", function=one_mean))
    assert "“users” has 89 % of the number, for it has 4,000 questions" in status(root)
    thick = {
        k: float(
            root.locator(f"path.gr-tw-{k}").first.evaluate("x => parseFloat(x.style.strokeWidth)")
        )
        for k in "eu"
    }
    assert thick["u"] > 4 * thick["e"]
    ways = "xs => xs.map((x) => x.style.strokeWidth)"  # a share is as wide wherever it is drawn
    assert len(set(root.locator("path.gr-tw-u").evaluate_all(ways))) == 1
    switch(root, "users").click()
    assert "Each has 50 % of the number" in status(root)


def test_a_mean_each_is_compared_with_one_mean_over_all(drawn):
    root = drawn(visuals.three_losses(on="efu", function=mean_each))
    one = root.get_by_role("button", name="one mean over all")
    widths = "xs => xs.map((x) => Number(x.getAttribute('width')))"
    encoder = root.get_by_role("button", name="encoder", exact=True).locator(".gr-tw-stripe")
    assert "Each has 33 % of the number" in status(root)
    assert "One mean over all would give them 6 %, 6 % and 89 %." in status(root)
    assert max(encoder.evaluate_all(widths)) < 1.1 * min(encoder.evaluate_all(widths))
    one.click()
    assert "“users” has 89 % of the number" in status(root)
    assert encoder.evaluate_all(widths)[2] > 10 * encoder.evaluate_all(widths)[0]
    switch(root, "users").click()
    assert "each has 50 %, for each has 256 questions" in status(root)
    one.click()
    assert "Each has 50 % of the number" in status(root)


def test_losses_are_weighed_by_hand_and_by_keys(page, drawn):
    root = drawn(visuals.three_losses(on="efu", function=mean_each))
    seam = root.get_by_role("slider", name="seam between pairs and features")
    knob = seam.locator("circle").bounding_box()
    x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    said = r"Weights 1\.\d+, 0\.\d+ and 1\.00: “pairs” has \d+ % of the number\."
    assert re.match(said, status(root))
    before = int(seam.get_attribute("aria-valuenow"))
    seam.press("ArrowRight")
    assert int(seam.get_attribute("aria-valuenow")) == before + 5
    root.get_by_role("button", name="All weights 1").click()
    assert "Each has 33 % of the number" in status(root)
    switch(root, "users").click()
    assert root.get_by_role("slider").count() == 1  # a seam lies between two


def test_a_number_without_weights_has_no_seam(drawn):
    root = drawn(
        visuals.three_losses(on="efu", function=lambda x, w: sum(y.mean() for y in x.values()))
    )
    assert root.locator(".gr-tw-seam").count() == 0
    assert root.get_by_role("button", name="All weights 1").count() == 0


@pytest.mark.parametrize("make", [losses])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [losses])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400
