"""The last hints: their lines make the answer, and a distractor makes the mistake that it names."""

from __future__ import annotations

import difflib
import textwrap

import pytest
from edits import lesson

from graphrec_utils import exercises, syllabus
from graphrec_utils.authoring.lesson import source
from graphrec_utils.exercises import closed_library, core, orders, parsons, runner

HANGS = 600.0
EXERCISES = [e.id for x in syllabus.LESSONS for e in exercises.of_lesson(x.number)]
HINTED = [name for name in EXERCISES if parsons.of(name)]


def distractors(name: str) -> list[tuple[str, str]]:
    """Return (a line that is wrong, the sentence of its mistake) of an exercise."""
    exercise = exercises.get(name)
    return [(parsons.line_of(m, exercise), m.sentence) for m in exercise.mistakes if m.hint]


def judged(name: str, body: list[str]) -> core.Result:
    """Return the card's verdict on an exercise's cell whose answer is these lines."""
    names, cells = lesson(name[:2])
    match = source.SOLUTION.search(cells[name])
    code = cells[name][: match.start()] + textwrap.indent("\n".join(body), match["indent"])
    ours = dict(names)
    exec(code, ours)
    exercise = exercises.get(name)
    asked = core.questions(exercise)
    with closed_library.closed(*exercise.closed):
        outcomes = runner.answers(ours[exercise.function], asked, HANGS)
    return core.judge(exercise, asked, outcomes)


def shape(line: str) -> tuple[int, bool]:
    """Return how far a line is indented, and whether it is the head of a block."""
    return len(line) - len(line.lstrip()), line.endswith(":")


@pytest.mark.parametrize("name", HINTED)
def test_the_lines_in_their_order_are_a_right_answer(name):
    right = orders.logical(f"{exercises.get(name).published}\n")
    assert judged(name, right).status == "passed"
    hint = parsons.of(name)
    letters = {line: letter for letter, line in hint.lines}
    if len(letters) == len(hint.lines):  # equal lines have letters of their own
        order = " ".join(letters[line] for line in right)
        assert "all lines stand right" in parsons.arrange(name, order).said()
    assert [line for _, line in hint.lines][: len(right)] != right


@pytest.mark.parametrize("name", HINTED)
def test_a_distractor_makes_the_mistake_that_it_names(name):
    right = orders.logical(f"{exercises.get(name).published}\n")
    shown = {line for _, line in parsons.of(name).lines}
    for line, sentence in distractors(name):
        assert line not in right, f"{line!r} stands in the answer, too"
        assert line in shown
        places = [k for k, x in enumerate(right) if shape(x) == shape(line)]
        places.sort(key=lambda k: -difflib.SequenceMatcher(a=right[k], b=line).ratio())
        seen = [judged(name, [*right[:k], line, *right[k + 1 :]]).mistake for k in places[:2]]
        assert sentence in seen, (
            f"{line!r} in the place of {[right[k] for k in places[:2]]} is not named {sentence!r}: "
            f"the card says {seen}; give hint=True to a slip that changes one line, and adds none"
        )
