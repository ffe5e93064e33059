"""Comparisons on planted truths: how often they err, how often they see, and when they cannot tell."""

from __future__ import annotations

from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from graphrec_utils import data, metrics
from graphrec_utils.metrics import Comparison, compare, interval


def recalls(rng, users=400, gap=0.0):
    """Two models on the same users, who differ far more than the models do; values as recalls are."""
    level = rng.choice([0, 0, 0.25, 0.5, 1], users)
    one, other = (
        np.where(rng.random(users) < 0.3, rng.choice([0, 0.5, 1], users), level) for _ in "ab"
    )
    return one + gap, other


def outcomes(count=1000, seed=0, **given) -> pd.Series:
    margin = given.pop("margin", 0.0)
    rng = np.random.default_rng(seed)
    rows = [compare(*recalls(rng, **given), margin).outcome for _ in range(count)]
    return pd.Series(rows).value_counts(normalize=True)


# ------------------------------------------------------------------------ planted truths
@pytest.mark.parametrize("users", [12, 400])
def test_without_a_difference_there_are_no_more_false_alarms_than_promised(users):
    share = outcomes(users=users)
    alarms = 1 - share["cannot tell"]
    assert alarms < 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5
    if users == 400:  # and it is no coward either: both sides occur
        assert min(share["holds"], share["does not hold"]) > 0.008


def test_a_planted_difference_is_seen():
    rng = np.random.default_rng(1)
    error = np.mean([compare(*recalls(rng)).error for _ in range(200)])
    # power of a test of 1.96 standard errors when the truth is 4 of them: P(z > 1.96 - 4)
    share = outcomes(gap=4 * error)
    assert share["holds"] == pytest.approx(stats.norm.cdf(2.04), abs=0.02)
    assert "does not hold" not in share
    assert outcomes(gap=-4 * error)["does not hold"] == pytest.approx(0.979, abs=0.02)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    for alpha in (0.05, 0.2):
        inside = [
            x.low < 0.05 < x.high
            for x in (compare(*recalls(rng, gap=0.05), alpha=alpha) for _ in range(1000))
        ]
        assert np.mean(inside) == pytest.approx(1 - alpha, abs=0.03)


def test_pairs_see_what_means_of_two_groups_would_not():
    rng = np.random.default_rng(3)
    level = rng.normal(size=300)
    one, other = level + 0.05 + rng.normal(scale=0.1, size=300), level
    assert compare(one, other).outcome == "holds"
    assert compare(one, rng.permutation(other)).outcome == "cannot tell"


def test_a_margin_asks_for_more_than_a_difference():
    rng = np.random.default_rng(4)
    one, other = recalls(rng, users=4000, gap=0.05)
    assert [compare(one, other, m).outcome for m in (0, 0.05, 0.1)] == [
        "holds",
        "cannot tell",
        "does not hold",
    ]
    assert compare(other, one, -0.1).outcome == "holds"  # not behind by as much as 0.1


# -------------------------------------------------------------------------- by hand
def test_the_numbers_are_those_of_the_formula():
    x = compare(np.array([0.5, 1.0, 0.0, 0.5]), np.array([0.0, 0.5, 0.5, 0.0]))
    assert (x.one, x.other, x.gap, x.users) == (0.5, 0.25, 0.25, 4)
    assert x.error == pytest.approx(0.5 / 2)  # gaps .5 .5 -.5 .5: deviation .5, over the root of 4
    t = 3.182446  # Student's quantile of 97.5 % with three degrees of freedom, from a table
    assert (x.low, x.high) == pytest.approx((0.25 - t * 0.25, 0.25 + t * 0.25), abs=1e-3)


def test_a_stored_comparison_is_the_measured_one():
    x = compare(*recalls(np.random.default_rng(6), gap=0.04), margin=0.01)
    assert Comparison.of(x.one, x.other, x.gap, x.error, x.users, margin=0.01) == x
    assert Comparison.stored(asdict(replace(x, margin=0.01))) == replace(x, margin=0.0)


def test_with_many_users_it_is_1_96_standard_errors():
    x = compare(*recalls(np.random.default_rng(0), users=100_000, gap=0.1))
    assert (x.gap - x.low) / x.error == pytest.approx(1.96, abs=1e-3)


@pytest.mark.parametrize("margin", [-0.1, 0, 0.1])
def test_swapping_sides_turns_the_outcome_around(margin):
    one, other = recalls(np.random.default_rng(5), gap=0.03)
    a, b = compare(one, other, margin), compare(other, one, -margin)
    turned = {"holds": "does not hold", "does not hold": "holds", "cannot tell": "cannot tell"}
    assert b.outcome == turned[a.outcome]
    assert (b.low, b.high) == pytest.approx((-a.high, -a.low))


def test_equal_models_cannot_be_told_apart():
    same = np.array([0.1, 0.2, 0.3])
    assert compare(same, same).outcome == "cannot tell"
    assert compare(same + 1, same).outcome == "holds"  # no spread, no doubt
    assert compare(same, same + 1).outcome == "does not hold"


def test_users_without_a_value_leave_both_sides():
    one = pd.Series([0.5, np.nan, 1.0, 0.0], index=[3, 5, 8, 9])
    other = pd.Series([9.0, 0.0, np.nan, 0.5], index=[5, 9, 8, 3])  # in another order
    x = compare(one, other)
    assert (x.users, x.one, x.other, x.gap) == (2, 0.25, 0.25, 0)


def test_it_reads_as_lessons_print_it():
    x = compare(np.array([0.1, 0.2]), np.array([0.2, 0.4]))
    assert f"{x:.3f}" == "0.150 against 0.300: -0.150, from -0.785 to +0.485"
    assert str(x) == "0.1500 against 0.3000: -0.1500, from -0.7853 to +0.4853"


def test_an_interval_is_that_of_the_formula_and_reads_as_lessons_print_it():
    x = interval([0.1, 0.2, np.nan, 0.3])
    t = 4.302653  # Student's quantile of 97.5 % with two degrees of freedom, from a table
    assert (x.mean, x.count) == (pytest.approx(0.2), 3)
    assert (x.low, x.high) == pytest.approx((0.2 - t * 0.1 / 3**0.5, 0.2 + t * 0.1 / 3**0.5))
    assert f"{x:.2f}" == "0.20, from -0.05 to 0.45"
    gaps = np.random.default_rng(7).normal(size=50)
    lead, alone = compare(gaps, np.zeros(50)), interval(gaps)
    assert (alone.low, alone.high) == pytest.approx((lead.low, lead.high))
    assert lead.gain(".2f") == f"{lead.gap:+.2f}, from {lead.low:+.2f} to {lead.high:+.2f}"


@pytest.mark.parametrize("values", [[], [1.0], [1.0, np.nan], [1.0, np.inf], [[1.0, 2.0]]])
def test_an_interval_needs_two_numbers(values):
    with pytest.raises(ValueError, match="two finite numbers"):
        interval(values)


BAD = {
    "other users": (
        (pd.Series([1.0, 2]), pd.Series([1.0, 2], index=[1, 2])),
        {},
        "different users",
    ),
    "lengths": ((np.ones(3), np.ones(2)), {}, "a value per user"),
    "tables": ((np.ones((3, 2)), np.ones((3, 2))), {}, "a value per user"),
    "one user": ((np.ones(1), np.ones(1)), {}, "needs two users .* got 1"),
    "no values": ((np.full(3, np.nan), np.ones(3)), {}, "needs two users .* got 0"),
    "infinite": ((np.array([np.inf, 1]), np.ones(2)), {}, "finite"),
    "margin": ((np.ones(3), np.ones(3)), {"margin": np.nan}, "finite"),
    "alpha": ((np.ones(3), np.ones(3)), {"alpha": 5}, "alpha must lie between 0 and 1; got 5"),
}


@pytest.mark.parametrize(("values", "options", "words"), BAD.values(), ids=BAD)
def test_what_cannot_be_compared_gets_a_sentence(values, options, words):
    with pytest.raises(ValueError, match=words):
        compare(*values, **options)


# ---------------------------------------------------------------------- found and rank
PAST = data.Interactions(np.array([0, 1, 2]), np.array([0, 1, 2]), 3, 4)
PART = data.Interactions(np.array([0, 2]), np.array([3, 0]), 3, 4)
SCORES = np.array([[9, 1, 2, 8], [1, 1, 1, 1], [1, 2, 9, 3]], dtype=float)


def test_found_asks_the_users_of_the_part_and_hides_their_past():
    asked = []

    def scores(users):
        asked.extend(users)
        return SCORES[users]

    table = metrics.evaluate_model(SimpleNamespace(scores=scores), PAST, PART, top=2)
    assert sorted(asked) == [0, 2]
    assert table.index.tolist() == [0, 2]
    assert table.recall.tolist() == [1, 0]  # item 3 is first once item 0 is hidden; 3 and 1 first
    assert metrics.evaluate_model(
        SimpleNamespace(scores=scores), PAST, PART, top=3
    ).recall.tolist() == [
        1,
        1,
    ]


def test_rank_takes_vectors_where_there_are_some():
    def refuse(users):
        raise AssertionError("the vectors were there")

    with_vectors = SimpleNamespace(scores=refuse, embeddings=lambda: (SCORES, np.eye(4)))
    without = SimpleNamespace(scores=lambda users: SCORES[users])
    expected = metrics.rank_with(without.scores, PAST, 2, seed=3)
    for model in (with_vectors, without, without.scores, SCORES, torch.from_numpy(SCORES)):
        assert metrics.rank(model, PAST, 2, seed=3).tolist() == expected.tolist()
        assert metrics.rank(model, None, 1, np.array([2])).tolist() == [[2]]


def case(gap, error=0.001):
    return Comparison.of(0.5 + gap, 0.5, gap, error, 100)


@pytest.mark.parametrize(
    ("gaps", "decides", "outcome"),
    [
        ((0.1, 0.2), 0.1, "holds"),
        ((0.2, 0.0005, 0.1), 0.0005, "cannot tell"),
        ((0.2, -0.1, 0.0005), -0.1, "does not hold"),
        ((-0.1, -0.2), -0.2, "does not hold"),
    ],
)
def test_the_weakest_case_decides_about_all(gaps, decides, outcome):
    found = metrics.weakest(map(case, gaps))
    assert (found.gap, found.outcome) == (decides, outcome)


def test_a_case_that_is_uncertain_decides_before_one_that_is_smaller_and_sure():
    assert metrics.weakest([case(0.01), case(0.02, error=0.1)]).gap == 0.02


def test_no_case_decides_nothing():
    with pytest.raises(ValueError, match="at least one comparison"):
        metrics.weakest([])
