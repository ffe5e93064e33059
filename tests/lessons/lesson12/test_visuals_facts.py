"""The plane of translations and the graph of relations: their states are the formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import toy
from graphrec_utils.data import Triples
from graphrec_utils.lessons.lesson12.ex1_distance import distance
from graphrec_utils.lessons.lesson12.ex6_best_translation import best_translation
from graphrec_utils.lessons.lesson12.visuals.translation import SCENES, answered, best, gaps
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.typed_graph import beyond, places, rings

BARE = Triples([0], [0], [1], 2, 1)
BAD = {
    "translation, no scene": (
        visuals.translation,
        {"scene": "many to many"},
        "scene must be one of",
    ),
    "translation, no norm": (visuals.translation, {"norm": 3}, "norm must be 1 or 2"),
    "typed_graph, no labels": (visuals.typed_graph, {"facts": BARE}, "need labels"),
    "typed_graph, nobody": (
        visuals.typed_graph,
        {"facts": toy.tastes(), "center": 99},
        "an entity",
    ),
    "typed_graph, no relation": (
        visuals.typed_graph,
        {"facts": toy.tastes(), "on": ["x"]},
        "no relation",
    ),
    "typed_graph, no type": (
        visuals.typed_graph,
        {"facts": toy.tastes(), "goal": "x"},
        "no type 'x'",
    ),
}


@pytest.mark.parametrize(("make", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, given, words):
    with pytest.raises(ValueError, match=words):
        make(**given)


def test_too_many_nodes_are_refused():
    names = np.array([f"n{k}" for k in range(31)], dtype=object)
    many = Triples(
        [0], [0], [1], 31, 1, entity_labels=names, relation_labels=names[:1], entity_types=names
    )
    with pytest.raises(ValueError, match="at most 30 nodes"):
        visuals.typed_graph(many)


# ---------------------------------------------------------------- translations
@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_whole(scene):
    parts = SCENES[scene]
    h, r, t = np.array(parts["facts"]).T
    assert {*h, *t} == set(range(len(parts["entities"]))) and len(parts["points"]) == len(
        parts["entities"]
    )
    assert set(r) == set(range(len(parts["relations"]))) and len(parts["vectors"]) == len(
        parts["relations"]
    )
    assert np.abs(parts["points"]).max() <= 2


@pytest.mark.parametrize("scene", SCENES)
def test_the_best_arrows_are_those_of_the_exercise(scene):
    h, r, t = np.array(SCENES[scene]["facts"]).T
    points = torch.tensor(SCENES[scene]["points"])
    for k, arrow in enumerate(best(SCENES[scene])):
        rel, _ = best_translation(points[h[r == k]], points[t[r == k]])
        np.testing.assert_allclose(arrow, rel, atol=1e-6)


def test_facts_in_both_directions_leave_no_arrow():
    assert np.abs(best(SCENES["both directions"])).max() < 1e-12


@pytest.mark.parametrize("norm", [1, 2])
def test_the_student_s_distances_stand_beside_ours(norm):
    visual = visuals.translation(norm=norm, function=distance)
    np.testing.assert_allclose(visual.state["mine"]["values"], gaps(visual.state), atol=1e-3)
    assert "those of your distance" in visual.note
    moved = visual.state | {"points": [[0.0, 0.0]] * 6, "vectors": [[0.6, 0.8]], "move": 4}
    said = visual.moved(moved)["mine"]
    assert said == {"move": 4, "values": [1.4 if norm == 1 else 1.0] * 3}


def unwritten(*_):
    raise NotImplementedError("Exercise 12.1")


@pytest.mark.parametrize("function", [unwritten, lambda *a: torch.zeros(9), lambda *a: None])
def test_a_function_without_an_answer_is_left_out_with_a_note(function):
    visual = visuals.translation(function=function)
    assert visual.state["mine"] is None and "the numbers are the library's" in visual.note
    assert visual.moved(visual.state) == {"mine": None}


def test_a_wrong_number_of_distances_is_told():
    with pytest.raises(ValueError, match="3 distances are asked for"):
        answered(lambda *a: [1.0], visuals.translation().state)


# ---------------------------------------------------------------- relations
def test_likes_alone_never_reach_a_film_without_likes():
    facts = toy.tastes()
    names = facts.entity_labels.tolist()
    alone, all_of_it = (
        rings(facts.array(), facts.num_entities, on, 0) for on in ([1, 0, 0], [1, 1, 1])
    )
    film = names.index("Exit")
    assert alone[film] == -1 and all_of_it[film] == 3
    assert alone[names.index("Cube")] == 3 and alone[names.index("Bob")] == 2
    assert "5 of 5 films" in visuals.typed_graph(facts, goal="film").alt
    assert "3 of 5 films" in visuals.typed_graph(facts, goal="film", on=["likes"]).alt


def test_far_away_and_cut_off_are_told_apart():
    facts = toy.tastes()
    rows, n = facts.array(), facts.num_entities

    def told(on, center=0):
        return beyond(rows, on, center, rings(rows, n, on, center))

    assert told([1, 1, 1]) == "farther than 3 edges"  # Eve likes Drive, which Ann reaches
    assert told([1, 0, 0]) == "farther than 3 edges, or no way"  # genres have no like
    assert told([1, 0, 0], facts.entity_labels.tolist().index("Exit")) == "no way"


def test_nodes_of_a_ring_have_its_distance_and_places_of_their_own():
    ring = np.array([0, 1, 1, 2, 2, 2, 3, -1, -1])
    edges = np.array([[0, 1], [2, 0], [1, 3], [1, 4], [5, 2], [4, 6]])
    place = places(ring, edges)
    reached = ring >= 0
    np.testing.assert_allclose(np.linalg.norm(place[reached], axis=1), ring[reached])
    assert len(np.unique(place.round(6), axis=0)) == len(ring)


def test_no_edge_passes_by_a_node_and_no_name_lies_on_another():
    facts = toy.tastes()
    axes = visuals.typed_graph(facts, goal="film").static()
    names = set(facts.entity_labels)
    for ax in axes:
        figure = ax.figure
        figure.canvas.draw()
        boxes = [
            t.get_window_extent()
            for t in ax.texts
            if t.get_text() in names or "farther" in t.get_text()
        ]
        assert len(boxes) == len(names) + 1
        assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert "3 of 5 films" in axes[0].get_title(loc="left")


def test_the_tastes_are_the_likes_with_more_around_them():
    facts = toy.tastes()
    likes = facts.array()[facts.rels == 0]
    assert len(likes) == int(toy.likes().sum())
    assert facts.entity_types[likes[:, 0]].tolist() == ["user"] * 6
    assert set(facts.entity_types[likes[:, 2]]) == {"film"}
    assert "Exit" not in facts.entity_labels[likes[:, 2]]
