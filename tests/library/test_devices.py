"""Every family of models trains and scores on one device, without a word and without leaving it.

No machine of the tests needs a GPU: `elsewhere` is a device on which a tensor of the wrong place is an error.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from elsewhere import DEVICE, elsewhere
from test_models_contract import KNOWS, MODELS, M, likes, made

from graphrec_utils import losses, metrics, train
from graphrec_utils.models import multibisage, ncf, ngcf, omnisage, pinsage, ranker, sage, two_tower

ON_A_DEVICE = [name for name in MODELS if "device" in inspect.signature(MODELS[name]).parameters]
CPU_ONLY = [name for name in MODELS if name not in ON_A_DEVICE]


@pytest.mark.parametrize("name", ON_A_DEVICE)
def test_a_family_trains_and_scores_where_it_was_told_to(name):
    with elsewhere() as mode:
        model = MODELS[name](0, DEVICE)
        assert not mode.back, "in training only ids, and the loss, may come back to the CPU"
        assert _tensors(model) and all(x.device == DEVICE for x in _tensors(model))
        scores = model.scores(np.arange(M))
        first = metrics.rank(model, likes(), top=1)[:, 0]
    # the same steps from the same start: the CPU's model, but for the order of a sum
    np.testing.assert_allclose(scores, made(name).scores(np.arange(M)), rtol=1e-2, atol=1e-2)
    assert (first == np.arange(M))[KNOWS.get(name, np.ones(M, bool))].all()


@pytest.mark.parametrize("name", CPU_ONLY)
def test_a_family_without_a_device_is_made_of_arrays(name):
    assert not isinstance(made(name), torch.nn.Module)
    assert not any(x.requires_grad for x in _tensors(made(name)))


def _tensors(model) -> list[torch.Tensor]:
    """Return all tensors that a model is made of."""
    if isinstance(model, torch.nn.Module):
        return [*model.parameters(), *model.buffers()]
    parts = model if isinstance(model, tuple) else vars(model).values()
    inner = [
        vars(x).values()
        for x in parts
        if not isinstance(x, torch.Tensor) and hasattr(x, "__dict__")
    ]
    parts = [*parts, *(x for values in inner for x in values)]
    return [x for x in parts if isinstance(x, torch.Tensor)]


# ------------------------------------------------------------------ what is not in MODELS
def test_the_ranker_trains_and_scores_where_it_is():
    rng = np.random.default_rng(0)
    x, Y = rng.standard_normal((200, 3)), rng.random((200, 2)) < 0.5
    expected = ranker.Ranker(3, targets=2).fit(x, Y, epochs=2).logits(x)
    with elsewhere() as mode:
        model = ranker.Ranker(3, targets=2).to(DEVICE).fit(x, Y, np.ones(200), epochs=2)
        assert not mode.back
        found = model.logits(x)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_dropout_of_messages_draws_on_the_generators_device():
    model = ngcf.NGCF(likes().csr(), 4, 1, message_dropout=0.3, node_dropout=0.1)
    triples = tuple(torch.tensor([k, k + 1]) for k in range(3))
    value = ngcf.loss(model, triples, rng=torch.Generator().manual_seed(0)).item()
    with elsewhere():
        moved = [x.to(DEVICE) for x in triples]
        there = ngcf.loss(model.to(DEVICE), moved, rng=torch.Generator().manual_seed(0))
        assert there.item() == pytest.approx(value)


@pytest.mark.parametrize("kind", two_tower.KINDS)
def test_every_loss_of_the_towers_and_both_users(kind):
    user = "causal" if kind == "full" else "mean"
    content = np.eye(M, dtype=np.float32)
    history = torch.tensor([[0, 1, -1], [2, -1, -1]])
    model = two_tower.TwoTower(history, M, 8, user, content, temperature=0.1, dropout=0)
    batch = history, torch.tensor([3, 4]), torch.tensor([5, 3])
    value = two_tower.loss(model, batch, kind).item()
    with elsewhere():
        there = two_tower.loss(model.to(DEVICE), [x.to(DEVICE) for x in batch], kind)
        assert there.device == DEVICE
        assert there.item() == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("how", multibisage.HOW)
def test_every_way_to_hear_several_graphs(how):
    near = multibisage.Neighborhoods(("a", "b"), torch.tensor([[[1, 2], [2, -1]]] * M))
    model = multibisage.MultiBiSage(near, sage.Content(8, 0, np.eye(M)), 8, how)
    day = multibisage.Day(np.array([[0, 1], [3, 2], [4, 1]]))
    (batch,) = multibisage.batches([day], M, 8, 5, np.random.default_rng(0))
    value = multibisage.loss(model, batch, hide=True).item()
    with elsewhere() as mode:
        there = multibisage.loss(model.to(DEVICE), batch, hide=True)
        assert there.device == DEVICE
        assert not mode.back
        assert there.item() == pytest.approx(value, rel=1e-4)


def test_all_losses_of_omnisage_and_the_content_of_a_day():
    ids, kinds = torch.tensor([[1, M + 2, -1]] * M), torch.tensor([[0, 1, 0]] * M)
    near = omnisage.Sequences(ids, kinds)
    content = sage.Content(8, 0, np.eye(2 * M))
    model = omnisage.OmniSage(near, content, 8)
    day = multibisage.Day(np.array([[0, 1], [3, 2], [4, 1]]), near, content.on(np.eye(2 * M)))
    pins = np.array([[0, 1, 2, -1], [3, 4, -1, -1]])
    histories = omnisage.Histories(pins, pins >= 0)
    rng = np.random.default_rng(0)
    (batch,) = omnisage.batches([day], M, 8, 5, rng, histories=[histories])
    weights = dict.fromkeys(omnisage.LOSSES, 1.0)
    value = omnisage.loss(model, batch, weights, hide=True).item()
    with elsewhere() as mode:
        there = omnisage.loss(model.to(DEVICE), batch, weights, hide=True)
        assert not mode.back
        assert there.item() == pytest.approx(value, rel=1e-4)
        assert model.recommending(torch.tensor(pins))[0].device == DEVICE


@pytest.mark.parametrize("pooling", pinsage.POOLINGS)
def test_pinsage_learns_on_its_device(pooling):
    alpha = pinsage.neighborhoods(likes().csr(), 5)
    words = sp.csr_array(np.eye(M, dtype=np.float32))
    model = pinsage.PinSage(alpha, sage.Content(8, 0, None, words), 8, pooling=pooling)
    pools = np.tile(np.arange(M), (M, 1))
    pairs = np.array([[0, 1], [3, 2], [4, 1]])
    (batch,) = pinsage.batches(pairs, M, 8, 5, np.random.default_rng(0), pools, 2)
    with torch.no_grad():
        pos, neg = model.compared(batch)
    with elsewhere() as mode:
        there = model.to(DEVICE).compared(batch)
        there[0].sum().backward()
        assert not mode.back
    for found, value in zip(there, (pos, neg), strict=True):
        np.testing.assert_allclose(found.inner.detach(), value, rtol=1e-4, atol=1e-5)


def test_the_chunked_softmax_stays_where_its_vectors_are():
    U, V, i = torch.randn(5, 3), torch.randn(7, 3), torch.arange(5)
    with elsewhere():
        value = losses.chunked_softmax(U.to(DEVICE).requires_grad_(), V.to(DEVICE), i.to(DEVICE), 2)
        value.backward()
        assert value.item() == pytest.approx(losses.chunked_softmax(U, V, i, 2).item(), rel=1e-5)


# ------------------------------------------------------------------ the fake itself, and the question
def test_elsewhere_is_a_device_of_its_own():
    with elsewhere() as mode:
        here, there = torch.ones(2), torch.ones(2, device=DEVICE)
        with pytest.raises(RuntimeError, match="are on the CPU"):
            here + there
        with pytest.raises(TypeError, match="no numpy"):
            there.numpy()
        assert (there + 1).device == torch.arange(2, device=DEVICE).device == DEVICE
        assert not mode.back
        assert there.cpu().tolist() == [1, 1]
        assert mode.back == [(2,)]


def test_a_module_that_makes_a_tensor_on_the_wrong_device_is_caught():
    class Wrong(ncf.Dot):
        def forward(self, users, items):
            return super().forward(users, items) + torch.zeros(len(users))

    with elsewhere(), pytest.raises(RuntimeError, match="are on the CPU"):
        Wrong(3, 3, 2).to(DEVICE)(*(torch.tensor([0, 1], device=DEVICE) for _ in range(2)))


def test_a_device_that_is_not_there_is_one_sentence():
    assert train.device("cpu") == torch.device("cpu")
    for name in ("cuda:63", "moon"):
        with pytest.raises(
            ValueError, match=f"device '{name}' was asked for, but .* finds none here"
        ):
            train.device(name)
