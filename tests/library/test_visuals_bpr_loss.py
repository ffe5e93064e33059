"""The BPR visual: the picture shows the formula, bad input gets a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from graphrec_utils import losses, style
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


BAD = {
    "outside": ({"difference": 7}, "between -6 and 6; got 7"),
    "no number": ({"difference": float("nan")}, "between -6 and 6"),
    "backwards": ({"rate": -1}, "rate must be a positive number; got -1"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(given, words):
    with pytest.raises(ValueError, match=words):
        visuals.bpr_loss(**given)
