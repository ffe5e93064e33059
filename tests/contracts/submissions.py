"""Five submissions of lesson 00, and our own points for them."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat

from graphrec_utils import paths

LESSON = "00_start_here"
IDS = ("00.1", "00.2", "00.3")
SUMMARIZE = "    m, n = R.shape\n    likes = int(R.sum())\n    return %s\n"
INDEX = "    index = {}\n    for name in names:\n        %s\n    return index\n"
RECOMMEND = (
    "    popularity = R.sum(dim=0)\n    %s\n"
    "    return popularity.argsort(descending=True, stable=True)[:top]\n"
)
RIGHT = {
    "00.1": SUMMARIZE % ("m, n, likes, likes / (m * n)"),
    "00.2": INDEX % ("index.setdefault(name, len(index))"),
    "00.3": RECOMMEND % ("popularity[R[u] > 0] = -1"),
}
# Bodies of the three functions, and what they earn: worked out by hand from the claims.
STUDENTS = {
    "solved": (RIGHT, [2, 3, 5]),
    "untouched": ({}, [0, 0, 0]),
    # density in percent fails one claim of five; numbers from 1 fail one gap and the whole index,
    # and the order still holds: 1 of 3; a score of 0 fails where unloved items compete: 4 of 5
    "partly": (
        {
            "00.1": SUMMARIZE % ("m, n, likes, 100 * likes / (m * n)"),
            "00.2": INDEX % ("index.setdefault(name, len(index) + 1)"),
            "00.3": RECOMMEND % ("popularity[R[u] > 0] = 0"),
        },
        [1.6, 1, 4],
    ),
    # a gate costs everything: three numbers instead of four; keys that are numbers; a changed input
    "gates": (
        {
            "00.1": SUMMARIZE % ("m, n, likes"),
            "00.2": "    return dict(enumerate(dict.fromkeys(names)))\n",
            "00.3": "    R[:, R[u] > 0] = -1\n" + RECOMMEND % ("pass"),
        },
        [0, 0, 0],
    ),
    # an exception, output on both streams, and a right answer after them
    "noisy": (
        {
            "00.1": "    return 1 / 0\n",
            "00.2": "    import sys\n    print('to', file=sys.stderr)\n" + RIGHT["00.2"],
            "00.3": "    print('out')\n" + RIGHT["00.3"],
        },
        [0, 3, 5],
    ),
}


def expected() -> dict[str, list[float]]:
    """Return {student: [points of each exercise]}."""
    return {student: points for student, (_, points) in STUDENTS.items()}


def hand_in(folder: Path) -> None:
    """Write folder/STUDENT/00_start_here/00_start_here.ipynb, the folders of nbgrader."""
    given = nbformat.read(paths.root() / "notebooks" / f"{LESSON}.ipynb", as_version=4)
    for student, (bodies, _) in STUDENTS.items():
        nb = copy.deepcopy(given)
        for cell in nb.cells:
            mark = cell.metadata.get("graphrec", {})
            if mark.get("role") == "exercise" and mark["exercise"] in bodies:
                head, _, _ = cell.source.rpartition('"""')
                cell.source = f'{head}"""\n{bodies[mark["exercise"]]}'.rstrip()
        path = folder / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(nb, path)
