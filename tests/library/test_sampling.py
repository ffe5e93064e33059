"""Sampling: never a train positive, uniform over the rest, and the log Q of what was drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from scipy.stats import chisquare

from graphrec_utils import sampling
from graphrec_utils.kernels import sampling as kernels

# user 0 likes item 1 of five; user 1 likes 0, 2 and 4; user 2 nothing; user 3 all but item 3
R = torch.tensor([[0, 1, 0, 0, 0], [1, 0, 1, 0, 1], [0, 0, 0, 0, 0], [1, 1, 1, 0, 1]])
POSITIVES = sampling.index(R)
DRAWS = 20_000


def generator(kind: str, seed: int = 0):
    if kind == "torch":
        return torch.Generator().manual_seed(seed)
    return np.random.default_rng(seed)


RNGS = pytest.mark.parametrize("kind", ["numpy", "torch"])


def fits(found: torch.Tensor, expected: list[float]) -> bool:
    """Chi-square test of counts against probabilities; what has probability 0 must not occur."""
    counts, p = np.bincount(found, minlength=len(expected)), np.array(expected)
    assert counts[p == 0].sum() == 0
    if (p > 0).sum() == 1:  # the line above was the test, chi-square has no degree of freedom
        return True
    return chisquare(counts[p > 0], p[p > 0] / p.sum() * len(found)).pvalue > 0.001


def test_the_chi_square_test_notices_five_percent():
    skewed = torch.tensor([0] * 10_500 + [1] * 9_500)
    assert not fits(skewed, [0.5, 0.5])


@RNGS
@pytest.mark.parametrize("user", [0, 1, 2, 3])
def test_negatives_are_uniform_over_what_a_user_has_not(kind, user):
    drawn = sampling.uniform_negatives(POSITIVES, np.array([user]), DRAWS, generator(kind))
    assert fits(drawn[0], [float(x == 0) for x in R[user]])


@pytest.mark.parametrize("seed", range(5))
def test_no_negative_is_ever_a_train_positive(seed):
    rng = np.random.default_rng(seed)
    dense = rng.random((30, 17)) < rng.random((30, 1))  # from empty to nearly full users
    dense[:, seed] = False
    positives = sampling.index(sp.csr_array(dense))
    drawn = sampling.uniform_negatives(positives, np.arange(30), 500, rng)
    assert not dense[np.arange(30)[:, None], drawn].any()
    assert all(set(row.tolist()) <= set(range(17)) for row in drawn)


@pytest.mark.parametrize("user", [0, 1, 2, 3])
def test_every_free_item_is_reached_once_by_its_rank(user):
    """A generator that walks through [0, 1) evenly yields the free items in order."""

    class Even(np.random.Generator):
        def random(self, shape):
            return (np.arange(math.prod(shape)) / math.prod(shape)).reshape(shape)

    free = (R[user] == 0).nonzero().ravel()
    rng = Even(np.random.PCG64(0))
    drawn = sampling.uniform_negatives(POSITIVES, torch.tensor([user]), len(free), rng)
    assert drawn[0].tolist() == free.tolist()


@RNGS
def test_triples_by_edge_draw_every_interaction_alike(kind):
    u, i, j = sampling.bpr_triples(POSITIVES, DRAWS, generator(kind))
    assert R[u, i].all() and not R[u, j].any()
    assert fits(u * 5 + i, (R.double() / 8).ravel().tolist())  # eight edges


@RNGS
def test_triples_by_user_draw_every_active_user_alike(kind):
    u, i, j = sampling.bpr_triples(POSITIVES, DRAWS, generator(kind), by="user")
    assert R[u, i].all() and not R[u, j].any()
    each = R / R.sum(dim=1, keepdim=True).clamp(min=1) / 3  # three active users
    assert fits(u * 5 + i, each.double().ravel().tolist())


def test_negatives_of_triples_are_uniform_given_the_user():
    u, _, j = sampling.bpr_triples(POSITIVES, DRAWS, generator("numpy"))
    assert fits(j[u == 1], [0.0, 0.5, 0.0, 0.5, 0.0])


def readable_free_items(positives, users, x):
    """The r-th of a list of the items that the user has not."""
    u = np.broadcast_to(users[:, None], x.shape)
    r = (x * (positives.num_items - positives.degree[u])).astype(np.int64)
    items = np.split(positives.items, positives.indptr[1:-1])
    free = [np.setdiff1d(np.arange(positives.num_items), liked) for liked in items]
    drawn = [free[user][rank] for user, rank in zip(u.ravel(), r.ravel(), strict=True)]
    return np.reshape(drawn, x.shape)


@pytest.mark.parametrize("seed", range(5))
def test_the_kernel_equals_its_readable_version(seed):
    rng = np.random.default_rng(seed)
    dense = rng.random((50, 37)) < rng.random((50, 1)) ** 2
    dense[:, seed] = False
    dense[7] = False
    positives = sampling.index(sp.csr_array(dense))
    users = rng.integers(0, 50, 400)
    x = np.random.default_rng(seed).random((400, 3))
    drawn = sampling.uniform_negatives(positives, users, 3, np.random.default_rng(seed))
    assert (drawn.numpy() == readable_free_items(positives, users, x)).all()


def test_an_entry_depends_on_its_own_random_number_only():
    """So the number of threads, which splits the rows, cannot change anything."""
    rng = np.random.default_rng(0)
    users, x = rng.integers(0, 4, 200) % 3, rng.random((200, 4))

    def run(users, x):
        out = np.empty(x.shape, np.int64)
        search = POSITIVES.indptr, POSITIVES.gaps, POSITIVES.guide
        kernels.free_items(users, x, *search, POSITIVES.num_items, out)
        return out

    parts = [run(users[part], x[part]) for part in (slice(0, 37), slice(37, 200))]
    assert (run(users, x) == np.concatenate(parts)).all()
    assert (run(users[::-1].copy(), x[::-1].copy())[::-1] == run(users, x)).all()


@RNGS
@pytest.mark.parametrize("by", ["edge", "user"])
def test_triples_come_from_the_users_of_r_in_every_layout(kind, by):
    """Non-contiguous input, isolated users and items: only edges and free items come out."""
    wide = np.zeros((60, 40))
    wide[::2, ::2] = np.random.default_rng(1).random((30, 20)) < 0.2
    wide[4], wide[:, 6] = 0, 0
    dense = wide[::2, ::2]
    positives = sampling.index(torch.from_numpy(dense))
    u, i, j = sampling.bpr_triples(positives, 5000, generator(kind), by)
    assert all(x.is_contiguous() and x.dtype == torch.int64 for x in (u, i, j))
    assert dense[u, i].all() and not dense[u, j].any()
    assert 2 not in u and 3 not in i and 3 in j


@RNGS
@pytest.mark.parametrize("by", ["edge", "user"])
def test_the_same_seed_gives_the_same_triples(kind, by):
    first, second, other = (
        torch.stack(sampling.bpr_triples(POSITIVES, 50, generator(kind, seed), by=by))
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


@RNGS
def test_the_global_generators_are_left_alone(kind):
    torch.manual_seed(0)
    np_state, torch_state = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    sampling.bpr_triples(POSITIVES, 10, generator(kind))
    sampling.draw(sampling.popularity([1, 2]), 3, generator(kind))
    assert np.array_equal(np.random.get_state()[1], np_state)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_repeated_likes_and_stored_zeros_are_one_and_no_positive():
    twice = sp.coo_array(([1, 1, 0], ([0, 0, 0], [2, 2, 1])), shape=(1, 3))
    positives = sampling.index(twice)
    assert positives.items.tolist() == [2]
    drawn = sampling.uniform_negatives(positives, np.array([0]), 1000, generator("numpy"))
    assert set(drawn.ravel().tolist()) == {0, 1}
    assert twice.nnz == 3


def test_nothing_asked_for_is_nothing_returned():
    rng = generator("numpy")
    assert [len(x) for x in sampling.bpr_triples(POSITIVES, 0, rng)] == [0, 0, 0]
    assert sampling.uniform_negatives(POSITIVES, np.array([], dtype=int), 3, rng).shape == (0, 3)
    assert sampling.draw(sampling.popularity([1, 2]), (0, 4), rng).shape == (0, 4)


def test_popularity_to_the_power_of_a_half_by_hand():
    log_q = sampling.popularity(torch.tensor([4, 1, 0]), beta=0.5)  # 2 : 1 : 0
    assert log_q.exp().tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert log_q[2] == -math.inf


def test_beta_0_draws_items_without_interactions_too():
    log_q = sampling.popularity([4, 1, 0], beta=0)
    assert log_q.tolist() == pytest.approx([-math.log(3)] * 3)


@pytest.mark.parametrize("beta", [0, 0.75, 1, 300])
def test_log_q_sums_to_one(beta):
    counts = np.random.default_rng(0).integers(1, 10_000, 500)
    assert sampling.popularity(counts, beta).exp().sum().item() == pytest.approx(1)
    assert sampling.mixture(sampling.popularity(counts, beta), 3, 5).exp().sum() == pytest.approx(1)


@RNGS
@pytest.mark.parametrize("counts", [[0, 3, 0, 6, 1, 0], [1, 1, 1]])
def test_items_come_as_often_as_log_q_says(kind, counts):
    log_q = sampling.popularity(counts)
    drawn = sampling.draw(log_q, (100, DRAWS // 100), generator(kind))
    assert fits(drawn.ravel(), log_q.exp().tolist())


def test_the_largest_random_number_still_draws_an_item_that_can_come():
    class Last(np.random.Generator):
        def random(self, shape):
            return np.full(shape, np.nextafter(1, 0))

    log_q = sampling.popularity([1] * 49 + [0])
    assert sampling.draw(log_q, 1, Last(np.random.PCG64(0))).tolist() == [48]


def test_the_mixture_by_hand():
    # B = 3 from Q = (1, 0), B' = 1 from (1/2, 1/2): (3 + 1/2) / 4 and (1/2) / 4
    log_mix = sampling.mixture(sampling.popularity([5, 0]), 3, 1)
    assert log_mix.exp().tolist() == pytest.approx([0.875, 0.125])


def test_in_batch_hits_are_the_same_item_in_another_row():
    hits = sampling.accidental_hits(torch.tensor([7, 3, 7]))
    assert hits.int().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


def test_hits_include_what_the_user_likes_otherwise():
    # user 0 likes item 1 only; user 1 likes 0, 2 and 4
    hits = sampling.accidental_hits([1, 0, 4], users=[0, 1, 1], positives=POSITIVES)
    assert hits.int().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_hits_with_columns_of_their_own_have_no_diagonal():
    hits = sampling.accidental_hits([1, 0], columns=[1, 2, 4, 0], users=[0, 3], positives=POSITIVES)
    assert hits.int().tolist() == [[1, 0, 0, 0], [1, 1, 1, 1]]


@pytest.mark.parametrize("seed", range(3))
def test_hits_agree_with_a_loop(seed):
    rng = np.random.default_rng(seed)
    users, items, columns = (rng.integers(0, top, 12) for top in (4, 5, 5))
    hits = sampling.accidental_hits(items, columns, users, POSITIVES)
    for a in range(12):
        for b in range(12):
            expected = columns[b] == items[a] or R[users[a], columns[b]] == 1
            assert hits[a, b].item() == expected


def test_hits_without_any_interactions_are_equal_items_only():
    none = sampling.index(torch.zeros(2, 3))
    hits = sampling.accidental_hits([0, 0], users=[0, 1], positives=none)
    assert hits.int().tolist() == [[0, 1], [1, 0]]


RNG = np.random.default_rng(0)
FULL = sampling.index(torch.tensor([[1, 0, 1], [1, 1, 1]]))
HALF = sampling.popularity([1, 1])
NO = np.array([0])
BAD = {
    "full user": (lambda: sampling.bpr_triples(FULL, 1, RNG), ValueError, "user 1 .* all 3 items"),
    "asked": (
        lambda: sampling.uniform_negatives(FULL, NO + 1, 1, RNG), ValueError, "user 1 .* all 3"
    ),
    "no edges": (
        lambda: sampling.bpr_triples(sampling.index(torch.zeros(2, 3)), 1, RNG),
        ValueError, "no interactions",
    ),
    "no items": (
        lambda: sampling.uniform_negatives(sampling.index(torch.zeros(2, 0)), NO, 1, RNG),
        ValueError, "all 0 items",
    ),
    "by": (lambda: sampling.bpr_triples(POSITIVES, 1, RNG, "item"), ValueError, "got 'item'"),
    "size": (lambda: sampling.bpr_triples(POSITIVES, -1, RNG), ValueError, "at least 0; got -1"),
    "user id": (
        lambda: sampling.uniform_negatives(POSITIVES, NO + 4, 1, RNG), ValueError, "users must hold ids from 0 to 3; got 4"
    ),
    "negative id": (
        lambda: sampling.uniform_negatives(POSITIVES, NO - 1, 1, RNG), ValueError, "from 0 to 3; got -1"
    ),
    "float ids": (
        lambda: sampling.uniform_negatives(POSITIVES, NO + 0.5, 1, RNG), ValueError, "float64"
    ),
    "array": (lambda: sampling.index(np.eye(2)), TypeError, "got ndarray"),
    "vector": (lambda: sampling.index(torch.ones(3)), ValueError, r"got shape \(3,\)"),
    "counts": (lambda: sampling.popularity([0, 0]), ValueError, "not all 0"),
    "NaN": (lambda: sampling.popularity([1.0, math.nan]), ValueError, "finite"),
    "minus": (lambda: sampling.popularity([1, -1]), ValueError, "not negative"),
    "beta": (lambda: sampling.popularity([1], -1), ValueError, "at least 0; got -1"),
    "log": (lambda: sampling.draw(torch.tensor([0.5, 0.5]), 1, RNG), ValueError, "sum to 1; got"),
    "draws": (lambda: sampling.draw(HALF, (2, -3), RNG), ValueError, "at least 0; got -3"),
    "both 0": (lambda: sampling.mixture(HALF, 0, 0), ValueError, "not both be 0"),
    "half": (lambda: sampling.accidental_hits([0], users=[0]), ValueError, "together"),
    "rows": (
        lambda: sampling.accidental_hits([0, 1], users=[0], positives=POSITIVES),
        ValueError, "one length; got 1, 2",
    ),
    "item id": (
        lambda: sampling.accidental_hits([5], users=[0], positives=POSITIVES), ValueError, "items must .*; got 5"
    ),
}  # fmt: skip


@pytest.mark.parametrize("call, kind, sentence", BAD.values(), ids=BAD)
def test_input_that_does_not_fit_gets_a_sentence(call, kind, sentence):
    with pytest.raises(kind, match=sentence):
        call()
