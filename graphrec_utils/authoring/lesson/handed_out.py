"""Are the notebooks of this clone as they were handed out, or has somebody worked in them?"""

from __future__ import annotations

from pathlib import Path

import nbformat

from graphrec_utils.cli.setup.environment import CannotRun


def check(notebooks: list[Path]) -> None:
    """Refuse to publish a notebook that somebody has worked in.

    Raises:
        CannotRun: an answer cell is not as it was handed out.
    """
    for path in notebooks:
        solved = path.parent.parent / "solutions" / path.name
        given = {cell.id: cell.metadata.graphrec.given for cell in _answers(solved)}
        for cell in _answers(path):
            if cell.source != given.get(cell.id):
                number = path.name[:2]
                raise CannotRun(
                    f"notebooks/{path.name} holds an answer to exercise "
                    f"{cell.metadata.graphrec.exercise}; put your work aside first: "
                    f"python3 -m graphrec_utils reset {number}"
                )


def _answers(path: Path) -> list:
    cells = nbformat.read(path, 4).cells
    return [c for c in cells if c.metadata.get("graphrec", {}).get("role") == "exercise"]
