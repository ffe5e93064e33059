"""`python3 -m graphrec_utils advise likes.csv`: which of all these for my data?"""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

from graphrec_utils import advise
from graphrec_utils.cli import shared
from graphrec_utils.cli.setup.environment import CannotRun

COLUMNS = ("user", "item", "time", "weight", "kind")


def main(argv: list[str]) -> int:
    """Write the report on a table; return 0, or 130 if a Ctrl-C ended it early.

    Raises:
        CannotRun: the table cannot be used, or the report cannot be written.
    """
    begun = time.monotonic()
    parser = shared.parser(
        "advise TABLE [--items TABLE] [--minutes N] [-o FILE]",
        "Looks at a table of who liked what, compares the course's methods on it, and writes a report: one HTML "
        "file and the same as JSON. What is done is kept beside it, and the same command goes on.",
        "advise ratings.csv --at-least 4 --items movies.csv",
    )
    parser.add_argument(
        "table", metavar="TABLE", help="CSV, TSV, RecBole's .inter, any of them .gz, or Parquet"
    )
    parser.add_argument(
        "--items", metavar="TABLE", help="a second table: what items say of themselves"
    )
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="N", help="for all of it; 10 unless told"
    )
    parser.add_argument(
        "-o",
        "--out",
        default="advise.html",
        metavar="FILE",
        help="the report; advise.html unless told",
    )
    parser.add_argument(
        "--at-least",
        type=float,
        metavar="X",
        help="rows of this weight are likes, such as ratings from 4 on",
    )
    parser.add_argument("--only", metavar="KIND", help="rows of this kind, or kinds: save,click")
    parser.add_argument(
        "--engine",
        choices=("serial", "process", "dask", "ray"),
        help="read a table of more than ten million rows by parts, and draw users from it",
    )
    for name in COLUMNS:
        parser.add_argument(
            f"--{name}",
            metavar="COLUMN",
            help=f"the column of {name}s, where its name does not say so",
        )
    options = vars(parser.parse_args(argv))
    table, minutes, out = options.pop("table"), options.pop("minutes"), Path(options.pop("out"))
    if not minutes > 0:
        raise CannotRun(f"--minutes must be above 0; got {minutes:g}")
    if out.suffix != ".html":
        raise CannotRun(f"the report is a page, so its name ends with .html; got {out}")
    if not out.parent.is_dir():
        raise CannotRun(f"there is no folder {out.parent} for the report")
    from graphrec_utils import datasets  # to ask for help loads nothing

    try:
        report = advise.run(
            table, minutes=minutes, out=out, command=f"python3 -m graphrec_utils advise {shlex.join(argv)}", tell=Line(),
            begun=begun, **options,
        )  # fmt: skip
    except datasets.Unreadable as problem:
        raise CannotRun(str(problem)) from None
    except ImportError as problem:  # of an engine
        raise CannotRun(str(problem)) from None
    except OSError as problem:
        raise CannotRun(
            f"{problem.filename or out}: {problem.strerror or problem}; nothing half written is left"
        ) from None
    Line.end()
    print(report)
    print(f"{out} and {out.with_suffix('.json')} are written.")
    if report.data["comparison"]["stopped"]:
        print("Stopped early: the same command goes on where it was.")
        return 130
    return 0


class Line:
    """One line of a terminal that says what is running; elsewhere a line for each method."""

    def __init__(self) -> None:
        self.last = ""

    def __call__(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{text[:110]}")
        elif (name := text.partition(":")[0].partition(",")[0]) != self.last:
            self.last = name
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    @staticmethod
    def end() -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
