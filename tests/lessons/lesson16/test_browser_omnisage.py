"""The three losses of lesson 16 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import pytest
import torch

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width


def losses():
    return visuals.three_losses({"entity-entity": {"pins": 0.25, "users": 0.06}}, on="ef")


@pytest.fixture
def switches(drawn):
    return drawn(losses())


def test_a_loss_that_is_off_reaches_nobody(switches):
    assert "Nothing reaches the user transformer" in status(switches)
    assert switches.locator("rect.gr-tw-lit").count() == 3
    switches.get_by_role("button", name="entity-feature").click()
    assert "the feature network" in status(switches) and "pins 0.250, users 0.060" in status(
        switches
    )
    switches.get_by_role("button", name="entity-entity").click()
    assert "nothing learns" in status(switches) and switches.locator("rect.gr-tw-lit").count() == 0


def test_switches_answer_to_the_keyboard(page, switches):
    switches.get_by_role("button", name="user-entity").focus()
    page.keyboard.press("Enter")
    assert "Nothing reaches" not in status(switches)
    assert switches.locator("path.gr-tw-flow").count() == 7  # three of them back to the encoder


def test_each_loss_has_its_color_and_a_part_says_whom_it_learns_from(page, switches):
    colors_of = {
        switches.locator(f".gr-tw-key.gr-tw-{k}").evaluate(
            "x => getComputedStyle(x).backgroundColor"
        )
        for k in "efu"
    }
    assert len(colors_of) == 3
    switches.get_by_role("button", name="encoder").click()
    assert status(switches) == "“encoder” learns from entity-entity and entity-feature."
    page.keyboard.press("ArrowDown")  # the focus stands on it
    assert status(switches) == "“feature network” learns from entity-feature."
    switches.get_by_role("button", name="what a user liked").click()
    assert "is data" in status(switches)
    shown = switches.locator(".gr-tw-stripe[visibility=visible]")
    assert shown.count() == 5  # two at the encoder and at what is found, one at the network


def one_mean(losses, weights):
    return torch.cat([weights[k] * x for k, x in losses.items()]).mean()


def mean_each(losses, weights):
    return sum(weights[k] * x.mean() for k, x in losses.items())


def test_a_number_of_one_mean_is_seen_to_belong_to_the_users(drawn):
    root = drawn(visuals.three_losses(on="efu", function=one_mean))
    assert "user-entity has 89 % of the number, for it has 4,000 questions" in status(root)
    thick = {
        k: float(
            root.locator(f"path.gr-tw-{k}").first.evaluate("x => parseFloat(x.style.strokeWidth)")
        )
        for k in "eu"
    }
    assert thick["u"] > 4 * thick["e"]
    root.get_by_role("button", name="user-entity").click()
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
    assert "user-entity has 89 % of the number" in status(root)
    assert encoder.evaluate_all(widths)[2] > 10 * encoder.evaluate_all(widths)[0]
    root.get_by_role("button", name="user-entity").click()
    assert "each has 50 %, for each has 256 questions" in status(root)
    one.click()
    assert "Each has 50 % of the number" in status(root)


@pytest.mark.parametrize("make", [losses])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [losses])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400
