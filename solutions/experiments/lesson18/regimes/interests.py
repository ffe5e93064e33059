"""Interests: every user of a world has one topic, two, … or six, and what is saved next is to be found.

One vector stands for a user, or several do. All ask the same kind of table, the pins of an iALS of 32 numbers, which each tunes
for itself: the user's own vector there, the mean of what was saved, the latest counting more or not, PinnerSage's medoids and
TwHIN's mixture of centroids. "New users" are half of the people: nobody of them was there in training, then nobody of the
others; for a vector of their own they are folded in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial

import numpy as np
import scipy.sparse as sp

from graphrec_utils import metrics, pinworld
from graphrec_utils.models import baselines, filters, mf
from graphrec_utils.models.scoring import Factors
from solutions.experiments.lesson13 import twhin_study as several
from solutions.experiments.lesson18.regimes.grid import Player, Stage, Task

NAME, KNOB, UNIT = "interests", "topics of a user", "topics"
MEASURE = "NDCG@20 of what is saved for the first time in the next week"
CLAIM = "Several vectors find more than one for users of three topics and more."
CUTS = (0, 1, 2)
TRAINED, NEW = "PinWorld", "PinWorld, new users"
SETS = {data: [(k,) for k in range(1, 7)] for data in (TRAINED, NEW)}
ABSENT = {
    "MF, BPR, NGCF, LightGCN, TwHIN": "one trained vector for each user: iALS plays for them",
    "two towers, SASRec, PinnerFormer": "one vector, read from the history: the means play for them",
    "EASE, item2item, Pixie": "no vectors; RP3β plays for what counts or walks",
}
WORLD, DIM, TOP = 0.5, 32, 20


# ------------------------------------------------------------------------ data
@dataclass(frozen=True, eq=False)
class Known:
    """What is known of people.

    Attributes:
        users: what they saved, and who is asked.
        new: (m,) bool, who was not there in training.
        made: what `factors` has made.
    """

    users: several.Users
    new: np.ndarray
    made: dict = field(default_factory=dict)

    @cached_property
    def R(self) -> sp.csr_array:
        """(m, n) ones."""
        R = sp.csr_array(self.users.past.csr().astype(float))
        R.data[:] = 1
        return R

    @cached_property
    def trained(self) -> sp.csr_array:
        """(m, n) ones of those who were there."""
        return sp.csr_array(sp.diags_array((~self.new).astype(float)) @ self.R)

    def factors(self, alpha0: float, reg: float) -> Factors:
        """Return iALS; the ways to ask share the tables."""
        if (alpha0, reg) not in self.made:
            self.made[alpha0, reg] = mf.ials(self.trained, DIM, alpha0, reg, sweeps=8)
        return self.made[alpha0, reg]


@cache
def stages(topics: int, cut: int) -> tuple[several.Users, several.Users]:
    return several.pin_stages(pinworld.make(cut, WORLD, topics=topics))


def task(data: str, levels: tuple, cut: int) -> Task:
    (level,) = levels

    def stage(users: several.Users) -> Stage:
        m = users.past.num_users
        new = [np.arange(m) % 2 == k for k in (0, 1)] if data == NEW else [np.zeros(m, bool)]
        given = []
        for x in new:
            part = users.part.select(x[users.part.users]) if data == NEW else users.part
            given.append(Known(replace(users, part=part), x))

        def judge(tables: list[np.ndarray]) -> dict[float, np.ndarray]:
            found = [
                metrics.evaluate(table, k.users.part, np.unique(k.users.part.users)).ndcg
                for table, k in zip(tables, given, strict=True)
            ]
            return {level: np.concatenate(found)}

        return Stage(given, judge)

    choose, final = stages(level, cut)
    return Task(levels, PLAYERS, cache(partial(stage, choose)), cache(partial(stage, final)))


# ------------------------------------------------------------------------ who plays: fit(given) -> lists of those who are asked
def each(make: Callable, given: list[Known], **knobs) -> list[np.ndarray]:
    """Return the lists of every part of the people."""
    return [make(known, **knobs) for known in given]


def ranked(known: Known, model) -> np.ndarray:
    return metrics.rank(model, known.users.past, TOP, np.unique(known.users.part.users))


def popularity(known: Known, days: float) -> np.ndarray:
    past = known.users.past.select(~known.new[known.users.past.users])
    return ranked(known, baselines.popularity(past, days * pinworld.DAY))


def own_vector(known: Known, alpha0: float, reg: float) -> np.ndarray:
    items = known.factors(alpha0, reg).item_emb
    return ranked(known, Factors(mf.fold_in(known.R, items, alpha0, reg), items))


def rp3beta(known: Known, alpha: float, beta: float) -> np.ndarray:
    make = partial(filters.rp3beta, alpha=alpha, beta=beta)
    return ranked(known, several.known_by(make, known.R, known.new))


def ask(known: Known, how: str, alpha0: float, reg: float, cosine: bool, **knobs):
    """Return the lists of one of lesson 13's ways to ask with what somebody saved."""
    items = known.factors(alpha0, reg).item_emb
    return several.lists(known.users, items, how, TOP, cosine=cosine, **knobs)[0]


FACTORS = {
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
}  # fmt: skip
MIDDLE = {"alpha0": 0.1, "reg": 0.01}
AGES = [0.0, 0.01, 0.03, 0.1, 0.3, 1.0]
CUTS_OF_TREES = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]


def way(how: str, ladders: dict[str, list], start: dict, **fixed) -> Player:
    fit = partial(each, partial(ask, how=how, **fixed))
    ladders = FACTORS | {"cosine": [False, True]} | ladders
    start = MIDDLE | {"cosine": False} | start
    return Player(fit, ladders, start, natural={"decay": [0.0], "cosine": [False, True]})


def medoids(most: int) -> Player:
    ladders = {"cut": CUTS_OF_TREES, "decay": AGES}
    return way("medoids", ladders, {"cut": 1.0, "decay": 0.03}, most=most)


PLAYERS = {
    "recent": Player(partial(each, popularity), {"days": [1, 2, 4, 8, 16, 32, 64]}, {"days": 8}),
    "RP3β": Player(partial(each, rp3beta),
                   {"alpha": [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]},
                   {"alpha": 0.35, "beta": 0.15}, natural={"alpha": [0.0], "beta": [0.0]}),
    "iALS": Player(partial(each, own_vector), FACTORS, MIDDLE),
    "mean of vectors": way("mean", {}, {}),
    "mean of vectors, the latest more": way("mean", {"decay": AGES}, {"decay": 0.03}),
    "PinnerSage, 1": medoids(1),
    "PinnerSage, 3": medoids(3),
    "PinnerSage, 5": medoids(5),
    "mixture of centroids": way("centroids", {"num_cells": [20, 40, 80, 160, 320], "most": [1, 2, 3, 5, 8]},
                           {"num_cells": 80, "most": 3}),
}  # fmt: skip
