"""No claim pays for an answer without an idea, and every parameter is asked about."""

from __future__ import annotations

import mechanical
import numpy as np
import pytest

from graphrec_utils import exercises, syllabus
from graphrec_utils.exercises import core

# open tasks: judged by what is found, slow to ask often
OPEN = {
    "01.7",
    "02.7",
    "04.7",
    "06.7",
    "07.7",
    "08.7",
    "09.7",
    "10.7",
    "11.7",
    "12.7",
    "13.7",
    "14.7",
    "15.7",
    "16.7",
    "17.7",
}
EXERCISES = [
    e for lesson in syllabus.LESSONS for e in exercises.of_lesson(lesson.number) if e.id not in OPEN
]
# claims with one function draw alike
CLAIMS = [
    (e, k)
    for e in EXERCISES
    for k, claim in enumerate(e.claims)
    if claim.inputs not in [x.inputs for x in e.claims[:k]]
]
# these try until inputs are as they should be; 18.5 simulates a site, which never fails by chance
MANY = {"04.6": 2_000, "05.5": 20, "16.3": 50, "18.5": 20}
UNREAD = {  # a parameter that a right answer need not read, and why
    ("03.7", "num_negatives"): "ranks just outside the top win for any number of drawn items",
    ("09.6", "size"): "in one part the vectors are the same, and take more memory",
    ("10.5", "chunk"): "exact search finds the same whatever the size of its chunks",
    ("11.6", "chunk"): "only memory depends on it: the answer is the same for every size",
}


def per_exercise(test):
    return pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)(test)


@per_exercise
@pytest.mark.parametrize(
    "family",
    [
        "constant",
        "shape",
        "input",
        *(pytest.param(x, marks=pytest.mark.full) for x in ("library", "translated")),
    ],
)
def test_an_answer_without_an_idea_gets_nothing(exercise, family):
    points, name = mechanical.best(exercise, family)
    print(f"{exercise.id} {family}: {points} of {exercise.points} {name if points else ''}")
    assert points == 0, f"{name} wins points: let inputs, their shapes too, vary from seed to seed"


@per_exercise
def test_the_card_pays_for_no_idea_either(exercise):
    for family in ("shape", "input"):
        for name, function in mechanical.FAMILIES[family](exercise):
            if not name.startswith("the card's value"):
                points = mechanical.judged(exercise, function, core.PUBLIC_SEEDS).points
                assert points == 0, (name, points)


@per_exercise
def test_an_answer_that_ignores_a_parameter_loses_points(exercise):
    for label, function in mechanical.frozen(exercise):
        name = label.removesuffix(" frozen")
        for seeds in (core.PUBLIC_SEEDS, mechanical.FRESH):
            points = mechanical.judged(exercise, function, seeds).points
            if (exercise.id, name) in UNREAD:
                assert points == exercise.points, f"{name} is read now: drop it from UNREAD"
            else:
                assert points < exercise.points, f"no claim varies {name}, or none depends on it"


@per_exercise
def test_every_parameter_has_two_values(exercise):
    for seeds in (core.PUBLIC_SEEDS, mechanical.FRESH):
        asked = [dict(x["inputs"]["dict"]) for x in mechanical.asked(exercise, seeds)]
        for name in asked[0]:
            values = {repr(x[name]) for x in asked}
            assert len(values) > 1, f"all claims have the same {name}"


@pytest.mark.parametrize(("exercise", "k"), CLAIMS, ids=[f"{e.id}-{k}" for e, k in CLAIMS])
def test_inputs_can_be_drawn_for_every_seed(exercise, k):
    """Seeds of the grader are any 64 bits: none may end in an error."""
    claim = exercise.claims[k]
    few = 20 if claim.run == "call within memory" else 200
    for seed in range(MANY.get(exercise.id, few)):
        claim.inputs(core._rng(exercise, k, seed * 7919 + 2**40))


@per_exercise
def test_what_pays_alone_on_fresh_seeds_pays_alone_on_the_card(exercise):
    """Card and grader must see the same claims as guessable, whatever the seeds."""
    every = tuple(range(20))
    asked = mechanical.asked(exercise, every)
    questions = [core._Question(exercise.claims[k // 20], x) for k, x in enumerate(asked)]
    outcomes = [core._Outcome(x) for x in mechanical.right(exercise, every)]

    def guessable(seeds) -> list[bool]:
        claims = [[20 * k + seed for seed in seeds] for k in range(len(exercise.claims))]
        return [core._guessed([questions[k] for k in c], [outcomes[k] for k in c]) for c in claims]

    found = [guessable(seeds) for seeds in (core.PUBLIC_SEEDS, range(9, 12), every)]
    uneven = {
        c.sentence
        for c, each in zip(exercise.claims, zip(*found, strict=True), strict=True)
        if len(set(each)) > 1
    }
    assert not uneven, "let the right answers of these claims differ between any two seeds"
    assert not all(found[0]), "no claim pays by itself: let the answer of one vary"


def test_fill_keeps_type_and_shape():
    made = mechanical.fill((np.zeros((2, 3)), {"a": 1}), mechanical.NUMBERS["ones"], None)
    assert made[0].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert made[1] == {"a": 1}
