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
        "`X = np.stack([z, np.ones_like(z)], 1)`; `w = np.zeros(2)`; repeat: `p = 1/(1+np.exp(-X @ w))`, "
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


@ex.mistake("your b has the wrong sign: it is added, a·z + b")
def b_subtracted(logits, labels):
    a, b = _newton(logits, labels)
    return a, -b


@ex.mistake("your a has the wrong sign")
def a_turned(logits, labels):
    a, b = _newton(logits, labels)
    return -a, b


@ex.mistake("you return 1/a, a temperature: the slope multiplies")
def a_temperature(logits, labels):
    a, b = _newton(logits, labels)
    return 1 / a, b


@ex.mistake("yours is a·(z + b): the shift is added after the slope, a·z + b")
def shifted_before(logits, labels):
    a, b = _newton(logits, labels)
    return a, b / a


@ex.mistake("you match the mean logit with the share of ones: nothing has been fitted")
def the_means_match(logits, labels):
    m = labels.mean()
    return 1.0, float(np.log(m / (1 - m)) - logits.mean())


@ex.mistake("your b is the logit of the share of ones, whatever the model says")
def the_share_alone(logits, labels):
    m = labels.mean()
    return 1.0, float(np.log(m / (1 - m)))


@ex.mistake("you standardized the logits first: a and b are then of other numbers")
def standardized(logits, labels):
    return _newton((logits - logits.mean()) / logits.std(), labels)


@ex.mistake("your slope is never below 0: a model whose order is turned needs that")
def never_turned(logits, labels):
    a, b = _newton(logits, labels)
    return abs(a), b


@ex.mistake("your gradient descent stopped early: go on until nothing moves")
def twenty_small_steps(logits, labels):
    a, b = 1.0, 0.0
    for _ in range(20):
        p = _sigmoid(a * logits + b)
        a, b = a - 0.1 * ((p - labels) * logits).mean(), b - 0.1 * (p - labels).mean()
    return float(a), float(b)


@ex.mistake("you walk up the loss: against the gradient")
def upwards(logits, labels):
    a, b = 1.0, 0.0
    for _ in range(50):
        p = _sigmoid(a * logits + b)
        a, b = a + 0.01 * ((p - labels) * logits).mean(), b + 0.01 * (p - labels).mean()
    return float(a), float(b)
