r"""LightGCN's training step without autograd: the same numbers in a fraction of the time.

What is known about the computation, and torch is not told:

* Horner's rule: K products and no stored layers, $\alpha_0 E + A(\alpha_1 E + A(\alpha_2 E + \dots))$;
* A is symmetric, so the backward pass is the same sum, of the outer gradient;
* the loss reads few rows: the last product forward is computed in those only, and the first one
  backward starts from a gradient that is zero elsewhere;
* the last product backward ends in the optimizer: each row of the gradient is used once, at once;
* all buffers are made once;
* nodes are renumbered so that neighbors stand close together: the rows that one node reads are still
  in the cache when the next one wants them.

`model` has the same computation to read. Kernels: `kernels.lightgcn`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from scipy.sparse.csgraph import reverse_cuthill_mckee
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.graphs.propagation import layer_weights
from graphrec_utils.kernels import lightgcn as kernels
from graphrec_utils.kernels import softmax
from graphrec_utils.models.lightgcn.model import checked_graph
from graphrec_utils.models.scoring import from_embeddings

Floats = NDArray[np.float32]
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8  # torch's defaults for Adam


class Fused:
    r"""LightGCN as a learner for `train.fit`: one step of Adam per batch, float32, on the CPU.

    Batches are those of `LightGCN.bpr_loss` and `LightGCN.softmax_loss`, ridges included: (u, i, j)
    with (B,) ids each, or (u, i, negatives) and perhaps log Q, with (S,) negatives for all rows.
    The BPR step gives the same bits with any number of threads.

    Args:
        A_hat: (N, N) scipy.sparse, symmetric: `graphs.normalize(graphs.adjacency(R))`.
        num_users, dim, num_layers, weights: as for `LightGCN`.
        std: of the normal start.
        loss: "bpr" or "softmax".
        lr: Adam's learning rate.
        reg: $\lambda$ of the layer-0 rows in the batch.
        start: (N, d) layer 0 to start from, for example `spectral_start(R, dim)`; by default
            normal with the deviation std.
        seed: of the start.

    Raises:
        TypeError, ValueError: as `LightGCN`; also when A_hat is not symmetric, start does not fit
            or is not finite, or a number is out of range.

    Adam: Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1.
    """

    scores = from_embeddings

    def __init__(
        self,
        A_hat: sp.spmatrix | sp.sparray,
        num_users: int,
        dim: int,
        num_layers: int,
        *,
        loss: str = "bpr",
        lr: float = 1e-3,
        reg: float = 1e-4,
        weights: Sequence[float] | None = None,
        std: float = 0.1,
        start: Floats | Tensor | None = None,
        seed: int = 0,
    ):
        A, symmetric = checked_graph(A_hat, num_users, dim)
        if not symmetric:
            raise ValueError(
                'Fused needs a symmetric A_hat, how="symmetric" in graphs.normalize; '
                "LightGCN takes any"
            )
        if loss not in ("bpr", "softmax"):
            raise ValueError(f'loss must be "bpr" or "softmax"; got {loss!r}')
        if not (0 < lr < np.inf and 0 <= reg < np.inf and 0 <= std < np.inf):
            raise ValueError(f"lr > 0, reg >= 0 and std >= 0 are needed; got {lr}, {reg}, {std}")
        self.num_users, self.num_items = num_users, A.shape[0] - num_users
        self.alpha = np.asarray(layer_weights(num_layers, weights), dtype=np.float32)
        self.loss, self.lr, self.reg, self.multiplier, self.steps = loss, lr, reg, 1.0, 0
        A.indptr, A.indices = A.indptr.astype(np.int32), A.indices.astype(np.int32)
        self._order = reverse_cuthill_mckee(sp.csr_matrix(A), symmetric_mode=True)  # (N,)
        self._position = np.argsort(self._order).astype(np.int32)
        A = A[self._order][:, self._order]
        A.sort_indices()
        indptr, shape = A.indptr.astype(np.int64), (A.shape[0], dim)
        self._A = (indptr, A.indices.astype(np.int32), A.data.astype(np.float32))
        self._bounds = kernels.parts(indptr)
        if start is None:
            start = np.random.default_rng(seed).normal(scale=std, size=shape)
        start = start.numpy(force=True) if isinstance(start, Tensor) else start
        if np.shape(start) != shape or not np.isfinite(start).all():
            raise ValueError(f"start must be {shape} and finite; got shape {np.shape(start)}")
        # everything with an underscore has the nodes in the new order
        self._E = np.ascontiguousarray(start, dtype=np.float32)[self._order]  # (N, d), a copy
        self._M, self._V = np.zeros_like(self._E), np.zeros_like(self._E)
        self._P, self._Q = np.empty_like(self._E), np.empty_like(self._E)
        self._place = np.full(shape[0], -1, dtype=np.int32)

    @property
    def E(self) -> Floats:
        """Layer 0, (N, d), users first; a copy."""
        return self._E[self._position]

    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores, new tensors."""
        X, scale = self._inner()
        out = np.empty_like(self._E)
        if len(self.alpha) > 1:
            kernels.product(*self._A, self._bounds, X, scale, self._E, self.alpha[0], out)
        else:
            np.multiply(self._E, self.alpha[0], out=out)
        user_emb, item_emb = torch.from_numpy(out[self._position]).split(
            [self.num_users, self.num_items]
        )
        return user_emb, item_emb

    def step(self, batch: Sequence[Tensor]) -> float:
        """Learn from one batch; return its loss, ridge included, measured before the step.

        Raises ValueError for ids out of range or lengths that do not fit.
        """
        users, items, negatives, *log_q = batch
        nodes = self._nodes(users, items, negatives)  # (2 B + S,)
        rows, numbers = np.unique(nodes, return_inverse=True)  # (R,), and where in it each node is
        self._place[rows] = np.arange(len(rows))
        try:
            u, i, j = np.split(numbers, [len(users), 2 * len(users)])
            F = self._forward(rows)  # (R, d)
            G = np.zeros_like(F)
            if self.loss == "bpr":
                loss = kernels.bpr_gradient(F, u, i, j, G)
                ridged = numbers
            else:
                loss = softmax.add_gradient(F, u, i, j, G, *log_q)
                ridged = numbers[: 2 * len(users)]
            decay = np.bincount(ridged, minlength=len(rows)) * (self.reg / len(users))  # (R,)
            squares = np.einsum("rd,rd->r", self._E[rows], self._E[rows])
            self._backward(G, decay.astype(np.float32))
        finally:
            self._place[rows] = -1
        # not decay @ squares: numpy's BLAS threads would keep the processors busy after it
        return float(loss + (decay * squares).sum() / 2)

    def set_rate(self, multiplier: float) -> None:
        self.multiplier = multiplier

    def state_dict(self) -> dict[str, Any]:
        settings = {
            "model": f"LightGCN {self.num_users} {self.num_items} {self._E.shape[1]}",
            "edges": int(self._A[0][-1]),
            "weights": [float(a) for a in self.alpha],
            "loss": self.loss,
            "lr": self.lr,
            "reg": self.reg,
        }
        E, M, V = (torch.from_numpy(x[self._position]) for x in (self._E, self._M, self._V))
        return {"settings": settings, "E0": E, "mean": M, "square": V, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, array in (("E0", self._E), ("mean", self._M), ("square", self._V)):
            array[:] = state[name].numpy()[self._order]
        self.steps = state["steps"]

    def _nodes(self, users: Tensor, items: Tensor, negatives: Tensor) -> NDArray[np.int32]:
        """Return where the nodes with these ids stand, one after the other."""
        for name, ids, limit in (
            ("users", users, self.num_users),
            ("items", items, self.num_items),
            ("negatives", negatives, self.num_items),
        ):
            arguments.id_tensor(name, ids, limit)
        if len(users) != len(items) or (self.loss == "bpr" and len(negatives) != len(users)):
            raise ValueError(
                "users and items must be of one length, for BPR negatives, too; "
                f"got {len(users)}, {len(items)} and {len(negatives)}"
            )
        m = self.num_users
        return self._position[torch.cat([users, items + m, negatives + m]).numpy()]

    def _inner(self) -> tuple[Floats, np.float32]:
        """Return X and s: what LightGCN gives is alpha_0 E + s A X."""
        X, spare, scale = self._E, self._P, self.alpha[-1]
        for a in self.alpha[-2:0:-1]:
            kernels.product(*self._A, self._bounds, X, scale, self._E, a, spare)
            X, spare, scale = spare, self._Q if X is self._E else X, np.float32(1)
        return X, scale

    def _forward(self, rows: NDArray[np.int32]) -> Floats:
        """Return LightGCN's embeddings of some nodes, (R, d)."""
        if len(self.alpha) == 1:
            return self.alpha[0] * self._E[rows]
        X, scale = self._inner()
        F = np.empty((len(rows), self._E.shape[1]), dtype=np.float32)
        kernels.product_of_rows(*self._A, rows, X, scale, self._E, self.alpha[0], F)
        return F

    def _backward(self, G: Floats, decay: Floats) -> None:
        """Move E by Adam; G (R, d) is the loss's gradient by the rows that `_forward` returned."""
        self.steps += 1
        X, spare, scale = self._P, self._Q, np.float32(0)
        if len(self.alpha) > 2:
            touched = (*self._A, self._bounds, self._place, G)
            kernels.product_from_rows(*touched, self.alpha[-1], self.alpha[-2], X)
            for a in self.alpha[-3:0:-1]:
                kernels.product_plus_rows(*self._A, self._bounds, X, self._place, G, a, spare)
                X, spare = spare, X
            scale = np.float32(1)
        elif len(self.alpha) == 2:  # the only product starts and ends here: no kernel is that rare
            X[:] = 0
            X[self._rows_of(G)] = G
            scale = self.alpha[1]
        lr = self.lr * self.multiplier / (1 - BETA1**self.steps)
        root2 = np.sqrt(1 - BETA2**self.steps)
        hyper = np.array([lr, BETA1, BETA2, root2, EPS], dtype=np.float32)
        kernels.adam_of_product(
            *(*self._A, self._bounds, X, scale, self._place, G, self.alpha[0], decay),
            *(self._E, self._M, self._V, hyper),
        )

    def _rows_of(self, G: Floats) -> NDArray[np.integer]:
        """Return the nodes whose gradients the rows of G are."""
        nodes = np.flatnonzero(self._place >= 0)
        return nodes[np.argsort(self._place[nodes])]
