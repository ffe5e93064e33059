"""The attention map of lesson 14 by mouse and by keyboard."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

K = np.array([[[1.0, 0], [0, 1], [0, 0]], [[1, 1], [0, 0], [0, 0]], [[0, 0], [0, 0], [0, 0]]])
EMPTY = [[False, False, True], [False, True, True], [True, True, True]]


@pytest.fixture
def attention(drawn):
    made = visuals.attention_map(["one", "two", "alone"], [[1, 0], [0, 1], [1, 1]], K, EMPTY)
    return drawn(made)


def test_empty_places_take_a_part_when_they_are_heard(attention):
    assert "Empty places get nothing" in status(attention)
    attention.get_by_role("button", name="Let empty places be heard").click()
    assert float(re.search(r"take (\S+) of it", status(attention))[1]) > 0.2
    attention.get_by_role("button", name="Let empty places be heard").click()
    assert "Empty places get nothing" in status(attention)


def test_pins_are_chosen_with_the_arrow_keys(page, attention):
    attention.get_by_role("button", name="one", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert status(attention).startswith("two has 1 neighbor in 3 places")
    page.keyboard.press("ArrowRight")
    assert "hears nobody" in status(attention)


def bars(root) -> list[float]:
    told = root.get_by_role("img").get_attribute("aria-label")
    return [float(x) for x in re.findall(r"place \d (\S+?)(?:,|$)", told)]


def test_the_query_is_carried_by_keys_and_weights_are_its_softmax(page, attention):
    before = bars(attention)
    attention.get_by_role("button", name="query of one").focus()
    for _ in range(5):
        page.keyboard.press(
            "ArrowUp"
        )  # towards one of the keys; a press is a fifth of the longest query, √2
    told = r"Carried: neighbor 2 has (\S+) instead of 0\.33, and neighbor 1 pays most: (\S+) instead of 0\.67\."
    said = re.fullmatch(told, status(attention))
    assert sum(map(float, said.groups())) == pytest.approx(1)
    shift = np.sqrt(2)
    e = np.exp(np.array([1, shift]) / np.sqrt(2))
    np.testing.assert_allclose(bars(attention), [*e / e.sum(), 0], atol=6e-3)
    attention.get_by_role("button", name="Let empty places be heard").click()
    e = np.append(e, 1)
    np.testing.assert_allclose(bars(attention), e / e.sum(), atol=1e-2)  # they add to 1
    assert sum(bars(attention)) == pytest.approx(1)
    assert status(attention).endswith(
        f"take {bars(attention)[2]:.2f}. A key of zeros scores 0, and e⁰ = 1."
    )
    attention.get_by_role("button", name="Let empty places be heard").click()
    attention.get_by_role("button", name="Reset query").click()
    assert bars(attention) == before and "Carried" not in status(attention)


def test_a_number_stands_at_its_own_tip_and_the_query_s_word_covers_no_line(page, attention):
    labels = attention.locator("svg text.gr-att-say:visible")
    assert attention.locator(".gr-att-strip span").first.inner_text() == "neighbor 1: 0.67"
    attention.get_by_role("button", name="query of one").focus()
    for key in ["ArrowUp"] * 6 + ["ArrowLeft"] * 14 + ["ArrowDown"] * 12:
        page.keyboard.press(key)
        middle = {}
        for label in labels.all():
            box = label.bounding_box()
            middle[label.text_content()] = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)  # fmt: skip
        tips = [
            (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            for box in (x.bounding_box() for x in attention.locator(".gr-att-end:visible").all())
        ]
        assert len(tips) == 2
        for k, tip in enumerate(tips):
            far = [np.hypot(*np.subtract(tip, middle[str(n)])) for n in (1, 2)]
            assert far[k] < 21 and far[1 - k] > far[k]
        (word,) = [x.bounding_box() for x in labels.all() if x.text_content() == "query"]
        line = attention.locator(".gr-att-query").evaluate(
            "(x) => [0, 0.25, 0.5, 0.75, 0.95].map((part) => { const p = x.getPointAtLength(part * x.getTotalLength()).matrixTransform(x.getScreenCTM()); return [p.x, p.y]; })"
        )
        for x, y in line:
            assert not (word["x"] < x < word["x"] + word["width"] and word["y"] + 3 < y < word["y"] + word["height"] - 3)  # fmt: skip


def test_a_foot_shows_how_far_a_key_reaches_along_the_query(page, attention):
    attention.get_by_role("button", name="query of one").focus()
    for key in ["ArrowUp"] * 4 + ["ArrowLeft"] * 3:
        page.keyboard.press(key)
    number = lambda x, *names: [float(x.get_attribute(name)) for name in names]  # noqa: E731
    x1, y1, x2, y2 = number(attention.locator(".gr-att-query"), "x1", "y1", "x2", "y2")
    query = np.array([x2 - x1, y2 - y1])
    reached = []
    for drop in attention.locator(".gr-att-drop:visible").all():
        tip, foot = np.reshape(number(drop, "x1", "y1", "x2", "y2"), (2, 2)) - [x1, y1]
        assert (tip - foot) @ query == pytest.approx(0, abs=1e-6)
        assert foot[0] * query[1] - foot[1] * query[0] == pytest.approx(0, abs=1e-6)
        reached.append(foot @ query)
    assert len(reached) == 2
    feet = attention.locator(".gr-att-foot:visible").all()
    most = ["gr-att-far" in foot.get_attribute("class") for foot in feet]
    assert most[int(np.argmax(reached))] and sum(most) == 1
    assert int(np.argmax(bars(attention)[:2])) == int(np.argmax(reached))


def test_a_lone_neighbor_keeps_all(page, attention):
    attention.get_by_role("button", name="two", exact=True).click()
    attention.get_by_role("button", name="query of two").focus()
    page.keyboard.press("ArrowUp")
    assert status(attention) == "Carried: a lone neighbor keeps 1.00, wherever the query points."


def test_the_query_is_carried_by_mouse(page, attention):
    box = attention.locator("svg[role=group]").bounding_box()
    attention.locator(".gr-att-head .gr-att-halo").hover()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=4)
    page.mouse.up()
    one, two, nobody = bars(attention)
    assert two > one and nobody == 0


def test_what_is_not_a_number_is_red(drawn):
    def all_masked(q, K, V, padding):
        logits = torch.einsum("bd,btd->bt", q, K).masked_fill(padding, -torch.inf)
        return (logits.softmax(1)[:, None] @ V)[:, 0]

    made = visuals.attention_map(
        ["one", "two", "alone"], [[1, 0], [0, 1], [1, 1]], K, EMPTY, all_masked
    )
    root = drawn(made)
    assert root.locator(".gr-att-nan").count() == 0
    root.get_by_role("button", name="alone", exact=True).click()
    assert root.locator(".gr-att-nan").count() == 1
    assert status(root).startswith("alone: NaN")


@pytest.mark.parametrize("dark", [False, True])
def test_it_can_be_read_and_fits_a_phone(page, drawn, dark):
    page.set_viewport_size({"width": 400, "height": 900})
    drawn(visuals.attention_map(["one", "two", "alone"], [[1, 0], [0, 1], [1, 1]], K, EMPTY), dark)
    assert violations(page, ".gr-root") == []
    assert width(page) <= 400


def test_who_hears_nobody_is_told_wherever_the_query_points(page, attention):
    attention.get_by_role("button", name="alone", exact=True).click()
    assert status(attention).endswith("It hears nobody: zeros.")
    attention.get_by_role("button", name="query of alone").focus()
    page.keyboard.press("ArrowUp")
    assert status(attention).endswith("It hears nobody, wherever the query points.")
    attention.get_by_role("button", name="Let empty places be heard").click()
    assert "empty places take 1.00 of it, wherever the query points. A key" in status(attention)


def test_rounded_weights_add_to_one(page, drawn):
    root = drawn(visuals.attention_map(["a", "b"], [[1, 0], [1, 0]], np.zeros((2, 3, 2)), [[False] * 3] * 2))  # fmt: skip
    assert bars(root) == [0.34, 0.33, 0.33]
    root.get_by_role("button", name="query of a").focus()
    page.keyboard.press("ArrowUp")  # all keys are zeros: nothing changes
    assert sum(bars(root)) == pytest.approx(1)


def test_the_ring_of_the_focus_does_not_lie_on_the_query_s_word(page, attention):
    attention.get_by_role("button", name="query of one").focus()
    for key in ["ArrowUp"] * 6 + ["ArrowLeft"] * 8 + ["ArrowDown"] * 10:
        page.keyboard.press(key)
        ring = attention.locator(".gr-att-halo").bounding_box()
        word = attention.locator("svg").get_by_text("query", exact=True).bounding_box()
        x, y, r = ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2, ring["width"] / 2
        near = [min(max(at, word[k]), word[k] + word[size]) for at, k, size in ((x, "x", "width"), (y, "y", "height"))]  # fmt: skip
        assert (
            np.hypot(near[0] - x, near[1] - y) > r - 4
        )  # the box is a little larger than its letters


def pulled(page, attention, x: float, y: float):
    """Carry the head by hand to a place of the plane, 1 what it reaches for queries."""
    x1, y1, wide = attention.locator("svg[role=group]").evaluate(
        "(x) => { const p = new DOMPoint(240, 240).matrixTransform(x.getScreenCTM()); return [p.x, p.y, x.getScreenCTM().a]; }"
    )
    attention.locator(".gr-att-head .gr-att-halo").hover()
    page.mouse.down()
    page.mouse.move(x1 + wide * 194 * x, y1 - wide * 194 * y, steps=4)
    page.mouse.up()


def test_a_query_can_be_pulled_out_until_the_pin_has_chosen(page, attention):
    first = bars(attention)[0]
    pulled(page, attention, 0.95, 0)
    assert first < 0.7 and bars(attention)[0] > 0.9


@pytest.mark.parametrize("masked", [True, False])
def test_at_the_origin_all_are_heard_alike_and_no_word_lies_on_another(page, attention, masked):
    if not masked:
        attention.get_by_role("button", name="Let empty places be heard").click()
    pulled(page, attention, 0.01, -0.01)  # as good as there
    places = 2 if masked else 3
    said = "Carried: a query of length 0 hears all alike."
    assert status(attention).startswith(said)
    assert bars(attention)[0] == pytest.approx(1 / places, abs=0.011)
    boxes = [x.bounding_box() for x in attention.locator("svg text.gr-att-say:visible").all() if x.text_content()]  # fmt: skip
    assert len(boxes) == 4  # the query, two neighbors, the empty place
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            assert (
                abs(a["y"] - b["y"]) > 13
                or a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
            )
    ring = attention.locator(".gr-att-halo").bounding_box()
    word = attention.locator("svg").get_by_text("1 empty").bounding_box()
    assert word["y"] > ring["y"] + ring["height"] - 4


def test_a_query_carried_back_to_where_it_was_is_at_rest(page, attention):
    rest = status(attention)
    attention.get_by_role("button", name="query of one").focus()
    page.keyboard.press("ArrowUp")
    assert status(attention).startswith("Carried: ")
    page.keyboard.press("ArrowDown")
    assert status(attention) == rest
