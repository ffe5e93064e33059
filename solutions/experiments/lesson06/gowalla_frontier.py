"""How far does all of Gowalla go without training? With the order of the file, and without it.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 \\
        python -m solutions.experiments.lesson06.gowalla_frontier

The published files keep every user's places in the order of the first visit, and the test part is the
end of each list. The models that are compared on this split forget the order; three of four here do not:

    RP3β, last places first     the walk of length 3 leaves a user's p-th last place with weight
                                p^-recent, not from all places alike
    near visits                 one step on a graph of places: an edge weighs how near in the lists
                                of all users the two stood, Σ distance^-fade / (places of the user)^hear
    both                        their sum
    RP3β and low-pass           for what order is worth: the same exponents as ever, plus the low-pass
                                of GF-CF, no order; its dimension is not chosen: more still finds more

What has to be chosen is chosen as in `gowalla_time`, with as many trials for each: on the last tenth
of every user's train items. The sum has its own for its weight, on top of those of its two parts. Test is read by its `final`, once for each model. Nothing is drawn at
random but the trials and the start of the singular vectors: there is one seed.

Writes 06_gowalla_frontier.json in data/results. RP3β and GF-CF stand in 04_gfcf_gowalla.json, LightGCN in
06_gowalla_curves.json.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from graphrec_utils import results, train
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import filters
from solutions.experiments.lesson06 import gowalla_time
from solutions.experiments.lesson06.gowalla_time import (
    BUDGET,
    SEED,
    SLACK,
    USERS,
    final,
    rows,
    split,
)

COMMAND = "python -m solutions.experiments.lesson06.gowalla_frontier"
CLAIM = "On Gowalla a walk that reads the order of the lists reaches the best published numbers, untrained."
GRIDS = {
    "RP3β, last places first": {
        "alpha": [0.5, 0.75, 1.0], "beta": [0.0, 0.1, 0.2, 0.35],
        "recent": [0.2, 0.4, 0.7, 1.0, 1.4, 2.0],
    },
    "near visits": {
        "window": [5, 10, 20, 40], "fade": [0.25, 0.5, 0.75, 1.0], "hear": [0.0, 0.25, 0.5, 0.75],
        "alpha": [0.25, 0.5, 0.75, 1.0], "beta": [0.0, 0.1, 0.2, 0.35],
        "recent": [0.2, 0.4, 0.6, 0.8, 1.0, 1.4],
    },
    "RP3β and low-pass": {
        "dim": [1024], "weight": [0.05, 0.1, 0.2, 0.5, 1.0, 2.0],
        "lift": [0.1, 0.3, 0.5, 0.7],
    },
    "both": {"weight": [0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0]},
}  # fmt: skip
NATURAL = {"beta": [0.0], "hear": [0.0]}


def steps_back(events: Interactions) -> np.ndarray:
    """Return (E,) how many places of the same user come later in the list; 0 for the last one."""
    order = np.argsort(events.users, kind="stable")
    counts = np.bincount(events.users, minlength=events.num_users)
    places = np.empty(len(events), dtype=np.int64)
    places[order] = np.arange(len(events)) - np.repeat(counts.cumsum() - counts, counts)
    return counts[events.users] - 1 - places


def last_first(events: Interactions, recent: float) -> sp.csr_array:
    """Return (m, n): 1 at every user's last place, p^-recent at the p-th last one."""
    weights = (1.0 + steps_back(events)) ** -recent
    shape = events.num_users, events.num_items
    return sp.csr_array((weights.astype(np.float32), (events.users, events.items)), shape=shape)


def near(events: Interactions, window: int, fade: float, hear: float) -> sp.csr_array:
    """Return (n, n) symmetric: how near in the users' lists two places stand, up to `window` apart."""
    order = np.argsort(events.users, kind="stable")
    users, items = events.users[order], events.items[order]
    share = np.bincount(users, minlength=events.num_users)[users] ** -float(hear)
    W = sp.csr_array((events.num_items,) * 2, dtype=np.float32)
    for apart in range(1, window + 1):
        same = users[apart:] == users[:-apart]
        weights = (share[apart:][same] * apart**-fade).astype(np.float32)
        pairs = items[:-apart][same], items[apart:][same]
        W = W + sp.csr_array((weights, pairs), shape=W.shape)
    return sp.csr_array(W + W.T)


def powers(events: Interactions, exponent: float) -> sp.dia_array:
    """Return the (n, n) diagonal of degrees of the items to a power; 0 where there is no event."""
    degree = events.degrees()[1].astype(np.float32)
    return sp.diags_array(np.power(degree, exponent, out=np.zeros_like(degree), where=degree > 0))


@dataclass(frozen=True)
class OneStep:
    """Scores signals @ W, for (m, n) signals and an (n, n) graph of items."""

    signals: sp.csr_array
    W: sp.csr_array

    def scores(self, users) -> np.ndarray:
        return (self.signals[np.asarray(users)] @ self.W).toarray()


@dataclass(frozen=True)
class Sum:
    """Scores one + weight * other, each divided by its mean over the items of the same user."""

    one: object
    other: object
    weight: float

    def scores(self, users) -> np.ndarray:
        S, T = self.one.scores(users), self.other.scores(users)
        return S / S.mean(1, keepdims=True) + self.weight * T / T.mean(1, keepdims=True)


class Makers:
    """What each model of GRIDS is made of, on one past; the parts that trials share are kept."""

    def __init__(self, past: Interactions):
        self.past, self.R = past, past.csr().astype(np.float32)
        self.graph = functools.lru_cache(2)(functools.partial(near, past))
        self.patterns = functools.lru_cache(2)(self._patterns)

    def walk(self, alpha, beta, recent):
        model = filters.rp3beta(self.R, alpha, beta)
        signals = last_first(self.past, recent) @ powers(self.past, beta - alpha)
        return replace(model, signals=sp.csr_array(signals))

    def visits(self, window, fade, hear, alpha, beta, recent):
        signals = last_first(self.past, recent) @ powers(self.past, beta - alpha)
        W = self.graph(window, fade, hear) @ powers(self.past, -beta)
        return OneStep(sp.csr_array(signals), sp.csr_array(W))

    def low_pass(self, dim, weight, lift, alpha, beta):
        """RP3β plus weight * R D^-lift V Vᵀ D^lift, divided by what makes the two as large."""
        model, V = filters.rp3beta(self.R, alpha, beta), self.patterns(dim)
        left = self.R @ (powers(self.past, -lift) @ V)
        right = np.ascontiguousarray((powers(self.past, lift) @ V).T)
        some = np.arange(0, len(left), max(1, len(left) // 500))
        scale = model.scores(some).mean() / np.abs(left[some] @ right).mean()
        return replace(model, left=np.float32(weight * scale) * left, right=right)

    def _patterns(self, dim):
        whole = filters.gf_cf(self.R, dim, 1.0, passes=gowalla_time.PASSES)
        return (whole.right @ powers(self.past, -0.5)).T  # (n, d), orthonormal

    def both(self, weight, walk, visits):
        return Sum(self.visits(**visits), self.walk(**walk), weight)


def search(known: Split, exponents: dict) -> dict[str, train.Search]:
    """Return {model: its trials}; the sum is made of what won, so it comes last."""
    makers, found = Makers(known.train), {}
    fits = {
        "RP3β, last places first": makers.walk,
        "near visits": makers.visits,
        "RP3β and low-pass": functools.partial(makers.low_pass, **exponents),
    }
    for name in GRIDS:
        if name == "both":
            parts = [
                _best(found[part], part) for part in ("near visits", "RP3β, last places first")
            ]
            fits[name] = functools.partial(Sum, makers.visits(**parts[0]), makers.walk(**parts[1]))
        found[name] = train.tune(
            {name: (fits[name], GRIDS[name])}, BUDGET,
            train.on_validation(known, "recall", users=USERS),
            natural=NATURAL, progress=False,
            # a log knows the weight of a sum, not what is summed
            log=None if name == "both" else gowalla_time.FOLDER / "frontier.jsonl",
        )  # fmt: skip
        print(found[name].table, flush=True)
    return found


def _best(search: train.Search, name: str) -> dict:
    return search.winner(name, SLACK).knobs


def main() -> None:
    start, known = time.perf_counter(), split()
    seen = results.load("04_gfcf_gowalla").values
    searches = search(known, seen["exponents of RP3β"])
    chosen = {name: _best(s, name) for name, s in searches.items()}
    walk, visits = chosen["RP3β, last places first"], chosen["near visits"]
    plain = seen["exponents of RP3β"]
    make = {
        "RP3β, last places first": lambda makers: makers.walk(**walk),
        "near visits": lambda makers: makers.visits(**visits),
        "RP3β and low-pass": lambda makers: makers.low_pass(**chosen["RP3β and low-pass"], **plain),
        "both": lambda makers: makers.both(**chosen["both"], walk=walk, visits=visits),
        "RP3β": lambda makers: filters.rp3beta(makers.R, **plain),
    }
    found, cpu = {}, {}
    for name, build in make.items():
        began = time.process_time()
        found[name] = final(name, build(Makers(known.past())), known)
        cpu[name] = round(time.process_time() - began, 1)
        print(name, found[name], cpu[name], flush=True)
    values = {
        "chosen": chosen,
        "test": found,
        "both against, NDCG@20": gowalla_time.compared("both", [x for x in make if x != "both"]),
        "CPU seconds with ranking": cpu,
        "validation": "the last tenth of every user's train items, recall@20",
        "validation users": USERS,
        "trials": {name: rows(s, name) for name, s in searches.items()},
        "published": {"BSPM-EM, chosen on test": {"recall@20": 0.1920, "ndcg@20": 0.1597}},
    }  # fmt: skip
    seconds = time.perf_counter() - start
    print(
        results.save(
            "06_gowalla_frontier", claim=CLAIM, values=values, seeds=[SEED], seconds=seconds,
            command=COMMAND, data="gowalla",
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
