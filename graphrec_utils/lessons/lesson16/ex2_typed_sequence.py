"""Exercise 16.2: the nodes that walks visited most, so many of each type."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise
from graphrec_utils.exercises.telling import telling


def _walk(rng, counts=(6, 9), quotas=(3, 4), share=0.8, most=20) -> dict:
    types = np.repeat(np.arange(len(counts)), counts)
    rng.shuffle(types)
    N = len(types)
    visits = rng.integers(1, most, N) * (rng.random(N) < share)
    start = int(np.flatnonzero(types == 0)[0])
    visits[start] = most + 5  # a walker that returns is at home most often
    return {"visits": visits, "types": types, "start": start, "quotas": list(quotas)}


ex = Exercise(
    "16.2",
    "typed_sequence",
    points=5,
    library=("graphrec_utils.walks.typed_neighbors", "graphrec_utils.models.omnisage.sequences"),
    hints=(
        "Boards are fewer and busier than pins. Who is in the list if only visits decide? And who has most visits of all?",
        "For each type: the visited nodes without the start, most visited first, at most its quota. Then all of "
        "them in one order of visits; -1 fills up at the end.",
        "`order = np.lexsort((np.arange(N), -visits))`; walk along it with a list of the quotas that are left; "
        "`ids + [-1] * (sum(quotas) - len(ids))`.",
    ),
)  # fmt: skip


@ex.solution
def typed_sequence(visits, types, start, quotas):
    left, ids = list(quotas), []
    for node in np.lexsort((np.arange(len(visits)), -visits)).tolist():
        if node != start and visits[node] > 0 and left[types[node]] > 0:
            left[types[node]] -= 1
            ids.append(node)
    return np.array(ids + [-1] * (sum(quotas) - len(ids)), dtype=np.int64)


def _by_hand(rng) -> dict:
    """Three pins, of which node 2 is the start, and five boards; quotas of one pin and five boards."""
    return {"visits": np.array([6, 9, 20, 30, 9, 0, 5, 7]), "types": np.array([0, 1, 0, 1, 1, 1, 1, 0]),
            "start": 2, "quotas": [1, 5]}  # fmt: skip


def _busy_boards(rng) -> dict:
    """The second type is visited ten times as often."""
    out = _walk(rng, (8, 8), (3, 3), share=1.0)
    out["visits"] = out["visits"] * np.where(out["types"] == 1, 10, 1)
    return out


TIES, APART = "the larger id comes first", "types stand one behind the other"
ANYBODY, OTHERS = "nodes that no walk reached", "one type fills the places"
BY_ID, STOPS = "but sorted by id", "you stop at the first node"
TOGETHER, SMALLEST = "of all types together", "nodes with the smallest ids"
FULL = (
    ANYBODY,
    OTHERS,
    "your empty places hold 0",
)  # nobody errs where no place is free
ex.claim("the example of the text", _by_hand)
ex.claim(
    "a rare type gets its places beside a busy one", telling(ex, _busy_boards, wrong=(TIES,)), 2
)
ex.claim(
    "all in one order of visits",
    telling(
        ex,
        lambda rng: _walk(rng, (9, 9, 9), (2, 3, 2), share=1.0),
        wrong=(TOGETHER, APART, TIES),
    ),
    2,
)
ex.claim(
    "a quota larger than the neighborhood leaves places empty: -1, at the end",
    telling(
        ex,
        lambda rng: _walk(rng, (4, 8), (6, 2), 0.7),
        right=(TIES,),
        wrong=(
            APART,
            ANYBODY,
            BY_ID,
            STOPS,
            TOGETHER,
            OTHERS,
            "the same number of places",
            SMALLEST,
        ),
    ),
    2,
)
ex.claim(
    "who was never visited is no neighbor",
    telling(
        ex,
        lambda rng: _walk(rng, (7, 7), (6, 6), share=0.4),
        right=(TIES,),
        wrong=(APART, BY_ID, SMALLEST),
    ),
)
ex.claim(
    "of equally visited nodes the smaller id comes first",
    telling(
        ex,
        lambda rng: _walk(rng, (8, 8), (3, 4), most=3),
        wrong=(TOGETHER, APART, BY_ID),
        right=FULL,
    ),
)
ex.claim(
    "a quota of 0: this type is only passed",
    telling(
        ex,
        lambda rng: _walk(rng, (7, 7), (4, 0)),
        right=(TIES, *FULL),
        wrong=(TOGETHER, BY_ID, STOPS),
    ),
)

ORDER = "np.lexsort((np.arange(len(visits)), -visits)).tolist()"
FREE = "[-1] * (sum(quotas) - len(ids))"

# fmt: off
ex.slip("you take the most visited of all types together: the busy type fills the places of the "
        "rare one. Quotas are per type",
        "left[types[node]] > 0", "len(ids) < sum(quotas)")
ex.slip("the start is in your list: a walker that returns is at home most often, and nobody is "
        "its own neighbor",
        "node != start and ", "", hint=True)
ex.slip("nodes that no walk reached fill your free places: nothing says that they are near",
        "visits[node] > 0 and ", "", hint=True)
ex.slip("one type fills the places that another leaves free in yours: its quota is its own",
        "return", f"free = [n for n in {ORDER} if n != start and visits[n] > 0]\n" "ids += [n for n in free if n not in ids][: sum(quotas) - len(ids)]\n" "ids.sort(key=free.index)\nreturn")
ex.slip("your types stand one behind the other: the sequence is in one order of visits",
        "return", "ids.sort(key=lambda n: types[n])\nreturn")
ex.slip("of equally visited nodes the larger id comes first in yours", "np.arange", "-np.arange")
ex.slip("the least visited nodes come first in yours: you sort upwards", "-visits", "visits")
ex.slip("your empty places hold 0, and 0 is a node: -1 says that nobody is there",
        "[-1]", "[0]", hint=True)
ex.slip("you give every type the same number of places: each has its own quota",
        "list(quotas)", "[sum(quotas) // len(quotas)] * len(quotas)")
ex.slip("the start is gone from your list, but its place stays empty: take it out before you count",
        "node != start and ", "", "return", "ids = [n for n in ids if n != start]\nreturn")
ex.slip("every type has empty places of its own in yours: they all stand at the end",
        "return", "each = [[n for n in ids if types[n] == k] + [-1] * left[k] for k in range(len(left))]\n"
        "ids = sum(each, [])\n"
        "return")
ex.slip("your empty places come first: they stand at the end", f"ids + {FREE}", f"{FREE} + ids")
ex.slip("your neighbors are the right ones, but sorted by id: the most visited comes first",
        "ids +", "sorted(ids) +")
ex.slip("you take the nodes with the smallest ids: the most visited of a type fill its quota",
        "-visits", "-np.sign(visits)")
ex.slip("you leave out the most visited node: the start is a number that you are given",
        "!= start", "!= visits.argmax()")
ex.slip("you return how often nodes were visited, not who they are",
        "append(node)", "append(visits[node])")
ex.slip("you stop at the first node whose type is full: pass it by, others follow",
        " and left[types[node]] > 0:", ":\n    if left[types[node]] == 0:\n        break")
ex.slip("empty places are missing in yours: -1 fills up to the sum of the quotas", " + [-1] * (sum(quotas) - len(ids))", "")
