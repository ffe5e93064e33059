"""Blocks of a batch by mouse and by keyboard, light and dark, on a phone; its places are the sampler's."""

from __future__ import annotations

import re

import pytest
import scipy.sparse as sp

from graphrec_utils.graphs import batches
from graphrec_utils.plots import visuals
from tests.browser.pages import status, violations, width

NEAR = {
    7: [18, 28],
    18: [28, 43],
    28: [18, 51],
    10: [61, 80],
    61: [80, 10],
    80: [61, 10],
    43: [],
    26: [7, 43],
}
ALPHA = sp.lil_array((90, 90))
for pin, heard in NEAR.items():
    ALPHA[pin, heard] = 0.5
ALPHA = sp.csr_array(ALPHA)


@pytest.fixture
def show(on_a_page):
    """A function that puts the visual on a page of its own, see `on_a_page`."""
    return lambda **look: on_a_page(visuals.blocks(ALPHA, [7, 10], also=[18, 26]), **look)


def column(root, name: str) -> list[int]:
    labels = [x.get_attribute("aria-label") for x in root.locator(".gr-block-node").all()]
    mine = [re.fullmatch(rf"{name}, place (\d+), pin (\d+)", label) for label in labels]
    return [int(found[2]) for found in mine if found]


@pytest.mark.parametrize("more", [(), (18,), (18, 26)])
def test_places_and_edges_are_those_of_the_sampler(show, more):
    _, root = show()
    for pin in more:
        root.get_by_role("checkbox", name=f"pin {pin}").check()
    root.locator("summary").click()
    outer, inner = batches.sample(ALPHA, [7, 10, *more], [None, None])
    assert column(root, "contents") == outer.source.tolist()
    assert column(root, "layer 1") == inner.source.tolist()
    assert column(root, "batch") == inner.targets.tolist()
    assert f"{len(outer.source)} contents to read" in status(root)
    for name, block in (("layer 1", outer), ("batch", inner)):
        root.get_by_role("button", name=f"{name}, place 0").click()
        rows = [x.inner_text().split("\t") for x in root.locator("tbody tr").all()]
        sources = [x for row in rows for x in re.findall(r"\d+", row[2])]
        assert [int(x) for x in sources] == block.edge_index[0].tolist()
        ids = [int(x) for row in rows for x in re.findall(r"\d+", row[3])]
        assert ids == block.source[block.edge_index[0]].tolist()


def test_a_pin_that_is_heard_already_costs_no_content(show):
    _, root = show()
    before = column(root, "contents")
    assert status(root).startswith(f"{len(before)} contents to read; as a tree it would be 18.")
    root.get_by_role("checkbox", name="pin 18").check()
    assert sorted(column(root, "contents")) == sorted(before)
    assert "as a tree it would be 25." in status(root)  # 18: 3 contents, 28: 3, 43: its own


def test_a_pin_put_in_lights_its_tree_and_tells_its_price(show):
    _, root = show()
    root.get_by_role("checkbox", name="pin 18").check()
    assert status(root).startswith(
        "Pin 18 put in: no content more, all were there; a tree reads 7 more. "
    )
    assert root.locator(".gr-block-picked").get_attribute("aria-label") == "batch, place 2, pin 18"
    root.get_by_role("checkbox", name="pin 10").uncheck()
    assert "Pin 10 taken out: 3 fewer; a tree reads 9 fewer." in status(root)
    root.get_by_role("button", name="contents, place 0,").click()
    assert "taken out" not in status(root)


def test_the_counter_grows_pin_by_pin(show):
    _, root = show()
    counter = root.locator(".gr-block-counter")
    assert counter.inner_text() == "tree 18, block 8"
    root.get_by_role("checkbox", name="pin 18").check()
    assert counter.inner_text() == "tree 25, block 8"
    told = root.get_by_role("img").get_attribute("aria-label")
    assert told.endswith(": 0 and 0, 9 and 5, 18 and 8, 25 and 8")
    for kind in ("tree", "block"):
        assert len(root.locator(f"polyline.gr-block-{kind}").get_attribute("points").split()) == 4


@pytest.mark.parametrize("wide", [720, 900])
def test_the_counter_stands_beside_the_blocks(show, wide):
    _, root = show(width=wide)
    left, right = (root.locator(".gr-body > *").nth(k).bounding_box() for k in (0, 1))
    assert left["y"] == right["y"] and right["x"] > left["x"] + 300


def test_places_are_large_enough_for_a_thumb(show):
    _, root = show(width=400)
    for box in root.locator(".gr-block-box").all():
        assert box.bounding_box()["height"] >= 24
    for label in root.locator(".gr-block-choice").all():
        assert label.bounding_box()["height"] >= 24


def test_it_works_by_keys_and_tells_what_a_place_needs(show):
    page, root = show()
    root.get_by_role("button", name="layer 1, place 2,").focus()
    assert (
        "Place 2 of layer 1 is pin 18: computed from its own vector (place 2) and from 28 (place 3) and 43"
        in status(root)
    )
    assert root.locator(".gr-block-edge.gr-block-used").count() == 3
    page.keyboard.press("ArrowLeft")
    assert "Place 2 of the contents is pin 18: read once, used by pins 7, 18 and 28" in status(root)
    assert (
        root.locator("tbody tr.gr-block-used").count() == 2
    )  # those that hear it, in the folded table
    for key in ("ArrowUp", "End", "ArrowLeft", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert "Place 1 of the batch is pin 10: computed from its own vector (place 1)" in status(root)
    assert root.locator(".gr-block-node[tabindex='0']").count() == 1


def test_an_empty_batch_and_one_that_hears_nobody_are_told(show):
    _, root = show()
    root.get_by_role("checkbox", name="pin 7").uncheck()
    root.get_by_role("checkbox", name="pin 10").uncheck()
    assert status(root) == "An empty batch needs nothing."
    assert root.locator(".gr-block-node").count() == 0
    root.get_by_role("checkbox", name="pin 26").check()
    root.get_by_role("button", name="layer 1, place 2, pin 43").click()
    assert status(root).endswith("pin 43: computed from its own vector (place 2); it hears nobody.")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_a_narrow_page_and_can_be_read(show, dark):
    page, _ = show(width=400, dark=dark)
    assert width(page) <= 400
    assert violations(page) == []
