"""The collapse and the sampler's tree: what they count, what they refuse, whose function they ask."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import toy
from graphrec_utils.lessons.lesson07.ex3_sample_neighbors import sample_neighbors
from graphrec_utils.plots import visuals

R = (np.random.default_rng(5).random((30, 24)) < 0.3).astype(float)
E = np.array([[1.0, 0], [0, 2], [-3, 0], [0, -1]])


def test_the_mean_cosine_is_that_of_two_different_nodes():
    state = visuals.collapse({"a": [E, np.ones((4, 2))]}, [0, 1, 2, 3]).state
    # of six pairs four are at right angles and two opposite: −2 / 6
    assert [frame["cosine"] for frame in state["steps"]["a"]] == [-0.33, 1.0]
    assert state["steps"]["a"][0]["angle"] == [0, 90, 180, -90]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: visuals.collapse({}, [0]), "one to three runs"),
        (lambda: visuals.collapse({"a": [E], "b": [E, E]}, [0] * 4), "equally many steps"),
        (lambda: visuals.collapse({"a": [E]}, [0] * 3), "a group below 4"),
        (lambda: visuals.collapse({"a": [E]}, [0, 1, 2, 9]), "a group below 4"),
        (lambda: visuals.collapse({"a": [E] * 700}, [0] * 4), "too many to show"),
        (lambda: visuals.collapse({"a": [E * np.nan]}, [0] * 4), "not finite"),
        (lambda: visuals.sampler_tree(np.ones((41, 2))), "at most 40"),
        (lambda: visuals.sampler_tree(np.eye(3, 4), 5), "a user with a like"),
        (lambda: visuals.sampler_tree(np.zeros((2, 2))), "a user with a like"),
        (lambda: visuals.sampler_tree(np.eye(3), values=[1, 2]), "3 finite numbers"),
    ],
)
def test_what_cannot_be_shown_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize("function", [None, sample_neighbors])
def test_the_variance_falls_as_the_formula_says(function):
    state = visuals.sampler_tree(R, 12, function=function).state
    assert state["degree"] == 12
    for measured, formula in zip(state["spread"], state["formula"], strict=True):
        assert measured == pytest.approx(formula, rel=0.35, abs=0.001)


def test_a_tree_holds_neighbors_and_no_more_than_are_asked_for():
    state = visuals.sampler_tree(R, 12, function=sample_neighbors).state
    for S, draws in zip(state["sizes"], state["tables"], strict=True):
        for table in draws:
            for v, row in enumerate(table):
                near = np.flatnonzero(R[v]) + 30 if v < 30 else np.flatnonzero(R[:, v - 30])
                assert len(row) == len(set(row)) == min(S, len(near))
                assert set(row) <= set(near.tolist())


def test_the_whole_neighborhood_is_there_and_every_item_is_drawn_alike_often():
    state = visuals.sampler_tree(R, 12, function=sample_neighbors).state
    likes = (np.flatnonzero(R[12]) + 30).tolist()
    fans = np.flatnonzero(R[:, R[12] > 0].any(axis=1)).tolist()
    assert state["columns"] == [[12], likes, fans]
    assert state["near"] == {12: likes} | {i: np.flatnonzero(R[:, i - 30]).tolist() for i in likes}
    for S, shares in zip(state["sizes"], state["often"], strict=True):
        assert shares == pytest.approx([S / 12] * 12, abs=0.1)


def first_ones(indptr, indices, nodes, S, rng):
    table = np.full((len(nodes), S), -1)
    for row, v in enumerate(nodes):
        near = indices[indptr[v] : indptr[v + 1]][:S]
        table[row, : len(near)] = near
    return table


def test_a_sampler_without_chance_is_seen_to_draw_the_same_items():
    state = visuals.sampler_tree(R, 12, function=first_ones).state
    assert state["often"][2] == [1.0] * 3 + [0.0] * 9
    assert state["spread"] == [0.0] * 4


def test_who_is_no_neighbor_stands_in_the_picture_too():
    def off_by_one(indptr, indices, nodes, S, rng):
        table = first_ones(indptr, indices, nodes, S, rng)
        return np.where(table >= 0, (table + 1) % len(indptr[1:]), -1)

    state = visuals.sampler_tree(R, 12, function=off_by_one).state
    strays = set(state["columns"][1]) - set(state["near"][12])
    assert strays and visuals.sampler_tree(R, 12, function=off_by_one).static()


def test_a_function_that_is_not_written_yet_leaves_the_library_s_numbers():
    def stub(*_):
        raise NotImplementedError

    shown = visuals.sampler_tree(toy.likes(), function=stub)
    assert "not written yet" in shown.note
    assert shown.state == visuals.sampler_tree(toy.likes()).state


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda nodes, S: np.full((len(nodes), S + 1), -1), "rows and 1 columns"),  # ignores S
        (lambda nodes, S: np.full((len(nodes), S), -1), "no neighbor of node 0"),  # half written
        (lambda nodes, S: np.full((len(nodes), S), 99), "ids of nodes"),
    ],
    ids=["too wide", "empty", "no nodes"],
)
def test_a_function_that_returns_no_tree_gives_no_picture(wrong, sentence):
    shown = visuals.sampler_tree(toy.likes(), function=lambda p, i, nodes, S, rng: wrong(nodes, S))
    assert "gives no picture" in shown.note and sentence in shown.note
    assert shown.state == visuals.sampler_tree(toy.likes()).state
