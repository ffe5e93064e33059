"""Exercise 15.4: which event has to find which, for four objectives."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


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
    branch=True,
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
    out = np.zeros((len(times), len(times)), dtype=bool)
    readable = np.flatnonzero(times <= now)
    ahead = liked & (times > now) & (times <= now + window)
    if objective == "every next":
        for s in readable:
            later = liked & (times > times[s]) & (times <= now + window)
            out[s] = later & np.isin(times, times[later][:1])
        return out
    if objective == "next":
        ahead = ahead & np.isin(times, times[ahead][:1])
    out[readable if objective == "dense" else readable[-1:]] = ahead
    return out


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

AHEAD = "(times > now) & (times <= now + window)"
LATER = "(times > times[s]) & (times <= now + window)"

# fmt: off
ex.slip("the event of this very moment is among your targets, and it has been read: the window "
        "begins after now",
        "(times > now)", "(times >= now)", hint=True)
ex.slip("your window ends before now + window: its last moment belongs to it",
        AHEAD, "(times > now) & (times < now + window)",
        LATER, "(times > times[s]) & (times < now + window)")
ex.slip("whatever happened in the second of the first like is a target in yours, hides too: among "
        "these keep the likes",
        "later & np.isin", "np.isin", "ahead & np.isin", "np.isin")
hides_are_targets = ex.slip("hides and short clicks are among your targets: nobody wants to find "
        "these; use `liked`",
        "out =", "liked = np.ones_like(liked)\nout =")
ex.slip("your window begins after each event, so that likes that have already been read are "
        "targets: here it begins after now for all",
        "out[readable if", 'if objective == "dense":\n'
        "    since = times[readable, None]\n"
        "    ahead = liked & (times > since) & (times <= since + window)\n"
        "out[readable if")
ex.slip("your window has no end: a like of next year says little about today",
        AHEAD, "(times > now)", LATER, "(times > times[s])", hint=True)
ex.slip("events after now predict as well in yours: at that moment they had not happened",
        "in readable", "in range(len(times))", "out[readable if", "out[np.arange(len(times)) if")
ex.slip("the oldest event predicts in yours: it is the last readable one that knows most",
        "[-1:]", "[:1]", hint=True)
ex.slip("all objectives are dense in yours: `objective` says who predicts what",
        "out =", 'objective = "dense"\nout =')
ex.slip("of two likes in one second you take the first in the file: a sort may exchange them "
        "tomorrow",
        "np.isin(times, times[later][:1])", "(later.cumsum() == 1)",
        "np.isin(times, times[ahead][:1])", "(ahead.cumsum() == 1)")
ex.slip('in "every next" a like is its own target: the next one comes strictly later',
        "> times[s]", ">= times[s]")
ex.slip('your window has no end in "every next": its targets lie before now + window, too',
        LATER, "(times > times[s])")
ex.slip('in "every next" all events get the first like after now in yours: each has the first one '
        "after itself",
        f"liked & {LATER}", "ahead")
ex.slip('in "next" you take the first event after now, liked or not: hides are passed over',
        "times[ahead][:1]", "times[times > now][:1]")
ex.slip("only likes ask in yours: hides and clicks have been read, too, and they predict",
        "= later", "= liked[s] & later", "]] = ahead", "]] = ahead\nout &= liked[:, None]")
ex.slip("the event of now asks nothing in yours: what happened at this moment has been read",
        "times <= now)\n", "times < now)\n")
ex.slip('in "every next" a like of the same second is a target in yours: the next one comes '
        "strictly later",
        "> times[s]", ">= times[s]", "out[s] =", "later[s] = False\nout[s] =")
ex.slip("the last like asks in yours: a hide or a click has been read as well, and the last row "
        "of all asks",
        "readable[-1:]", "np.flatnonzero(liked & (times <= now))[-1:]")
ex.slip("your window is counted from the last event: it begins at now, whenever that was",
        "out =", "window = window - (now - times[times <= now][-1])\nout =")
ex.slip("all events of the last second ask in yours: one does, the last row",
        "readable[-1:]", "times == times[readable[-1]]")
ex.slip("rows and columns are exchanged: row s asks, column e is found",
        "out[s]", "out[:, s]", "out[readable", "out[:, readable",
        "]] = ahead", "]] = ahead[:, None]")
