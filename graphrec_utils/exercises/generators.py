"""Every generator of the course, from your own functions where they pass, else from the library's.

    course = Course()                       # looks into your notebooks, as `own` does
    course                                  # a table: generator, whose, seconds of those fitted
    score = course.fit("LightGCN", saves)   # score(histories): (B, n), for lists and for a policy
    score(of_log(saves))                    # everybody whose saves these are

Most generators hear what is saved after they were fitted, since they read the histories; some know users by their ids and
say the same of a user until they are fitted again. The table's column "hears new saves" tells which.

A generator is a row of `methods.TABLE`: its lesson, the exercises that make a piece of it, whether gradients train it,
and the name of a function of the saves that takes these pieces by the names of their functions. A piece that is not given is the
library's, and so is one that passes its check but stops, or takes too long, on these saves. Knobs are those that the
lessons choose, or near them; on the saves of lesson 18 a training takes ten seconds or less, MultiBiSage twenty, and data/results/18_generators.json
says what each finds there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from graphrec_utils import methods
from graphrec_utils.data import Interactions
from graphrec_utils.exercises import find, runner
from graphrec_utils.exercises.from_earlier import from_earlier
from graphrec_utils.fitted import encoders, likes, plain, systems
from graphrec_utils.fitted.histories import of_log
from graphrec_utils.methods import Method
from graphrec_utils.pinworld import Histories

Score = Callable[[Histories], np.ndarray]
SECONDS = 60.0  # of computing that your functions may take, in a training and in each call
PATIENCE = 3.0  # times as many may pass on a busy machine
LONGEST = 160  # characters of an error


GENERATORS: dict[str, Method] = methods.with_("generator")
FITS = {"likes": likes, "plain": plain, "encoders": encoders, "systems": systems}


def fit_of(generator: Method) -> Callable:
    """Return `fit(saves, **functions of its exercises)`, which returns a model.

    That has `of(histories)`, or `scores(users)` if it knows users by their ids and does not `hear` what they save later.
    """
    module, function = generator.generator.split(".")
    return getattr(FITS[module], function)


class Course:
    """All generators, over the functions that are yours.

    Args:
        folder: where your notebooks are, as for `own`.

    Attributes:
        own: exercise id -> an `Own`; its function is None where yours does not pass.
        took: generator -> seconds, of those that were fitted.
        stopped: generator -> exercise -> why yours was left out after all: it passes, and does not work on these saves.
        seconds: of computing that your functions may take, in a training and in each call of a score.
    """

    def __init__(self, folder: Path | str | None = None):
        ids = {x for generator in GENERATORS.values() for x in generator.exercises}
        self.own = {x: from_earlier(x, None, folder) for x in sorted(ids)}
        self.took: dict[str, float] = {}
        self.stopped: dict[str, dict[str, str]] = {}
        self.seconds = SECONDS
        self._spoke: dict[str, str] = {}  # generator -> the exercise whose function was asked last

    def fit(self, name: str, saves: Interactions) -> Score:
        """Return a generator that was fitted on these saves: a function of histories.

        Where yours fails later, in a call of that function, the library's takes over there.

        Raises:
            KeyError: no generator has this name.
        """
        generator, start = GENERATORS[name], time.perf_counter()
        two = of_log(saves, np.arange(min(2, saves.num_users)))
        mine = {x: f for x in generator.exercises if (f := self.own[x].function) is not None}
        self.stopped.pop(name, None)
        score, mine, _ = self._working(name, saves, mine, two)
        self.took[name] = time.perf_counter() - start
        if not mine:
            return score

        def careful(histories: Histories) -> np.ndarray:
            nonlocal score, mine
            try:
                return _asked(score, histories, saves.num_items)
            except (Exception, runner.OutOfTime) as error:
                score, mine, found = self._working(name, saves, mine, histories, error)
                return found

        return careful

    def _working(
        self, name: str, saves: Interactions, mine: dict, histories: Histories, error=None
    ) -> tuple:
        """Return (score, what of yours is left in it, its scores); after an error without whose function spoke last.

        Raises:
            Exception: of the library's own pieces.
        """
        said = {}
        while True:
            if error is not None:
                if not mine:
                    raise error
                out = [self._spoke[name]] if self._spoke.get(name) in mine else list(mine)
                said |= dict.fromkeys(out, f"the library's: yours {self._why(error)}")
                mine = {x: f for x, f in mine.items() if x not in out}
            try:
                score, found = self._tried(name, saves, mine, histories)
            except (Exception, runner.OutOfTime) as another:
                error = another
                continue
            if said:
                self.stopped[name] = self.stopped.get(name, {}) | said
            return score, mine, found

    def _why(self, error: BaseException) -> str:
        if not isinstance(error, Exception):
            return f"takes longer than {self.seconds:g} s on these saves"
        text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        return f"stops on these saves: {text[:LONGEST]}"

    def _tried(self, name: str, saves: Interactions, mine: dict, histories: Histories) -> tuple:
        """Return a fitted score, and what it says of some histories; raise what goes wrong."""
        clock = runner.Deadline(self.seconds, PATIENCE)
        self._spoke[name] = ""

        def timed(x: str, function: Callable) -> Callable:
            def call(*arguments):
                self._spoke[name] = x
                with clock:  # the library's part of a training is not counted
                    return function(*arguments)

            return call

        own = {find.get(x).function: timed(x, f) for x, f in mine.items()}
        model = fit_of(GENERATORS[name])(saves, **own)

        def score(histories: Histories) -> np.ndarray:
            nonlocal clock
            clock = runner.Deadline(self.seconds, PATIENCE)
            return model.of(histories) if GENERATORS[name].hears else model.scores(histories.users)

        return score, _asked(score, histories, saves.num_items)

    def whose(self, name: str) -> str:
        """Say on whose functions a generator runs."""
        said: dict[str, list[str]] = {}
        for x in GENERATORS[name].exercises:
            said.setdefault(self.stopped.get(name, {}).get(x, self.own[x].whose), []).append(x)
        told = [f"{whose} ({', '.join(ids)})" for whose, ids in said.items()]
        return "; ".join(told) or "the library's: no exercise"

    def table(self) -> pd.DataFrame:
        """Return a row for each generator."""
        rows = {
            name: {
                "lesson": g.lesson,
                "whose": self.whose(name),
                "trained": "by gradients" if g.trained else "",
                "hears new saves": "yes" if g.hears else "no",
                "seconds": f"{self.took[name]:.1f}" if name in self.took else "",
            }
            for name, g in GENERATORS.items()
        }
        return pd.DataFrame(rows).T

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def __repr__(self) -> str:
        return self.table().to_string()


def _asked(score: Score, histories: Histories, num_items: int) -> np.ndarray:
    """Return what a generator says; raise what goes wrong there."""
    found = np.asarray(score(histories), dtype=float)
    if found.shape != (len(histories), num_items) or not np.isfinite(found).all():
        raise ValueError("scores must be finite, one for each user and item")
    return found
