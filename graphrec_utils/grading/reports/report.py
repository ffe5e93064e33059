"""Write every report of one result.

index.html                 for the instructor: the class
gradebook.csv              for the instructor: points to import elsewhere
canvas.csv, moodle.csv     the same for these, where the class list is one of theirs
leaderboard.html           for the class: open tasks, best first; with --anonymous without names
anonymous.csv              for whoever studies the course, with --anonymous: nobody's name
students/NAME.html         for each student
gradescope/NAME/results.json, and results.json when there is one student
junit.xml  summary.md      for CI; the summary also goes to $GITHUB_STEP_SUMMARY where set
"""

from __future__ import annotations

import contextlib
import os
import re
from functools import partial
from pathlib import Path

from graphrec_utils import paths
from graphrec_utils.grading.reports import anonymous, formats, gradebooks, pages
from graphrec_utils.grading.reports.result import people, problems

OURS = re.compile(r"-[0-9a-f]{16}$")


def write(result: dict, out: Path) -> list[Path]:
    """Write all reports of `result` into the folder `out` and return their paths.

    Pages of students who are no longer in the result are removed. Each file is written whole
    or not at all.

    Raises:
        ValueError: the result breaks the format of `graphrec_utils.grading.reports.result`, or one
            report could not be made of it; then all others have been written.
        OSError: the folder cannot be written.
    """
    if wrong := problems(result):
        raise ValueError(f"this is not a result of the grader: {wrong[0]}")
    out = Path(out)
    crowd = people(result)
    makers = {
        out / "gradebook.csv": partial(formats.gradebook, crowd, result),
        out / "index.html": partial(pages.class_page, crowd, result),
        out / "junit.xml": partial(formats.junit, crowd, result),
        out / "summary.md": partial(formats.markdown, crowd, result),
    }
    optional = {"canvas.csv": gradebooks.canvas, "moodle.csv": gradebooks.moodle,
                "anonymous.csv": anonymous.anonymous, "leaderboard.html": pages.leaderboard}  # fmt: skip
    for name, make in optional.items():
        makers[out / name] = partial(make, crowd, result)
    for person in crowd:
        makers[out / "students" / f"{person.slug}.html"] = partial(
            pages.student_page, person, result
        )
        scores = partial(formats.gradescope, person)
        makers[out / "gradescope" / person.slug / "results.json"] = scores
        if len(crowd) == 1:
            makers[out / "results.json"] = scores
    failed, written = [], []
    for path, make in makers.items():
        try:
            text = make()
        except Exception as error:  # one page must not cost the class all the others
            failed.append(f"{path.relative_to(out)} cannot be made: {error!r:.200}")
        else:
            if text:  # no class list of Canvas was given, so there is nothing to import there
                paths.write(path, text)
                written.append(path)
            elif path.name in optional:
                path.unlink(missing_ok=True)
    _forget(out, set(makers))
    step = os.environ.get("GITHUB_STEP_SUMMARY")
    if step and not {"progress", "remarks"} & set(result):  # once a run
        with open(step, "a", encoding="utf-8") as file:
            file.write(formats.markdown(crowd, result))
    if failed:
        raise ValueError(failed[0])
    return written


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
