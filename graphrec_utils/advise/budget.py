"""Ten minutes for everybody: what each method would cost, from small fits, and how many trials fit in.

Estimates are lines: a fit of a part of the users and one of a quarter of that part tell what does not grow and what does.
They are rough; `rounds` spends what is left by what trials did take.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graphrec_utils import paths
from graphrec_utils.advise.contestants import SHARE, Contestant
from graphrec_utils.advise.fits import latest
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines

TRIALS = (12, 9, 6, 4)  # of each method that is trained by epochs, the most that fit
MORE = (3, 1)  # of the others times as many, as in the lessons: a fit takes them a moment
LEAST = 2  # trials of a method whose time is up: the best of these is asked, and the report says how few they were
EPOCHS, SOME, FEW = (
    20,
    6,
    3,
)  # at most; with fewer than SOME there are fewer trials; with fewer than FEW it does not fit
FAILS = (ValueError, FloatingPointError, np.linalg.LinAlgError, MemoryError, RuntimeError)
PART = 30_000  # events of a first small fit
USUAL = float(
    np.mean(SHARE)
)  # of the events, in a trial of a method that may forget; the last fit may have all
NEVER = 1e9  # seconds
GAINING = "still gaining"  # said of a training that its epochs ended
PLANNED, LIMIT = 0.9, 1.0  # of the budget is planned; nothing begins or goes on behind the limit
GRACE = (
    1.1  # of it for the last fits, which would else be lost by a trial that took longer than others
)


class OutOfTime(Exception):
    """The minutes are over in the middle of a fit."""


@dataclass
class Shelf:
    """A folder with what is done: one JSON file a thing, whole or not there, and the log of the trials."""

    folder: Path

    def get(self, name: str) -> Any:
        try:
            return json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def put(self, name: str, value: Any) -> Any:
        paths.write(self.folder / f"{name}.json", json.dumps(value))
        return value

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        known = self.get(name)
        return self.put(name, make()) if known is None else known

    @property
    def log(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / "trials.jsonl"


@dataclass
class Clock:
    """How much of the minutes is used, with those of a run that was stopped.

    Attributes:
        seconds: the budget.
        before: seconds of earlier runs.
        now: a function that returns seconds.
        start: when it began; now, unless told.
    """

    seconds: float
    before: float = 0.0
    now: Callable[[], float] = time.monotonic
    start: float | None = None

    def __post_init__(self) -> None:
        self.start = self.now() if self.start is None else self.start

    @property
    def used(self) -> float:
        return self.before + self.now() - self.start

    @property
    def left(self) -> float:
        return self.seconds - self.used

    def tick(self) -> None:
        """Raises OutOfTime when the limit is passed."""
        self.until(LIMIT * self.seconds)

    def last(self) -> None:
        """Raises OutOfTime when the time of grace is over."""
        self.until(GRACE * self.seconds)

    def until(self, seconds: float) -> None:
        """Raises OutOfTime when more is used."""
        if self.used > seconds:
            raise OutOfTime


def middle(contestant: Contestant) -> dict[str, Any]:
    """Return settings from the middle of the grid, on as many late events as a trial has on average."""
    knobs = {k: v[len(v) // 2] for k, v in contestant.grid.items()}
    return knobs | ({"share": USUAL} if "share" in knobs else {})


def cost(
    contestant: Contestant, past: Interactions, score: Callable[[Any], float], clock: Clock
) -> dict[str, float]:
    """Return the seconds of a fit, or of one epoch, and of one score on validation, on all events.

    A tiny fit comes first and is not counted: the first one ever compiles, which can take longer than all others. A small
    fit that takes a tenth of the budget is no small one: then NEVER. On a large table one of four times as much follows, where
    that takes a moment: the longer the line, the worse it tells where it leads.
    """
    if contestant.cubic:
        return _by_items(contestant, past, score, clock)
    part = min(1.0, max(PART / max(1, len(past)), 0.05))
    chance = np.random.default_rng(0).random(past.num_users)
    points: list[tuple[float, float, float]] = []
    for size, share in ((part / 20, 0.2), (part / 4, 0.1), (part, 0.1), (4 * part, 0.02)):
        most = min(share * clock.seconds, clock.left / 3)
        if size > part and (part > 0.25 or not points or 4 * sum(points[-1][1:]) > most):
            break
        few = past.select(chance[past.users] < size) if size < 1 else past
        if not len(few):
            continue
        if most <= 0 or (
            points and points[-1][1] * len(few) / len(past) > 3 * most * points[-1][0]
        ):
            return {"fit": NEVER, "score": 0.0}
        begin = clock.now()

        def tick(begin: float = begin, most: float = most) -> None:
            if clock.now() - begin > most:
                raise OutOfTime

        try:
            model = fitted(contestant, few, middle(contestant), None, 1, tick)[0]
        except OutOfTime:
            return {"fit": NEVER, "score": 0.0}
        except FAILS:
            continue  # of a part; a trial on the whole will say it
        end = clock.now()
        if size < part / 4:
            continue
        score(model)
        points.append((len(few) / len(past), end - begin, clock.now() - end))
    if not points:
        return {"fit": 0.0, "score": 0.0}
    (low, *small), (high, *large) = points[-2] if len(points) > 1 else points[-1], points[-1]
    rise = (1 - high) / (high - low) if high > low else 0.0
    rises = (rise, min(rise, 5.0))  # a score hardly grows with who was fitted; its noise would
    fit, scored = (b + max(0.0, b - a) * r for a, b, r in zip(small, large, rises, strict=True))
    return {"fit": fit, "score": scored}


def _by_items(
    contestant: Contestant, past: Interactions, score: Callable[[Any], float], clock: Clock
) -> dict[str, float]:
    """Return what `cost` does, of a fit that inverts a matrix of all items, or users, that have late events.

    A fit of a quarter of the items takes a 64th of it. A trial is as long as the mean over the shares of late events. To ask
    it is to sort lists, as with popularity, and a product before.
    """
    few = past.select(np.random.default_rng(0).random(past.num_items)[past.items] < 0.25).compact()
    if not len(few):
        return {"fit": 0.0, "score": 0.0}
    larger = [_smaller_side(latest(past, share)) for share in contestant.grid.get("share", [1.0])]
    larger = np.mean((np.array(larger) / max(1, _smaller_side(few))) ** 3)
    whole = {"share": 1.0} if "share" in contestant.grid else {}
    fit, scored = 0.0, clock.now()
    score(baselines.popularity(past))
    scored = clock.now() - scored
    for _ in range(2):  # the first one loads what it needs
        begin = clock.now()
        try:
            fitted(contestant, few, middle(contestant) | whole, None, 1, lambda: None)
        except FAILS:
            break
        fit = clock.now() - begin
    return {"fit": fit * larger, "score": 2 * scored}


def _smaller_side(past: Interactions) -> int:
    return min(len(np.unique(past.users)), len(np.unique(past.items)))


def fitted(
    contestant: Contestant,
    past: Interactions,
    knobs: dict,
    score,
    epochs: int,
    tick: Callable[[], None],
) -> tuple[Any, dict]:
    """Return (model, what it found by itself); what has no knobs takes a moment, and is never too late."""
    if contestant.grid:
        tick()
    if contestant.trained:
        return contestant.fit(past, score, epochs, tick, **knobs)
    return contestant.fit(past, **knobs), {}


def tries(contestant: Contestant, trials: int, more: int) -> int:
    """Return how many trials of this method there are: as many as its grid has settings, at most.

    What everybody gets (popularity, recent) has one short grid; all of it is tried, since new users get the best in each method.
    """
    wanted = trials if contestant.trained else trials * (more if contestant.personal else MORE[0])
    return min(wanted, math.prod(len(values) for values in contestant.grid.values()))


def plan(there: list[Contestant], costs: dict[str, dict], seconds: float, asked: float) -> dict:
    """Return how many trials everybody gets, the epochs of those who train, and who does not fit.

    Args:
        costs: name -> what `cost` returned.
        seconds: what is left.
        asked: users of the test for one of validation.

    Returns:
        {"trials", "more", "epochs": {name: at most}, "left": {name: why}, "seconds": {name: planned}}
    """
    there, left = list(there), {}
    while True:
        for trials, more in [*((t, MORE[0]) for t in TRIALS), (TRIALS[-1], MORE[-1])]:
            least = SOME if trials > TRIALS[-1] else FEW
            epochs, need = _shared(there, costs, trials, more, PLANNED * seconds, asked)
            if sum(need.values()) <= PLANNED * seconds and all(e >= least for e in epochs.values()):
                return {"trials": trials, "more": more, "epochs": epochs, "left": left, "seconds": need}  # fmt: skip
        need = {c.name: takes(c, costs[c.name], TRIALS[-1], MORE[-1], FEW, asked) for c in there}
        worst = max(there, key=lambda c: need[c.name] if c.grid else 0)
        if not worst.grid:
            return {
                "trials": TRIALS[-1],
                "more": MORE[-1],
                "epochs": dict.fromkeys(epochs, FEW),
                "left": left,
                "seconds": need,
            }
        there.remove(worst)
        left[worst.name] = (
            "a small fit alone would take too much of what is left of the minutes"
            if need[worst.name] > NEVER
            else f"{TRIALS[-1]} trials and a test would take about {max(0.1, need[worst.name] / 60):.1f} minutes more; give it more by --minutes"
        )


def takes(c: Contestant, cost: dict, trials: int, more: int, epochs: int, asked: float) -> float:
    """Return the seconds of all trials and the test of one method."""
    once = (cost["fit"] + cost["score"]) * epochs if c.trained else cost["fit"] + cost["score"]
    last = 1 / USUAL if "share" in c.grid else 1  # of all events
    return once * (tries(c, trials, more) + last) + cost["score"] * asked


def _shared(
    there: list, costs: dict, trials: int, more: int, seconds: float, asked: float
) -> tuple[dict, dict]:
    """Return the epochs of those who train, the same for all, and the seconds that everybody needs."""
    need = {c.name: takes(c, costs[c.name], trials, more, 1, asked) for c in there}
    slow = [c.name for c in there if c.trained]
    rest = seconds - sum(need[c.name] for c in there if not c.trained)
    epochs = int(np.clip(rest / max(sum(need[name] for name in slow), 1e-9), 0, EPOCHS))
    need |= {
        c.name: takes(c, costs[c.name], trials, more, epochs, asked) for c in there if c.trained
    }
    return dict.fromkeys(slow, epochs), need
