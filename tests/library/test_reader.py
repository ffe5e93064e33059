"""The ranker that reads: the formula as it is written, a slow oracle, and input that is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils.lessons.lesson17.ex8_ask_history import ask_history as as_written
from graphrec_utils.models import reader
from graphrec_utils.sampling import Log

M, N, LENGTH = 30, 20, 4


def log(seed: int = 0) -> Log:
    """Likes at any time of days 0 to 9; user M - 1 has none."""
    rng = np.random.default_rng(seed)
    users, items = rng.integers(M - 1, size=400), rng.integers(N - 2, size=400)
    return Log(
        users,
        items,
        rng.integers(2, size=400),
        rng.integers(864_000, size=400),
        users >= 0,
        M,
    )


def rows(count: int = 200, seed: int = 0, length: int = LENGTH) -> tuple[reader.Rows, np.ndarray]:
    """A pin is liked by those whose last events were of its kind: even or odd."""
    rng = np.random.default_rng(seed)
    users, pins = rng.integers(M, size=count), rng.integers(N - 2, size=count)
    x, times = rng.normal(size=(count, 3)), rng.integers(400_000, 864_000, size=count)
    made = reader.read(log(), x, users, pins, times, length)
    share = np.where(made.history >= 0, made.history % 2 == pins[:, None] % 2, 0).mean(axis=1)
    return made, (rng.random(count) < share).astype(float)


def content() -> np.ndarray:
    return np.stack([np.arange(N) % 2, np.arange(N) / N], axis=1)


def model(history: str = "asks", **options) -> reader.Reader:
    return reader.Reader(3, content(), M, 4, history, actions=2, **options)


def inputs(seed: int = 0, B: int = 3, C: int = 2, L: int = 5, d: int = 4, H: int = 6):
    g = torch.Generator().manual_seed(seed)
    there = torch.rand(B, L, generator=g) < 0.6
    there[0] = False
    sizes = ((B, C, d), (B, L, d), (H, 4 * d), (H,), (H,))
    c, h, W, b, w = (torch.randn(*size, generator=g) for size in sizes)
    return c, h, there, W, b, w


# ---------------------------------------------------------------- the formula
def test_asking_in_blocks_is_the_formula_as_it_is_written():
    for seed in range(3):
        given = inputs(seed)
        torch.testing.assert_close(
            reader.ask_history(*given), as_written(*given), rtol=1e-4, atol=1e-4
        )


def test_asking_is_what_a_loop_over_numbers_gives():
    c, h, there, W, b, w = (x.numpy() for x in inputs(4))
    want = np.zeros_like(c)
    for k in range(len(c)):
        for i, j in np.ndindex(c.shape[1], h.shape[1]):
            if there[k, j]:
                read = np.concatenate([h[k, j], c[k, i], h[k, j] * c[k, i], h[k, j] - c[k, i]])
                want[k, i] += (w @ np.maximum(W @ read + b, 0)) * h[k, j]
    np.testing.assert_allclose(reader.ask_history(*inputs(4)), want, rtol=1e-4, atol=1e-4)


def slow(made: reader.Reader, rows: reader.Rows, k: int) -> float:
    """The logit of row k, with numpy and loops, for a model that is trained."""
    p = {name: x.numpy() for name, x in (made.state_dict() | dict(made.named_buffers())).items()}
    table = content() @ p["says.weight"].T + p["says.bias"]
    parts = [(rows.x[k] - p["mean"]) / p["scale"]]
    if made.ids:
        table = table + p["met_pins"] * p["pin.weight"]
        parts.append(p["met_users"][rows.users[k]] * p["user.weight"][rows.users[k]])
    c = table[rows.pins[k]]
    parts.append(c)
    events, a = [], []
    for j in np.flatnonzero(rows.history[k] >= 0):
        age = int(np.log2(1 + rows.minutes[k, j]))
        h = (
            table[rows.history[k, j]]
            + p["action.weight"][rows.actions[k, j]]
            + p["age.weight"][age]
        )
        q = np.zeros_like(c) if made.history == "alone" else c
        read = np.concatenate([h, q, h * q, h - q])
        a.append(p["weight"] @ np.maximum(p["asking.weight"] @ read + p["asking.bias"], 0))
        events.append(h)
    a = np.array(a)
    if made.history == "mean":
        a = np.full(len(a), 1 / max(len(a), 1))
    if made.history == "softmax" and len(a):
        a = np.exp(a - a.max()) / np.exp(a - a.max()).sum()
    if made.history != "none":
        heard = sum((x * h for x, h in zip(a, events, strict=True)), np.zeros_like(c))
        parts += [heard, heard * c]
    x0 = z = np.concatenate(parts)
    for layer in range(len(made.cross)):
        z = x0 * (p[f"cross.{layer}.weight"] @ z + p[f"cross.{layer}.bias"]) + z
    hidden = np.maximum(p["inner.weight"] @ z + p["inner.bias"], 0)
    return float(p["heads.weight"][0] @ hidden + p["heads.bias"][0])


@pytest.mark.parametrize("ids", [False, True])
@pytest.mark.parametrize("history", reader.HISTORIES)
def test_a_trained_reader_says_what_its_formula_says(history, ids):
    given, y = rows()
    made = model(history, cross=2, ids=ids).fit(given, y, epochs=2, lr=0.02)
    some = [*range(20), *np.flatnonzero(given.users == M - 1)[:2]]
    want = [slow(made, given, k) for k in some]
    np.testing.assert_allclose(made.logits(given)[some], want, rtol=1e-3, atol=1e-4)


# ---------------------------------------------------------------- what is read
def test_rows_are_the_latest_events_before_their_own_time_without_the_candidate():
    given = Log(
        [0, 0, 0, 0, 1], [3, 4, 3, 5, 6], [0, 1, 0, 1, 0], [60, 120, 180, 240, 0], [True] * 5, 2
    )
    asked = reader.read(given, np.zeros((3, 1)), np.array([0, 0, 1]), np.array([4, 3, 9]),
                        np.array([240, 180, 0]), 3)  # fmt: skip
    assert asked.history.tolist() == [[3, -1, 3], [-1, 4, -1], [-1, -1, -1]]
    assert asked.minutes[0].tolist() == [3, 0, 1] and asked.minutes[1, 1] == 1
    assert asked.actions[1].tolist() == [-1, 1, -1]


def test_what_stands_in_an_empty_place_is_no_event():
    given, y = rows()
    made = model().fit(given, y)
    empty = given.history < 0
    moved = given._replace(
        actions=np.where(empty, 99, given.actions), minutes=np.where(empty, -5, given.minutes)
    )
    np.testing.assert_array_equal(made.logits(given), made.logits(moved))


@pytest.mark.parametrize("history", reader.HISTORIES)
def test_nobody_has_done_anything_yet(history):
    given, y = rows(60)
    nothing = given._replace(history=np.full_like(given.history, -1))
    for empty in (nothing, *(nothing._replace(**{name: getattr(nothing, name)[:, :0] for name in
                                                 ("history", "actions", "minutes")}),)):  # fmt: skip
        made = model(history).fit(empty, y, epochs=2)
        assert np.isfinite(made.logits(empty)).all()
        assert all(p.isfinite().all() for p in made.parameters())


# ---------------------------------------------------------------- training
def test_the_candidate_finds_its_kind_in_the_history_and_chance_is_the_seed_s():
    from graphrec_utils import metrics

    (given, y), (new, y_new) = rows(4000), rows(2000, seed=1)
    asks, again = (model(seed=3).fit(given, y, epochs=6, lr=0.01) for _ in range(2))
    np.testing.assert_array_equal(asks.logits(new), again.logits(new))
    none = model("none").fit(given, y, epochs=6, lr=0.01)
    found = [metrics.auc(y_new, made.probabilities(new)) for made in (none, asks)]
    assert found[1] > found[0] + 0.05


def test_a_pin_that_training_has_not_met_has_no_id():
    given, y = rows()
    made = model(ids=True).fit(given, y)
    new = given._replace(pins=np.full_like(given.pins, N - 1))
    before = made.logits(new)
    with torch.no_grad():
        made.pin.weight[N - 1] += 100
    np.testing.assert_array_equal(made.logits(new), before)
    assert made.met_pins[: N - 2].all() and not made.met_pins[N - 2 :].any()


def test_several_reactions_share_what_was_heard():
    given, y = rows(500)
    p = (
        model(targets=2)
        .fit(given, np.stack([y, 1 - y], axis=1), epochs=60, lr=0.01)
        .probabilities(given)
    )
    assert p.shape == (500, 2) and np.corrcoef(p.T)[0, 1] < -0.9


# ---------------------------------------------------------------- input that is refused
@pytest.mark.parametrize(
    ("change", "says"),
    [({"minutes": lambda r: -r.minutes}, "older than its row"), ({"minutes": lambda r: r.minutes * np.nan}, "older"),
     ({"history": lambda r: r.history + N}, "history must hold ids"), ({"pins": lambda r: r.pins + N}, "pins"),
     ({"users": lambda r: r.users + M}, "users"), ({"actions": lambda r: r.actions + 9}, "actions"),
     ({"x": lambda r: r.x[:, :2]}, r"\(B, 3\)"), ({"x": lambda r: r.x * np.inf}, "finite"),
     ({"minutes": lambda r: r.minutes[:, 1:]}, r"\(B, L\)"), ({"users": lambda r: r.users[1:]}, r"\(B,\)")],
)  # fmt: skip
def test_rows_that_do_not_fit_are_refused(change, says):
    given, y = rows(50)
    made = model()
    wrong = given._replace(**{name: f(given) for name, f in change.items()})
    for ask in (lambda: made.fit(wrong, y), lambda: made.logits(wrong)):
        with pytest.raises(ValueError, match=says):
            ask()


def test_labels_and_sizes_that_do_not_fit_are_refused():
    given, y = rows(50)
    for wrong in (y[1:], y * np.nan, np.zeros((50, 2))):
        with pytest.raises(ValueError, match="Y must be"):
            model().fit(given, wrong)
    with pytest.raises(ValueError, match="history must be one of"):
        model("all")
    with pytest.raises(ValueError, match="content must be finite"):
        reader.Reader(3, content() * np.nan, M)
    with pytest.raises(ValueError, match="dim"):
        reader.Reader(3, content(), M, 0)
    with pytest.raises(ValueError, match="length"):
        reader.read(
            log(), np.zeros((1, 1)), np.zeros(1, int), np.zeros(1, int), np.zeros(1, int), 0
        )
