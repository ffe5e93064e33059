r"""HSTU: a block whose attention adds up instead of averaging, and whose output is gated by what asks.

$$ \mathbf U, \mathbf V, \mathbf Q, \mathbf K = \mathrm{SiLU}(f_1(\mathrm{norm}(\mathbf X))), \qquad
   \mathbf A = \tfrac1n \mathrm{SiLU}(\mathbf Q \mathbf K^\top + \mathbf B), \qquad
   \mathbf Y = \mathbf X + f_2(\mathrm{norm}(\mathbf A \mathbf V) \odot \mathbf U) $$

$B_{ts} = b_{t-s}$ is learned, $n$ is a constant, the most places there are. A softmax divides by its own sum: who was
looked at five times weighs as much as who was looked at once, if there is nobody else. SiLU gives every event its
weight, whatever the others have; a place may also take nothing, and a little less than nothing. There are no
feed-forward layers: the gate $\mathbf U$ stands for them.

    model = hstu.fit(latest, sampling.histories.cut(events, 51), num_items, dim=64)     # a `sasrec.SASRec` of these blocks
    y = hstu.Block(64, heads=2, length=51)(x, causal=True)                              # (B, L, d) -> (B, L, d)

The norm of $\mathbf A \mathbf V$ over all heads together takes part of the amount away again: what is left of it is
how much one head took beside another. The paper's $\mathbf B$ knows times as well, and its ranker reads actions
between the items; both are left out here.

Zhai et al. 2024, https://arxiv.org/abs/2402.17152, equations 1 to 3; the norms, the division by n and where SiLU
stands are those of the released code.
"""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils.models import sasrec, transformer
from graphrec_utils.models.scoring import seeded

EPS = 1e-6  # of the norms: A V is divided by n, and small


def pointwise(
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    n: int,
    bias: Tensor | None = None,
    allow: Tensor | None = None,
) -> Tensor:
    """Return what each query takes from the values, (…, L, e): SiLU(q · k + bias) / n of each, not normalized.

    Built in lesson 19, exercise 19.7.

    Args:
        queries, keys, values: (…, L, d), (…, S, d) and (…, S, e).
        n: what every weight is divided by.
        bias: broadcastable to (…, L, S).
        allow: bool, broadcastable to (…, L, S), True where a query may look; who sees nothing takes zeros.
    """
    logits = queries @ keys.transpose(-2, -1)
    weights = F.silu(logits if bias is None else logits + bias) / arguments.integer("n", n)
    if allow is not None:
        weights = weights.masked_fill(~allow, 0.0)
    return weights @ values


class Block(nn.Module):
    """One HSTU block, called as `transformer.Block` is; see the head of the module.

    Args:
        dim, heads: d; the heads divide it.
        length: n, the most places that a sequence has.
        dropout: of what the gate lets through.
        seed: of the start; None inside a larger model.

    Raises:
        ValueError: heads do not divide d, or dropout is not in [0, 1).
    """

    def __init__(
        self,
        dim: int,
        heads: int = 2,
        length: int = 64,
        dropout: float = 0.0,
        seed: int | None = 0,
    ):
        super().__init__()
        dim, heads = arguments.integer("dim", dim), arguments.integer("heads", heads)
        if dim % heads:
            raise ValueError(f"{heads} heads do not divide dim {dim}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be a share from 0 to below 1; got {dropout}")
        self.heads, self.dropout = heads, dropout
        self.length = arguments.integer("length", length)
        with seeded(seed):
            self.uvqk = nn.Linear(dim, 4 * dim)
            self.out = nn.Linear(dim, dim)
            self.bias = nn.Parameter(0.02 * torch.randn(2 * length - 1))

    def extra_repr(self) -> str:
        return f"heads={self.heads}, length={self.length}, dropout={self.dropout}"

    def forward(self, x: Tensor, causal: bool = False, padding: Tensor | None = None) -> Tensor:
        """Return (B, L, d) of (B, L, d).

        Args:
            causal: each place looks at itself and back only.
            padding: (B, L) bool, True for empty places; what is computed there means nothing.

        Raises:
            TypeError: padding is not bool.
            ValueError: padding does not fit, or the sequence is longer than the block's length.
        """
        B, L, d = x.shape
        if self.length < L:
            raise ValueError(f"this block has {self.length} places; got {L}")
        u, *vqk = F.silu(self.uvqk(F.layer_norm(x, (d,), eps=EPS))).chunk(4, dim=-1)
        v, q, k = (part.view(B, L, self.heads, -1).transpose(1, 2) for part in vqk)
        place = torch.arange(L, device=x.device)
        bias = self.bias[place[:, None] - place + self.length - 1]  # (L, L)
        allow = transformer.allowed(L, causal, padding, x.device)
        taken = pointwise(q, k, v, self.length, bias, allow).transpose(1, 2).reshape(B, L, d)
        let = F.layer_norm(taken, (d,), eps=EPS) * u
        return x + self.out(F.dropout(let, self.dropout, self.training))


def fit(
    history: Tensor, rows: Tensor, num_items: int, dim: int, blocks: int = 2, **options
) -> sasrec.SASRec:
    """Return SASRec's model with HSTU blocks in the place of its own, trained by the same loss.

    Arguments and errors are those of `sasrec.fit`.
    """
    layer = partial(Block, length=history.shape[1] + 1)
    return sasrec.fit(history, rows, num_items, dim, blocks=blocks, layer=layer, **options)
