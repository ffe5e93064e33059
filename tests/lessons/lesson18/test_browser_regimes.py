"""Which one wins: sliders by keyboard, another data set, a line that is asked for; narrow, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import violations
from tests.lessons.lesson18.made import SIZES, SLICES


@pytest.fixture
def show(on_a_page):
    """A function that puts the visual on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(
        visuals.regimes(SLICES, {"history": 3}, start="history"), **look
    )


def status(root) -> str:
    return root.locator(".gr-status").inner_text()


def test_keys_move_a_knob_and_name_the_winner(show):
    page, root = show()
    assert status(root).startswith(
        "PinWorld, 5 likes: RP3β is first, .155, from .145 to .165. Cannot be told from it (≈): LightGCN."
    )
    root.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowLeft")
    assert (
        status(root)
        == "PinWorld, 1 like: LightGCN is first, .160, from .150 to .170. Everybody else is behind."
    )
    assert (
        root.get_by_role("slider").first.get_attribute("aria-valuetext")
        == "1 like, first: LightGCN"
    )
    root.get_by_role("combobox", name="Property").select_option("noise in content")
    assert "PinSage is first" in status(root)


def test_by_keys_alone_another_set_and_a_name_are_reached(show):
    page, root = show()

    def tab_to(text: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.innerText").startswith(text):
                return
        raise AssertionError(f"no Tab leads to {text}")

    root.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowLeft")
    tab_to("Gowalla")
    page.keyboard.press("Enter")
    assert status(root).startswith("Gowalla, 1 like")
    assert root.locator("button:focus").inner_text() == "Gowalla"
    tab_to("1 behind")
    page.keyboard.press("Enter")
    assert root.locator("button:focus").inner_text() == "hide those behind"
    root.get_by_role("button", name="RP3β").focus()
    page.keyboard.press("Enter")
    assert " RP3β: " in status(root)


def test_another_data_set_and_a_line_that_is_asked_for(show):
    page, root = show()
    assert root.get_by_text("your data", exact=True).count() == 1
    root.get_by_role("button", name="Gowalla").click()
    assert status(root).startswith("Gowalla, 5 likes: RP3β")
    assert (
        root.get_by_text("your data", exact=True).count() == 0
    )  # they lie in the first set's picture
    root.get_by_role("button", name="1 behind").click()
    root.get_by_role("button", name="iALS .150").focus()
    page.keyboard.press("Enter")
    assert status(root).endswith("iALS: .150, from .140 to .160.")
    assert root.locator("button:focus").inner_text() == "iALS .150"


def test_another_data_set_keeps_the_level_and_not_the_place(on_a_page):
    _, root = on_a_page(visuals.regimes(start="age"))
    assert "PinWorld, 7 days" in status(root)
    for name in ("pins born since", "a person's vector so old"):
        root.get_by_role("button", name=f"PinWorld, {name}").click()
        assert f"{name}, 7 days" in status(root)


def test_who_is_first_is_hidden_until_somebody_is_named(on_a_page):
    page, root = on_a_page(visuals.regimes(SLICES, start="history", guess="content"))
    assert "content" in root.inner_text() and "PinSage" not in root.inner_text()
    assert "RP3β is first" in status(root)
    root.get_by_role("combobox", name="Property").select_option("noise in content: who is first?")
    assert (
        status(root)
        == "PinWorld, 0.5 likes (blurred): who is first, whose is the line on top? Press a name."
    )
    assert root.locator("polyline.gr-reg-far").count() == root.locator("polyline").count() == 2
    assert root.locator(".gr-reg-name").count() == 0 and "Noise costs" not in root.inner_text()
    root.get_by_role("button", name="content", exact=True).focus()
    page.keyboard.press("Enter")
    assert status(root).startswith(
        "You said content. PinWorld, 0.5 likes (blurred): PinSage is first, .220"
    )
    assert root.locator("polyline").count() == 2 and "Noise costs" in root.inner_text()
    assert root.locator("button:focus").inner_text().startswith("content .200")


def test_rates_have_whole_numbers_and_what_does_not_fit_says_so(on_a_page):
    page, root = on_a_page(visuals.regimes(SIZES))
    assert status(root).startswith("catalogs, 100k things: Pixie is first, 3,000, from")
    root.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    root.get_by_role("button", name="1 behind").click()
    assert root.get_by_role("button", name="iALS, exact scan does not fit").count() == 1
    points = root.locator("polyline[stroke-dasharray='6 4'], polyline.gr-reg-far").first
    assert len(points.get_attribute("points").split()) == 2


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert violations(page) == []
