"""The last hints of exercises whose solution still stands in the lesson's source, written to lines.json.

Between BEGIN and END SOLUTION, lines of mistakes are commented out after `### INSTEAD`, each followed by the
name of the mistake that it makes: `# E = A_hat @ E0  # every step starts from E0`.
"""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

from graphrec_utils import exercises, paths
from graphrec_utils.authoring.lesson.source import SourceError, answers
from graphrec_utils.exercises import parsons


def write(source: Path) -> None:
    """Write the shuffled lines of a lesson."""
    path, text = _file(source), _text(source)
    if not path.parent.is_dir():
        return
    if text:
        path.write_text(text, encoding="utf-8", newline="\n")
    else:
        path.unlink(missing_ok=True)


def stale(source: Path) -> list[str]:
    """Return a sentence if the shuffled lines are not what the source says."""
    path, text = _file(source), _text(source)
    if not path.parent.is_dir() or text == (
        path.read_text(encoding="utf-8") if path.exists() else ""
    ):
        return []
    return [f"{path.parent.name}/{path.name} is not what {source.name} says"]


def _file(source: Path) -> Path:
    folder = paths.root() / "graphrec_utils" / "lessons"
    return folder / f"lesson{source.name[:2]}" / parsons.FILE


def _text(source: Path) -> str:
    """Return the file's text.

    Raises:
        SourceError: a line after INSTEAD names no mistake of its exercise.
    """
    made = {}
    for name, (answer, instead) in answers(source).items():
        known = {mistake.name for mistake in exercises.get(name).mistakes}
        for line in distractors(instead):
            if line[-1] not in known or len(line) < 2:
                names = ", ".join(sorted(known))
                reason = f"after INSTEAD of {name}, {line[0]!r} does not end with the name of one "
                reason += f'of its mistakes, as in "line  # name": {names}'
                raise SourceError(source, "-", reason)
        wrong = [line for line, _ in distractors(instead)]
        if found := parsons.puzzle(name, textwrap.dedent(answer), wrong):
            made[name] = found
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n" if made else ""


def distractors(instead: str) -> list[tuple[str, str]]:
    """Return (line, the name of its mistake) for the commented lines after INSTEAD."""
    rows = [
        re.sub(r"^# ?", "", row) for row in textwrap.dedent(instead).splitlines() if row.strip()
    ]
    return [tuple(part.rstrip() for part in row.rsplit("  # ", 1)) for row in rows]
