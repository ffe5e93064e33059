"""A film of nightly retraining: where pins go in the plane, and what a vector of day 0 still finds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from scipy.special import expit

from graphrec_utils import style
from graphrec_utils.models import twhin
from graphrec_utils.plots.visuals.base import Visual, asked

TOPICS = ("gardens", "cakes", "boats")
USERS, PINS = 6, 6  # of each topic
BOB, NIGHTS = 6, 4
WAYS = ("from scratch", "turned back", "warm start", "warm + anchor")
STEPS, LR, REG, ANCHOR = 200, 1.0, 0.003, 0.03
MARKERS = ("o", "s", "^")
COLORS = (style.USER, style.ITEM, style.POSITIVE)


def drift(way: str = "from scratch", step: int = 2, function: Callable | None = None) -> Visual:
    """Return a visual of four nights of retraining, in four ways; pins travel, and Bob asks with a vector of day 0.

    Vectors have two coordinates, so the plane is all there is. The reader chooses the way, the night, and
    whether Bob asks with his vector of day 0 or with today's. `.live().way` and `.live().step` are what is shown.

    Args:
        way: one of WAYS to begin with. "turned back" is "from scratch", turned onto the table of day 0; both
            warm ways begin each night with the table of the day before.
        step: the night, 0 (nothing retrained yet) to 4.
        function: a student's `turn_back(new, old)`, exercise 13.6: its tables are those of "turned back".

    Raises:
        ValueError: there is no such way or night.
    """
    if way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}; got {way!r}")
    if not 0 <= step <= NIGHTS:
        raise ValueError(f"step must be 0 to {NIGHTS}; got {step}")
    mine, note = asked(function, lambda: turned(function))
    tables = trained() | {"turned back": turned(twhin_turn) if mine is None else mine}
    first = tables["from scratch"][0]
    rows = {k: [judged(first, table) for table in tables[k]] for k in WAYS}
    last = "; ".join(f"{k} {rows[k][-1]['cosine']:.2f} and {rows[k][-1]['old']:.0%}" for k in WAYS)
    m = len(TOPICS) * USERS
    return Visual(
        Path(__file__).with_name("drift.js"),
        state={
            "topics": list(TOPICS), "topic": topic_of_pins().tolist(), "users": m, "own": BOB // USERS, "ways": list(WAYS),
            "pins": {k: [table[m:].round(2).tolist() for table in tables[k]] for k in WAYS},
            "bob": {k: [table[BOB].round(2).tolist() for table in tables[k]] for k in WAYS},
            "rows": rows, "way": way, "step": step, "ask": "old", "yours": mine is not None,
        },
        text=f"film of {NIGHTS} nights of retraining, {len(WAYS)} ways",
        alt=(
            f"Four planes with the vectors of {len(topic_of_pins())} pins of three topics after {NIGHTS} nights of retraining, small dots "
            "where they were on day 0, and Bob's vector of day 0 as an arrow. Mean cosine of a pin with its vector of "
            f"day 0, and share of their own topic that users find with vectors of day 0: {last}."
        ).replace("-0", "−0"),
        draw=lambda: draw(tables),
        note=note,
    )  # fmt: skip


def topic_of_pins() -> np.ndarray:
    return np.repeat(np.arange(len(TOPICS)), PINS)


def likes() -> list[np.ndarray]:
    """Return (users, pins) zeros and ones of each day: two pins of the own topic, and a pin a day for everybody."""
    rng = np.random.default_rng(0)
    P = np.zeros((len(TOPICS) * USERS, len(TOPICS) * PINS))
    for u in range(len(P)):
        P[u, u // USERS * PINS + (u % USERS + np.arange(2)) % PINS] = 1
    days = []
    for _ in range(NIGHTS + 1):
        for u in range(len(P)):
            topic = u // USERS if rng.random() > 0.3 else rng.integers(len(TOPICS))
            P[u, topic * PINS + rng.integers(PINS)] = 1
        days.append(P.copy())
    return days


def gradient(P: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the gradient of the loss of lesson 13 for one relation, which users' rows have in them already.

    Args:
        P: (m, n) zeros and ones; every pair that is no edge is a false one.
        table: (m + n, d), users first.
    """
    X, Y = table[: len(P)], table[len(P) :]
    true, false = P / P.sum(), (1 - P) / (1 - P).sum()
    G = expit(X @ Y.T) * (true + false) - true
    return np.concatenate([G @ Y, G.T @ X])


def fitted(P: np.ndarray, start: np.ndarray, anchor: float = 0.0) -> np.ndarray:
    """Return the table (m + n, d) after gradient descent from `start`, which it pays for leaving."""
    table = start.copy()
    for _ in range(STEPS):
        table -= LR * (gradient(P, table) + REG * table + anchor * (table - start))
    return table


@lru_cache(maxsize=1)
def trained() -> dict[str, list[np.ndarray]]:
    """Return the tables of each day, for the three ways that train; day 0 is the same for all."""
    rng = np.random.default_rng(0)
    days = likes()
    small = (sum(days[0].shape), 2)
    first = fitted(days[0], rng.normal(0, 0.1, small))
    found = {"from scratch": [first], "warm start": [first], "warm + anchor": [first]}
    for P in days[1:]:
        found["from scratch"].append(fitted(P, rng.normal(0, 0.1, small)))
        found["warm start"].append(fitted(P, found["warm start"][-1]))
        found["warm + anchor"].append(fitted(P, found["warm + anchor"][-1], ANCHOR))
    return found


def twhin_turn(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    return new @ twhin.rotation(new, old)


def turned(function: Callable) -> list[np.ndarray]:
    """Return the tables from scratch, each turned onto that of day 0 by a function.

    Raises:
        ValueError: it does not return a table of the same size.
    """
    first, *later = trained()["from scratch"]
    out = [first]
    for new in later:
        table = np.asarray(function(new.copy(), first.copy()), dtype=float)
        if table.shape != new.shape or not np.isfinite(table).all():
            raise ValueError(
                f"a table of shape {new.shape} is asked for; it returned {table.shape}"
            )
        out.append(table)
    return out


def judged(first: np.ndarray, table: np.ndarray) -> dict:
    """Return the mean cosine of pins with day 0, what users find with either vector, and Bob's two lists."""
    m = len(TOPICS) * USERS
    then, now = first[m:], table[m:]
    length = np.linalg.norm(then, axis=1) * np.linalg.norm(now, axis=1)
    row = {"cosine": round(float(((then * now).sum(axis=1) / np.maximum(length, 1e-9)).mean()), 2)}
    own = topic_of_pins() == np.arange(m)[:, None] // USERS
    for name, users in (("old", first[:m]), ("new", table[:m])):
        top = np.argsort(-(users @ now.T), axis=1, kind="stable")[:, :PINS]
        row[name] = round(float(np.take_along_axis(own, top, axis=1).mean()), 2)
        row[f"list, {name}"] = top[BOB].tolist()
    return row


def draw(tables: dict[str, list[np.ndarray]]) -> tuple[Axes, ...]:
    """Draw all four ways after the last night."""
    topic, m = topic_of_pins(), len(TOPICS) * USERS
    first = tables["from scratch"][0]
    figure = plt.figure(figsize=(7.4, 2.9), layout="constrained")
    axes = figure.subplots(1, len(WAYS), sharex=True, sharey=True)
    reach = 1.12 * max(np.abs(tables[k][-1]).max() for k in WAYS)
    for ax, way in zip(axes, WAYS, strict=True):
        now = tables[way][-1]
        row = judged(first, now)
        day_0 = [COLORS[k] for k in topic]
        ax.scatter(*first[m:].T, s=5, marker=".", c=day_0, linewidths=0.5, label="day 0")
        for k, (color, marker) in enumerate(zip(COLORS, MARKERS, strict=True)):
            ax.scatter(
                *now[m:][topic == k].T,
                s=20,
                marker=marker,
                color=color,
                alpha=1,
                label=TOPICS[k],
            )
        ax.scatter(
            *now[m:][row["list, old"]].T, s=90, facecolors="none", edgecolors=style.INK, label="found"
        )  # fmt: skip
        look = {"arrowstyle": "-|>", "color": style.INK, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", first[BOB], (0, 0), arrowprops=look)
        ax.set_title(
            f"{way}\ncosine {row['cosine']:.2f}, found {row['old']:.0%}".replace("-", "−"),
            fontsize=9,
        )
        ax.spines[:].set(visible=True, color=style.CONTEXT)
        ax.set(xticks=[], yticks=[], aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, ncols=5, fontsize=8, loc="outside lower center", frameon=False)
    return tuple(axes)
