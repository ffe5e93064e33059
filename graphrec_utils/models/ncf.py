r"""Learned similarity: the dot product, GMF, MLP and NeuMF behind one signature.

| model | score of (u, i) | can be searched as vectors |
|---|---|---|
| `Dot` | $\langle \mathbf p_u, \mathbf q_i \rangle$ | yes |
| `GMF` | $\mathbf h^\top (\mathbf p_u \odot \mathbf q_i) + b$ | yes: put $\mathbf h$ into the items |
| `MLP` | $\mathbf h^\top \mathbf z_L + b$, $\mathbf z_0 = [\mathbf p_u; \mathbf q_i]$, $\mathbf z_l = \mathrm{ReLU}(\mathbf W_l \mathbf z_{l-1} + \mathbf b_l)$ | no |
| `NeuMF` | $\mathbf h^\top [\mathbf p_u \odot \mathbf q_i; \mathbf z_L] + b$, two sets of embeddings | no |

Every model is called as `model(users, items)` with id tensors that broadcast against each other,
(B,) with (B,), or (B, 1) with (B, S), and returns scores of the common shape. Scores are logits:
the paper's sigmoid belongs to the loss (`losses.bce`) and does not change a ranking. All parameters
of a model follow from its `seed`.

He et al. 2017, https://arxiv.org/abs/1708.05031; Rendle et al. 2020,
https://arxiv.org/abs/2005.09683. Built in lesson 03, exercise 03.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils.models.scoring import from_embeddings, seeded

BLOCK = 2**18  # pairs at a time when every item is scored for a user: about 100 MB at width 64


@torch.no_grad()
def from_pairs(model: nn.Module, users: np.ndarray) -> np.ndarray:
    """Return the (B, n) scores of the given (B,) users: every pair goes through the model.

    A block of users at a time. Models without vectors have this as their `scores`.
    """
    device = next(model.parameters()).device
    ids = torch.as_tensor(np.asarray(users), dtype=torch.int64, device=device)[:, None]  # (B, 1)
    items = torch.arange(model.num_items, device=device)[None, :]
    blocks = [model(part, items) for part in ids.split(max(1, BLOCK // model.num_items))]
    return torch.cat(blocks).numpy(force=True)


class Dot(nn.Module):
    r"""Matrix factorization, $\langle \mathbf p_u, \mathbf q_i \rangle$; with `losses.bpr`: BPR-MF.

    Args:
        num_users, num_items, dim: m, n and d.
        std: of the normal start of every coordinate.
        seed: of the start.

    Raises:
        ValueError: a size is below 1.

    Rendle et al. 2009, https://arxiv.org/abs/1205.2618.
    """

    scores = from_embeddings

    def __init__(self, num_users: int, num_items: int, dim: int, std: float = 0.1, seed: int = 0):
        super().__init__()
        _check_sizes(num_users=num_users, num_items=num_items, dim=dim)
        with seeded(seed):
            self.user = _table(num_users, dim, std)
            self.item = _table(num_items, dim, std)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return (self.user(users) * self.item(items)).sum(dim=-1)

    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores."""
        return self.user.weight, self.item.weight


class GMF(nn.Module):
    r"""Generalized matrix factorization, $\mathbf h^\top (\mathbf p_u \odot \mathbf q_i) + b$.

    Arguments and errors as for `Dot`; `seed=None` goes on with the stream of a `scoring.seeded`
    block around it. $\mathbf h$ starts at 1, a dot product.

    He et al. 2017, equation 9, without the sigmoid.
    """

    scores = from_embeddings

    def __init__(
        self, num_users: int, num_items: int, dim: int, std: float = 0.1, seed: int | None = 0
    ):
        super().__init__()
        _check_sizes(num_users=num_users, num_items=num_items, dim=dim)
        with seeded(seed):
            self.user = _table(num_users, dim, std)
            self.item = _table(num_items, dim, std)
            self.out = nn.Linear(dim, 1)
        nn.init.ones_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def features(self, users: Tensor, items: Tensor) -> Tensor:
        return self.user(users) * self.item(items)

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return self.out(self.features(users, items)).squeeze(-1)

    def embeddings(self) -> tuple[Tensor, Tensor]:
        """Return (m, d) and (n, d) whose products are the scores minus b, so they rank alike."""
        return self.user.weight, self.item.weight * self.out.weight[0]


class MLP(nn.Module):
    r"""A tower of ReLU layers on $[\mathbf p_u; \mathbf q_i]$, then $\mathbf h^\top \mathbf z_L + b$.

    Args:
        num_users, num_items: m and n.
        layers: widths from the input on, such as (64, 32, 16, 8): embeddings have half the first.
        std: of the normal start of every coordinate of the embeddings.
        seed: of the start; None as for `GMF`.

    Raises:
        ValueError: a size is below 1, there is no hidden layer, or the first width is odd.

    He et al. 2017, equation 10, without the sigmoid. Built in lesson 03, exercise 03.2.
    """

    scores = from_pairs

    def __init__(
        self,
        num_users: int,
        num_items: int,
        layers: Sequence[int],
        std: float = 0.1,
        seed: int | None = 0,
    ):
        super().__init__()
        if len(layers) < 2 or layers[0] % 2 or min(layers) < 1:
            raise ValueError(
                "layers must be two widths or more, the first one even, as in (64, 32, 16, 8); "
                f"got {tuple(layers)}"
            )
        _check_sizes(num_users=num_users, num_items=num_items)
        self.num_items = num_items
        with seeded(seed):
            self.user = _table(num_users, layers[0] // 2, std)
            self.item = _table(num_items, layers[0] // 2, std)
            self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(layers))
            self.out = nn.Linear(layers[-1], 1)

    def features(self, users: Tensor, items: Tensor) -> Tensor:
        first, *others = self.hidden
        # W [p; q] = W_p p + W_q q: with (B, 1) users and (1, n) items each half is computed once
        # for a user and once for an item, not for each of the B n pairs
        W_p, W_q = first.weight.chunk(2, dim=1)
        z = F.relu(F.linear(self.user(users), W_p, first.bias) + F.linear(self.item(items), W_q))
        for layer in others:
            z = F.relu(layer(z))
        return z

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        return self.out(self.features(users, items)).squeeze(-1)


class NeuMF(nn.Module):
    r"""GMF and MLP side by side, each with embeddings of its own, under one last layer.

    Args:
        num_users, num_items: m and n.
        dim: d of the GMF part.
        layers: of the MLP part, see `MLP`.
        std: of the normal start of every coordinate of the embeddings.
        seed: of the start.

    Raises:
        ValueError: as `MLP`.

    He et al. 2017, equation 12, without the sigmoid. Built in lesson 03, exercise 03.2.
    """

    scores = from_pairs

    def __init__(
        self,
        num_users: int,
        num_items: int,
        dim: int,
        layers: Sequence[int],
        std: float = 0.1,
        seed: int = 0,
    ):
        super().__init__()
        self.num_items = num_items
        with seeded(seed):  # one stream for all parts
            self.gmf = GMF(num_users, num_items, dim, std, seed=None)
            self.mlp = MLP(num_users, num_items, layers, std, seed=None)
            self.out = nn.Linear(dim + layers[-1], 1)
        self.gmf.out, self.mlp.out = nn.Identity(), nn.Identity()  # their place is in `self.out`

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        both = [self.gmf.features(users, items), self.mlp.features(users, items)]
        return self.out(torch.cat(both, dim=-1)).squeeze(-1)


def fuse(gmf: GMF, mlp: MLP, alpha: float = 0.5) -> NeuMF:
    r"""Return a NeuMF that starts from two trained models, the paper's pre-training.

    Its scores are $\alpha$ times those of the GMF plus $1 - \alpha$ times those of the MLP: the
    last layer is $[\alpha \mathbf h_{GMF}; (1 - \alpha) \mathbf h_{MLP}]$.

    Raises:
        ValueError: the models know different users or items, or alpha is not in [0, 1].

    He et al. 2017, section 3.4.1 and equation 13.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must lie in [0, 1]; got {alpha}")
    sizes = [(m.user.num_embeddings, m.item.num_embeddings) for m in (gmf, mlp)]
    if sizes[0] != sizes[1]:
        raise ValueError(f"both models must know the same users and items; got {sizes}")
    dim = gmf.user.embedding_dim
    layers = [mlp.hidden[0].in_features, *(layer.out_features for layer in mlp.hidden)]
    model = NeuMF(*sizes[0], dim, layers).to(gmf.out.weight.device)
    model.gmf.user.load_state_dict(gmf.user.state_dict())
    model.gmf.item.load_state_dict(gmf.item.state_dict())
    for name in ("user", "item", "hidden"):
        getattr(model.mlp, name).load_state_dict(getattr(mlp, name).state_dict())
    with torch.no_grad():
        ends = [alpha * gmf.out.weight, (1 - alpha) * mlp.out.weight]
        model.out.weight.copy_(torch.cat(ends, dim=1))
        model.out.bias.copy_(alpha * gmf.out.bias + (1 - alpha) * mlp.out.bias)
    return model


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        arguments.integer(name, size)


def _table(rows: int, dim: int, std: float) -> nn.Embedding:
    table = nn.Embedding(rows, dim)
    nn.init.normal_(table.weight, std=std)
    return table
