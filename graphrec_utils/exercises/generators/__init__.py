"""Every generator of the course, from your own functions where they pass, else from the library's.

    course = Course()                       # looks into your notebooks, as `own` does
    course                                  # a table: generator, whose, seconds of those fitted
    score = course.fit("LightGCN", saves)   # score(histories): (B, n), for lists and for a policy
    score(of_log(saves))                    # everybody whose saves these are

Most generators hear what is saved after they were fitted, since they read the histories; some know users by their ids and
say the same of a user until they are fitted again. The table's column "hears new saves" tells which.

A generator is a line of `GENERATORS`: its lesson, the exercises that make a piece of it, whether gradients train it,
and a function of the saves that takes these pieces by the names of their functions. A piece that is not given is the
library's, and so is one that passes its check but stops, or takes too long, on these saves. Knobs are those that the
lessons choose, or near them; on the saves of lesson 18 a training takes ten seconds or less, MultiBiSage twenty, and data/results/18_generators.json
says what each finds there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from graphrec_utils.data import Interactions
from graphrec_utils.exercises import find, met, runner
from graphrec_utils.exercises.from_earlier import from_earlier
from graphrec_utils.exercises.generators import encoders, plain, systems
from graphrec_utils.exercises.generators.histories import of_log
from graphrec_utils.models import filters
from graphrec_utils.pinworld import Histories

Score = Callable[[Histories], np.ndarray]
SECONDS = 60.0  # of computing that your functions may take, in a training and in each call
PATIENCE = 3.0  # times as many may pass on a busy machine
LONGEST = 160  # characters of an error


class Generator(NamedTuple):
    """One line of the table; `fit(saves, **functions of these exercises)` returns a model.

    That has `of(histories)`, or `scores(users)` if it knows users by their ids and does not `hear` what they save later.
    """

    lesson: str
    exercises: tuple[str, ...]
    trained: bool
    fit: Callable
    hears: bool = True


GENERATORS: dict[str, Generator] = {
    "most saved": Generator("01", ("01.5",), False, plain.most_saved, hears=False),
    "item2item": Generator("01", ("01.6",), False, plain.item2item),
    "iALS": Generator("02", ("02.5",), False, plain.ials),
    "EASE": Generator("02", ("02.6",), False, plain.ease),
    "BPR": Generator("03", ("03.4",), True, met.of_dot, hears=False),
    "L3": Generator("04", ("04.4",), False, plain.l3),
    "PageRank": Generator("04", ("04.5",), False, plain.pagerank, hears=False),
    "spectral": Generator("04", ("04.6",), False, plain.spectral, hears=False),
    "RP3β": Generator(
        "04", (), False, lambda saves: filters.rp3beta(saves.csr(), 0.6, 0.0), hears=False
    ),
    "NGCF": Generator("05", ("05.3",), True, met.of_ngcf, hears=False),
    "LightGCN": Generator("06", ("06.1",), True, met.of_lightgcn, hears=False),
    "GraphSAGE": Generator("07", ("07.4", "07.6"), True, encoders.graphsage, hears=False),
    "Pixie": Generator("08", ("08.1", "08.5"), False, plain.pixie),
    "PinSage": Generator("09", ("09.1", "09.2", "09.3"), True, encoders.pinsage),
    "two towers": Generator("10", ("10.2", "10.3"), True, encoders.towers),
    "two towers, logQ": Generator("11", ("11.3",), True, encoders.towers_log_q),
    "TransE": Generator("12", ("12.1",), True, systems.of_transe, hears=False),
    "TwHIN": Generator("13", ("13.2",), True, systems.twhin, hears=False),
    "three interests": Generator("13", ("13.4", "13.5"), True, systems.three_interests),
    "R-GCN": Generator("14", ("14.1", "14.2"), True, systems.rgcn),
    "MultiBiSage": Generator("14", ("14.1", "14.3"), True, systems.multibisage),
    "SASRec": Generator("15", ("15.1", "15.3"), True, systems.sasrec),
    "PinnerFormer": Generator("15", ("15.1", "15.5"), True, systems.pinnerformer, hears=False),
    "OmniSage": Generator("16", ("14.3", "16.1", "16.2"), True, systems.omnisage),
    "semantic IDs": Generator("16", ("16.6",), False, plain.semantic),
}


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
        try:
            score, _ = self._tried(generator, saves, mine, two)
        except (Exception, runner.OutOfTime) as error:
            score, mine, _ = self._without(name, saves, mine, two, error)
        self.took[name] = time.perf_counter() - start
        if not mine:
            return score

        def careful(histories: Histories) -> np.ndarray:
            nonlocal score, mine
            try:
                return _asked(score, histories, saves.num_items)
            except (Exception, runner.OutOfTime) as error:
                score, mine, found = self._without(name, saves, mine, histories, error)
                return found

        return careful

    def _without(
        self, name: str, saves: Interactions, mine: dict, histories: Histories, error: BaseException
    ) -> tuple:
        """Return (score, what of yours is left in it, its scores) without the exercise at fault, or without all.

        Raises:
            Exception: of the library's own pieces.
        """
        if not mine:
            raise error
        why = f"takes longer than {self.seconds:g} s on these saves"
        if isinstance(error, Exception):
            text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
            why = f"stops on these saves: {text[:LONGEST]}"
        one_by_one = [[x] for x in mine] if len(mine) > 1 else []
        for out in [*one_by_one, list(mine)]:
            left = {x: f for x, f in mine.items() if x not in out}
            try:
                score, found = self._tried(GENERATORS[name], saves, left, histories)
            except (Exception, runner.OutOfTime):
                if not left:
                    raise
                continue
            said = self.stopped.setdefault(name, {})
            said |= dict.fromkeys(out, f"the library's: yours {why}")
            return score, left, found

    def _tried(
        self, generator: Generator, saves: Interactions, mine: dict, histories: Histories
    ) -> tuple:
        """Return a fitted score, and what it says of some histories; raise what goes wrong."""
        clock = runner.Deadline(self.seconds, PATIENCE)

        def timed(function: Callable) -> Callable:
            def call(*arguments):
                with clock:  # the library's part of a training is not counted
                    return function(*arguments)

            return call

        model = generator.fit(saves, **{find.get(x).function: timed(f) for x, f in mine.items()})

        def score(histories: Histories) -> np.ndarray:
            nonlocal clock
            clock = runner.Deadline(self.seconds, PATIENCE)
            return model.of(histories) if generator.hears else model.scores(histories.users)

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
