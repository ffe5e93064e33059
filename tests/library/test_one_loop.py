"""Every trained family runs by `train.fit` and gives the numbers that the loop of its own gave.

The numbers below are those of the loops that the families had before, on the processor where both were
run they are equal to the last bit; others add up in another order. Another stream of chance, an order of
batches or a draw of dropout more or less, would change the first digits.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import sampling, train
from graphrec_utils.data import Interactions, Triples
from graphrec_utils.fitted import encoders
from graphrec_utils.models import kge, ncf, pinnerformer, ranker, sampled, transe, twhin

DAY = 86_400


def likes() -> Interactions:
    pairs = np.unique(np.random.default_rng(0).integers(0, [30, 20], (300, 2)), axis=0)
    return Interactions(pairs[:, 0], pairs[:, 1], 30, 20)


def facts() -> Triples:
    rng = np.random.default_rng(1)
    return Triples(*rng.integers(0, [[12], [3], [12]], (3, 60)), 12, 3)


def of_sampled(**more):
    knobs = {"num_negatives": 32, "uniform": 0.25, "dim": 8, "batch": 64, "lr": 0.05, "reg": 0.03}
    return sampled.fit(likes(), **({"epochs": 4, "seed": 3} | knobs | more)).user_emb


def of_kge(**more):
    return kge.fit(facts(), kge.rotate, 8, **({"epochs": 40, "seed": 2} | more)).entity_emb


def of_transe(**more):
    knobs = {"num_negatives": 6, "epochs": 6, "seed": 4, "schedule": train.cosine}
    return transe.fit(facts(), 8, "margin", 2.0, 1, **(knobs | more)).entity_emb


def of_twhin(**more):
    options = {"size": 4, "uniform": 3, "reg": 0.01, "seed": 4}
    return twhin.fit(facts(), None, 8, **({"steps": 50} | options | more)).entity_emb


def of_pinnerformer():
    """With dropout, and a part of the loss that draws on its own."""
    rng = np.random.default_rng(2)
    who, what, how = rng.integers(0, [[20], [15], [3]], (3, 600))
    when, liked = np.sort(rng.integers(40 * DAY, size=600)), rng.random(600) < 0.5
    log = sampling.Log(who, what, how, when, liked, 20)
    pins = rng.normal(size=(15, 6)).astype(np.float32)

    def more(model, events, who, now, pairs, rng):
        return model.items(torch.from_numpy(rng.integers(15, size=9))).square()[:, 0].mean()

    options = {"length": 8, "dim": 8, "steps": 30, "users": 9, "each": 4, "uniform": 7, "seed": 1}
    return pinnerformer.fit(log, pins, 39 * DAY, "all", more=more, **options).start


def of_ranker(**more):
    rng = np.random.default_rng(3)
    x, Y, weight = rng.normal(size=(200, 4)), rng.random((200, 2)) < 0.3, rng.random(200)
    model = ranker.Ranker(4, 8, 2, seed=3)
    return model.fit(x, 1.0 * Y, weight, **({"epochs": 3, "batch": 32} | more)).heads.bias


def of_generators():
    """As generators of candidates are trained: steps, and one stream."""
    model = ncf.Dot(30, 20, 4, seed=0)

    def loss(rng):
        u, i = (torch.from_numpy(rng.integers(n, size=16)) for n in (30, 20))
        return (model(u, i) - 1).square().mean()

    return encoders.trained(model, loss, 20).user.weight


OWN_LOOP = {
    of_sampled: [-0.13069734, -0.09385362, -0.48433992],
    of_kge: [0.5202647, -0.71959454, 0.41563764],
    of_transe: [0.14736545, -0.40378782, 0.58193827],
    of_twhin: [-0.1462313, -0.99368757, 0.2992761],
    of_pinnerformer: [-0.20900014, 0.015728865, -0.32982016],
    of_ranker: [-0.18556099, 0.23367147],
    of_generators: [0.16526277, 0.043374415, 0.13339235],
}


@pytest.mark.parametrize(("fit", "numbers"), OWN_LOOP.items())
def test_the_numbers_are_those_of_the_loop_of_its_own(fit, numbers):
    torch.manual_seed(5)
    state = torch.get_rng_state()
    found = torch.as_tensor(fit()).detach().reshape(-1)
    np.testing.assert_allclose(found[: len(numbers)], numbers, rtol=2e-4, atol=1e-6)
    assert torch.equal(torch.get_rng_state(), state), "the caller's generator is left alone"


@pytest.mark.parametrize("fit", [of_sampled, of_kge, of_transe, of_twhin, of_ranker])
def test_a_family_can_be_validated_and_stopped(fit):
    """The best of the validated states comes back: here the second, after two more."""
    count, values = "steps" if fit is of_twhin else "epochs", iter([0.0, 1.0, 0.5, 0.5])
    more = (
        {"schedule": None} if fit is of_transe else {}
    )  # a cosine depends on how many there will be
    stopped = fit(evaluate=lambda model: next(values), patience=2, **{count: 9}, **more)
    assert next(values, "all asked for") == "all asked for"
    assert torch.equal(*(torch.as_tensor(x) for x in (stopped, fit(**{count: 2}, **more))))
