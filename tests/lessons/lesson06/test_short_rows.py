"""LightGCN before it is trained, with short rows: what is asked is LightGCN, and the lesson says what is stored."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import graphs, results
from graphrec_utils.authoring.lesson.source import sources
from graphrec_utils.models import filters
from graphrec_utils.models.lightgcn import LightGCN
from solutions.experiments.lesson06 import short_rows as study
from solutions.experiments.lesson06 import stacked
from tests.lessons.lesson06.test_stacked import small


def test_one_hot_rows_are_the_same_model_with_a_number_for_every_node():
    past, part = small().train, small().val
    A_hat = graphs.normalize(graphs.adjacency(past.csr()))
    model = LightGCN(A_hat, past.num_users, 50, 3, seed=0)
    with torch.no_grad():
        model.E0.copy_(torch.eye(50))
    found = stacked.recall(model, past, part)
    assert found == pytest.approx(stacked.recall(filters.closed_form(past.csr(), 3), past, part))


def test_rows_in_training_are_asked_as_they_are_and_after_a_walk(monkeypatch):
    monkeypatch.setattr(study, "BATCH", 64)
    parts = small().train, small().val
    for K in study.ASKED:
        row = study.in_training(*parts, K, 0.01, 0, epochs=6)
        assert row["epoch"] == [0, 3, 6]
        for asked in study.ASKED:
            found = row[f"asked after {asked} layers"]
            assert len(found) == 3
            assert found[0] == study.random_rows(*parts, study.DIM, asked, 0)


# ------------------------------------------------------------- what is stored
def stored() -> dict:
    return results.load("06_short_rows").values


def untrained(part: str) -> dict[int, float]:
    rows = stored()["untrained"]
    assert all(len(row["random"][part]) == len(study.SEEDS) for row in rows)
    return {row["K"]: float(np.mean(row["random"][part])) for row in rows}


def in_training(model: str, layers: int) -> np.ndarray:
    rows = [x for x in stored()["in training"] if x["model"] == model]
    assert [x["seed"] for x in rows] == list(study.SEEDS)
    assert all(x["epoch"][1] == 3 and x["epoch"][-1] == 24 for x in rows)
    return np.mean([x[f"asked after {layers} layers"] for x in rows], axis=0)


def of_size(d: int) -> float:
    rows = [x["validation"] for x in stored()["sizes"] if x["d"] == d]
    assert len(rows) == len(study.SEEDS)
    return float(np.mean(rows))


def test_both_results_ask_the_same_walks():
    other = results.load("06_stacked").values
    one_hot = {row["K"]: row["one-hot"] for row in stored()["untrained"] if row["one-hot"]}
    assert {2, 3, 20, 50} < set(one_hot)
    for row in other["untrained"]:
        if row["K"] not in one_hot:
            continue
        assert one_hot[row["K"]]["test"] == pytest.approx(row["test"])
        assert one_hot[row["K"]]["validation"] == pytest.approx(row["validation"])
    assert stored()["bestsellers"]["test"] == pytest.approx(other["bestsellers"])
    again = results.load("06_without_messages").values["runs"]
    for row in stored()["in training"]:
        (same,) = (x for x in again if (x["model"], x["seed"]) == (row["model"], row["seed"]))
        found = row[f"asked after {row['K']} layers"][1:]
        assert found == pytest.approx(same["recall"], abs=0.004)  # another machine


def text() -> str:
    path = next(path for path in sources() if path.name.startswith("06"))
    return " ".join(path.read_text("utf-8").replace("\n# ", " ").split())


def test_what_the_lesson_says_of_short_rows_in_training():
    """6.3: the early lead is not there before training; layer 0 alone has moved more, and the walk adds to it."""
    found = untrained("validation")
    assert (
        found[3] < 0.0015 > found[0]
        and "**32 random numbers** stay below the bestsellers for fifty layers, because strangers look alike by chance."
        in text()
    )
    assert (
        stored()["nodes"] == 27_141
        and "But each vector holds 27,141 numbers, one for each node" in text()
    )
    middle, large = of_size(256), of_size(2048)
    one_hot = {row["K"]: row["one-hot"] for row in stored()["untrained"]}[3]["validation"]
    assert found[3] < middle < large < one_hot / 2
    said = f"32, 256 and 2,048 random numbers a row find {found[3]:.3f}, {middle:.3f} and {large:.3f} with three layers, one-hot rows {one_hot:.3f}"
    assert said in text()
    graph, mf = in_training("LightGCN", 0), in_training("BPR-MF", 0)
    assert f"without a walk, finds {graph[1]:.3f}, that of BPR-MF {mf[1]:.3f}" in text()
    walked = in_training("BPR-MF", 3)
    assert f"over BPR-MF's rows {walked[1]:.3f}; after 24 epochs {walked[-1]:.3f}." in text()


def test_what_the_lesson_says_of_many_layers_over_short_rows():
    """6.4: at one size training adds at every depth; up to fifty layers random rows stay below bestsellers."""
    found, level = untrained("test"), stored()["bestsellers"]["test"]
    values = [found[K] for K in sorted(found) if K >= 3]
    assert values == sorted(values)
    assert found[50] < 0.7 * level < found[100] and found[200] > level
    assert "below the bestsellers for fifty layers" in text()
    said = (
        f"three, twenty and fifty layers find {found[3]:.3f}, {found[20]:.3f} and {found[50]:.3f}, "
    )
    assert said + f"a hundred {found[100]:.3f} and 200 {found[200]:.3f}" in text()
    of_6_9 = ", ".join(f"{found[K]:.3f}" for K in (1, 3, 8)) + f" and {found[20]:.3f}"
    assert f"with 32 random numbers a row {of_6_9}" in text()
    for row in results.load("06_stacked").values["trained"]:
        assert min(row["test"]) > 0.1 + found[row["K"]]
