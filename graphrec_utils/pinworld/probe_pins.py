"""Probe: find related pins from content, walks, and content averaged over graphs, untrained.

Everything is built from days 0-41. Targets are what users engaged next from day 42 on; besides,
the oracle compares top lists as people did for PinSage.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.linalg import svds

from graphrec_utils.pinworld.entities import KINDS
from graphrec_utils.pinworld.impressions import POSITIVE_ACTIONS
from graphrec_utils.pinworld.oracle import user_study
from graphrec_utils.pinworld.premise import Premise
from graphrec_utils.pinworld.probe_saves import POOR
from graphrec_utils.pinworld.ranking import (
    at_least_1,
    hit_rate,
    ranks,
    scale_rows,
    top_columns,
    unit_rows,
)
from graphrec_utils.pinworld.tables import TRAIN_END

if TYPE_CHECKING:
    from graphrec_utils.pinworld.graphs import Bipartite
    from graphrec_utils.pinworld.world import World

Vectors = dict[str, np.ndarray]


@lru_cache(maxsize=1)  # several premises look at the same world
def content_vectors(world: World) -> Vectors:
    """Return unit vectors of the pins: "visual", "text" (64-d SVD of tf-idf), "combined".

    Pins without text have zero text vectors. The result is shared: copy it before changing it.
    """
    texts = world.texts
    rarity = np.log(world.num_pins / at_least_1((texts > 0).sum(0)))
    weighted = scale_rows(texts.T, rarity).T.tocsr()
    start = np.ones(min(texts.shape), np.float32)
    left, strength, _ = svds(weighted, k=min(64, min(texts.shape) - 1), v0=start)
    visual, text = unit_rows(world.images - world.images.mean(0)), unit_rows(left * strength)
    return {"visual": visual, "text": text, "combined": np.concatenate([visual, text], 1)}


def neighborhood_mean(graph: Bipartite, x: np.ndarray) -> np.ndarray:
    """Return the mean of x over a walk of two steps from every pin: pin -> left node -> pin.

    Args:
        graph: any of the six.
        x: (pins, f) vectors of the pins.

    Returns:
        (pins, f); zeros for pins without an edge.
    """
    B = graph.matrix
    left = (B @ x) / at_least_1(B.sum(1))[:, None]
    return (B.T @ left) / at_least_1(B.sum(0))[:, None]


def pin_vectors(world: World) -> Vectors:
    """Return pin vectors of growing knowledge.

    "visual", "text" and "combined" are content alone; the names of the six graphs stand for
    content beside its average over that graph; "six" is content beside all six averages.
    """
    out = dict(content_vectors(world))
    x = out["combined"]
    averages = {
        name: unit_rows(neighborhood_mean(graph, x))
        for name, graph in world.bipartite(TRAIN_END).items()
    }
    out |= {name: np.concatenate([x, average], 1) for name, average in averages.items()}
    return out | {"six": np.concatenate([x, *averages.values()], 1)}


def board_walk(world: World, queries: np.ndarray) -> np.ndarray:
    """Return the mass of a two-step walk pin -> board -> pin; (Q, pins): Pixie's first step."""
    B = world.bipartite(TRAIN_END)["board-pin"].matrix
    return (B.T.tocsr()[queries] @ scale_rows(B, 1 / at_least_1(B.sum(1)))).toarray()


def related_hits(
    world: World, vectors: Vectors, seed: int = 0, pairs: int = 6000, top: int = 50
) -> pd.DataFrame:
    """Return the hit rate@top for the pin engaged next in a session, from day 42 on.

    Returns:
        Rows popularity, walk and the names of the vectors; columns all and the kind of the
        pin to be found.
    """
    rows = world.events(POSITIVE_ACTIONS, TRAIN_END)
    rows = rows[rows["context"] >= 0]
    rows = rows.iloc[np.random.default_rng(seed).permutation(len(rows))[:pairs]]
    queries, targets = rows["context"].to_numpy(), rows["pin"].to_numpy()
    train = world.events(POSITIVE_ACTIONS, 0, TRAIN_END)
    popularity = np.bincount(train["pin"], minlength=world.num_pins).astype(np.float32)
    rank = {name: np.empty(len(rows), int) for name in ("popularity", "walk", *vectors)}
    for start in range(0, len(rows), 1000):  # blocks keep the scores small
        at = slice(start, start + 1000)
        q, t = queries[at], targets[at]
        scores = {"popularity": np.tile(popularity, (len(q), 1)), "walk": board_walk(world, q)}
        for name in rank:
            s = scores[name] if name in scores else vectors[name][q] @ vectors[name].T
            s[np.arange(len(q)), q] = -np.inf  # nobody is related to himself
            rank[name][at] = ranks(s, t)
    kind = world.arrays["pin_kind"][targets]
    table = {
        name: [hit_rate(r, top), *(hit_rate(r[kind == k], top) for k in range(len(KINDS)))]
        for name, r in rank.items()
    }
    return pd.DataFrame.from_dict(table, orient="index", columns=["all", *KINDS])


def study(
    world: World, vectors: Vectors, seed: int = 0, queries: int = 1500, top: int = 10
) -> dict[str, pd.DataFrame]:
    """Let the oracle compare top lists of content beside its board average with four rivals.

    Returns:
        "all" and "tail" (query pins with at most 5 training saves): see `oracle.user_study`.
    """
    rng = np.random.default_rng(seed)
    asked = rng.permutation(world.num_pins)[:queries]
    scores = {"graph and content": vectors["board-pin"][asked] @ vectors["board-pin"].T}
    scores |= {n: vectors[n][asked] @ vectors[n].T for n in ("visual", "text", "combined")}
    # a walk that reaches fewer than `top` pins goes on at random, as a service must
    scores["walk"] = board_walk(world, asked) + 1e-9 * rng.random((len(asked), world.num_pins))
    lists = {}
    for name, s in scores.items():
        s[np.arange(len(asked)), asked] = -np.inf
        lists[name] = top_columns(s, top)
    tail = world.bipartite(TRAIN_END)["board-pin"].matrix.sum(0)[asked] <= POOR
    return {
        "all": user_study(world, asked, lists),
        "tail": user_study(world, asked[tail], {n: pins[tail] for n, pins in lists.items()}),
    }


def related_premise(world: World, vectors: Vectors, seed: int = 0, pairs: int = 6000) -> Premise:
    """Measure who finds the pin engaged next, and which graph is good for which kind."""
    table = related_hits(world, vectors, seed, pairs)
    hits, six = table["all"], ["board-pin", "user-idea", "user-product", "user-ad"]
    own = {kind: table.loc[f"user-{kind}", kind] for kind in KINDS[1:]}
    return Premise(
        name="related",
        question="Who finds the pin engaged next, among all pins (hit rate@50)?",
        claims={
            "images find at least 1.5 times as much as words": hits["visual"] >= 1.5 * hits["text"],
            "the average over boards adds at least a tenth to content": hits["board-pin"]
            >= 1.1 * hits["combined"],
            "all six graphs find at least 1.2 times as much as the best single one": hits["six"]
            >= 1.2 * table.drop("six").loc["combined":, "all"].max(),
            "each special graph finds at least 1.2 times as much of its own kind as boards": all(
                hit >= 1.2 * table.loc["board-pin", kind] for kind, hit in own.items()
            ),
            "six averages side by side lose half of the ideas and ads that their own graph finds": all(
                table.loc["six", kind] <= 0.5 * own[kind] for kind in ("idea", "ad")
            ),
        },
        table=table,
        curves=table.loc[["popularity", "walk", "combined", *six, "six"]],
        kind="bar",
        labels=("method", "hit rate@50"),
    )


def study_premise(world: World, vectors: Vectors, seed: int = 0, queries: int = 1500) -> Premise:
    """Measure whether the oracle prefers graph and content together, as people did."""
    tables = study(world, vectors, seed, queries)
    wins, tail = tables["all"]["wins"], tables["tail"]["wins"]
    return Premise(
        name="study",
        question="Whose ten related pins does the oracle prefer (share of wins without draws)?",
        claims={
            "graph and content win at least 0.6 against each rival": wins.min() >= 0.6,
            "also for query pins in the tail": tail.min() >= 0.6,
            "against a walk they win more in the tail than overall": tail["walk"] > wins["walk"],
        },
        table=pd.concat(tables, names=["queries"]),
        curves=pd.DataFrame({"all queries": wins, "tail queries": tail}),
        kind="bar",
        labels=("rival", "share of wins"),
    )
