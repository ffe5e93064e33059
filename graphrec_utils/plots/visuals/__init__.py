"""Interactive visuals with static twins; each works without a kernel, a CDN or a mouse.

A visual in a notebook is a picture until JavaScript runs (GitHub, an untrusted notebook, a PDF),
and can be explored wherever it runs. `visual.static()` returns Matplotlib Axes, `visual.live()`
connects it to the kernel.

`visuals.pixie` is the function `pixie` of the folder of that name. One that a single lesson shows lies in that
lesson's room, `lessons/lessonNN/visuals/pixie/`, others lie here; all are found by their folder, when they are
asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.plots.visuals.base import Visual


def folders() -> dict[str, Path]:
    """Return the folder of every visual by its name: those here, and those of the lessons."""
    rooms = [Path(__file__).parent, *(paths.PACKAGE / "lessons").glob("lesson*/visuals")]
    found = sorted(path.parent for room in rooms for path in room.glob("*/__init__.py"))
    return {folder.name: folder for folder in found if folder.name != "base"}


def __getattr__(name: str) -> Callable:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = ".".join(folders()[name].relative_to(paths.PACKAGE.parent).parts)
    globals()[name] = getattr(importlib.import_module(module), name)  # in its module's place
    return globals()[name]


def __dir__() -> list[str]:
    return __all__


__all__ = ["Visual"]
__all__ += sorted(folders())
for _name, _folder in folders().items():
    if (
        _folder.parent == Path(__file__).parent
    ):  # or whoever imports its folder puts the module here
        __getattr__(_name)
