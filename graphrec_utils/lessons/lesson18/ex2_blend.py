"""Exercise 18.2: weights of generators, learned from what became of their candidates."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, N=40, G=3, reg=0.1, dead=False, centered=False) -> dict:
    x = rng.normal(size=(N, G)) * rng.uniform(0.1, 10, G) + rng.normal(size=G) * 3
    if dead:
        x[:, 0] = 2.0
    y = (rng.random(N) < 1 / (1 + np.exp(-x[:, -1] / x[:, -1].std()))).astype(float)
    y[:2] = 0, 1
    if centered:
        x, y = (x - x.mean(axis=0)) / x.std(axis=0), y - y.mean()
    return {"x": x, "y": y, "reg": reg}


ex = Exercise(
    "18.2",
    "blend",
    points=5,
    hints=(
        "One generator's scores are counts of walks up to 300, another's are cosines. Which weight does a ridge "
        "shrink more, if you leave the columns as they are?",
        "Center and scale the columns, center y, solve (ZᵀZ / N + reg I) β = Zᵀ y / N, and divide β by the scales: "
        "then the weights are for x as it is.",
        "`s = x.std(axis=0)`, `s[s == 0] = np.inf`, `Z = (x - x.mean(axis=0)) / s`; "
        "`beta = np.linalg.solve(Z.T @ Z / N + reg * np.eye(G), Z.T @ (y - y.mean()) / N)`; return `beta / s`.",
    ),
    library="graphrec_utils.models.fusion.learned_weights",
)


@ex.solution
def blend(x, y, reg):
    N, G = x.shape
    spread = x.std(axis=0)
    spread[spread == 0] = np.inf
    z = (x - x.mean(axis=0)) / spread
    beta = np.linalg.solve(z.T @ z / N + reg * np.eye(G), z.T @ (y - y.mean()) / N)
    return beta / spread


ex.claim("columns of mean 0 and spread 1", lambda rng: _inputs(rng, centered=True))
ex.claim("columns in different units", lambda rng: _inputs(rng))
ex.claim("one generator", lambda rng: _inputs(rng, G=1))
ex.claim(
    "a generator that says the same of all has the weight 0", lambda rng: _inputs(rng, dead=True)
)
ex.claim("another reg, twice as many rows", lambda rng: _inputs(rng, N=80, reg=2.0))


def _solved(z, r, reg, N):
    return np.linalg.solve(z.T @ z / N + reg * np.eye(z.shape[1]), z.T @ r / N)


def _scaled(x):
    spread = x.std(axis=0)
    spread[spread == 0] = np.inf
    return (x - x.mean(axis=0)) / spread, spread


@ex.mistake(
    "the columns keep their units in yours: the ridge then shrinks whoever speaks in small numbers"
)
def not_scaled(x, y, reg):
    return _solved(x - x.mean(axis=0), y - y.mean(), reg, len(x))


@ex.mistake(
    "your weights are for scaled columns: divide them by the spreads before they meet x itself"
)
def not_scaled_back(x, y, reg):
    z, _ = _scaled(x)
    return _solved(z, y - y.mean(), reg, len(x))


@ex.mistake("the columns are not centered in yours: their means take part in the weights")
def not_centered(x, y, reg):
    spread = x.std(axis=0)
    spread[spread == 0] = np.inf
    return _solved(x / spread, y - y.mean(), reg, len(x)) / spread


@ex.mistake("without / N the same reg means less and less the more rows there are")
def not_per_row(x, y, reg):
    z, spread = _scaled(x)
    return np.linalg.solve(z.T @ z + reg * np.eye(z.shape[1]), z.T @ (y - y.mean())) / spread


@ex.mistake(
    "you left out reg: two generators that say nearly the same then get huge weights of opposite signs"
)
def no_ridge(x, y, reg):
    z, spread = _scaled(x)
    return np.linalg.pinv(z) @ (y - y.mean()) / spread


@ex.mistake(
    "you correlate each generator with y for itself: two that say the same then count twice"
)
def each_alone(x, y, reg):
    z, spread = _scaled(x)
    return z.T @ (y - y.mean()) / len(x) / (1 + reg) / spread


@ex.mistake("a column without spread gives NaN in yours, and with it every weight")
def divides_by_zero(x, y, reg):
    with np.errstate(all="ignore"):
        z, spread = (x - x.mean(axis=0)) / x.std(axis=0), x.std(axis=0)
        if not np.isfinite(z).all():
            return np.full(x.shape[1], np.nan)
        return _solved(z, y - y.mean(), reg, len(x)) / spread


@ex.mistake("neither columns nor y are centered in yours: means take part in the weights")
def nothing_is_centered(x, y, reg):
    spread = x.std(axis=0)
    spread[spread == 0] = np.inf
    return _solved(x / spread, y, reg, len(x)) / spread


@ex.mistake("your spreads have N - 1 in the denominator: ddof=0 here, as numpy's std")
def ddof_1(x, y, reg):
    spread = x.std(axis=0, ddof=1)
    spread[spread == 0] = np.inf
    return _solved((x - x.mean(axis=0)) / spread, y - y.mean(), reg, len(x)) / spread


@ex.mistake("you multiply by the spreads at the end: divide")
def multiplied_by_the_spreads(x, y, reg):
    z, _ = _scaled(x)
    return _solved(z, y - y.mean(), reg, len(x)) * x.std(axis=0)


@ex.mistake(
    "you brought the weights to the sum 1: nobody asked, and with negative ones it turns the order"
)
def weights_that_sum_to_1(x, y, reg):
    w = blend(x, y, reg)
    return w / w.sum()
