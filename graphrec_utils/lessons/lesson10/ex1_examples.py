"""Exercise 10.1: a history for every event, without the event itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _rows(items, length, last=lambda t, k: t, keep=lambda row, length: row[-length:],
          fill=-1, front=False, drop_first=False):  # fmt: skip
    """Return (histories, targets); the options are what can go wrong.

    Args:
        last: where the history of event t of k ends.
        keep: which of it is kept.
        fill: what stands in empty places.
        front: fill up at the front.
        drop_first: leave out the event that has no history.
    """
    k = len(items)
    out = np.full((k, length), fill, dtype=np.int64)
    for t in range(k):
        row = keep(items[: last(t, k)], length)
        if len(row):
            place = slice(length - len(row), length) if front else slice(len(row))
            out[t, place] = row
    return (out[1:], items[1:].copy()) if drop_first else (out, items.copy())


def _variant(**options) -> Callable:
    return lambda *inputs: _rows(*inputs, **options)


def _events(rng, count: int, length: int) -> dict:
    return {"items": rng.permutation(40)[:count], "length": length}


ex = Exercise(
    "10.1",
    "examples",
    points=4,
    library=("graphrec_utils.sampling.examples", "graphrec_utils.sampling.latest"),
    hints=(
        "Row t answers: what had the user done just before event t? How many events are that, and "
        "how many of them fit?",
        "The events before t are items[:t]; the latest `length` of them are items[max(0, t - length):t]. "
        "They fill the row from its first place on, the rest stays -1.",
        "`histories = np.full((len(items), length), -1)`; for each t: "
        "`row = items[max(0, t - length):t]` and `histories[t, :len(row)] = row`. The targets are the "
        "items.",
    ),
)


@ex.solution
def examples(items, length):
    return _rows(items, length)


def _by_hand(rng) -> dict:
    return {"items": np.array([7, 3, 8, 5]), "length": 2}


ex.claim("four events, histories of two: the rows by hand", _by_hand)
ex.claim("twelve events, histories of five", lambda rng: _events(rng, 12, 5))
ex.claim("the history is longer than all that was done", lambda rng: _events(rng, 4, 9))
ex.claim("one place: only the event before", lambda rng: _events(rng, 6, 1))
ex.claim("a user of one event has an empty history", lambda rng: _events(rng, 1, 3))


@ex.mistake(
    "the target stands in its own history: the tower only has to find it there, training looks "
    "wonderful, and tomorrow nobody tells it the answer"
)
def the_answer_in_the_history(items, length):
    return _variant(last=lambda t, k: t + 1)(items, length)


@ex.mistake(
    "your histories hold what came later, too: on the day of the target nobody knew that; stop before t"
)
def the_future_in_the_history(items, length):
    k = len(items)
    out = np.full((k, length), -1, dtype=np.int64)
    for t in range(k):
        row = np.delete(items, t)[-length:]
        out[t, : len(row)] = row
    return out, items.copy()


@ex.mistake("you keep the oldest events where there are too many: the latest ones say more")
def the_oldest_are_kept(items, length):
    return _variant(keep=lambda row, n: row[:n])(items, length)


@ex.mistake("your newest event comes first: a history is read from old to new")
def newest_first(items, length):
    return _variant(keep=lambda row, n: row[::-1][:n])(items, length)


@ex.mistake("your empty places come first: here they follow the last event")
def empty_places_first(items, length):
    return _variant(front=True)(items, length)


@ex.mistake(
    "your empty places hold 0, and 0 is an item: the tower would read it everywhere; use -1"
)
def filled_with_zeros(items, length):
    return _variant(fill=0)(items, length)


@ex.mistake(
    "the event just before the target is missing: the one that says most; items[:t] ends before t by itself"
)
def one_event_too_early(items, length):
    return _variant(last=lambda t, k: max(0, t - 1))(items, length)


@ex.mistake(
    "you leave out the first event: it has an empty history, and that is what a new user has, too"
)
def the_first_event_is_left_out(items, length):
    return _variant(drop_first=True)(items, length)


@ex.mistake("you always keep two events, or as many as you like: `length` says how many")
def length_is_ignored(items, length):
    return _variant(keep=lambda row, n: row[-min(2, n) :])(items, length)


@ex.mistake(
    "near the beginning t - length is below 0, and items[-1:1] counts from the end: begin at max(0, t - length)"
)
def a_negative_beginning(items, length):
    k = len(items)
    out = np.full((k, length), -1, dtype=np.int64)
    for t in range(k):
        row = items[t - length : t]
        out[t, : len(row)] = row
    return out, items.copy()
