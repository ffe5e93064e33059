"""What `fit` trains: anything that can take a step, such as a torch module with its optimizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from graphrec_utils.train.device import moved


class Learner(Protocol):
    """What `fit` can train; no base class, any object with these four methods will do.

    The state is a dictionary of tensors, numbers, texts, lists and dictionaries: all that changes
    from step to step, and, under the key "settings", hyper-parameters as plain values. A
    checkpoint is refused if its settings, or names, shapes and types of its tensors, differ from
    the learner's. What lies under "optimizer" is not compared.
    """

    def step(self, batch: Any) -> float:
        """Learn from one batch; return its mean loss, measured before the step."""

    def set_rate(self, multiplier: float) -> None:
        """Use this multiple of the learning rate that the learner was made with."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


class Torch:
    """A learner made of a torch module.

    Args:
        model: in training mode during a step; `evaluate` may call `model.eval()`.
        loss: `loss(model, batch)` returns a scalar tensor.
        optimizer: over the model's parameters; its rates are what multiplier 1 means.
        device: where the model is brought to, and the tensors of every batch, see `device.moved`;
            None: where the model is.
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[[nn.Module, Any], Tensor],
        optimizer: torch.optim.Optimizer,
        device: torch.device | str | None = None,
    ):
        self.model, self.loss, self.optimizer = model.to(device), loss, optimizer
        self.rates = [group["lr"] for group in optimizer.param_groups]

    def step(self, batch: Any) -> float:
        self.model.train()
        self.optimizer.zero_grad()
        batch = moved(batch, next(self.model.parameters()).device)
        loss = _learnable(self.loss(self.model, batch))  # forward
        loss.backward()  # backward
        self.optimizer.step()
        return loss.item()

    def set_rate(self, multiplier: float) -> None:
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * multiplier

    def state_dict(self) -> dict[str, Any]:
        plain = (int, float, str, bool, tuple, list)
        groups = [
            {k: v for k, v in group.items() if k not in ("params", "lr") and isinstance(v, plain)}
            for group in self.optimizer.param_groups
        ]
        settings = {
            "model": repr(self.model),  # hyper-parameters included: a module's extra_repr
            "optimizer": type(self.optimizer).__name__,
            "rates": [float(rate) for rate in self.rates],
            "groups": groups,
        }
        return {
            "settings": settings,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])


class Tables:
    """A learner made of numpy arrays that a kernel changes in place.

    Args:
        tables: name -> all that changes from step to step.
        step: `step(batch, rate)` moves them and returns the mean loss.
        lr: the rate that multiplier 1 means.
    """

    def __init__(
        self, tables: dict[str, np.ndarray], step: Callable[[Any, float], float], lr: float
    ):
        self.tables, self.move, self.lr, self.rate = tables, step, lr, lr

    def step(self, batch: Any) -> float:
        return self.move(batch, self.rate)

    def set_rate(self, multiplier: float) -> None:
        self.rate = self.lr * multiplier

    def state_dict(self) -> dict[str, Any]:
        tables = {name: torch.from_numpy(table) for name, table in self.tables.items()}
        return {"settings": {"lr": self.lr}, **tables}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for name, table in self.tables.items():
            table[:] = state[name].numpy()


def _learnable(loss: Tensor) -> Tensor:
    """Return the loss if it is one number with a gradient."""
    if not isinstance(loss, Tensor) or loss.numel() != 1 or not loss.requires_grad:
        got = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else repr(loss)
        raise ValueError(f"loss must return one number that the model can learn from; got {got}")
    return loss
