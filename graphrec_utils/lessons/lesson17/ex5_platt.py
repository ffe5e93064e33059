"""Exercise 17.5: two numbers that make probabilities of scores."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _sigmoid(z):
    return 0.5 * (1 + np.tanh(0.5 * z))


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
    branch=True,
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
    X = np.stack([logits, np.ones(len(logits))], axis=1)  # (B, 2)
    w = np.array([1.0, 0.0])
    for _ in range(60):
        p = 1 / (1 + np.exp(-X @ w))
        step = np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X, X.T @ (p - labels))
        w = w - step * min(1.0, 2.0 / np.abs(step).max()) if np.abs(step).max() > 1e-9 else w
    return float(w[0]), float(w[1])


ex.claim("a model that is twice too sure", lambda rng: _rows(rng, 0.5, 0.0), judge=_nearly)
ex.claim("a model trained on one zero in ten", lambda rng: _rows(rng, 1.0, -2.3), judge=_nearly)
ex.claim("a model that is too shy", lambda rng: _rows(rng, 2.0, 0.5), judge=_nearly)
ex.claim("a model whose order is turned gets a slope below 0", lambda rng: _rows(rng, -1.0, 0.4),
         judge=_nearly)  # fmt: skip
ex.claim("few rows", lambda rng: _rows(rng, 0.7, -0.6, 120), judge=_nearly)


NEWTON = "np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X, X.T @ (p - labels))"
UPDATE = "w = w - step * min(1.0, 2.0 / np.abs(step).max()) if np.abs(step).max() > 1e-9 else w"

# fmt: off
ex.slip("yours shifts and does not stretch: a model that is too sure stays too sure",
        NEWTON, "np.array([0, (p - labels).sum() / (p * (1 - p)).sum()])")
ex.slip("yours stretches and does not shift: whoever was trained on other shares of ones stays off",
        NEWTON, "np.array([logits @ (p - labels) / (logits**2 * p * (1 - p)).sum(), 0])")
ex.slip("yours is the start: nothing has been fitted", "range(60)", "range(0)")
ex.slip("you fitted a straight line to the labels (least squares); it has to pass through σ: "
        "minimize the log loss",
        "return", "w = np.polyfit(logits, labels, 1)\nreturn")
ex.slip("after one step of Newton's method you stop; go on until nothing moves",
        "range(60)", "range(1)", hint=True)
ex.slip("the labels are turned in yours: you fitted the probability of a zero",
        "(p - labels)", "(p - (1 - labels))")
ex.slip("you return b first: the answer is (a, b), the slope first",
        "float(w[0]), float(w[1])", "float(w[1]), float(w[0])", hint=True)
ex.slip("you put probabilities into the fit: z is a logit, from −∞ to ∞; σ of it once more "
        "squeezes it into 0 to 1",
        "X =", "logits = 1 / (1 + np.exp(-logits))\nX =")
ex.slip("your b has the wrong sign: it is added, a·z + b", "float(w[1])", "float(-w[1])")
ex.slip("your a has the wrong sign", "float(w[0])", "float(-w[0])")
ex.slip("you return 1/a, a temperature: the slope multiplies", "float(w[0])", "float(1 / w[0])")
ex.slip("yours is a·(z + b): the shift is added after the slope, a·z + b",
        "float(w[1])", "float(w[1] / w[0])")
ex.slip("you match the mean logit with the share of ones: nothing has been fitted",
        "return", "m = labels.mean()\nw = 1.0, np.log(m / (1 - m)) - logits.mean()\nreturn")
ex.slip("your b is the logit of the share of ones, whatever the model says",
        "return", "m = labels.mean()\nw = 1.0, np.log(m / (1 - m))\nreturn")
ex.slip("you standardized the logits first: a and b are then of other numbers",
        "X =", "logits = (logits - logits.mean()) / logits.std()\nX =")
ex.slip("your slope is never below 0: a model whose order is turned needs that",
        "float(w[0])", "float(abs(w[0]))")
ex.slip("your gradient descent stopped early: go on until nothing moves",
        "range(60)", "range(20)", UPDATE, "w = w - 0.1 * X.T @ (p - labels) / len(labels)")
ex.slip("you walk up the loss: against the gradient",
        "range(60)", "range(50)", UPDATE, "w = w + 0.01 * X.T @ (p - labels) / len(labels)")
ex.slip("your slope is cut off at 0: a model whose order is turned needs one below",
        "return", "w = w if w[0] >= 0 else np.array([0.0, np.log(labels.mean() / (1 - labels.mean()))])\nreturn")
ex.slip("your labels are Platt's smoothed ones, (n₁ + 1) / (n₁ + 2) and 1 / (n₀ + 2): here they are taken as they are",
        "X =", "n = labels.sum()\n"
        "labels = np.where(labels > 0, (n + 1) / (n + 2), 1 / (len(labels) - n + 2))\nX =")


@ex.mistake("you fitted σ(a·z + b) to the labels by least squares: minimize the log loss")
def least_squares(logits, labels):
    w = np.array(platt(logits, labels))
    X = np.stack([logits, np.ones(len(logits))], axis=1)
    for _ in range(100):
        p = _sigmoid(X @ w)
        J = X * (p * (1 - p))[:, None]
        w = w - np.linalg.solve(J.T @ J, J.T @ (p - labels))
    return float(w[0]), float(w[1])
