"""The option --device of the long benchmarks that train with torch; those of numba have none."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from graphrec_utils import train

chosen = "cpu"


def parse(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed arguments, and let `chosen` be the device; end with a sentence without one."""
    global chosen
    parser.add_argument(
        "--device", default="cpu", help="where torch trains: cpu (default), cuda, …"
    )
    options = parser.parse_args(argv)
    try:
        chosen = str(train.device(options.device))
    except ValueError as problem:
        sys.exit(str(problem))
    return options
