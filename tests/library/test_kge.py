"""Four scores of facts: against PyG, the patterns that they can and cannot tell, ranks against the fast ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils.data import Triples
from graphrec_utils.models import kge, transe

N, R, D = 12, 3, 6


def vectors(seed=0, dtype=torch.float64):
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(count, D, generator=rng, dtype=dtype) for count in (N, R)]


def some(count=40, seed=0):
    rng = np.random.default_rng(seed)
    return Triples(
        rng.integers(N, size=count), rng.integers(R, size=count), rng.integers(N, size=count), N, R
    )


@pytest.mark.parametrize("name", ["TransE", "DistMult", "ComplEx", "RotatE"])
def test_the_scores_are_those_of_pyg(name):
    import torch_geometric.nn as pyg

    E, rel = vectors()
    facts = some()
    h, r, t = (torch.from_numpy(x) for x in (facts.heads, facts.rels, facts.tails))
    dim = D if name in ("TransE", "DistMult") else D // 2
    theirs = getattr(pyg, name)(N, R, dim, **({"p_norm": 2.0} if name == "TransE" else {})).double()
    if name == "TransE":
        E = E / E.norm(dim=1, keepdim=True)
    parts = (E,) if dim == D else E.chunk(2, dim=1)
    rels = (rel,) if name in ("TransE", "DistMult") else rel.chunk(2, dim=1)
    theirs.node_emb.weight.data, theirs.rel_emb.weight.data = parts[0].clone(), rels[0].clone()
    if dim != D:
        theirs.node_emb_im.weight.data = parts[1].clone()
    if name == "ComplEx":
        theirs.rel_emb_im.weight.data = rels[1].clone()
    expected = theirs(h, r, t).detach() - (theirs.margin if name == "RotatE" else 0)
    torch.testing.assert_close(kge.SCORES[name](E[h], rel[r], E[t]), expected)


def test_who_says_the_same_in_both_directions():
    E, rel = vectors()
    a, b, r = E[:6], E[6:], rel[:1]
    assert torch.allclose(kge.distmult(a, r, b), kge.distmult(b, r, a))
    for score in (kge.transe, kge.complex_, kge.rotate):
        assert not torch.allclose(score(a, r, b), score(b, r, a))
    # and who can, with another vector
    zero, real, half = (
        torch.zeros(1, D),
        torch.cat([rel[:1, :3], torch.zeros(1, 3)], dim=1),
        torch.full((1, D), torch.pi),
    )
    for score, symmetric in ((kge.transe, zero), (kge.complex_, real), (kge.rotate, half.double())):
        torch.testing.assert_close(score(a, symmetric.double(), b), score(b, symmetric.double(), a))


def test_inverses_and_compositions_by_formula():
    E, rel = vectors()
    a, b = E[:6], E[6:]
    torch.testing.assert_close(kge.transe(a, rel[:1], b), kge.transe(b, -rel[:1], a))
    torch.testing.assert_close(kge.rotate(a, rel[:1], b), kge.rotate(b, -rel[:1], a))
    conjugate = torch.cat([rel[:1, :3], -rel[:1, 3:]], dim=1)
    torch.testing.assert_close(kge.complex_(a, rel[:1], b), kge.complex_(b, conjugate, a))
    turned = torch.view_as_real(kge._complex(a) * torch.polar(torch.ones(3).double(), rel[0, :3]))
    turned = torch.cat([turned[..., 0], turned[..., 1]], dim=1)
    torch.testing.assert_close(
        kge.rotate(turned, rel[1:2], b), kge.rotate(a, rel[:1] + rel[1:2], b)
    )


def test_questions_about_all_entities_are_the_score_of_each():
    E, rel = vectors(dtype=torch.float32)
    for score in kge.SCORES.values():
        model = kge.Embedding(E, rel, score)
        tails = model.tails(np.array([4, 0]), np.array([1, 2]))
        heads = model.heads(np.array([1, 2]), np.array([4, 0]))
        assert tails.shape == heads.shape == (2, N)
        assert tails[0, 7] == pytest.approx(score(E[4], rel[1], E[7]).item(), abs=1e-5)
        assert heads[1, 7] == pytest.approx(score(E[7], rel[2], E[0]).item(), abs=1e-5)


def test_ranks_are_those_of_the_fast_ones():
    E, rel = vectors(dtype=torch.float32)
    facts, more = some(), some(60, 1)
    slow = kge.filtered_ranks(kge.Embedding(E, rel, kge.transe), facts, [facts, more])
    fast = transe.filtered_ranks(transe.TransE(E.numpy(), rel.numpy(), 2), facts, [facts, more])
    for one, other in zip(slow, fast, strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize("name", kge.SCORES)
def test_each_learns_a_small_graph_and_a_seed_gives_one_model(name):
    pairs = np.random.default_rng(0).permutation(N).reshape(-1, 2)
    facts = Triples(pairs[:, 0], np.zeros(len(pairs), int), pairs[:, 1], N, 1)
    model = kge.fit(facts, kge.SCORES[name], 8, epochs=120, lr=0.1)
    ranks = np.concatenate(kge.filtered_ranks(model, facts, [facts]))
    before = np.concatenate(
        kge.filtered_ranks(kge.fit(facts, kge.SCORES[name], 8, epochs=0), facts, [facts])
    )
    assert (1 / ranks).mean() > 0.85 > (1 / before).mean()
    again = kge.fit(facts, kge.SCORES[name], 8, epochs=120, lr=0.1)
    assert (model.entity_emb == again.entity_emb).all() and (model.rel_emb == again.rel_emb).all()


def test_rotate_begins_with_angles_anywhere_on_the_circle():
    facts = Triples(np.arange(11), np.arange(11), np.arange(1, 12), N, 11)
    angles = kge.fit(facts, kge.rotate, 200, epochs=0).rel_emb
    assert angles.min() < -3 and angles.max() > 3 and angles.abs().max() <= torch.pi
    assert kge.fit(facts, kge.transe, 200, epochs=0).rel_emb.std().item() == pytest.approx(
        0.5, abs=0.05
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"dim": 7}, "dim must be even"), ({"lr": 0.0}, "lr must be"), ({"epochs": -1}, "at least 0"),
     ({"train": Triples([], [], [], 4, 1)}, "train needs facts")],
)  # fmt: skip
def test_bad_input_gets_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        kge.fit(**({"train": some(), "score": kge.transe} | change))
