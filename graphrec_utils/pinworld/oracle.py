"""The judge: how similar two pins truly are, and a user study without users.

PinSage was compared with its rivals by showing people one pin and two recommendations
(Ying et al. 2018, section 4.3). PinWorld knows the answer: topic and style of every pin.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphrec_utils.pinworld.entities import STYLE_GRID, Arrays, unit

_STYLE_WEIGHT = 0.9


def latents(arrays: Arrays) -> np.ndarray:
    """Return the truth about every pin, topic center and style, as unit rows; (pins, 24)."""
    topic = arrays["topic_center"][arrays["pin_topic"]] / STYLE_GRID
    return unit(np.concatenate([topic, _STYLE_WEIGHT * arrays["pin_style"] / STYLE_GRID], 1))


def similarity(arrays: Arrays, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the true similarity of pins `left` and `right`: the cosine of their latents.

    The ids broadcast: (Q, 1) and (Q, k) give (Q, k).

    Raises:
        IndexError: an id is not a pin.
    """
    count = len(arrays["pin_topic"])
    sides = [np.asarray(ids, np.int64) for ids in (left, right)]
    for ids in sides:
        if ids.size and not 0 <= ids.min() <= ids.max() < count:
            raise IndexError(f"pins are 0 to {count - 1}; got {ids.min()} to {ids.max()}")
    z = latents(arrays)
    return (z[sides[0]] * z[sides[1]]).sum(-1)


def user_study(
    world, queries: np.ndarray, lists: dict[str, np.ndarray], margin: float = 0.05
) -> pd.DataFrame:
    """Let the oracle compare the first method's related pins with every other method's.

    For each query pin, the list with the higher mean similarity wins; a difference of at most
    `margin` is a draw.

    Args:
        world: where the pins live.
        queries: (Q,) pins.
        lists: method -> (Q, k) recommended pins; the first method is compared with the rest.
        margin: smallest difference in mean cosine that a judge would notice.

    Returns:
        One row per rival: win, lose and draw as fractions of Q, and wins = win / (win + lose),
        NaN when all are draws.

    Raises:
        ValueError: fewer than two methods, no query, or a list that is not (Q, k).
    """
    queries = np.asarray(queries)
    if len(lists) < 2 or queries.ndim != 1 or not len(queries):
        raise ValueError(f"a study needs queries and 2 methods or more; got {list(lists)}")
    scores = {}
    for name, pins in lists.items():
        if np.ndim(pins) != 2 or len(pins) != len(queries):
            raise ValueError(f"{name} must be ({len(queries)}, k) pins; got {np.shape(pins)}")
        scores[name] = world.similarity(queries[:, None], pins).mean(1)
    ours, *rivals = lists
    rows = {}
    for rival in rivals:
        gap = scores[ours] - scores[rival]
        win, lose = (gap > margin).mean(), (gap < -margin).mean()
        decided = win + lose
        rows[rival] = (win, lose, 1 - decided, win / decided if decided else np.nan)
    columns = ["win", "lose", "draw", "wins"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis(f"{ours} vs")
