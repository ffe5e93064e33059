"""Exercise 08.2: when enough pins have been visited often enough, a query is answered."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _walks(rng, min_pins: int, min_visits: int, steps: int = 400, size: int = 30) -> dict:
    """Walks of about two steps among pins of which a few are visited far more often."""
    popularity = 1 / np.arange(2, size + 2)
    pins = rng.choice(size, steps, p=popularity / popularity.sum())
    ends = rng.random(steps) < 0.3
    ends[-1] = True
    return {"pins": pins, "ends": ends, "min_pins": min_pins, "min_visits": min_visits}


ex = Exercise(
    "08.2",
    "early_stop",
    points=4,
    branch=True,
    hints=(
        "Two numbers decide: how often each pin was visited, and how many pins have had their "
        "n_v-th visit. When does the second one grow?",
        "It grows by 1 when a pin's count becomes n_v: at that visit, not before and not after. "
        "Look at it when a walk ends.",
        "Loop over zip(pins, ends): `visits[pin] += 1`, `high += visits[pin] == min_visits`, and "
        "`if end and high > min_pins: return` the steps so far. After the loop return len(pins).",
    ),
)


@ex.solution
def early_stop(pins, ends, min_pins, min_visits):
    visits, high = np.zeros(pins.max() + 1, dtype=int), 0
    for step, (pin, end) in enumerate(zip(pins, ends, strict=True), start=1):
        visits[pin] += 1
        high += visits[pin] == min_visits
        if end and high > min_pins:
            return step
    return len(pins)


def _by_hand(rng) -> dict:
    pins = np.array([4, 2, 4, 7, 2, 2, 9, 4, 7, 9, 4, 2, 4, 2, 4])
    ends = np.zeros(len(pins), dtype=bool)
    ends[[1, 2, 5, 9, 11, 12, 14]] = True  # the third pin with two visits comes mid-walk
    return {"pins": pins, "ends": ends, "min_pins": 2, "min_visits": 2}


def _by_hand_of_five(rng) -> dict:
    ends = np.array([False, False, True, False, True])
    return {"pins": np.array([4, 2, 4, 2, 7]), "ends": ends, "min_pins": 1, "min_visits": 2}


ex.claim(
    "more than two pins with two visits: the walk that reaches it goes on to its end", _by_hand
)
ex.claim("four pins, five visits each", lambda rng: _walks(rng, 4, 5))
ex.claim("n_v = 1: every new pin counts, once", lambda rng: _walks(rng, 9, 1))


def _exactly(rng) -> dict:
    """The count stands at n_p at the end of a walk, and grows many walks later."""
    pins = np.r_[np.repeat([3, 5, 8], 3), np.repeat([3, 5, 8], 5), np.repeat(11, 9)]
    pins[:9] = rng.permutation(pins[:9])
    ends = rng.random(len(pins)) < 0.5
    ends[[8, -1]] = True
    return {"pins": pins, "ends": ends, "min_pins": 3, "min_visits": 3}


ex.claim("exactly n_p pins are not enough: more than n_p", _exactly)


def _short(rng) -> dict:
    inputs = _walks(rng, 60, 3, steps=80)
    return inputs | {"ends": rng.random(80) < 0.3}


ex.claim("never enough: all steps are made", _short)
ex.claim("pins 4, 2, 4, 2, 7 with n_p = 1 and n_v = 2: five steps", _by_hand_of_five)

STOP = "if end and high > min_pins:\n    return step"

# fmt: off
ex.slip("you count a pin at each visit from the n_v-th on, so that one popular pin ends the "
        "search alone: add 1 only when the count becomes n_v",
        "== min_visits", ">= min_visits", hint=True)
ex.slip("n_p pins stop your search; the rule asks for MORE than n_p",
        "> min_pins", ">= min_pins", hint=True)
ex.slip("you stop in the middle of a walk; the rule is looked at when a walk ends",
        "end and ", "", hint=True)
ex.slip("a pin counts for you after n_v + 1 visits; the n_v-th visit is the one",
        "min_visits", "min_visits + 1")
ex.slip("a pin counts for you at its first visit: `min_visits` plays no part", "min_visits", "1")
ex.slip("your counts begin anew with every walk: they add up over all walks of the query",
        STOP, f"{STOP}\nif end:\n    visits[:], high = 0, 0")
ex.slip("you return the place of the last step, counted from 0; the question is how many steps",
        "start=1", "start=0", "len(pins)", "len(pins) - 1")
ex.slip("n_p and n_v have changed places in yours: more than n_p pins, n_v visits each",
        "min_visits", "min_pins", "min_pins", "min_visits")
ex.slip("you return how many walks were made; the question is how many steps",
        "return step", "return int(ends[:step].sum())", "len(pins)", "int(ends.sum())")
ex.slip("your search has no end of its own: when it is never enough, all steps are made",
        "len(pins)", "0")
