"""Drawings for slides that an author wrote by hand: {name: what draws it}."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from graphrec_utils.authoring.slides.sketch import Sheet

DRAWINGS: dict[str, Callable[[], Sheet]] = {}
for _room in pkgutil.iter_modules(__path__):
    DRAWINGS |= importlib.import_module(f"{__name__}.{_room.name}").DRAWINGS
