"""What happened in each epoch of a training."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


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

    @property
    def waited(self) -> int:
        """How many evaluations there were since the best one; 0 before the first."""
        return len(self.metric) - 1 - int(np.argmax(self.metric)) if self.metric else 0

    def add_epoch(self, loss: float, seconds: float, cpu_seconds: float) -> None:
        """Append an epoch that took so long; times are summed up."""
        self.loss.append(loss)
        for sums, value in ((self.seconds, seconds), (self.cpu_seconds, cpu_seconds)):
            sums.append((sums[-1] if sums else 0.0) + value)

    def add_metric(self, epoch: int, metric: float) -> None:
        """Append what `evaluate` returned after this epoch."""
        self.metric.append(metric)
        self.evaluated.append(epoch)

    def last(self) -> str:
        """Return the last epoch in a few words, for a progress bar."""
        words = f"loss={self.loss[-1]:.4f}"
        if self.evaluated and self.evaluated[-1] == len(self.loss):
            words += f", metric={self.metric[-1]:.4f} (best {max(self.metric):.4f})"
        return words
