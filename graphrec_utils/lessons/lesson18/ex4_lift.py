"""Exercise 18.4: how much better, and how sure? The lift of an experiment and its interval."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, U=200, V=None, better=1.3, few=False) -> dict:
    V = U if V is None else V
    taste = rng.gamma(2, 2, U), rng.gamma(2, 2, V)
    policy, control = rng.poisson(better * taste[0]), rng.poisson(taste[1])
    if few:
        policy, control = (x * (rng.random(len(x)) < 0.1) for x in (policy, control))
        policy[0] = control[0] = 3
    return {"policy": policy.astype(float), "control": control.astype(float)}


def _by_hand(rng) -> dict:
    """Means 6 and 4, variances 3.5 and 2/3: 0.5, from -0.018 to 1.018."""
    return {"policy": np.array([4.0, 6, 5, 9, 6]), "control": np.array([3.0, 5, 4, 4])}


ex = Exercise(
    "18.4",
    "lift",
    points=5,
    hints=(
        "Two things are uncertain, the mean of the policy and the mean of the control. By what is the variance of "
        "each divided, and how far does the ratio move with each?",
        "With r = a / b for the means a and b: r − 1, and its variance is (var_policy / n + r² var_control / m) / b², "
        "variances with ddof=1.",
        "`r = a / b`; `error = np.sqrt(policy.var(ddof=1) / n + r**2 * control.var(ddof=1) / m) / b`; return "
        "`(r - 1, r - 1 - 2 * error, r - 1 + 2 * error)` as floats.",
    ),
    library="graphrec_utils.pinworld.ratio",
)


@ex.solution
def lift(policy, control):
    a, b = policy.mean(), control.mean()
    r = a / b
    error = (
        np.sqrt(policy.var(ddof=1) / len(policy) + r**2 * control.var(ddof=1) / len(control)) / b
    )
    return float(r - 1), float(r - 1 - 2 * error), float(r - 1 + 2 * error)


ex.claim("five users and four, by hand", _by_hand)
ex.claim("two halves of equal size", lambda rng: _inputs(rng))
ex.claim("a small control", lambda rng: _inputs(rng, U=400, V=30))
ex.claim("most users save nothing", lambda rng: _inputs(rng, U=300, few=True))
ex.claim("a policy that is much worse", lambda rng: _inputs(rng, better=0.4))
ex.claim("eight users", lambda rng: _inputs(rng, U=8))


VARIANCE = "policy.var(ddof=1) / len(policy) + r**2 * control.var(ddof=1) / len(control)"
ERROR = f"(\n    np.sqrt({VARIANCE}) / b\n)"
RATIO = "r = a / b"
ANSWER = "return float(r - 1), float(r - 1 - 2 * error), float(r - 1 + 2 * error)"

# fmt: off
ex.slip("yours is a difference: a lift says by which share of the control, so divide by its mean",
        ERROR, "np.sqrt(policy.var(ddof=1) / len(policy) + control.var(ddof=1) / len(control))",
        ANSWER, "gap = a - b\nreturn float(gap), float(gap - 2 * error), float(gap + 2 * error)")
ex.slip("you take the mean of the control for certain: it was measured on users, too",
        ERROR, "np.sqrt(policy.var(ddof=1) / len(policy)) / b", hint=True)
ex.slip("your interval has the deviation of users, not of their mean: divide the variances by the "
        "numbers of users",
        ERROR, "np.sqrt(policy.var(ddof=1) + r**2 * control.var(ddof=1)) / b", hint=True)
ex.slip("the control's part of the variance is not multiplied by r²: its error moves the ratio r "
        "times as far",
        "r**2 * ", "")
ex.slip("you divide by the mean of the policy: the lift is a share of what the control has",
        "len(control)) / b", "len(control)) / a",
        ANSWER, "g = 1 - b / a\nreturn float(g), float(g - 2 * error), float(g + 2 * error)")
ex.slip("one standard error on each side: that interval misses the truth every third time",
        "- 2 * error", "- error", "+ 2 * error", "+ error")
ex.slip("your ratio has not been reduced by 1: no difference is a lift of 0",
        ANSWER, "return float(r), float(r - 2 * error), float(r + 2 * error)")
ex.slip("your variances have n in the denominator: ddof=1 here",
        "policy.var(ddof=1)", "policy.var()", "control.var(ddof=1)", "control.var()")
ex.slip("1.96 standard errors: two are asked for",
        "- 2 * error", "- 1.96 * error", "+ 2 * error", "+ 1.96 * error")
ex.slip("r stands in the variance instead of r²", "r**2", "r")
ex.slip("you took twice the variance: a standard error is its root", ERROR, f"({VARIANCE}) / b**2")
ex.slip("policy and control are exchanged", "a, b =", "policy, control = control, policy\na, b =")
ex.slip("the error of the ratio is missing its 1 / b: the variance is divided by b²",
        ERROR, f"np.sqrt({VARIANCE})")
ex.slip("yours are percents: 0.1 is ten percent more",
        ANSWER, "return tuple(float(100 * x) for x in (r - 1, r - 1 - 2 * error, r - 1 + 2 * error))")
ex.slip("you take the mean of the policy for certain: it was measured on users, too",
        ERROR, "r * np.sqrt(control.var(ddof=1) / len(control)) / b")
ex.slip("1 / b² stands outside of your root: inside it is b², outside b",
        "len(control)) / b", "len(control)) / b**2")
ex.slip("you divide both variances by the number of the policy's users: the control has its own",
        "len(control)", "len(policy)")
ex.slip("your ratio is of sums: with fewer users in the control it is too large; take means",
        RATIO, "r = policy.sum() / control.sum()")
ex.slip("you return the upper end before the lower one",
        "- 2 * error", "+ 2 * error", "+ 2 * error", "- 2 * error")
ex.slip("you return half the width of the interval: its two ends are asked for",
        ANSWER, "return float(r - 1), float(2 * error), float(2 * error)")
ex.slip("your lift stands in the middle: lift, low, high",
        "float(r - 1), float(r - 1 - 2 * error)", "float(r - 1 - 2 * error), float(r - 1)")
ex.slip("you add standard errors: of independent means the variances add up",
        ERROR, "(\n"
        "    policy.std(ddof=1) / np.sqrt(len(policy))\n"
        "    + r * control.std(ddof=1) / np.sqrt(len(control))\n"
        ") / b")
ex.slip("the lift stands in your variance instead of the ratio: r is a / b, not a / b − 1",
        "r**2", "(r - 1) ** 2")
ex.slip("your lift is divided by the policy's mean, your interval by the control's: both are "
        "shares of the control",
        ANSWER, "r = 2 - b / a\n" + ANSWER)
ex.slip("your interval is that of the difference of the means: the lift is a share of the control, so it has 1 / b and r²",
        ERROR, "np.sqrt(policy.var(ddof=1) / len(policy) + control.var(ddof=1) / len(control))")
ex.slip("your ratio is of sums: with fewer users in the control it is too large; take means",
        ANSWER, "gap = policy.sum() / control.sum() - 1\n"
        "return float(gap), float(gap - 2 * error), float(gap + 2 * error)")
ex.slip("you take one variance of all users together: each half has its own",
        "return", "v = np.concatenate([policy, control]).var(ddof=1)\n"
        "error = np.sqrt(v / len(policy) + r**2 * v / len(control)) / b\nreturn")
ex.slip("you pair users of the two halves: they are different people, and their variances add up",
        "return", "n = min(len(policy), len(control))\n"
        "error = (policy[:n] - control[:n]).std(ddof=1) / np.sqrt(n) / b\nreturn")
ex.slip("your interval is that of the logarithm of r: here it is r − 1 with two errors on each side",
        ANSWER, "far = 2 * error / r\nreturn float(r - 1), float(r * np.exp(-far) - 1), float(r * np.exp(far) - 1)")
