"""The slices of "When does a graph model win?", as `solutions/experiments/lesson18/regimes` stored them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from graphrec_utils import methods, paths
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

# who cannot be told from the first is level with it, if the interval reaches no further to each side than this share of the largest mean
NARROW = 0.1

# what each slice says, in words that a student can repeat; tests hold them to what is stored
SAYS = {
    "history": "With one like iALS and LightGCN are ahead, with fifty item2item and EASE; on films what is recent is first throughout.",
    "age": "A week after training RP3β over today's edges is ahead; among things born since, encoders at first; for people, a fresh vector of PinnerFormer.",
    "content": "What a new item is born with says more than its content; OmniSage hears both and is level with the first until half is noise.",
    "rarity": "TwHIN, which reads other relations, is ahead of all who read clicks alone down to three percent; iALS on the same graph finds no less.",
    "order": "SASRec is ahead of all on films; on the other three sets walks in which recent events count more find no less.",
    "interests": "From two topics on five medoids find more than one medoid; a mean of what was saved lately finds no less than five.",
    "size": "Ten thousand things are scanned as fast as a walk or a push answers; a million take seventy times as long, ten million four hundred.",
}


def regimes() -> dict[str, dict]:
    """Return slice -> its knob, unit, measure, data sets and what it says, of all slices that are stored; see `checked`."""
    there = [name for name in ORDER if (paths.data() / "results" / f"{PREFIX}{name}.json").exists()]
    return {
        name: checked(load(PREFIX + name).values, name) | {"says": SAYS.get(name, "")}
        for name in there
    }


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


def places(slices: Mapping[str, Mapping]) -> dict[str, list[dict]]:
    """Return method -> where it is first, or cannot be told from the first, the clearest place first.

    Each place is {"slice", "data", "level", "first": whether it has the largest mean, "other": the nearest rival,
    "gap", "low", "high": how far it is ahead of that one, "call": what that says, see `call`}. Rows of one method, as "iALS" and
    "iALS, same graph", count as one, and are no rivals of each other.
    """
    found: dict[str, list[dict]] = {}
    for name, values in slices.items():
        for data, part in values["sets"].items():
            for at, row in enumerate(part["first"]):
                top = part["methods"][row["first"]][at]["mean"]
                best = _plain(row["first"])
                ahead = {
                    k: v
                    for k, v in {**row["behind"], **row["level with"]}.items()
                    if _plain(k) != best
                }
                place = {"slice": name, "data": data, "level": row["level"]}
                if ahead:
                    near = min(ahead, key=lambda k: ahead[k]["low"])
                    found.setdefault(best, []).append(
                        place | _lead(near, ahead[near], 1, top) | {"first": True}
                    )
                for other, band in row["level with"].items():
                    if _plain(other) != best:
                        found.setdefault(_plain(other), []).append(
                            place | _lead(row["first"], band, -1, top) | {"first": False}
                        )
    for rows in found.values():
        rows.sort(key=lambda x: (CALLS.index(x["call"]), not x["first"], -x["low"]))
    return found


CALLS = ("ahead", "level", "not told")


def call(lead: Mapping[str, float], top: float) -> str:
    """Return what a lead over the nearest rival says: "ahead"; "level", if its interval is narrow; or "not told".

    Args:
        lead: its "low" and "high".
        top: the largest mean there is, of which NARROW is a share.
    """
    if lead["low"] > 0:
        return "ahead"
    return "level" if (lead["high"] - lead["low"]) / 2 <= NARROW * top else "not told"


def _lead(other: str, band: Mapping[str, float], sign: int, top: float) -> dict:
    """Return a rival, and the lead over it: `band`, or where `sign` is -1 what the rival sees."""
    low, high = sorted(sign * band[x] for x in ("low", "high"))
    lead = {"other": other, "gap": sign * band["mean"], "low": low, "high": high}
    return lead | {"call": call(lead, top)}


def level_words(level: float) -> str:
    """Return a level in few characters: 0.5, 28, 10k, 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if level >= size:
            return f"{level / size:g}{letter}"
    return f"{level:g}"


def gap_words(lead: Mapping[str, float]) -> str:
    """Return a lead of one method over another: "+0.023, from +0.014 to +0.033"."""
    digits = "+,.0f" if abs(lead["mean"]) >= 10 else "+.3f"
    mean, low, high = (f"{lead[x]:{digits}}" for x in ("mean", "low", "high"))
    return f"{mean}, from {low} to {high}".replace("-", "−")


@dataclass(frozen=True)
class Uses:
    """What each system is for; shown as a table whose cells are whole sentences.

    Attributes:
        table: a row a system: what it is, when to take it and when to leave it, where it was first, its lesson.
    """

    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"what each of {len(self.table)} systems is for"

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.table.to_html(border=0)


def uses(slices: Mapping[str, Mapping] | None = None) -> Uses:
    """Return a row for each system of the course; see `Uses`. Where it was first is computed from what is stored."""
    slices = regimes() if slices is None else slices
    found = places(slices)
    rows = {
        method.name: {
            "what": method.what, "take it when": method.take, "leave it when": method.leave,
            "where it was first": _words(found.get(method.called.get("look", method.name), found.get(method.name, [])), slices, method.tried),
            "lesson": method.lesson,
        }
        for method in methods.TABLE
        if method.take
    }  # fmt: skip
    return Uses(pd.DataFrame.from_dict(rows, orient="index"))


def _words(rows: list[dict], slices: Mapping[str, Mapping], tried: str) -> str:
    if not rows:
        return "; ".join(["nowhere among what was measured", *([tried] if tried else [])])
    row = rows[0]
    values = slices[row["slice"]]
    knob, _, unit = values["knob"].partition(", ")  # "share of what is left, %"
    level = f"{level_words(row['level'])} {unit}".strip()
    where = f"{knob} {level}, {row['data']}"
    gap = gap_words(row | {"mean": row["gap"]})
    if row["call"] == "ahead":
        return f"{where}: ahead of all, {gap} over {row['other']}"
    said = "level with" if row["call"] == "level" else "not told from"
    return f"{where}: {'largest mean, ' if row['first'] else ''}{said} {row['other']} ({gap})"


def _plain(name: str) -> str:
    return name.partition(",")[0]
