"""What a moral rests on: words for stored results (`MORALS` in each lesson's `morals.py`)."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping

from graphrec_utils import paths, results

ADVICE = "gives advice, or says what a word means: no number to bear it out"


def of(name: str):
    """Return the stored values of a result."""
    return results.load(name).values


def row(rows: list[Mapping], name: str, column: str = "ndcg") -> float:
    """Return one number of the row whose model, arm or ... (its first value) has this name."""
    return next(r[column] for r in rows if next(iter(r.values())) == name)


def printed(lesson: str, label: str, nth: int = 0) -> list[float]:
    """Return the numbers after a label, in the n-th line of the solved notebook's outputs that begins with it."""
    outputs = [o for cell in solved(lesson) for o in cell.get("outputs", [])]
    texts = ["".join(o.get("text") or o.get("data", {}).get("text/plain", "")) for o in outputs]
    line = [x for text in texts for x in text.splitlines() if x.startswith(label)][nth]
    return [
        float(x) for x in re.findall(r"(?<![\w.])[-+]?\d*\.?\d+(?!\w)", line.removeprefix(label))
    ]


@functools.cache
def solved(lesson: str) -> list[dict]:
    """Return the cells of a lesson's solved notebook, with their stored outputs."""
    (path,) = paths.root().joinpath("solutions").glob(f"{lesson}_*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def ahead(lead: Mapping) -> bool:
    """Is the interval of a lead above 0?"""
    return _ends(lead)[0] > 0


def behind(lead: Mapping) -> bool:
    """Is the interval of a lead below 0?"""
    return _ends(lead)[1] < 0


def open_(lead: Mapping) -> bool:
    """Can the two not be told apart?"""
    return not ahead(lead) and not behind(lead)


def mean(slice_: str, data: str, level: float, method: str) -> float:
    """Return the mean of a method at a level of one of the slices "When does a graph model win?"."""
    part = of(f"18_regimes_{slice_}")["sets"][data]
    return part["methods"][method][part["levels"].index(level)]["mean"]


def first(slice_: str, data: str, level: float) -> Mapping:
    """Return who is first at a level: {"first", "behind", "level with"}."""
    return next(x for x in of(f"18_regimes_{slice_}")["sets"][data]["first"] if x["level"] == level)


def _ends(lead: Mapping) -> tuple[float, float]:
    low, high = lead.get("low"), lead.get("high")
    return (
        (low, high)
        if low is not None
        else (lead["gap"] - 1.96 * lead["error"], lead["gap"] + 1.96 * lead["error"])
    )
