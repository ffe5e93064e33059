r"""LightGCN: embeddings that are averages over neighborhoods, and nothing else to learn.

    E^(k+1) = A_hat E^(k),    (user_emb; item_emb) = sum_k alpha_k E^(k),    score = <e_u, e_i>

Only $\mathbf E^{(0)}$ is trained: no weight matrix, no self-loop, no nonlinearity. With K = 0 layers
it is matrix factorization, and with `bpr_loss` then BPR-MF.

`LightGCN` is the readable model, a torch module whose gradient torch finds. It has a twin, `Fused`,
that takes the very same steps several times faster, with numba kernels and a gradient derived by
hand; both are trained by `train.fit`. They agree to float32 rounding (tests/library/test_lightgcn.py).

He et al. 2020, https://arxiv.org/abs/2002.02126. Built in lesson 06.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from graphrec_utils import arguments, losses
from graphrec_utils.graphs import propagation
from graphrec_utils.models.scoring import from_embeddings

Graph = sp.spmatrix | sp.sparray | Tensor


class LightGCN(nn.Module):
    r"""LightGCN with an embedding for each node; gradients by torch.

    Args:
        A_hat: (N, N) scipy.sparse, `graphs.normalize(graphs.adjacency(R))`: where messages travel
            unless a method is given another graph of the same nodes. If it is symmetric,
            backward passes are fast; "row" and "column" normalization work as well.
        num_users: m; the first m nodes are users, the others items.
        dim: d, columns of the embeddings.
        num_layers: K >= 0.
        weights: (K + 1,) the $\alpha_k$; by default all 1 / (K + 1).
        std: of the normal start of $\mathbf E^{(0)}$; 0.1 is what the published code has.
        seed: of that start.

    Raises:
        TypeError, ValueError: A_hat is no square scipy.sparse matrix, not finite, or has edges in
            one direction only; num_users does not fit it; dim is below 1, or as in `propagate`.

    He et al. 2020, equations 3 to 8. Built in lesson 06, exercises 06.1 and 06.3.
    """

    scores = from_embeddings

    def __init__(
        self,
        A_hat: sp.spmatrix | sp.sparray,
        num_users: int,
        dim: int,
        num_layers: int,
        weights: Sequence[float] | None = None,
        std: float = 0.1,
        seed: int = 0,
    ):
        super().__init__()
        A, self.symmetric = checked_graph(A_hat, num_users, dim)
        self.num_users, self.num_items = num_users, A.shape[0] - num_users
        propagation.layer_weights(num_layers, weights)  # a wrong number of them shows now
        self.num_layers, self.weights = num_layers, weights
        # not a parameter and not a part of the state: a checkpoint need not hold the data
        self.register_buffer("A_hat", propagation.to_torch(A), persistent=False)
        start = torch.randn(A.shape[0], dim, generator=torch.Generator().manual_seed(seed))
        self.E0 = nn.Parameter(start * std)  # (N, d)

    def extra_repr(self) -> str:
        shape = f"{self.num_users}, {self.num_items}, dim={self.E0.shape[1]}"
        return f"{shape}, num_layers={self.num_layers}, weights={self.weights}"

    def propagate(self, A_hat: Graph | None = None) -> Tensor:
        r"""Return $\sum_k \alpha_k \hat{\mathbf A}^k \mathbf E^{(0)}$, (N, d), users first.

        Args:
            A_hat: another graph of the same nodes, for example with the likes of a new day, as
                scipy.sparse or as a torch CSR tensor; None is the model's own.

        Raises ValueError if A_hat does not have the model's N nodes.
        """
        mine = A_hat is None  # only of the own graph it is known whether it is symmetric
        return propagation.propagate(
            self.A_hat if mine else A_hat,
            self.E0,
            self.num_layers,
            self.weights,
            symmetric=mine and self.symmetric,
        )

    def embeddings(self, A_hat: Graph | None = None) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores; A_hat as in `propagate`."""
        user_emb, item_emb = self.propagate(A_hat).split([self.num_users, self.num_items])
        return user_emb, item_emb

    def forward(self, users: Tensor, items: Tensor, A_hat: Graph | None = None) -> Tensor:
        """Return the scores of pairs; users and items are ids that broadcast, (B,) or (B, 1), (S,).

        A_hat as in `propagate`. Raises ValueError for ids out of range.
        """
        arguments.id_tensor("users", users, self.num_users)
        arguments.id_tensor("items", items, self.num_items)
        user_emb, item_emb = self.embeddings(A_hat)
        return (user_emb[users] * item_emb[items]).sum(dim=-1)

    def bpr_loss(self, batch: Sequence[Tensor], reg: float = 1e-4) -> Tensor:
        r"""Return the BPR loss of (u, i, j) plus $\frac{\lambda}{2B} \sum \lVert \mathbf e^{(0)} \rVert^2$.

        The ridge goes over the layer-0 rows of the batch's users, positives and negatives, as
        often as they occur.

        Args:
            batch: users, positive items, negative items, (B,) int64 each.
            reg: lambda >= 0.

        Raises ValueError for ids out of range or an empty batch.

        He et al. 2020, equation 15. Built in lesson 06, exercise 06.3.
        """
        users, items, negatives = batch
        arguments.id_tensor("users", users, self.num_users)
        arguments.id_tensor("items", items, self.num_items)
        arguments.id_tensor("negatives", negatives, self.num_items)
        user_emb, item_emb = self.embeddings()
        e_u, e_i, e_j = user_emb[users], item_emb[items], item_emb[negatives]  # (B, d) each
        loss = losses.bpr((e_u * e_i).sum(dim=1), (e_u * e_j).sum(dim=1))
        return loss + reg / 2 * self._squares(users, items, negatives)

    def softmax_loss(self, batch: Sequence[Tensor], reg: float = 1e-4) -> Tensor:
        r"""Return the sampled softmax loss with negatives that all rows share, plus the ridge.

        Here the ridge goes over users and positives only.

        Args:
            batch: users (B,), positive items (B,), negative items (S,), int64, and, if they are
                not drawn alike, their log Q (S,).
            reg: lambda >= 0.
        """
        users, items, negatives, *log_q = batch
        arguments.id_tensor("users", users, self.num_users)
        arguments.id_tensor("items", items, self.num_items)
        arguments.id_tensor("negatives", negatives, self.num_items)
        user_emb, item_emb = self.embeddings()
        e_u, e_i, e_j = user_emb[users], item_emb[items], item_emb[negatives]
        loss = losses.sampled_softmax((e_u * e_i).sum(dim=1), e_u @ e_j.T, *log_q)
        return loss + reg / 2 * self._squares(users, items)

    def _squares(self, users: Tensor, *items: Tensor) -> Tensor:
        nodes = torch.cat([users, *(self.num_users + ids for ids in items)])
        return self.E0[nodes].square().sum() / len(users)


def checked_graph(
    A_hat: sp.spmatrix | sp.sparray, num_users: int, dim: int
) -> tuple[sp.csr_array, bool]:
    """Return A_hat as CSR and whether it is symmetric; raise a sentence if it is no A_hat."""
    arguments.sparse("A_hat", A_hat)
    N = arguments.square("A_hat", A_hat)
    if not 1 <= num_users < N:
        raise ValueError(
            f"num_users must leave one user and one item of {N} nodes; got {num_users}"
        )
    arguments.integer("dim", dim)
    A = sp.csr_array(A_hat, copy=True)
    A.sum_duplicates()
    if not np.isfinite(A.data).all():
        raise ValueError("A_hat has entries that are NaN or infinite")
    return A, propagation.is_symmetric(A)
