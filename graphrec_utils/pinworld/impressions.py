"""What the sessions show, and what the users do about it.

Every 30 seconds of a session the user is shown the pin that fits best among eight popular
candidates of one (topic, kind). What the user then does depends on how well the style of the
pin fits, on how much the topic matters to the user, and on the kind of the pin.
"""

from __future__ import annotations

import numpy as np

from graphrec_utils.pinworld.entities import (
    AD,
    DAY,
    DAYS,
    KINDS,
    NUM_TOPICS,
    ORGANIC,
    STYLE_DIM,
    STYLE_GRID,
    Arrays,
    choose,
    topic_weights,
    unit,
)
from graphrec_utils.pinworld.sessions import has_drifted, impression_times

ACTIONS = (
    "hide",
    "short_click",
    "closeup",
    "long_click",
    "save",
    "add_to_cart",
    "checkout",
    "ad_click",
)
NEGATIVE_ACTIONS = ACTIONS[:2]
POSITIVE_ACTIONS = ACTIONS[2:]
SAVE = ACTIONS.index("save")

_EXPLORE = np.array([0.15, 0.05, 0.05])  # share of home, search, shop that leaves the topic
_CANDIDATES = 8
# what popularity does to liking where it does: of mean and spread like `_attraction`
_POPULAR = -0.5, 3.0
_CATCH_ALL = 0.12  # share of saves that land on a messy board
# rows: home, search, shop; columns: organic, idea, product, ad
_KINDS_SHOWN = ((0.72, 0.14, 0.06, 0.08), (0.68, 0.05, 0.20, 0.07), (0.13, 0.02, 0.75, 0.10))
# rows: organic, idea, product, ad; columns: ACTIONS; what is missing to 1 is "no action"
_IF_LIKED = np.array(
    [
        (0, 0, 0.40, 0.22, 0.38, 0, 0, 0),
        (0, 0, 0.63, 0, 0.09, 0, 0, 0),
        (0, 0, 0, 0.56, 0.06, 0.30, 0.08, 0),
        (0, 0, 0, 0, 0.02, 0, 0, 0.22),
    ]
)
_IF_NOT_LIKED = np.zeros((4, 8))
_IF_NOT_LIKED[:AD, :2] = 0.35, 0.40
_IF_NOT_LIKED[AD, 0] = 0.25


def make_impressions(
    rng: np.random.Generator,
    users: Arrays,
    authors: Arrays,
    pins: Arrays,
    sessions: Arrays,
    popularity: float = 0.0,
) -> Arrays:
    """Draw what was shown and what the user did, in session order.

    Args:
        popularity: share of the liking that comes from the place of a pin in its (topic, kind).

    Returns:
        `shown_pin` (impressions,), `shown_action` index into ACTIONS or -1, and
        `save_in_catch_all` (saves,) whether a save went to the user's messy board.
    """
    session = np.repeat(np.arange(len(sessions["session_user"])), sessions["session_length"])
    user, time = sessions["session_user"][session], impression_times(sessions)
    surface, query = sessions["session_surface"][session], sessions["session_query"][session]
    topic = sessions["session_topic"][session]
    explored = rng.random(len(user)) < _EXPLORE[surface]
    trending = np.bincount(pins["pin_topic"], minlength=NUM_TOPICS) / len(pins["pin_topic"])
    topic = np.where(explored, rng.choice(NUM_TOPICS, len(user), p=trending), topic)
    edges = np.cumsum(_KINDS_SHOWN, 1)[:, :-1]
    kind = (rng.random(len(user))[:, None] > edges[surface]).sum(1)

    # every (user, topic) is a project with a theme of its own: boards are narrower than users
    theme = unit(rng.normal(size=(len(users["user_style"]), NUM_TOPICS, STYLE_DIM)))
    shelves = _shelves(pins)
    alive_from = np.array([pins["pin_birth"][s].min(initial=DAYS * DAY) for s in shelves])
    kind = np.where(time >= alive_from[topic * len(KINDS) + kind], kind, ORGANIC)
    shown, fit = np.empty(len(user), int), np.empty(len(user))
    wanted = topic * len(KINDS) + kind
    order = np.argsort(wanted, kind="stable")
    stops = np.searchsorted(wanted[order], np.arange(len(shelves) + 1))
    for g in np.flatnonzero(np.diff(stops)):  # shelf by shelf keeps the arrays small
        rows = order[stops[g] : stops[g + 1]]
        taste = users["user_style"][user[rows]] / STYLE_GRID + theme[user[rows], topic[rows]]
        taste = _bend(unit(taste), authors["query_style"], query[rows])
        alive = np.searchsorted(pins["pin_birth"][shelves[g]], time[rows], side="right")
        shown[rows], fit[rows] = _show(rng, pins, shelves[g], alive, taste)

    pull = _POPULAR[0] + _POPULAR[1] * _place(pins, shelves)[shown]
    own = _attraction(users, user, time, topic, fit)
    like = (1 - popularity) * own + popularity * pull - 1.0
    liked = rng.random(len(user)) < 1 / (1 + np.exp(-2.0 * like))
    edges = np.stack([_IF_NOT_LIKED, _IF_LIKED]).cumsum(2)[liked.astype(int), kind]
    action = (rng.random(len(user))[:, None] >= edges).sum(1)
    action = np.where(action == len(ACTIONS), -1, action)
    catch_all = rng.random((action == SAVE).sum()) < _CATCH_ALL
    return {"shown_pin": shown, "shown_action": action, "save_in_catch_all": catch_all}


def _shelves(pins: Arrays) -> list[np.ndarray]:
    """Return the pins of every (topic, kind), ordered by birth."""
    shelf = pins["pin_topic"] * len(KINDS) + pins["pin_kind"]
    order = np.lexsort((pins["pin_birth"], shelf))
    return np.split(order, np.searchsorted(shelf[order], np.arange(1, NUM_TOPICS * len(KINDS))))


def _bend(taste, query_style, query) -> np.ndarray:
    """Turn the taste of search sessions toward the query; round to a grid (see entities)."""
    bent = unit(0.5 * taste + query_style[query] / STYLE_GRID)
    return np.round(np.where(query[:, None] >= 0, bent, taste) * 4096) / 4096


def _show(rng, pins, shelf, alive, taste) -> tuple[np.ndarray, np.ndarray]:
    """Draw eight popular candidates among the first `alive` pins of a shelf, show the best fit.

    Returns:
        (rows,) the pins, and (rows,) the scalar products of their style with the taste.
    """
    cumulative = pins["pin_popularity"][shelf].cumsum()
    draw = rng.random((len(alive), _CANDIDATES)) * cumulative[alive - 1][:, None]
    place = np.minimum(np.searchsorted(cumulative, draw), alive[:, None] - 1)
    candidates = shelf[place]
    fit = np.einsum("rcd,rd->rc", pins["pin_style"][candidates] / STYLE_GRID, taste)
    best = choose(rng, 3.0 * fit)
    row = np.arange(len(alive))
    return candidates[row, best], fit[row, best]


def _place(pins: Arrays, shelves: list[np.ndarray]) -> np.ndarray:
    """Return which share of its shelf a pin is at least as popular as; (pins,) in (0, 1]."""
    place = np.empty(len(pins["pin_popularity"]))
    for shelf in shelves:
        order = np.argsort(pins["pin_popularity"][shelf], kind="stable")
        place[shelf[order]] = np.arange(1, len(shelf) + 1) / max(len(shelf), 1)
    return place


def _attraction(users, user, time, topic, fit) -> np.ndarray:
    """Return how much a pin attracts a user: style fit, and how much the topic matters."""
    before, after = (
        topic_weights(users["user_topics"], users["user_weights"], drifted=d)[user, topic]
        for d in (False, True)
    )
    weight = np.where(has_drifted(users, user, time), after, before)
    return 2.2 * fit + 1.6 * np.minimum(1.0, 4.0 * weight)
