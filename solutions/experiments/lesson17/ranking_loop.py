"""A feedback loop: show, train on what was shown, show again, five rounds; who is seen, and is it liked?

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson17.ranking_loop

Round 0 is the old ranker of `ranking_bias`. From then on each policy ranks 3,000 new requests per round by a
network that was trained on all of its own rounds so far, with two features more that come from these
rounds: how often a pin was shown, and clicked when shown. "once" is trained after round 0 and never again:
what it does not share with "clicks" is what the loop does. "explores" puts a tenth of its lists in random order
of all candidates.

Writes data/results/17_loop.json. About three minutes of one thread.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.models.ranker import Ranker
from graphrec_utils.pinworld import Feed, PairFeatures
from solutions.experiments.lesson17.ranking_bias import (
    SHUFFLED,
    TEMPERATURE,
    examination,
    of_candidates,
    value,
)

COMMAND = "python -m solutions.experiments.lesson17.ranking_loop"
CLAIM = "Retrained on what it has shown itself, a ranker gives ever more showings to a tenth of the creators."
SEEDS, ROUNDS = (0, 1, 2), 5
ARMS = ("once", "clicks", "examined", "examined, explores")


def counted(logs: list[pd.DataFrame], n: int) -> np.ndarray:
    """Return (n, 2): log of how often each pin was shown, and its share of clicks, pulled to the mean."""
    log = pd.concat(logs)
    pins, clicks = log.pin.to_numpy(), log.clicked.to_numpy()
    shown = np.bincount(pins, minlength=n)
    rate = (np.bincount(pins, clicks, minlength=n) + 5 * clicks.mean()) / (shown + 5)
    return np.stack([np.log1p(shown), rate], axis=1)


def concentration(pins: np.ndarray, creator: np.ndarray, num_creators: int) -> dict:
    """Return the share of the tenth of creators shown most, how many are shown, and Gini of the pins."""
    made = creator[pins]
    count = np.bincount(made[made >= 0], minlength=num_creators)
    most = np.sort(count)[::-1]
    return {
        "top tenth of creators": float(most[: max(1, num_creators // 10)].sum() / most.sum()),
        "creators shown": int((count > 0).sum()),
        "pins shown": len(np.unique(pins)),
        "gini of pins": float(metrics.gini(np.bincount(pins, minlength=len(creator)))),
    }


def run(
    world, arm: str, seed: int, lists: int = 3000, rounds: int = ROUNDS, epochs: int = 5
) -> list[dict]:
    """Return one row per round: liking of what was shown, and how it is shared."""
    features = PairFeatures(world, pinworld.TRAIN_END)
    feed, rng = Feed(world), np.random.default_rng(seed)
    creator, n = world.pins["creator"].to_numpy(), world.num_pins
    logs, rows, model = [], [], None
    for number in range(rounds + 1):
        asked = feed.requests(lists, rng)
        X, L = of_candidates(features, asked), feed.liking(asked.users[:, None], asked.candidates)
        if number == 0:
            scores = X[:, :, features.names.index("pin: shown")].astype(float)
            log = feed.show(asked, scores, rng, TEMPERATURE, SHUFFLED)
        else:
            if model is None or arm != "once":
                known = pd.concat(logs)
                own = counted(logs, n)
                x = np.hstack(
                    [features(known.user.to_numpy(), known.pin.to_numpy()), own[known.pin]]
                )
                y = known.clicked.to_numpy().astype(float)
                if arm.startswith("examined"):
                    y = y / examination(known)[known.position.to_numpy() - 1]
                model = Ranker(x.shape[1], seed=seed).fit(x, y, epochs=epochs)
            x = np.concatenate([X, own[asked.candidates]], axis=2)
            scores = model.logits(x.reshape(-1, x.shape[2])).reshape(L.shape)
            if arm.endswith("explores"):
                anew = rng.random(len(scores)) < 0.1
                scores[anew] = rng.normal(size=(anew.sum(), scores.shape[1]))
            log = feed.show(asked, scores, rng, shuffled=SHUFFLED)
        logs.append(log)
        pins = log.pin.to_numpy()
        rows.append(
            {"round": number, "liked": float(feed.liking(log.user.to_numpy(), pins).mean()),
             "best": float(value(L, L).mean())} | concentration(pins, creator, len(world.creators))
        )  # fmt: skip
    return rows


def main() -> None:
    start = time.perf_counter()
    world = pinworld.load("small")
    values = {}
    for arm in ARMS:
        values[arm] = [run(world, arm, seed) for seed in SEEDS]
        print(
            arm,
            pd.concat(map(pd.DataFrame, values[arm])).groupby("round").mean().round(3),
            flush=True,
        )
    feed = Feed(world)  # if everybody were shown what they like most
    asked = feed.requests(3000, np.random.default_rng(9))
    L = feed.liking(asked.users[:, None], asked.candidates)
    pins = np.take_along_axis(asked.candidates, np.argsort(-L, axis=1)[:, :10], axis=1).ravel()
    values["the best there is"] = concentration(
        pins, world.pins["creator"].to_numpy(), len(world.creators)
    ) | {"liked": float(value(L, L).mean())}
    print(results.save("17_loop", claim=CLAIM, values=values, seeds=list(SEEDS),
                       seconds=time.perf_counter() - start, command=COMMAND))  # fmt: skip


if __name__ == "__main__":
    main()
