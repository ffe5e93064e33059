"""Three questions from earlier lessons before a new one begins: `remember("07")`.

Which ones is decided by Leitner's boxes: a question that was answered wrongly, or never, lies in box 1
and comes first; each right answer moves it one box on, a wrong one back to box 1.
(S. Leitner, So lernt man lernen, 1972.)
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from graphrec_utils import markup, syllabus
from graphrec_utils.exercises import buttons, memory, questions
from graphrec_utils.exercises.predict import Guess, Refused
from graphrec_utils.exercises.questions import Question

CARD = Path(__file__).with_name("remember.html")
COUNT, LAST_BOX = 3, 5


class Recall:
    """The questions of one opening and what was said to the answers."""

    def __init__(self, lesson: str, guesses: list[Guess]):
        self.lesson, self.guesses = lesson, guesses

    def __repr__(self) -> str:
        if not self.guesses:
            return "There is nothing to recall yet: the first lesson asks nothing."
        return "\n".join([*map(repr, self.guesses), self.how()])

    def how(self) -> str:
        """Say how to answer, or how it went."""
        if all(guess.reply for guess in self.guesses):
            right = sum(guess.reply.right for guess in self.guesses)
            return f"{right} of {len(self.guesses)} recalled. What was wrong comes again."
        example = ", ".join(f'"{"abc"[k % 3]}"' for k in range(len(self.guesses)))
        return f'Answer them together: remember("{self.lesson}", {example})'

    def _repr_html_(self) -> str:
        cards = [guess._repr_html_() for guess in self.guesses]
        return markup.render(CARD, cards=cards, how=self.how() if cards else repr(self))


def remember(lesson: str, *answers) -> Recall | Refused | buttons.Together:
    """Show three questions of earlier lessons, or judge your answers to them.

    Args:
        lesson: the number of the lesson that begins, "07".
        answers: one letter or number per question, in their order; without any they are shown, in a notebook
            with buttons to answer them.

    Never raises: a notebook runs on whatever is answered.
    """
    with memory.changing() as content:
        drawn = _drawn(lesson, content, printed=bool(answers))
        if not answers:
            if drawn and buttons.offered():
                return _pressed(lesson, drawn)
            return Recall(lesson, [Guess(question, alone=False) for question in drawn])
        if len(answers) != len(drawn):
            return Refused(f"there are {len(drawn)} questions; you answered {len(answers)}")
        try:
            replies = [questions.judge(q, a) for q, a in zip(drawn, answers, strict=True)]
        except ValueError as error:
            return Refused(str(error))
        for question, reply in zip(drawn, replies, strict=True):
            _move(content, question, reply)
    return Recall(lesson, [Guess(q, r, alone=False) for q, r in zip(drawn, replies, strict=True)])


def _pressed(lesson: str, drawn: list[Question]) -> buttons.Together:
    """Return the questions with buttons; each answer counts when it is pressed."""

    def card(question: Question, answer) -> Guess:
        if answer is None:
            return Guess(question, alone=False)
        reply = questions.judge(question, answer)
        with memory.changing() as content:
            _move(content, question, reply)
        return Guess(question, reply, alone=False)

    plain = [Guess(question, alone=False) for question in drawn]
    return buttons.Together(
        [(question, functools.partial(card, question)) for question in drawn],
        lambda cards: Recall(lesson, cards or plain),
    )


def _move(content: dict, question: Question, reply: questions.Reply) -> None:
    box = content["boxes"].get(question.id, 1)
    content["boxes"][question.id] = min(box + 1, LAST_BOX) if reply.right else 1


def _drawn(lesson: str, content: dict, printed: bool) -> list[Question]:
    """Return the questions that stand over this lesson; drawn once, they stay.

    Args:
        printed: whether they are answered before the cell was run: then those are meant that the notebook
            was handed out with, as they are drawn for somebody of whom nothing is known.
    """
    earlier = [x.number for x in syllabus.LESSONS if x.number < lesson]
    asked = [q for number in earlier for q in questions.of_lesson(number)]
    asked = [q for q in asked if q.kind == "q" and not q.branch]  # nobody has to take a branch
    # what would answer a prediction of the lesson is not asked right before it
    telling = {name for q in questions.of_lesson(lesson) for name in q.answered_by}
    known = {q.id: q for q in asked if q.id not in telling}
    kept = [known[name] for name in content["asked"].get(lesson, ()) if name in known]
    if len(kept) < min(COUNT, len(known)):
        boxes = {} if printed else content["boxes"]
        # the lowest box first; within a box by chance that is the same for everybody
        order = sorted(known, key=lambda name: (boxes.get(name, 1), _chance(lesson, name)))
        kept = [known[name] for name in order[:COUNT]]
        content["asked"][lesson] = [question.id for question in kept]
    return kept


def _chance(lesson: str, name: str) -> str:
    return hashlib.sha256(f"{lesson} {name}".encode()).hexdigest()
