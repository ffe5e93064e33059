"""Exercise 17.5: two numbers that make probabilities of scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


def _newton(logits, labels, slope=True, shift=True, steps=60) -> tuple[float, float]:
    """Return (a, b); without slope a = 1, without shift b = 0."""
    free = np.array([slope, shift])
    X = np.stack([logits, np.ones(len(logits))], axis=1)
    w = np.array([1.0, 0.0])
    for _ in range(steps):
        p = _sigmoid(X @ w)
        H = (X * (p * (1 - p))[:, None]).T @ X
        g = X.T @ (p - labels)
        step = np.zeros(2)
        step[free] = np.linalg.solve(H[np.ix_(free, free)] + 1e-9 * np.eye(free.sum()), g[free])
        w = w - step * min(1.0, 2.0 / (np.abs(step).max() + 1e-12))
    return float(w[0]), float(w[1])


def _rows(rng, a: float, b: float, count: int = 800) -> dict:
    """Labels of which σ(a·z + b) is the truth."""
    z = rng.normal(size=count) * 1.5 + rng.normal() * 0.3
    a, b = a * float(rng.uniform(0.8, 1.25)), b + float(rng.uniform(-0.2, 0.2))
    return {"logits": z, "labels": (rng.random(count) < _sigmoid(a * z + b)).astype(float)}


def _nearly(got, expected, inputs) -> str | None:
    """Two decimals: who stops a little early is right as well."""
    gap = [abs(g - e) for g, e in zip(got, expected, strict=True)]
    if not np.isfinite(list(map(float, got))).all():
        return f"yours is a = {got[0]:.3f}, b = {got[1]:.3f}"
    return None if max(gap) < 0.02 else f"yours is a = {got[0]:.3f}, b = {got[1]:.3f}"


ex = Exercise(
    "17.5",
    "platt",
    points=5,
    library="graphrec_utils.models.calibration.platt",
    hints=(
        "It is a logistic regression with one feature. What is the gradient of the mean log loss by a, and "
        "by b?",
        "With p = σ(a·z + b): by a it is the mean of (p − y)·z, by b the mean of p − y. Walk against it "
        "until nothing moves, or let Newton's method do it in ten steps.",
        "`X = np.stack([z, np.ones_like(z)], 1)`; repeat: `p = 1/(1+np.exp(-X @ w))`, "
        "`w -= np.linalg.solve((X * (p*(1-p))[:, None]).T @ X, X.T @ (p - y))`.",
    ),
)


@ex.solution
def platt(logits, labels):
    return _newton(logits, labels)


ex.claim("a model that is twice too sure", lambda rng: _rows(rng, 0.5, 0.0), judge=_nearly)
ex.claim("a model trained on one zero in ten", lambda rng: _rows(rng, 1.0, -2.3), judge=_nearly)
ex.claim("a model that is too shy", lambda rng: _rows(rng, 2.0, 0.5), judge=_nearly)
ex.claim("a model whose order is turned gets a slope below 0", lambda rng: _rows(rng, -1.0, 0.4),
         judge=_nearly)  # fmt: skip
ex.claim("few rows", lambda rng: _rows(rng, 0.7, -0.6, 120), judge=_nearly)


def _wrong(**options) -> Callable:
    return lambda logits, labels: _newton(logits, labels, **options)


@ex.mistake("yours shifts and does not stretch: a model that is too sure stays too sure")
def no_slope(logits, labels):
    return _wrong(slope=False)(logits, labels)


@ex.mistake(
    "yours stretches and does not shift: whoever was trained on other shares of ones stays off"
)
def no_shift(logits, labels):
    return _wrong(shift=False)(logits, labels)


@ex.mistake("yours is the start: nothing has been fitted")
def identity(logits, labels):
    return 1.0, 0.0


@ex.mistake(
    "you fitted a straight line to the labels (least squares); it has to pass through σ: minimize the log "
    "loss"
)
def least_squares(logits, labels):
    a, b = np.polyfit(logits, labels, 1)
    return float(a), float(b)


@ex.mistake("after one step of Newton's method you stop; go on until nothing moves")
def one_step(logits, labels):
    return _wrong(steps=1)(logits, labels)


@ex.mistake("the labels are turned in yours: you fitted the probability of a zero")
def turned(logits, labels):
    return _newton(logits, 1 - labels)


@ex.mistake("you return b first: the answer is (a, b), the slope first")
def swapped(logits, labels):
    a, b = _newton(logits, labels)
    return b, a


@ex.mistake(
    "you put probabilities into the fit: z is a logit, from −∞ to ∞; σ of it once more squeezes it into "
    "0 to 1"
)
def of_probabilities(logits, labels):
    return _newton(_sigmoid(logits), labels)
