"""Every generator of the course, from your own functions where they pass, else from the library's.

    course = Course()                       # looks into your notebooks, as `own` does
    course                                  # a table: generator, whose, seconds of those fitted
    score = course.fit("LightGCN", saves)   # score(histories): (B, n), for lists and for a policy
    score(of_log(saves))                    # everybody whose saves these are

A generator is a line of `GENERATORS`: its lesson, the exercises that make a piece of it, whether gradients train it,
and a function of the saves that takes these pieces by the names of their functions. A piece that is not given is the
library's. Nothing is tuned, trainings are short: knobs are near those that the lessons choose.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from graphrec_utils.data import Interactions
from graphrec_utils.exercises import find, met
from graphrec_utils.exercises.generators import encoders, plain, systems
from graphrec_utils.exercises.generators.histories import of_log
from graphrec_utils.exercises.own import own
from graphrec_utils.models import filters
from graphrec_utils.pinworld import Histories

Score = Callable[[Histories], np.ndarray]


class Generator(NamedTuple):
    """One line of the table; `fit(saves, **functions of these exercises)` returns a model."""

    lesson: str
    exercises: tuple[str, ...]
    trained: bool
    fit: Callable


GENERATORS: dict[str, Generator] = {
    "most saved": Generator("01", ("01.5",), False, plain.most_saved),
    "item2item": Generator("01", ("01.6",), False, plain.item2item),
    "iALS": Generator("02", ("02.5",), False, plain.ials),
    "EASE": Generator("02", ("02.6",), False, plain.ease),
    "BPR": Generator("03", ("03.4",), True, met.of_dot),
    "L3": Generator("04", ("04.4",), False, plain.l3),
    "PageRank": Generator("04", ("04.5",), False, plain.pagerank),
    "spectral": Generator("04", ("04.6",), False, plain.spectral),
    "RP3β": Generator("04", (), False, lambda saves: filters.rp3beta(saves.csr(), 1.0, 0.5)),
    "NGCF": Generator("05", ("05.3",), True, met.of_ngcf),
    "LightGCN": Generator("06", ("06.1",), True, met.of_lightgcn),
    "GraphSAGE": Generator("07", ("07.4", "07.6"), True, encoders.graphsage),
    "Pixie": Generator("08", ("08.1", "08.5"), False, plain.pixie),
    "PinSage": Generator("09", ("09.1", "09.2", "09.3"), True, encoders.pinsage),
    "two towers": Generator("10", ("10.2", "10.3"), True, encoders.towers),
    "two towers, logQ": Generator("11", ("11.3",), True, encoders.towers_log_q),
    "TransE": Generator("12", ("12.1",), True, met.of_transe),
    "TwHIN": Generator("13", ("13.2",), True, systems.twhin),
    "three interests": Generator("13", ("13.4", "13.5"), True, systems.three_interests),
    "R-GCN": Generator("14", ("14.1", "14.2"), True, systems.rgcn),
    "MultiBiSage": Generator("14", ("14.1", "14.3"), True, systems.multibisage),
    "SASRec": Generator("15", ("15.1", "15.3"), True, systems.sasrec),
    "PinnerFormer": Generator("15", ("15.1", "15.5"), True, systems.pinnerformer),
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
        stopped: generator -> why yours was left out after all: it passes, and does not work on these saves.
    """

    def __init__(self, folder: Path | str | None = None):
        ids = {x for generator in GENERATORS.values() for x in generator.exercises}
        self.own = {x: own(x, None, folder) for x in sorted(ids)}
        self.took: dict[str, float] = {}
        self.stopped: dict[str, str] = {}

    def fit(self, name: str, saves: Interactions) -> Score:
        """Return a generator that was fitted on these saves: a function of histories.

        Raises:
            KeyError: no generator has this name.
        """
        generator, start = GENERATORS[name], time.perf_counter()
        mine = {
            find.get(x).function: self.own[x].function
            for x in generator.exercises
            if self.own[x].function is not None
        }
        self.stopped.pop(name, None)
        try:
            score = _fitted(generator, saves, mine)
        except Exception as error:
            if not mine:
                raise
            self.stopped[name] = f"yours stops on these saves: {type(error).__name__}"
            score = _fitted(generator, saves, {})
        self.took[name] = time.perf_counter() - start
        return score

    def whose(self, name: str) -> str:
        """Say on whose functions a generator runs."""
        if name in self.stopped:
            return f"the library's: {self.stopped[name]}"
        said: dict[str, list[str]] = {}
        for x in GENERATORS[name].exercises:
            said.setdefault(self.own[x].whose, []).append(x)
        told = [f"{whose} ({', '.join(ids)})" for whose, ids in said.items()]
        return "; ".join(told) or "the library's: no exercise"

    def table(self) -> pd.DataFrame:
        """Return a row for each generator."""
        rows = {
            name: {
                "lesson": g.lesson,
                "whose": self.whose(name),
                "trained": "by gradients" if g.trained else "",
                "seconds": f"{self.took[name]:.1f}" if name in self.took else "",
            }
            for name, g in GENERATORS.items()
        }
        return pd.DataFrame(rows).T

    def _repr_html_(self) -> str:
        return self.table().to_html()


def _fitted(generator: Generator, saves: Interactions, mine: dict[str, Callable]) -> Score:
    """Return the scores of a generator, after it has scored two users; raise what goes wrong there."""
    model = generator.fit(saves, **mine)
    score = getattr(model, "of", None) or (lambda histories: model.scores(histories.users))
    found = np.asarray(score(of_log(saves, np.arange(min(2, saves.num_users)))), dtype=float)
    if found.shape[1:] != (saves.num_items,) or not np.isfinite(found).all():
        raise ValueError("scores must be finite, one for each item")
    return score
