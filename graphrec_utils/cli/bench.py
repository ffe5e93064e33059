"""The command `bench`: its engine and benchmarks are in tests/benchmarks, so it needs a clone."""

from __future__ import annotations

import importlib
import sys

from graphrec_utils.cli import shared


def main(argv: list[str]) -> int:
    """Run a benchmark or list them; see `tests/benchmarks/__init__.py`.

    Raises:
        CannotRun: no clone, no such benchmark, wrong arguments, or our own engine cannot run.
    """
    sys.path.insert(0, str(shared.clone()))
    return importlib.import_module("tests.benchmarks.engine.command").main(argv)
