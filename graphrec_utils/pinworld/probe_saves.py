"""Probe: recommend pins to users from their saves, without training (popularity to walks)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.linalg import svds

from graphrec_utils.pinworld.premise import Premise
from graphrec_utils.pinworld.ranking import at_least_1, scale_rows, top_mask

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
    shape = (world.num_users, world.num_pins)
    R, test = (
        sp.csr_array((np.ones(part.sum(), np.float32), tuple(pairs[part].T)), shape=shape)
        for part in (~held, held)
    )
    judged = rng.permutation(np.flatnonzero((R.sum(1) > 0) & (test.sum(1) > 0)))[:users]
    tail, sparse_users = R.sum(0) <= POOR, R.sum(1)[judged] <= POOR
    wanted, seen = test[judged].toarray() > 0, R[judged].nonzero()
    rows = {}
    for name, scores in recommend(R, judged).items():
        scores[seen] = -np.inf
        hits = wanted & top_mask(scores, top)
        among_tail = wanted & top_mask(np.where(tail, scores, -np.inf), top)
        recall = hits.sum(1) / wanted.sum(1)
        rows[name] = (
            recall.mean(),
            hits[:, tail].sum() / at_least_1(wanted[:, tail].sum()),
            among_tail[:, tail].sum() / at_least_1(wanted[:, tail].sum()),
            recall[sparse_users].mean() if sparse_users.any() else np.nan,
        )
    columns = ["all", "tail", "tail_only", "sparse_users"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def recommend(R: sp.csr_array, users: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores of the untrained methods for some users; (len(users), pins) each.

    popularity: number of saves. item-kNN: sum of the cosines with the user's pins. walk: three
    and five steps from the user, the latter weighing 0.7. SVD: 32 factors of the matrix
    normalized by both degrees.
    """
    user_degree, pin_degree = at_least_1(R.sum(1)), at_least_1(R.sum(0))
    by_user = scale_rows(R, 1 / user_degree)
    pin_to_pin = scale_rows(R.T, 1 / pin_degree) @ by_user  # pin -> user -> pin
    three = by_user[users] @ pin_to_pin
    by_root = scale_rows(R.T, pin_degree**-0.5).T.tocsr()
    normalized = scale_rows(by_root, user_degree**-0.5)
    start = np.ones(min(R.shape), np.float32)  # a fixed start makes the result repeatable
    left, strength, right = svds(normalized, k=min(32, min(R.shape) - 1), v0=start)
    return {
        "popularity": np.tile(R.sum(0), (len(users), 1)),
        "item-kNN": (R[users] @ (by_root.T @ by_root)).toarray(),
        "walk": (three + 0.7 * (three @ pin_to_pin)).toarray(),
        "SVD": (left[users] * strength) @ right,
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
