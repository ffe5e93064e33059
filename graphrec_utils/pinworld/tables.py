"""The typed tables of a world, computed from its arrays.

Row k of a table of nodes is node k; an id of -1 means "none"; times are seconds since the
start of day 0. Columns in HIDDEN are the truth behind the data: look at them to judge a model,
never to train one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from graphrec_utils.pinworld.content import vocabulary
from graphrec_utils.pinworld.entities import AD, DAY, DAYS, KINDS, NUM_TOPICS, TOPICS, Arrays
from graphrec_utils.pinworld.impressions import ACTIONS, POSITIVE_ACTIONS, SAVE
from graphrec_utils.pinworld.sessions import STEP, SURFACES, impression_times

TRAIN_END, VAL_END = 42, 49  # days: train before the first, test from the second

HIDDEN = {
    "users": ("topic", "drift_day", "new_topic"),
    "pins": ("topic",),
    "boards": ("topic",),
    "queries": ("topic",),
    "creators": ("topic",),
    "advertisers": ("topic",),
    "sessions": ("topic",),
}

# Totals over all 56 days: they describe the world, and would leak the test days into training.
TOTALS = {"boards": ("saves",), "creators": ("pins",), "advertisers": ("pins",)}


def users(arrays: Arrays) -> pd.DataFrame:
    """Users: topic (the heaviest before the drift), drift_day (NaN: none), new_topic (or NaN)."""
    topics, weights, drift = (arrays[f"user_{n}"] for n in ("topics", "weights", "drift"))
    row = np.arange(len(drift))
    new = np.where((topics >= 0) & (weights == 0), topics, -1).max(1)
    return _table(
        "user",
        topic=_category(topics[row, weights.argmax(1)], TOPICS),
        drift_day=np.where(drift >= 0, drift / DAY, np.nan),
        new_topic=_category(new, TOPICS),
    )


def pins(arrays: Arrays) -> pd.DataFrame:
    """Pins: kind, creator (-1 for ads), advertiser (-1 for the others), born, words, topic."""
    return _table(
        "pin",
        kind=_category(arrays["pin_kind"], KINDS),
        creator=arrays["pin_creator"],
        advertiser=arrays["pin_advertiser"],
        born=arrays["pin_birth"],
        words=arrays["pin_words"],
        topic=_category(arrays["pin_topic"], TOPICS),
    )


def queries(arrays: Arrays) -> pd.DataFrame:
    """Queries: text, two words; topic."""
    words = np.array(vocabulary(), object)[arrays["query_words"]]
    text = [" ".join(pair) for pair in words]
    return _table("query", text=text, topic=_category(arrays["query_topic"], TOPICS))


def creators(arrays: Arrays) -> pd.DataFrame:
    """Creators: pins, how many they made; topic."""
    topic = arrays["creator_topic"]
    made = arrays["pin_creator"][arrays["pin_kind"] != AD]
    count = np.bincount(made, minlength=len(topic))
    return _table("creator", pins=count, topic=_category(topic, TOPICS))


def advertisers(arrays: Arrays) -> pd.DataFrame:
    """Advertisers: pins, how many ads they run; topic."""
    topic = arrays["advertiser_topic"]
    made = arrays["pin_advertiser"][arrays["pin_kind"] == AD]
    count = np.bincount(made, minlength=len(topic))
    return _table("advertiser", pins=count, topic=_category(topic, TOPICS))


def follows(arrays: Arrays) -> pd.DataFrame:
    """Follows: user, creator; made before day 0."""
    return pd.DataFrame({"user": arrays["follow_user"], "creator": arrays["follow_creator"]})


def sessions(arrays: Arrays) -> pd.DataFrame:
    """Sessions: user, start, end, surface, query (-1 unless it is a search), topic."""
    start, length = arrays["session_start"], arrays["session_length"]
    return _table(
        "session",
        user=arrays["session_user"],
        start=start,
        end=start + STEP * length,
        surface=_category(arrays["session_surface"], SURFACES),
        query=arrays["session_query"],
        topic=_category(arrays["session_topic"], TOPICS),
    )


def boards(arrays: Arrays) -> pd.DataFrame:
    """Boards: user, created (second of the first save), saves, topic (NaN: the messy catch-all).

    They are numbered by their first save: what is saved later changes no number.
    """
    key, board = _board_of_saves(arrays)
    saves = arrays["shown_action"] == SAVE
    created = np.full(len(key), DAYS * DAY)
    np.minimum.at(created, board, impression_times(arrays)[saves])
    topic = key % (NUM_TOPICS + 1)
    return _table(
        "board",
        user=key // (NUM_TOPICS + 1),
        created=created,
        saves=np.bincount(board, minlength=len(key)),
        topic=_category(np.where(topic == NUM_TOPICS, -1, topic), TOPICS),
    )


def impressions(arrays: Arrays) -> pd.DataFrame:
    """Impressions, by user and time.

    Columns: session, user, pin, action (one of ACTIONS; NaN: nothing was done), time, surface,
    query, context (the pin engaged just before in the session, whose close-up page showed this
    one; -1: none), board (of a save; else -1).
    """
    session = np.repeat(np.arange(len(arrays["session_user"])), arrays["session_length"])
    pin, action = arrays["shown_pin"], arrays["shown_action"]
    board = np.full(len(pin), -1)
    board[action == SAVE] = _board_of_saves(arrays)[1]
    return pd.DataFrame(
        {
            "session": session,
            "user": arrays["session_user"][session],
            "pin": pin,
            "action": _category(action, ACTIONS),
            "time": impression_times(arrays),
            "surface": _category(arrays["session_surface"][session], SURFACES),
            "query": arrays["session_query"][session],
            "context": _context(session, pin, action),
            "board": board,
        }
    ).rename_axis("impression")


def select(
    impressions: pd.DataFrame, actions: Sequence[str], start_day: float, end_day: float
) -> pd.DataFrame:
    """Return the rows with one of `actions` in [start_day, end_day).

    Raises:
        ValueError: an action is unknown, or not 0 <= start_day <= end_day <= 56.
    """
    wanted = (actions,) if isinstance(actions, str) else tuple(actions)
    if unknown := [name for name in wanted if name not in ACTIONS]:
        raise ValueError(f"unknown action {unknown[0]!r}; the actions are {', '.join(ACTIONS)}")
    if not 0 <= start_day <= end_day <= DAYS:
        raise ValueError(f"days run from 0 to {DAYS}; got start_day={start_day}, end_day={end_day}")
    codes = [ACTIONS.index(name) for name in wanted]
    time = impressions["time"].to_numpy()
    keep = np.isin(impressions["action"].cat.codes.to_numpy(), codes)
    return impressions[keep & (time >= start_day * DAY) & (time < end_day * DAY)]


def _board_of_saves(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return the keys user * 25 + topic of all boards (topic 24: catch-all) by their first save,
    and the board of every save: one board per user and topic of the pin, and the messy one."""
    saves = arrays["shown_action"] == SAVE
    user = np.repeat(arrays["session_user"], arrays["session_length"])[saves]
    topic = arrays["pin_topic"][arrays["shown_pin"][saves]]
    topic = np.where(arrays["save_in_catch_all"], NUM_TOPICS, topic)
    key, board = np.unique(user * (NUM_TOPICS + 1) + topic, return_inverse=True)
    created = np.full(len(key), DAYS * DAY)
    np.minimum.at(created, board, impression_times(arrays)[saves])
    order = np.lexsort((key, created))
    number = np.empty(len(key), int)
    number[order] = np.arange(len(key))
    return key[order], number[board]


def _context(session: np.ndarray, pin: np.ndarray, action: np.ndarray) -> np.ndarray:
    """Return the pin of the last action before each row if it was positive, in the same session
    and on another pin; else -1."""
    acted = np.where(action >= 0, np.arange(len(pin)), -1)
    last = np.r_[-1, np.maximum.accumulate(acted)[:-1]]
    positive = action[last] >= ACTIONS.index(POSITIVE_ACTIONS[0])
    good = (last >= 0) & (session[last] == session) & positive & (pin[last] != pin)
    return np.where(good, pin[last], -1)


def _category(codes: np.ndarray, names: Sequence[str]) -> pd.Categorical:
    """Return codes as named categories; -1 becomes NaN."""
    return pd.Categorical.from_codes(codes, list(names))


def _table(node: str, **columns) -> pd.DataFrame:
    """Return a table whose index is the id of the node."""
    return pd.DataFrame(columns).rename_axis(node)
