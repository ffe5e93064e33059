"""One of each visual, by its name: what all tests of visuals go over.

Those of a lesson are in `tests/lessons/lessonNN/made.py`.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from graphrec_utils import toy
from graphrec_utils.plots import visuals

ROOMS = sorted(path.parent.name for path in Path(__file__).parents[1].glob("lessons/*/made.py"))
MADE = {
    "atlas": lambda: visuals.atlas(),
    "typed_graph": lambda: visuals.typed_graph(toy.tastes(), goal="film"),
}
for room in ROOMS:
    MADE |= importlib.import_module(f"tests.lessons.{room}.made").MADE
