"""One slice of the grid: every player is tuned for every level, and asked on every cut of the data.

Trials are equal within a slice: `QUICK` for what is fitted in a second or two, `SLOW` for what is trained. They climb (see
`tuning.counted`) on the mean over the levels that one fit can answer, and each level takes the trial that is best by its own
validation. They are made on the first cut; the other cuts take its knobs. What was fitted is kept, so a run that was stopped
goes on, and so does one whose ladders have grown. At a crossing whoever is behind gets twice the trials, and is asked again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from graphrec_utils import results
from solutions.experiments import kept, tuning
from solutions.experiments.lesson18.regimes import summary

QUICK, SLOW = 12, 6
COMMAND = "python -m solutions.experiments.lesson18.regimes"
Values = Mapping[float, np.ndarray]  # level -> (users,) the measure of each, the larger the better


class Stopped(Exception):
    """The minutes are over; what was fitted is kept."""


@dataclass(frozen=True)
class Stage:
    """What a model may know, and how it is judged.

    Attributes:
        given: what `fit` gets.
        judge: model -> the values of its users at each level of the stage.
    """

    given: Any
    judge: Callable[[Any], Values]


@dataclass(frozen=True)
class Player:
    """A method that can play.

    Attributes:
        fit: (given, **knobs) -> model.
        ladders: knob -> its values, in order; {}: there is nothing to tune.
        start: where the climb begins.
        trials: QUICK or SLOW.
        natural: knob -> values beyond which there is nothing to try.
    """

    fit: Callable[..., Any]
    ladders: dict[str, list] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)
    trials: int = QUICK
    natural: dict[str, Sequence] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """The levels that one fit can answer, on one cut of one data set.

    Attributes:
        levels: of the slice; all of them, where only what is asked differs, or one.
        players: method -> how it is fitted, by its name in `methods.TABLE`.
        choose: before the end, for the knobs.
        final: what is printed.
    """

    levels: tuple[float, ...]
    players: dict[str, Player]
    choose: Callable[[], Stage]
    final: Callable[[], Stage]


def run(slice_: ModuleType, until: float = np.inf) -> dict:
    """Measure what is missing in a slice, and store its result.

    Args:
        slice_: a module with NAME, CLAIM, KNOB, UNIT, MEASURE, SETS {data set: its groups of levels}, CUTS and
            `task(data, levels, cut)`; SCALE = "log" where the measure runs over powers of ten; LEADS: methods whose leads over all
            others are stored.
        until: `time.monotonic()` after which nothing new is begun.

    Raises:
        Stopped: it is later than that.
    """
    table: dict[str, dict] = {}
    for data, levels in slice_.SETS.items():
        methods: dict[str, dict[float, dict]] = {}
        for some in levels:
            group = _Group(slice_, data, tuple(some), until)
            for name in group.players:
                methods.setdefault(name, {}).update(group.rows(name))
        every = [level for some in levels for level in some]
        table[data] = summary.of_set(every, methods)
        if names := getattr(slice_, "NAMES", {}).get(data):  # of levels that are data sets
            table[data]["names"] = [names[level] for level in every]
        for name in getattr(slice_, "LEADS", ()):  # over everybody, first or not
            table[data].setdefault("leads", {})[name] = summary.leads(name, every, methods)
        for cross in table[data]["crossings"]:
            cross["twice"] = _twice(slice_, data, every, cross, methods, until)
    values = {
        "knob": slice_.KNOB, "unit": slice_.UNIT, "measure": slice_.MEASURE, "cuts": list(slice_.CUTS),
        "absent": slice_.ABSENT, "sets": table,
    } | ({"scale": slice_.SCALE} if hasattr(slice_, "SCALE") else {})  # fmt: skip
    file = f"18_regimes_{slice_.NAME}"
    results.save(file, claim=slice_.CLAIM, values=values, seeds=list(slice_.CUTS),
                 command=f"{COMMAND} {slice_.NAME}", seconds=kept.spent(file))  # fmt: skip
    return values


@dataclass
class _Group:
    """The levels that one fit can answer: who is asked there, and what was found."""

    slice_: ModuleType
    data: str
    levels: tuple[float, ...]
    until: float

    def __post_init__(self):
        self.file = f"18_regimes_{self.slice_.NAME}"
        self.task = cache(lambda cut: self.slice_.task(self.data, self.levels, cut))
        self.choose = cache(lambda: self.task(self.slice_.CUTS[0]).choose())
        self.final = cache(lambda cut: self.task(cut).final())

    @property
    def players(self) -> dict[str, Player]:
        return self.task(self.slice_.CUTS[0]).players

    def rows(self, name: str, times: int = 1) -> dict[float, dict]:
        """Return level -> {knobs, trials, edge, seconds, values: one list per cut}, after `times` as many trials.

        And facts, where the model has some.
        """
        player = self.players[name]
        found = _tuned(self.file, f"{self.data} {self.levels}", name, player, self.levels, self.choose,
                       self.until, times * player.trials)  # fmt: skip
        rows = {}
        for level, (knobs, trials, edge, row) in found.items():
            values = []
            for cut in self.slice_.CUTS:

                def ask(cut=cut, knobs=knobs):
                    return _ask(self.task(cut), self.final(cut), name, knobs)

                key = f"{self.data} {self.levels} cut {cut} {name} {_words(knobs)}"
                values.append(_kept(self.file, key, ask, self.until)[str(level)])
            rows[level] = {
                "knobs": knobs, "trials": trials, "edge": edge, "seconds": row["seconds"], "values": values,
            } | {key: row[key] for key in ("facts",) if key in row}  # fmt: skip
        return rows


def _twice(
    slice_: ModuleType, data: str, every: list, cross: dict, methods: dict, until: float
) -> dict:
    """Return a crossing's two leads, and where it lies, when at both levels the one behind gets twice the trials."""
    two = {name: dict(methods[name]) for name in (cross["from"], cross["to"])}
    for level, behind in zip(cross["between"], (cross["to"], cross["from"]), strict=True):
        (some,) = (x for x in slice_.SETS[data] if level in x)
        two[behind][level] = _Group(slice_, data, tuple(some), until).rows(behind, times=2)[level]
    leads = [summary.lead(*(rows[x]["values"] for rows in two.values())) for x in cross["between"]]
    between = [x["between"] for x in summary.crossings(every, two)]
    return {"before": asdict(leads[0]), "after": asdict(leads[1]), "between": between}


def _tuned(
    file: str,
    where: str,
    name: str,
    player: Player,
    levels: Sequence,
    choose: Callable[[], Stage],
    until: float,
    count: int,
) -> dict:
    """Return level -> (knobs, trials, which stand at an end of their ladder, what is kept of its fit)."""
    tried: list[tuple[dict, dict]] = []

    def value(knobs: dict) -> float:
        def ask() -> dict:
            start = time.process_time()
            stage = choose()
            model = player.fit(stage.given, **knobs)
            means = {
                str(level): float(np.nanmean(x))
                for level, x in _judged(name, stage, model, levels).items()
            }
            row = {"means": means, "seconds": round(time.process_time() - start, 2)}
            return row | {key: getattr(model, key) for key in ("facts",) if hasattr(model, key)}

        row = _kept(file, f"{where} tune {name} {_words(knobs)}", ask, until)
        tried.append((knobs, row))
        return float(np.mean(list(row["means"].values())))

    if player.ladders:
        tuning.counted(count, player.ladders, player.start, value, player.natural)
    else:
        value({})
    found = {}
    for level in levels:
        knobs, row = max(tried, key=lambda t, at=str(level): t[1]["means"][at])
        edge = tuning.ends(player.ladders, knobs, player.natural)
        found[level] = (knobs, len(tried), edge, row)
    return found


def _ask(task: Task, stage: Stage, name: str, knobs: dict) -> dict[str, list]:
    values = _judged(name, stage, task.players[name].fit(stage.given, **knobs), task.levels)
    return {str(level): np.round(x, 5).tolist() for level, x in values.items()}


def _judged(name: str, stage: Stage, model: Any, levels: Sequence[float]) -> Values:
    """Return the values of a model's users at each level.

    Raises:
        ValueError: the method has no answer at a level: it belongs among those that cannot play.
    """
    values = stage.judge(model)
    if missing := [level for level in levels if level not in values]:
        raise ValueError(
            f"{name} has no answer at {missing}: say in ABSENT why it cannot play there"
        )
    return values


def _kept(file: str, key: str, compute: Callable[[], Any], until: float) -> Any:
    """Return what is kept, or compute it if there is time."""
    if key not in kept.rows(file):
        if time.monotonic() > until:
            raise Stopped
        start = time.perf_counter()
        value = kept.kept(file, key, compute)
        print(f"  {key[:140]}  {time.perf_counter() - start:.1f} s", flush=True)
        return value
    return kept.kept(file, key, compute)


def _words(knobs: dict) -> str:
    """Return the knobs in a few characters that differ where they do."""
    text = json.dumps(knobs, sort_keys=True)
    return text if len(text) < 120 else hashlib.sha256(text.encode()).hexdigest()[:16]
