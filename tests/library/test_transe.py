"""TransE: parts against formulas, the fast loop against autograd, ranks against a slow oracle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import losses
from graphrec_utils.data.triples import Triples
from graphrec_utils.kernels import transe as kernels
from graphrec_utils.models import transe

ENTITIES, RELATIONS = 30, 4


def planted(seed=0, count=200):
    """Facts of a world where TransE is right: tails are the nearest neighbors of h + r."""
    rng = np.random.default_rng(seed)
    E, R = rng.normal(size=(ENTITIES, 5)), rng.normal(size=(RELATIONS, 5))
    h, r = rng.integers(ENTITIES, size=count), rng.integers(RELATIONS, size=count)
    gap = np.linalg.norm(E[h][:, None] + R[r][:, None] - E[None], axis=2)
    gap[np.arange(count), h] = np.inf
    return Triples(h, r, gap.argmin(axis=1), ENTITIES, RELATIONS)


def model(norm=2, seed=0, dim=6):
    rng = np.random.default_rng(seed)
    shapes = (ENTITIES, dim), (RELATIONS, dim)
    return transe.TransE(*(rng.normal(size=s).astype(np.float32) for s in shapes), norm)


# ------------------------------------------------------------------ parts


def test_distance():
    h, r, t = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([1.0, 1.0])
    assert transe.distance(h, r, t, 1) == transe.distance(h, r, t, 2) == 0
    zero, far = torch.zeros(2), torch.tensor([3.0, 4.0])
    assert transe.distance(zero, zero, far, 1) == 7
    assert transe.distance(zero, zero, far, 2) == 5
    batch = transe.distance(torch.ones(4, 1, 2), torch.zeros(1, 3, 2), far)
    assert batch.shape == (4, 3)


@pytest.mark.parametrize("norm", [1, 2])
def test_distance_of_pyg_agrees(norm):
    from torch_geometric.nn import TransE

    pyg = TransE(ENTITIES, RELATIONS, 8, p_norm=norm)
    h, r, t = torch.tensor([0, 1, 2]), torch.tensor([0, 1, 2]), torch.tensor([5, 6, 7])
    E, R = pyg.node_emb.weight, pyg.rel_emb.weight
    unit = torch.nn.functional.normalize(E, p=norm, dim=-1)  # PyG normalizes by the same norm
    expected = -pyg(h, r, t)
    torch.testing.assert_close(transe.distance(unit[h], R[r], unit[t], norm), expected)


def test_corrupt_replaces_one_end_and_never_by_itself():
    facts = torch.from_numpy(planted().array())
    bad = transe.corrupt(facts, ENTITIES, 50, torch.Generator().manual_seed(0))
    assert bad.shape == (200, 50, 3)
    changed = bad != facts[:, None]
    assert not changed[..., 1].any()
    assert (changed.sum(dim=2) == 1).all()
    head = changed[..., 0]
    assert (head == head[:, :1]).all()  # one side per fact
    assert 0.4 < head[:, 0].float().mean() < 0.6
    drawn = bad[head][:, 0].bincount(minlength=ENTITIES).float()
    assert drawn.min() > 0.5 * drawn.mean()
    few = transe.corrupt(torch.tensor([[0, 0, 1]] * 50), 2, 1, torch.Generator().manual_seed(0))
    assert {tuple(f) for f in few[:, 0].tolist()} == {(1, 0, 1), (0, 0, 0)}


def test_normalize():
    rows = transe.normalize(torch.tensor([[3.0, 4.0], [0.0, 0.0]]))
    torch.testing.assert_close(rows, torch.tensor([[0.6, 0.8], [0.0, 0.0]]))


# ------------------------------------------------------------------ the fast loop


@pytest.mark.parametrize("norm", [1, 2])
@pytest.mark.parametrize("softmax", [False, True])
@pytest.mark.parametrize("unit", [False, True])
def test_one_step_equals_autograd_and_adagrad(norm, softmax, unit):
    """One fact; its corrupted facts are found by replaying the kernel's stream."""
    base, compared = model(norm), 0
    for seed in range(8):
        E, R = base.entity_emb.copy(), base.rel_emb.copy()
        squares, rel_squares = np.full(ENTITIES, 0.3, np.float32), np.full(4, 0.2, np.float32)
        fact, draws, rate, sharp = np.array([[3, 1, 9]]), 5, 0.1, 1.7
        loss = kernels.one_pass(
            fact, np.array([0]), E, R, squares, rel_squares, draws, norm, softmax,
            np.float32(sharp), np.float32(rate), unit, np.uint64(seed),
        )  # fmt: skip
        tail, ids = replay(seed, draws, fact[0])
        if len({*ids, 3, 9}) < len(ids) + 2:
            continue  # a row with two gradients: they are applied one after the other
        compared += 1
        e = torch.tensor(base.entity_emb, requires_grad=True)
        r = torch.tensor(base.rel_emb, requires_grad=True)
        candidates = torch.tensor([fact[0][2 if tail else 0], *ids])
        head, goal = (e[3], e[candidates]) if tail else (e[candidates], e[9])
        d = transe.distance(head, r[1], goal, norm)
        if softmax:
            expected = losses.sampled_softmax(-sharp * d[:1], -sharp * d[None, 1:])
        else:
            expected = losses.hinge(-d[:1], -d[None, 1:], sharp)
        expected.backward()
        assert loss == pytest.approx(expected.item(), rel=1e-5)
        for now, before, grad, acc in (
            (E, base.entity_emb, e.grad.numpy(), 0.3),
            (R, base.rel_emb, r.grad.numpy(), 0.2),
        ):
            touched = np.abs(grad).sum(axis=1) > 0
            step = rate / np.sqrt(acc + (grad**2).mean(axis=1, keepdims=True))
            after = before - step * grad
            if unit and now is E:
                after[touched] /= np.linalg.norm(after[touched], axis=1, keepdims=True)
            np.testing.assert_allclose(now, after, rtol=2e-4, atol=2e-6)
    assert compared >= 3


def replay(seed, draws, fact):
    """Return the side and the drawn entities, from the kernel's own stream of random bits."""
    from graphrec_utils.kernels.walks import below, next_bits, stream

    state = np.array([stream(np.uint64(seed), 0, 0)], np.uint64)

    def draw(limit):
        return int(below(np.uint64(next_bits(state, 0)), limit))

    tail = draw(2) == 1
    ids = [draw(ENTITIES) for _ in range(draws)]
    return tail, [v for v in ids if v != fact[2 if tail else 0]]


def test_a_schedule_multiplies_the_rate_of_each_epoch():
    facts, asked, seen = planted(), [], []

    def half_then_still(progress):
        asked.append(progress)
        return 0.5 if progress < 0.5 else 0.0

    kept = {"callback": lambda *args: seen.append(args[2].entity_emb.copy())}
    scheduled = transe.fit(facts, 8, epochs=4, schedule=half_then_still, **kept)
    assert asked == [0.0, 0.25, 0.5, 0.75]
    plain = transe.fit(facts, 8, lr=0.05, epochs=2)  # the same two passes at half the rate
    for row in (seen[1], seen[3], scheduled.entity_emb):
        np.testing.assert_allclose(row, plain.entity_emb, rtol=1e-5, atol=1e-6)
    with_rate = transe.fit(facts, 8, epochs=2).entity_emb
    assert np.abs(with_rate - plain.entity_emb).max() > 1e-3


@pytest.mark.parametrize(("loss", "sharpness"), [("softmax", 16.0), ("margin", 0.5)])
@pytest.mark.parametrize("norm", [1, 2])
def test_a_world_of_translations_is_learned(loss, sharpness, norm):
    facts = planted()
    trained = transe.fit(
        facts, 16, loss, sharpness if norm == 2 else sharpness / 3, norm, 16, epochs=60
    )
    found = transe.mrr(trained, facts, [facts])
    start = transe.mrr(transe.fit(facts, 16, epochs=0), facts, [facts])
    assert start < 0.25 < 0.6 < found
    np.testing.assert_allclose(np.linalg.norm(trained.entity_emb, axis=1), 1, rtol=1e-5)


def test_without_normalization_the_margin_loss_falls_by_growth():
    seen = {}
    for unit in (True, False):
        sizes = []
        transe.fit(
            planted(), 8, "margin", 2.0, 1, 4, unit=unit, epochs=40,
            callback=lambda _, loss, m, s=sizes: s.append((loss, np.abs(m.entity_emb).mean())),
        )  # fmt: skip
        seen[unit] = sizes[-1]
    assert seen[False][0] < seen[True][0] and seen[False][1] > 1.5 * seen[True][1]


def test_a_seed_gives_one_model_and_epochs_go_on():
    facts, losses_ = planted(), []
    one = transe.fit(facts, 8, epochs=5, seed=3, callback=lambda e, x, _: losses_.append((e, x)))
    two = transe.fit(facts, 8, epochs=5, seed=3)
    assert (one.entity_emb == two.entity_emb).all() and (one.rel_emb == two.rel_emb).all()
    assert (one.entity_emb != transe.fit(facts, 8, epochs=5, seed=4).entity_emb).any()
    assert [e for e, _ in losses_] == [1, 2, 3, 4, 5]
    assert losses_[-1][1] < losses_[0][1]


def test_the_last_bit_does_not_depend_on_where_memory_is():
    found, kept = [], []
    for size in range(12):
        seen = []
        transe.fit(
            planted(count=300), 8, num_negatives=8, epochs=3,
            callback=lambda _, loss, m, seen=seen: seen.append((loss, m.entity_emb.copy())),
        )  # fmt: skip
        found.append([loss for loss, _ in seen])
        kept.append(np.empty(1 + 400 * size))  # moves what is allocated next
    assert all(losses == found[0] for losses in found)


# ------------------------------------------------------------------ ranks


def slow_ranks(m, facts, known, ties):
    right = {tuple(f) for k in known for f in k.array().tolist()}
    heads, tails = [], []
    for h, r, t in facts.array().tolist():
        for column, out in ((0, heads), (2, tails)):
            truth, d = (h, r, t)[column], {}
            for v in range(ENTITIES):
                fact = (v, r, t) if column == 0 else (h, r, v)
                if fact in right and v != truth:
                    continue
                gap = m.entity_emb[fact[0]] + m.rel_emb[r] - m.entity_emb[fact[2]]
                d[v] = np.round(np.linalg.norm(gap, ord=m.norm), 4)
            same = sum(x == d[truth] for v, x in d.items() if v != truth)
            out.append(1 + sum(x < d[truth] for x in d.values()) + ties * same)
    return np.array(heads), np.array(tails)


@pytest.mark.parametrize("norm", [1, 2])
@pytest.mark.parametrize("filtered", [False, True])
def test_filtered_ranks_equal_the_slow_ones(norm, filtered):
    m = model(norm)
    train, test = planted(), planted(1, 40)
    known = [train, test, test] if filtered else []  # a list given twice changes nothing
    for found, slow in zip(
        transe.filtered_ranks(m, test, known), slow_ranks(m, test, known, 0.5), strict=True
    ):
        np.testing.assert_allclose(found, slow)


def test_ties_have_a_policy():
    same = transe.TransE(np.ones((5, 3), np.float32), np.zeros((1, 3), np.float32), 2)
    fact = Triples([0], [0], [1], 5, 1)
    assert transe.filtered_ranks(same, fact, [])[1].tolist() == [3]  # 1 + 4 / 2
    assert transe.filtered_ranks(same, fact, [], ties=0)[1].tolist() == [1]
    assert transe.filtered_ranks(same, fact, [], ties=1)[1].tolist() == [5]
    known = Triples([0, 0], [0, 0], [3, 4], 5, 1)
    assert transe.filtered_ranks(same, fact, [known])[1].tolist() == [2]  # 1 + 2 / 2
    assert transe.mrr(same, fact, []) == pytest.approx(1 / 3)


def test_filtering_helps_and_never_hurts():
    facts = planted()
    m = transe.fit(facts, 16, epochs=20)
    raw, filtered = (transe.filtered_ranks(m, facts, k) for k in ([], [facts]))
    assert (filtered[0] <= raw[0]).all() and filtered[0].sum() < raw[0].sum()


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda f: transe.filtered_ranks(model(), Triples([0], [0], [30], 31, 1), []), "entity 30"),
        (lambda f: transe.filtered_ranks(model(), f, [Triples([0], [4], [1], 2, 5)]), "relation 4"),
        (lambda f: transe.filtered_ranks(model(), f, [], ties=2), "ties must be"),
        (lambda f: transe.mrr(model(), Triples([], [], [], 2, 1), []), "no facts"),
        (lambda f: transe.fit(f, loss="hinge"), "loss must be one of margin, softmax"),
        (lambda f: transe.fit(f, norm=3), "norm must be 1 or 2"),
        (lambda f: transe.fit(f, dim=0), "dim must be"),
        (lambda f: transe.fit(f, sharpness=-1), "sharpness must be"),
        (lambda f: transe.fit(f, lr=float("nan")), "lr must be"),
        (lambda f: transe.fit(f, num_negatives=0), "num_negatives must be"),
        (lambda f: transe.fit(f, epochs=-1), "at least 0"),
        (lambda f: transe.fit(Triples([], [], [], 5, 1)), "at least one fact"),
        (lambda f: transe.corrupt(torch.zeros(3, 2).long(), 5, 1, None), r"facts must be \(B, 3\)"),
        (lambda f: transe.corrupt(torch.tensor([[0, 0, 9]]), 5, 1, None), "0 to 4; got 9"),
        (lambda f: transe.corrupt(torch.tensor([[0, 0, 0]]), 1, 1, None), "needs another one"),
        (lambda f: transe.distance(*torch.zeros(3, 2), norm=0), "norm must be 1 or 2"),
    ],
)
def test_bad_input_gets_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(planted())
