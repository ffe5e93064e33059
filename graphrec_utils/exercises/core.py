"""What an exercise is, and how answers are judged: claims, gates, known mistakes.

One `Exercise` serves three times: the card in a notebook, the mutation tests, and grading.
In each the student's function only turns inputs into values (`runs`); the verdict is made
here, from values.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from graphrec_utils.exercises import runs
from graphrec_utils.exercises.codec import decode, encode
from graphrec_utils.exercises.compare import close, kind, kind_problem

PUBLIC_SEEDS = (0, 1)


@dataclass(frozen=True)
class Claim:
    """One sentence about the answer that inputs can prove wrong.

    `inputs(rng)` returns fresh keyword inputs in the order of the signature; `run` names a
    runner of `runs.RUNNERS`; `judge(got, expected, inputs)` returns None or what is wrong.
    A claim of weight 0 is a gate: failing it costs everything, passing it pays nothing.
    """

    sentence: str
    inputs: Callable[[np.random.Generator], dict]
    weight: float = 1
    run: str = "call"
    judge: Callable[[object, object, dict], str | None] = close


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer and the sentence that names it."""

    name: str
    function: Callable
    sentence: str


@dataclass(frozen=True)
class Exercise:
    """One function a student writes; its claims and mistakes; hints from nudge to recipe.

    `library` names the package's own version, as in "graphrec_utils.graphs.propagate": while an
    answer is graded, only the package itself may call it.
    """

    id: str
    function: str
    points: int
    reference: Callable
    claims: tuple[Claim, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    library: str = ""


@dataclass
class Row:
    """One line of a card."""

    sentence: str
    ok: bool
    reason: str = ""


@dataclass
class Result:
    """The verdict on one answer; `status` is "passed", "partial", "failed" or "missing"."""

    exercise: str
    function: str
    points: float
    max_points: int
    status: str
    rows: list[Row] = field(default_factory=list)
    mistake: str = ""
    printed: str = ""


def questions(exercise: Exercise, seeds=PUBLIC_SEEDS) -> list[dict]:
    """Return the encoded inputs of every claim for every seed, claim by claim."""
    return [
        {"run": claim.run, "inputs": encode(claim.inputs(_rng(exercise, number, seed)))}
        for number, claim in enumerate(exercise.claims)
        for seed in seeds
    ]


def _rng(exercise: Exercise, number: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(exercise.id.encode()), number])


def judge(exercise: Exercise, asked: list[dict], outcomes: list[dict]) -> Result:
    """Turn the outcomes of `asked` into points, rows and, if known, the mistake's name."""
    expected = runs.answers(exercise.reference, asked, seconds=600)
    if broken := [o["message"] for o in expected if "error" in o]:
        raise RuntimeError(f"the reference of {exercise.id} fails: {broken[0]}")
    result = Result(exercise.id, exercise.function, 0.0, exercise.points, "failed")
    result.printed = outcomes[0].get("printed", "")
    if all(o.get("error") == "NotImplementedError" for o in outcomes):
        result.status = "missing"
        result.rows = [Row(c.sentence, False, "not implemented yet") for c in exercise.claims]
        return result
    per_claim = len(asked) // len(exercise.claims)
    reasons = [
        _reason(_claim(exercise, asked, k), asked[k], outcomes[k], expected[k])
        for k in range(len(asked))
    ]
    gates = _gates(outcomes, expected)
    earned = total = 0.0
    for number, claim in enumerate(exercise.claims):
        own = reasons[number * per_claim : (number + 1) * per_claim]
        reason = next(filter(None, own), "")
        result.rows.append(Row(claim.sentence, not reason, reason))
        total += claim.weight
        earned += claim.weight * (not reason)
    opened = all(gate.ok for gate in gates) and all(
        row.ok for row, claim in zip(result.rows, exercise.claims, strict=True) if not claim.weight
    )
    result.rows = _told_once([gate for gate in gates if not gate.ok] + result.rows)
    result.points = round(exercise.points * earned / total, 2) if opened else 0.0
    if result.points == exercise.points:
        result.status = "passed"
    else:
        result.status = "partial" if result.points else "failed"
        wrong = [k for k, reason in enumerate(reasons) if reason or outcomes[k].get("changed")]
        result.mistake = _name_mistake(exercise, asked, outcomes, expected, wrong)
    return result


def _told_once(rows: list[Row]) -> list[Row]:
    """Let a reason that a row above has given stand there only."""
    told = set()
    for row in rows:
        if row.reason in told:
            row.reason = "as above"
        elif row.reason:
            told.add(row.reason)
    return rows


def _gates(outcomes: list[dict], expected: list[dict]) -> list[Row]:
    """Type, shape, dtype and untouched inputs: nothing is paid for these, all is lost."""
    kinds = next(filter(None, map(_kind_reason, outcomes, expected)), "")
    changed = sorted({name for o in outcomes for name in o.get("changed", ())})
    touched = f"your function changed {', '.join(changed)}: work on a copy" if changed else ""
    return [
        Row("the answer has the right type and shape", not kinds, kinds),
        Row("the inputs are left as they were", not touched, touched),
    ]


def _kind_reason(outcome: dict, expected: dict) -> str | None:
    if outcome.get("error") == "Returned":
        return f"{outcome['message']}; expected {kind(decode(expected['value']))}"
    if "error" in outcome:
        return None
    return kind_problem(decode(outcome["value"]), decode(expected["value"]))


def _reason(claim: Claim, question: dict, outcome: dict, expected: dict) -> str:
    if "error" in outcome:
        return outcome["message"]
    got, want = decode(outcome["value"]), decode(expected["value"])
    try:
        problem = kind_problem(got, want) or claim.judge(got, want, decode(question["inputs"]))
    except Exception as error:  # a judge met a value its author did not think of
        return f"this value cannot be judged ({type(error).__name__})"
    return problem or ""


def _name_mistake(exercise: Exercise, asked, outcomes, expected, wrong: list[int]) -> str:
    """Return the sentence of the mistake that explains every wrong value, if there is one.

    Among several, the one that agrees with the answer on most questions wins.
    """
    if all(outcomes[k].get("error") == "OutOfTime" for k in wrong):
        return ""

    def explains(same, theirs, k) -> bool:
        """The mistake agrees with the answer at `k` and is itself wrong there."""
        if not same[k] or theirs[k].get("changed"):
            return same[k]
        return bool(_reason(_claim(exercise, asked, k), asked[k], theirs[k], expected[k]))

    best, sentence = -1, ""
    for mistake in exercise.mistakes:
        theirs = runs.answers(mistake.function, asked)
        same = [_same(exercise, asked, k, outcomes[k], theirs[k]) for k in range(len(asked))]
        # one error message alone has many causes: some wrong value must agree, or everything
        telling = all(same) or any(same[k] and "error" not in outcomes[k] for k in wrong)
        if telling and all(explains(same, theirs, k) for k in wrong) and sum(same) > best:
            best, sentence = sum(same), mistake.sentence
    return sentence


def _same(exercise: Exercise, asked, k: int, one: dict, other: dict) -> bool:
    """Two outcomes agree: values the claim's judge cannot tell apart, or one error message."""
    if "error" in one or "error" in other:
        return one.get("message") == other.get("message")
    if one["changed"] != other["changed"]:
        return False
    if close(decode(one["value"]), decode(other["value"])) is None:
        return True
    return not _reason(_claim(exercise, asked, k), asked[k], one, other)


def _claim(exercise: Exercise, asked: list[dict], k: int) -> Claim:
    """Return the claim that question `k` belongs to; every claim asks equally often."""
    return exercise.claims[k * len(exercise.claims) // len(asked)]
