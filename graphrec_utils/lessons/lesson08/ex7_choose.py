"""Exercise 08.7: the open task. A choice is graded by what it finds, and by what it was allowed to see."""

from __future__ import annotations

import functools

import numpy as np
import scipy.sparse as sp

from graphrec_utils import graphs, metrics, pinworld, walks
from graphrec_utils.exercises import open_task
from graphrec_utils.exercises.core import Exercise

BUDGET = 20_000  # steps per user
USERS = 200
# NDCG@20 of these users' validation days: bestsellers have 0.0324, eight pins with Pixie's settings
# (restart 0.5, booster) 0.0926, the best of the grid in the lesson 0.106
POPULARITY, DEFAULT, STORED = 0.033, 0.0915, 0.100


@functools.cache
def _world():
    """Return (train, what USERS of its users saved later and not before, their pins, latest first)."""
    world = pinworld.load("small")
    train, val, _ = world.split(("save",))
    val = val.without(train)
    latest = np.argsort(-train.times, kind="stable")
    pins: dict[int, list[int]] = {}
    for user, pin in zip(train.users[latest].tolist(), train.items[latest].tolist(), strict=True):
        pins.setdefault(user, []).append(pin)
    pins = {user: list(dict.fromkeys(own)) for user, own in pins.items()}
    users = np.array([u for u in np.unique(val.users).tolist() if u in pins])[::6][:USERS]
    return train, val.select(np.isin(val.users, users)), {u: pins[u] for u in users.tolist()}


@functools.cache
def _boards(until_day: int):
    R = pinworld.load("small").bipartite(until_day)["board-pin"].matrix
    return walks.walkable(graphs.adjacency(sp.csr_array((R > 0).astype(np.float64)))), R.shape[0]


@functools.cache
def score(queries: int, restart: float, booster: bool, num_steps: int, until_day: int) -> float:
    """Return the mean NDCG@20 of a choice; pins that no board of its graph has are no queries."""
    train, val, pins = _world()
    graph, m = _boards(until_day)
    known = np.diff(graph.indptr)[m:] > 0
    S = np.zeros((train.num_users, train.num_items), dtype=np.float32)
    for user, own in pins.items():
        own = [pin for pin in own if known[pin]][:queries]
        if not own:
            continue
        V = np.stack([
            walks.visits(graph, m + pin, num_steps // len(own), restart, seed=user)[m:]
            for pin in own
        ])  # fmt: skip
        S[user] = walks.boost(V) if booster else V.sum(axis=0)
    return float(metrics.evaluate_model(S, train, val).ndcg.mean())


KEYS = {"queries": int, "restart": float, "booster": bool, "num_steps": int, "until_day": int}


def _problem(choice) -> str:
    """Say what is wrong with a choice before anything is measured; "" if nothing is."""
    if set(choice) != set(KEYS):
        return f"the choice needs the keys {', '.join(KEYS)}"
    if not isinstance(choice["booster"], bool | np.bool_):
        return "booster must be True or False"
    if not choice["until_day"] <= pinworld.TRAIN_END:
        return "your graph holds the days that are to be predicted: that is a leak"
    if choice["until_day"] < 1:
        return "until_day must be at least 1"
    if not 0 < choice["restart"] <= 1 or choice["queries"] < 1:
        return "restart must be above 0 and at most 1, and there must be a query"
    if not choice["queries"] <= choice["num_steps"] <= BUDGET:
        return f"there are {BUDGET:,} steps per user at most, and each query needs one"
    return ""


def _kind(choice) -> str:
    """Return the one thing about a weak choice that explains it best."""
    if problem := _problem(choice):
        return problem
    if choice["until_day"] < 21:
        return "young graph"
    if choice["num_steps"] < 1000:
        return "few steps"
    if choice["queries"] < 4:
        return "few queries"
    return "never far" if choice["restart"] > 0.9 else ""


def _found(choice) -> float:
    if _problem(choice):
        return 0.0
    return score(*(choice[key] for key in KEYS))


ex = Exercise(
    "08.7",
    "choose",
    points=5,
    branch=True,
    hints=(
        "Which of the five decides most? Change one at a time and look at `try_out`.",
        "More of a user's pins say more than one; a walk that returns less often gets further. And "
        "the days from 42 on are to be predicted.",
        "Try `queries=64` with `restart` 0.3, with and without the booster, `num_steps=20_000`, "
        "`until_day=42`.",
    ),
)


@ex.solution
def choose():
    return {
        "queries": 64, "restart": 0.3, "booster": False, "num_steps": 20_000, "until_day": 42,
    }  # fmt: skip


open_task.claims(
    ex,
    "five entries within their bounds, and no day of the future",
    {
        "it finds more than bestsellers do": 1,
        "it finds as much as eight pins, restart 0.5 and the booster": 2,
        "it comes close to our best choice": 2,
    },
    lambda: (POPULARITY, DEFAULT, STORED),
    _found,
    _problem,
    _kind,
)

# fmt: off
ex.slip("your graph holds days from 42 on, and these are to be predicted: the walk finds the "
        "saved pins on the very boards they were saved to",
        '"until_day": 42', '"until_day": 56')
ex.slip("one to three pins of a user are few: they have saved more, and each says something else",
        '"queries": 64', '"queries": 1')
ex.slip("so few steps leave each pin a visit or two, and the order is chance: use the budget",
        "20_000", "100")
ex.slip("a walk that returns after nearly every step sees only pins that share a board with the "
        "query",
        '"queries": 64, "restart": 0.3, "booster": False', '"queries": 8, "restart": 1.0, "booster": True')
ex.slip("your graph ends long before day 42: what was saved since then is missing from it",
        '"until_day": 42', '"until_day": 14')
ex.slip("you spend more than the budget of 20,000 steps per user", "20_000", "100_000")
