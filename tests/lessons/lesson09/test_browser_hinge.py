"""Hinge and curriculum by mouse and by keyboard, on a page of their own, light and dark."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import losses
from graphrec_utils.lessons.lesson09.ex3_pinsage_loss import pinsage_loss
from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

EPOCHS = [
    {"positive": np.full(9, 0.5), "shared": np.zeros(9), "hard": np.full(9 * k, 0.3)}
    for k in range(4)
]


def made(name: str):
    if name == "hinge":
        return visuals.hinge(function=pinsage_loss)
    false = np.arange(1, 2001) * np.ones((4, 1)) < 100  # all below rank 100, nobody above
    return visuals.curriculum(EPOCHS, false=false)


@pytest.fixture
def hinge(drawn):
    return drawn(made("hinge"))


@pytest.fixture
def epochs(drawn):
    return drawn(made("curriculum"))


def said(shown) -> str:
    return status(shown).replace("−", "-")


def formula(shown) -> str:
    return shown.locator(".gr-hin-formula").inner_text().replace("−", "-")


def ranks(shown) -> str:
    return shown.locator(".gr-cur-ranks [aria-live]").inner_text()


def angles(shown) -> tuple[int, int]:
    return tuple(int(shown.locator("output").nth(k).inner_text()) for k in (0, 1))


@pytest.mark.parametrize("rule", ["paper", "yours"])
def test_the_right_sign_brings_the_positive_nearer(hinge, rule):
    hinge.get_by_role("button", name=rule).click()
    for _ in range(8):
        hinge.get_by_role("button", name="One step of training").click()
    positive, negative = angles(hinge)
    assert positive < 60 and negative > 40


def test_the_slide_s_sign_sends_it_away_until_the_negative_is_far_ahead(hinge):
    assert hinge.get_by_role("button", name="slide").get_attribute("aria-pressed") == "true"
    assert "pushes the positive away" in said(hinge)
    for _ in range(30):
        hinge.get_by_role("button", name="One step of training").click()
    positive, negative = angles(hinge)
    assert positive > 60 and negative < 40
    assert said(hinge).endswith(
        "ahead, by more than the margin 0.3: nothing moved, the slide's sign has let the negative win."
    )
    assert hinge.locator(".gr-hin-trail").count() == 2  # where the heads were
    hinge.get_by_role("button", name="Reset").click()
    assert hinge.locator(".gr-hin-trail").count() == 0


def test_sliders_work_with_the_arrow_keys_and_reset_brings_back(page, hinge):
    slider = hinge.get_by_role("slider", name="positive")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert angles(hinge) == (50, 40)
    hinge.get_by_role("button", name="Reset").click()
    assert angles(hinge) == (60, 40)


@pytest.mark.parametrize("nearer", [40, 55, 60, 65, 90, 120])
def test_the_words_of_the_vectors_do_not_overlap(hinge, nearer):
    slider = hinge.get_by_role("slider", name="negative")
    slider.fill(str(nearer))
    boxes = [
        hinge.locator("svg text", has_text=name).bounding_box() for name in ("positive", "negative")
    ]
    (x, y, w, _), (X, Y, W, _) = (
        tuple(box[k] for k in ("x", "y", "width", "height")) for box in boxes
    )
    assert angles(hinge) == (60, nearer)
    assert x + w <= X or x >= X + W or abs(y - Y) >= 14


def test_the_slider_says_the_margin_and_not_its_place(hinge):
    margin = hinge.get_by_role("slider", name="margin")
    assert hinge.locator("output").nth(2).inner_text() == "0.3"
    margin.fill("3")
    assert (
        hinge.locator("output").nth(2).inner_text()
        == "0.6"
        == margin.get_attribute("aria-valuetext")
    )
    assert formula(hinge).endswith("+ 0.6) = 0.33")


def test_a_vector_is_turned_by_its_head(page, hinge):
    head = hinge.locator("circle.gr-hin-positive")
    box = hinge.locator("svg").first.bounding_box()
    head.hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30, steps=5)
    page.mouse.up()
    positive, negative = angles(hinge)
    assert abs(positive - 90) <= 3 and negative == 40
    page.mouse.move(box["x"] + 20, box["y"] + 100)
    assert angles(hinge) == (positive, negative)  # it was let go


def test_a_positive_that_is_far_ahead_is_left_alone(page, hinge):
    hinge.get_by_role("button", name="paper").click()
    slider = hinge.get_by_role("slider", name="positive")
    slider.focus()
    page.keyboard.press("Home")
    hinge.get_by_role("slider", name="negative").focus()
    page.keyboard.press("End")
    news = "The negative is 2.00 behind, by more than the margin 0.3: nothing"
    assert said(hinge) == f"{news} moves."
    assert formula(hinge).endswith("= max(0, (-1.00) - 1.00 + 0.3) = 0.00")
    hinge.get_by_role("button", name="One step of training").click()
    assert said(hinge) == f"{news} moved."


def test_a_step_is_told_and_its_arrows_lead_to_where_it_goes(hinge):
    hinge.get_by_role("button", name="paper").click()
    hinge.get_by_role("slider", name="positive").fill("20")
    hinge.get_by_role("slider", name="negative").fill("45")
    arrows = hinge.locator(".gr-hin-pull:not(.gr-hin-q)")
    assert all(x.get_attribute("d").count("A") == 1 for x in arrows.all())
    dashes = arrows.evaluate_all("e => e.map((x) => getComputedStyle(x).strokeDasharray)")
    assert dashes == ["none", "none"]
    hinge.get_by_role("button", name="One step of training").click()
    positive, negative = angles(hinge)
    assert said(hinge).startswith(
        f"A step: positive {20 - positive}° nearer, negative {negative - 45}° farther. The negative is"
    )
    assert said(hinge).endswith("by more than the margin 0.3: now nothing moves.")
    assert all(x.get_attribute("d") == "" for x in arrows.all())


@pytest.mark.parametrize(("rule", "sign"), [("paper", 1), ("slide", -1)])
@pytest.mark.parametrize("negative", [10, 73, 160])
def test_the_formula_is_the_library_s_hinge(hinge, rule, sign, negative):
    hinge.get_by_role("button", name=rule).click()
    hinge.get_by_role("slider", name="negative").fill(str(negative))
    ahead = torch.tensor([np.cos(np.radians(negative)) - np.cos(np.radians(60))])
    loss = losses.hinge(torch.zeros(1), sign * ahead, 0.3).item()
    assert formula(hinge).endswith(f") = {loss:.2f}")


def test_what_moves_is_told_with_its_reason(hinge):
    hinge.get_by_role("button", name="paper").click()
    assert said(hinge).startswith(
        "The negative is 0.27 ahead: a step pulls the positive to the query"
    )
    hinge.get_by_role("slider", name="negative").fill("67")
    assert said(hinge).startswith(
        "The negative is 0.11 behind, by less than the margin 0.3: a step pulls"
    )
    hinge.get_by_role("slider", name="negative").fill("80")
    assert said(hinge).startswith(
        "The negative is 0.33 behind, by more than the margin 0.3: nothing moves."
    )


def test_each_epoch_adds_a_hard_negative(page, epochs):
    assert "500 shared and 0 hard negatives" in said(epochs)
    epochs.get_by_role("button", name="Step").click()
    assert "Epoch 2: 500 shared and 1 hard negative for" in said(epochs)
    page.keyboard.press("End")
    assert "Epoch 4: 500 shared and 3 hard negatives" in said(epochs)
    page.keyboard.press("Home")
    assert "Epoch 1" in said(epochs)


def test_the_reader_sets_the_ranks_and_sees_how_many_are_false(page, epochs):
    assert ranks(epochs) == "Ranks 50 to 300: 20 of 100 negatives are false."
    assert epochs.locator("svg rect.gr-cur-fine").count() == 80
    first, last = epochs.get_by_role("slider").all()
    assert epochs.locator("output").all_inner_texts() == ["50", "300"]  # values, not places
    last.focus()
    page.keyboard.press("Home")
    assert ranks(epochs) == "Ranks 1 to 2: 100 of 100 negatives are false."
    first.focus()
    page.keyboard.press("End")  # the other end gives way
    assert ranks(epochs) == "Ranks 1,400 to 2,000: 0 of 100 negatives are false."
    assert said(epochs) == "Ranks 1,400 to 2,000: 0 of 100 are false, 20 fewer than as trained."
    assert epochs.locator("output").all_inner_texts() == ["1,400", "2,000"]
    assert (
        epochs.locator(".gr-title").first.inner_text().startswith("epoch 1:")
    )  # arrows on a slider are no steps
    epochs.get_by_role("button", name="Step").click()
    assert "20 of 100 of them are false" in said(epochs)  # as trained


def test_the_ranks_are_pulled_by_their_handles(page, epochs):
    chart = epochs.get_by_role("img").nth(1)
    box = chart.bounding_box()

    def pull(handle: int, to: float):
        knob = epochs.locator(".gr-cur-knob").nth(handle).bounding_box()
        page.mouse.move(knob["x"] + 8, knob["y"] + 8)
        page.mouse.down()
        page.mouse.move(box["x"] + to * box["width"], knob["y"] - 20, steps=4)
        page.mouse.up()

    pull(0, 0)
    assert ranks(epochs) == "Ranks 1 to 300: 33 of 100 negatives are false."
    pull(1, 0)  # it stops at the other
    assert ranks(epochs) == "Ranks 1 to 2: 100 of 100 negatives are false."
    pull(1, 1)
    assert ranks(epochs).startswith("Ranks 1 to 2,000")


@pytest.mark.parametrize("wide", [720, 900])
def test_ranks_stand_beside_the_epochs(page, epochs, wide):
    page.set_viewport_size({"width": wide, "height": 900})
    left, right = (epochs.locator(".gr-body > div").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


@pytest.mark.parametrize("name", ["hinge", "curriculum"])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_are_accessible_and_fit_a_phone(page, drawn, name, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(made(name), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400


def test_the_words_lie_inside_and_on_nothing(hinge):
    svg = hinge.get_by_role("img").first
    frame = svg.bounding_box()
    sliders = [hinge.get_by_role("slider", name=name) for name in ("positive", "negative")]
    for pair in (
        (3, 60),
        (3, 1),
        (0, 0),
        (6, 2),
        (159, 175),
        (175, 159),
        (180, 180),
        (20, 175),
        (90, 90),
    ):
        for slider, degrees in zip(sliders, pair, strict=True):
            slider.fill(str(degrees))
        words = [
            svg.get_by_text(name, exact=True).bounding_box() for name in ("positive", "negative")
        ]
        rings = [
            x.bounding_box()
            for x in svg.locator(".gr-hin-knob").all()
            if x.get_attribute("r") != "0"
        ]
        for word in words:
            assert (
                frame["x"] <= word["x"] and word["x"] + word["width"] <= frame["x"] + frame["width"]
            )
        (a, b) = words
        assert (
            abs(a["y"] - b["y"]) > 12
            or a["x"] + a["width"] <= b["x"]
            or b["x"] + b["width"] <= a["x"]
        )
        if max(pair) < 30 or min(pair) > 150:
            assert all(
                w["x"] > r["x"] + r["width"] - 1 or w["x"] + w["width"] < r["x"] + 1
                for w in words
                for r in rings
            )


def test_the_dot_is_pulled_and_turns_the_negative(page, hinge):
    positive, _ = angles(hinge)
    chart = hinge.get_by_role("img").nth(1).bounding_box()
    hinge.locator(".gr-hin-dot").hover()
    page.mouse.down()
    page.mouse.move(chart["x"] + chart["width"] * (30 + 360 * 0.5) / 400, chart["y"] + 40, steps=4)
    page.mouse.up()
    assert angles(hinge) == (positive, positive)  # neither is ahead
    hinge.locator(".gr-hin-dot").hover()
    page.mouse.down()
    page.mouse.move(chart["x"], chart["y"] + 40, steps=4)
    page.mouse.up()
    assert angles(hinge) == (positive, 180)  # farther behind than it can be is as far as it can


def test_a_negative_on_the_query_comes_no_nearer_and_no_word_lies_on_another(page, hinge):
    hinge.get_by_role("button", name="paper").click()
    hinge.get_by_role("slider", name="positive").fill("11")
    assert "nearer:" not in said(hinge)
    chart = hinge.get_by_role("img").nth(1).bounding_box()
    hinge.locator(".gr-hin-dot").hover()
    page.mouse.down()
    page.mouse.move(chart["x"] + chart["width"] - 5, chart["y"] + 40, steps=4)
    page.mouse.up()
    assert angles(hinge) == (11, 0)
    assert said(hinge).startswith(
        "The negative is 0.02 ahead; it lies on the query and cannot come nearer: a step"
    )
    svg = hinge.get_by_role("img").first
    for positive in (11, 5, 0):
        hinge.get_by_role("slider", name="positive").fill(str(positive))
        words = [svg.get_by_text(x, exact=True).bounding_box() for x in ("q", "positive", "negative")]  # fmt: skip
        heads = [
            x.bounding_box()
            for x in svg.locator(".gr-hin-knob").all()
            if x.get_attribute("r") != "0"
        ]
        for k, a in enumerate(words):
            for b in words[k + 1 :] + heads:
                assert (
                    abs(a["y"] + a["height"] / 2 - b["y"] - b["height"] / 2) >= 14
                    or a["x"] + a["width"] <= b["x"] + 2
                    or b["x"] + b["width"] <= a["x"] + 2
                )
