"""The bipartite visual asks a student's recommender, at the start and after up to three switches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import exercises, toy
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.base import Visual

right = exercises.get("00.3").reference


def shown(function) -> Visual:
    return visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS, function=function)


def test_a_student_is_asked_about_every_user_here_and_after_each_three_switches():
    visual = shown(right)
    R, answers = toy.likes(), visual.state["answers"]
    assert len(answers) == 1 + 12 + 66 + 220  # none, one, two or three of 12 cells
    for cells, firsts in answers.items():
        likes = torch.tensor([float(x) for x in cells]).reshape(R.shape)
        assert (likes != R).sum() <= 3
        assert firsts == [int(right(likes, u, 1)[0]) for u in range(len(R))]
    assert visual.note.startswith("The numbers are those of your recommend;")


def test_of_a_large_matrix_fewer_switches_are_asked():
    answers = visuals.bipartite(np.eye(12, dtype=int), function=lambda R, u, top: [0]).state[
        "answers"
    ]
    assert len(answers) == 1 + 144


def test_a_wrong_recommender_shows_what_it_says():
    popular = shown(lambda R, u, top: R.sum(0).argsort(descending=True, stable=True)[:top])
    cells = "".join(str(int(x)) for x in toy.likes().flatten())
    assert popular.state["answers"][cells] == [1, 1, 1]


def _unwritten(R, u, top):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "words"),
    [(_unwritten, "_unwritten is not written yet"),
     (lambda R, u, top: torch.tensor([4]), "the number of one item is asked for; it returned [4]"),
     (lambda R, u, top: torch.tensor([0.5]), "it returned [0.5]"),
     (lambda R, u, top: torch.arange(2), "it returned [0, 1]")],
    ids=["unwritten", "no item", "no number of an item", "two"],
)  # fmt: skip
def test_what_cannot_be_shown_gets_a_sentence_and_the_picture_stays(function, words):
    visual = shown(function)
    assert visual.state == visuals.bipartite(toy.likes(), toy.USERS, toy.ITEMS).state
    assert words in visual.note


def test_live_asks_again():
    pytest.importorskip("anywidget")
    live = shown(right).live()
    likes = np.zeros((3, 4), dtype=int).tolist()
    likes[0][3] = 1
    live.likes = likes
    assert live.answers == {"000100000000": [0, 3, 3]}
