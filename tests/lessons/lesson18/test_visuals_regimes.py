"""Which one wins: what is shown of a slice, and which inputs are refused."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from graphrec_utils import style
from graphrec_utils.plots import visuals
from graphrec_utils.results import regimes
from tests.lessons.lesson18.made import SIZES, SLICES


def test_the_state_holds_every_line_in_the_look_of_its_method():
    part = visuals.regimes(SLICES).state["slices"]["history"]["sets"][0]
    assert [m["name"] for m in part["methods"]] == ["LightGCN", "RP3β", "popularity"]
    assert part["methods"][0]["color"] == style.METHOD["LightGCN"]["color"]
    assert part["first"] == [
        {"first": "LightGCN", "level": []}, {"first": "RP3β", "level": ["LightGCN"]}, {"first": "RP3β", "level": []},
    ]  # fmt: skip


def test_the_picture_names_who_is_first_somewhere_and_leaves_the_others_gray():
    ax = visuals.regimes(SLICES, start="history").static()[0]
    assert [x.get_text() for x in ax.texts] == ["LightGCN", "RP3β", "1 other"]
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
    ({"content": 1.5}, "measured from 0 to 1"),
])  # fmt: skip
def test_data_where_nothing_was_measured_are_refused(data, says):
    with pytest.raises(ValueError, match=says):
        visuals.regimes(SLICES, data)


def test_what_is_to_be_guessed_is_not_in_the_picture():
    visual = visuals.regimes(SLICES, start="history", guess="content")
    assert visual.state["guess"] == "content" and visual.state["said"] == ""
    assert "PinSage" not in visual.alt
    assert "PinSage" not in {x.get_label() for x in visual.static()[0].lines}
    with pytest.raises(ValueError, match="the picture of content tells who is first there"):
        visuals.regimes(SLICES, start="content", guess="content")
    with pytest.raises(ValueError, match="no slice 'age'"):
        visuals.regimes(SLICES, guess="age")


def test_rates_stand_on_a_logarithmic_scale_and_what_does_not_fit_is_not_drawn():
    visual = visuals.regimes(SIZES)
    assert "at 10M, Pixie" in visual.alt
    ax = visual.static()[0]
    assert ax.get_yscale() == "log"
    assert [x.get_text() for x in ax.get_xticklabels()] == ["1k", "100k", "10M"]
    scan = next(x for x in ax.lines if x.get_label() == "iALS, exact scan")
    assert np.isnan(scan.get_ydata()[-1]) and scan.get_linestyle() == "--"


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
