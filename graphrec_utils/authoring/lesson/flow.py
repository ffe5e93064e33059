"""Which cells of a solved notebook its answers reach; all others do what the student notebook does.

Both notebooks share most of their cells, and lessons go on with the library's version of an answer:
so an experiment gives the same in both, and needs to run in one only.
"""

from __future__ import annotations

from graphrec_utils.grading.submissions import syntax


def reached(solved, student) -> list:
    """Return the code cells of `solved` that `student` cannot speak for, in order.

    These are the cells that the student notebook does not have (the answers), those that need a name
    such a cell binds (the checks), and what all of them stand on: setup, and cells that bind a name
    they need.
    """
    known = {(cell.id, cell.source) for cell in student.cells}
    cells = [(cell, *_names(cell.source)) for cell in solved.cells if cell.cell_type == "code"]
    chosen: set[str] = set()
    answers: set[str] = set()  # names whose values may differ between the notebooks
    for cell, bound, needed in cells:
        if (cell.id, cell.source) not in known or needed & answers:
            chosen.add(cell.id)
            answers |= bound
        else:
            answers -= bound
    if not chosen:
        return []
    wanted: set[str] = set()
    for cell, bound, needed in reversed(cells):
        if cell.id in chosen or bound & wanted or "setup" in cell.metadata.get("tags", []):
            chosen.add(cell.id)
            wanted |= needed
    return [cell for cell, _, _ in cells if cell.id in chosen]


def _names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it needs from others."""
    code = syntax.python(source)
    tree = syntax.parse(code)
    bound = set().union(*map(syntax.bound, tree.body)) if tree and tree.body else set()
    return bound, syntax.needs(code)
