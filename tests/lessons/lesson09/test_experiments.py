"""The measurements of lesson 09, on tiny inputs, and what they have stored."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec_utils import metrics, paths, results
from solutions.experiments.lesson09 import pinsage_study as study


@pytest.fixture
def tiny(monkeypatch, tmp_path) -> study.Stage:
    """Fifty pins of five topics, which pictures show; a board and a pair stay within a topic."""
    monkeypatch.setattr(study, "EPOCHS", 2)
    monkeypatch.setattr(study, "SHORT", 2)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)  # where parts are kept
    monkeypatch.setattr(study, "STEPS", 20)
    monkeypatch.setattr(study, "SEEDS", (0, 1))
    rng = np.random.default_rng(0)
    topic = np.arange(50) % 5
    R = (topic == (np.arange(30) % 5)[:, None]) & (rng.random((30, 50)) < 0.5)
    R[:, 49] = False
    pairs = np.stack([rng.integers(50, size=600), rng.integers(10, size=600) * 5], axis=1)
    pairs[:, 1] += topic[pairs[:, 0]]
    content = study.unit(np.eye(5)[topic] + 0.3 * rng.normal(size=(50, 5)))
    part = study.interactions(pairs[400:], 50)
    return study.Stage(sp.csr_array(R.astype(float)), pairs[:400], part, content)


def test_a_pair_comes_once_and_no_pin_follows_itself(tiny):
    pairs = tiny.part.pairs()
    assert len(np.unique(pairs)) == len(pairs)
    assert (tiny.part.users != tiny.part.items).all()


@pytest.mark.parametrize("loss", ["hinge", "softmax"])
@pytest.mark.parametrize("hard", study.HARD)
def test_pinsage_learns_the_topics(tiny, loss, hard):
    model = study.fit(tiny, loss, lr=0.01, hard=hard, num_layers=1, ranks=(3, 8))
    untrained = study.fit(tiny, loss, lr=1e-9, num_layers=1)
    assert tiny.score(model) > tiny.score(untrained)


def test_every_rival_is_tuned_and_compared(tiny, monkeypatch):
    few = {name: {k: v[:2] for k, v in grid.items()} for name, grid in study.GRIDS.items()}
    monkeypatch.setattr(study, "GRIDS", few)
    short = {"scale": [0.1, 1.0], "lr": [0.003], "num_layers": [0]}
    factors = {"dim": [8], "alpha0": [0.1], "reg": [0.001]}
    factors = {name: factors for name in study.LADDERS if name.startswith("iALS")}
    monkeypatch.setattr(study, "START", {"scale": 0.1})
    monkeypatch.setattr(study, "LADDERS", factors | dict.fromkeys(study.LEARNED, short))
    values = study.rivals("tiny", tiny, tiny, budget=2)
    assert [row["model"] for row in values["models"]] == [*study.GRIDS, *study.LADDERS]
    many = {row["model"] for row in values["models"] if len(row["seeds"]) == 2}
    assert many == set(study.LEARNED)
    assert all(0 <= row["ndcg"] <= 1 for row in values["models"])
    assert (
        values["leads"]["PinSage, softmax over PinSage, hinge, all"]["users"] == values["queries"]
    )


def test_where_known_pairs_leave_the_lists_the_table_says_what_they_cost(tiny):
    known = tiny.pairs[:, 0] * 50 + tiny.pairs[:, 1]
    new = tiny.part.select(~np.isin(tiny.part.pairs(), known))  # nothing known is sought
    once = study.Stage(tiny.R, tiny.pairs, new, tiny.content, repeats=False)
    knobs = {"alpha": 0.5, "beta": 0.0}
    assert "left in" not in study.on_test("tiny", tiny, "RP3β", knobs)
    out = study.on_test("once", once, "RP3β", knobs)
    assert out["left in"] < np.mean(list(out["runs"][0]["ndcg"].values()))


def test_pairs_in_both_directions_are_pairs_of_either(tiny):
    C = tiny.C_both.toarray()
    np.testing.assert_array_equal(C, C.T)
    assert C.sum() == 2 * len(tiny.pairs)


def test_every_setting_of_the_open_task_is_measured(tiny, monkeypatch):
    monkeypatch.setattr(study.Stage, "pools", lambda self, first, last: np.zeros((50, 4), int))
    rows = study.choices(tiny)
    settings = {tuple(row[key] for key in study.CHOICES) for row in rows}
    assert len(settings) == len(rows) == 2 * 3 * 2


def test_the_stored_results_are_of_this_command():
    for part in study.CLAIMS:
        stored = results.load(f"09_{part}")
        assert stored.command == f"{study.COMMAND} {part}"
        assert stored.claim == study.CLAIMS[part]
    for data in ("PinWorld", "citeulike-t"):
        rows = results.load("09_rivals").values[data]["models"]
        assert not any(row["at the edge"] for row in rows)


def test_what_the_lesson_says_of_known_citations():
    stored = results.load("09_rivals").values["citeulike-t"]
    rows = {row["model"]: row for row in stored["models"]}
    one, other = rows["RP3β"], rows["iALS, d = 64"]
    assert one["ndcg"] > 2 * one["known left in"]
    assert one["known left in"] < other["known left in"] < other["ndcg"] < one["ndcg"]
    lead = stored["leads"]["RP3β over iALS, d = 64, all"]
    assert metrics.Comparison.stored(lead).outcome == "holds"
    words, ids = rows["PinSage, softmax"], rows["PinSage with ids, softmax"]
    assert len(words["seeds"]) == len(ids["seeds"]) == len(study.SEEDS)
    assert words["ndcg"] < 0.5 * one["ndcg"] and ids["ndcg"] < 0.7 * one["ndcg"]
    lead = stored["leads"]["PinSage with ids, softmax over PinSage, softmax, all"]
    assert metrics.Comparison.stored(lead).outcome == "holds"


def test_what_the_lesson_says_of_pairs_read_both_ways():
    rows = {row["model"]: row for row in results.load("09_rivals").values["PinWorld"]["models"]}
    for name in ("RP3β", "EASE", "iALS", "iALS, d = 64"):
        assert rows[f"{name}, both ways"]["ndcg"] > rows[name]["ndcg"]
    mine, rival = rows["PinSage, softmax"], rows["RP3β, both ways"]
    assert mine["on boards"] < rival["on boards"] and mine["on no board"] > rival["on no board"]
    lead = metrics.compare(np.array(mine["seeds"]), np.full(3, rival["ndcg"]))
    assert lead.outcome == "does not hold"


def test_the_choices_are_all_there():
    rows = results.load("09_choices").values["settings"]
    assert {tuple(row[k] for k in study.CHOICES) for row in rows} == {
        tuple(x) for x in study.product(*study.CHOICES.values())
    }


def test_what_the_lesson_says_of_the_four_ideas():
    """Two changes are larger than anything that could hide in the others."""
    rows = {row["model"]: np.array(row["seeds"]) for row in results.load("09_rivals").values["PinWorld"]["models"]}  # fmt: skip
    arms = {row["arm"]: np.array(row["seeds"]) for row in results.load("09_ablation").values["PinWorld"]["arms"]}  # fmt: skip
    mine, plain = rows["PinSage, softmax"], arms["importance pooling"]
    large = [metrics.compare(mine, rows[x]) for x in ("content, trained", "PinSage, hinge")]
    small = [
        metrics.compare(plain, arms["mean pooling"]),
        metrics.compare(plain, arms["max pooling"]),
        metrics.compare(arms["importance, hard from the start"], plain),
        metrics.compare(arms["importance, curriculum"], plain),
    ]
    assert {lead.outcome for lead in large} == {"holds"}
    assert {lead.outcome for lead in small} == {"cannot tell"}
    assert min(lead.low for lead in large) > max(lead.high for lead in small)


def test_what_the_lesson_says_of_a_pin_without_neighbors():
    values = results.load("09_rivals").values["PinWorld"]
    lead = values["leads"]["PinSage, softmax over content, trained, on no board"]
    assert metrics.Comparison.stored(lead).outcome == "cannot tell"
    lead = values["leads"]["PinSage, softmax over content, trained, on boards"]
    assert metrics.Comparison.stored(lead).outcome == "holds"


def test_what_the_lesson_says_of_a_pin_in_its_first_weeks():
    old, ages = "PinSage, vectors of the training", results.load("18_regimes_age").values["sets"]
    born = ages["PinWorld, pins born since"]
    means = {name: [row["mean"] for row in rows] for name, rows in born["methods"].items()}
    for other in (old, "Pixie", "content"):
        assert all(x > y for x, y in zip(means["PinSage"], means[other], strict=True))
    first = [row for row in born["first"] if row["first"] == "PinSage"]
    assert [row["level"] for row in first] == [3, 7, 14]
    assert all(row["behind"][x]["low"] > 0 for row in first for x in (old, "Pixie", "content"))
    everything = {name: rows[-1]["mean"] for name, rows in ages["PinWorld"]["methods"].items()}
    assert everything["RP3β"] > everything["iALS"] > everything["PinSage"] > everything[old]
