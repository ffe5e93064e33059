"""The measurements of lesson 17, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest

from graphrec_utils import metrics, pinworld, results
from graphrec_utils.data import Interactions
from graphrec_utils.models import reader
from solutions.experiments import kept
from solutions.experiments.lesson17 import (
    ranking_ads,
    ranking_bias,
    ranking_features,
    ranking_history,
    ranking_loop,
)


@pytest.fixture(scope="module")
def world():
    return pinworld.load("tiny")


def ratings(count=4000):
    rng = np.random.default_rng(0)
    users, items = rng.integers(60, size=count), rng.integers(50, size=count)
    good = rng.random(count) < np.where((users + items) % 2 == 0, 0.8, 0.2)
    return Interactions(
        users, items, 60, 50, times=np.arange(count), weights=np.where(good, 9.0, 4)
    )


def test_films_are_cut_in_time_and_the_table_has_its_rows(monkeypatch):
    rows = ranking_features.film_rows(ratings())
    assert [len(part[3]) for part in rows.parts] == [1000, 500, 500]
    assert rows.past.times.max() < 2000
    monkeypatch.setattr(ranking_features, "NETWORKS", ranking_features.NETWORKS[:2])
    monkeypatch.setattr(ranking_features, "TREES", {"trees": [3, 6], "depth": [2]})
    monkeypatch.setattr(
        ranking_features, "KNOBS",
        {"iALS": {"alpha0": [0.1, 0.3], "reg": [0.01]},
         "LightGCN": {"lr": [0.01], "reg": [0.001, 0.003], "epochs": [2]}},
    )  # fmt: skip
    values = ranking_features.measure(rows, budget=2, seeds=(0, 1))
    told = {(row["model"], row["columns"]) for row in values["table"]}
    assert {("baseline", ""), ("iALS", "U"), ("LightGCN", "UT"), ("RP3β", "score"), ("Pixie", "score"),
            ("EASE", "score"), ("boosting, iALS", "UT")} <= told  # fmt: skip
    assert values["leads"]["iALS: UT over U"]["users"] == values["users"]


def test_world_rows_know_no_future_and_author_vectors_are_means():
    rows = ranking_features.world_rows("tiny")
    assert rows.past.times.max() < 28 * pinworld.DAY
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(rows.past.num_users, 3)), rng.normal(size=(rows.past.num_items, 3))
    x = ranking_features.blocks(rows, 0, vectors, "UAT")
    users, items, base, _ = rows.parts[0]
    W, H = vectors
    f = base.shape[1]
    mine = rows.author == rows.author[items[5]]
    np.testing.assert_allclose(x[5, :f], base[5])
    np.testing.assert_allclose(x[5, f : f + 3], W[users[5]])
    np.testing.assert_allclose(x[5, f + 3 : f + 6], H[mine].mean(axis=0))
    np.testing.assert_allclose(x[5, f + 6], W[users[5]] @ H[mine].mean(axis=0))
    np.testing.assert_allclose(x[5, -1], W[users[5]] @ H[items[5]])


def test_scores_of_pairs_are_those_of_all_items():
    S = np.random.default_rng(0).normal(size=(1200, 9))
    users, items = np.random.default_rng(1).integers(1200, size=300), np.arange(300) % 9
    found = ranking_features._of_pairs(lambda u: S[u], users, items)
    np.testing.assert_array_equal(found, S[users, items])


def test_bias_is_measured_with_every_arm(world):
    found = ranking_bias.measure(world, 0, lists=400, fresh=100)
    values = found["values"]
    assert set(values) == {"the old ranker", *ranking_bias.ARMS, "the best there is"}
    best = values["the best there is"]
    assert all((v <= best + 1e-12).all() for v in values.values())
    assert found["examination"][0] == 1


def test_selection_weights_bring_the_share_back(world):
    found, per = ranking_bias.selection(world, 0, lists=3000)
    off = {k: abs(v["liked"] - found["truth"]["liked"]) for k, v in found.items()}
    assert off["1 / shown_with"] < off["as they are"] / 2
    assert all(found[k]["liking of ten"] == pytest.approx(x.mean()) for k, x in per.items())


def test_the_loop_runs_and_once_is_trained_once(world, monkeypatch):
    fits = []
    plain = ranking_loop.Ranker.fit
    monkeypatch.setattr(
        ranking_loop.Ranker, "fit", lambda self, *a, **k: fits.append(1) or plain(self, *a, **k)
    )
    for arm, times in (("once", 1), ("examined, explores", 3)):
        fits.clear()
        rows = ranking_loop.run(world, arm, 0, lists=60, rounds=3, epochs=1)
        assert len(fits) == times and [r["round"] for r in rows] == [0, 1, 2, 3]
        assert all(0 < r["liked"] < r["best"] for r in rows)


def test_concentration_by_hand():
    creator = np.array([0, 0, 1, -1])
    shared = ranking_loop.concentration(np.array([0, 0, 1, 2, 3]), creator, 2)
    assert shared["top tenth of creators"] == 0.75 and shared["pins shown"] == 4
    assert shared["creators shown"] == 2
    assert shared["gini of pins"] == pytest.approx(metrics.gini(np.array([2, 1, 1, 1])))


# ---------------------------------------------------------------- what was done before
def test_columns_made_by_hand_of_a_history():
    content = np.array([[1.0, 0], [0, 2], [3, 3]])
    rows = reader.Rows(np.zeros((2, 1)), np.array([0, 1]), np.array([0, 1]), np.array([[0, 1, -1], [-1, -1, -1]]),
                       np.array([[0, 0, -1], [-1, -1, -1]]), np.array([[600.0, 5, 0], [0, 0, 0]]))  # fmt: skip
    made = ranking_history.by_hand(rows, content)
    np.testing.assert_allclose(made[0], [0.5, 0, 1, np.log(3), np.log(2)])
    np.testing.assert_allclose(made[1], [0, 0, -1, 0, 0])


def test_rates_count_what_came_before_the_row_alone():
    made = ranking_history._rates(np.array([3, 1, 3, 3, 1]), np.array([1.0, 0, 0, 1, 1]))
    np.testing.assert_allclose(made[:, 0], np.log1p([0, 0, 1, 2, 1]))
    np.testing.assert_allclose(made[[0, 2, 3], 1], [3 / 5, 4 / 6, 4 / 7])


def test_a_history_ends_before_its_row_and_has_other_pins():
    data = ranking_history.world_data(0, 0.05)
    for rows in data.parts:
        there = rows.history >= 0
        assert (rows.minutes[there] > 0).all()
        assert not (rows.history == rows.pins[:, None]).any()
    assert data.older().parts[2].x.shape == data.parts[2].x.shape
    assert (data.older().parts[2].x != data.parts[2].x).any()


def test_arms_are_chosen_trained_and_compared(monkeypatch, tmp_path):
    monkeypatch.setattr(kept.paths, "root", lambda: tmp_path)
    monkeypatch.setattr(ranking_history, "PASSES", 1)
    arms = (
        "day 27",
        "columns",
        "by hand",
        "vectors",
        "mean",
        "asks",
        "asks, by hand",
        "trees, by hand",
    )
    for arm in arms:
        monkeypatch.setitem(ranking_history.SETTINGS, arm, ranking_history.SETTINGS[arm][:2])
    datas = [ranking_history.world_data(seed, 0.05) for seed in (0, 1)]
    found = ranking_history.measured("tiny", datas, arms)
    assert {"asks over mean", "by hand over columns", "columns over day 27"} <= found["all"][
        "leads"
    ].keys()
    assert all(len(found["all"]["rce"][arm]) == 2 for arm in arms)
    assert found["all"]["rows"] == [
        a + b for a, b in zip(found["old pins"]["rows"], found["new pins"]["rows"], strict=True)
    ]


def test_a_ridge_of_ads_is_the_minimum_and_a_strong_one_says_the_constant():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(400, 3)), rng.normal(size=400)
    y = (x[:, 0] + noise > 1).astype(float)
    ones = np.column_stack([np.ones(400), x])
    w = ranking_ads.regression(ones, y, np.zeros(4), 0.1)

    def cost(w):
        z = ones @ w
        return (np.logaddexp(0, z) - y * z).mean() + 0.05 * (w[1:] ** 2).sum()

    assert all(cost(w) < cost(w + 0.01 * step) for step in rng.normal(size=(20, 4)))
    assert w[1] > 4 * abs(w[2:]).max()
    strong, weak = ranking_ads.said(x, y, x, (1e6, 0.01))
    np.testing.assert_allclose(strong, y.mean(), atol=1e-4)
    assert metrics.rce(y, weak) > 20


def test_arms_of_ads_know_no_future_and_have_equal_trials(world, monkeypatch):
    monkeypatch.setattr(ranking_ads, "RIDGES", (10.0, 1.0))
    parts = ranking_ads.rows(world)
    assert all(len(set(map(len, part))) == 1 for part in parts)
    assert parts[0][2].shape[1] == 20  # sixteen features, and two counts of the user and of the ad
    found = ranking_ads.measured([world], seeds=(0,), steps=20)
    assert found["trials"] == 4 and set(found["knobs"]) == set(ranking_ads.ARMS)
    assert set(found["rce"]) == {*ranking_ads.ARMS, "constant"} and found["rce"]["constant"][0] <= 0
    assert len(found["leads"]) == 7


def test_a_generators_hundred_are_ordered_by_rankers_that_never_saw_them_shown(monkeypatch):
    monkeypatch.setattr(ranking_history, "PASSES", 1)
    monkeypatch.setattr(ranking_history, "NEVER", ("columns", "asks"))
    knobs = {arm: ranking_history.SETTINGS[arm][0] for arm in ranking_history.NEVER}
    found = ranking_history.never_shown(knobs, users=30, scale=0.1)
    best, all_ = found["the best there is"]["liked of ten"], found["liked of all"]
    assert all(found[arm]["liked of ten"] < best for arm in knobs) and all_ < best
    assert all(0 < found[arm]["said"] < 1 for arm in knobs)


def test_what_the_lesson_says_of_a_generators_hundred():
    found = results.load("17_history").values["never shown"]
    ten = {name: row["liked of ten"] for name, row in found.items() if name != "liked of all"}
    assert ten["the generator's order"] < ten["columns"] < ten["asks"] < ten["the best there is"]
    assert all(
        found[arm]["said"] > found["liked of all"] + 0.1 for arm in ("columns", "asks", "by hand")
    )


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("17_ads", ranking_ads),
        ("17_features", ranking_features),
        ("17_history", ranking_history),
        ("17_bias", ranking_bias),
        ("17_loop", ranking_loop),
    ],
)
def test_what_is_stored_has_the_claim_of_its_benchmark(name, module):
    stored = results.load(name)
    assert stored.claim == module.CLAIM and stored.command.startswith(module.COMMAND)
    assert stored.seeds == [0, 1, 2]


def test_what_the_lesson_says_of_vectors_of_likes():
    values = results.load("17_features").values
    pins, films = (
        {name: metrics.Comparison.stored(row) for name, row in values[data]["leads"].items()}
        for data in ("PinWorld", "MovieTweetings")
    )
    assert pins["LightGCN: U over baseline"].outcome == "does not hold"
    for model in ("iALS", "LightGCN"):
        assert pins[f"{model}: products over baseline"].outcome == "holds"
    assert pins["GraphSAGE: UAT over UA"].outcome == "does not hold"
    assert films["iALS: UT over U"].outcome == "holds"
    trees = [x["boosting over network, baseline"].outcome for x in (films, pins)]
    assert trees == ["holds", "cannot tell"]


def test_what_the_lesson_says_of_ads():
    """Features and counts are ahead of the constant; a product helps, and vectors beside it cannot be told from nothing."""
    values = results.load("17_ads").values
    leads = {name: metrics.Comparison.stored(row) for name, row in values["leads"].items()}
    assert np.mean(values["rce"]["counts"]) > 0
    said = {
        "counts over constant": ("+0.14, from +0.02 to +0.26", "holds"),
        "TwHIN, product over counts": ("+0.06, from +0.03 to +0.10", "holds"),
        "iALS, product over counts": ("+0.03, from -0.00 to +0.06", "cannot tell"),
        "TwHIN, vectors over counts": ("-0.01, from -0.10 to +0.09", "cannot tell"),
        "TwHIN, product over iALS, product": ("+0.04, from -0.00 to +0.07", "cannot tell"),
    }
    assert {name: (leads[name].gain(".2f"), leads[name].outcome) for name in said} == said


def test_what_the_lesson_says_of_selection():
    values = results.load("17_bias").values
    ten = metrics.Comparison.stored(values["leads"]["1 / shown_with over as they are"])
    assert ten.outcome == "does not hold" and ten.low > -0.005
    said = {name: np.array(row["liked"]) for name, row in values["selection"].items()}
    off = {name: abs(x - said["truth"]).mean() for name, x in said.items()}
    assert off["1 / shown_with"] < 0.004 and off["as they are"] > 0.09


def test_what_the_lesson_says_of_histories():
    found = results.load("17_history").values["PinWorld"]
    leads = {
        which: {name: metrics.Comparison.stored(row) for name, row in found[which]["leads"].items()}
        for which in ("all", "old pins", "new pins")
    }
    held = (
        "asks over mean",
        "alone over mean",
        "by hand over columns",
        "trees, by hand over by hand",
        "columns over day 27",
    )
    assert all(leads["all"][name].outcome == "holds" for name in held)
    for name in ("asks over by hand", "ids over vectors"):
        assert leads["all"][name].outcome == "does not hold"
    asks = [leads[which]["asks over alone"].outcome for which in leads]
    assert asks == ["cannot tell", "cannot tell", "holds"]
