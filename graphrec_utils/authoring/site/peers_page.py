"""The page "Beside other packages": what the command `tests.benchmarks.peers` has measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphrec_utils import markup, results

RESULT = "00_peers"
TEMPLATE = Path(__file__).with_name("peers.html")
PAGE = """# Beside other packages

**{least} to {most} times faster**, by the CPU seconds of one thread, than packages that are made for the same work. A dot is
the median of the rounds, its line the least and the largest; the short line is the target that was set before.

```{{raw}} html
{dots}
```

One command makes an environment for each package, gives all of them the same inputs and their turns one after the
other, and writes this page's numbers:

```sh
{command}
```

A **ratio** is the seconds of the package divided by those of the course in the same round; above 1 the course is
faster. The median of the rounds stands first, the least and the largest in brackets. **CPU** ratios count the work of
all threads, **wall** ratios the time that passes. A target was set before anything was measured; one that is missed
stays in the table. It is judged by the CPU ratio of one thread: a thread that waits for the other one burns CPU, too. "p" tests whether the engine draws from the right distribution: near 0 it does not.

{busy}

{tables}

Measured on: {machine}.
"""
TITLES = {
    "neighbors": "Neighbor sampling: 51,200 seeds, 10 and then 5 neighbors",
    "importance": "Importance neighborhoods of PinSage: 1,000 pins, a thousand steps each",
    "random_walks": "Random walks, written out: two million steps",
    "walks": "Pixie: a million steps of one query",
    "evaluation": "Ranking all items of Gowalla for all users",
    "ppr": "Personalized PageRank of 16 items",
}
HEAD = (
    "| engine | size | threads | CPU seconds | CPU ratio | wall ratio | target | quality |\n"
    + "|---" * 8
    + "|"
)


MOST = 32  # times, where the axis ends


def page() -> str:
    """Return the page in Markdown."""
    result = results.load(RESULT)
    rows = list(dots(result.values))
    said = "; ".join(f"{x['what']}, {x['beside']}: {x['times']} times the seconds" for x in rows)
    ticks = [{"at": _at(2.0**k), "said": str(2**k)} for k in range(6)]
    drawn = markup.render(TEMPLATE, rows=rows, said=said, ticks=ticks)
    times = sorted(float(row["times"]) for row in rows)
    about = [f"{k} {v}" for k, v in result.machine.items() if v and k not in ("system", "threads")]
    return PAGE.format(
        least=f"{times[0]:g}", most=f"{times[-1]:g}", dots=drawn, command=result.command, busy=busy(result.values), tables=tables(result.values), machine=", ".join(about)
    )  # fmt: skip


def dots(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row of the plot for each package beside which an engine was measured on one thread."""
    for name, runs in values.items():
        for run in runs:
            for row in run["rows"]:
                if run["threads"] == 1 and row["target"] is not None and row.get("CPU ratio"):
                    middle, least, most = row["CPU ratio"]
                    what = TITLES[name].partition(":")[0]
                    yield {
                        "what": what, "beside": f"beside {row['engine']}" + f", {run['size']} edges" * bool(run["size"]),
                        "at": _at(middle), "least": _at(least), "wide": round(_at(most) - _at(least), 1),
                        "target": _at(row["target"]), "times": f"{middle:.2g}",
                    }  # fmt: skip


def _at(times: float) -> float:
    """Return where a ratio stands on the axis from 1 to MOST, in percent of its length."""
    return round(100 * math.log(max(times, 1)) / math.log(MOST), 1)


def busy(values: dict[str, Any]) -> str:
    """Say whether the machine did other work meanwhile, by what was measured."""
    found = [
        run["wall by CPU"] for runs in values.values() for run in runs if run.get("wall by CPU")
    ]
    most = max(found, default=1.0)
    if most < 1.1:
        return "The machine was quiet: on one thread a CPU second took a second."
    return (
        f"**The machine was shared**: on one thread a CPU second of ours took up to {most:.1f} seconds. So read the CPU "
        "ratios, and wall ratios with care."
    )


def tables(values: dict[str, Any]) -> str:
    """Return one table in Markdown for each benchmark."""
    parts = []
    for name, runs in values.items():
        lines = [f"## {TITLES[name]}\n", HEAD]
        lines += [_line(run, row) for run in runs for row in run["rows"]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _line(run: dict[str, Any], row: dict[str, Any]) -> str:
    name = f"{row['engine']} {row['version']}" if row["version"] else row["engine"]
    head = [name, run["size"] or "", str(run["threads"])]
    if "note" in row:
        return "| " + " | ".join([*head, row["note"].replace("|", "/"), "", "", "", ""]) + " |"
    quality = ", ".join(
        f"{k} {v:,.0f}" if v >= 1000 else f"{k} {v:.4g}" for k, v in row["quality"].items()
    )
    cells = [
        f"{row['CPU seconds']:.3g}",
        _ratio(row["CPU ratio"]),
        _ratio(row["wall ratio"]),
        _target(run, row),
        quality,
    ]
    return "| " + " | ".join(head + cells) + " |"


def _ratio(found: list[float] | None) -> str:
    if found and set(found) == {1}:
        return "1"  # the course itself
    return f"{found[0]:.2f} ({found[1]:.2f}–{found[2]:.2f})" if found else "–"


def _target(run: dict[str, Any], row: dict[str, Any]) -> str:
    """Judge by the CPU seconds of one thread, which other work disturbs least."""
    if row["target"] is None or run["threads"] > 1:
        return ""
    reached = row["CPU ratio"] and row["CPU ratio"][0] >= row["target"]
    return f"{row['target']:g}: {'reached' if reached else 'missed'}"
