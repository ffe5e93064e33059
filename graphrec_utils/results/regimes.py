"""The slices of "When does a graph model win?", as `solutions/experiments/lesson18/regimes` stored them."""

from __future__ import annotations

from collections.abc import Mapping

from graphrec_utils import paths
from graphrec_utils.results import load

PREFIX = "18_regimes_"
ORDER = (
    "history",
    "age",
    "content",
    "rarity",
    "interests",
    "order",
    "size",
)  # from the nearest question on


def regimes() -> dict[str, dict]:
    """Return slice -> its knob, unit, measure and data sets, of all slices that are stored; see `checked`."""
    there = [name for name in ORDER if (paths.data() / "results" / f"{PREFIX}{name}.json").exists()]
    return {name: checked(load(PREFIX + name).values, name) for name in there}


def checked(values: Mapping, name: str) -> dict:
    """Return what a slice stores, if it is whole.

    Raises:
        ValueError: it is no slice, or a method was not asked at every level: the file is of another grid.
    """
    if missing := {"knob", "unit", "measure", "sets"} - set(values):
        raise ValueError(f"{name} is no slice of the grid: it has no {', '.join(sorted(missing))}")
    for data, part in values["sets"].items():
        levels = part["levels"]
        counts = {x: len(rows) for x, rows in part["methods"].items()} | {
            "first": len(part["first"])
        }
        for what, count in counts.items():
            if count != len(levels):
                raise ValueError(
                    f"{name} is of another grid: {data} has {len(levels)} levels, and {what} {count}; measure it again"
                )
    return dict(values)
