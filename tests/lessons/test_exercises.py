"""The checks are checked: every known mistake by its own sentence, no points for guessing."""

from __future__ import annotations

import functools
import json
import sys
import textwrap
import time
import types

import nbformat
import numpy as np
import pytest

from graphrec_utils import exercises, syllabus
from graphrec_utils.authoring.lesson import source
from graphrec_utils.exercises import core, find, runner
from graphrec_utils.grading import verdict

EXERCISES = [e for lesson in syllabus.LESSONS for e in exercises.of_lesson(lesson.number)]
MISTAKES = [(e, m) for e in EXERCISES for m in e.mistakes]
HIDDEN_SEEDS = tuple(range(100, 110))
HANGS = 600.0  # no answer of ours takes seconds, but the machine may be busy


@functools.cache
def drawn(exercise) -> tuple[list[dict], list[dict]]:
    """Return the questions of all hidden seeds and the right outcomes, each drawn and answered once."""
    asked = core.questions(exercise, HIDDEN_SEEDS)
    return asked, core.right(exercise, asked)


def both(exercise, seeds) -> tuple[list[dict], list[dict]]:
    """Return the questions of these seeds, claim by claim, and the right outcomes."""
    if seeds == core.PUBLIC_SEEDS:
        return verdict.public(exercise)
    every = len(HIDDEN_SEEDS)
    places = [
        number * every + HIDDEN_SEEDS.index(seed)
        for number in range(len(exercise.claims))
        for seed in seeds
    ]
    asked, outcomes = drawn(exercise)
    return [asked[k] for k in places], [outcomes[k] for k in places]


@functools.lru_cache(maxsize=1)
def answered(exercise) -> dict:
    """Return where `once` keeps outcomes: to be named, a mistake is compared with all others."""
    return {}


def once(
    known: dict, function, asked: list[dict], seconds=None, *, real=runner.answers
) -> list[dict]:
    """Answer as `runner.answers` does, but every question once; `drawn` keeps them alive."""
    for question in asked:
        if (function, id(question)) not in known:
            known[function, id(question)] = real(function, [question], HANGS)[0]
    return [known[function, id(question)] for question in asked]


def judged(exercise, function, seeds=core.PUBLIC_SEEDS, name=False) -> core.Result:
    asked, expected = both(exercise, seeds)
    outcomes = runner.answers(function, asked, HANGS)
    return core.judge(exercise, asked, outcomes, name, expected)


@pytest.mark.parametrize("content", [{}, {"ex": 3}, {"ex": core.Exercise("04.9", "f", 1, ())}])
def test_an_exercise_has_the_number_of_its_file(content, monkeypatch):
    name = "graphrec_utils.lessons.lesson04.ex8_name"
    monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(**content))
    monkeypatch.setattr(find, "modules", lambda number: [name])
    with pytest.raises(ValueError, match=r'ex8_name must hold ex = Exercise\("04.8"'):
        find.of_lesson.__wrapped__("04")


def test_an_exercise_has_a_solution_and_claims(monkeypatch):
    ex = core.Exercise("04.8", "f", 1, ())
    name = "graphrec_utils.lessons.lesson04.ex8_name"
    monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(ex=ex))
    monkeypatch.setattr(find, "modules", lambda number: [name])
    with pytest.raises(ValueError, match=r"ex8_name lacks a solution: write @ex\.solution above"):
        find.of_lesson.__wrapped__("04")
    ex.solution(abs)
    with pytest.raises(ValueError, match=r"ex8_name lacks claims: write ex\.claim\("):
        find.of_lesson.__wrapped__("04")
    ex.claim("a number", lambda rng: {"x": 1})
    assert find.of_lesson.__wrapped__("04") == (ex,)


def per_exercise(test):
    return pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)(test)


@per_exercise
def test_the_reference_passes_on_ten_seeds(exercise):
    asked, outcomes = drawn(exercise)
    result = core.judge(exercise, asked, outcomes, answers=outcomes)
    assert result.status == "passed", result.rows
    asked, outcomes = both(exercise, HIDDEN_SEEDS[:3])  # and says the same of the same
    again = runner.answers(exercise.reference, asked, HANGS)
    result = core.judge(exercise, asked, again, answers=outcomes)
    assert result.status == "passed", result.rows


@per_exercise
def test_there_are_at_least_four_mistakes_and_three_hints(exercise):
    assert len(exercise.mistakes) >= 4, "add plausible mistakes, each an ex.slip of the solution"
    assert len(exercise.hints) == 3, "a question, the formula, the line"


def graded(exercise, function, seeds, monkeypatch) -> dict:
    """Return what the grader makes of an answer: values as its probe sends them, and its verdict."""

    def sent(asked: list[dict]) -> tuple[list[dict], list[dict]]:
        return asked, verdict.outcomes(json.dumps(runner.answers(function, asked, HANGS)), asked)

    secret, expected = both(exercise, seeds)
    right = core.right  # the grader asks for it once a student; here all have the same questions
    monkeypatch.setattr(core, "right", lambda e, x: expected if x is secret else right(e, x))
    return verdict.decide(exercise, sent(secret), sent(verdict.public(exercise)[0]))


UNSEEN = "every claim holds for this mistake: add one whose inputs prove it wrong, on any seed"


def misnamed(result: core.Result) -> str:
    """Return what the author of a mistake reads if its card does not name it."""
    if result.mistake:
        return (
            f"the card says {result.mistake!r}: add a claim that tells the two apart, or drop one"
        )
    return "the card names no mistake: where this one fails, it must give the same on every call"


def uneven(card: core.Result, entry: dict) -> str:
    """Return which claims hold for a mistake with some seeds and not with others."""
    here = {row.sentence: row.ok for row in card.rows}
    there = {sentence: ok for sentence, ok, _ in entry["rows"]}
    return (
        f"these claims hold for this mistake on some seeds only: {[x for x in here if here[x] != there.get(x)]}; let "
        "their inputs always hold a case that tells, such as many cases in one"
    )


NO_CODE = ("NameError", "SyntaxError", "IndentationError")


@pytest.mark.parametrize(
    ("exercise", "mistake"),
    MISTAKES,
    ids=[f"{e.id}-{e.mistakes.index(m) + 1}" for e, m in MISTAKES],
)
def test_a_mistake_loses_points_and_card_and_grader_name_it(exercise, mistake, monkeypatch):
    monkeypatch.setattr(runner, "answers", functools.partial(once, answered(exercise)))
    card = judged(exercise, mistake.function, name=True)
    assert card.points < exercise.points, UNSEEN
    assert card.mistake == mistake.sentence, misnamed(card)
    outcomes = runner.answers(mistake.function, both(exercise, core.PUBLIC_SEEDS)[0], HANGS)
    broken = [x["message"] for x in outcomes if x.get("error") in NO_CODE]
    assert not broken, (
        f"{mistake.sentence}: {broken[0]}; a slip needs Python and its module's names"
    )
    for seed in HIDDEN_SEEDS[3:5]:  # alone; the first three are asked together
        assert judged(exercise, mistake.function, (seed,)).points < exercise.points, UNSEEN
    entry = graded(exercise, mistake.function, HIDDEN_SEEDS[:3], monkeypatch)
    assert entry["mistake"] == card.mistake
    assert entry["points"] == card.points, uneven(card, entry)


@per_exercise
def test_the_notebook_has_the_solution_of_the_module(exercise):
    path = source.target(source.sources([exercise.id[:2]])[0], "solved")
    cells = nbformat.read(path, 4).cells
    found = [cell for cell in cells if source.role(cell) == ("exercise", exercise.id)]
    if not found:  # that it is built before it is handed out is asked in tests/contracts
        pytest.skip(f"not in the notebook yet: build --changed {exercise.id[:2]}")
    (cell,) = found
    answer = textwrap.dedent(source.SOLUTION.search(cell.source)["answer"])
    assert answer == f"{exercise.published}\n", f"run: build --changed {exercise.id[:2]}"


@per_exercise
def test_the_grader_accepts_what_the_card_accepts(exercise, monkeypatch):
    entry = graded(exercise, exercise.reference, HIDDEN_SEEDS[:3], monkeypatch)
    assert (entry["points"], entry["status"], entry["mistake"]) == (exercise.points, "passed", "")


@per_exercise
def test_returning_nothing_earns_nothing(exercise):
    assert judged(exercise, lambda *a: None).points == 0


@per_exercise
def test_a_stub_is_missing(exercise):
    def stub(*_):
        raise NotImplementedError

    assert judged(exercise, stub).status == "missing"


PILE = np.random.default_rng(0).random(40_000)


def yard() -> float:
    """Return the seconds that this thread takes for a fixed piece of work, as much numpy as Python.

    A hundred yards are a second where lessons are timed, whatever machine counts them.
    """
    start = time.thread_time()
    PILE.argsort(kind="stable")
    sum(k % 7 for k in range(60_000))
    return time.thread_time() - start


@per_exercise
def test_a_check_answers_soon(exercise):
    """Most take a yard or two, the dearest some 200: a wrong answer is compared with every known mistake."""
    for function in (exercise.reference, exercise.mistakes[0].function):
        spent, yards = [], []
        while len(spent) < 2 or (min(spent) >= 1 and len(spent) < 6):  # the first also compiles
            start = time.thread_time()
            asked = core.questions(exercise)
            core.judge(exercise, asked, runner.answers(function, asked, HANGS))
            spent.append(time.thread_time() - start)
            yards.append(yard())
        print(f"{exercise.id}: {min(spent):.2f} s, {min(spent) / min(yards):.0f} yards")
        assert min(spent) < 400 * min(yards)
