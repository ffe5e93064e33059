"""Tuning that ends where all neighbors are worse, or at an end of a ladder, which is named."""

from __future__ import annotations

from collections.abc import Callable


def climbed(
    ladders: dict[str, list], start: dict, value: Callable[[dict], float]
) -> tuple[dict, list[dict], str]:
    """Return the best knobs, all trials, and which knobs stand at an end of their ladder ("" if none).

    From `start` on all settings that differ by one step of one ladder are tried, and the best is next;
    it ends where none of them is better.

    Args:
        ladders: knob -> its values, in order.
        start: knob -> a value of its ladder.
        value: of a setting; shall be large.
    """
    tried: dict[tuple, float] = {}

    def asked(place: tuple) -> float:
        if place not in tried:
            tried[place] = value(knobs(place))
        return tried[place]

    def knobs(place: tuple) -> dict:
        return {k: ladder[i] for (k, ladder), i in zip(ladders.items(), place, strict=True)}

    here = tuple(ladder.index(start[k]) for k, ladder in ladders.items())
    while True:
        near = [
            (*here[:k], here[k] + step, *here[k + 1 :])
            for k, ladder in enumerate(ladders.values())
            for step in (-1, 1)
            if 0 <= here[k] + step < len(ladder)
        ]
        best = max([here, *near], key=asked)
        if best == here:
            break
        here = best
    ends = [
        f"{k} = {ladder[i]}"
        for (k, ladder), i in zip(ladders.items(), here, strict=True)
        if len(ladder) > 1 and i in (0, len(ladder) - 1)
    ]
    trials = [{"knobs": knobs(place), "score": score} for place, score in tried.items()]
    return knobs(here), trials, ", ".join(ends)
