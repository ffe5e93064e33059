r"""From scores to probabilities: two curves that are fitted on rows the model was not trained on.

Both keep the order (Platt's a is positive for any model that is better than its opposite), so they
cannot repair a bad ranking, and AUC stays what it was.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import isotonic_regression

from graphrec_utils.metrics.probabilities import auc


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=np.float64)))


def platt(logits: np.ndarray, labels: np.ndarray, steps: int = 30) -> tuple[float, float]:
    r"""Return (a, b) for which $\sigma(a z + b)$ fits the labels best, by Newton's method.

    Args:
        logits: (B,) what a model says, before any sigmoid.
        labels: (B,) zeros and ones, both of them.
        steps: of Newton at most; it ends when nothing moves.

    Raises:
        ValueError: one class only, or something that is not finite.

    Platt 1999, without his smoothed targets; written as Newton's steps by Lin, Lin, Weng 2007,
    https://doi.org/10.1007/s10994-007-5018-6. Built in lesson 17, exercise 17.5.
    """
    if np.isnan(auc(labels, logits)):  # and its complaints
        raise ValueError("platt needs zeros and ones among the labels")
    z, y = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    X = np.stack([z, np.ones(len(z))], axis=1)  # (B, 2)
    w = np.array([1.0, 0.0])
    # separable classes have no best slope: a little pull to 0 keeps it finite
    for _ in range(steps):
        p = sigmoid(X @ w)
        gradient = X.T @ (p - y) + 1e-6 * w
        step = np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X + 1e-6 * np.eye(2), gradient)
        size = 1.0
        while size > 1e-6 and _loss(X, y, w - size * step) > _loss(X, y, w):
            size /= 2
        w = w - size * step
        if np.abs(size * step).max() < 1e-10:
            break
    return float(w[0]), float(w[1])


def isotonic(scores: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the rising curve that fits the labels best, as a function of scores.

    Between two scores it goes straight, outside it stays flat. It has no shape of its own, so it
    needs thousands of rows where `platt` needs hundreds.

    Raises:
        ValueError: one class only, or something that is not finite.

    Zadrozny and Elkan 2002, https://doi.org/10.1145/775047.775151.
    """
    if np.isnan(auc(labels, scores)):
        raise ValueError("isotonic needs zeros and ones among the labels")
    x, place = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    count = np.bincount(place)
    mean = np.bincount(place, weights=np.asarray(labels, dtype=np.float64)) / count
    fitted = isotonic_regression(mean, weights=count.astype(np.float64)).x
    return lambda scores: np.interp(scores, x, fitted)


def _loss(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    z = X @ w
    return float((np.logaddexp(0, z) - y * z).sum() + 0.5e-6 * (w @ w))
