"""The graphs in a world: MultiBiSage's six bipartite graphs, and the pin-pin graph of OmniSage.

Every graph is cut by time: only what happened before `until_day` makes an edge, and only boards
made before it are nodes, so that a graph of the training days knows nothing of the test days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils.pinworld.entities import DAY, DAYS
from graphrec_utils.pinworld.impressions import POSITIVE_ACTIONS

SIX = ("board-pin", "user-pin", "user-idea", "user-product", "user-ad", "query-pin")


@dataclass(frozen=True)
class Bipartite:
    """One bipartite graph whose right side is the pins.

    Attributes:
        left: what the left side is: "board", "user" or "query".
        matrix: (left nodes, pins) CSR; how often each pair was seen, no pair twice.
    """

    left: str
    matrix: sp.csr_array

    @property
    def num_edges(self) -> int:
        """Number of different pairs."""
        return self.matrix.nnz


def bipartite(world, until_day: float = DAYS) -> dict[str, Bipartite]:
    """Return six graphs that share the pins (MultiBiSage, Gurukar et al. 2022).

    | name | edge |
    |---|---|
    | board-pin | saved to the board |
    | user-pin | long click |
    | user-idea, user-product, user-ad | positive action on a pin of that kind, and the pin of its context |
    | query-pin | positive action in a session of the query |

    The paper's abstract does not name its six graphs; these are ours. The context pin is what
    ties a rare kind to the rest of the world: without it an ad meets only other ads.

    Raises:
        ValueError: until_day is not between 0 and 56.
    """
    rows = world.events(POSITIVE_ACTIONS, 0, until_day)
    saves, long_clicks = rows[rows["action"] == "save"], rows[rows["action"] == "long_click"]
    searches = rows[rows["query"] >= 0]
    boards, users, queries = num_boards(world, until_day), world.num_users, world.sizes["queries"]
    out = {
        "board-pin": _bipartite(world, "board", boards, saves["board"], saves["pin"]),
        "user-pin": _bipartite(world, "user", users, long_clicks["user"], long_clicks["pin"]),
    }
    kind = world.pins["kind"].to_numpy()[rows["pin"]]
    for special in ("idea", "product", "ad"):
        found = rows[kind == special]
        context = found[found["context"] >= 0]
        left, right = np.r_[found["user"], context["user"]], np.r_[found["pin"], context["context"]]
        out[f"user-{special}"] = _bipartite(world, "user", users, left, right)
    out["query-pin"] = _bipartite(world, "query", queries, searches["query"], searches["pin"])
    return out


def num_boards(world, until_day: float) -> int:
    """Return how many boards were made before a day: these are boards 0, 1, ..."""
    return int(np.searchsorted(world.boards["created"].to_numpy(), until_day * DAY))


def pin_pin(world, until_day: float = DAYS) -> sp.csr_array:
    """Return how often two pins were engaged directly one after the other in a session.

    Returns:
        (pins, pins) symmetric CSR without a diagonal: the pin-pin edges of OmniSage
        (Badrinath et al. 2025), which come from the same kind of engagement.

    Raises:
        ValueError: until_day is not between 0 and 56.
    """
    rows = world.events(POSITIVE_ACTIONS, 0, until_day)
    rows = rows[rows["context"] >= 0]
    one_way = _count(rows["context"], rows["pin"], (world.num_pins, world.num_pins))
    return sp.csr_array(one_way + one_way.T)


def _bipartite(world, left: str, count: int, left_ids, pins) -> Bipartite:
    """Return the graph of the pairs (left_ids, pins) with `count` nodes on the left."""
    return Bipartite(left, _count(left_ids, pins, (count, world.num_pins)))


def _count(rows: pd.Series, columns: pd.Series, shape: tuple[int, int]) -> sp.csr_array:
    """Return how often each (row, column) occurs, as a CSR of float32 counts."""
    ones = np.ones(len(rows), np.float32)
    return sp.coo_array((ones, (np.asarray(rows), np.asarray(columns))), shape=shape).tocsr()
