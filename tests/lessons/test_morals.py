"""A moral, the bold sentence that ends a comparison, is borne out by the numbers beside it.

Every moral of every lesson stands in `MORALS` of its lesson's `morals.py`, word for word, with what must hold in the
stored results. Whoever rewrites one has to say anew what it rests on. A moral that only gives advice, or says what a
word means, has `ADVICE` there.
"""

from __future__ import annotations

import importlib.util
import re

import pytest

from graphrec_utils import syllabus
from tests.lessons.evidence import ADVICE, solved

BOLD = re.compile(r"\*\*[^*]+\*\*\.?", re.DOTALL)
LESSONS = [lesson.number for lesson in syllabus.LESSONS]


def morals(lesson: str) -> list[str]:
    """Return the paragraphs of a lesson that are one bold sentence or two, without line breaks."""
    texts = ["".join(c["source"]) for c in solved(lesson) if c["cell_type"] == "markdown"]
    paragraphs = [p.strip() for text in texts for p in re.split(r"\n\s*\n", text)]
    return [" ".join(p.strip("*. \n").split()) for p in paragraphs if BOLD.fullmatch(p)]


def evidence(lesson: str) -> dict:
    module = f"tests.lessons.lesson{lesson}.morals"
    return importlib.import_module(module).MORALS if importlib.util.find_spec(module) else {}


LISTED = [(lesson, moral) for lesson in LESSONS for moral in evidence(lesson)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_moral_says_what_it_rests_on(lesson):
    assert morals(lesson) == list(evidence(lesson)), (
        f"tests/lessons/lesson{lesson}/morals.py: the lesson's morals, in their order, each with what must hold"
    )


@pytest.mark.parametrize(("lesson", "moral"), LISTED, ids=lambda x: x[:50])
def test_the_numbers_bear_a_moral_out(lesson, moral):
    holds = evidence(lesson)[moral]
    assert holds is ADVICE or holds(), f"the stored results do not say: {moral}"


def test_few_morals_are_advice_alone():
    alone = [moral for lesson, moral in LISTED if evidence(lesson)[moral] is ADVICE]
    assert len(alone) <= len(LISTED) / 8, alone
