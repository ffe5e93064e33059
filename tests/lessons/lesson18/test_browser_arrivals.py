"""Users arriving: mouse, keyboard, narrow, light and dark."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import pull, status, violations, width


def filling():
    rng = np.random.default_rng(0)
    return visuals.arrivals({
        "control against itself": (rng.poisson(3, 300), rng.poisson(3, 300)),
        "three fused": (rng.poisson(4, 300), rng.poisson(3, 300)),
    })  # fmt: skip


@pytest.fixture
def show(on_a_page):
    """A function that puts the visual on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(filling(), **look)


def test_users_arrive_by_keys_and_another_experiment_is_chosen(show):
    page, root = show()
    assert status(root).startswith("control against itself, 20 users: lift")
    assert root.get_by_text("users still to come: pull →").is_visible()
    root.get_by_role("button", name="three fused").click()
    page.keyboard.press("End")
    assert "600 users" in status(root) and "The policy is better." in status(root)
    page.keyboard.press("Home")
    assert "20 users" in status(root)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []


def test_what_rounds_to_nothing_has_no_sign(on_a_page):
    same = np.array([3, 4, 3, 4] * 30)
    _, root = on_a_page(visuals.arrivals({"same": (same, same.copy())}))
    assert "lift 0.0 %" in status(root)


def test_users_are_pulled_in(show):
    page, root = show()
    pull(page, root.get_by_role("img"), (0.1, 0.5), (1, 0.5))
    assert "600 users" in status(root)
    assert root.locator(".gr-arr-coming").get_attribute("width") == "0"
