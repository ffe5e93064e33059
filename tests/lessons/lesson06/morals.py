"""What the morals of lesson 06 rest on."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils import graphs, metrics, toy
from tests.lessons.evidence import first, mean, of


def larger_step() -> bool:
    last = {
        name: curve["points"][-1]["recall@20"]
        for name, curve in of("06_gowalla_curves")["curves"].items()
    }
    layers = last["LightGCN, recipe, 20 epochs"] - last["MF, LightGCN's recipe"]
    recipe = last["MF, LightGCN's recipe"] - last["BPR-MF"]
    paper = 0.1830  # layers first: through the paper's cell
    three = {
        start: sum(x for name, x in last.items() if name.startswith(start)) / 3
        for start in ("BPR-MF", "LightGCN, recipe, 20 epochs")
    }
    other_way = paper - three["BPR-MF"], three["LightGCN, recipe, 20 epochs"] - paper
    assert [round(x, 3) for x in other_way] == [0.033, 0.005]  # 6.5
    return layers > recipe and last["GF-CF"] > last["MF, LightGCN's recipe"]


def walks() -> bool:
    """One layer reaches nothing new, a walk of three steps finds more than bestsellers."""
    stored = of("06_stacked")
    found = {row["K"]: row["test"] for row in stored["untrained"]}
    return found[1] < 0.001 and min(found[2], found[3]) > stored["bestsellers"]


def moved() -> bool:
    """Rows of layer 0 with a gradient from one triple: with three layers more than the three of K = 0."""
    R = toy.likes()
    A_hat = graphs.normalize(graphs.adjacency(R))
    reached = {}
    for K in (0, 3):
        E0 = torch.randn(7, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
        E = graphs.propagate(A_hat, E0, K)
        F.softplus(E[0] @ (E[6] - E[3])).backward()
        reached[K] = int((E0.grad.abs().sum(1) > 0).sum())
    return reached == {0: 3, 3: 7}


def fits() -> bool:
    """Of 32 numbers a row: random ones stay below bestsellers, trained ones find most with three layers."""
    stored = of("06_stacked")
    alone = {row["K"]: np.mean(row["random"]["test"]) for row in of("06_short_rows")["untrained"]}
    means = {row["K"]: np.mean(row["test"]) for row in stored["trained"]}
    one_hot = {row["K"]: row["test"] for row in stored["untrained"]}
    level = stored["bestsellers"]
    assert all(alone[K] < level < one_hot[K] for K in (2, 3, 20, 50))
    assert max(one_hot, key=one_hot.get) == 50 and max(means, key=means.get) == 3
    three = next(row["test"] for row in stored["trained"] if row["K"] == 3)
    return metrics.compare(np.array(three), np.full(3, one_hot[50])).low > 0


MORALS = {
    "This is what a layer does that learns nothing: it walks": walks,
    "In LightGCN one like moves a whole neighborhood, in BPR-MF one user and two places": moved,
    "Trained, 32 numbers and three layers find at least what fifty layers find with a number for every node": fits,
    "Walking the graph is a larger step than the recipe, and here whoever keeps the graph need not train": larger_step,
    "With one like a learned vector is first on PinWorld. Where new films come out every week, first ask what is new": lambda: (
        first("history", "PinWorld", 1)["first"] in ("iALS", "LightGCN")
        and mean("history", "MovieTweetings", 1, "recent")
        > mean("history", "MovieTweetings", 1, "iALS")
    ),
}
