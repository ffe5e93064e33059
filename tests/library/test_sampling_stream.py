"""The streaming frequency: the closed form, collisions, and input that is none."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import sampling


def test_an_item_at_every_tenth_step():
    """The gap is 10 - 9 * 0.9^k after k visits, from a start of 1."""
    counter = sampling.StreamFrequency(np.array([[0, 1]]), alpha=0.1, start=1.0)
    for k in range(1, 51):
        counter.update([1] * 9 + [0])
        assert counter.gap[0, 0] == pytest.approx(10 - 9 * 0.9**k)
    assert np.exp(counter.log_q()[0].item()) == pytest.approx(0.1005, abs=5e-5)


def test_updates_may_come_in_pieces():
    items = np.random.default_rng(0).integers(0, 6, 200)
    buckets = sampling.hashed(6, 4, 2, seed=1)
    whole = sampling.StreamFrequency(buckets).update(items)
    parts = sampling.StreamFrequency(buckets)
    for part in np.array_split(items, 7):
        parts.update(part)
    np.testing.assert_allclose(whole.gap, parts.gap)


def test_more_hash_functions_come_closer_to_the_truth():
    Q = np.arange(1, 41.0) ** -1
    Q /= Q.sum()
    items = np.random.default_rng(0).choice(40, 20_000, p=Q)
    off = []
    for H in (1, 4):
        counter = sampling.StreamFrequency(sampling.hashed(40, 30, H, seed=0), alpha=0.02)
        found = counter.update(items).log_q().numpy()
        off.append(np.abs(found - np.log(Q)).mean())
    assert off[1] < 0.7 * off[0]


def test_hashes_are_repeatable_and_in_range():
    one, two = (sampling.hashed(50, 7, 3, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (3, 50) and one.min() >= 0 and one.max() < 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"buckets": np.array([0, 1])}, r"\(H, n\)"),
        ({"buckets": np.array([[0.5, 1]])}, "integers"),
        ({"buckets": np.array([[-1, 1]])}, "negative"),
        ({"alpha": 0}, "above 0"),
        ({"alpha": 1.5}, "at most 1"),
        ({"start": 0}, "start"),
    ],
)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        sampling.StreamFrequency(**{"buckets": np.array([[0, 1]])} | given)


def test_an_unknown_item_is_refused():
    with pytest.raises(ValueError, match="ids from 0 to 1"):
        sampling.StreamFrequency(np.array([[0, 1]])).update([2])
