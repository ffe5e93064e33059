"""A list that is sorted by its own clicks: what was on top stays there, unless examination is divided out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual

RULES = ("clicks", "clicks / e")
ROUNDS = 5


def exposure(pins: Mapping[str, float], eta: float = 1.0, rounds: int = ROUNDS) -> Visual:
    r"""Return a visual of rounds: show a list, count clicks, sort by them, show it again.

    The p-th entry is looked at with probability $p^{-\eta}$ and clicked if it is also liked; clicks are
    counted in the mean of many users. Two rules sort: clicks per showing, and clicks per look.
    `.live().step` is the round, `.live().rule` the rule.

    Args:
        pins: name -> probability of being liked, in the order of the first list; 2 to 10 of them.
        eta: how fast attention falls, 0 to 3.
        rounds: 1 to 20.

    Raises:
        ValueError: too few or too many pins, no probability, or eta or rounds out of range.
    """
    liking = np.array(list(pins.values()), dtype=np.float64)
    if not 2 <= len(pins) <= 10 or not ((liking >= 0) & (liking <= 1)).all():
        raise ValueError(f"two to ten pins with probabilities between 0 and 1; got {dict(pins)}")
    if not 0 <= eta <= 3 or not 1 <= rounds <= 20:
        raise ValueError(f"eta lies between 0 and 3, rounds between 1 and 20; got {eta}, {rounds}")
    shown = {rule: history(liking, eta, rounds, rule) for rule in RULES}
    names = list(pins)
    last = {rule: [names[k] for k in states[-1]["order"]] for rule, states in shown.items()}
    return Visual(
        Path(__file__).with_name("exposure.js"),
        state={"names": names, "liking": liking.tolist(), "eta": eta, "rounds": shown,
               "rules": list(RULES), "rule": RULES[0], "step": 0},
        text=f"{len(pins)} pins sorted by their own clicks for {rounds} rounds",
        alt=(
            f"A list of {', '.join(f'{n} (liked by {x:.0%})' for n, x in pins.items())}, looked at less "
            f"and less from top to bottom. After {rounds} rounds sorted by clicks: "
            f"{', '.join(last['clicks'])}. Sorted by clicks per look: {', '.join(last['clicks / e'])}."
        ),
        draw=lambda: draw(names, liking, shown),
    )  # fmt: skip


def history(liking: np.ndarray, eta: float, rounds: int, rule: str) -> list[dict]:
    """Return {order, looked, clicked} of each round; what is shown in round 0 is the given order."""
    order, states = np.arange(len(liking)), []
    e = np.arange(1, len(liking) + 1) ** -float(eta)
    clicks, looks = np.zeros(len(liking)), np.zeros(len(liking))
    for number in range(rounds + 1):
        looked = np.empty(len(liking))
        looked[order] = e
        states.append({
            "order": order.tolist(), "looked": looked.round(4).tolist(),
            "clicked": (looked * liking).round(4).tolist(),
        })  # fmt: skip
        clicks, looks = clicks + looked * liking, looks + looked
        score = clicks / (number + 1) if rule == "clicks" else clicks / looks
        order = np.argsort(-score.round(12), kind="stable")
    return states


def draw(names: list[str], liking: np.ndarray, shown: dict) -> tuple[Axes, ...]:
    """Draw the first list, and the last one by each rule."""
    parts = [("first list", shown["clicks"][0])]
    parts += [(f"after {len(s) - 1} rounds by {rule}", s[-1]) for rule, s in shown.items()]
    figure = plt.figure(figsize=(8.4, 0.9 + 0.34 * len(names)))
    axes = figure.subplots(1, 3)
    place = np.arange(len(names))
    for ax, (title, state) in zip(axes, parts, strict=True):
        order = state["order"]
        ax.barh(place, liking[order], color=style.CONTEXT, alpha=0.35, height=0.7)
        ax.barh(place, np.array(state["clicked"])[order], color=style.ITEM, height=0.4)
        ax.set_yticks(place, [names[k] for k in order], fontsize=9)
        ax.invert_yaxis()
        ax.set(xlim=(0, 1))
        ax.set_title(title, loc="left", fontsize="small")
    axes[1].set_xlabel("pale: liked if looked at · solid: clicked")
    return tuple(axes)
