"""TwHIN: gradients against autograd and a loop, budgets, warm starts, and what bad input is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from graphrec_utils.data import Triples
from graphrec_utils.kernels import twhin as kernels
from graphrec_utils.models import twhin

NODES = {"user": ["Ann", "Bob", "Eve"], "ad": ["car", "tea"], "maker": ["Ann"]}
TABLES = {
    ("user", "clicks", "ad"): [("Bob", "tea"), ("Ann", "car"), ("Bob", "tea")],
    ("maker", "made", "ad"): [("Ann", "tea")],
    ("user", "follows", "maker"): [("Eve", "Ann")],
}


def facts(count: int = 400, seed: int = 0, relations: int = 2) -> Triples:
    """Three communities: users 0-29 click items 30-59 of their own, in each relation."""
    rng = np.random.default_rng(seed)
    heads = rng.integers(30, size=count)
    tails = 30 + (heads % 3) + 3 * rng.integers(10, size=count)
    types = np.repeat(np.array(["user", "item", "alone"], dtype=object), [30, 30, 2])
    return Triples(
        heads, rng.integers(relations, size=count), tails, 62, relations, entity_types=types
    )


# ------------------------------------------------------------- typed edges
def test_typed_edges_have_one_id_space_and_each_fact_once():
    found = twhin.typed_edges(TABLES, NODES)
    assert found.array().tolist() == [[0, 0, 3], [1, 0, 4], [5, 1, 4], [2, 2, 5]]
    assert found.entity_labels.tolist() == ["Ann", "Bob", "Eve", "car", "tea", "Ann"]
    assert found.entity_types[5] == "maker" and found.relation_labels[2] == "follows"


@pytest.mark.parametrize(
    ("tables", "nodes", "words"),
    [
        ({("user", "clicks", "ad"): [("Zoe", "tea")]}, NODES, "an edge of 'Zoe'"),
        ({("user", "clicks", "pin"): []}, NODES, "nodes of type 'pin'"),
        ({}, {"user": ["Ann", "Ann"]}, "one label"),
    ],
)
def test_an_unknown_label_is_named(tables, nodes, words):
    with pytest.raises(ValueError, match=words):
        twhin.typed_edges(tables, nodes)


# ------------------------------------------------------------- loss and gradients
def slow_loss(S, T, R, rels, hits):
    """Every edge and every false edge, one by one."""
    true, false = [], []
    for i, r in enumerate(rels.tolist()):
        true.append(F.softplus(-twhin.score(S[i], R[r], T[i])))
        for j, other in enumerate(rels.tolist()):
            if i != j and r == other and not hits[i, j]:
                false.append(F.softplus(twhin.score(S[i], R[r], T[j])))
    return torch.stack(true).mean() + (torch.stack(false).mean() if false else 0)


def test_the_loss_is_a_sum_over_edges_and_false_edges():
    g = torch.Generator().manual_seed(0)
    S, T, R = (torch.randn(n, 4, generator=g, dtype=torch.float64) for n in (9, 9, 3))
    rels = torch.tensor([0, 0, 1, 1, 1, 2, 0, 1, 0])
    hits = torch.rand(9, 9, generator=g) < 0.2
    none = torch.zeros(9, 9, dtype=torch.bool)
    torch.testing.assert_close(twhin.loss(S, T, R, rels, hits), slow_loss(S, T, R, rels, hits))
    torch.testing.assert_close(twhin.loss(S, T, R, rels), slow_loss(S, T, R, rels, none))
    alone = twhin.loss(S[:1], T[:1], R, rels[:1])  # nobody to be false with
    torch.testing.assert_close(alone, F.softplus(-twhin.score(S[0], R[0], T[0])))


@pytest.mark.parametrize("uniform", [0, 3])
def test_gradients_by_hand_are_those_of_autograd(uniform):
    g = torch.Generator().manual_seed(1)
    E = torch.randn(20, 5, generator=g).requires_grad_()
    R = torch.randn(2, 5, generator=g).requires_grad_()
    ids = torch.randint(0, 20, (2, 2, 6), generator=g)
    false = torch.randint(0, 20, (2, 2, uniform), generator=g)
    total, true = 0.0, []
    for group in range(2):
        s, t = ids[:, group]
        hit = (s[:, None] == s) | (t[:, None] == t)
        Q = E[s] + R[group]
        logits = Q @ E[t].T
        wrong = [logits[~hit], Q @ E[false[1, group]].T, (E[false[0, group]] + R[group]) @ E[t].T]
        wrong = F.softplus(torch.cat([x.reshape(-1) for x in wrong]))
        true.append(F.softplus(-logits.diagonal()).mean().item())
        total = total + 6 * (F.softplus(-logits.diagonal()).mean() + wrong.mean())
    of_E, of_R = torch.autograd.grad(total, [E, R])
    rows, of_rel, of_edges = twhin.gradients(E.detach(), R.detach(), ids, false)
    mine = torch.zeros(20, 5).index_add(0, torch.from_numpy(twhin.ids_of(ids, false)), rows)
    torch.testing.assert_close(mine, of_E, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(of_rel, of_R, rtol=1e-4, atol=1e-5)
    assert of_edges == pytest.approx(np.mean(true), rel=1e-5)


def test_the_kernel_is_adagrad_row_after_row():
    rng = np.random.default_rng(0)
    emb, old = rng.normal(size=(2, 6, 3)).astype(np.float32)
    squares = np.full(6, 1e-8, np.float32)
    ids, gradient = np.array([1, 4, 1, 5]), rng.normal(size=(4, 3)).astype(np.float32)
    held = np.array([0, 1, 0, 0, 0, 0], bool)
    expected, total = emb.astype(float), squares.astype(float)
    for v, g in zip(ids, gradient, strict=True):
        pull = g + 0.1 * expected[v] + 0.5 * held[v] * (expected[v] - old[v])
        total[v] += (pull**2).mean()
        expected[v] -= 0.2 / np.sqrt(total[v]) * pull
    numbers = [np.float32(x) for x in (0.2, 0.1, 0.5)]
    kernels.step(emb, squares, ids, gradient, *numbers, old, held)
    np.testing.assert_allclose(emb, expected, rtol=1e-5)
    np.testing.assert_allclose(squares, total, rtol=1e-5)


# ------------------------------------------------------------- training
def test_it_learns_who_belongs_to_whom():
    train = facts()
    model = twhin.fit(train, dim=8, size=16, uniform=8, steps=200, reg=0.01)
    tails = twhin.Tails(model, 0, np.arange(30), np.arange(30, 60))
    own = (np.arange(30)[:, None] % 3) == (np.arange(30) % 3)
    scores = tails.scores(np.arange(30))
    assert scores[own].min() > np.quantile(scores[~own], 0.99)
    np.testing.assert_allclose(scores, twhin.score(*(torch.from_numpy(x) for x in (
        model.entity_emb[:30, None], model.rel_emb[0], model.entity_emb[None, 30:60]))).numpy(), rtol=1e-4, atol=1e-5)  # fmt: skip


def test_a_seed_gives_one_model_and_a_budget_counts_groups():
    train = facts()
    one, again, other = (twhin.fit(train, (3, 1), 4, 8, steps=5, seed=s) for s in (1, 1, 2))
    assert (one.entity_emb == again.entity_emb).all() and (one.entity_emb != other.entity_emb).any()
    seen = []
    twhin.fit(
        train, (0, 1), 4, 8, steps=3, callback=lambda k, m: seen.append((k, m.rel_emb[0].copy()))
    )
    assert [k for k, _ in seen] == [1, 2, 3]
    assert (seen[0][1] == seen[2][1]).all(), "a relation without a budget does not move"


def test_each_edge_comes_once_before_any_comes_twice():
    train = facts(40, relations=1)
    plan = twhin._Plan(train, None, 8, 0, np.random.default_rng(0))
    pairs = np.concatenate([plan.next()[0].numpy()[:, 0].T for _ in range(5)])
    assert sorted(map(tuple, pairs)) == sorted(zip(train.heads, train.tails, strict=True))


def test_false_entities_have_the_right_type_also_those_without_an_edge():
    train = facts(2000)
    plan = twhin._Plan(train, None, 4, 500, np.random.default_rng(0))
    false = plan.next()[1].numpy()
    assert set(false[0].ravel()) == set(range(30)) and set(false[1].ravel()) == set(range(30, 60))
    bare = Triples(train.heads, train.rels, train.tails, 62, 2)
    assert twhin._Plan(bare, None, 4, 5, np.random.default_rng(0)).pools[0][1].max() < 60


def test_an_entity_in_no_triple_keeps_its_start_and_can_be_asked_for():
    model, start = (twhin.fit(facts(), dim=4, size=8, steps=n) for n in (20, 0))
    assert (model.entity_emb[60:] == start.entity_emb[60:]).all()
    assert (model.entity_emb[:60] != start.entity_emb[:60]).any(axis=1).all()
    tails = twhin.Tails(model, 0, np.arange(30), np.arange(30, 62))
    assert np.isfinite(tails.scores(np.arange(30))).all()


# ------------------------------------------------------------- old vectors
def test_a_warm_start_begins_with_a_copy():
    old = twhin.fit(facts(), dim=4, size=8, steps=20)
    before = old.entity_emb.copy()
    new = twhin.fit(facts(seed=1), dim=4, size=8, steps=20, start=old)
    assert (old.entity_emb == before).all() and not np.shares_memory(old.entity_emb, new.entity_emb)
    same = twhin.fit(facts(), dim=4, steps=0, start=old)
    assert (same.entity_emb == before).all()


def test_an_anchor_holds_those_who_were_there():
    old = twhin.fit(facts(), dim=4, size=8, steps=100)
    held = np.arange(62) % 2 == 0
    free, tied, some = (
        twhin.fit(facts(seed=1), dim=4, size=8, steps=100, start=old, anchor=a, held=h)
        for a, h in ((0.0, None), (10.0, None), (10.0, held))
    )
    moved = [np.linalg.norm(m.entity_emb - old.entity_emb, axis=1) for m in (free, tied, some)]
    assert moved[1].mean() < 0.5 * moved[0].mean()
    assert moved[2][held].mean() < 0.5 * moved[2][:60][~held[:60]].mean(), "new ones are free"


def test_a_rotation_is_found_again_and_products_survive():
    rng = np.random.default_rng(0)
    old, turn = rng.normal(size=(30, 5)), np.linalg.qr(rng.normal(size=(5, 5)))[0]
    new = old @ turn
    found = twhin.rotation(new, old)
    np.testing.assert_allclose(new @ found, old, atol=1e-10)
    np.testing.assert_allclose(found @ found.T, np.eye(5), atol=1e-10)
    other = rng.normal(size=(30, 5))
    gap = np.linalg.norm(other @ twhin.rotation(other, old) - old)
    for _ in range(50):
        assert gap <= np.linalg.norm(other @ np.linalg.qr(rng.normal(size=(5, 5)))[0] - old)


# ------------------------------------------------------------- bad input
OLD = twhin.TwHIN(np.zeros((61, 4), np.float32), np.zeros((2, 4), np.float32))
EMPTY = Triples(
    [0, 1], [0, 0], [1, 2], 3, 2, relation_labels=np.array(["clicks", "sold_by"], object)
)


@pytest.mark.parametrize(
    ("train", "given", "words"),
    [
        (EMPTY, {"budget": (1, 1)}, "'sold_by' has no edges"),
        (EMPTY, {"budget": (1,)}, "2 numbers of groups"),
        (EMPTY, {"budget": (0, 0)}, "groups"),
        (EMPTY, {"budget": (-1, 1)}, "0 or more"),
        (facts(), {"start": OLD, "dim": 4}, "old tables are"),
        (facts(), {"start": OLD, "dim": 8}, "row of its new id"),
        (facts(), {"anchor": 1.0}, "with a start"),
        (facts(), {"held": np.ones(3, bool)}, "held must be"),
        (facts(), {"lr": 0.0}, "lr must be"),
        (facts(), {"size": 1}, "size must be"),
        (facts(), {"uniform": -1}, "uniform must be"),
    ],
)
def test_bad_input_gets_a_sentence(train, given, words):
    with pytest.raises(ValueError, match=words):
        twhin.fit(train, **given)


def test_a_relation_without_edges_is_left_alone_if_nobody_asks_for_it():
    model = twhin.fit(EMPTY, dim=4, size=2, steps=3)
    assert np.isfinite(model.entity_emb).all()


@pytest.mark.parametrize(
    ("shapes", "words"), [(((3, 2), (4, 2), 3), "must be"), (((0, 2), (0, 2), 0), "no edges")]
)
def test_a_loss_without_edges_or_of_other_shapes_gets_a_sentence(shapes, words):
    S, T, B = shapes
    with pytest.raises(ValueError, match=words):
        twhin.loss(
            torch.zeros(S), torch.zeros(T), torch.zeros(1, 2), torch.zeros(B, dtype=torch.int64)
        )


def test_other_rows_cannot_be_turned():
    with pytest.raises(ValueError, match="the same rows"):
        twhin.rotation(np.zeros((3, 2)), np.zeros((4, 2)))
