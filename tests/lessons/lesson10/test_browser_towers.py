"""The circle and the batch of lesson 10 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import math
import re

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width

U = [[0.9, 0.4], [0.2, 1.0], [0.8, 0.7], [-0.6, 0.8]]
V = [[1.0, 0.5], [0.1, 0.9], [1.0, 0.5], [-0.5, 0.7]]


def batch():
    names = ["Ann", "Bob", "Cem", "Dot"], ["Alien", "Brazil", "Alien", "Cube"]
    return visuals.batch_matrix(U, V, [4, 1, 4, 7], *names)


def circle():
    return visuals.towers(["Alien", "Brazil", "Cube"], [70, 40, 120], user=95)


def probability(shown) -> float:
    return float(re.search(r"probability (\S+?)[,;]", status(shown))[1])


@pytest.fixture
def matrix(drawn):
    return drawn(batch())


@pytest.fixture
def ring(drawn):
    return drawn(circle())


def test_a_hit_that_comes_back_takes_probability_away(matrix):
    before = probability(matrix)
    matrix.get_by_role("button", name="Let hits in").click()
    assert probability(matrix) < before
    assert "counts against itself" in status(matrix)
    matrix.get_by_role("button", name="Let hits in").click()
    assert probability(matrix) == before


def test_rows_are_chosen_with_the_arrow_keys(page, matrix):
    matrix.get_by_role("button", name="Ann").focus()
    page.keyboard.press("ArrowDown")
    assert status(matrix).startswith("Bob, whose film is Brazil")
    assert "No other column" in status(matrix)
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert status(matrix).startswith("Dot")


def test_a_lower_temperature_sharpens_the_row(page, matrix):
    before = probability(matrix)
    matrix.get_by_role("slider").focus()
    page.keyboard.press("Home")
    assert probability(matrix) > before


def test_the_circle_s_numbers_are_the_formula(page, ring):
    e = [math.exp(math.cos(math.radians(a - 95))) for a in (70, 40, 120)]
    assert probability(ring) == pytest.approx(e[0] / sum(e), abs=0.006)
    assert f"below {math.log1p(2 * math.exp(-2)):.2f}" in status(ring)


def test_who_is_nearer_is_told_and_a_cold_softmax_gives_it_nearly_all(page, ring):
    ring.get_by_role("slider", name="user").focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")  # to 135 degrees: Cube is at 120
    assert "Cube is nearer and has more, 0." in status(ring) and "below" not in status(ring)
    ring.get_by_role("slider", name="temperature").focus()
    page.keyboard.press("Home")
    assert status(ring).endswith("So cold a softmax gives nearly all to the nearest, Cube.")


def test_steps_of_training_turn_the_user_to_the_film_and_reset_turns_it_back(ring):
    before = probability(ring)
    for _ in range(6):
        ring.get_by_role("button", name="One step of training").click()
    assert probability(ring) > before
    ring.get_by_role("button", name="Reset").click()
    assert probability(ring) == before


def test_a_step_that_turns_nobody_says_why(drawn):
    names = ["Alien", "Brazil", "Cube", "Drive", "Fargo"]
    root = drawn(visuals.towers(names, [70, 40, 120, 200, 310], user=70, temperature=1.0))
    root.get_by_role("button", name="One step of training").click()
    assert status(root).startswith("A step turns the user by less than 1°")
    assert status(root).endswith("A lower τ gives Alien more.")
    root.get_by_role("slider", name="temperature").fill("0")
    assert status(root).startswith("τ = 0.05: Alien has probability 0.93")  # 0.33 at τ = 1
    root.get_by_role("button", name="One step of training").click()
    assert status(root).startswith("τ = 0.05")


def test_the_user_is_turned_on_the_circle(page, ring):
    box = ring.locator("svg").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 60, y - 2)
    page.mouse.down()
    assert int(ring.locator("output").first.inner_text()) in range(6)
    page.mouse.move(x - 1, y + 60, steps=4)
    page.mouse.up()
    assert abs(int(ring.locator("output").first.inner_text()) - 270) < 4
    page.mouse.move(x + 60, y)
    assert abs(int(ring.locator("output").first.inner_text()) - 270) < 4  # it was let go


def test_sliders_work_with_keys(page, ring):
    turn, cool = ring.get_by_role("slider").all()
    turn.focus()
    page.keyboard.press("Home")
    assert turn.input_value() == "0"
    cool.focus()
    page.keyboard.press("Home")
    assert status(ring).startswith("τ = 0.05")


@pytest.mark.parametrize("make", [batch, circle])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [batch, circle])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400


def test_a_cell_says_what_a_step_does_to_its_pair(matrix):
    assert matrix.locator(".gr-bm-out").count() == 2
    matrix.locator("td", has_text="same film").first.click()
    assert "left out, it is pushed nowhere" in status(matrix)
    matrix.get_by_role("button", name="Let hits in").click()
    matrix.locator("td.gr-bm-hit").first.click()
    assert status(matrix).endswith("And it is a film that was liked!")
    matrix.locator("td.gr-bm-own").first.click()
    assert "so a step pulls them together" in status(matrix)
