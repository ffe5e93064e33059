"""Books of words and a beam in a trie by mouse and by keyboard, light and dark, on a phone."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
import torch

from graphrec_utils.models import rqvae
from graphrec_utils.plots import visuals
from tests.browser.pages import colors, pull, status, width

FILMS = visuals.codebooks().state["films"]
NAMED = {"neither", "revive", "k-means, both"}


@pytest.fixture
def books(drawn):
    return drawn(visuals.codebooks(step=0))


@pytest.fixture
def beam(drawn):
    return drawn(visuals.beam_trie())


def test_every_way_shows_what_python_computed(books):
    start, again = (
        books.get_by_role("button", name=name) for name in ("start at k-means", "revive")
    )
    for kmeans in (False, True):
        for revive in (False, True):
            way = f"{'k-means' if kmeans else 'anywhere'}{', revived' if revive else ''}"
            frame = FILMS[way][0]
            assert f"{sum(map(bool, frame['used'][0]))} of 8 first words" in status(books)
            dead = sum(not used for used in frame["used"][0])
            assert books.locator(".gr-cb-word.gr-cb-dead").count() == dead
            again.click()
        start.click()


def test_with_the_second_book_hidden_nothing_of_it_is_told(books):
    assert f"Left over: {FILMS['anywhere'][0]['left'][0]:.2f}." in status(books)


def test_epochs_go_by_keys(page, books):
    books.get_by_role("button", name="Step →").focus()
    assert status(books).startswith("Epoch 0:")
    page.keyboard.press("ArrowRight")
    assert status(books).startswith("Epoch 1:")
    page.keyboard.press("End")
    assert status(books).startswith("Epoch 12: 4 of 8")
    page.keyboard.press("Home")
    assert status(books).startswith("Epoch 0:")


def test_a_word_is_chosen_by_mouse_and_by_its_button(books):
    books.locator(".gr-cb-word rect").nth(3).click(force=True)  # words may lie on each other
    pressed = books.locator(".gr-cb-words [aria-pressed=true]")
    assert pressed.count() == 1
    books.get_by_role("button", name="word 5").click()
    assert pressed.inner_text().startswith("word 5")
    assert books.locator(".gr-cb-second").count() == 0
    books.get_by_role("button", name="second book").click()
    assert books.locator(".gr-cb-second").count() == 4
    one, both = FILMS["anywhere"][0]["left"]
    assert f"takes what is left over from {one:.2f} to {both:.2f}." in status(books)
    books.locator(".gr-cb-words button", has_not_text="†").first.click()
    assert books.get_by_text("so one word reaches 4 places").count() == 1


def test_letter_by_letter(page, beam):
    assert status(beam) == "A beam of 1 in the trie: will it find Fargo, the likeliest film?"
    beam.get_by_role("button", name="Step →").click()
    assert status(beam) == "Code 1: 1 of 3 beginnings go on."
    beam.get_by_role("button", name="Step →").click()
    assert status(beam) == "Code 2: 1 of 3 beginnings go on."
    page.keyboard.press("End")
    assert (
        status(beam)
        == "First comes Alien; the likeliest film, Fargo, was lost with its first codes."
    )
    slider = beam.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert status(beam) == "First comes Fargo, the likeliest film."


def test_without_a_trie_words_are_spelled_that_no_film_has(page, beam):
    beam.get_by_role("button", name="trie").click()
    beam.get_by_role("button", name="Step →").focus()
    page.keyboard.press("End")
    assert status(beam).startswith("First comes no film;")
    assert beam.locator("text.gr-bt-ghost.gr-bt-kept").count() == 1


@pytest.mark.parametrize("make", [visuals.codebooks, visuals.beam_trie])
def test_the_dark_page_is_readable(drawn, make):
    root = drawn(make(), True)
    assert len(set(colors(root))) == 2


@pytest.mark.parametrize("make", [visuals.codebooks, visuals.beam_trie])
def test_it_fits_a_phone(page, drawn, make):
    page.set_viewport_size({"width": 400, "height": 800})
    drawn(make())
    assert width(page) <= 400


def test_epochs_are_pulled_and_a_dead_word_is_not_the_first_shown(page, books):
    pressed = books.locator(".gr-cb-words [aria-pressed=true]").inner_text()
    assert not pressed.endswith("†")
    assert "A dead word is nobody's nearest" in status(books)
    pull(page, books.get_by_role("img").nth(1), (0.1, 0.5), (1, 0.5))
    assert status(books).startswith("Epoch 12:")
    books.get_by_role("button", name="revive").click()
    assert "Each is somebody's nearest" in status(books)


def test_a_beginning_is_asked_what_became_of_it(page, beam):
    beam.get_by_role("button", name="1", exact=True).click()
    assert status(beam) == "1: code 1 is not spelled yet."
    beam.get_by_role("button", name="Step →").click()
    assert beam.locator("text.gr-bt-chance").count() == 3  # on each beginning that was asked
    beam.get_by_role("button", name="1", exact=True).click()
    assert "dropped at code 1: nothing that begins so can be found any more." in status(beam)
    page.keyboard.press("ArrowUp")
    assert status(beam).startswith("0: chance ") and status(beam).endswith("it goes on.")


def test_a_revival_is_seen_and_told(page, drawn):
    revived = drawn(visuals.codebooks(revive=True))
    assert status(revived).startswith("Epoch 0: 2 of 8 first words")  # before anybody is revived
    assert revived.locator(".gr-cb-way").count() == 0
    revived.get_by_role("button", name="Step →").click()
    before, after = FILMS["anywhere, revived"][:2]
    pairs = zip(before["words"][0], after["words"][0], before["used"][0], strict=True)
    put = [new for old, new, used in pairs if not used and new != old]
    spots = visuals.codebooks().state["points"]
    assert len(put) == 5 and all(word in spots for word in put)
    assert status(revived).startswith(
        "Epoch 1: 5 dead words put on points. 1 alive again since others moved away. 8 of 8 "
    )
    lines = revived.locator("line.gr-cb-way").all()
    words = [x.bounding_box() for x in revived.locator(".gr-cb-word").all()]
    for line in lines:  # each leads from where a word lay, a hollow square, to a word
        x, y = (float(line.get_attribute(name)) for name in ("x2", "y2"))
        assert any(abs(float(spot[0]) - x) < 0.06 and abs(float(spot[1]) - y) < 0.06 for spot in
                   (node.get_attribute("transform")[10:-1].split() for node in revived.locator(".gr-cb-word").all()))  # fmt: skip
    assert len(lines) == 5 and revived.locator("rect.gr-cb-way").count() == 5 and len(words) == 8
    revived.get_by_role("button", name="Step →").click()
    assert revived.locator(".gr-cb-way").count() == 0
    assert status(revived).endswith("Each is somebody's nearest, and learns.")
    assert status(revived).startswith(
        "Epoch 2: 5 dead words were put on points in epoch 1. 8 of 8 "
    )


def test_who_revives_in_the_last_epoch_is_told_when_it_was(drawn):
    root = drawn(visuals.codebooks())
    assert "epoch 1" not in status(root).replace("Epoch 12", "")
    root.get_by_role("button", name="revive").click()
    assert status(root).startswith("Epoch 12: 5 dead words were put on points in epoch 1. 8 of 8 ")
    root.get_by_role("button", name="start at k-means").click()
    assert "put on points" not in status(root)  # nobody was dead


def test_what_stands_still_is_told_so_and_what_is_left_over_is_named(books):
    assert books.get_by_text("left over: mean squared distance, points to words").is_visible()
    books.get_by_role("button", name="start at k-means").click()
    for step, end in (("Home", "nothing has to move."), ("End", "nothing moves any more.")):
        books.press(step)
        for _ in range(2):  # at k-means nobody is dead: revival changes nothing
            assert status(books).endswith(f"Each is somebody's nearest; {end}")
            books.get_by_role("button", name="revive").click()


def test_a_word_that_wakes_without_a_revival_is_told(page, books):
    books.get_by_role("button", name="Step →").click()
    assert status(books).startswith("Epoch 1: 1 alive again since others moved away. 3 of 8")
    assert books.locator(".gr-cb-way").count() == 0


def test_a_dead_word_is_hollow_and_only_a_road_is_dashed(drawn):
    root = drawn(visuals.codebooks(revive=True))
    dashes = "nodes => nodes.map(node => getComputedStyle(node).strokeDasharray)"
    dead = root.locator(".gr-cb-dead rect")
    assert dead.count() == 6 and set(dead.evaluate_all(dashes)) == {"none"}
    root.get_by_role("button", name="Step →").click()
    assert "none" not in root.locator(".gr-cb-way").evaluate_all(dashes)


def test_every_way_is_drawn_to_its_end_and_named_there(books):
    roads = books.locator("polyline.gr-cb-thin")
    assert roads.count() == 4
    for points in roads.evaluate_all("nodes => nodes.map(node => node.getAttribute('points'))"):
        assert len(points.split()) == 13  # though the thick line has not begun
    names = books.locator("svg text:visible", has_text="e").all_text_contents()
    assert {"neither", "revive", "k-means, both"} <= set(names)  # two ways of one curve
    bold = books.locator("svg tspan.gr-cb-this:visible")
    assert bold.all_text_contents() == ["neither"]
    for switch, way in (("start at k-means", "k-means"), ("revive", "both")):
        books.get_by_role("button", name=switch).click()
        assert bold.all_text_contents() == [way]
    books.get_by_role("button", name="second book").click()
    boxes = [x.bounding_box() for x in books.locator("svg text:visible").all() if x.text_content() in NAMED]  # fmt: skip
    tops = sorted(box["y"] for box in boxes)
    assert len(tops) == 3 and min(b - a for a, b in pairwise(tops)) > 11
    chart = books.get_by_role("img").nth(1).bounding_box()
    assert all(box["x"] + box["width"] <= chart["x"] + chart["width"] for box in boxes)
    assert all(box["y"] + box["height"] <= chart["y"] + chart["height"] for box in boxes)


@pytest.mark.parametrize("wide", [1280, 400])
def test_the_curves_stay_where_they_are_and_their_names_stand_at_their_ends(page, drawn, wide):
    page.set_viewport_size({"width": wide, "height": 1200})
    books = drawn(visuals.codebooks())
    chart = books.get_by_role("img").nth(1)
    top = chart.bounding_box()["y"]
    for _ in range(2):
        books.get_by_role("button", name="second book").click()
        assert chart.bounding_box()["y"] == top
        ends = {}
        for text in chart.locator("text:visible").all():
            if text.text_content() in NAMED:
                ends[text.text_content()] = float(text.get_attribute("y")) - 5
        lines = chart.locator("polyline.gr-cb-thin").evaluate_all(
            "all => all.map((x) => Number(x.getAttribute('points').split(',').at(-1)))"
        )
        axis = float(chart.locator(".gr-cb-axis").get_attribute("y1"))
        assert len(ends) == 3
        assert all(min(abs(y - line) for line in lines) < 16 for y in ends.values())
        assert max(ends.values()) + 5 < axis - 6  # above the axis
        beside = min(
            float(x.get_attribute("x"))
            for x in chart.locator("text:visible").all()
            if x.text_content() in NAMED
        )
        assert float(chart.locator(".gr-cb-axis").get_attribute("x2")) < beside


def test_a_revival_that_sends_all_to_one_place_is_told_so_and_the_plane_stays(page, drawn):
    page.set_viewport_size({"width": 1280, "height": 1000})

    def one_place(rest, words, order):
        return rest[order[0]].expand_as(words).clone()

    def dead_alone(rest, words, order):
        used = torch.bincount(rqvae.nearest(rest, words), minlength=len(words)) > 0
        return torch.where(used[:, None], words, one_place(rest, words, order))

    books = drawn(visuals.codebooks(revive=True, function=dead_alone))
    top = lambda: books.get_by_role("img").first.bounding_box()["y"]  # noqa: E731
    first = top()
    books.get_by_role("button", name="Step →").click()
    assert status(books).endswith(
        "Your function put 5 dead words all on one point: 1 of them revived."
    )
    assert "nobody's nearest" not in status(books) and top() == first
    books.get_by_role("button", name="Step →").click()
    assert top() == first


def one_place(rest, words, order):
    """Put all dead words on the first point drawn."""
    out, dead = words.clone(), torch.bincount(rqvae.nearest(rest, words), minlength=len(words)) == 0
    out[dead] = rest[order[0]]
    return out


def test_a_function_that_revives_nobody_is_told_so(drawn):
    root = drawn(visuals.codebooks(revive=True, function=lambda rest, words, order: words))
    assert "no gradient moves it." in status(root)  # and it does not say that revival will
    root.get_by_role("button", name="Step →").click()
    assert status(root).endswith("Your function left 5 dead words where they were.")
    assert "Revived by your function" not in root.inner_text()


def test_living_words_that_a_function_moved_are_told(drawn):
    root = drawn(visuals.codebooks(revive=True, step=1, function=lambda rest, words, order: rest[order[:len(words)]]))  # fmt: skip
    assert 'Your function moved 3 living words. It takes "order" as ours does: ' in status(root)


def test_the_library_s_curve_stays_beside_a_function_that_differs(drawn):
    root = drawn(visuals.codebooks(revive=True, step=1, function=one_place))
    assert (
        "; with ours 0.56.\nYour function put 5 dead words all on one point: 1 of them revived."
        in status(root)
    )
    assert root.get_by_text("ours, dotted").count() == 1
    dotted = root.locator(".gr-cb-ours").get_attribute("points").split()
    mine = root.locator("polyline.gr-cb-this").get_attribute("points").split()
    assert len(dotted) == 13 and dotted[0] == mine[0]
    assert float(dotted[1].split(",")[1]) > float(mine[1].split(",")[1])  # ours leaves less over


def test_nothing_is_dotted_where_a_function_does_as_the_library(drawn):
    root = drawn(visuals.codebooks(revive=True))
    assert root.get_by_text("ours, dotted").is_hidden()
    assert not root.locator(".gr-cb-ours").get_attribute("points")


NEAREST = re.compile(r"Word (\d) spells nothing(, its blue field is empty|): no gradient moves it\. (?:Even its nearest point is nearer to word (\d): ([\d.]+) away, not ([\d.]+)|Its nearest point is as near to word (\d), which spells it)\.")  # fmt: skip


@pytest.mark.parametrize("function", [None, one_place, lambda r, w, o: r[o[0]].expand_as(w)], ids=["none", "one place", "all"])  # fmt: skip
def test_a_dead_word_is_shown_to_whom_its_nearest_point_is_nearer(drawn, function):
    made = visuals.codebooks(step=0, revive=function is not None, function=function)
    root, points = drawn(made), made.state["points"]
    frames, seen = made.state["films"]["anywhere, revived" if function else "anywhere"], []
    for step in (0, 1, 2, 12):
        root.press("Home")
        for _ in range(step):
            root.press("ArrowRight")
        frame = frames[min(step, len(frames) - 1)]
        words, used = frame["words"][0], frame["used"][0]
        for k in range(8):
            root.locator(".gr-cb-words button").nth(k).click()
            lines, ring = root.locator("line.gr-cb-near"), root.locator("circle.gr-cb-near")
            if used[k]:
                assert lines.count() == ring.count() == 0
                continue
            far = [math.dist(words[k], z) for z in points]
            point = far.index(min(far))
            winner = int(frame["codes"][point])
            said, empty, other, near, away, same = NEAREST.fullmatch(root.locator(".gr-cb-words ~ p").inner_text()).groups()  # fmt: skip
            twins = sum(math.dist(words[k], z) < 0.1 for z in words) > 1
            assert int(said) == k and bool(empty) != twins and int(other or same) == winner != k
            mine, its = far[point], math.dist(words[winner], points[point])
            if same:
                assert abs(mine - its) < 0.011
            else:
                half = 0.51 * 10.0 ** -len(near.split(".")[1])
                assert float(near) == pytest.approx(its, abs=half) and float(near) < float(away)
                assert float(away) == pytest.approx(mine, abs=half)
            seen.append(bool(same))
            dot = root.locator(".gr-cb-point").nth(point)
            spot = [float(dot.get_attribute(x)) for x in ("cx", "cy")]
            assert [float(ring.get_attribute(x)) for x in ("cx", "cy")] == spot
            for line, word in zip(lines.all(), (k, winner), strict=True):
                x1, y1, x2, y2 = (float(line.get_attribute(x)) for x in ("x1", "y1", "x2", "y2"))
                square = root.locator(".gr-cb-word").nth(word).get_attribute("transform")
                assert [x2, y2] == spot and [x1, y1] == [float(x) for x in square[10:-1].split()]
    assert set(seen) == ({False, True} if function else {False})


def test_the_blue_field_of_a_word_holds_what_it_spells(drawn):
    places = """root => {
        const cell = root.querySelector(".gr-cb-cell"), svg = cell.ownerSVGElement;
        Object.assign(cell.style, { stroke: "black", strokeWidth: 7 }); // as wide as a point
        return [...root.querySelectorAll(".gr-cb-point")].map((dot) => {
            const point = Object.assign(svg.createSVGPoint(), { x: dot.cx.baseVal.value, y: dot.cy.baseVal.value });
            return [cell.isPointInFill(point), cell.isPointInStroke(point), dot.classList.contains("gr-cb-own")];
        });
    }"""
    for function in (None, one_place):
        root, others = drawn(visuals.codebooks(step=0, revive=True, function=function)), 0
        for _ in range(4):
            for k in range(8):
                root.locator(".gr-cb-words button").nth(k).click()
                seen = root.evaluate(places)
                assert all(inside or border or not own for inside, border, own in seen)
                strange = sum(inside and not border and not own for inside, border, own in seen)
                assert (
                    not strange or root.locator(".gr-cb-words ~ p", has_text="empty").count() == 0
                )
                others += strange
            root.press("ArrowRight")
        # of words of one place, the first spells all that is in the field of each
        assert bool(others) == (function is not None)


@pytest.mark.parametrize("wide", [1280, 400])
def test_the_buttons_of_words_keep_their_places(page, drawn, wide):
    page.set_viewport_size({"width": wide, "height": 1200})
    root, places = drawn(visuals.codebooks(revive=True)), set()
    buttons = root.locator(".gr-cb-words button")
    for k in range(13):
        buttons.nth(k % 8).click()
        places.add(str(buttons.evaluate_all("all => all.map((x) => [x.offsetLeft, x.offsetTop - all[0].offsetTop, x.offsetWidth])")))  # fmt: skip
        root.press("ArrowRight")
    assert len(places) == 1
