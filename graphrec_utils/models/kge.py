r"""Four scores of a fact (h, r, t), and a training that is the same for all of them.

| score | of a fact | coordinates |
|---|---|---|
| `transe` | $-\lVert \mathbf e_h + \boldsymbol\theta_r - \mathbf e_t \rVert$ | real |
| `distmult` | $\sum_f e_{hf}\, \theta_{rf}\, e_{tf}$ | real |
| `complex_` | $\mathrm{Re} \sum_f e_{hf}\, \theta_{rf}\, \overline{e_{tf}}$ | complex |
| `rotate` | $-\lVert \mathbf e_h \circ e^{i \boldsymbol\theta_r} - \mathbf e_t \rVert$ | complex |

A complex vector of d / 2 coordinates is d numbers: the real parts, then the imaginary ones. `fit` compares each
fact with all entities, so it is for graphs of some hundreds of entities; `transe.fit` samples, and is fast.

Yang et al. 2015, https://arxiv.org/abs/1412.6575 (DistMult). Trouillon et al. 2016,
https://arxiv.org/abs/1606.06357 (ComplEx). Sun et al. 2019, https://arxiv.org/abs/1902.10197 (RotatE), whose table 2
says which patterns each can express.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils import train as training_loop
from graphrec_utils.data.triples import Triples
from graphrec_utils.models.transe import Tails as Tails
from graphrec_utils.models.transe import filtered_ranks as filtered_ranks

Score = Callable[[Tensor, Tensor, Tensor], Tensor]


def transe(head: Tensor, rel: Tensor, tail: Tensor) -> Tensor:
    """Return minus the L2 distance of head + rel and tail, of shapes (..., d), over the last axis."""
    return -torch.linalg.vector_norm(head + rel - tail, dim=-1)


def distmult(head: Tensor, rel: Tensor, tail: Tensor) -> Tensor:
    """Return the product of three (..., d), summed over the last axis: head and tail can be swapped."""
    return (head * rel * tail).sum(dim=-1)


def complex_(head: Tensor, rel: Tensor, tail: Tensor) -> Tensor:
    """Return the real part of the product of head, rel and the conjugate of tail, all (..., d)."""
    return (_complex(head) * _complex(rel) * _complex(tail).conj()).sum(dim=-1).real


def rotate(head: Tensor, rel: Tensor, tail: Tensor) -> Tensor:
    """Return minus the L2 distance of the turned head and tail, (..., d); the first half of rel are angles."""
    angle = rel.chunk(2, dim=-1)[0]
    gap = _complex(head) * torch.polar(torch.ones_like(angle), angle) - _complex(tail)
    return -torch.linalg.vector_norm(torch.view_as_real(gap).flatten(-2), dim=-1)


SCORES: dict[str, Score] = {
    "TransE": transe,
    "DistMult": distmult,
    "ComplEx": complex_,
    "RotatE": rotate,
}


@dataclass(frozen=True, eq=False)
class Embedding:
    """Vectors of a trained model: `entity_emb` (n, d), `rel_emb` (num_relations, d), and its score."""

    entity_emb: Tensor
    rel_emb: Tensor
    score: Score

    def tails(
        self,
        heads: NDArray[np.integer],
        rels: NDArray[np.integer],
        items: NDArray[np.integer] | None = None,
    ) -> NDArray[np.float32]:
        """Return the scores (B, n) of every entity, or of some, as the tail of B questions."""
        E = self.entity_emb
        h, r = (torch.as_tensor(x, device=E.device) for x in (heads, rels))
        S = self.score(E[h][:, None], self.rel_emb[r][:, None], E[None]).numpy(force=True)
        return S if items is None else S[:, items]

    def heads(self, rels: NDArray[np.integer], tails: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the scores (B, n) of every entity as the head of B questions."""
        E = self.entity_emb
        r, t = (torch.as_tensor(x, device=E.device) for x in (rels, tails))
        return self.score(E[None], self.rel_emb[r][:, None], E[t][:, None]).numpy(force=True)

    def ranks(self, facts: Triples, column: int, known: tuple, ties: float) -> NDArray[np.float64]:
        """Return the ranks of the heads (column 0) or of the tails (2); see `filtered_ranks`."""
        if column == 0:
            S = self.heads(facts.rels, facts.tails)
        else:
            S = self.tails(facts.heads, facts.rels)
        ranks, truth, (begin, others) = np.empty(len(facts)), facts.array()[:, column], known
        for k, own in enumerate(truth):
            rivals = np.delete(S[k], np.append(others[begin[k] : begin[k + 1]], own))
            ranks[k] = 1 + (rivals > S[k, own]).sum() + ties * (rivals == S[k, own]).sum()
        return ranks


def fit(
    train: Triples,
    score: Score,
    dim: int = 32,
    epochs: int = 300,
    lr: float = 0.03,
    reg: float = 1e-3,
    seed: int = 0,
    device: torch.device | str = "cpu",
    evaluate: Callable[[Embedding], float] | None = None,
    **training,
) -> Embedding:
    r"""Train by softmax: the tail of each fact against all entities, and the head against all.

    Args:
        train: the facts, all of them in one batch.
        score: one of SCORES.
        dim: numbers per vector, even.
        epochs: steps of Adam.
        lr: its learning rate.
        reg: weight of the mean square of the coordinates that a fact has. Angles are none: a turn keeps lengths.
        seed: of the start: normal coordinates, and angles anywhere on the circle, as in the code of RotatE.
        device: where it trains, and where the vectors are.
        evaluate: called with the model, whose vectors are the ones being trained; see `train.fit`.
        training: every, patience, schedule, progress and callback of `train.fit`.

    Raises:
        ValueError: no facts, an odd dim, a parameter out of its range, or the training diverged.
    """
    dim = arguments.integer("dim", dim, least=2)
    epochs = arguments.integer("epochs", epochs, least=0)
    arguments.positive(lr=lr)
    if dim % 2 or not len(train):
        raise ValueError(f"train needs facts, {len(train)} are given, and dim must be even: {dim}")
    rng = torch.Generator().manual_seed(arguments.integer("seed", seed, least=0))
    E, R = (
        torch.randn(rows, dim, generator=rng).mul_(0.5)
        for rows in (train.num_entities, train.num_relations)
    )
    turns = score is rotate
    if turns:  # near zero they would begin as "everybody stays where they are"
        R = (2 * torch.rand(R.shape, generator=rng) - 1) * torch.pi
    tables = nn.ParameterList(x.to(device) for x in (E, R))
    model = Embedding(*(x.detach() for x in tables), score)
    facts = [torch.from_numpy(x).to(device) for x in (train.heads, train.rels, train.tails)]

    def loss(tables: nn.ParameterList, facts: list[Tensor]) -> Tensor:
        (E, R), (h, r, t) = tables, facts
        heads, rels, tails = E[h], R[r], E[t]
        loss = F.cross_entropy(score(heads[:, None], rels[:, None], E[None]), t)
        loss = loss + F.cross_entropy(score(E[None], rels[:, None], tails[:, None]), h)
        squares = heads.square().mean() + tails.square().mean()
        if not turns:
            squares = squares + rels.square().mean()
        return loss + reg * dim * squares

    training_loop.fit(
        training_loop.Torch(tables, loss, torch.optim.Adam(tables.parameters(), lr=lr)),
        lambda _: [facts],
        epochs=epochs,
        evaluate=evaluate and (lambda: evaluate(model)),
        **{"progress": False} | training,
    )
    return model


def _complex(x: Tensor) -> Tensor:
    """Return (..., d) numbers as (..., d / 2) complex ones: real parts first."""
    return torch.complex(*x.chunk(2, dim=-1))
