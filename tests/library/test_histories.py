"""Histories cut into rows: each event once, in its order."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils.data import Interactions
from graphrec_utils.sampling import histories


def events(lists: list[list[int]]) -> Interactions:
    users = np.repeat(np.arange(len(lists)), [len(x) for x in lists])
    return Interactions(users, np.concatenate([np.array(x, int) for x in lists]), len(lists), 10)


def test_long_histories_get_further_rows_and_the_latest_events_the_last_one():
    made = histories.cut(events([[1, 2, 3, 4, 5], [7], [], [8, 8, 9]]), 3)
    assert made.tolist() == [[1, 2, -1], [3, 4, 5], [7, -1, -1], [8, 8, 9]]


@pytest.mark.parametrize("length", [1, 2, 7, 100])
def test_every_event_is_there_once_and_rows_end_with_empty_places(length):
    rng = np.random.default_rng(length)
    some = events([rng.integers(0, 10, k).tolist() for k in rng.integers(0, 30, 40)])
    made = histories.cut(some, length)
    assert made.shape[1] == length and (made[:, 0] >= 0).all()
    assert made[made >= 0].tolist() == some.items.tolist()
    histories.check(made, 10)


def test_users_in_pieces_are_refused():
    mixed = Interactions(np.array([0, 1, 0]), np.array([1, 2, 3]), 2, 10)
    with pytest.raises(ValueError, match="one after the other; sort them by user first"):
        histories.cut(mixed, 3)
    with pytest.raises(ValueError, match="length"):
        histories.cut(mixed, 0)


def test_batches_hold_every_row_once_and_no_empty_column():
    rng = np.random.default_rng(0)
    some = events([rng.integers(0, 10, k).tolist() for k in rng.integers(0, 12, 60)])
    rows = histories.cut(some, 7)
    parts = list(histories.batches(rows, 40, np.random.default_rng(1)))
    assert all((part >= 0).any(dim=0).all() for part in parts)
    wide = [torch.nn.functional.pad(part, (0, 7 - part.shape[1]), value=-1) for part in parts]
    assert sorted(torch.cat(wide).tolist()) == sorted(rows.tolist())
    sizes = [int((part >= 0).sum()) for part in parts]
    assert max(sizes) < 60 and len(parts) == pytest.approx(sum(sizes) / 40, abs=2)
    spread = [np.ptp((part >= 0).sum(dim=1).numpy()) for part in parts]
    assert max(spread) <= 3, "rows of about one length are together"
    again = list(histories.batches(rows, 40, np.random.default_rng(1)))
    assert all(torch.equal(a, b) for a, b in zip(parts, again, strict=True))
