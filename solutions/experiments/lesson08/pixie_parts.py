"""What each part of Pixie is worth, everybody asked: steps and booster, fewer edges, boards, weights, stopping.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson08.pixie_parts [PART ...]

decisions   citeulike-t and PinWorld, the splits of lesson 08, all users: 1 to 32 pins, equal steps, no booster
edges       PinWorld, the graph pruned: boards that look most like the pin (with the pin in the board's mean and
            without it), the largest boards, five random prunings
boards      PinWorld, test: the walk of `pixie_rivals` on saves alone and on boards and saves, each with 24 trials;
            with all of a user's pins; RP3β asked with a user's latest 32 pins
hops        PinWorld, test: RP3β on boards alone, 24 trials, beside RP3β and Pixie on each graph as tuned
weights     PinWorld, test: steps shared by how long ago a pin was saved, the half-life chosen on validation
stop        700 query pins of each graph: early stopping beside as many steps for all

Writes data/results/08_parts.json. Five minutes of one thread; a part alone keeps the others.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict, replace
from functools import partial

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, graphs, metrics, paths, pinworld, results, train, walks
from graphrec_utils.models import filters
from solutions.experiments.lesson08 import pixie_rivals as rivals

COMMAND = "python -m solutions.experiments.lesson08.pixie_parts"
CLAIM = "What the parts of Pixie are worth, each beside something dull that costs the same."
DELTAS, RANDOM = (0.91, 0.6, 0.3), 5
DECISIONS = {  # pins, steps by Pixie's rule, booster
    "1 pin": (1, True, True), "2 pins": (2, True, True), "4 pins": (4, True, True),
    "8 pins": (8, True, True), "16 pins": (16, True, True), "8 pins, equal steps": (8, False, True),
    "8 pins, sum": (8, True, False), "16 pins, sum": (16, True, False),
    "32 pins": (32, True, True), "32 pins, sum": (32, True, False),
}  # fmt: skip
ASKED = {
    "eight over one": ("8 pins", "1 pin"),
    "booster over sum": ("8 pins", "8 pins, sum"),
    "booster over sum, 16 pins": ("16 pins", "16 pins, sum"),
    "booster over sum, 32 pins": ("32 pins", "32 pins, sum"),
    "rule over equal": ("8 pins", "8 pins, equal steps"),
}
HALF_LIVES = [1.0, 3.0, 7.0, 14.0, 28.0]  # days
SIZES = (300, 1000, 3000, 10_000, 30_000, 100_000)
LONG, LIMIT = 500_000, 100_000
RULES, QUERIES = ((50, 4), (100, 4), (200, 4), (50, 20)), 700


def libraries():
    """Return (past, later, boards) of citeulike-t as the lesson has them."""
    past, later = datasets.load("citeulike-t")["library"].core(5, 5).hold_out(0.2, seed=0)
    return past, later, sp.csr_array(past.csr().astype(np.float64))


def world():
    """Return (past, later, boards) of PinWorld as the lesson has them."""
    split, boards = rivals.world()
    return split.train, split.val, boards(split.train)


def found(past, later, R, count, equation=True, booster=True, restart=0.5):
    """Return NDCG@20 of all users with a pin that is on a board."""
    own = rivals.latest(past)
    degree = np.asarray(R.sum(axis=0)).ravel()
    there = [u for u in np.unique(later.users).tolist() if any(degree[p] for p in own.get(u, ()))]
    later = later.select(np.isin(later.users, there))
    return metrics.evaluate_model(
        rivals.pixie(R, own, restart, count, booster, equation), past, later
    ).ndcg


def decisions() -> dict:
    out = {}
    for name, make in (("citeulike-t", libraries), ("PinWorld", world)):
        data = make()
        ndcg = {k: found(*data, *how) for k, how in DECISIONS.items()}
        out[name] = {
            "ndcg": {k: float(x.mean()) for k, x in ndcg.items()},
            "leads": {k: asdict(metrics.compare(ndcg[a], ndcg[b])) for k, (a, b) in ASKED.items()},
        }
    return out


def fits(R: sp.csr_array, looks: np.ndarray, randoms: int = RANDOM) -> dict[str, np.ndarray]:
    """Return by each rule how well the two ends of each edge fit, in the order of `R.tocoo()`."""

    def cosine(mean):
        length = np.linalg.norm(mean, axis=1)
        return (mean * looks[pin]).sum(axis=1) / np.where(length > 0, length, 1)

    board, pin = R.tocoo().coords
    size = np.bincount(board, minlength=R.shape[0])
    rules = {
        "with the pin": cosine((R @ looks)[board]),
        # on a board of one pin there are no others: such boards come last
        "without the pin": np.nan_to_num(cosine(graphs.others_mean(R, looks)), nan=-1.0),
        "largest boards": size[board].astype(float),
    }
    rng = np.random.default_rng(0)
    return rules | {f"random {k}": rng.random(R.nnz) for k in range(randoms)}


def edges() -> dict:
    past, later, R = world()
    looks = pinworld.load("small").images
    looks = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    rules = fits(R, looks)
    board = R.tocoo().coords[0]
    size = np.bincount(board, minlength=R.shape[0])
    many = size[board] > 1
    whole = found(past, later, R, 8)
    rows, leads = [], {}
    for delta in DELTAS:
        ndcg, pruned = {}, {}
        for name, fit in rules.items():
            pruned[name] = walks.prune(R, fit, delta)
            ndcg[name] = found(past, later, pruned[name], 8)
        ndcg = {k: x.reindex(whole.index, fill_value=0.0) for k, x in ndcg.items()}
        chance = sum(ndcg[f"random {k}"] for k in range(RANDOM)) / RANDOM
        for name, part in pruned.items():
            rows.append({
                "delta": delta, "rule": name, "ndcg": float(ndcg[name].mean()),
                "edges": part.nnz / R.nnz, "pins of a kept board": float(size[part.tocoo().coords[0]].mean()),
            })  # fmt: skip
        for name in ("with the pin", "without the pin", "largest boards"):
            leads[f"{delta}, {name} over random"] = asdict(metrics.compare(ndcg[name], chance))
            leads[f"{delta}, {name} over all edges"] = asdict(metrics.compare(ndcg[name], whole))
        leads[f"{delta}, largest boards over without the pin"] = asdict(
            metrics.compare(ndcg["largest boards"], ndcg["without the pin"])
        )
    log = np.log(size[board])
    return {
        "all edges": float(whole.mean()), "users": len(whole), "rows": rows, "leads": leads,
        "boards": int((size > 0).sum()), "boards of one pin": int((size == 1).sum()),
        "correlation with log size": {
            "with the pin": float(np.corrcoef(rules["with the pin"], log)[0, 1]),
            "without the pin": float(np.corrcoef(rules["without the pin"][many], log[many])[0, 1]),
        },
    }  # fmt: skip


def asked_with(model: filters.Filter, own: dict[int, list[int]], count: int) -> filters.Filter:
    """Return RP3β on the same graph, asked with each user's first pins only."""
    ends = [(user, pin) for user, pins in own.items() for pin in pins[:count]]
    mask = sp.csr_array((np.ones(len(ends)), np.array(ends).T), shape=model.signals.shape)
    return replace(model, signals=sp.csr_array(model.signals.multiply(mask)))


def boards() -> dict:
    split, of = rivals.world()
    score = train.on_validation(split, "ndcg", users=rivals.USERS)

    def graph(events, what):
        saves, B = sp.csr_array(events.csr().astype(np.float64)), of(events)
        return {"saves": saves, "boards": B, "both": sp.vstack([saves, B], format="csr")}[what]

    stored = results.load("08_rivals").values["PinWorld"]["models"]
    knobs = next(row["knobs"] for row in stored if row["model"] == "Pixie")
    chosen = {"boards": (knobs, None, 24)}
    for what in ("saves", "both"):
        fit = partial(rivals.pixie, graph(split.train, what), rivals.latest(split.train))
        search = train.tune(
            {what: (fit, rivals.GRIDS["Pixie"])}, rivals.BUDGET, score, natural=rivals.NATURAL,
            progress=False,
        )  # fmt: skip
        best = max(search.trials, key=lambda t: t.score)
        chosen[what] = best.knobs, best.score, len(search.trials)
        print(search, flush=True)
    past = split.past()
    own, ndcg, rows = rivals.latest(past), {}, []
    for what, (knobs, value, trials) in chosen.items():
        model = rivals.pixie(graph(past, what), own, **knobs)
        ndcg[what] = train.on_test(model, split).ndcg
        rows.append({"graph": what, "knobs": knobs, "validation": value, "trials": trials})
    ndcg["boards, all pins"] = train.on_test(
        rivals.pixie(graph(past, "boards"), own, **chosen["boards"][0] | {"queries": 10_000}), split
    ).ndcg
    knobs = next(row["knobs"] for row in stored if row["model"] == "RP3β")
    rp3 = filters.rp3beta(graph(past, "saves"), **knobs)
    ndcg["RP3β"] = train.on_test(rp3, split).ndcg
    ndcg["RP3β, latest 32"] = train.on_test(asked_with(rp3, own, 32), split).ndcg
    pairs = (
        ("boards", "saves"), ("boards", "both"), ("saves", "RP3β"), ("boards", "RP3β"),
        ("boards, all pins", "boards"), ("RP3β, latest 32", "RP3β"),
    )  # fmt: skip
    return {
        "tuned": rows, "ndcg": {k: float(x.mean()) for k, x in ndcg.items()},
        "leads": {f"{a} over {b}": asdict(metrics.compare(ndcg[a], ndcg[b])) for a, b in pairs},
    }  # fmt: skip


def hops_on_boards(
    saves: sp.csr_array, B: sp.csr_array, alpha: float, beta: float
) -> filters.Filter:
    """Return RP3β whose middle node is a board: from a pin of a user to a board of it, to a pin there."""
    model, degree = filters.rp3beta(B, alpha, beta), np.asarray(B.sum(axis=0)).ravel()
    root = np.power(degree, beta - alpha, out=np.zeros_like(degree), where=degree > 0)
    nothing = np.zeros((saves.shape[0], 0), saves.dtype)
    return replace(model, signals=sp.csr_array(saves @ sp.diags_array(root)), left=nothing)


def hops() -> dict:
    split, of = rivals.world()
    saves = lambda events: sp.csr_array(events.csr().astype(np.float64))  # noqa: E731
    search = train.tune(
        {"on boards": (partial(hops_on_boards, saves(split.train), of(split.train)), rivals.GRIDS["RP3β"])},
        rivals.BUDGET, train.on_validation(split, "ndcg", users=rivals.USERS),
        natural=rivals.NATURAL, progress=False,
    )  # fmt: skip
    best = max(search.trials, key=lambda t: t.score)
    print(search, flush=True)
    models = results.load("08_rivals").values["PinWorld"]["models"]
    knobs = {row["model"]: row["knobs"] for row in models}
    tuned = results.load("08_parts").values["boards"]["tuned"]
    both = next(row["knobs"] for row in tuned if row["graph"] == "both")
    past = split.past()
    R, B, own = saves(past), of(past), rivals.latest(past)
    stack, stacked = sp.vstack([R, B], format="csr"), f"RP3β{rivals.WITH}"
    ndcg = {
        name: train.on_test(model, split).ndcg
        for name, model in (
            ("RP3β on boards", hops_on_boards(R, B, **best.knobs)),
            ("RP3β", filters.rp3beta(R, **knobs["RP3β"])),
            ("RP3β on both", filters.rp3beta(stack, **knobs[stacked])),
            ("Pixie on boards", rivals.pixie(B, own, **knobs["Pixie"])),
            ("Pixie on both", rivals.pixie(stack, own, **both)),
        )
    }
    pairs = (
        ("Pixie on boards", "RP3β on boards"), ("Pixie on both", "RP3β on both"),
        ("RP3β on boards", "RP3β"), ("RP3β on boards", "RP3β on both"),
    )  # fmt: skip
    return {
        "knobs": best.knobs, "validation": best.score, "trials": len(search.trials),
        "at the edge": search.edges.get("on boards", ""),
        "ndcg": {k: float(x.mean()) for k, x in ndcg.items()},
        "leads": {f"{a} over {b}": asdict(metrics.compare(ndcg[a], ndcg[b])) for a, b in pairs},
    }  # fmt: skip


def weighted(events, R, restart: float, queries: int, half_life: float) -> rivals.Dense:
    """Return the walks of each user's latest pins; a pin saved a half-life earlier gets half the steps."""
    own, degree = rivals.latest(events), np.asarray(R.sum(axis=0)).ravel()
    graph, (m, n) = walks.walkable(graphs.adjacency(R)), R.shape
    order = np.argsort(events.times, kind="stable")  # of several saves the last one counts
    when = dict(zip(zip(events.users[order].tolist(), events.items[order].tolist(), strict=True),
                    (events.times[order] / pinworld.DAY).tolist(), strict=True))  # fmt: skip

    def of(user):
        pins = [p for p in own.get(user, ()) if degree[p]][:queries]
        if not pins:
            return np.zeros(n)
        age = np.array([when[user, pins[0]] - when[user, p] for p in pins])
        w = 0.5 ** (age / half_life)
        steps = np.maximum(rivals.STEPS * w / w.sum(), 1).astype(int)
        return np.sum([walks.visits(graph, m + p, int(s), restart, seed=user)[m:]
                       for p, s in zip(pins, steps, strict=True)], axis=0)  # fmt: skip

    return rivals.Dense(of)


def weights() -> dict:
    split, of = rivals.world()
    score = train.on_validation(split, "ndcg", users=rivals.USERS)
    stored = results.load("08_rivals").values["PinWorld"]["models"]
    knobs = next(row["knobs"] for row in stored if row["model"] == "Pixie")
    knobs = {k: knobs[k] for k in ("restart", "queries")}  # chosen there: equal steps, no booster
    lives = [*HALF_LIVES, np.inf]
    chosen = {h: score(weighted(split.train, of(split.train), **knobs, half_life=h)) for h in lives}
    best = max(HALF_LIVES, key=chosen.get)
    past = split.past()
    ndcg = [
        train.on_test(weighted(past, of(past), **knobs, half_life=h), split).ndcg
        for h in (best, np.inf)
    ]
    return {
        "validation": {"equal" if h == np.inf else f"{h:g}": x for h, x in chosen.items()},
        "half-life": best, "lead": asdict(metrics.compare(*ndcg)),
    }  # fmt: skip


def top(V, m, away, count=50):
    """Return the pins with most visits, the query left out, equal ones by id."""
    V = V[m:].astype(float)
    V[away] = 0
    order = np.lexsort((np.arange(len(V)), -V))[:count]
    return order[V[order] > 0]


def stop() -> dict:
    out = {}
    for name, make in (("citeulike-t", libraries), ("PinWorld", world)):
        R = make()[2]
        graph, m = walks.walkable(graphs.adjacency(R)), R.shape[0]
        frequent = np.flatnonzero(np.asarray(R.sum(axis=0)).ravel() >= 3)
        queries = np.random.default_rng(1).choice(frequent, QUERIES, replace=False).tolist()
        target = [top(walks.visits(graph, m + q, LONG, seed=99), m, q) for q in queries]

        def walked(
            steps, rule=None, seed=1, graph=graph, m=m, queries=queries, target=target, some=None
        ):
            rows = []
            for k in range(len(queries)) if some is None else some:
                V = walks.visits(graph, m + queries[k], int(steps), stop=rule, seed=seed)
                rows.append((V.sum(), np.isin(target[k], top(V, m, queries[k])).mean()))
            return np.array(rows).T

        rows = []
        for rule in RULES:
            steps, early = walked(LIMIT, rule)
            # who reaches too few pins never stops, and pays for many others
            ends = np.flatnonzero(steps < LIMIT)
            leads = {
                which: asdict(metrics.compare(early[some], walked(steps[some].mean(), seed=2, some=some)[1]))
                for which, some in (("all", np.arange(len(steps))), ("who stop", ends))
            }  # fmt: skip
            rows.append({
                "n_p": rule[0], "n_v": rule[1], "steps": float(steps.mean()), "leads": leads,
                "never stop": 1 - len(ends) / len(steps),
                "their share of the steps": 1 - float(steps[ends].sum() / steps.sum()),
            })  # fmt: skip
        curve = {str(N): float(walked(N)[1].mean()) for N in SIZES}
        out[name] = {"rules": rows, "curve": curve}
    return out


PARTS = {
    "decisions": decisions, "edges": edges, "boards": boards, "hops": hops, "weights": weights,
    "stop": stop,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", help=", ".join(PARTS))
    asked = parser.parse_args().part or list(PARTS)
    start = time.process_time()
    there = (paths.data() / "results" / "08_parts.json").exists()
    old = results.load("08_parts") if there else None
    values = dict(old.values) if old else {}
    spent = values.pop("CPU seconds", {})
    for name in asked:
        start = time.process_time()
        values[name] = PARTS[name]()
        spent[name] = round(time.process_time() - start, 1)
        print(name, spent[name], values[name], flush=True)
    print(results.save("08_parts", claim=CLAIM, values=values | {"CPU seconds": spent}, seeds=[0],
                       seconds=sum(spent.values()), command=COMMAND, data="citeulike-t"))  # fmt: skip


if __name__ == "__main__":
    main()
