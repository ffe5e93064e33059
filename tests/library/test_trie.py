"""The trie against all items one by one, and a beam against the ranking of all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from graphrec_utils.models import rqvae
from graphrec_utils.models.trie import Trie, search

SIZES = (4, 3, 5)


def words(n=25, seed=0) -> torch.Tensor:
    """Some of the sixty words of SIZES, in any order."""
    everything = np.array(list(itertools.product(*(range(k) for k in SIZES))))
    return torch.from_numpy(np.random.default_rng(seed).permutation(everything)[:n])


def tables(users=3, seed=0) -> list[torch.Tensor]:
    """Log p of the next code for each prefix: (B, K0), (B, K0, K1), (B, K0, K1, K2)."""
    made = torch.Generator().manual_seed(seed)
    return [
        torch.randn(users, *SIZES[: level + 1], generator=made).mul(2).log_softmax(-1)
        for level in range(3)
    ]


def step_of(log_p: list[torch.Tensor]):
    def step(prefix):
        B, W, level = prefix.shape
        who = torch.arange(B)[:, None].expand(B, W)
        return log_p[level][(who, *prefix.unbind(dim=2))].expand(B, W, -1)

    return step


def exact(log_p, codes) -> torch.Tensor:
    """(B, n) by a loop over users, items and levels."""
    out = torch.zeros(len(log_p[0]), len(codes))
    for b, i in itertools.product(range(len(out)), range(len(codes))):
        c = codes[i].tolist()
        out[b, i] = sum(log_p[level][(b, *c[: level + 1])] for level in range(3))
    return out


# ------------------------------------------------------------------ what follows a prefix
def test_a_prefix_is_followed_by_what_some_item_has_there():
    codes = words()
    trie = Trie(codes, SIZES)
    for level in range(3):
        for prefix in itertools.product(*(range(k) for k in SIZES[:level])):
            there = {row[level] for row in codes.tolist() if tuple(row[:level]) == prefix}
            assert trie.after(prefix).tolist() == sorted(there)


def test_prefixes_are_counted():
    codes = words()
    for level, count in enumerate(Trie(codes).counts, start=1):
        assert count == len({tuple(row[:level]) for row in codes.tolist()})


def test_a_code_outside_leads_nowhere():
    trie = Trie(words(), SIZES)
    assert not len(trie.after([9])) and not len(trie.after([0, -1]))
    with pytest.raises(ValueError, match="fewer than 3 codes; got 3"):
        trie.after([0, 0, 0])


def test_one_level_is_a_list_of_items():
    trie = Trie(torch.tensor([[3], [0], [2]]))
    assert trie.after([]).tolist() == [0, 2, 3]
    items, _ = search(lambda prefix: torch.tensor([[[0.1, 0.2, 0.3, 0.4]]]).log(), trie, 3)
    assert items.tolist() == [[0, 2, 1]]


# ------------------------------------------------------------------ beams
def test_a_beam_as_wide_as_the_catalog_is_the_ranking_of_all_items():
    codes, log_p = words(), tables()
    items, found = search(step_of(log_p), Trie(codes, SIZES), len(codes), users=3)
    wanted, order = exact(log_p, codes).sort(dim=1, descending=True)
    assert torch.equal(items, order)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("width", [1, 2, 5, 9])
def test_a_beam_keeps_what_a_loop_keeps(width):
    codes, log_p = words(seed=2), tables(seed=3)
    items, found = search(step_of(log_p), Trie(codes, SIZES), width, users=3)
    for b in range(3):
        beam = [((), 0.0)]
        for level in range(3):
            longer = [
                ((*prefix, k), value + float(log_p[level][(b, *prefix, k)]))
                for prefix, value in beam
                for k in range(SIZES[level])
                if any(tuple(row[: level + 1]) == (*prefix, k) for row in codes.tolist())
            ]
            beam = sorted(longer, key=lambda x: -x[1])[:width]
        assert [codes[i].tolist() for i in items[b] if i >= 0] == [list(p) for p, _ in beam]
        np.testing.assert_allclose(found[b][: len(beam)], [v for _, v in beam], rtol=1e-5)


def test_a_narrow_beam_is_misled_by_the_first_code():
    """First codes .6 and .4; behind the first two items of .5, behind the second one of 1: .3, .3 and .4."""
    codes = torch.tensor([[0, 0], [0, 1], [1, 0]])

    def step(prefix):
        if prefix.shape[2] == 0:
            return torch.tensor([[[0.6, 0.4]]]).log()
        p = torch.tensor([[0.5, 0.5], [1.0, 0.0]])
        return p[prefix[:, :, 0]].log()

    trie = Trie(codes)
    assert search(step, trie, 1)[0].tolist() == [[0]]
    items, log_p = search(step, trie, 3)
    assert items[0, 0] == 2
    torch.testing.assert_close(log_p.exp(), torch.tensor([[0.4, 0.3, 0.3]]))


def test_without_the_trie_the_best_word_is_no_item():
    codes = torch.tensor([[0, 1], [1, 0]])
    step = step_of(
        [torch.tensor([[0.9, 0.1]]).log(), torch.tensor([[[0.9, 0.1], [0.5, 0.5]]]).log()]
    )
    items, log_p = search(step, Trie(codes), 2)
    assert items.tolist() == [[0, 1]]  # 0, 0 would have .81
    torch.testing.assert_close(log_p.exp(), torch.tensor([[0.09, 0.05]]))


def test_what_is_seen_leaves_and_its_place_stays_empty():
    codes, log_p = words(6), tables()
    seen = torch.zeros(3, 6, dtype=torch.bool)
    seen[0, [1, 4]] = seen[2, :] = True
    items, found = search(step_of(log_p), Trie(codes, SIZES), 6, users=3, seen=seen)
    assert set(items[0].tolist()) == {0, 2, 3, 5, -1}
    assert (items[0, -2:] == -1).all() and (found[0, -2:] == -torch.inf).all()
    assert (items[2] == -1).all() and (items[1] >= 0).all()


def test_a_beam_that_finds_fewer_is_filled_with_empty_places():
    codes = torch.tensor([[0, 0], [1, 0], [1, 1], [1, 2]])
    step = step_of([torch.tensor([[0.99, 0.01]]).log(), torch.full((1, 2, 3), 1 / 3).log()])
    items, log_p = search(step, Trie(codes), 1)
    assert items.tolist() == [[0]]
    assert log_p.shape == (1, 1)
    trie = Trie(torch.tensor([[0, 0], [0, 1], [1, 0]]))
    step = step_of([torch.tensor([[0.99, 0.01]]).log(), torch.full((1, 2, 2), 1 / 2).log()])
    two, _ = search(step, trie, 2, seen=torch.tensor([[True, True, False]]))
    assert two.tolist() == [[2, -1]]


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Trie(torch.zeros(0, 3, dtype=torch.int64)), "a trie needs"),
        (lambda: Trie(torch.tensor([[0, 1], [1, 1], [0, 1]])), "items 0 and 2 are spelled alike: `rqvae.distinct`"),
        (lambda: Trie(torch.tensor([[0, 3]]), (2, 3)), "codes of level 1 must hold ids from 0 to 2; got 3"),
        (lambda: search(step_of(tables()), Trie(words(), SIZES), 26), "a beam of 26 is wider than the catalog of 25"),
        (lambda: search(step_of(tables()), Trie(words(), SIZES), 0), "width must be an integer of at least 1"),
        (lambda: search(lambda p: torch.zeros(1, 1, 9), Trie(words(), SIZES), 2), r"step must return \(1, 1, 4\)"),
    ],
    ids=["empty", "twins", "outside", "wide", "none", "shape"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_further_code_makes_a_trie_of_twins():
    assert Trie(rqvae.distinct(torch.tensor([[0, 1], [1, 1], [0, 1]]))).after([0, 1]).tolist() == [
        0,
        1,
    ]
