"""What two experiments say of a policy whose saves change everybody's lists.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.interference

A site of 800 users and 1,200 pins, a third of which nobody has saved yet. Everybody gets item2item, counted anew at each visit on
the saves of **all** who are here. The policy gives two places of ten to pins with fewer than three saves, those of creators whom a
user has saved first. What its users save becomes known to item2item, and the control's users profit without having paid.

The truth is all with the policy against all with the control. Beside it stands the lift of half against half: users drawn one by one, and
whole clusters, k-means on what was saved before, drawn together. Twenty draws each. Lifts are of counted saves, eight visits. The
simulator also asks for those who have left, so what they would save is heard, too.

Writes data/results/18_interference.json. About 80 seconds of one thread; draws are kept in build/bench and go on where they stopped.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import scipy.sparse as sp
from scipy.cluster.vq import kmeans2
from scipy.sparse.linalg import svds

from graphrec_utils import metrics, results
from graphrec_utils.pinworld import Simulator, ratio, top
from graphrec_utils.pinworld.simulator import cosines
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson18.interference"
CLAIM = "An experiment that draws user by user says what a site gains by switching over."
NAME, SEEDS, PLACES, FEW = "18_interference", tuple(range(20)), 2, 3


def site_with_new_pins(seed: int = 18, users: int = 800, pins: int = 1200) -> Simulator:
    """Return a site where a third of the pins has no save."""
    site = Simulator.small(seed, users, pins)
    known = np.random.default_rng([seed, 1]).random(pins) > 1 / 3
    return Simulator(site.liking, sp.csr_array(site.past[:, known] @ sp.eye_array(pins, format="csr")[known]),
                     site.creators, seed)  # fmt: skip


def saves(site: Simulator, treated: np.ndarray, seed: int, visits: int = 8) -> np.ndarray:
    """Return (m,) saves where all live on one site, those with `treated` with the policy, the others with the control."""
    made = sp.csr_array(
        np.equal.outer(site.creators, site.creators) & (site.creators >= 0), dtype=float
    )
    tie = np.random.default_rng(seed).random(site.past.shape)  # fmt: skip

    def recommend(seen, k):
        scores = (seen.saved @ cosines(seen.saved)).toarray()
        fresh = (seen.saved @ made).toarray() + tie
        fresh[:, seen.saved.sum(axis=0) >= FEW] = -np.inf
        fresh[(seen.saved + seen.shown).nonzero()] = -np.inf
        found = np.argsort(-fresh, axis=1)[:, :PLACES]
        row, place = np.nonzero(treated[:, None] & (np.take_along_axis(fresh, found, 1) >= 0))
        scores[row, found[row, place]] = scores.max() + 1
        return top(scores, seen, k)

    return site.run(recommend, seed, np.arange(len(treated)), visits=visits).counts[0]


def clusters(site: Simulator, count: int = 40) -> np.ndarray:
    """Return (m,) which users have saved alike."""
    left, s, _ = svds(site.past.astype(float), 16, random_state=0)
    x = left * s / np.maximum(np.linalg.norm(left * s, axis=1, keepdims=True), 1e-12)
    return kmeans2(x, count, minit="++", seed=0)[1]


def half(group: np.ndarray, seed: int) -> np.ndarray:
    """Return (m,) bool: half of the groups, drawn."""
    ids = np.random.default_rng([seed, 2]).permutation(np.unique(group))
    return np.isin(group, ids[: len(ids) // 2])


def lifts(site: Simulator, seed: int, of_users: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """Return the truth and what both experiments say, with one seed."""
    all_, none = np.ones(len(groups), bool), np.zeros(len(groups), bool)
    found = {"truth": ratio(saves(site, all_, seed), saves(site, none, seed), paired=True)[0]}
    for name, group in (("users", of_users), ("clusters", groups)):
        arm = half(group, seed)
        counted = saves(site, arm, seed)
        found[name] = ratio(counted[arm], counted[~arm], paired=False)[0]
    return found


def main() -> None:
    site = site_with_new_pins()
    each, groups = np.arange(site.past.shape[0]), clusters(site)
    rows = [
        kept(NAME, f"draw {seed}", lambda seed=seed: lifts(site, seed, each, groups))
        for seed in SEEDS
    ]
    values = {name: {"lift": float(np.mean(x)), "spread": float(np.std(x, ddof=1)), "each": x}
              for name in rows[0] for x in [[row[name] for row in rows]]}  # fmt: skip
    leads = {f"{one} over {other}": asdict(metrics.compare(*(np.array(values[x]["each"]) for x in (one, other))))
             for one, other in (("users", "truth"), ("clusters", "truth"), ("clusters", "users"))}  # fmt: skip
    values["leads"] = leads
    print(values)
    print(results.save(NAME, claim=CLAIM, values=values, seeds=list(SEEDS), command=COMMAND,
                       seconds=spent(NAME)))  # fmt: skip


if __name__ == "__main__":
    main()
