r"""One loop for every model: progress, validation, early stopping, rates, checkpoints.

    learner = train.Torch(model, loss, torch.optim.Adam(model.parameters(), lr=0.01))
    history = train.fit(learner, batches, epochs=50, evaluate=recall, patience=5)

The loop knows neither models nor graphs. What it trains is a `Learner`; `Torch` makes one from any
torch module, and kernels that bring their own gradients are learners as they are.

Epochs count from 1. All chance of an epoch follows from the seed and its number, so that an
interrupted training that goes on from its checkpoint ends with the very same numbers.
"""

from __future__ import annotations

import copy
import math
import os
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from graphrec_utils import paths

FORMAT = 1
NOT_COMPARED = ("optimizer",)  # empty before the first step


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
    """

    def __init__(
        self,
        model: nn.Module,
        loss: Callable[[nn.Module, Any], Tensor],
        optimizer: torch.optim.Optimizer,
    ):
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.rates = [group["lr"] for group in optimizer.param_groups]

    def step(self, batch: Any) -> float:
        self.model.train()
        self.optimizer.zero_grad()
        value = self.loss(self.model, batch)
        if not isinstance(value, Tensor) or value.numel() != 1 or not value.requires_grad:
            got = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
            raise ValueError(
                f"loss must return one number that the model can learn from; got {got}"
            )
        value.backward()
        self.optimizer.step()
        return value.item()

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


@dataclass
class History:
    """What happened in each epoch.

    Attributes:
        loss: mean loss over the epoch's batches.
        metric: what `evaluate` returned, for each epoch in `evaluated`.
        evaluated: numbers of the epochs after which `evaluate` was called.
        seconds: training time from the start to the end of each epoch, evaluations left out.
        cpu_seconds: the same as processor time of all threads; use it on a busy machine.
    """

    loss: list[float] = field(default_factory=list)
    metric: list[float] = field(default_factory=list)
    evaluated: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the highest metric, the first of equals; None without a metric."""
        return self.evaluated[int(np.argmax(self.metric))] if self.metric else None


def constant(progress: float) -> float:
    """Return 1: the rate stays as it is."""
    return 1.0


def cosine(progress: float) -> float:
    r"""Return $\frac12 (1 + \cos \pi p)$, from 1 at the start down to 0 at the end.

    Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, equation 5 without restarts.
    """
    return 0.5 * (1 + math.cos(math.pi * progress))


def generator(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator that `fit` hands to `batches` in this epoch (from 1)."""
    return np.random.default_rng([seed, epoch])


def fit(
    learner: Learner,
    batches: Callable[[np.random.Generator], Iterable],
    *,
    epochs: int,
    evaluate: Callable[[], float] | None = None,
    every: int = 1,
    patience: int | None = None,
    schedule: Callable[[float], float] | None = None,
    checkpoint: str | os.PathLike | None = None,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Train a learner and return what happened.

    Args:
        learner: see `Learner`; trained in place.
        batches: called once an epoch with a generator; what it returns is iterated over and each
            element handed to `learner.step`. torch's global generator is seeded alike (dropout)
            and gets its old state back at the end.
        epochs: how many at most, counted from the very beginning, also when resumed.
        evaluate: returns a number that should grow, measured on validation data; called without
            gradients after every `every`-th epoch and after the last.
        patience: stop after so many evaluations in a row without a new best, and restore the best
            state at the end. None: train all epochs and keep the last state.
        schedule: maps the share of the epochs that is done, in [0, 1), to a multiple of the
            learning rate; it is asked at the start of each epoch. None: `constant`.
        checkpoint: a file, written after each epoch: first under another name, then renamed, so
            that it is whole whenever the process dies. If it exists, training goes on from there.
        seed: of the generators.
        progress: show a bar.

    Raises:
        ValueError: an argument is out of range, there are no batches, the loss or the metric is
            NaN or infinite, or the checkpoint is damaged or belongs to another training.

    Built in lesson 03.
    """
    if epochs < 0 or every < 1 or (patience is not None and patience < 1):
        raise ValueError(
            "epochs must be at least 0, every and patience at least 1; "
            f"got {epochs}, {every} and {patience}"
        )
    if patience is not None and evaluate is None:
        raise ValueError("patience needs evaluate: without a metric there is no best epoch")
    history, best, waited = History(), None, 0
    plan = {"seed": seed, "every": every, "patience": patience}
    if schedule is not None:
        plan["epochs"] = epochs  # the rate of each epoch depends on how many there will be
    file = None if checkpoint is None else Path(checkpoint)
    if file is not None and file.exists():
        saved = _load(file, learner, plan)
        history, best, waited = History(**saved["history"]), saved["best"], saved["waited"]
        learner.load_state_dict(saved["state"])
    first = len(history.loss) + 1
    bar = tqdm(total=epochs, initial=first - 1, disable=not progress, unit="epoch", leave=False)
    with bar, torch.random.fork_rng(devices=[]):
        for epoch in range(first, epochs + 1):
            if patience is not None and waited >= patience:
                break
            rng = generator(seed, epoch)
            torch.manual_seed(int(rng.integers(2**62)))
            learner.set_rate((schedule or constant)((epoch - 1) / epochs))
            _epoch(learner, batches(rng), epoch, history)
            shown = {"loss": f"{history.loss[-1]:.4f}"}
            if evaluate is not None and (epoch % every == 0 or epoch == epochs):
                with torch.no_grad():
                    value = _finite(evaluate(), "metric", f"after epoch {epoch}")
                waited = 0 if not history.metric or value > max(history.metric) else waited + 1
                history.metric.append(value)
                history.evaluated.append(epoch)
                if patience is not None and waited == 0:
                    best = copy.deepcopy(learner.state_dict())
                shown["metric"] = f"{value:.4f} (best {max(history.metric):.4f})"
            bar.set_postfix(shown, refresh=False)
            bar.update()
            if file is not None:
                content = {"format": FORMAT, "plan": plan, "history": asdict(history)}
                content |= {"state": learner.state_dict(), "best": best, "waited": waited}
                _save(file, content)
    if best is not None:
        learner.load_state_dict(best)
    return history


def _epoch(learner: Learner, batches: Iterable, epoch: int, history: History) -> None:
    """Take one step for each batch and add the epoch to the history."""
    wall, cpu, total, count = time.perf_counter(), time.process_time(), 0.0, 0
    for batch in batches:
        count += 1
        total += _finite(learner.step(batch), "loss", f"in epoch {epoch}, batch {count}")
    if count == 0:
        raise ValueError(
            f"epoch {epoch} has no batches: batches(rng) returned nothing to learn from"
        )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for values, value in ((history.seconds, wall), (history.cpu_seconds, cpu)):
        values.append((values[-1] if values else 0.0) + value)
    history.loss.append(total / count)


def _finite(value: float, name: str, where: str) -> float:
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(
            f"the {name} is {value} {where}: the training diverged; "
            "lower the learning rate, and look for a log of 0 or a division by 0"
        )
    return value


def _save(file: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint; whoever reads meanwhile, or later, finds a whole one."""
    fixed = file.with_name(file.name + ".part")  # large: a killed run leaves one at most
    with paths.replacing(file, fixed) as part, open(part, "wb") as stream:
        torch.save(content, stream)
        stream.flush()
        os.fsync(stream.fileno())  # on the disk before the name points to it


def _load(file: Path, learner: Learner, plan: dict) -> dict[str, Any]:
    """Return a checkpoint if it is whole and made by the same learner under the same plan."""
    start_again = "delete it, or name another file, to start again"
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.testzip() is not None:  # torch writes checksums but never looks at them
                raise ValueError("a checksum is wrong")
        saved = torch.load(file, map_location="cpu", weights_only=True)  # never runs code
        version = dict(saved)["format"]
    except Exception as problem:  # zip, pickle and torch raise a dozen different ones
        kind = type(problem).__name__
        raise ValueError(f"the checkpoint {file} is damaged ({kind}); {start_again}") from None
    if version != FORMAT:
        raise ValueError(f"the checkpoint {file} has another format; {start_again}")
    difference = _difference(saved["state"], learner.state_dict(), "") or _difference(
        saved["plan"], plan, "settings of fit", exact=True
    )
    if difference:
        raise ValueError(
            f"the checkpoint {file} belongs to another training: {difference}; {start_again}"
        )
    return saved


def _difference(saved: Any, now: Any, name: str, exact: bool = False) -> str | None:
    """Say in which entry two states do not fit; None if they do. Plain values count if exact."""
    if isinstance(saved, Tensor) or isinstance(now, Tensor):
        a, b = (
            f"{tuple(x.shape)} {x.dtype}" if isinstance(x, Tensor) else repr(x)
            for x in (saved, now)
        )
        return None if a == b else f"{name} is {a} there and {b} here"
    if isinstance(saved, dict) and isinstance(now, dict):
        if saved.keys() != now.keys():
            a, b = (", ".join(map(str, x)) or "nothing" for x in (saved, now))
            return f"{name or 'the state'} holds {a} there and {b} here"
        for key in saved:
            if key in NOT_COMPARED and not exact:
                continue
            path = f"{name}.{key}" if name else str(key)
            found = _difference(saved[key], now[key], path, exact or key == "settings")
            if found:
                return found
        return None
    return f"{name} is {saved} there and {now} here" if exact and saved != now else None
