"""Predictions in a lesson: each is asked before its answer stands there, and the answer is folded.

A cell tagged `predict:06.p1` calls `predict("06.p1")`. The cell that shows what happens is tagged
`answers:06.p1`; in the student's notebook its output starts folded, and so do the outputs of all code in
between, other questions and checks excepted. A prediction that its card answers alone is tagged `told` as well.
JupyterLab shows the first line of a folded output beside its three dots: `veil` makes that an empty one.

While the notebook is built, the cell that answers is followed by one that measures the prediction's key in
the same kernel (`questions.measure`) and is not stored; what it finds goes into the lesson's `measured.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

from nbformat.v4 import new_code_cell

from graphrec_utils import paths
from graphrec_utils.exercises import questions
from graphrec_utils.exercises.predict import Guess

TAGS = ("predict", "answers")
OPEN = {"exercise", "check", "predict"}  # what a student writes or is asked is never folded
MEASURE = """import json as _json
from graphrec_utils.exercises.questions import measure as _measure
print(_json.dumps(_measure("{name}", globals())))"""
MEASURES = "measures-"  # then the prediction, and the id of the cell that answers it
VEIL = " \n"  # JupyterLab looks for the first line that is not "", so a space is needed


class Spoiled(Exception):
    """A prediction that is not asked, or not answered, or answered too early: cell and reason."""


def named(cell, kind: str) -> list[str]:
    """Return the ids in a cell's tags of one kind: ["06.p1"] of `predict:06.p1`."""
    tags = cell.metadata.get("tags", [])
    return [tag.partition(":")[2] for tag in tags if tag.partition(":")[0] == kind]


def check(source: Path, nb) -> None:
    """Compare a lesson's cells with its questions.

    Raises:
        Spoiled: see there; the arguments are the cell's number and the reason.
    """
    asked, answered = _places(nb, "predict"), _places(nb, "answers")
    known = {q.id for q in questions.of_lesson(source.name[:2]) if q.kind == "p"}
    for name in sorted({*asked, *answered} - known):
        place = (asked.get(name) or answered[name])[0]
        raise Spoiled(place, f"there is no prediction {name} in this lesson's questions")
    for name in sorted(known):
        if len(asked.get(name, ())) != 1:
            raise Spoiled(
                "-", f"prediction {name} is asked {len(asked.get(name, ()))} times, not once"
            )
        place = asked[name][0]
        cell = nb.cells[place - 1]
        if f'predict("{name}"' not in cell.source:
            raise Spoiled(place, f'the cell does not call predict("{name}")')
        after = answered.get(name, [])
        if not after and "told" not in cell.metadata.tags:
            raise Spoiled(
                place, f"no cell is tagged answers:{name}, and the card is not `told` to be all"
            )
        if after and after[0] < place:
            raise Spoiled(after[0], f"the answer to {name} stands above its prediction")
        for number in after:
            answer = nb.cells[number - 1]
            if answer.cell_type == "markdown" and "<details>" not in answer.source:
                raise Spoiled(number, f"the answer to {name} is not folded: put it into <details>")


def fold(nb) -> None:
    """Let outputs from a prediction to its answer start folded."""
    asked, answered = _places(nb, "predict"), _places(nb, "answers")
    for name, after in answered.items():
        for cell in nb.cells[asked[name][0] : after[-1]]:
            kinds = {tag.partition(":")[0] for tag in cell.metadata.get("tags", [])}
            if cell.cell_type == "code" and not kinds & OPEN:
                cell.metadata.setdefault("jupyter", {})["outputs_hidden"] = True
                cell.metadata["collapsed"] = True  # Jupyter writes both


def outdated(cell) -> str:
    """Return "06.p1" if a stored cell asks this prediction in other words than the lesson does now, else ""."""
    for tag in cell.metadata.get("tags", []):
        kind, _, name = tag.partition(":")
        if kind == "predict" and cell.get("outputs"):
            asked = repr(Guess(questions.get(name)))
            return name if cell.outputs[0].get("data", {}).get("text/plain") != asked else ""
    return ""


def measuring(cells: list, among: list) -> list:
    """Return some cells among all of a notebook, the last that answers a prediction followed by one that measures its key.

    A prediction of which only some answering cells run keeps what an earlier build measured, and so does one that
    its card answers alone while not all cells above it run: nobody knows what its key stands on.
    """
    running, after, partly = {cell.id for cell in cells}, {}, set()
    whole = True
    for cell in among:
        told = named(cell, "predict") if "told" in cell.metadata.get("tags", []) else []
        whole = whole and (cell.cell_type != "code" or cell.id in running)
        partly.update([] if whole else told)
        for name in named(cell, "answers") + told:
            after[name] = cell.id
            if cell.cell_type == "code" and cell.id not in running:
                partly.add(name)
    after = {name: id for name, id in after.items() if name not in partly}
    run = []
    for cell in cells:
        run.append(cell)
        for name in (name for name, id in after.items() if id == cell.id):
            if questions.get(name).measured:
                id = f"{MEASURES}{name.replace('.', '_')}-{cell.id}"
                source = MEASURE.format(name=name)
                run.append(new_code_cell(source, id=id, metadata={"measures": name}))
    return run


def measured_at(id: str) -> str:
    """Return the id of the cell after which this one measures; "" for a cell of the lesson."""
    return id.removeprefix(MEASURES).partition("-")[2] if id.startswith(MEASURES) else ""


def keep(number: str, cells: list) -> None:
    """Store what the cells that measure found, beside what others found in an earlier build."""
    found = {
        cell.metadata.measures: json.loads(cell.outputs[0].text)
        for cell in cells
        if "measures" in cell.metadata
    }
    asked = [q.id for q in questions.of_lesson(number) if q.measured]
    kept = questions.measurements(number) | found
    kept = {name: kept[name] for name in asked if name in kept}
    if kept:
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        paths.write(questions.measured_file(number), text + "\n")


def veil(student, solved) -> None:
    """Give what starts folded an empty first line, in both notebooks, which store the same."""
    folded = {cell.id for cell in student.cells if cell.metadata.get("collapsed")}
    for cell in [*student.cells, *solved.cells]:
        if cell.id in folded and cell.outputs:
            first = cell.outputs[0]
            shown = first if first.output_type == "stream" else first.data
            kind = next(k for k in ("text/html", "text", "text/plain") if k in shown)
            shown[kind] = VEIL + shown[kind].removeprefix(VEIL)


def _places(nb, kind: str) -> dict[str, list[int]]:
    """Return {"06.p1": numbers of the cells that are tagged so}, counted from 1."""
    found: dict[str, list[int]] = {}
    for number, cell in enumerate(nb.cells, start=1):
        for name in named(cell, kind):
            found.setdefault(name, []).append(number)
    return found
