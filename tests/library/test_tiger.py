"""TIGER: its loss code by code, what a code must not know, and its lists against the ranking of all items."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec_utils import metrics
from graphrec_utils.models import rqvae, tiger

N, SIZES = 12, (3, 2, 4)
# twelve of twenty-four words, in no order
CODES = torch.from_numpy(
    np.random.default_rng(1).permutation(np.stack(np.unravel_index(np.arange(24), SIZES), 1))[:N]
)
HISTORY = torch.tensor([[3, 1, 7, 2], [5, -1, -1, -1], [-1, -1, -1, -1], [0, 4, -1, -1]])


def model(codes=CODES, **options) -> tiger.TIGER:
    options = {"sizes": SIZES, "dropout": 0.0, "seed": 1} | options
    return tiger.TIGER(HISTORY, codes, dim=8, **options).eval()


def places():
    return [(b, t) for b in range(4) for t in range(4) if HISTORY[b, t] >= 0]


def log_p_of_item(m, history: list[int], item: int) -> torch.Tensor:
    """Log p of one item after a history, without what `asked` keeps: the item is read as if it were known."""
    row = torch.tensor([[*history, item]])
    h = m.outputs(row)[0, len(history)]  # (D, d)
    return sum(m.log_p(h[level], level)[CODES[item, level]] for level in range(3))


# ------------------------------------------------------------------ the loss
def test_the_loss_is_the_mean_over_events_of_a_cross_entropy_for_each_code():
    m = model()
    h, each = m.outputs(HISTORY), []
    for b, t in places():
        code, total = CODES[HISTORY[b, t]], 0.0
        for level, size in enumerate(SIZES):
            first = sum(SIZES[:level])
            logits = m.word.weight[first : first + size] @ h[b, t, level]
            total = total - logits.log_softmax(0)[code[level]]
        each.append(total)
    torch.testing.assert_close(tiger.loss(m, HISTORY), torch.stack(each).mean())


def test_a_loss_is_minus_log_p_of_the_items_themselves():
    m = model()
    each = [-log_p_of_item(m, HISTORY[b, :t].tolist(), int(HISTORY[b, t])) for b, t in places()]
    torch.testing.assert_close(tiger.loss(m, HISTORY), torch.stack(each).mean())


def test_a_code_knows_the_codes_before_it_and_no_later_one():
    m = model()
    # items 0 and i begin with one code and go on with another
    other = next(
        i for i in range(1, N) if CODES[i, 0] == CODES[0, 0] and CODES[i, 1] != CODES[0, 1]
    )
    one, two = (m.outputs(torch.tensor([[5, x, 7]]))[0] for x in (0, other))
    torch.testing.assert_close(one[0], two[0])
    torch.testing.assert_close(
        one[1, :2], two[1, :2]
    )  # the first code is the same, the second is to be told
    assert not torch.allclose(one[1, 2], two[1, 2]) and not torch.allclose(one[2], two[2])


def test_a_row_of_one_event_more_trains_the_place_at_which_a_full_history_is_asked():
    m, longer = model(), torch.cat([HISTORY, torch.tensor([[6], [-1], [-1], [-1]])], dim=1)
    tiger.loss(m, HISTORY).backward()
    assert not m.place.weight.grad[12:].any()
    m.zero_grad()
    tiger.loss(m, longer).backward()
    assert m.place.weight.grad.any(dim=1).all()


# ------------------------------------------------------------------ what is asked
def test_prefixes_after_what_was_kept_of_a_history_are_as_if_all_were_read():
    m = model(heads=4)
    step = m.asked(HISTORY)
    items = torch.from_numpy(np.random.default_rng(0).integers(0, N, (4, 5)))
    with torch.no_grad():
        for level, size in enumerate(SIZES):
            some = items if level else items[:, :1]  # there is one empty prefix
            found = step(CODES[some][:, :, :level])
            assert found.shape == (*some.shape, size)
            for b in range(4):
                before = HISTORY[b][HISTORY[b] >= 0].tolist()
                for w, item in enumerate(some[b].tolist()):
                    h = m.outputs(torch.tensor([[*before, item]]))[0, len(before), level]
                    torch.testing.assert_close(found[b, w], m.log_p(h, level))


def test_scores_are_log_p_of_every_item():
    m = model()
    scores = m.scores(np.arange(4))
    for b in range(4):
        before = HISTORY[b][HISTORY[b] >= 0].tolist()
        for i in range(N):
            assert scores[b, i] == pytest.approx(log_p_of_item(m, before, i).item(), abs=1e-5)


def test_what_goes_to_words_without_an_item_is_lost():
    total = np.exp(model().scores([0, 3])).sum(axis=1)
    assert (total < 1).all() and (total > 0).all()
    every = torch.from_numpy(np.stack(np.unravel_index(np.arange(24), SIZES), 1))
    m = tiger.TIGER(HISTORY, every, dim=8, seed=1).eval()
    np.testing.assert_allclose(np.exp(m.scores([0, 3])).sum(axis=1), 1, rtol=1e-5)


def test_histories_of_length_zero_and_more_than_fits():
    m = model()
    long = m.asked(torch.tensor([[9, 9, 3, 1, 7, 2]]))(torch.zeros(1, 1, 0, dtype=torch.int64))
    torch.testing.assert_close(long, m.asked(HISTORY[:1])(torch.zeros(1, 1, 0, dtype=torch.int64)))
    nobody = torch.full((1, 3), -1)
    assert m.asked(nobody)(torch.zeros(1, 1, 0, dtype=torch.int64)).isfinite().all()


def test_lists_of_a_full_beam_are_those_of_all_scores():
    m, users = model(), np.array([3, 0, 1])
    seen = sp.csr_matrix((np.ones(7), ([0, 0, 0, 0, 1, 3, 3], [3, 1, 7, 2, 5, 0, 4])), shape=(4, N))
    np.testing.assert_array_equal(m.ranked(users, 5, N), metrics.rank(m, None, 5, users))
    np.testing.assert_array_equal(m.ranked(users, 5, N, seen), metrics.rank(m, seen, 5, users))
    lists = m.ranked(users, 12, N, seen)
    assert ((lists < 0).sum(axis=1) == [2, 4, 1]).all()


def test_a_narrow_beam_names_items_that_exist_once_each():
    lists = model().ranked(np.arange(4), 3, 3)
    assert lists.shape == (4, 3)
    for row in lists:
        there = row[row >= 0]
        assert len(set(there)) == len(there) and (there < N).all()


def test_dropout_is_off_for_lists_and_on_again_afterwards():
    m = model(dropout=0.5).train()
    np.testing.assert_array_equal(m.scores([0]), m.scores([0]))
    assert m.training


# ------------------------------------------------------------------ training
def in_circles(users: int = 60, length: int = 9) -> np.ndarray:
    """Item k is followed by k + 1, the last one by the first; (users, length)."""
    begin = np.random.default_rng(0).integers(0, N, (users, 1))
    return (begin + np.arange(length)) % N


def test_fit_learns_who_follows_whom_and_the_same_seed_the_same():
    rows = torch.from_numpy(in_circles())
    known, truth = rows[:, 1:-1], rows[:, -1].numpy()

    def fitted(**options):
        return tiger.fit(known, rows[:, :-1], CODES, dim=16, batch=128, **options)

    made = fitted(epochs=30, lr=0.02, dropout=0.0)
    assert (made.scores(np.arange(60)).argmax(axis=1) == truth).mean() > 0.95
    assert (made.ranked(np.arange(60), 1, 2)[:, 0] == truth).mean() > 0.95
    one, other, third = (fitted(epochs=1, seed=k).word.weight for k in (0, 0, 1))
    assert torch.equal(one, other) and not torch.equal(one, third)


def test_an_item_that_nobody_saw_is_found_by_its_first_codes():
    """Even items are followed by some item of group 1, odd ones by one of group 0; item 8 is new, of group 1."""
    group = torch.arange(9) % 2
    group[8] = 1
    codes = rqvae.distinct(group[:, None])
    rng = np.random.default_rng(0)
    rows = np.zeros((200, 6), int)
    rows[:, 0] = rng.integers(0, 8, 200)
    for t in range(1, 6):
        rows[:, t] = 2 * rng.integers(0, 4, 200) + (rows[:, t - 1] + 1) % 2
    rows = torch.from_numpy(rows)
    asked = torch.tensor([[2], [3]])  # who comes after an even one, and after an odd one?
    padded = torch.cat([asked, torch.full((2, 4), -1)], dim=1)
    m = tiger.fit(padded, rows, codes, dim=16, epochs=5, lr=0.01, dropout=0.0)
    after_even, after_odd = m.scores([0, 1])
    assert after_even[8] > after_odd[8]


def test_fit_ends_at_its_best_by_what_it_is_judged_with():
    rows, values = torch.from_numpy(in_circles()), iter([0.1, 0.5, 0.4, 0.3, 0.9])
    seen = []

    def judge(m):
        seen.append(m.word.weight.detach().clone())
        return next(values)

    made = tiger.fit(rows[:, :-1], rows, CODES, dim=8, epochs=5, evaluate=judge, patience=2)
    assert len(seen) == 4 and torch.equal(made.word.weight, seen[1])


# ------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: model(codes=torch.where(CODES == 3, 9, CODES)), "codes of level 2 must hold ids from 0 to 3; got 9"),
        (lambda: model(codes=CODES[:5]), "must hold ids from 0 to 4"),
        (lambda: model(codes=CODES[:, :1], sizes=None), "spelled alike"),
        (lambda: model(codes=CODES[:0]), "a trie needs"),
        (lambda: tiger.loss(model(), HISTORY[2:3]), "no event to predict"),
        (lambda: model().asked(torch.tensor([[N]])), "must hold ids from 0 to 11"),
        (lambda: model().ranked([0], 5, 4), "a beam of 4 cannot fill lists of 5"),
        (lambda: model().ranked([0], 5, 13), "a beam of 13 is wider than the catalog of 12"),
        (lambda: model().scores([4]), "users must hold ids from 0 to 3"),
        (lambda: model(heads=3), "3 heads do not divide"),
        (lambda: tiger.fit(HISTORY, torch.full((2, 5), -1), CODES), "all rows are empty"),
        (lambda: tiger.fit(HISTORY, torch.zeros(2, 6, dtype=torch.int64), CODES), "may have 5 columns"),
    ],
    ids=["outside", "few", "twins", "no items", "no target", "unknown item", "short beam", "wide beam", "user", "heads",
         "empty", "too long"],
)  # fmt: skip
def test_bad_input_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_parts_of_users_do_not_change_lists(monkeypatch):
    m, users = model(), np.arange(4)
    whole = m.ranked(users, 4, 6), m.scores(users)
    monkeypatch.setattr(tiger, "ROOM", 7)
    np.testing.assert_array_equal(m.ranked(users, 4, 6), whole[0])
    np.testing.assert_allclose(m.scores(users), whole[1], rtol=1e-5, atol=1e-5)
