"""The order of the lists, against loops; the search never sees test; what is stored was chosen inside."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from graphrec_utils import pinworld, results
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import filters
from solutions.experiments.lesson06 import gowalla_frontier as frontier
from solutions.experiments.lesson06 import gowalla_time

LISTS = [[2, 0, 3, 1], [1, 2], [4], [0, 4, 1]]  # in the order of the first visit


@pytest.fixture
def past() -> Interactions:
    """The lists, one event of each user in turn: as a log has them."""
    events = [(u, x[k]) for k in range(4) for u, x in enumerate(LISTS) if k < len(x)]
    users, items = map(np.array, zip(*events, strict=True))
    return Interactions(users, items, num_users=4, num_items=6)


def test_the_last_place_weighs_one_and_the_third_last_three_to_the_minus_power(past):
    W = frontier.last_first(past, 0.5).toarray()
    for u, places in enumerate(LISTS):
        for back, i in enumerate(reversed(places)):
            assert W[u, i] == pytest.approx((1 + back) ** -0.5)
    assert (frontier.last_first(past, 0.0).toarray() == past.csr().toarray()).all()


@pytest.mark.parametrize(("window", "fade", "hear"), [(1, 0.5, 0.0), (2, 1.0, 0.5), (9, 0.25, 1.0)])
def test_an_edge_is_the_sum_over_users_of_how_near_two_places_stand(past, window, fade, hear):
    W = np.zeros((6, 6))
    for places in LISTS:
        for a, i in enumerate(places):
            for b, j in enumerate(places):
                if 0 < abs(a - b) <= window:
                    W[i, j] += abs(a - b) ** -fade / len(places) ** hear
    assert frontier.near(past, window, fade, hear).toarray() == pytest.approx(W)


def test_without_recency_the_walk_is_rp3beta(past):
    users = np.arange(4)
    mine = frontier.Makers(past).walk(0.75, 0.2, 0.0).scores(users)
    theirs = filters.rp3beta(past.csr().astype(np.float32), 0.75, 0.2).scores(users)
    assert mine == pytest.approx(theirs, rel=1e-5)


def test_a_step_goes_from_the_last_places_to_those_near_them(past):
    knobs = {"window": 2, "fade": 1.0, "hear": 0.5}
    S = frontier.Makers(past).visits(**knobs, alpha=0.5, beta=0.2, recent=1.0).scores(np.arange(4))
    degree = past.degrees()[1].astype(float)
    W = frontier.near(past, **knobs).toarray()
    for u, places in enumerate(LISTS):
        for i in range(5):
            signal = [(j, 1 / (1 + back)) for back, j in enumerate(reversed(places))]
            expected = sum(w * degree[j] ** (0.2 - 0.5) * W[j, i] for j, w in signal)
            assert S[u, i] == pytest.approx(expected * degree[i] ** -0.2, abs=1e-6)
    assert (S[:, 5] == 0).all()  # nobody was there


class Sealed:
    """A test part that must not be looked at."""

    def __getattribute__(self, name):
        raise AssertionError("test was read")

    def __len__(self):
        raise AssertionError("test was counted")


def test_the_search_never_sees_test(monkeypatch, tmp_path):
    monkeypatch.setattr(gowalla_time, "FOLDER", tmp_path)
    monkeypatch.setattr(frontier, "BUDGET", 4)
    best = lambda search, name: max(search.trials, key=lambda t: t.score).knobs  # noqa: E731
    monkeypatch.setattr(frontier, "_best", best)  # four trials may have their best at an edge
    sizes = frontier.GRIDS["RP3β and low-pass"] | {"dim": [8]}
    monkeypatch.setitem(frontier.GRIDS, "RP3β and low-pass", sizes)
    train = pinworld.load("tiny").interactions().compact()
    known = Split(train, train.select(slice(0, 0)), Sealed()).with_validation(last=0.1)
    found = frontier.search(known, {"alpha": 0.75, "beta": 0.2})
    assert {name: len(s.trials) for name, s in found.items()} == dict.fromkeys(frontier.GRIDS, 4)
    with pytest.raises(AssertionError, match="test was"):
        frontier.final("near visits", filters.rp3beta(train.csr(), 0.75, 0.2), known)


def test_only_main_meets_test_and_only_through_final():
    body = ast.parse(Path(frontier.__file__).read_text("utf-8")).body
    names = {
        f.name: {n.id for n in ast.walk(f) if isinstance(n, ast.Name)}
        | {n.attr for n in ast.walk(f) if isinstance(n, ast.Attribute)}
        for f in body
        if isinstance(f, ast.FunctionDef | ast.ClassDef)
    }
    assert {name for name, seen in names.items() if "final" in seen} == {"main"}
    assert not [name for name, seen in names.items() if seen & {"on_test", "test"}]


# ------------------------------------------------------------------------- what is stored
def test_all_had_as_many_trials_and_the_chosen_one_is_among_the_best():
    values = results.load("06_gowalla_frontier").values
    for name, knobs in values["chosen"].items():
        found = values["trials"][name]
        assert len(found) == frontier.BUDGET
        mine = next(row for row in found if knobs.items() <= row.items())
        best = max(row["recall@20"] for row in found)
        assert mine["recall@20"] >= best - frontier.SLACK - 1e-4


def test_a_comparison_has_the_gap_of_its_means():
    for x in results.load("06_gowalla_frontier").values["both against, NDCG@20"].values():
        assert x["gap"] == pytest.approx(x["one"] - x["other"], abs=2e-6)
        assert x["users"] == 29_858 and 0 < x["error"] < np.sqrt(0.5 / x["users"])
