"""Users arriving: mouse, keyboard, narrow, light and dark."""

from __future__ import annotations

import numpy as np
import pytest
from pages import alone, opened, violations

from graphrec_utils.plots import visuals


def filling():
    rng = np.random.default_rng(0)
    return visuals.arrivals({
        "control against itself": (rng.poisson(3, 300), rng.poisson(3, 300)),
        "three fused": (rng.poisson(4, 300), rng.poisson(3, 300)),
    })  # fmt: skip


@pytest.fixture
def show(new_page, tmp_path):
    """A function that puts the visual on a page of its own and returns (page, its root)."""

    def put(width=1000, dark=False):
        look = "dark" if dark else "light"
        page = new_page(color_scheme=look, viewport={"width": width, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(error))
        root = opened(page, alone(tmp_path, filling(), dark_lab=dark))
        assert not errors
        return page, root

    return put


def status(root) -> str:
    return root.locator(".gr-status").inner_text()


def test_users_arrive_by_keys_and_another_experiment_is_chosen(show):
    page, root = show()
    assert status(root).startswith("control against itself, 20 users: lift")
    root.get_by_role("button", name="three fused").click()
    page.keyboard.press("End")
    assert "600 users" in status(root) and "The policy is better." in status(root)
    page.keyboard.press("Home")
    assert "20 users" in status(root)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert violations(page) == []
