"""Premises one can see in the data: tails, popularity, rare ads, the shape of the six graphs.

A lesson that shows an effect needs a world in which its cause exists. Each function measures
one cause; `report` prints them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from graphrec_utils import graphs, metrics
from graphrec_utils.authoring.pinworld_report.lists import by_name, steps
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.pinworld.entities import DAY, KINDS
from graphrec_utils.pinworld.impressions import ACTIONS, POSITIVE_ACTIONS
from graphrec_utils.pinworld.tables import TRAIN_END, VAL_END

if TYPE_CHECKING:
    from graphrec_utils.pinworld.world import World


def tails(world: World) -> Premise:
    """Measure how unequal degrees are on every side of the world."""
    rows = world.events(POSITIVE_ACTIONS)
    degrees = {
        "pins": np.bincount(rows["pin"], minlength=world.num_pins),
        "users": np.bincount(rows["user"], minlength=world.num_users),
        "boards": world.boards["saves"].to_numpy(),
        "queries": np.bincount(rows["query"][rows["query"] >= 0], minlength=world.sizes["queries"]),
        "creators": np.bincount(world.follows["creator"], minlength=world.sizes["creators"]),
    }
    table = pd.DataFrame(
        {
            side: {
                "mean": d.mean(),
                "median": np.median(d),
                "max": d.max(),
                "none": (d == 0).mean(),
                "top tenth": np.sort(d)[-max(1, len(d) // 10) :].sum() / max(1, d.sum()),
            }
            for side, d in degrees.items()
        }
    ).T
    levels = np.unique(np.geomspace(1, max(d.max() for d in degrees.values()), 40).astype(int))
    curves = pd.DataFrame(
        {side: [(d >= level).mean() or np.nan for level in levels] for side, d in degrees.items()},
        index=levels,
    )
    return Premise(
        name="tails",
        question="How unequal are degrees (positive actions; saves per board; followers)?",
        claims={
            "the most popular tenth of the pins gets at least 0.4 of the positive actions": table.loc[
                "pins", "top tenth"
            ]
            >= 0.4,
            "the largest pin has at least 20 times the median": table.loc["pins", "max"]
            >= 20 * table.loc["pins", "median"],
            "half of the boards have at most 5 saves": table.loc["boards", "median"] <= 5,
        },
        table=table,
        curves=curves,
        kind="tail",
        labels=("degree", "share of nodes with at least this degree"),
    )


def popularity(world: World) -> Premise:
    """Measure the Gini coefficient per kind of pin, and how cold the test days are."""
    events = world.events(POSITIVE_ACTIONS)
    train, test = (
        events[(events["time"] < TRAIN_END * DAY)],
        events[(events["time"] >= VAL_END * DAY)],
    )
    count = np.bincount(train["pin"], minlength=world.num_pins)
    kind = world.arrays["pin_kind"]
    groups = {"all": np.ones(world.num_pins, bool)} | {
        name: kind == k for k, name in enumerate(KINDS)
    }
    rows = {}
    for name, group in groups.items():
        seen = group[test["pin"]]
        cold = (count[test["pin"]] == 0)[seen]
        gini = metrics.gini(count[group]) if count[group].any() else np.nan
        rows[name] = gini, (count[group] == 0).mean(), cold.mean() if len(cold) else 0
    columns = ["Gini", "cold pins", "test on cold pins"]
    table = by_name(rows, columns)
    share = np.linspace(0, 1, 51)
    curves = {}
    for name, group in groups.items():
        lorenz = np.r_[0, np.sort(count[group]).cumsum()] / max(1, count[group].sum())
        curves[name] = np.interp(share, np.linspace(0, 1, len(lorenz)), lorenz)
    return Premise(
        name="popularity",
        question="How concentrated are positive actions of days 0-41 (Gini), and what stays cold?",
        claims={
            "the Gini coefficient of pins lies between 0.5 and 0.75": 0.5
            <= table.loc["all", "Gini"]
            <= 0.75,
            "at least 0.01 of the positive test actions are on pins without training action": table.loc[
                "all", "test on cold pins"
            ]
            >= 0.01,
        },
        table=table,
        curves=pd.DataFrame(curves, index=share),
        kind="line",
        labels=("share of the pins, least popular first", "share of the actions"),
    )


def ads(world: World) -> Premise:
    """Measure how rare ad clicks are, and how many come from users who never clicked one."""
    shown = world.impressions
    kind = world.arrays["pin_kind"][shown["pin"]]
    count = shown["action"].value_counts().reindex(ACTIONS)
    ad = kind == KINDS.index("ad")
    clicks = shown[shown["action"] == "ad_click"]
    late = clicks["time"] >= TRAIN_END * DAY
    known = np.isin(clicks["user"][late], clicks["user"][~late])
    per_ad = np.bincount(clicks["pin"][~late], minlength=world.num_pins)
    per_ad = per_ad[world.arrays["pin_kind"] == KINDS.index("ad")]
    figures = {
        "ads among impressions": ad.mean(),
        "clicks per ad shown": len(clicks) / max(1, ad.sum()),
        "ad clicks among actions": len(clicks) / count.sum(),
        "ad clicks, days 0-41": (~late).sum(),
        "ad clicks, days 42-55": late.sum(),
        "of these by users without an earlier one": 1 - known.mean() if len(known) else np.nan,
        "ads with at most 5 clicks": (per_ad <= 5).mean() if len(per_ad) else np.nan,
    }
    return Premise(
        name="ads",
        question="How rare are ad clicks?",
        claims={
            "ad clicks are at most 0.03 of the actions": figures["ad clicks among actions"] <= 0.03,
            "it is the rarest or second rarest action": count.rank()["ad_click"] <= 2,
            "at least 0.3 of the later clicks come from users without an earlier one": figures[
                "of these by users without an earlier one"
            ]
            >= 0.3,
        },
        table=pd.DataFrame({"value": figures}),
        curves=pd.DataFrame({"actions": count / count.sum()}),
        kind="bar",
        labels=("action", "share of the actions"),
    )


def parity(world: World) -> Premise:
    """Measure the six graphs: sizes, connectedness, and that only even walks return to pins."""
    rows = {}
    for name, graph in world.bipartite(TRAIN_END).items():
        A, P, left = graphs.adjacency(graph.matrix), steps(graph.matrix), graph.matrix.shape[0]
        degree = graphs.degrees(A)
        walk, on_pins = np.r_[np.zeros(left), degree[left:] / max(1, degree[left:].sum())], []
        for _ in range(4):
            walk = walk @ P
            on_pins.append(walk[left:].sum())
        used = degree > 0
        _, label = connected_components(A[used][:, used], directed=False)
        rows[name] = (
            *(int(used[:left].sum()), int(used[left:].sum()), graph.num_edges),
            graph.num_edges / max(1, used[left:].sum()),
            np.bincount(label).max() / max(1, used.sum()) if used.any() else np.nan,
            *on_pins,
        )
    columns = ["left nodes", "pins", "edges", "edges per pin", "largest part"]
    columns += [f"on pins after {step}" for step in range(1, 5)]
    table = by_name(rows, columns)
    odd = table[["on pins after 1", "on pins after 3"]].to_numpy()
    even = table[["on pins after 2", "on pins after 4"]].to_numpy()
    return Premise(
        name="parity",
        question="How do the six graphs compare (days 0-41), and where is a walk from the pins?",
        claims={
            "after an odd number of steps no walk is on a pin, after an even number all are": bool(
                np.all(odd == 0) and np.allclose(even, 1)
            ),
            "every graph has one part with at least 0.9 of its nodes": bool(
                (table["largest part"] >= 0.9).all()
            ),
            "the graph of ads is the smallest": table["edges"].idxmin() == "user-ad",
        },
        table=table,
        curves=table[["edges"]],
        kind="bar",
        labels=("graph", "edges"),
    )
