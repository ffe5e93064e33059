"""Every family of models keeps one contract, on likes where it is known what must be found.

Two communities without a like in common, users k and items k in the same one. Everybody likes all
items of the own community but one: user k has not seen item k. So item k must be the first in the
list of user k. Whoever does not know users finds it only in the larger community.

A new module, class or function that makes a model fails here until it has a row in MODELS. A row with a
`device` trains there: test_devices.py. The others are engines of numpy and numba, which know the CPU only.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import data, graphs, losses, metrics, models, sampling, train
from graphrec_utils.models import (
    baselines,
    ease,
    filters,
    hstu,
    kge,
    lightgcn,
    mf,
    multibisage,
    ncf,
    ngcf,
    omnisage,
    pinnerformer,
    pinsage,
    rqvae,
    sage,
    sampled,
    sasrec,
    semantic_ids,
    tiger,
    transe,
    twhin,
    two_tower,
)

LARGE, SMALL = 14, 9
M = LARGE + SMALL  # users, and items
COMMUNITY = (np.arange(M) >= LARGE).astype(int)


@cache
def likes() -> data.Interactions:
    R = COMMUNITY[:, None] == COMMUNITY[None]
    np.fill_diagonal(R, False)
    return data.Interactions(*R.nonzero(), M, M)


def A_hat():
    return graphs.normalize(graphs.adjacency(likes().csr()))


def learned(model, loss: Callable | None, device="cpu", lr: float = 0.05, epochs: int = 3):
    """Train a torch module, or a learner as it is, on triples."""
    learner = model
    if isinstance(model, torch.nn.Module):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        learner = train.Torch(model, loss, optimizer, device)

    def batches(rng):
        positives = sampling.index(likes().csr())
        return [sampling.bpr_triples(positives, 128, rng) for _ in range(25)]

    train.fit(learner, batches, epochs=epochs, progress=False)
    return model


def bpr(model, triples):
    u, i, j = triples
    return losses.bpr(model(u, i), model(u, j))


def fused(seed: int, device="cpu") -> ncf.NeuMF:
    gmf = learned(ncf.GMF(M, M, 4, seed=seed), bpr, device)
    return ncf.fuse(gmf, learned(ncf.MLP(M, M, (16, 8), seed=seed), bpr, device))


def liked_facts() -> data.Triples:
    """Users are entities 0 … M - 1, items the others, and there is one relation."""
    return data.Triples(likes().users, np.zeros(len(likes()), int), likes().items + M, 2 * M, 1)


def translated(seed: int) -> transe.Tails:
    model = transe.fit(liked_facts(), 8, num_negatives=8, epochs=20, seed=seed)
    return transe.Tails(model, 0, np.arange(M), np.arange(M, 2 * M))


def grouped(seed: int) -> twhin.Tails:
    model = twhin.fit(liked_facts(), None, 8, 20, uniform=10, steps=80, reg=0.01, seed=seed)
    return twhin.Tails(model, 0, np.arange(M), np.arange(M, 2 * M))


def multiplied(seed: int, device="cpu") -> kge.Tails:
    model = kge.fit(liked_facts(), kge.distmult, 8, epochs=60, lr=0.1, seed=seed, device=device)
    return kge.Tails(model, 0, np.arange(M), np.arange(M, 2 * M))


def inductive(seed: int) -> sage.SAGE:
    """All an item says is its number."""
    content = sage.Content(8, M, np.eye(M, dtype=np.float32), seed=seed)
    return sage.SAGE(graphs.adjacency(R()), content, 8, (None, None), seed=seed)


def pins(seed: int, device="cpu") -> pinsage.PinSage:
    """Queries are pins: pin k hears those that share a board with it."""
    alpha = pinsage.neighborhoods(R(), 5, seed=seed)
    content = sage.Content(8, 0, np.eye(M, dtype=np.float32), seed=seed)
    return pinsage.PinSage(alpha, content, 8, seed=seed).to(device)


def several_graphs(seed: int, device="cpu") -> multibisage.MultiBiSage:
    """Two graphs of the same pins, each with the half of the boards."""
    near = multibisage.neighborhoods({"even": R()[::2], "odd": R()[1::2]}, 5, seed=seed)
    content = sage.Content(8, 0, np.eye(M, dtype=np.float32), seed=seed)
    return multibisage.MultiBiSage(near, content, 8, seed=seed).to(device)


def typed(seed: int, device="cpu") -> omnisage.OmniSage:
    """Boards are users, and no pin follows another."""
    near = omnisage.sequences(R(), sp.csr_array((M, M)), (5, 5, 0), 200, seed=seed)
    content = sage.Content(8, 0, np.eye(2 * M, dtype=np.float32), seed=seed)
    return omnisage.OmniSage(near, content, 8, seed=seed).to(device)


def spelled(seed: int) -> semantic_ids.Transitions:
    """An item's only code is its community; a like is a pair."""
    X = np.eye(2)[COMMUNITY] + 0.01 * np.arange(M)[:, None]
    codes = semantic_ids.residual_codes(X, semantic_ids.residual_kmeans(X, (2,), seed=seed))
    pairs = np.stack([likes().users, likes().items], axis=1)
    return semantic_ids.Transitions(codes, pairs, 1)


def near(model, triples):
    z_u, z_i, z_j = model.vectors(triples, None)
    return losses.bce(5 * (z_u * z_i).sum(dim=1), 5 * (z_u * z_j).sum(dim=1))


def towers(seed: int, device="cpu", **options) -> two_tower.TwoTower:
    """All events of a user but one are its history, and the one is the target."""
    histories = [np.delete(own, k) for own in own_items() for k in range(len(own))]
    targets = torch.tensor([own[k] for own in own_items() for k in range(len(own))])
    width = max(map(len, own_items()))

    def padded(rows):
        return torch.tensor([[*row, *[-1] * (width - len(row))] for row in rows])

    model = two_tower.TwoTower(padded(own_items()), M, 8, dropout=0, seed=seed, **options)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    learner = train.Torch(model, lambda m, b: two_tower.loss(m, b, "full"), optimizer, device)
    batch = padded(histories), targets
    train.fit(learner, lambda rng: [batch] * 40, epochs=1, progress=False)
    return model


def orders():
    """Return a function that gives everybody's items, in another order each time."""
    rng, width = np.random.default_rng(0), max(map(len, own_items()))

    def shuffled():
        rows = [[*rng.permutation(own), *[-1] * (width - len(own))] for own in own_items()]
        return torch.tensor(np.array(rows))

    return shuffled


def sequences(seed: int, device="cpu") -> sasrec.SASRec:
    """Everybody's items, in one order after another."""
    shuffled = orders()
    model = sasrec.SASRec(shuffled(), M, 8, dropout=0, seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    learner = train.Torch(model, sasrec.loss, optimizer, device)
    train.fit(learner, lambda rng: [shuffled() for _ in range(40)], epochs=1, progress=False)
    return model


def fitted_sequences(seed: int, device="cpu") -> sasrec.SASRec:
    shuffled = orders()
    history, rows = shuffled(), torch.cat([shuffled() for _ in range(40)])
    options = {"epochs": 2, "lr": 0.02, "negatives": 64, "dropout": 0}
    return sasrec.fit(history, rows, M, 8, seed=seed, device=device, **options)


def fitted_hstu(seed: int, device="cpu") -> sasrec.SASRec:
    shuffled = orders()
    history, rows = shuffled(), torch.cat([shuffled() for _ in range(40)])
    options = {"epochs": 2, "lr": 0.02, "negatives": 64, "dropout": 0}
    return hstu.fit(history, rows, M, 8, seed=seed, device=device, **options)


def words() -> torch.Tensor:
    """An item's first code is its community, the further one its place there."""
    return rqvae.distinct(torch.from_numpy(COMMUNITY)[:, None])


def spellers(seed: int, device="cpu") -> tiger.TIGER:
    """Six items are read: at a place that only the larger community reaches a first code would be known without reading."""
    shuffled = orders()
    model = tiger.TIGER(shuffled()[:, :6], words(), dim=8, blocks=1, dropout=0, seed=seed)
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    learner = train.Torch(model, tiger.loss, optimizer, device)
    train.fit(learner, lambda rng: [shuffled()[:, :7] for _ in range(40)], epochs=1, progress=False)
    return model


def fitted_spellers(seed: int, device="cpu") -> tiger.TIGER:
    shuffled = orders()
    history, rows = shuffled()[:, :6], torch.cat([shuffled()[:, :7] for _ in range(40)])
    options = {"epochs": 2, "lr": 0.02, "blocks": 1, "dropout": 0}
    return tiger.fit(history, rows, words(), dim=8, seed=seed, device=device, **options)


def former(seed: int, device="cpu") -> pinnerformer.PinnerFormer:
    """All a pin says is its number; everybody likes a pin a day, in an order of their own."""
    rng = np.random.default_rng(0)
    items = np.concatenate([rng.permutation(own) for own in own_items()])
    users = np.repeat(np.arange(M), [len(own) for own in own_items()])
    days = np.concatenate([np.arange(len(own)) for own in own_items()])
    log = sampling.Log(users, items, 0 * items, days * 86_400, items >= 0, M)
    options = {"length": 16, "dim": 8, "steps": 60, "users": 32, "each": 4, "uniform": 16}
    return pinnerformer.fit(
        log, np.eye(M), 20 * 86_400, "every next", seed=seed, device=device, **options
    )


def own_items() -> list[np.ndarray]:
    return [likes().items[likes().users == u] for u in range(M)]


R = likes().csr
MODELS = {
    "baselines.popularity": lambda seed: baselines.popularity(likes()),
    "baselines.item2item": lambda seed: baselines.item2item(likes()),
    "baselines.user2item": lambda seed: baselines.user2item(likes()),
    "baselines.history": lambda seed: baselines.history(likes()),
    "ease.ease": lambda seed: ease.ease(R(), 1.0),
    "filters.svd_low_pass": lambda seed: filters.svd_low_pass(R(), 2, seed),
    "filters.linear_filter": lambda seed: filters.linear_filter(R()),
    "filters.rp3beta": lambda seed: filters.rp3beta(R(), 1.0, 0.5),
    "filters.gf_cf": lambda seed: filters.gf_cf(R(), 2, 0.3, seed),
    "filters.closed_form": lambda seed: filters.closed_form(R(), 3),
    "mf.als": lambda seed: mf.als(R(), 4, 0.1, seed=seed),
    "mf.hu_koren": lambda seed: mf.hu_koren(R(), 4, 10, 0.1, seed=seed),
    "mf.ials": lambda seed: mf.ials(R(), 4, 0.1, 0.01, seed=seed),
    "mf.svd": lambda seed: mf.svd(R(), 2, seed),
    "ncf.Dot": lambda seed, device="cpu": learned(ncf.Dot(M, M, 4, seed=seed), bpr, device),
    "multibisage.MultiBiSage": several_graphs,
    "ncf.GMF": lambda seed, device="cpu": learned(ncf.GMF(M, M, 4, seed=seed), bpr, device),
    "ncf.MLP": lambda seed, device="cpu": learned(
        ncf.MLP(M, M, (16, 8), seed=seed), bpr, device
    ),
    "ncf.NeuMF": lambda seed, device="cpu": learned(
        ncf.NeuMF(M, M, 4, (16, 8), seed=seed), bpr, device
    ),
    "ncf.fuse": fused,
    "ngcf.NGCF": lambda seed, device="cpu": learned(
        ngcf.NGCF(R(), 4, 2, message_dropout=0, seed=seed), ngcf.loss, device
    ),
    "lightgcn.LightGCN": lambda seed, device="cpu": learned(
        lightgcn.LightGCN(A_hat(), M, 4, 2, seed=seed), lightgcn.LightGCN.bpr_loss, device
    ),
    "lightgcn.Fused": lambda seed: learned(lightgcn.Fused(A_hat(), M, 4, 2, lr=0.05, seed=seed), None),
    "hstu.fit": fitted_hstu,
    "omnisage.OmniSage": typed,
    "pinnerformer.PinnerFormer": former,
    "pinnerformer.fit": former,
    "pinsage.PinSage": pins,
    "sage.SAGE": lambda seed, device="cpu": learned(inductive(seed), near, device),
    "kge.Tails": multiplied,
    "sampled.fit": lambda seed, device="cpu": sampled.fit(
        likes(), "full", dim=8, batch=64, lr=0.05, epochs=12, seed=seed, device=device
    ),
    "sasrec.SASRec": sequences,
    "sasrec.fit": fitted_sequences,
    "semantic_ids.Transitions": spelled,
    "tiger.TIGER": spellers,
    "tiger.fit": fitted_spellers,
    "transe.Tails": translated,
    "twhin.Tails": grouped,
    "two_tower.TwoTower": towers,
}  # fmt: skip
# for whom those find item k who do not find it for everybody: by their formula, not by bad luck
KNOWS = {
    "baselines.popularity": COMMUNITY == 0,
    "baselines.history": np.zeros(M, bool),
    "multibisage.MultiBiSage": np.zeros(M, bool),  # as PinSage
    "omnisage.OmniSage": np.zeros(M, bool),  # as PinSage
    "semantic_ids.Transitions": np.zeros(M, bool),  # all items of a prefix are alike
    "pinsage.PinSage": np.zeros(M, bool),  # not trained here, and a longer vector wins a product
}
# what several families share, and the second stage, which scores rows of features and not users
NO_MODELS = {
    "boosting",
    "calibration",
    "fusion",
    "least_squares",
    "mixture",
    "pinnersage",
    "ranker",
    "reader",
    "retrieval",
    "rqvae",
    "scoring",
    "transformer",
    "trie",
}

per_model = pytest.mark.parametrize("name", MODELS)


@cache
def made(name: str):
    return MODELS[name](0)


def vectors(model) -> list[np.ndarray]:
    return [torch.as_tensor(emb).detach().numpy(force=True) for emb in model.embeddings()]


@cache
def makers() -> set[str]:
    """Return "module.name" of each public class that scores, and of each function that returns one.

    A class that functions of the package make is found through them.
    """
    names, made_by_functions = set(), set()
    for info in pkgutil.iter_modules(models.__path__):
        module = importlib.import_module(f"graphrec_utils.models.{info.name}")
        for name, thing in vars(module).items():
            if name.startswith("_") or not getattr(thing, "__module__", "").startswith(
                module.__name__
            ):
                continue
            if inspect.isfunction(thing):
                returns = typing.get_type_hints(thing).get("return")
                if hasattr(returns, "scores"):
                    names.add(f"{info.name}.{name}")
                    made_by_functions.add(returns)
            elif inspect.isclass(thing) and hasattr(thing, "scores"):
                names.add(f"{info.name}.{name}")
    plain = {c for c in made_by_functions if not issubclass(c, torch.nn.Module)}
    return names - {
        f"{c.__module__.removeprefix('graphrec_utils.models.')}.{c.__name__}" for c in plain
    }


def test_every_model_has_a_row():
    # one class, for the vectors of three families
    missing, idle = makers() - set(MODELS), set(MODELS) - makers() - {"kge.Tails", "twhin.Tails"}
    assert not missing, "MODELS of this file lacks a row for each of these"
    assert not idle, "MODELS of this file has rows that make no model"


def test_every_module_makes_a_model_or_is_known_to_make_none():
    families = {info.name for info in pkgutil.iter_modules(models.__path__)}
    named = {name.split(".")[0] for name in MODELS}
    missing, both, gone = families - NO_MODELS - named, NO_MODELS & named, NO_MODELS - families
    assert not missing, (
        "MODELS lacks these modules: a class of a family has `scores`, or a function is annotated to "
        "return one that has; a module that several families share is in NO_MODELS"
    )
    assert not both, "these make models: NO_MODELS is not for them"
    assert not gone, "NO_MODELS names modules that are not there"


@per_model
def test_user_k_gets_item_k(name):
    first = metrics.rank(made(name), likes(), top=1)[:, 0]
    right = first == np.arange(M)
    known = right[KNOWS.get(name, np.ones(M, bool))]
    assert known.all(), f"a model that cannot know this has a row in KNOWS; its lists begin {first}"


@per_model
def test_scores_are_finite_floats_one_row_for_each_user_that_was_asked_for(name):
    model = made(name)
    scores = model.scores(np.arange(M))
    assert type(scores) is np.ndarray
    assert scores.dtype in (np.float32, np.float64)
    assert scores.shape == (M, M)
    assert np.isfinite(scores).all()
    for users in ([20, 3, 11], [5], [7, 7]):
        some = model.scores(np.array(users))
        assert some.dtype == scores.dtype
        np.testing.assert_allclose(some, scores[users], rtol=1e-5, atol=1e-5)


@per_model
def test_vectors_rank_as_the_scores_do(name):
    model = made(name)
    if not hasattr(model, "embeddings"):
        pytest.skip("a model without vectors")
    U, V = vectors(model)
    assert (len(U), len(V)) == (M, M) and U.shape[1] == V.shape[1]
    np.testing.assert_allclose(U @ V.T, model.scores(np.arange(M)), rtol=1e-4, atol=1e-5)
    by_scores = metrics.rank_with(model.scores, likes(), top=1)
    np.testing.assert_array_equal(metrics.rank(model, likes(), top=1), by_scores)


@per_model
def test_a_seed_gives_one_model_and_the_likes_stay_as_they_were(name):
    expected = made(name).scores(np.arange(M))
    before = [x.copy() for x in (likes().users, likes().items, R().toarray())]
    torch.manual_seed(99)  # whatever stands in the global generators
    np.random.seed(99)  # noqa: NPY002
    states = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    again = MODELS[name](0).scores(np.arange(M))
    np.testing.assert_array_equal(again, expected)
    assert torch.equal(states[0], torch.get_rng_state())
    assert (states[1] == np.random.get_state()[1]).all()  # noqa: NPY002
    for old, new in zip(before, (likes().users, likes().items, R().toarray()), strict=True):
        np.testing.assert_array_equal(old, new)
