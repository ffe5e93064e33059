"""The BPR visual: the picture shows the formula, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import exercises, losses, style
from graphrec_utils.lessons.lesson03.visuals.bpr_loss import GRID
from graphrec_utils.plots import visuals


def test_the_curves_are_the_loss_and_its_gradient():
    loss, gradient = visuals.bpr_loss().static()
    for sign, values, slopes in zip((1, -1), loss.lines, gradient.lines, strict=False):
        x = torch.tensor(values.get_xdata(), requires_grad=True)
        each = torch.stack([losses.bpr(sign * v[None], torch.zeros(1).double()) for v in x])
        each.sum().backward()
        np.testing.assert_allclose(values.get_ydata(), each.detach())
        np.testing.assert_allclose(slopes.get_ydata(), x.grad, atol=1e-12)


def test_the_wrong_sign_is_told_by_more_than_its_color():
    right, wrong = visuals.bpr_loss().static()[0].lines
    assert (right.get_linestyle(), wrong.get_linestyle()) == ("-", "--")
    assert right.get_color() == style.POSITIVE


def test_the_text_tells_the_state():
    assert repr(visuals.bpr_loss()) == "<BPR loss with both signs, from a difference of -1>"


def test_a_students_loss_and_its_gradient_are_drawn():
    visual = visuals.bpr_loss(function=exercises.get("03.4").reference)
    assert visual.note.startswith("The numbers are those of your bpr_loss;")
    for k, (line, slope) in enumerate(zip(*(ax.lines for ax in visual.static()), strict=False)):
        x = line.get_xdata()[::2]  # the picture has twice as many places
        np.testing.assert_allclose(x, GRID)
        np.testing.assert_allclose(
            visual.state["answers"]["loss"][k], line.get_ydata()[::2], atol=1e-4
        )
        np.testing.assert_allclose(
            visual.state["answers"]["slope"][k], slope.get_ydata()[::2], atol=1e-4
        )


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda pos, neg: -torch.log(torch.sigmoid(100 * (pos - neg))).mean(), "finite number"),
     (lambda pos, neg: 1.0, "a tensor of one number is asked for; got float"),
     (lambda pos, neg: torch.ones(1), "gives no picture")],
    ids=["infinite", "a number", "no gradient"],
)  # fmt: skip
def test_a_loss_that_cannot_be_drawn_leaves_the_formula(function, words):
    visual = visuals.bpr_loss(function=function)
    assert words in visual.note
    assert visual.state == visuals.bpr_loss().state


def test_a_live_loss_is_asked_again():
    pytest.importorskip("anywidget")
    factor = [1.0]
    widget = visuals.bpr_loss(function=lambda pos, neg: factor[0] * (neg - pos).mean()).live()
    factor[0] = 2.0
    widget.difference = 1.0
    assert widget.answers["slope"][0][0] == -2


BAD = {
    "outside": ({"difference": 7}, "between -6 and 6; got 7"),
    "no number": ({"difference": float("nan")}, "between -6 and 6"),
    "backwards": ({"rate": -1}, "rate must be a positive number; got -1"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.bpr_loss(**given)
