"""The feed shows what it is told, people look and like as the truth says; features know no future."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from graphrec_utils import pinworld
from graphrec_utils.pinworld import DAY, Feed, PairFeatures
from graphrec_utils.pinworld.feed import HIDDEN, Requests


@pytest.fixture(scope="module")
def world():
    return pinworld.load("tiny")


def shown(world, eta=1.0, count=2000, seed=0, **how):
    feed, rng = Feed(world, eta=eta, candidates=12, length=4), np.random.default_rng(seed)
    asked = feed.requests(count, rng)
    scores = np.random.default_rng(9).normal(size=asked.candidates.shape)
    return feed, asked, scores, feed.show(asked, scores, rng, **how)


def test_requests_are_distinct_alive_and_repeatable(world):
    feed = Feed(world)
    asked, again = (feed.requests(300, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(asked.candidates, again.candidates)
    assert all(len(set(row)) == 40 for row in asked.candidates.tolist())
    assert (world.arrays["pin_birth"][asked.candidates] < 42 * DAY).all()


def test_without_a_temperature_the_highest_scores_are_shown_in_order(world):
    _, asked, scores, log = shown(world)
    best = np.take_along_axis(asked.candidates, np.argsort(-scores, axis=1)[:, :4], axis=1)
    np.testing.assert_array_equal(log.pin.to_numpy().reshape(-1, 4), best)
    assert (log.shown_with == 1).all() and log.position.tolist()[:4] == [1, 2, 3, 4]


def test_people_look_and_like_as_the_truth_says(world):
    feed, _, _, log = shown(world, count=20_000, temperature=1.0)
    np.testing.assert_allclose(log.groupby("position").looked.mean(), feed.examination, atol=0.02)
    said = feed.liking(log.user.to_numpy(), log.pin.to_numpy())
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1)):
        k = (said >= low) & (said < high)
        assert log.liked[k].mean() == pytest.approx(said[k].mean(), abs=0.02)
    assert (log.clicked == (log.looked & log.liked)).all()
    assert not log.action[~log.looked].any() and set(log.action[log.clicked]) == {"save", "click"}
    assert set(log.action[log.looked & ~log.liked]) == {"", "hide"}
    assert set(HIDDEN) <= set(log)


def test_weights_of_shown_with_bring_back_sums_over_all_candidates(world):
    feed, asked, _, log = shown(world, count=40_000, temperature=1.0)
    truth = feed.liking(asked.users[:, None], asked.candidates).sum(axis=1).mean()
    weighed = (log.liked / log.shown_with).sum() / len(asked.users)
    assert weighed == pytest.approx(truth, rel=0.02)
    # and each score's candidates are counted as often as they are there, shown or not
    assert (1 / log.shown_with).sum() / len(asked.users) == pytest.approx(12, rel=0.02)


def test_everything_shown_has_probability_one(world):
    feed = Feed(world, candidates=4, length=4)
    rng = np.random.default_rng(0)
    log = feed.show(feed.requests(10, rng), np.zeros((10, 4)), rng, temperature=1.0)
    assert (log.shown_with == 1).all()


def test_shuffled_lists_hold_equally_good_pins_at_every_position(world):
    _, _, _, log = shown(world, count=20_000, shuffled=0.5)
    per = log.groupby(["shuffled", "position"]).liked.mean()
    assert per[True].max() - per[True].min() < 0.03
    assert log.groupby("request").shuffled.nunique().max() == 1
    assert log.shuffled.mean() == pytest.approx(0.5, abs=0.02)
    assert log.groupby("request").pin.nunique().min() == 4


def test_eta_zero_looks_at_everything(world):
    assert shown(world, eta=0.0, count=50)[3].looked.all()


BAD = [
    (lambda w: Feed(w, eta=-1), "eta"),
    (lambda w: Feed(w, candidates=5, length=6), "length <= candidates"),
    (lambda w: Feed(w, candidates=5000), "candidates"),
    (lambda w: Feed(w).show(Requests(np.zeros(1, int), np.zeros((1, 40), int)), np.zeros((1, 3)),
                            np.random.default_rng(0)), "scores must be finite"),
    (lambda w: Feed(w).show(Requests(np.zeros(1, int), np.zeros((1, 40), int)), np.full((1, 40), np.nan),
                            np.random.default_rng(0)), "scores must be finite"),
    (lambda w: Feed(w).show(Requests(np.zeros(1, int), np.zeros((1, 40), int)), np.zeros((1, 40)),
                            np.random.default_rng(0), shuffled=2), "between 0 and 1"),
    (lambda w: PairFeatures(w, 0), "before day 0"),
    (lambda w: PairFeatures(w, 60), "before day 60"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "words"), BAD)
def test_bad_input_gets_a_sentence(world, call, words):
    with pytest.raises(ValueError, match=words):
        call(world)


# ---------------------------------------------------------------- features
def column(features, x, name):
    return x[:, features.names.index(name)]


def test_features_by_loops(world):
    features = PairFeatures(world, 28)
    past = world.impressions[world.impressions.time < 28 * DAY]
    past = past.assign(liked=past.action.isin(pinworld.POSITIVE_ACTIONS))
    users, pins = past.user.to_numpy()[::97], past.pin.to_numpy()[::97][::-1]
    x = features(users, pins)
    mean = past.liked.mean()
    creator = world.pins.creator
    unit = world.images / np.linalg.norm(world.images, axis=1, keepdims=True)
    for row, u, p in list(zip(x, users, pins, strict=True))[:25]:
        of_user, of_pin = past[past.user == u], past[past.pin == p]
        values = dict(zip(features.names, row.tolist(), strict=True))
        assert values["user: shown"] == pytest.approx(np.log1p(len(of_user)), rel=1e-5)
        assert values["pin: liked"] == pytest.approx(
            (of_pin.liked.sum() + 5 * mean) / (len(of_pin) + 5), rel=1e-5
        )
        likes = of_user[of_user.liked].pin.to_numpy()
        same = (creator[likes] == creator[p]).sum() if creator[p] >= 0 else 0
        assert values["cross: creator"] == pytest.approx(np.log1p(same), abs=1e-5)
        if len(likes):
            look = unit[likes].sum(axis=0)
            assert values["cross: image"] == pytest.approx(
                look @ unit[p] / np.linalg.norm(look), abs=1e-4
            )
        follows = ((world.follows.user == u) & (world.follows.creator == creator[p])).any()
        assert values["cross: follows"] == follows


def test_the_future_changes_no_feature(world):
    """Another world that differs only from day 28 on."""
    arrays = {k: v.copy() for k, v in world.arrays.items()}
    late = world.impressions.time.to_numpy() >= 28 * DAY
    action = arrays["shown_action"]
    action[late] = np.where(
        np.isin(action[late], (0, 1)), 0, action[late]
    )  # more hides, no new saves
    other = dataclasses.replace(world, arrays=arrays)
    users, pins = np.arange(200) % world.num_users, np.arange(200) * 4
    np.testing.assert_array_equal(
        PairFeatures(world, 28)(users, pins), PairFeatures(other, 28)(users, pins)
    )
    assert (PairFeatures(world, 56)(users, pins) != PairFeatures(other, 56)(users, pins)).any()


def test_columns_by_group_and_age_by_day(world):
    features = PairFeatures(world, 28)
    groups = [features.columns(g) for g in ("user", "pin", "cross")]
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(features.names)))
    a, b = features([0], [0]), features([0], [0], now=40.0)
    assert column(features, b, "pin: age")[0] > column(features, a, "pin: age")[0]
    assert np.isfinite(features(np.arange(world.num_users), np.zeros(world.num_users, int))).all()
