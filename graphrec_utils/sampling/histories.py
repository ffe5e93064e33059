"""What had a user done before each event? The inputs of a user tower, without their answers.

A history is a row of item ids, oldest first, with -1 in the empty places at its end. So a position
counts from the oldest event, and whoever looks back only never meets an empty place.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from graphrec_utils import arguments
from graphrec_utils.data import Interactions


def examples(events: Interactions, length: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return each event as a target, with what its user had done strictly before it.

    Args:
        events: E of them. Without times their order counts. Of a pair that occurs twice the first
            event counts: the second would ask for what is in the history.
        length: L, the latest events that a history holds.

    Returns:
        users (E',), histories (E', L) and targets (E',), int64, user after user, oldest first; E' is E
        without repetitions. What a user did at the very moment of the target is not past: it
        is left out.

    Raises:
        ValueError: length is below 1.

    Built in lesson 10, exercise 10.1.
    """
    users, items, begin, moment = _in_order(events)
    rows = _rows(items, begin[users], moment, arguments.integer("length", length))
    return torch.from_numpy(users), torch.from_numpy(rows), torch.from_numpy(items)


def latest(events: Interactions, length: int) -> Tensor:
    """Return the latest `length` items of every user, (m, L) int64; a new user has -1 only.

    The same rows as `examples` would make for a next event. Raises ValueError if length is below 1.
    """
    users, items, begin, _ = _in_order(events)
    end = begin + np.bincount(users, minlength=events.num_users)
    return torch.from_numpy(_rows(items, begin, end, arguments.integer("length", length)))


def cut(events: Interactions, length: int) -> Tensor:
    """Return every event once: each user's events in rows of `length`, (R, length) int64, oldest first.

    What does not fit into the row of the latest events is in further ones, so that long histories are
    learned whole. The order of the events counts and not their times, and a pair that occurs again stays:
    both unlike `latest`, for sets that are an order and nothing else.

    Args:
        events: a user's events stand together, in order of time.
        length: at most so many in a row.

    Raises:
        ValueError: length is below 1, or a user's events do not stand together.
    """
    length = arguments.integer("length", length)
    new = np.append(True, events.users[1:] != events.users[:-1])[: len(events)]
    if new.sum() != len(np.unique(events.users)):
        raise ValueError("cut needs a user's events one after the other; sort them by user first")
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(events))[: len(first)]
    from_end = np.repeat(last, last - first) - np.arange(len(events)) - 1
    ends = np.flatnonzero(from_end % length == 0) + 1  # of each row
    begins = np.append(0, ends[:-1])
    return torch.from_numpy(_rows(events.items, begins, ends, length))


def batches(
    rows: Tensor, events: int, rng: np.random.Generator, beside: Tensor | None = None
) -> Iterator[Tensor | tuple[Tensor, Tensor]]:
    """Yield all rows once, those of about the same length together, without columns that are empty in all of them.

    Args:
        rows: (R, L) items, -1 in empty places at the end, as `cut` makes them. A row without events may be left out.
        events: of a part, about.
        rng: draws who is with whom, and the order of the parts, both before the first; between parts others may use it.
        beside: (R, L) of something else; then pairs are yielded, rows and what stands beside them.
    """
    length = (rows >= 0).sum(dim=1).numpy()
    order = np.argsort(length + 2 * rng.random(len(length)))
    full = np.flatnonzero(np.diff(np.cumsum(length[order]) // events)) + 1
    parts = [part for part in np.split(order, full) if length[part].any()]
    for k in rng.permutation(len(parts)):
        at, longest = parts[k], length[parts[k]].max()
        part = rows[at, :longest]
        yield part if beside is None else (part, beside[at, :longest])


def _in_order(events: Interactions) -> tuple[np.ndarray, ...]:
    """Return users and items sorted by user and time, each pair once.

    And of every user where its events begin, of every event where its moment does.
    """
    times = np.arange(len(events)) if events.times is None else events.times
    order = np.lexsort((times, events.users))
    _, first = np.unique(events.pairs()[order], return_index=True)
    order = order[np.sort(first)]
    users, times = events.users[order], times[order]
    begin = np.searchsorted(users, np.arange(events.num_users))
    new = np.append(True, (users[1:] != users[:-1]) | (times[1:] != times[:-1]))[: len(users)]
    moment = np.maximum.accumulate(np.where(new, np.arange(len(users)), 0))
    return users, events.items[order], begin, moment


def _rows(items: np.ndarray, begin: np.ndarray, end: np.ndarray, length: int) -> np.ndarray:
    """Return the last `length` of items[begin : end], a row for each pair, filled up with -1."""
    place = np.maximum(begin, end - length)[:, None] + np.arange(length)
    there = place < end[:, None]
    return np.where(there, np.append(items, -1)[np.where(there, place, -1)], -1)


def check(history: Tensor, num_items: int) -> None:
    """Accept (B, L) int64 histories of known items with empty places at the end."""
    arguments.tensor("history", history, torch.int64)
    if history.ndim != 2 or 0 in history.shape:
        raise ValueError(f"history must be (users, L); got {tuple(history.shape)}")
    if history.min() < -1 or history.max() >= num_items:
        raise ValueError(f"history must hold ids from 0 to {num_items - 1}, or -1")
    if ((history[:, 1:] >= 0) & (history[:, :-1] < 0)).any():
        raise ValueError("empty places (-1) must be at the end of a history")


def last(history: Tensor, length: int) -> Tensor:
    """Return the latest `length` events of each row; a shorter history as it is."""
    if history.shape[1] <= length:
        return history
    end = (history >= 0).sum(dim=1, keepdim=True)
    place = (end - length).clamp(min=0) + torch.arange(length, device=history.device)
    return history.gather(1, place)
