"""`python3 -m graphrec_utils data list|fetch|verify|identify|report`: which data sets are here, and where."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.datasets import registry


def list_sets(names: Sequence[str]) -> int:
    """Print a table of the data sets: size, where it is now, what; of those named, paths and terms first."""
    own = paths.downloads()
    entries = {name: registry.entry(name) for name in names or registry.names()}
    for name, entry in entries.items() if names else ():
        print(name)
        for file in entry["files"]:
            print(f"  {_here(file)[1]}")
        print(f"  terms: {entry['terms']}")
        print(f"  cite:  {entry['citation']}\n")
    print(f"GRAPHREC_DATA_DIR  {own if own else 'not set'}")
    print(f"cache              {registry.cache()}")
    print(f"\n{'name':20} {'MB':>5}  {'now in':18} what")
    for name, entry in entries.items():
        megabytes = sum(file["bytes"] for file in entry["files"]) / 1e6
        sources = {_here(file)[0] for file in entry["files"]}
        where = ", ".join(sorted(sources)) if len(sources) > 1 else sources.pop()
        print(f"{name:20} {megabytes:5.1f}  {where:18} {entry['what']}")
    if not names:
        print("\n`data list NAME` shows files, terms and citation of one.")
    return 0


def _here(file: dict) -> tuple[str, str]:
    """Return (source, path) of the first local copy of a file, whatever is in it."""
    for source, path in registry.places(file).items():
        if path.is_file():
            return source, str(path)
    return "not here", f"{file['path']}  not here"


def fetch(names: Sequence[str]) -> int:
    """Download the named sets, or all of them, into the cache; 1 if one cannot be had."""
    missing = 0
    for name in names or registry.names():
        try:
            registry.fetch(name)
        except registry.Unavailable as problem:
            print(f"{name}: {problem}")
            missing += 1
    return int(missing > 0)


def verify(names: Sequence[str]) -> int:
    """Compare sizes and checksums of the files that are here; 1 if one is wrong.

    A set that is named but absent counts as wrong; without names, absent sets are only mentioned.
    """
    wrong = 0
    for name in names or registry.names():
        for file in registry.entry(name)["files"]:
            here = [path for path in registry.places(file).values() if path.is_file()]
            faults = [text for path in here for text in _faults(path, file)]
            if not here and names:
                faults.append(f"{file['path']}: not here")
            wrong += len(faults)
            state = "; ".join(faults) if faults else "ok" if here else "not here"
            print(f"{file['path']:45} {state}")
    return int(wrong > 0)


def _faults(path: Path, file: dict) -> list[str]:
    fault = registry.fault(path, file)
    found = [fault] if fault else registry.member_faults(path, file)
    return [f"{path}: {text}" for text in found]


def identify(files: Sequence[str]) -> int:
    """Say which public variant of a data set each file is; 1 if one is none that is known.

    Raises:
        ValueError: a file cannot be read.
    """
    from graphrec_utils.datasets import identify  # loads pandas, which the other commands need not

    unknown = 0
    for name in files:
        try:
            counts = identify.count(Path(name))
        except OSError as problem:
            raise ValueError(f"{name}: {problem.strerror or problem}") from None
        print(f"{name}: {counts.users:,} users, {counts.items:,} items, {counts.pairs:,} pairs"
              + (f" ({counts.rows:,} rows)" if counts.rows != counts.pairs else "")
              + f", md5 {counts.md5}")  # fmt: skip
        match = identify.match(counts)
        unknown += match is None or match.by == "near"
        print(*_said(match, counts), sep="\n")
    return int(unknown > 0)


def _said(match, counts) -> list[str]:
    """Return what to say about a file, line by line."""
    if match is None:
        return ["  none of the variants that are known, and near to none"]
    v = match.variant
    what = v["name"] if match.part == "whole" else f"{v['name']}, {match.part} part"
    how = {"bytes": "byte for byte", "counts": "by its counts; its bytes are not known here"}
    lines = [f"  {what}, {how[match.by]}"] if match.by in how else [
        f"  none of the variants that are known; nearest is {what}, which has "
        + ", ".join(f"{n:,} {name}" for name, n in {k: v.get(k) for k in ("users", "items")}.items() if n)
        + "".join(f", {n:,} {name}" for name, n in v[match.part].items() if name != "md5")
    ]  # fmt: skip
    return [
        *lines,
        f"  split:   {v['split']}",
        f"  caution: {v['caution']}",
        f"  source:  {v['source']}",
    ]


# name: (one line of help, function of the data sets named on the command line)
COMMANDS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "list": ("where the files of each data set are, its terms and citation", list_sets),
    "fetch": ("download the named data sets, or all", fetch),
    "verify": ("compare checksums of the files that are here", verify),
}

WHICH = "say which public variant of Gowalla, Yelp, Amazon-Book or MovieLens a file is"

# name: (one line of help, the module whose main(argv) reads its own options)
OTHERS = {
    "report": (
        "measure what PinWorld can support",
        "graphrec_utils.authoring.pinworld_report.report",
    )
}


def main(argv: Sequence[str]) -> int:
    """Run a sub-command; return 0 (fine), 1 (something is missing or wrong), 2 (could not run)."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils data",
        description="The real data sets of the course, none of them stored in the repository.",
        epilog="example: python3 -m graphrec_utils data fetch gowalla",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (text, _) in COMMANDS.items():
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("names", nargs="*", metavar="NAME", help="a data set; none means all")
    sub = commands.add_parser("identify", help=WHICH, description=WHICH)
    sub.add_argument("files", nargs="+", metavar="FILE", help="lists, a table, or a sparse .npz")
    for name, (text, _) in OTHERS.items():
        commands.add_parser(name, help=text)
    if argv and argv[0] in OTHERS:
        return importlib.import_module(OTHERS[argv[0]][1]).main(argv[1:])
    options = parser.parse_args(argv)
    try:
        if options.command == "identify":
            return identify(options.files)
        for name in options.names:
            registry.entry(name)  # a wrong name is told before anything else happens
        return COMMANDS[options.command][1](options.names)
    except ValueError as problem:  # an unknown data set, a file that cannot be read
        print(problem)
        return 2
