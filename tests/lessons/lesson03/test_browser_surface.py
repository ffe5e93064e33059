"""The surface of a dot product and of a network, by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, violations

# (|p + q| - |p - q|) / 2; and nothing but zeros
FOLDS = [
    np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]),
    np.zeros(4),
    np.array([[0.5, 0.5, -0.5, -0.5]]),
    np.zeros(1),
]
ZERO = [np.zeros((2, 2)), np.zeros(2), np.zeros((1, 2)), np.zeros(1)]


def folds(p: float, q: float) -> float:
    return (abs(p + q) - abs(p - q)) / 2


@pytest.fixture
def shown(drawn):
    """The visual on a page of its own."""
    return drawn(visuals.surface([ZERO, FOLDS]))


def numbers(shown) -> dict[str, float]:
    text = status(shown).replace("−", "-")
    found = re.search(
        r"User p = (\S+), item q = (\S+), (\w+) .* product is (\S+), (\d+) units say (\S+?)[:;]",
        text,
    )
    p, q, where, product, units, said = found.groups()
    return {
        "p": float(p),
        "q": float(q),
        "where": where,
        "product": float(product),
        "units": int(units),
        "said": float(said),
    }


def agrees(now) -> bool:
    return now["product"] == pytest.approx(now["p"] * now["q"], abs=6e-3) and now[
        "said"
    ] == pytest.approx(folds(now["p"], now["q"]), abs=6e-3)


def test_the_script_computes_the_product_and_the_network(page, shown):
    assert numbers(shown)["units"] == 4
    for name, keys in (
        ("user p", ["ArrowLeft"] * 12),
        ("item q", ["Home"]),
        ("user p", ["End"]),
        ("item q", ["ArrowUp"] * 7),
    ):
        shown.get_by_role("slider", name=name).focus()
        for key in keys:
            page.keyboard.press(key)
        assert agrees(numbers(shown)), numbers(shown)


def test_it_says_when_the_pair_was_never_trained(page, shown):
    assert numbers(shown)["where"] == "inside"
    shown.get_by_role("slider", name="user p").focus()
    page.keyboard.press("End")
    assert numbers(shown)["where"] == "outside"


def test_the_miss_is_told_and_that_nobody_trained_outside(shown):
    shown.get_by_role("button", name="2 units").click()
    for p, q, told in (
        ("2", "1", "2 units say 0.00: 2.00 too low."),
        ("3", "-1", "nobody trained it here, it goes on in straight pieces: 3.00 too high."),
        ("0", "1", "2 units say 0.00: the same."),
    ):
        shown.get_by_role("slider", name="user p").fill(p)
        shown.get_by_role("slider", name="item q").fill(q)
        assert status(shown).endswith(told)


def test_a_click_in_a_map_takes_its_place(page, shown):
    image = shown.locator("image").nth(1)
    image.click(position={"x": 16, "y": 16})  # 192 wide: p = 2 * 3 * 16 / 192 - 3
    now = numbers(shown)
    assert (now["p"], now["q"]) == (-2.5, 2.5)
    assert agrees(now)


def test_the_difference_is_another_picture_and_comes_back(page, shown):
    image = shown.locator("image").nth(1)
    before = image.get_attribute("href")
    gap = shown.get_by_role("button", name="Show the difference")
    gap.focus()
    page.keyboard.press("Space")
    assert gap.get_attribute("aria-pressed") == "true"
    assert image.get_attribute("href") != before
    assert "difference" in shown.locator(".gr-title").nth(1).inner_text()
    page.keyboard.press("Enter")
    assert image.get_attribute("href") == before


def test_the_line_is_straight_for_the_product_and_bent_for_the_network(shown):
    def slopes(name):
        text = shown.locator(name).get_attribute("points")
        x, y = np.array([pair.split(",") for pair in text.split()], float).T
        return np.unique((np.diff(y) / np.diff(x)).round(3))

    assert len(slopes(".gr-surf-product")) == 1
    assert len(slopes(".gr-surf-network")) > 1


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_readable_and_accessible(page, drawn, dark):
    root = drawn(visuals.surface([ZERO, FOLDS]), dark)
    assert violations(page, ".gr-root") == []
    assert len(set(colors(root))) == 2
    # the maps keep their colors, so what is drawn on them does, too
    dot = root.locator(".gr-surf-map .gr-surf-dot").first.evaluate("e => getComputedStyle(e).fill")
    assert dot == "rgb(17, 17, 17)"
