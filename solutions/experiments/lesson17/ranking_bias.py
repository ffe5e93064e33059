"""What position and selection cost a ranker, and how much is repaired, against PinWorld's truth.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson17.ranking_bias

An old ranker shows the pins that were shown most, with some chance; a tenth of its lists is shuffled.
New rankers, all the same small network, learn from 8,000 lists. They are judged on 2,000 fresh requests of
40 candidates by what PinWorld knows: the mean probability of liking of the ten they would show.
Examination is estimated from the shuffled lists.

Selection is looked at by itself: all entries are looked at (eta = 0), and the old ranker is a good one, which
shows what looks like a user's likes. What does its log say about all candidates: the share that is liked,
and the probabilities of a ranker trained on it, from rows as they are and weighted by 1 / shown_with?

Writes data/results/17_bias.json. About a minute of one thread.
"""

from __future__ import annotations

import time
from dataclasses import asdict

import numpy as np

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import Feed, PairFeatures

COMMAND = "python -m solutions.experiments.lesson17.ranking_bias"
CLAIM = (
    "Training with examination in the loss shows pins that are liked more than training on clicks."
)
SEEDS = (0, 1, 2)
TEMPERATURE, SHUFFLED, TOP = 0.5, 0.1, 10


def of_candidates(features: PairFeatures, asked) -> np.ndarray:
    """Return (B, C, F) features of all candidates."""
    B, C = asked.candidates.shape
    x = features(np.repeat(asked.users, C), asked.candidates.ravel())
    return x.reshape(B, C, -1)


def value(liking: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return (B,) the mean true liking of the ten candidates with the highest scores."""
    top = np.argsort(-scores, axis=1, kind="stable")[:, :TOP]
    return np.take_along_axis(liking, top, axis=1).mean(axis=1)


def examination(log) -> np.ndarray:
    """Return (k,) how much more often each position is clicked than the first, in shuffled lists."""
    rate = log[log.shuffled].groupby("position").clicked.mean().to_numpy()
    return np.clip(rate / rate[0], 0.01, 1)


def trained(features, log, arm: str, seed: int, epochs: int = 5, trust: float = 0.02):
    """Return a function of (B, C, F) features, the scores of a ranker trained in one way."""
    x = features(log.user.to_numpy(), log.pin.to_numpy())
    clicks, place = log.clicked.to_numpy().astype(float), log.position.to_numpy()
    e, weight, y = examination(log)[place - 1], None, clicks
    if arm == "position as a feature":
        x = np.column_stack([x, np.log(place)])
    if arm in ("examined", "examined and shown_with"):
        y = clicks / e
    if arm == "examined and shown_with":
        weight = 1 / np.maximum(log.shown_with.to_numpy(), trust)
        weight = weight / weight.mean()
    if arm.startswith("truth"):
        y = log.liked.to_numpy().astype(float)
    if arm == "shuffled lists only":
        keep = log.shuffled.to_numpy()
        x, y, epochs = x[keep], y[keep], epochs * 4
    model = Ranker(x.shape[1], seed=seed).fit(x, y, weight, epochs=epochs)

    def scores(X):
        B, C, F = X.shape
        X = X.reshape(-1, F)
        if arm == "position as a feature":  # all are asked about as if they stood on top
            X = np.column_stack([X, np.zeros(len(X))])
        return model.logits(X).reshape(B, C)

    return scores


ARMS = (
    "clicks", "position as a feature", "examined", "examined and shown_with", "shuffled lists only",
    "truth: what was liked",
)  # fmt: skip


def measure(world, seed: int, lists: int = 8000, fresh: int = 2000, eta: float = 1.0) -> dict:
    """Return arm -> (fresh,) values, examination, and shares liked as the log tells them."""
    features = PairFeatures(world, pinworld.TRAIN_END)
    feed, rng = Feed(world, eta=eta), np.random.default_rng(seed)
    asked = feed.requests(lists, rng)
    old = features.names.index("pin: shown")
    log = feed.show(asked, of_candidates(features, asked)[:, :, old], rng, TEMPERATURE, SHUFFLED)
    test = feed.requests(fresh, rng)
    X, L = of_candidates(features, test), feed.liking(test.users[:, None], test.candidates)
    found = {"the old ranker": value(L, X[:, :, old])}
    found |= {arm: value(L, trained(features, log, arm, seed)(X)) for arm in ARMS}
    found["the best there is"] = value(L, L)
    return {"values": found, "examination": examination(log),
            "true examination": feed.examination}  # fmt: skip


def selection(world, seed: int, lists: int = 4000) -> tuple[dict, dict]:
    """Return what the log of a good old ranker says about all candidates, and the liking of each list of ten."""
    features = PairFeatures(world, pinworld.TRAIN_END)
    feed, rng = Feed(world, eta=0.0), np.random.default_rng([seed, 1])
    asked = feed.requests(lists, rng)
    looks = of_candidates(features, asked)[:, :, features.names.index("cross: image")]
    log = feed.show(asked, looks, rng, temperature=0.2)
    x, y = features(log.user.to_numpy(), log.pin.to_numpy()), log.liked.to_numpy().astype(float)
    test = feed.requests(2000, rng)
    X, L = of_candidates(features, test), feed.liking(test.users[:, None], test.candidates)
    exact = 1 / log.shown_with.to_numpy()
    weights = {"as they are": np.ones(len(y)), "1 / shown_with": exact,
               "1 / shown_with, at most 20": np.minimum(exact, 20)}  # fmt: skip
    found = {"truth": {"liked": float(feed.liking(asked.users[:, None], asked.candidates).mean()),
                       "said of all candidates": float(L.mean()), "liking of ten": float(value(L, L).mean())}}  # fmt: skip
    per = {}
    for name, weight in weights.items():
        z = (
            Ranker(x.shape[1], seed=seed)
            .fit(x, y, weight / weight.mean())
            .logits(X.reshape(-1, X.shape[2]))
        )
        per[name] = value(L, z.reshape(L.shape))
        found[name] = {
            "liked": float(np.average(y, weights=weight)),
            "said of all candidates": float((0.5 * (1 + np.tanh(z / 2))).mean()),
            "liking of ten": float(per[name].mean()),
        }
    return found, per


def main() -> None:
    start = time.perf_counter()
    world = pinworld.load("small")
    runs = [measure(world, seed) for seed in SEEDS]
    chosen, lists = zip(*(selection(world, seed) for seed in SEEDS), strict=True)
    shown = {name: np.concatenate([per[name] for per in lists]) for name in lists[0]}
    # fresh requests differ from seed to seed: all of them are one sample of requests
    per = {arm: np.concatenate([r["values"][arm] for r in runs]) for arm in runs[0]["values"]}
    table = [
        {
            "arm": arm,
            "liking": float(x.mean()),
            "seeds": [float(r["values"][arm].mean()) for r in runs],
        }
        for arm, x in per.items()
    ]
    leads = {
        f"{one} over {other}": asdict(metrics.compare(per[one], per[other]))
        for one, other in (
            ("examined", "clicks"), ("position as a feature", "clicks"),
            ("examined", "position as a feature"), ("examined and shown_with", "examined"),
            ("examined", "shuffled lists only"), ("truth: what was liked", "examined"),
        )
    }  # fmt: skip
    leads["1 / shown_with over as they are"] = asdict(
        metrics.compare(shown["1 / shown_with"], shown["as they are"])
    )
    values = {
        "requests": len(per["clicks"]), "table": table, "leads": leads,
        "examination": [r["examination"].tolist() for r in runs],
        "true examination": runs[0]["true examination"].tolist(),
        "selection": {
            name: {what: [run[name][what] for run in chosen] for what in chosen[0][name]}
            for name in chosen[0]
        },
    }  # fmt: skip
    print(results.save("17_bias", claim=CLAIM, values=values, seeds=list(SEEDS),
                       seconds=time.perf_counter() - start, command=COMMAND))  # fmt: skip
    print(values)


if __name__ == "__main__":
    main()
