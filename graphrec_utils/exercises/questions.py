"""Questions with a commitment: predictions (`06.p1`) and the quiz of a lesson (`06.q1`).

A lesson's questions stand in `lessonNN/questions.py` as one tuple `QUESTIONS`, the right option first.
Readers see the options in an order that depends on the question's id alone, so that the place of the
right one tells nothing. Every wrong option has the sentence that answers it. In the lesson's source
`{{quiz}}` writes the quiz, and a prediction is asked as `authoring/lesson/predictions.py` says.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from dataclasses import dataclass

from graphrec_utils import paths

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
        answered_by: earlier quiz questions that tell the answer; `recall` does not open the lesson with them.
    """

    id: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    answer: float = 0.0
    within: float = 1.0
    said: tuple[str, str, str] = ("", "", "")
    answered_by: tuple[str, ...] = ()

    @property
    def lesson(self) -> str:
        """The number of the lesson, "06"."""
        return self.id[:2]

    @property
    def kind(self) -> str:
        """ "p" for a prediction, "q" for a question of the quiz."""
        return self.id[3]

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
    file = paths.PACKAGE / "exercises" / f"lesson{number}" / "questions.py"
    if not number.isdigit() or not file.exists():
        return ()
    return importlib.import_module(f"graphrec_utils.exercises.lesson{number}.questions").QUESTIONS


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
    low, high = sorted((question.answer / question.within, question.answer * question.within))
    right, small, large = question.said
    sentence = small if value < low else large if value > high else right
    return Reply(f"{value:g}", low <= value <= high, sentence)


@functools.cache
def _order(question: Question) -> tuple[int, ...]:
    """Return the places of the options: the same for every reader, different for every question."""

    def key(place: int) -> bytes:
        return hashlib.sha256(f"{question.id} {question.options[place][0]}".encode()).digest()

    return tuple(sorted(range(len(question.options)), key=key))
