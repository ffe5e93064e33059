"""From a seed and a scale to a world."""

from __future__ import annotations

import math
import operator

import numpy as np

from graphrec_utils.pinworld.content import make_images, make_query_words, make_texts
from graphrec_utils.pinworld.entities import (
    NUM_TOPICS,
    make_authors,
    make_pins,
    make_users,
    styles,
    zipf,
)
from graphrec_utils.pinworld.impressions import make_impressions
from graphrec_utils.pinworld.sessions import make_follows, make_sessions
from graphrec_utils.pinworld.world import ARRAYS, World

PRESETS = {"tiny": 0.12, "small": 1.0, "medium": 1.9}
_LARGEST = 8.0


def make(seed: int = 0, scale: float | str = "small") -> World:
    """Generate a world: the same seed and scale give the same world.

    Args:
        seed: any integer from 0.
        scale: "tiny" (2,400 nodes), "small" (20,000), "medium" (37,500), or a number times
            2,500 users and 7,000 pins, up to 8. Very small numbers still give 20 users,
            144 pins, and a creator and a query for each of the 24 topics.

    Raises:
        ValueError: the preset is unknown, the scale is not in (0, 8], or the seed is negative.
        TypeError: the seed is not an integer, or the scale neither a number nor a name.
    """
    size = _size(scale)
    try:
        seed = operator.index(seed)
    except TypeError:
        raise TypeError(f"seed must be an integer; got {seed!r}") from None
    if seed < 0:
        raise ValueError(f"seed must be 0 or more; got {seed}")

    # one stream per part: a change in one part leaves the random numbers of the others alone
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(8)]
    centers = styles(streams[0], NUM_TOPICS)
    popularity = zipf(streams[0], NUM_TOPICS, 0.5)
    authors = make_authors(streams[1], size, popularity)
    pins = make_pins(streams[2], size, popularity, authors)
    users = make_users(streams[3], size, popularity)
    sessions = make_sessions(streams[4], users, authors)
    arrays = {
        "topic_center": centers,
        **authors,
        **pins,
        **users,
        **sessions,
        **make_impressions(streams[5], users, authors, pins, sessions),
        **make_follows(streams[6], users, authors),
        **make_texts(streams[7], pins),
        "pin_image": make_images(streams[7], centers, pins),
        "query_words": make_query_words(streams[7], authors),
    }
    return World(seed=seed, scale=size, arrays={name: arrays[name] for name in ARRAYS})


def _size(scale: float | str) -> float:
    """Return the scale as a number; names are looked up in PRESETS."""
    if isinstance(scale, str):
        if scale not in PRESETS:
            names = ", ".join(repr(name) for name in PRESETS)
            raise ValueError(f"unknown preset {scale!r}; choose {names} or a number, e.g. 0.5")
        return PRESETS[scale]
    try:
        size = float(scale)
    except (TypeError, ValueError):
        raise TypeError(f"scale must be a number or a preset's name; got {scale!r}") from None
    if not (math.isfinite(size) and 0 < size <= _LARGEST):
        raise ValueError(
            f"scale must be above 0 and at most {_LARGEST:g} (1 is 2,500 users); got {size:g}"
        )
    return size
