"""The measurements of lesson 18, on tiny inputs, and what they have stored."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from graphrec_utils import methods, pinworld, results
from graphrec_utils.exercises.generators import GENERATORS
from graphrec_utils.pinworld import Simulator
from solutions.experiments.lesson18 import course_figure, generators, off_policy
from tests.lessons import listed

# item2item is exercise 01.6, plain cosines, and the experiment's control; lesson 01 shrinks them
BEHIND = {"item2item"}
# words alone: it can list pins that nobody has saved, and knows nothing of what is popular
NOT_AHEAD = {"semantic IDs"}


def test_what_is_stored_has_the_claim_of_its_benchmark():
    stored = results.load("18_course")
    assert stored.claim == course_figure.CLAIM and stored.command == course_figure.COMMAND


def test_winners_know_and_hide_all_that_comes_before_test(monkeypatch):
    (split, scores), fitted = listed.planted(), []

    def fit(events):
        fitted.append(len(events))
        return scores

    for module in (course_figure, generators):
        monkeypatch.setattr(module, "split", lambda: split)
    monkeypatch.setattr(course_figure, "pictures", lambda: None)
    monkeypatch.setattr(course_figure, "winner", lambda name: SimpleNamespace(knobs={}))
    monkeypatch.setitem(course_figure.COURSE, "EASE", (fit, {}))
    assert course_figure.measure("EASE")["ndcg"] == 1 and fitted == [len(split.past())]
    assert generators.judged(scores)["ndcg"] == 1


def test_a_generator_finds_nine_tenths_of_what_its_lesson_finds_and_more_than_the_most_saved():
    stored = results.load("18_generators")
    assert stored.claim == generators.CLAIM and stored.command == generators.COMMAND
    rows = stored.values["generators"]
    assert set(rows) == set(GENERATORS)
    for name, row in rows.items():
        assert (
            name in BEHIND or "lesson" not in row or row["ndcg"] >= 0.9 * row["lesson"]["ndcg"]
        ), name
        if name not in ("most saved", *NOT_AHEAD):
            assert (
                row["ahead of most saved"][1] > (-0.01 if name == "NGCF" else 0)
                and row["pins"] >= 100
            ), name
    assert set(generators.LESSONS) <= {name for name, row in rows.items() if "lesson" in row}


def test_a_log_is_right_about_what_it_could_have_drawn_and_each_estimate_fails_somewhere():
    stored = results.load("18_off_policy")
    assert stored.claim == off_policy.CLAIM and stored.command == off_policy.COMMAND
    policies_ = stored.values["policies"]
    inside = [r for name, r in policies_.items() if r["in the log"] == 1 and "raised" not in name]
    assert len(inside) >= 5
    for row in policies_.values():
        assert abs(row["experiment"]["bias"]) < 0.01
    for row in inside:
        assert all(abs(row[e]["bias"]) < 0.03 for e in ("IPS", "SNIPS", "DR"))
        assert row["experiment"]["spread"] < row["DR"]["spread"]
    for estimate in ("IPS", "SNIPS", "DR"):
        assert max(abs(row[estimate]["bias"]) for row in policies_.values()) > 0.5


def test_a_page_has_a_log_and_policies_whose_chances_sum_to_one():
    world = pinworld.load("tiny")
    site = Simulator.of_world(world)
    log = off_policy.page(site, world.images, world.interactions(("save",)))
    for chances in (log.chances, *log.policies.values()):
        np.testing.assert_allclose(chances.sum(axis=1), 1)
        assert chances[log.pins < 0].sum() == 0
    assert (log.chances[:, -1] == 0).all() and (log.value[:, -1] == 0).all()
    saved = np.take_along_axis(site.past.toarray(), np.maximum(log.pins, 0), axis=1)
    assert not (saved * (log.chances > 0)).any()
    rows = off_policy.judged(log, logs=3)
    assert rows["iALS"]["truth"] == pytest.approx(
        (log.policies["iALS"] * log.value).sum() / len(log.pins)
    )


def test_memory_is_counted():
    with course_figure.grown() as memory:
        kept = np.ones(16_000_000)  # too large for what is free already
    assert len(kept) and 60 < memory[-1] < 300


def test_every_method_of_the_figure_has_a_lesson_and_is_stored():
    stored = results.load("18_course").values["methods"]
    assert set(stored) == set(course_figure.COURSE)
    assert all(row["lesson"] == methods.lesson_of(name) for name, row in stored.items())
