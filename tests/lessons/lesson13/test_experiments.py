"""The measurements of lesson 13, on tiny inputs, and what they have stored."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from graphrec_utils import pinworld, results
from graphrec_utils.models import filters, mf, twhin
from solutions.experiments.lesson13 import twhin_study as study

KNOBS = {"lr": 0.3, "reg": 0.03, "uniform": 5, "steps": 20}


@pytest.fixture(scope="module")
def world():
    return pinworld.load("tiny")


def test_what_is_sought_lies_in_the_future_and_is_an_ad(world):
    choose, test = study.stages(world)
    assert choose.past.num_items == len(study.ads_of(world))
    assert choose.part.times.min() >= pinworld.TRAIN_END * study.DAY > choose.past.times.max()
    assert test.part.times.min() >= pinworld.VAL_END * study.DAY > test.past.times.max()
    assert not set(choose.part.pairs()) & set(choose.past.pairs())


def test_ads_alone_and_together_see_as_many_groups_of_clicks(world):
    choose, _ = study.stages(world)
    for others in study.BUDGETS:
        budget = study.budget_of(study.ENGAGEMENT, others)
        assert len(budget) == 5 and budget[1] / budget[0] == pytest.approx(others, abs=0.04)
    for names in study.SETS.values():
        model = study.clicked(choose, names, **KNOBS)
        assert model.scores(np.arange(4)).shape == (4, choose.past.num_items)


def test_a_rival_gets_the_pairs_of_all_relations(world):
    choose, _ = study.stages(world)
    alone, joined = choose.matrix(()), choose.matrix(study.ENGAGEMENT)
    assert (joined.data == 1).all() and joined.nnz > 2 * alone.nnz
    assert (joined - alone).min() >= 0


def users(world) -> study.Users:
    past, part, _ = world.split(("save",))
    return study.pins(world, pinworld.TRAIN_END, part, past)


@pytest.mark.parametrize("how", ["mean", "centroids", "medoids"])
def test_every_way_makes_lists_of_new_items(world, how):
    given = users(world)
    items = given.vectors(**KNOBS).embeddings()[1]
    lists, who = study.lists(given, items, how, 10, num_cells=12)
    assert lists.shape == (len(who), 10)
    for row, u in zip(lists, who, strict=True):
        seen = given.past.items[given.past.users == u]
        assert len(set(row)) == 10 and not set(row) & set(seen)


def test_a_new_user_is_known_by_what_was_saved(world):
    given = users(world)
    R = given.past.csr().astype(float)
    R.data[:] = 1
    new = np.arange(R.shape[0]) % 4 == 0
    walk = partial(filters.rp3beta, alpha=0.5, beta=0.1)
    factors = partial(mf.ials, dim=4, sweeps=2, alpha0=0.1, reg=0.1)
    for make in (walk, factors):
        model, all_known = study.known_by(make, R, new), make(R)
        some = np.flatnonzero(new & (R.sum(axis=1) > 3))[:3]
        assert np.isfinite(model.scores(some)).all() and model.scores(some).std() > 0
        assert not np.allclose(model.scores(some), all_known.scores(some))
    nobody = study.known_by(walk, R, np.zeros(len(new), bool))
    np.testing.assert_allclose(nobody.scores(some), walk(R).scores(some), rtol=1e-5)


def test_who_is_not_trained_has_no_fact(world):
    facts = users(world).facts
    keep = facts.heads % 4 != 0
    part = study.part_of(facts, keep)
    assert len(part) == keep.sum() and part.num_entities == facts.num_entities
    assert (part.heads % 4 != 0).all()


def test_popularity_is_added_after_training(world):
    choose, _ = study.stages(world)
    model = study.clicked(choose, (), **KNOBS)
    plain, more = (study.plus(choose, model, w).scores(np.arange(3)) for w in (0.0, 2.0))
    liked = 2 * np.log1p(choose.past.degrees()[1])
    np.testing.assert_allclose(more - plain, np.tile(liked, (3, 1)), rtol=1e-3, atol=1e-4)


def test_sizes_are_named(world):
    assert study.numbers("iALS, same graph, d = 64") == 64 and study.numbers("popularity") is None
    names = list(study.rivals(study.stages(world)[0]))
    assert {
        f"{k}, d = {d}" for k in ("iALS, same graph", "TwHIN, ads + engagement") for d in study.DIMS
    } < set(names)


def test_interests_are_counted_by_the_weights(world):
    weight = np.maximum(world.arrays["user_weights"], 0)
    found = study.effective(world)
    assert (found >= 1).all() and (found <= (weight > 0).sum(axis=1) + 1e-9).all()


def test_plain_torch_learns_the_same_loss(world):
    facts, _ = world.to_triples(pinworld.TRAIN_END, ("save",))
    model = study.plain(facts, 4, 8, 3, 0.1, dim=4)
    assert isinstance(model, twhin.TwHIN) and np.isfinite(model.entity_emb).all()
    torch.manual_seed(0)
    S, T, rel = torch.randn(3, 5, 4), torch.randn(3, 5, 4), torch.randn(1, 4)
    hits = (torch.rand(3, 5, 5) < 0.3) | torch.eye(5, dtype=torch.bool)
    rels = torch.zeros(5, dtype=torch.int64)
    one_by_one = sum(5 * twhin.loss(S[k], T[k], rel, rels, hits[k]) for k in range(3))
    torch.testing.assert_close(study.grouped(S, T, rel[0], hits), one_by_one)


def test_the_stored_results_are_of_this_command():
    for part, claim in study.CLAIMS.items():
        stored = results.load(f"13_{part}")
        assert stored.command == f"{study.COMMAND} {part}"
        assert stored.claim == claim
    rows = results.load("13_budget").values["settings"]
    settings = {(row["relations"], row["others"]) for row in rows}
    assert settings == {
        (k, o) for k, v in study.SETS.items() for o in (study.BUDGETS if v else (1,))
    }
    arms = results.load("13_drift").values["arms"]
    assert {"scratch", "scratch, turned back", "warm start"} < set(arms)
