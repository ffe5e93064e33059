"""The line of time and the masks of lesson 15 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re

import pytest

from graphrec_utils.plots import visuals
from tests.browser.pages import colors, status, width

Q = [[0.9, 0.4], [0.2, 1.0], [0.8, 0.7], [-0.6, 0.8], [0.1, 0.2]]


def line():
    return visuals.timeline(
        [0, 1, 2, 3, 4, 10, 12, 40], [True, True, False, True, True, True, False, True],
        ["save", "closeup", "hide", "save", "click", "save", "hide", "save"], 3, windows=(7, 28, 40),
    )  # fmt: skip


def masks():
    return visuals.causal(Q, Q[::-1], ["save", "hide", "save", "–", "–"], [False] * 3 + [True] * 2)


@pytest.fixture
def days(drawn):
    return drawn(line())


@pytest.fixture
def table(drawn):
    return drawn(masks())


def choice(shown, word: str):
    return shown.get_by_role("button", name=re.compile(f"^{word}:"))


def choose(shown, word: str):
    choice(shown, word).click()


def test_objectives_are_chosen_and_their_pairs_counted(days):
    assert "dense: 8 pairs in all" in status(days)
    known = {"next": 1, "all": 2, "every next": 4, "dense": 8}
    rival = {"next": "every next", "every next": "dense", "all": "dense", "dense": "every next"}
    for name, pairs in known.items():
        choose(days, name)
        assert f"{name}: {pairs} pair" in status(days)
        assert f"in all; {rival[name]} would have {known[rival[name]]}." in status(days)
        assert choice(days, name).inner_text() == f"{name}: {pairs} pair{'s' * (pairs > 1)}"
        assert days.locator("path.gr-tl-mine, path.gr-tl-other").count() == pairs


@pytest.mark.parametrize("wide", [1280, 400])
def test_no_line_strikes_through_an_event_s_name(page, drawn, wide):
    page.set_viewport_size({"width": wide, "height": 800})
    days = drawn(visuals.timeline([0, 1, 2, 3, 6, 9, 12, 16], [True, True, False, True, True, True, False, True],
        ["save", "closeup", "hide", "save", "long click", "save", "hide", "save"], 3, windows=(3, 7)))  # fmt: skip
    names, leads = ([x.bounding_box() for x in days.locator(f".gr-tl-event {kind}").all()] for kind in ("text", ".gr-tl-lead"))  # fmt: skip
    for name in names:
        for lead in leads:
            x, low = lead["x"] + lead["width"] / 2, lead["y"] + lead["height"]
            beside = x <= name["x"] + 2 or x >= name["x"] + name["width"] - 2
            assert beside or low < name["y"] + 5 or lead["y"] > name["y"] + name["height"]


def test_events_are_chosen_with_the_arrow_keys(page, days):
    days.get_by_role("button", name="day 3:").focus()
    assert "day 4 (click) and day 10 (save)" in status(days)
    page.keyboard.press("ArrowRight")
    assert "lies after now" in status(days)
    page.keyboard.press("Home")
    assert "The event of day 0" in status(days)


def test_now_and_the_window_move_with_keys(page, days):
    now, window = days.get_by_role("slider").all()
    window.focus()
    page.keyboard.press("Home")
    assert "dense: 8 pairs" in status(days)  # day 10 is the last day of seven after day 3
    now.focus()
    page.keyboard.press("End")
    assert "Now is day 40, dense: 0 pairs" in status(days)


def test_a_later_moment_says_what_has_passed_and_why_dense_may_ask_no_more(page, days):
    now, window = days.get_by_role("slider").all()
    window.focus()
    page.keyboard.press("Home")
    assert "One like" not in status(days) and "has passed" not in status(days)
    now.focus()
    page.keyboard.press("ArrowRight")
    assert (
        "5 pairs in all; every next would have 5. One like in the window: dense asks no more."
        in status(days)
    )
    assert "Of what day 3 asked for, day 4 has passed, day 10 is still ahead." in status(days)
    page.keyboard.press("ArrowLeft")
    assert "has passed" not in status(days) and "One like" not in status(days)


def test_now_and_the_window_are_pulled_by_hand(page, days):
    def pull(kind, right):
        knob = days.locator(f".gr-tl-{kind} .gr-tl-knob").bounding_box()
        x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y, steps=4)
        page.mouse.up()

    pull("now", 300)
    assert "Now is day 10, dense" in status(days)
    pull("now", -600)
    assert "Now is day 0, dense" in status(days)
    pull("until", -600)
    assert days.locator("output").nth(1).inner_text() == "7 days"


def test_the_window_s_end_follows_the_hand_and_goes_to_a_window(page, days):
    knob = days.locator(".gr-tl-until .gr-tl-knob")
    place = lambda: knob.bounding_box()["x"]  # noqa: E731
    before = place()
    page.mouse.move(before + 8, knob.bounding_box()["y"] + 8)
    page.mouse.down()
    page.mouse.move(before + 28, knob.bounding_box()["y"] + 8, steps=2)
    assert 15 < place() - before < 25
    assert days.get_by_text("goes to 28").count() == 1
    page.mouse.up()
    assert place() == before and days.get_by_text("28 days on").count() == 1


def test_that_every_window_asks_the_same_is_told(days):
    assert "Every window" not in status(days)  # dense has more to find in 28 days
    choose(days, "every next")
    assert status(days).endswith("Every window asks the same here.")


def test_days_are_as_far_apart_as_they_are_up_to_the_gap_that_is_broken_off(days):
    at = [float(x.get_attribute("cx")) for x in days.locator("circle.gr-tl-ring").all()]
    day = (at[6] - at[0]) / 12
    assert [round((x - at[0]) / day) for x in at] == [0, 1, 2, 3, 4, 10, 12, 16]
    assert days.locator(".gr-tl-break").count() == 1
    assert days.locator(".gr-tl-gap").text_content() == "28 days"


def test_names_of_the_days_lie_on_no_other(page, days):
    boxes = [x.bounding_box() for x in days.locator(".gr-tl-event text").all()]
    for k, a in enumerate(boxes):
        for b in boxes[k + 1 :]:
            assert (
                abs(a["y"] - b["y"]) > 12
                or a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
            )


def test_bows_are_the_chosen_row(page, table):
    table.locator(".gr-ca-spot").nth(1).click()
    assert status(table).startswith("Place 2 (hide) looks back")
    told = table.get_by_role("img").get_attribute("aria-label")
    row = table.locator('tr:has([aria-pressed="true"]) td').all_inner_texts()
    assert [x for x in re.findall(r"0\.\d\d|1\.00", told)] == [x for x in row if re.match(r"\d", x)]
    table.locator(".gr-ca-spot").last.click()
    assert status(table).endswith("It is an empty place: nobody reads what it hears.")


def test_lifting_the_causal_mask_is_called_a_leak(page, table):
    assert "leak" not in status(table)
    table.get_by_role("button", name="1 save").focus()
    table.get_by_role("button", name="Look ahead").click()
    assert "a leak" in status(table)
    table.get_by_role("button", name="Look ahead").click()
    table.get_by_role("button", name="See empty places").click()
    table.get_by_role("button", name="5 –").click()
    assert "at nothing" in status(table)
    assert (
        "–" not in table.locator('tr:has([aria-pressed="true"]) td').all_inner_texts()
    )  # all is seen


def test_a_row_that_a_mask_leaves_as_it_is_names_one_that_it_changes(page, table):
    """It opens on a row that leaks, see `_teller`."""
    assert status(table).startswith("Place 2 (hide)")
    table.get_by_role("button", name="3 save").focus()
    table.get_by_role("button", name="Look ahead").click()
    told = re.search(r"Place (\d) leaks (0\.\d\d): press it\.$", status(table))
    table.locator(".gr-ca-spot").nth(int(told[1]) - 1).click()
    assert f"at what comes later with {told[2]}: a leak" in status(table)
    table.get_by_role("button", name="Look ahead").click()
    table.get_by_role("button", name="See empty places").click()
    assert status(table).endswith("Every empty place comes later: the causal mask hides it, too.")


def test_rows_of_weights_sum_to_one(page, table):
    table.get_by_role("button", name="1 save").focus()
    assert status(table) == "Place 1 (save) has nobody before it, looks at itself."
    page.keyboard.press("ArrowDown")
    assert status(table).startswith("Place 2 (hide) looks back with 1.00")
    row = table.locator('tr:has([aria-pressed="true"]) td').all_inner_texts()
    assert sum(float(x) for x in row if re.match(r"\d", x)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("make", [line, masks])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [line, masks])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400


def test_who_is_asked_stands_beside_the_objectives(page, days):
    """Two rows, who is asked, and two columns, what for: every button stands in its own."""
    table = days.get_by_role("group", name="Objective")
    box = lambda text: table.get_by_text(text, exact=True).bounding_box()  # noqa: E731
    for word, row, column in (
        ("next", "the last event", "the next like"), ("all", "the last event", "all likes of the window"),
        ("every next", "every event", "the next like"), ("dense", "every event", "all likes of the window"),
    ):  # fmt: skip
        button, line, head = choice(days, word).bounding_box(), box(row), box(column)
        assert button["y"] <= line["y"] + line["height"] / 2 <= button["y"] + button["height"]
        assert abs(button["x"] - head["x"]) < 2 and button["y"] >= head["y"] + head["height"] - 1


def test_an_event_that_has_nothing_to_find_is_told_why(days):
    days.get_by_role("button", name="day 1: closeup").focus()
    choose(days, "all")
    assert "The event of day 1 (closeup) is not asked: only the last one is." in status(days)
    choose(days, "dense")
    days.get_by_role("slider").first.fill("8")
    assert "(closeup) has nothing to find: the window has no like." in status(days)
