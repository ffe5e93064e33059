"""Dot, GMF, MLP and NeuMF: the written formulas, pair by pair; what can be searched and what not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from graphrec_utils import losses, metrics
from graphrec_utils.models import ncf

M, N, D = 5, 7, 4
LAYERS = (6, 5, 3)


def make(name: str, seed: int = 0, std: float = 1.0):
    return {
        "Dot": lambda: ncf.Dot(M, N, D, std, seed),
        "GMF": lambda: ncf.GMF(M, N, D, std, seed),
        "MLP": lambda: ncf.MLP(M, N, LAYERS, std, seed),
        "NeuMF": lambda: ncf.NeuMF(M, N, D, LAYERS, std, seed),
    }[name]()


NAMES = ("Dot", "GMF", "MLP", "NeuMF")
per_model = pytest.mark.parametrize("name", NAMES)


def numbers(module) -> dict[str, np.ndarray]:
    return {key: value.detach().double().numpy() for key, value in module.state_dict().items()}


def tower(weights, prefix, u, i):
    """z_L of one pair, as the paper writes it, with loops."""
    z = np.concatenate([weights[f"{prefix}user.weight"][u], weights[f"{prefix}item.weight"][i]])
    for layer in range(len(LAYERS) - 1):
        W, b = (weights[f"{prefix}hidden.{layer}.{kind}"] for kind in ("weight", "bias"))
        z = np.array(
            [max(0.0, sum(W[r, c] * z[c] for c in range(len(z))) + b[r]) for r in range(len(b))]
        )
    return z


def by_hand(name, model, u, i) -> float:
    w = numbers(model)
    if name == "Dot":
        return float(w["user.weight"][u] @ w["item.weight"][i])
    if name == "GMF":
        z = w["user.weight"][u] * w["item.weight"][i]
    elif name == "MLP":
        z = tower(w, "", u, i)
    else:
        gmf = w["gmf.user.weight"][u] * w["gmf.item.weight"][i]
        z = np.concatenate([gmf, tower(w, "mlp.", u, i)])
    return float(w["out.weight"][0] @ z + w["out.bias"][0])


@per_model
def test_a_score_is_the_written_formula(name):
    model = make(name)
    if name == "GMF":  # it starts at h = 1, where a forgotten h would not show
        torch.nn.init.normal_(model.out.weight)
    users, items = torch.tensor([0, 4, 2, 2]), torch.tensor([6, 0, 3, 5])
    expected = [by_hand(name, model, int(u), int(i)) for u, i in zip(users, items, strict=True)]
    np.testing.assert_allclose(model(users, items).detach(), expected, atol=1e-5)


def test_the_towers_hidden_units_are_used():
    """Otherwise the formula test would compare biases."""
    model = make("MLP")
    z = model.features(torch.arange(M), torch.arange(M))
    assert (z > 0).float().mean() > 0.2
    assert (z == 0).any()


@per_model
def test_ids_broadcast(name):
    model = make(name)
    users, items = torch.arange(M), torch.arange(N)
    table = model(users[:, None], items[None, :])
    assert table.shape == (M, N)
    for u in range(M):
        np.testing.assert_allclose(
            table[u].detach(), model(torch.full((N,), u), items).detach(), atol=1e-6
        )


@per_model
def test_scores_are_those_of_all_pairs(name, monkeypatch):
    model = make(name)
    expected = model(torch.arange(M)[:, None], torch.arange(N)[None, :]).detach()
    if name == "GMF":  # its vectors leave out what all pairs share
        expected -= model.out.bias.detach()
    monkeypatch.setattr(ncf, "BLOCK", 2 * N)  # several blocks
    np.testing.assert_allclose(model.scores(np.array([3, 0, 1])), expected[[3, 0, 1]], atol=1e-6)


@per_model
def test_the_start_follows_from_the_seed_and_moves_no_global_generator(name):
    before = torch.get_rng_state()
    model, again, other = make(name), make(name), make(name, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    for (key, weight), same, differs in zip(
        model.state_dict().items(),
        again.state_dict().values(),
        other.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(weight, same), key
        if not (name == "GMF" and key.startswith("out")):
            assert not torch.equal(weight, differs), key


def test_the_parts_of_a_neumf_do_not_start_alike():
    model = ncf.NeuMF(M, N, 3, LAYERS)  # both tables are (M, 3)
    assert not torch.equal(model.gmf.user.weight, model.mlp.user.weight)


@pytest.mark.parametrize("name", ["Dot", "GMF"])
def test_embeddings_give_the_same_lists_as_the_scores(name):
    model = make(name)
    if name == "GMF":
        torch.nn.init.normal_(model.out.weight)
    model.num_items, seen = N, np.eye(M, N)
    fast = metrics.rank_all(*model.embeddings(), seen, top=3)
    slow = metrics.rank_with(lambda users: ncf.from_pairs(model, users), seen, top=3)
    np.testing.assert_array_equal(fast, slow)


def test_a_fresh_gmf_is_a_dot_product():
    model = make("GMF")
    user_emb, item_emb = model.embeddings()
    u, i = torch.tensor([1, 2]), torch.tensor([3, 0])
    np.testing.assert_allclose(
        model(u, i).detach(), (user_emb[u] * item_emb[i]).sum(1).detach(), atol=1e-6
    )
    assert not hasattr(make("MLP"), "embeddings")
    assert not hasattr(make("NeuMF"), "embeddings")


def test_neumf_has_two_sets_of_embeddings():
    def size(model):
        return sum(p.numel() for p in model.parameters())

    tables = (M + N) * D + (M + N) * LAYERS[0] // 2
    tower_size = (6 * 5 + 5) + (5 * 3 + 3)
    assert size(make("NeuMF")) == tables + tower_size + (D + 3) + 1
    assert size(make("MLP")) == (M + N) * 3 + tower_size + 3 + 1


@pytest.mark.parametrize("alpha", [0, 0.3, 1])
def test_fusing_mixes_the_scores(alpha):
    gmf, mlp = make("GMF", 1), make("MLP", 2)
    both = ncf.fuse(gmf, mlp, alpha)
    u, i = torch.arange(M)[:, None], torch.arange(N)[None, :]
    expected = alpha * gmf(u, i) + (1 - alpha) * mlp(u, i)
    np.testing.assert_allclose(both(u, i).detach(), expected.detach(), atol=1e-5)


def test_a_fused_model_trains_alone():
    gmf, mlp = make("GMF", 1), make("MLP", 2)
    both = ncf.fuse(gmf, mlp)
    with torch.no_grad():
        for p in both.parameters():
            p.add_(1)
    assert not torch.allclose(both.gmf.user.weight, gmf.user.weight)
    assert not torch.allclose(both.mlp.hidden[0].weight, mlp.hidden[0].weight)


@per_model
def test_every_model_learns_two_communities(name):
    """Users and items of the same half like each other; a like is held out in each row."""
    m = n = 12
    half = torch.arange(m) < m // 2
    likes = half[:, None] == half[None, :]
    held = torch.zeros_like(likes)
    held[torch.arange(m), (torch.arange(m) + 1) % (m // 2) + torch.where(half, 0, m // 2)] = True
    model = {
        "Dot": lambda: ncf.Dot(m, n, 4),
        "GMF": lambda: ncf.GMF(m, n, 4),
        "MLP": lambda: ncf.MLP(m, n, (16, 8)),
        "NeuMF": lambda: ncf.NeuMF(m, n, 4, (16, 8)),
    }[name]()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    u, i = (likes & ~held).nonzero(as_tuple=True)
    for _ in range(150):
        j = (i + m // 2) % n  # an item of the other half
        loss = losses.bpr(model(u, i), model(u, j))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scores = model(torch.arange(m)[:, None], torch.arange(n)[None, :])
    others = scores.masked_fill(likes, -torch.inf).amax(dim=1)
    assert (scores[held] > others).all()


def test_the_loss_of_the_paper_takes_four_negatives():
    model = make("NeuMF")
    u, i, j = torch.tensor([0, 1]), torch.tensor([2, 3]), torch.randint(N, (2, 4))
    pos, neg = model(u, i), model(u[:, None], j)
    expected = -(F.logsigmoid(pos) + F.logsigmoid(-neg).sum(1)).mean()
    assert losses.bce(pos, neg).item() == pytest.approx(expected.item(), abs=1e-5)


BAD = {
    "no users": (lambda: ncf.Dot(0, 3, 2), "num_users must be an integer of at least 1; got 0"),
    "an odd first width": (lambda: ncf.MLP(2, 3, (5, 4)), "the first one even"),
    "no hidden layer": (lambda: ncf.MLP(2, 3, (4,)), "two widths or more"),
    "different users": (
        lambda: ncf.fuse(ncf.GMF(2, 3, 2), ncf.MLP(3, 3, (4, 2))),
        "the same users and items",
    ),
    "alpha": (lambda: ncf.fuse(make("GMF"), make("MLP"), 1.5), r"alpha must lie in \[0, 1\]"),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(ValueError, match=words):
        call()
