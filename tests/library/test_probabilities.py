"""Log loss, RCE, AUC, reliability and calibration against their formulas and slow oracles."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import metrics
from graphrec_utils.metrics.probabilities import losses
from graphrec_utils.models import calibration


def rows(seed=0, count=60, ties=False):
    rng = np.random.default_rng(seed)
    y = (rng.random(count) < 0.3).astype(float)
    y[:2] = 0, 1
    z = y + rng.normal(size=count)
    z = np.round(z) if ties else z
    return y, z, calibration.sigmoid(z)


def test_rce_by_hand():
    y = np.repeat([1.0, 0], [1, 9])
    assert metrics.rce(y, np.full(10, 0.1)) == pytest.approx(0)
    assert metrics.rce(y, np.full(10, 0.5)) == pytest.approx(-113.22, abs=0.01)
    assert metrics.log_loss(y, np.full(10, 0.1)) == pytest.approx(0.3251, abs=1e-4)


def test_half_the_loss_is_fifty():
    y, _, p = rows()
    m = y.mean()
    entropy = -(m * np.log(m) + (1 - m) * np.log(1 - m))
    assert metrics.rce(y, p) == pytest.approx(100 * (1 - metrics.log_loss(y, p) / entropy))
    assert metrics.rce(y, y) == pytest.approx(100, abs=1e-3)


def test_one_class_only_has_neither():
    assert np.isnan(metrics.rce([1, 1], [0.2, 0.9])) and np.isnan(metrics.auc([0, 0], [1, 2]))
    with pytest.raises(ValueError, match="all labels are equal"):
        metrics.rce_by_user([0, 1], [1, 1], [0.2, 0.9])
    with pytest.raises(ValueError, match="zeros and ones"):
        calibration.platt([0.1, 0.2], [1, 1])
    with pytest.raises(ValueError, match="zeros and ones"):
        calibration.isotonic([0.1, 0.2], [1, 1])


def test_zero_and_one_cost_much_and_not_infinitely_much():
    assert losses([1, 0], [0.0, 1.0]).tolist() == pytest.approx([-np.log(1e-7)] * 2, rel=1e-6)


@pytest.mark.parametrize("ties", [False, True])
def test_auc_is_the_share_of_pairs(ties):
    y, z, _ = rows(1, ties=ties)
    gap = z[y == 1][:, None] - z[y == 0][None]
    assert metrics.auc(y, z) == pytest.approx(((gap > 0) + 0.5 * (gap == 0)).mean())


def test_a_mean_over_users_is_the_rce():
    y, _, p = rows(2)
    users = np.arange(len(y)) % 7
    parts = metrics.rce_by_user(users, y, p)
    assert len(parts) == 7 and parts.mean() == pytest.approx(metrics.rce(y, p))


def test_reliability_counts_every_row_once():
    y, _, p = rows(3, 200)
    table = metrics.reliability(y, p, 8)
    assert len(table) == 8 and table["count"].sum() == 200
    assert np.average(table.said, weights=table["count"]) == pytest.approx(p.mean())
    assert np.average(table.happened, weights=table["count"]) == pytest.approx(y.mean())
    assert table.said.is_monotonic_increasing
    assert len(metrics.reliability(y, np.full(200, 0.3), 8)) == 1  # equal ones stay together


def test_a_group_says_the_means_of_its_rows_and_how_far_they_may_be_off():
    y, _, p = rows(4, 200)
    table = metrics.reliability(y, p, 8)
    for group, mine in zip(table.itertuples(), np.split(np.argsort(p), 8), strict=True):
        assert (group.said, group.happened) == pytest.approx((p[mine].mean(), y[mine].mean()))
        assert group.count == 25 and group.error == pytest.approx(y[mine].std() / 5)


def test_a_calibrated_model_is_off_by_noise_only():
    rng = np.random.default_rng(0)
    p = rng.random(50_000)
    y = (rng.random(50_000) < p).astype(float)
    assert metrics.calibration_error(y, p) < 0.01
    assert metrics.calibration_error(y, p**2) > 0.1


def test_the_calibration_error_weighs_groups_by_their_rows():
    # two groups: five rows, said .2, happened .4, and two rows, said .9, happened .5
    p, y = [0.2] * 5 + [0.9] * 2, [0, 1, 0, 1, 0, 1, 0]
    assert metrics.calibration_error(y, p, 2) == pytest.approx((5 * 0.2 + 2 * 0.4) / 7)


BAD = [
    (lambda: metrics.log_loss([], []), "not empty"),
    (lambda: metrics.log_loss([0, 2], [0.1, 0.2]), "labels must be 0 or 1"),
    (lambda: metrics.log_loss([0, 1], [0.1, 1.2]), "between 0 and 1"),
    (lambda: metrics.rce([0, 1], [0.1, np.nan]), "must be finite; 1 are not"),
    (lambda: metrics.auc([0, 1], [[0.1], [0.2]]), r"must be \(B,\)"),
    (lambda: metrics.reliability([0, 1], [0.1, 0.2], 0), "bins must be at least 1"),
    (lambda: calibration.platt([0, np.inf], [0, 1]), "scores must be finite"),
]


@pytest.mark.parametrize(("call", "words"), BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# ---------------------------------------------------------------- calibration
def test_platt_is_where_the_gradient_is_zero():
    y, z, _ = rows(4, 400)
    a, b = calibration.platt(3 * z + 1, y)
    p = calibration.sigmoid(a * (3 * z + 1) + b)
    assert abs((p - y).sum()) < 1e-4 and abs(((p - y) * (3 * z + 1)).sum()) < 1e-3
    one, other = calibration.platt(z, y)
    assert (a * 3, a + b) == pytest.approx((one, other), abs=1e-4)  # the same curve


def test_platt_where_whole_steps_of_newton_run_away():
    z = np.array([-30.0, -20, -10, 10, 20, 30])  # far too sure, and once wrong at each end
    y = np.array([1.0, 0, 0, 1, 1, 0])
    a, b = calibration.platt(z, y)
    p = calibration.sigmoid(a * z + b)
    assert abs((p - y).sum()) < 1e-4 and abs(((p - y) * z).sum()) < 1e-3


def test_platt_of_separable_classes_is_finite():
    a, b = calibration.platt([-2.0, -1, 1, 2], [0, 0, 1, 1])
    assert np.isfinite([a, b]).all() and a > 1


def test_sampling_of_zeros_is_repaired_by_a_shift():
    rng = np.random.default_rng(0)
    z = rng.normal(size=100_000) - 2
    y = (rng.random(100_000) < calibration.sigmoid(z)).astype(float)
    a, b = calibration.platt(z + np.log(10), y)  # what a model trained on one zero in ten says
    assert (a, b) == pytest.approx((1, -np.log(10)), abs=0.1)


def test_isotonic_rises_and_fits_no_worse_than_any_other_rising_curve():
    y, z, p = rows(5, 300)
    curve = calibration.isotonic(z, y)
    fitted = curve(np.sort(z))
    assert (np.diff(fitted) >= -1e-12).all() and 0 <= fitted.min() <= fitted.max() <= 1
    for other in (p, np.full(300, y.mean()), np.clip(z / 4 + 0.5, 0, 1)):
        assert ((curve(z) - y) ** 2).mean() <= ((other - y) ** 2).mean() + 1e-12
    assert curve(np.array([-99.0, 99])).tolist() == [fitted[0], fitted[-1]]
