"""What an exercise is, and how answers are judged: claims, gates, known mistakes.

One `Exercise` serves three times: the card in a notebook, the mutation tests, and grading.
In each the student's function only turns inputs into values (`runs`); the verdict is made
here, from values.

What tests ask of a new one, which `Exercise` shows how to write:

    hints      three: a question, the formula, the line
    claims     from simple to subtle, a corner case a claim. What one refuses it refuses on every seed; right
               answers, their shapes and what could be guessed from them differ between seeds
    slips      at least four plausible mistakes; two causes are two sentences. `hint=True` for two or three
               that change one line and add none. What only slips use is imported with
               `# noqa: F401 (slips use it)`
    library    the package's own version, if it has one; its docstring names the lesson and the exercise that build it

Inputs of several exercises lie in `lessonNN/shared.py`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from graphrec_utils.exercises import published, runner
from graphrec_utils.exercises.codec import decode, encode
from graphrec_utils.exercises.compare import close, kind, kind_problem

PUBLIC_SEEDS = (0, 1)


@dataclass(frozen=True)
class Claim:
    """One sentence about the answer that inputs can prove wrong.

    `inputs(rng)` returns fresh keyword inputs in the order of the signature; `run` names a
    runner of `runner.RUNNERS`; `judge(got, expected, inputs)` returns None or what is wrong.
    A claim of weight 0 is a gate: failing it costs everything, passing it pays nothing. A claim
    whose answer is the same for every seed, such as a number computed by hand, or one of the
    inputs, pays only beside one where that is not so; a choice, which has no inputs, is free of that.
    """

    sentence: str
    inputs: Callable[[np.random.Generator], dict]
    weight: float = 1
    run: str = "call"
    judge: Callable[[object, object, dict], str | None] = close


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer and the sentence that names it.

    A slip has the `body` that it makes of the published one; with `hint` the first changed line stands in the last hint.
    """

    sentence: str
    function: Callable
    body: str = ""
    hint: bool = False


@dataclass(frozen=True)
class Measured:
    """What an answer to an open task is worth: a number, where it may lie, and both in words."""

    what: str
    value: float
    low: float
    high: float
    said: str


@dataclass(eq=False)
class Exercise:
    """One function a student writes; its claims and mistakes; hints from nudge to recipe.

    A module of exercises makes one, `ex`, and says the rest below it, sentence and function together:

        @ex.solution
        def propagate(A, E0, num_layers): ...

        ex.claim("any start, four layers", lambda rng: graph(rng, 4))
        ex.slip("the last layer is missing: K layers follow E0", "num_layers)", "num_layers - 1)")

        @ex.mistake("your numbers match D⁻¹A: you divided by the degree of the hearing node only")
        def rows_only(A, E0, num_layers): ...

    The solution is written exactly as it is published: a build puts its body into the lesson. A mistake
    is an edit of it, a slip, and a function of its own only where no edit says it.
    `branch` says that it stands in a branch of its lesson: its points are extra, the core alone is full marks.
    `library` names the package's own version, as in "graphrec_utils.graphs.adjacency", or a tuple
    of it and of what else there computes the answer in a line: while an answer is checked or graded,
    nobody can call these, see `exercises.closed_library`. All of them are in `closed`.
    """

    id: str
    function: str
    points: int
    hints: tuple[str, ...]
    library: str | tuple[str, ...] = ""
    branch: bool = False
    reference: Callable | None = None
    claims: list[Claim] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    measure: Callable[[list], Measured] | None = None

    def __post_init__(self):
        several = isinstance(self.library, tuple)
        self.closed = self.library if several else tuple(filter(None, [self.library]))
        self.library = next(iter(self.closed), "")

    def solution(self, function: Callable) -> Callable:
        """Take the function that is right, as it is published."""
        self.reference = function
        return function

    @property
    def published(self) -> str:
        """What stands below the signature of the solution."""
        return published.parts(self.reference)[1]

    def claim(self, sentence: str, inputs: Callable, weight: float = 1, run="call", judge=close):
        """Add a claim; its arguments are those of `Claim`. Order them from simple to subtle."""
        self.claims.append(Claim(sentence, inputs, weight, run, judge))

    def slip(self, sentence: str, *edits: str, hint: bool = False) -> Callable:
        """Take a mistake that is an edit of the published solution; return it as a function.

        Args:
            sentence: what its card says.
            *edits: old, new, old, new, …: passages of the solution and what stands there instead; later rows
                of a passage are indented by what the row has on which `old` begins.
            hint: whether the first changed line is among the shuffled lines of the last hint.

        Raises:
            ValueError: an `old` does not stand exactly once in the solution.
        """
        pairs = list(zip(edits[::2], edits[1::2], strict=True))
        try:
            body = published.edited(self.published, pairs)
        except ValueError as error:
            raise ValueError(f"slip {sentence!r} of {self.id}: {error}") from None
        function = published.computed(self.reference, body)
        self.mistakes.append(Mistake(sentence, function, body, hint))
        return function

    def mistake(self, sentence: str) -> Callable[[Callable], Callable]:
        """Take a plausible wrong answer that no edit says."""

        def take(function: Callable) -> Callable:
            self.mistakes.append(Mistake(sentence, function))
            return function

        return take

    def measures(self, function: Callable[[list], Measured]) -> Callable[[list], Measured]:
        """Take what turns the (answer, inputs) of all claims that pay into a number for a leaderboard."""
        self.measure = function
        return function


def full(found: Iterable[Exercise]) -> int:
    """Return the points of full marks: those of the core, without what branches add."""
    return sum(exercise.points for exercise in found if not exercise.branch)


@dataclass
class Row:
    """A claim, or a gate that is shut; `question` is the first question that failed it, by its place."""

    sentence: str
    ok: bool
    reason: str = ""
    question: int | None = None


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
    measured: Measured | None = None


def questions(exercise: Exercise, seeds=PUBLIC_SEEDS) -> list[dict]:
    """Return the encoded inputs of every claim for every seed, claim by claim."""
    return [
        {"run": claim.run, "inputs": encode(claim.inputs(_rng(exercise, number, seed)))}
        for number, claim in enumerate(exercise.claims)
        for seed in seeds
    ]


def _rng(exercise: Exercise, number: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(exercise.id.encode()), number])


def right(exercise: Exercise, asked: list[dict]) -> list[dict]:
    """Return the reference's outcomes.

    Raises:
        RuntimeError: the reference fails.
    """
    answers = runner.answers(exercise.reference, asked, seconds=600)
    if broken := [o["message"] for o in answers if "error" in o]:
        raise RuntimeError(f"the reference of {exercise.id} fails: {broken[0]}")
    return answers


def judge(
    exercise: Exercise, asked: list[dict], outcomes: list[dict], name=True, answers=None
) -> Result:
    """Turn the outcomes of `asked` into points, rows and, if known, the mistake's sentence.

    `name=False` looks for no mistake: that asks every known one, most of a verdict's time. Who
    judges many answers to the same questions passes `answers`, what `right` returns for them.
    """
    answers = answers or right(exercise, asked)
    if not any(question["inputs"]["dict"] for question in asked):
        outcomes = outcomes[:1] * len(outcomes)  # a choice is made once: no claim gets another
    result = Result(exercise.id, exercise.function, 0.0, exercise.points, "failed")
    result.printed = outcomes[0].get("printed", "")
    if all(o.get("error") == "NotImplementedError" for o in outcomes):
        result.status = "missing"
        result.rows = [Row(c.sentence, False, "not implemented yet") for c in exercise.claims]
        return result
    per_claim = len(asked) // len(exercise.claims)
    questions = [_Question(exercise.claims[k // per_claim], x) for k, x in enumerate(asked)]
    got, expected = [_Outcome(x) for x in outcomes], [_Outcome(x) for x in answers]
    reasons = list(map(_reason, questions, got, expected))
    gates, guesses = _gates(got, expected), _gate_of_guesses(False)
    earned = total = 0.0
    parts = [slice(k, k + per_claim) for k in range(0, len(asked), per_claim)]
    for claim, part in zip(exercise.claims, parts, strict=True):
        failed = next((k for k in range(len(asked))[part] if reasons[k]), None)
        reason = "" if failed is None else reasons[failed]
        result.rows.append(Row(claim.sentence, not reason, reason, failed))
        total += claim.weight
        earned += claim.weight * (not reason)
    if 0 < earned < total:
        held = [p for p in parts if not any(reasons[p]) and questions[p][0].claim.weight]
        chosen = not any(q.inputs for q in questions)  # a choice of settings follows no inputs
        guessed = not chosen and all(_guessed(questions[p], expected[p]) for p in held)
        guesses = _gate_of_guesses(guessed)
    free = [r for r, c in zip(result.rows, exercise.claims, strict=True) if not c.weight]
    shut = [row.sentence for row in (*gates, *free) if not row.ok]
    if shut and earned and guesses.ok:
        guesses = Row(ALONE, False, f"they count as soon as this holds: {shut[0]}")
    opened = not shut and guesses.ok
    result.rows = [gate for gate in gates if not gate.ok] + result.rows
    if not guesses.ok:  # last: what a reader repairs stands above it
        result.rows.append(guesses)
    result.points = round(exercise.points * earned / total, 2) if opened else 0.0
    if opened and exercise.measure:
        result.measured = _measured(exercise, questions, got)
    if result.points == exercise.points:
        result.status = "passed"
    else:
        result.status = "partial" if result.points else "failed"
    if result.status != "passed" and name:
        wrong = [k for k, reason in enumerate(reasons) if reason or got[k].changed]
        result.mistake = _name_mistake(exercise, questions, got, expected, wrong)
    return result


def _measured(exercise: Exercise, questions, got) -> Measured | None:
    """Return what the answers that pay are worth together, or None where one of them has no value."""
    paying = [(g, q) for g, q in zip(got, questions, strict=True) if q.claim.weight]
    if any(g.message for g, _ in paying):
        return None
    try:
        return exercise.measure([(g.value, q.inputs) for g, q in paying])
    except Exception:  # a value that its author did not think of
        return None


class _Question:
    """A question with its claim; the inputs are decoded once, when a judge first needs them."""

    def __init__(self, claim: Claim, asked: dict):
        self.claim, self.asked = claim, asked

    @cached_property
    def inputs(self) -> dict:
        return decode(self.asked["inputs"])


class _Outcome:
    """An outcome whose value is decoded once: every claim, gate and mistake looks at it.

    `message` says what went wrong and is "" where there is a value; an error always has one, also
    one whose class is called "".
    """

    def __init__(self, outcome: dict):
        self.error = outcome.get("error", "")
        self.message = (outcome["message"] or "raises an error") if "error" in outcome else ""
        self.changed = outcome.get("changed", ())
        self._encoded = outcome.get("value")

    @cached_property
    def value(self):
        return decode(self._encoded)


def _guessed(questions: list[_Question], expected: list[_Outcome]) -> bool:
    """Whether one value, or one of the inputs, is right for every seed; of one nobody can tell."""

    def always_right(values) -> bool:
        triples = zip(questions, values, expected, strict=True)
        return all(not _wrong(q.claim, value, right.value, q.inputs) for q, value, right in triples)

    if len(questions) == 1:
        return False
    return always_right([expected[0].value] * len(questions)) or any(
        always_right([q.inputs[name] for q in questions]) for name in questions[0].inputs
    )


ALONE = "the claims that hold pay alone"  # the last line of a card without points that has some


def _gate_of_guesses(guessed: bool) -> Row:
    """What can be known without the inputs pays nothing alone."""
    reason = (
        "each of them is passed by some function that returns a fixed value, or one of its inputs, too: "
        "they count as soon as you pass one that is not"
    )
    return Row(ALONE, not guessed, reason * guessed)


def _gates(got: list[_Outcome], expected: list[_Outcome]) -> list[Row]:
    """Type, shape, dtype and untouched inputs: nothing is paid for these, all is lost."""
    kinds = next(filter(None, map(_kind_reason, got, expected)), "")
    changed = sorted({name for outcome in got for name in outcome.changed})
    touched = f"your function changed {', '.join(changed)}: work on a copy" if changed else ""
    return [
        Row("the answer has the right type and shape", not kinds, kinds),
        Row("the inputs are left as they were", not touched, touched),
    ]


def _kind_reason(got: _Outcome, expected: _Outcome) -> str | None:
    if got.error == "Returned":
        return f"{got.message}; expected {kind(expected.value)}"
    return None if got.message else _judged(lambda: kind_problem(got.value, expected.value))


def _reason(question: _Question, got: _Outcome, expected: _Outcome) -> str:
    if got.message:
        return got.message
    return _wrong(question.claim, got.value, expected.value, question.inputs)


def _wrong(claim: Claim, got, expected, inputs: dict) -> str:
    kinds = _judged(lambda: kind_problem(got, expected))
    return kinds or _judged(lambda: claim.judge(got, expected, inputs)) or ""


def _judged(judge: Callable[[], str | None]) -> str | None:
    """Return what a judge says; it may meet a value that its author did not think of."""
    try:
        return judge()
    except Exception:
        return "this value cannot be judged"


ALIKE = 0.8  # a mistake's share of the right answers of somebody who is said to have made it


def _name_mistake(exercise: Exercise, questions, got, expected, wrong: list[int]) -> str:
    """Return the sentence of the mistake that explains every wrong value, if there is one.

    It must be right where the answer is right, too, or nearly so; among several, the one that
    agrees with the answer on most questions wins.
    """
    right = [k for k in range(len(questions)) if k not in wrong]
    wrong = [k for k in wrong if got[k].error != "OutOfTime"]
    telling = any(not got[k].message for k in wrong)
    if not wrong:
        return ""

    def agrees(mistake: Mistake, k: int) -> bool:
        theirs = _Outcome(runner.answers(mistake.function, [questions[k].asked])[0])
        same = _same(questions[k], got[k], theirs)
        if telling and got[k].message:  # beside values that agree, the kind of error is enough
            same = got[k].error == theirs.error
        if k in right or theirs.changed:
            return same
        return same and _reason(questions[k], theirs, expected[k]) != ""  # and is itself wrong

    best, sentence = -1, ""
    for mistake in exercise.mistakes:
        # question by question: most mistakes are out after the first wrong value
        if all(agrees(mistake, k) for k in wrong):
            agreed = sum(agrees(mistake, k) for k in right)
            # one error message alone has many causes: some wrong value must agree, or everything
            least = ALIKE * len(right) if telling else len(right)
            if agreed >= least and agreed > best:
                best, sentence = agreed, mistake.sentence
    return sentence


def _same(question: _Question, one: _Outcome, other: _Outcome) -> bool:
    """Two outcomes agree: values the claim's judge cannot tell apart, or one error message."""
    if one.message or other.message:
        return one.message == other.message
    if one.changed != other.changed:
        return False
    alike = _judged(lambda: close(one.value, other.value)) is None
    return alike or not _reason(question, one, other)
