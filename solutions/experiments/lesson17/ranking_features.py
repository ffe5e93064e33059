"""What embeddings are worth to a ranker: baseline, U, U + A, U + A + T, on PinWorld and on films.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson17.ranking_features PinWorld
    ... python -m solutions.experiments.lesson17.ranking_features leak                      # a part of PinWorld's, in seconds
    ... python -m solutions.experiments.lesson17.ranking_features MovieTweetings

PinWorld: features and embeddings from days 0-27, the ranker is trained on the impressions of days
28-41, knobs are chosen on days 42-48, days 49-55 are test; new users and pins stay in. The label is a
positive action. U is the user's vector, A the creator's (the mean of his pins' vectors) and its product
with the user's, T the pin's and its product. All embeddings have d = 16; "iALS, d = 64" and the scores
of models without vectors are rivals for the last column. In every cell of the
table the network is chosen anew among eight settings on validation (more columns need less training), so is the
baseline's; every model of embeddings gets eight trials (RCE with U + A + T, its best network), then three seeds
of model and ranker. Boosting has six trials on the baseline. "products": only the
products of U with A and T join the baseline. "counts only": a baseline without pictures and words.

MovieTweetings has no impressions: who rated a film has chosen it. The label is a rating of 8 or more
**given that it was rated**; there is no author. Half of the time for features and embeddings, a quarter
for the ranker, an eighth each for validation and test.

Writes data/results/17_features.json, the part that was asked for anew. About 10 minutes of one thread each.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from graphrec_utils import (
    datasets,
    graphs,
    losses,
    metrics,
    paths,
    pinworld,
    results,
    sampling,
    train,
    walks,
)
from graphrec_utils.data import Interactions
from graphrec_utils.models import filters, mf, sage
from graphrec_utils.models.boosting import Booster
from graphrec_utils.models.calibration import sigmoid
from graphrec_utils.models.ease import ease
from graphrec_utils.models.lightgcn import Fused
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import DAY, POSITIVE_ACTIONS, PairFeatures
from solutions.experiments import devices

COMMAND = "python -m solutions.experiments.lesson17.ranking_features"
CLAIM = "Every set of embeddings, U, U + A, U + A + T, raises the ranker's RCE above the baseline."
SEEDS, BUDGET, DIM = (0, 1, 2), 8, 16
NETWORKS = [{"epochs": epochs, "lr": lr} for epochs in (1, 3, 9, 27) for lr in (0.001, 0.003)]
TREES = {
    "trees": [15, 30, 60, 120, 240, 480, 960, 1920],
    "depth": [1, 2, 3, 4, 5],
    "rate": [0.003, 0.01, 0.03, 0.1, 0.3],
}
LEAKING = {"dim": 64, "alpha0": 0.1, "reg": 0.003}  # enough numbers to remember pairs
KNOBS = {
    "iALS": {
        "alpha0": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
        "reg": [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03],
    },
    "LightGCN": {
        "lr": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0],
        "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
        "epochs": [1, 2, 5, 10, 20, 40, 80, 160],
    },
    "GraphSAGE": {"lr": [0.0001, 0.0003, 0.001, 0.003, 0.01], "epochs": [1, 2, 4, 8]},
}


class Rows:
    """Pairs with labels, in three parts, and baseline features.

    Attributes:
        past: what embeddings may learn from.
        parts: train, val and test: (users, items, x, y).
        author: (n,) author of each item, or None.
        counts: the columns of x that know neither pictures nor words.
    """

    def __init__(
        self, past: Interactions, parts: list[tuple], author, images=None, words=None, counts=None
    ):
        self.past, self.parts, self.author = past, parts, author
        self.counts = np.arange(parts[0][2].shape[1]) if counts is None else counts
        self.images, self.words = images, words


def world_rows(name: str = "small") -> Rows:
    """Return PinWorld's impressions."""
    world = pinworld.load(name)
    features = PairFeatures(world, 28)
    seen = world.impressions
    user, pin, day = (seen[c].to_numpy() for c in ("user", "pin", "time"))
    day = day / DAY
    y = seen["action"].isin(POSITIVE_ACTIONS).to_numpy().astype(float)
    parts = []
    for start, end in ((28, 42), (42, 49), (49, 56)):
        k = np.flatnonzero((day >= start) & (day < end))
        parts.append((user[k], pin[k], features(user[k], pin[k], day[k]), y[k]))
    pins = world.pins
    creator, seller = pins["creator"].to_numpy(), pins["advertiser"].to_numpy()
    author = np.where(creator >= 0, creator, len(world.creators) + seller)
    past = world.interactions(POSITIVE_ACTIONS, 0, 28)
    counts = np.flatnonzero([n not in ("cross: image", "cross: words") for n in features.names])
    return Rows(past, parts, author, world.images, world.texts, counts)


def film_rows(data: Interactions | None = None) -> Rows:
    """Return MovieTweetings' ratings; a film is "liked" from 8 on."""
    data = datasets.load("movietweetings-100k") if data is None else data
    order = np.argsort(data.times, kind="stable")
    y = (data.weights >= 8).astype(float)
    n = len(order)
    cuts = [0, n // 2, 3 * n // 4, 7 * n // 8, n]
    first, *rest = (order[a:b] for a, b in pairwise(cuts))
    liked = data.select(first[y[first] == 1])

    def rates(ids, size):
        count = np.bincount(ids[first], minlength=size)
        mean = y[first].mean()
        rate = (np.bincount(ids[first], y[first], minlength=size) + 5 * mean) / (count + 5)
        return np.stack([np.log1p(count), rate], axis=1)

    of_user, of_item = rates(data.users, data.num_users), rates(data.items, data.num_items)
    parts = [
        (data.users[k], data.items[k], np.hstack([of_user[data.users[k]], of_item[data.items[k]]]), y[k])
        for k in rest
    ]  # fmt: skip
    return Rows(liked, parts, None)


# ---------------------------------------------------------------- embeddings and scores
def ials(rows: Rows, seed: int = 0, dim: int = DIM, **knobs):
    return mf.ials(rows.past.csr(), dim, sweeps=12, seed=seed, **knobs).embeddings()


def lightgcn(rows: Rows, seed: int = 0, *, lr: float, reg: float, epochs: int):
    positives = sampling.index(rows.past.csr())

    def batches(rng):
        steps = max(1, len(positives.items) // 8192)
        return (sampling.bpr_triples(positives, 8192, rng) for _ in range(steps))

    A_hat = graphs.normalize(graphs.adjacency(rows.past.csr()))
    model = Fused(A_hat, rows.past.num_users, DIM, 2, lr=lr, reg=reg, seed=seed)
    train.fit(model, batches, epochs=epochs, seed=seed, progress=False)
    return model.embeddings()


def graphsage(rows: Rows, seed: int = 0, *, lr: float, epochs: int):
    R = rows.past.csr()
    content = sage.Content(DIM, rows.past.num_users, rows.images, rows.words, seed=seed)
    model = sage.SAGE(graphs.adjacency(R), content, DIM, (5, 5), seed=seed).to(devices.chosen)
    users, items = (
        torch.from_numpy(np.array(x)).long() for x in (rows.past.users, rows.past.items)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for part in torch.from_numpy(rng.permutation(len(users))).split(4096):
            negatives = torch.from_numpy(rng.integers(rows.past.num_items, size=256))
            z_u, z_i, z_j = model.vectors((users[part], items[part], negatives), rng)
            loss = losses.sampled_softmax(10 * (z_u * z_i).sum(1), 10 * z_u @ z_j.T)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.embeddings()


MAKERS = {"iALS": ials, "LightGCN": lightgcn, "GraphSAGE": graphsage}


def rival_scores(rows: Rows) -> dict[str, list[np.ndarray]]:
    """Return model -> its scores of the pairs of each part; models without vectors, as in their lessons."""
    R = rows.past.csr().astype(np.float64)
    models = {"RP3β": filters.rp3beta(R, 1.0, 0.5).scores}
    if rows.past.num_items <= 10_000:
        models["EASE"] = ease(R, reg=300.0).scores
    graph, m = walks.walkable(graphs.adjacency(R)), R.shape[0]
    own = np.asarray(R.sum(axis=1)).ravel() > 0

    def pixie(users):
        V = [
            walks.visits(graph, int(u), 5000, restart=0.3, hops=1, seed=int(u))[m:] if own[u]
            else np.zeros(R.shape[1])
            for u in users
        ]  # fmt: skip
        return np.log1p(np.stack(V))

    models["Pixie"] = pixie
    return {
        name: [_of_pairs(scores, *part[:2]) for part in rows.parts]
        for name, scores in models.items()
    }


def _of_pairs(scores, users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return the (B,) scores of pairs, some users at a time: all of them would not fit into memory."""
    found = np.empty(len(users))
    asked, place = np.unique(users, return_inverse=True)
    order = np.argsort(place, kind="stable")
    for start in range(0, len(asked), 500):
        block = scores(asked[start : start + 500])
        low, high = np.searchsorted(place[order], (start, start + len(block)))
        k = order[low:high]
        found[k] = block[place[k] - start, items[k]]
    return found


# ---------------------------------------------------------------- the ranker
def blocks(rows: Rows, part: int, vectors, upto: str) -> np.ndarray:
    """Return the features of a part: the baseline, and the blocks "U", "UA" or "UAT" beside it."""
    users, items, x, _ = rows.parts[part]
    if vectors is None:
        return x
    W, H = (np.asarray(v, dtype=np.float64) for v in vectors)
    columns = [x, W[users]]
    if "A" in upto:
        count = np.maximum(np.bincount(rows.author, minlength=rows.author.max() + 1), 1)
        sums = np.stack([np.bincount(rows.author, h) for h in H.T], axis=1)
        A = (sums / count[:, None])[rows.author[items]]
        columns += [A, (W[users] * A).sum(axis=1, keepdims=True)]
    if "T" in upto:
        columns += [H[items], (W[users] * H[items]).sum(axis=1, keepdims=True)]
    return np.hstack(columns)


def network(rows: Rows, x: list, part: int, seed: int, epochs: int, lr: float) -> np.ndarray:
    """Train on part 0 and return probabilities for a part."""
    model = (
        Ranker(x[0].shape[1], seed=seed)
        .to(devices.chosen)
        .fit(x[0], rows.parts[0][3], epochs=epochs, lr=lr)
    )
    return model.probabilities(x[part])


def best_network(rows: Rows, x: list) -> tuple[float, dict]:
    """Return the RCE on validation and the setting of the best network for these columns."""
    tried = [
        (metrics.rce(rows.parts[1][3], network(rows, x, 1, 0, **knobs)), k)
        for k, knobs in enumerate(NETWORKS)
    ]
    found, k = max(tried)
    return found, NETWORKS[k]


def boosted(rows: Rows, x: list, part: int, **knobs) -> np.ndarray:
    """Grow trees on part 0 and return probabilities for a part."""
    return sigmoid(Booster(**knobs).fit(x[0], rows.parts[0][3]).logits(x[part]))


def contributions(rows: Rows, p: np.ndarray, part: int = 2) -> np.ndarray:
    """Return a number per user of a part whose mean is the RCE."""
    return metrics.rce_by_user(rows.parts[part][0], rows.parts[part][3], p).to_numpy()


def measure(rows: Rows, budget: int = BUDGET, seeds=SEEDS, log: Path | None = None) -> dict:
    """Return the table of all models, and each block beside the columns to its left; `log`: see tune."""
    columns = ["U", "UA", "UAT"] if rows.author is not None else ["U", "UT"]
    full = columns[-1]
    base_x = [part[2] for part in rows.parts]

    def feed(vectors, upto):
        return [blocks(rows, k, vectors, upto) for k in range(3)]

    makers = {k: v for k, v in MAKERS.items() if k != "GraphSAGE" or rows.images is not None}
    tried = {
        name: (partial(make, rows), KNOBS[name]) for name, make in makers.items()
    }  # fmt: skip

    first = train.tune(
        {"boosting": (partial(boosted, rows, base_x, 1), TREES)},
        max(budget - 2, 2),
        partial(metrics.rce, rows.parts[1][3]),
        natural={"depth": [1]},
        progress=False,
        log=log,
    )
    print(first, flush=True)
    trees = first.best("boosting").knobs
    search = train.tune(
        tried,
        budget,
        lambda vectors: best_network(rows, feed(vectors, full))[0],
        natural={"epochs": [1]},
        progress=False,
        log=log,
    )
    print(search, flush=True)

    found, knobs = {}, {"boosting": trees}

    def cell(key: tuple[str, str], columns_of) -> None:
        """Fill a cell: columns_of(seed) are its columns; the network is chosen with the first seed."""
        y, per_user, rces, aucs = rows.parts[2][3], [], [], []
        setting = best_network(rows, columns_of(seeds[0]))[1]
        for seed in seeds:
            p = network(rows, columns_of(seed), 2, seed, **setting)
            per_user.append(contributions(rows, p))
            rces.append(metrics.rce(y, p))
            aucs.append(metrics.auc(y, p))
        found[key] = np.mean(per_user, axis=0), rces, float(np.mean(aucs))
        print(key, round(np.mean(rces), 3), setting, flush=True)

    f = base_x[0].shape[1]
    counts = [part[2][:, rows.counts] for part in rows.parts]
    cell(("baseline", ""), lambda seed: base_x)
    if counts[0].shape[1] < base_x[0].shape[1]:
        cell(("baseline, counts only", ""), lambda seed: counts)
    arms = [(name, make, search.best(name).knobs) for name, make in makers.items()]
    arms.append(("iALS, d = 64", partial(ials, dim=64), search.best("iALS").knobs))
    for name, make, chosen in arms:
        knobs[name] = chosen
        vectors = {seed: make(rows, seed=seed, **chosen) for seed in seeds}
        for upto in columns if "=" not in name else [full]:
            cell((name, upto), lambda seed, v=vectors, u=upto: feed(v[seed], u))
        if "=" not in name:  # what the vectors say of the pair, without the vectors
            wide = {seed: feed(v, full) for seed, v in vectors.items()}
            last = [f + 2 * DIM, -1] if "A" in full else [-1]
            cell(
                (name, "products"),
                lambda seed, w=wide, k=last: [np.hstack([x[:, :f], x[:, k]]) for x in w[seed]],
            )
        if counts[0].shape[1] < base_x[0].shape[1] and "=" not in name:
            more = {
                seed: [np.hstack([c, x[:, base_x[0].shape[1] :]])
                       for c, x in zip(counts, feed(v, full), strict=True)]
                for seed, v in vectors.items()
            }  # fmt: skip
            cell((f"{name}, counts only", full), lambda seed, m=more: m[seed])
    for name, S in rival_scores(rows).items():
        x = [np.column_stack([part[2], s]) for part, s in zip(rows.parts, S, strict=True)]
        cell((name, "score"), lambda seed, x=x: x)
    for name, x in (("baseline", base_x), ("iALS", feed(ials(rows, **knobs["iALS"]), full))):
        p = boosted(rows, x, 2, **trees)  # no chance in it: one run
        key = f"boosting, {name}", full if name == "iALS" else ""
        rce = metrics.rce(rows.parts[2][3], p)
        found[key] = contributions(rows, p), [rce], metrics.auc(rows.parts[2][3], p)
        print(key, rce, flush=True)
    leads = {}
    for name in makers:
        for left, right in zip(
            [("baseline", ""), *((name, c) for c in columns)], columns, strict=False
        ):
            lead = metrics.compare(found[name, right][0], found[left][0])
            leads[f"{name}: {right} over {left[1] or 'baseline'}"] = asdict(lead)
        lead = metrics.compare(found[name, "products"][0], found["baseline", ""][0])
        leads[f"{name}: products over baseline"] = asdict(lead)
    for one in makers:
        for key in found:
            if key[1] in (full, "score") and key[0] != one and "only" not in key[0]:
                lead = metrics.compare(found[one, full][0], found[key][0])
                leads[f"{one} over {key[0]}"] = asdict(lead)
        if (f"{one}, counts only", full) in found:
            leads[f"{one}, counts only: {full} over baseline"] = asdict(
                metrics.compare(
                    found[f"{one}, counts only", full][0], found["baseline, counts only", ""][0]
                )
            )
    leads["boosting over network, baseline"] = asdict(
        metrics.compare(found["boosting, baseline", ""][0], found["baseline", ""][0])
    )
    leads["boosting over network, iALS"] = asdict(
        metrics.compare(found["boosting, iALS", full][0], found["iALS", full][0])
    )
    table = [
        {"model": k[0], "columns": k[1], "rce": float(np.mean(v[1])), "seeds": v[1], "auc": v[2]}
        for k, v in found.items()
    ]
    return {
        "rows": [len(part[3]) for part in rows.parts], "users": len(found["baseline", ""][0]),
        "share of ones": float(rows.parts[2][3].mean()), "knobs": knobs, "edges": first.edges | search.edges,
        "table": table, "leads": leads,
    }  # fmt: skip


def leak(rows: Rows, seeds=SEEDS) -> dict:
    """Return what embeddings do to a ranker when they have seen the labels it is trained on."""
    world = pinworld.load("small")
    seen = Rows(world.interactions(POSITIVE_ACTIONS, 0, 42), rows.parts, rows.author)
    found = {}
    for name, source in (("days 0 to 27", rows), ("days 0 to 41", seen)):
        pair = []
        for seed in seeds:
            vectors = ials(source, seed=seed, **LEAKING)
            x = [blocks(rows, k, vectors, "UAT") for k in range(3)]
            said = (network(rows, x, k, seed, epochs=3, lr=0.003) for k in (0, 2))
            pair.append(
                [metrics.rce(rows.parts[k][3], p) for k, p in zip((0, 2), said, strict=True)]
            )
        found[name] = dict(
            zip(("RCE, train", "RCE, test"), np.mean(pair, axis=0).tolist(), strict=True)
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("PinWorld", "leak", "MovieTweetings"))
    part = devices.parse(parser).part
    start = time.perf_counter()
    log = paths.root() / "build" / f"ranking_features_{part}.jsonl"  # delete it to choose anew
    log.parent.mkdir(exist_ok=True)
    found = {}
    if part != "leak":
        found = measure(world_rows() if part == "PinWorld" else film_rows(), log=log)
    if part != "MovieTweetings":
        found["leak"] = leak(world_rows())
    try:  # read last: another part may have been stored meanwhile
        values = results.load("17_features").values
    except FileNotFoundError:
        values = {}
    name = "PinWorld" if part == "leak" else part
    values[name] = values.get(name, {}) | found
    seconds = time.perf_counter() - start
    print(results.save("17_features", claim=CLAIM, values=values, seeds=list(SEEDS), seconds=seconds,
                       command=COMMAND, data="movietweetings-100k"))  # fmt: skip


if __name__ == "__main__":
    main()
