"""The course beside other people's packages: every comparison in one command and one stored table.

    GRAPHREC_DATA_DIR=... python -m tests.benchmarks.peers
    python -m tests.benchmarks.peers --only importance random_walks      these again, the others stay

Each benchmark of PLAN at all its sizes, with one thread and with two. A peer has an environment of its own in
build/bench/peers, with the versions of `tests.benchmarks.pinned`; one that cannot be installed gets a sentence in
the table, and the others go on. Rounds are interleaved and ratios formed within a round, of CPU seconds and of wall
seconds both. How busy the machine was with other things is measured, too: wall by CPU seconds of the course's engine on
one thread, which is 1 on a quiet machine.

Writes data/results/00_peers.json after each benchmark.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import UTC, datetime

from graphrec_utils import results
from graphrec_utils.authoring.site import peers_page
from graphrec_utils.cli.setup.environment import CannotRun
from tests.benchmarks.engine import command

# benchmark -> peer -> how many times our seconds it should need
PLAN = {
    "neighbors": {"dgl": 3.0},
    "importance": {"dgl": 10.0},
    "random_walks": {"dgl": 10.0},
    "walks": {"dgl": 10.0},
    "evaluation": {"implicit": 1.8, "irspack": 3.0},
    "ppr": {"torch-ppr": 3.0},
}
THREADS = (1, 2)
RESULT, COMMAND = peers_page.RESULT, "python -m tests.benchmarks.peers"
CLAIM = "At the same quality the course's engines need a fraction of the seconds of well-known packages."


def spread(mine, ours):
    """Return median, least and largest ratio of the rounds."""
    ratios = [a / b for a, b in zip(mine, ours, strict=False) if b > 0]
    if not ratios:
        return None
    return [round(f(ratios), 3) for f in (statistics.median, min, max)]


def stored(rows, targets):
    """Return the rows of a benchmark as the table holds them."""
    out, first = [], rows[0]
    for row in rows:
        found = {"engine": row.engine, "version": row.version, "target": targets.get(row.engine)}
        if not row.wall or row.broken:
            out.append(found | {"note": row.note or "not run"})
            continue
        found |= {
            "seconds": round(statistics.median(row.wall), 4),
            "CPU seconds": round(statistics.median(row.cpu), 4),
        }
        found |= {
            "CPU ratio": spread(row.cpu, first.cpu),
            "wall ratio": spread(row.wall, first.wall),
        }
        out.append(found | {"quality": row.quality, "MB": row.memory})
    return out


def measure(name, rounds, threads=THREADS, folder=None, build=None):
    """Return the measurements of a benchmark: a list, one entry for each size and number of threads."""
    module = command.worker.load(
        (folder or command.shared.clone() / "tests" / "benchmarks") / f"{name}.py"
    )
    found = []
    for size in getattr(module, "SIZES", (None,)):
        for count in threads:
            argv = [name, "--peers", "--rounds", str(rounds), "--threads", str(count)]
            argv += ["--size", size] if size else []
            print(" ".join(argv), file=sys.stderr, flush=True)
            _, rows = command.measured(argv, folder, build, PLAN[name])
            busy = statistics.median(rows[0].wall) / max(statistics.median(rows[0].cpu), 1e-9)
            about = {"size": size, "threads": count, "rounds": rounds}
            if count == 1:
                about["wall by CPU"] = round(busy, 2)
            found.append(
                about
                | {
                    "day": datetime.now(UTC).date().isoformat(),
                    "rows": stored(rows, PLAN[name]),
                }
            )
    return found


def main(argv=None):
    """Measure, store, print; returns 1 if a benchmark of ours could not run."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], usage=f"{COMMAND} [--only NAME …] [--rounds N]"
    )
    parser.add_argument("--only", nargs="+", choices=PLAN, default=list(PLAN), metavar="NAME",
                        help=f"measure these again and keep the others: {', '.join(PLAN)}")  # fmt: skip
    parser.add_argument(
        "--rounds", type=int, default=5, help="turns of each engine; 5 or more are stored"
    )
    options = parser.parse_args(argv)
    if options.rounds < 5:
        parser.error("--rounds must be at least 5: fewer show no spread")
    try:
        known = results.load(RESULT)
        values, seconds = dict(known.values), known.seconds
    except FileNotFoundError:
        values, seconds = {}, 0.0
    failed = False
    for name in options.only:
        start = time.perf_counter()
        try:
            values[name] = measure(name, options.rounds)
        except CannotRun as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
            continue
        seconds += time.perf_counter() - start
        values = {name: values[name] for name in PLAN if name in values}
        results.save(RESULT, claim=CLAIM, values=values, seeds=[0], seconds=seconds, command=COMMAND,
                     data=["gowalla"])  # fmt: skip
    print(peers_page.tables(values))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
