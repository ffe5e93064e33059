"""`python3 -m graphrec_utils data report`: what PinWorld can support, and what it cannot.

Prints one table per premise with its claims, and draws one picture each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import pandas as pd

from graphrec_utils import paths, style
from graphrec_utils.authoring.pinworld_report import (
    premises_hidden,
    premises_observed,
    probe_memory,
    probe_pins,
    probe_saves,
)
from graphrec_utils.authoring.pinworld_report.premise import Premise
from graphrec_utils.pinworld.generator import make
from graphrec_utils.pinworld.world import World

STATISTICS = (
    premises_observed.tails,
    premises_observed.popularity,
    premises_observed.ads,
    premises_observed.parity,
    premises_hidden.drift,
    premises_hidden.ambiguity,
    premises_hidden.stickiness,
)


def measure(world: World, seed: int = 0) -> Iterator[Premise]:
    """Yield all premises of a world, the quick ones first.

    Args:
        world: the smaller it is, the fewer claims hold: they are meant for "small".
        seed: for what the probes draw: held-out saves, query pins, users.
    """
    for statistic in STATISTICS:
        yield statistic(world)
    yield probe_saves.premise(world, seed)
    vectors = probe_pins.pin_vectors(world)
    yield probe_pins.related_premise(world, vectors, seed)
    yield probe_pins.study_premise(world, vectors, seed)
    yield probe_memory.premise(world, vectors["six"], seed)


def text(premise: Premise) -> str:
    """Return a premise as text: question, table, and every claim with its verdict."""
    table = premise.table.to_string(float_format=lambda x: f"{x:.4g}", na_rep="")
    verdicts = (
        f"  {'holds' if ok else 'DOES NOT HOLD':14} {claim}" for claim, ok in premise.claims.items()
    )
    return "\n".join((f"## {premise.name}: {premise.question}", table, *verdicts))


def draw(premise: Premise, path: Path) -> None:
    """Draw the curves of a premise into a PNG file."""
    import matplotlib.pyplot as plt

    with plt.rc_context(style.RC):
        figure, ax = plt.subplots(figsize=(7, 4))
        curves = premise.curves
        if premise.kind == "bar":
            curves.plot.bar(ax=ax, color=_colors(curves), width=0.8, rot=20)
            ax.margins(y=0.25)  # room for the legend
        else:
            for mark, (name, curve) in zip(cycle(style.MARKERS), curves.items(), strict=False):
                ax.plot(curve.index, curve, marker=mark, markevery=0.1, label=name)
            ax.legend()
        if premise.kind == "tail":
            ax.set(xscale="log", yscale="log")
        if curves.shape[1] == 1 and ax.get_legend():
            ax.get_legend().remove()
        ax.set(xlabel=premise.labels[0], ylabel=premise.labels[1], title=premise.question)
        ax.title.set_fontsize("small")
        with paths.replacing(path) as part:
            figure.savefig(part, format="png", metadata={"Software": None})
        plt.close(figure)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure a world and print the report.

    Returns:
        0 when every claim holds, 1 when one does not, 2 when it could not run.
    """
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils data report",
        description="Measure what the synthetic world can support, and what it cannot.",
        epilog="example: python3 -m graphrec_utils data report --seed 1 --out build/pinworld",
    )
    parser.add_argument("--scale", default="small", help="tiny, small, medium or a number")
    parser.add_argument("--seed", type=int, default=0, help="of the world (default 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for pictures and report.md")
    options = parser.parse_args(argv)
    try:
        world = make(options.seed, _number(options.scale))
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError) as problem:
        print(problem)
        return 2
    parts, started, failed = [repr(world)], time.perf_counter(), 0
    print(parts[0])
    for premise in measure(world, options.seed):
        parts.append(text(premise))
        print("\n" + parts[-1], flush=True)
        failed += not premise.holds
        if options.out:
            draw(premise, options.out / f"{premise.name}.png")
    seconds = time.perf_counter() - started
    parts.append(
        f"{len(parts) - 1} premises, {failed} with a claim that does not hold; {seconds:.0f} s"
    )
    print("\n" + parts[-1])
    if options.out:
        paths.write(options.out / "report.md", "\n\n".join(map(_markdown, parts)) + "\n")
    return int(failed > 0)


def _number(scale: str) -> float | str:
    """Return "0.5" as a number and "small" as it is."""
    try:
        return float(scale)
    except ValueError:
        return scale


def _markdown(part: str) -> str:
    """Return a part of the report with its table as preformatted text and its picture."""
    if not part.startswith("## "):
        return part
    title, _, rest = part.partition("\n")
    name = title[3:].partition(":")[0]
    return f"{title}\n\n```\n{rest}\n```\n\n![{title[3:]}]({name}.png)"


def _colors(curves: pd.DataFrame) -> list[str]:
    """Return a color per column."""
    return [color for color, _ in zip(cycle(style.CYCLE), curves, strict=False)]
