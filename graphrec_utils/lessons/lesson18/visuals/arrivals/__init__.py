"""Users arrive in an experiment: the lift and its interval after each of them, and who looks too early."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.pinworld import ratio
from graphrec_utils.plots.visuals.base import Visual

FIRST, STEPS = 20, 40
Lift = Callable[[np.ndarray, np.ndarray], tuple[float, float, float]]


def arrivals(
    arms: Mapping[str, tuple[np.ndarray, np.ndarray]], function: Lift | None = None
) -> Visual:
    """Return a visual of experiments that fill with users: half of them have the policy, half the control.

    `.live().step` is how far the arrival has come, `.live().arm` the experiment.

    Args:
        arms: name -> (policy, control): saves of each user in the order in which they came; 40 to 5,000 each.
        function: yours, (policy, control) -> (lift, low, high); where it fails, the library's is shown.

    Raises:
        ValueError: no arm, too few users, or a control whose first users have no saves.
    """
    if not 1 <= len(arms) <= 4:
        raise ValueError(f"one to four experiments; got {len(arms)}")
    for name, (one, other) in arms.items():
        if not all(2 * FIRST <= len(x) <= 5000 for x in (one, other)):
            raise ValueError(f"{name}: 40 to 5000 users with each; got {len(one)} and {len(other)}")
        if not np.sum(other[: FIRST // 2]) > 0:
            raise ValueError(f"{name}: the first users of the control save nothing")
    by, note = _library, ""
    if function is not None:
        works = all(_works(function, *pair) for pair in arms.values())
        by, note = (
            (function, "The lines are from your function.")
            if works
            else (_library, "The lines are from the library's function: yours is not there yet.")
        )
    shown = {name: history(*pair, by) for name, pair in arms.items()}
    told = "; ".join(
        f"{name}: at the end {last['lift']:+.1%}, from {last['low']:+.1%} to {last['high']:+.1%}, "
        + (f"outside 0 for the first time after {first} users" if first else "never outside 0")
        for name, states in shown.items()
        for last, first in [(states[-1], _first(states))]
    )
    return Visual(
        Path(__file__).with_name("arrivals.js"),
        state={"arms": shown, "names": list(shown), "arm": next(iter(shown)), "step": 0},
        text=f"{len(shown)} experiments filling with users",
        alt=f"Lift and interval against the number of users, which narrows as they arrive. {told}.",
        note=note,
        draw=lambda: draw(shown),
    )


def history(one: np.ndarray, other: np.ndarray, by: Lift) -> list[dict]:
    """Return {users, lift, low, high} after 20 users and at 39 later moments, evenly on a logarithmic scale."""
    most = min(len(one), len(other))
    moments = np.unique(np.geomspace(FIRST // 2, most, STEPS).astype(int))
    found = []
    for n in moments:
        lift, low, high = by(np.array(one[:n], float), np.array(other[:n], float))
        found.append({"users": int(2 * n), "lift": round(float(lift), 4), "low": round(float(low), 4),
                      "high": round(float(high), 4)})  # fmt: skip
    return found


def _library(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    lift, error = ratio(one, other, paired=False)
    return lift, lift - 2 * error, lift + 2 * error


def _works(function: Lift, one: np.ndarray, other: np.ndarray) -> bool:
    try:
        states = history(one, other, function)
        return all(np.isfinite([s[k] for k in ("lift", "low", "high")]).all() for s in states)
    except Exception:
        return False


def _first(states: list[dict]) -> int:
    """Return after how many users the interval was first without 0; 0 for never."""
    return next((s["users"] for s in states if not s["low"] <= 0 <= s["high"]), 0)


def draw(shown: dict[str, list[dict]]) -> tuple[Axes, ...]:
    """Draw all experiments side by side."""
    figure = plt.figure(figsize=(3.2 * len(shown), 2.7))
    axes = np.atleast_1d(figure.subplots(1, len(shown), sharey=True))
    for ax, (name, states) in zip(axes, shown.items(), strict=True):
        users, lift, low, high = (
            np.array([s[k] for s in states]) for k in ("users", "lift", "low", "high")
        )
        ax.fill_between(users, low, high, color=style.USER, alpha=0.25, linewidth=0)
        ax.plot(users, lift, color=style.USER)
        ax.axhline(0, color=style.CONTEXT, linestyle=":")
        ax.set(xscale="log", xlabel="users")
        ax.set_title(name, loc="left", fontsize="small")
        ax.yaxis.set_major_formatter(lambda x, _: f"{x:+.0%}")
        reach = max(0.3, 1.3 * float(np.abs(lift[len(lift) // 3 :]).max()))
        ax.set_ylim(-reach, reach)
    axes[0].set_ylabel("lift")
    return tuple(axes)
