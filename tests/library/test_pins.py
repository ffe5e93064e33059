"""Pins with faces: each topic has a drawing, each kind a frame, and color is never alone."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.path import Path

from graphrec_utils import pinworld
from graphrec_utils.plots import pins


@pytest.fixture(scope="module")
def world():
    return pinworld.make(scale=0.1)


def test_every_topic_has_a_drawing_of_its_own_and_every_kind_a_frame():
    assert set(pins.DRAWINGS) == set(pinworld.TOPICS)
    assert len(set(pins.DRAWINGS.values())) == len(pinworld.TOPICS)
    assert set(pins.FRAMES) == set(pinworld.KINDS)
    assert len(set(pins.FRAMES.values())) == len(pinworld.KINDS)


@pytest.mark.parametrize("topic", pinworld.TOPICS)
def test_a_drawing_stays_in_its_square(topic):
    parts = pins._parts(pins.DRAWINGS[topic])
    assert len(parts) == pins.DRAWINGS[topic].count("M") + pins.DRAWINGS[topic].count("O")
    for part in parts:
        if isinstance(part, Path):
            low, high = part.vertices.min(), part.vertices.max()
        else:
            x, y, r = part
            low, high = min(x, y) - r, max(x, y) + r
        assert low >= 0
        assert high <= 10


def test_rows_have_names_topics_and_bars_as_long_as_the_style_is_near(world):
    looks = world.arrays["pin_style"].astype(float)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    ax = pins.faces(world, 0, {"A": [1, 2, 3], "B": [4]})
    words = [text.get_text() for text in ax.texts]
    topics = [pinworld.TOPICS[t] for t in world.arrays["pin_topic"][:5]]
    assert [w for w in words if w in ("the query", "A", "B")] == ["the query", "A", "B"]
    assert [w for w in words if w in pinworld.TOPICS] == topics
    assert [w for w in words if w in pinworld.KINDS] == list(pinworld.KINDS)
    bars = [p.get_width() for p in ax.patches if type(p) is plt.Rectangle]
    shares = np.array(bars[1::2]) / np.array(bars[::2])
    assert shares == pytest.approx(np.maximum(looks[:5] @ looks[0], 0))
    plt.close(ax.figure)


def test_what_cannot_be_drawn_is_refused(world):
    with pytest.raises(ValueError, match="at least one name"):
        pins.faces(world, 0, {})
    with pytest.raises(IndexError, match=f"got {world.num_pins}"):
        pins.faces(world, 0, {"A": [world.num_pins]})
