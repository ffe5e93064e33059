"""What pins look like and say: an image vector and a bag of words, each ambiguous in its way.

Images of topics 2i and 2i+1 look alike; texts of topics 2i-1 and 2i share words. Neither is
enough by itself, both together nearly are, and the graph helps where content is poor (a fifth
of the pins has no text at all).
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.pinworld.entities import NUM_TOPICS, STYLE_DIM, STYLE_GRID, TOPICS, Arrays, unit

IMAGE_DIM = 64
IMAGE_GRID = 32  # image vectors are multiples of 1/32, far finer than their noise (0.35)
WORDS_PER_TOPIC = 50
_STYLE_WORDS = NUM_TOPICS * WORDS_PER_TOPIC
_OTHER_WORDS = _STYLE_WORDS + 2 * STYLE_DIM
NUM_WORDS = 1500


def vocabulary() -> list[str]:
    """Return the NUM_WORDS words: 50 per topic, 24 of style, and words that mean nothing."""
    topic = [f"{name}-{i:02d}" for name in TOPICS for i in range(WORDS_PER_TOPIC)]
    style = [f"style-{axis:02d}{sign}" for axis in range(STYLE_DIM) for sign in "-+"]
    return topic + style + [f"word-{i:03d}" for i in range(NUM_WORDS - _OTHER_WORDS)]


def make_images(rng: np.random.Generator, centers: np.ndarray, pins: Arrays) -> np.ndarray:
    """Draw the image vectors, tanh of a random projection plus noise; (pins, 64) int8 grid.

    Args:
        centers: (NUM_TOPICS, STYLE_DIM) the centers of the topics, on the grid of styles.
        pins: needs `pin_topic` and `pin_style`.
    """
    even = np.arange(NUM_TOPICS) // 2 * 2
    looks = 0.85 * centers[even] + 0.15 * centers
    seen = np.concatenate([looks[pins["pin_topic"]], 0.55 * pins["pin_style"]], 1) / STYLE_GRID
    projection = rng.normal(size=(2 * STYLE_DIM, IMAGE_DIM)) / np.sqrt(2 * STYLE_DIM)
    image = np.tanh(2.2 * seen @ projection) + 0.35 * rng.normal(size=(len(seen), IMAGE_DIM))
    return np.clip(np.round(image * IMAGE_GRID), -127, 127).astype(np.int8)


def make_texts(rng: np.random.Generator, pins: Arrays) -> Arrays:
    """Draw the words of every pin: none for a fifth of them, else 3 to 8.

    Returns:
        `pin_words` (pins,) the number of words, and `word` (their sum,) ids in pin order.
    """
    count = len(pins["pin_topic"])
    length = np.where(rng.random(count) < 0.2, 0, rng.integers(3, 9, count))
    pin = np.repeat(np.arange(count), length)
    topic = pins["pin_topic"][pin]
    source = np.where(rng.random(len(pin)) < 0.45, shares_words_with(topic), topic)
    word = _topic_word(rng, source)
    style = unit(pins["pin_style"][pin].astype(float)) + 0.3 * rng.normal(
        size=(len(pin), STYLE_DIM)
    )
    word = np.where(rng.random(len(pin)) < 0.25, _style_word(style), word)
    noise = rng.integers(_OTHER_WORDS, NUM_WORDS, len(pin))
    return {"pin_words": length, "word": np.where(rng.random(len(pin)) < 0.15, noise, word)}


def make_query_words(rng: np.random.Generator, authors: Arrays) -> np.ndarray:
    """Return two words per query, one of its topic and one of its style; (queries, 2)."""
    style = _style_word(authors["query_style"].astype(float))
    return np.stack([_topic_word(rng, authors["query_topic"]), style], 1)


def mix_up(rng: np.random.Generator, share: float, arrays: Arrays) -> Arrays:
    """Give a share of the pins, drawn at random, the picture and words of another pin.

    What is drawn does not depend on the share: a pin that is mixed up at a small share is so at a
    larger one too, with the content of the same pin.

    Args:
        arrays: needs `pin_image`, `pin_words` and `word`.

    Returns:
        The three anew.
    """
    image, length = arrays["pin_image"], arrays["pin_words"]
    count, pin = len(image), np.arange(len(image))
    lot, other = rng.random(count), (pin + rng.integers(1, count, count)) % count
    source = np.where(lot < share, other, pin)
    start = np.cumsum(length) - length
    words = [arrays["word"][start[k] : start[k] + length[k]] for k in source]
    return {
        "pin_image": image[source],
        "pin_words": length[source],
        "word": np.concatenate(words),
    }


def looks_like(topic: np.ndarray) -> np.ndarray:
    """Return the topic whose images look like those of `topic`."""
    return topic ^ 1


def shares_words_with(topic: np.ndarray) -> np.ndarray:
    """Return the topic that shares words with `topic`."""
    return np.where(topic % 2 == 1, topic + 1, topic - 1) % NUM_TOPICS


def _topic_word(rng: np.random.Generator, topic: np.ndarray) -> np.ndarray:
    """Draw a word of the topic; early words are more frequent."""
    place = (rng.random(len(topic)) ** 2 * WORDS_PER_TOPIC).astype(int)
    return topic * WORDS_PER_TOPIC + np.minimum(place, WORDS_PER_TOPIC - 1)


def _style_word(style: np.ndarray) -> np.ndarray:
    """Return the word of the strongest axis of a style and its sign."""
    axis = np.abs(style).argmax(1)
    return _STYLE_WORDS + 2 * axis + (style[np.arange(len(style)), axis] > 0)
