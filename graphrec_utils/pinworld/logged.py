"""One place on top of a page: a log that says with which chance each pin stood there, and what pins are worth there.

    value = worth(site, users, pins)                        # (B, C) the truth, to judge with
    row, place, chance, saved = logged(chances, value, rng, days=20)

Whatever stands on top is looked at. So one place needs no model of who looks where, and what it earns is a coin of
the chance that the pin is liked, times the share of liked pins that are saved.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.pinworld.simulator import SAVED_IF_LIKED, Simulator


def worth(site: Simulator, users: np.ndarray, pins: np.ndarray) -> np.ndarray:
    """Return (B, C), how likely each user saves each pin that she has never looked at; 0 for an empty place, -1.

    Args:
        site: where.
        users: (B,) ids.
        pins: (B, C) candidates, -1 in empty places.
    """
    return SAVED_IF_LIKED * site.liking[users[:, None], np.maximum(pins, 0)] * (pins >= 0)


def logged(
    chances: np.ndarray, value: np.ndarray, rng: np.random.Generator, days: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Let every user come once a day, draw what stands on top, and write down what happened.

    Args:
        chances: (B, C) of each candidate; rows sum to 1.
        value: (B, C) how likely each is saved, from `worth`.
        rng: draws the pins and the saves.
        days: so many.

    Returns:
        Row of the table, place of the pin that was shown, its chance, and 1 if it was saved: (days B,) each.

    Raises:
        ValueError: shapes that differ, or rows that do not sum to 1.
    """
    if chances.shape != value.shape or not np.allclose(chances.sum(axis=1), 1):
        raise ValueError(f"chances must sum to 1 in each row, and fit {value.shape}")
    rows = np.tile(np.arange(len(chances)), days)
    edges = chances.cumsum(axis=1)
    edges[:, -1] = 1  # what rounding left
    place = (rng.random((days, len(chances), 1)) >= edges).sum(axis=2).ravel()
    saved = (rng.random(len(rows)) < value[rows, place]).astype(float)
    return rows, place, chances[rows, place], saved
