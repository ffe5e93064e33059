"""Questions with a commitment: predictions (`06.p1`) and the quiz of a lesson (`06.q1`).

A lesson's questions stand in `lessonNN/questions.py` as one tuple `QUESTIONS`, the right option first.
Readers see the options in an order that depends on the question's id alone, so that the place of the
right one tells nothing. Every wrong option has the sentence that answers it. In the lesson's source
`{{quiz}}` writes the quiz, and a prediction is asked as `authoring/lesson/predictions.py` says.

Which option of a prediction is right is not decided by who writes it down but measured, by its function
`measured`, when the lesson is built; `measured.json` beside the questions keeps what came out.

    Question("15.p3", "Where does SASRec land?", (("behind the mean", "…"), ("ahead of it", "…")),
             measured=lambda at: by(at["lead"], "ahead", "behind"))
    Question("15.p2", "What is the sum?", answer=500, within=3, said=("…", "…", "…"),
             measured=lambda at: results.load("15_films").values["sum of sigmoids"])
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphrec_utils import paths

if TYPE_CHECKING:
    from graphrec_utils.metrics import Comparison

LETTERS = "abcdef"


@dataclass(frozen=True)
class Question:
    """A question, what can be answered, and what is said to each answer.

    Attributes:
        id: "06.p3" for the third prediction of lesson 06, "06.q2" for a question of its quiz.
        text: the question, in Markdown without formulas in displays.
        options: (option, what is said to who chose it), the right one first; empty: a number is asked.
        answer: the right number, where one is asked.
        within: how far a number may be from it, as a factor: 1.5 takes two thirds to one and a half.
        said: what is said to a number that is right, too small, too large.
        answered_by: earlier quiz questions that tell the answer; `remember` does not open the lesson with them.
        branch: of a quiz question, that a branch asks it; `remember` asks of cores alone.
        measured: of a prediction, what came out: from a stored result, or from the values of the notebook
            after the cell that answers it. It returns the beginning of the option that is right, or the number.
    """

    id: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    answer: float = 0.0
    within: float = 1.0
    said: tuple[str, str, str] = ("", "", "")
    answered_by: tuple[str, ...] = ()
    branch: bool = False
    measured: Callable[[Mapping], str | float] | None = None

    @property
    def lesson(self) -> str:
        """The number of the lesson, "06"."""
        return self.id[:2]

    @property
    def kind(self) -> str:
        """ "p" for a prediction, "q" for a question of the quiz."""
        return self.id[3]

    @property
    def right(self) -> str:
        """The letter of the right option; "" where a number is asked."""
        return LETTERS[_order(self).index(0)] if self.options else ""

    def shown(self) -> list[tuple[str, str]]:
        """Return (letter, option) in the order in which readers see them."""
        return [(LETTERS[k], self.options[n][0]) for k, n in enumerate(_order(self))]


@dataclass(frozen=True)
class Reply:
    """What an answer was worth: `answer` as it was understood, whether it is right, and why."""

    answer: str
    right: bool
    sentence: str


def of_lesson(number: str) -> tuple[Question, ...]:
    """Return the questions of lesson "06"; none where the lesson has none."""
    file = paths.PACKAGE / "lessons" / f"lesson{number}" / "questions.py"
    if not number.isdigit() or not file.exists():
        return ()
    return importlib.import_module(f"graphrec_utils.lessons.lesson{number}.questions").QUESTIONS


def get(name: str) -> Question:
    """Return the question "06.p1".

    Raises:
        KeyError: no lesson of the course has it.
    """
    for question in of_lesson(str(name)[:2]):
        if question.id == name:
            return question
    raise KeyError(f"there is no question {name!r} in this version of the course")


def judge(question: Question, answer) -> Reply:
    """Say what is to be said to an answer: a letter, the words of an option, or a number.

    Raises:
        ValueError: it is none of these; the text says what could be answered.
    """
    return _choice(question, answer) if question.options else _number(question, answer)


def by(lead: Comparison, holds: str, fails: str, cannot: str | None = None) -> str:
    """Return the option that the outcome of a comparison makes right.

    Args:
        lead: what `metrics.compare` returned.
        holds, fails, cannot: the beginnings of the options for its three outcomes; without `cannot` no
            option says that one cannot tell.

    Raises:
        ValueError: one cannot tell, and no option says so.
    """
    from graphrec_utils.metrics.compare import FAILS, HOLDS  # two seconds, and only a build asks

    if lead.outcome in (HOLDS, FAILS):
        return holds if lead.outcome == HOLDS else fails
    if cannot is None:
        raise ValueError(f"these numbers cannot tell ({lead}), and no option says so")
    return cannot


def measure(name: str, at: Mapping) -> str | float:
    """Return what a prediction's function finds in the values `at` of a notebook, if its key says the same.

    Raises:
        ValueError: the key says something else, or nothing was measured; the text says what to change.
    """
    question = get(name)
    if question.measured is None:
        raise ValueError(f"prediction {name} has no `measured`: say how its answer is computed")
    try:
        found = question.measured(at)
    except Exception as error:  # a function of the lesson's, over values that may have gone
        raise ValueError(f"prediction {name}: {type(error).__name__}: {error}") from error
    if complaint := disagrees(question, found):
        raise ValueError(f"prediction {name}: {complaint}")
    return found if question.options else float(found)


def disagrees(question: Question, found: str | float) -> str:
    """Return "" if the key of a prediction is what was measured, else what is wrong."""
    if not question.options:
        low, high = bounds(question)
        if low <= float(found) <= high:
            return ""
        return f"{float(found):g} was measured, and the key takes {low:g} to {high:g}"
    meant = [
        place for place, (option, _) in enumerate(question.options) if option.startswith(str(found))
    ]
    if len(meant) != 1:
        return f"what was measured, {found!r}, begins {len(meant)} of its options, not one"
    if meant == [0]:
        return ""
    return f"the key marks {question.options[0][0]!r}, and {question.options[meant[0]][0]!r} was measured"


def measurements(number: str) -> dict[str, str | float]:
    """Return prediction -> what was measured when lesson "06" was built last; {} where none was."""
    file = measured_file(number)
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def measured_file(number: str):
    """Return where a build keeps what a lesson's predictions measured."""
    return paths.PACKAGE / "lessons" / f"lesson{number}" / "measured.json"


def bounds(question: Question) -> tuple[float, float]:
    """Return the smallest and the largest number that is right."""
    low, high = sorted((question.answer / question.within, question.answer * question.within))
    return low, high


def _choice(question: Question, answer) -> Reply:
    given = str(answer).strip().rstrip(".)").lower()
    for letter, place in zip(LETTERS, _order(question), strict=False):
        option, sentence = question.options[place]
        if given in (letter, option.lower().rstrip(".")):
            return Reply(letter, place == 0, sentence)
    letters = [f'"{letter}"' for letter, _ in question.shown()]
    raise ValueError(f"answer {', '.join(letters[:-1])} or {letters[-1]}; you gave {answer!r}")


def _number(question: Question, answer) -> Reply:
    try:
        value = float(answer)
    except (TypeError, ValueError):
        raise ValueError(f"answer a number, such as 0.25; you gave {answer!r}") from None
    low, high = bounds(question)
    right, small, large = question.said
    sentence = small if value < low else large if value > high else right
    return Reply(f"{value:g}", low <= value <= high, sentence)


@functools.cache
def _order(question: Question) -> tuple[int, ...]:
    """Return the places of the options: the same for every reader, different for every question."""

    def key(place: int) -> bytes:
        return hashlib.sha256(f"{question.id} {question.options[place][0]}".encode()).digest()

    return tuple(sorted(range(len(question.options)), key=key))
