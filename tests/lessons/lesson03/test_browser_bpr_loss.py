"""The BPR loss by mouse and by keyboard, on a page of its own, light and dark."""

from __future__ import annotations

import math
import re

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, pull, status


@pytest.fixture
def shown(drawn):
    """The visual on a page of its own."""
    return drawn(visuals.bpr_loss())


def numbers(shown) -> tuple[float, float, float]:
    """Return difference, loss and gradient from the status line."""
    text = status(shown).replace("−", "-")
    found = re.search(r"x = (\S+): .*Loss (\S+), gradient (\S+)\. ", text)
    return tuple(float(x) for x in found.groups())


def test_it_starts_with_a_negative_ahead(shown):
    x, loss, gradient = numbers(shown)
    assert x == -1
    assert loss == pytest.approx(math.log1p(math.exp(1)), abs=0.006)
    assert gradient == pytest.approx(-1 / (1 + math.exp(-1)), abs=0.006)


def test_the_slider_works_with_the_arrow_keys(page, shown):
    shown.get_by_role("slider").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert numbers(shown)[:2] == (0, 0.69)
    page.keyboard.press("End")
    assert numbers(shown)[0] == 6
    assert "hardly moves x" in status(shown)


def test_a_step_raises_the_difference_and_with_the_wrong_sign_lowers_it(page, shown):
    step = shown.get_by_role("button", name="One step of training")
    step.click()
    assert numbers(shown)[0] == pytest.approx(-1 + 1 / (1 + math.exp(-1)), abs=0.06)
    shown.get_by_role("button", name="Turn the sign").focus()
    page.keyboard.press("Enter")
    before = numbers(shown)[0]
    step.focus()
    page.keyboard.press("Space")
    assert numbers(shown)[0] < before
    assert status(shown).startswith("Sign turned.")
    shown.get_by_role("button", name="Reset").click()
    assert numbers(shown)[0] == -1
    assert status(shown).startswith("BPR.")


def test_every_wrong_step_leads_further_down_and_the_loss_falls(shown):
    shown.get_by_role("button", name="Turn the sign").click()
    states = [numbers(shown)]
    for _ in range(8):
        shown.get_by_role("button", name="One step of training").click()
        states.append(numbers(shown))
    differences, losses = [state[0] for state in states], [state[1] for state in states]
    assert differences == sorted(differences, reverse=True)
    assert differences[-1] < -2
    assert losses == sorted(losses, reverse=True)  # the trap: training looks fine


def test_the_dark_page_is_readable(drawn):
    root = drawn(visuals.bpr_loss(), dark=True)
    color, background = colors(root)
    assert color != background
    dot = root.locator(".gr-bpr-dot").first.evaluate("e => getComputedStyle(e).fill")
    assert dot == color


def test_the_point_is_pulled_along_the_curve(page, shown):
    ring = shown.locator(".gr-bpr-ring").first
    before = float(ring.get_attribute("cx"))
    pull(page, shown.get_by_role("img").first, (0.4, 0.3), (0.9, 0.8))
    assert numbers(shown)[0] > 4
    assert float(ring.get_attribute("cx")) > before
    x = numbers(shown)[0]
    page.mouse.move(10, 10)
    assert numbers(shown)[0] == x  # it was let go
