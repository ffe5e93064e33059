r"""One list out of several generators': by ranks alone, or by weights that were learned.

Scores of different models cannot be added: one counts walks, another multiplies vectors. Ranks can.
Reciprocal rank fusion gives item i

$$ \mathrm{RRF}(i) = \sum_{g:\, i \in L_g} \frac{1}{c + \mathrm{rank}_g(i)} $$

with ranks from 1 and c = 60: Cormack, Clarke, Buettcher 2009, https://doi.org/10.1145/1571941.1572114.
A learned blend gives every generator a weight, by ridge regression on what was clicked or saved.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils import arguments


def reciprocal_ranks(lists: np.ndarray, num_items: int, c: float = 60.0) -> np.ndarray:
    """Return the (B, n) fused scores of G generators' lists; 0 for what no list has.

    Args:
        lists: (G, B, L) items, best first, no item twice in a list; -1 where a list is shorter.
        num_items: n.
        c: how little the first places differ.

    Raises:
        ValueError: not three axes, an item out of range, or a c that is not positive.

    Built in lesson 18, exercise 18.1.
    """
    lists = np.asarray(lists)
    arguments.positive(c=c)
    if lists.ndim != 3 or (lists.size and not -1 <= lists.min() <= lists.max() < num_items):
        raise ValueError(
            f"lists must be (G, B, L) items below {num_items}, or -1; got {lists.shape}"
        )
    scores = np.zeros((lists.shape[1], num_items))
    for mine in lists:
        row, rank = np.nonzero(mine >= 0)
        scores[row, mine[row, rank]] += 1 / (c + rank + 1)
    return scores


def learned_weights(x: np.ndarray, y: np.ndarray, reg: float) -> np.ndarray:
    r"""Return (G,) weights w: $x \mathbf w$ ranks candidates by what ridge regression says of y.

    Columns are centered and divided by their standard deviations $\sigma$ first, so that the penalty
    does not care about their units; with these, $w_g = \beta_g / \sigma_g$ is for the columns as they are.
    The constant is left out: it moves no order.

    Args:
        x: (N, G) what each generator says of each candidate.
        y: (N,) what became of it.
        reg: the ridge per candidate: $(Z^\top Z / N + \mathrm{reg}\, I)\, \beta = Z^\top y / N$.

    Raises:
        ValueError: shapes that do not fit, or a reg that is not positive.

    Built in lesson 18, exercise 18.2.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    arguments.positive(reg=reg)
    if x.ndim != 2 or y.shape != (len(x),) or not len(x):
        raise ValueError(f"x must be (N, G) and y (N,); got {x.shape} and {y.shape}")
    spread = x.std(axis=0)
    spread[spread == 0] = np.inf  # a generator that says the same of all has no weight
    z, r = (x - x.mean(axis=0)) / spread, y - y.mean()
    beta = np.linalg.solve(z.T @ z / len(z) + reg * np.eye(z.shape[1]), z.T @ r / len(z))
    return beta / spread
