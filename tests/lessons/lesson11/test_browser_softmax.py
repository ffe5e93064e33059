"""The estimator, the shift and the stream: by mouse, by keyboard, narrow, light and dark."""

from __future__ import annotations

import re

import numpy as np
import pytest

from graphrec_utils.lessons.lesson11.ex2_correct_negatives import correct_negatives
from graphrec_utils.plots import visuals
from tests.browser.pages import pull, violations, width


def estimator():
    return visuals.estimator(function=correct_negatives)


def stream():
    return visuals.stream([0, 1, 0, 2, 0, 1], [[0, 1, 0], [0, 1, 1]], ["Ann", "Bob", "Eve"])


def shift():
    p, Q = np.array([0.5, 0.3, 0.2]), np.array([0.7, 0.2, 0.1])
    return visuals.shift(["Alien", "Brazil", "Cube"], np.log(p / Q), np.log(Q))


@pytest.mark.parametrize("make", [estimator, shift, stream])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_serious_for_screen_readers(on_a_page, make, dark):
    page, _ = on_a_page(make(), dark=dark)
    assert violations(page, ".gr-root") == []


@pytest.mark.parametrize("make", [estimator, shift, stream])
def test_it_fits_on_a_phone(on_a_page, make):
    page, _ = on_a_page(make(), width=400)
    assert width(page) <= 400


def test_one_s_own_function_is_one_press_away_and_buttons_change_what_is_shown(on_a_page):
    _, root = on_a_page(estimator())
    status = root.locator(".gr-status")
    assert status.inner_text().startswith("negatives only, 4 negatives")
    root.get_by_role("button", name="yours").click()
    assert status.inner_text().startswith("yours, 4 negatives: ")
    assert root.locator(".gr-title").first.inner_text() == "mean gradient, off by 0.038"
    assert "your function" in root.locator(".gr-est-loss").inner_text()
    assert root.get_by_role("button", name="yours").get_attribute("aria-pressed") == "true"
    root.get_by_role("button", name="composed").click()
    root.get_by_role("checkbox", name="log Q off the positive").click()
    root.get_by_role("slider", name="negatives").fill("0")
    assert re.match(r"Yi, 1 negative: every probability is learned", status.inner_text())
    assert root.get_by_role("button", name="composed").get_attribute("aria-pressed") == "true"


def test_pieces_are_pressed_in_and_out_of_the_formula(on_a_page):
    _, root = on_a_page(estimator())
    off, n, positive, out = (
        root.get_by_role("checkbox", name=name, exact=True)
        for name in ("log Q off the negatives", "log n off the negatives, too",
                     "log Q off the positive, too", "hits out")
    )  # fmt: skip
    pressed = lambda: "".join(  # noqa: E731
        re.sub(r"\s", "", x)
        for x in root.locator('.gr-est-piece[aria-checked="true"]').all_text_contents()
    )
    name = lambda: root.locator(".gr-status").inner_text().split(", 4")[0]  # noqa: E731
    assert (name(), pressed()) == ("negatives only", "−logQj")
    out.click()
    assert (name(), pressed()) == ("negatives only, hits out", "j≠+−logQj")
    n.click()
    assert (name(), pressed()) == ("nQ, hits out", "j≠+−logQj−logn")
    out.click()
    assert name() == "nQ"
    positive.click()  # an n on every column would cancel: it goes
    assert (name(), pressed()) == ("Yi", "−logQ+−logQ+−logQj")
    out.click()
    assert name() == "Yi, hits out"
    off.click()
    assert (name(), pressed()) == ("none", "")
    n.click()  # and a piece brings what it belongs to
    assert name() == "nQ"
    root.get_by_role("button", name="corrected").click()
    assert name() == "corrected"
    loss = re.sub(r"\s", "", root.locator(".gr-est-loss").text_content())
    assert loss.startswith("loss=(1−P)") and root.get_by_role("checkbox").count() == 0
    root.get_by_role("button", name="composed").click()
    assert name() == "negatives only"


def test_pieces_work_by_keyboard_and_stay_focused(on_a_page):
    page, root = on_a_page(estimator())
    root.get_by_role("checkbox", name="hits out").focus()
    page.keyboard.press("Space")
    assert root.locator(".gr-status").inner_text().startswith("negatives only, hits out")
    page.keyboard.press("Space")
    assert root.locator(".gr-status").inner_text().startswith("negatives only, 4")


def test_the_stream_steps_by_keyboard_and_shows_who_shares_a_bucket(on_a_page):
    page, root = on_a_page(stream())
    status = root.locator(".gr-status")
    assert status.inner_text().startswith("Step 3: Ann comes.")  # in the middle
    root.get_by_role("button", name="Step").focus()
    page.keyboard.press("Home")
    assert "Nothing has come yet" in status.inner_text()
    page.keyboard.press("ArrowRight")
    assert status.inner_text().startswith("Step 1: Ann comes. Its rarer hit bucket is hit every ")
    page.keyboard.press("End")
    assert status.inner_text().startswith("Step 6: Bob comes")
    cells = root.locator(".gr-str-hit")
    assert cells.count() == 2  # one for each hash function
    assert root.locator(".gr-str-mine").count() == 1
    assert (
        root.locator(".gr-str-mate").count() == 0
    )  # of those who share one: where a film is asked
    assert root.locator(".gr-str-crowded").count() == 1  # Bob and Eve under the second alone
    assert root.locator(".gr-str-gap", has_text="taken").count() == 1


def test_time_and_alpha_are_pulled_and_say_what_they_do(on_a_page):
    events = [0, 1, 0, 2, 0, 1, 2] * 20
    _, root = on_a_page(visuals.stream(events, [[0, 1, 0], [0, 1, 1]], ["Ann", "Bob", "Eve"]))
    status = root.locator(".gr-status")
    root.get_by_role("slider", name="event").fill("140")
    gap, told = re.search(r"hit every ([\d.]+) steps.* = ([\d.]+);", status.inner_text()).groups()
    assert f"1/{gap} = {told}; its share so far is 0.29." in status.inner_text()
    assert told == f"{1 / float(gap):.2f}" and status.inner_text().startswith("Step 140: Eve comes")
    bar = root.get_by_role("button", name="Eve: share").get_attribute("aria-label")
    assert bar.endswith(f"estimate {told}")
    root.get_by_role("slider", name="alpha").fill("0.3")
    assert "the last 7: so few that estimates jump" in status.inner_text()
    root.get_by_role("slider", name="alpha").fill("0.01")
    assert "would take 230 visits" in status.inner_text()
    assert status.inner_text().endswith("the start, every 10, still counts.")
    root.get_by_role("button", name="Back").click()
    assert status.inner_text().startswith("Step 139: ")


def test_a_film_is_asked_for_its_buckets_until_the_next_comes(on_a_page):
    page, root = on_a_page(stream())
    status = root.locator(".gr-status")
    root.get_by_role("button", name="Eve: share").click()
    assert status.inner_text() == "Eve has not come, but Ann and Bob hit its buckets."
    assert root.locator(".gr-str-hit").count() == root.locator(".gr-str-mate").count() == 2
    page.keyboard.press("ArrowUp")
    assert status.inner_text().startswith("Bob: after 3 steps the estimates still hang on where")
    root.get_by_role("button", name="Step").click()
    assert status.inner_text().startswith("Step 4: Eve comes.")


def test_the_shift_is_pulled_along_its_line(on_a_page):
    page, root = on_a_page(shift())
    pull(page, root.get_by_role("img").first, (0.27, 0.3), (1, 0.3))
    said = root.locator(".gr-status").inner_text()
    assert said.startswith("λ = 1.5: past her own list: Alien, drawn most for anybody, gets 0.")
    assert said.endswith("in her own list 0.50.")
    pull(page, root.get_by_role("img").first, (0.9, 0.3), (0.62, 0.3))
    assert "Alien has passed Cube: of all films she takes it most" in root.inner_text()


def test_a_film_whose_buckets_others_hit_seems_too_frequent_and_one_alone_does_not(on_a_page):
    events = [0, 1, 0, 1, 2] * 8 + [3, 0]
    buckets = [[0, 1, 2, 0], [0, 1, 2, 1]]
    _, root = on_a_page(visuals.stream(events, buckets, ["Ann", "Bob", "Eve", "Flo"]))
    status = root.locator(".gr-status")
    root.get_by_role("button", name="Step →").press("End")
    root.get_by_role("button", name="Flo: share").click()
    assert re.fullmatch(
        r"Flo seems \d+\.\d times too frequent: others hit both its buckets\.", status.inner_text()
    )
    root.get_by_role("button", name="Eve: share").click()
    assert "others hit" not in status.inner_text()


@pytest.mark.parametrize("wide", [720, 900])
def test_the_tables_stand_beside_the_bars(on_a_page, wide):
    buckets = [[0, 1, 2, 3, 0, 1], [2, 0, 1, 3, 3, 2]]
    names = ["Alien", "Brazil", "Cube", "Drive", "Elf", "Fargo"]
    _, root = on_a_page(visuals.stream([0, 1, 2, 5], buckets, names), width=wide)
    left, right = (root.locator(".gr-body > div").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


def test_a_shift_moves_the_list_from_what_is_liked_more_than_usual_to_what_is_likely(on_a_page):
    page, root = on_a_page(shift())
    status = root.locator(".gr-status")
    assert status.inner_text() == (
        "λ = 0.0: Cube is first: she takes it more often than others do."
    )
    root.get_by_role("slider", name="λ").fill("-0.3")
    assert root.locator("output").inner_text() == "−0.3"  # as the sentence writes it
    root.get_by_role("slider", name="λ").fill("0")
    root.get_by_role("slider", name="λ").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert status.inner_text().startswith(
        "λ = 1.0: her own list. Alien is what she takes most; Cube, first at 0,"
    )
    told = root.get_by_role("img").last.get_attribute("aria-label")
    assert told == "Alien 0.50, Brazil 0.30, Cube 0.20"
    assert root.get_by_role("img").last.locator("text").first.text_content() == "Alien"
    page.keyboard.press("Home")
    assert status.inner_text().startswith("λ = −0.5: what few take")
