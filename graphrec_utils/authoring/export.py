"""Hand the same lessons to other graders: `python3 -m graphrec_utils export nbgrader|otter`.

The notebooks go out byte for byte as students get them; what is added stands beside them. Both
graders run the checks inside the student's kernel, so they believe whatever it says: they suit a
class that is trusted, `python3 -m graphrec_utils grade` suits the others.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from graphrec_utils import __version__, exercises, paths
from graphrec_utils.authoring.lesson import handed_out
from graphrec_utils.authoring.lesson.source import repository
from graphrec_utils.cli.setup import bootstrap
from graphrec_utils.cli.setup.environment import clone
from graphrec_utils.exercises.core import Exercise

NBGRADER_CONFIG = """\
# Written by `python3 -m graphrec_utils export nbgrader`, course version {version}.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "graphrec"
# The notebooks hold the stubs already, and some stubs are code to repair.
c.ClearSolutions.enabled = False
# A check takes at most {seconds} s for one answer; a cell at class level may hang for longer.
c.ExecutePreprocessor.timeout = 120
c.ExecutePreprocessor.interrupt_on_timeout = True
"""

NBGRADER_README = """\
# The course for nbgrader

`graphrec_utils` must be installed where nbgrader runs: `pip install PATH_OF_THE_CLONE`. That puts the right
answers beside the students' code, which can import them: use an environment of its own for it.

    nbgrader generate_assignment {stem}      # source/ -> release/
    # collect: submitted/STUDENT/{stem}/{stem}.ipynb
    nbgrader autograde {stem}
    nbgrader generate_feedback {stem}
    nbgrader export

Partial credit comes from the check cells: their last line is a number of points.
nbgrader runs a notebook as a whole. One endless loop or one dead kernel can cost a student every
exercise after it, and checks can be tricked by the answer that they test.
`python3 -m graphrec_utils grade submitted` has none of these weaknesses and reads the same folder.
"""

OTTER_TEST = '''\
"""Exercise {id}, one test per claim. Written by `export otter`, course version {version}."""

from graphrec_utils.exercises import check
from otter.test_files import test_case

OK_FORMAT = False
name = "{key}"
scores = []  # filled once: all claims are judged together


def holds(env, claim):
    """Fail with the words of the card unless the claim holds and no gate is shut."""
    if not scores:
        scores.append(check("{id}", env.get("{function}")))
    result = scores[0].result
    wrong = "; ".join(f"{{row.sentence}}: {{row.reason}}" for row in result.rows if not row.ok)
    assert result.points and result.rows[claim - {claims}].ok, wrong  # gates stand first

'''
OTTER_CASE = """
@test_case(name={name!r}, points={points})
def claim_{number}(env):
    holds(env, {number})

"""

OTTER_README = """\
# The course for Otter

`graphrec_utils` must be installed where Otter runs: `pip install PATH_OF_THE_CLONE`{gradescope}. That puts the
right answers beside the students' code, which can import them: use an environment of its own for it.

    cd {stem}
    otter generate -t tests -o autograder.zip     # also what Gradescope takes
    otter run -a autograder.zip STUDENTS_NOTEBOOK.ipynb

Each claim of a card is a test with its share of the points.
Otter runs a notebook as a whole, and the tests run inside the student's kernel.
`python3 -m graphrec_utils grade` judges outside of it, hides the answers, and can write results.json for Gradescope.
"""


def nbgrader(lessons: list[Path], out: Path) -> list[Path]:
    """Write an nbgrader course folder: configuration, `source/NN_slug/NN_slug.ipynb`, README."""
    from graphrec_utils.exercises.card import SECONDS

    texts = {
        out / "nbgrader_config.py": NBGRADER_CONFIG.format(
            version=__version__, seconds=f"{SECONDS:g}"
        ),
        out / "README.md": NBGRADER_README.format(stem=lessons[0].stem),
    }
    return [_copy(p, out / "source" / p.stem / p.name) for p in lessons] + _write(texts)


def otter(lessons: list[Path], out: Path) -> list[Path]:
    """Write a folder per lesson: the notebook, `tests/`, requirements and Otter's configuration."""
    repo = repository()
    gradescope = "" if repo else ", and for Gradescope its address must stand in requirements.txt"
    texts = {out / "README.md": OTTER_README.format(stem=lessons[0].stem, gradescope=gradescope)}
    needs = (paths.root() / "requirements.txt").read_text(encoding="utf-8")
    if repo:
        needs += f"graphrec-utils @ git+https://github.com/{repo}@v{__version__}\n"
    for path in lessons:
        folder = out / path.stem
        for exercise in exercises.of_lesson(path.name[:2]):
            name = f"ex-{exercise.id.replace('.', '-')}"
            texts[folder / "tests" / f"{name}.py"] = otter_test(exercise, name)
        texts[folder / "requirements.txt"] = needs
        texts[folder / "otter_config.json"] = json.dumps({"show_stdout": False}, indent=1) + "\n"
    return [_copy(p, out / p.stem / p.name) for p in lessons] + _write(texts)


def otter_test(exercise: Exercise, name: str) -> str:
    """Return Otter's test file of one exercise; the points of its tests add up to the exercise's.

    A gate has no test of its own: it pays nothing, and failing it fails every test.
    """
    total = sum(claim.weight for claim in exercise.claims)
    text = OTTER_TEST.format(
        id=exercise.id, version=__version__, key=name, function=exercise.function,
        claims=len(exercise.claims),
    )  # fmt: skip
    for number, claim in enumerate(exercise.claims):
        if claim.weight:
            points = exercise.points * claim.weight / total
            text += OTTER_CASE.format(name=claim.sentence, points=repr(points), number=number)
    return text.rstrip("\n") + "\n"


def _copy(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return target


def _write(texts: dict[Path, str]) -> list[Path]:
    for path, text in texts.items():
        paths.write(path, text)
    return list(texts)


FORMATS = {"nbgrader": nbgrader, "otter": otter}


def main(argv: list[str]) -> int:
    """Run `python3 -m graphrec_utils export`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m graphrec_utils export",
        description="Write lessons as a course for nbgrader or for Otter.",
        epilog="example: python3 -m graphrec_utils export nbgrader 00 01 --out my-course",
    )
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("lessons", nargs="*", metavar="NN", help="lesson numbers; default: all")
    parser.add_argument("--out", type=Path, help="folder; default: build/nbgrader or build/otter")
    bootstrap.agreeing(parser)
    options = parser.parse_args(argv)
    root = clone()
    built = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    chosen = [p for p in built if not options.lessons or p.name[:2] in options.lessons]
    known = {p.name[:2] for p in chosen}
    if absent := [number for number in options.lessons if number not in known]:
        print(f"there is no notebooks/{absent[0]}_*.ipynb; build it first", file=sys.stderr)
        return 2
    if not chosen:
        print("there are no notebooks yet: run python3 -m graphrec_utils build", file=sys.stderr)
        return 2
    out = options.out or root / "build" / options.format
    handed_out.check(chosen)
    try:
        written = FORMATS[options.format](chosen, out)
    except OSError as error:
        print(f"could not write: {error.strerror}: {error.filename}", file=sys.stderr)
        return 2
    print(f"wrote {len(written)} files to {out}; README.md there says how to go on")
    return 0
