"""What a log says of another policy: by hand, right on average, and refused where it cannot speak."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import metrics, pinworld
from graphrec_utils.pinworld import Simulator

BY_HAND = {
    "policy": np.array([[1, 0], [0.25, 0.75], [0, 1], [0.5, 0.5]]), "shown": np.array([0, 0, 0, 1]),
    "chance": np.array([0.5, 0.5, 0.8, 0.25]), "reward": np.array([1.0, 0, 1, 0.5]),
    "model": np.array([[0.6, 0.2], [0.4, 0.4], [0.9, 0.5], [0.2, 0.6]]),
}  # fmt: skip


def written(policy, shown, chance, reward, model) -> tuple:
    """The formulas, a sum at a time."""
    N, w = len(shown), [p[a] / c for p, a, c in zip(policy, shown, chance, strict=True)]
    ips = sum(w[i] * reward[i] for i in range(N)) / N
    snips = sum(w[i] * reward[i] for i in range(N)) / sum(w)
    dr = sum(
        sum(policy[i][a] * model[i][a] for a in range(len(policy[i])))
        + w[i] * (reward[i] - model[i][shown[i]])
        for i in range(N)
    ) / N  # fmt: skip
    return ips, snips, dr, sum(w) ** 2 / sum(x**2 for x in w)


def log(rng, N=200, C=5):
    chances, policy = rng.dirichlet(np.ones(C), N), rng.dirichlet(np.ones(C), N)
    value = rng.uniform(size=(N, C))
    row, shown, chance, reward = pinworld.logged(chances, value, rng)
    return policy, value, chances, {
        "policy": policy[row], "shown": shown, "chance": chance, "reward": reward,
        "model": rng.uniform(size=(N, C)),
    }  # fmt: skip


def test_four_rows_by_hand():
    assert metrics.off_policy(**BY_HAND) == pytest.approx((0.75, 2 / 3, 0.575, 4.5**2 / 8.25))


def test_it_is_the_formula():
    given = log(np.random.default_rng(0))[3]
    assert metrics.off_policy(**given) == pytest.approx(written(**given))


def test_ips_and_dr_are_right_on_average_and_dr_has_less_spread_with_a_good_model():
    rng = np.random.default_rng(1)
    policy, value, chances, _ = log(rng)
    truth = (policy * value).sum(axis=1).mean()
    found = []
    for _ in range(2000):
        row, shown, chance, reward = pinworld.logged(chances, value, rng)
        found.append(metrics.off_policy(policy[row], shown, chance, reward, value))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    assert abs(mean[0] - truth) < 4 * error[0] and abs(mean[2] - truth) < 4 * error[2]
    assert np.std(found, axis=0)[2] < np.std(found, axis=0)[0]


def test_the_policy_of_the_log_itself_is_the_mean_and_every_row_counts():
    given = log(np.random.default_rng(2))[3]
    same = given | {"policy": np.tile([0.2] * 5, (200, 1)), "chance": np.full(200, 0.2)}
    found = metrics.off_policy(**same)
    assert found.ips == found.snips == pytest.approx(given["reward"].mean())
    assert found.size == pytest.approx(200)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chance": np.array([0.5, 0, 0.8, 0.25])}, "with a chance above 0"),
        ({"chance": np.array([0.5, 2, 0.8, 0.25])}, "with a chance above 0"),
        ({"chance": np.array([0.5, np.nan, 0.8, 0.25])}, "with a chance above 0"),
        ({"policy": np.array([[0, 1], [0, 1], [0, 1], [1, 0]])}, "no overlap: all weights are 0"),
        (
            {"shown": np.array([0, 0, 0, 2])},
            "shown must hold ids from 0 to 1, the columns of policy; got 2",
        ),
        ({"shown": np.array([0, 0, 0, -1])}, "shown must hold ids"),
        ({"reward": np.array([1.0, 0, np.nan, 0.5])}, "reward and model must be finite"),
        ({"model": np.full((4, 2), np.inf)}, "reward and model must be finite"),
        ({"policy": np.full((4, 2), 0.4)}, "sum to 1"),
        ({"policy": np.ones((4, 3)) / 3}, "must be"),
        ({"reward": np.ones(3)}, r"must be \(4,\)"),
    ],
)
def test_a_log_that_is_wrong_or_cannot_speak_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        metrics.off_policy(**BY_HAND | change)


def test_a_log_draws_by_its_chances_and_saves_by_what_pins_are_worth():
    rng = np.random.default_rng(3)
    chances, value = np.array([[0.7, 0.2, 0.1, 0.0]]), np.array([[0.1, 0.5, 0.9, 1.0]])
    row, shown, chance, saved = pinworld.logged(chances, value, rng, days=40_000)
    assert set(row) == {0} and np.array_equal(chance, chances[0, shown])
    share = np.bincount(shown, minlength=4) / len(shown)
    np.testing.assert_allclose(share, chances[0], atol=0.01)
    np.testing.assert_allclose(
        [saved[shown == a].mean() for a in range(3)], value[0, :3], atol=0.02
    )
    with pytest.raises(ValueError, match="sum to 1"):
        pinworld.logged(chances * 0.5, value, rng)


def test_what_a_pin_is_worth_on_top_is_what_the_site_counts_there():
    site = Simulator.small(4, users=300)
    lists = site.control
    users = np.arange(300)
    asked = []

    def first(histories, k):
        asked.append(lists(histories, k))
        return asked[-1]

    found = site.run(first, 0, users, k=1, visits=1)
    np.testing.assert_allclose(found.expected, pinworld.worth(site, users, asked[0])[:, 0])
    assert pinworld.worth(site, users, np.full((300, 2), -1)).sum() == 0
