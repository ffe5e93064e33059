"""PinSage's convolution: its numbers are the library's and the student's, bad input gets a sentence."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from graphrec_utils.lessons.lesson09.ex1_importance_neighbors import ex as neighbors
from graphrec_utils.lessons.lesson09.ex2_convolve import ex as convolve
from graphrec_utils.lessons.lesson09.visuals.convolution import STEPS
from graphrec_utils.plots import visuals
from tests.lessons.lesson09.made import BOARDS, CONTENT

GIVEN = (*BOARDS, CONTENT)
IDS, WEIGHTS, HEARD, NEW = range(4)  # what a row of the state's `said` holds


def mistake(ex, words: str):
    return next(m.function for m in ex.mistakes if words in m.sentence)


@pytest.fixture(scope="module")
def state() -> dict:
    return visuals.convolution(*GIVEN).state


def test_weights_are_shares_of_the_visits_and_home_is_left_out(state):
    for query, (counts, rows) in enumerate(zip(state["visits"], state["said"], strict=True)):
        assert sum(counts) in (0, STEPS)
        for top, row in enumerate(rows, start=1):
            assert query not in row[IDS] and len(row[IDS]) <= top
            kept = np.array(counts)[row[IDS]]
            np.testing.assert_allclose(row[WEIGHTS], kept / max(1, kept.sum()), atol=6e-4)


def test_by_hand_and_a_pin_on_no_board_hears_nobody(state):
    row = state["said"][0][0]  # of one neighbor all is heard, what is below 0 is not
    assert row[IDS] == [2] and row[HEARD] == [0.5, 0.5]
    z = np.array([0.9 + 0.5, -0.1 + 0.5])
    np.testing.assert_allclose(row[NEW], z / np.linalg.norm(z), atol=6e-4)
    alone = state["said"][3][2]
    assert (alone[IDS], alone[HEARD], state["paths"][3]) == ([], [0, 0], [5])
    np.testing.assert_allclose(alone[NEW], np.array([0.5, 0.6]) / 0.61**0.5, atol=6e-4)


def test_a_walk_goes_from_pin_to_board_to_pin_along_edges(state):
    m = len(state["users"])
    for pin, path in enumerate(state["paths"]):
        assert path[0] == m + pin
        for v, w in itertools.pairwise(path):
            board, other = sorted((v, w))
            assert state["likes"][board][other - m] == 1


def test_right_functions_give_the_library_s_numbers(state):
    made = visuals.convolution(*GIVEN, neighbors=neighbors.reference, convolve=convolve.reference)
    assert made.state == state
    assert "importance_neighbors" in made.note and "convolve" in made.note


@pytest.mark.parametrize(
    ("ex", "name", "words", "part"),
    [
        (neighbors, "neighbors", "among its own neighbors", IDS),
        (neighbors, "neighbors", "all your neighbors weigh the same", WEIGHTS),
        (convolve, "convolve", "the plain mean of the messages", HEARD),
        (convolve, "convolve", "are not divided by their length", NEW),
    ],
)
def test_a_mistake_is_seen(state, ex, name, words, part):
    wrong = visuals.convolution(*GIVEN, **{name: mistake(ex, words)}).state
    assert wrong["said"][0][1][part] != state["said"][0][1][part]


def test_functions_that_are_not_written_leave_the_library_s_numbers(state):
    def importance_neighbors(*_):
        raise NotImplementedError

    made = visuals.convolution(*GIVEN, neighbors=importance_neighbors, convolve=lambda *x: None)
    assert made.state == state
    assert "importance_neighbors is not written yet" in made.note
    assert "the numbers are the library's" in made.note


def test_the_picture_has_a_line_for_each_neighbor():
    made = visuals.convolution(*GIVEN, ("sweet", "green"), top=2)
    texts = {text.get_text().split("\n")[0] for text in made.static().texts}
    assert {"sponge", "what is heard", "the new vector"} <= texts
    assert "icing 0." in made.alt


BAD = {
    "size": ({"R": np.ones((9, 3))}, "at most 8"),
    "vectors": ({"vectors": [[1, 2]] * 4}, "4 pairs of numbers"),
    "query": ({"query": 4}, "one of 4 pins"),
    "top": ({"top": 5}, "top 1 to 4"),
}


@pytest.mark.parametrize(("change", "said"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(change, said):
    with pytest.raises(ValueError, match=said):
        visuals.convolution(**({"R": BOARDS[0]} | change))
