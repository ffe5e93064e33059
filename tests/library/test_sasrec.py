"""SASRec: its loss against the formula, place by place, and what a place must not know."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from graphrec_utils import losses, sampling
from graphrec_utils.models import sasrec

N = 12
HISTORY = torch.tensor([[3, 1, 7, 2], [5, -1, -1, -1], [-1, -1, -1, -1], [0, 4, -1, -1]])


def model(**options) -> sasrec.SASRec:
    return sasrec.SASRec(HISTORY, N, 8, **({"dropout": 0.0, "seed": 1} | options)).eval()


def places():
    return [(b, t) for b in range(4) for t in range(4) if HISTORY[b, t] >= 0]


def test_the_loss_is_the_mean_of_minus_log_p_of_each_next_event():
    m = model()
    h = m.outputs(HISTORY)
    each = [-(h[b, t] @ m.item.weight.T).log_softmax(0)[HISTORY[b, t]] for b, t in places()]
    torch.testing.assert_close(sasrec.loss(m, HISTORY), torch.stack(each).mean())


def test_chosen_places_alone_count():
    m, chosen = model(), torch.zeros(4, 4, dtype=torch.bool)
    chosen[0, 2] = chosen[1, 3] = True  # the second is empty
    h = m.outputs(HISTORY)[0, 2]
    one = F.cross_entropy((h @ m.item.weight.T)[None], HISTORY[0, 2][None])
    torch.testing.assert_close(sasrec.loss(m, HISTORY, chosen=chosen), one)


def test_the_corrected_loss_is_that_of_lesson_11():
    m, drawn = model(), torch.tensor([1, 1, 9, 5])
    log_q = sampling.popularity(np.arange(1, N + 1))
    h, items = m.outputs(HISTORY)[:, :-1][HISTORY >= 0], HISTORY[HISTORY >= 0]
    pos, neg = (h * m.item(items)).sum(1), h @ m.item(drawn).T
    hits = items[:, None] == drawn
    wanted = losses.corrected_softmax(pos, neg, log_q[drawn].float(), log_q[items].float(), hits)
    torch.testing.assert_close(sasrec.loss(m, HISTORY, "corrected", drawn, log_q), wanted)


def test_one_negative_a_place_is_binary_cross_entropy_of_two_scores():
    m, drawn = model(), torch.full((4, 4), 9)
    drawn[0, 1] = HISTORY[0, 1]  # the event itself: no negative
    h, items = m.outputs(HISTORY)[:, :-1][HISTORY >= 0], HISTORY[HISTORY >= 0]
    pos, neg = (h * m.item(items)).sum(1), h @ m.item.weight[9]
    neg[1] = -torch.inf
    wanted = losses.bce(pos, neg)
    torch.testing.assert_close(sasrec.loss(m, HISTORY, "bce", drawn), wanted)


def test_no_output_knows_what_comes_later():
    m, changed = model(), HISTORY.clone()
    changed[0, 2] = 11
    one, other = m.outputs(HISTORY)[0], m.outputs(changed)[0]
    assert torch.equal(one[:3], other[:3]) and not torch.allclose(one[3:], other[3:])
    leak = model(causal=False)
    assert not torch.allclose(leak.outputs(HISTORY)[0, 1], leak.outputs(changed)[0, 1])


@pytest.mark.parametrize("causal", [True, False])
def test_empty_places_change_nothing(causal):
    m = model(causal=causal)
    short = m.users(HISTORY[1:2, :1])
    torch.testing.assert_close(m.users(HISTORY)[1], short[0])


def test_histories_of_length_zero_one_and_more_than_fits():
    m = model()
    nobody = m.users(torch.full((1, 3), -1))
    assert nobody.isfinite().all()
    torch.testing.assert_close(m.users(HISTORY)[2], nobody[0])
    long = torch.tensor([[9, 9, 3, 1, 7, 2]])
    torch.testing.assert_close(m.users(long)[0], m.users(HISTORY)[0])


def test_a_row_of_one_event_more_trains_the_place_at_which_a_full_history_is_asked():
    m, longer = model(), torch.cat([HISTORY, torch.tensor([[6], [-1], [-1], [-1]])], dim=1)
    sasrec.loss(m, HISTORY).backward()
    assert not m.place.weight.grad[4].any(), "the last place predicts nothing in a row of L events"
    m.zero_grad()
    sasrec.loss(m, longer).backward()
    assert m.place.weight.grad[4].any()
    h = m.outputs(HISTORY)
    told = [
        -(h[b, t] @ m.item.weight.T).log_softmax(0)[longer[b, t]] for b, t in [*places(), (0, 4)]
    ]
    torch.testing.assert_close(sasrec.loss(m, longer), torch.stack(told).mean())


def in_circles(users: int = 60, length: int = 9) -> np.ndarray:
    """Item k is followed by k + 1, the last one by the first; (users, length)."""
    begin = np.random.default_rng(0).integers(0, N, (users, 1))
    return (begin + np.arange(length)) % N


def test_fit_learns_who_follows_whom_and_the_same_seed_the_same():
    rows = torch.from_numpy(in_circles())
    known, truth = rows[:, 1:-1], rows[:, -1]  # one event less than a row of training has

    def fitted(**options):
        return sasrec.fit(known, rows[:, :-1], N, 16, batch=128, negatives=16, **options)

    made = fitted(epochs=30, lr=0.02, dropout=0.0)
    users, items = made.embeddings()
    assert (users @ items.T).argmax(dim=1).eq(truth).float().mean() > 0.95
    one, other, third = (fitted(epochs=1, seed=k).item.weight for k in (0, 0, 1))
    assert torch.equal(one, other) and not torch.equal(one, third)


def test_an_event_is_drawn_as_often_as_it_weighs():
    """Rows of one to three events of their own, whose weights are far apart."""
    rows = torch.tensor([[0, 1, 2], [3, 4, -1], [5, -1, -1]])
    weights = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 0.0], [0.5, 0.0, 0.0]])
    seen = np.zeros(N)

    real = sasrec.loss

    def loss(model, history, kind, drawn, log_q, chosen):
        np.add.at(seen, history[chosen].numpy(), 1)
        return real(model, history, kind, drawn, log_q, chosen)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sasrec, "loss", loss)
        sasrec.fit(rows, rows, N, 8, epochs=500, weights=weights)
    wanted = np.array([1, 2, 4, 0, 3, 0.5])
    assert seen[:6] / seen.sum() == pytest.approx(wanted / wanted.sum(), abs=0.03)


def test_fit_ends_at_its_best_by_what_it_is_judged_with():
    rows, values = torch.from_numpy(in_circles()), iter([0.1, 0.5, 0.4, 0.3, 0.9])
    seen = []

    def judge(m):
        seen.append(m.item.weight.detach().clone())
        return next(values)

    made = sasrec.fit(rows[:, :-1], rows, N, 8, epochs=5, evaluate=judge, patience=2)
    assert len(seen) == 4 and torch.equal(made.item.weight, seen[1])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            torch.zeros(2, 6, dtype=torch.int64),
            "may have 5 columns, one more than a history; got 6",
        ),
        (torch.full((2, 5), -1), "all rows are empty"),
        (torch.tensor([[N]]), "must hold ids from 0 to 11"),
    ],
    ids=["too long", "empty", "unknown"],
)
def test_fit_names_bad_rows(rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        sasrec.fit(HISTORY, rows, N, 8)


def test_fit_names_weights_of_another_shape():
    with pytest.raises(ValueError, match=r"weights must be \(4, 4\), as rows; got \(4, 3\)"):
        sasrec.fit(HISTORY, HISTORY, N, 8, weights=torch.ones(4, 3))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda m: sasrec.loss(m, HISTORY, "bpr"), "kind must be one of"),
        (lambda m: sasrec.loss(m, HISTORY, "bce"), "needs drawn items"),
        (
            lambda m: sasrec.loss(m, HISTORY, "corrected", torch.tensor([1])),
            "drawn items and log_q",
        ),
        (lambda m: sasrec.loss(m, HISTORY[2:3]), "no event to predict"),
        (lambda m: m.users(torch.tensor([[N]])), "must hold ids from 0 to 11"),
        (lambda m: m.users(torch.tensor([[-1, 3]])), "at the end of a history"),
        (lambda m: sasrec.SASRec(HISTORY, N, 9), "2 heads do not divide"),
    ],
    ids=["kind", "drawn", "log_q", "no target", "unknown item", "empty first", "heads"],
)
def test_bad_input_is_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(model())
