"""Exercise 15.4: which event has to find which, for four objectives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _matrix(
    times, liked, now, window, objective, low=np.greater, high=np.less_equal, own=np.greater,
    from_event=False, rows=None, moment=True, last=-1,
):  # fmt: skip
    """Return (E, E) bool; the options are what can go wrong.

    Args:
        low, high: how the two ends of the window are compared; own: an event with itself, in "every next".
        from_event: the window of "dense" begins after each event.
        rows: which events predict in "dense", by default those that may be read.
        moment: all likes of the first moment; False: one of them.
        last: which readable event predicts in "next" and "all".
    """
    E = len(times)
    out, readable = np.zeros((E, E), dtype=bool), times <= now
    ahead = liked & low(times, now) & high(times, now + window)

    def first(which):
        if not which.any():
            return which
        at = which & (times == times[which].min())
        if not moment:
            at[np.flatnonzero(at)[1:]] = False
        return at

    for s in np.flatnonzero(readable if rows is None else rows(times, now)):
        if objective == "every next":
            out[s] = first(liked & own(times, times[s]) & high(times, now + window))
        elif objective == "dense":
            after = liked & low(times, times[s]) & high(times, times[s] + window)
            out[s] = after if from_event else ahead
    if objective in ("next", "all") and readable.any():
        s = np.flatnonzero(readable)[last]
        out[s] = first(ahead) if objective == "next" else ahead
    return out


def _variant(**options) -> Callable:
    return lambda *inputs: _matrix(*inputs, **options)


def _events(rng, objective: str, ties: bool = False) -> dict:
    """Return a user's events; each end of the window has a like, and one more beyond."""
    now, window = int(rng.integers(20, 30)), int(rng.integers(10, 15))
    early = np.sort(rng.choice(np.arange(now), rng.integers(3, 8), replace=False))
    late = now + np.sort(rng.choice(np.arange(1, window), rng.integers(3, 8), replace=False))
    times = np.concatenate([early, [now], late, [now + window, now + window + 1, now + window + 6]])
    liked = rng.random(len(times)) < 0.6
    at = np.searchsorted(times, [now, now + window, now + window + 1])
    liked[at] = True
    liked[at[0] + 1], liked[at[0] + 2], liked[1], liked[0] = False, True, True, False
    if ties:
        k = int(at[0]) + 2
        times[k + 1 : k + 2] = times[k]
        liked[k + 1] = True
    return {"times": times, "liked": liked, "now": now, "window": window, "objective": objective}


ex = Exercise(
    "15.4",
    "target_matrix",
    points=6,
    library=("graphrec_utils.sampling.target_matrix", "graphrec_utils.sampling.Log"),
    hints=(
        "Which events may be read at all? And which likes lie ahead of now, but not beyond the window? Three "
        "of the four objectives are made of these two.",
        'ahead = liked and now < times <= now + window. "dense": all readable rows; "all": the last readable row; '
        '"next": that row, and of ahead only the first moment; "every next": for each readable s the first moment '
        "with a like after times[s].",
        "`ahead = liked & (times > now) & (times <= now + window)`; `rows = np.flatnonzero(times <= now)`; dense: "
        "`out[rows] = ahead`; all: `out[rows[-1:]] = ahead`; next: "
        "`ahead & np.isin(times, times[ahead][:1])`; every next: the same for each s with "
        "`liked & (times > times[s]) & (times <= now + window)`.",
    ),
)


@ex.solution
def target_matrix(times, liked, now, window, objective):
    return _matrix(times, liked, now, window, objective)


def _by_hand(objective: str):
    """Return the user of the text, asked with an objective."""
    times = np.array([0, 1, 1, 3, 3, 4, 5, 5, 31, 32])
    liked = np.array([True, True, True, True, False, False, True, True, True, True])
    return lambda rng: {
        "times": times.copy(), "liked": liked.copy(), "now": 3, "window": 28, "objective": objective,
    }  # fmt: skip


for _objective in ("dense", "all", "next", "every next"):
    ex.claim(f"the user of the text, {_objective}", _by_hand(_objective), 0.5)
ex.claim(
    "dense: every readable event, all likes of the window", lambda rng: _events(rng, "dense"), 2
)
ex.claim("all: only the last readable event", lambda rng: _events(rng, "all"))
ex.claim("next: only the first like after now", lambda rng: _events(rng, "next"))
ex.claim(
    "every next: each readable event, the first like after itself",
    lambda rng: _events(rng, "every next"),
)
ex.claim("likes of one second are targets together", lambda rng: _events(rng, "next", ties=True))


def _before_now(rng) -> dict:
    """Nothing happened at now itself, and a hide came last before it; a like comes when the window ends."""
    inputs = _events(rng, "all")
    at = int(np.searchsorted(inputs["times"], inputs["now"]))
    times, liked = np.delete(inputs["times"], at), np.delete(inputs["liked"], at)
    liked[at - 1] = False
    return inputs | {"times": times, "liked": liked}


def _twins(rng, objective: str) -> dict:
    """Two likes in one second before now, and two events in the second of now."""
    inputs = _events(rng, objective)
    at = int(np.searchsorted(inputs["times"], inputs["now"]))
    liked, times = inputs["liked"].copy(), inputs["times"].copy()
    times[1] = times[0]
    liked[[0, 1]] = True
    return inputs | {
        "times": np.insert(times, at + 1, inputs["now"]),
        "liked": np.insert(liked, at + 1, False),
    }


ex.claim(
    "all: the window begins at now, whenever the last event was, and a hide may ask", _before_now, 2
)
ex.claim(
    "every next: likes of one second are no targets of each other",
    lambda rng: _twins(rng, "every next"),
)
ex.claim("all: of two events of one second the last row asks", lambda rng: _twins(rng, "all"))


def _nothing_ahead(rng) -> dict:
    inputs = _events(rng, "every next")
    return inputs | {"liked": inputs["liked"] & (inputs["times"] <= inputs["now"])}


def _only_beyond(rng) -> dict:
    """The event of now is liked, and the next like is behind the window."""
    inputs = _events(rng, "every next")
    times, now = inputs["times"], inputs["now"]
    return inputs | {
        "liked": inputs["liked"] & ~((times > now) & (times <= now + inputs["window"]))
    }


ex.claim("every next: a like behind the window is nobody's target", _only_beyond)
ex.claim("no like after now: what was read has targets in what was read later", _nothing_ahead)


def _a_hide_beside_it(rng) -> dict:
    """In the second of the first like after now something was hidden, too."""
    inputs = _events(rng, "next", ties=True)
    at = int(np.searchsorted(inputs["times"], inputs["now"]))
    liked = inputs["liked"].copy()
    liked[at + 3] = False
    return inputs | {"liked": liked}


def _only_the_last_moment(rng) -> dict:
    """The one like after now comes when the window ends."""
    inputs = _events(rng, "every next")
    ahead = inputs["times"] - inputs["now"]
    return inputs | {"liked": inputs["liked"] & ((ahead <= 0) | (ahead >= inputs["window"]))}


ex.claim("next: a hide in the second of the like is nobody's target", _a_hide_beside_it)
ex.claim("every next: a like at the end of the window is a target", _only_the_last_moment)


@ex.mistake(
    "the event of this very moment is among your targets, and it has been read: the window begins after now"
)
def the_target_has_been_read(*inputs):
    return _variant(low=np.greater_equal)(*inputs)


@ex.mistake("your window ends before now + window: its last moment belongs to it")
def the_last_moment_is_missing(*inputs):
    return _variant(high=np.less)(*inputs)


@ex.mistake(
    "whatever happened in the second of the first like is a target in yours, hides too: among these keep the likes"
)
def the_whole_second(times, liked, now, window, objective):
    right = _matrix(times, liked, now, window, objective)
    if objective not in ("next", "every next"):
        return right
    return np.array([np.isin(times, times[row]) for row in right])


@ex.mistake(
    "hides and short clicks are among your targets: nobody wants to find these; use `liked`"
)
def hides_are_targets(times, liked, now, window, objective):
    return _matrix(times, np.ones_like(liked), now, window, objective)


@ex.mistake(
    "your window begins after each event, so that likes that have already been read are targets: here it begins after now for all"
)
def the_window_moves_with_the_event(*inputs):
    return _variant(from_event=True)(*inputs)


@ex.mistake("your window has no end: a like of next year says little about today")
def no_end(times, liked, now, window, objective):
    return _matrix(times, liked, now, 10**9, objective)


@ex.mistake("events after now predict as well in yours: at that moment they had not happened")
def the_future_predicts(*inputs):
    return _variant(rows=lambda times, now: np.ones_like(times, dtype=bool))(*inputs)


@ex.mistake("the oldest event predicts in yours: it is the last readable one that knows most")
def the_oldest_event_predicts(*inputs):
    return _variant(last=0)(*inputs)


@ex.mistake("all objectives are dense in yours: `objective` says who predicts what")
def the_objective_is_ignored(times, liked, now, window, objective):
    return _matrix(times, liked, now, window, "dense")


@ex.mistake(
    "of two likes in one second you take the first in the file: a sort may exchange them tomorrow"
)
def ties_are_broken_by_the_file(*inputs):
    return _variant(moment=False)(*inputs)


@ex.mistake('in "every next" a like is its own target: the next one comes strictly later')
def a_like_predicts_itself(*inputs):
    return _variant(own=np.greater_equal)(*inputs)


@ex.mistake('your window has no end in "every next": its targets lie before now + window, too')
def every_next_has_no_end(times, liked, now, window, objective):
    return _matrix(times, liked, now, 10**9 if objective == "every next" else window, objective)


@ex.mistake(
    'in "every next" all events get the first like after now in yours: each has the first one after itself'
)
def every_next_after_now(times, liked, now, window, objective):
    if objective != "every next":
        return _matrix(times, liked, now, window, objective)
    out = np.zeros((len(times),) * 2, dtype=bool)
    out[times <= now] = _matrix(times, liked, now, window, "next").any(axis=0)
    return out


@ex.mistake('in "next" you take the first event after now, liked or not: hides are passed over')
def the_first_event_liked_or_not(times, liked, now, window, objective):
    out = _matrix(times, liked, now, window, objective)
    if objective == "next" and (times > now).any():
        out = out & (times == times[times > now].min())
    return out


@ex.mistake("only likes ask in yours: hides and clicks have been read, too, and they predict")
def only_likes_ask(times, liked, now, window, objective):
    return _matrix(times, liked, now, window, objective) & liked[:, None]


@ex.mistake("the event of now asks nothing in yours: what happened at this moment has been read")
def the_event_of_now_has_not_been_read(times, liked, now, window, objective):
    out = np.zeros((len(times),) * 2, dtype=bool)
    right = _matrix(times, liked, now, window, objective)
    rows = np.flatnonzero(times < now)
    out[rows[-1:] if objective in ("next", "all") else rows] = (
        right.any(axis=0) if objective != "every next" else right[rows]
    )
    return out


@ex.mistake(
    'in "every next" a like of the same second is a target in yours: the next one comes strictly later'
)
def the_same_second_is_next(times, liked, now, window, objective):
    out = _matrix(times, liked, now, window, objective)
    if objective == "every next":
        for s in np.flatnonzero(times <= now):
            others = liked & (times >= times[s]) & (times <= now + window)
            others[s] = False
            out[s] = others & (times == times[others].min()) if others.any() else False
    return out


@ex.mistake(
    "the last like asks in yours: a hide or a click has been read as well, and the last row of all asks"
)
def the_last_like_asks(times, liked, now, window, objective):
    out = _matrix(times, liked, now, window, objective)
    mine = np.flatnonzero(liked & (times <= now))
    if objective in ("next", "all") and len(mine):
        rows = out.any(axis=0)
        out[:] = False
        out[mine[-1]] = rows
    return out


@ex.mistake("your window is counted from the last event: it begins at now, whenever that was")
def the_window_begins_at_the_last_event(times, liked, now, window, objective):
    readable = times[times <= now]
    early = window - (now - readable[-1] if len(readable) else 0)
    return _matrix(times, liked, now, early, objective)


@ex.mistake("all events of the last second ask in yours: one does, the last row")
def all_of_the_last_second_ask(times, liked, now, window, objective):
    out = _matrix(times, liked, now, window, objective)
    readable = times[times <= now]
    if objective in ("next", "all") and len(readable):
        out[times == readable[-1]] = out.any(axis=0)
    return out


@ex.mistake("rows and columns are exchanged: row s asks, column e is found")
def rows_and_columns_exchanged(*inputs):
    return _matrix(*inputs).T.copy()
