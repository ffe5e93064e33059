r"""TwHIN: one vector for every entity of a graph with many kinds of edges, and the product as the score.

$$ f(s, r, t) = (\boldsymbol\theta_s + \boldsymbol\theta_r)^\top \boldsymbol\theta_t $$

A true edge should have a large score, a false one a small one. False ones are made within a batch: the
targets and the sources of the *other* edges of the same relation, so that they have the right type for
free; `uniform` ones may join them, drawn from all entities of the type.

`score` and `loss` are the parts, for torch and autograd. `fit` is the same training with gradients
by hand: groups of edges of one relation, whose products are one matrix product, and one Adagrad
step per row, as in `transe.fit`. It is not TransE's kernel: that one takes fact by fact, and shares
nothing between them. `budget` says how many groups of each relation a step has.

El-Kishky et al. 2022, https://arxiv.org/abs/2202.05387. Built in lesson 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils import train as training_loop
from graphrec_utils.data.triples import Triples
from graphrec_utils.kernels import twhin as kernels
from graphrec_utils.models.transe import Tails as Tails

Callback = Callable[[int, "TwHIN"], None]


@dataclass(frozen=True, eq=False)
class TwHIN:
    """Vectors of a trained model: `entity_emb` (num_entities, d), `rel_emb` (num_relations, d)."""

    entity_emb: NDArray[np.float32]
    rel_emb: NDArray[np.float32]

    def ends(self, heads, rels, items) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the vectors (B, d) of heads, moved by a relation, and (n, d) of tails."""
        return self.entity_emb[heads] + self.rel_emb[rels], self.entity_emb[items]

    def tails(self, heads, rels, items) -> NDArray[np.float32]:
        """Return the scores (B, n) of n entities as the tail of B questions."""
        left, right = (torch.from_numpy(x) for x in self.ends(heads, rels, items))
        return (left @ right.T).numpy()


def typed_edges(
    tables: Mapping[tuple[str, str, str], Sequence], nodes: Mapping[str, Sequence]
) -> Triples:
    """Return tables of edges as facts with one id space, each fact once, relation by relation.

    Args:
        tables: (source type, relation, target type) -> pairs of labels, (E, 2).
        nodes: type -> the labels of its nodes; types follow each other in this order.

    Raises:
        ValueError: a type is unknown, a label is not among those of its type, or two nodes of a type
            have one label.

    Built in lesson 13, exercise 13.1.
    """
    place, names, types = {}, [], []
    for kind, labels in nodes.items():
        place[kind] = {label: len(names) + k for k, label in enumerate(labels)}
        if len(place[kind]) != len(labels):
            raise ValueError(f"two nodes of type {kind!r} have one label")
        names += [str(label) for label in labels]
        types += [kind] * len(labels)
    facts = [np.empty((0, 3), np.int64)]
    for r, ((source, relation, target), pairs) in enumerate(tables.items()):
        for kind in (source, target):
            if kind not in place:
                raise ValueError(
                    f"{relation!r} joins nodes of type {kind!r}; known are {', '.join(nodes)}"
                )
        try:
            rows = [(place[source][a], r, place[target][b]) for a, b in np.asarray(pairs).tolist()]
        except KeyError as unknown:
            raise ValueError(
                f"{relation!r} has an edge of {unknown.args[0]!r}, which is no label of its type"
            ) from None
        if rows:
            facts.append(np.unique(np.array(rows, np.int64), axis=0))
    labels = (np.array(x, dtype=object) for x in (names, [key[1] for key in tables], types))
    return Triples(*np.concatenate(facts).T, len(names), len(tables), *labels)


def score(source: Tensor, rel: Tensor, target: Tensor) -> Tensor:
    r"""Return $(\boldsymbol\theta_s + \boldsymbol\theta_r)^\top \boldsymbol\theta_t$ of shapes (..., d), over the last axis."""
    return ((source + rel) * target).sum(dim=-1)


def loss(
    source: Tensor, target: Tensor, rel_emb: Tensor, rels: Tensor, hits: Tensor | None = None
) -> Tensor:
    r"""Return the mean of $-\log \sigma(f)$ over edges plus that of $-\log \sigma(-f)$ over false ones.

    False is every (source of edge i, its relation, target of edge j) with i ≠ j of one relation: edge i with
    another target, and edge j with another source. Edges and false edges have the same weight together.

    Args:
        source, target: (B, d) vectors of the two ends.
        rel_emb: (num_relations, d).
        rels: (B,) int64, the relation of each edge.
        hits: (B, B) bool, pairs (i, j) that are true edges by accident and left out; None: nothing is.

    Raises:
        ValueError: shapes do not fit, or there are no edges.

    Built in lesson 13, exercise 13.2.
    """
    if source.ndim != 2 or source.shape != target.shape or len(source) != len(rels):
        raise ValueError(
            f"source and target must be (B, d), rels (B,); got {tuple(source.shape)}, "
            f"{tuple(target.shape)}, {tuple(rels.shape)}"
        )
    if not len(rels):
        raise ValueError("there are no edges")
    logits = (source + rel_emb[rels]) @ target.T  # (B, B)
    false = rels[:, None] == rels[None, :]
    false = false & ~torch.eye(len(rels), dtype=torch.bool)
    if hits is not None:
        false = false & ~hits
    of_edges = F.softplus(-logits.diagonal()).mean()
    return of_edges + F.softplus(logits[false]).mean() if false.any() else of_edges


def fit(
    train: Triples,
    budget: Sequence[int] | None = None,
    dim: int = 64,
    size: int = 51,
    uniform: int = 0,
    steps: int = 1000,
    lr: float = 0.1,
    reg: float = 0.0,
    seed: int = 0,
    start: TwHIN | None = None,
    anchor: float = 0.0,
    held: NDArray[np.bool_] | None = None,
    evaluate: Callable[[TwHIN], float] | None = None,
    callback: Callback | None = None,
    **training,
) -> TwHIN:
    r"""Train TwHIN: in every step groups of edges, each group of one relation, and its false edges.

    Args:
        train: the edges. An entity without an edge keeps the vector that it starts with, up to `uniform`.
        budget: (num_relations,) groups of each relation in a step, 0 or more; None: one of each that has
            edges. Edges of a relation are visited in random order, each once before any a second time.
        dim: number of columns d.
        size: edges in a group, at least 2: each has size - 1 other targets and as many other sources. A
            pair that shares its source or its target with the edge is true, and left out.
        uniform: false targets, and false sources, that a group gets from all entities of the types that stand
            there in this relation (without types: from those that do stand there).
        steps: how many.
        lr: learning rate of Adagrad with one accumulator per vector.
        reg: weight of a ridge on the vectors of a group.
        seed: >= 0. One seed gives one model.
        start: an old model to begin with (warm start); it stays as it is. None: small random vectors.
        anchor: weight of $\frac12 \lVert \boldsymbol\theta - \boldsymbol\theta^{\text{old}} \rVert^2$ for entities in `held`.
        held: (num_entities,) the entities that have an old vector; None: all.
        evaluate: called with the model; see `train.fit`, for which each step is an epoch.
        callback: called as `callback(step, model)` after each step, from 1; True ends the training. Copy
            what you want to keep.
        training: every, patience, schedule and progress of `train.fit`.

    Returns:
        float32 vectors.

    Raises:
        ValueError: a relation in the budget has no edges, the old table has another size, an argument is out
            of its range, or the training diverged.
    """
    arguments.positive(lr=lr)
    dim, size = arguments.integer("dim", dim), arguments.integer("size", size, least=2)
    uniform = arguments.integer("uniform", uniform, least=0)
    rng = np.random.default_rng(arguments.integer("seed", seed, least=0))
    model, held = _begin(train, dim, rng, start, anchor, held)
    plan = _Plan(train, budget, size, uniform, rng)
    E, R = (torch.from_numpy(x) for x in (model.entity_emb, model.rel_emb))
    old = model.entity_emb.copy() if anchor else model.entity_emb
    squares = [np.full(len(x), 1e-8, np.float32) for x in (model.entity_emb, model.rel_emb)]
    nobody, room = np.zeros(len(R), bool), {}

    def step(batch: tuple[Tensor, Tensor], rate: float) -> float:
        ids, false = batch
        gradient, of_rels, mean = gradients(E, R[plan.rels], ids, false, room)
        numbers = np.float32(rate), np.float32(reg)
        kernels.step(model.entity_emb, squares[0], ids_of(ids, false), gradient.numpy(), *numbers,
                     np.float32(anchor), old, held)  # fmt: skip
        kernels.step(model.rel_emb, squares[1], plan.rels.numpy(), of_rels.numpy(), *numbers,
                     np.float32(0), model.rel_emb, nobody)  # fmt: skip
        return mean

    names = ("entity", "rel", "squares", "rel_squares")
    tables = zip(names, (model.entity_emb, model.rel_emb, *squares), strict=True)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # products of a group are small: threads would wait for each other
    try:
        training_loop.fit(
            training_loop.Tables(dict(tables), step, lr),
            lambda _: [plan.next()],
            epochs=arguments.integer("steps", steps, least=0),
            seed=rng,
            evaluate=evaluate and (lambda: evaluate(model)),
            callback=callback and (lambda k, _: callback(k, model)),
            **{"progress": False} | training,
        )
    finally:
        torch.set_num_threads(threads)
    return model


def rotation(new: NDArray[np.floating], old: NDArray[np.floating]) -> NDArray[np.float64]:
    r"""Return the (d, d) rotation or reflection $\mathbf Q$ for which `new @ Q` is nearest to `old`, row by row.

    Orthogonal Procrustes: with $\text{new}^\top \text{old} = \mathbf U \mathbf S \mathbf V^\top$ it is
    $\mathbf U \mathbf V^\top$. All products within `new` stay what they are.

    Raises:
        ValueError: the tables have different shapes.

    Built in lesson 13, exercise 13.6.
    """
    if new.ndim != 2 or new.shape != old.shape:
        raise ValueError(f"new and old must be the same rows; got {new.shape}, {old.shape}")
    U, _, Vt = np.linalg.svd(np.asarray(new, np.float64).T @ np.asarray(old, np.float64))
    return U @ Vt


def ids_of(ids: Tensor, false: Tensor) -> NDArray[np.int64]:
    """Return the entities whose gradients `gradients` returns, in its order."""
    return torch.cat([ids.reshape(-1), false.reshape(-1)]).numpy()


def gradients(
    E: Tensor, rel: Tensor, ids: Tensor, false: Tensor, room: dict[str, Tensor] | None = None
) -> tuple[Tensor, Tensor, float]:
    r"""Return the gradients of `loss`, group by group, times the edges of a group.

    Args:
        E: (num_entities, d).
        rel: (G, d), the relation of each group.
        ids: (2, G, n) sources and targets.
        false: (2, G, U) sources and targets that are false for all edges of the group; U may be 0.
        room: arrays to write into, by name, those of the call before: new memory costs more than the products.
            What was returned then is overwritten. None: all is new.

    Returns:
        (2 G n + 2 G U, d) of all entities in `ids`, then in `false`; (G, d) of the relations; and the mean of
        $-\log \sigma(f)$ over the edges. That of the false ones would cost as much as a product.
    """
    room = {} if room is None else room

    def of(name: str, *shape: int, dtype=E.dtype) -> Tensor:
        if name not in room or room[name].shape != shape:
            room[name] = torch.empty(shape, dtype=dtype)
        return room[name]

    (_, G, n), U, d = ids.shape, false.shape[2], E.shape[1]
    S, T = torch.index_select(E, 0, ids.reshape(-1), out=of("ends", 2 * G * n, d)).view(2, G, n, d)
    Q = torch.add(S, rel[:, None], out=of("Q", G, n, d))
    P = torch.bmm(Q, T.transpose(1, 2), out=of("P", G, n, n)).sigmoid_()  # its diagonal is true
    source, target = ids.to(torch.int32)
    hit, other = (of(name, G, n, n, dtype=torch.bool) for name in ("hit", "other"))
    torch.eq(source[:, :, None], source[:, None], out=hit)
    hit |= torch.eq(target[:, :, None], target[:, None], out=other)
    true = P.diagonal(dim1=1, dim2=2) - 1
    of_edges = -(1 + true).clamp_(min=1e-30).log_().mean().item()
    count = n * n - hit.sum(dim=(1, 2)) + 2 * n * U
    weight = (n / count.clamp(min=1).float())[:, None, None]
    P.masked_fill_(hit, 0).mul_(weight)
    P.diagonal(dim1=1, dim2=2).copy_(true)
    rows = of("rows", 2 * G * (n + U), d)
    of_Q, of_T = rows[: 2 * G * n].view(2, G, n, d)
    torch.bmm(P, T, out=of_Q)
    torch.bmm(P.transpose(1, 2), Q, out=of_T)
    of_rel = of_Q.sum(dim=1)
    if U:
        both = torch.index_select(E, 0, false.reshape(-1), out=of("false", 2 * G * U, d))
        S_false, T_false = both.view(2, G, U, d)
        S_false += rel[:, None]
        right = torch.bmm(Q, T_false.transpose(1, 2), out=of("right", G, n, U))
        left = torch.bmm(S_false, T.transpose(1, 2), out=of("left", G, U, n))
        for P_false in (right, left):
            P_false.sigmoid_().mul_(weight)
        of_Q.baddbmm_(right, T_false)
        of_T.baddbmm_(left.transpose(1, 2), S_false)
        of_S_false, of_T_false = rows[2 * G * n :].view(2, G, U, d)
        torch.bmm(left, T, out=of_S_false)
        torch.bmm(right.transpose(1, 2), Q, out=of_T_false)
        of_rel = of_Q.sum(dim=1) + of_S_false.sum(dim=1)
    return rows, of_rel, of_edges


class _Plan:
    """Which edges and which false entities each step has."""

    def __init__(self, train: Triples, budget, size: int, uniform: int, rng: np.random.Generator):
        num_edges = np.bincount(train.rels, minlength=train.num_relations)
        budget = (num_edges > 0).astype(int) if budget is None else np.asarray(budget)
        if budget.shape != num_edges.shape or (budget < 0).any() or not budget.sum():
            raise ValueError(
                f"budget must be {train.num_relations} numbers of groups, 0 or more; got {budget.tolist()}"
            )
        for r in np.flatnonzero((budget > 0) & (num_edges == 0)):
            name = r if train.relation_labels is None else repr(str(train.relation_labels[r]))
            raise ValueError(f"relation {name} has no edges: give it a budget of 0")
        self.size, self.uniform, self.rng = size, uniform, rng
        self.rels = torch.from_numpy(np.repeat(np.arange(len(budget)), budget))
        self.edges, self.pools, self.orders, self.budget = [], [], [], budget
        for r in range(len(budget)):
            ends = np.stack([train.heads, train.tails])[:, train.rels == r]
            self.edges.append(ends)
            self.pools.append([_of_type(train, side) for side in ends])
            self.orders.append(np.empty(0, np.int64))

    def next(self) -> tuple[Tensor, Tensor]:
        """Return (2, G, size) and (2, G, uniform) entities."""
        ids, false = [], []
        for r, groups in enumerate(self.budget):
            if groups:
                ends = self.edges[r][:, self._take(r, groups * self.size)]
                ids.append(ends.reshape(2, groups, self.size))
                shape = groups, self.uniform
                false.append(
                    [pool[self.rng.integers(len(pool), size=shape)] for pool in self.pools[r]]
                )
        return tuple(torch.from_numpy(np.concatenate(x, axis=1)) for x in (ids, false))

    def _take(self, r: int, count: int) -> np.ndarray:
        """Return the next edges of a relation; when all have been visited, they begin anew."""
        while len(self.orders[r]) < count:
            more = self.rng.permutation(self.edges[r].shape[1])
            self.orders[r] = np.concatenate([self.orders[r], more])
        taken, self.orders[r] = np.split(self.orders[r], [count])
        return taken


def _of_type(train: Triples, ids: np.ndarray) -> np.ndarray:
    """Return all entities of the types that these have; without types, these themselves."""
    if train.entity_types is None:
        return np.unique(ids)
    kinds = set(np.unique(train.entity_types[np.unique(ids)].astype(str)))
    return np.flatnonzero(np.isin(train.entity_types.astype(str), list(kinds)))


def _begin(train: Triples, dim, rng, start, anchor, held) -> tuple[TwHIN, np.ndarray]:
    """Return copies of the old vectors, or small random ones, and who is held."""
    shapes = (train.num_entities, dim), (train.num_relations, dim)
    if not 0 <= anchor < np.inf or (anchor and start is None):
        raise ValueError(f"anchor must be a number of at least 0, with a start; got {anchor}")
    held = np.ones(train.num_entities, bool) if held is None else np.asarray(held)
    if held.shape != shapes[0][:1] or held.dtype != bool:
        raise ValueError(
            f"held must be ({train.num_entities},) bool; got {held.dtype}, {held.shape}"
        )
    if start is None:
        tables = (rng.normal(0, 0.1, shape) for shape in shapes)
    else:
        tables = (start.entity_emb, start.rel_emb)
        if (found := tuple(x.shape for x in tables)) != shapes:
            raise ValueError(
                f"the old tables are {found[0]} and {found[1]}, these edges need {shapes[0]} and {shapes[1]}: "
                "give every entity the row of its new id first"
            )
        tables = (start.entity_emb, start.rel_emb)
    return TwHIN(*(np.array(x, np.float32) for x in tables)), held & bool(anchor)
