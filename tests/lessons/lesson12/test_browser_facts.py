"""Translations and typed graphs: by mouse, by keyboard, narrow, light and dark."""

from __future__ import annotations

import pytest

from graphrec_utils import toy
from graphrec_utils.lessons.lesson12.ex1_distance import distance
from graphrec_utils.lessons.lesson12.visuals.translation import SCENES
from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width


def plane():
    return visuals.translation(function=distance)


def graph():
    return visuals.typed_graph(toy.tastes(), goal="film")


def test_best_arrows_of_both_directions_are_none_and_pulling_makes_one_point(on_a_page):
    _, root = on_a_page(plane())
    root.get_by_role("button", name="both directions").click()
    assert "the facts miss by 1.25 and 3.05" in status(root)
    box = "e => { const b = e.getBBox(); return b.x + b.width; }"
    assert root.locator(".gr-tr-arrow").last.evaluate(box) <= 340  # nothing leads out of the frame
    root.get_by_role("button", name="Best arrows").click()
    assert status(root).startswith("The best arrow is zero") and "1.84" in status(root)
    assert root.locator("tfoot td").inner_text().endswith("the least")
    for _ in range(12):
        root.get_by_role("button", name="Pull together").click()
    assert status(root).startswith("Nothing is missing, and nothing is said")
    root.get_by_role("button", name="Reset").click()
    assert "the facts miss by" in status(root)


@pytest.mark.parametrize("first", visuals.translation().state["order"])
def test_every_scene_opens_from_every_other(on_a_page, first):
    """What the student's function said of a scene is not asked of the next, which may have more facts."""
    page, root = on_a_page(visuals.translation(scene=first, function=distance))
    thrown = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    for name in [x for x in visuals.translation().state["order"] if x != first]:
        page.reload()
        root.get_by_role("button", name=name, exact=True).click()
        assert root.locator("tbody tr").count() == len(SCENES[name]["facts"])
        assert "" not in root.locator("tbody td:nth-child(2)").all_inner_texts()
        root.get_by_role("button", name="Reset").click()
        assert not thrown


def test_two_arrows_in_a_row_are_exact(on_a_page):
    _, root = on_a_page(plane())
    root.get_by_role("button", name="one after another").click()
    root.get_by_role("button", name="Best arrows").click()
    assert "Every fact is an exact translation" in status(root)


def test_keys_move_a_point_and_the_norm_can_be_changed(on_a_page):
    page, root = on_a_page(plane())
    before = root.locator("tbody").inner_text()
    assert (
        root.locator("tbody td").nth(1).inner_text() == root.locator("tbody td").nth(0).inner_text()
    )
    root.get_by_role("button", name="Italy", exact=True).focus()
    page.keyboard.press("ArrowUp")
    assert root.locator("tbody").inner_text() != before
    # without a kernel nobody can ask the student's again: its column goes
    assert not root.get_by_text("yours", exact=True).is_visible()
    after = root.locator("tbody").inner_text()
    root.get_by_role("button", name="Distance: L2").click()
    assert (
        root.locator("tbody").inner_text() != after
        and root.get_by_role("button", name="Distance: L1").count() == 1
    )


def test_a_point_can_be_dragged(on_a_page):
    page, root = on_a_page(plane())
    before = root.locator("tbody").inner_text()
    box = root.get_by_role("button", name="Rome", exact=True).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 16
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 30, steps=4)
    page.mouse.up()
    assert root.locator("tbody").inner_text() != before


def test_relations_can_be_switched_and_another_node_put_into_the_middle(on_a_page):
    page, root = on_a_page(graph())
    said = "Ann reaches 3 of 5 films within 3 edges; farther: Drive; no way to: Exit."
    asks = " Which relation brings more? Switch one on."
    assert status(root) == said + asks  # Eve likes Cube and Drive; nobody likes Exit
    bars = lambda: root.locator(".gr-tg-bar + span").all_inner_texts()  # noqa: E731
    assert bars() == ["3 of 5", "?", "?"]  # what a relation brings is not told before it is tried
    tray = root.locator(".gr-tg-tray + text")
    assert tray.text_content() == "farther than 3 edges, or no way"
    root.get_by_role("checkbox", name="made by").check()
    assert status(root) == "With “made by” Ann reaches 5 of 5 films within 3 edges (before: 3)."
    assert bars() == ["3 of 5", "?", "5 of 5"]
    root.get_by_role("checkbox", name="likes").uncheck()
    assert status(root).startswith("Without “likes” Ann reaches 0 of 5 films")
    root.get_by_role("button", name="All relations").click()
    assert "?" not in bars()
    root.get_by_role("button", name="Ann, user").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert not status(root).startswith("Ann")
    root.get_by_role("button", name="Reset").click()
    assert status(root) == said + asks and bars() == ["3 of 5", "?", "?"]


def test_a_node_can_be_dropped_in_the_middle_and_its_way_is_told(on_a_page):
    page, root = on_a_page(graph())
    root.get_by_role("button", name="All relations").click()
    exit_ = root.get_by_role("button", name="Exit, film")
    exit_.locator("circle").first.hover()
    assert "The way: Ann – likes – Alien – has genre – horror – has genre – Exit." in status(root)
    ring = root.locator(".gr-tg-target").bounding_box()
    page.mouse.down()
    page.mouse.move(ring["x"] + 20, ring["y"] + 20, steps=4)
    page.mouse.up()
    assert status(root).startswith("Exit reaches 2 of 4 films")
    assert root.locator(".gr-tg-tray + text").text_content() == "farther than 3 edges"


@pytest.mark.parametrize("make", [visuals.translation, graph])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(on_a_page, make, dark):
    page, _ = on_a_page(make(), width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []
