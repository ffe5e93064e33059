"""The page "Beside other packages": what the command `tests.benchmarks.peers` has measured."""

from __future__ import annotations

from typing import Any

from graphrec_utils import results

RESULT = "00_peers"
PAGE = """# Beside other packages

How fast are the engines of this course beside packages that are made for the same work? One command makes an
environment for each package, gives all of them the same inputs and their turns one after the other, and writes this
page's numbers:

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


def page() -> str:
    """Return the page in Markdown."""
    result = results.load(RESULT)
    about = [f"{k} {v}" for k, v in result.machine.items() if v and k not in ("system", "threads")]
    return PAGE.format(
        command=result.command, busy=busy(result.values), tables=tables(result.values), machine=", ".join(about)
    )  # fmt: skip


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
    return f"{found[0]:.2f} ({found[1]:.2f}–{found[2]:.2f})" if found else "–"


def _target(run: dict[str, Any], row: dict[str, Any]) -> str:
    """Judge by the CPU seconds of one thread, which other work disturbs least."""
    if row["target"] is None or run["threads"] > 1:
        return ""
    reached = row["CPU ratio"] and row["CPU ratio"][0] >= row["target"]
    return f"{row['target']:g}: {'reached' if reached else 'missed'}"
