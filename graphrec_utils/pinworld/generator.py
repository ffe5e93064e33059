"""From a seed and a scale to a world."""

from __future__ import annotations

import math
import numbers
import operator

import numpy as np

from graphrec_utils.pinworld.content import (
    make_images,
    make_query_words,
    make_texts,
    mix_up,
)
from graphrec_utils.pinworld.entities import (
    MAX_TOPICS,
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


def make(
    seed: int = 0,
    scale: float | str = "small",
    *,
    content_noise: float = 0.0,
    topics: int | None = None,
    popularity: float = 0.0,
) -> World:
    """Generate a world: the same seed, scale and knobs give the same world.

    The knobs ask "what if?", each of one part of the world: all that does not depend on it stays as
    it was, number by number. Their defaults are the world of the course.

    Args:
        seed: any integer from 0.
        scale: "tiny" (2,400 nodes), "small" (20,000), "medium" (37,500), or a number times
            2,500 users and 7,000 pins, up to 8. Very small numbers still give 20 users,
            144 pins, and a creator and a query for each of the 24 topics.
        content_noise: share of the pins, 0 to 1, whose picture and words are those of another pin,
            drawn from all. 0: every pin has its own; 1: content says nothing about any pin.
        topics: how many topics each user starts with, 1 to 6; None: 2 to 5, as drawn.
        popularity: share of the liking, 0 to 1, that comes from how popular a pin is among those
            of its topic and kind. 0: liking is topic and style alone; 1: all like the same pins.

    Raises:
        ValueError: the preset is unknown, the scale is not in (0, 8], the seed is negative, or a
            knob is not what it may be.
        TypeError: the seed is not an integer, or the scale neither a number nor a name.
    """
    size = _size(scale)
    try:
        seed = operator.index(seed)
    except TypeError:
        raise TypeError(f"seed must be an integer; got {seed!r}") from None
    if seed < 0:
        raise ValueError(f"seed must be 0 or more; got {seed}")
    noise, popular = _share("content_noise", content_noise), _share("popularity", popularity)
    if topics is not None and not (_is_integer(topics) and 1 <= topics <= MAX_TOPICS):
        raise ValueError(f"topics must be None or an integer, 1 to {MAX_TOPICS}; got {topics!r}")

    # one stream per part: a change in one part leaves the random numbers of the others alone
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(9)]
    centers = styles(streams[0], NUM_TOPICS)
    trending = zipf(streams[0], NUM_TOPICS, 0.5)
    authors = make_authors(streams[1], size, trending)
    pins = make_pins(streams[2], size, trending, authors)
    users = make_users(streams[3], size, trending, topics)
    sessions = make_sessions(streams[4], users, authors)
    arrays = {
        "topic_center": centers,
        **authors,
        **pins,
        **users,
        **sessions,
        **make_impressions(streams[5], users, authors, pins, sessions, popular),
        **make_follows(streams[6], users, authors),
        **make_texts(streams[7], pins),
        "pin_image": make_images(streams[7], centers, pins),
        "query_words": make_query_words(streams[7], authors),
    }
    arrays |= mix_up(streams[8], noise, arrays)
    knobs = {"content_noise": noise, "topics": topics and int(topics), "popularity": popular}
    return World(
        seed=seed,
        scale=size,
        arrays={name: arrays[name] for name in ARRAYS},
        knobs={name: value for name, value in knobs.items() if value},
    )


def _share(name: str, value: float) -> float:
    """Return a knob that is a share as a float."""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (number and 0 <= value <= 1):  # not true of NaN
        raise ValueError(f"{name} must be a number, 0 to 1; got {value!r}")
    return float(value)


def _is_integer(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


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
