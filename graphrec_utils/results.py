"""Verdicts on claims, and the stored results of runs too long for a notebook.

    verdict("Every user has a purchase", holds=(count > 0).all(), detail=f"smallest: {count.min()}")

    result = results.stored(
        "02_ials_gowalla", compute, claim="...", command="...", seeds=[0], data="gowalla"
    )

`stored` reads `data/results/02_ials_gowalla.json`. With `GRAPHREC_LONG=1` it calls `compute`
instead, measures the time and rewrites the file.
"""

from __future__ import annotations

import html
import json
import os
import platform
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from graphrec_utils import __version__, paths, style
from graphrec_utils.data import registry

FIELDS = ("claim", "values", "seeds", "seconds", "machine", "command", "course", "data_sha256")
NAME = re.compile(r"\d\d_[a-z0-9_]+")
ABOUT = "Stored numbers, not judged yet:"


@dataclass(frozen=True)
class Verdict:
    """A claim and whether the numbers of this run support it; shown as a small card."""

    claim: str
    holds: bool
    detail: str = ""

    def __repr__(self) -> str:
        word = "holds" if self.holds else "does not hold"
        return f"{word}: {self.claim}" + (f"\n{self.detail}" if self.detail else "")

    def _repr_html_(self) -> str:
        color, mark = (
            (style.POSITIVE, "✓ holds") if self.holds else (style.NEGATIVE, "✗ does not hold")
        )
        return _card(color, f"<b>{mark}</b> · {html.escape(self.claim)}", html.escape(self.detail))


def verdict(claim: str, holds: bool, detail: str = "") -> Verdict:
    """Return the verdict on a claim; as the last line of a cell it shows a card.

    Args:
        claim: a sentence that could be false, written before the numbers were seen.
        holds: what the comparison of the measured numbers says.
        detail: the numbers themselves.

    Raises:
        ValueError: `holds` is not True or False, for example an array or a difference.
    """
    if getattr(holds, "ndim", None) == 0:  # numpy and torch compare to arrays without axes
        holds = holds.item()
    if not isinstance(holds, bool):
        raise ValueError(f"holds must be True or False, the outcome of a comparison; got {holds!r}")
    return Verdict(claim, holds, detail)


@dataclass(frozen=True)
class Result:
    """A stored measurement; `values` holds the numbers.

    Attributes:
        name: file name without ".json", for example "02_ials_gowalla".
        claim: the sentence that the values speak about.
        values: name -> number, text, or lists and dictionaries of these.
        seeds: every seed the values depend on.
        seconds: wall time of the computation.
        machine: processor, cores, threads and versions.
        command: what to run in a clone to measure again.
        course: version of the course that measured.
        data_sha256: file of the registry -> checksum.
    """

    name: str
    claim: str
    values: dict[str, Any]
    seeds: list[int]
    seconds: float
    machine: dict[str, Any]
    command: str
    course: str
    data_sha256: dict[str, str]

    def __repr__(self) -> str:
        rows = _shown(self.values)
        width = max((len(name) for name, _ in rows), default=0)
        lines = [f"{ABOUT} {self.claim}", *(f"  {name:<{width}}  {text}" for name, text in rows)]
        return "\n".join([*lines, self._origin(), f"again: {self.command}"])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:right">{html.escape(text)}</td></tr>'
            for name, text in _shown(self.values)
        )
        origin = f"{html.escape(self._origin())}<br>again: <code>{html.escape(self.command)}</code>"
        table = f"<table><tbody>{rows}</tbody></table>"
        return _card(style.CONTEXT, f"<b>{ABOUT}</b> {html.escape(self.claim)}{table}", origin)

    def _origin(self) -> str:
        seeds = ", ".join(map(str, self.seeds)) or "none"
        machine = f"{self.machine.get('processor')}, threads: {self.machine.get('threads')}"
        return f"stored: {self.seconds:.0f} s, seeds: {seeds}, {machine}"


def load(name: str, command: str = "") -> Result:
    """Return the stored result `name`.

    Args:
        name: file name without ".json".
        command: named in the error message as the way to make the result.

    Raises:
        FileNotFoundError: there is none; the message says how to make it.
        ValueError: the file is damaged, or the name is not like "02_ials_gowalla".
    """
    file = _file(name)
    again = (
        f"measure it again: {command}"
        if command
        else (
            "run the cell or benchmark that measures it with GRAPHREC_LONG=1, or get the file back "
            "from the course's repository"
        )
    )
    if not file.exists():
        have = ", ".join(sorted(path.stem for path in file.parent.glob("*.json"))) or "none"
        raise FileNotFoundError(f"no stored result {name!r} (stored: {have}); {again}")
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Result(name, **{field: content[field] for field in FIELDS})
    except (ValueError, TypeError, KeyError) as problem:
        raise ValueError(
            f"data/results/{name}.json is damaged ({type(problem).__name__}: {problem}); {again}"
        ) from None


def save(
    name: str,
    *,
    claim: str,
    values: dict[str, Any],
    seeds: Sequence[int],
    seconds: float,
    command: str,
    data: str | Sequence[str] = (),
) -> Result:
    """Write `data/results/<name>.json` and return it as `load` would; see `Result`.

    Args:
        data: name or names of the registry's data sets that the values were measured on.

    Raises:
        ValueError: the name is not like "02_ials_gowalla", a data set is unknown, or a value is
            NaN, infinite or nothing JSON can hold.
        OSError: the folder cannot be written.
    """
    file = _file(name)
    names = [data] if isinstance(data, str) else data
    files = [file for name in names for file in registry.entry(name)["files"]]
    result = Result(
        name,
        claim=claim,
        values=values,
        seeds=list(seeds),
        seconds=round(float(seconds), 1),
        machine=machine(),
        command=command,
        course=__version__,
        data_sha256={file["path"]: file["sha256"] for file in files},
    )
    content = {field: asdict(result)[field] for field in FIELDS}
    try:
        text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"result {name!r} cannot be stored: {problem}") from None
    file.parent.mkdir(parents=True, exist_ok=True)
    with paths.replacing(file) as part:
        part.write_text(text + "\n", encoding="utf-8")
    return load(name)


def stored(
    name: str,
    compute: Callable[[], dict[str, Any]],
    *,
    claim: str,
    command: str,
    seeds: Sequence[int] = (),
    data: str | Sequence[str] = (),
) -> Result:
    """Return the stored result `name`; with `GRAPHREC_LONG=1` measure it again and store it.

    Args:
        compute: takes no argument and returns the values; only called with `GRAPHREC_LONG=1`.
        claim, command, seeds, data: as in `save`.

    Raises:
        FileNotFoundError, ValueError: as `load` and `save`; ValueError also when the stored
            values belong to another claim.
    """
    if os.environ.get("GRAPHREC_LONG", "0") in ("", "0"):
        result = load(name, command)
        if result.claim != claim:
            raise ValueError(
                f"the stored result {name!r} was measured for another claim, {result.claim!r}; "
                f"measure it again: {command}"
            )
        return result
    start = time.perf_counter()
    values = compute()
    seconds = time.perf_counter() - start
    return save(
        name, claim=claim, values=values, seeds=seeds, seconds=seconds, command=command, data=data
    )


def machine() -> dict[str, Any]:
    """Return what a time depends on: processor, cores, threads, versions; nothing personal."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = {}
    for package in ("numpy", "scipy", "numba", "torch"):
        try:
            versions[package] = metadata.version(package)  # without importing it
        except metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "processor": _processor(),
        "system": platform.system(),
        "cores": cores,
        "threads": int(os.environ.get("OMP_NUM_THREADS") or cores),
        "python": platform.python_version(),
        **versions,
    }


def _processor() -> str:
    """Return the processor's model; Linux tells it in a file, the others to `platform`."""
    try:
        match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        match = None
    return match[1].strip() if match else platform.processor() or platform.machine()


def _file(name: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError(f'a result is named like "02_ials_gowalla"; got {name!r}')
    return paths.data() / "results" / f"{name}.json"


def _plain(value: Any) -> Any:
    """Return numpy's numbers and arrays as Python's, for JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} {value!r} is not a number, text, list or dictionary")


def _shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return one (name, text) per value; of tables only the size."""
    rows = []
    for name, value in values.items():
        if isinstance(value, float):
            text = f"{value:.4g}"
        elif isinstance(value, list | dict) and len(str(value)) > 60:
            text = f"{len(value)} entries"
        else:
            text = str(value)
        rows.append((name, text))
    return rows


def _card(color: str, head: str, foot: str) -> str:
    """Return a card with a colored edge; its text has the page's own color, light or dark."""
    foot = f'<div style="opacity:.75;font-size:.9em">{foot}</div>' if foot else ""
    return (
        f'<div style="border-left:4px solid {color};padding:.3em .8em;margin:.3em 0;'
        f'color:currentColor">{head}{foot}</div>'
    )
