"""Commit to a guess before you look: `predict("06.p1", "b")`, judged at once, worth 0 points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from graphrec_utils import markup
from graphrec_utils.exercises import buttons, memory, questions
from graphrec_utils.exercises.questions import Question, Reply
from graphrec_utils.style import CONTEXT, NEGATIVE, POSITIVE

CARD = Path(__file__).with_name("question.html")


@dataclass(frozen=True)
class Guess:
    """A question as a notebook shows it, with what was said to the answer, if there is one yet."""

    question: Question
    reply: Reply | None = None
    alone: bool = True  # or one of several that are answered together

    def __repr__(self) -> str:
        asked = self.question
        lines = [f"{asked.id}  {asked.text}"]
        lines += [f"  {letter}  {option}" for letter, option in asked.shown()]
        if self.reply:
            mark = "✓" if self.reply.right else "✗"
            lines.append(f"  {mark} you said {self.reply.answer}: {self.reply.sentence}")
            if asked.options and not self.reply.right:
                lines.append(f"  right is {asked.right}")
            return "\n".join(lines)
        return "\n".join([*lines, f"  {self.how()}"] if self.alone else lines)

    def how(self) -> str:
        """Say how to answer."""
        asked = self.question
        number = "10" if "percent" in asked.text else "0.25"
        example = f'"{asked.shown()[0][0]}"' if asked.options else number
        return f'Your guess first: predict("{asked.id}", {example})'

    def _repr_html_(self) -> str:
        color = CONTEXT if self.reply is None else POSITIVE if self.reply.right else NEGATIVE
        return markup.render(
            CARD,
            asked=self.question,
            reply=self.reply,
            how=self.how() if self.alone else "",
            color=color,
        )

    def asked(self) -> str:
        """Return the card without its options: buttons stand below it."""
        return Guess(replace(self.question, options=()), alone=False)._repr_html_()


class Refused:
    """An answer that could not be understood, and what could be answered."""

    def __init__(self, sentence: str):
        self.sentence = sentence

    def __repr__(self) -> str:
        return self.sentence


def predict(name: str, answer=None) -> Guess | Refused | buttons.Pressed:
    """Show a prediction of the lesson, or judge your answer to it and remember the first one.

    Args:
        name: "06.p1".
        answer: the letter of an option or a number; without one the question is shown, in a notebook
            with buttons to answer it.

    Never raises: a notebook runs on whatever is answered.
    """
    try:
        question = questions.get(name)
        if answer is None or answer is ...:
            if buttons.offered():
                return buttons.Pressed(question, lambda given: _answered(question, given))
            return Guess(question)
        return _answered(question, answer)
    except (KeyError, ValueError) as error:
        return Refused(str(error.args[0]))


def _answered(question: Question, answer) -> Guess:
    """Return the question with what is said to an answer; the first one is remembered.

    Raises:
        ValueError: it is no answer.
    """
    if answer is None:
        return Guess(question)
    reply = questions.judge(question, answer)
    with memory.changing() as content:
        content["guesses"].setdefault(question.id, {"answer": reply.answer, "right": reply.right})
    return Guess(question, reply)
