"""Who and what lives in PinWorld: pins, the people who made them, queries, users.

Everything has a topic (one of 24) and a style (a direction in 12 dimensions that all topics
share). Topics are what a graph separates easily; styles are what makes two pins of one topic
go together. Both are hidden from models: they generate the data and later judge it.

Styles lie on a grid of 1/128, so that their scalar products are exact sums in float64 and the
same seed gives the same world whatever order a CPU adds in.
"""

from __future__ import annotations

import numpy as np

Arrays = dict[str, np.ndarray]

DAYS = 56
DAY = 86_400  # seconds
KINDS = ("organic", "idea", "product", "ad")
ORGANIC, IDEA, PRODUCT, AD = range(4)
KIND_SHARES = (0.70, 0.10, 0.15, 0.05)
STYLE_DIM = 12
STYLE_GRID = 128
WEIGHT_GRID = 256
MAX_TOPICS = 6  # a user starts with 2-5 topics (see `make_users`); one more may come with the drift

# An even topic looks like the next one, an odd topic shares words with the next one, and the
# last shares words with the first: each kind of content is ambiguous in its own way.
TOPICS = (
    *("cakes", "candles", "surfing", "sailing", "macrame", "knitting", "tattoos", "calligraphy"),
    *("makeup", "skincare", "pottery", "tableware", "weights", "gymnastics", "cabins"),
    *("treehouses", "bonsai", "houseplants", "coffee", "chocolate", "cocktails", "smoothies"),
    *("perfumes", "vases"),
)
NUM_TOPICS = len(TOPICS)


def unit(x: np.ndarray) -> np.ndarray:
    """Return the rows of x scaled to length 1."""
    return x / np.sqrt((x * x).sum(-1, keepdims=True))


def grid(x: np.ndarray) -> np.ndarray:
    """Round to the grid of styles; int8, in units of 1 / STYLE_GRID."""
    return np.clip(np.round(x * STYLE_GRID), -127, 127).astype(np.int8)


def styles(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw `count` directions, uniform on the sphere; (count, STYLE_DIM) int8 on the grid."""
    return grid(unit(rng.normal(size=(count, STYLE_DIM))))


def zipf(rng: np.random.Generator, count: int, exponent: float) -> np.ndarray:
    """Return probabilities proportional to rank ** -exponent, in random order; (count,)."""
    weights = np.arange(1, count + 1) ** -exponent
    return rng.permutation(weights / weights.sum())


def topics_for(rng: np.random.Generator, count: int, popularity: np.ndarray) -> np.ndarray:
    """Draw `count` topics by popularity; the first NUM_TOPICS rows cover every topic once."""
    topic = rng.choice(NUM_TOPICS, count, p=popularity)
    topic[:NUM_TOPICS] = np.arange(NUM_TOPICS)
    return topic


def choose(rng: np.random.Generator, logits: np.ndarray) -> np.ndarray:
    """Draw one column per row with probability softmax(logits) (the Gumbel trick)."""
    return (logits + rng.gumbel(size=logits.shape)).argmax(1)


def make_authors(rng: np.random.Generator, scale: float, popularity: np.ndarray) -> Arrays:
    """Draw creators (organic, idea and product pins), advertisers (ads) and search queries."""
    creators, advertisers, queries = (
        max(floor, round(size * scale))
        for floor, size in ((NUM_TOPICS, 300), (4, 40), (NUM_TOPICS, 800))
    )
    return {
        "creator_topic": topics_for(rng, creators, popularity),
        "creator_style": styles(rng, creators),
        "creator_popularity": zipf(rng, creators, 0.8),
        "advertiser_topic": rng.choice(NUM_TOPICS, advertisers, p=popularity),
        "advertiser_style": styles(rng, advertisers),
        "query_topic": topics_for(rng, queries, popularity),
        "query_style": styles(rng, queries),
        "query_popularity": zipf(rng, queries, 0.7),
    }


def make_pins(
    rng: np.random.Generator, scale: float, popularity: np.ndarray, authors: Arrays
) -> Arrays:
    """Draw the pins: kind, topic, style, author, popularity inside (topic, kind), birth.

    Four pins of five exist on day 0; the others appear uniformly over the 56 days, so there
    are cold pins inside the test window too. One organic pin per topic exists from the start:
    a session never runs out of pins.
    """
    count = max(6 * NUM_TOPICS, round(7000 * scale))
    kind = rng.choice(4, count, p=KIND_SHARES)
    kind[:NUM_TOPICS] = ORGANIC
    topic = topics_for(rng, count, popularity)
    style = styles(rng, count)
    birth = np.where(rng.random(count) < 0.80, 0, rng.integers(0, DAYS * DAY, count))
    birth[:NUM_TOPICS] = 0

    # an ad inherits the topic (nine times of ten) and roughly the style of its advertiser
    ads = np.flatnonzero(kind == AD)
    advertiser = np.full(count, -1)
    advertiser[ads] = rng.integers(0, len(authors["advertiser_topic"]), len(ads))
    own = authors["advertiser_topic"][advertiser[ads]]
    topic[ads] = np.where(rng.random(len(ads)) < 0.9, own, topic[ads])
    blend = authors["advertiser_style"][advertiser[ads]] + 0.6 * style[ads]
    style[ads] = grid(unit(blend))

    creator = np.full(count, -1)
    likes = 2.0 / STYLE_GRID**2  # how much more often a creator works in his own style
    share = np.empty(count)
    for t in range(NUM_TOPICS):
        made = np.flatnonzero((topic == t) & (kind != AD))
        makers = np.flatnonzero(authors["creator_topic"] == t)
        fit = style[made].astype(float) @ authors["creator_style"][makers].T.astype(float)
        creator[made] = makers[choose(rng, likes * fit)]
        for k in range(len(KINDS)):
            group = np.flatnonzero((topic == t) & (kind == k))
            share[group] = zipf(rng, len(group), 0.85)
    return {
        "pin_kind": kind,
        "pin_topic": topic,
        "pin_style": style,
        "pin_birth": birth,
        "pin_creator": creator,
        "pin_advertiser": advertiser,
        "pin_popularity": share,
    }


def make_users(
    rng: np.random.Generator, scale: float, popularity: np.ndarray, topics: int | None = None
) -> Arrays:
    """Draw the users: 2-5 weighted topics, one style, activity, and for 40 % a drift.

    `user_topics` and `user_weights` are (users, 6), padded with -1 and 0; the column after a
    user's last topic holds the one that arrives with the drift at `user_drift` (seconds; -1
    for users without drift), with weight 0 until then.

    Args:
        topics: as many for every user instead, the first ones of a longer or shorter list; all
            else as drawn. Six need a seventh column for the drift.
    """
    count = max(20, round(2500 * scale))
    num = rng.integers(2, MAX_TOPICS, count)
    num = num if topics is None else np.full(count, topics)
    width = max(MAX_TOPICS, num.max() + 1)
    taste = np.log(popularity) + rng.gumbel(size=(count, NUM_TOPICS))
    order = np.argsort(-taste, 1, kind="stable")[:, :width]
    column = np.arange(width)
    drifts = rng.random(count) < 0.40
    when = rng.integers(14 * DAY, 49 * DAY, count)
    weight = np.round((rng.gamma(1.0, size=(count, MAX_TOPICS)) + 0.15) * WEIGHT_GRID).astype(int)
    weight = np.pad(weight, ((0, 0), (0, width - MAX_TOPICS)))
    last = np.where(drifts, num, num - 1)[:, None]
    activity = rng.lognormal(0.0, 0.8, count)
    return {
        "user_topics": np.where(column <= last, order, -1),
        "user_weights": np.where(column < num[:, None], weight, 0),
        "user_style": styles(rng, count),
        "user_drift": np.where(drifts, when, -1),
        "user_activity": activity / activity.mean(),
    }


def topic_weights(topics: np.ndarray, weights: np.ndarray, *, drifted: bool) -> np.ndarray:
    """Return each user's distribution over topics, (users, NUM_TOPICS), rows summing to 1.

    Args:
        topics: (users, 6 or more) topic ids, -1 where there is none.
        weights: as many, non-negative, 0 for the topic that comes with the drift.
        drifted: after the drift the new topic has weight 0.4 and the old ones share 0.6;
            users without drift keep their distribution.
    """
    share = weights / weights.sum(1, keepdims=True)
    if drifted:
        new = (topics >= 0) & (weights == 0)
        share = np.where(new.any(1, keepdims=True), 0.6 * share + 0.4 * new, share)
    out = np.zeros((len(topics), NUM_TOPICS))
    row, column = np.nonzero(topics >= 0)
    out[row, topics[row, column]] = share[row, column]
    return out
