"""What would other policies have earned? Three estimates from 100 logs with known chances, beside the truth of the site.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.off_policy

The site of lesson 18, 1,000 users, one place on top of the page. Yesterday everybody was shown the first pin of item2item. Today
candidates are the first ten of item2item, iALS and L3; the log draws one of them by the softmax of their fused ranks. A log is twenty
days of everybody, 20,000 rows; the model that DR begins with is a ridge on what generators say, fitted on a log of its own.
Each policy is asked of 100 logs. Beside it, what an experiment of the same 20,000 visits counts, 100 times.

Some rows are made to be hard: the rarest candidate of each user; pictures, whose first pin the log hardly ever draws; half of
the time a pin of yesterday that was not saved (the log never shows it, it earns nothing); and any candidate, asked of a log that wrote down 0.05
where a chance was smaller.

Writes data/results/18_off_policy.json. About ten seconds of one thread.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.fitted import plain
from graphrec_utils.models import fusion
from graphrec_utils.pinworld import Simulator, logged, worth
from graphrec_utils.pinworld.simulator import Histories

COMMAND = "python -m solutions.experiments.lesson18.off_policy"
CLAIM = "A log that knows its chances tells what any policy would earn."
NAME, LOGS, DAYS, DEPTH = "18_off_policy", 100, 20, 10
SHARP, FLOOR, REG = 0.01, 0.05, 0.01
OURS = {"item2item": plain.item2item, "iALS": plain.ials, "L3": plain.l3}


class Page(NamedTuple):
    """One place on top of a page.

    Attributes:
        pins: (B, C) what could stand there, -1 in empty places.
        chances: (B, C) of the log.
        value: (B, C) how likely each is saved there: the truth.
        policies: name -> (B, C) chances.
        x: (B, C, G) what a model of the rewards reads.
    """

    pins: np.ndarray
    chances: np.ndarray
    value: np.ndarray
    policies: dict[str, np.ndarray]
    x: np.ndarray


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return chances that are proportional to exp(scores); 0 where a score is -inf."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def yesterday(site: Simulator) -> tuple[Histories, np.ndarray]:
    """Return who is here after yesterday's first pin of item2item, and that pin, -1 where it was saved."""
    asked, users = [], np.arange(site.past.shape[0])

    def control(histories, k):
        asked.append(histories)
        return site.control(histories, k)

    site.run(control, 0, users, k=1, visits=2)
    seen = asked[1]
    pin = sp.csr_matrix(seen.shown).indices  # one for each
    kept = np.asarray(seen.saved[users, pin]).ravel() > 0
    return seen, np.where(kept, -1, pin)


def page(site: Simulator, pictures: np.ndarray, saves) -> Page:
    """Return today's page: candidates, the log's chances, what they are worth, and the policies."""
    seen, old = yesterday(site)
    rows, n = np.arange(len(seen))[:, None], site.past.shape[1]
    scores = {name: fit(saves).of(seen) for name, fit in OURS.items()}
    scores["pictures"] = (seen.saved @ pictures) @ pictures.T
    each, firsts = {}, {}
    for name, x in scores.items():
        x = np.array(x, dtype=float)
        x[(seen.saved + seen.shown).nonzero()] = -np.inf
        lists = np.argsort(-x, axis=1, kind="stable")[:, :DEPTH]
        each[name], firsts[name] = fusion.reciprocal_ranks(lists[None], n), lists[:, :1]
    pins = np.argsort(-sum(each.values()), axis=1, kind="stable")[:, : len(each) * DEPTH]
    fused = sum(each[name] for name in OURS)[rows, pins]
    chances = softmax(np.where(fused > 0, fused / SHARP, -np.inf))
    # one more place for yesterday's pin, which the log never draws, and which earns nothing now
    pins, chances = np.hstack([pins, old[:, None]]), np.pad(chances, ((0, 0), (0, 1)))
    value = worth(site, seen.users, pins)
    value[:, -1] = 0
    drawn, one = chances > 0, np.eye(pins.shape[1])
    popular = np.log1p(np.asarray(site.past.sum(axis=0)).ravel())[pins]
    firsts = {name: (pins == x).astype(float) for name, x in firsts.items()}
    half = 0.5 * (old[:, None] >= 0)
    policies = {
        **{name: firsts[name] for name in OURS},
        "most saved candidate": one[np.where(drawn, popular, -1).argmax(axis=1)],
        "candidate by pictures": one[np.where(drawn, scores["pictures"][rows, pins], -np.inf).argmax(axis=1)],
        "any candidate": drawn / drawn.sum(axis=1, keepdims=True),
        "rarest candidate": one[np.where(drawn, chances, 2).argmin(axis=1)],
        "pictures": firsts["pictures"],
        "half shown again": half * one[-1] + (1 - half) * firsts["iALS"],
    }  # fmt: skip
    x = np.stack([*(each[name][rows, pins] for name in OURS), popular], axis=2)
    return Page(pins, chances, value, policies, x)


def said(log: Page, rng: np.random.Generator) -> np.ndarray:
    """Return (B, C) what a ridge on the columns, fitted on a log of its own, expects each candidate to earn."""
    row, place, _, saved = logged(log.chances, log.value, rng, DAYS)
    x = log.x[row, place]
    w = fusion.learned_weights(x, saved, REG)
    return saved.mean() + (log.x - x.mean(axis=0)) @ w


def estimates(log: Page, seed: int) -> dict[str, list[float]]:
    """Return name -> (IPS, SNIPS, DR, effective size, the model alone, counted by an experiment of this size)."""
    rng = np.random.default_rng(seed)
    model = said(log, rng)
    row, place, chance, saved = logged(log.chances, log.value, rng, DAYS)
    found = {}
    for name, policy in log.policies.items():
        alone = float((policy * model).sum(axis=1).mean())
        counted = float(logged(policy, log.value, rng, DAYS)[3].mean())
        for suffix, written in (("", chance), (", chances raised", np.maximum(chance, FLOOR))):
            if suffix and name != "any candidate":
                continue
            told = metrics.off_policy(policy[row], place, written, saved, model[row])
            found[name + suffix] = [*told, alone, counted]
    return found


ESTIMATES = ("IPS", "SNIPS", "DR", "size", "model", "experiment")


def judged(log: Page, logs: int = LOGS) -> dict[str, dict]:
    """Return a row for each policy: the truth, and bias and spread of each estimate over logs."""
    each = [estimates(log, seed) for seed in range(logs)]
    rows = {}
    for name in each[0]:
        found = np.array([x[name] for x in each])  # (logs, 6)
        policy = log.policies[name.removesuffix(", chances raised")]
        truth = float((policy * log.value).sum(axis=1).mean())
        rows[name] = {
            "truth": truth, "in the log": float((policy * (log.chances > 0)).sum(axis=1).mean()),
            "size": float(found[:, 3].mean()),
            **{
                e: {"bias": float(x.mean() / truth - 1), "spread": float(x.std(ddof=1) / truth),
                    "error": float(x.std(ddof=1) / truth / np.sqrt(logs))}
                for e, x in zip(ESTIMATES, found.T, strict=True) if e != "size"
            },
        }  # fmt: skip
    return rows


def main() -> None:
    start = time.process_time()
    world = pinworld.make(seed=18, scale=0.4)
    looks = world.images - world.images.mean(axis=0)
    looks = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    log = page(Simulator.of_world(world), looks, world.interactions(("save",)))
    rows = judged(log)
    earned = float((log.chances * log.value).sum(axis=1).mean())
    for name, row in rows.items():
        print(f"{name:34s} {row['truth']:.4f} in the log {row['in the log']:.2f} size {row['size']:7.0f} ",
              *(f"{e} {row[e]['bias']:+.3f} ({row[e]['spread']:.3f})" for e in ESTIMATES if e != "size"))  # fmt: skip
    values = {
        "policies": rows, "the log earns": earned, "rows": len(log.pins) * DAYS, "logs": LOGS,
        "candidates": float((log.chances > 0).sum(axis=1).mean()),
        "chances": {"largest": float(log.chances.max(axis=1).mean()),
                    "least": float(np.where(log.chances > 0, log.chances, 1).min(axis=1).mean())},
    }  # fmt: skip
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(range(LOGS)), command=COMMAND,
                       seconds=time.process_time() - start))  # fmt: skip


if __name__ == "__main__":
    main()
