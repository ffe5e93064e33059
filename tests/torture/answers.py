"""Answers to lesson 00 that the torture submissions are made of: right ones, and their cells."""

from __future__ import annotations

import copy
import functools
import json

from graphrec_utils import paths

EXERCISES = {"00.1": 2, "00.2": 3, "00.3": 5}
SECONDS = 2.0  # limit of an exercise in the torture run
FULL = tuple(map(float, EXERCISES.values()))

RIGHT = {
    "00.1": """\
# exercise 00.1
def summarize(R):
    m, n = R.shape
    likes = int(R.sum())
    return m, n, likes, likes / (m * n)
""",
    "00.2": """\
# exercise 00.2
def build_index(names):
    index = {}
    for name in names:
        if name not in index:
            index[name] = len(index)
    return index
""",
    "00.3": """\
# exercise 00.3
def recommend(R, u, top):
    popularity = R.sum(dim=0)
    popularity[R[u] > 0] = -1
    return popularity.argsort(descending=True, stable=True)[:top]
""",
}


@functools.cache
def _released() -> str:
    return (paths.root() / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")


def released() -> dict:
    """Return the notebook as students get it, without outputs."""
    nb = json.loads(_released())
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return nb


def solved(**changed: str) -> dict:
    """Return a student's notebook with right answers, except those given as ex1, ex2 or ex3."""
    nb = released()
    for number, (exercise, source) in enumerate(RIGHT.items(), start=1):
        cell(nb, exercise)["source"] = changed.get(f"ex{number}", source)
    return nb


def cell(nb: dict, exercise: str, role: str = "exercise") -> dict:
    """Return the answer or check cell of an exercise."""
    return nb["cells"][place(nb, exercise, role)]


def place(nb: dict, exercise: str, role: str = "exercise") -> int:
    """Return the position of the answer or check cell of an exercise."""
    return next(
        k
        for k, c in enumerate(nb["cells"])
        if c["metadata"].get("graphrec", {}).get("exercise") == exercise
        and c["metadata"]["graphrec"]["role"] == role
    )


def code(source: str, **metadata) -> dict:
    """Return a code cell as Jupyter writes one that the student has added."""
    return {
        "cell_type": "code", "execution_count": None, "id": "new-cell", "metadata": metadata,
        "outputs": [], "source": source,
    }  # fmt: skip


def without_marks(nb: dict) -> dict:
    """Remove ids and metadata of cells and notebook, as other programs do when they save."""
    nb = copy.deepcopy(nb)
    nb["metadata"].pop("graphrec", None)
    for c in nb["cells"]:
        c.pop("id", None)
        c["metadata"] = {}
    return nb
