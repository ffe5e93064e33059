"""TwHIN's own setting: do its vectors as columns raise the RCE of a ranker of ads?

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson17.ranking_ads

Rows are the impressions of ads, the label is a click on the ad (one in seven). Three worlds of twice the size of "small". All
vectors, counts and features are of days 0-27; settings are chosen by training on days 28-41 and judging days 42-48, then the
ranker is trained on both, and days 49-55 are the test. TwHIN (d = 32, settings of lesson 13) has clicks on ads and four kinds
of engagement; iALS has the pairs of the same graph.

Clicks are few, so the ranker is a logistic regression with a ridge.

| arm | columns beside the base |
|---|---|
| constant | the share of clicks of the days before the test, and no column |
| counts | none |
| iALS, product | its product of user and ad |
| TwHIN, product | the score of a click: (user + relation) · ad |
| iALS, vectors | its vectors of user and ad, and what each coordinate adds to the product |
| TwHIN, vectors | the same of TwHIN: as in the paper |

Every arm has eighteen settings: the base is the sixteen features and four counts (clicks and share of clicks of the user and of
the ad) or the four counts alone, and nine ridges. Three trainings of the vectors for each world; the interval is over the users
of all worlds.

Writes data/results/17_ads.json.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict

import numpy as np
import torch

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.models import mf, twhin
from graphrec_utils.models.calibration import sigmoid
from graphrec_utils.pinworld import DAY, PairFeatures
from solutions.experiments.kept import kept, spent
from solutions.experiments.lesson13.twhin_study import ENGAGEMENT, Ads

COMMAND = "python -m solutions.experiments.lesson17.ranking_ads"
CLAIM = "TwHIN's vectors as columns raise the RCE of the ranker of ads."
NAME, WORLDS, SEEDS, DIM, SCALE = "17_ads", (0, 1, 2), (0, 1, 2), 32, 2.0
ARMS = ("counts", "iALS, product", "TwHIN, product", "iALS, vectors", "TwHIN, vectors")
BASES = {"all": 0, "four counts": -4}  # where the columns of the base begin
RIDGES = tuple(float(f"{ridge:.3g}") for ridge in np.geomspace(100, 0.01, 9))  # the strongest first


def vectors(world: pinworld.World, seed: int, steps: int) -> dict[str, tuple]:
    """Return what TwHIN and iALS know until day 27: vectors of users, moved by the relation, and of pins."""
    stage = Ads(world, 28, None, None)
    facts, first = stage.facts(ENGAGEMENT)
    model = twhin.fit(facts, dim=DIM, uniform=30, steps=steps, lr=0.1, reg=0.1, seed=seed)
    users, pins = np.arange(world.num_users), first["pin"] + np.arange(world.num_pins)
    ials = mf.ials(stage.matrix(ENGAGEMENT), DIM, 0.1, 0.003, sweeps=10, seed=seed).embeddings()
    return {
        "TwHIN": model.ends(users, np.zeros(len(users), int), pins),
        "iALS": tuple(np.asarray(part) for part in ials),
    }


def rows(world: pinworld.World) -> list[tuple]:
    """Return users, pins, columns and labels of the impressions of ads: train, validation and test."""
    seen = world.impressions
    user, pin, day = (seen[c].to_numpy() for c in ("user", "pin", "time"))
    day, y = day / DAY, (seen["action"] == "ad_click").to_numpy().astype(float)
    ads = (world.pins["kind"] == "ad").to_numpy()[pin]
    past, features = ads & (day < 28), PairFeatures(world, 28)
    counts = []
    for ids, size in ((user, world.num_users), (pin, world.num_pins)):
        shown, clicks = (np.bincount(ids[past], w, minlength=size) for w in (None, y[past]))
        counts.append((ids, np.log1p(clicks), (clicks + 10 * y[past].mean()) / (shown + 10)))
    parts = []
    for start, end in ((28, 42), (42, 49), (49, 56)):
        k = np.flatnonzero(ads & (day >= start) & (day < end))
        more = [column[ids[k]] for ids, *columns in counts for column in columns]
        parts.append(
            (user[k], pin[k], np.column_stack([features(user[k], pin[k], day[k]), *more]), y[k])
        )
    return parts


def columns(arm: str, base: str, part: tuple, known: dict) -> np.ndarray:
    users, pins, x, _ = part
    x = x[:, BASES[base] :]
    if arm == "counts":
        return x
    name, how = arm.split(", ")
    left, right = known[name][0][users], known[name][1][pins]
    each = left * right
    return np.hstack(
        [x, each.sum(1, keepdims=True)] if how == "product" else [x, left, right, each]
    )


def regression(x: np.ndarray, y: np.ndarray, w: np.ndarray, ridge: float) -> np.ndarray:
    """Return the weights of the smallest mean log loss + ridge / 2 · |w|², by Newton's method from `w`.

    The first column of `x` is 1, and its weight is free.
    """
    pull = np.full(x.shape[1], ridge)
    pull[0] = 0.0
    for _ in range(30):
        p = sigmoid(x @ w)
        slope = x.T @ (p - y) / len(y) + pull * w
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x / len(y) + np.diag(pull), slope)
        w = w - step
        if np.abs(step).max() < 1e-6:
            break
    return w


def said(x: np.ndarray, y: np.ndarray, asked: np.ndarray, ridges) -> list[np.ndarray]:
    """Return what regressions on (x, y) say of other rows, one for each ridge."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0
    x, asked = (np.column_stack([np.ones(len(a)), (a - mean) / spread]) for a in (x, asked))
    w, out = np.zeros(x.shape[1]), []
    w[0] = np.log(y.mean() / (1 - y.mean()))
    for ridge in ridges:
        w = regression(x, y, w, ridge)
        out.append(sigmoid(asked @ w))
    return out


def measured(worlds: list[pinworld.World], seeds=SEEDS, steps: int = 3000) -> dict:
    """Return RCE of all arms, and their leads over counts, over iALS and over the constant."""
    given = [(rows(world), [vectors(world, seed, steps) for seed in seeds]) for world in worlds]
    y_val = np.concatenate([parts[1][3] for parts, _ in given])
    each, rce, knobs, chosen = {}, {}, {}, {}
    for arm in ARMS:
        tried = {}
        for base in BASES:
            per = []
            for parts, known in given:
                train, val = (columns(arm, base, part, known[0]) for part in parts[:2])
                per.append(said(train, parts[0][3], val, RIDGES))
            for ridge, ps in zip(RIDGES, zip(*per, strict=True), strict=True):
                tried[base, ridge] = metrics.rce(y_val, np.concatenate(ps))
        base, ridge = max(tried, key=tried.get)
        knobs[arm], chosen[arm] = {"base": base, "ridge": ridge}, float(tried[base, ridge])
        each[arm], rce[arm] = [], []
        for parts, known in given:
            users, _, _, y = parts[2]
            before = np.concatenate([part[3] for part in parts[:2]])
            ps = []
            for vector in known if arm != "counts" else known[:1]:
                *past, test = (columns(arm, base, part, vector) for part in parts)
                ps += said(np.concatenate(past), before, test, [ridge])
            each[arm].append(np.mean([metrics.rce_by_user(users, y, p) for p in ps], axis=0))
            rce[arm].append(float(np.mean([metrics.rce(y, p) for p in ps])))
        each[arm] = np.concatenate(each[arm])
    each["constant"], rce["constant"] = [], []
    for parts, _ in given:
        users, _, _, y = parts[2]
        share = np.full(len(y), np.concatenate([part[3] for part in parts[:2]]).mean())
        each["constant"].append(metrics.rce_by_user(users, y, share))
        rce["constant"].append(float(metrics.rce(y, share)))
    each["constant"] = np.concatenate(each["constant"])
    pairs = [(arm, "counts") for arm in ARMS[1:]] + [("counts", "constant")]
    pairs += [(f"TwHIN, {how}", f"iALS, {how}") for how in ("product", "vectors")]
    return {
        "rows": [[len(part[3]) for part in parts] for parts, _ in given],
        "trials": len(BASES) * len(RIDGES), "knobs": knobs, "validation": chosen, "rce": rce,
        "share of ones": float(np.mean([parts[2][3].mean() for parts, _ in given])),
        "leads": {f"{a} over {b}": asdict(metrics.compare(each[a], each[b])) for a, b in pairs},
    }  # fmt: skip


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    values = kept(
        NAME, "all", lambda: measured([pinworld.make(seed=s, scale=SCALE) for s in WORLDS])
    )
    print(values["rce"], values["validation"], values["knobs"], values["leads"], sep="\n")
    print(
        results.save(
            NAME, claim=CLAIM, values=values, seeds=list(SEEDS), seconds=spent(NAME), command=COMMAND
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
