"""HSTU: its attention against a loop, what comes later, and what it remembers of a count that a softmax forgets."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from graphrec_utils.models import hstu, sasrec, transformer

N = 12


@pytest.fixture(autouse=True)
def _same_numbers():
    torch.manual_seed(0)


def silu(x: float) -> float:
    return x / (1 + np.exp(-x))


def block(dim=8, heads=2, length=6, **options) -> hstu.Block:
    return hstu.Block(dim, heads, length, **options).eval()


# ------------------------------------------------------------------ attention
def test_pointwise_attention_is_a_loop_over_who_is_looked_at():
    q, k, v = torch.randn(2, 4, 3), torch.randn(2, 4, 3), torch.randn(2, 4, 5)
    bias, allow = torch.randn(4, 4), transformer.allowed(4, causal=True)
    found = hstu.pointwise(q, k, v, 6, bias, allow)
    for b in range(2):
        for t in range(4):
            wanted = torch.zeros(5)
            for s in range(t + 1):
                wanted += silu(float(q[b, t] @ k[b, s] + bias[t, s])) / 6 * v[b, s]
            torch.testing.assert_close(found[b, t], wanted)


def test_who_sees_nothing_takes_nothing():
    q, allow = torch.randn(1, 3, 2), torch.zeros(1, 3, 3, dtype=torch.bool)
    assert not hstu.pointwise(q, q, q, 3, allow=allow).any()


def test_softmax_forgets_how_many_and_pointwise_does_not():
    """Asked after one event and after five of its kind: the softmax says the same, SiLU five times as much."""
    q, k, v = torch.ones(1, 1, 1), torch.full((1, 5, 1), 2.0), torch.full((1, 5, 1), 3.0)
    one, five = (transformer.attend(q, k[:, :n], v[:, :n]).item() for n in (1, 5))
    assert one == pytest.approx(3) and five == pytest.approx(3)
    one, five = (hstu.pointwise(q, k[:, :n], v[:, :n], 5).item() for n in (1, 5))
    assert one == pytest.approx(3 * silu(2) / 5) and five == pytest.approx(5 * one)


def test_of_two_kinds_both_keep_the_share_and_the_softmax_loses_the_amount():
    """One a and one b, or three of each: the direction stays, and so does the softmax's length."""
    v = torch.tensor([[1.0, 0], [0, 1]])
    q, k = torch.ones(1, 1), torch.ones(2, 1)
    many = [0, 1] * 3
    few_soft, many_soft = transformer.attend(q, k, v), transformer.attend(q, k[many], v[many])
    torch.testing.assert_close(few_soft, many_soft)
    few, many = hstu.pointwise(q, k, v, 6), hstu.pointwise(q, k[many], v[many], 6)
    torch.testing.assert_close(many, 3 * few)


def test_the_norm_takes_the_amount_of_a_lone_head_back_and_not_that_beside_another_head():
    one, other = torch.tensor([[0.3, -0.5]]), torch.tensor([[0.2, 0.6]])

    def normed(*heads):
        return F.layer_norm(torch.cat(heads, dim=1), (2 * len(heads),), eps=hstu.EPS)

    torch.testing.assert_close(normed(5 * one), normed(one), atol=1e-3, rtol=1e-3)
    assert not torch.allclose(normed(5 * one, other), normed(one, other), atol=0.1)


# ------------------------------------------------------------------ the block
def test_the_block_is_the_written_one():
    m, x = block(), torch.randn(2, 5, 8)
    norm = (x - x.mean(-1, keepdim=True)) / (
        x.var(-1, keepdim=True, unbiased=False) + hstu.EPS
    ).sqrt()
    U, V, Q, K = F.silu(norm @ m.uvqk.weight.T + m.uvqk.bias).split(8, dim=-1)
    taken = torch.zeros(2, 5, 8)
    for b in range(2):
        for t in range(5):
            for s in range(t + 1):
                for head in (slice(0, 4), slice(4, 8)):
                    a = F.silu(Q[b, t, head] @ K[b, s, head] + m.bias[t - s + 5]) / 6
                    taken[b, t, head] += a * V[b, s, head]
    let = (taken - taken.mean(-1, keepdim=True)) / (
        taken.var(-1, keepdim=True, unbiased=False) + hstu.EPS
    ).sqrt()
    wanted = x + (let * U) @ m.out.weight.T + m.out.bias
    torch.testing.assert_close(m(x, causal=True), wanted, atol=1e-5, rtol=1e-4)


def test_no_place_knows_what_comes_later():
    m, x = block(), torch.randn(1, 5, 8)
    changed = x.clone()
    changed[0, 3] *= -1  # not + 1: a norm does not see that
    one, other = m(x, causal=True)[0], m(changed, causal=True)[0]
    assert torch.equal(one[:3], other[:3]) and not torch.allclose(one[3:], other[3:])
    assert not torch.allclose(m(x)[0, 0], m(changed)[0, 0])


@pytest.mark.parametrize("causal", [True, False])
def test_empty_places_change_nothing(causal):
    m, x = block(), torch.randn(1, 5, 8)
    padding = torch.tensor([[False, False, False, True, True]])
    torch.testing.assert_close(m(x, causal, padding)[:, :3], m(x[:, :3], causal))


def test_a_step_of_distance_has_one_bias_wherever_it_is():
    m = block()
    x = torch.randn(1, 1, 8).repeat(1, 5, 1)  # five equal events: only distances can tell
    with torch.no_grad():
        m.bias.zero_()
    flat = m(x)
    torch.testing.assert_close(flat, flat[:, :1].expand_as(flat))
    with torch.no_grad():
        m.bias[6] = 3.0  # one step back
    told = m(x)
    torch.testing.assert_close(told[:, 1:], told[:, 1:2].expand(1, 4, 8))


def test_every_parameter_learns():
    m = block()
    m(torch.randn(2, 6, 8), causal=True).square().sum().backward()
    assert all(p.grad.any() for p in m.parameters())
    assert not m.bias.grad[:5].any(), "nobody looks ahead"


# ------------------------------------------------------------------ the model
def in_circles(users: int = 60, length: int = 9) -> np.ndarray:
    """Item k is followed by k + 1, the last one by the first; (users, length)."""
    begin = np.random.default_rng(0).integers(0, N, (users, 1))
    return (begin + np.arange(length)) % N


def test_fit_is_sasrec_of_these_blocks_and_learns_who_follows_whom():
    rows = torch.from_numpy(in_circles())
    known, truth = rows[:, 1:-1], rows[:, -1]

    def fitted(**options):
        return hstu.fit(known, rows[:, :-1], N, 16, batch=128, negatives=16, **options)

    made = fitted(epochs=30, lr=0.02, dropout=0.0)
    assert isinstance(made, sasrec.SASRec)
    assert [type(b) for b in made.blocks] == [hstu.Block] * 2
    users, items = made.embeddings()
    assert (users @ items.T).argmax(dim=1).eq(truth).float().mean() > 0.95
    one, other, third = (fitted(epochs=1, seed=k).item.weight for k in (0, 0, 1))
    assert torch.equal(one, other) and not torch.equal(one, third)


def test_a_history_asked_alone_is_the_one_asked_among_longer_ones():
    history = torch.tensor([[3, 1, 7, 2], [5, -1, -1, -1]])
    m = hstu.fit(history, history, N, 8, epochs=1).eval()
    torch.testing.assert_close(m.users(history)[1], m.users(history[1:, :1])[0])


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: block()(torch.randn(1, 7, 8)), "this block has 6 places; got 7"),
        (lambda: block(heads=3), "3 heads do not divide dim 8"),
        (lambda: block(dropout=1.0), "dropout must be a share"),
        (lambda: block(length=0), "length must be an integer of at least 1"),
        (lambda: hstu.pointwise(torch.ones(1, 2, 3), torch.ones(1, 2, 3), torch.ones(1, 2, 3), 0), "n must be an integer"),
        (lambda: block()(torch.randn(1, 5, 8), padding=torch.zeros(1, 4, dtype=torch.bool)), "padding must be"),
    ],
    ids=["long", "heads", "dropout", "length", "n", "padding"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
