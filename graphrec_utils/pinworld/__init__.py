"""PinWorld: a synthetic Pinterest with every relation the course talks about.

    from graphrec_utils import pinworld
    world = pinworld.load("small")       # the course's copy; the same for everybody
    world = pinworld.make(seed=1, scale=0.5)
    world = pinworld.make(seed=1, scale=0.5, content_noise=0.25)    # what if? See `make`
    world.impressions                    # tables: users, pins, boards, queries, sessions, ...
    train, val, test = world.split(("save", "long_click"))

Users have topics, a style, and sometimes a drift; pins are organic, idea, product or ad; in 56
days there are sessions, impressions and eight kinds of actions. The pages to read, from the
bottom up: `entities`, `content`, `sessions`, `impressions` generate; `generator` puts them
together; `tables`, `graphs`, `oracle`, `exports`, `schema` are what a `World` offers; `snapshot`
reads and writes; `pair_features` counts what a ranker may know, `feed` shows lists, `simulator` has people who come
back and `experiments` compare two policies with them; the `premises_*`, `probe_*` and `report` measure what the world supports.
`recipes` has a dozen lines for each lesson that take its data from a world.
"""

from __future__ import annotations

from graphrec_utils.pinworld.entities import DAY, DAYS, KINDS, TOPICS
from graphrec_utils.pinworld.experiments import Report, experiment, ratio
from graphrec_utils.pinworld.feed import Feed
from graphrec_utils.pinworld.generator import PRESETS, make
from graphrec_utils.pinworld.graphs import SIX, Bipartite
from graphrec_utils.pinworld.impressions import ACTIONS, NEGATIVE_ACTIONS, POSITIVE_ACTIONS
from graphrec_utils.pinworld.logged import logged, worth
from graphrec_utils.pinworld.oracle import user_study
from graphrec_utils.pinworld.pair_features import PairFeatures
from graphrec_utils.pinworld.sessions import SURFACES
from graphrec_utils.pinworld.simulator import Histories, Simulator, top
from graphrec_utils.pinworld.snapshot import load
from graphrec_utils.pinworld.tables import HIDDEN, TOTALS, TRAIN_END, VAL_END
from graphrec_utils.pinworld.world import World

__all__ = [
    "ACTIONS",
    "DAY",
    "DAYS",
    "HIDDEN",
    "KINDS",
    "NEGATIVE_ACTIONS",
    "POSITIVE_ACTIONS",
    "PRESETS",
    "SIX",
    "SURFACES",
    "TOPICS",
    "TOTALS",
    "TRAIN_END",
    "VAL_END",
    "Bipartite",
    "Feed",
    "Histories",
    "PairFeatures",
    "Report",
    "Simulator",
    "World",
    "experiment",
    "load",
    "logged",
    "make",
    "ratio",
    "top",
    "user_study",
    "worth",
]
