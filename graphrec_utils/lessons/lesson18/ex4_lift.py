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


ex = Exercise(
    "18.4",
    "lift",
    points=5,
    hints=(
        "Two things are uncertain, the mean of the policy and the mean of the control. What if only the first were, "
        "and the control had five users?",
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


ex.claim("two halves of equal size", lambda rng: _inputs(rng))
ex.claim("a small control", lambda rng: _inputs(rng, U=400, V=30))
ex.claim("most users save nothing", lambda rng: _inputs(rng, U=300, few=True))
ex.claim("a policy that is much worse", lambda rng: _inputs(rng, better=0.4))
ex.claim("eight users", lambda rng: _inputs(rng, U=8))


def _of(r, error):
    return float(r - 1), float(r - 1 - 2 * error), float(r - 1 + 2 * error)


@ex.mistake(
    "yours is a difference: a lift says by which share of the control, so divide by its mean"
)
def difference(policy, control):
    gap = policy.mean() - control.mean()
    error = np.sqrt(policy.var(ddof=1) / len(policy) + control.var(ddof=1) / len(control))
    return float(gap), float(gap - 2 * error), float(gap + 2 * error)


@ex.mistake("you take the mean of the control for certain: it was measured on users, too")
def control_is_certain(policy, control):
    b = control.mean()
    return _of(policy.mean() / b, np.sqrt(policy.var(ddof=1) / len(policy)) / b)


@ex.mistake(
    "your interval has the deviation of users, not of their mean: divide the variances by the numbers of users"
)
def deviation_of_users(policy, control):
    a, b = policy.mean(), control.mean()
    r = a / b
    return _of(r, np.sqrt(policy.var(ddof=1) + r**2 * control.var(ddof=1)) / b)


@ex.mistake(
    "the control's part of the variance is not multiplied by r²: its error moves the ratio r times as far"
)
def without_r(policy, control):
    a, b = policy.mean(), control.mean()
    error = np.sqrt(policy.var(ddof=1) / len(policy) + control.var(ddof=1) / len(control)) / b
    return _of(a / b, error)


@ex.mistake("you divide by the mean of the policy: the lift is a share of what the control has")
def by_the_policy(policy, control):
    a, b = policy.mean(), control.mean()
    error = (
        np.sqrt(
            policy.var(ddof=1) / len(policy) + (a / b) ** 2 * control.var(ddof=1) / len(control)
        )
        / a
    )
    g = 1 - b / a
    return float(g), float(g - 2 * error), float(g + 2 * error)


@ex.mistake("one standard error on each side: that interval misses the truth every third time")
def one_error(policy, control):
    g, low, high = lift(policy, control)
    return g, g - (g - low) / 2, g + (high - g) / 2


@ex.mistake("your ratio has not been reduced by 1: no difference is a lift of 0")
def not_minus_one(policy, control):
    return tuple(x + 1 for x in lift(policy, control))


def _with(policy, control, ddof=1, k=2.0, power=2, root=True, over=True):
    a, b = policy.mean(), control.mean()
    r = a / b
    v = policy.var(ddof=ddof) / len(policy) + r**power * control.var(ddof=ddof) / len(control)
    error = k / 2 * (np.sqrt(v) if root else v) / ((b if root else b**2) if over else 1)
    return _of(r, error)


@ex.mistake("your variances have n in the denominator: ddof=1 here")
def ddof_0(policy, control):
    return _with(policy, control, ddof=0)


@ex.mistake("1.96 standard errors: two are asked for")
def not_quite_two(policy, control):
    return _with(policy, control, k=1.96)


@ex.mistake("r stands in the variance instead of r²")
def r_once(policy, control):
    return _with(policy, control, power=1)


@ex.mistake("you took twice the variance: a standard error is its root")
def variance_for_error(policy, control):
    return _with(policy, control, root=False)


@ex.mistake("policy and control are exchanged")
def exchanged(policy, control):
    return lift(control, policy)


@ex.mistake("the error of the ratio is missing its 1 / b: the variance is divided by b²")
def not_over_b(policy, control):
    return _with(policy, control, over=False)


@ex.mistake("yours are percents: 0.1 is ten percent more")
def percents(policy, control):
    return tuple(100 * x for x in lift(policy, control))


@ex.mistake("you take the mean of the policy for certain: it was measured on users, too")
def policy_is_certain(policy, control):
    b = control.mean()
    r = policy.mean() / b
    return _of(r, r * np.sqrt(control.var(ddof=1) / len(control)) / b)


@ex.mistake("1 / b² stands outside of your root: inside it is b², outside b")
def over_b_twice(policy, control):
    g, low, high = lift(policy, control)
    return _of(g + 1, (high - low) / 4 / control.mean())


@ex.mistake(
    "you divide both variances by the number of the policy's users: the control has its own"
)
def one_number_of_users(policy, control):
    b = control.mean()
    r = policy.mean() / b
    return _of(r, np.sqrt((policy.var(ddof=1) + r**2 * control.var(ddof=1)) / len(policy)) / b)


@ex.mistake("your ratio is of sums: with fewer users in the control it is too large; take means")
def ratio_of_sums(policy, control):
    b, r = control.mean(), policy.sum() / control.sum()
    v = policy.var(ddof=1) / len(policy) + r**2 * control.var(ddof=1) / len(control)
    return _of(r, np.sqrt(v) / b)


@ex.mistake("you return the upper end before the lower one")
def ends_exchanged(policy, control):
    g, low, high = lift(policy, control)
    return g, high, low


@ex.mistake("you return half the width of the interval: its two ends are asked for")
def half_the_width(policy, control):
    g, low, high = lift(policy, control)
    return g, (high - low) / 2, (high - low) / 2


@ex.mistake("your lift stands in the middle: lift, low, high")
def lift_in_the_middle(policy, control):
    g, low, high = lift(policy, control)
    return low, g, high


@ex.mistake("you add standard errors: of independent means the variances add up")
def errors_are_added(policy, control):
    a, b = policy.mean(), control.mean()
    first, second = (x.std(ddof=1) / np.sqrt(len(x)) for x in (policy, control))
    return _of(a / b, (first + a / b * second) / b)


@ex.mistake("the lift stands in your variance instead of the ratio: r is a / b, not a / b − 1")
def lift_for_ratio(policy, control):
    a, b = policy.mean(), control.mean()
    v = policy.var(ddof=1) / len(policy) + (a / b - 1) ** 2 * control.var(ddof=1) / len(control)
    return _of(a / b, np.sqrt(v) / b)


@ex.mistake(
    "your lift is divided by the policy's mean, your interval by the control's: both are shares of the control"
)
def lift_of_the_policy(policy, control):
    _, low, high = lift(policy, control)
    return _of(2 - control.mean() / policy.mean(), (high - low) / 4)
