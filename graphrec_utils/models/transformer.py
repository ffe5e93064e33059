r"""One transformer block, written out: for sets of neighbors (lesson 14) and for sequences (lesson 15).

$$ \mathrm{attend}(\mathbf Q, \mathbf K, \mathbf V) =
   \mathrm{softmax}\!\left(\frac{\mathbf Q \mathbf K^\top}{\sqrt{d_h}} + \mathbf M\right) \mathbf V,
   \qquad M_{ts} = 0 \text{ if } t \text{ may look at } s, \text{ else } -\infty $$

    block = transformer.Block(dim=32, heads=2, norm_first=True)
    h = block(x, causal=True)                 # (B, L, d) -> (B, L, d), each place looks back only
    h = block(x, padding=x_is_empty)          # (B, L) True: nobody looks at this place
    h, looks = block(x, padding=x_is_empty, weights=True)          # (B, heads, L, L) as well

A place that may look at nothing gets zeros from attention, never NaN: the block hands it on as if it
stood alone. Parameters bear the names of `torch.nn.TransformerEncoderLayer`, so
`block.load_state_dict(layer.state_dict())` makes the two the same function.

Vaswani et al. 2017, https://arxiv.org/abs/1706.03762. Built in lesson 15, exercise 15.1.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils.models.scoring import seeded

ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


def allowed(
    length: int,
    causal: bool = False,
    padding: Tensor | None = None,
    device: torch.device | None = None,
) -> Tensor | None:
    """Return who may look at whom, True where allowed, broadcastable to (B, heads, L, L).

    Args:
        length: L.
        causal: a place looks at itself and at what stands before it.
        padding: (B, L) bool, True for empty places, which nobody looks at.
        device: where the answer is needed, and padding is; None: the CPU.

    Returns:
        None if everybody looks at everybody.
    """
    mask = torch.ones(length, length, dtype=torch.bool, device=device).tril() if causal else None
    if padding is None:
        return mask
    arguments.tensor("padding", padding, torch.bool)
    if padding.ndim != 2 or padding.shape[1] != length:
        raise ValueError(f"padding must be (B, {length}); got {tuple(padding.shape)}")
    there = ~padding[:, None, None, :]  # (B, 1, 1, L)
    return there if mask is None else mask & there


def attention_weights(queries: Tensor, keys: Tensor, allow: Tensor | None = None) -> Tensor:
    """Return how much each query looks at each key: rows sum to 1, or are 0 where nothing is allowed.

    Args:
        queries, keys: (…, L, d) and (…, S, d).
        allow: bool, broadcastable to (…, L, S), True where a query may look.
    """
    logits = queries @ keys.transpose(-2, -1) / math.sqrt(queries.shape[-1])  # (…, L, S)
    if allow is None:
        return logits.softmax(dim=-1)
    # the finite minimum instead of -inf: a row of nothing but -inf has no softmax, and no gradient
    logits = logits.masked_fill(~allow, torch.finfo(logits.dtype).min)
    return logits.softmax(dim=-1).masked_fill(~allow, 0.0)


def attend(queries: Tensor, keys: Tensor, values: Tensor, allow: Tensor | None = None) -> Tensor:
    """Return the mean of the values that each query looks at, (…, L, d); zeros if it sees none.

    Built in lessons 14 and 15, exercises 14.3 and 15.1.
    """
    return attention_weights(queries, keys, allow) @ values


class Attention(nn.Module):
    """Self-attention of several heads.

    Args:
        dim, heads: d, and how many parts it is cut into.
        dropout: share of the weights that is lost in training.

    Attributes:
        weigh: who looks at whom; another function with the arguments of `attention_weights` may stand here.
    """

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.heads, self.dropout, self.weigh = heads, dropout, attention_weights
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim))
        self.out_proj = nn.Linear(dim, dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def extra_repr(self) -> str:
        return f"heads={self.heads}, dropout={self.dropout}"

    def project(self, x: Tensor, queries: bool = True) -> Tensor:
        """Return the query, the key and the value of each vector side by side, (…, 3d); or the last two, (…, 2d)."""
        begin = 0 if queries else x.shape[-1]
        return F.linear(x, self.in_proj_weight[begin:], self.in_proj_bias[begin:])

    def forward(self, x: Tensor, allow: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return (B, L, d) what each place took from the others, and the (B, heads, L, L) weights."""
        B, L, d = x.shape
        qkv = self.project(x).view(B, L, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        queries, keys, values = qkv  # (B, heads, L, d / heads) each
        weights = self.weigh(queries, keys, allow)
        kept = F.dropout(weights, self.dropout, self.training)
        out = self.out_proj((kept @ values).transpose(1, 2).reshape(B, L, d))
        if allow is not None:
            sees = allow.expand(B, 1, L, L).any(dim=-1).transpose(1, 2)  # (B, L, 1)
            out = out.masked_fill(~sees, 0.0)  # nothing seen, nothing taken, no bias either
        return out, weights


class Block(nn.Module):
    """Attention, then two linear layers at each place, each added to what came in.

    Args:
        dim, heads: d; the heads divide it.
        hidden: the width between the two linear layers; None for 2 d.
        dropout: after attention, inside of it, and around the linear layers.
        activation: "gelu" or "relu".
        norm_first: norms before the two parts (pre-norm), else after the sums (post-norm).
        seed: of the start; None inside a larger model.

    Raises:
        ValueError: heads do not divide d, the activation is unknown, or dropout is not in [0, 1).
    """

    def __init__(
        self,
        dim: int,
        heads: int = 2,
        hidden: int | None = None,
        dropout: float = 0.0,
        activation: str = "gelu",
        norm_first: bool = True,
        seed: int | None = 0,
    ):
        super().__init__()
        dim, heads = arguments.integer("dim", dim), arguments.integer("heads", heads)
        if dim % heads:
            raise ValueError(f"{heads} heads do not divide dim {dim}")
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {(*ACTIVATIONS,)}; got {activation!r}")
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout must be a share from 0 to below 1; got {dropout}")
        hidden = 2 * dim if hidden is None else arguments.integer("hidden", hidden)
        self.activation, self.norm_first, self.dropout = activation, norm_first, dropout
        with seeded(seed):
            self.self_attn = Attention(dim, heads, dropout)
            self.linear1 = nn.Linear(dim, hidden)
            self.linear2 = nn.Linear(hidden, dim)
            self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def extra_repr(self) -> str:
        return f"activation={self.activation}, norm_first={self.norm_first}, dropout={self.dropout}"

    def forward(
        self,
        x: Tensor,
        causal: bool = False,
        padding: Tensor | None = None,
        weights: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Return (B, L, d) of (B, L, d), and with `weights` also who looked at whom, (B, heads, L, L).

        Args:
            causal: each place looks at itself and back only.
            padding: (B, L) bool, True for empty places; what is computed there means nothing.

        Raises:
            TypeError: padding is not bool.
            ValueError: padding does not fit.
        """
        allow = allowed(x.shape[1], causal, padding, x.device)
        taken, looks = self.self_attn(self.before(x), allow)
        x = self.after(x, taken)
        return (x, looks) if weights else x

    def before(self, x: Tensor) -> Tensor:
        """Return what attention sees of (…, d)."""
        return self.norm1(x) if self.norm_first else x

    def after(self, x: Tensor, taken: Tensor) -> Tensor:
        """Return what becomes of (…, d) and what attention took for it."""
        x = x + self._drop(taken)
        if self.norm_first:
            return x + self._feed(self.norm2(x))
        x = self.norm1(x)
        return self.norm2(x + self._feed(x))

    def _feed(self, x: Tensor) -> Tensor:
        inner = self._drop(ACTIVATIONS[self.activation](self.linear1(x)))
        return self._drop(self.linear2(inner))

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)
