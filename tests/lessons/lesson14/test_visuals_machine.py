"""The machine of MultiBiSage: what is stored is what it shows, bad input gets a sentence."""

from __future__ import annotations

import pytest

from graphrec_utils import results
from graphrec_utils.metrics import Comparison
from graphrec_utils.plots import visuals
from tests.lessons.lesson14.made import MISSED, PINS


def test_it_begins_with_all_graphs_and_nothing_told():
    state = visuals.machine(PINS, MISSED).state
    assert (state["pin"], state["out"], state["seen"]) == (0, -1, [])
    assert state["pins"][0]["graphs"][0]["near"] == [["pin 3", 0.7], ["pin 5", 0.3]]
    assert state["missed"]["board-pin"]["other"] == 0.225


def test_what_is_not_known_can_be_left_out():
    bare = {"name": "ads", "graphs": [{"name": "boards", "looks": 0.6}]}
    made = visuals.machine([bare])
    (pin,) = made.state["pins"]
    assert (pin["itself"], pin["graphs"][0]["near"], made.state["missed"]) == (None, [], {})
    assert "boards 0.60" in made.alt and "without" not in made.alt


def test_the_picture_has_a_point_for_each_graph_that_was_left_out():
    machine, lost = visuals.machine(PINS, MISSED).static()
    points = [line.get_xdata()[0] for line in lost.lines if line.get_marker() == "o"]
    assert points == [0.225, 0.2352]
    assert any("nobody" in text.get_text() for text in machine.texts)
    assert visuals.machine(PINS).static().has_data()


def test_a_graph_s_loss_is_stored_for_each_that_is_looked_at():
    climb = results.load("14_climb").values["PinWorld"]
    whole = "each its own, transformer"
    looks = next(row["looks"] for row in climb["arms"] if row["arm"] == whole)
    lost = {g: Comparison.stored(climb["leads"][f"{whole} over without {g}, transformer"]) for g in looks["all"]}  # fmt: skip
    shown = {g for g, x in lost.items() if x.outcome == "holds"}
    assert set(lost) - shown == {"user-idea"}  # what the lesson says
    assert min(looks["all"], key=looks["all"].get) == "user-pin"
    assert len({tuple(x) for x in looks.values()}) == 1  # kinds have the same graphs


PIN = PINS[0]
BAD = {
    "no pin": (lambda: visuals.machine([]), "1 to 6 pins"),
    "share": (lambda: visuals.machine([PIN | {"itself": 1.4}]), "share"),
    "graphs": (lambda: visuals.machine([PIN, PIN | {"graphs": PIN["graphs"][:1]}]), "same"),
    "missed": (lambda: visuals.machine([PIN], {"boards": MISSED["user-ad"]}), "no graph has the name boards"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_sentence(name):
    make, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        make()
