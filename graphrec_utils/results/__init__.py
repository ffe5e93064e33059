"""Verdicts on claims, and the stored results of runs too long for a notebook.

    verdict("Every user has a purchase", holds=(count > 0).all(), detail=f"smallest: {count.min()}")
    verdict("A finds more than B", holds=metrics.compare(a.recall, b.recall))

    result = results.stored(
        "02_ials_gowalla", compute, claim="...", command="...", seeds=[0], data="gowalla"
    )

    results.table(rows, known="past saves leave every list", headline=("PinSage", "iALS"))

`stored` reads `data/results/02_ials_gowalla.json`. With `GRAPHREC_LONG=1` it calls `compute`
instead, measures the time and rewrites the file.

What lessons keep, and tests read:

* Two models are chosen by `train.tune`, and validation is cut as test is (`hold_out(last=…)` in time).
* `verdict` takes a `metrics.compare`, which may not be able to tell, and says it "from … to …": 95 %, never ±.
* `table` wants size, trials and which known pairs left the lists; what is compared has equal d. Popularity, RP3β, EASE
  (10,000 items at most) and iALS, at the same d and at its best, are rows.
* What is compared with an aggregate is taken out of it (`graphs.others_mean`).
* A cell over 20 s is tagged `long` and loads a stored result: `solutions/experiments/lessonNN/NAME.py` writes
  `data/results/NN_NAME.json` by `save`, has a row in the README there and a test beside the lesson's.
"""

from __future__ import annotations

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

from graphrec_utils import __version__, markup, paths, style
from graphrec_utils.datasets import registry
from graphrec_utils.metrics.compare import FAILS, HOLDS, OPEN, Comparison
from graphrec_utils.results.tables import table as table

CARD, TABLE = (Path(__file__).with_name(name) for name in ("card.html", "verdicts.html"))
FIELDS = ("claim", "values", "seeds", "seconds", "machine", "command", "course", "data_sha256")
NAME = re.compile(r"\d\d_[a-z0-9_]+")
LOOK = {HOLDS: (style.POSITIVE, "✓"), FAILS: (style.NEGATIVE, "✗"), OPEN: (style.CONTEXT, "?")}
ABOUT = "Stored numbers, not judged yet:"


@dataclass(frozen=True)
class Verdict:
    """A claim and whether the numbers of this run support it; shown as a small card.

    `outcome` is "holds", "does not hold" or "cannot tell".
    """

    claim: str
    outcome: str
    detail: str = ""

    def __repr__(self) -> str:
        return f"{self.outcome}: {self.claim}" + (f"\n{self.detail}" if self.detail else "")

    def _repr_html_(self) -> str:
        color, sign = LOOK[self.outcome]
        return markup.render(
            CARD, color=color, head=f"{sign} {self.outcome}", claim=f"· {self.claim}", rows=[],
            foot=self.detail, command="",
        )  # fmt: skip


def verdict(claim: str, holds: bool | Comparison, detail: str = "") -> Verdict:
    """Return the verdict on a claim; as the last line of a cell it shows a card.

    Args:
        claim: a sentence that could be false, written before the numbers were seen.
        holds: what the comparison of the measured numbers says: True or False, or a
            `metrics.Comparison`, which may say that these numbers cannot tell.
        detail: the numbers themselves; those of a comparison are put in if this is left out.

    Raises:
        ValueError: `holds` is neither, for example an array or a difference.
    """
    if isinstance(holds, Comparison):
        return Verdict(claim, holds.outcome, detail or f"{holds}, {holds.users:,} users")
    if getattr(holds, "ndim", None) == 0:  # numpy and torch compare to arrays without axes
        holds = holds.item()
    if not isinstance(holds, bool):
        raise ValueError(
            f"holds must be True, False or what metrics.compare returns; got {holds!r}"
        )
    return Verdict(claim, HOLDS if holds else FAILS, detail)


class Verdicts(tuple):
    """Several verdicts; shown as one table."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return markup.render(TABLE, rows=[(*LOOK[each.outcome], each) for each in self])


def verdicts(*each: Verdict) -> Verdicts:
    """Return several verdicts as one table, where their claims belong together."""
    return Verdicts(each)


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
        return markup.render(
            CARD,
            color=style.CONTEXT,
            head=ABOUT,
            claim=self.claim,
            rows=_shown(self.values),
            foot=self._origin(),
            command=self.command,
        )

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
    paths.write(file, text + "\n")
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
