"""The visuals of lesson 06: their states are the formulas, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import graphs, toy
from graphrec_utils.graphs import propagation, smoothing
from graphrec_utils.lessons.lesson06.visuals.one_way import weights
from graphrec_utils.plots import visuals

MAKE = {
    "smoothing": lambda: visuals.smoothing(toy.likes(), toy.USERS, toy.ITEMS),
    "layers": lambda: visuals.layers(toy.path()),
    "one_way": lambda: visuals.one_way(toy.likes(), toy.USERS, toy.ITEMS),
}
EACH = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


# ---------------------------------------------------------------- all three
BAD = {
    "smoothing, a vector": (visuals.smoothing, {"R": [1, 0]}, "not empty"),
    "smoothing, one user": (visuals.smoothing, {"R": [[1, 1]]}, "two users and two items"),
    "smoothing, too large": (visuals.smoothing, {"R": np.ones((17, 2))}, "at most 16"),
    "smoothing, two parts": (visuals.smoothing, {"R": np.eye(3)}, "connected"),
    "smoothing, one step": (visuals.smoothing, {"R": np.ones((2, 2)), "steps": 1}, "at least 2"),
    "layers, too large": (visuals.layers, {"R": np.ones((7, 2))}, "at most 6"),
    "layers, none": (visuals.layers, {"R": [[1]], "num_layers": 0}, r"lie in 1\.\.\.4"),
    "one_way, empty": (visuals.one_way, {"R": np.ones((0, 2))}, "not empty"),
    "one_way, no layer": (visuals.one_way, {"R": [[1]], "layers": 0}, "at least 1"),
    "one_way, a name twice": (visuals.one_way, {"R": [[1], [0]], "users": ["A", "A"]}, "twice"),
}


@pytest.mark.parametrize(("make", "given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, given, words):
    with pytest.raises(ValueError, match=words):
        make(**given)


# ---------------------------------------------------------------- smoothing
def test_layers_are_powers_and_means_are_means():
    layers = MAKE["smoothing"]().state["layers"]
    A_hat = graphs.normalize(graphs.adjacency(toy.likes().double()))
    E0 = torch.tensor(layers[0]["single"]["at"], dtype=torch.float64)
    for k in (0, 1, 2, 7, 16):
        single = torch.matrix_power(A_hat, k) @ E0
        np.testing.assert_allclose(layers[k]["single"]["at"], single, atol=2e-4)
        mean = propagation.propagate(A_hat, E0, k)
        np.testing.assert_allclose(layers[k]["mean"]["at"], mean, atol=2e-4)
        assert layers[k]["single"]["users"] == pytest.approx(
            smoothing.mean_cosine(single[:3]), abs=2e-3
        )


def test_users_end_on_one_ray_and_exchange_it_with_the_items():
    visual = visuals.smoothing(toy.bestseller())
    rays, layers = np.array(visual.state["rays"]), visual.state["layers"]
    for k, ray in ((16, rays[0]), (15, rays[1])):
        users = np.array(layers[k]["single"]["at"][:4])
        directions = users / np.linalg.norm(users, axis=1, keepdims=True)
        np.testing.assert_allclose(directions, np.tile(ray, (4, 1)), atol=5e-3)
    assert np.abs(rays[0] - rays[1]).max() > 0.5  # a flip that one can see
    assert layers[8]["mean"]["users"] < layers[8]["single"]["users"]


# ---------------------------------------------------------------- layers
def test_the_blocks_give_the_scores_of_exercise_06_2():
    state = MAKE["layers"]().state
    weights = np.convolve(state["alpha"], state["alpha"])
    scores = sum(w * np.array(block) for w, block in zip(weights, state["blocks"], strict=True))
    np.testing.assert_allclose(scores[0], [0.2762, 0.25, 0.0773], atol=1e-4)
    assert not np.any(state["blocks"][0::2])  # even powers join nobody with an item
    assert state["eigenvalues"] == pytest.approx([-1, -0.7071, 0, 0.7071, 1])
    assert not state["shown"]


# ---------------------------------------------------------------- one-way edges
def test_both_directions_are_the_normalized_matrix():
    likes = toy.likes()
    expected = graphs.normalize(graphs.adjacency(likes)).numpy()
    np.testing.assert_allclose(weights(likes.numpy(), "both"), expected, atol=1e-6)


@pytest.mark.parametrize("way", ["to items", "to users"])
def test_one_way_edges_send_nothing(way):
    assert not weights(toy.likes().numpy(), way).any()


def test_the_picture_counts_the_messages():
    titles = [ax.get_title("left") for ax in MAKE["one_way"]().static()]
    assert titles == [
        "both directions\n12 messages arrive",
        "user → item only\n0 messages arrive",
        "item → user only\n0 messages arrive",
    ]
