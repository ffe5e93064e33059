"""One of each visual, by its name: what all tests of visuals go over."""

from __future__ import annotations

import numpy as np
import torch

from graphrec_utils import toy
from graphrec_utils.plots import visuals

LIKES = (toy.likes(), toy.USERS, toy.ITEMS)
E = np.array([[1, 0.4], [0.6, 0.8], [-0.4, 1], [1, -0.5], [0.8, 0.5], [0.3, 0.9], [-0.8, 0.6]])
W = np.array([[0.8, 0.3], [-0.2, 0.9]])
COSINES = {"positive": E[:, 0], "shared": E[:, 1], "hard": []}
MADE = {
    "adjacency": lambda: visuals.adjacency(*LIKES, forms=("A", "symmetric"), longest=4),
    "allocator": lambda: visuals.allocator({"cakes": 3, "trees": 250}),
    "als": lambda: visuals.als(*LIKES),
    "atlas": lambda: visuals.atlas(),
    "arrivals": lambda: visuals.arrivals({"A/A": (np.arange(60) % 3, np.arange(60) % 4)}),
    "attention_map": lambda: visuals.attention_map("abc", E[:3], np.stack([E[:4]] * 3), E[:3, [0, 0, 0, 1]] < 0.5),
    "batch_matrix": lambda: visuals.batch_matrix(E[:3], E[3:6], [4, 7, 4], "abc", "xyx"),
    "bipartite": lambda: visuals.bipartite(*LIKES),
    "blocks": lambda: visuals.blocks(torch.eye(6).roll(1, 1), [0, 1], also=[3]),
    "bpr_loss": lambda: visuals.bpr_loss(),
    "causal": lambda: visuals.causal(E[:4], E[3:7], "abcd", [False, False, True, True]),
    "collapse": lambda: visuals.collapse(
        {"a": [E, E[::-1]], "b": [E, W[[0] * 7]]}, [0, 1, 2, 3, 0, 0, 1]
    ),
    "curriculum": lambda: visuals.curriculum([COSINES, COSINES | {"hard": E[:, 1] / 2}]),
    "dendrogram": lambda: visuals.dendrogram(E, [*toy.USERS, *toy.ITEMS], np.arange(7.0)),
    "drift": lambda: visuals.drift(),
    "fusion": lambda: visuals.fusion({"cosine": [7, 3, 2], "walk": [3, 5]}, saved=[5, 3]),
    "hinge": lambda: visuals.hinge(),
    "calibration": lambda: visuals.calibration(np.arange(-12, 13) / 4, np.arange(25) % 3 > 0),
    "exposure": lambda: visuals.exposure({"old": 0.2, "new": 0.7, "best": 0.9}),
    "estimator": lambda: visuals.estimator(),
    "khop": lambda: visuals.khop(*LIKES),
    "layers": lambda: visuals.layers(toy.path()),
    "levels": lambda: visuals.levels([{"name": "pin 7", "itself": 0.4, "graphs": [
        {"name": "board-pin", "looks": 0.6, "near": [("pin 3", 0.7), ("pin 5", 0.3)]},
        {"name": "user-ad", "looks": 0.0, "near": []}]}]),
    "messages": lambda: visuals.messages(toy.likes(), E, W, W, toy.USERS, toy.ITEMS),
    "metric_list": lambda: visuals.metric_list([0, 1, 0, 0, 1], missed=1),
    "mixture_map": lambda: visuals.mixture_map(),
    "one_way": lambda: visuals.one_way(*LIKES),
    "pixie": lambda: visuals.pixie(*LIKES, preferred=["Cube"], stop=(1, 4)),
    "product": lambda: visuals.product([1, 0.5], {"Ann": [0.9, -0.2], "Bob": [-0.6, 0.9]}),
    "sampled_metric": lambda: visuals.sampled_metric(),
    "sampler_tree": lambda: visuals.sampler_tree(toy.likes()),
    "scatter": lambda: visuals.scatter(E, [*toy.USERS, *toy.ITEMS]),
    "semantic_tree": lambda: visuals.semantic_tree(E, [E[:2], W], "abcdefg"),
    "shift": lambda: visuals.shift("abc", [0.2, 0.1, -0.3], np.log([0.6, 0.3, 0.1])),
    "smoothing": lambda: visuals.smoothing(*LIKES),
    "spectrum": lambda: visuals.spectrum(*LIKES),
    "stream": lambda: visuals.stream([0, 1, 0, 2], [[0, 1, 0], [0, 1, 1]], list("abc")),
    "surface": lambda: visuals.surface([[E[:4], E[:4, 0], E[:4, 1:].T, E[0, :1]]]),
    "three_losses": lambda: visuals.three_losses({"entity-entity": {"all": 0.2}}),
    "timeline": lambda: visuals.timeline([0, 1, 1, 5], [True, False, True, True], "abcd", 1),
    "towers": lambda: visuals.towers(["a", "b", "c"], [0, 90, 200]),
    "translation": lambda: visuals.translation(),
    "typed_graph": lambda: visuals.typed_graph(toy.tastes(), goal="film"),
    "walk": lambda: visuals.walk(*LIKES),
}  # fmt: skip
