"""Exercise 16.1: busy nodes keep some of their edges, quiet ones all."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling


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
    branch=True,
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
    degree = np.bincount(rows)
    limit = np.maximum(np.minimum(np.ceil(degree.astype(float) ** alpha), most), least)
    order = np.lexsort((chance, rows))
    place = np.arange(len(rows)) - (np.cumsum(degree) - degree)[rows[order]]
    keep = np.zeros(len(rows), dtype=bool)
    keep[order[place < limit[rows[order]]]] = True
    return keep


COIN = "if its chance is below d^alpha / d"
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
            wrong=(COIN, "one with a few more falls below")),
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

POWER = "degree.astype(float) ** alpha"
UP = f"np.ceil({POWER})"
CAPPED = f"np.minimum({UP}, most)"
LIMIT = f"np.maximum({CAPPED}, least)"

# fmt: off
ex.slip("nodes with few edges lose some in yours: who has at most `least` keeps everything, or "
        "cold nodes get colder",
        LIMIT, CAPPED, hint=True)
ex.slip("only nodes with at most `least` edges are safe in yours: one with a few more falls below "
        "`least`",
        LIMIT, f"np.where(degree <= least, degree, {CAPPED})")
ex.slip("your busiest nodes keep too many: `most` is a cap", CAPPED, UP, hint=True)
ex.slip("you round down: ⌈d^alpha⌉ is rounded up", "ceil", "floor", hint=True)
ex.slip("alpha times the degree keeps the same share of everybody: the power takes most from the "
        "busiest",
        POWER, "alpha * degree")
ex.slip("the edges with the largest chance stay in yours; the smallest are to",
        "(chance", "(-chance")
ex.slip("you keep an edge if its chance is below d^alpha / d: that many stay on average, and one "
        "node loses all by bad luck",
        "return keep", "return chance < limit[rows] / degree[rows]")
ex.slip("only nodes above `most` lose edges in yours, and then down to it: the power is for all "
        "above `least`",
        "limit[rows[order]]", "most")
ex.slip("every node keeps `least` edges in yours, a busy one may keep more: are min and max "
        "exchanged, or alpha and d?",
        "limit[rows[order]]", "least")
ex.slip("your edges stay in the order of the list, not of `chance`: the first ones are the "
        "oldest, and that is no sample",
        "(chance", "(np.arange(len(rows))")
ex.slip("you round to the nearest number: ⌈d^alpha⌉ is rounded up", "ceil", "round")
ex.slip("you round down and add one: a power that is whole stays as it is",
        UP, f"np.floor({POWER}) + 1")
ex.slip("your power is always the root: `alpha` says how much busy nodes lose",
        "** alpha", "** 0.5")
ex.slip("every node keeps one edge too few in yours", "place <", "place + 1 <")
ex.slip("you return which edges go: True is for those that stay", "return keep", "return ~keep")
ex.slip("you rank all edges together: every node has a limit, and ranks its own edges",
        "degree = ", "rows = np.zeros_like(rows)\ndegree = ")
ex.slip("your answer is in the order in which you sorted: entry k is to say whether edge k of the "
        "input stays",
        "return keep", "return keep[order]")
ex.slip("you take edges that stand side by side for those of one node: they come in any order",
        "degree = ", "rows = np.cumsum(np.r_[0, np.diff(rows) != 0])\ndegree = ")
ex.slip("nodes with at most `most` edges lose none in yours: the power is for all above `least`",
        LIMIT, f"np.where(degree <= most, degree, {LIMIT})")
ex.slip("you add `least` to the power: it is a floor, the larger of the two stays",
        LIMIT, f"np.minimum({UP} + least, most)")
ex.slip("every node keeps one edge too many in yours: a rank below the limit, counted from 0, is "
        "meant",
        "place <", "place <=")
ex.slip("nodes with fewer than `least` edges lose all in yours: they keep what they have",
        LIMIT, f"{LIMIT} * (degree >= least)")
ex.slip("your power is 1 − alpha: with alpha 1 nobody but the busiest loses an edge",
        "** alpha", "** (1 - alpha)")
ex.slip("you compare an edge's rank among all edges with its node's limit: each node ranks its own",
        "return keep", "return np.argsort(np.argsort(chance)) < limit[rows]")
ex.slip("you return which edges stay by their numbers: the answer says of each edge whether it "
        "stays",
        "return keep", "return np.flatnonzero(keep)")
