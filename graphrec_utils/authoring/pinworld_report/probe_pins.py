"""Probe: find related pins from content, walks, and content averaged over graphs, untrained.

Everything is built from days 0-41. Targets are what users engaged next from day 42 on; besides,
the oracle compares top lists as people did for PinSage.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from graphrec_utils.authoring.pinworld_report.lists import (
    Scores,
    by_name,
    hit_rates,
    near,
    related,
    steps,
    unit_rows,
)
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.authoring.pinworld_report.probe_saves import POOR
from graphrec_utils.models import mf
from graphrec_utils.pinworld.entities import KINDS
from graphrec_utils.pinworld.impressions import POSITIVE_ACTIONS
from graphrec_utils.pinworld.oracle import user_study
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
    counts = world.texts
    rarity = np.log(world.num_pins / np.maximum((counts > 0).sum(0), 1))
    user_emb, _ = mf.svd(counts.multiply(rarity).tocsr(), min(64, min(counts.shape)))
    strength = np.sqrt(np.square(user_emb).sum(0))  # user_emb has the root of it already
    visual, text = unit_rows(world.images - world.images.mean(0)), unit_rows(user_emb * strength)
    return {"visual": visual, "text": text, "combined": np.concatenate([visual, text], 1)}


def neighborhood_mean(graph: Bipartite, x: np.ndarray) -> np.ndarray:
    """Return the mean of x over a walk of two steps from every pin: pin -> left node -> pin.

    Args:
        graph: any of the six.
        x: (pins, f) vectors of the pins.

    Returns:
        (pins, f); zeros for pins without an edge.
    """
    P = steps(graph.matrix)
    x_everywhere = np.vstack([np.zeros((graph.matrix.shape[0], x.shape[1]), x.dtype), x])
    return (P @ (P @ x_everywhere))[graph.matrix.shape[0] :]


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


def board_walk(world: World) -> Scores:
    """Return the scores of a two-step walk pin -> board -> pin: Pixie's first step."""
    boards = world.bipartite(TRAIN_END)["board-pin"].matrix
    P, first = steps(boards), boards.shape[0]
    return lambda pins: (P[first + pins] @ P).toarray()[:, first:]


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
    train = world.interactions(POSITIVE_ACTIONS, 0, TRAIN_END)
    popularity = np.bincount(train.items, minlength=world.num_pins).astype(np.float32)
    ways = {
        "popularity": lambda pins: np.tile(popularity, (len(pins), 1)),
        "walk": board_walk(world),
    }
    lists = {n: related(scores, queries, world.num_pins, top) for n, scores in ways.items()}
    lists |= {name: near(z, queries, top) for name, z in vectors.items()}
    kind = pd.Categorical.from_codes(world.arrays["pin_kind"][targets], KINDS)
    rows = {}
    for name, pins in lists.items():
        hits = hit_rates(pins, targets, world.num_pins)
        rows[name] = hits.mean(), *hits.groupby(kind, observed=False).mean()
    return by_name(rows, ["all", *KINDS])


def study(
    world: World, vectors: Vectors, seed: int = 0, queries: int = 1500, top: int = 10
) -> dict[str, pd.DataFrame]:
    """Let the oracle compare top lists of content beside its board average with four rivals.

    Returns:
        "all" and "tail" (query pins with at most 5 training saves): see `oracle.user_study`.
    """
    rng = np.random.default_rng(seed)
    asked = rng.permutation(world.num_pins)[:queries]
    lists = {"graph and content": near(vectors["board-pin"], asked, top)}
    lists |= {name: near(vectors[name], asked, top) for name in ("visual", "text", "combined")}
    # among equals, here those that no walk reaches, `related` decides at random, as a service must
    lists["walk"] = related(board_walk(world), asked, world.num_pins, top)
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
