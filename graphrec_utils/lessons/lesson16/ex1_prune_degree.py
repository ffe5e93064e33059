"""Exercise 16.1: busy nodes keep some of their edges, quiet ones all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.lessons.lesson16.shared import telling


def _limit(d, alpha, least, most):
    return np.clip(np.ceil(d**alpha), least, most)


def _keep(rows, chance, alpha, least, most, limit=_limit, sign=1):
    """Return which edges stay; the options are what can go wrong.

    Args:
        limit: degree and the three numbers to how many stay.
        sign: -1 keeps the largest chances.
    """
    keep = np.zeros(len(rows), dtype=bool)
    for v in np.unique(rows):
        mine = np.flatnonzero(rows == v)
        k = int(limit(float(len(mine)), alpha, least, most))
        keep[mine[np.argsort(sign * chance[mine], kind="stable")[: max(k, 0)]]] = True
    return keep


def _variant(**options) -> Callable:
    return lambda *inputs: _keep(*inputs, **options)


def _graph(rng, degrees, alpha=None, least=3, most=8) -> dict:
    rows = np.repeat(np.arange(len(degrees)), degrees)
    rng.shuffle(rows)
    alpha = float(rng.choice([0.55, 0.65, 0.72])) if alpha is None else alpha
    return {
        "rows": rows,
        "chance": rng.random(len(rows)),
        "alpha": alpha,
        "least": least,
        "most": most,
    }


ex = Exercise(
    "16.1",
    "prune_degree",
    points=4,
    library=("graphrec_utils.walks.prune_degree", "graphrec_utils.walks.prune"),
    hints=(
        "A board has 5 edges and least is 10. How many may it keep? And a board with a million?",
        "limit = max(min(⌈d^alpha⌉, most), least). Rank the edges of each node by chance; those ranked below its "
        "limit stay.",
        "`order = np.lexsort((chance, rows))` puts each node's edges side by side; "
        "`place = np.arange(E) - begin[rows[order]]` counts them; keep `order[place < limit[rows[order]]]`.",
    ),
)


@ex.solution
def prune_degree(rows, chance, alpha, least, most):
    return _keep(rows, chance, alpha, least, most)


COIN = "a coin for each edge"
ex.claim(
    "the example of the text: of 3, 4, 10, 16 and 26 edges 3, 3, 4, 4 and 5 stay",
    lambda rng: _graph(np.random.default_rng(5), [3, 4, 10, 16, 26], 0.5, least=3, most=5),
)
ex.claim(
    "busy nodes keep ⌈d^alpha⌉ of their edges",
    lambda rng: _graph(rng, [17, 12, 21, 15], least=1, most=90),
    2,
)
ex.claim(
    "a node with at most `least` edges keeps all of them",
    telling(ex, lambda rng: _graph(rng, [1, 5, 4, 18, 2], 0.65, least=5, most=7), wrong=(COIN,)),
    2,
)
ex.claim(
    "one with more keeps `least` at the least",
    telling(ex, lambda rng: _graph(rng, [9, 3, 8, 20], 0.55, least=5, most=7),
            wrong=(COIN, "the floor ends at least")),
)  # fmt: skip
ex.claim(
    "nobody keeps more than `most`",
    telling(ex, lambda rng: _graph(rng, [24, 23, 9, 2], 0.9, least=2, most=5), wrong=(COIN,)),
)
ex.claim(
    "a node without edges is none of your rows",
    telling(ex, lambda rng: _graph(rng, [7, 0, 19, 0], 0.65, least=2), wrong=(COIN,)),
)
ex.claim(
    "alpha 1: only the cap cuts",
    telling(ex, lambda rng: _graph(rng, [20, 6, 11], 1.0, least=1, most=9), wrong=(COIN,)),
)


@ex.mistake(
    "nodes with few edges lose some in yours: who has at most `least` keeps everything, or cold nodes get colder"
)
def low_degrees_are_pruned(*inputs):
    return _variant(limit=lambda d, a, least, most: min(np.ceil(d**a), most))(*inputs)


@ex.mistake(
    "only nodes with at most `least` edges are safe in yours: one with a few more falls below `least`"
)
def the_floor_ends_at_least(*inputs):
    def limit(d, a, least, most):
        return d if d <= least else min(np.ceil(d**a), most)

    return _variant(limit=limit)(*inputs)


@ex.mistake("your busiest nodes keep too many: `most` is a cap")
def no_cap(*inputs):
    return _variant(limit=lambda d, a, least, most: max(np.ceil(d**a), least))(*inputs)


@ex.mistake("you round down: ⌈d^alpha⌉ is rounded up")
def rounded_down(*inputs):
    return _variant(limit=lambda d, a, least, most: np.clip(np.floor(d**a), least, most))(*inputs)


@ex.mistake(
    "alpha times the degree keeps the same share of everybody: the power takes most from the busiest"
)
def a_share_of_everybody(*inputs):
    return _variant(limit=lambda d, a, least, most: np.clip(np.ceil(a * d), least, most))(*inputs)


@ex.mistake("the edges with the largest chance stay in yours; the smallest are to")
def the_largest_chance_stays(*inputs):
    return _variant(sign=-1)(*inputs)


@ex.mistake(
    "you keep an edge if its chance is below d^alpha / d: that many stay on average, and one node loses all by bad luck"
)
def a_coin_for_each_edge(rows, chance, alpha, least, most):
    d = np.bincount(rows)[rows].astype(float)
    return chance < _limit(d, alpha, least, most) / d


@ex.mistake(
    "only nodes above `most` lose edges in yours, and then down to it: the power is for all above `least`"
)
def only_the_cap(*inputs):
    return _variant(limit=lambda d, a, least, most: most)(*inputs)


@ex.mistake(
    "every node keeps `least` edges in yours, a busy one may keep more: are min and max exchanged, or alpha and d?"
)
def all_down_to_least(*inputs):
    return _variant(limit=lambda d, a, least, most: least)(*inputs)


@ex.mistake(
    "your edges stay in the order of the list, not of `chance`: the first ones are the oldest, and that is no sample"
)
def the_first_edges(rows, chance, alpha, least, most):
    return _keep(rows, np.arange(len(rows), dtype=float), alpha, least, most)


@ex.mistake("you round to the nearest number: ⌈d^alpha⌉ is rounded up")
def rounded_to_the_nearest(*inputs):
    return _variant(limit=lambda d, a, least, most: np.clip(np.round(d**a), least, most))(*inputs)


@ex.mistake("you round down and add one: a power that is whole stays as it is")
def one_more_than_rounded_down(*inputs):
    return _variant(limit=lambda d, a, least, most: np.clip(np.floor(d**a) + 1, least, most))(
        *inputs
    )


@ex.mistake("your power is always the root: `alpha` says how much busy nodes lose")
def always_the_root(*inputs):
    return _variant(limit=lambda d, a, least, most: _limit(d, 0.5, least, most))(*inputs)


@ex.mistake("every node keeps one edge too few in yours")
def one_too_few(*inputs):
    return _variant(limit=lambda d, a, least, most: _limit(d, a, least, most) - 1)(*inputs)


@ex.mistake("you return which edges go: True is for those that stay")
def the_edges_that_go(*inputs):
    return ~_keep(*inputs)


@ex.mistake("you rank all edges together: every node has a limit, and ranks its own edges")
def all_edges_in_one_rank(rows, chance, alpha, least, most):
    return _keep(np.zeros_like(rows), chance, alpha, least, most)


@ex.mistake(
    "your answer is in the order in which you sorted: entry k is to say whether edge k of the input stays"
)
def in_sorted_order(rows, chance, alpha, least, most):
    return _keep(rows, chance, alpha, least, most)[np.lexsort((chance, rows))]


@ex.mistake("you take edges that stand side by side for those of one node: they come in any order")
def rows_taken_as_sorted(rows, chance, alpha, least, most):
    runs = np.cumsum(np.r_[0, np.diff(rows) != 0])
    return _keep(runs, chance, alpha, least, most)


@ex.mistake(
    "nodes with at most `most` edges lose none in yours: the power is for all above `least`"
)
def only_monsters_are_cut(*inputs):
    return _variant(limit=lambda d, a, least, most: d if d <= most else _limit(d, a, least, most))(
        *inputs
    )


@ex.mistake("you add `least` to the power: it is a floor, the larger of the two stays")
def the_floor_is_added(*inputs):
    return _variant(limit=lambda d, a, least, most: min(np.ceil(d**a) + least, most))(*inputs)


@ex.mistake(
    "every node keeps one edge too many in yours: a rank below the limit, counted from 0, is meant"
)
def one_too_many(*inputs):
    return _variant(limit=lambda d, a, least, most: _limit(d, a, least, most) + 1)(*inputs)


@ex.mistake("nodes with fewer than `least` edges lose all in yours: they keep what they have")
def few_edges_lose_all(*inputs):
    return _variant(limit=lambda d, a, least, most: _limit(d, a, least, most) * (d >= least))(
        *inputs
    )


@ex.mistake("your power is 1 − alpha: with alpha 1 nobody but the busiest loses an edge")
def the_other_power(*inputs):
    return _variant(limit=lambda d, a, least, most: _limit(d, 1 - a, least, most))(*inputs)


@ex.mistake(
    "you compare an edge's rank among all edges with its node's limit: each node ranks its own"
)
def ranked_among_all(rows, chance, alpha, least, most):
    limit = _limit(np.bincount(rows)[rows].astype(float), alpha, least, most)
    return np.argsort(np.argsort(chance)) < limit


@ex.mistake(
    "you return which edges stay by their numbers: the answer says of each edge whether it stays"
)
def the_numbers_of_the_edges(*inputs):
    return np.flatnonzero(_keep(*inputs))
