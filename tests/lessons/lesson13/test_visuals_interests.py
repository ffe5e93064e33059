"""The map and the tree of lesson 13: their states are the library's lists and medoids, bad input gets a sentence."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from graphrec_utils.lessons.lesson13 import ex4_recommend, ex5_interests
from graphrec_utils.models import pinnersage
from graphrec_utils.plots import visuals

of_map = importlib.import_module("graphrec_utils.lessons.lesson13.visuals.mixture_map")
POINTS = np.array([[0.0, 0], [1, 0], [5, 5], [6, 5], [5, 6], [20, 0]])
EVENTS = (POINTS, list("abcdef"), np.arange(6.0))


def test_the_mean_of_two_interests_lies_between_them_and_two_centers_do_not():
    state = visuals.mixture_map().state
    assert len(of_map.inside("Bob", state["means"]["Bob"])) < 4
    assert len(of_map.inside("Bob", state["lists"]["Bob"][1])) == of_map.PLACES
    assert (
        of_map.inside("Ann", state["means"]["Ann"])
        and len(set(state["lists"]["Ann"][0])) == of_map.PLACES
    )


def test_products_of_lifted_vectors_are_nearness():
    items, _ = of_map.world()
    query = np.array([[0.3, -1.0]])
    by_product = np.argsort(-(of_map.lifted(items) @ of_map.lifted(query, query=True)[0]))
    assert (by_product == np.argsort(np.square(items - query).sum(axis=1))).all()


def test_a_student_s_functions_drive_them():
    made = visuals.mixture_map(function=ex4_recommend.recommend)
    assert made.state["yours"] and made.state["lists"] == visuals.mixture_map().state["lists"]
    wrong = visuals.mixture_map(function=ex4_recommend.mixture_averaged_to_one_vector).state
    assert (
        len(of_map.inside("Bob", wrong["lists"]["Bob"][1])) < of_map.PLACES
    )  # its mistake is seen
    made = visuals.dendrogram(*EVENTS, function=ex5_interests.interests)
    assert made.state["yours"] and made.state["found"] == visuals.dendrogram(*EVENTS).state["found"]
    wrong = visuals.dendrogram(*EVENTS, function=ex5_interests.counts).state["found"]
    assert wrong != made.state["found"]


def unwritten(*given):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function", [unwritten, lambda *x: np.array([99]), lambda *x: None, lambda *x: (np.zeros(9), 1)]
)
def test_a_function_that_fails_is_said_to(function):
    for make in (
        visuals.mixture_map,
        lambda function: visuals.dendrogram(*EVENTS, function=function),
    ):
        made = make(function=function)
        assert "the numbers are the library's" in made.note and not made.state["yours"]


def test_every_cut_of_the_tree_is_ward_s():
    state = visuals.dendrogram(*EVENTS, decay=0.0).state
    for k, label in enumerate(state["labels"], start=1):
        theirs = pinnersage.ward(POINTS, num_clusters=k)
        assert len({*zip(label, theirs, strict=True)}) == k
    assert sum(state["found"][2]["shares"]) == pytest.approx(1, abs=0.01)
    assert state["found"][0]["ids"] == pinnersage.medoids(POINTS, np.zeros(6, int)).tolist()


BAD = {
    "person": (lambda: visuals.mixture_map("Zoe"), "one of Ann, Bob, Eve"),
    "queries": (lambda: visuals.mixture_map(queries=4), "1, 2 or 3"),
    "few": (lambda: visuals.dendrogram(POINTS[:2], "ab", [1, 2]), "3 to 24 events"),
    "names": (lambda: visuals.dendrogram(POINTS, "ab", np.ones(6)), "a name and an age each"),
    "clusters": (lambda: visuals.dendrogram(*EVENTS, num_clusters=7), "1 to 6"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()
