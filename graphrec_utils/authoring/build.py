"""Execute both notebooks of a lesson and write them with outputs; compare them with the source.

Building twice gives identical bytes, except for the outputs of cells tagged `timing`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from graphrec_utils import data, paths
from graphrec_utils.authoring import readme
from graphrec_utils.authoring.source import SourceError, notebooks, repository, sources, target

CELL_SECONDS = 300
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "GRAPHREC_RECORD": "0",
    "GRAPHREC_CHECK": "",
}


def build(source: Path) -> list[Path]:
    """Write the solved and the student notebook of one source; return their paths.

    Nothing is written unless both notebooks ran.

    Raises:
        SourceError: the source breaks a rule, a cell raises, or a cell writes to stderr.
    """
    done = {}
    for name, nb in notebooks(source, repository()).items():
        done[target(source, name)] = _execute(source, name, nb)
    for path, nb in done.items():
        path.parent.mkdir(exist_ok=True)
        with paths.replacing(path) as part:
            part.write_text(nbformat.writes(nb) + "\n", "utf-8", newline="\n")
    return list(done)


def stale(source: Path) -> list[str]:
    """Return one sentence for every notebook whose inputs are not what the source says.

    Outputs are not compared: pictures differ between versions, and running is nbval's task.
    """
    complaints = []
    for name, nb in notebooks(source, repository()).items():
        path = target(source, name)
        label = f"{path.parent.name}/{path.name}"
        if not path.exists():
            complaints.append(f"{label} does not exist")
            continue
        stored = nbformat.read(path, 4)
        if [_inputs(c) for c in stored.cells] != [_inputs(c) for c in nb.cells]:
            complaints.append(f"{label} is not what {source.name} says")
        elif stored.metadata.get("graphrec") != nb.metadata.graphrec:
            complaints.append(f"{label} was built for another version of the course")
        elif any(c.cell_type == "code" and not c.execution_count for c in stored.cells):
            complaints.append(f"{label} was not run")
    return complaints


def _inputs(cell) -> tuple:
    return cell.id, cell.cell_type, cell.source, dict(cell.metadata)


def _execute(source: Path, name: str, nb):
    """Run a notebook top to bottom in a fresh kernel and keep its outputs."""
    path = target(source, name)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        nb,
        timeout=CELL_SECONDS,
        record_timing=False,
        kernel_name="python3",
        resources=where,
        extra_arguments=["--log-level=ERROR"],  # of the kernel: it warns about its own transport
    )
    try:
        with tempfile.TemporaryDirectory() as nobody:  # the author's own points stay out
            client.execute(env={**os.environ, **ENVIRONMENT, "GRAPHREC_STATE": nobody})
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}"
        raise SourceError(source, _last(nb), f"the {name} notebook fails: {reason}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        reason = "the kernel died" if isinstance(error, DeadKernelError) else "it takes too long"
        raise SourceError(source, _last(nb), f"the {name} notebook fails: {reason}") from None
    nb.metadata.pop("widgets", None)
    nb.metadata.language_info = {"name": "python"}
    for number, cell in enumerate(nb.cells, start=1):
        _clean(source, name, number, cell)
    return nb


def _last(nb) -> int:
    """Return the number of the cell that was running: the first code cell without a clean end."""
    for number, cell in enumerate(nb.cells, start=1):
        failed = any(output.output_type == "error" for output in cell.get("outputs", []))
        if cell.cell_type == "code" and (failed or not cell.execution_count):
            return number
    return len(nb.cells)


def _clean(source: Path, name: str, number: int, cell) -> None:
    """Refuse stderr and data that stand in for others; drop what a stored notebook cannot use."""
    if cell.cell_type != "code":
        return
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            first = output.text.strip().splitlines()[0]
            raise SourceError(source, number, f"the {name} notebook writes to stderr: {first}")
        if output.output_type == "stream" and data.STAND_IN in output.text:
            reason = f"{data.STAND_IN}, which must not be stored"
            raise SourceError(source, number, f"{reason}; set GRAPHREC_DATA_DIR or go online")
    cell.metadata.pop("execution", None)
    if "widget" in cell.metadata.get("tags", []):
        cell.outputs = [
            o
            for o in cell.outputs
            if "application/vnd.jupyter.widget-view+json" not in o.get("data", {})
        ]


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils build`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils build",
        description="Build the notebooks of lessons (and the README's tables) from their sources.",
        epilog="example: python3 -m graphrec_utils build 00 06",
    )
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; default: all")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 on drift")
    options = parser.parse_args(argv)
    if paths.root() is None:
        print("build works in a clone of the course, not from an installed wheel", file=sys.stderr)
        return 2
    try:
        chosen = sources(options.lessons)
        if options.check:
            complaints = [line for source in chosen for line in stale(source)] + readme.stale()
            for line in complaints:
                print(f"✗ {line}")
            if complaints:
                print("run: python3 -m graphrec_utils build")
            return 1 if complaints else 0
        for source in chosen:
            start = time.perf_counter()
            written = build(source)
            seconds = time.perf_counter() - start
            names = " and ".join(f"{p.parent.name}/{p.name}" for p in written)
            print(f"{names}: {seconds:.0f} s", flush=True)
        readme.write()
    except SourceError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    return 0
