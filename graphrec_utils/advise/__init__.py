"""Which of all these for my data? From a table of likes to a profile, an honest comparison, and what to read next.

    from graphrec_utils import advise
    advise.run("likes.csv", minutes=2)          # or: python3 -m graphrec_utils advise likes.csv --minutes 2

`profile` looks, `contestants` says who can take part (`fits`, `trained`), `budget` how often in the
minutes that there are, `cuts` splits, `compare` tunes and asks the test, `rounds` spends what is left of the minutes, `verdicts` and `report` say what came
out, `places` where the table lies among the course's sets; `parts` reads a table beyond ten million rows. What is done is kept in a folder beside the report: a run that was
stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphrec_utils import __version__

if TYPE_CHECKING:
    from graphrec_utils.advise.report import Report

__all__ = ["run"]
MINUTES = 10.0
FORM = 2  # of what is kept; what was kept in another one is not read


def run(
    table: str | Path,
    *,
    minutes: float = MINUTES,
    out: str | Path = "advise.html",
    command: str = "",
    tell: Callable[[str], None] | None = None,
    now: Callable[[], float] = time.monotonic,
    begun: float | None = None,
    engine: str | None = None,
    **columns: Any,
) -> Report:
    """Return the report on a table, and write it as `out` and beside it as JSON.

    Args:
        table, columns: a path, and options as of `datasets.read`: `items`, `user`, `at_least` and so on.
        minutes: what all of it may take, kept within a fifth.
        out: where the page goes; what is done is kept in a folder beside it, named `.state`.
        command: what made it, for the report.
        tell: called with a line of what is running; None prints one for each method.
        now: seconds by some clock.
        begun: when it began by this clock, if that was before the call: to load packages takes seconds, which count.
        engine: of `scale.map_partitions`, which reads a large table by parts, see `parts`.

    Raises:
        Unreadable: the table cannot be used.
        OSError: the report, or what is kept, cannot be written.
    """
    begun = now() if begun is None else begun
    # in here: to ask the command for its options loads nothing
    from graphrec_utils import datasets
    from graphrec_utils.advise import parts
    from graphrec_utils.advise.budget import Clock, Shelf
    from graphrec_utils.advise.compare import Race
    from graphrec_utils.advise.profile import profile
    from graphrec_utils.advise.report import made

    out, clock, notes = Path(out), Clock(60 * minutes, now=now, start=begun), []
    tell = print if tell is None else tell
    options = columns | {"minutes": minutes, "engine": engine}
    if engine is None:
        events = datasets.read(table, say=notes.append, **columns)
    else:
        events = parts.read(table, engine, say=notes.append, **columns)
    shelf = Shelf(out.with_suffix(".state") / digest(Path(table), options))
    clock.before = shelf.get("spent") or 0.0
    seen = profile(events, tell)

    def line(name: str, what: str, done: int, of: int) -> None:
        rest = f", {of - done - 1} after it" if of - done > 1 else ""
        tell(f"{name}{': ' * bool(what)}{what}{rest}; {clock.used / 60:.1f} of {minutes:g} minutes")

    race = Race(events, seen, shelf, clock, line)
    shelf.put("spent", clock.used)  # a folder that cannot be written is noticed now
    comparison = race.run()
    command = command or f"advise.run({str(table)!r}, minutes={minutes:g})"
    report = made(Path(table).name, notes, seen, comparison, command, minutes, clock.used)
    report.save(out)
    return report


def digest(table: Path, options: dict[str, Any]) -> str:
    """Return a name for what belongs to these bytes, options, and version of the course."""
    total = hashlib.sha256(
        json.dumps(
            [__version__, FORM, {k: str(v) for k, v in options.items() if v is not None}],
            sort_keys=True,
        ).encode()
    )
    for path in filter(None, (table, options.get("items"))):
        with Path(path).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]
