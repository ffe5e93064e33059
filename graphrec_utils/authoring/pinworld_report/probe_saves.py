"""Probe: recommend pins to users from their saves, without training (popularity to walks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from graphrec_utils import metrics
from graphrec_utils.authoring.pinworld_report.lists import Scores, by_name, steps
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.data import Interactions
from graphrec_utils.models.baselines import item2item, popularity
from graphrec_utils.models.filters import svd_low_pass

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World

POOR = 5  # a pin with at most this many training saves is "tail", a user "sparse"


def save_recall(world: World, seed: int = 0, users: int = 2048, top: int = 20) -> pd.DataFrame:
    """Recommend held-out saves; recall@top, every user weighing the same.

    A random fifth of the distinct (user, pin) saves is held out.

    Returns:
        Rows popularity, item-kNN, walk, SVD. Columns all (recall over all pins), tail (share
        found of the held-out saves on tail pins), tail_only (the same when only tail pins
        compete), sparse_users (recall of sparse users).
    """
    rng = np.random.default_rng(seed)
    pairs = np.unique(world.events(("save",))[["user", "pin"]].to_numpy(), axis=0)
    held = rng.random(len(pairs)) < 0.2
    train, test = (
        Interactions(*pairs[part].T, world.num_users, world.num_pins) for part in (~held, held)
    )
    (user_degree, pin_degree), wanted = train.degrees(), test.degrees()[0]
    judged = rng.permutation(np.flatnonzero((user_degree > 0) & (wanted > 0)))[:users]
    popular, bounds = pin_degree > POOR, (POOR,)

    def found_in_tail(lists: np.ndarray) -> float:
        return metrics.recall_by_popularity(lists, test, train, bounds, judged)["recall"].iloc[0]

    rows = {}
    for name, scores in recommenders(train).items():
        lists = metrics.rank_with(scores, train, top, judged)
        of_tail = metrics.rank_with(
            lambda ids, s=scores: np.where(popular, -np.inf, s(ids)), train, top, judged
        )
        per_user = metrics.evaluate(lists, test, judged)
        by_activity = metrics.by_activity(per_user, train, bounds)
        tail = found_in_tail(lists), found_in_tail(of_tail)
        rows[name] = per_user["recall"].mean(), *tail, by_activity["recall"].iloc[0]
    return by_name(rows, ["all", "tail", "tail_only", "sparse_users"])


def recommenders(train: Interactions) -> dict[str, Scores]:
    """Return the untrained recommenders of the course.

    popularity: number of saves. item-kNN: sum of the cosines with the user's pins. walk: three
    and five steps from the user, the latter weighing 0.7. SVD: 32 factors of the matrix
    normalized by both degrees.
    """
    P = steps(train.csr())

    def walk(users: np.ndarray) -> np.ndarray:
        three = P[users] @ P @ P
        return (three + 0.7 * (three @ P @ P)).toarray()[:, train.num_users :]

    return {
        "popularity": popularity(train).scores,
        "item-kNN": item2item(train).scores,
        "walk": walk,
        "SVD": svd_low_pass(train.csr(), 32).scores,
    }


def premise(world: World, seed: int = 0, users: int = 2048) -> Premise:
    """Measure the order of the untrained recommenders."""
    table = save_recall(world, seed, users)
    recall, tail = table["all"], table["tail"]
    return Premise(
        name="saves",
        question="Which recommender without training finds held-out saves (recall@20)?",
        claims={
            "item-kNN finds at least 1.8 times as much as popularity": recall["item-kNN"]
            >= 1.8 * recall["popularity"],
            "a walk finds at least 1.15 times as much as item-kNN": recall["walk"]
            >= 1.15 * recall["item-kNN"],
            "walk and SVD differ by less than a fifth": abs(recall["walk"] / recall["SVD"] - 1)
            < 0.2,
            "popularity finds nothing in the tail, item-kNN at least twice the walk": tail[
                "popularity"
            ]
            == 0
            and tail["item-kNN"] >= 2 * tail["walk"],
        },
        table=table,
        curves=table,
        kind="bar",
        labels=("method", "recall@20"),
    )
