"""Exercise 12.7: the open task. A graph is graded by what it finds, and by what it was allowed to know."""

from __future__ import annotations

import functools

import numpy as np

from graphrec_utils import metrics, pinworld
from graphrec_utils.data import Triples
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise
from graphrec_utils.models import transe

OFFERED = ("save", "long_click", "closeup", "short_click", "hide", "contains", "owns", "made", "follows",
           "contains_today")  # fmt: skip
MOST, LEAK = 5, "contains_today"
TRAINING = {"dim": 32, "num_negatives": 8, "epochs": 6, "lr": 0.1}
# NDCG@20 of every fifth user of validation: bestsellers have 0.041, saves alone at their best 0.073, the graph of
# `choose` 0.109
POPULARITY, ALONE, STORED = 0.046, 0.080, 0.098


def graph(relations: list[str]) -> tuple[Triples, int]:
    """Return PinWorld's facts up to day 42, and the entity of the first pin; `contains_today` is as of day 56."""
    world = pinworld.load("small")
    names = tuple(dict.fromkeys(relations))
    facts, first = world.to_triples(pinworld.TRAIN_END, [name for name in names if name != LEAK])
    if LEAK in names:
        late, _ = world.to_triples(pinworld.DAYS, ("contains",))
        rels = np.append(facts.rels, np.full(len(late), facts.num_relations))
        ends = np.append(facts.heads, late.heads), np.append(facts.tails, late.tails)
        facts = Triples(ends[0], rels, ends[1], facts.num_entities, facts.num_relations + 1)
    return facts, first["pin"]


@functools.cache
def _saves():
    """Return the saves of train, and what every fifth of its users saved later and not before."""
    train, val, _ = pinworld.load("small").split(("save",))
    val = val.without(train)
    users = np.unique(val.users[train.degrees()[0][val.users] > 0])[::5]
    return train, val.select(np.isin(val.users, users))


@functools.cache
def score(relations: tuple[str, ...], sharpness: float, weight: float) -> float:
    """Return the mean NDCG@20 of saves, by -sharpness · distance + weight · log(1 + saves of the pin)."""
    train, val = _saves()
    facts, pin = graph(["save", *relations])  # relation 0 is asked about
    model = transe.fit(facts, sharpness=sharpness, **TRAINING)
    tails = transe.Tails(model, 0, np.arange(train.num_users), pin + np.arange(train.num_items))
    liked = np.log1p(train.degrees()[1]).astype(np.float32)
    scorer = type(
        "Sum", (), {"scores": lambda self, u: sharpness * tails.scores(u) + weight * liked}
    )()
    return float(metrics.evaluate_model(scorer, train, val).ndcg.mean())


KEYS = ("relations", "sharpness", "weight")


def _problem(choice) -> str:
    """Say what is wrong with a choice before anything is trained; "" if nothing is."""
    if set(choice) != set(KEYS):
        return f"the choice needs the keys {', '.join(KEYS)}"
    names = list(choice["relations"])
    if unknown := [name for name in names if name not in OFFERED]:
        return f"there is no relation {unknown[0]!r}"
    if LEAK in names:
        return "boards of today hold the saves that are to be predicted: that is a leak"
    if "save" not in names or len(set(names)) > MOST:
        return f"`save` must be among the relations, and there are {MOST} at most"
    if not 0 < choice["sharpness"] <= 100 or not 0 <= choice["weight"] <= 100:
        return "sharpness must be above 0, weight at least 0, both at most 100"
    return ""


def _kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if problem := _problem(choice):
        return problem
    if choice["weight"] >= 5:
        return "popularity"
    if choice["sharpness"] >= 30:
        return "sharp"
    if choice["sharpness"] <= 1:
        return "dull"
    return "few relations" if len(set(choice["relations"])) < 3 else ""


def _found(choice) -> float:
    if _problem(choice):
        return 0.0
    others = tuple(sorted(set(choice["relations"]) - {"save"}))
    return score(others, float(choice["sharpness"]), float(choice["weight"]))


ex = Exercise(
    "12.7",
    "choose",
    points=4,
    branch=True,
    hints=(
        "Which relations say something about what a person saves next? Change one thing at a time and look at "
        "`try_out`.",
        "What people do with pins says more than who made them. And TransE on unit vectors cannot know that a pin "
        "is popular: let it have some weight. `contains_today` was exported after the days that are sought.",
        "Try `save`, `long_click`, `closeup`, `made` and `follows` with `sharpness` 8 and `weight` 1.",
    ),
)


@ex.solution
def choose():
    return {
        "relations": ["save", "long_click", "closeup", "made", "follows"],
        "sharpness": 8.0, "weight": 1.0,
    }  # fmt: skip


open_task.claims(
    ex,
    "three entries within their bounds, and no fact of the future",
    {
        "it finds more than bestsellers do": 1,
        "it finds more than the saves alone do at their best": 1,
        "it comes close to our best graph": 2,
    },
    lambda: (POPULARITY, ALONE, STORED),
    _found,
    _problem,
    _kind,
)


NAMES = '["save", "long_click", "closeup", "made", "follows"]'

# fmt: off
ex.slip("`contains_today` holds the boards of day 56, and with them the saves that are to be "
        "predicted: a leak by an inverse relation, as in FB15k",
        NAMES, '["save", "owns", "contains_today"]')
ex.slip("your graph has the saves and at most one relation more: the point of a graph is that it "
        "knows other things, too",
        NAMES, '["save"]')
ex.slip("so much weight on popularity gives nearly everybody the bestsellers",
        '"weight": 1.0', '"weight": 10.0')
ex.slip("so sharp a softmax sees only the nearest corrupted fact, and a training this short does "
        "not get far with it",
        "8.0", "60.0")
ex.slip("so dull a softmax hardly tells near from far on the unit sphere, where the distances end "
        "at a few units",
        "8.0", "0.2")
ex.slip("there are five relations at most", NAMES, "list(OFFERED[:9])")
