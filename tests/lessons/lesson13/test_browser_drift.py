"""The film of retraining by mouse and by keyboard, light and dark, on a phone; pins travel unless asked not to."""

from __future__ import annotations

import re

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import alone, opened, pull, status, violations, width

ROWS = visuals.drift().state["rows"]
CAKES = range(6, 12)


@pytest.fixture
def show(on_a_page):
    """A function that puts the visual on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(visuals.drift(step=0), **look)


def found(root) -> int:
    return int(re.search(r"finds (\d) of 6 cakes", status(root))[1])


def hits(way: str, night: int, ask: str = "old") -> int:
    return sum(pin in CAKES for pin in ROWS[way][night][f"list, {ask}"])


def test_every_way_and_night_shows_what_python_computed(show):
    _, root = show()
    for night in range(5):
        for way in ROWS:
            root.get_by_role("button", name=way, exact=True).click()
            for name, ask in (("today’s", "new"), ("day 0’s vector", "old")):
                root.get_by_role("button", name=name, exact=True).click()
                assert (
                    found(root)
                    == hits(way, night, ask)
                    == root.locator(".gr-dri-on > .gr-dri-1").count()
                )
                assert root.locator(".gr-dri-on").count() == 6
            cells = root.locator("tr.gr-dri-now > *").all_inner_texts()
            row = ROWS[way][night]
            assert cells[0] == f"▸ {way}"
            assert cells[1].replace("−", "-") == f"{row['cosine']:.2f}"
            assert cells[2:] == [f"{round(100 * row[k])} %" for k in ("old", "new")]
        root.get_by_role("button", name="Step →").click()


def test_it_opens_where_the_old_arrow_finds_nothing_and_day_0_has_no_table(on_a_page):
    page, root = on_a_page(visuals.drift())
    assert status(root).startswith("Night 2, from scratch:") and found(root) == 0
    assert root.locator(".gr-dri-table").is_visible()
    root.get_by_role("button", name="Step →").focus()
    assert root.locator(".gr-dri-table tbody tr").count() == 1
    root.get_by_role("button", name="warm start", exact=True).click()
    assert root.locator(".gr-dri-table tbody tr").count() == 2  # the one before stays
    root.get_by_role("button", name="Step →").focus()
    page.keyboard.press("Home")
    assert not root.locator(".gr-dri-table").is_visible()


def test_the_turn_is_the_reason_of_what_is_lost_only(on_a_page):
    _, root = on_a_page(visuals.drift())
    assert "his old arrow has not" in status(root)
    root.get_by_role("button", name="Step →").click()
    assert found(root) == 5 and status(root).endswith("° only.")


def test_it_works_by_keys(show):
    page, root = show()
    root.get_by_role("button", name="from scratch").focus()
    assert status(root).startswith("Day 0:")
    page.keyboard.press("ArrowRight")
    assert status(root).startswith("Night 1, from scratch:")
    page.keyboard.press("End")
    assert status(root).startswith("Night 4, from scratch:")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert status(root).startswith("Night 4, turned back:")
    page.keyboard.press("Home")
    assert status(root).startswith("Day 0:")


def test_the_arrow_is_pulled_to_where_the_cakes_are_now(show):
    page, root = show()
    for _ in range(2):
        root.get_by_role("button", name="Step →").click()
    assert found(root) == 0 and "his old arrow has not" in status(root)
    cakes = root.locator(".gr-dri-pin:has(.gr-dri-1)").all()
    at = [re.findall(r"[\d.]+", x.get_attribute("transform")) for x in cakes]
    x, y = (sum(float(place[k]) for place in at) / len(at) / 340 for k in (0, 1))
    pull(page, root.get_by_role("img").first, (0.5, 0.3), (x, y))
    assert found(root) >= 5 and "turned by hand" in status(root)
    assert found(root) < 6 or "still together, only elsewhere" in status(root)
    pull(page, root.get_by_role("img").first, (x, y), (1 - x, 1 - y))
    assert re.search(
        "finds 0 of 6 cakes: (now the (gardens|boats)|no cakes) stand there", status(root)
    )
    root.get_by_role("slider", name="turn it").focus()
    page.keyboard.press("Home")
    assert "turned by hand" in status(root)
    root.get_by_role("button", name="Step →").click()
    assert "his vector of day 0" in status(root)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_pins_travel_unless_the_reader_asked_them_not_to(new_page, tmp_path, motion):
    page = new_page(reduced_motion=motion)
    root = opened(page, alone(tmp_path, visuals.drift(step=0)))
    pin = root.locator(".gr-dri-pin").first
    wanted = "0.3s" if motion == "no-preference" else "0s"
    assert pin.evaluate("(x) => getComputedStyle(x).transitionDuration") == wanted
    root.get_by_role("button", name="Step →").click()
    moving = page.evaluate("document.getAnimations().map((x) => x.transitionProperty)")
    assert ("transform" in moving) == (motion == "no-preference")
    page.wait_for_function("document.getAnimations().length === 0")
    assert status(root).startswith("Night 1")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []
    sizes = page.evaluate(
        "[...document.querySelectorAll('.gr-root *')].map((x) => parseFloat(getComputedStyle(x).fontSize))"
    )
    assert min(sizes) >= 9
