"""The command of the grid; see the head of the package."""

from __future__ import annotations

import argparse
import sys
import time

from solutions.experiments import kept
from solutions.experiments.lesson18.regimes import (
    age,
    content,
    grid,
    history,
    interests,
    order,
    rarity,
    size,
)

SLICES = {slice_.NAME: slice_ for slice_ in (history, age, content, rarity, interests, order, size)}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog=grid.COMMAND, description="When does a graph model win? Goes on where it stopped."
    )
    parser.add_argument("slices", nargs="*", metavar="SLICE", help=", ".join(SLICES))
    parser.add_argument(
        "--minutes", type=float, default=float("inf"), help="begin nothing after so many"
    )
    parser.add_argument(
        "--status", action="store_true", help="say what is kept, and measure nothing"
    )
    options = parser.parse_args(argv)
    if unknown := [x for x in options.slices if x not in SLICES]:
        parser.error(f"no slice {unknown[0]!r}; choose from {', '.join(SLICES)}")
    until = time.monotonic() + 60 * options.minutes
    for name in options.slices or SLICES:
        file = f"18_regimes_{name}"
        fits, seconds = len(kept.rows(file)), kept.spent(file)
        print(f"{name}: {fits} fits kept, {seconds / 60:.1f} min", flush=True)
        if options.status:
            continue
        try:
            values = grid.run(SLICES[name], until)
        except grid.Stopped:
            print(f"stopped in {name}; the same command goes on", flush=True)
            return 1
        for data, part in values["sets"].items():
            for row in part["first"]:
                print(
                    f"  {data}, {row['level']:g}: {row['first']}; level: {', '.join(row['level with'])}"
                )
            for cross in part["crossings"]:
                print(f"  {data}: {cross['from']} -> {cross['to']} between {cross['between']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
