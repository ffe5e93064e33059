r"""Gradient boosting on histograms, readable: one tree after the other, each on what is left.

The model is a sum of trees, $z(x) = b + \eta \sum_t f_t(x)$, for the log loss of labels 0 and 1. With
$g = \sigma(z) - y$ and $h = \sigma(z)(1 - \sigma(z))$ of each row, the best value of a leaf is
$-G / (H + \lambda)$, where G and H are sums over its rows, and a split is worth

$$ \tfrac12 \Big( \frac{G_L^2}{H_L + \lambda} + \frac{G_R^2}{H_R + \lambda}
                - \frac{G^2}{H + \lambda} \Big) . $$

Features are cut into bins of equal size once; then a split needs sums over bins, not a sorted column.

    model = Booster(trees=100).fit(x, y)
    model.logits(x_new)                     # (B,)

Friedman 2001, https://doi.org/10.1214/aos/1013203451; Chen and Guestrin 2016,
https://arxiv.org/abs/1603.02754, equations 5 to 7. What is left out here, and in scikit-learn, XGBoost
and LightGBM is not: missing values, categories, leaf-wise growth, rows and columns at random.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils import arguments
from graphrec_utils.models.calibration import sigmoid


class Booster:
    """Trees of equal depth for one target.

    Args:
        trees: how many.
        rate: the step η of each.
        depth: a tree has at most 2^depth leaves.
        reg: λ of the leaves.
        bins: of each feature, at most 255.
        least: the smallest H of a leaf: about four times as many rows.

    Raises:
        TypeError, ValueError: a size is not possible.
    """

    def __init__(
        self,
        trees: int = 100,
        rate: float = 0.1,
        depth: int = 5,
        reg: float = 1.0,
        bins: int = 64,
        least: float = 5.0,
    ):
        self.trees, self.depth = (
            arguments.integer("trees", trees),
            arguments.integer("depth", depth),
        )
        self.bins = arguments.integer("bins", bins, least=2)
        if self.bins > 255:
            raise ValueError(f"bins must be at most 255; got {bins}")
        arguments.positive(rate=rate, reg=reg, least=least)
        self.rate, self.reg, self.least = rate, reg, least

    def fit(self, x: np.ndarray, y: np.ndarray, weight: np.ndarray | None = None) -> Booster:
        """Grow the trees and return the model.

        Args:
            x: (B, F) finite numbers.
            y: (B,) labels; anything between 0 and 1.
            weight: (B,) not negative, how much each row counts; None: all alike.

        Raises:
            ValueError: shapes that do not fit, NaN or infinity, or labels outside 0 to 1.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        weight = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
        if x.ndim != 2 or y.shape != (len(x),) or weight.shape != y.shape or not len(y):
            raise ValueError(f"x must be (B, F), y and weight (B,); got {x.shape}, {y.shape}")
        if not (np.isfinite(x).all() and np.isfinite(weight).all() and weight.min() >= 0):
            raise ValueError("x and weight must be finite, weights not negative; fill or drop rows")
        if not (y.min() >= 0 and y.max() <= 1):
            raise ValueError("labels must lie between 0 and 1")
        places = np.arange(1, self.bins) / self.bins
        self.edges = [np.unique(np.quantile(column, places)) for column in x.T]
        self.shown = self._binned(x)
        mean = np.clip(np.average(y, weights=weight), 1e-6, 1 - 1e-6)
        self.start, self.grown = float(np.log(mean / (1 - mean))), []
        z = np.full(len(y), self.start)
        for _ in range(self.trees):
            p = sigmoid(z)
            leaf, tree = self._grow(weight * (p - y), weight * p * (1 - p))
            self.grown.append(tree)
            z += self.rate * tree[2][leaf]
        del self.shown
        return self

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return (B,) log odds for (B, F) features."""
        shown = self._binned(np.asarray(x, dtype=np.float64))
        z, rows = np.full(len(x), self.start), np.arange(len(x))
        for features, cuts, values in self.grown:
            node = np.zeros(len(x), dtype=np.int64)
            for level in range(self.depth):
                at = 2**level - 1 + node
                node = 2 * node + (shown[features[at], rows] > cuts[at])
            z += self.rate * values[node]
        return z

    def _binned(self, x: np.ndarray) -> np.ndarray:
        """Return (F, B) bins: the number of edges below each value."""
        columns = [np.searchsorted(e, c, side="left") for e, c in zip(self.edges, x.T, strict=True)]
        return np.array(columns, dtype=np.uint8).reshape(len(self.edges), len(x))

    def _grow(self, g: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, tuple]:
        """Return the leaf of each row, and the tree: features and cuts of its nodes, leaf values."""
        features = np.zeros(2**self.depth - 1, dtype=np.int64)
        cuts = np.full(len(features), 255)  # nothing is above: a node that is not split
        node = np.zeros(len(g), dtype=np.int64)
        rows = np.arange(len(g))
        for level in range(self.depth):
            count = 2**level
            gain, feature, cut = self._best(node, count, g, h)
            at = count - 1 + np.flatnonzero(gain > 0)
            features[at], cuts[at] = feature[gain > 0], cut[gain > 0]
            here = count - 1 + node
            node = 2 * node + (self.shown[features[here], rows] > cuts[here])
        G, H = (np.bincount(node, weights=x, minlength=2**self.depth) for x in (g, h))
        return node, (features, cuts, -G / (H + self.reg))

    def _best(self, node: np.ndarray, count: int, g: np.ndarray, h: np.ndarray) -> tuple:
        """Return gain, feature and cut of the best split of each of `count` nodes."""
        best = [np.zeros(count), np.zeros(count, dtype=np.int64), np.full(count, 255)]
        for feature, column in enumerate(self.shown):
            key = node * self.bins + column
            size = count * self.bins
            left = [
                np.bincount(key, weights=x, minlength=size).reshape(count, self.bins).cumsum(axis=1)
                for x in (g, h)
            ]
            gain = split_gain(*left, self.reg, self.least)
            cut = gain.argmax(axis=1)
            value = gain[np.arange(count), cut]
            better = value > best[0] + 1e-12
            for kept, new in zip(best, (value, feature, cut), strict=True):
                kept[better] = new[better] if isinstance(new, np.ndarray) else new
        return tuple(best)


def split_gain(G: np.ndarray, H: np.ndarray, reg: float, least: float = 0.0) -> np.ndarray:
    """Return (nodes, bins) what it is worth to send the bins up to each one to the left.

    Args:
        G, H: (nodes, bins) sums of g and h over the bins up to each one; the last has all.
        reg: λ.
        least: the smallest H of either side; below it the split is worth 0.

    Chen and Guestrin 2016, equation 7, without the price of a leaf. Built in lesson 17, exercise 17.3.
    """
    all_g, all_h = G[:, -1:], H[:, -1:]

    def worth(g, h):
        return g**2 / (h + reg)

    gain = 0.5 * (worth(G, H) + worth(all_g - G, all_h - H) - worth(all_g, all_h))
    return np.where((least <= H) & (all_h - H >= least), gain, 0.0)
