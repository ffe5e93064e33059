"""Rarity: how many of the events that are asked about are left to learn from, when everything else stays.

Clicks on ads in three worlds, at 100, 30, 10, 3 and 1 % of those before the question; saves, clicks, closeups and purchases of
other pins, and who promotes which ad, stay whole. On Yelp the target is who rated which business; who knows whom, categories and
cities stay. Everybody has 32 numbers, and the row "same graph" gives a model of one relation all pairs of a user and a
thing that are known, as if they were one. Asked are users whose target events lie in the test days, at every level the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, pinworld
from graphrec_utils.data import Interactions, Triples
from graphrec_utils.models import baselines, filters, mf, transe, twhin
from solutions.experiments.lesson13 import twhin_study as study
from solutions.experiments.lesson18.regimes.grid import Player, Stage, Task

NAME, KNOB, UNIT = "rarity", "share of the target events that is left, %", "%"
MEASURE = "NDCG@10 of what is clicked next"
CLAIM = "Where the target is rare, vectors learned from all relations find more than any method of the target alone."
CUTS = (0, 1, 2)
LEVELS = (100, 30, 10, 3, 1)
SETS = {"ads of PinWorld": [(x,) for x in LEVELS]}
LEADS = ("TwHIN",)  # lesson 13 asks what it is ahead of
ABSENT = {
    "EASE": "more things than users here: item2item and RP3β stand for it",
    "PinSage, two towers, SASRec, OmniSage": "learn from one relation: what this slice turns is how many there are",
}
DIM, TOP = 32, 10
ALONE, GROUPS = 3_000, 30_000  # groups of edges: of the target alone, and of all relations together


@dataclass(eq=False)
class Day:
    """What is known on a day.

    Attributes:
        past: the target's pairs.
        facts: those of all relations; the target is the first.
        tails: (n,) the entities that may be sought.
        graph: all pairs as if they were of one relation, and which of its columns may be sought.
        sought: what is to be found.
        made: what `of_twhin` and `of_transe` have trained, whatever weight is added afterwards.
    """

    past: Interactions
    facts: Triples
    tails: np.ndarray
    graph: tuple[sp.csr_array, np.ndarray]
    sought: Interactions
    made: dict = field(default_factory=dict)


def thinned(events: Interactions, percent: float, seed: int) -> Interactions:
    """Return a share of the events, those of a smaller share among them."""
    turn = np.random.default_rng(seed).random(len(events))
    return events.select(turn < percent / 100)


# ------------------------------------------------------------------------ ads
@cache
def world(cut: int):
    return pinworld.make(seed=cut, scale=1.0)


def ads(cut: int, final: bool, percent: float) -> Day:
    """Return the stage of ads; ids of things are those of ads, ids of entities those of the world."""
    stage = study.stages(world(cut))[int(final)]
    past = thinned(stage.past, percent, cut)
    facts, first = stage.facts((*study.ENGAGEMENT, "promotes"))
    tails = first["pin"] + study.ads_of(stage.world)
    known = set((past.users * past.num_items + past.items).tolist())
    place = np.full(facts.num_entities, -1)
    place[tails] = np.arange(len(tails))
    pair = facts.heads * past.num_items + place[facts.tails]
    keep = (facts.rels > 0) | np.isin(pair, np.fromiter(known, dtype=np.int64, count=len(known)))
    facts = Triples(
        facts.heads[keep],
        facts.rels[keep],
        facts.tails[keep],
        facts.num_entities,
        facts.num_relations,
        entity_types=facts.entity_types,
    )
    pins = (
        (facts.heads < past.num_users)
        & (facts.tails >= first["pin"])
        & (facts.tails < first["pin"] + stage.world.num_pins)
    )
    R = sp.csr_array(
        (np.ones(pins.sum()), (facts.heads[pins], facts.tails[pins] - first["pin"])),
        shape=(past.num_users, stage.world.num_pins),
    )
    R.data[:] = 1
    return Day(past, facts, tails, (R, study.ads_of(stage.world)), stage.part.without(stage.past))


# ------------------------------------------------------------------------ Yelp
def yelp(cut: int, final: bool, percent: float) -> Day:
    """Return the stage of businesses; a random tenth is sought, another one chooses, other tenths in each cut."""
    parts = datasets.load("hin-yelp")
    likes, category, city, friends = (
        parts[k] for k in ("user_business", "business_category", "business_city", "user_user")
    )
    m, n = likes.num_users, likes.num_items
    turn = np.random.default_rng(cut).integers(10, size=len(likes))
    whole = likes.select(turn > 1) if not final else likes.select(turn != 0)
    past = thinned(whole, percent, cut)
    start, facts = m + n, []
    for r, (heads, tails) in enumerate((
        (past.users, past.items + m), (category.users + m, category.items + start),
        (city.users + m, city.items + start + category.num_items), (friends.users, friends.items),
    )):  # fmt: skip
        facts.append(np.stack([heads, np.full(len(heads), r), tails], axis=1))
    size = start + category.num_items + city.num_items
    facts = Triples(*np.unique(np.concatenate(facts), axis=0).T, size, 4)
    sought = likes.select(turn == (0 if final else 1)).without(whole)
    sought = sought.select(sought.users % 8 == cut)
    # rows are users, then categories and cities; columns are businesses, then friends
    R, near, of, at = (x.csr().astype(float) for x in (past, friends, category, city))
    G = sp.csr_array(sp.block_array([[R, near], [of.T, None], [at.T, None]]))
    G.data[:] = 1
    return Day(past, facts, np.arange(m, m + n), (G, np.arange(n)), sought)


# ------------------------------------------------------------------------ who plays
def popularity(given: Day):
    return baselines.popularity(given.past)


def alone(make, given: Day, weight: float = 0.0, **knobs):
    R = given.past.csr().astype(float)
    R.data[:] = 1
    return raised(given, make(sp.csr_array(R), **knobs), weight)


def raised(given: Day, model, weight: float):
    """Return a model that adds weight · log(1 + events) of a thing."""
    liked = np.float32(weight) * np.log1p(given.past.degrees()[1]).astype(np.float32)
    return SimpleNamespace(scores=lambda users: model.scores(users) + liked)


def same(make, given: Day, weight: float = 0.0, **knobs):
    R, columns = given.graph
    model = make(R, **knobs)
    return raised(
        given, SimpleNamespace(scores=lambda users: model.scores(users)[:, columns]), weight
    )


def of_twhin(given: Day, lr: float, reg: float, uniform: int, weight: float, others: int = 0):
    """Return TwHIN with `others` groups of each other relation on one group of the target; 0: the target alone."""
    knobs = (lr, reg, uniform, others)
    if knobs not in given.made:
        facts = given.facts
        if not others:
            own = facts.rels == 0
            facts = Triples(facts.heads[own], facts.rels[own], facts.tails[own], facts.num_entities, 1,
                            entity_types=facts.entity_types)  # fmt: skip
        # a relation without edges has no turn
        there = np.bincount(facts.rels, minlength=facts.num_relations) > 0
        budget = [int(x) * (others if r else 1) for r, x in enumerate(there)]
        steps = GROUPS // sum(budget) if others else ALONE
        given.made[knobs] = twhin.fit(
            facts, budget, DIM, uniform=uniform, steps=steps, lr=lr, reg=reg
        )
    return raised(given, target(given, given.made[knobs]), weight)


def of_transe(given: Day, lr: float, sharpness: float, epochs: int, weight: float):
    """Return TransE of all relations."""
    knobs = (lr, sharpness, epochs)
    if knobs not in given.made:
        given.made[knobs] = transe.fit(
            given.facts, DIM, sharpness=sharpness, num_negatives=16, lr=lr, epochs=epochs
        )
    return raised(given, target(given, given.made[knobs]), weight)


def target(given: Day, model) -> transe.Tails:
    """Return the target relation of a model of several as a recommender."""
    return transe.Tails(model, 0, np.arange(given.past.num_users), given.tails)


ials = partial(mf.ials, dim=DIM, sweeps=8)
# of popularity, for whoever has vectors; the products of TwHIN's are larger
ADDED = {"weight": [0.0, 0.01, 0.03, 0.1, 0.3, 1.0]}
MORE = {"weight": [0.0, 0.1, 0.3, 1.0, 3.0, 10.0]}
WALK = {"alpha": [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]}
FACTORS = {
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    "reg": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
} | ADDED
TRAINED = {
    "lr": [0.01, 0.03, 0.1, 0.3, 1.0],
    "reg": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "uniform": [0, 10, 30, 100, 300],
} | MORE
NATURAL = {"alpha": [0.0], "beta": [0.0], "uniform": [0], "weight": [0.0]}
PLAYERS = {
    "popularity": Player(popularity),
    "item2item": Player(lambda g, shrinkage: baselines.item2item(g.past, shrinkage=shrinkage),
                        {"shrinkage": [1, 3, 10, 30, 100, 300, 1000]}, {"shrinkage": 100}),
    "RP3β": Player(partial(alone, filters.rp3beta), WALK, {"alpha": 0.5, "beta": 0.15}, natural=NATURAL),
    "RP3β, same graph": Player(partial(same, filters.rp3beta), WALK, {"alpha": 0.5, "beta": 0.15}, natural=NATURAL),
    "iALS": Player(partial(alone, ials), FACTORS, {"alpha0": 0.03, "reg": 0.1, "weight": 0.03}, natural=NATURAL),
    "iALS, same graph": Player(partial(same, ials), FACTORS, {"alpha0": 0.03, "reg": 0.1, "weight": 0.03}, natural=NATURAL),
    "TwHIN, target alone": Player(of_twhin, TRAINED, {"lr": 0.1, "reg": 0.3, "uniform": 30, "weight": 0.3}, natural=NATURAL),
    "TwHIN": Player(of_twhin, TRAINED | {"others": [1, 3, 10, 30]}, {"lr": 0.3, "reg": 0.1, "uniform": 30, "weight": 1.0, "others": 3},
                    natural=NATURAL | {"others": [1]}),
    "TransE": Player(of_transe, {"lr": [0.03, 0.1, 0.3], "sharpness": [1.0, 3.0, 6.0, 12.0, 24.0], "epochs": [3, 10, 30, 100]} | ADDED,
                     {"lr": 0.1, "sharpness": 6.0, "epochs": 10, "weight": 0.1}, natural=NATURAL),
}  # fmt: skip


DAYS = {"ads of PinWorld": ads, "Yelp": yelp}


@cache
def known(data: str, cut: int, final: bool) -> Interactions:
    """Return the pairs that leave the lists, at every level."""
    return DAYS[data](cut, final, 100).past


def task(data: str, levels: tuple, cut: int) -> Task:
    (percent,) = levels

    def stage(final: bool) -> Stage:
        given = DAYS[data](cut, final, percent)
        whole = known(data, cut, final)

        def judge(model) -> dict[float, np.ndarray]:
            return {
                percent: metrics.evaluate_model(model, whole, given.sought, TOP).ndcg.to_numpy()
            }

        return Stage(given, judge)

    return Task(levels, PLAYERS, lambda: stage(False), lambda: stage(True))
