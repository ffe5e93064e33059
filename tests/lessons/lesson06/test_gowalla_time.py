"""The searches on Gowalla, on a tiny graph: they never see test, and one function reads it."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from graphrec_utils import pinworld, results
from graphrec_utils.data import Split
from solutions.experiments.lesson06 import gowalla_lightgcn, gowalla_time

SOURCE = Path(gowalla_time.__file__)


class Sealed:
    """A test part that must not be looked at."""

    def __getattribute__(self, name):
        raise AssertionError("test was read")

    def __len__(self):
        raise AssertionError("test was counted")


@pytest.fixture
def sealed(monkeypatch, tmp_path) -> Split:
    monkeypatch.setattr(gowalla_time, "FOLDER", tmp_path)
    monkeypatch.setattr(gowalla_time, "BUDGET", 4)
    monkeypatch.setattr(gowalla_time, "SLACK", 1.0)
    monkeypatch.setattr(gowalla_time, "DIMS", (4, 8))
    dims = {"dim": [4, 8, 16], "weight": [0.1, 0.3, 1.0]}
    monkeypatch.setattr(gowalla_time, "FILTERS", gowalla_time.FILTERS | {"GF-CF": dims})
    train = pinworld.load("tiny").interactions().compact()
    return Split(train, train.select(slice(0, 0)), Sealed()).with_validation(last=0.1)


def test_the_search_for_filters_never_sees_test(sealed):
    search = gowalla_time.search_filters(sealed)
    assert search.winners["trials"].to_dict() == {
        "popularity": 1,
        "linear filter": 1,
        "RP3β": 4,
        "GF-CF": 4,
    }


def test_the_search_for_ials_never_sees_test(sealed, monkeypatch):
    inside = {"alpha0": [0.1], "reg": [0.003, 0.01, 0.03, 0.1]}
    monkeypatch.setattr(gowalla_time, "IALS", inside)
    search, sizes = gowalla_time.search_ials(sealed)
    assert len(search.trials) == 4 and {row["dim"] for row in sizes} == {4, 8}
    assert all(row["sweeps"] in gowalla_time.SWEEPS for row in sizes)


def test_the_search_for_lightgcn_never_sees_test(sealed):
    recipe = gowalla_lightgcn.RECIPE | {"start": "normal", "epochs": 1, "batch": 512}
    assert 0 <= gowalla_lightgcn.trial(sealed, recipe, 1)["recall@20"] <= 1


def test_the_seal_breaks_where_test_is_read(sealed):
    popular = gowalla_time.baselines.popularity(sealed.train)
    with pytest.raises(AssertionError, match="test was"):
        gowalla_time.final("popularity", popular, sealed)


def test_one_function_reads_test_and_no_search_calls_it():
    functions = [
        x for x in ast.parse(SOURCE.read_text("utf-8")).body if isinstance(x, ast.FunctionDef)
    ]
    words = {
        f.name: {n.attr for n in ast.walk(f) if isinstance(n, ast.Attribute)}
        | {n.id for n in ast.walk(f) if isinstance(n, ast.Name)}
        for f in functions
    }
    assert {name for name, seen in words.items() if seen & {"on_test", "test"}} == {"final"}
    callers = {name for name, seen in words.items() if "final" in seen}
    assert callers == {"graph_filters", "trap", "ials"}
    assert not [name for name in callers if name.startswith("search")]


# ------------------------------------------------------------------------- what is stored
def test_what_was_chosen_is_the_best_trial_inside_the_grid_and_all_had_as_many():
    values = results.load("04_gfcf_gowalla").values
    assert {len(values["trials"][name]) for name in ("RP3β", "GF-CF")} == {gowalla_time.BUDGET}
    chosen = {"dim": values["patterns of GF-CF"], "weight": values["weight of GF-CF"]}
    for name, knobs in (("GF-CF", chosen), ("RP3β", values["exponents of RP3β"])):
        rows = values["trials"][name]
        best = max(row["recall@20"] for row in rows)
        mine = next(row for row in rows if knobs.items() <= row.items())
        assert mine["recall@20"] >= best - gowalla_time.SLACK
        for knob, value in knobs.items():
            grid = gowalla_time.FILTERS[name][knob]
            assert value not in (grid[0], grid[-1])


def test_a_stored_comparison_has_the_gap_of_its_means():
    for name, what in (
        ("04_gfcf_gowalla", "RP3β against, NDCG@20"),
        ("06_gowalla_trap", "RP3β of the last tenth against, NDCG@20"),
        ("02_ials_gowalla", "at the largest d against, NDCG@20"),
    ):
        for x in results.load(name).values[what].values():
            assert x["gap"] == pytest.approx(x["one"] - x["other"], abs=2e-6)
            assert x["users"] == 29_858 and 0 < x["error"] < np.sqrt(0.5 / x["users"])
