"""The sampled-metric explorer by keyboard, on a page of its own, light and dark."""

from __future__ import annotations

import re

import pytest

from graphrec_utils.metrics import hit_chance
from graphrec_utils.plots import visuals
from tests.browser.pages import colors, pull, status


@pytest.fixture
def shown(drawn):
    """The visual on a page of its own."""
    return drawn(visuals.sampled_metric())


def numbers(shown) -> dict[str, float]:
    text = status(shown).replace(",", "")
    found = re.search(
        r"Rank (\d+) of (\d+) top (\d+): full ranking (\w+)\. Against (\d+) .* hit is ([\d.]+)\.",
        text,
    )
    rank, n, top, full, S, chance = found.groups()
    return {
        "rank": int(rank),
        "n": int(n),
        "top": int(top),
        "full": full,
        "S": int(S),
        "chance": float(chance),
    }


def agrees(now) -> bool:
    expected = hit_chance(now["rank"], now["n"], now["S"], now["top"])
    return now["chance"] == pytest.approx(expected, abs=6e-4)


def test_the_script_computes_what_scipy_computes(page, shown):
    assert agrees(numbers(shown))
    for name, key, presses in (
        ("rank", "ArrowRight", 25),
        ("negatives", "ArrowRight", 12),
        ("top", "ArrowLeft", 4),
        ("rank", "End", 1),
        ("negatives", "End", 1),
        ("rank", "Home", 1),
    ):
        shown.get_by_role("slider", name=name).focus()
        for _ in range(presses):
            page.keyboard.press(key)
        assert agrees(numbers(shown)), numbers(shown)


def test_rank_50_is_a_miss_that_sampled_negatives_call_a_hit_and_is_not_told_at_once(shown):
    first = numbers(shown)
    assert (first["rank"], first["full"]) == (5, "hits")
    curve = shown.locator(".gr-sampled-curve")
    drawn = len(curve.get_attribute("points").split())
    shown.get_by_role("button", name="Rank 50").click()
    assert len(curve.get_attribute("points").split()) > drawn
    now = numbers(shown)
    assert (now["rank"], now["full"]) == (50, "misses")
    assert now["chance"] > 0.99


def test_the_slider_of_the_cut_off_reaches_a_hit(page, drawn):
    root = drawn(visuals.sampled_metric(rank=12))
    root.get_by_role("button", name="Rank 12").click()
    assert numbers(root)["full"] == "misses"
    slider = root.get_by_role("slider", name="top")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert numbers(root)["full"] == "hits"
    assert slider.get_attribute("aria-valuetext") == "12"


def test_a_large_catalog_works(drawn):
    root = drawn(visuals.sampled_metric(num_items=50_000, num_negatives=99, rank=5_000))
    root.get_by_role("button", name="Rank 5,000").click()
    assert numbers(root)["rank"] == 5_000
    assert agrees(numbers(root))


def test_the_dark_page_is_readable(drawn):
    assert len(set(colors(drawn(visuals.sampled_metric(), dark=True)))) == 2


def test_the_mark_is_pulled_until_the_sample_errs(page, shown):
    question = shown.get_by_text("still a hit? Pull the mark.")
    assert question.is_visible()
    pull(page, shown.get_by_role("img"), (0.25, 0.5), (0.6, 0.5))
    now = numbers(shown)
    assert now["full"] == "misses" and agrees(now)
    assert status(shown).endswith("The sample calls a miss a hit.")
    assert not question.is_visible()
