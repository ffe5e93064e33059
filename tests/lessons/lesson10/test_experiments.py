"""The measurements of lesson 10, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import metrics, results
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.data import Interactions
from solutions.experiments.lesson10 import search_latency, towers
from tests.lessons import listed

DAY = towers.DAY


def events(count=900, seed=0) -> Interactions:
    rng = np.random.default_rng(seed)
    users, items = rng.integers(60, size=count), rng.integers(25, size=count)
    return Interactions(users, items, 60, 25, times=np.sort(rng.integers(40 * DAY, size=count)))


def test_an_example_loses_half_its_weight_in_a_half_life():
    data = Interactions(
        np.array([0, 1, 0]), np.array([1, 2, 3]), 2, 4, times=np.array([0, DAY, 2 * DAY])
    )
    w = towers.weights(data, np.array([0, 0, 1]), np.array([1, 3, 2]), 1)
    np.testing.assert_allclose(w / w.max(), (0.25, 1, 0.5))
    assert towers.weights(data, np.array([0]), np.array([1]), None) is None


def test_leave_one_out_takes_the_last_event_and_the_one_before():
    split = towers.leave_one_out(events())
    for user in np.unique(split.test.users):
        own = [np.sort(part.times[part.users == user]) for part in split]
        assert len(own[1]) == len(own[2]) == 1
        assert own[0].max(initial=0) <= own[1][0] <= own[2][0]


def test_a_window_counts_the_last_days_and_asks_with_all():
    data = events()
    R = towers.recent(data, 7)
    late = data.select(data.times >= data.times.max() - 7 * DAY)
    assert R.sum() == len(np.unique(late.pairs()))
    for model in (towers.rp3(data, 0.5, 0.2, 7), towers.folded_ease(data, 10, 7)):
        old = np.setdiff1d(np.unique(data.users), np.flatnonzero(R.sum(axis=1)))[:3]
        assert np.abs(model.scores(old)).sum(axis=1).min() > 0  # known by what they did before


def test_every_model_is_tuned_and_compared(monkeypatch, tmp_path):
    torch.set_num_threads(1)
    monkeypatch.setattr(towers, "BATCH", 64)
    monkeypatch.setattr(towers, "SEEDS", (0, 1))
    split = events().temporal_split((0.8, 0.1, 0.1), repeats="drop", unseen="keep")
    monkeypatch.setitem(towers.DATA, "time", lambda: split)
    tower, fitted = towers.tower, []

    def short(events, *a, **k):
        fitted.append(len(events))
        return tower(events, *a, **(k | {"epochs": 1, "negatives": 4}))

    monkeypatch.setattr(towers, "tower", short)
    with listed.without_the_past(split):
        values = towers.measure("time", tmp_path, trials=2, budget=2)
    tested = len(towers.TOWERS) * len(towers.SEEDS)
    assert set(fitted[:-tested]) == {len(split.train)}
    assert set(fitted[-tested:]) == {len(split.past())}  # the winners know what validation holds
    names = [row["model"] for row in values["models"]]
    assert names == [*towers.RIVALS, *towers.TOWERS]
    assert all(0 <= row["ndcg"] <= 1 for row in values["models"])
    assert values["leads"]["softmax over BPR"]["users"] == values["users"]
    again = towers.measure("time", tmp_path, trials=2, budget=2)  # from its log
    assert again["models"] == values["models"]
    assert {row["trials"] for row in values["models"] if row["model"] in towers.TOWERS} == {2}
    stored = towers.settled(values["models"], names)
    assert towers.measure("time", None, stored=stored)["models"] == values["models"]
    one = towers.measure("time", tmp_path, trials=2, only=["BPR"])
    assert [row["model"] for row in one["models"]] == ["BPR"]
    assert towers.merged(values, one)["models"] == values["models"]


def test_a_quick_rival_gets_three_times_as_many_trials_if_it_has_them():
    def fit(x, y=1):
        return x * y

    grid = {"x": [1, 2, 3, 4], "y": [1, 2, 3, 4]}
    search = towers.tuned(
        {"tower": (fit, grid)},
        {"many": (fit, grid), "few": (fit, {"x": [1, 2, 3, 4]})},
        budget=2,
        score=float,
        natural={},
        log=None,
    )
    assert search.winners.trials.to_dict() == {"tower": 2, "many": 6, "few": 4}
    assert search.best("few").knobs == {"x": 4} and "x = 4" in search.edges["few"]


def test_a_search_goes_on_until_no_neighbor_is_better():
    def fit(x, y):
        return -abs(x - 4) - abs(y - 2)

    few = {"x": [1, 2], "y": [1, 2, 3]}
    search = towers.tuned({"tower": (fit, few)}, {}, budget=2, score=float, natural={}, log=None)
    wide = {"x": [1, 2, 3, 4, 5], "y": [1, 2, 3]}
    there = towers.climbed(search, "tower", fit, wide, float, None)
    assert there.best("tower").knobs == {"x": 4, "y": 2} and not there.edges
    short = towers.climbed(search, "tower", fit, few, float, None)
    assert short.best("tower").knobs == {"x": 2, "y": 2} and short.edges == {"tower": "x = 2"}


def test_a_search_of_all_cells_finds_what_a_look_at_everything_does():
    rng = np.random.default_rng(0)
    items, queries = (rng.normal(size=(k, 8)).astype(np.float32) for k in (300, 5))
    rows = search_latency.measure(queries, search_latency.engines(items, 10, (1, 10)), rounds=1)
    found = {(row["engine"], row["probes"]): row["found"] for row in rows}
    assert found["exact", 0] == found["cells", 10] == found["cells, lifted", 10] == 1
    assert found["cells", 1] < 1 and all(row["time over exact"] > 0 for row in rows)


# ------------------------------------------------------------- what is stored
def ndcg(name: str) -> dict[str, float]:
    return {row["model"]: row["ndcg"] for row in results.load("10_towers").values[name]["models"]}


def lead(one: str, other: str, name: str = "time") -> metrics.Comparison:
    row = results.load("10_towers").values[name]["leads"][f"{one} over {other}"]
    return metrics.Comparison.of(*(row[k] for k in ("one", "other", "gap", "error", "users")))


def test_what_the_questions_of_the_lesson_say_of_the_table():
    found = ndcg("time")
    for other in ("softmax", "BPR"):
        assert lead(other, "popularity").outcome == "holds"  # 10.p3
    assert lead("BCE", "popularity").outcome == "cannot tell"
    movies = results.load("11_rivals").values["MovieTweetings"]["models"]
    four = next(
        row for row in movies if row["model"] == "popularity"
    )  # the same split, another half-life
    assert four["knobs"] == {"days": 4}
    assert (
        found["BCE"] < four["ndcg"] < found["softmax"] and abs(four["ndcg"] - found["BPR"]) < 0.002
    )
    for other in ("BPR", "BCE", "BPR, cosine", "BCE, cosine"):
        assert lead("softmax", other).outcome == "holds"
    assert found["popularity"] > 0.9 * found["softmax"]
    assert found["popularity"] > 1.4 * max(found[x] for x in ("EASE", "RP3β"))
    assert lead("popularity", "iALS, any d").outcome == "cannot tell"
    assert found["in-batch softmax"] < 0.8 * found["softmax"]  # 10.p6
    for other in ("softmax", "iALS, any d"):
        assert lead("softmax, causal", other).outcome == "does not hold"  # 10.p7


def test_what_the_lesson_says_of_the_batch_at_one_clock():
    """Both rows forget as fast: the gap of 10.5 is not the half-life's."""
    alike = results.load("10_same_clock").values
    mine, full = (alike["models"][x] for x in ("in-batch softmax", "softmax"))
    best = max(alike["trials"], key=lambda trial: trial["validation"])
    assert len(alike["trials"]) == 5 and not alike["edge"]
    assert mine["knobs"] == {k: best[k] for k in ("rate", "epochs")} | {"half_life": 3}
    assert full["knobs"]["half_life"] == 3
    assert full["ndcg"] == pytest.approx(ndcg("time")["softmax"])  # the training of 10.8, again
    assert mine["ndcg"] < 0.5 * full["ndcg"] and mine["coverage"] > 3 * full["coverage"]
    assert mine["mean count of what is shown"] < 0.3 * full["mean count of what is shown"]
    assert mine["ndcg"] < ndcg("time")["in-batch softmax"]  # with 81 days it finds a little more


def test_what_the_lesson_says_of_the_cells():
    """10.3: how many are opened, and what they find."""
    part = results.load("18_regimes_size").values["sets"]["random catalogs"]
    rows = {name: part["methods"][name] for name in ("iALS, cells", "iALS, cells of faiss")}
    told = {name: [x["facts"] for x in row if x["mean"]] for name, row in rows.items()}
    opened = {name: [x["opened"] for x in row] for name, row in told.items()}
    assert opened["iALS, cells"] == [8, 16, 32]
    assert opened["iALS, cells of faiss"] == [8, 16, 32, 128, 256]
    text = next(path for path in sources() if path.name.startswith("10")).read_text("utf-8")
    ours, theirs = ([f"{x['found']:.3f}" for x in told[name]] for name in told)
    assert f"{ours[0]}, {ours[1]} and {ours[2]}" in text
    assert f"{', '.join(theirs[:-1])} and {theirs[-1]}" in text
    assert round(100 * (1 - float(theirs[3]))) == 8 and "misses 8 % of a list" in text
    million = [
        round(1000 / part["methods"][x][3]["mean"], 1)
        for x in ("iALS, cells of faiss", "iALS, exact scan")
    ]
    assert "{} milliseconds, the scan in {:.0f}.".format(*million) in text


def test_what_the_box_says_of_newcomers_with_one_like():
    sets = results.load("18_regimes_history").values["sets"]
    one = lambda data, name: f"{sets[data]['methods'][name][0]['mean']:.3f}"  # noqa: E731
    text = next(path for path in sources() if path.name.startswith("10")).read_text("utf-8")
    tower, ials = (one("PinWorld", name) for name in ("two towers", "iALS"))
    assert f"with one known like it finds {tower}, iALS by fold-in {ials}" in text
    tower, ials, recent = (one("MovieTweetings", x) for x in ("two towers", "iALS", "recent"))
    assert f"finds {tower}, about as much as iALS ({ials}); recent popularity {recent}" in text
    assert all(len(x["methods"]["two towers"]) == len(x["levels"]) for x in sets.values())
    pairs = zip(*(sets["PinWorld"]["methods"][x] for x in ("two towers", "iALS")), strict=True)
    assert all(a["mean"] < b["mean"] for a, b in pairs)  # up to fifty likes


def test_what_the_lesson_says_of_the_two_splits():
    time, one_out = ndcg("time"), ndcg("one out")
    assert time["popularity"] > 1.5 * time["EASE"]  # 10.p9
    assert lead("popularity", "EASE", "one out").outcome == "holds"
    assert one_out["popularity"] < 1.06 * one_out["EASE"]
    turned = [
        (a, b) for a in one_out for b in one_out if a != b
        and lead(a, b).outcome == lead(b, a, "one out").outcome == "holds"
    ]  # fmt: skip
    assert turned == [(a, b) for a in ("iALS", "iALS, any d") for b in ("RP3β", "EASE")]
    for found in (time, one_out):
        assert set(sorted(one_out, key=found.get)[-2:]) == {"BPR", "softmax"}
    rows = results.load("10_towers").values["one out"]["models"]
    days = [r["knobs"].get("half_life", r["knobs"].get("days")) for r in rows]
    assert min(days) >= 30


def test_what_the_lesson_says_of_the_search():
    rows = results.load("10_search").values["rows"]
    paid = {(row["engine"], row["probes"]): row for row in rows}
    assert 0.9 < paid["cells", 8]["found"] < 0.92 and paid["cells", 8]["time over exact"] < 0.12
    assert paid["cells", 16]["found"] > 0.95 and paid["cells", 16]["time over exact"] < 1 / 6
    assert 0 < paid["cells, lifted", 16]["found"] - paid["cells", 16]["found"] < 0.02
    assert (
        paid["faiss, cells", 16]["found"]
        < paid["cells", 8]["found"]
        < paid["faiss, cells", 32]["found"]
    )
