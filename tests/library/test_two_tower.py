"""Two towers: the written formula, attention that looks back only, histories, and sentences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from graphrec_utils import losses, sampling
from graphrec_utils.data import Interactions
from graphrec_utils.models import two_tower

HISTORY = torch.tensor([[0, 1, 2, -1], [3, -1, -1, -1], [-1, -1, -1, -1], [4, 2, 0, 1]])


def model(**options) -> two_tower.TwoTower:
    return two_tower.TwoTower(HISTORY, 6, 4, seed=1, **options)


# ------------------------------------------------------------- the formula
@pytest.mark.parametrize("temperature", [None, 0.2])
def test_scores_are_the_written_formula(temperature):
    content = np.random.default_rng(0).normal(size=(6, 3))
    m = model(content=content, temperature=temperature)
    W, b, c = m.item.reading.weight, m.item.reading.bias, torch.tensor(content).float()
    V, b_past = m.past.reading.weight, m.past.reading.bias
    expected = torch.zeros(4, 6)
    for u, row in enumerate(HISTORY.tolist()):
        own = [j for j in row if j >= 0]
        e = m.user.start.clone()
        for j in own:
            e = e + (m.past.own.weight[j] + V @ c[j] + b_past) / len(own)
        for i in range(6):
            q = m.item.own.weight[i] + W @ c[i] + b
            s = e @ q
            expected[u, i] = s if temperature is None else s / (e.norm() * q.norm() * temperature)
    found = m.users(HISTORY) @ m.items().T
    torch.testing.assert_close(found, expected)
    np.testing.assert_allclose(m.scores(np.arange(4)), expected.detach(), rtol=1e-4, atol=1e-5)


def test_with_a_temperature_items_have_length_1_and_users_1_over_it():
    m = model(temperature=0.25)
    torch.testing.assert_close(m.items().norm(dim=1), torch.ones(6))
    torch.testing.assert_close(m.users(HISTORY).norm(dim=1), torch.full((4,), 4.0))


def test_content_alone_gives_a_vector_to_an_item_that_nobody_has_trained():
    content = np.eye(6)[:, :4] + 1
    m = model(content=content, ids=False)
    assert m.item.own is None
    torch.testing.assert_close(m.items()[4], m.items()[5])  # the same content, the same vector


# ------------------------------------------------------------- the causal tower
def test_the_causal_tower_does_not_see_what_comes_later():
    """Perturb a later event: the outputs at earlier ones stay (W100)."""
    m = model(user="causal").eval()
    short = m.users(torch.tensor([[0, 1, -1, -1]]))
    for later in (2, 5):
        block = m.user
        read = m.past(torch.tensor([[0, 1, later, 3]]))
        there = torch.tensor([[True, True, False, False]])
        torch.testing.assert_close(block(read, there), short)


def test_empty_places_cost_nothing_and_change_nothing():
    m = model(user="causal").eval()
    together = m.users(HISTORY)
    for u, row in enumerate(HISTORY):
        own = row[row >= 0]
        alone = torch.cat([own, torch.full((4 - len(own),), -1)])[None]
        torch.testing.assert_close(m.users(alone)[0], together[u])


def test_the_causal_tower_reads_the_order_and_the_mean_does_not():
    one, other = torch.tensor([[0, 1, 2, -1]]), torch.tensor([[2, 1, 0, -1]])
    for user, alike in (("mean", True), ("causal", False)):
        m = model(user=user).eval()
        assert torch.allclose(m.users(one), m.users(other), atol=1e-6) == alike


def test_without_any_history_both_towers_are_finite():
    nothing = torch.full((3, 4), -1)
    for user in ("mean", "causal"):
        assert model(user=user).eval().users(nothing).isfinite().all()


def test_the_block_is_torch_s_own_with_both_masks():
    """Slow oracle: every history by itself, at its true length."""
    m = model(user="causal", blocks=2).eval()
    for row in ([3], [4, 2, 0, 1]):
        read = torch.cat([m.user.start[None], m.past(torch.tensor(row))])[None]
        x = read + m.user.age(torch.arange(len(row), -1, -1))
        ahead = torch.nn.Transformer.generate_square_subsequent_mask(len(row) + 1)
        for block in m.user.blocks:
            layer = torch.nn.TransformerEncoderLayer(
                4, 2, 8, 0.0, "gelu", batch_first=True, norm_first=True
            ).eval()
            layer.load_state_dict(block.state_dict())
            x = layer(x, src_mask=ahead)
        expected = m.user.norm(x[:, -1])
        padded = torch.tensor([[*row, *[-1] * (4 - len(row))]])
        torch.testing.assert_close(m.users(padded), expected)


def test_a_longer_history_counts_from_its_end():
    m = model()
    long = torch.tensor([[5, 5, 0, 1, 2, 3], [5, 4, -1, -1, -1, -1]])
    torch.testing.assert_close(m.users(long)[0], m.users(torch.tensor([[0, 1, 2, 3]]))[0])
    torch.testing.assert_close(m.users(long)[1], m.users(torch.tensor([[5, 4, -1, -1]]))[0])


# ------------------------------------------------------------- losses
def scores_of(m, histories, items):
    return m.users(histories) @ m.items().T, torch.tensor(items)


def test_each_loss_is_its_formula_on_the_scores():
    m, items, negatives = model(), [5, 1, 3, 5], torch.tensor([1, 2, 3])
    S, targets = scores_of(m, HISTORY, items)
    batch = HISTORY, targets, negatives
    full = sum(S[a].logsumexp(0) - S[a, i] for a, i in enumerate(items)) / 4
    assert two_tower.loss(m, batch[:2], "full").item() == pytest.approx(full.item(), rel=1e-5)
    sampled = bce = bpr = in_batch = 0
    for a, i in enumerate(items):
        own = [j for j in negatives.tolist() if j != i]
        Z = S[a, i].exp() + 5 / len(own) * sum(S[a, j].exp() for j in own)
        sampled += (Z.log() - S[a, i]) / 4
        bce += (F.softplus(-S[a, i]) + sum(F.softplus(S[a, j]) for j in own)) / 4
        bpr += sum(F.softplus(S[a, j] - S[a, i]) for j in own) / 12
        others = [j for b, j in enumerate(items) if b == a or j != i]
        in_batch += (S[a, others].logsumexp(0) - S[a, i]) / 4
    for kind, expected in (
        ("sampled", sampled),
        ("bce", bce),
        ("bpr", bpr),
        ("in-batch", in_batch),
    ):
        assert two_tower.loss(m, batch, kind).item() == pytest.approx(expected.item(), rel=1e-5)


def test_all_other_items_as_negatives_make_the_sampled_softmax_the_full_one():
    m = model()
    batch = HISTORY, torch.tensor([5, 1, 3, 0]), torch.arange(6)
    sampled, full = (two_tower.loss(m, batch, kind) for kind in ("sampled", "full"))
    assert sampled.item() == pytest.approx(full.item(), rel=1e-5)


@pytest.mark.parametrize("kind", two_tower.KINDS)
def test_every_loss_has_a_finite_gradient_also_where_a_negative_is_the_positive(kind):
    m = model(user="causal")
    batch = HISTORY, torch.tensor([5, 5, 5, 5]), torch.tensor([5, 5])
    loss = two_tower.loss(m, batch, kind)
    if loss.requires_grad:
        loss.backward()
    assert loss.isfinite()
    assert all(p.grad is None or p.grad.isfinite().all() for p in m.parameters())


def test_the_floor_is_reached_by_one_user_and_never_passed():
    assert two_tower.floor(1023) == pytest.approx(4.94, abs=0.005)
    n, tau = 7, 0.5
    best = torch.tensor([[1 / tau, *[-1 / tau] * n]])
    reached = losses.full_softmax(best, torch.tensor([0])).item()
    assert reached == pytest.approx(two_tower.floor(n, tau), rel=1e-5)
    m = model(temperature=tau)
    for _ in range(20):
        torch.nn.init.normal_(m.past.own.weight, std=5.0)
        batch = HISTORY, torch.tensor([5, 1, 3, 0])
        assert two_tower.loss(m, batch, "full").item() > two_tower.floor(5, tau)


# ------------------------------------------------------------- histories
def events(**more) -> Interactions:
    #            user 0: 3 at 10, 1 at 20 and 2 at 20, 3 again at 30; user 2: 0 at 5
    users, items = np.array([0, 2, 0, 0, 0]), np.array([3, 0, 1, 3, 2])
    times = np.array([10, 5, 20, 30, 20])
    return Interactions(users, items, 3, 4, **({"times": times} | more))


def test_a_history_is_what_was_done_strictly_before():
    users, histories, targets = sampling.examples(events(), 2)
    assert users.tolist() == [0, 0, 0, 2]
    assert targets.tolist() == [3, 1, 2, 0]  # the second like of 3 asks for what is known
    # 1 and 2 came in the same second: neither is in the other's past
    assert histories.tolist() == [[-1, -1], [3, -1], [3, -1], [-1, -1]]
    assert sampling.latest(events(), 2).tolist() == [[1, 2], [-1, -1], [0, -1]]


def test_without_times_the_order_counts():
    _, histories, targets = sampling.examples(events(times=None), 9)
    assert targets.tolist() == [3, 1, 2, 0]
    assert histories[2].tolist() == [3, 1, *[-1] * 7]


def test_no_history_holds_its_target_and_all_agree_with_a_loop():
    rng = np.random.default_rng(0)
    data = Interactions(rng.integers(9, size=300), rng.integers(40, size=300), 9, 40,
                        times=rng.integers(200, size=300))  # fmt: skip
    users, histories, targets = sampling.examples(data, 5)
    assert len(targets) == len(np.unique(data.pairs()))
    first = {}
    for u, i, t in zip(data.users.tolist(), data.items.tolist(), data.times.tolist(), strict=True):
        first[u, i] = min(t, first.get((u, i), t))
    for u, row, i in zip(users.tolist(), histories.tolist(), targets.tolist(), strict=True):
        own = [j for j in row if j >= 0]
        before = [t for (v, j), t in first.items() if v == u and t < first[u, i]]
        assert i not in own and len(own) == min(5, len(before))
        assert all(first[u, j] < first[u, i] for j in own)
        assert [first[u, j] for j in own] == sorted(before)[-5:]


def test_nobody_did_anything():
    nothing = Interactions(np.zeros(0, int), np.zeros(0, int), 2, 3)
    users, histories, targets = sampling.examples(nothing, 4)
    assert (len(users), tuple(histories.shape), len(targets)) == (0, (0, 4), 0)
    assert (sampling.latest(nothing, 4) == -1).all()


# ------------------------------------------------------------- bad input
BAD = {
    "no such tower": (lambda: model(user="sum"), ValueError, 'user must be "mean" or "causal"'),
    "temperature 0": (lambda: model(temperature=0), ValueError, "temperature must be a positive"),
    "temperature below": (lambda: model(temperature=-1), ValueError, "temperature must be"),
    "heads": (lambda: model(user="causal", heads=3), ValueError, "3 heads do not divide dim 4"),
    "nothing": (lambda: model(ids=False), ValueError, "needs ids, content or both"),
    "rows": (lambda: model(content=np.ones((5, 2))), ValueError, r"\(6, f\); got \(5, 2\)"),
    "nan": (lambda: model(content=np.full((6, 2), np.nan)), ValueError, "finite"),
    "floats": (lambda: model().users(torch.zeros(2, 2)), TypeError, "history must be an int64"),
    "a vector": (lambda: model().users(HISTORY[0]), ValueError, r"\(users, L\)"),
    "unknown": (lambda: model().users(HISTORY + 3), ValueError, "from 0 to 5, or -1"),
    "front": (lambda: model().users(torch.tensor([[-1, 2]])), ValueError, "at the end"),
    "kind": (lambda: two_tower.loss(model(), (HISTORY, HISTORY[:, 0]), "nce"), ValueError, "one of"),
    "none drawn": (
        lambda: two_tower.loss(model(), (HISTORY, torch.tensor([0, 1, 2, 3])), "bpr"), ValueError, "negatives",
    ),
    "n = 0": (lambda: two_tower.floor(0), ValueError, "num_negatives"),
    "length": (lambda: sampling.examples(events(), 0), ValueError, "length"),
    "latest": (lambda: sampling.latest(events(), -1), ValueError, "length"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, error, words):
    with pytest.raises(error, match=words):
        call()
