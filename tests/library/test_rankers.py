"""Boosting and the small network: against scikit-learn, loops and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from graphrec_utils import losses, metrics
from graphrec_utils.lessons.lesson17.ex3_best_split import best_split
from graphrec_utils.models.boosting import Booster, split_gain
from graphrec_utils.models.calibration import sigmoid
from graphrec_utils.models.ranker import Ranker


def rows(seed=0, count=3000):
    """Labels that depend on a product and a step."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 4))
    z = 2 * x[:, 0] * x[:, 1] + 2.0 * (x[:, 2] > 0.5) - 0.5
    return x, (rng.random(count) < sigmoid(z)).astype(float)


# ---------------------------------------------------------------- boosting
def test_the_first_split_is_the_best_of_all():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 9, (80, 3)).astype(float)
    y = (rng.random(80) < np.where(x[:, 1] > 4, 0.8, 0.2)).astype(float)
    model = Booster(trees=1, rate=1.0, depth=1, reg=2.0, least=1e-9).fit(x, y)
    start = np.full(80, model.start)

    def worth(feature):  # by the exercise of lesson 17, and the gain by hand
        cut, left, right = best_split(x[:, feature], y, start, 2.0)
        p = sigmoid(start)
        k = x[:, feature] <= cut
        return sum(
            v * v * (p[s] * (1 - p[s])).sum() + 2.0 * v * v for s, v in ((k, left), (~k, right))
        )

    feature = max(range(3), key=worth)
    cut, left, right = best_split(x[:, feature], y, start, 2.0)
    expected = start + np.where(x[:, feature] <= cut, left, right)
    np.testing.assert_allclose(model.logits(x), expected, rtol=1e-9)


def test_gain_by_hand():
    G, H = np.array([[0.5, 1.0, 0.5, 0.0]]), np.array([[0.25, 0.5, 0.75, 1.0]])
    np.testing.assert_allclose(split_gain(G, H, 1.0)[0, 1], 0.5 * (1 / 1.5 + 1 / 1.5 - 0))
    assert split_gain(G, H, 1.0, least=0.3)[0].tolist()[::2] == [0, 0]


def test_more_trees_fit_train_better():
    x, y = rows()
    said = [sigmoid(Booster(n, depth=3).fit(x, y).logits(x)) for n in (1, 10, 60)]
    loss = [metrics.log_loss(y, p) for p in said]
    assert loss[0] > loss[1] > loss[2]


def test_a_weight_is_how_often_a_row_is_there():
    rng = np.random.default_rng(0)
    # few values: the same cuts, however often each comes
    x = rng.integers(5, size=(400, 4)).astype(float)
    y = (rng.random(400) < np.where(x[:, 1] > 2, 0.7, 0.2)).astype(float)
    times = np.arange(400) % 3
    k = np.repeat(np.arange(400), times)
    weighed, repeated = Booster(5, depth=3).fit(x, y, times), Booster(5, depth=3).fit(x[k], y[k])
    np.testing.assert_allclose(weighed.logits(x), repeated.logits(x), rtol=1e-9)


def test_scikit_learn_finds_as_much():
    ensemble = pytest.importorskip("sklearn.ensemble", reason="needs the extra `rank`")
    (x, y), (x_new, y_new) = rows(0), rows(1)
    theirs = ensemble.HistGradientBoostingClassifier(
        max_iter=60, max_depth=4, max_leaf_nodes=None, l2_regularization=1.0, min_samples_leaf=20,
        early_stopping=False,
    ).fit(x, y)  # fmt: skip
    ours = sigmoid(Booster(60, depth=4).fit(x, y).logits(x_new))
    assert metrics.auc(y_new, ours) == pytest.approx(
        metrics.auc(y_new, theirs.predict_proba(x_new)[:, 1]), abs=0.01
    )


def test_a_constant_column_and_one_class_do_no_harm():
    x, y = rows(count=200)
    x[:, 3] = 7.0
    assert np.isfinite(Booster(3).fit(x, y).logits(x)).all()
    assert (Booster(3).fit(x, np.zeros(200)).logits(x) < -5).all()


# ---------------------------------------------------------------- network
def test_the_network_learns_a_product_and_is_repeatable():
    (x, y), (x_new, y_new) = rows(0), rows(1)
    one, again = (Ranker(4, 16, seed=3).fit(x, y, epochs=20).probabilities(x_new) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert metrics.auc(y_new, one) > 0.75
    assert (
        metrics.auc(y_new, Ranker(4, 16, seed=4).fit(x, y, epochs=20).probabilities(x_new)) > 0.75
    )


def test_features_are_standardized_and_constant_ones_are_harmless():
    x, y = rows(count=300)
    moved = 1000 * x + 5
    a = Ranker(4).fit(x, y).logits(x)
    np.testing.assert_allclose(a, Ranker(4).fit(moved, y).logits(moved), atol=0.05)
    x[:, 0] = 3.0
    assert np.isfinite(Ranker(4).fit(x, y).logits(x)).all()


def test_several_targets_share_the_hidden_layer():
    x, y = rows(count=500)
    model = Ranker(4, 8, targets=2).fit(x, np.stack([y, 1 - y], axis=1), epochs=300)
    p = model.probabilities(x)
    assert p.shape == (500, 2) and np.corrcoef(p.T)[0, 1] < -0.9
    h = model.inner((torch.from_numpy(x).float() - model.mean) / model.scale).relu()
    np.testing.assert_allclose(model.heads(h).sigmoid().detach(), p, atol=1e-5)


def test_a_row_without_weight_teaches_nothing():
    x, y = rows(count=400)
    weight = (np.arange(400) < 200).astype(float)
    spoiled = np.where(weight > 0, y, 1 - y)
    one, other = (Ranker(4, seed=0).fit(x, label, weight).logits(x) for label in (y, spoiled))
    np.testing.assert_allclose(one, other)


BAD = [
    (lambda: Ranker(0), ValueError, "features"),
    (lambda: Ranker(2).fit(np.zeros((3, 4)), np.zeros(3)), ValueError, r"x must be \(B, F\)"),
    (lambda: Ranker(1).fit(np.full((3, 1), np.nan), np.zeros(3)), ValueError, "finite"),
    (lambda: Booster(bins=300), ValueError, "at most 255"),
    (lambda: Booster(rate=0), ValueError, "rate must be"),
    (lambda: Booster().fit(np.zeros((3, 2)), np.zeros(2)), ValueError, r"x must be \(B, F\)"),
    (lambda: Booster().fit(np.full((3, 2), np.inf), np.zeros(3)), ValueError, "finite"),
    (lambda: Booster().fit(np.zeros((3, 2)), np.full(3, 2.0)), ValueError, "between 0 and 1"),
]


@pytest.mark.parametrize(("call", "error", "words"), BAD)
def test_bad_input_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()


# ---------------------------------------------------------------- the loss of clicks that need eyes
def test_examined_bce_is_bce_where_everything_is_looked_at():
    z, c = torch.randn(20), (torch.rand(20) < 0.5).float()
    ours = losses.examined_bce(z, c, torch.ones(20))
    torch.testing.assert_close(ours, F.binary_cross_entropy_with_logits(z, c))
    torch.testing.assert_close(
        losses.examined_bce(z, c, torch.full((20,), 0.25)),
        F.binary_cross_entropy_with_logits(z, c / 0.25),
    )


def test_in_the_mean_it_is_the_loss_of_liking():
    rng = np.random.default_rng(0)
    like, e, z = 0.3, 0.2, torch.tensor([0.7])
    looked, liked = rng.random(400_000) < e, rng.random(400_000) < like
    clicks = torch.from_numpy((looked & liked).astype(np.float32))
    ours = losses.examined_bce(z.expand(len(clicks)), clicks, torch.full((len(clicks),), e))
    truth = like * F.softplus(-z) + (1 - like) * F.softplus(z)
    assert float(ours) == pytest.approx(float(truth), abs=0.01)
    plain = F.binary_cross_entropy_with_logits(z.expand(len(clicks)), clicks)
    assert abs(float(plain) - float(truth)) > 0.1


@pytest.mark.parametrize(
    ("z", "c", "e", "words"),
    [([0.0], [0.5], [1.0], "0 or 1"), ([0.0], [1.0], [0.0], "above 0"), ([], [], [], "not empty"),
     ([0.0], [1.0], [1.5], "at most at 1")],
)  # fmt: skip
def test_examined_bce_complains(z, c, e, words):
    with pytest.raises(ValueError, match=words):
        losses.examined_bce(*(torch.tensor(v) for v in (z, c, e)))
