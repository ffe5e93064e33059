r"""A small network that says, of something shown, how likely each of several reactions is.

$$ \mathbf h = \mathrm{ReLU}(\mathbf W_1 \mathbf x + \mathbf b_1), \qquad
   \mathbf z = \mathbf W_2 \mathbf h + \mathbf b_2, \qquad p_t = \sigma(z_t) $$

One hidden layer shared by all targets, one output ("head") for each: what is rare, such as a hide,
learns from features that what is frequent has shaped. What is shown first is then decided by
$\sum_t v_t\, p_t$ with the worth $v_t$ of each reaction, below 0 for one that nobody wants.

    model = Ranker(x.shape[1], targets=3).fit(x, Y)
    model.probabilities(x_new)                          # (B, 3)

Caruana 1997, https://doi.org/10.1023/A:1007379606734; a large one: Xia et al. 2023,
https://arxiv.org/abs/2306.00248. Built in lesson 17.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments, train
from graphrec_utils.models.scoring import seeded


class Ranker(nn.Module):
    """One hidden layer and a head per target; features are standardized by their training rows.

    Args:
        features: F.
        hidden: size of the hidden layer.
        targets: T.
        seed: of the start and of the order of the rows.

    Raises:
        TypeError, ValueError: a size is not possible.
    """

    def __init__(self, features: int, hidden: int = 32, targets: int = 1, seed: int = 0):
        super().__init__()
        self.seed = arguments.integer("seed", seed, least=0)
        sizes = [
            arguments.integer(*x) for x in (("features", features), ("hidden", hidden), ("targets", targets))
        ]  # fmt: skip
        with seeded(seed):
            self.inner = nn.Linear(sizes[0], sizes[1])
            self.heads = nn.Linear(sizes[1], sizes[2])
        self.register_buffer("mean", torch.zeros(sizes[0]))
        self.register_buffer("scale", torch.ones(sizes[0]))

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, T) logits for (B, F) features."""
        x = (x - self.mean) / self.scale
        return self.heads(self.inner(x).relu())

    def fit(
        self,
        x: np.ndarray,
        Y: np.ndarray,
        weight: np.ndarray | None = None,
        epochs: int = 5,
        lr: float = 3e-3,
        reg: float = 1e-4,
        batch: int = 512,
        evaluate: Callable[[Ranker], float] | None = None,
        **training,
    ) -> Ranker:
        """Train by Adam on the mean binary cross-entropy of all targets, and return the model.

        Args:
            x: (B, F) finite numbers.
            Y: (B,) or (B, T) labels. With weights of inverse propensities they may exceed 1.
            weight: (B,) how much each row counts; None: all alike.
            epochs, lr, batch: of Adam.
            reg: weight decay.
            evaluate: called with the model; see `train.fit`.
            training: every, patience, schedule, progress and callback of `train.fit`.

        Raises:
            ValueError: shapes that do not fit, NaN or infinity, or the training diverged.
        """
        x, Y = (self._tensor(v) for v in (x, Y))
        Y = Y[:, None] if Y.ndim == 1 else Y
        weight = self._tensor(np.ones(len(x)) if weight is None else weight)
        if x.ndim != 2 or x.shape[1] != len(self.mean) or Y.shape != (len(x), len(self.heads.bias)):
            raise ValueError(f"x must be (B, F), Y (B, T); got {tuple(x.shape)}, {tuple(Y.shape)}")
        if not all(torch.isfinite(v).all() for v in (x, Y, weight)) or len(weight) != len(x):
            raise ValueError("x, Y and weight must be finite, one weight a row; fill or drop rows")
        self.mean.copy_(x.mean(0))
        self.scale.copy_(x.std(0, correction=0).clamp_min(1e-6))
        rng = torch.Generator().manual_seed(self.seed)
        optimizer = torch.optim.AdamW(self.parameters(), lr=lr, weight_decay=reg)

        def batches(_):  # in an order of its own generator
            order = torch.randperm(len(x), generator=rng).to(x.device)
            return ((x[rows], Y[rows], weight[rows, None]) for rows in order.split(batch))

        def loss(model: Ranker, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
            x, Y, weight = batch
            each = F.binary_cross_entropy_with_logits(model(x), Y, reduction="none")
            return (weight * each).mean()

        train.fit(
            train.Torch(self, loss, optimizer),
            batches,
            epochs=arguments.integer("epochs", epochs),
            evaluate=evaluate and (lambda: evaluate(self)),
            **{"progress": False} | training,
        )
        return self

    @torch.no_grad()
    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return (B, T) logits as numpy, (B,) for one target."""
        z = self(self._tensor(x)).numpy(force=True).astype(np.float64)
        return z[:, 0] if z.shape[1] == 1 else z

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Return (B, T) probabilities, (B,) for one target."""
        return 0.5 * (1 + np.tanh(0.5 * self.logits(x)))

    def _tensor(self, x: np.ndarray) -> Tensor:
        return torch.as_tensor(np.asarray(x, dtype=np.float32), device=self.mean.device)
