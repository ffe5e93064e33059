"""Exercise 14.5: a neighbor that is the answer is taken out of the list."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _lists(rng, B: int = 6, T: int = 5, n: int = 12, P: int = 4) -> dict:
    """Pairs both ways round, one of them of pins that do not hear each other; some places are empty."""
    nodes = torch.from_numpy(rng.permutation(n)[:B])
    ids = torch.stack([torch.from_numpy(rng.permutation(n - 1)[:T]) for _ in range(B)])
    ids = torch.where(ids == nodes[:, None], n - 1, ids)
    ids[-1, 3:] = -1
    one, other = [], []
    for p in range(P):
        row = p % B
        u, v = int(nodes[row]), int(ids[row, int(rng.integers(3))])
        one.append(u if p % 2 else v)
        other.append(v if p % 2 else u)
    one.append(int(nodes[-2]))
    other.append(int(nodes[-1]))
    return {"ids": ids, "nodes": nodes, "one": torch.tensor(one), "other": torch.tensor(other)}


ex = Exercise(
    "14.5",
    "without_answers",
    points=4,
    branch=True,
    library=("graphrec_utils.walks.padded.without", "graphrec_utils.models.sage.without"),
    hints=(
        "Pin 3 is asked for pin 7. Whose lists must not hold whom?",
        "Give a pair (u, v) the number u · n + v, both ways round, and look up each place of each list.",
        "`n = 1 + max(ids.max(), nodes.max(), one.max(), other.max())`; `hidden = torch.cat([one * n + other, other * "
        "n + one])`; `ids.masked_fill(torch.isin(nodes[:, None] * n + ids, hidden) & (ids >= 0), -1)`.",
    ),
)


@ex.solution
def without_answers(ids, nodes, one, other):
    size = 1 + int(max(ids.max(), nodes.max(), one.max(), other.max()))
    hidden = torch.cat([one * size + other, other * size + one])
    keys = nodes[:, None] * size + ids
    return ids.masked_fill(torch.isin(keys, hidden) & (ids >= 0), -1)


def _by_hand(rng) -> dict:
    f = torch.tensor
    return {
        "ids": f([[7, 4], [3, 9], [7, 3]]),
        "nodes": f([3, 7, 5]),
        "one": f([3]),
        "other": f([7]),
    }


ex.claim("pins 3 and 7 are a pair: 3 loses 7, 7 loses 3, and 5 keeps both", _by_hand)
ex.claim("six lists, pairs both ways round", _lists)
ex.claim("a pin in its own list stays there", lambda rng: {
    "ids": torch.tensor([[3, 7, 4], [7, 3, 9]]), "nodes": torch.tensor([3, 7]), "one": torch.tensor([3]), "other": torch.tensor([7])})  # fmt: skip
ex.claim("longer lists, more pairs", lambda rng: _lists(rng, 8, 7, 20, 7))


def _elsewhere(rng) -> dict:
    """Pairs of pins that stand in no list, with ids that are larger than all that do."""
    u, v = int(rng.integers(5, 9)), int(rng.integers(2))
    return {"ids": torch.tensor([[v, 2], [2, 1 - v]]), "nodes": torch.tensor([u, u + 1]),
            "one": torch.tensor([u - 1, u - 1]), "other": torch.tensor([v + 3, v + u + 2])}  # fmt: skip


ex.claim("pairs of larger ids than any in the lists hide nobody here", _elsewhere)

BOTH = "torch.cat([one * size + other, other * size + one])"
HIT = "torch.isin(keys, hidden) & (ids >= 0)"
LEFT = f"ids.masked_fill({HIT}, -1)"

# fmt: off
ex.slip("you hide one way only: the other pin of the pair still hears the first",
        BOTH, "one * size + other", hint=True)
ex.slip("you hide the other way only: the first pin of the pair still hears the second",
        BOTH, "other * size + one")
ex.slip("you take every pin of a pair out of every list: those who are not asked for it may hear "
        "it",
        HIT, "torch.isin(ids, torch.cat([one, other]))")
ex.slip("you take row p for a pin of pair p; whose list a row is says `nodes`",
        f"return {LEFT}", "out, P = ids.clone(), min(len(ids), len(one))\n"
        "hit = (out[:P] == one[:P, None]) | (out[:P] == other[:P, None])\n"
        "out[:P] = out[:P].masked_fill(hit, -1)\n"
        "return out")
ex.slip("those behind a hidden one moved up: their places stay",
        f"return {LEFT}", f"rows = {LEFT}\nreturn torch.stack([torch.cat([row[row >= 0], row[row < 0]]) for row in rows])")
ex.slip("your hidden places hold 0, and 0 is a pin",
        f"{HIT}, -1", "torch.isin(keys, hidden), 0", hint=True)
ex.slip("you emptied the whole list of each pin of a pair: it loses one neighbor",
        HIT, "torch.isin(nodes, torch.cat([one, other]))[:, None]")
ex.slip("two pairs have one number in yours: u · n + v needs an n beyond every id, those of the "
        "pairs, too",
        "max(ids.max(), nodes.max(), one.max(), other.max())", "ids.max()")
ex.slip("nothing is hidden", LEFT, "ids.clone()")
