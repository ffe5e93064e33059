"""The ALS stepper by mouse and by keyboard, on a page of its own, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import toy
from graphrec_utils.models import mf
from graphrec_utils.plots import visuals


@pytest.fixture
def visual():
    return visuals.als(toy.likes(), toy.USERS, toy.ITEMS)


@pytest.fixture
def shown(drawn, visual):
    """The visual on a page of its own."""
    return drawn(visual)


def status(shown) -> str:
    return shown.get_by_role("status").inner_text()


def numbers(shown, label: str) -> list[float]:
    cells = shown.get_by_role("table", name=label, exact=True).locator("td:not(.gr-als-corner)")
    return [float(text.replace("−", "-")) for text in cells.all_inner_texts()]


def test_the_buttons_step_forward_back_and_reset(shown):
    assert status(shown).startswith("Random start")
    shown.get_by_role("button", name="Step →").click()
    assert status(shown).startswith("Half-step 1 of 8: users solved, items fixed.")
    shown.get_by_role("button", name="Step →").click()
    assert status(shown).startswith("Half-step 2 of 8: items solved, users fixed.")
    shown.get_by_role("button", name="← Back").click()
    assert status(shown).startswith("Half-step 1 of 8")
    shown.get_by_role("button", name="Reset").click()
    assert status(shown).startswith("Random start")


def test_the_arrow_keys_step_and_stop_at_both_ends(page, shown):
    shown.get_by_role("button", name="Step →").focus()
    for key, words in (
        ("ArrowRight", "Half-step 1 of 8"),
        ("End", "Half-step 8 of 8"),
        ("ArrowRight", "Half-step 8 of 8"),
        ("ArrowLeft", "Half-step 7 of 8"),
        ("Home", "Random start"),
        ("ArrowLeft", "Random start"),
    ):
        page.keyboard.press(key)
        assert status(shown).startswith(words)


def test_the_tables_show_the_state(shown, visual):
    shown.get_by_role("button", name="Step →").click()
    after = visual.state["steps"][1]
    W, H = np.array(after["user_emb"]), np.array(after["item_emb"])
    assert numbers(shown, "user vectors W") == pytest.approx(W.ravel().tolist(), abs=0.006)
    left = toy.likes().numpy() - W @ H.T
    assert numbers(shown, "residual R − W Hᵀ") == pytest.approx(left.ravel().tolist(), abs=0.006)


def test_the_next_side_is_pulled_by_hand_and_the_half_step_comes_lower(page, shown, visual):
    bar = shown.get_by_role("spinbutton", name="Ann f1")
    box = bar.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=3)
    page.mouse.up()
    assert status(shown).startswith("Ann's f1 is 0.")
    told = float(bar.get_attribute("aria-valuenow"))
    start = visual.state["steps"][0]
    W, H = np.array(start["user_emb"]), np.array(start["item_emb"])
    W[0, 0] = told
    loss = sum(mf.ials_loss(sp.csr_array(toy.likes().numpy()), W, H, 0.3, 0.1))
    assert f"from 6.530 to {loss:.3f}." in status(shown)
    bar.focus()
    page.keyboard.press("ArrowUp")
    assert status(shown).startswith(f"Ann's f1 is {told + 0.05:.2f}")
    shown.get_by_role("button", name="Step →").click()
    assert "Loss 6.530 → 4.869; your hand had come to" in status(shown)
    shown.get_by_role("spinbutton", name="Ann f1").click()
    assert status(shown) == "The users are fixed now: the dashed side is pulled."


def test_the_solved_side_is_outlined(shown):
    moved = shown.locator(".gr-als-moved")
    assert moved.count() == 0
    shown.get_by_role("button", name="Step →").click()
    assert moved.get_attribute("aria-label") == "user vectors W"


def test_a_residual_tells_its_sum_and_the_loss_can_be_pulled(page, shown):
    table = shown.get_by_role("table", name="residual R − W Hᵀ")
    table.locator("td").nth(2).click()
    assert "Ann – Brazil: 1 − (" in status(shown)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "Bob – Brazil: 1 − (" in status(shown)
    box = shown.locator(".gr-als-pull").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + 60, steps=4)
    page.mouse.up()
    assert status(shown).startswith("Half-step 8 of 8")


def test_play_runs_to_the_end(shown):
    shown.get_by_role("button", name=re.compile("Play")).click()
    shown.get_by_text("Half-step 8 of 8").wait_for()
    assert shown.get_by_role("button", name=re.compile("Play")).count() == 1


def test_a_key_on_the_fixed_side_is_answered(page, shown):
    shown.get_by_role("spinbutton", name="Alien f1").focus()
    page.keyboard.press("ArrowUp")
    assert status(shown) == "The items are fixed now: the dashed side is pulled."
