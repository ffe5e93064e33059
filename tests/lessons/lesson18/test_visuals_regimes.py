"""Which one wins: what is shown of a slice, and which inputs are refused."""

from __future__ import annotations

import copy

import pytest

from graphrec_utils import style
from graphrec_utils.plots import visuals
from graphrec_utils.results import regimes
from tests.lessons.lesson18.made import SLICES


def test_the_state_holds_every_line_in_the_look_of_its_method():
    part = visuals.regimes(SLICES).state["slices"]["history"]["sets"][0]
    assert [m["name"] for m in part["methods"]] == ["LightGCN", "RP3β", "popularity"]
    assert part["methods"][0]["color"] == style.METHOD["LightGCN"]["color"]
    assert part["first"] == [
        {"first": "LightGCN", "level": []}, {"first": "RP3β", "level": ["LightGCN"]}, {"first": "RP3β", "level": []},
    ]  # fmt: skip


def test_the_picture_names_who_is_first_somewhere_and_leaves_the_others_gray():
    ax = visuals.regimes(SLICES, start="history").static()[0]
    assert [x.get_text() for x in ax.get_legend().get_texts()] == ["LightGCN", "RP3β"]
    assert len(ax.lines) == 3
    assert "at 5, RP3β" in visuals.regimes(SLICES, start="history").alt


def test_your_data_lie_between_two_levels():
    state = visuals.regimes(SLICES, {"history": 3}).state["slices"]
    assert state["history"]["mine"] == 0.5 and state["content"]["mine"] is None


@pytest.mark.parametrize("data, says", [
    ({"age": 3}, "no slice 'age'; there are history, content"),
    ({"history": 50}, "measured from 1 to 20 likes; got 50"),
    ({"history": 0}, "measured from 1 to 20 likes; got 0"),
    ({"history": float("nan")}, "measured from 1 to 20"),
])  # fmt: skip
def test_data_where_nothing_was_measured_are_refused(data, says):
    with pytest.raises(ValueError, match=says):
        visuals.regimes(SLICES, data)


def test_a_file_of_another_grid_is_refused():
    other = copy.deepcopy(SLICES)
    other["history"]["sets"]["Gowalla"]["methods"]["iALS"].pop()
    with pytest.raises(
        ValueError,
        match="history is of another grid: Gowalla has 2 levels, and iALS 1; measure it again",
    ):
        visuals.regimes(other)
    with pytest.raises(ValueError, match="no slice of the grid: it has no sets"):
        visuals.regimes({"history": {"knob": "a", "unit": "b", "measure": "c"}})
    with pytest.raises(ValueError, match="no slice is stored"):
        visuals.regimes({})


def test_what_is_stored_is_whole():
    for values in regimes.regimes().values():
        assert values["sets"]
