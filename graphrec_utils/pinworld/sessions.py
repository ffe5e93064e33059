"""Whom the users follow, and when, where and about what their sessions are."""

from __future__ import annotations

import numpy as np

from graphrec_utils.pinworld.entities import (
    DAY,
    DAYS,
    NUM_TOPICS,
    STYLE_GRID,
    Arrays,
    choose,
    topic_weights,
)

SURFACES = ("home", "search", "shop")
SEARCH = SURFACES.index("search")
STEP = 30  # seconds between two impressions of a session

_STAY = 0.30  # probability that a session keeps the topic of the one before
_FIT = 2.0 / STYLE_GRID**2  # how strongly style decides whom one follows and what one asks


def make_follows(rng: np.random.Generator, users: Arrays, authors: Arrays) -> Arrays:
    """Draw whom the users follow before day 0: distinct creators of their topics and style."""
    count, creators = len(users["user_style"]), len(authors["creator_topic"])
    num = np.clip(rng.poisson(10, count), 1, creators)
    before = topic_weights(users["user_topics"], users["user_weights"], drifted=False)
    style = authors["creator_style"].T.astype(float)
    chosen = []
    for start in range(0, count, 500):  # blocks keep the users x creators matrix small
        block = slice(start, start + 500)
        logits = np.log(np.maximum(before[block], 1e-3))[:, authors["creator_topic"]]
        logits += np.log(authors["creator_popularity"])
        logits += _FIT * (users["user_style"][block].astype(float) @ style)
        rank = np.argsort(-(logits + rng.gumbel(size=logits.shape)), 1, kind="stable")
        chosen.append(rank[np.arange(creators) < num[block, None]])
    user = np.repeat(np.arange(count), num)
    return {"follow_user": user, "follow_creator": np.concatenate(chosen)}


def make_sessions(rng: np.random.Generator, users: Arrays, authors: Arrays) -> Arrays:
    """Draw the sessions, by user and time: start second, length, surface, topic, query.

    Sessions of one user never overlap and end before the 56 days do.
    """
    num = np.clip(rng.poisson(11.0 * users["user_activity"]), 2, 500)
    user = np.repeat(np.arange(len(num)), num)
    first = np.cumsum(num) - num
    length = np.minimum(1 + rng.geometric(1 / 8, len(user)), 100)  # impressions
    surface = rng.choice(3, len(user), p=(0.60, 0.25, 0.15))

    # sort uniform times in what is left when all sessions are cut out, then put them back in
    busy = (length + 1) * STEP
    total = np.add.reduceat(busy, first)
    free = np.floor(rng.random(len(user)) * (DAYS * DAY - total)[user]).astype(int)
    free = free[np.lexsort((free, user))]
    elapsed = np.cumsum(busy) - busy
    start = free + elapsed - elapsed[first][user]

    topic = _topics(rng, users, user, start, first, num)
    return {
        "session_user": user,
        "session_start": start,
        "session_length": length,
        "session_surface": surface,
        "session_topic": topic,
        "session_query": _queries(rng, users, authors, user, surface, topic),
    }


def _topics(rng, users, user, start, first, num) -> np.ndarray:
    """Walk each user's sticky chain: keep the last topic with probability _STAY, else redraw."""
    before, after = (
        topic_weights(users["user_topics"], users["user_weights"], drifted=d).cumsum(1)
        for d in (False, True)
    )
    keep, draw = rng.random(len(user)) < _STAY, rng.random(len(user))
    edges = np.where(has_drifted(users, user, start)[:, None], after[user], before[user])
    # scaled by the last edge, which rounding may leave next to 1
    topic = ((draw * edges[:, -1])[:, None] >= edges).sum(1)
    for j in range(1, num.max()):
        at = first[num > j] + j
        topic[at] = np.where(keep[at], topic[at - 1], topic[at])
    return topic


def _queries(rng, users, authors, user, surface, topic) -> np.ndarray:
    """Draw the query of every search session among those of its topic; -1 elsewhere."""
    query = np.full(len(user), -1)
    for t in range(NUM_TOPICS):
        at = np.flatnonzero((surface == SEARCH) & (topic == t))
        asked = np.flatnonzero(authors["query_topic"] == t)
        fit = users["user_style"][user[at]].astype(float) @ authors["query_style"][asked].T
        logits = np.log(authors["query_popularity"][asked]) + _FIT * fit
        query[at] = asked[choose(rng, logits)]
    return query


def has_drifted(users: Arrays, user: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Return where `user` has a drift and `time` (seconds) lies at or after it."""
    drift = users["user_drift"][user]
    return (drift >= 0) & (time >= drift)


def impression_times(sessions: Arrays) -> np.ndarray:
    """Return the second of every impression since the start of day 0, in session order."""
    length = sessions["session_length"]
    place = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    return np.repeat(sessions["session_start"], length) + STEP * place
