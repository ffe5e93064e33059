"""Which one wins? One knob of the data at a time, and who is first there."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from graphrec_utils import style
from graphrec_utils.plots.visuals.base import Visual
from graphrec_utils.results.regimes import checked, level_words
from graphrec_utils.results.regimes import regimes as stored

MOST = 5  # lines that have a name


def regimes(
    slices: Mapping[str, Mapping] | None = None,
    data: Mapping[str, float] | None = None,
    start: str | None = None,
    guess: str | None = None,
) -> Visual:
    """Return a visual with a slider for each knob, and for the one that was moved the line of every method.

    The winner at the slider's place is named, what cannot be told from it stands beside it in gray.
    `.live().slice` and `.live().places` are where the sliders stand, `.live().said` is who was guessed.

    Args:
        slices: slice -> what `results.regimes.regimes` returns, which is the default.
        data: slice -> the level at which your data lie; a dot there.
        start: the slice that is shown first.
        guess: a slice that hides who is first until the reader has named somebody; another one than `start`, which a picture shows.

    Raises:
        ValueError: there is no slice, one is of another grid, your data lie at a knob or a level that is none, or the picture
            would tell what is to be guessed.
    """
    slices = stored() if slices is None else slices
    if not slices:
        raise ValueError("no slice is stored: there is nothing to show")
    shown = {name: _slice(name, checked(values, name)) for name, values in slices.items()}
    start = start or next(iter(shown))
    data = dict(data or {})
    for name in [start, *data, *([guess] if guess else [])]:
        if name not in shown:
            raise ValueError(f"no slice {name!r}; there are {', '.join(shown)}")
    if guess == start:
        raise ValueError(
            f"the picture of {start} tells who is first there: let them guess at another slice"
        )
    for name, level in data.items():
        levels = shown[name]["sets"][0]["levels"]
        if not min(levels) <= level <= max(levels):
            raise ValueError(
                f"{name} was measured from {min(levels):g} to {max(levels):g} {shown[name]['unit']}; got {level:g}"
            )
    for name, slice_ in shown.items():
        slice_["mine"] = _between(slice_["sets"][0]["levels"], data[name]) if name in data else None
    middle = {name: len(x["sets"][0]["levels"]) // 2 for name, x in shown.items()}
    first = shown[start]["sets"][0]
    return Visual(
        Path(__file__).with_name("regimes.js"),
        state={"slices": shown, "order": list(shown), "slice": start, "set": 0, "places": middle, "guess": guess or "", "said": ""},
        text=f"which one wins: {', '.join(x['knob'] for x in shown.values())}",
        alt=(
            f"{shown[start]['measure']} of {len(first['methods'])} methods on {first['name']} by {shown[start]['knob']}. First is "
            + "; ".join(
                f"at {level_words(level)}, {row['first']}" for level, row in zip(first["levels"], first["first"], strict=True)
            ) + "."
        ),
        draw=lambda: draw(shown[start]),
    )  # fmt: skip


def _slice(name: str, values: Mapping) -> dict:
    """Return what the page needs, numbers in four digits."""

    def short(x: float) -> float:
        return float(f"{x:.4g}")

    sets = [
        {
            "name": data, "levels": part["levels"], "names": part.get("names"),
            "methods": [
                {
                    "name": method, "variant": method not in style.METHOD, **(style.mark(method) or {"color": style.CONTEXT, "points": "2,2 10,2 10,10 2,10"}),
                    **{key: [short(row[key]) for row in rows] for key in ("mean", "low", "high")},
                }
                for method, rows in part["methods"].items()
            ],
            "first": [{"first": row["first"], "level": list(row["level with"])} for row in part["first"]],
        }
        for data, part in values["sets"].items()
    ]  # fmt: skip
    return {
        "knob": values["knob"],
        "unit": values["unit"],
        "measure": values["measure"],
        "scale": values.get("scale", "linear"),
        "says": values.get("says", ""),
        "sets": sets,
    }


def _between(levels: list[float], level: float) -> float:
    """Return a place among the levels, which stand at equal distances."""
    return round(float(np.interp(level, levels, range(len(levels)))), 3)


def draw(slice_: Mapping) -> tuple[Axes, ...]:
    """Draw each data set: who is first or level with the first somewhere in color, the others in gray."""
    sets = slice_["sets"]
    log = slice_["scale"] == "log"  # then 0 says that a method does not fit there
    _, axes = plt.subplots(1, len(sets), figsize=(min(8, 4.4 * len(sets)), 3.9), squeeze=False)
    for ax, part in zip(axes[0], sets, strict=True):
        x, named, ends, others = range(len(part["levels"])), _named(part), [], []
        firsts = {row["first"] for row in part["first"]}
        for method in part["methods"]:
            mean = [y if y > 0 or not log else np.nan for y in method["mean"]]
            look = style.look(method["name"])
            there = [k for k, y in enumerate(mean) if np.isfinite(y)]
            if method["name"] not in named:
                ax.plot(x, mean, color=style.CONTEXT, linewidth=0.8, alpha=0.6)
                others += mean[-1:]
                continue
            ax.plot(x, mean, **look, markersize=6, label=method["name"])
            if method["name"] in firsts:
                band = {"color": look["color"], "alpha": 0.15, "linewidth": 0}
                ax.fill_between(x, method["low"], method["high"], **band)
            ends.append((there[-1], mean[there[-1]], method["name"], look["color"]))
        ax.set_xticks(list(x), [level_words(level) for level in part["levels"]])
        ax.set(title=part["name"], xlabel=slice_["knob"])
        ax.set(yscale="log") if log else ax.set(ylim=(0, None))
        if others := [y for y in others if np.isfinite(y)]:
            told = f"{len(others)} other{'s' * (len(others) > 1)}"
            ends.append((len(x) - 1, float(np.mean(others)), told, style.CONTEXT))
        _name_ends(ax, ends, len(x) - 1)
    axes[0][0].set_ylabel(textwrap.fill(slice_["measure"], 36))
    return tuple(axes[0])


def _named(part: Mapping) -> list[str]:
    """Return the methods that are first somewhere, then those that cannot be told from it, as often as they are."""
    firsts = list(dict.fromkeys(row["first"] for row in part["first"]))
    near = [name for row in part["first"] for name in row["level"]]
    return [*firsts, *sorted(set(near) - set(firsts), key=lambda x: -near.count(x))][:MOST]


def _name_ends(ax: Axes, ends: list[tuple], last: int) -> None:
    """Write each name at the right end of its line; names make room for each other."""
    low, high = (ax.transData.transform((0, y))[1] for y in ax.get_ylim())
    share = [(ax.transData.transform((0, end[1]))[1] - low) / (high - low) for end in ends]
    gap, at = 0.058, 1.0 + 0.058
    order = sorted(range(len(ends)), key=lambda k: -share[k])
    place = {}
    for k in order:
        at = place[k] = min(share[k], at - gap)
    floor = 0.02
    for k in reversed(order):
        floor = (place.update({k: max(place[k], floor)}) or place[k]) + gap
    for k, (x, y, name, color) in enumerate(ends):
        ax.annotate(
            name, (x, y), (1.03, place[k]), textcoords=("axes fraction", "axes fraction"), fontsize=9, va="center",
            color=style.INK, annotation_clip=False, arrowprops={"arrowstyle": "-", "color": color, "lw": 0.8, "relpos": (0, 0.5), "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip
    ax.set_xlim(-0.2, last + 0.2)
