"""PinSage's convolution by mouse and by keyboard, on a page of its own, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width
from tests.lessons.lesson09.made import BOARDS, CONTENT


def made():
    return visuals.convolution(*BOARDS, CONTENT, ("sweet", "green"), top=2)


@pytest.fixture
def shown(drawn):
    return drawn(made())


def wide(root) -> list[float]:
    """Return how wide the line of each pin's message is."""
    lines = root.locator(".gr-con-flow").all()
    return [float(x.evaluate("e => parseFloat(e.style.strokeWidth)")) for x in lines]


def test_steps_lead_from_the_walk_to_the_new_vector(page, shown):
    state = made().state
    _, weights, _, new = state["said"][0][1]
    assert "knows its content alone, sweet and green: (0.90, −0.10)" in status(shown)
    step = shown.get_by_role("button", name="Step →")
    step.click()
    assert status(shown).startswith("A walk: sponge → ")
    assert shown.locator(".gr-link.gr-used").count() > 0
    step.click()
    assert f"{state['visits'][0][0]} of them lead to sponge itself" in status(shown)
    assert shown.get_by_text(f"{state['visits'][0][2]} visits", exact=True).is_visible()
    step.click()
    assert "The most visited are kept: icing and muffin" in status(shown)
    assert wide(shown) == [0, 1.5, 1.5, 0]
    step.click()
    assert f"icing {weights[0]:.2f}" in status(shown)
    assert wide(shown)[2] > wide(shown)[1] > 1.5
    step.click()
    assert "not said (muffin)" in status(shown)
    page.keyboard.press("End")
    assert f"sponge is now ({new[0]:.2f}, {new[1]:.2f})" in status(shown)
    page.keyboard.press("Home")
    assert "Whom should it hear?" in status(shown)


def test_another_pin_is_asked_for_by_keyboard_and_t_by_the_slider(page, shown):
    page.keyboard.press("Tab")
    shown.get_by_role("button", name="sponge, ask for it").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert status(shown).startswith("new pin knows")
    shown.get_by_role("button", name="Step →").click()
    assert "on no board" in status(shown)
    shown.get_by_role("button", name="icing, ask for it").press("Enter")
    slider = shown.get_by_role("slider", name="top T")
    slider.focus()
    page.keyboard.press("Home")
    assert slider.input_value() == "1"
    for _ in range(2):
        shown.get_by_role("button", name="Step →").click()
    assert sum(x > 0 for x in wide(shown)) == 1
    shown.get_by_role("button", name="cakes, ask for it").locator(".gr-mark").click()
    assert "Boards are the way" in status(shown)


def test_words_lie_on_no_bars(shown):
    """Notes and names end before the content begins."""
    shown.get_by_role("button", name="Step →").click()
    shown.get_by_role("button", name="Step →").click()
    left = min(x.bounding_box()["x"] for x in shown.locator(".gr-con-axis").all())
    for text in shown.locator(".gr-pick text").all():
        box = text.bounding_box()
        assert not box or box["x"] + box["width"] <= left


@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(page, drawn, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(made(), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400


def test_another_top_is_told_beside_the_one_before(page, shown):
    page.keyboard.press("Tab")
    shown.get_by_role("button", name="Step →").focus()
    page.keyboard.press("End")
    shown.get_by_role("slider").fill("1")
    assert status(shown).startswith("T = 1: sponge hears icing, and is now (")
    assert "; with icing and muffin it was (" in status(shown)


def test_the_last_word_is_who_said_most_of_what_has_grown(page, shown):
    state = made().state
    ids, weights, heard, new = state["said"][0][1]
    said = [w * max(0, state["vectors"][k][1]) for k, w in zip(ids, weights, strict=True)]
    assert sum(said) == pytest.approx(heard[1], abs=2e-3)
    shown.get_by_role("button", name="Step →").focus()
    page.keyboard.press("End")
    assert status(shown).startswith(
        f"green went from −0.10 to {new[1]:.2f}: of the {heard[1]:.2f} heard, "
        f"{state['items'][ids[said.index(max(said))]]} said {max(said):.2f}. "
    )
    shown.get_by_role("button", name="new pin, ask for it").press("Enter")
    assert status(shown).startswith("Nobody was heard: new pin is its content alone, at length 1:")


def test_t_is_pulled_over_the_bars(page, shown):
    slider = shown.get_by_role("slider", name="top T")
    at = [hand.bounding_box() for hand in shown.locator(".gr-con-hand").all()]

    def over(pin: int):
        page.mouse.move(at[pin]["x"] + 8, at[pin]["y"] + at[pin]["height"] / 2, steps=3)

    over(2)  # icing is the most visited
    page.mouse.down()
    assert slider.input_value() == "1" and "icing 1.00" in status(shown)
    assert sum(x > 0 for x in wide(shown)) == 1
    over(1)
    assert slider.input_value() == "2" and wide(shown)[2] > wide(shown)[1] > 1.5
    over(0)
    assert status(shown) == "sponge does not hear itself: it joins at the end."
    over(1)
    assert status(shown).startswith("A weight is a share")
    page.mouse.up()
    over(3)  # it was let go
    assert slider.input_value() == "2"
    page.mouse.down()
    page.mouse.up()
    assert status(shown) == "new pin is not among those that walks from sponge visit most."
