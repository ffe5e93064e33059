"""The training loop: for each epoch, for each batch, one step.

What a step is, the learner knows: `Torch.step` is forward, backward, optimizer.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from graphrec_utils import arguments
from graphrec_utils.train.checkpoint import load, save
from graphrec_utils.train.history import History
from graphrec_utils.train.learner import Learner

SMALL = 200_000  # numbers; a module that has fewer is trained by one thread


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
    seed: int | np.random.Generator = 0,
    progress: bool = True,
    callback: Callable[[int, float], bool | None] | None = None,
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
        seed: of the generators. A generator instead of a number is handed to `batches` in every epoch
            as it is, and torch's global one is left alone: chance is one stream, which no checkpoint
            can take up again.
        progress: show a bar, unless TQDM_DISABLE=1 is in the environment, as when a lesson is built.
        callback: called as `callback(epoch, loss)` after each epoch, from 1; True ends the training.

    Raises:
        TypeError: epochs, every or patience is no integer.
        ValueError: an argument is out of range, there are no batches, the loss or the metric is
            NaN or infinite, a checkpoint is asked for without a number as the seed, or it is damaged
            or belongs to another training.

    Built in lesson 03.
    """
    arguments.integer("epochs", epochs, least=0)
    arguments.integer("every", every)
    if patience is not None:
        arguments.integer("patience", patience)
        if evaluate is None:
            raise ValueError("patience needs evaluate: without a metric there is no best epoch")
    one_stream = isinstance(seed, np.random.Generator)
    if one_stream and checkpoint is not None:
        raise ValueError("a checkpoint needs a number as the seed: no stream is taken up again")
    plan = {"seed": seed, "every": every, "patience": patience}
    if schedule is not None:
        plan["epochs"] = epochs  # the rate of each epoch depends on how many there will be
    history, best, rate = History(), None, schedule or constant
    file = None if checkpoint is None else Path(checkpoint)
    if file is not None and file.exists():
        history, best = load(file, learner, plan)
    done = len(history.loss)
    bar = tqdm(
        total=epochs,
        initial=done,
        unit="epoch",
        leave=False,
        **({} if progress else {"disable": True}),
    )
    untouched = torch.random.fork_rng(
        devices=range(torch.cuda.device_count()), enabled=not one_stream
    )
    with bar, untouched, one_thread(learner):
        for epoch in range(done + 1, epochs + 1):
            if patience is not None and history.waited >= patience:
                break
            rng = seed if one_stream else generator(seed, epoch)
            if not one_stream:
                torch.manual_seed(int(rng.integers(2**62)))
            learner.set_rate(rate((epoch - 1) / epochs))
            history.add_epoch(*_epoch(learner, batches(rng), epoch))
            if evaluate is not None and (epoch % every == 0 or epoch == epochs):
                with torch.no_grad():
                    history.add_metric(epoch, _finite(evaluate(), "metric", f"after epoch {epoch}"))
                if patience is not None and history.waited == 0:
                    best = copy.deepcopy(learner.state_dict())
            bar.set_postfix_str(history.last(), refresh=False)
            bar.update()
            if file is not None:
                save(file, learner, plan, history, best)
            if callback is not None and callback(epoch, history.loss[-1]):
                break
    if best is not None:
        learner.load_state_dict(best)
    return history


@contextmanager
def one_thread(learner: Learner) -> Iterator[None]:
    """Let torch use one thread while a small module is trained on a processor.

    Products of few numbers are done before threads have met; where other programs run, too, each waits for the
    rest, and seconds become minutes.
    """
    module, threads = getattr(learner, "model", None), torch.get_num_threads()
    numbers = module.parameters() if isinstance(module, torch.nn.Module) else ()
    if 0 < sum(x.numel() for x in numbers) < SMALL:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _epoch(learner: Learner, batches: Iterable, epoch: int) -> tuple[float, float, float]:
    """Take one step for each batch; return the mean loss, and the time by wall and processor."""
    wall, cpu, total, count = time.perf_counter(), time.process_time(), 0.0, 0
    for batch in batches:
        count += 1
        total += _finite(learner.step(batch), "loss", f"in epoch {epoch}, batch {count}")
    if count == 0:
        raise ValueError(
            f"epoch {epoch} has no batches: batches(rng) returned nothing to learn from"
        )
    return total / count, time.perf_counter() - wall, time.process_time() - cpu


def generator(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator that `fit` hands to `batches` in this epoch (from 1)."""
    return np.random.default_rng([seed, epoch])


def constant(progress: float) -> float:
    """Return 1: the rate stays as it is."""
    return 1.0


def cosine(progress: float) -> float:
    r"""Return $\frac12 (1 + \cos \pi p)$, from 1 at the start down to 0 at the end.

    Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, equation 5 without restarts.
    """
    return 0.5 * (1 + math.cos(math.pi * progress))


def _finite(value: float, name: str, where: str) -> float:
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(
            f"the {name} is {value} {where}: the training diverged; "
            "lower the learning rate, and look for a log of 0 or a division by 0"
        )
    return value
