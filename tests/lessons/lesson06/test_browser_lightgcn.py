"""The visuals of lesson 06 by mouse and by keyboard, on a page of their own, without a kernel."""

from __future__ import annotations

import re

import pytest

from graphrec_utils import toy
from graphrec_utils.plots import visuals
from tests.browser.pages import pull, status


# ---------------------------------------------------------------- smoothing
@pytest.fixture
def smooth(drawn):
    return drawn(visuals.smoothing(toy.likes(), toy.USERS, toy.ITEMS))


def test_smoothing_steps_by_button(smooth):
    assert status(smooth).startswith("Layer 0: the start")
    smooth.get_by_role("button", name="Step →").click()
    assert status(smooth).startswith("Layer 1, odd: users head for ray b")
    smooth.get_by_role("button", name="Step →").click()
    assert status(smooth).startswith("Layer 2, even: users head for ray a")
    smooth.get_by_role("button", name="Reset").click()
    assert status(smooth).startswith("Layer 0")


def test_smoothing_steps_by_key_and_shows_the_state(page, smooth):
    layers = visuals.smoothing(toy.likes(), toy.USERS, toy.ITEMS).state["layers"]
    smooth.get_by_role("button", name="Step →").focus()
    for key, k in (("End", 16), ("ArrowRight", 16), ("ArrowLeft", 15), ("Home", 0)):
        page.keyboard.press(key)
        alone, mean = (f"{layers[k][kind]['users']:.2f}" for kind in ("single", "mean"))
        assert f"{alone} in this layer alone, {mean} in the mean" in status(smooth).replace(
            "−", "-"
        )


def test_smoothing_plays_to_the_end(smooth):
    smooth.get_by_role("button", name=re.compile("Play")).click()
    smooth.get_by_text("Layer 16, even").wait_for()


# ---------------------------------------------------------------- layers
@pytest.fixture
def weights(drawn):
    return drawn(visuals.layers(toy.path(), num_layers=1))


def cell(shown, user: str, item: str):
    return shown.get_by_role("button", name=re.compile(f"^{user}, {item}:"))


def test_predictions_are_judged(weights):
    cell(weights, "u0", "i2").click()  # 0
    cell(weights, "u0", "i0").click()
    cell(weights, "u0", "i0").click()  # above 0
    cell(weights, "u1", "i1").click()  # 0, which is wrong
    assert status(weights) == "Which scores are 0? 3 of 6 cells predicted."  # and no hint
    weights.get_by_role("button", name="Show the scores").click()
    assert cell(weights, "u0", "i2").inner_text().split("\n") == ["0", "you said 0 ✓"]
    assert cell(weights, "u0", "i0").inner_text().split("\n") == ["0.354", "you said > 0 ✓"]
    assert cell(weights, "u1", "i1").inner_text().split("\n") == ["0.250", "you said 0 ✗"]
    assert "2 of your 3 predictions hold" in status(weights)
    assert (
        weights.locator(".gr-layers-end").count() == 2
    )  # the ends of the pair, and the way between them
    assert weights.get_by_role("img", name="graph; u1 and i1 are 1 step apart").count() == 1
    assert weights.locator(".gr-layers-way").count() == 1
    weights.get_by_role("button", name="last layer").click()  # it was told of other weights
    assert "hold" not in status(weights) and "for other weights" in status(weights)
    assert "you said" not in cell(weights, "u1", "i1").inner_text()
    weights.get_by_role("button", name="mean").click()
    assert "2 of your 3 predictions hold" in status(weights)
    weights.get_by_role("button", name="Hide and predict again").click()
    assert cell(weights, "u0", "i0").inner_text() == "> 0"


def test_predictions_by_keyboard(page, weights):
    cell(weights, "u0", "i0").focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert cell(weights, "u0", "i2").inner_text() == "0"


def test_the_last_layer_alone_scores_nothing(weights):
    weights.get_by_role("button", name="Show the scores").click()
    weights.get_by_role("button", name="last layer").click()
    assert status(weights).startswith("0 everywhere: no odd power is left")
    texts = {cell(weights, u, i).inner_text() for u in ("u0", "u1") for i in ("i0", "i1", "i2")}
    assert texts == {"0"}


def test_a_slider_changes_the_scores(page, weights):
    weights.get_by_role("button", name="Show the scores").click()
    slider = weights.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("Home")  # α₀ = −1
    assert cell(weights, "u0", "i0").inner_text() == "−0.707"  # 2 · (−1) · 0.5 · 0.7071


def test_the_axis_holds_the_whole_curve_and_no_bar_or_word_is_cut(page, drawn):
    shown = drawn(visuals.layers(toy.path(), num_layers=3))
    shown.get_by_role("button", name="Show the scores").click()
    shown.get_by_role("button", name="Response").click()
    sliders = shown.get_by_role("slider")
    for alpha, ticks in (
        ("0.8 .25 .25 .25", ["1", "−1", "2", "−2"]),  # g(1) = 1.55
        ("0 0 0 1", ["1", "−1", "", ""]),
        ("1 1 1 1", ["1", "−1", "4", "−4"]),
        ("-1 1 -1 1", ["1", "−1", "4", "−4"]),  # g(−1) = −4
        ("1 -1 0 0", ["1", "−1", "2", "−2"]),  # all parts of the score are below 0
    ):
        for k, value in enumerate(alpha.split()):
            sliders.nth(k).fill(value)
        assert shown.locator(".gr-layers-tick").all_text_contents() == ticks
        points = shown.locator(".gr-layers-curve").get_attribute("points").split()
        heights = [float(point.split(",")[1]) for point in points]
        assert min(heights) > 20 and max(heights) < 160 and len(set(heights)) > 40
        for svg in shown.locator("svg[role=img]").all():
            outer = svg.bounding_box()
            for part in svg.locator("text, rect").all():
                box = part.bounding_box()
                if box and part.text_content() + (part.get_attribute("height") or ""):
                    assert box["y"] >= outer["y"] - 1
                    assert box["y"] + box["height"] <= outer["y"] + outer["height"] + 1


# ---------------------------------------------------------------- one-way edges
@pytest.fixture
def arrows(drawn):
    return drawn(visuals.one_way(toy.likes(), toy.USERS, toy.ITEMS))


def node(shown, name: str):
    return shown.get_by_role("button", name=re.compile(f"^{name}: value"))


def test_both_directions_carry_the_value_along(arrows):
    assert status(arrows).startswith("12 arrows stored, 12 of them with a weight above 0.")
    arrows.get_by_role("button", name="Step →").click()
    assert "Ann holds a part" in status(arrows)
    assert "value 0.71" in node(arrows, "Ann").get_attribute("aria-label")


@pytest.mark.parametrize("way", ["user → item only", "item → user only"])
def test_one_way_edges_lose_the_value(arrows, way):
    arrows.get_by_role("button", name=way).click()
    assert arrows.get_by_role("button", name=way).get_attribute("aria-pressed") == "true"
    assert "6 arrows stored, 0 of them with a weight above 0" in status(arrows)
    arrows.get_by_role("button", name="Step →").click()
    assert "nobody holds anything" in status(arrows)


def test_a_node_takes_the_value_by_mouse_and_by_keyboard(page, arrows):
    node(arrows, "Bob").click()
    assert "The value 1 stands on Bob" in status(arrows)
    node(arrows, "Ann").focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert "The value 1 stands on Brazil" in status(arrows)


def test_layers_are_pulled_and_names_do_not_lie_on_each_other(page, smooth):
    pull(page, smooth.get_by_role("img").nth(2), (0.1, 0.5), (1, 0.5))
    assert status(smooth).startswith("Layer 16, even")
    assert status(smooth).endswith("Alone, all users are one; the mean still tells them apart.")
    # names glide to where they stand: they are read there
    page.evaluate("() => document.getAnimations().forEach((x) => x.finish())")
    for svg in smooth.get_by_role("img").all()[:2]:
        shown = [x for x in svg.locator(".gr-smooth-tag").all() if x.is_visible()]
        boxes = [x.bounding_box() for x in shown]
        # where a side is one, one word says so
        assert len(boxes) == 7 or {x.text_content() for x in shown} == {"users", "items"}
        for k, a in enumerate(boxes):
            for b in boxes[k + 1 :]:
                apart = abs(a["y"] - b["y"])
                assert apart > 8 or a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]


def test_no_name_lies_on_a_node_and_no_node_on_a_name(page, smooth):
    smooth.get_by_role("button", name="Step →").focus()
    page.keyboard.press("End")
    for _ in range(6):
        page.evaluate("() => document.getAnimations().forEach((x) => x.finish())")
        svg = smooth.get_by_role("img").nth(1)  # the mean: names stay apart
        names = [x.bounding_box() for x in svg.locator(".gr-smooth-tag").all() if x.is_visible()]
        nodes = [x.bounding_box() for x in svg.locator(".gr-smooth-node").all()]
        assert len(names) == 7
        for a in names:
            middle = a["y"] + a["height"] / 2
            for b in nodes:
                beside = a["x"] >= b["x"] + b["width"] - 1 or a["x"] + a["width"] <= b["x"] + 1
                assert beside or abs(middle - b["y"] - b["height"] / 2) > 9
        page.keyboard.press("ArrowLeft")


def test_walks_that_the_weights_leave_out_are_named(drawn):
    weights = drawn(visuals.layers(toy.path(), num_layers=3))
    weights.get_by_role("button", name="Show the scores").click()
    first = weights.get_by_role("slider").first
    before = weights.get_by_role("button", name="Response").bounding_box()
    first.fill("-0.25")  # of three steps: 2 (α₀ α₃ + α₁ α₂) = 0
    assert "walks of 1 and 5 steps make the score, those of 3 steps have weight 0." in status(
        weights
    )
    first.fill("0.25")
    assert "so 1, 3 and 5 steps join them" in status(weights)
    assert weights.get_by_role("button", name="Response").bounding_box() == before
