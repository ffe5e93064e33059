"""Probe: how fast should a user's past be forgotten? It depends on what is to be predicted.

PinnerFormer (Pancha et al. 2022) trains for two weeks ahead instead of the next action. The
premise: the two want different memories.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils import metrics
from graphrec_utils.authoring.pinworld_report.lists import by_name, hit_rates
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.pinworld.entities import DAY
from graphrec_utils.pinworld.impressions import POSITIVE_ACTIONS
from graphrec_utils.pinworld.tables import TRAIN_END

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World

HALF_LIVES = (1.0, 4.0, 16.0, 64.0, np.inf)
_FEWEST = 5  # positives before and after day 42 that a judged user has


def decay(
    world: World,
    vectors: np.ndarray,
    seed: int = 0,
    users: int = 1000,
    half_lives: Sequence[float] = HALF_LIVES,
    top: int = 200,
) -> pd.DataFrame:
    """Recommend from an exponentially forgotten past; recall@top for every half-life.

    A user is the sum of the vectors of the pins he engaged positively, the latest weighing 1
    and one `half_life` actions earlier 1/2.

    Args:
        world: where the users live.
        vectors: (pins, f) float32.
        seed: for the choice of users and moments.
        users: how many users are judged at most.
        half_lives: in actions; infinity forgets nothing.
        top: length of the list.

    Returns:
        Index half-life; columns "next" (the next positive of the same session, one random moment
        per user from day 42 on) and "fortnight" (the user's pins of days 42-55, from the past
        before).
    """
    rows = world.events(POSITIVE_ACTIONS)
    user, pin, session = (rows[column].to_numpy() for column in ("user", "pin", "session"))
    late = rows["time"].to_numpy() >= TRAIN_END * DAY
    first, cut, stop = _bounds(user, late, world.num_users)
    rng = np.random.default_rng(seed)
    judged = np.flatnonzero((cut - first >= _FEWEST) & (stop - cut >= _FEWEST))
    judged = rng.permutation(judged)[:users]
    continues = late[1:] & (session[1:] == session[:-1]) & (pin[1:] != pin[:-1])
    moment = rng.permutation(np.flatnonzero(continues) + 1)
    _, one = np.unique(user[moment], return_index=True)  # of a random order: a random one
    moment = moment[rng.permutation(one)[:users]]
    length = stop[judged] - cut[judged]
    places = np.repeat(cut[judged] - np.r_[0, length.cumsum()[:-1]], length) + np.arange(
        length.sum()
    )
    who, what = np.repeat(np.arange(len(judged)), length), pin[places]
    wanted = sp.csr_array((np.ones(len(who)), (who, what)), shape=(len(judged), world.num_pins))
    out = {}
    for half_life in half_lives:
        now = _remember(vectors, pin, first[user[moment]], moment, half_life)
        then = _remember(vectors, pin, first[judged], cut[judged], half_life)
        hits = hit_rates(metrics.rank_all(now, vectors, None, top), pin[moment], world.num_pins)
        found = metrics.evaluate(metrics.rank_all(then, vectors, None, top), wanted)["recall"]
        out[half_life] = hits.mean(), found.mean()
    table = by_name(out, ["next", "fortnight"])
    return table.rename_axis("half-life")


def _bounds(user: np.ndarray, late: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """Return for every user where his rows begin, where the late ones begin, where they end."""
    first = np.searchsorted(user, np.arange(count))
    cut = first + np.bincount(user[~late], minlength=count)
    return first, cut, np.searchsorted(user, np.arange(count), side="right")


def _remember(
    vectors: np.ndarray, pin: np.ndarray, begin: np.ndarray, end: np.ndarray, half_life: float
) -> np.ndarray:
    """Return for every stretch [begin, end) of `pin` the decayed sum of its vectors."""
    length = end - begin
    row = np.repeat(np.arange(len(begin)), length)
    place = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    weight = (0.5 ** ((length[row] - 1 - place) / half_life)).astype(np.float32)
    shape = (len(begin), len(vectors))
    return sp.csr_array((weight, (row, pin[begin[row] + place])), shape=shape) @ vectors


def premise(world: World, vectors: np.ndarray, seed: int = 0, users: int = 1000) -> Premise:
    """Measure which half-life is best for the next action and for a fortnight."""
    table = decay(world, vectors, seed, users)
    soon, later = table["next"], table["fortnight"]
    return Premise(
        name="memory",
        question="How long a memory finds the next pin, and the pins of a fortnight (recall@200)?",
        claims={
            "for the next pin one action is best, by 0.1 or more before 16": soon.idxmax() == 1
            and soon[1.0] >= soon[16.0] + 0.1,
            "for a fortnight 4 actions or more are best, by 0.005 or more before one": later.idxmax()
            >= 4
            and later.max() >= later[1.0] + 0.005,
            "to forget nothing costs the next pin 0.1 or more, the fortnight at most 0.03": soon.max()
            >= soon[np.inf] + 0.1
            and later.max() <= later[np.inf] + 0.03,
        },
        table=table,
        curves=table.set_axis([f"{h:g}" for h in table.index]),
        kind="line",
        labels=("half-life in actions", "recall@200"),
    )
