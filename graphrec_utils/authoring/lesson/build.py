"""Execute both notebooks of a lesson and write them with outputs; compare them with the source.

The student notebook runs whole, the solved one only where its answers reach: elsewhere it takes
over the student notebook's outputs.
Building twice gives identical bytes, except for the outputs of cells tagged `timing`.
"""

from __future__ import annotations

import argparse
import base64
import copy
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from graphrec_utils import paths, style
from graphrec_utils.authoring.lesson import flow, library, predictions, readme
from graphrec_utils.authoring.lesson.source import (
    SourceError,
    notebooks,
    repository,
    sources,
    target,
)
from graphrec_utils.cli.setup import bootstrap
from graphrec_utils.cli.setup.environment import ONE_THREAD, clone
from graphrec_utils.datasets.load import STAND_IN

MISSING, NOT_RUN = "does not exist", "was not run"  # what `--changed` cannot mend
CELL_SECONDS = 1800  # after which something hangs, however busy the machine is
ENVIRONMENT = {
    **ONE_THREAD,
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # figures are outputs
    "GRAPHREC_RECORD": "0",
    "GRAPHREC_CHECK": "",
    "TQDM_DISABLE": "1",  # a bar is for who waits; what it leaves on stderr is for nobody
}


def build(source: Path) -> list[Path]:
    """Write the solved and the student notebook of one source; return their paths.

    Nothing is written unless both notebooks ran.

    Raises:
        SourceError: the source breaks a rule, a cell raises, or a cell writes to stderr.
    """
    done = notebooks(source, repository())
    _execute(source, "student", done["student"], done["student"].cells)
    own = flow.reached(done["solved"], done["student"])
    _take_over(done["solved"], done["student"], own)
    _execute(source, "solved", done["solved"], own)
    library.mark(source, done["solved"])
    return _write(source, done)


def rebuild(source: Path) -> list[Path]:
    """Write both notebooks of one source; of what is stored, run only what changes; return their paths.

    Changed cells run, cells whose exercise, library or stored result changed, those that a name of theirs
    reaches, predictions with other words, and what all of them stand on.

    Raises:
        SourceError: as `build`; the notebooks were never built.
    """
    done = notebooks(source, repository())
    stored = {name: target(source, name) for name in done}
    if missing := [name for name, path in stored.items() if not path.exists()]:
        reason = f"the {missing[0]} notebook was never built: build without --changed"
        raise SourceError(source, "-", reason)
    stored = {name: nbformat.read(path, 4) for name, path in stored.items()}
    library.mark(source, done["solved"])
    old = library.changed(stored["solved"], done["solved"])
    for nb in stored.values():
        kept = [cell for cell in nb.cells if cell.id not in old]
        nb.cells = [cell for cell in kept if not predictions.outdated(cell)]
    changed = flow.reached(done["student"], stored["student"])
    _take_over(done["student"], stored["student"], changed)
    _execute(source, "student", done["student"], changed)
    own = flow.reached(done["solved"], done["student"])
    _take_over(done["solved"], done["student"], own)
    changed = {cell.id for cell in flow.reached(done["solved"], stored["solved"])}
    kept = {cell.id for cell in own} - changed
    others = [cell for cell in done["solved"].cells if cell.id not in kept]
    _take_over(done["solved"], stored["solved"], others)
    _execute(source, "solved", done["solved"], [cell for cell in own if cell.id in changed])
    return _write(source, done)


def _write(source: Path, done: dict) -> list[Path]:
    predictions.veil(**done)
    for name, nb in done.items():
        paths.write(target(source, name), nbformat.writes(nb) + "\n")
    return [target(source, name) for name in done]


def stale(source: Path) -> list[str]:
    """Return one sentence for every notebook whose inputs are not what the source says.

    Outputs are not compared: pictures differ between versions, and running is nbval's task.
    """
    made = notebooks(source, repository())
    complaints = []
    for name, nb in made.items():
        path = target(source, name)
        label = f"{path.parent.name}/{path.name}"
        if not path.exists():
            complaints.append(f"{label} {MISSING}")
            continue
        stored = nbformat.read(path, 4)
        if [_inputs(c) for c in stored.cells] != [_inputs(c) for c in nb.cells]:
            complaints.append(f"{label} is not what {source.name} says")
        elif stored.metadata.get("graphrec") != nb.metadata.graphrec:
            complaints.append(f"{label} was built for another version of the course")
        elif any(c.cell_type == "code" and not c.execution_count for c in stored.cells):
            complaints.append(f"{label} {NOT_RUN}")
        elif old := [name for cell in stored.cells if (name := predictions.outdated(cell))]:
            complaints.append(f"{label} asks in older words: {', '.join(old)}")
    return complaints


def _inputs(cell) -> tuple:
    metadata = {key: value for key, value in cell.metadata.items() if key != library.KEY}
    return cell.id, cell.cell_type, cell.source, metadata


def _take_over(solved, student, own: list) -> None:
    """Give every code cell of the solved notebook, except its own, the outputs of its twin."""
    left = {cell.id for cell in own}
    twins = {cell.id: cell for cell in student.cells}
    for cell in solved.cells:
        if cell.cell_type == "code" and cell.id not in left:
            cell.outputs = copy.deepcopy(twins[cell.id].outputs)
            cell.execution_count = twins[cell.id].execution_count


def _execute(source: Path, name: str, nb, cells: list) -> None:
    """Run these cells of a notebook, top to bottom in a fresh kernel, and keep their outputs."""
    if not cells:
        return _number(nb)
    path = target(source, name)
    where = {"metadata": {"path": str(path.parent)}}
    if name == "student":  # it runs whole, and both notebooks show the same measurements
        cells = predictions.measuring(cells, nb.cells)
    running = nbformat.v4.new_notebook(metadata=copy.deepcopy(nb.metadata), cells=cells)
    begun = []  # a kernel that dies may take the news of the cell it was at with it
    client = NotebookClient(
        running,
        timeout=CELL_SECONDS,
        record_timing=False,
        kernel_name="python3",
        resources=where,
        on_cell_execute=lambda cell, cell_index: begun.append(cell.id),
        extra_arguments=["--log-level=ERROR"],  # of the kernel: it warns about its own transport
    )
    try:
        with tempfile.TemporaryDirectory() as nobody:  # the author's own points stay out
            client.execute(env={**os.environ, **ENVIRONMENT, "GRAPHREC_STATE": nobody})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        begun = begun or [nb.cells[0].id]
        last = predictions.measured_at(begun[-1])
        number = next((i for i, x in enumerate(nb.cells, 1) if x.id == (last or begun[-1])), 1)
        if last:
            raise SourceError(source, number, error.evalue) from None
        line = _first_line(nb.cells[number - 1])
        reason = f"the {name} notebook fails at `{line}`: {_why(error)}"
        raise SourceError(source, number, reason) from None
    if name == "student":
        predictions.keep(source.name[:2], cells)
    for number, cell in enumerate(nb.cells, start=1):
        _clean(source, name, number, cell)
    _number(nb)


def _why(error: Exception) -> str:
    """Return what ended a notebook, and what to do where the words of the error do not say it."""
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}"
    if isinstance(error, DeadKernelError):
        return "the kernel died, as it does when memory runs out"
    return (
        f"no answer in {CELL_SECONDS} s; make it faster, or tag it `long` and load a stored result"
    )


def _first_line(cell) -> str:
    """Return the first line of a cell that is no comment: authors find it by that."""
    lines = [line for line in cell.source.splitlines() if not line.startswith("#")]
    return next(filter(None, lines), "")


def _number(nb) -> None:
    """Number the cells as if all had run in one kernel."""
    code = (cell for cell in nb.cells if cell.cell_type == "code")
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count


def _clean(source: Path, name: str, number: int, cell) -> None:
    """Refuse stderr and data that stand in for others; drop what a stored notebook has no use for."""
    if cell.cell_type != "code":
        return
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            first = output.text.strip().splitlines()[0]
            raise SourceError(source, number, f"the {name} notebook writes to stderr: {first}")
        if output.output_type == "stream" and STAND_IN in output.text:
            reason = f"{STAND_IN}, which must not be stored"
            raise SourceError(source, number, f"{reason}; set GRAPHREC_DATA_DIR or go online")
        if "image/png" in output.get("data", {}):
            picture = style.lean(base64.b64decode(output.data["image/png"]), colors=128)
            output.data["image/png"] = base64.b64encode(picture).decode()
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
    parser.add_argument("--changed", action="store_true", help="run only cells that changed")
    bootstrap.agreeing(parser)
    options = parser.parse_args(argv)
    clone()
    try:
        chosen = sources(options.lessons)
        if options.check:
            found = {source.stem[:2]: stale(source) for source in chosen}
            complaints = [x for some in found.values() for x in some] + readme.stale()
            for complaint in complaints:
                print(f"✗ {complaint}")
            if complaints:  # any build renews the README
                old = [number for number, some in found.items() if some] or list(found)[:1]
                whole = any(x.endswith((MISSING, NOT_RUN)) for x in complaints)
                how = " ".join(old if whole else ["--changed", *old])
                print(f"run: python3 -m graphrec_utils build {how}")
            return 1 if complaints else 0
        for source in chosen:
            if not options.changed:
                print(f"{source.name}: all cells run, which takes minutes", flush=True)
            start = time.perf_counter()
            written = rebuild(source) if options.changed else build(source)
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
