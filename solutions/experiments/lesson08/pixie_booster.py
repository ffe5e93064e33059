"""When the booster must win: worlds in which one knows where the interests of a user overlap.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson08.pixie_booster

Twelve topics of 80 pins and 40 boards of ten pins each; a quarter of the pins are bridges, saved to boards
of two topics. A user has three pins of one topic and three of another one and wants either a bridge
between the two or an ordinary pin of one of them. Which share of the wanted pins is among the first
twenty, by the sum of the visits and by the booster? Of a world whose wanted pins are bridges with
probability p, p times the one share plus 1 - p times the other is found, so two measurements give the whole line.

Writes data/results/08_booster.json. Ten seconds.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import scipy.sparse as sp

from graphrec_utils import graphs, results, walks

COMMAND = "python -m solutions.experiments.lesson08.pixie_booster"
CLAIM = "The booster is ahead as soon as a fifth of the wanted pins lie where interests overlap."
SEEDS, STEPS, PINS, TOP = (0, 1, 2), 1_000, 3, 20
SCORES = {"sum": lambda V: V.sum(axis=0), "booster": walks.boost}


def planted(rng, topics=12, pins=80, boards=40, size=10, bridges=0.25):
    """Return R of boards of one topic each, and each pin's first and second topic (-1: none)."""
    first = np.repeat(np.arange(topics), pins)
    other = (first + rng.integers(1, topics, len(first))) % topics
    second = np.where(rng.random(len(first)) < bridges, other, -1)
    popular = np.tile(np.arange(1, pins + 1) ** -0.6, topics)
    R = np.zeros((topics * boards, len(first)))
    for board, topic in enumerate(np.repeat(np.arange(topics), boards)):
        there = np.flatnonzero((first == topic) | (second == topic))
        share = popular[there] / popular[there].sum()
        R[board, rng.choice(there, size, replace=False, p=share)] = 1
    return R, first, second


def measure(seed, users=600):
    """Return {score: {"bridge" or "ordinary": share of the wanted pins found}}."""
    rng = np.random.default_rng(seed)
    R, first, second = planted(rng)
    graph, m, there = walks.walkable(graphs.adjacency(sp.csr_array(R))), len(R), R.sum(axis=0) > 0
    hits = {score: {"bridge": [], "ordinary": []} for score in SCORES}
    for _ in range(users):
        bridge = rng.choice(np.flatnonzero((second >= 0) & there))
        plain = [
            np.flatnonzero((first == t[bridge]) & (second < 0) & there) for t in (first, second)
        ]
        own = np.concatenate([rng.choice(part, PINS, replace=False) for part in plain])
        ordinary = rng.choice(np.setdiff1d(np.concatenate(plain), own))
        V = np.stack([walks.visits(graph, int(m + p), STEPS)[m:] for p in own]).astype(float)
        for name, score in SCORES.items():
            found = score(V)
            found[own] = 0
            top = np.argsort(-found, kind="stable")[:TOP]
            hits[name]["bridge"].append(bridge in top)
            hits[name]["ordinary"].append(ordinary in top)
    return {name: {k: float(np.mean(x)) for k, x in both.items()} for name, both in hits.items()}


def crossing(found) -> float:
    """Return the share of bridges from which on the booster finds more; 1 if it never does."""
    gain, loss = (
        sign * (found["booster"][kind] - found["sum"][kind])
        for sign, kind in ((1, "bridge"), (-1, "ordinary"))
    )
    if loss <= 0:
        return 0.0
    return loss / (gain + loss) if gain > 0 else 1.0


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    start = time.perf_counter()
    worlds = [measure(seed) for seed in SEEDS]
    found = {
        score: {
            k: round(float(np.mean([w[score][k] for w in worlds])), 4) for k in worlds[0][score]
        }
        for score in SCORES
    }
    values = {
        "crossing": round(crossing(found), 4),
        "crossing in each world": [round(crossing(w), 4) for w in worlds],
        "found": found,
    }
    seconds = time.perf_counter() - start
    print(results.save("08_booster", claim=CLAIM, values=values, seeds=list(SEEDS),
                       seconds=seconds, command=COMMAND))  # fmt: skip


if __name__ == "__main__":
    main()
