"""Write every report of one result.

index.html                 for the instructor: the class
gradebook.csv              for the instructor: points to import elsewhere
students/NAME.html         for each student
gradescope/NAME/results.json, and results.json when there is one student
junit.xml  summary.md      for CI; the summary also goes to $GITHUB_STEP_SUMMARY where set
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.grading import report_formats, report_html
from graphrec_utils.grading.result import people, problems

OURS = re.compile(r"-[0-9a-f]{8}$")


def write(result: dict, out: Path) -> list[Path]:
    """Write all reports of `result` into the folder `out` and return their paths.

    Pages of students who are no longer in the result are removed. Each file is written whole
    or not at all.

    Raises:
        ValueError: the result breaks the format of `graphrec_utils.grading.result`.
        OSError: the folder cannot be written.
    """
    if wrong := problems(result):
        raise ValueError(f"this is not a result of the grader: {wrong[0]}")
    out = Path(out)
    crowd = people(result)
    summary = report_formats.markdown(crowd, result)
    texts = {
        out / "index.html": report_html.class_page(crowd, result),
        out / "gradebook.csv": report_formats.gradebook(crowd, result),
        out / "junit.xml": report_formats.junit(crowd, result),
        out / "summary.md": summary,
    }
    for person in crowd:
        texts[out / "students" / f"{person.slug}.html"] = report_html.student_page(person, result)
        scores = report_formats.gradescope(person)
        texts[out / "gradescope" / person.slug / "results.json"] = scores
        if len(crowd) == 1:
            texts[out / "results.json"] = scores
    for path, text in texts.items():
        _write(path, text)
    _forget(out, set(texts))
    if step := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(step, "a", encoding="utf-8") as file:
            file.write(summary)
    return list(texts)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with paths.replacing(path) as part:
        part.write_text(text, "utf-8", errors="replace", newline="")


def _forget(out: Path, written: set[Path]) -> None:
    """Remove what an earlier run wrote for somebody who is gone: it would look current.

    Only names that `result.slug` makes are touched, whatever else lies in the folder.
    """
    old = [p for p in (out / "students").glob("*.html") if OURS.search(p.stem)]
    old += [p for p in (out / "gradescope").glob("*/results.json") if OURS.search(p.parent.name)]
    for path in [*old, out / "results.json"]:
        if path not in written:
            path.unlink(missing_ok=True)
            if path.parent.parent.name == "gradescope":
                with contextlib.suppress(OSError):  # somebody keeps something there
                    path.parent.rmdir()
