"""Lesson 01: what similar users have (01.7)."""

from __future__ import annotations

import torch

from graphrec_utils import toy
from graphrec_utils.exercises.core import Claim, Exercise, Mistake
from graphrec_utils.exercises.nb01_items import cosine


def user2item_knn(R, neighbors):
    return _vote(_others(R), neighbors, R)


def _others(R):
    W = cosine(R)
    W.fill_diagonal_(0)
    return W


def _vote(W, neighbors, R):
    return _keep(W, neighbors) @ R


def _keep(W, neighbors):
    value, who = W.topk(neighbors, dim=1)
    return torch.zeros_like(W).scatter(1, who, value)


def _unweighted(R, neighbors):
    return (_keep(_others(R), neighbors) > 0).float() @ R


def _full_votes(R, neighbors):
    W = _others(R)
    return torch.zeros_like(W).scatter(1, W.topk(neighbors, dim=1).indices, 1.0) @ R


def _without_seen(value: float):
    return lambda R, neighbors: user2item_knn(R, neighbors).masked_fill(R > 0, value)


def _weighted_mean(R, neighbors):
    kept = _keep(_others(R), neighbors)
    return kept @ R / kept.sum(dim=1, keepdim=True).clamp(min=1e-9)


def _overlap(R, neighbors):
    C = R @ R.T
    C.fill_diagonal_(0)
    return _vote(C, neighbors, R)


def _self_takes_a_seat(R, neighbors):
    kept = _keep(cosine(R), neighbors)
    kept.fill_diagonal_(0)
    return kept @ R


def _clear_neighbors(rng, neighbors: int = 3) -> dict:
    """Likes in which no two users tie for the last seat among a user's neighbors."""
    for _ in range(2000):
        R = torch.from_numpy((rng.random((8, 24)) < 0.45).astype("float32"))
        for W in (_others(R), R @ R.T * (1 - torch.eye(8))):
            value = W.topk(neighbors + 1, dim=1).values
            if (value[:, -2] - value[:, -1]).min() < 1e-3:
                break
        else:
            return {"R": R, "neighbors": neighbors}
    raise RuntimeError("no matrix without ties was found")


def _one_neighbor(rng) -> dict:
    return _clear_neighbors(rng, 1)


def _newcomer(rng) -> dict:
    inputs = _clear_neighbors(rng)
    empty = torch.zeros(1, 24)
    return {"R": torch.cat([inputs["R"], empty]), "neighbors": 3}


def _columns_keep(R, neighbors):
    return _keep(_others(R), neighbors).T @ R


def _item2item(R, neighbors):
    return R @ _others(R.T)


EX_7 = Exercise(
    id="01.7",
    function="user2item_knn",
    points=4,
    reference=user2item_knn,
    library="graphrec_utils.models.baselines.user2item",
    claims=(
        Claim(
            "Ann gets half a vote for each of Bob's films",
            lambda rng: {"R": toy.likes(), "neighbors": 2},
        ),
        Claim("with one neighbor, that neighbor's items and similarity decide", _one_neighbor),
        Claim("the three most similar users vote, the others do not", _clear_neighbors),
        Claim("a newcomer without likes gets zeros, not NaN", _newcomer),
    ),
    mistakes=(
        Mistake(
            "own neighbor",
            lambda R, neighbors: _vote(cosine(R), neighbors, R),
            "every user is their own best neighbor in yours and votes for what is known already: "
            "set the diagonal to 0 first",
        ),
        Mistake(
            "all users vote",
            lambda R, neighbors: _others(R) @ R,
            "all users vote in yours; keep only the largest similarities of each row",
        ),
        Mistake(
            "equal votes",
            _unweighted,
            "each neighbor has one full vote in yours; weigh the vote by the similarity",
        ),
        Mistake(
            "full votes",
            _full_votes,
            "whoever is chosen has one full vote in yours, with similarity 0, too; weigh the votes",
        ),
        Mistake(
            "seen items zero",
            _without_seen(0.0),
            "you set the scores of seen items to 0; here they keep them, topk_masked hides them later",
        ),
        Mistake(
            "seen items masked",
            _without_seen(float("-inf")),
            "you masked the seen items with -inf; here they keep their scores, topk_masked comes later",
        ),
        Mistake(
            "weighted mean",
            _weighted_mean,
            "you divide by the sum of the weights; the formula is the sum of the votes itself",
        ),
        Mistake(
            "counts common likes",
            _overlap,
            "your similarity counts common likes, so heavy users are everybody's neighbors; use cosine",
        ),
        Mistake(
            "self takes a seat",
            _self_takes_a_seat,
            "you remove the user after choosing the neighbors, so one seat stays empty; do it before",
        ),
        Mistake(
            "columns keep their largest",
            _columns_keep,
            "your votes are turned around: u hears those who chose u; each row of W keeps its own largest",
        ),
        Mistake(
            "mean of the votes",
            lambda R, neighbors: user2item_knn(R, neighbors) / neighbors,
            "you divide by the number of neighbors; the formula is the sum of the votes itself",
        ),
        Mistake(
            "item2item",
            _item2item,
            "this is item2item, the score of 1.7: here users are compared, the rows of R",
        ),
    ),
    hints=(
        "The cosine of two users is `item2item_cosine(R.T)`: rows in place of columns. Who must not "
        "be among Ann's neighbors?",
        "`value, who = W.topk(neighbors, dim=1)` finds the nearest; all other entries of W become 0.",
        "`kept = torch.zeros_like(W).scatter(1, who, value)`, and the votes are `kept @ R`.",
    ),
)
