"""The block against torch's own layer, a loop, and what a mask must not let through."""

import math

import pytest
import torch

from graphrec_utils.models import transformer

B, L, D = 3, 6, 8


def pair(norm_first: bool, activation: str = "gelu", hidden: int = 12, dropout: float = 0.0):
    """Return our block and torch's layer with the same weights."""
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(
        D, 2, hidden, dropout, activation, batch_first=True, norm_first=norm_first
    )
    for p in layer.parameters():  # biases and norms start at 0 and 1, which would hide mistakes
        torch.nn.init.normal_(p, std=0.5)
    block = transformer.Block(D, 2, hidden, dropout, activation, norm_first)
    block.load_state_dict(layer.state_dict())
    return block, layer


def inputs(seed: int = 1) -> torch.Tensor:
    return torch.randn(B, L, D, generator=torch.Generator().manual_seed(seed))


PADDING = torch.tensor([[False] * 6, [False] * 4 + [True] * 2, [False] + [True] * 5])


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["gelu", "relu"])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("padded", [True, False])
def test_block_is_torchs_layer_forward_and_gradient(norm_first, activation, causal, padded):
    block, layer = pair(norm_first, activation)
    ours, theirs = inputs().requires_grad_(), inputs().requires_grad_()
    padding = PADDING if padded else None
    ahead = torch.ones(L, L, dtype=torch.bool).triu(1) if causal else None
    there = ~PADDING if padded else torch.ones(B, L, dtype=torch.bool)
    one = block(ours, causal=causal, padding=padding)[there]
    other = layer(theirs, src_mask=ahead, src_key_padding_mask=padding)[there]
    assert torch.allclose(one, other, atol=1e-5)
    weight = torch.randn(one.shape, generator=torch.Generator().manual_seed(2))
    (one * weight).sum().backward()
    (other * weight).sum().backward()
    assert torch.allclose(ours.grad, theirs.grad, atol=1e-4)
    wanted = dict(layer.named_parameters())
    for name, p in block.named_parameters():
        assert torch.allclose(p.grad, wanted[name].grad, atol=1e-4, rtol=1e-4), name


def test_attend_is_the_formula_in_a_loop():
    rng = torch.Generator().manual_seed(3)
    q, k, v = (torch.randn(4, 5, generator=rng) for _ in range(3))
    allow = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]).bool()
    out = transformer.attend(q, k, v, allow)
    for t in range(4):
        seen = [s for s in range(4) if allow[t, s]]
        e = [math.exp(float(q[t] @ k[s]) / math.sqrt(5)) for s in seen]
        wanted = sum((x / sum(e) * v[s] for x, s in zip(e, seen, strict=True)), torch.zeros(5))
        assert torch.allclose(out[t], wanted, atol=1e-6)


def test_equal_to_torchs_fused_attention():
    rng = torch.Generator().manual_seed(4)
    q, k, v = (torch.randn(2, 3, L, 4, generator=rng) for _ in range(3))
    fused = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    ours = transformer.attend(q, k, v, transformer.allowed(L, causal=True))
    assert torch.allclose(ours, fused, atol=1e-6)


@pytest.mark.parametrize("norm_first", [True, False])
def test_a_row_without_anything_to_see_is_handed_on(norm_first):
    block, _ = pair(norm_first)
    x = inputs().requires_grad_()
    nothing = torch.ones(B, L, dtype=torch.bool)
    taken, weights = block.self_attn(x, transformer.allowed(L, padding=nothing))
    assert torch.equal(taken, torch.zeros(B, L, D)) and not weights.any()  # only itself is left
    out = block(x, padding=nothing)
    out.square().sum().backward()
    assert out.isfinite().all() and x.grad.isfinite().all()
    if norm_first:
        assert torch.allclose(out, x + block._feed(block.norm2(x)))


def test_what_comes_later_changes_nothing_before():
    block, _ = pair(True)
    x = inputs()
    before = block(x, causal=True)
    x[:, 4] += 3.0
    after = block(x, causal=True)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_what_stands_in_empty_places_changes_nothing():
    block, _ = pair(True)
    x = inputs()
    before = block(x, padding=PADDING)
    changed = torch.where(PADDING[..., None], inputs(7), x)
    order = torch.tensor([0, 1, 2, 3, 5, 4])  # the empty places of row 1 change their seats
    assert torch.equal(before[~PADDING], block(changed, padding=PADDING)[~PADDING])
    assert torch.allclose(
        before[1, :4], block(x[:, order], padding=PADDING[:, order])[1, :4], atol=1e-6
    )


def test_weights_sum_to_one_and_look_back_only():
    block, _ = pair(True)
    _, looks = block(inputs(), causal=True, padding=PADDING, weights=True)
    assert looks.shape == (B, 2, L, L)
    assert torch.allclose(looks.sum(dim=-1), torch.ones(B, 2, L))
    assert not looks.triu(1).any()
    assert not looks[1, :, :, 4:].any()


def test_sequences_of_length_zero_and_one():
    block, _ = pair(True)
    assert block(torch.zeros(2, 0, D), causal=True).shape == (2, 0, D)
    one = block(inputs()[:, :1], causal=True)
    assert one.isfinite().all()
    assert torch.allclose(one, block(inputs(), causal=True)[:, :1], atol=1e-6)


def test_dropout_acts_in_training_only_and_follows_the_seed():
    block, _ = pair(True, dropout=0.5)
    x = inputs()
    torch.manual_seed(5)
    one = block(x)
    torch.manual_seed(5)
    assert torch.equal(one, block(x))
    assert not torch.allclose(one, block(x))
    block.eval()
    assert torch.equal(block(x), block(x))


def test_the_start_follows_the_seed_and_moves_no_global_generator():
    torch.manual_seed(9)
    state = torch.get_rng_state()
    one, other = transformer.Block(D, seed=1), transformer.Block(D, seed=1)
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    third = transformer.Block(D, seed=2)
    assert not torch.equal(one.linear1.weight, third.linear1.weight)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"dim": 8, "heads": 3}, "3 heads do not divide dim 8"),
        ({"dim": 8, "activation": "tanh"}, "activation must be one of"),
        ({"dim": 8, "dropout": 1.0}, "dropout must be a share"),
        ({"dim": 0}, "dim must be an integer of at least 1"),
    ],
)
def test_bad_settings_are_named(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        transformer.Block(**options)


def test_bad_padding_is_named():
    block, _ = pair(True)
    with pytest.raises(TypeError, match="padding must be a bool tensor"):
        block(inputs(), padding=PADDING.float())
    with pytest.raises(ValueError, match=r"padding must be \(B, 6\)"):
        block(inputs(), padding=PADDING[:, :4])
