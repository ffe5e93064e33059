"""Read the arguments of `bench`, run a benchmark of tests/benchmarks and print the comparison."""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.cli import shared
from graphrec_utils.cli.setup.environment import CannotRun
from tests.benchmarks.engine import peers, rounds, worker

PROGRAM = "python3 -m graphrec_utils bench"


def main(argv, folder=None, build=None):
    """Run one benchmark, or list them.

    Args:
        argv: the arguments after `bench`.
        folder: where the benchmarks are; by default the clone's tests/benchmarks.
        build: where inputs and environments go; by default the clone's build/bench.

    Returns:
        0 fine, 1 an engine broke off.

    Raises:
        CannotRun: no such benchmark, wrong arguments, or our own engine cannot run.
    """
    options = _parser().parse_args(argv)
    folder = folder or shared.clone() / "tests" / "benchmarks"
    known = benchmarks(folder)
    if options.name is None:
        width = max((len(name) for name in known), default=0)
        print("\n".join(f"  {name.ljust(width)}  {text}" for name, text in known.items()))
        return 0
    target = Path(options.json).resolve() if options.json else None
    if target and not target.parent.is_dir():
        raise CannotRun(f"there is no folder {target.parent} for --json")
    module, rows = measured(argv, folder, build)
    return report(options, known[options.name], rows, getattr(module, "WORK", None), target)


def measured(argv, folder=None, build=None, others=None):
    """Return the module of a benchmark and the rows of all its engines, those that are skipped last.

    Args:
        argv, folder, build: as of `main`.
        others: the engines that run beside the first; None: all.

    Raises:
        CannotRun: as `main`.
    """
    options = _parser().parse_args(argv)
    folder = folder or shared.clone() / "tests" / "benchmarks"
    known = benchmarks(folder)
    if options.name not in known:
        raise CannotRun(f"there is no benchmark {options.name!r}; there are {', '.join(known)}")
    if options.rounds < 1 or options.threads < 1:
        raise CannotRun("--rounds and --threads must be at least 1")
    file = folder / f"{options.name}.py"
    module = worker.load(file)
    sizes = getattr(module, "SIZES", (None,))
    size = options.size or sizes[0]
    if size not in sizes:
        there_are = ", ".join(filter(None, sizes)) or "none for this benchmark"
        raise CannotRun(f"--size {size}: no such size; there are {there_are}")
    pythons, clones, skipped = choose(module, options)
    if others is not None:
        wanted = {next(iter(module.ENGINES)), *others}
        pythons, skipped = ({k: x[k] for k in x if k in wanted} for x in (pythons, skipped))
    build = build or shared.clone() / "build" / "bench"
    inputs = build / "-".join(filter(None, [options.name, size]))
    inputs.mkdir(parents=True, exist_ok=True)
    common = {"folder": str(inputs), "threads": options.threads, "peer": None, "size": size}
    for name, requirements in pythons.items():
        try:
            pythons[name] = (
                peers.environment(build / "peers" / name, requirements)
                if requirements
                else sys.executable
            )
        except CannotRun as error:
            skipped[name] = f"skipped: {error}"
    pythons = {name: python for name, python in pythons.items() if name not in skipped}
    rounds.prepare(file, common)
    settings = {name: {**common, "peer": clones.get(name)} for name in pythons}
    rows = rounds.run(file, pythons, settings, options.rounds)
    if rows[0].broken:
        raise CannotRun(f"{rows[0].engine} {rows[0].note}")
    return module, rows + [rounds.Row(name, note=reason) for name, reason in skipped.items()]


def benchmarks(folder):
    """Return the benchmarks of a folder: name -> first line of its docstring."""
    found = {}
    for file in sorted(folder.glob("[a-z]*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        targets = [t for x in tree.body if isinstance(x, ast.Assign) for t in x.targets]
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        if "ENGINES" in names:
            found[file.stem] = (ast.get_docstring(tree) or "").split("\n")[0]
    return found


def choose(module, options):
    """Return engine -> pip requirements or None; engine -> clone; engine -> why it is skipped."""
    packages, folders = getattr(module, "PEERS", {}), getattr(module, "FOLDERS", {})
    clones = {}
    for text in options.peer_path:
        name, _, path = text.partition("=")
        if name not in folders:
            there_are = ", ".join(folders) or "none for this benchmark"
            raise CannotRun(f"--peer-path {text}: no such peer; there are {there_are}")
        if not Path(path).is_dir():
            raise CannotRun(f"--peer-path {text}: there is no folder {path!r}")
        clones[name] = Path(path).resolve()
    pythons, skipped = {}, {}
    for name in module.ENGINES:
        if name in folders and name not in clones:
            skipped[name] = f"skipped: needs --peer-path {name}=DIR, {folders[name]}"
        elif name in packages and name not in clones and not options.peers:
            skipped[name] = "skipped: runs with --peers"
        else:
            pythons[name] = packages.get(name)
    return pythons, clones, skipped


def report(options, title, rows, work, target):
    """Print the table, write the JSON file, return the exit code."""
    from graphrec_utils import results  # numpy: not needed to list or to refuse

    machine = {**results.machine(), "threads": options.threads}
    clock = "CPU seconds" if options.threads == 1 else "wall seconds"
    print(f"{title}\n\n{rounds.table(rows, work)}\n")
    print(
        f"{options.rounds} interleaved rounds; medians; ratio: {clock} divided by those of "
        f"{rows[0].engine} in the same round, from smallest to largest"
    )
    print(", ".join(f"{name} {value}" for name, value in machine.items() if value))
    if target:
        content = {"benchmark": options.name, "title": title, "rounds": options.rounds}
        content |= {"size": options.size} if options.size else {}
        content |= {"clock": clock, "work": work, "machine": machine, "rows": rounds.plain(rows)}
        try:
            with paths.replacing(target) as part:
                part.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
        except OSError as error:
            raise CannotRun(f"{target} cannot be written: {error}") from None
    return int(any(row.broken for row in rows))


def _parser():
    parser = argparse.ArgumentParser(
        usage=f"{PROGRAM} [NAME] [--peers] [--peer-path NAME=DIR] [--rounds N] [--threads N] "
        "[--size SIZE] [--json FILE]",
        description="Run a benchmark of tests/benchmarks: the course's engine beside others, at "
        "the same quality, in interleaved rounds. Without a name: list the benchmarks.",
        epilog=f"example: {PROGRAM} evaluation --peers --threads 2 --json build/evaluation.json",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="one of those that are listed")
    parser.add_argument(
        "--peers",
        action="store_true",
        help="also packages from PyPI, each installed into build/bench/peers (first time: minutes)",
    )
    parser.add_argument(
        "--peer-path",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="also a peer that is not on PyPI, from a folder that you have cloned",
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of each engine")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of every engine")
    parser.add_argument(
        "--size", metavar="SIZE", help="of benchmarks with several graphs; else the first"
    )
    parser.add_argument("--json", metavar="FILE", help="also write everything to a file")
    return parser
