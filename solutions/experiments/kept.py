"""Parts of a measurement that are kept when it is interrupted: one line of JSON each, in build/bench."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from graphrec_utils import paths


def rows(name: str) -> dict[str, dict]:
    """Return what stands in build/bench/NAME.jsonl: key -> {"value", "seconds"}."""
    file = paths.root() / "build" / "bench" / f"{name}.jsonl"
    if not file.exists():
        return {}
    return {row.pop("key"): row for row in map(json.loads, file.read_text("utf-8").splitlines())}


def kept(name: str, key: str, compute: Callable[[], Any]) -> Any:
    """Return what stands there under this key, else compute it and write it there."""
    if key in (known := rows(name)):
        return known[key]["value"]
    start = time.perf_counter()
    row = {"key": key, "value": compute(), "seconds": round(time.perf_counter() - start, 1)}
    file = paths.root() / "build" / "bench" / f"{name}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
    return row["value"]


def spent(name: str) -> float:
    """Return the seconds of all parts together."""
    return sum(row.get("seconds", 0) for row in rows(name).values())
