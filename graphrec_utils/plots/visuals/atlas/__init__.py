"""The atlas of industry: which company built what on which graph, as a matrix to be filtered."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from graphrec_utils import style, syllabus
from graphrec_utils.plots.visuals.base import Visual

FILE = Path(__file__).with_name("systems.toml")
KINDS = ("two sides", "many types", "item to item", "concepts", "sequence", "no graph")
WAYS = ("walk", "table", "GNN", "transformer", "language model", "towers", "clusters", "codes", "people and rules")  # fmt: skip
READ = {"paper": "the paper", "abstract": "the abstract only", "code": "the released code"}
CELLS = ("nodes", "encoder", "loss", "use", "reports")
NEEDED = ("name", "company", "year", "source", "read", "kind", "by", "lesson")
LOOKS = {
    "sequence": (style.POSITIVE,) * 2,
    "no graph": ("none", style.INK),
}  # of squares; others are items
OTHER = ("lecture", "summary", "also", "on", "on_by", *CELLS)


def systems(path: Path = FILE) -> tuple[list[dict], date]:
    """Return the systems in the order of their years, and the day on which they were looked up.

    Raises:
        ValueError: a system has no source, or does not say what was read, or something unknown; the sentence
            names it.
    """
    data = tomllib.loads(path.read_text("utf-8"))
    rows = data["system"]
    for row in rows:
        if wrong := fault(row):
            raise ValueError(f"{path.name}, {row.get('name', 'a system without a name')}: {wrong}")
    names = [row["name"] for row in rows]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{path.name}: {min(twice)} stands there twice")
    if lost := [name for row in rows for name in row.get("on", []) if name not in names]:
        raise ValueError(f"{path.name}: there is no {lost[0]} that one could build on")
    return sorted(rows, key=lambda row: row["year"]), data["looked_up"]


def fault(row: dict) -> str:
    """Return what is wrong with a system, "" for nothing."""
    if missing := [name for name in NEEDED if not row.get(name)]:
        return f"it has no {missing[0]}"
    told = [row, *([row["also"]] if "also" in row else [])]
    for part in told:
        if not str(part.get("source", "")).startswith("https://"):
            return "its source is no address"
        if part.get("read") not in READ:
            return f"read must be one of {', '.join(READ)}"
    if unknown := set(row) - {*NEEDED, *OTHER}:
        return f"{min(unknown)} is no field"
    if row["kind"] not in KINDS or not set(row["by"]) <= set(WAYS):
        return "its kind, or a word of by, is none that the filter knows"
    if row["lesson"] not in {lesson.number for lesson in syllabus.LESSONS}:
        return f"there is no lesson {row['lesson']}"
    if not set(row.get("summary", [])) <= {*(cell for cell in CELLS if cell in row), "kind", "by"}:
        return "summary names a cell that is not there"
    return ""


def atlas(kind: str = "", way: str = "", lecture: bool = False) -> Visual:
    """Return a visual of the systems, a row each, with filters; `.live().kind` and the others are what is chosen.

    Args:
        kind: only systems on such a graph, one of `KINDS`; "" for all.
        way: only systems built in such a way, one of `WAYS`; "" for all.
        lecture: only those that the lecture names.

    Raises:
        ValueError: kind or way is unknown, or as `systems`.
    """
    if kind and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
    if way and way not in WAYS:
        raise ValueError(f"way must be one of {', '.join(WAYS)}; got {way!r}")
    rows, day = systems()
    kept = [row for row in rows if fits(row, kind, way, lecture)]
    # without "https:": a fragment of a notebook names no address that it could ask
    shown = [
        {**row, "source": row["source"].removeprefix("https://"), "also": row.get("also", {}).get("says", "")}
        for row in rows
    ]  # fmt: skip
    chosen = ", ".join(x for x in (kind, way, "of the lecture" * lecture) if x) or "all"
    return Visual(
        Path(__file__).with_name("atlas.js"),
        state={"systems": shown, "kinds": KINDS, "ways": WAYS, "day": day.isoformat(),
               "kind": kind, "way": way, "company": "", "lecture": lecture, "open": "",
               "until": max(row["year"] for row in rows)},
        text=f"atlas of {len(rows)} systems, shown: {chosen}",
        alt=(
            f"{len(kept)} systems of industry from {kept[0]['year']} on ({chosen}), by year and kind of graph; arrows lead "
            f"to those that are built on another. "
            f"The last ones are {', '.join(row['name'] for row in kept[-3:])}."
            if kept else f"An empty matrix: no system is {chosen}, of all that the atlas has looked up."
        ),
        draw=lambda: draw(kept),
    )  # fmt: skip


def fits(row: dict, kind: str, way: str, lecture: bool) -> bool:
    """Report whether a system passes the filter."""
    return (
        kind in ("", row["kind"])
        and (not way or way in row["by"])
        and (not lecture or row.get("lecture", False))
    )


def draw(rows: list[dict]) -> Axes:
    """Draw the years to the right, a lane for each kind of graph, and an arrow to who is built on another."""
    years = sorted({row["year"] for row in rows})
    kinds = [kind for kind in KINDS if any(row["kind"] == kind for row in rows)]
    cells = {
        (k, y): [row["name"] for row in rows if (row["kind"], row["year"]) == (k, y)]
        for k in kinds
        for y in years
    }
    lanes = [max(len(cells[k, y]) for y in years) + 0.5 for k in kinds]
    top = [sum(lanes[:k]) for k in range(len(kinds))]
    _, ax = plt.subplots(figsize=(8, 0.9 + 0.29 * sum(lanes)))
    place = {}
    for k, kind in enumerate(kinds):
        ax.axhspan(
            top[k], top[k] + lanes[k], color=style.CONTEXT, alpha=0.12 * (k % 2 == 0), linewidth=0
        )
        for x, year in enumerate(years):
            for j, name in enumerate(cells[kind, year]):
                place[name] = x, top[k] + 0.75 + j
    for row in rows:
        x, y = place[row["name"]]
        fill, edge = LOOKS.get(row["kind"], (style.ITEM, style.ITEM))
        ax.plot(x, y, "s", color=fill, markeredgecolor=edge, markersize=7)
        name = (
            row["name"]
            .replace("Semantic IDs at YouTube", "Semantic IDs")
            .replace("Graph foundation model", "graph found. model")
        )
        ax.annotate(name, (x, y), (7, 0), textcoords="offset points", va="center", fontsize=8)
        for other in row.get("on", []):
            if other in place:
                bend = {
                    "arrowstyle": "-|>",
                    "color": style.USER,
                    "connectionstyle": "arc3,rad=-0.15",
                    "shrinkA": 5,
                    "shrinkB": 5,
                }
                ax.annotate("", (x, y), place[other], arrowprops=bend)
    ax.set_xlim(-0.2, max(len(years), 1) - 0.02)
    ax.set_ylim(max(sum(lanes), 1), 0)
    ax.set_xticks(range(len(years)), years)
    ax.xaxis.tick_top()
    ax.set_yticks([top[k] + lanes[k] / 2 for k in range(len(kinds))], kinds)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if not rows:
        ax.text(0, 0.5, "no system is all of this")
    return ax
