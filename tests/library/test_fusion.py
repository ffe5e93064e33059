"""Lists and weights by the formula, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import metrics
from graphrec_utils.models import fusion

LISTS = np.array([[[7, 3]], [[3, 5]]])


def test_reciprocal_ranks_by_hand():
    scores = fusion.reciprocal_ranks(LISTS, 8, c=1)[0]
    assert scores[[3, 7, 5]].tolist() == pytest.approx([1 / 3 + 1 / 2, 1 / 2, 1 / 3])
    assert (scores > 0).sum() == 3


def test_a_shorter_list_says_nothing_at_its_end():
    one = fusion.reciprocal_ranks(np.array([[[2, -1, -1]]]), 4)
    assert one.tolist() == [[0, 0, 1 / 61, 0]]


def test_learned_weights_do_not_care_about_units_or_constants():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    w = fusion.learned_weights(x, y, 0.3)
    np.testing.assert_allclose(
        fusion.learned_weights(x * [10, 1, 0.1] + 4, y + 7, 0.3), w / [10, 1, 0.1]
    )
    dead = np.column_stack([x, np.full(50, 2.0)])
    np.testing.assert_allclose(fusion.learned_weights(dead, y, 0.3), [*w, 0])


def test_weights_minimize_what_they_promise():
    rng = np.random.default_rng(1)
    x, y, reg = rng.normal(size=(40, 2)) * [3, 0.5], rng.normal(size=40), 0.2
    z = (x - x.mean(axis=0)) / x.std(axis=0)

    def lost(beta):
        return ((y - y.mean() - z @ beta) ** 2).mean() + reg * (beta**2).sum()

    best = fusion.learned_weights(x, y, reg) * x.std(axis=0)
    for step in np.eye(2) * 1e-3:
        assert lost(best) < min(lost(best + step), lost(best - step))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fusion.reciprocal_ranks(LISTS[0], 8), "lists must be"),
        (lambda: fusion.reciprocal_ranks(LISTS, 7), "lists must be"),
        (lambda: fusion.reciprocal_ranks(LISTS, 8, 0), "c must be a positive number"),
        (lambda: fusion.learned_weights(np.ones((3, 2)), np.ones(2), 1), "x must be"),
        (lambda: fusion.learned_weights(np.ones((3, 2)), np.ones(3), 0), "reg must be"),
    ],
    ids=["axes", "items", "c", "rows", "reg"],
)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_shares_of_groups_by_hand():
    lists, group = np.array([[4, 2], [1, 3]]), np.array([2, 0, 0, 1, 1])
    users, items = np.array([0, 0, 1]), np.array([2, 3, 1])
    found = metrics.recall_by_group(lists, users, items, group, 3)
    np.testing.assert_array_equal(found, [1, 0, np.nan])
    with pytest.raises(ValueError, match="group"):
        metrics.recall_by_group(lists, users, items, group, 2)
