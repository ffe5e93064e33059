r"""Neural graph collaborative filtering: messages that are transformed, multiplied and stacked.

One layer, $\mathbf E^{(k)} = \sigma\big((\hat{\mathbf A} + \mathbf I)\,\mathbf E^{(k-1)} \mathbf W_1^\top
+ (\hat{\mathbf A}\mathbf E^{(k-1)} \odot \mathbf E^{(k-1)})\,\mathbf W_2^\top\big)$ with LeakyReLU
as $\sigma$; all layers, the 0-th included, stand side by side in the final embedding.

The code that the authors published computes something else. `changes` names the differences:

| name | the paper | the released code |
|---|---|---|
| `"adjacency"` | $\hat{\mathbf A}$ for neighbors, $\mathbf I$ for the node itself | $(\mathbf D + \mathbf I)^{-1}(\mathbf A + \mathbf I)$ for both, and in the product |
| `"activations"` | $\sigma$ of the sum of both branches | the sum of $\sigma$ of each branch |
| `"biases"` | none | one for each branch |
| `"norms"` | layers as they are | layers 1 … K divided by their L2 norm where they are stacked |
| `"dropout"` | whole messages, whole nodes | numbers of a layer's output, entries of the matrix |
| `"penalty"` | on layer 0 and all W | on the final embeddings, not on W |

`RELEASED` holds all six, `LIGHT` the two that remove a part: `"no W"` and `"no σ"`.

Wang et al. 2019, https://arxiv.org/abs/1905.08108. Built in lesson 05.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, graphs, losses
from graphrec_utils.graphs.propagation import to_torch
from graphrec_utils.models.scoring import from_embeddings, seeded

RELEASED = ("adjacency", "activations", "biases", "norms", "dropout", "penalty")
LIGHT = ("no W", "no σ")
SLOPE = 0.2  # of LeakyReLU left of 0: TensorFlow's default, which the released code uses


def layer(
    A_hat: Tensor, E: Tensor, W_self: Tensor, W_inter: Tensor, slope: float = SLOPE
) -> Tensor:
    r"""Return the next layer, $\sigma((\hat A + I) E W_1^\top + (\hat A E \odot E) W_2^\top)$.

    Args:
        A_hat: (N, N), dense or torch CSR.
        E: (N, d) the layer before.
        W_self: (d', d) $W_1$, for the node itself and for what its neighbors send.
        W_inter: (d', d) $W_2$, for the products $e_w \odot e_v$.
        slope: of LeakyReLU left of 0.

    Returns:
        (N, d').

    Wang et al. 2019, equation 7, where W stands for $W^\top$ of equation 3. Built in lesson 05,
    exercises 05.1 and 05.2.
    """
    heard = A_hat @ E  # (N, d)
    return F.leaky_relu((heard + E) @ W_self.T + (heard * E) @ W_inter.T, slope)


def stack(
    A_hat: Tensor, E0: Tensor, weights: Sequence[tuple[Tensor, Tensor]], slope: float = SLOPE
) -> Tensor:
    """Return all layers side by side, (N, d0 + d1 + … + dK): layer 0 first.

    Args:
        A_hat: (N, N), dense or torch CSR.
        E0: (N, d0).
        weights: (W_self, W_inter) of layers 1 … K.
        slope: of LeakyReLU left of 0.

    Wang et al. 2019, equation 9. Built in lesson 05, exercise 05.3.
    """
    E = [E0]
    for W_self, W_inter in weights:
        E.append(layer(A_hat, E[-1], W_self, W_inter, slope))
    return torch.cat(E, dim=1)


def message_dropout(A_hat: Tensor, dropout: float, training: bool, rng: torch.Generator) -> Tensor:
    """Return the matrix with a share of its entries dropped, the others divided by 1 - dropout.

    Each stored entry is a message. What a node hears stays the same on average; without training
    the matrix itself is returned.

    Args:
        A_hat: (N, N) torch sparse, CSR or COO.
        dropout: probability of losing a message, 0 <= dropout < 1.
        training: False leaves everything as it is.
        rng: a torch generator.

    Raises:
        ValueError: dropout is not in [0, 1), or A_hat is not sparse.

    Wang et al. 2019, section 2.4.2. Built in lesson 05, exercise 05.4.
    """
    _check_share("dropout", dropout)
    if A_hat.layout not in (torch.sparse_csr, torch.sparse_coo):
        raise ValueError(f"A_hat must be sparse, CSR or COO; got {A_hat.layout}")
    if not training or dropout == 0:
        return A_hat
    if A_hat.layout == torch.sparse_coo:
        A_hat = A_hat.coalesce()
    values = _drop(A_hat.values(), dropout, rng)
    if A_hat.layout == torch.sparse_csr:
        return _csr(A_hat.crow_indices(), A_hat.col_indices(), values, A_hat.shape)
    return torch.sparse_coo_tensor(
        A_hat.indices(), values, A_hat.shape, is_coalesced=True, check_invariants=False
    )


def num_parameters(num_nodes: int, dims: Sequence[int], biases: bool = False) -> tuple[int, int]:
    """Return how many numbers are learned: (in the embeddings of layer 0, in all layers).

    Args:
        num_nodes: N, users and items.
        dims: d0, d1, …, dK.
        biases: one vector for each of the two branches of a layer.

    Built in lesson 05, exercise 05.6.
    """
    pairs = pairwise(dims)
    return num_nodes * dims[0], sum(2 * d * nxt + 2 * nxt * biases for d, nxt in pairs)


class NGCF(nn.Module):
    """NGCF of the paper; with `changes=RELEASED` that of the released code.

    Args:
        R: (m, n) train interactions, sparse or dense; 0 and 1.
        dim: d of every layer.
        num_layers: K >= 0; 0 is matrix factorization.
        message_dropout: share of messages lost in training, in each layer anew.
        node_dropout: share of nodes whose messages are lost, in each layer anew; with the change
            "dropout" a share of the matrix's entries, the same ones in all layers.
        changes: names out of `RELEASED` and `LIGHT`.
        seed: of the start, Xavier as in the paper. What dropout loses is decided by the generator
            that `embeddings` and `loss` are given.

    Raises:
        ValueError: a size, a share or a change is not possible.

    Wang et al. 2019, https://arxiv.org/abs/1905.08108.
    """

    scores = from_embeddings

    def __init__(
        self,
        R: sp.spmatrix | sp.sparray | Tensor,
        dim: int = 64,
        num_layers: int = 3,
        message_dropout: float = 0.1,
        node_dropout: float = 0.0,
        changes: Iterable[str] = (),
        seed: int = 0,
    ):
        super().__init__()
        self.changes = frozenset(changes)
        if unknown := self.changes - {*RELEASED, *LIGHT}:
            known = ", ".join((*RELEASED, *LIGHT))
            raise ValueError(f"changes must be among {known}; got {sorted(unknown)}")
        dim = arguments.integer("dim", dim)
        num_layers = arguments.integer("num_layers", num_layers, least=0)
        _check_share("message_dropout", message_dropout)
        _check_share("node_dropout", node_dropout)
        self.message_dropout, self.node_dropout = message_dropout, node_dropout
        self.num_users, n = R.shape
        self._keep_graph(R)
        self.E0 = nn.Parameter(torch.empty(self.num_users + n, dim))
        self.num_layers = num_layers
        with seeded(seed):
            self._start(0 if "no W" in self.changes else num_layers, "biases" in self.changes)

    def embeddings(self, rng: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Return (m, d (K + 1)) and (n, d (K + 1)), whose products are the scores.

        Args:
            rng: a torch generator that decides which messages get lost; without it none does.
        """
        E, stacked = self.E0, [self.E0]
        entries = self.values
        if "dropout" in self.changes:  # the released code's node dropout: once for all layers
            entries = _drop(entries, self.node_dropout, rng)
        for k in range(self.num_layers):
            E = self._layer(k, E, entries, rng)
            stacked.append(F.normalize(E, dim=1) if "norms" in self.changes else E)
        final = torch.cat(stacked, dim=1)  # (N, d (K + 1))
        return final[: self.num_users], final[self.num_users :]

    def extra_repr(self) -> str:
        changes = ", ".join(sorted(self.changes)) or "none"
        return (
            f"{self.num_users} users, {len(self.E0) - self.num_users} items, "
            f"dim={self.E0.shape[1]}, num_layers={self.num_layers}, "
            f"message_dropout={self.message_dropout}, node_dropout={self.node_dropout}, "
            f"changes: {changes}"
        )

    def _start(self, layers: int, biases: bool) -> None:
        """Draw all parameters: layer 0, each side by its own size, then the matrices."""
        dim = self.E0.shape[1]
        nn.init.xavier_uniform_(self.E0.data[: self.num_users])
        nn.init.xavier_uniform_(self.E0.data[self.num_users :])
        self.self_, self.inter = (
            nn.ModuleList(nn.Linear(dim, dim, bias=biases) for _ in range(layers)) for _ in range(2)
        )
        for linear in [*self.self_, *self.inter]:
            nn.init.xavier_uniform_(linear.weight)
            if biases:
                nn.init.xavier_uniform_(linear.bias[None, :])

    def _layer(self, k: int, E: Tensor, entries: Tensor, rng: torch.Generator | None) -> Tensor:
        heard = self._hear(self._drop_messages(entries, rng), E)  # (N, d)
        both = heard if "adjacency" in self.changes else heard + E
        product = heard * E
        if "no W" not in self.changes:
            both, product = self.self_[k](both), self.inter[k](product)
        if "no σ" in self.changes:
            E = both + product
        elif "activations" in self.changes:
            E = F.leaky_relu(both, SLOPE) + F.leaky_relu(product, SLOPE)
        else:
            E = F.leaky_relu(both + product, SLOPE)
        if "dropout" in self.changes:
            E = _drop(E, self.message_dropout, rng)
        return E

    def _drop_messages(self, values: Tensor, rng: torch.Generator | None) -> Tensor:
        """Dropout of the paper, in every layer anew: messages, and all messages of some nodes."""
        if "dropout" in self.changes:
            return values
        if self.node_dropout:
            sends = torch.ones(len(self.E0), dtype=values.dtype, device=values.device)
            values = values * _drop(sends, self.node_dropout, rng)[self.col]
        return _drop(values, self.message_dropout, rng)

    def _keep_graph(self, R) -> None:
        """Store the matrix as its CSR parts, and where each entry's mirror image stands."""
        A = graphs.adjacency(sp.csr_array(R.numpy() if isinstance(R, Tensor) else R))
        if "adjacency" in self.changes:
            A = graphs.normalize(A + sp.eye_array(A.shape[0], format="csr"), "row")
        else:
            A = graphs.normalize(A)
        matrix = to_torch(A)
        # the pattern is symmetric, so the transposed matrix is a permutation of the values
        places = sp.csr_array(
            (np.arange(matrix.values().numel()), matrix.col_indices(), matrix.crow_indices()),
            shape=A.shape,
        )
        mirror = torch.from_numpy(places.T.tocsr().data).long()
        graph = {
            "values": matrix.values(),
            "row": matrix.crow_indices(),
            "col": matrix.col_indices(),
            "mirror": mirror,
        }
        for name, part in graph.items():
            self.register_buffer(name, part, persistent=False)

    def _hear(self, values: Tensor, E: Tensor) -> Tensor:
        shape = (len(E), len(E))
        A, A_T = (_csr(self.row, self.col, x, shape) for x in (values, values[self.mirror]))
        return _Product.apply(A, A_T, E)


class _Product(torch.autograd.Function):
    """A @ E; torch alone would transpose A in every backward pass, which costs five products."""

    @staticmethod
    def forward(ctx, A, A_T, E):
        ctx.A_T = A_T
        return A @ E

    @staticmethod
    def backward(ctx, gradient):
        return None, None, ctx.A_T @ gradient


def loss(
    model: NGCF,
    triples: tuple[Tensor, Tensor, Tensor],
    reg: float = 0.0,
    rng: torch.Generator | None = None,
) -> Tensor:
    r"""Return the BPR loss of a batch of triples plus the penalty, both as means over the batch.

    With B triples, the paper's $\lambda \lVert\Theta\rVert^2$ becomes
    $\frac{\lambda}{2} \big(\frac1B \sum (\lVert e^{(0)}_u\rVert^2 + \lVert e^{(0)}_i\rVert^2 +
    \lVert e^{(0)}_j\rVert^2) + \sum_k \lVert W^{(k)}\rVert^2\big)$; the released code has the final
    embeddings in place of $e^{(0)}$ and leaves out W.

    Args:
        model: an NGCF.
        triples: u, i, j as `sampling.bpr_triples` returns them.
        reg: λ >= 0.
        rng: a torch generator for dropout, in training mode; `model.eval()` loses nothing.

    Raises:
        ValueError: the model should lose messages in training, and there is no rng.

    Wang et al. 2019, equation 11.
    """
    drops = model.training and (model.message_dropout > 0 or model.node_dropout > 0)
    if drops and rng is None:
        raise ValueError(
            "this model loses messages in training: give rng, a torch.Generator, or call model.eval()"
        )
    u, i, j = triples
    user_emb, item_emb = model.embeddings(rng if drops else None)
    e_u, e_i, e_j = user_emb[u], item_emb[i], item_emb[j]  # (B, d (K + 1)) each
    value = losses.bpr((e_u * e_i).sum(dim=1), (e_u * e_j).sum(dim=1))
    if not reg:
        return value
    if "penalty" in model.changes:
        squares = sum(e.square().sum() for e in (e_u, e_i, e_j)) / len(u)
    else:
        E0, m = model.E0, model.num_users
        squares = sum(e.square().sum() for e in (E0[u], E0[m + i], E0[m + j])) / len(u)
        squares = squares + sum(
            linear.weight.square().sum() for linear in [*model.self_, *model.inter]
        )
    return value + reg / 2 * squares


def _csr(row: Tensor, col: Tensor, values: Tensor, shape: Sequence[int]) -> Tensor:
    # the pattern is that of a matrix which was checked when it was made
    return torch.sparse_csr_tensor(row, col, values, tuple(shape), check_invariants=False)


def _drop(values: Tensor, share: float, rng: torch.Generator | None) -> Tensor:
    """Return the values with a share of them at 0 and the others divided by what remains."""
    if rng is None or share == 0:
        return values
    draws = torch.rand(values.shape, generator=rng, device=rng.device)
    return values * (draws >= share).to(values.device) / (1 - share)


def _check_share(name: str, share: float) -> None:
    if not 0 <= share < 1:
        raise ValueError(f"{name} must be at least 0 and below 1; got {share}")
