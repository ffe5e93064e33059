r"""TransE: a relation is a translation, $\mathbf e_h + \boldsymbol\theta_r \approx \mathbf e_t$ for every fact (h, r, t).

`distance`, `corrupt` and `normalize` are the parts, for torch and autograd; with `losses.hinge(-d_pos,
-d_neg, margin)` or `losses.sampled_softmax` they make the model of the lecture. `fit` is the same
training with a fast kernel. `filtered_ranks` and `mrr` measure either, and the models of `kge`.

Bordes et al. 2013, "Translating embeddings for modeling multi-relational data". Built in lesson 12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils import train as training_loop
from graphrec_utils.data.triples import Triples
from graphrec_utils.kernels import transe as kernels
from graphrec_utils.models.scoring import Factors

LOSSES = {"margin": False, "softmax": True}
Callback = Callable[[int, float, "TransE"], None]


@dataclass(frozen=True, eq=False)
class TransE:
    """Vectors of a trained model: `entity_emb` (num_entities, d), `rel_emb` (num_relations, d).

    `norm` is 1 or 2: the distance is an L1 or an L2 norm.
    """

    entity_emb: NDArray[np.float32]
    rel_emb: NDArray[np.float32]
    norm: int

    def tails(
        self,
        heads: NDArray[np.integer],
        rels: NDArray[np.integer],
        items: NDArray[np.integer] | None = None,
    ) -> NDArray[np.float32]:
        """Return minus the distances (B, n) of all entities, or of some, as the tail of B questions."""
        E, R = self.entity_emb, self.rel_emb
        wanted = torch.from_numpy(E[heads] + R[rels])  # (B, d) where the tail should be
        # the quick form by inner products would round, and the rounding depends on B
        exact = "donot_use_mm_for_euclid_dist"
        tails = torch.from_numpy(E if items is None else E[items])
        return -torch.cdist(wanted, tails, p=self.norm, compute_mode=exact).numpy()

    def ranks(self, facts: Triples, column: int, known: tuple, ties: float) -> NDArray[np.float64]:
        """Return the ranks of the heads (column 0) or of the tails (2); see `filtered_ranks`."""
        E, R = (np.ascontiguousarray(x, np.float32) for x in (self.entity_emb, self.rel_emb))
        h, r, t = facts.array().T
        query, truth = (E[t] - R[r], h) if column == 0 else (E[h] + R[r], t)
        return kernels.ranks(query, truth, *known, E, self.norm, ties)


@dataclass(frozen=True, eq=False)
class Tails:
    """A relation as a recommender: a user is a head, an item a tail. For TransE, TwHIN and `kge`.

    Attributes:
        model: trained vectors; its method `tails` scores.
        rel: the relation that is asked for, for example the one of likes.
        users: (m,) the entity of each user.
        items: (n,) the entity of each item.
    """

    model: Any
    rel: int
    users: NDArray[np.int64]
    items: NDArray[np.int64]

    def scores(self, users: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the (B, n) scores of the given (B,) users."""
        rels = np.full(len(users), self.rel)
        return self.model.tails(self.users[users], rels, self.items)

    @property
    def embeddings(self) -> Callable[[], Factors]:
        """A function that returns (m, d) and (n, d); only where scores are products, as TwHIN's are."""
        ends = self.model.ends  # an AttributeError, and so no embeddings, where they are not
        return lambda: Factors(*ends(self.users, self.rel, self.items))


def distance(head: Tensor, rel: Tensor, tail: Tensor, norm: int = 1) -> Tensor:
    r"""Return $\lVert \mathbf e_h + \boldsymbol\theta_r - \mathbf e_t \rVert$, of shapes (..., d), over the last axis.

    Args:
        norm: 1 or 2. The smaller the distance, the more plausible the fact.

    Raises:
        ValueError: another norm.

    Built in lesson 12, exercise 12.1.
    """
    return torch.linalg.vector_norm(head + rel - tail, ord=_norm(norm), dim=-1)


def corrupt(facts: Tensor, num_entities: int, num_negatives: int, rng: torch.Generator) -> Tensor:
    """Return corrupted facts, (B, S, 3): the head or the tail replaced at random, never both.

    A fair coin chooses the side once per fact. What is drawn never equals the fact itself; that
    another fact is hit by accident is left as it is, as in the paper.

    Args:
        facts: (B, 3) int64, columns head, relation, tail.
        num_entities: at least 2.
        num_negatives: S.
        rng: a torch generator of the facts' device.

    Raises:
        ValueError: facts are not (B, 3), hold an unknown entity, or there is only one entity.

    Built in lesson 12, exercise 12.3.
    """
    if facts.ndim != 2 or facts.shape[1] != 3:
        raise ValueError(f"facts must be (B, 3): head, relation, tail; got {tuple(facts.shape)}")
    if num_entities < 2:
        raise ValueError(f"replacing an entity needs another one; num_entities is {num_entities}")
    ends = facts[:, [0, 2]]
    if len(facts) and not 0 <= ends.min() <= ends.max() < num_entities:
        raise ValueError(f"entities must be 0 to {num_entities - 1}; got {int(ends.max())}")
    shape = (len(facts), num_negatives)
    side = 2 * torch.randint(2, (len(facts), 1), generator=rng)  # column 0 or 2
    # skip the entity that stands there: the ids behind it move up by one
    drawn = torch.randint(num_entities - 1, shape, generator=rng)
    drawn += drawn >= facts.gather(1, side)
    out = facts[:, None, :].repeat(1, num_negatives, 1)  # (B, S, 3)
    return out.scatter(2, side[:, None, :].expand(*shape, 1), drawn[..., None])


def normalize(entity_emb: Tensor) -> Tensor:
    """Return the rows at length 1, (num_entities, d); a row of zeros stays.

    For entities only: without it the margin loss goes to 0 by growing all vectors. Relations are
    free, they must be able to be 0. Built in lesson 12, exercise 12.4.
    """
    length = torch.linalg.vector_norm(entity_emb, dim=-1, keepdim=True)
    return entity_emb / torch.where(length > 0, length, 1)


def fit(
    train: Triples,
    dim: int = 64,
    loss: str = "softmax",
    sharpness: float = 12.0,
    norm: int = 2,
    num_negatives: int = 64,
    lr: float = 0.1,
    unit: bool = True,
    epochs: int = 10,
    seed: int = 0,
    schedule: Callable[[float], float] | None = None,
    evaluate: Callable[[TransE], float] | None = None,
    callback: Callback | None = None,
    **training,
) -> TransE:
    r"""Train TransE fact by fact: stochastic gradients with Adagrad, one accumulator per vector.

    Args:
        train: the facts.
        dim: number of columns d.
        loss: of a fact at distance $\delta$ and its corrupted ones at $\delta_1 \dots \delta_S$.
            "margin": the mean of $\max(0, \gamma + \delta - \delta_j)$. "softmax": cross-entropy
            of the scores $-\beta\delta, -\beta\delta_1, \dots$
        sharpness: the margin $\gamma$, or $\beta$.
        norm: 1 or 2.
        num_negatives: S, all of the head or all of the tail, uniform; one that equals the fact
            itself is left out.
        lr: learning rate.
        unit: keep entities at length 1 after every step, as the paper does. Without it the
            softmax needs a small sharpness.
        epochs: passes over the facts, each in a new random order.
        seed: >= 0. One thread does all the work: a seed gives one model.
        schedule: maps the share of the epochs that is done, in [0, 1), to a multiple of the
            learning rate, as in `train.fit`; `train.cosine`, for example. None: constant.
        evaluate: called with the model; see `train.fit`.
        callback: called as `callback(epoch, mean loss, model)` after each epoch, from 1; True ends
            the training. The vectors are the ones being trained, copy what you want to keep.
        training: every, patience and progress of `train.fit`.

    Returns:
        float32 vectors.

    Raises:
        ValueError: no facts, fewer than 2 entities, an argument out of its range, or the training
            diverged.
    """
    _check(loss, norm, sharpness=sharpness, lr=lr)
    dim = arguments.integer("dim", dim)
    num_negatives = arguments.integer("num_negatives", num_negatives)
    if len(train) == 0 or train.num_entities < 2:
        raise ValueError("train needs at least one fact and two entities")
    epochs = arguments.integer("epochs", epochs, least=0)
    rng = np.random.default_rng(arguments.integer("seed", seed, least=0))
    model = TransE(
        _start(train.num_entities, dim, rng), _start(train.num_relations, dim, rng), norm
    )
    squares = [np.full(len(emb), 1e-8, np.float32) for emb in (model.entity_emb, model.rel_emb)]
    facts, softmax = train.array(), LOSSES[loss]
    tables = [model.entity_emb, model.rel_emb, *squares]

    def batches(rng: np.random.Generator):  # one for each epoch
        yield rng.permutation(len(facts)), rng.integers(2**63, dtype=np.uint64)

    def step(batch: tuple, rate: float) -> float:
        (order, bits), numbers = batch, (np.float32(sharpness), np.float32(rate))
        return kernels.one_pass(
            facts, order, *tables, num_negatives, norm, softmax, *numbers, unit, bits
        )

    names = ("entity", "rel", "squares", "rel_squares")
    training_loop.fit(
        training_loop.Tables(dict(zip(names, tables, strict=True)), step, lr),
        batches,
        epochs=epochs,
        seed=rng,
        schedule=schedule,
        evaluate=evaluate and (lambda: evaluate(model)),
        callback=callback and (lambda epoch, mean: callback(epoch, mean, model)),
        **{"progress": False} | training,
    )
    return model


def filtered_ranks(
    model: Any, facts: Triples, known: list[Triples], ties: float = 0.5
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the rank of each fact's head and of its tail, (E,) each, among all entities.

    Other right answers, those of `known`, leave the list: ranking them higher is no mistake. The
    rank is 1 + (entities strictly closer) + ties · (entities equally close).

    Args:
        model: what `fit` returns, or `kge.fit`.
        facts: to ask about.
        known: all facts that are true: train, validation and test. An empty list gives raw ranks.
        ties: 0.5 is the expected rank under a random order. With 0 a model that gives every
            entity the same vector would have rank 1.

    Raises:
        ValueError: facts or known have entities or relations the model does not know, or ties
            is not between 0 and 1.

    Bordes et al. 2013, section 4.2. Built in lesson 12, exercise 12.5.
    """
    if not 0 <= ties <= 1:
        raise ValueError(f"ties must be between 0 and 1; got {ties}")
    for triples in (facts, *known):
        _check_ids(model, triples)
    right = np.concatenate([t.array() for t in known]) if known else np.empty((0, 3), np.int64)
    out, num_relations = [], len(model.rel_emb)
    for asked, given in ((0, facts.tails), (2, facts.heads)):
        keys = given * num_relations + facts.rels
        others = _answers(right, 2 - asked, keys, num_relations)
        out.append(model.ranks(facts, asked, others, ties))
    return out[0], out[1]


def mrr(model: Any, facts: Triples, known: list[Triples], ties: float = 0.5) -> float:
    """Return the mean of 1 / rank over heads and tails alike; arguments as in `filtered_ranks`."""
    if len(facts) == 0:
        raise ValueError("there are no facts to rank")
    return float((1 / np.concatenate(filtered_ranks(model, facts, known, ties))).mean())


def _answers(facts, column: int, keys, num_relations: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each key (given entity, relation), where its answers begin and all of them."""
    pairs = np.stack([facts[:, column] * num_relations + facts[:, 1], facts[:, 2 - column]], axis=1)
    pairs = np.unique(pairs, axis=0)  # a fact in two lists must not be taken out twice
    left, right = (np.searchsorted(pairs[:, 0], keys, side=side) for side in ("left", "right"))
    begin = np.concatenate([[0], (right - left).cumsum()])
    place = np.arange(begin[-1]) + np.repeat(left - begin[:-1], right - left)
    return begin, pairs[place, 1]


def _start(rows: int, dim: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return directions at random, each of length 1."""
    emb = rng.normal(size=(rows, dim))
    return (emb / np.linalg.norm(emb, axis=1, keepdims=True)).astype(np.float32)


def _check_ids(model: Any, triples: Triples) -> None:
    """Raise a ValueError if a fact has an entity or a relation without a vector."""
    for name, ids, count in (
        ("entity", np.concatenate([triples.heads, triples.tails]), len(model.entity_emb)),
        ("relation", triples.rels, len(model.rel_emb)),
    ):
        if len(ids) and ids.max() >= count:
            raise ValueError(
                f"the model has no vector for {name} {ids.max()}: it was trained on {count}; "
                "train it with all ids, or leave these facts out"
            )


def _norm(norm: int) -> int:
    if norm not in (1, 2):
        raise ValueError(f"norm must be 1 or 2; got {norm}")
    return norm


def _check(loss: str, norm: int, **positive: float) -> None:
    if loss not in LOSSES:
        raise ValueError(f"loss must be one of {', '.join(LOSSES)}; got {loss!r}")
    _norm(norm)
    arguments.positive(**positive)
