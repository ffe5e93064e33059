"""Rarity: how many of the events that are asked about are left to learn from, when everything else stays.

Clicks on ads in three worlds, at 100, 30, 10, 3 and 1 % of those before the question; saves, clicks, closeups and purchases of
other pins, and who promotes which ad, stay whole. On Yelp the target is who rated which business; who knows whom, categories and
cities stay. Everybody has 32 numbers, and the row "same graph" gives a model of one relation all pairs of a user and a
thing that are known, as if they were one. Asked are users whose target events lie in the test days, at every level the same.
"""

from __future__ import annotations

from functools import cache, partial
from types import SimpleNamespace

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, pinworld
from graphrec_utils.data import Interactions, Triples
from graphrec_utils.models import baselines, filters, mf, twhin
from solutions.experiments.lesson13 import twhin_study as study
from solutions.experiments.lesson18.regimes.grid import Player, Stage, Task

NAME, KNOB, UNIT = "rarity", "share of the target events that is left, %", "%"
MEASURE = "NDCG@10 of what is clicked next"
CLAIM = "Where the target is rare, vectors learned from all relations find more than any method of the target alone."
CUTS = (0, 1, 2)
LEVELS = (100, 30, 10, 3, 1)
SETS = {"ads of PinWorld": [(x,) for x in LEVELS]}
ABSENT = {
    "EASE": "more things than users here: item2item and RP3β stand for it",
    "PinSage, two towers, SASRec, OmniSage": "learn from one relation: what this slice turns is how many there are",
}
DIM, TOP, STEPS = 32, 10, 3000


class Day:
    """What is known on a day: the target's pairs, the facts of all relations, and what is sought."""

    def __init__(
        self, past: Interactions, facts: Triples, tails: np.ndarray, graph, sought: Interactions
    ):
        self.past, self.facts, self.tails, self.graph, self.sought = (
            past,
            facts,
            tails,
            graph,
            sought,
        )


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


def of_twhin(given: Day, lr: float, reg: float, uniform: int, weight: float, joint: bool = True):
    facts = given.facts
    if not joint:
        own = facts.rels == 0
        facts = Triples(facts.heads[own], facts.rels[own], facts.tails[own], facts.num_entities, 1)
    # groups of the target among those of other relations: one for one, and a relation without edges has no turn
    counts = np.bincount(facts.rels, minlength=facts.num_relations)
    budget = [int(count > 0) for count in counts]
    model = twhin.fit(facts, budget, DIM, uniform=uniform, steps=STEPS, lr=lr, reg=reg)
    return raised(
        given, twhin.Tails(model, 0, np.arange(given.past.num_users), given.tails), weight
    )


ials = partial(mf.ials, dim=DIM, sweeps=8)
ADDED = {"weight": [0.0, 0.01, 0.03, 0.1, 0.3, 1.0]}  # of popularity, for whoever has vectors
WALK = {"alpha": [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0], "beta": [0.0, 0.15, 0.3, 0.45, 0.6]}
FACTORS = {
    "alpha0": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
    "reg": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0],
} | ADDED
TRAINED = {
    "lr": [0.01, 0.03, 0.1, 0.3],
    "reg": [0.03, 0.1, 0.3, 1.0, 3.0],
    "uniform": [0, 10, 30, 100],
} | ADDED
NATURAL = {"alpha": [0.0], "beta": [0.0], "uniform": [0], "weight": [0.0]}
PLAYERS = {
    "popularity": Player(popularity),
    "item2item": Player(lambda g, shrinkage: baselines.item2item(g.past, shrinkage=shrinkage),
                        {"shrinkage": [0.3, 1, 3, 10, 30, 100]}, {"shrinkage": 3}),
    "RP3β": Player(partial(alone, filters.rp3beta), WALK, {"alpha": 0.5, "beta": 0.15}, natural=NATURAL),
    "RP3β, same graph": Player(partial(same, filters.rp3beta), WALK, {"alpha": 0.5, "beta": 0.15}, natural=NATURAL),
    "iALS": Player(partial(alone, ials), FACTORS, {"alpha0": 0.03, "reg": 0.1, "weight": 0.03}, natural=NATURAL),
    "iALS, same graph": Player(partial(same, ials), FACTORS, {"alpha0": 0.03, "reg": 0.1, "weight": 0.03}, natural=NATURAL),
    "TwHIN, target alone": Player(partial(of_twhin, joint=False), TRAINED, {"lr": 0.1, "reg": 0.3, "uniform": 30, "weight": 0.1}, natural=NATURAL),
    "TwHIN": Player(of_twhin, TRAINED, {"lr": 0.1, "reg": 0.1, "uniform": 30, "weight": 0.1}, natural=NATURAL),
}  # fmt: skip


def task(data: str, levels: tuple, cut: int) -> Task:
    (percent,) = levels

    def stage(final: bool) -> Stage:
        given = (yelp if data == "Yelp" else ads)(cut, final, percent)
        whole = (yelp if data == "Yelp" else ads)(
            cut, final, 100
        ).past  # known pairs leave the lists at every level

        def judge(model) -> dict[float, np.ndarray]:
            return {
                percent: metrics.evaluate_model(model, whole, given.sought, TOP).ndcg.to_numpy()
            }

        return Stage(given, judge)

    return Task(levels, PLAYERS, lambda: stage(False), lambda: stage(True))
