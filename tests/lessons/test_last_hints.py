"""The last hints: their lines make the answer, and a distractor makes the mistake that it names."""

from __future__ import annotations

import difflib
import textwrap

import pytest
from edits import lesson

from graphrec_utils import exercises
from graphrec_utils.authoring.lesson import lines, source
from graphrec_utils.exercises import core, library, parsons, runs

HANGS = 600.0
ANSWERS = {name: given for path in source.built() for name, given in source.answers(path).items()}
HINTED = [name for name in ANSWERS if lines.puzzle(name, *ANSWERS[name])]


def judged(name: str, body: list[str]) -> core.Result:
    """Return the card's verdict on an exercise's cell whose answer is these lines."""
    names, cells = lesson(name[:2])
    match = source.SOLUTION.search(cells[name])
    code = cells[name][: match.start()] + textwrap.indent("\n".join(body), match["indent"])
    ours = dict(names)
    exec(code, ours)
    exercise = exercises.get(name)
    asked = core.questions(exercise)
    with library.closed(*exercise.closed):
        outcomes = runs.answers(ours[exercise.function], asked, HANGS)
    return core.judge(exercise, asked, outcomes)


def shape(line: str) -> tuple[int, bool]:
    """Return how far a line is indented, and whether it is the head of a block."""
    return len(line) - len(line.lstrip()), line.endswith(":")


@pytest.mark.parametrize("name", HINTED)
def test_the_lines_in_their_order_are_a_right_answer(name):
    right = lines.logical(textwrap.dedent(ANSWERS[name][0]))
    assert judged(name, right).status == "passed"
    hint = parsons.of(name)
    letters = {line: letter for letter, line in hint.lines}
    if len(letters) == len(hint.lines):  # equal lines have letters of their own
        order = " ".join(letters[line] for line in right)
        assert "all lines stand right" in parsons.arrange(name, order).said()
    assert [line for _, line in hint.lines][: len(right)] != right


@pytest.mark.parametrize("name", HINTED)
def test_a_distractor_makes_the_mistake_that_it_names(name):
    answer, instead = ANSWERS[name]
    right = lines.logical(textwrap.dedent(answer))
    sentences = {m.name: m.sentence for m in exercises.get(name).mistakes}
    for line, mistake in lines.distractors(instead):
        assert line not in right, f"{line!r} stands after INSTEAD and in the answer"
        places = [k for k, x in enumerate(right) if shape(x) == shape(line)]
        places.sort(key=lambda k: -difflib.SequenceMatcher(a=right[k], b=line).ratio())
        seen = [judged(name, [*right[:k], line, *right[k + 1 :]]).mistake for k in places[:2]]
        assert sentences[mistake] in seen, (
            f"{line!r} in the place of {[right[k] for k in places[:2]]} is not named {mistake!r}: "
            f"the card says {seen}; take a line that makes this mistake by itself"
        )
