"""Whoever leaves equals in any order is right, but for the claims that say which of them comes first."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import exercises
from graphrec_utils.exercises import core, runner

ORDERED = {
    "00.3": {"of equally popular films the one with the smaller number comes first"},
    "08.6": {"among equally similar boards the smaller id stays"},
    # the first is worked out by hand in the text, and shows which of two equals comes first
    "10.5": {"five items in two chunks, best first", "equal scores: the smaller id comes first"},
    "13.4": {"of many equal clusters and equal items the smaller id is first"},
}
RNG = np.random.default_rng(0)
SORT = np.argsort, torch.sort


def of_numpy(values, axis=-1, **_):
    """Sort as `np.argsort` does, equals at random."""
    order = RNG.permutation(np.shape(values)[axis])
    return order[SORT[0](np.take(values, order, axis), axis=axis, kind="stable")]


def of_torch(values, dim=-1, descending=False, **_):
    """Sort as `torch.argsort` does, equals at random."""
    order = torch.from_numpy(RNG.permutation(values.shape[dim]))
    mixed = values.index_select(dim, order)
    return order[SORT[1](mixed, dim=dim, descending=descending, stable=True).indices]


def sorted_by_torch(values, dim=-1, descending=False, **_):
    """Return values and places of `torch.sort`."""
    at = of_torch(values, dim, descending)
    return torch.return_types.sort((values.gather(dim, at), at))


@pytest.mark.parametrize("number", ORDERED)
def test_equals_at_random_fail_only_the_claims_that_promise_an_order(number, monkeypatch):
    exercise = exercises.get(number)
    asked = core.questions(exercise)
    right = core.right(exercise, asked)
    monkeypatch.setattr(np, "argsort", of_numpy)
    for place in (torch, torch.Tensor):
        monkeypatch.setattr(place, "argsort", of_torch)
        monkeypatch.setattr(place, "sort", sorted_by_torch)
    outcomes = runner.answers(exercise.reference, asked, seconds=60)
    monkeypatch.undo()
    result = core.judge(exercise, asked, outcomes, answers=right)
    assert {row.sentence for row in result.rows if not row.ok} == ORDERED[number]
    assert 0 < result.points < exercise.points
