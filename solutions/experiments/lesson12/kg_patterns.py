"""Which kinds of relations four scores can express: planted ones, each alone in its graph.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson12.kg_patterns

Sixty entities and one kind of relation each time, on a graph in one piece: a grid of six rows and ten columns, a line
or trees. In pieces, a pair or three by themselves, whoever finds the piece has the answer, whatever the formula can say.
Three tenths of the facts that follow from the others by the kind alone are held out: the other direction of a
symmetric relation, the inverse of a fact, the third side of a composition, two steps or more along an order.
The score is the filtered MRR of the held-out facts, heads and tails; the entity of the question itself is an
allowed answer, as everywhere. "Direction" asks of held-out facts of the order whether (a, r, b) has a better score than
(b, r, a); equal scores count half. In "one to many" everybody in a tree has five children, in two relations, of which the
second is partly held out. On the grid right then down is down then right; in "order counts" it is not so: everybody
in a tree has a left and a right child, and what follows is the right child of the left one and the left child of the right one.

Every model gets nine trials on graphs of another seed (learning rate and penalty), kind by kind. Then three
seeds: other facts held out, another start.

Writes data/results/12_patterns.json. Three minutes of one thread.
"""

from __future__ import annotations

import itertools

import numpy as np

from graphrec_utils import results
from graphrec_utils.data import Triples
from graphrec_utils.models import kge
from solutions.experiments.kept import kept, spent

COMMAND = "python -m solutions.experiments.lesson12.kg_patterns"
CLAIM = "Each score generalizes over the kinds of relations that its formula can express, and over no others."
SEEDS, ENTITIES, HELD = (0, 1, 2), 60, 0.3
GRID = {"lr": (0.03, 0.1, 0.3), "reg": (1e-3, 1e-2, 1e-1)}
DIM, EPOCHS = 16, 200


def line(rng):
    """Return all entities in a random order."""
    return rng.permutation(ENTITIES).tolist()


def grid(rng):
    """Return the pairs (left, right) and (upper, lower) of a grid of six rows and ten columns."""
    at = rng.permutation(ENTITIES).reshape(6, 10)
    right = np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], axis=1)
    down = np.stack([at[:-1].ravel(), at[1:].ravel()], axis=1)
    return right.tolist(), down.tolist()


def symmetric(rng):
    """Return facts known and facts that follow: neighbors of the grid, from either side first."""
    pairs = [pair if rng.random() < 0.5 else pair[::-1] for part in grid(rng) for pair in part]
    return [(a, 0, b) for a, b in pairs], [(b, 0, a) for a, b in pairs]


def inverse(rng):
    """Right and down on the grid; a third relation is right from the other side."""
    right, down = grid(rng)
    known = [(a, 0, b) for a, b in right] + [(a, 1, b) for a, b in down]
    return known, [(b, 2, a) for a, b in right]


def composition(rng):
    """Right and down on the grid; the third relation is one after the other."""
    right, down = grid(rng)
    below = dict(down)
    known = [(a, 0, b) for a, b in right] + [(a, 1, b) for a, b in down]
    return known, [(a, 2, below[b]) for a, b in right if b in below]


def order(rng):
    """One line, whoever stands before another one, five places at most; what follows is two places apart or more."""
    at = line(rng)
    known = [(a, 0, b) for a, b in itertools.pairwise(at)]
    return known, [(at[k], 0, b) for k in range(ENTITIES) for b in at[k + 2 : k + 6]]


def one_to_many(rng):
    """A tree in which everybody has five children; the second relation has the same tails."""
    at = line(rng)
    pairs = [(at[(k - 1) // 5], at[k]) for k in range(1, ENTITIES)]
    return [(a, 0, b) for a, b in pairs], [(a, 1, b) for a, b in pairs]


def order_counts(rng):
    """A tree in which everybody has a left and a right child; left then right and right then left are two relations."""
    at = line(rng)
    left, right = (
        {at[k]: at[2 * k + side] for k in range(ENTITIES) if 2 * k + side < ENTITIES}
        for side in (1, 2)
    )
    known = [(a, 0, b) for a, b in left.items()] + [(a, 1, b) for a, b in right.items()]
    follow = [(a, 2, right[b]) for a, b in left.items() if b in right]
    return known, follow + [(a, 3, left[b]) for a, b in right.items() if b in left]


KINDS = {"symmetric": symmetric, "inverse": inverse, "composition": composition, "order": order,
         "one to many": one_to_many, "order counts": order_counts}  # fmt: skip


def graph(kind: str, seed: int) -> tuple[Triples, Triples]:
    """Return what is trained on and what is asked."""
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    known, follow = KINDS[kind](rng)
    held = rng.random(len(follow)) < HELD
    train = known + [f for f, out in zip(follow, held, strict=True) if not out]
    asked = [f for f, out in zip(follow, held, strict=True) if out]
    relations = 1 + max(r for _, r, _ in known + follow)
    return tuple(Triples(*np.array(part).T, ENTITIES, relations) for part in (train, asked))


def measure(name: str, kind: str, seed: int, **knobs) -> dict[str, float]:
    """Train one model on one graph; return the MRR of what was held out, and of what was trained on."""
    train, asked = graph(kind, seed)
    model = kge.fit(train, kge.SCORES[name], DIM, EPOCHS, seed=seed, **knobs)
    ranks = np.concatenate(kge.filtered_ranks(model, asked, [train, asked]))
    fitted = np.concatenate(kge.filtered_ranks(model, train, [train, asked]))
    found = {"MRR": float((1 / ranks).mean()), "MRR on train": float((1 / fitted).mean())}
    if kind == "symmetric":
        S = model.tails(asked.heads, asked.rels)
        found["the question is its own best answer"] = float(
            (S.argmax(axis=1) == asked.heads).mean()
        )
    if kind == "order":
        E, R = model.entity_emb, model.rel_emb
        h, r, t = E[asked.heads], R[asked.rels], E[asked.tails]
        gap = model.score(h, r, t) - model.score(t, r, h)
        gap[gap.abs() < 1e-4] = 0  # rounding
        found["direction"] = float((1.0 * (gap > 0) + 0.5 * (gap == 0)).mean())
    return found


def row(kind: str, name: str) -> dict:
    """Tune one model on one kind and measure the winner with three seeds."""
    trials = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    best = max(trials, key=lambda knobs: measure(name, kind, 99, **knobs)["MRR"])
    found = [measure(name, kind, seed, **best) for seed in SEEDS]
    return {"kind": kind, "model": name, "knobs": best} | {
        key: [f[key] for f in found] for key in found[0]
    }


def main() -> None:
    rows = []
    for kind, name in itertools.product(KINDS, kge.SCORES):
        rows.append(
            kept("patterns", f"{kind} {name}", lambda kind=kind, name=name: row(kind, name))
        )
        print(rows[-1], flush=True)
    print(results.save("12_patterns", claim=CLAIM, values={"rows": rows}, seeds=list(SEEDS),
                       seconds=spent("patterns"), command=COMMAND))  # fmt: skip


if __name__ == "__main__":
    main()
