"""Tuning for the stored tables: what is quick gets many random trials, what is trained in steps climbs.

A climb ends where all neighbors are worse, so a winner has been compared with both sides of every knob, or
stands at an end of its ladder and is named. Where models with few and with many knobs are to have equally many trials,
`counted` spends them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphrec_utils import train
from solutions.experiments.kept import kept

BUDGET = 24  # random trials, at most


@dataclass
class Chosen:
    """What a model has won with on what chooses."""

    knobs: dict
    score: float
    trials: int
    edge: str


def tuned(
    file: str,
    name: str,
    make: Callable[..., Any],
    grid: dict[str, list],
    score: Callable[[Any], float],
    start: Mapping | None = None,
    budget: int = BUDGET,
    natural: Mapping[str, Sequence] | None = None,
) -> Chosen:
    """Return the best of a model's trials; each is kept in build/bench/FILE.jsonl.

    Args:
        make: returns the model for some knobs.
        grid: knob -> its values, in order; empty: there is nothing to tune.
        start: where a climb begins, a value for each knob (others are not read); None: random trials.
        natural: knob -> values beyond which there is nothing.
    """

    def value(knobs: dict) -> float:
        return kept(file, f"{name} {knobs}", lambda: score(make(**knobs)))

    if start is not None:
        start = {k: start[k] for k in grid}
        best, trials, edge = climbed(grid, start, value, natural=natural)
        return Chosen(best, value(best), len(trials), edge)
    count = min(budget, int(np.prod([len(v) for v in grid.values()]))) if grid else 1
    search = train.tune(
        {name: (lambda **knobs: knobs, grid)}, count, value, natural=natural, progress=False
    )
    best = search.best(name)
    return Chosen(best.knobs, best.score, count, search.edges.get(name, ""))


def climbed(
    ladders: dict[str, list],
    start: dict,
    value: Callable[[dict], float],
    together: Sequence[tuple[str, str]] = (),
    natural: Mapping[str, Sequence] | None = None,
) -> tuple[dict, list[dict], str]:
    """Return the best knobs, all trials, and which knobs stand at an end of their ladder ("" if none).

    From `start` on all settings that differ by one step of one ladder are tried, and the best is next;
    it ends where none of them is better.

    Args:
        ladders: knob -> its values, in order.
        start: knob -> a value of its ladder.
        value: of a setting; shall be large.
        together: pairs of knobs that make up for each other, so that a step of both is tried, too.
        natural: knob -> values beyond which there is nothing: no end to be named.
    """
    tried: dict[tuple, float] = {}
    order = list(ladders)
    steps = [{k: step} for k in range(len(order)) for step in (-1, 1)]
    for pair in together:
        one, other = map(order.index, pair)
        steps += [{one: a, other: b} for a in (-1, 1) for b in (-1, 1)]

    def asked(place: tuple) -> float:
        if place not in tried:
            tried[place] = value(knobs(place))
        return tried[place]

    def knobs(place: tuple) -> dict:
        return {k: ladder[i] for (k, ladder), i in zip(ladders.items(), place, strict=True)}

    here = tuple(ladder.index(start[k]) for k, ladder in ladders.items())
    while True:
        near = [tuple(i + step.get(k, 0) for k, i in enumerate(here)) for step in steps]
        near = [
            place
            for place in near
            if all(0 <= i < len(v) for i, v in zip(place, ladders.values(), strict=True))
        ]
        top = max([here, *near], key=asked)
        if top == here:
            break
        here = top
    best = knobs(here)
    trials = [{"knobs": knobs(place), "score": score} for place, score in tried.items()]
    return best, trials, ends(ladders, best, natural)


def counted(
    count: int,
    ladders: dict[str, list],
    start: dict,
    value: Callable[[dict], float],
    natural: Mapping[str, Sequence] | None = None,
    seed: int = 0,
) -> tuple[dict, str, bool]:
    """Return the best knobs of `count` trials, which stand at an end, and whether all neighbors are worse.

    As `climbed`, but with as many trials for a model of two knobs as for one of four: where a climb ends, settings
    are drawn at random until one is better, and where trials end, so does the climb. `value` is asked for no more
    than `count` settings, and for fewer only if there are no more.

    Args:
        seed: of the draws.
    """
    order, rng = list(ladders), np.random.default_rng(seed)
    every = [tuple(map(int, place)) for place in np.ndindex(*(len(v) for v in ladders.values()))]
    every = [every[k] for k in rng.permutation(len(every))]
    tried: dict[tuple, float] = {}

    def knobs(place: tuple) -> dict:
        return {k: ladders[k][i] for k, i in zip(order, place, strict=True)}

    def near(place: tuple) -> list[tuple]:
        steps = [(k, step) for k in range(len(order)) for step in (-1, 1)]
        moved = [(*place[:k], place[k] + step, *place[k + 1 :]) for k, step in steps]
        return [
            p for p in moved if all(0 <= i < len(ladders[k]) for k, i in zip(order, p, strict=True))
        ]

    def ask(places: list[tuple]) -> None:
        for place in places:
            if place not in tried and len(tried) < count:
                tried[place] = value(knobs(place))

    ask([tuple(ladders[k].index(start[k]) for k in order)])
    here = next(iter(tried))
    while len(tried) < min(count, len(every)):
        ask(near(here))
        if max(tried, key=tried.get) == here:
            ask([place for place in every if place not in tried][:1])
        here = max(tried, key=tried.get)
    best = knobs(here)
    return best, ends(ladders, best, natural), all(place in tried for place in near(here))


def ends(ladders: dict[str, list], best: dict, natural: Mapping[str, Sequence] | None) -> str:
    """Return which knobs stand at an end of their ladder, "" if none does."""
    return ", ".join(
        f"{k} = {best[k]}"
        for k, ladder in ladders.items()
        if len(ladder) > 1
        and best[k] in (ladder[0], ladder[-1])
        and best[k] not in (natural or {}).get(k, ())
    )
