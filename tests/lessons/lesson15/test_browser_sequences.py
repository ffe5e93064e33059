"""The line of time and the masks of lesson 15 by mouse and by keyboard, light and dark."""

from __future__ import annotations

import re
from itertools import pairwise

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


def test_objectives_are_chosen_and_their_arrows_counted(days):
    assert status(days) == "There are 8 arrows under dense, 4 under every next."
    known = {"next": 1, "all": 2, "every next": 4, "dense": 8}
    said = {
        "next": "There is 1 arrow under next, whatever the window, and 4 under every next.",
        "all": "There are 2 arrows under all, 8 under dense.",
        "every next": "There are 4 arrows under every next, whatever the window, and 8 under dense.",
        "dense": "There are 8 arrows under dense, 4 under every next.",
    }
    for name, arrows in known.items():
        choose(days, name)
        assert status(days) == said[name]
        assert choice(days, name).inner_text() == f"{name}: {arrows} arrow{'s' * (arrows > 1)}"
        assert days.locator("path.gr-tl-mine, path.gr-tl-other").count() == arrows


@pytest.mark.parametrize("wide", [1280, 400])
def test_arrows_over_each_other_can_be_counted(page, drawn, wide):
    """At the top of the arrows to one like, and a little above it, no two lie on each other."""
    page.set_viewport_size({"width": wide, "height": 800})
    days = drawn(visuals.timeline([0, 1, 2, 3, 6, 9, 12, 16], [True, True, False, True, True, True, False, True],
        ["save", "closeup", "hide", "save", "long click", "save", "hide", "save"], 5, windows=(7,)))  # fmt: skip
    arrows = days.locator("path.gr-tl-mine, path.gr-tl-other")
    assert arrows.count() == 6
    tops = sorted(arrows.evaluate_all("all => all.map((x) => x.getBBox().y)"))
    assert min(b - a for a, b in pairwise(tops)) > 8
    ends = arrows.evaluate_all("""all => all.map((x) => {
        const end = x.getAttribute("d").split("M")[1].split(" ").slice(-2).map(Number);
        return end[0] - end[1]; // they arrive on an arc, from the left up to the top
    })""")
    assert min(b - a for a, b in pairwise(sorted(ends))) > 1.5


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
    page.keyboard.press("ArrowLeft")
    assert status(days) == "The event of day 2 (hide) has to find day 4 (click) and day 10 (save)."
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert status(days).endswith("lies after now: nobody has seen it yet.")
    page.keyboard.press("Home")
    assert status(days).startswith("The event of day 0 (save) has to find")


def test_now_and_the_window_move_with_keys(page, days):
    now, window = days.get_by_role("slider").all()
    window.focus()
    page.keyboard.press("Home")  # day 10 is the last day of seven after day 3
    assert status(days) == "In 7 days there are 8 arrows, as many as in 28 days."
    page.keyboard.press("End")
    assert status(days) == "In 40 days there are 12 arrows, 8 in 7 days."
    now.focus()
    page.keyboard.press("End")
    assert status(days) == (
        "Now is day 40: of what day 3 asked for, day 4, day 10 and day 40 have passed, nothing is still ahead."
    )
    page.keyboard.press("ArrowLeft")
    assert status(days).startswith("Now is day 12: there are 7 arrows under dense, as many as")


def test_each_act_is_told_in_one_sentence(page, days):
    """A later moment: what has passed. Else what there is to count, and of an event what it has to find."""
    now, window = days.get_by_role("slider").all()
    window.focus()
    page.keyboard.press("Home")
    now.focus()
    page.keyboard.press("ArrowRight")
    passed = "Now is day 4: of what day 3 asked for, day 4 has passed, day 10 is still ahead."
    assert status(days) == passed
    choose(days, "every next")
    assert status(days) == (
        "There are 5 arrows under every next, as many as under dense: the window has one like."
    )
    days.get_by_role("button", name="day 0:").focus()
    days.get_by_role("button", name="day 1:").focus()
    assert status(days) == "The event of day 1 (closeup) has to find day 3 (save)."
    choose(days, "dense")
    now.focus()
    page.keyboard.press("ArrowLeft")
    assert status(days) == "Now is day 3: there are 8 arrows under dense, 4 under every next."
    page.keyboard.press("ArrowRight")
    assert status(days) == passed


def test_the_line_of_now_follows_the_hand_and_goes_to_an_event(page, days):
    knob = days.locator(".gr-tl-now .gr-tl-knob")
    place = lambda: knob.bounding_box()["x"]  # noqa: E731
    before, y = place(), knob.bounding_box()["y"] + 8
    page.mouse.move(before + 4, y)  # beside its middle: it does not jump under the hand
    page.mouse.down()
    said = status(days)
    for right in (0, 10, 15, 20):
        page.mouse.move(before + 4 + right, y)
        assert place() - before == pytest.approx(right, abs=1) and status(days) == said
    gray = days.locator(".gr-tl-read").bounding_box()
    assert gray["x"] + gray["width"] == pytest.approx(place() + 9.5, abs=2)
    assert days.get_by_text("goes to day 3").count() == 1
    page.mouse.move(before + 4 + 30, y)  # past the event of day 4
    assert status(days).startswith("Now is day 4: of what day 3 asked for, day 4 has passed")
    page.mouse.move(before + 4 + 300, y)
    assert status(days).startswith("Now is day 10: of what day 3 asked for, day 4 and day 10 have")
    page.mouse.move(before + 4 + 5, y)
    assert status(days) == "There are 8 arrows under dense, 4 under every next."
    page.mouse.up()
    assert place() == before and days.get_by_text("now", exact=True).count() == 1


def test_now_and_the_window_are_pulled_by_hand(page, days):
    def pull(kind, right):
        knob = days.locator(f".gr-tl-{kind} .gr-tl-knob").bounding_box()
        x, y = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right, y, steps=4)
        page.mouse.up()

    pull("now", 300)
    assert status(days).startswith("Now is day 10: of what day 3 asked for, day 4 and day 10 have")
    pull("now", -600)
    assert status(days).startswith("Now is day 0: there ")
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


def test_that_every_window_asks_the_same_is_told(page, days):
    assert "whatever" not in status(days)  # dense has more to find in 40 days
    choose(days, "every next")
    assert "4 arrows under every next, whatever the window" in status(days)
    said = status(days)
    days.get_by_role("slider").nth(1).fill("2")
    assert status(days) == said.replace("8 under", "12 under")


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


def test_an_event_that_has_nothing_to_find_is_told_why(page, days):
    choose(days, "all")
    days.get_by_role("button", name="day 1: closeup").focus()
    assert status(days) == "The event of day 1 (closeup) is not asked: only the last one is."
    choose(days, "dense")
    days.get_by_role("slider").first.fill("8")
    days.get_by_role("button", name="day 0: save").focus()
    assert status(days) == "The event of day 0 (save) has nothing to find: the window has no like."


@pytest.mark.parametrize("wide", [1280, 400])
def test_the_line_of_now_is_named_on_the_last_day_too(page, drawn, wide):
    page.set_viewport_size({"width": wide, "height": 800})
    days = drawn(line())
    days.get_by_role("slider").first.fill("8")
    now, until = (days.get_by_text(x, exact=True) for x in ("now", "28 days on"))
    assert now.is_visible() and until.is_visible()
    word, other = now.bounding_box(), until.bounding_box()
    knob = days.locator(".gr-tl-now .gr-tl-knob").bounding_box()
    assert knob["x"] - 9 < word["x"] + word["width"] <= knob["x"]  # left of its line, and beside it
    assert word["y"] + word["height"] - 4 > other["y"] + 12 or word["x"] + word["width"] <= other["x"]  # fmt: skip
