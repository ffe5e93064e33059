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
    branch=True,
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


SPREAD = "x.std(axis=0)"
COLUMNS = "(x - x.mean(axis=0)) / spread"
BETA = "np.linalg.solve(z.T @ z / N + reg * np.eye(G), z.T @ (y - y.mean()) / N)"
WEIGHTS = "return beta / spread"

# fmt: off
ex.slip("the columns keep their units in yours: the ridge then shrinks whoever speaks in small "
        "numbers",
        SPREAD, "np.ones(G)")
ex.slip("your weights are for scaled columns: divide them by the spreads before they meet x itself",
        WEIGHTS, "return beta", hint=True)
ex.slip("the columns are not centered in yours: their means take part in the weights",
        COLUMNS, "x / spread")
ex.slip("without / N the same reg means less and less the more rows there are",
        "z.T @ z / N", "z.T @ z", "(y - y.mean()) / N", "(y - y.mean())", hint=True)
ex.slip("you left out reg: two generators that say nearly the same then get huge weights of "
        "opposite signs",
        BETA, "np.linalg.pinv(z) @ (y - y.mean())")
ex.slip("you correlate each generator with y for itself: two that say the same then count twice",
        BETA, "z.T @ (y - y.mean()) / N / (1 + reg)")
ex.slip("a column without spread gives NaN in yours, and with it every weight",
        "spread[spread == 0] = np.inf\n", "")
ex.slip("neither columns nor y are centered in yours: means take part in the weights",
        COLUMNS, "x / spread", "(y - y.mean())", "y")
ex.slip("your spreads have N - 1 in the denominator: ddof=0 here, as numpy's std",
        SPREAD, "x.std(axis=0, ddof=1)")
ex.slip("you multiply by the spreads at the end: divide", WEIGHTS, "return beta * x.std(axis=0)")
ex.slip("you brought the weights to the sum 1: nobody asked, and with negative ones it turns the "
        "order",
        WEIGHTS, "w = beta / spread\nreturn w / w.sum()")
ex.slip("the columns are not centered in yours: their means take part in the weights",
        "= np.inf", "= 1.0", COLUMNS, "x / spread")
ex.slip("neither columns nor y are centered in yours: means take part in the weights",
        "= np.inf", "= 1.0", COLUMNS, "x / spread", "(y - y.mean())", "y")
ex.slip("Zᵀy is divided by N, too: both sides are means over rows", "(y - y.mean()) / N", "(y - y.mean())")
ex.slip("reg is squared in yours", "reg * np.eye(G)", "reg**2 * np.eye(G)")
ex.slip("your columns are scaled by their range: by their spread, numpy's std", SPREAD, "np.ptp(x, axis=0)")
ex.slip("y is scaled, too: it is only centered", "(y - y.mean())", "((y - y.mean()) / y.std())")
