"""The film of lesson 13: its gradient is that of the loss, its numbers are of its vectors; bad input gets a sentence."""

from __future__ import annotations

import importlib
from itertools import pairwise

import numpy as np
import pytest
import torch

from graphrec_utils.lessons.lesson13 import ex6_turn_back
from graphrec_utils.models import twhin
from graphrec_utils.plots import visuals

film = importlib.import_module("graphrec_utils.lessons.lesson13.visuals.drift")


def test_vectors_follow_the_gradient_of_the_loss():
    """As autograd says of `twhin.loss`, where each user and each pin has one edge."""
    table = torch.randn(8, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    table.requires_grad_()
    one_relation = torch.zeros(1, 2, dtype=torch.float64)
    twhin.loss(table[:4], table[4:], one_relation, torch.zeros(4, dtype=torch.int64)).backward()
    np.testing.assert_allclose(film.gradient(np.eye(4), table.detach().numpy()), table.grad)


def test_an_anchor_holds():
    tables = film.trained()
    for k in range(film.NIGHTS):
        steps = {
            way: np.linalg.norm(t[k + 1] - t[k])
            for way, t in tables.items()
            if way.startswith("warm")
        }
        assert steps["warm + anchor"] < steps["warm start"]


def test_every_day_has_the_edges_of_the_day_before():
    days = film.likes()
    assert len(days) == film.NIGHTS + 1
    for old, new in pairwise(days):
        assert (new >= old).all() and new.sum() > old.sum()
    assert (days[0].sum(axis=0) > 0).all()  # each pin has a past


def test_a_turn_keeps_products_and_what_today_s_users_find():
    state = visuals.drift().state
    scratch, back = state["rows"]["from scratch"], state["rows"]["turned back"]
    for one, other in zip(scratch, back, strict=True):
        assert one["new"] == other["new"] and one["list, new"] == other["list, new"]
    assert all(b["cosine"] > a["cosine"] for a, b in zip(scratch[1:], back[1:], strict=True))


def test_rows_are_of_the_vectors():
    tables, rows = film.trained()["warm start"], visuals.drift().state["rows"]["warm start"]
    m = len(film.TOPICS) * film.USERS
    assert rows[0]["cosine"] == 1 and rows[0]["old"] == rows[0]["new"]
    for k, row in enumerate(rows):
        products = tables[k][m:] @ tables[0][film.BOB]
        assert row["list, old"] == np.argsort(-products)[: film.PINS].tolist()
        own = 0
        for u in range(m):
            top = np.argsort(-(tables[k][m:] @ tables[0][u]))[: film.PINS]
            own += (film.topic_of_pins()[top] == u // film.USERS).mean()
        assert row["old"] == pytest.approx(own / m, abs=0.006)


def test_the_film_tells_what_the_lesson_measures():
    """From scratch, old vectors find less than by any remedy; an anchor leaves the largest cosines."""
    rows = visuals.drift().state["rows"]
    for k in range(1, film.NIGHTS + 1):
        old, cosine = ({way: rows[way][k][x] for way in film.WAYS} for x in ("old", "cosine"))
        assert old["from scratch"] == min(old.values())
        assert cosine["from scratch"] == min(cosine.values())
        assert cosine["warm + anchor"] == max(cosine.values())


def test_a_student_s_function_drives_it():
    made = visuals.drift(function=ex6_turn_back.turn_back)
    ours = visuals.drift().state
    assert made.state["yours"] and not ours["yours"]
    assert made.state["rows"] == ours["rows"] and "turn_back" in made.note
    wrong = visuals.drift(function=ex6_turn_back.the_other_way).state["rows"]["turned back"]
    assert wrong != ours["rows"]["turned back"]  # its mistake is seen


def unwritten(new, old):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function",
    [unwritten, lambda *x: None, ex6_turn_back.the_rotation, lambda new, old: new * np.nan],
)
def test_a_function_that_fails_is_said_to(function):
    made = visuals.drift(function=function)
    assert "the numbers are the library's" in made.note and not made.state["yours"]


def test_a_function_that_writes_into_its_arguments_spoils_nothing():
    def careless(new, old):
        new[:] = old[:] = 0
        return new

    before = visuals.drift().state["rows"]
    visuals.drift(function=careless)
    assert visuals.drift().state["rows"] == before


BAD = {
    "way": (lambda: visuals.drift("frozen"), "one of from scratch, turned back"),
    "early": (lambda: visuals.drift(step=-1), "0 to 4"),
    "late": (lambda: visuals.drift(step=5), "0 to 4"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()
