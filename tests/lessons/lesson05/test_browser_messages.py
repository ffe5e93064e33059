"""The message stepper and the product slider by mouse and keyboard, light and dark."""

from __future__ import annotations

import re

import pytest

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.browser.pages import status

E = [[1, 0.4], [0.6, 0.8], [-0.4, 1], [1, -0.5], [0.8, 0.5], [0.3, 0.9], [-0.8, 0.6]]
W1, W2 = [[0.8, 0.3], [-0.2, 0.9]], [[1.0, -0.4], [0.5, 0.9]]


@pytest.fixture(params=["light", "dark"])
def show(on_a_page, request):
    """A function that opens a visual on a page of its own and returns (page, its root)."""
    return lambda visual: on_a_page(visual, dark=request.param == "dark")


@pytest.fixture
def stepper(show):
    return show(visuals.messages(toy.likes(), E, W1, W2, toy.USERS, toy.ITEMS))


@pytest.fixture
def slider(show):
    fans = {"Ann": [0.9, -0.2, 0.5, -0.8], "Bob": [-0.6, 0.9, 0.4, 0.7]}
    return show(visuals.product([1.0, 0.6, -0.5, 0.8], fans, name="Brazil"))


def test_buttons_and_arrow_keys_add_one_sender_at_a_time(stepper):
    page, root = stepper
    step = root.get_by_role("button", name="Step →")
    assert "Step 2 of 4" in status(root)  # it opens where something is to be seen
    root.get_by_role("button", name="Reset").click()
    assert "Ann has heard nothing yet" in status(root)
    step.click()
    # W1 e of Ann: .8 * 1 + .3 * .4 and -.2 * 1 + .9 * .4
    assert "Self-message: W₁ e of Ann is (0.92, 0.16)" in status(root)
    page.keyboard.press("ArrowRight")
    assert "Step 2 of 4. Alien sends with weight 0.71" in status(root)
    page.keyboard.press("End")
    assert "Step 4 of 4. LeakyReLU of the sum" in status(root)
    page.keyboard.press("Home")
    assert "Step 0 of 4" in status(root)


def test_another_receiver_by_keyboard_and_by_mouse(stepper):
    page, root = stepper
    root.get_by_role("combobox", name="receiver").select_option("Alien")
    assert status(root).startswith("Step 2 of 3.")  # as much as Ann had heard
    assert root.locator(".gr-msg-before").count() == 1  # whose way stays, dotted
    root.get_by_role("button", name="Reset").click()
    root.get_by_role("button", name="Step →").click()
    page.keyboard.press("ArrowRight")
    assert "Step 2 of 3. Ann sends with weight 0.71" in status(root)
    root.locator(".gr-msg-node").nth(1).click()
    assert "Step 2 of" in status(root) and "sends with weight" in status(root)  # of Bob now


def test_parts_can_be_switched_off(stepper):
    page, root = stepper
    root.get_by_role("button", name="Step →").click()
    page.keyboard.press("End")
    everything = status(root)
    root.get_by_role("checkbox", name="W₂ terms (products)").focus()
    page.keyboard.press("Space")
    assert status(root) != everything
    assert root.locator(".gr-msg-line.gr-msg-dashed").count() == 0
    assert "Without W₂ Ann ends at" in status(root) and "no longer depends on who" in status(root)
    assert root.get_by_role("cell", name="off", exact=True).count() == 2  # no (0.00, 0.00)
    root.get_by_role("checkbox", name="σ (LeakyReLU)").click()
    assert "Without W₂ and σ Ann ends at" in status(root)


def test_at_zero_everybody_hears_the_same(slider):
    page, root = slider
    control = root.get_by_role("slider")
    before = status(root)
    assert "Strength of the product 1.0" in before
    control.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert re.search(r"product 0\.0\. .* hear: 1\.00", status(root))
    control.fill("2")  # as a mouse would move it
    assert "Strength of the product 2.0" in status(root)


def test_numbers_stand_beside_the_dashed_outlines(slider):
    _, root = slider
    covered = root.evaluate(
        """(root) => [...root.querySelectorAll("svg")].flatMap((svg) => {
            const boxes = (kind) => [...svg.querySelectorAll(kind)].map((e) => e.getBoundingClientRect());
            const outlines = boxes(".gr-pro-outline");
            return boxes(".gr-pro-number").filter((a) => outlines.some((b) =>
                Math.min(a.right, b.right) > Math.max(a.left, b.left)
                && Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top) + 2)).length;
        })"""
    )
    assert covered == [0]


def test_the_coordinate_in_the_hand_is_the_one_that_is_told(slider):
    page, root = slider
    assert "Ann's f1 is 0.9: Brazil's 1.0 becomes 1.0 × (1 + 1.0 · 0.9) = 1.90." in status(root)
    box = root.get_by_role("spinbutton", name="f4 of Ann").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=4)
    page.mouse.up()
    assert "f4 is amplified. Ann's f4 is 1.0: Brazil's 0.8 becomes" in status(root)
    root.get_by_role("button", name="Bob").click()
    root.get_by_role("spinbutton", name="f2 of Bob").focus()
    page.keyboard.press("ArrowDown")
    assert "Bob's f2 is 0.8: Brazil's 0.6 becomes 0.6 × (1 + 1.0 · 0.8) = 1.08." in status(root)


def test_an_arrow_and_a_row_lead_to_their_message(stepper):
    _, root = stepper
    root.get_by_role("button", name="Step →").click()
    root.locator("tr", has_text="itself").click()
    assert "Step 1 of 4" in status(root)
    root.locator("tr", has_text="Brazil").click()
    assert "Step 3 of 4. Brazil sends" in status(root)
    assert root.locator(".gr-msg-word").all_text_contents() == ["itself", "Alien", "Brazil"]
    root.locator("svg .gr-msg-line.gr-msg-item.gr-msg-dashed").nth(2).click()
    assert "Step 2 of 4. Alien sends" in status(root)
