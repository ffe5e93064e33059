"""The parts of the README that follow from the lessons: badges, the syllabus, the drawings of its map."""

from __future__ import annotations

import re
from pathlib import Path

from graphrec_utils import exercises, paths, syllabus
from graphrec_utils.authoring.course_map import draw
from graphrec_utils.authoring.lesson.around import buttons
from graphrec_utils.authoring.lesson.source import repository, sources
from graphrec_utils.exercises import core

BLOCK = "<!-- {name}: written by `build` -->\n{text}<!-- end {name} -->"


def filled(text: str, repo: str | None) -> str:
    """Return the README's text with its generated blocks renewed."""
    for name, block in (("badges", badges(repo)), ("syllabus", table(repo))):
        pattern = re.escape(BLOCK).replace(r"\{name\}", name).replace(r"\{text\}", "(?:.*\n)*?")
        text = re.sub(pattern, lambda _, b=block, n=name: BLOCK.format(name=n, text=b), text)
    return text


def badges(repo: str | None) -> str:
    """Return launch links to lesson 00, or nothing where the repository is not known."""
    return f"{buttons(repo, syllabus.LESSONS[0].stem)}\n" if repo else ""


def table(repo: str | None) -> str:
    """Return the syllabus as a Markdown table; lessons without a source are marked."""
    stems = {source.stem for source in sources()}
    head = ["Lesson", "Core", "With branches", "Points", *(["Launch"] if repo else [])]
    rows = [head, ["---"] * len(head)]
    for lesson in syllabus.LESSONS:
        ready = lesson.stem in stems
        points = core.full(exercises.of_lesson(lesson.number))
        link = f"[{lesson.title}](notebooks/{lesson.stem}.ipynb)" if ready else lesson.title
        row = [f"{lesson.number} · {link}", f"{lesson.core} min", f"{lesson.minutes} min"]
        row.append(str(points) if ready else "coming")
        if repo:
            row.append(buttons(repo, lesson.stem) if ready else "")
        rows.append(row)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def stale(path: Path | None = None) -> list[str]:
    """Return a sentence for whatever is not what the lessons say: the README, a drawing of it."""
    path = path or paths.root() / "README.md"
    text = path.read_text(encoding="utf-8")
    old = [] if filled(text, repository()) == text else ["README.md is not what the lessons say"]
    for drawing, wanted in draw.files().items():
        if not drawing.exists() or drawing.read_text(encoding="utf-8") != wanted:
            old.append(f".github/{drawing.name} is not the syllabus's map")
    return old


def write(path: Path | None = None) -> None:
    """Renew the generated blocks of the README and the drawings."""
    path = path or paths.root() / "README.md"
    text = path.read_text(encoding="utf-8")
    if (new := filled(text, repository())) != text:
        path.write_text(new, encoding="utf-8", newline="\n")
    for drawing, wanted in draw.files().items():
        paths.write(drawing, wanted)
